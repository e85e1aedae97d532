"""Interfaces as plain data and back, for keeping them between runs.

A type that another module declares is written as its name, and looked up there again when it is read: what is kept of
a module does not grow with what lies behind its imports. The data holds tuples, texts, numbers and None only
(``marshal`` takes them); places are kept apart, so that what is left says whether an importer could see a difference.
"""

from collections.abc import Callable, Iterable
from typing import Any

from nscompiler.source import Span
from nscompiler.types.interface import (
    Fixed,
    FunctionInterface,
    Interface,
    ParameterRow,
    ParameterType,
    Requirement,
    Scheme,
    Settable,
    Traits,
    TypeInterface,
)
from nscompiler.types.types import Alias, App, ErrorType, Record, Scalar, SizeType, Sum, Type, Types, Var

Data = tuple[Any, ...]
Declared = dict[Type, tuple[str, str]]
"""The types that modules declare without parameters, with the module's reference and the type's name."""

_NAMED, _SCALAR, _APP, _RECORD, _SUM, _VARIABLE, _SIZE, _ERROR, _VOID = range(9)


Anchors = dict[Span, tuple[str, int]]
"""Places that the data of a module holds: its path, and which of its places it is."""


def write_interface(interface: Interface, path: str, declared: Declared, anchors: Anchors) -> tuple[Data, Data]:
    """What an interface says, and where: two values of plain data.

    ``path`` is the module's own file. ``declared`` are all types that may be written as names, ``anchors`` the places
    of the modules that it imports; what this module adds to either is added to them (``note``). Raises LookupError for
    a place in another file that no anchor holds.
    """
    said, places = _Writer(interface, path, declared, anchors).write()
    note(interface, places, path, declared, anchors)
    return said, places


def note(interface: Interface, places: Data, path: str, declared: Declared, anchors: Anchors) -> None:
    """Add what a module declares, and the places that its data holds, to what others may be written with."""
    for name, one in interface.types.items():
        if not one.parameters:
            declared.setdefault(one.body, (interface.module, name))
    for number, place in enumerate(places):
        if place is not None and isinstance(place[0], int):
            anchors.setdefault(Span(path, *place), (path, number))


def modules_named(said: Data) -> frozenset[str]:
    """The references of the other modules whose types an interface mentions by name."""
    return frozenset(entry[1] for entry in said[1] if entry[0] == _NAMED)


class _Writer:
    def __init__(self, interface: Interface, path: str, declared: Declared, anchors: Anchors) -> None:
        self._anchors = anchors
        self._interface = interface
        self._path = path
        self._declared = declared
        self._numbers: dict[Type, int] = {}
        self._table: list[Data] = []
        self._places: list[Data | None] = []

    def write(self) -> tuple[Data, Data]:
        own = self._interface
        types = tuple([self._declaration(one) for one in own.types.values()])
        functions = tuple([self._function(one) for one in own.functions.values()])
        said = (own.module, tuple(self._table), types, functions, tuple(sorted(own.broken)), own.standard)
        return said, tuple(self._places)

    def _place(self, span: Span | None) -> None:
        if span is None:
            self._places.append(None)
        elif span.path == self._path:
            self._places.append((span.start, span.end))
        else:
            self._places.append(self._anchors[span])

    def _declaration(self, one: TypeInterface) -> Data:
        self._place(one.span)
        parameters = tuple([self._type(var) for var in one.parameters])
        return one.name, parameters, self._type(one.body), one.doc, one.deprecated

    def _function(self, one: FunctionInterface) -> Data:
        self._place(one.span)
        scheme, traits, row = one.scheme, one.traits, one.parameters
        for span in traits.replies:
            self._place(span)
        return (
            one.name,
            one.declared,
            (
                self._type(scheme.input),
                self._type(scheme.output),
                tuple([self._type(var) for var in scheme.variables]),
                tuple([self._requirement(need) for need in scheme.requirements]),
                tuple([(self._type(var), tuple(sorted(labels))) for var, labels in scheme.lacks]),
            ),
            one.kind,
            self._row(row),
            (
                traits.bounded,
                traits.stateless,
                traits.replay,
                len(traits.replies),
                traits.http_only,
                traits.flattens,
                traits.paths,
            ),
            one.doc,
            one.attributes,
        )

    def _requirement(self, need: Requirement) -> Data:
        self._place(need.origin)
        return self._type(need.type), need.name

    def _row(self, row: ParameterRow) -> Data:
        settable, fixed = [], []
        for one in row.settable:
            self._place(one.span)
            settable.append((one.name, _written(one.type), one.default, one.required, one.reader))
        for bound in row.fixed:
            self._place(bound.span)
            fixed.append((bound.name, bound.reader))
        return tuple(settable), tuple(fixed), _sets(row.open), _sets(row.policy)

    def _type(self, type: Type) -> int:
        """The number of a type in the table; its parts stand before it."""
        number = self._numbers.get(type)
        if number is None:
            entry = self._entry(type)
            number = self._numbers[type] = len(self._table)
            self._table.append(entry)
        return number

    def _entry(self, type: Type) -> Data:
        name = self._declared.get(type)
        if name is not None and name[0] != self._interface.module:
            return _NAMED, *name
        alias = None if type.alias is None else self._alias(type.alias)
        match type:
            case Record():
                fields = tuple([(label, self._type(part)) for label, part in type.fields])
                return _RECORD, fields, -1 if type.tail is None else self._type(type.tail), alias
            case App():
                return _APP, type.constructor, tuple([self._type(item) for item in type.items]), alias
            case Scalar():
                return _SCALAR, type.name, alias
            case Sum():
                return _SUM, tuple([(n, -1 if p is None else self._type(p)) for n, p in type.constructors]), alias
            case Var():
                return _VARIABLE, type.kind, type.name, type.origin, type.rigid
            case SizeType():
                return _SIZE, type.value
        return (_ERROR,) if isinstance(type, ErrorType) else (_VOID,)

    def _alias(self, alias: Alias) -> Data:
        return alias.module, alias.name, tuple([self._type(arg) for arg in alias.args])


def _written(type: ParameterType) -> Data:
    return type.kind, None if type.item is None else _written(type.item), type.choices


def _sets(sets: Iterable[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple([tuple(sorted(names)) for names in sets])


Find = Callable[[str, str], Type]
"""The type that a module (by reference) declares under a name."""
Place = Callable[[str, int], Span]
"""One of the places that the data of a module (by path) holds."""


def read_interface(
    said: Data, places: Data, path: str, types: Types, find: Find, place: Place, digest: Callable[[], str]
) -> Interface:
    """An interface from what was written, with ``types`` for its table. What ``digest`` gives is its hash."""
    return _Reader(said, places, path, types, find, place).read(digest)


class _Reader:
    def __init__(self, said: Data, places: Data, path: str, types: Types, find: Find, place: Place) -> None:
        self._said = said
        self._places = iter(places)
        self._path = path
        self._types = types
        self._find = find
        self._elsewhere = place
        self._known: list[Type] = []

    def read(self, digest: Callable[[], str]) -> Interface:
        module, table, types, functions, broken, standard = self._said
        for entry in table:
            self._known.append(self._type(entry))
        declared = {one[0]: self._declaration(module, one) for one in types}
        found = {one[0]: self._function(module, one) for one in functions}
        return Interface(module, declared, found, frozenset(broken), digest, standard)

    def _span(self) -> Span | None:
        place = next(self._places)
        if place is None:
            return None
        return self._elsewhere(*place) if isinstance(place[0], str) else Span(self._path, *place)

    def _place(self) -> Span:
        span = self._span()
        assert span is not None
        return span

    def _variable(self, number: int) -> Var:
        found = self._known[number]
        assert isinstance(found, Var)
        return found

    def _declaration(self, module: str, one: Data) -> TypeInterface:
        name, parameters, body, doc, deprecated = one
        span = self._place()
        return TypeInterface(
            module, name, tuple(map(self._variable, parameters)), self._known[body], span, doc, deprecated
        )

    def _function(self, module: str, one: Data) -> FunctionInterface:
        name, declared, scheme, kind, row, traits, doc, attributes = one
        span = self._place()
        bounded, stateless, replay, replies, http_only, flattens, paths = traits
        return FunctionInterface(
            module=module,
            name=name,
            declared=declared,
            traits=Traits(
                bounded, stateless, replay, tuple([self._place() for _ in range(replies)]), http_only, flattens, paths
            ),
            scheme=self._scheme(scheme),
            kind=kind,
            parameters=self._row(row),
            span=span,
            doc=doc,
            attributes=attributes,
        )

    def _scheme(self, scheme: Data) -> Scheme:
        input, output, variables, requirements, lacks = scheme
        return Scheme(
            self._known[input],
            self._known[output],
            tuple(map(self._variable, variables)),
            tuple([Requirement(self._known[type], name, self._span()) for type, name in requirements]),
            tuple([(self._variable(row), frozenset(labels)) for row, labels in lacks]),
        )

    def _row(self, row: Data) -> ParameterRow:
        settable, fixed, open_, policy = row
        return ParameterRow(
            tuple(
                [
                    Settable(name, _read_type(type), default, required, reader, self._span())
                    for name, type, default, required, reader in settable
                ]
            ),
            tuple([Fixed(name, reader, self._place()) for name, reader in fixed]),
            tuple(map(frozenset, open_)),
            tuple(map(frozenset, policy)),
        )

    def _type(self, entry: Data) -> Type:
        known, types = self._known, self._types
        match entry[0]:
            case 0:
                return self._find(entry[1], entry[2])
            case 1:
                return types.scalar(entry[1], self._alias(entry[2]))
            case 2:
                return types.app(entry[1], [known[item] for item in entry[2]], self._alias(entry[3]))
            case 3:
                fields = [(label, known[part]) for label, part in entry[1]]
                return types.record(fields, None if entry[2] < 0 else known[entry[2]], self._alias(entry[3]))
            case 4:
                parts = [(name, None if part < 0 else known[part]) for name, part in entry[1]]
                return types.sum(parts, self._alias(entry[2]))
            case 5:
                return types.variable(*entry[1:])
            case 6:
                return types.size(entry[1])
        return types.error if entry[0] == _ERROR else types.void

    def _alias(self, alias: Data | None) -> Alias | None:
        if alias is None:
            return None
        return self._types.alias(alias[0], alias[1], [self._known[arg] for arg in alias[2]])


def _read_type(written: Data) -> ParameterType:
    kind, item, choices = written
    return ParameterType(kind, None if item is None else _read_type(item), choices)
