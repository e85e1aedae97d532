"""Stands in for the download of a picture."""


def download(url, out, bar=None):
    with open(out, "wb") as file:
        file.write(url.encode())
