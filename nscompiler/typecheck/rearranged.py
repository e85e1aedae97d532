"""Stages in the wrong order, branches that want brackets, parameters at the wrong stage: what is written is right, and
stands in the wrong place.

Each way to put it right is tried on the whole def before it is offered. Where more than one complaint is gone with
it, they were about one slip, and are told as one.
"""

from collections.abc import Container, Iterator, Mapping

from nscompiler.diagnostics.codes import params as param_codes
from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.attempts import Attempt, Definer, Way, accept, attempt, instead, parts, said_of, size
from nscompiler.typecheck.explain import cut, last_of, name_of, written
from nscompiler.typecheck.facts import Faulty
from nscompiler.typecheck.needless import undoes, without_stage
from nscompiler.typecheck.parameter_moves import set_elsewhere
from nscompiler.typecheck.scope import Scope

# How many faults of a def are looked at, and how far a stage is moved.
MOST_FAULTS = 8
MOST_FIXES = 3
FARTHEST = 4
_UNKNOWN = param_codes.UNKNOWN_PARAMETER
_JOINTS = (
    codes.TYPE_MISMATCH,
    codes.FIELD_MISSING,
    codes.SUM_MISMATCH,
    codes.LIST_UNEXPECTED,
    codes.LIST_NEEDED,
    codes.OPTIONAL_UNEXPECTED,
)

At = Mapping[tuple[int, int], Diagnostic]


def told_as_rearranged(definer: Definer, body: Faulty) -> Faulty:
    """A def after telling what another order, or brackets, would mend; it is then what it would be with that."""
    errors = [one for one in body.problems if one.is_error]
    used = {written(part) for part in parts(body.expr) if isinstance(part, syntax.Use)} if errors else set()
    if not 1 <= len(errors) <= MOST_FAULTS or not any(_may_be_mended(one, len(errors), used) for one in errors):
        return body
    definer.patience -= size(body.expr)
    if definer.patience < 0:
        return body
    at = {
        (one.primary.span.start, one.primary.span.end): one for one in errors if _may_be_mended(one, len(errors), used)
    }
    found: list[tuple[Way, Attempt]] = []
    annotated = body.decl is not None and body.decl.annotation is not None
    for way in _ways(definer, body.expr, at, annotated=annotated):
        tried = attempt(definer, [body], [way.expr])
        # A parameter that nothing reads is a fault of its own, even if its stage is one too many.
        if tried is not None and way.is_needless and any(one.code is _UNKNOWN for one in tried.gone):
            continue
        # Where one of several complaints stays, the order may be right and something else wrong.
        if tried is None or (way.is_all and len(tried.gone) < len(errors)):
            continue
        if way.also is not None and not any(one is way.also for one in tried.gone):
            continue
        if any(one is way.problem for one in tried.gone):
            found.append((way, tried))
    if not found:
        return body
    found.sort(key=lambda one: one[0].is_needless and not one[0].converts)  # with another order nothing is lost
    way, tried = found[0]
    fixes: tuple[Fix, ...] = (way.fix,)
    if way.stage is None and way.told is None:
        fixes = tuple(one.fix for one, _ in found if one.problem is way.problem and one.stage is None)
    elif way.stage is None and way.problem.code in _JOINTS:
        fixes = tuple(one.fix for one, _ in found if one.problem is way.problem)[:2]
    kept = way.problem.code is codes.TYPE_MISMATCH and way.stage is None and not way.is_needless
    declared = way.problem.fixes if kept and not _has_own(way.problem) else ()
    return accept(definer, [body], tried, _told(definer.scope, way, tried, (*fixes, *declared)[:MOST_FIXES]))


def _may_be_mended(problem: Diagnostic, count: int, used: Container[str]) -> bool:
    if problem.code is _UNKNOWN:
        return True
    if problem.code is codes.BOTH_INPUTS:
        return not problem.fixes
    return problem.code in _JOINTS and (count > 1 or not _has_own(problem, used))


def _has_own(problem: Diagnostic, used: Container[str] = ()) -> bool:
    """Whether a fix is about the pipe itself, and not about what is declared elsewhere only, or ``used`` in it too."""
    joint = [problem.primary.span, *(one.span for one in problem.related if one.role is Role.PRODUCER)]
    first, last = min(one.start for one in joint), max(one.end for one in joint)
    # Another function may do, or another field, if the order is right.
    own = [fix for fix in problem.fixes if "` for `" not in fix.title and not fix.title.startswith("add `")]
    own = [fix for fix in own if not (fix.title.startswith("put `") and fix.title.split("`")[1] in used)]
    if problem.code is not codes.TYPE_MISMATCH:
        return bool(own)
    edits = [edit.span for fix in own for edit in fix.edits]
    return any(span.path == problem.primary.span.path and first <= span.start <= last for span in edits)


def _told(scope: Scope, way: Way, tried: Attempt, fixes: tuple[Fix, ...]) -> Diagnostic:
    """The first of the problems that would be gone, with the fix for all."""
    inside = next((one for one in tried.gone if one.code is codes.SOURCE_IN_MIDDLE), None)
    if inside is not None:  # what follows it is no fault then
        return replace(inside, fixes=fixes)
    if way.told is not None:
        return replace(way.told, fixes=fixes)
    if way.stage is None:
        return replace(way.problem, notes=(), fixes=fixes)
    first = min(tried.gone, key=lambda one: one.primary.span.start)
    last = next((one for one in tried.gone if one is not first), first)
    label = Label(last.primary.span, last.primary.text, Role.CONSUMER)
    related = first.related if last is first else (*first.related, label)
    spans = {first.primary.span, *(one.span for one in related)}
    moved = Label(scope.span(last_of(way.stage)), "stands in the wrong place", Role.NOTE)
    related = related if moved.span in spans else (*related, moved)
    return replace(first, related=related, fixes=fixes)


def _ways(definer: Definer, expr: syntax.Expr, at: At, *, annotated: bool) -> Iterator[Way]:
    scope, alone = definer.scope, len(at) == 1
    yield from set_elsewhere(scope, expr, at)
    for part in parts(expr):
        if isinstance(part, syntax.Both):
            problem = next((one for branch in part.branches if (one := at.get((branch.start, branch.end)))), None)
            if problem is not None and problem.code is codes.BOTH_INPUTS:
                yield from _bracketed(scope, expr, part, problem)
        elif isinstance(part, syntax.Pipe):
            if alone:
                yield from without_stage(definer, expr, part, at)
            for place, stage in enumerate(part.stages):
                problem = said_of(stage, at) if place else None
                if problem is not None and problem.code in _JOINTS:
                    # What goes into a whole def its annotation says.
                    free = alone and not (annotated and part is expr)
                    yield from _moves(scope, expr, part, place, problem, alone=free)
            if not alone:
                first = next((place for place, stage in enumerate(part.stages) if place and said_of(stage, at)), 0)
                yield from _exchanges(scope, expr, part, first, at)
                yield from without_stage(definer, expr, part, at)


# --- brackets


def _bracketed(scope: Scope, expr: syntax.Expr, both: syntax.Both, problem: Diagnostic) -> Iterator[Way]:
    """What `a | b & c | d` may mean: `a | (b & c) | d`, or all in a row."""
    first, *middle, last = both.branches
    head, tail = _stages(first), _stages(last)
    source = scope.module.source
    if first.start != both.start or last.end != both.end:
        return
    if len(head) > 1:
        inner = syntax.Both(head[-1].start, tail[0].end, (head[-1], *middle, tail[0]))
        made = syntax.Pipe(both.start, both.end, (*head[:-1], inner, *tail[1:]))
        start, end = source.span(inner.start, inner.start), source.span(inner.end, inner.end)
        text = cut(" ".join(source.text[inner.start : inner.end].split()))
        title = f"put brackets around `{text}`"
        fix = Fix(title, (Edit(start, "("), Edit(end, ")")), Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {both: made}), fix, problem)
    between = source.span(first.end, last.start)
    if not middle and source.text[between.start : between.end].strip() == "&":
        made = syntax.Pipe(both.start, both.end, (*head, *tail))
        fix = Fix("run one after the other", (Edit(between, " | "),), Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {both: made}), fix, problem)


def _stages(expr: syntax.Expr) -> tuple[syntax.Expr, ...]:
    return expr.stages if isinstance(expr, syntax.Pipe) else (expr,)


# --- another order


def _moves(
    scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, place: int, problem: Diagnostic, *, alone: bool
) -> Iterator[Way]:
    """The stage that does not fit, or the one before it, at another place of the pipe, the nearest first."""
    stages = pipe.stages
    ways: list[tuple[int, int, int]] = []
    for at in (place, place - 1):
        for before in range(max(0, at - FARTHEST), min(len(stages), at + FARTHEST + 1) + 1):
            if before not in (at, at + 1):
                ways.append((abs(before - at) - (before > at), at, before))
    swapped: set[int] = set()
    for distance, at, before in sorted(ways):
        edits = _edits(scope, pipe, at, before)
        # Of one complaint alone it is no sign that another order fits where nothing says what comes first.
        if not edits or (alone and min(at, before) == 0) or (distance == 1 and min(at, before) in swapped):
            continue
        moved, rest = stages[at], [*stages[:at], *stages[at + 1 :]]
        rest.insert(before if before < at else before - 1, moved)
        made, put = syntax.Pipe(pipe.start, pipe.end, tuple(rest)), rest.index(moved)
        if put and undoes(scope, rest[put - 1], moved, rest[put + 1] if put + 1 < len(rest) else None):
            continue
        title = f"move {name_of(last_of(moved))} "
        title += f"before {name_of(last_of(stages[before]))}" if before < len(stages) else "to the end"
        if distance == 1:
            left, right = stages[min(at, before)], stages[min(at, before) + 1]
            title = f"swap {name_of(last_of(left))} and {name_of(last_of(right))}"
            swapped.add(min(at, before))
        yield Way(instead(expr, {pipe: made}), Fix(title, edits, Applicability.MAYBE_INCORRECT), problem, moved)


def _exchanges(scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, place: int, at: At) -> Iterator[Way]:
    """The first stage that does not fit, or the one before it, exchanged with one further on."""
    stages, source = pipe.stages, scope.module.source
    problem = said_of(stages[place], at) if place else None
    if problem is None or problem.code not in _JOINTS:
        return
    for one, other in ((one, one + far) for far in range(2, FARTHEST + 1) for one in (place, place - 1)):
        if other >= len(stages):
            continue
        joints = [each for each in (one - 1, one, other - 1, other) if 0 <= each < len(stages) - 1]
        if any(source.text[stages[each].end : stages[each + 1].start].strip() != "|" for each in joints):
            continue
        made = [*stages]
        made[one], made[other] = stages[other], stages[one]
        edits = tuple(
            Edit(source.span(stages[to].start, stages[to].end), source.text[stages[which].start : stages[which].end])
            for to, which in ((one, other), (other, one))
        )
        title = f"swap {name_of(last_of(stages[one]))} and {name_of(last_of(stages[other]))}"
        fix = Fix(title, edits, Applicability.MAYBE_INCORRECT)
        whole = syntax.Pipe(pipe.start, pipe.end, tuple(made))
        yield Way(instead(expr, {pipe: whole}), fix, problem, stages[one])


def _edits(scope: Scope, pipe: syntax.Pipe, at: int, before: int) -> tuple[Edit, ...]:
    """The edits that put a stage before another one; none where brackets or comments stand between them."""
    source, stages = scope.module.source, pipe.stages
    moved = stages[at]
    first, last = min(at, before), max(at, before - 1)
    for left, right in zip(stages[max(0, first - 1) : last + 1], stages[max(1, first) : last + 2], strict=False):
        if source.text[left.end : right.start].strip() != "|":
            return ()
    text = source.text[moved.start : moved.end]
    if at:
        away = Edit(source.span(stages[at - 1].end, moved.end), "")
    else:
        away = Edit(source.span(moved.start, stages[1].start), "")
    if before < len(stages):
        start = stages[before].start
        return (Edit(source.span(start, start), f"{text} | "), away)
    end = stages[-1].end
    return (away, Edit(source.span(end, end), f" | {text}"))
