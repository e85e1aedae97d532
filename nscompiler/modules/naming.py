"""The name of a module made from that of its folder, in the letters that names of modules have."""

import unicodedata

_SPELT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ı": "i"}
)
"""Latin letters that are no letter of ASCII with an accent."""


def module_name_for(folder: str) -> str:
    """A module name made from a folder's: ``my-demo`` gives ``MyDemo``, ``iris.größe`` ``Iris.Grosse``.

    Letters without a Latin form are left out (see ``unspelt``); it is ``Demo`` where nothing is left.
    """
    parts = []
    for part in _latin(folder).split("."):
        words = "".join(letter if _is_word(letter) else " " for letter in part).split()
        joined = "".join(word[0].upper() + word[1:] for word in words).lstrip("_")
        if joined:
            joined = joined[0].upper() + joined[1:]
            parts.append(joined if joined[0].isalpha() else f"M{joined}")
    return ".".join(parts) or "Demo"


def unspelt(folder: str) -> str:
    """The letters and digits of a folder's name for which a module's name has none, each once."""
    return "".join(dict.fromkeys(letter for letter in _latin(folder) if letter.isalnum() and not letter.isascii()))


def _latin(text: str) -> str:
    """The text with accents taken off and ligatures spelt out."""
    split = unicodedata.normalize("NFKD", text.translate(_SPELT))
    whole = "".join(letter for letter in split if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", whole)


def _is_word(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter == "_")
