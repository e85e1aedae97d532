"""Reading only the header of a file, so that finding a module among thousands parses none of them."""

from typing import ClassVar

from nscompiler.grammar.spaced import spaced_reference
from nscompiler.patterns import Pattern
from nscompiler.records import Record

_REFERENCE = Pattern(r"(?:[\w.:-]|/(?![/*]))*+")
_WORD = "module"


class ScannedHeader(Record):
    """What stands first in a file: the reference after ``module``, and its place.

    One written in pieces (``Foo : 1.0.0``) is given as what it means: the parser reports it.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "start", "end")
    __slots__ = __match_args__

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end


def scan_header(text: str) -> ScannedHeader | None:
    """The header of a file's text, or None for a script. A byte-order mark must be gone already.

    What is no good header for the grammar may still be found here: that file is parsed when somebody needs it.
    """
    at = skip_comments(text)
    if at is None or not text.startswith(_WORD, at) or _continues_name(text, at + len(_WORD)):
        return None
    start = skip_comments(text, at + len(_WORD))
    reference = None if start is None else _REFERENCE.match(text, start)
    if start is None or reference is None or not reference[0]:
        return None
    whole = ":" in reference[0][:-1]  # with its version, as nearly all are
    apart = None if whole else spaced_reference(text, reference[0], reference.end())
    if apart is not None:
        return ScannedHeader(apart.text, start, apart.end)
    return ScannedHeader(reference[0], start, reference.end())


def header_place(text: str) -> int:
    """Where a header may be put into a text that has none: the start, or the line after a ``#!``."""
    at = _after_shebang(text)
    return min(at + 1, len(text)) if at else 0


def _after_shebang(text: str) -> int:
    return _line_end(text, 0) if text.startswith("#!") else 0


def skip_comments(text: str, at: int = 0) -> int | None:
    """The place after white space and comments, and at the start after a ``#!`` too; None where a block comment, which
    nests, is never closed."""
    length = len(text)
    at = at or _after_shebang(text)
    while at < length:
        if text[at].isspace():
            at += 1
        elif text.startswith("//", at):
            at = _line_end(text, at)
        elif text.startswith("/*", at):
            end = _comment_end(text, at)
            if end is None:
                return None
            at = end
        else:
            break
    return at


def _line_end(text: str, at: int) -> int:
    newline, carriage = text.find("\n", at), text.find("\r", at)
    ends = [end for end in (newline, carriage) if end >= 0]
    return min(ends, default=len(text))


def _comment_end(text: str, at: int) -> int | None:
    depth = 0
    while True:
        opening, closing = text.find("/*", at), text.find("*/", at)
        if closing < 0:
            return None
        depth += 1 if 0 <= opening < closing else -1
        at = (opening if 0 <= opening < closing else closing) + 2
        if depth == 0:
            return at


def _continues_name(text: str, at: int) -> bool:
    following = text[at : at + 1]
    return following.isalnum() or following in {"_", "'", ".", ":"}
