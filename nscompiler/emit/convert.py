"""Conversions between two types of which one fits the other, as Python expressions.

A record or sum is converted by a small function of ``types.py``; everything else by an expression where it stands.
"""

from nscompiler.emit.classes import Classes, Field, PythonClass
from nscompiler.emit.python import Code, Names, Writer, call, snake
from nscompiler.flow.model import TypeId


class Converter:
    """Writes conversions and remembers the functions that they need."""

    def __init__(self, classes: Classes) -> None:
        self._classes = classes
        self._types = classes.types
        self._names = Names({*(own.name for own in classes.by_type.values()), *classes.shared.values()})
        self._same: dict[tuple[TypeId, TypeId], bool] = {}
        self._chosen: dict[tuple[TypeId, TypeId], str] = {}
        self._functions: dict[str, tuple[str, ...]] = {}

    @property
    def functions(self) -> tuple[tuple[str, ...], ...]:
        """The functions that conversions so far call, as lines, in the order in which they were first needed."""
        return tuple(self._functions[name] for name in self._chosen.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of these functions."""
        return tuple(self._chosen.values())

    def same(self, given: TypeId | None, needed: TypeId | None) -> bool:
        """Whether a value of the one type is a value of the other as it stands."""
        if given == needed or given is None or needed is None:
            return True
        if (given, needed) not in self._same:
            self._same[given, needed] = self._is_same(given, needed)
        return self._same[given, needed]

    def _is_same(self, given: TypeId, needed: TypeId) -> bool:
        one, other = self._types[given], self._types[needed]
        if other.kind == "optional":
            return self.same(one.items[0] if one.kind == "optional" else given, other.items[0])
        if one.kind in ("record", "sum") or one.kind in ("scalar", "unit"):
            return False
        return len(one.items) == len(other.items) and all(map(self.same, one.items, other.items))

    def expression(self, given: TypeId, needed: TypeId, value: str, prefix: str = "t.", depth: int = 1) -> str:
        """``value`` of the one type as the other. ``value`` is a name or a path that may be written several times."""
        if self.same(given, needed):
            return value
        if needed in self._classes.shared:
            return f"{prefix}{self.function(given, needed)}({value})"
        return self._written(given, needed, value, prefix, depth)

    def _written(self, given: TypeId, needed: TypeId, value: str, prefix: str, depth: int) -> str:
        one, other = self._types[given], self._types[needed]
        if other.kind == "optional":
            return self._optional(given, needed, value, prefix, depth)
        match other.kind:
            case "scalar":
                return f"float({value})"
            case "list" | "vector":
                item = _item(depth)
                inside = self._item(one.items[0], other.items[0], item, prefix, depth)
                return f"[{inside} for {item} in {value}]"
            case "map":
                item = _item(depth)
                inside = self._item(one.items[0], other.items[0], item, prefix, depth)
                key = "key" if depth == 1 else f"key{depth}"
                return f"{{{key}: {inside} for {key}, {item} in {value}.items()}}"
            case "tuple":
                parts = [
                    self._item(from_, to, f"{value}[{place}]", prefix, depth - 1)
                    for place, (from_, to) in enumerate(zip(one.items, other.items, strict=True))
                ]
                return f"({', '.join(parts)})"
        return f"{prefix}{self.function(given, needed)}({value})"

    def _item(self, given: TypeId | None, needed: TypeId | None, value: str, prefix: str, depth: int) -> str:
        if given is None or needed is None:
            return value
        return self.expression(given, needed, value, prefix, depth + 1)

    def _optional(self, given: TypeId, needed: TypeId, value: str, prefix: str, depth: int) -> str:
        inside = self._types[needed].items[0]
        assert inside is not None
        if self._types[given].kind != "optional":
            return self.expression(given, inside, value, prefix, depth)
        item = self._types[given].items[0]
        assert item is not None
        return f"None if {value} is None else {self.expression(item, inside, value, prefix, depth)}"

    def function(self, given: TypeId, needed: TypeId) -> str:
        """The name of the function that turns one record, sum or shared type into another."""
        held = self._chosen.get((given, needed))
        if held is not None:
            return held
        classes = self._classes
        name = self._names.fresh(f"{snake(classes.name(needed))}_from_{snake(classes.name(given))}", "_")
        self._chosen[given, needed] = name
        writer = Writer()
        writer.line(f"def {name}(value: {classes.annotation(given)}) -> {classes.annotation(needed)}:")
        if self._types[needed].kind == "record":
            self._record(classes.by_type[given], classes.by_type[needed], writer)
        elif self._types[needed].kind == "sum":
            self._sum(classes.by_type[given], classes.by_type[needed], writer)
        else:
            writer.line(f"return {self._written(given, needed, 'value', '', 1)}", 1)
        self._functions[name] = tuple(writer.lines)
        return name

    def _record(self, one: PythonClass, other: PythonClass, writer: Writer) -> None:
        given = {field.label: field for field in one.fields}
        pairs = ((given.get(field.label), field) for field in other.fields)
        parts = ["None" if own is None else self._part(own, field, f"value.{own.attribute}") for own, field in pairs]
        writer.code("return ", call(other.name, *parts), 1)

    def _sum(self, one: PythonClass, other: PythonClass, writer: Writer) -> None:
        needed = {field.label: field for field in other.fields}
        writer.line("match value:", 1)
        for field in one.fields:
            target = needed[field.label]
            arguments = [] if target.type is None else [self._part(field, target, "value.value")]
            writer.line(f"case {one.name}.{field.attribute}():", 2)
            writer.code("return ", call(f"{other.name}.{target.attribute}", *arguments), 3)
        writer.line(f'raise TypeError(f"no {one.name}: {{value!r}}")', 1)

    def _part(self, own: Field, field: Field, value: str) -> Code:
        return self._item(own.type, field.type, value, "", 0)


def _item(depth: int) -> str:
    return "item" if depth == 1 else f"item{depth}"
