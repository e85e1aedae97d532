"""The stages of generated programs: each is made for the type that reaches it, so that it fits."""

from __future__ import annotations

import random
from collections.abc import Callable

import attrs
from property.generated_constraints import is_csv
from property.generated_patterns import Pattern, Patterns
from property.generated_syntax import (
    Bind,
    Def,
    Expr,
    Fun,
    Module,
    Param,
    Pipe,
    Post,
    Program,
    Use,
)
from property.generated_types import (
    TEXT,
    UNIT,
    VOID,
    Chooser,
    T,
    key,
    may_be_missing,
    modules_of,
    substitute,
    variable,
)

MAIN = "Main"

A, B = variable("a"), variable("b")
IDENTITY = Fun("Std", "identity", A, A, params=[])
SOME = Fun("Std", "some", A, T("optional", (A,)), params=[])
SINGLE = Fun("Std", "single", A, T("list", (A,)), params=[])
FST = Fun("Std", "fst", T("tuple", (A, B)), A, params=[])
SND = Fun("Std", "snd", T("tuple", (A, B)), B, params=[])
TO_JSON = Fun("Conv", "to_json", A, TEXT, params=[])
FROM_JSON = Fun("Conv", "from_json", TEXT, A, params=[])
TO_CSV = Fun("Conv", "to_csv", A, TEXT, params=[])
FROM_CSV = Fun("Conv", "from_csv", TEXT, A, params=[])
LOG = Fun("Sinks", "log", A, VOID, params=[])
STDOUT = Fun("Sinks", "stdout", TEXT, VOID, params=[])
STDIN = Fun("Sources", "stdin", VOID, TEXT, params=[])
SCHEDULE = Fun("Sources", "schedule", VOID, UNIT, params=[])


def standard(module: str, name: str, source: bool) -> Fun:
    """A source or a sink of the standard library that takes any type."""
    return Fun(module, name, VOID if source else A, A if source else VOID, params=[])


@attrs.define(eq=False)
class Stage:
    """One stage of a flow. ``known`` if it takes a type that is written out; ``loose`` if its verdict is the same
    where the type that reaches it is not known. ``pending`` are values for parameters that something outside must
    give."""

    expr: Expr
    input: T
    output: T
    known: bool = True
    loose: bool = False
    pending: dict[str, str] = attrs.field(factory=dict)


@attrs.define(eq=False)
class Flow:
    """Stages so far. ``count`` is how many values leave the last, ``logged`` what reached a log, how often."""

    stages: list[Stage]
    end: T
    count: int = 1
    logged: list[tuple[T, int]] = attrs.field(factory=list)

    @property
    def pending(self) -> dict[str, str]:
        """What must still be given."""
        return {name: value for stage in self.stages for name, value in stage.pending.items()}

    def add(self, stage: Stage) -> None:
        """One more stage."""
        self.stages.append(stage)
        self.end = stage.output


def piped(stages: list[Stage]) -> Expr:
    """The expression of some stages."""
    return stages[0].expr if len(stages) == 1 else Pipe([stage.expr for stage in stages])


class Stages:
    """Makes stages for the type that reaches them. With ``runnable`` only of what runs anywhere and ends."""

    def __init__(self, seed: int, *, runnable: bool = False, size: int = 6) -> None:
        self.rng = random.Random(seed)
        self.chooser = Chooser(self.rng)
        self.patterns = Patterns(self.chooser)
        self.runnable = runnable
        self.size = size
        self.program = Program(seed, [])
        self._names = 0
        self._starts: list[tuple[Def, T, int, list[tuple[T, int]]]] = []

    # --- modules and names

    def fresh(self, letters: str) -> str:
        """A name that nothing else has."""
        self._names += 1
        return f"{letters}{self._names}"

    def allowed(self, module: Module) -> tuple[str, ...]:
        """Whose names a module may write."""
        return tuple(one.name for one in self.program.modules[: self.program.modules.index(module) + 1])

    def home(self, *types: T | None, also: set[str] = frozenset()) -> Module:  # type: ignore[assignment]
        """A module that may write all these types, and use these modules."""
        needed = set(also).union(*(modules_of(type) for type in types)) if types else set(also)
        names = [one.name for one in self.program.modules]
        first = max((names.index(name) for name in needed if name in names), default=0)
        return self.program.modules[self.rng.randint(first, len(names) - 1)]

    # --- functions

    def fun(self, input: T, output: Callable[[Module], T] | T, letters: str = "f", like: set[str] = frozenset()) -> Fun:  # type: ignore[assignment]
        """A new function, in some module that may name its types."""
        module = self.home(input, *(() if callable(output) else (output,)), also=like)
        found = Fun(module.name, self.fresh(letters), input, output(module) if callable(output) else output)
        if self.rng.random() < 0.35:
            found.params = [self._param() for _ in range(self.rng.choice((0, 1, 1, 2)))]
        if self.rng.random() < 0.1:
            found.attributes.append(self.rng.choice(('deprecated("use another")', "experimental", "stateless")))
        module.functions.append(found)
        return found

    def _param(self) -> Param:
        type, good, bad = self.rng.choice(
            (
                ("Text", ('"x"', "12", "2.5"), ("true", "[1]")),
                ("Integer", ("3", '"4"', "-1"), ('"x"', "1.5", "true")),
                ("Double", ("0.5", "2", '"1e3"'), ('"x"', "true")),
                ("Boolean", ("true", '"false"'), ('"yes"', "1")),
                ("Duration", ('"90s"', "5", '"PT1M"'), ('"soon"', "true")),
                ("[Integer]", ("[1, 2]", "[]"), ("1", '["x"]')),
                ('"small" | "large"', ('"small"', '"large"'), ('"middle"', "[1]")),
            )
        )
        default = self.rng.choice((None, self.rng.choice(good)))
        return Param(self.fresh("p"), type, default, good, bad)

    def use(self, target: Fun | Def, type: tuple[T, T], found: dict[str, T | int] | None = None) -> Expr:
        """A use of a function, at times with type arguments."""
        use = Use(target, type=type)
        names = target.variables if isinstance(target, Fun) else []
        if found and names and self.rng.random() < 0.3:
            given = [found[name] if self.rng.random() < 0.8 else "_" for name in names]
            use.args = tuple(given[: self.rng.randint(1, len(given))])
        return use

    def bound(self, expr: Expr, target: Fun, pending: dict[str, str]) -> Expr:
        """A use with some of its parameters given; required ones that are not go to ``pending``."""
        rng, values = self.rng, {}
        for param in target.params or ():
            if rng.random() < 0.6:
                values[param.name] = (
                    "$SOME_VARIABLE" if rng.random() < 0.1 and not self.runnable else rng.choice(param.good)
                )
            elif param.default is None:
                pending[param.name] = rng.choice(param.good)
        if rng.random() < 0.05:
            values["retry"] = rng.choice(("3", "true"))
        if rng.random() < 0.05:
            values["timeout"] = '"90s"'
        if target.params is None and rng.random() < 0.05:
            values[self.fresh("free")] = '"text"'
        return Bind(expr, values) if values else expr

    def called(self, fun: Fun, input: T, output: T, found: dict[str, T | int] | None = None, **more: bool) -> Stage:
        """A stage that is one function."""
        pending: dict[str, str] = {}
        expr = self.bound(self.use(fun, (input, output), found), fun, pending)
        return Stage(expr, input, output, pending=pending, **more)

    # --- stages for the type that reaches them

    def plain(self, end: T, output: Callable[[Module], T] | T | None = None, exact: bool = False) -> Stage:
        """A function of closed types, an old one where there is one; with ``exact`` it takes just what is there."""
        old = [
            own
            for module in self.program.modules
            for own in module.functions
            if isinstance(own, Fun) and key(own.input) == key(end) and own.input != VOID
            if own.output != VOID and not own.variables
        ]
        if output is None and old and self.rng.random() < 0.4:
            fun = self.rng.choice(old)
        else:
            wanted = output or (lambda module: self.chooser.type(2, self.allowed(module)))
            fun = self.fun(end if exact else self.chooser.wider(end), wanted)
        return self.called(fun, end, fun.output)

    def polymorphic(self, end: T, shape: str = "") -> Stage:
        """A function over a pattern of the type."""
        pattern: Pattern = self.patterns.pattern(end)
        bound = set().union(*(modules_of(own) for own in pattern.found.values() if isinstance(own, T)))
        fun = self.fun(
            pattern.input, lambda module: self.patterns.output(pattern, self.allowed(module), shape), "g", bound
        )
        fun.where = [one for one in self.patterns.constraints(pattern) if one[0] in fun.variables]
        known = not pattern.found and ".." not in str(pattern.input)
        return self.called(
            fun, end, substitute(fun.output, pattern.found), pattern.found, known=known, loose=pattern.loose
        )

    def standard(self, end: T) -> Stage:
        """A function of the standard library."""
        choices = [IDENTITY, SINGLE, IDENTITY]
        choices += [SOME] if not may_be_missing(end) else []
        choices += [FST, SND] if end.head == "tuple" and len(end.parts) == 2 else []
        fun = self.rng.choice(choices)
        pair = {"a": end.parts[0], "b": end.parts[1]} if fun in (FST, SND) else {"a": end}
        found: dict[str, T | int] = {name: own for name, own in pair.items() if own is not None}
        return self.called(fun, end, substitute(fun.output, found), found, known=False, loose=True)

    def converted(self, end: T) -> list[Stage]:
        """To text and back, by JSON or CSV."""
        csv = is_csv(end) and not self.runnable and self.rng.random() < 0.5
        to, back = (TO_CSV, FROM_CSV) if csv else (TO_JSON, FROM_JSON)
        there = self.called(to, end, TEXT, {"a": end}, known=False, loose=True)
        again = Stage(Use(back, (end,), (TEXT, end)), TEXT, end)
        return [there, again]

    def marked(self, end: T, mark: str) -> Stage:
        """A stage with `*` or `?`."""
        shape = self.rng.choice(("list", "Vector")) if mark == "*" else "optional"
        if self.rng.random() < 0.5:
            inner = self.polymorphic(end, shape)
        else:
            inner = self.plain(end, lambda module: self._of(shape, module))
        if mark == "*" and key(inner.output.item) == key(T("Byte")):
            return inner
        prefix = self.rng.random() < 0.3
        loose = inner.loose and not (shape == "optional" or inner.known)
        return attrs.evolve(inner, expr=Post(inner.expr, mark, prefix), output=inner.output.item, loose=loose)

    def _of(self, shape: str, module: Module) -> T:
        item = self.chooser.type(1, self.allowed(module), missing=shape != "optional")
        if shape == "Vector" and self.rng.random() < 0.3:
            item = T("Vector", (item,), size=2)
            return T("Vector", (item,), size=self.rng.randint(1, 3), spelling="Matrix")
        return T(shape, (item,), size=2 if shape == "Vector" else 0)
