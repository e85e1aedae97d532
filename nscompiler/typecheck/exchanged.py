"""Another sign, another standard function, a stage less: what mends a def where the usual fixes of its fault do not.

Each is tried on the whole def, and offered where nothing is left to complain of then.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.attempts import Attempt, Definer, Way, accept, attempt, instead, parts, said_of, size
from nscompiler.typecheck.explain import ANNOTATE, cut, first_of, last_of, name_of, postfix, sign_of, use_of
from nscompiler.typecheck.facts import Faulty
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import VoidType

# How many faults a def may have, how much is tried, and how many fixes are offered.
_MOST_FAULTS = 3
_MOST_TRIED = 12
_MOST_FIXES = 3
_SIGNED = (codes.NOT_A_LIST, codes.NOT_OPTIONAL)
_SIGNS = ("*", "?", "", "*?", "?*")
_JOINTS = (
    codes.TYPE_MISMATCH,
    codes.FIELD_MISSING,
    codes.LIST_UNEXPECTED,
    codes.LIST_NEEDED,
    codes.OPTIONAL_UNEXPECTED,
)

At = Mapping[tuple[int, int], Diagnostic]


def told_as_exchanged(definer: Definer, body: Faulty) -> Faulty:
    """A def after telling all its problems as one, with what would leave none of them."""
    errors = [one for one in body.problems if one.is_error]
    if not 1 <= len(errors) <= _MOST_FAULTS:
        return body
    at = {(one.primary.span.start, one.primary.span.end): one for one in errors}
    definer.patience -= size(body.expr)
    if definer.patience < 0:
        return body
    found: list[tuple[Way, Attempt]] = []
    for way in islice(_ways(definer, body.expr, at), _MOST_TRIED):
        tried = attempt(definer, [body], [way.expr])
        if tried is not None and len(tried.gone) == len(errors):
            found.append((way, tried))
    if not found:
        return body
    if len(found) > 1 and any(way.fix.title.startswith("remove the `") for way, _ in found):
        return body  # nothing says which sign was meant where none will do as well, which is what others go by
    first, tried = found[0]
    # Of a sign, and of an optional, what else is offered was not tried.
    others = first.problem.fixes if first.problem.code in _JOINTS and len(errors) == 1 else ()
    fixes = (*(way.fix for way, _ in found if way.problem is first.problem), *others)
    if first.problem.code in _SIGNED:
        fixes = fixes[:1]  # the one sign for the other, where that will do
    notes = () if first.problem.code is codes.BOTH_OUTPUTS else first.problem.notes  # no annotation is needed then
    return accept(definer, [body], tried, replace(first.problem, fixes=fixes[:_MOST_FIXES], notes=notes))


def _ways(definer: Definer, expr: syntax.Expr, at: At) -> Iterator[Way]:
    scope = definer.scope
    for part in parts(expr):
        if isinstance(part, syntax.Concat | syntax.Filter):
            problem = at.get((part.start, part.end))
            if problem is not None and problem.code in _SIGNED and not part.prefix and _swaps(problem):
                yield from _other_signs(scope, expr, part, problem)
        elif isinstance(part, syntax.Pipe):
            for place in range(1, len(part.stages)):
                if isinstance(both := part.stages[place], syntax.Both):
                    yield from _without_source(definer, expr, part, both, at)
                if isinstance(both := part.stages[place - 1], syntax.Both):
                    yield from _in_each_branch(scope, expr, part, both, at)
                problem = said_of(part.stages[place], at)
                if problem is None:
                    continue
                if problem.code is codes.NESTED_OPTIONAL:
                    yield from _less_optional(scope, expr, part, place, problem)
                elif problem.code in _JOINTS:
                    yield from _siblings(scope, expr, part, place, problem)
                    yield from _other_types(scope, expr, part, place, problem)


# --- signs


def _swaps(problem: Diagnostic) -> bool:
    """Whether one sign is offered for the other: there is a list, or an optional."""
    return any(fix.title[7:-1] in _SIGNS for fix in problem.fixes)


def _other_signs(
    scope: Scope, expr: syntax.Expr, node: syntax.Concat | syntax.Filter, problem: Diagnostic
) -> Iterator[Way]:
    """Other signs, or none, for one that has nothing to take off."""
    span, away = sign_of(scope, node, node.function)
    own = "*" if isinstance(node, syntax.Concat) else "?"
    for signs in _SIGNS:
        if signs == own or span.end - span.start != 1:
            continue
        title = f"write `{signs}`" if signs else f"remove the `{own}`"
        fix = Fix(title, (Edit(span, signs) if signs else away,), Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {node: _signed(node.function, signs)}), fix, problem)


def _signed(expr: syntax.Expr, signs: str) -> syntax.Expr:
    for sign in signs:
        expr = (syntax.Concat if sign == "*" else syntax.Filter)(expr.start, expr.end, expr, False)
    return expr


# --- an optional of an optional


def _less_optional(
    scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, place: int, problem: Diagnostic
) -> Iterator[Way]:
    """A `?` before what would make an optional of an optional, or this stage less, or both."""
    before, stage = pipe.stages[place - 1 : place + 1]
    source = scope.module.source
    if source.text[before.end : stage.start].strip() != "|":
        return
    sign, away = postfix(scope, before, "?"), Edit(source.span(before.end, stage.end), "")
    filtered, rest = _signed(before, "?"), pipe.stages[place + 1 :]
    without = Fix(f"remove {name_of(last_of(stage))}", (away,), Applicability.MAYBE_INCORRECT)
    both = Fix(
        f"write `?` in the place of `| {cut(source.text[stage.start : stage.end])}`",
        (replace(away, text="?"),),
        Applicability.MAYBE_INCORRECT,
    )
    ways = (((filtered, stage), sign), ((before,), without), ((filtered,), both))
    for stages, fix in ways[: 1 if isinstance(before, syntax.Both) else 3]:
        made = syntax.Pipe(pipe.start, pipe.end, (*pipe.stages[: place - 1], *stages, *rest))
        yield Way(instead(expr, {pipe: made}), fix, problem)


# --- a source among the branches of a `&`


def _without_source(definer: Definer, expr: syntax.Expr, pipe: syntax.Pipe, both: syntax.Both, at: At) -> Iterator[Way]:
    """A source beside a stage that takes values: merged with what that gives, or left out."""
    scope = definer.scope
    text, place = scope.module.source.text, pipe.stages.index(both)
    start, end = _bracket(text, both)
    for branch in both.branches:
        problem = at.get((branch.start, branch.end))
        arrow = definer.arrows.get(branch)
        if problem is None or problem.code is not codes.BOTH_INPUTS or len(both.branches) != 2 or start < 0:
            continue
        if arrow is None or not isinstance(arrow.input, VoidType):
            continue
        (other,) = (one for one in both.branches if one is not branch)
        before, rest = pipe.stages[:place], pipe.stages[place + 1 :]
        way, source = text[pipe.start : before[-1].end], text[branch.start : branch.end]
        edit = Edit(scope.module.source.span(pipe.start, end), f"({way} | {text[other.start : other.end]} & {source})")
        merged = syntax.Both(both.start, both.end, (syntax.Pipe(pipe.start, other.end, (*before, other)), branch))
        title = f"merge {name_of(first_of(branch))} with what {name_of(last_of(other))} gives"
        made = syntax.Pipe(pipe.start, pipe.end, (merged, *rest)) if rest else merged
        if not _is_sink(scope, last_of(other)):
            yield Way(instead(expr, {pipe: made}), Fix(title, (edit,), Applicability.MAYBE_INCORRECT), problem)
        alone = syntax.Pipe(pipe.start, pipe.end, (*before, other, *rest))
        edit = Edit(scope.module.source.span(start, end), text[other.start : other.end])
        fix = Fix(f"remove {name_of(first_of(branch))}", (edit,), Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {pipe: alone}), fix, problem)


def _in_each_branch(scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, both: syntax.Both, at: At) -> Iterator[Way]:
    """What follows branches that give different things, behind each of them."""
    text, place = scope.module.source.text, pipe.stages.index(both)
    start, end = _bracket(text, both)
    problem = next((one for branch in both.branches if (one := at.get((branch.start, branch.end)))), None)
    rest = pipe.stages[place + 1 :]
    if problem is None or ANNOTATE not in problem.notes or len(rest) != 1 or start < 0:
        return
    if any(isinstance(branch, syntax.Both) for branch in both.branches) or "(" in text[end : rest[0].start]:
        return
    after = text[rest[0].start : rest[0].end]
    written = " & ".join(f"{text[one.start : one.end]} | {after}" for one in both.branches)
    branches = tuple(syntax.Pipe(one.start, rest[0].end, (one, rest[0])) for one in both.branches)
    stages = (*pipe.stages[:place], syntax.Both(both.start, both.end, branches))
    made = syntax.Pipe(pipe.start, pipe.end, stages) if place else stages[0]
    edit = Edit(scope.module.source.span(start, rest[0].end), f"({written})" if place else written)
    fix = Fix(f"run {name_of(first_of(rest[0]))} in each branch", (edit,), Applicability.MAYBE_INCORRECT)
    yield Way(instead(expr, {pipe: made}), fix, problem)


def _is_sink(scope: Scope, use: syntax.Expr) -> bool:
    target = scope.known_function(use.qualifier, use.name) if isinstance(use, syntax.Use) else None
    return target is None or target.kind == "sink"


def _bracket(text: str, both: syntax.Both) -> tuple[int, int]:
    """The place of a `&` with the brackets around it; (-1, -1) where there are none."""
    before, after = text[: both.start].rstrip(), text[both.end :]
    closing = len(after) - len(after.lstrip())
    if not before.endswith("(") or after[closing : closing + 1] != ")":
        return -1, -1
    return len(before) - 1, both.end + closing + 1


# --- standard functions


def _siblings(scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, place: int, problem: Diagnostic) -> Iterator[Way]:
    """Another function of `Std` in the place of the one before the stage that does not fit, or of that one."""
    for use in (last_of(pipe.stages[place - 1]), first_of(pipe.stages[place])):
        if not isinstance(use, syntax.Use) or use.qualifier is None or use.qualifier.text != "Std":
            continue
        interface = scope.imports.get("Std")
        names = interface.functions if interface is not None and interface.standard else ()
        for name in sorted(names, key=lambda one: one == "identity"):
            if name == use.name.text:
                continue
            made = replace(use, name=replace(use.name, text=name))
            fix = scope.replacement(use.name, name, f"write `Std.{name}`")
            yield Way(instead(expr, {use: made}), fix, problem)


# --- types in `<…>`


def _other_types(scope: Scope, expr: syntax.Expr, pipe: syntax.Pipe, place: int, problem: Diagnostic) -> Iterator[Way]:
    """The two types of a use in the other order, at the stage that does not fit or the one before it; or none."""
    for use in (use_of(pipe.stages[place], last=False), use_of(pipe.stages[place - 1], last=True)):
        if not isinstance(use, syntax.Instantiate) or len(use.types) != 2:
            continue
        one, other = use.types
        source = scope.module.source
        text, first, second = (source.text[node.start : node.end] for node in (use, one, other))
        edits = (Edit(source.span(one.start, one.end), second), Edit(source.span(other.start, other.end), first))
        fix = Fix(f"swap `{cut(first)}` and `{cut(second)}`", edits, Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {use: replace(use, types=(other, one))}), fix, problem)
        away = Edit(source.span(use.function.end, use.end), "")
        fix = Fix(f"remove `{cut(text[use.function.end - use.start :])}`", (away,), Applicability.MAYBE_INCORRECT)
        yield Way(instead(expr, {use: use.function}), fix, problem)
