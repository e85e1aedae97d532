"""What would be wrong with a def if its body were another: how a repair is tried before it is told of."""

from collections.abc import Container, Iterator, Mapping
from typing import Protocol

from nscompiler.diagnostics.codes.params import UNKNOWN_PARAMETER
from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.explain import first_of
from nscompiler.typecheck.facts import Arrow, Faulty
from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import FunctionInterface


class Definer(Protocol):
    """What is asked of ``define.Definer``, which imports this module."""

    arrows: dict[syntax.Node, Arrow]
    faulty: dict[str, Faulty]
    patience: int

    @property
    def scope(self) -> Scope: ...

    def uses_of(self, expr: syntax.Expr, names: Container[str]) -> dict[str, syntax.Use]: ...
    def afresh(self) -> "Definer": ...
    def define_as(
        self, name: str, place: syntax.Node, expr: syntax.Expr, decl: syntax.DefDecl | None
    ) -> FunctionInterface: ...


class Attempt:
    """The bodies that some defs would have, what they would be then, and which of their problems would be gone."""

    def __init__(self, exprs: list[syntax.Expr], interfaces: list[FunctionInterface], gone: list[Diagnostic]) -> None:
        self.exprs = exprs
        self.interfaces = interfaces
        self.gone = gone


class Way:
    """Another body for a def, and the fix that writes it; ``stage`` is what it moves. ``told`` is what is said where
    that is more than ``problem`` says, ``also`` what must be gone besides; ``is_needless`` if it takes a stage away,
    ``converts`` if that only turns a value into another form."""

    def __init__(
        self,
        expr: syntax.Expr,
        fix: Fix,
        problem: Diagnostic,
        stage: syntax.Expr | None = None,
        told: Diagnostic | None = None,
        also: Diagnostic | None = None,
        is_needless: bool = False,
        converts: bool = False,
    ) -> None:
        self.expr = expr
        self.fix = fix
        self.problem = problem
        self.stage = stage
        self.told = told
        self.is_needless = is_needless
        self.converts = converts
        self.also = also

    @property
    def is_all(self) -> bool:
        """Whether it is no sign of anything unless nothing is left to complain of: what moves or takes away a stage."""
        return self.stage is not None or (self.is_needless and self.also is None)


def attempt(definer: Definer, bodies: list[Faulty], exprs: list[syntax.Expr]) -> Attempt | None:
    """What comes of some defs, each after those that it uses, with other bodies; None where a problem would be new, or
    where too much was tried already. Nothing of it stays."""
    definer.patience -= sum(map(size, exprs))
    if definer.patience < 0:
        return None
    functions = definer.scope.functions
    known = {each.name: functions[each.name] for each in bodies[:-1]}
    trial = definer.afresh()
    interfaces: list[FunctionInterface] = []
    with definer.scope.trial() as problems:
        for body, expr in zip(bodies, exprs, strict=True):
            interfaces.append(trial.define_as(body.name, body.place, expr, body.decl))
            _know(definer, bodies, interfaces)
    functions.update(known)
    before = [one for each in bodies for one in each.problems]
    left = {(one.code, one.primary.span) for one in problems}
    if not left <= {(one.code, one.primary.span) for one in before}:
        return None
    gone = [one for one in before if one.is_error and (one.code, one.primary.span) not in left]
    return Attempt(exprs, interfaces, gone)


def accept(definer: Definer, bodies: list[Faulty], found: Attempt, told: Diagnostic) -> Faulty:
    """Tell one thing in the place of all that would be gone; the last of some defs as it would be then."""
    ended = [one for one in found.gone if not _is_only_taken_away(one, told)] or found.gone
    definer.scope.problems.tell_as_one(ended, told)
    _know(definer, bodies, found.interfaces)
    gone = set(map(id, ended))
    for each, expr, interface in zip(bodies, found.exprs, found.interfaces, strict=True):
        rest = tuple(one for one in each.problems if id(one) not in gone)
        definer.faulty[each.name] = replace(each, expr=expr, interface=interface, problems=rest)
    return definer.faulty[bodies[-1].name]


def _is_only_taken_away(problem: Diagnostic, told: Diagnostic) -> bool:
    """Whether a parameter that nothing reads is gone because its stage would be: it is a fault of its own."""
    at, edits = problem.primary.span, [edit for fix in told.fixes[:1] for edit in fix.edits]
    within = any(not edit.text and edit.span.start <= at.start and at.end <= edit.span.end for edit in edits)
    return problem.code is UNKNOWN_PARAMETER and told.primary.span != at and within


def _know(definer: Definer, bodies: list[Faulty], interfaces: list[FunctionInterface]) -> None:
    """Let the last of some defs see what the others are."""
    functions = definer.scope.functions
    for each, interface in zip(bodies[:-1], interfaces, strict=False):
        was = functions[each.name]
        found = replace(interface, doc=was.doc, attributes=was.attributes)
        functions[each.name] = definer.scope.undecided(found)


def inside(expr: syntax.Expr) -> tuple[syntax.Expr, ...]:
    """The parts of which an expression is made."""
    if isinstance(expr, syntax.Pipe):
        return expr.stages
    if isinstance(expr, syntax.Both):
        return expr.branches
    return (expr.function,) if isinstance(expr, syntax.Apply | syntax.Concat | syntax.Filter) else ()


def parts(expr: syntax.Expr) -> Iterator[syntax.Expr]:
    """An expression and all parts of it, in the order of its text."""
    stack = [expr]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(inside(part)))


def size(expr: syntax.Expr) -> int:
    """How many parts an expression has."""
    return sum(1 for _ in parts(expr))


def said_of(stage: syntax.Expr, at: Mapping[tuple[int, int], Diagnostic]) -> Diagnostic | None:
    """What is said of a stage's taking what it is given."""
    taking = first_of(stage)
    own = at.get((taking.start, taking.end))
    if own is not None or not isinstance(taking, syntax.Both):
        return own
    said = (said_of(branch, at) for branch in taking.branches)
    return next((one for one in said if one is not None), None)


def instead(expr: syntax.Expr, made: Mapping[syntax.Node, syntax.Expr]) -> syntax.Expr:
    """An expression with other parts in the places of some."""
    if expr in made:
        return made[expr]
    if isinstance(expr, syntax.Pipe):
        return syntax.Pipe(expr.start, expr.end, tuple(instead(one, made) for one in expr.stages))
    if isinstance(expr, syntax.Both):
        return syntax.Both(expr.start, expr.end, tuple(instead(one, made) for one in expr.branches))
    if isinstance(expr, syntax.Apply | syntax.Concat | syntax.Filter):
        return replace(expr, function=instead(expr.function, made))
    return expr
