"""Parameters: the second row of a function's type.

Every def has the row of the parameters that can still be set from outside, with their types, defaults and readers. An
application narrows it; the nearest binding wins. So it is decidable whether a binding has an effect, is misspelt, or is
missing.
"""

from collections.abc import Container
from typing import ClassVar

from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.source import Span
from nscompiler.types.interface import UNSEEN, Fixed, ParameterRow, ParameterType, Settable
from nscompiler.types.interface import Environment as Environment

TEXT = ParameterType("Text")
UNKNOWN_TYPE = ParameterType("unknown")
"""Of a parameter whose type is an error: whatever is given to it is right."""
INTEGER = ParameterType("Integer")
BOOLEAN = ParameterType("Boolean")
DURATION = ParameterType("Duration")
ON_ERROR = ParameterType("enum", None, ("stop", "skip", "dead_letter"))

# What every function understands. `retry` is a number, or true for the usual number.
POLICY: dict[str, ParameterType] = {
    "retry": INTEGER,
    "timeout": DURATION,
    "on_error": ON_ERROR,
    "dead_letter": TEXT,
    "parallelism": INTEGER,
    "ordered": BOOLEAN,
}
USUAL_RETRIES = 5

_DURATION = Pattern(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?\Z"
)
_ISO_DURATION = Pattern(
    r"P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?\Z"
)
_INTEGER = Pattern(r"[+-]?\d+\Z")
_DOUBLE = Pattern(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")


class Fault:
    """Why a literal does not fit: ``kind`` is type, choice, range or least; ``wanted`` says what would."""

    __match_args__: ClassVar[tuple[str, ...]] = ("kind", "wanted")
    __slots__ = __match_args__

    def __init__(self, kind: str, wanted: str) -> None:
        self.kind = kind
        self.wanted = wanted


Value = object


def show_type(type: ParameterType) -> str:
    """A parameter's type as written."""
    if type.kind == "list" and type.item is not None:
        return f"[{show_type(type.item)}]"
    if type.kind == "enum":
        return " | ".join(f'"{choice}"' for choice in type.choices)
    return type.kind


def convert(literal: syntax.Literal, type: ParameterType) -> "Value | Fault":
    """The JSON value that a literal has for a parameter (a Duration in seconds), an Environment, or why it has none."""
    if literal.kind == "environment":
        return Environment(str(literal.value))
    match type.kind:
        case "Text":
            return _text(literal)
        case "Integer":
            return _integer(literal)
        case "Double":
            return _double(literal)
        case "Boolean":
            return _boolean(literal)
        case "Duration":
            return _duration(literal)
        case "enum":
            return _choice(literal, type)
        case "unknown":
            return literal.value if isinstance(literal.value, (str, int, float, bool)) else literal.raw
    return _list(literal, type)


def _text(literal: syntax.Literal) -> "Value | Fault":
    if literal.kind == "text":
        return literal.value
    if literal.kind in ("integer", "double"):
        return literal.raw
    return Fault("type", "a text")


def _integer(literal: syntax.Literal) -> "Value | Fault":
    value: object = literal.value
    if literal.kind == "text" and _INTEGER.match(str(value).strip()):
        value = int(str(value))
    elif literal.kind != "integer":
        return Fault("type", "a whole number")
    assert isinstance(value, int)
    if not -(2**63) <= value < 2**63:
        return Fault("range", "a number of 64 bits")
    return value


def _double(literal: syntax.Literal) -> "Value | Fault":
    if literal.kind in ("integer", "double") and isinstance(literal.value, (int, float)):
        return float(literal.value)
    if literal.kind == "text" and _DOUBLE.match(str(literal.value).strip()):
        return float(str(literal.value))
    return Fault("type", "a number")


def _boolean(literal: syntax.Literal) -> "Value | Fault":
    if literal.kind == "boolean":
        return literal.value
    if literal.kind == "text" and literal.value in ("true", "false"):
        return literal.value == "true"
    return Fault("type", "`true` or `false`")


def _duration(literal: syntax.Literal) -> "Value | Fault":
    wanted = 'a duration such as "500ms", "90s", "1m30s", "2h" or a number of seconds'
    if literal.kind in ("integer", "double") and isinstance(literal.value, (int, float)):
        return float(literal.value) if literal.value >= 0 else Fault("type", wanted)
    seconds = parse_duration(str(literal.value)) if literal.kind == "text" else None
    return Fault("type", wanted) if seconds is None else seconds


def parse_duration(text: str) -> float | None:
    """Seconds of ``500ms``, ``1m30s``, ``2h``, ISO 8601 (``PT1M30S``) or a plain number; None for anything else."""
    text = text.strip()
    if _DOUBLE.match(text) and not text.startswith(("+", "-")):
        return float(text)
    found, weights = _DURATION.match(text), (86400.0, 3600.0, 60.0, 1.0, 0.001)
    if found is None or not text:
        found, weights = _ISO_DURATION.match(text), (604800.0, 86400.0, 3600.0, 60.0, 1.0)
    if found is None or not any(found.groups()):
        return None
    return sum(float(part) * weight for part, weight in zip(found.groups(), weights, strict=True) if part)


def _choice(literal: syntax.Literal, type: ParameterType) -> "Value | Fault":
    if literal.kind in ("text", "integer", "double", "boolean"):
        text = literal.value if literal.kind == "text" else literal.raw
        if text in type.choices:
            return text
        return Fault("choice", f"one of {show_type(type).replace(' | ', ', ')}")
    return Fault("type", f"one of {show_type(type).replace(' | ', ', ')}")


def _list(literal: syntax.Literal, type: ParameterType) -> "Value | Fault":
    if literal.kind != "list" or not isinstance(literal.value, tuple) or type.item is None:
        return Fault("type", f"a list such as [{_sample(type.item)}]")
    values: list[Value] = []
    for item in literal.value:
        value = convert(item, type.item)
        if isinstance(value, Fault):
            return value
        values.append(value)
    return tuple(values)


def _sample(type: ParameterType | None) -> str:
    return {"Integer": "1, 2", "Double": "0.5, 1.5", "Boolean": "true"}.get(type.kind if type else "", '"a", "b"')


def convert_policy(name: str, literal: syntax.Literal) -> "Value | Fault":
    """The value of one of the parameters that every function understands."""
    value: Value = literal.value
    if name == "retry":
        if value is True or value == "true":
            return USUAL_RETRIES
        if value in ("false",) or value is False:
            return 0
    result = convert(literal, POLICY[name])
    if isinstance(result, Fault):
        return Fault("type", '"true" or how often') if name == "retry" else result
    return _in_range(name, result)


def _in_range(name: str, value: "Value") -> "Value | Fault":
    if isinstance(value, Environment):
        return value
    if name == "retry" and isinstance(value, int) and value < 0:
        return Fault("least", "a number from 0")
    if name == "parallelism" and isinstance(value, int) and value < 1:
        return Fault("least", "a number from 1")
    if name == "timeout" and isinstance(value, float) and value <= 0:
        return Fault("least", "more than no time")
    return value


# --- rows


_NOTHING: frozenset[str] = frozenset()
_NOTHING_BOUND = (_NOTHING,)
# Rows are made for each def: what most of them have is shared.


def union(rows: list[ParameterRow]) -> ParameterRow:
    """The parameters of several functions together; what one function reads twice stands once."""
    if not rows:
        return ParameterRow((), (), (), ())
    first = rows[0]
    different = [row for row in rows if row is not first]
    if not different:
        return first
    different.insert(0, first)
    if len(different) > 2:
        different = [*dict.fromkeys(different)]
    settable: list[Settable] = []
    fixed: dict[tuple[str, str], Fixed] = {}
    open_: list[frozenset[str]] = []
    policy: list[frozenset[str]] = []
    rows_with_settable = 0
    for row in different:
        if row.settable:
            settable += row.settable
            rows_with_settable += 1
        for one in row.fixed:
            fixed.setdefault((one.name, one.reader), one)
        open_ += row.open
        policy += row.policy
    readers = tuple(settable) if rows_with_settable < 2 else _once(settable)  # of one row they are different already
    return ParameterRow(readers, tuple(fixed.values()), _common(open_), _common(policy))


def _once(readers: list[Settable]) -> tuple[Settable, ...]:
    """The first of those with the same name and reader."""
    different: dict[tuple[str, str], Settable] = {}
    for one in readers:
        different.setdefault((one.name, one.reader), one)
    return tuple(different.values())


def _common(bound: list[frozenset[str]]) -> tuple[frozenset[str], ...]:
    """The names that inner bindings fix for all of some functions: any other still reaches one of them."""
    if len(bound) < 2:
        return tuple(bound)
    if not any(bound):
        return _NOTHING_BOUND
    common = bound[0]
    for names in bound:
        common &= names
    if any(UNSEEN in names for names in bound):
        common |= {UNSEEN}
    return (common,) if common else _NOTHING_BOUND


def narrow(row: ParameterRow, places: dict[str, Span]) -> ParameterRow:
    """The row that is left after bindings of some names, each at its place."""
    left: list[Settable] = []
    fixed = list(row.fixed)
    read: set[str] = set()
    for one in row.settable:
        at = places.get(one.name)
        if at is None:
            left.append(one)
        else:
            fixed.append(Fixed(one.name, one.reader, at))
            read.add(one.name)
    common = (
        frozenset([name for name in places if name in POLICY]) if any(name in POLICY for name in places) else _NOTHING
    )
    others = frozenset([name for name in places if name not in common]) if row.open else _NOTHING
    for name, at in places.items():
        if name in common or (name not in read and takes_openly(row, name)):
            fixed.append(Fixed(name, "", at))
    return ParameterRow(tuple(left), tuple(fixed), _bound(row.open, others), _bound(row.policy, common))


def _bound(rows: tuple[frozenset[str], ...], names: frozenset[str]) -> tuple[frozenset[str], ...]:
    if not names:
        return rows
    if len(rows) == 1:
        return (rows[0] | names,)
    return tuple(dict.fromkeys([bound | names for bound in rows]))


def readers_of(row: ParameterRow, names: Container[str] | None = None) -> dict[str, list[Settable]]:
    """Who reads each parameter that can still be set; of those with some names alone, if they are given."""
    found: dict[str, list[Settable]] = {}
    for one in row.settable:
        if names is None or one.name in names:
            held = found.get(one.name)
            if held is None:
                found[one.name] = [one]
            else:
                held.append(one)
    return found


def takes_policy(row: ParameterRow, name: str) -> bool:
    """Whether a parameter that every function understands is still unset for one of them."""
    return any(name not in bound for bound in row.policy)


def takes_openly(row: ParameterRow, name: str) -> bool:
    """Whether a function without ``with`` would still see a binding of that name."""
    return any(name not in bound for bound in row.open)


def has_unseen(row: ParameterRow) -> bool:
    """Whether a function inside is not known."""
    return any(UNSEEN in bound for bound in row.open)
