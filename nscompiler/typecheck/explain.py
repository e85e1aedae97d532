"""Stages in the words of a message, and what is said about faults that are no mismatch of two types."""

from collections.abc import Sequence

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Hop, Label, Role
from nscompiler.grammar import syntax
from nscompiler.typecheck.facts import Arrow
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import Names, lone_tails, show
from nscompiler.types.types import Type

# How many stages a flow shows.
MOST_HOPS = 64


def written(use: syntax.Use) -> str:
    """A name as the author wrote it."""
    return use.name.text if use.qualifier is None else f"{use.qualifier.text}.{use.name.text}"


def last_of(expr: syntax.Expr) -> syntax.Expr:
    """The part of an expression from which its output comes."""
    while True:
        match expr:
            case syntax.Pipe():
                expr = expr.stages[-1]
            case syntax.Apply() | syntax.Concat() | syntax.Filter():
                expr = expr.function
            case syntax.Instantiate():
                return expr.function
            case _:
                return expr


def first_of(expr: syntax.Expr) -> syntax.Expr:
    """The part of an expression that takes its input."""
    while True:
        match expr:
            case syntax.Pipe():
                expr = expr.stages[0]
            case syntax.Apply() | syntax.Concat() | syntax.Filter():
                expr = expr.function
            case syntax.Instantiate():
                return expr.function
            case _:
                return expr


def name_of(expr: syntax.Expr) -> str:
    """A short name for a stage in a sentence."""
    match expr:
        case syntax.Use():
            return f"`{written(expr)}`"
        case syntax.LiteralSource():
            return "the literal"
        case syntax.Both():
            return "the `&`"
    return "the stage"


def an(type: Type) -> str:
    """A type in a sentence."""
    return cut(show(type, Names(hidden=lone_tails(type)), room=64))


def cut(text: str, most: int = 32) -> str:
    """A text in limited room."""
    return text if len(text) <= most else text[: most - 1] + "…"


def fitting(long: str, short: str) -> str:
    """The longer title where it keeps to a line."""
    return long if len(long) <= TITLE_WIDTH else short


def hops(scope: Scope, stages: Sequence[syntax.Expr], arrows: Sequence[Arrow], store: Store) -> tuple[Hop, ...]:
    """The type after each of some stages; of very many, after the last ones."""
    stages, arrows = stages[-MOST_HOPS:], arrows[-MOST_HOPS:]
    text = scope.module.source.text
    return tuple(
        Hop(scope.span(stage), _one_line(text[stage.start : stage.end]), an_whole(store.resolve(arrow.output)))
        for stage, arrow in zip(stages, arrows, strict=True)
    )


def an_whole(type: Type) -> str:
    """A type printed in full length."""
    return show(type, Names(hidden=lone_tails(type)))


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()), 60)


# --- faults that are no mismatch of two types


def report_after_sink(scope: Scope, pipe: syntax.Pipe, place: int) -> None:
    """Something follows a sink."""
    sink, stage = name_of(last_of(pipe.stages[place - 1])), pipe.stages[place]
    place_of_sink = Label(scope.span(last_of(pipe.stages[place - 1])), "gives nothing", Role.PRODUCER)
    scope.report(
        codes.AFTER_SINK,
        stage,
        f"nothing comes out of {sink}, so nothing can follow it",
        "waits for a value that never comes",
        related=(place_of_sink,),
        notes=("to write a value and go on, run both on it: `… | (sink & next)`",),
        fixes=_tee(scope, pipe, place),
    )


def _tee(scope: Scope, pipe: syntax.Pipe, place: int) -> tuple[Fix, ...]:
    left, right = pipe.stages[place - 1], pipe.stages[-1]
    source = scope.module.source
    between = source.text[left.end : pipe.stages[place].start]
    if between.strip() != "|" or place < 1:
        return ()
    edits = (
        Edit(source.span(left.start, left.start), "("),
        Edit(source.span(left.end, pipe.stages[place].start), " & "),
        Edit(source.span(right.end, right.end), ")"),
    )
    return (Fix("run both on every value", edits, Applicability.MAYBE_INCORRECT),)


def report_source_in_middle(scope: Scope, pipe: syntax.Pipe, place: int, arrow: Arrow) -> None:
    """A source, or a whole workflow, stands after a ``|``."""
    stage = first_of(pipe.stages[place])
    whole = arrow.output is scope.workspace.void
    what = "a whole workflow" if whole else "a source"
    before = Label(scope.span(last_of(pipe.stages[place - 1])), "its value has nowhere to go", Role.PRODUCER)
    scope.report(
        codes.SOURCE_IN_MIDDLE,
        stage,
        f"{name_of(stage)} is {what}: it takes no input",
        "nothing can flow into this",
        related=(before,),
        notes=("a source stands at the start of a pipe; two sources are merged with `(a & b) | …`",),
    )


def report_void_operand(scope: Scope, expr: syntax.Expr, function: syntax.Expr, sign: str) -> None:
    """``*`` or ``?`` on a sink."""
    scope.report(
        codes.VOID_MISUSE,
        expr,
        f"`{sign}` needs what a function gives, and {name_of(last_of(function))} gives nothing",
        "a sink has no output",
    )


def report_mixed_branches(scope: Scope, both: syntax.Both, voids: list[bool]) -> None:
    """Some branches of ``&`` take a value and some take none."""
    source = both.branches[voids.index(True)]
    other = both.branches[voids.index(False)]
    label = Label(scope.span(other), "this takes a value", Role.NOTE)
    scope.report(
        codes.BOTH_INPUTS,
        source,
        "one branch of `&` is a source and the other takes a value",
        "this takes none",
        related=(label,),
        notes=("`a & b` runs both on every value, or merges two sources",),
    )


def report_branches(scope: Scope, both: syntax.Both, place: int, common: Type, type: Type, code: Code) -> None:
    """Two branches of ``&`` do not agree."""
    verb = "takes" if code is codes.BOTH_INPUTS else "gives"
    branch = both.branches[place]
    label = Label(scope.span(both.branches[0]), f"{verb} {an(common)}", Role.NOTE)
    scope.report(
        code,
        branch,
        f"the branches of `&` {'take different inputs' if verb == 'takes' else 'give different outputs'}",
        f"{verb} {an(type)}",
        related=(label,),
        expected=show(common),
        found=show(type),
        notes=("annotate a branch as a def of its own to say which type is meant",),
    )


def report_not_flat(scope: Scope, expr: syntax.Concat, code: Code, type: Type) -> None:
    """``*`` on what is no list."""
    name = name_of(last_of(expr.function))
    notes = ("`[Byte]` is one value, a byte string",) if code is codes.BYTE_FLATTEN else ()
    scope.report(
        code,
        expr,
        fitting(f"`*` needs a list, but {name} gives {an(type)}", f"`*` needs a list, and {name} gives none"),
        f"{an(type)} has no items to send one by one",
        notes=notes,
        fixes=_without(scope, expr, "*"),
    )


def report_not_optional(scope: Scope, expr: syntax.Filter, type: Type) -> None:
    """``?`` on what is always there."""
    name = name_of(last_of(expr.function))
    scope.report(
        codes.NOT_OPTIONAL,
        expr,
        fitting(f"`?` needs an optional, but {name} gives {an(type)}", f"`?` needs an optional, and {name} gives none"),
        f"{an(type)} is always there",
        fixes=_without(scope, expr, "?"),
    )


def _without(scope: Scope, expr: syntax.Concat | syntax.Filter, sign: str) -> tuple[Fix, ...]:
    source = scope.module.source
    span = source.span(expr.function.end, expr.end)
    if expr.prefix:
        span = source.span(expr.start, expr.function.start)
    return (Fix(f"remove the `{sign}`", (Edit(span, ""),), Applicability.MAYBE_INCORRECT),)


def report_type_count(
    scope: Scope, use: syntax.Use, target: FunctionInterface, given: tuple[syntax.TypeExpr, ...], open_: int
) -> None:
    """Too many types in ``f<…>``."""
    takes = {0: "no types", 1: "one type"}.get(open_, f"{open_} types")
    declared = Label(target.span, "declared here", Role.DECLARATION)
    scope.report(
        codes.TYPE_ARGUMENT_COUNT,
        given[open_],
        f"`{written(use)}` takes {takes}, not {len(given)}",
        "one too many",
        related=(declared,),
    )
