"""What can be done to a picture, as far as this needs no library."""


def mounted(picture):
    with open("./card/corner.txt", "rb") as card:
        corner = card.readline().strip()
    return corner + picture + corner


def mirrored(picture):
    return picture[::-1]
