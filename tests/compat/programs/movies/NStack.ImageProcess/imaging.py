"""Filters that need no picture library."""


def mk_frame(data):
    with open("./frames/black.txt", "rb") as frame:
        return frame.read().strip() + b":" + data


def mk_upside_down(data):
    return data[::-1]
