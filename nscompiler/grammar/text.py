"""The values of text and number literals, and which names are written without quotes."""

from collections.abc import Iterator
from typing import ClassVar

from nscompiler.patterns import Pattern
from nscompiler.records import Record

_ESCAPE = Pattern(r"\\(?:u\{([^}\"\n\r]*)\}?|u([0-9A-Fa-f]{0,4})|([\s\S]))")
#: The terminal NAME of the grammar.
_NAME = Pattern(r"[^\W\dA-ZÀ-ÖØ-ÞΑ-ΡΣ-ΫЀ-Я][\w']*+")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_HIGH, _LOW, _END = 0xD800, 0xDC00, 0xE000
_LAST_CODE_POINT = 0x10FFFF
#: More digits than any number that fits a type; Python refuses to convert very long ones.
MAX_DIGITS = 1000


class BadEscape(Record):
    """An escape that means nothing: its offsets in the literal as written, and why."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "reason")
    __slots__ = __match_args__

    def __init__(self, start: int, end: int, reason: str) -> None:
        self.start = start
        self.end = end
        self.reason = reason


def plain_text(raw: str) -> tuple[str, tuple[BadEscape, ...]]:
    """The value of ``"…"`` and what is wrong with its escapes; a bad one stands for itself."""
    if "\\" not in raw:
        return raw[1:-1], ()
    return _unescape(raw, 1, len(raw) - 1)


def long_text(raw: str) -> tuple[str, tuple[BadEscape, ...]]:
    r"""The value of a text in triple quotes and what is wrong with its escapes.

    A line end right after the opening quotes is dropped, so is a last line that holds only the closing quotes, and the
    indentation that all lines share (empty ones and the first line beside the quotes do not count). Lines end in
    ``\n`` whatever the file has. Escapes are read last: an escaped line end is no line.
    """
    body = raw[3:-3]
    problems = _unescape(raw, 3, len(raw) - 3)[1] if "\\" in raw else ()
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first, rest = lines[0], lines[1:]
    margin = min((len(line) - len(line.lstrip(" \t")) for line in rest if line.strip()), default=0)
    if rest and not rest[-1].strip():
        rest[-1] = ""
        if not first.strip() or len(rest) > 1:
            rest.pop()
    kept = [line[margin:] if line.strip() else "" for line in rest]
    if first.strip() or not lines[1:]:
        kept.insert(0, first)
    value = "\n".join(kept)
    return (_unescape(value, 0, len(value))[0] if "\\" in value else value), problems


def _unescape(raw: str, start: int, end: int) -> tuple[str, tuple[BadEscape, ...]]:
    pieces: list[str] = []
    problems: list[BadEscape] = []
    at = start
    for piece, stop, problem in _escapes(raw, start, end):
        begin, value = piece
        pieces += raw[at:begin], value
        at = stop
        if problem:
            problems.append(BadEscape(begin, stop, problem))
    pieces.append(raw[at:end])
    return "".join(pieces), tuple(problems)


def _escapes(raw: str, start: int, end: int) -> Iterator[tuple[tuple[int, str], int, str]]:
    """Each escape: where it starts and what it stands for, where it ends, what is wrong with it."""
    at = start
    while (match := _ESCAPE.search(raw, at, end)) is not None:
        begin, at = match.span()
        braced, four, single = match.groups()
        if single is not None:
            known = _PLAIN.get(single)
            yield (begin, known or match[0]), at, "" if known else f"`\\{_shown(single)}` is no escape"
            continue
        point, problem = _code_point(match[0], braced if four is None else four)
        if not problem and four is not None and _HIGH <= point < _LOW:
            low = _ESCAPE.match(raw, at, end)
            if low and low[2] and len(low[2]) == 4 and _LOW <= int(low[2], 16) < _END:
                point = 0x10000 + ((point - _HIGH) << 10) + int(low[2], 16) - _LOW
                at = low.end()
        if not problem and _HIGH <= point < _END:
            problem = f"`{match[0]}` is half a character"
        yield (begin, match[0] if problem else chr(point)), at, problem


def _code_point(written: str, digits: str) -> tuple[int, str]:
    if written.startswith("\\u{") and not written.endswith("}"):
        return 0, "this escape has no closing `}`"
    if not written.startswith("\\u{") and len(digits) != 4:
        return 0, "`\\u` needs four hexadecimal digits, or any number in `{ }`"
    try:
        point = int(digits, 16) if digits.isalnum() and len(digits) <= 8 else -1
    except ValueError:
        point = -1
    if point < 0:
        return 0, "a code point is one to six hexadecimal digits"
    if point > _LAST_CODE_POINT:
        return 0, "there is no such code point"
    return point, ""


def _shown(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


def integer_value(raw: str) -> int | None:
    """The value of an integer; None if it has more digits than any number that could fit."""
    return int(raw) if len(raw) <= MAX_DIGITS else None


def double_value(raw: str) -> float | None:
    """The value of a double; None if it is too large for one."""
    value = float(raw)
    return value if value - value == 0 else None


def is_plain_name(text: str) -> bool:
    """Whether a field of this name is written without quotes."""
    return _NAME.fullmatch(text) is not None


def quote(value: str) -> str:
    """A text as the language writes it: the inverse of ``plain_text``."""
    pieces = []
    for character in value:
        if character in _QUOTED:
            pieces.append(_QUOTED[character])
        elif character.isprintable():
            pieces.append(character)
        else:
            pieces.append(f"\\u{{{ord(character):X}}}")
    return '"' + "".join(pieces) + '"'


_QUOTED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
