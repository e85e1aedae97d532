"""Numbers that are written in English words: ``three``, ``twenty``."""

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBERS = {
    **{word: str(number) for number, word in enumerate(_SMALL)},
    **{word: str(20 + 10 * number) for number, word in enumerate(_TENS)},
    "once": "1",
    "twice": "2",
    "hundred": "100",
    "thousand": "1000",
}


def number_meant(text: str) -> str | None:
    """The digits of a number in words; None of any other text."""
    tens, _, rest = text.strip().casefold().replace(" ", "-").partition("-")
    if rest and tens in _TENS and rest in _SMALL[1:10]:
        return str(int(_NUMBERS[tens]) + int(_NUMBERS[rest]))
    return None if rest else _NUMBERS.get(tens)
