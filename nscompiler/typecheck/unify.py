"""The store of one def's inference: what each variable was found to be, and why.

Union-find without ranks: variables are bound to types, lookups walk. Each binding is also appended to a log that
nothing
compresses, so that an explanation can be found by walking it.
"""

from collections.abc import Mapping

import attrs

from nscompiler.types.types import Record, Type, Types, Var, variables


@attrs.frozen(eq=False, repr=False, match_args=False, getstate_setstate=False)
class Bound:
    """One entry of the log: a variable and what it was found to be."""

    variable: Var
    type: Type


class Store:
    """Bindings of variables, and for row variables the labels that they may not have (Gaster and Jones, 1996)."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.log: list[Bound] = []
        self._bindings: dict[Type, Type] = {}
        self._lacks: dict[Type, frozenset[str]] = {}

    def trial(self) -> "Store":
        """A store to try something in; this one does not notice."""
        copy = Store(self.types)
        copy._bindings = dict(self._bindings)
        copy._lacks = dict(self._lacks)
        return copy

    def head(self, type: Type) -> Type:
        """The type with its outermost variable, and a record's tail, replaced by what is known."""
        while isinstance(type, Var):
            bound = self._bindings.get(type)
            if bound is None:
                return type
            type = bound
        if isinstance(type, Record) and type.tail is not None:
            tail = self.head(type.tail)
            if tail is not type.tail:
                return self.head(self.types.record(type.fields, tail, type.alias))
        return type

    def resolve(self, type: Type) -> Type:
        """The type with everything that is known put in."""
        if type.ground:
            return type
        found: dict[Type, Type] = {
            var: self.resolve(bound) for var in variables(type) if (bound := self._bindings.get(var)) is not None
        }
        return self.types.substitute(type, found) if found else type

    def lacks(self, row: Type) -> frozenset[str]:
        """The labels that a row variable may not have."""
        return self._lacks.get(row, frozenset())

    def learn(self, type: Type) -> None:
        """Note which labels the row variables of a type lack."""
        for record in _open_records(type):
            assert record.tail is not None
            self._lacks[record.tail] = self.lacks(record.tail) | frozenset(record.labels)

    def occurs(self, variable: Var, type: Type) -> bool:
        """Whether binding the variable to the type would make it contain itself."""
        return not type.ground and variable in variables(self.resolve(type))

    def bind(self, variable: Var, type: Type) -> None:
        """Make a variable stand for a type. The caller has seen that it does not occur there and is not rigid."""
        self.log.append(Bound(variable, type))
        self._bindings[variable] = type
        if variable.kind == "row" and isinstance(type, Record) and isinstance(type.tail, Var):
            self._lacks[type.tail] = self.lacks(type.tail) | self.lacks(variable) | frozenset(type.labels)
        elif variable.kind == "row" and isinstance(type, Var):
            self._lacks[type] = self.lacks(type) | self.lacks(variable)

    def poison(self, *types: Type) -> None:
        """Silence what is still open in some types, after a fault was reported there."""
        for type in types:
            for variable in variables(self.resolve(type)):
                if not variable.rigid:
                    self._bindings[variable] = self._nothing(variable)

    def _nothing(self, variable: Var) -> Type:
        return self.types.record(()) if variable.kind == "row" else self.types.error

    def bar(self, row: Type, labels: frozenset[str]) -> None:
        """Note that a row variable may not have some labels."""
        self._lacks[row] = self.lacks(row) | labels

    def instantiate(self, variables: tuple[Var, ...], origin: Mapping[Var, str]) -> dict[Type, Type]:
        """Fresh variables for a scheme's."""
        return {
            var: self.types.variable(var.kind, var.name if var.kind == "row" else "", origin.get(var, var.origin))
            for var in variables
        }


def _open_records(type: Type) -> list[Record]:
    found: list[Record] = []
    seen: set[Type] = set()
    stack: list[Type] = [type]
    while stack:
        part = stack.pop()
        if part.ground or part in seen:
            continue
        seen.add(part)
        if isinstance(part, Record):
            if isinstance(part.tail, Var):
                found.append(part)
            stack.extend(item for _, item in part.fields)
        else:
            stack.extend(parts(part))
    return found


def parts(type: Type) -> tuple[Type, ...]:
    """The direct parts of a type; a record's tail is one of them."""
    from_items = getattr(type, "items", ())
    if from_items:
        return tuple(from_items)
    if isinstance(type, Record):
        own = tuple(item for _, item in type.fields)
        return own if type.tail is None else (*own, type.tail)
    constructors = getattr(type, "constructors", ())
    return tuple(item for _, item in constructors if item is not None)
