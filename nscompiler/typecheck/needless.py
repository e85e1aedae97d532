"""A stage too many: what comes to it is what the stage after it takes, and the stage itself does not fit between."""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.attempts import Definer, Way, instead, said_of
from nscompiler.typecheck.explain import an, first_of, last_of, name_of
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import Scalar, Type, Var, VoidType

At = Mapping[tuple[int, int], Diagnostic]


def without_stage(definer: Definer, expr: syntax.Expr, pipe: syntax.Pipe, at: At) -> Iterator[Way]:
    """The bodies that lack one stage of a pipe of which something is said, or of what follows it."""
    scope = definer.scope
    for place in range(1, len(pipe.stages) - 1):
        before, stage, after = pipe.stages[place - 1 : place + 2]
        taking, giving = said_of(stage, at), said_of(after, at)
        problem, arrow = taking or giving, definer.arrows.get(before)
        if problem is None or arrow is None or not isinstance(last_of(stage), syntax.Use):
            continue
        given, needed = arrow.output, _needed(scope, after)
        if needed is None or given.poisoned or isinstance(given, Var | VoidType):
            continue
        converts = is_conversion(stage)
        telling = converts or (giving is not None and (taking is not None or not isinstance(given, Scalar)))
        between = scope.module.source.text[before.end : stage.start], scope.module.source.text[stage.end : after.start]
        if not telling or [one.strip() for one in between] != ["|", "|"]:
            continue
        made = syntax.Pipe(pipe.start, pipe.end, (*pipe.stages[:place], *pipe.stages[place + 1 :]))
        away = Edit(scope.module.source.span(before.end, stage.end), "")
        fix = Fix(f"remove {name_of(last_of(stage))}", (away,), Applicability.MAYBE_INCORRECT)
        also = giving if problem is taking else None
        told = _told(scope, problem, before, given)
        yield Way(instead(expr, {pipe: made}), fix, problem, told=told, also=also, is_needless=True, converts=converts)


def _told(scope: Scope, problem: Diagnostic, before: syntax.Expr, given: Type) -> Diagnostic:
    """What is said, with what the stage before it still gave, unless that is said there already."""
    span = scope.span(last_of(before))
    label = Label(span, f"{an(given)} is still there after {name_of(last_of(before))}", Role.PRODUCER)
    others = [one for one in problem.related if one.span != span or one.role is not Role.PRODUCER]
    related = others if any(one.span == span for one in others) else [label, *others]
    return replace(problem, related=tuple(related), notes=())


def _needed(scope: Scope, stage: syntax.Expr) -> Type | None:
    """What a stage takes by its declaration; None where that says nothing."""
    use = first_of(stage)
    target = scope.known_function(use.qualifier, use.name) if isinstance(use, syntax.Use) else None
    return None if target is None or isinstance(target.scheme.input, Var) else target.scheme.input


def is_conversion(stage: syntax.Expr) -> bool:
    """Whether a stage is one of `Conv`."""
    use = first_of(stage)
    return isinstance(use, syntax.Use) and use.qualifier is not None and use.qualifier.text == "Conv"


def undoes(scope: Scope, before: syntax.Expr, stage: syntax.Expr, after: syntax.Expr | None) -> bool:
    """Whether a conversion between two stages would read what is Text already, or write it."""
    use = first_of(stage)
    if not is_conversion(stage) or not isinstance(use, syntax.Use):
        return False
    other = after if use.name.text.startswith("from_") else before
    end = None if other is None else (first_of(other) if other is after else last_of(other))
    target = scope.known_function(end.qualifier, end.name) if isinstance(end, syntax.Use) else None
    if target is None:
        return False
    type = target.scheme.input if other is after else target.scheme.output
    return isinstance(type, Scalar) and type.name == "Text"
