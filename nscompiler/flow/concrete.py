"""From the checker's types to the graph's table."""

from collections.abc import Mapping

from nscompiler.flow.model import Declared, TypeDef, TypeId
from nscompiler.types.show import show
from nscompiler.types.types import App, Record, Scalar, SizeType, Sum, Type, Types, Var, variables


class Table:
    """The table of one graph. Each type stands once, after its parts."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._ids: dict[Type, TypeId] = {}
        self._definitions: list[TypeDef] = []

    @property
    def definitions(self) -> tuple[TypeDef, ...]:
        """The table so far."""
        return tuple(self._definitions)

    def close(self, type: Type) -> Type:
        """A type whose tails that nothing supplies are closed. Raises AssertionError if another variable is left:
        the checker lets no such workflow pass."""
        if type.ground:
            return type
        rows: dict[Type, Type] = {var: self._types.record(()) for var in variables(type) if var.kind == "row"}
        closed = self._types.substitute(type, rows)
        assert closed.ground, f"open type in a workflow: {show(type)}"
        return closed

    def id(self, type: Type) -> TypeId:
        """The number of a closed type."""
        held = self._ids.get(type)
        if held is None:
            definition = self._define(type)
            held = self._ids[type] = len(self._definitions)
            self._definitions.append(definition)
        return held

    def _define(self, type: Type) -> TypeDef:
        shown = show(type)
        alias = type.alias
        declared = None if alias is None else Declared(module=alias.module, name=alias.name, text=shown)
        match type:
            case Scalar(name="()"):
                return TypeDef(kind="unit", declared=declared, shown=shown)
            case Scalar():
                return TypeDef(kind="scalar", name=type.name, declared=declared, shown=shown)
            case App():
                return self._apply(type, declared, shown)
            case Record():
                labels, items = type.labels, tuple(self.id(item) for _, item in type.fields)
                return TypeDef(kind="record", labels=labels, items=items, declared=declared, shown=shown)
            case Sum():
                names = tuple(name for name, _ in type.constructors)
                parts = tuple(None if part is None else self.id(part) for _, part in type.constructors)
                return TypeDef(kind="sum", labels=names, items=parts, declared=declared, shown=shown)
        raise AssertionError(f"no value has the type {shown}")

    def _apply(self, type: App, declared: Declared | None, shown: str) -> TypeDef:
        size = type.items[0] if type.constructor == "vector" else None
        items = type.items if size is None else type.items[1:]
        return TypeDef(
            kind=type.constructor,
            items=tuple(map(self.id, items)),
            size=size.value if isinstance(size, SizeType) else 0,
            declared=declared,
            shown=shown,
        )


class Substitution:
    """The types of one use of a def in place of its scheme's variables."""

    def __init__(self, table: Table, types: Types, bindings: Mapping[Type, Type]) -> None:
        self._table = table
        self._types = types
        self._bindings = bindings
        self._memo: dict[Type, Type] = {}

    def __call__(self, type: Type) -> Type:
        """A type of the def's facts, concrete."""
        if type.ground:
            return type
        return self._table.close(self._types.substitute(type, self._bindings, self._memo))


def open_variables(type: Type) -> tuple[Var, ...]:
    """The variables of a type that must be known before a value can have it: all but the tails of rows."""
    return tuple(var for var in variables(type) if var.kind != "row")
