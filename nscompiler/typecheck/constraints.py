"""The built-in constraints, in one table: what each admits, and how it simplifies where part of a type is known."""

from collections.abc import Callable

import attrs

from nscompiler.types.types import App, Record, Scalar, Sum, Type, Var

_CELLS = frozenset(("Integer", "Double", "Boolean", "Text", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid"))


@attrs.frozen(eq=False, repr=False, match_args=False, getstate_setstate=False)
class Need:
    """What is left to be shown: ``type`` (a variable) must be ``name``."""

    type: Type
    name: str


@attrs.frozen(eq=False, repr=False, match_args=False, getstate_setstate=False)
class Violation:
    """What breaks a constraint: the part of the type, where it lies, and what was wanted there."""

    part: Type
    path: str
    wanted: str


Outcome = tuple[list[Need], list[Violation]]
Head = Callable[[Type], Type]


def check(name: str, type: Type, head: Head) -> Outcome:
    """Simplify ``type is name``: what is still open, and what is broken."""
    outcome: Outcome = ([], [])
    _RULES[name](type, head, "", outcome)
    return outcome


def _is_scalar(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name in _CELLS


def _is_bytes(type: Type, head: Head) -> bool:
    if not isinstance(type, App) or type.constructor != "list":
        return False
    item = head(type.items[0])
    return isinstance(item, Scalar) and item.name == "Byte"


def _optional_item(type: Type) -> Type | None:
    return type.items[0] if isinstance(type, App) and type.constructor == "optional" else None


def _cell(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    inside = _optional_item(type)
    if inside is not None:
        _cell(inside, head, path, out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "CsvCell"))
    elif not (_is_scalar(type) or _is_bytes(type, head) or type.poisoned):
        out[1].append(Violation(type, path, "a number, truth value, text, date or byte string, or an optional of one"))


def _columns(type: Type) -> list[tuple[str, Type]] | None:
    match type:
        case Record():
            return [("." + label, part) for label, part in type.fields]
        case App() if type.constructor == "tuple":
            return [(f".{place}", part) for place, part in enumerate(type.items)]
    return None


def _row(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    columns = _columns(type)
    if columns is not None:
        for step, part in columns:
            _cell(part, head, path + step, out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "CsvRow"))
    elif isinstance(type, App) and type.constructor in ("list", "vector") and not _is_bytes(type, head):
        _cell(type.items[-1], head, path + "[]", out)
    elif not type.poisoned:
        out[1].append(Violation(type, path, "a list, tuple or record of cells"))


def _file(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    if isinstance(type, Var):
        out[0].append(Need(type, "CsvFile"))
    elif isinstance(type, App) and type.constructor in ("list", "vector"):
        _row(type.items[-1], head, path + "[]", out)
    elif not type.poisoned:
        out[1].append(Violation(type, path, "a list of rows"))


def _csv(type: Type, head: Head, path: str, out: Outcome) -> None:
    """A row or a whole file, as the type turns out to be."""
    type = head(type)
    if isinstance(type, Var):
        out[0].append(Need(type, "Csv"))
    elif isinstance(type, App) and type.constructor in ("list", "vector") and not _is_bytes(type, head):
        item = head(type.items[-1])
        if isinstance(item, Var):
            out[0].append(Need(type, "Csv"))
        elif _columns(item) is not None or (isinstance(item, App) and item.constructor in ("list", "vector")):
            (_cell if _is_bytes(item, head) else _row)(item, head, path + "[]", out)
        else:
            _row(type, head, path, out)
    else:
        _row(type, head, path, out)


def _sql_part(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    inside = _optional_item(type)
    if inside is not None:
        _sql_part(inside, head, path, out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "SqlColumn"))
    elif isinstance(type, App) and type.constructor in ("list", "vector") and _is_scalar(head(type.items[-1])):
        return
    elif not (
        _is_scalar(type) or _is_bytes(type, head) or type.poisoned or (isinstance(type, Scalar) and type.name == "Json")
    ):
        out[1].append(Violation(type, path, "a scalar, byte string, Json or list of scalars, or an optional of one"))


def _sql_row(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    columns = _columns(type)
    if columns is not None:
        for step, part in columns:
            _sql_part(part, head, path + step, out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "SqlRow"))
    elif not (_is_scalar(type) or type.poisoned):
        out[1].append(Violation(type, path, "a scalar, or a tuple or record of columns"))


def _serializable(type: Type, head: Head, path: str, out: Outcome) -> None:
    type = head(type)
    if isinstance(type, Scalar) and type.name == "Byte":
        out[1].append(Violation(type, path, "a whole byte string, [Byte]"))
    elif isinstance(type, Var) and type.kind == "type":
        out[0].append(Need(type, "Serializable"))
    elif not _is_bytes(type, head):
        for step, part in _parts(type):
            _serializable(part, head, path + step, out)


def _present(type: Type, head: Head, path: str, out: Outcome) -> None:
    """What may be made optional: `null` stands for one kind of missing only."""
    type = head(type)
    if isinstance(type, Var):
        out[0].append(Need(type, "Present"))
    elif _optional_item(type) is not None or (isinstance(type, Scalar) and type.name in ("()", "Json")):
        out[1].append(Violation(type, path, "something that is not missing already"))


def _parts(type: Type) -> list[tuple[str, Type]]:
    match type:
        case Sum():
            return [(f"({name})", part) for name, part in type.constructors if part is not None]
        case App() if type.constructor != "tuple":
            return [("[]", type.items[-1])]
    return _columns(type) or []


def implied(name: str) -> tuple[str, ...]:
    """A constraint and those that it implies."""
    return (name, "Csv") if name in ("CsvRow", "CsvFile") else (name,)


_RULES: dict[str, Callable[[Type, Head, str, Outcome], None]] = {
    "Csv": _csv,
    "CsvCell": _cell,
    "CsvFile": _file,
    "CsvRow": _row,
    "Present": _present,
    "Serializable": _serializable,
    "SqlColumn": _sql_part,
    "SqlRow": _sql_row,
}
NAMES = tuple(_RULES)
