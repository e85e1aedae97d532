"""Text in a picture: which characters may stand there, and how much room they take."""

import unicodedata


def printable(text: str) -> str:
    """A text without characters that a terminal or a page would act on; each of those as its escape."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cells(text: str) -> int:
    """How many columns a text takes in letters of one width: 2 for each of the wide ones, 0 for what combines."""
    return len(text) if text.isascii() else sum(map(cell, text))


def cell(character: str) -> int:
    """How many columns a character takes."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, room: int, ellipsis: str = "…") -> str:
    """A text in at most so many columns, cut where it is longer."""
    if cells(text) <= room:
        return text
    kept, left = "", room - len(ellipsis)
    for character in text:
        left -= cell(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + ellipsis
