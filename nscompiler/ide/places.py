"""Where a stage stands in its pipe: what flows to it, and what the next one needs."""

from collections.abc import Sequence

import attrs

from nscompiler.ide.cursor import Cursor, Symbol, until_closed
from nscompiler.ide.fragments import Fragments
from nscompiler.types.types import Type

_STOPS = frozenset("|&")


@attrs.frozen(slots=True)
class Place:
    """The pipe around a cursor, as text.

    ``before`` are the stretches of stages that flow to it, the outermost first; ``joint`` is where the ``|`` right
    before it stands (-1 where there is none), ``prefix`` the ``concat`` or ``filter`` before it, ``suffix`` the signs
    behind it, ``after`` the stage that follows a ``|``. ``annotation`` is that of its def.
    """

    before: tuple[str, ...]
    joint: int
    prefix: str
    suffix: str
    after: str | None
    annotation: str

    @property
    def is_start(self) -> bool:
        """Whether nothing stands before it, so that a source can."""
        return not self.before


@attrs.frozen(slots=True)
class Flow:
    """The types around a place: what is given to it and what is needed of it; None where anything will do."""

    given: Type | None
    needed: Type | None


def place_of(cursor: Cursor, symbols: Sequence[Symbol] | None = None) -> Place:
    """The pipe around a cursor, or around the function in whose ``< >`` it is, given what lies below that."""
    in_angles = symbols is not None
    symbols = cursor.stack.symbols() if symbols is None else symbols
    at, before, prefix, joint = len(symbols) - 1, [], "", -1
    if at >= 0 and symbols[at].name in ("CONCAT", "FILTER"):
        prefix, at = symbols[at].name.lower(), at - 1
    while at >= 0:
        if symbols[at].name == "VBAR" and at and symbols[at - 1].name in ("stage", "stages"):
            before.append(cursor.written(symbols[at - 1].start, symbols[at].start))
            joint = symbols[at].start if len(before) == 1 and at == len(symbols) - 1 - bool(prefix) else joint
            at -= 2
        elif symbols[at].name == "AMPERSAND" and at:
            at -= 2
        elif symbols[at].name in ("LPAR", "CONCAT", "FILTER"):
            at -= 1
        else:
            break
    suffix, after = _after(cursor, 1 + _length(cursor, 0, frozenset(">")) if in_angles else 0)
    return Place(tuple(reversed(before)), joint, prefix, suffix, after, _annotation(cursor, symbols))


def _after(cursor: Cursor, at: int) -> tuple[str, str | None]:
    """The signs behind the cursor's stage, from a token on, and the stage that follows."""
    texts, suffix = cursor.rest.texts, ""
    at = min(at, len(texts) - 1)
    while texts[at] in ("*", "?", "{", "<"):
        if texts[at] in "*?":
            suffix += texts[at]
        at = _behind(cursor, at)
    while texts[at] in (")", "&"):
        at = at + 1 if texts[at] == ")" else at + 1 + _length(cursor, at + 1, frozenset())
        while texts[at] in ("*", "?", "{"):
            at = _behind(cursor, at)
    if texts[at] != "|":
        return suffix, None
    length = _length(cursor, at + 1, _STOPS)
    if not length:
        return suffix, ""
    return suffix, cursor.text[cursor.rest.starts[at + 1] : cursor.rest.ends[at + length]]


def _behind(cursor: Cursor, at: int) -> int:
    """Behind a sign, or behind the bracket that it opens."""
    texts = cursor.rest.texts
    if texts[at] == "{":
        return min(at + 2 + _length(cursor, at + 1, frozenset()), len(texts) - 1)
    if texts[at] == "<":
        return min(at + 2 + _length(cursor, at + 1, frozenset(">")), len(texts) - 1)
    return at + 1


def _length(cursor: Cursor, at: int, stops: frozenset[str]) -> int:
    return until_closed(cursor.rest, stops, at)


def _annotation(cursor: Cursor, symbols: Sequence[Symbol]) -> str:
    names = [symbol.name for symbol in symbols]
    if "DEF" not in names or "COLON" not in names or "EQUAL" not in names[names.index("COLON") :]:
        return ""
    colon = names.index("COLON")
    equals = names.index("EQUAL", colon)
    return cursor.written(symbols[colon].start + 1, symbols[equals].start)


def flow_of(place: Place, fragments: Fragments) -> Flow:
    """The types around a place."""
    given = needed = None
    annotation = fragments.signature(place.annotation) if place.annotation else None
    void = fragments.types.void
    if annotation is not None and annotation.input is not void:
        given = annotation.input
    given = fragments.output(given, place.before)
    if place.after:
        found = fragments.infer(place.after)
        needed = None if found is None else found[1].arrow.input
    elif place.after is None and annotation is not None:
        needed = annotation.output
    return Flow(_known(given, fragments), _known(needed, fragments))


def _known(type: Type | None, fragments: Fragments) -> Type | None:
    return None if type is None or type is fragments.types.void or type is fragments.types.error else type
