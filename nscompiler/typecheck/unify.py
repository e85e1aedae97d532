"""The store of one def's inference: what each variable was found to be.

Union-find without ranks: variables are bound to types, lookups walk. Every change is also written to a trail, so that
what was only tried can be taken back, at the price of what it changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from nscompiler.types.types import Record, Type, Types, Var, parts, variables

_NOTHING: frozenset[str] = frozenset()


class Store:
    """Bindings of variables, and for row variables the labels that they may not have (Gaster and Jones, 1996)."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._bindings: dict[Type, Type] = {}
        self._lacks: dict[Type, frozenset[str]] = {}
        self._trail: list[tuple[Type, Type | None, frozenset[str]]] = []
        self._resolved: dict[Type, Type] = {}

    # --- what was tried can be taken back

    def mark(self) -> int:
        """Where the trail is now."""
        return len(self._trail)

    def take_back(self, mark: int) -> None:
        """Forget everything since a mark."""
        if len(self._trail) == mark:
            return
        self._resolved = {}
        while len(self._trail) > mark:
            variable, bound, labels = self._trail.pop()
            self._lacks[variable] = labels
            if bound is None:
                self._bindings.pop(variable, None)
            else:
                self._bindings[variable] = bound

    @contextmanager
    def trial(self) -> Iterator["Store"]:
        """Within it, anything may be tried: nothing of it stays."""
        mark = self.mark()
        try:
            yield self
        finally:
            self.take_back(mark)

    def _change(self, variable: Type) -> None:
        self._trail.append((variable, self._bindings.get(variable), self.lacks(variable)))

    # --- what is known

    @property
    def empty(self) -> bool:
        """Whether nothing was found out yet, so that every type is what it says."""
        return not self._bindings

    def reaches(self, deepest: int) -> int:
        """How deep a type can be at most with all put in that is known, where none is deeper than ``deepest`` now."""
        return deepest * (len(self._bindings) + 1)

    def known(self, variable: Type) -> bool:
        """Whether a variable was found to be something."""
        return variable in self._bindings

    def head(self, type: Type) -> Type:
        """The type with its outermost variable, and a record's tail, replaced by what is known."""
        while isinstance(type, Var):
            bound = self._bindings.get(type)
            if bound is None:
                return type
            type = bound
        if isinstance(type, Record) and type.tail in self._bindings:
            return self._with_rest(type)
        return type

    def _with_rest(self, record: Record) -> Type:
        """A record with all that is known of its rest; one step where nothing but the last rest has a name."""
        fields, tail = list(record.fields), record.tail
        while tail is not None and tail in self._bindings:
            rest = self._bindings[tail]
            if isinstance(rest, Record):
                fields += rest.fields
                tail = rest.tail
            else:
                tail = rest
        if record.alias is None:
            return self.types.record(fields, tail)
        return self.types.record(record.fields, self.types.record(fields[len(record.fields) :], tail), record.alias)

    def resolve(self, type: Type) -> Type:
        """The type with everything that is known put in."""
        if type.settled:
            return type
        done = self._resolved
        held = done.get(type)
        if held is not None:
            return held
        stack: list[Type] = [type]
        while stack:
            part = stack[-1]
            bound = self._bindings.get(part, part)
            # Bound variables are put in from the innermost on: however long a chain of them is, nothing recurs.
            inner = [] if part in done else [v for v in variables(bound) if v in self._bindings and v not in done]
            if inner:
                stack.extend(inner)
                continue
            stack.pop()
            if part not in done:
                done[part] = self.types.substitute(bound, done)
        return done[type]

    def occurs(self, variable: Var, type: Type) -> bool:
        """Whether binding the variable to the type would make it contain itself."""
        if type.ground:
            return False
        seen: set[Type] = set()
        stack = [type]
        while stack:
            part = stack.pop()
            if part is variable:
                return True
            if part.ground or part in seen:
                continue
            seen.add(part)
            bound = self._bindings.get(part)
            stack.extend(parts(part) if bound is None else (bound,))
        return False

    def lacks(self, row: Type) -> frozenset[str]:
        """The labels that a row variable may not have."""
        return self._lacks.get(row, _NOTHING)

    # --- what is found out

    def learn(self, type: Type) -> None:
        """Note which labels the row variables of a type lack."""
        if type.ground:
            return
        for record in _open_records(type):
            assert record.tail is not None
            self.bar(record.tail, frozenset(record.labels))

    def bar(self, row: Type, labels: frozenset[str]) -> None:
        """Note that a row variable may not have some labels."""
        if not labels <= self.lacks(row):
            self._change(row)
            self._lacks[row] = self.lacks(row) | labels

    def bind(self, variable: Var, type: Type) -> None:
        """Make a variable stand for a type. The caller has seen that it does not occur there and is not rigid."""
        self._change(variable)
        self._bindings[variable] = type
        self._resolved = {}
        if variable.kind == "row" and isinstance(type, Record) and isinstance(type.tail, Var):
            self.bar(type.tail, self.lacks(variable) | frozenset(type.labels))
        elif variable.kind == "row" and isinstance(type, Var):
            self.bar(type, self.lacks(variable))

    def poison(self, *types: Type) -> None:
        """Silence what is still open in some types, after a fault was reported there."""
        for type in types:
            for variable in variables(self.resolve(type)):
                if not variable.rigid:
                    self.bind(variable, self.types.error)

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
        if isinstance(part, Record) and isinstance(part.tail, Var):
            found.append(part)
        stack.extend(parts(part))
    return found
