"""A `*` or `?` at the wrong stage: one slip, of which two stages complain.

The one with the sign has nothing to take it off, and another gives a list, or nothing, to one that takes a value. Where
the sign at that other stage leaves neither complaint and makes no new one, the two are told as one: what is said is
tried on the whole def first, together with the defs of the same file that it uses and that have faults too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise, product
from typing import Any, TypeGuard

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Hop, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck.attempts import Definer, accept, attempt, instead, parts, said_of, size
from nscompiler.typecheck.explain import fitting, last_of, name_of, name_of_output, postfix, sign_of
from nscompiler.typecheck.facts import Faulty
from nscompiler.typecheck.scope import Scope

# How many places for a sign are tried for one def.
MOST_TRIED = 12
# How many faults there may be in a def of which two are looked at as one.
MOST_FAULTS = 8
# Of how many complaints together that are not all about signs.
MOST_ALONE = 3
_UNSIGNED = (codes.LIST_UNEXPECTED, codes.OPTIONAL_UNEXPECTED)
_SIGNED = (codes.NOT_A_LIST, codes.NOT_OPTIONAL, codes.BYTE_FLATTEN, codes.VOID_MISUSE, codes.LIST_NEEDED)
# What is no kind of fault of a sign, where another of the complaints is.
_LAST = (codes.ANNOTATION_MISMATCH, codes.CONSTRAINT_VIOLATED, codes.NESTED_OPTIONAL)
Runs = Mapping[int, list[syntax.Concat | syntax.Filter]]
# How a type prints that an error has left open.
_NO_TYPE = re.compile(r"(?<!\w)_(?!\w)")


class Sign:
    """The `*` and `?` on an expression, with what is said of them."""

    def __init__(self, node: syntax.Concat | syntax.Filter, inner: syntax.Expr, text: str, problem: Diagnostic) -> None:
        self.node = node
        self.inner = inner
        self.text = text
        self.problem = problem


class Bare:
    """A stage that lacks a sign, with what is said of it."""

    def __init__(self, node: syntax.Expr, problem: Diagnostic) -> None:
        self.node = node
        self.problem = problem


def told_as_moved(definer: Definer, body: Faulty) -> Faulty:
    """A def after telling two of its problems as one, again and again, where one sign at another stage leaves neither;
    it is then what it would be with that."""
    while (found := _told_as_moved(definer, body)) is not None:
        body = found
    return body


def _told_as_moved(definer: Definer, body: Faulty) -> Faulty | None:
    bodies = [*_used_by(definer, body), body]
    problems = [one for each in bodies for one in each.problems]
    if not 2 <= sum(one.is_error for one in problems) <= MOST_FAULTS:
        return None
    lacking, having = (any(one.code in kinds for one in problems) for kinds in (_UNSIGNED, _SIGNED))
    if not (lacking and having):
        return _moved_alone(definer, body) if lacking or having else None
    definer.patience -= sum(size(each.expr) for each in bodies)
    if definer.patience < 0:
        return None
    at = {(one.primary.span.start, one.primary.span.end): one for one in problems if one.is_error}
    signs = [one for each in bodies for one in _signs(each.expr, at)]
    bare = [one for each in bodies for one in _bare(each.expr, at)]
    pairs = sorted(product(signs, bare), key=lambda pair: abs(pair[0].node.end - pair[1].node.end))
    for sign, stage in islice(pairs, MOST_TRIED):
        found = None if sign.node is stage.node else _mended(definer, bodies, sign, stage)
        if found is not None:
            return found
    return _shifted(definer, body) or _moved_alone(definer, body)


def _used_by(definer: Definer, body: Faulty) -> list[Faulty]:
    """The defs of the file with faults that an expression uses, each after those that it uses itself."""
    used = [definer.faulty[name] for name in definer.uses_of(body.expr, definer.faulty)]
    return sorted(used, key=lambda one: one.rank)


def _mended(definer: Definer, bodies: list[Faulty], sign: Sign, stage: Bare) -> Faulty | None:
    """The last of some defs where a sign at another stage leaves nothing of two complaints, which are told as one then;
    else none."""
    exprs = [_moved(each.expr, sign, stage.node) for each in bodies]
    found = attempt(definer, bodies, exprs)
    if found is None or not all(any(one is each for each in found.gone) for one in (sign.problem, stage.problem)):
        return None
    return accept(definer, bodies, found, _merged(definer.scope, sign, stage))


def _signs(expr: syntax.Expr, at: Mapping[tuple[int, int], Diagnostic]) -> Iterator[Sign]:
    """The signs that have nothing to take off, and those that take off what the next stage wants."""
    below: set[int] = set()
    for part in parts(expr):
        if isinstance(part, syntax.Concat | syntax.Filter):
            if id(part) in below:
                continue
            run = _run(part)
            below.update(map(id, run))
            said = (at.get((one.start, one.end)) for one in run)
            problem = next((one for one in said if one is not None and one.code in _SIGNED), None)
            if problem is not None:
                yield _sign(part, problem)
                yield from (_alone(one, problem) for one in (run if len(run) > 1 else ()))
        elif isinstance(part, syntax.Pipe):
            for stage, following in pairwise(part.stages):
                problem = said_of(following, at)
                while isinstance(stage, syntax.Pipe):
                    stage = stage.stages[-1]
                if problem is not None and problem.code is codes.LIST_NEEDED and isinstance(stage, syntax.Concat):
                    yield _sign(stage, problem)


def _run(node: syntax.Concat | syntax.Filter) -> list[syntax.Concat | syntax.Filter]:
    """An expression with a sign, and those with the signs that stand right before it."""
    run = [node]
    while isinstance(inner := run[-1].function, syntax.Concat | syntax.Filter) and inner.prefix == node.prefix:
        run.append(inner)
    return run


def _sign(node: syntax.Concat | syntax.Filter, problem: Diagnostic) -> Sign:
    run = _run(node)
    text = "".join("*" if isinstance(one, syntax.Concat) else "?" for one in reversed(run))
    return Sign(node, run[-1].function, text, problem)


def _alone(node: syntax.Concat | syntax.Filter, problem: Diagnostic) -> Sign:
    """One of several signs."""
    return Sign(node, node.function, "*" if isinstance(node, syntax.Concat) else "?", problem)


def _bare(expr: syntax.Expr, at: Mapping[tuple[int, int], Diagnostic]) -> Iterator[Bare]:
    for part in parts(expr):
        stages = part.stages if isinstance(part, syntax.Pipe) else ()
        for stage, following in pairwise(stages):
            problem = said_of(following, at)
            if problem is not None and problem.code in _UNSIGNED:
                yield Bare(stage, problem)


def _moved(expr: syntax.Expr, sign: Sign, target: syntax.Expr) -> syntax.Expr:
    """An expression with a sign taken away and written after another stage."""
    made: Any = expr
    if expr is sign.node:
        made = _moved(sign.inner, sign, target)
    elif isinstance(expr, syntax.Pipe):
        made = syntax.Pipe(expr.start, expr.end, tuple(_moved(one, sign, target) for one in expr.stages))
    elif isinstance(expr, syntax.Both):
        made = syntax.Both(expr.start, expr.end, tuple(_moved(one, sign, target) for one in expr.branches))
    elif isinstance(expr, syntax.Apply | syntax.Concat | syntax.Filter):
        made = replace(expr, function=_moved(expr.function, sign, target))
    if expr is target:
        for text in sign.text:
            made = (syntax.Concat if text == "*" else syntax.Filter)(expr.start, expr.end, made, False)
    return made  # type: ignore[no-any-return]


# --- what is said


def _merged(scope: Scope, sign: Sign, stage: Bare) -> Diagnostic:
    belongs, stands = name_of_output(stage.node), name_of(last_of(sign.inner))
    gives = "may give nothing" if sign.text.startswith("?") else "gives a list"
    title = fitting(
        f"`{sign.text}` belongs after {belongs}, which {gives}, not after {stands}",
        fitting(f"`{sign.text}` belongs after {belongs}, not after {stands}", f"`{sign.text}` is at the wrong stage"),
    )
    place, away = sign_of(scope, sign.node, sign.inner)
    label = sign.problem.primary.text if sign.problem.code in _SIGNED else "with it here the types do not fit"
    label = "the stage after it takes the whole list" if sign.problem.code is codes.LIST_NEEDED else label
    fix = Fix(
        f"move `{sign.text}` from {stands} to {belongs}",
        (away, *postfix(scope, stage.node, sign.text).edits),
        Applicability.MAYBE_INCORRECT,
    )
    return replace(
        sign.problem,
        title=title,
        primary=Label(place, label),
        related=tuple(_related(scope, sign, stage)),
        expected=None,
        found=None,
        diff=None,
        flow=_known(stage.problem.flow),
        notes=stage.problem.notes,
        fixes=(fix,),
    )


def _known(flow: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The end of a flow in which every type is known: a sign that has nothing to take off leaves none."""
    unknown = [place for place, hop in enumerate(flow) if _NO_TYPE.search(hop.type)]
    return flow[unknown[-1] + 1 :] if unknown else flow


def _related(scope: Scope, sign: Sign, stage: Bare) -> Iterator[Label]:
    """Both sides of the joint that lacks the sign, and all declarations."""
    taking = stage.problem.primary
    labels: Sequence[Label] = (
        *stage.problem.related[:1],
        Label(taking.span, taking.text, Role.CONSUMER),
        *stage.problem.related[1:],
    )
    if sign.problem.code is codes.LIST_NEEDED or sign.problem.code not in _SIGNED:
        labels = (*labels, Label(sign.problem.primary.span, sign.problem.primary.text, Role.NOTE))
    declared = [one for one in sign.problem.related if one.role is Role.DECLARATION]
    seen: set[Span] = set()
    for label in (*labels, *declared):
        if label.span not in seen:
            seen.add(label.span)
            yield label


# --- all signs of a pipe at the stage before or behind the right one


def _shifted(definer: Definer, body: Faulty) -> Faulty | None:
    """A def after telling its problems as one where each sign of a pipe at the next stage, or at the one before it,
    leaves none of them; else none."""
    for pipe in parts(body.expr):
        if not isinstance(pipe, syntax.Pipe):
            continue
        runs = {place: _run(one) for place, one in enumerate(pipe.stages) if _is_signed(one)}
        for step in (-1, 1) if len(runs) > 1 else ():
            if not all(0 <= place + step < len(pipe.stages) for place in runs):
                continue
            found = attempt(definer, [body], [_with_signs(body.expr, pipe, runs, step)])
            signed = [] if found is None else [one for one in found.gone if one.code in _SIGNED]
            if found is not None and signed and len(found.gone) == sum(one.is_error for one in body.problems):
                return accept(definer, [body], found, _all_moved(definer.scope, pipe, runs, step, signed[0]))
    return None


def _is_signed(expr: syntax.Expr) -> TypeGuard[syntax.Concat | syntax.Filter]:
    return isinstance(expr, syntax.Concat | syntax.Filter) and not expr.prefix


def _with_signs(expr: syntax.Expr, pipe: syntax.Pipe, runs: Runs, step: int) -> syntax.Expr:
    """An expression with the signs of one of its pipes each at another stage."""
    stages = [runs[place][-1].function if place in runs else one for place, one in enumerate(pipe.stages)]
    for place, run in runs.items():
        for sign in reversed(run):
            made = syntax.Concat if isinstance(sign, syntax.Concat) else syntax.Filter
            at = place + step
            stages[at] = made(pipe.stages[at].start, pipe.stages[at].end, stages[at], False)
    return instead(expr, {pipe: syntax.Pipe(pipe.start, pipe.end, tuple(stages))})


def _all_moved(scope: Scope, pipe: syntax.Pipe, runs: Runs, step: int, problem: Diagnostic) -> Diagnostic:
    where = "one stage too late" if step < 0 else "one stage too early"
    edits: list[Edit] = []
    places: list[Span] = []
    written = ""
    for place, run in runs.items():
        span, away = sign_of(scope, run[0], run[-1].function)
        places.append(span)
        signs = "".join("*" if isinstance(one, syntax.Concat) else "?" for one in reversed(run))
        edits += (away, *postfix(scope, pipe.stages[place + step], signs).edits)
        written += signs
    way = "back" if step < 0 else "on"
    kinds = " and ".join(f"`{sign}`" for sign in "*?" if sign in written)
    return replace(
        problem,
        title=f"each {kinds} of this pipe stands {where}",
        primary=Label(places[0], where),
        related=tuple(Label(span, "and so does this", Role.NOTE) for span in places[1:]),
        expected=None,
        found=None,
        diff=None,
        flow=(),
        notes=(),
        fixes=(Fix(f"move each sign one stage {way}", tuple(edits), Applicability.MAYBE_INCORRECT),),
    )


# --- a sign of which nothing is said itself


def _moved_alone(definer: Definer, body: Faulty) -> Faulty | None:
    """A def after telling all its problems as one where a sign at a stage near to it leaves none of them; else none."""
    errors = [one for one in body.problems if one.is_error]
    if not 2 <= len(errors) <= MOST_ALONE:
        return None
    for sign, target in islice(_near(body.expr, errors[0]), MOST_TRIED):
        found = attempt(definer, [body], [_moved(body.expr, sign, target)])
        if found is not None and len(found.gone) == len(errors):
            told = sorted(found.gone, key=lambda one: (one.code not in _SIGNED, one.code in _LAST))
            bare = next((one for one in told[1:] if one.code in _UNSIGNED), told[1])
            of = next(one for one in told if one is not bare)
            merged = _merged(definer.scope, Sign(sign.node, sign.inner, sign.text, of), Bare(target, bare))
            return accept(definer, [body], found, merged)
    return None


def _near(expr: syntax.Expr, problem: Diagnostic) -> Iterator[tuple[Sign, syntax.Expr]]:
    """The signs in an expression, each with the stages that stand near to it in its pipe."""
    for pipe in parts(expr):
        stages = pipe.stages if isinstance(pipe, syntax.Pipe) else ()
        for place, stage in enumerate(stages):
            if _is_signed(stage):
                signs = [_sign(stage, problem)]
                if _is_signed(stage.function):
                    signs.append(_alone(stage, problem))
                near = [stages[place + step] for step in (-1, 1, -2, 2) if 0 <= place + step < len(stages)]
                yield from product(signs, near)
