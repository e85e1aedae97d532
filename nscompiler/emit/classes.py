"""The classes of ``types.py``: a readable name for each record and sum, and the Python names of fields and
constructors."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from nscompiler.emit.python import Names, identifier, pascal, quoted
from nscompiler.emit.table import NAMED
from nscompiler.flow.model import Graph, Node, TypeDef, TypeId

SCALARS = (
    "Integer",
    "Double",
    "Boolean",
    "Text",
    "Json",
    "Bytes",
    "Decimal",
    "Date",
    "Time",
    "DateTime",
    "Duration",
    "Uuid",
    "Unit",
)
"""The names that ``types.py`` takes from the run time."""

_HELPERS = ("Record", "Shared", "Sum", "Vector", "constructor", "optional", "required")
_CONTAINERS = ("list", "dict", "tuple")
_LONGEST = 32
LONGEST_ANNOTATION = 300
"""How long a type is written out; a longer one has a name. What is shared inside a type may be written very often."""
_HIDDEN = ("get", "keys", "items", "match", "value")


@attrs.frozen(slots=True)
class Field:
    """A field or constructor: its name in the language, its Python attribute, its type (None: no payload)."""

    label: str
    attribute: str
    type: TypeId | None


@attrs.frozen(slots=True)
class PythonClass:
    """The class of a record or sum."""

    type: TypeId
    name: str
    fields: tuple[Field, ...]


@attrs.frozen(slots=True, eq=False)
class Classes:
    """All classes by type, parts before wholes. ``aliases`` are second names for names that some field hides,
    ``shared`` the names of types that are too long to be written out, ``mutable`` the types whose values have parts
    that can be changed in place.
    """

    types: tuple[TypeDef, ...]
    by_type: Mapping[TypeId, PythonClass]
    aliases: Mapping[str, str]
    shared: Mapping[TypeId, str]
    mutable: frozenset[TypeId]

    def annotation(self, type: TypeId | None, prefix: str = "") -> str:
        """A type as Python writes it; ``prefix`` is ``t.`` outside ``types.py``."""
        if type is None:
            return "None"
        return prefix + self.shared[type] if type in self.shared else self.written(type, prefix)

    def written(self, type: TypeId, prefix: str = "") -> str:
        """The same without a name of its own, if it is shared; its parts may have one."""
        definition = self.types[type]
        items = [self.annotation(item, prefix) for item in definition.items] if definition.kind not in NAMED else []
        match definition.kind:
            case "record" | "sum":
                return prefix + self.by_type[type].name
            case "optional":
                return f"{items[0]} | None"
            case "list" if self.is_bytes(type):
                return self._named("Bytes", prefix)
            case "list":
                return f"{self._named('list', prefix)}[{items[0]}]"
            case "map":
                return f"{self._named('dict', prefix)}[{self._named('Text', prefix)}, {items[0]}]"
            case "tuple":
                return f"{self._named('tuple', prefix)}[{', '.join(items)}]"
            case "vector":
                return f"{self._named('Vector', prefix)}({definition.size}, {items[0]})"
            case "unit":
                return self._named("Unit", prefix)
        return self._named(definition.name, prefix)

    def is_bytes(self, type: TypeId) -> bool:
        """Whether it is ``[Byte]``."""
        return _is_bytes(self.types, self.types[type])

    def name(self, type: TypeId) -> str:
        """What a type is called where it is part of another name."""
        own = self.by_type.get(type)
        return own.name if own is not None else self.shared.get(type, self.types[type].kind)

    def _named(self, name: str, prefix: str) -> str:
        if prefix:
            return name if name in _CONTAINERS else prefix + name
        return self.aliases.get(name, name)

    def helper(self, name: str) -> str:
        """A name of the run time's as ``types.py`` has to write it."""
        return self.aliases.get(name, name)


def _is_bytes(types: tuple[TypeDef, ...], definition: TypeDef) -> bool:
    item = definition.items[0] if definition.kind == "list" else None
    return item is not None and types[item].name == "Byte"


def _mutable(types: tuple[TypeDef, ...]) -> frozenset[TypeId]:
    """The types whose values have parts that can be changed in place."""
    found: set[TypeId] = set()
    for type, definition in enumerate(types):  # parts stand before wholes
        inside = definition.kind in ("tuple", "optional", "sum") and not found.isdisjoint(definition.items)
        own = definition.kind in ("list", "map", "vector", "record") and not _is_bytes(types, definition)
        if inside or own:
            found.add(type)
    return frozenset(found)


def _shared(types: tuple[TypeDef, ...], chosen: Mapping[TypeId, str], names: Names) -> dict[TypeId, str]:
    """Names for the types that are too long to be written out."""
    lengths: list[int] = []
    shared: dict[TypeId, str] = {}
    for type, definition in enumerate(types):
        if definition.kind in NAMED:
            lengths.append(len(chosen.get(type, "")))
            continue
        length = len(definition.kind) + 2 + sum(lengths[item] + 2 for item in definition.items if item is not None)
        if length > LONGEST_ANNOTATION:
            shared[type] = names.fresh(_declared_name(definition) or pascal(definition.kind))
            length = len(shared[type])
        lengths.append(length)
    return shared


def _declared_name(definition: TypeDef) -> str:
    """What a type's author calls it; its arguments are part of the name as long as that stays readable."""
    declared = definition.declared
    if declared is None:
        return ""
    whole = pascal(declared.text)
    return identifier(whole if len(whole) <= _LONGEST or not whole.startswith(declared.name) else declared.name)


def name_classes(types: tuple[TypeDef, ...], graphs: Iterable[Graph]) -> Classes:
    """A name for every record and sum. A declared type has its own name, with the module's before it where two
    modules use it; one without a name is called after its place."""
    fields = {type: _fields(types[type]) for type in range(len(types)) if types[type].kind in NAMED}
    hidden = {field.attribute for own in fields.values() for field in own}
    names = Names({*SCALARS, *_HELPERS, *_CONTAINERS, *hidden})
    chosen = _declared_names(types, fields, names)
    for type, hint in _places(types, graphs, chosen):
        if type not in chosen:
            chosen[type] = names.fresh(identifier(hint))
    classes = {type: PythonClass(type, chosen[type], own) for type, own in fields.items()}
    clashes = sorted(hidden & {*SCALARS, *_HELPERS, *_CONTAINERS})
    aliases = {name: names.fresh(name + "_", "_") for name in clashes}
    return Classes(types, classes, aliases, _shared(types, chosen, names), _mutable(types))


def _fields(definition: TypeDef) -> tuple[Field, ...]:
    names = Names(_HIDDEN if definition.kind == "record" else ())
    pairs = zip(definition.labels, definition.items, strict=True)
    # Plain names first: a mangled one gives way to them.
    plain = {label: names.fresh(label) for label in definition.labels if _plain(label, definition.kind)}
    return tuple(Field(label, plain.get(label) or names.fresh(_mangled(label), "_"), type) for label, type in pairs)


def _plain(label: str, kind: str) -> bool:
    hidden = _HIDDEN if kind == "record" else ()
    return identifier(label) == label and label not in hidden and not label.startswith("__")


def _mangled(label: str) -> str:
    name = identifier(label)
    if name.startswith("__"):
        name = "field" + name
    return name + "_" if name in _HIDDEN else name


def _declared_names(
    types: tuple[TypeDef, ...], fields: Mapping[TypeId, tuple[Field, ...]], names: Names
) -> dict[TypeId, str]:
    wanted: dict[str, list[TypeId]] = {}
    for type in fields:
        name = _declared_name(types[type])
        if name:
            wanted.setdefault(name, []).append(type)
    chosen: dict[TypeId, str] = {}
    for name, owners in wanted.items():
        for type in owners:
            shared = len({_module(types[owner]) for owner in owners}) > 1
            chosen[type] = names.fresh(_module(types[type]) + name if shared else name)
    return chosen


def _module(definition: TypeDef) -> str:
    assert definition.declared is not None
    return pascal(definition.declared.module.split("/")[-1].split(":")[0])


def _places(
    types: tuple[TypeDef, ...], graphs: Iterable[Graph], chosen: Mapping[TypeId, str]
) -> Iterator[tuple[TypeId, str]]:
    """Every type without a name, and what to call it; a whole comes before its parts."""
    seen: set[TypeId] = set()
    for type, name in list(chosen.items()):
        yield from _inside(types, type, name, chosen, seen)
    for graph in graphs:
        for use in graph.modules:
            for name, input, output in use.signatures:
                yield from _walk(types, input, pascal(name) + "Input", chosen, seen)
                yield from _walk(types, output, pascal(name) + "Output", chosen, seen)
        for node in graph.nodes:
            yield from _walk(types, node.input, _subject(node) + "Input", chosen, seen)
            yield from _walk(types, node.output, _subject(node) + "Output", chosen, seen)


def _subject(node: Node) -> str:
    return pascal(node.function.name if node.function is not None else node.kind)


def _walk(
    types: tuple[TypeDef, ...], type: TypeId | None, hint: str, chosen: Mapping[TypeId, str], seen: set[TypeId]
) -> Iterator[tuple[TypeId, str]]:
    if type is None or type in seen or type in chosen:
        return
    seen.add(type)
    if types[type].kind in NAMED:
        yield type, hint
        hint = chosen.get(type, hint)
    yield from _inside(types, type, hint, chosen, seen)


_PART = {"list": "Item", "vector": "Item", "map": "Value"}


def _inside(
    types: tuple[TypeDef, ...], type: TypeId, hint: str, chosen: Mapping[TypeId, str], seen: set[TypeId]
) -> Iterator[tuple[TypeId, str]]:
    definition = types[type]
    for place, item in enumerate(definition.items):
        if definition.labels:
            part = pascal(definition.labels[place])
        elif definition.kind == "tuple":
            part = f"Part{place + 1}"
        else:
            part = _PART.get(definition.kind, "")
        yield from _walk(types, item, hint + part, chosen, seen)


def class_lines(classes: Classes, own: PythonClass) -> tuple[str, ...]:
    """The lines of a class body."""
    definition = classes.types[own.type]
    if definition.kind == "sum":
        return tuple(_constructor(classes, field) for field in own.fields) or ("pass",)
    lines: list[str] = []
    defaults = False
    for field in own.fields:
        assert field.type is not None
        absent = classes.types[field.type].kind == "optional"
        name = "" if field.attribute == field.label else quoted(field.label)
        default = _default(classes, absent, name, defaults)
        defaults = defaults or bool(default)
        lines.append(f"{field.attribute}: {classes.annotation(field.type)}{default}")
    return tuple(lines) or ("pass",)


def _constructor(classes: Classes, field: Field) -> str:
    arguments = [] if field.type is None else [classes.annotation(field.type)]
    if field.attribute != field.label:
        arguments.append(f"name={quoted(field.label)}")
    return f"{field.attribute} = {classes.helper('constructor')}({', '.join(arguments)})"


def _default(classes: Classes, absent: bool, name: str, defaults: bool) -> str:
    if absent:
        return f" = {classes.helper('optional')}({name})" if name else " = None"
    return f" = {classes.helper('required')}({name})" if name or defaults else ""
