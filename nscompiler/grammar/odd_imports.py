"""Imports with a sign where none can be, ``import Shop.Or#ers:1.0.0``, ``import Shop.Orders:1.0.0 as #``: each is read
as an import of what is written there, and told of once.
"""

import re
from collections.abc import Callable, Iterable
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as module_codes
from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.grammar.aliases import meant_alias
from nscompiler.grammar.syntax import NAMELESS
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record

_NUMBERS = r"[vV]?[0-9xX*]++(?:\.[0-9xX*]++)*+"
_LINE = Pattern(
    rf"import[ \t]++(?P<reference>[\w./]++[ \t]*+[:@]?[ \t]*+[\^~<>=!]+[ \t]*+{_NUMBERS}"
    rf"|[\w./]++:{_NUMBERS}[ \t]++-[ \t]++{_NUMBERS}|[^\s;]++)"
    r"(?:[ \t]++as[ \t]++(?P<alias>[^\s;]++))?[ \t]*+;?[ \t]*+(?://.*)?"
)
# What has a meaning of its own elsewhere, of which others tell.
_FOREIGN = frozenset("\"'`(){},")
_SIGN = Pattern(r"[^\w.:/-]")
_ALIAS = Pattern(r"[^\W\d_a-z]\w*+")
_NAME = Pattern(r"[\w./]*+")
# `1.*`, `^1.0`, `>=1.0.0`: a range of versions.
_RANGE = Pattern(
    rf"(?:[ \t]*+[:@])?+[ \t]*+(?P<range>[\^~<>=!]*+[ \t]*+(?:{_NUMBERS})(?:[+]|[ \t]++-[ \t]++{_NUMBERS})?)\Z"
)


class OddImport(Record):
    """Such a line: the reference as it is written, the alias that is meant, and what is told: the code, the title, the
    place in the line and what is to be written there (None where that is not known).
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("reference", "alias", "code", "title", "place", "right")
    __slots__ = __match_args__

    def __init__(
        self, reference: str, alias: str | None, code: Code, title: str, place: tuple[int, int], right: str | None
    ) -> None:
        self.reference = reference
        self.alias = alias
        self.code = code
        self.title = title
        self.place = place
        self.right = right


def odd_import(line: str, others: Callable[[], Iterable[str]]) -> OddImport | None:
    """What is odd in a line; ``others`` gives the aliases that the file uses and no other import of it gives. None
    where it is no import, or has nothing odd in it.
    """
    match = _LINE.fullmatch(line)
    if match is None or not _FOREIGN.isdisjoint(match["reference"] + (match["alias"] or "")):
        return None
    alias = match["alias"]
    is_odd = alias is not None and _ALIAS.fullmatch(alias) is None and not alias.replace("_", "a").isalnum()
    meant = meant_alias(alias, others()) if is_odd else alias
    called = meant or NAMELESS if is_odd else alias
    told = _of_reference(match)
    if told is not None:
        return OddImport(match["reference"], called, *told, None)
    if not is_odd or "." in alias:
        return None
    title = "An alias is a name with a capital first letter"
    title = fitting(f"{title}, and {shown(alias)} is none", title)
    right = meant or _plain(alias)
    return OddImport(match["reference"], called, codes.UNEXPECTED, title, match.span("alias"), right)


def _of_reference(match: re.Match[str]) -> tuple[Code, str, tuple[int, int]] | None:
    """What is told of a reference."""
    text, start = match["reference"], match.start("reference")
    sign = _SIGN.search(text)
    if sign is None:
        return None
    place = start + sign.start(), start + sign.end()
    if sign[0] == "@":
        title = "A `:` and a version in full stand behind a module's name, not `@`"
        return module_codes.MISSING_VERSION, title, (start + sign.start(), match.end("reference"))
    spread = _RANGE.match(text, _NAME.match(text).end())  # type: ignore[union-attr]
    if spread is not None:
        title = fitting(f"A version is written in full, and {shown(spread['range'])} is none", WHOLE_VERSION)
        return module_codes.INCOMPLETE_VERSION, title, (start + spread.start("range"), match.end("reference"))
    return codes.UNEXPECTED, f"{shown(sign[0])} has no place in a module's name or version", place


WHOLE_VERSION = "A version is written in full, as three numbers"
"""What is told of a range of versions."""


def _plain(alias: str) -> str | None:
    """An alias without its signs; None where nothing is left that can be one."""
    plain = re.sub(r"\W+", "_", alias).strip("_")
    return plain[:1].upper() + plain[1:] if plain[:1].isalpha() else None
