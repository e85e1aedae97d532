"""Sizes with a unit, `5MB`, `10k`, `64 KiB`, which are numbers of bytes here."""

from nscompiler.patterns import Pattern

_SIZE = Pattern(
    r"\s*(?P<number>[0-9][0-9_]{0,17}(?:\.[0-9]{1,9})?)\s*(?:(?P<big>[kKMGT])(?P<binary>i?)(?P<byte>[bB]?)"
    r"|(?P<small>[mgt])(?P<small_binary>i?)[bB]|(?P<word>kilo|mega|giga|kibi|mebi|gibi)bytes?|(?P<bytes>[bB]|bytes?))\s*"
)
_POWERS = {letter: power for power, letters in enumerate(("k", "m", "g", "t"), 1) for letter in letters}


def bytes_meant(text: str) -> tuple[str, ...]:
    """The numbers of bytes that a size may stand for, the likelier first; none where it is no size.

    A `k` is a thousand, and where bytes are counted perhaps 1024; a `KiB` is nothing but that.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        return ()
    number = float(found["number"].replace("_", ""))
    if found["bytes"]:
        return _whole(number)
    word = found["word"] or ""
    power = _POWERS[(found["big"] or found["small"] or word[:1]).lower()]
    if found["binary"] or found["small_binary"] or word.endswith("bi"):
        return _whole(number * 1024**power)
    of_bytes = found["byte"] or found["small"] or word
    return _whole(number * 1000**power) + (_whole(number * 1024**power) if of_bytes else ())


def _whole(number: float) -> tuple[str, ...]:
    return (str(int(number)),) if number == int(number) and number < 2**53 else ()


def told(text: str) -> str:
    """What is told of a size."""
    plain = text.rstrip()[-1:] in "kKMGT"
    what = f"A number is written in full, without `{text.rstrip()[-1:]}`" if plain else "A size is a number of bytes"
    return f"{what}: `{text}`"
