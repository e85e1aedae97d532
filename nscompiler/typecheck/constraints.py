"""The built-in constraints, in one table: what each admits, and how it simplifies where part of a type is known."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from nscompiler.types.types import App, Record, Scalar, Sum, Type, Var, parts

_CELLS = frozenset(("Integer", "Double", "Boolean", "Text", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid"))


class Need:
    """What is left to be shown: ``type``, a variable or a list of one, must be ``name``. For a row variable it is
    about the record of the fields that it stands for."""

    __match_args__: ClassVar[tuple[str, ...]] = ("type", "name")
    __slots__ = __match_args__

    def __init__(self, type: Type, name: str) -> None:
        self.type = type
        self.name = name


class Violation:
    """What breaks a constraint: the part of the type, where it lies, and what was wanted there."""

    __match_args__: ClassVar[tuple[str, ...]] = ("part", "path", "wanted")
    __slots__ = __match_args__

    def __init__(self, part: Type, path: str, wanted: str) -> None:
        self.part = part
        self.path = path
        self.wanted = wanted


Outcome = tuple[list[Need], list[Violation]]


def check(name: str, type: Type) -> Outcome:
    """Simplify ``type is name`` of a type with all that is known put in: what is still open, and what is broken."""
    outcome: Outcome = ([], [])
    _RULES[name](type, "", outcome)
    return outcome


class Promises:
    """Constraints that hold, and all that follows from them."""

    def __init__(self, given: Iterable[tuple[str, Type]]) -> None:
        self._held: set[tuple[str, Type]] = set()
        left = [*given]
        while left:
            name, type = left.pop()
            if (name, type.canon) not in self._held:
                self._held.add((name, type.canon))
                left += [(implied, type) for implied in _IMPLIED.get(name, ())]
                left += [(need.name, need.type) for need in check(name, type)[0]]

    def hold(self, name: str, type: Type) -> bool:
        """Whether a constraint that is still open follows from them."""
        if (name, type.canon) in self._held:
            return True
        if name == "Csv" and isinstance(type, App):
            # A list is a row if its items are cells, and a file if they are rows.
            return any((inner, type.items[-1].canon) in self._held for inner in ("CsvCell", "CsvRow"))
        return False


def telling(given: Iterable[tuple[str, Type]]) -> set[tuple[str, Type]]:
    """These constraints without what the others say of an item anyway."""
    given = [*given]
    if all(name != "Item" for name, _ in given):
        return set(given)
    others = Promises(one for one in given if one[0] != "Item")
    return {(name, type) for name, type in given if name != "Item" or not others.hold(name, type)}


# What each constraint implies of the same type.
_IMPLIED = {
    "Csv": ("Item",),
    "CsvCell": ("Item", "Serializable", "SqlColumn"),
    "CsvFile": ("Csv", "Item"),
    "CsvRow": ("Csv", "Item"),
    "Serializable": ("Item",),
    "SqlColumn": ("Item",),
    "SqlRow": ("Item",),
}


def _is_scalar(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name in _CELLS


def _is_bytes(type: Type) -> bool:
    if not isinstance(type, App) or type.constructor != "list":
        return False
    item = type.items[0]
    return isinstance(item, Scalar) and item.name == "Byte"


def _is_list(type: Type) -> bool:
    return isinstance(type, App) and type.constructor in ("list", "vector") and not _is_bytes(type)


def _item(type: Type) -> Type:
    assert isinstance(type, App)
    return type.items[-1]


def _optional_item(type: Type) -> Type | None:
    return type.items[0] if isinstance(type, App) and type.constructor == "optional" else None


def _cell(type: Type, path: str, out: Outcome) -> None:
    inside = _optional_item(type)
    if inside is not None:
        _cell(inside, path, out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "CsvCell"))
    elif not (_is_scalar(type) or _is_bytes(type) or type.poisoned):
        out[1].append(Violation(type, path, "a number, truth value, text, date or byte string, or an optional of one"))


def _columns(type: Type) -> list[tuple[str, Type]] | None:
    match type:
        case Record():
            return [("." + label, part) for label, part in type.fields]
        case App() if type.constructor == "tuple":
            return [(f".{place}", part) for place, part in enumerate(type.items)]
    return None


def _rest(type: Type, name: str, out: Outcome) -> None:
    """The further fields of an open record must do, too."""
    if isinstance(type, Record) and isinstance(type.tail, Var):
        out[0].append(Need(type.tail, name))


def _row(type: Type, path: str, out: Outcome) -> None:
    columns = _columns(type)
    if columns is not None:
        for step, part in columns:
            _cell(part, path + step, out)
        _rest(type, "CsvRow", out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "CsvRow"))
    elif _is_list(type):
        _cell(_item(type), path + "[]", out)
    elif not type.poisoned:
        out[1].append(Violation(type, path, "a list, tuple or record of cells"))


def _file(type: Type, path: str, out: Outcome) -> None:
    if isinstance(type, Var):
        out[0].append(Need(type, "CsvFile"))
    elif isinstance(type, App) and type.constructor in ("list", "vector"):
        _row(_item(type), path + "[]", out)
    elif not type.poisoned:
        out[1].append(Violation(type, path, "a list of rows"))


def _csv(type: Type, path: str, out: Outcome) -> None:
    """A row or a whole file, as the type turns out to be."""
    if isinstance(type, Var):
        out[0].append(Need(type, "Csv"))
    elif _is_list(type):
        item = _item(type)
        if isinstance(item, Var):
            out[0].append(Need(type, "Csv"))
        elif _columns(item) is not None or _is_list(item):
            _row(item, path + "[]", out)
        else:
            _row(type, path, out)
    else:
        _row(type, path, out)


def _sql_part(type: Type, path: str, out: Outcome) -> None:
    inside = _optional_item(type)
    if inside is not None:
        _sql_part(inside, path, out)
    elif isinstance(type, Var) or (_is_list(type) and isinstance(_item(type), Var)):
        out[0].append(Need(type, "SqlColumn"))
    elif _is_list(type) and (_is_scalar(_item(type)) or _item(type).poisoned):
        return
    elif not (
        _is_scalar(type) or _is_bytes(type) or type.poisoned or (isinstance(type, Scalar) and type.name == "Json")
    ):
        out[1].append(Violation(type, path, "a scalar, byte string, Json or list of scalars, or an optional of one"))


def _sql_row(type: Type, path: str, out: Outcome) -> None:
    columns = _columns(type)
    if columns is not None:
        for step, part in columns:
            _sql_part(part, path + step, out)
        _rest(type, "SqlRow", out)
    elif isinstance(type, Var):
        out[0].append(Need(type, "SqlRow"))
    elif not (_is_scalar(type) or type.poisoned):
        out[1].append(Violation(type, path, "a scalar, or a tuple or record of columns"))


def _serializable(type: Type, path: str, out: Outcome) -> None:
    seen: set[Type] = set()
    stack = [(type, path)]
    while stack:
        part, where = stack.pop()
        if part in seen or _is_bytes(part):
            continue
        seen.add(part)
        if isinstance(part, Scalar) and part.name == "Byte":
            out[1].append(Violation(part, where, "a whole byte string, [Byte]"))
        elif isinstance(part, Var) and part.kind == "type":
            out[0].append(Need(part, "Serializable"))
        else:
            _rest(part, "Serializable", out)
            stack.extend(reversed([(inner, where + step) for step, inner in _steps(part)]))


def _sent(type: Type, path: str, out: Outcome) -> None:
    """What `*` may send one by one: a byte string is one value, so its bytes are not."""
    if isinstance(type, Var):
        out[0].append(Need(type, "Item"))
    elif isinstance(type, Scalar) and type.name == "Byte":
        out[1].append(Violation(type, path, "anything but the bytes of a byte string"))


def _present(type: Type, path: str, out: Outcome) -> None:
    """What may be made optional: `null` stands for one kind of missing only."""
    if isinstance(type, Var):
        out[0].append(Need(type, "Present"))
    elif _optional_item(type) is not None or (isinstance(type, Scalar) and type.name in ("()", "Json")):
        out[1].append(Violation(type, path, "something that is not missing already"))


def _steps(type: Type) -> list[tuple[str, Type]]:
    columns = _columns(type)
    if columns is not None:
        return columns
    if isinstance(type, Sum):
        return [(f"({name})", part) for name, part in type.constructors if part is not None]
    return [("[]", part) for part in parts(type)[-1:]]


_RULES: dict[str, Callable[[Type, str, Outcome], None]] = {
    "Csv": _csv,
    "CsvCell": _cell,
    "CsvFile": _file,
    "CsvRow": _row,
    "Item": _sent,
    "Present": _present,
    "Serializable": _serializable,
    "SqlColumn": _sql_part,
    "SqlRow": _sql_row,
}
NAMES = tuple(_RULES)
