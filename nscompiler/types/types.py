"""Types: hash-consed values, so that equality is identity.

A type has an identity and a layout. Its identity is structural: names of types, the order of fields and of
constructors play no part in it, and ``canon`` is the one node that stands for it. Its layout is what the
author wrote: declared order, and the alias (module, name, arguments) that declares it. Two nodes with one
``canon`` are the same type in two layouts.

The intern table belongs to a ``Types``, whose owner drops it; nothing here is process-wide.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from sys import getrefcount
from typing import ClassVar, TypeVar

SCALARS = (
    "Integer",
    "Double",
    "Boolean",
    "Text",
    "Byte",
    "Json",
    "Decimal",
    "Date",
    "Time",
    "DateTime",
    "Duration",
    "Uuid",
)


N = TypeVar("N")

# How many types may lie around one. What follows walks them by recursion, here and in the programs that are built.
MAX_DEPTH = 200


class Type:
    """What all types share. ``ground`` if no variable occurs in it, ``settled`` if none occurs in the arguments of the
    names in it either; ``poisoned`` if an error does. ``depth`` is how many types lie around its innermost part.
    ``nests`` if somewhere in it stands an optional of what may be missing already.

    ``canon`` is None on a node that is its own canonical form.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("ground", "settled", "poisoned", "depth", "nests", "alias", "_canon")
    __slots__ = __match_args__

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon

    @property
    def canon(self) -> "Type":
        """The node that stands for this type whatever its layout; compare it with ``is``."""
        return self if self._canon is None else self._canon


class Alias:
    """The declaration that gave a type its name; ``module`` is the reference as text."""

    __match_args__: ClassVar[tuple[str, ...]] = ("module", "name", "args")
    __slots__ = __match_args__

    def __init__(self, module: str, name: str, args: tuple[Type, ...]) -> None:
        self.module = module
        self.name = name
        self.args = args


class Scalar(Type):
    """``Integer`` … ``Uuid``, and ``()``."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "name",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        name: str,
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.name = name


class VoidType(Type):
    """No stream; only as the whole input or output of a function."""

    __slots__ = ()


class ErrorType(Type):
    """A type that could not be found out; it agrees with everything in silence."""

    __slots__ = ()


class SizeType(Type):
    """The number of a vector."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "value",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        value: int,
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.value = value


class Var(Type):
    """A variable. ``kind`` is ``type``, ``row`` or ``size``.

    ``name`` is what the author called it ("" where inference made it); ``origin`` names in plain words what it stands
    for ("what `http` carries"). ``rigid`` variables come from an annotation that is being checked and are bound to
    nothing.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "kind",
        "name",
        "origin",
        "rigid",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        kind: str,
        name: str,
        origin: str,
        rigid: bool,
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.kind = kind
        self.name = name
        self.origin = origin
        self.rigid = rigid


class App(Type):
    """``list``, ``optional``, ``map`` (one item), ``tuple`` (two or more), ``vector`` (size, item)."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "constructor",
        "items",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        constructor: str,
        items: tuple[Type, ...],
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.constructor = constructor
        self.items = items


class Record(Type):
    """Fields in layout order, and the rest of an open record: a row variable, None where it is closed, or the error
    type."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "fields",
        "tail",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        fields: tuple[tuple[str, Type], ...],
        tail: Type | None,
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.fields = fields
        self.tail = tail

    def field(self, label: str) -> Type | None:
        """The type of a field, None where there is none of that name."""
        for name, type in self.fields:
            if name == label:
                return type
        return None

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the fields in layout order."""
        return tuple([name for name, _ in self.fields])


class Sum(Type):
    """Constructors in layout order; the payload is None where there is none."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "ground",
        "settled",
        "poisoned",
        "depth",
        "nests",
        "alias",
        "_canon",
        "constructors",
    )
    __slots__ = __match_args__[7:]

    def __init__(
        self,
        ground: bool,
        settled: bool,
        poisoned: bool,
        depth: int,
        nests: bool,
        alias: "Alias | None",
        _canon: "Type | None",
        constructors: tuple[tuple[str, Type | None], ...],
    ) -> None:
        self.ground = ground
        self.settled = settled
        self.poisoned = poisoned
        self.depth = depth
        self.nests = nests
        self.alias = alias
        self._canon = _canon
        self.constructors = constructors

    def has(self, name: str) -> bool:
        """Whether there is a constructor of that name."""
        return any(own == name for own, _ in self.constructors)

    def payload(self, name: str) -> Type | None:
        """The payload of a constructor."""
        for own, type in self.constructors:
            if own == name:
                return type
        return None


#: Tables with fewer types than this are left alone.
_FEW = 2_000


class Types:
    """The intern table of one workspace. Its keys hold the parts themselves, which are told apart by identity.

    ``deepest`` is the greatest depth of any type in it, ``digests`` what was worked out to hash interfaces, ``sizes``
    how many parts a value of a type has at least.
    """

    def __init__(self) -> None:
        self._table: dict[tuple[object, ...], Type] = {}
        self._aliases: dict[tuple[object, ...], Alias] = {}
        self.deepest = 0
        self.digests: dict[Type, str] = {}
        self.sizes: dict[Type, int] = {}
        self._kept = _FEW
        self.error = ErrorType(True, True, True, 0, False, None, None)
        self.void = VoidType(True, True, False, 0, False, None, None)
        self.unit = self.scalar("()")

    @property
    def count(self) -> int:
        """How many types and applied names it holds."""
        return len(self._table) + len(self._aliases)

    def tidying(self) -> Iterator[None]:
        """Forget the types that nobody holds any more, if there are twice as many as the last time; in slices, between
        which other things may be done and after which it may be left off.

        Each edit of a text may make types that the next one has no use for, so a table that lives as long as an editor
        would grow with its edits.
        """
        if self.count < 2 * self._kept:
            return
        self.digests.clear()
        self.sizes.clear()
        before = -1
        while before != self.count:  # what a forgotten type was made of may be free in the next round
            before = self.count
            _forget_unheld(self._table, lambda: VoidType(True, True, False, 0, False, None, None))
            _forget_unheld(self._aliases, lambda: Alias("", "", ()))
            yield
        self._kept = max(self.count, _FEW)

    def alias(self, module: str, name: str, args: Iterable[Type] = ()) -> Alias:
        """The one node of a name applied to arguments."""
        args = tuple(args)
        key = (module, name, args)
        held = self._aliases.get(key)
        if held is None:
            held = self._aliases[key] = Alias(module, name, args)
        return held

    def scalar(self, name: str, alias: Alias | None = None) -> Type:
        """A built-in type by name."""
        key = ("scalar", name, alias)
        held = self._table.get(key)
        if held is None:
            canon = None if alias is None else self.scalar(name)
            held = self._table[key] = Scalar(True, _settled((), alias), False, 0, False, alias, canon, name)
        return held

    def size(self, value: int) -> Type:
        """The number of a vector."""
        key = ("size", value)
        held = self._table.get(key)
        if held is None:
            held = self._table[key] = SizeType(True, True, False, 0, False, None, None, value)
        return held

    def variable(self, kind: str = "type", name: str = "", origin: str = "", rigid: bool = False) -> Var:
        """A new variable, different from every other."""
        return Var(False, False, False, 0, False, None, None, kind, name, origin, rigid)

    def app(self, constructor: str, items: Iterable[Type], alias: Alias | None = None) -> Type:
        """A list, optional, map, tuple or vector."""
        items = tuple(items)
        key = (constructor, alias, items)
        held = self._table.get(key)
        if held is None:
            own = tuple([item.canon for item in items])
            canon = None if alias is None and own == items else self.app(constructor, own)
            ground, settled, poisoned, depth, nests = self._traits(items, alias)
            nests = nests or (constructor == "optional" and may_be_missing(items[0]))
            held = self._table[key] = App(ground, settled, poisoned, depth, nests, alias, canon, constructor, items)
        return held

    def list(self, item: Type, alias: Alias | None = None) -> Type:
        """``[T]``."""
        return self.app("list", (item,), alias)

    def optional(self, item: Type, alias: Alias | None = None) -> Type:
        """``optional T``."""
        return self.app("optional", (item,), alias)

    def record(self, fields: Iterable[tuple[str, Type]], tail: Type | None = None, alias: Alias | None = None) -> Type:
        """A record; a tail that is itself a record is folded in."""
        fields = tuple(fields)
        if isinstance(tail, Record):
            # A record that has gained fields is no longer the declared one, unless the declaration takes the rest.
            alias = alias if not tail.fields or (alias is not None and alias.args) else None
            fields, tail = fields + tail.fields, tail.tail
        key = ("record", alias, tail, fields)
        held = self._table.get(key)
        if held is None:
            own = _sorted(fields)
            canon = None if alias is None and own == fields else self.record(own, tail)
            parts = [type for _, type in fields]
            traits = self._traits(parts if tail is None else [*parts, tail], alias)
            held = self._table[key] = Record(*traits, alias, canon, fields, tail)
        return held

    def sum(self, constructors: Iterable[tuple[str, Type | None]], alias: Alias | None = None) -> Type:
        """A sum."""
        constructors = tuple(constructors)
        key = ("sum", alias, constructors)
        held = self._table.get(key)
        if held is None:
            own = tuple(
                sorted([(name, None if type is None else type.canon) for name, type in constructors], key=_name_of)
            )
            canon = None if alias is None and own == constructors else self.sum(own)
            traits = self._traits([type for _, type in constructors if type is not None], alias)
            held = self._table[key] = Sum(*traits, alias, canon, constructors)
        return held

    def named(self, type: Type, alias: Alias | None) -> Type:
        """The same type under another name, or under none."""
        if type.alias is alias:
            return type
        if isinstance(type, Record):
            return self.record(type.fields, type.tail, alias)
        if isinstance(type, App):
            return self.app(type.constructor, type.items, alias)
        if isinstance(type, Sum):
            return self.sum(type.constructors, alias)
        return self.scalar(type.name, alias) if isinstance(type, Scalar) else type

    def _traits(self, parts: Sequence[Type], alias: Alias | None) -> tuple[bool, bool, bool, int, bool]:
        """Whether a type of these parts is ground, settled and poisoned, how deep it is, and whether a part nests."""
        ground, settled, poisoned, depth, nests = True, True, False, 0, False
        for part in parts:
            if not part.settled:
                settled = False
                ground = ground and part.ground
            if part.poisoned:
                poisoned = True
            if part.nests:
                nests = True
            if part.depth > depth:
                depth = part.depth
        depth += 1
        if depth > self.deepest:
            self.deepest = depth
        return ground, settled and (alias is None or not alias.args or _settled((), alias)), poisoned, depth, nests

    def substitute(self, type: Type, bindings: Mapping[Type, Type], memo: dict[Type, Type] | None = None) -> Type:
        """The type with its variables replaced; names' arguments along with it.

        Each part that occurs several times is done once, however deep the type is. ``memo`` may be shared between calls
        with the same bindings.
        """
        if type.settled:
            return type
        memo = {} if memo is None else memo
        stack = [type]
        while stack:
            part = stack[-1]
            waiting = () if part in memo else _waiting(part, memo)
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if part not in memo:
                memo[part] = self._replaced(part, bindings, memo)
        return memo[type]

    def _replaced(self, type: Type, bindings: Mapping[Type, Type], done: Mapping[Type, Type]) -> Type:
        """A type whose parts are done."""
        if type.settled:
            return type
        alias = type.alias
        if alias is not None and alias.args:
            alias = self.alias(alias.module, alias.name, [_done(arg, done) for arg in alias.args])
        if isinstance(type, Var):
            return bindings.get(type, type)
        if isinstance(type, App):
            return self.app(type.constructor, [_done(item, done) for item in type.items], alias)
        if isinstance(type, Record):
            tail = None if type.tail is None else _done(type.tail, done)
            return self.record([(name, _done(part, done)) for name, part in type.fields], tail, alias)
        if isinstance(type, Sum):
            parts = [(name, None if part is None else _done(part, done)) for name, part in type.constructors]
            return self.sum(parts, alias)
        return self.scalar(type.name, alias) if isinstance(type, Scalar) else type


def _forget_unheld(table: dict[tuple[object, ...], N], make: Callable[[], N]) -> None:
    """Take out of a table what it alone holds; ``make`` gives something that nobody holds."""
    sample = ("sample",)
    table[sample] = make()
    alone = _references(table, sample)  # of which interpreters count one more or less
    del table[sample]
    for key in [key for key in table if _references(table, key) <= alone]:
        del table[key]


def _references(table: Mapping[tuple[object, ...], object], key: tuple[object, ...]) -> int:
    return getrefcount(table[key])


def _waiting(type: Type, done: Mapping[Type, Type]) -> list[Type]:
    """The parts of a type that must be replaced before it."""
    if type.settled:
        return []
    of_name = () if type.alias is None else type.alias.args
    return [part for part in (*parts(type), *of_name) if not part.settled and part not in done]


def _done(type: Type, done: Mapping[Type, Type]) -> Type:
    return type if type.settled else done[type]


def parts(type: Type) -> tuple[Type, ...]:
    """The direct parts of a type; a record's tail is one of them."""
    # Not a match: its class patterns ask the slow way in compiled code.
    if isinstance(type, App):
        return type.items
    if isinstance(type, Record):
        own = [item for _, item in type.fields]
        if type.tail is not None:
            own.append(type.tail)
        return tuple(own)
    if isinstance(type, Sum):
        return tuple([item for _, item in type.constructors if item is not None])
    return ()


def may_be_missing(type: Type) -> bool:
    """Whether ``null`` is already a value of a type, so that it cannot be made optional."""
    if isinstance(type, Scalar):
        return type.name in ("()", "Json")
    return isinstance(type, App) and type.constructor == "optional"


def _settled(parts: Iterable[Type], alias: Alias | None) -> bool:
    return all(part.settled for part in parts) and (alias is None or all(arg.settled for arg in alias.args))


_name_of = itemgetter(0)


def _sorted(fields: tuple[tuple[str, Type], ...]) -> tuple[tuple[str, Type], ...]:
    return tuple(sorted([(name, type.canon) for name, type in fields], key=_name_of))


def variables(type: Type, found: dict[Var, None] | None = None) -> dict[Var, None]:
    """The variables of a type in the order of first appearance (a dictionary used as an ordered set)."""
    found = {} if found is None else found
    if type.ground:
        return found
    seen: set[Type] = set()
    stack = [type]
    while stack:
        part = stack.pop()
        if part.ground or part in seen:
            continue
        if isinstance(part, Var):
            found.setdefault(part)
        else:
            seen.add(part)
            stack.extend(reversed(parts(part)))
    return found


def shown_variables(*types: Type) -> dict[Var, None]:
    """The variables of types in the order in which they first appear where the types are printed: the arguments of a
    name in the order in which it is applied to them."""
    inside: dict[Var, None] = {}
    for type in types:
        variables(type, inside)
    if not inside:
        return inside
    shown: dict[Var, None] = {}
    seen: set[Type] = set()
    stack = list(reversed(types))
    while stack:
        part = stack.pop()
        if part.ground or part in seen:
            continue
        seen.add(part)
        if part in inside and isinstance(part, Var):
            shown.setdefault(part)
        args = () if part.alias is None else part.alias.args
        stack.extend(reversed((*args, *parts(part))))
    return shown
