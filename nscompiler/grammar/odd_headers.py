"""Headers whose module and version do not stand together: ``module Foo<1.0.0>``, ``Foo 1.0``, or on two lines."""

from typing import ClassVar

from nscompiler.patterns import Pattern
from nscompiler.records import Record

_HEADER = Pattern(
    r"module\s++(?P<quote>[\"'`]?)(?P<name>[A-Z]\w*+(?:\.[A-Z]\w*+)*+)"
    r"(?P<between>[\"'`]?\s*+[^\w\s.{};]{0,3}\s*+(?:(?:version|[vV])\s*+)?[(<\[{\"'`]?)"
    r"(?P<version>(?:[0-9]++|\*)(?:\s*+\.\s*+(?:[0-9]++|[*xX])){0,2})(?P<suffix>-SNAPSHOT(?:-[0-9a-f]++)?)?+(?![\w.-])"
    r"[)>\]}\"'`]?(?P<rest>[ \t]*+where\b|[ \t]*+\{)?[ \t]*+;?[ \t]*+(?=//|[\n\r]|\Z)"
)

_MORE = Pattern(
    r"module[ \t]++(?P<reference>[A-Z][\w.]*+:[0-9]++\.[0-9]++\.[0-9]++[\w-]*+)"
    r"(?P<more>[ \t]++(?P<as>as)[ \t]++\w++"
    r"|[ \t]*+(?:export(?:s|ing)?|exposing)?[ \t]*+(?:\((?:[^()\n]|\([^()\n]*+\))*+\)|\[[^\]\n]*+\]))"
    r"[ \t]*+(?P<rest>where\b)?[ \t]*+;?[ \t]*+(?=//|[\n\r]|\Z)"
)
_ONE_WORD = "A module and its version are one word, without spaces"
_IN_FULL = "Behind a module's name stand a `:` and its version in full"


class OddHeader(Record):
    """Such a header: where it starts and ends with what follows it, the place that is told of, the reference that is
    meant, what is told, and what follows it (``where`` or a brace)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "place", "reference", "title", "rest")
    __slots__ = __match_args__

    def __init__(
        self, start: int, end: int, place: tuple[int, int], reference: str, title: str, rest: str | None
    ) -> None:
        self.start = start
        self.end = end
        self.place = place
        self.reference = reference
        self.title = title
        self.rest = rest


def odd_header(text: str, at: int) -> OddHeader | None:
    """The header at an offset; None where it is none, or stands as it should."""
    match = _HEADER.match(text, at)
    if match is None:
        return _with_more(text, at)
    version, between = "".join(match["version"].split()), match["between"]
    numbers = [part if part.isdigit() else "0" for part in version.split(".")]
    whole = len(numbers) == 3 and version.replace(".", "").isdigit()
    if whole and between == ":" and version == match["version"]:
        return None
    reference = f"{match['name']}:{'.'.join([*numbers, '0', '0'][:3])}{match['suffix'] or ''}"
    apart = "\n" in between + match["version"] or "\r" in between + match["version"]
    title = _ONE_WORD if apart else _IN_FULL
    rest = match["rest"]
    end = match.start("rest") if rest else match.end()
    place = match.start("quote"), _end(text, end)
    return OddHeader(at, match.end(), place, reference, title, rest.strip() if rest else None)


def _with_more(text: str, at: int) -> OddHeader | None:
    """A header with an alias, or with a list of what it exports."""
    match = _MORE.match(text, at)
    if match is None:
        return None
    title = (
        "A module is given an alias where it is imported" if match["as"] else "A module exports all that it declares"
    )
    place = match.start("more"), match.end("more")
    return OddHeader(at, match.end(), place, match["reference"], title, match["rest"])


def _end(text: str, end: int) -> int:
    """Where what stands before an offset ends, without spaces and a `;`."""
    while text[end - 1] in " \t;":
        end -= 1
    return end
