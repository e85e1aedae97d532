"""Interfaces as plain data, for keeping them between runs; ``restored`` reads them back.

A type that another module declares is written as its name, and looked up there again when it is read: what is kept of
a module does not grow with what lies behind its imports. The data holds tuples, texts, numbers, None and
JSON values only (``marshal`` takes them); places are kept apart, so that what is left says whether an importer could
see a difference.
"""

from collections.abc import Iterable
from typing import Any

from nscompiler.source import Span
from nscompiler.types.interface import (
    Environment,
    FunctionInterface,
    Interface,
    ParameterRow,
    ParameterType,
    Requirement,
    TypeInterface,
)
from nscompiler.types.types import Alias, App, ErrorType, Record, Scalar, SizeType, Sum, Type, Var

Data = tuple[Any, ...]
Declared = dict[Type, tuple[str, str]]
"""The types that modules declare without parameters, with the module's reference and the type's name."""

NAMED, SCALAR, APP, RECORD, SUM, VARIABLE, SIZE, ERROR, VOID = range(9)
"""What an entry of the table of types starts with."""

Anchors = dict[Span, tuple[str, int]]
"""Places that the data of a module holds: its path, and which of its places it is."""


def write_interface(interface: Interface, path: str, declared: Declared, anchors: Anchors) -> tuple[Data, Data]:
    """What an interface says, and where: two values of plain data.

    ``path`` is the module's own file. ``declared`` are all types that may be written as names, ``anchors`` the places
    of the modules that it imports; what this module adds to either is added to them. Raises LookupError for
    a place in another file that no anchor holds.
    """
    writer = _Writer(interface, path, declared, anchors)
    said, places = writer.write()
    for name, one in interface.types.items():
        if not one.parameters:
            declared.setdefault(one.body, (interface.module, name))
    for span, number in writer.anchored.items():
        anchors.setdefault(span, (path, number))
    return said, places


def modules_named(said: Data) -> frozenset[str]:
    """The references of the other modules whose types an interface mentions by name."""
    return frozenset(entry[1] for entry in said[1] if entry[0] == NAMED)


# What rows of parameters say that nothing fixes: of most functions.
_POLICY = (frozenset[str](),)
_POLICY_WRITTEN: tuple[tuple[str, ...], ...] = ((),)


class _Writer:
    def __init__(self, interface: Interface, path: str, declared: Declared, anchors: Anchors) -> None:
        self._anchors = anchors
        self._interface = interface
        self._path = path
        self._declared = declared
        self._numbers: dict[Type, int] = {}
        self._table: list[Data] = []
        self._places: list[Data | None] = []
        self.anchored: dict[Span, int] = {}
        """Places of this file that what is made of its functions elsewhere points at, too."""

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
            self.anchored.setdefault(span, len(self._places))
            self._places.append((span.start, span.end))
        else:
            self._places.append(self._anchors[span])

    def _own_place(self, span: Span) -> None:
        """The place of a declaration, at which only its own interface points."""
        self._places.append((span.start, span.end))

    def _declaration(self, one: TypeInterface) -> Data:
        self._own_place(one.span)
        parameters = tuple([self._type(var) for var in one.parameters])
        return one.name, parameters, self._type(one.body), one.doc, one.deprecated

    def _function(self, one: FunctionInterface) -> Data:
        self._own_place(one.span)
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
        if not (row.settable or row.fixed) and row.policy == _POLICY:
            return ((), (), (), _POLICY_WRITTEN) if not row.open else ((), (), _sets(row.open), _POLICY_WRITTEN)
        settable, fixed = [], []
        for one in row.settable:
            self._place(one.span)
            settable.append((one.name, _written(one.type), plain_default(one.default), one.required, one.reader))
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
            return NAMED, *name
        alias = None if type.alias is None else self._alias(type.alias)
        match type:
            case Record():
                fields = tuple([(label, self._type(part)) for label, part in type.fields])
                return RECORD, fields, -1 if type.tail is None else self._type(type.tail), alias
            case App():
                return APP, type.constructor, tuple([self._type(item) for item in type.items]), alias
            case Scalar():
                return SCALAR, type.name, alias
            case Sum():
                return SUM, tuple([(n, -1 if p is None else self._type(p)) for n, p in type.constructors]), alias
            case Var():
                return VARIABLE, type.kind, type.name, type.origin, type.rigid
            case SizeType():
                return SIZE, type.value
        return (ERROR,) if isinstance(type, ErrorType) else (VOID,)

    def _alias(self, alias: Alias) -> Data:
        return alias.module, alias.name, tuple([self._type(arg) for arg in alias.args])


def plain_default(value: object) -> object:
    """A default as plain data: an environment variable as ``{"$env": NAME}``, which no other default is."""
    if isinstance(value, tuple):
        return tuple([plain_default(item) for item in value])
    return {"$env": value.name} if isinstance(value, Environment) else value


def _written(type: ParameterType) -> Data:
    return type.kind, None if type.item is None else _written(type.item), type.choices


def _sets(sets: Iterable[frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple([tuple(sorted(names)) for names in sets])
