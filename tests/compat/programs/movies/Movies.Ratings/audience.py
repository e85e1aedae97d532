"""In place of a web service that knows how many viewers gave a film how many stars."""

STARS = {
    "Metropolis": {5: 30, 4: 10},
    "Nosferatu": {5: 10, 4: 20, 2: 10},
    "The Jazz Singer": {4: 4, 2: 16, 1: 20},
}


def stars(title):
    return STARS[title].items()
