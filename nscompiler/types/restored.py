"""Interfaces from the plain data that ``stored`` makes of them, each type and function when it is first asked for.

Of what lies behind a module's imports a check needs little, and most of the rest is behind that. So nothing is read
that nobody asks for: not the functions beside one that is used, nor the modules that declare what only those mention.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from nscompiler.source import Span
from nscompiler.types.interface import (
    Environment,
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
from nscompiler.types.stored import (
    APP,
    ERROR,
    NAMED,
    RECORD,
    SCALAR,
    SIZE,
    SUM,
    VARIABLE,
    Anchors,
    Data,
    Declared,
)
from nscompiler.types.types import Alias, Type, Types, Var

Find = Callable[[str], Interface]
"""The interface of a module, by reference."""
Place = Callable[[str, int], Span]
"""One of the places that the data of a module (by path) holds."""

Entry = TypeVar("Entry")


def read_interface(
    said: Data,
    places: Data,
    path: str,
    types: Types,
    find: Find,
    place: Place,
    declared: Declared,
    anchors: Anchors,
    digest: Callable[[], str],
) -> Interface:
    """An interface from what was written, with ``types`` for its table. What ``digest`` gives is its hash.

    What is read of it is added to ``declared`` and ``anchors``, which ``stored`` writes others with.
    """
    held = _Restored(said, places, path, types, find, place, declared, anchors)
    return Interface(said[0], DeclaredTypes(held), Functions(held), frozenset(said[4]), digest, said[5])


class _Restored:
    """What was written of a module, and how much of it is read."""

    def __init__(
        self,
        said: Data,
        places: Data,
        path: str,
        types: Types,
        find: Find,
        place: Place,
        declared: Declared,
        anchors: Anchors,
    ) -> None:
        self.module, self.table, self.declarations, self.functions = said[:4]
        self.known: list[Type | None] = [None] * len(self.table)
        self.find = find
        self._places = places
        self._path = path
        self._types = types
        self._elsewhere = place
        self._declared = declared
        self._anchors = anchors
        self.numbers = {one[0]: one[2] for one in self.declarations}
        self._names: dict[int, str] = {}
        for name, parameters, body, _, _ in self.declarations:
            if not parameters:
                self._names.setdefault(body, name)

    def keep(self, number: int, type: Type) -> None:
        """What a type of the table is."""
        self.known[number] = type
        name = self._names.get(number)
        if name is not None:
            self._declared.setdefault(type, (self.module, name))

    def type(self, number: int) -> Type:
        """A type of the table."""
        held = self.known[number]
        return held if held is not None else _restore(self, number)

    def variable(self, number: int) -> Var:
        """A variable of the table."""
        found = self.type(number)
        assert isinstance(found, Var)
        return found

    def made(self, entry: Data) -> Type:
        """The type of an entry whose parts are known, and that is no name."""
        types, kind = self._types, entry[0]
        if kind == RECORD:
            fields = [(label, self.type(part)) for label, part in entry[1]]
            return types.record(fields, None if entry[2] < 0 else self.type(entry[2]), self._alias(entry[3]))
        if kind == APP:
            return types.app(entry[1], [self.type(item) for item in entry[2]], self._alias(entry[3]))
        if kind == SCALAR:
            return types.scalar(entry[1], self._alias(entry[2]))
        if kind == SUM:
            parts = [(name, None if part < 0 else self.type(part)) for name, part in entry[1]]
            return types.sum(parts, self._alias(entry[2]))
        if kind == VARIABLE:
            return types.variable(*entry[1:])
        if kind == SIZE:
            return types.size(entry[1])
        return types.error if kind == ERROR else types.void

    def _alias(self, alias: Data | None) -> Alias | None:
        if alias is None:
            return None
        return self._types.alias(alias[0], alias[1], [self.type(arg) for arg in alias[2]])

    def span(self, number: int) -> Span | None:
        """One of the places."""
        place = self._places[number]
        if place is None:
            return None
        if isinstance(place[0], str):
            return self._elsewhere(*place)
        span = Span(self._path, *place)
        self._anchors.setdefault(span, (self._path, number))
        return span

    def place(self, number: int) -> Span:
        """One of the places, where there is one."""
        span = self.span(number)
        assert span is not None
        return span


def _restore(owner: _Restored, number: int) -> Type:
    """A type that is not known yet, with its parts: chains through many modules need no recursion."""
    wanted = owner, number
    pending = [wanted]
    while pending:
        owner, number = pending[-1]
        if owner.known[number] is None:
            entry = owner.table[number]
            if entry[0] == NAMED:
                types = owner.find(entry[1]).types
                if isinstance(types, DeclaredTypes):
                    there, body = types.held, types.held.numbers[entry[2]]
                    found = there.known[body]
                    if found is None:
                        pending.append((there, body))
                        continue
                else:
                    found = types[entry[2]].body
            else:
                missing = [(owner, part) for part in _parts(entry) if owner.known[part] is None]
                if missing:
                    pending += missing
                    continue
                found = owner.made(entry)
            owner.keep(number, found)
        pending.pop()
    owner, number = wanted
    restored = owner.known[number]
    assert restored is not None
    return restored


def _parts(entry: Data) -> list[int]:
    """The numbers of the types that a type is made of."""
    kind = entry[0]
    if kind == RECORD:
        tail = [entry[2]] if entry[2] >= 0 else []
        parts, alias = [part for _, part in entry[1]] + tail, entry[3]
    elif kind == APP:
        parts, alias = list(entry[2]), entry[3]
    elif kind == SCALAR:
        parts, alias = [], entry[2]
    elif kind == SUM:
        parts, alias = [part for _, part in entry[1] if part >= 0], entry[2]
    else:
        return []
    return parts if alias is None else [*parts, *alias[2]]


class _Lazy(Mapping[str, Entry]):
    """What a module declares, by name; an entry is read when it is first asked for."""

    def __init__(self, held: _Restored, written: Data) -> None:
        self.held = held
        self._written = {one[0]: one for one in written}
        self._entries: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        found = self._entries.get(name)
        if found is None:
            found = self._entries[name] = self._made(name, self._written[name])
        return found

    @property
    def read(self) -> frozenset[str]:
        """The names that were asked for."""
        return frozenset(self._entries)

    def _made(self, name: str, one: Data) -> Entry:
        raise NotImplementedError

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


class DeclaredTypes(_Lazy[TypeInterface]):
    """The types of a module. Their places come first, in the same order."""

    def __init__(self, held: _Restored) -> None:
        super().__init__(held, held.declarations)

    def _made(self, name: str, one: Data) -> TypeInterface:
        held = self.held
        _, parameters, body, doc, deprecated = one
        place = held.place(list(self._written).index(name))
        variables = tuple([held.variable(var) for var in parameters])
        return TypeInterface(held.module, name, variables, held.type(body), place, doc, deprecated)


class Functions(_Lazy[FunctionInterface]):
    """The functions of a module. The places of each stand together, after those of the types."""

    def __init__(self, held: _Restored) -> None:
        super().__init__(held, held.functions)
        self._first: dict[str, int] = {}
        place = len(held.declarations)
        for name, _, scheme, _, row, traits, _, _ in held.functions:
            self._first[name] = place
            place += 1 + traits[3] + len(scheme[3]) + len(row[0]) + len(row[1])

    def _made(self, name: str, one: Data) -> FunctionInterface:
        held, place = self.held, self._first[name]
        _, declared, scheme, kind, row, traits, doc, attributes = one
        bounded, stateless, replay, replies, http_only, flattens, paths = traits
        of_scheme = place + 1 + replies
        return FunctionInterface(
            module=held.module,
            name=name,
            declared=declared,
            traits=Traits(
                bounded,
                stateless,
                replay,
                tuple([held.place(place + 1 + number) for number in range(replies)]),
                http_only,
                flattens,
                paths,
            ),
            scheme=self._scheme(scheme, of_scheme),
            kind=kind,
            parameters=self._row(row, of_scheme + len(scheme[3])),
            span=held.place(place),
            doc=doc,
            attributes=attributes,
        )

    def _scheme(self, scheme: Data, place: int) -> Scheme:
        held = self.held
        input, output, variables, requirements, lacks = scheme
        return Scheme(
            held.type(input),
            held.type(output),
            tuple([held.variable(var) for var in variables]),
            tuple(
                [
                    Requirement(held.type(type), name, held.span(number))
                    for number, (type, name) in enumerate(requirements, place)
                ]
            ),
            tuple([(held.variable(row), frozenset(labels)) for row, labels in lacks]),
        )

    def _row(self, row: Data, place: int) -> ParameterRow:
        span = self.held.span
        settable, fixed, open_, policy = row
        return ParameterRow(
            tuple(
                [
                    Settable(name, _parameter_type(type), _default(default), required, reader, span(number))
                    for number, (name, type, default, required, reader) in enumerate(settable, place)
                ]
            ),
            tuple(
                [
                    Fixed(name, reader, self.held.place(number))
                    for number, (name, reader) in enumerate(fixed, place + len(settable))
                ]
            ),
            tuple(map(frozenset, open_)),
            tuple(map(frozenset, policy)),
        )


def _default(written: object) -> object:
    if isinstance(written, tuple):
        return tuple([_default(item) for item in written])
    return Environment(written["$env"]) if isinstance(written, dict) else written


def _parameter_type(written: Data) -> ParameterType:
    kind, item, choices = written
    return ParameterType(kind, None if item is None else _parameter_type(item), choices)
