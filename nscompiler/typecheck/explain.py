"""Stages in the words of a message, and what is said about faults that are no mismatch of two types."""

import re
from collections.abc import Mapping, Sequence

from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Hop, Label, Role
from nscompiler.grammar import syntax
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.facts import Arrow, UseFact
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.show import Names, difference_and_rest, lone_tails, show
from nscompiler.types.types import App, Type

# How many stages a flow shows.
MOST_HOPS = 64
# How long a type in a sentence may be before only its beginning is shown.
SHORT = 32
NO_TUPLE = "`&` makes no tuple: what its branches give flows on one by one"


def written(use: syntax.Use) -> str:
    """A name as the author wrote it."""
    return use.name.text if use.qualifier is None else f"{use.qualifier.text}.{use.name.text}"


def written_as(source: SourceFile, node: syntax.Node) -> str:
    """The text of a node."""
    return source.text[node.start : node.end]


def last_of(expr: syntax.Expr) -> syntax.Expr:
    """The part of an expression from which its output comes."""
    use = use_of(expr, last=True)
    return use.function if isinstance(use, syntax.Instantiate) else use


def first_of(expr: syntax.Expr) -> syntax.Expr:
    """The part of an expression that takes its input."""
    use = use_of(expr, last=False)
    return use.function if isinstance(use, syntax.Instantiate) else use


def use_of(expr: syntax.Expr, *, last: bool) -> syntax.Expr:
    """What ``last_of`` or ``first_of`` finds, with the types in `<…>` behind it."""
    while True:
        match expr:
            case syntax.Pipe():
                expr = expr.stages[-1 if last else 0]
            case syntax.Apply() | syntax.Concat() | syntax.Filter():
                expr = expr.function
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


def name_of_output(expr: syntax.Expr) -> str:
    """A short name for what gives a stage's output: the function, with `*` or `?` where these come after it."""
    signs = ""
    inner = expr
    while isinstance(inner, syntax.Concat | syntax.Filter) and not inner.prefix:
        signs = ("*" if isinstance(inner, syntax.Concat) else "?") + signs
        inner = inner.function
    name = name_of(last_of(expr))
    return f"{name[:-1]}{signs}`" if signs and name.endswith("`") and isinstance(last_of(expr), syntax.Use) else name


def an(type: Type) -> str:
    """A type in a sentence."""
    names = Names(hidden=lone_tails(type))
    text = show(type, names, room=64)
    return text if len(text) <= SHORT else cut(show(type, names, room=SHORT // 2), SHORT + 16)


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


Uses = Mapping[syntax.Node, UseFact]


def declared(scope: Scope, uses: Uses, expr: syntax.Expr) -> tuple[Label, ...]:
    """Where a stage is declared, unless that is the standard library, which is nobody's to change."""
    fact = uses.get(expr)
    if fact is None or scope.is_standard(fact.target.module):
        return ()
    return (Label(fact.target.span, f"{name_of(expr)} is declared here", Role.DECLARATION),)


def report_after_sink(
    scope: Scope, store: Store, uses: Uses, pipe: syntax.Pipe, place: int, flow: Sequence[Arrow]
) -> None:
    """Something follows a sink, or a whole workflow; ``flow`` has the types of all stages up to what follows."""
    sink, stage = last_of(pipe.stages[place - 1]), pipe.stages[place]
    whole, starts = flow[place - 1].input is store.types.void, flow[place].input is store.types.void
    note = "to write a value and go on, run both on it: `… | (sink & next)`"
    if whole:
        note = "a workflow stands alone: to go on with its values, leave its sink out of it"
    if starts:
        note = "a pipe ends at its sink: what starts at another source is a `def` of its own"
    twin = _other_side(scope, uses, pipe.stages[0], "Sources") if place == 1 and not (whole or starts) else ()
    if twin:
        scope.report(
            codes.AFTER_SINK,
            sink,
            f"{name_of(sink)} is a sink: nothing comes out of it",
            "a pipe starts at a source",
            related=(
                Label(scope.span(stage), "waits for a value that never comes", Role.CONSUMER),
                *declared(scope, uses, sink),
            ),
            fixes=twin,
        )
        return
    scope.report(
        codes.AFTER_SINK,
        stage,
        f"nothing comes out of {name_of(sink)}, so nothing can follow it",
        "starts another flow" if starts else "waits for a value that never comes",
        related=(
            Label(scope.span(sink), "a whole workflow" if whole else "gives nothing", Role.PRODUCER),
            *declared(scope, uses, sink),
        ),
        notes=(note,),
        fixes=() if whole else _tee(scope, store, pipe, place, flow),
    )


def _other_side(scope: Scope, uses: Uses, stage: syntax.Expr, alias: str) -> tuple[Fix, ...]:
    """Write ``Sources.kafka`` for ``Sinks.kafka``, or the reverse, where that reads what is set and all it needs is."""
    bindings: tuple[syntax.Binding, ...] = ()
    while isinstance(stage, syntax.Apply):
        bindings, stage = (*bindings, *stage.bindings), stage.function
    use = stage.function if isinstance(stage, syntax.Instantiate) else stage
    fact, others = uses.get(use), scope.imports.get(alias)
    if not isinstance(use, syntax.Use) or use.qualifier is None or fact is None or others is None:
        return ()
    other = others.functions.get(use.name.text)
    if other is None or not scope.is_standard(fact.target.module):
        return ()
    names = {binding.name.text for binding in bindings}
    if any(one.required and one.name not in names for one in other.parameters.settable):
        return ()
    if not names <= {one.name for one in other.parameters.settable}:
        return ()
    return (scope.replacement(use.qualifier, alias, f"write `{alias}.{use.name.text}`"),)


def _tee(scope: Scope, store: Store, pipe: syntax.Pipe, place: int, flow: Sequence[Arrow]) -> tuple[Fix, ...]:
    """Run the sink and what follows it on the same values, where these are right for both."""
    left, right = pipe.stages[place - 1], pipe.stages[-1]
    source = scope.module.source
    taken, needed = flow[place - 1].input, flow[place].input
    if needed is store.types.void or not _only_a_pipe_sign(scope, pipe, place):
        return ()
    if place > 1 and not would_fit(store, flow[place - 2].output, needed):
        return ()
    if place == 1 and not (would_fit(store, taken, needed) or would_fit(store, needed, taken)):
        return ()
    edits = (
        Edit(source.span(left.start, left.start), "("),
        Edit(source.span(left.end, pipe.stages[place].start), " & "),
        Edit(source.span(right.end, right.end), ")"),
    )
    return (Fix("run both on every value", edits, Applicability.MAYBE_INCORRECT),)


def _only_a_pipe_sign(scope: Scope, pipe: syntax.Pipe, place: int) -> bool:
    """Whether nothing but a `|` stands before a stage: no bracket, no comment."""
    return scope.module.source.text[pipe.stages[place - 1].end : pipe.stages[place].start].strip() == "|"


def report_source_in_middle(
    scope: Scope, store: Store, uses: Uses, pipe: syntax.Pipe, place: int, flow: Sequence[Arrow]
) -> None:
    """A source, or a whole workflow, stands after a ``|``; ``flow`` has the types of all stages up to it."""
    stage, before = first_of(pipe.stages[place]), last_of(pipe.stages[place - 1])
    whole = flow[place].output is store.types.void
    what = "a whole workflow" if whole else "a source"
    fixes = () if whole else _start_with(scope, store, pipe, place, flow)
    if not whole and place == len(pipe.stages) - 1:
        fixes = (*_other_side(scope, uses, pipe.stages[place], "Sinks"), *fixes)
    fixes = (*fixes, *_triggered(scope, store, stage, flow[place - 1].output))
    note = "a workflow stands alone: to put stages before it, leave its source out of it"
    if not whole:
        note = "a source stands at the start of a pipe; two sources are merged with `(a & b) | …`"
    scope.report(
        codes.SOURCE_IN_MIDDLE,
        stage,
        fitting(f"{name_of(stage)} is {what}: it takes no input", f"this is {what}: it takes no input"),
        "nothing can flow into this",
        related=(
            Label(scope.span(before), "what this gives has nowhere to go", Role.PRODUCER),
            *declared(scope, uses, stage),
        ),
        notes=() if fixes else (note,),
        fixes=fixes,
    )


def _triggered(scope: Scope, store: Store, stage: syntax.Expr, given: Type) -> tuple[Fix, ...]:
    """Let a `fun` of the file that is declared as a source take the events that have no data."""
    plain = isinstance(stage, syntax.Use) and stage.qualifier is None
    decl = scope.declared_functions.get(stage.name.text) if plain else None  # type: ignore[attr-defined]
    if given is not store.types.unit or not isinstance(decl, syntax.FunDecl):
        return ()
    if len(re.findall(rf"(?<![\w.]){re.escape(decl.name.text)}(?![\w'])", scope.module.source.text)) > 2:
        return ()  # elsewhere it is a source
    return (scope.replacement(decl.type.input, "()", f"let {name_of(stage)} take `()`"),)


def _start_with(scope: Scope, store: Store, pipe: syntax.Pipe, place: int, flow: Sequence[Arrow]) -> tuple[Fix, ...]:
    """Merge the source with the one before it, or put it where the pipe starts."""
    if not _only_a_pipe_sign(scope, pipe, place):
        return ()
    source, first, before, stage = scope.module.source, pipe.stages[0], pipe.stages[place - 1], pipe.stages[place]
    given = flow[place].output
    if flow[0].input is store.types.void:
        other, twice = flow[place - 1].output, written_as(source, first) == written_as(source, stage)
        if twice or not (would_fit(store, given, other) or would_fit(store, other, given)):
            return ()
        edits = (
            Edit(source.span(first.start, first.start), "("),
            Edit(source.span(before.end, stage.start), " & "),
            Edit(source.span(stage.end, stage.end), ")"),
        )
        return (Fix("merge the two sources", edits, Applicability.MAYBE_INCORRECT),)
    if not would_fit(store, given, flow[0].input):
        return ()
    moved = (
        Edit(source.span(first.start, first.start), f"{written_as(source, stage)} | "),
        Edit(source.span(before.end, stage.end), ""),
    )
    return (Fix(f"start with {name_of(last_of(stage))}", moved, Applicability.MAYBE_INCORRECT),)


def report_void_operand(
    scope: Scope, uses: Uses, expr: syntax.Concat | syntax.Filter, sign: str, before: syntax.Expr | None
) -> None:
    """``*`` or ``?`` on a sink. ``before`` is the stage before it where the sign fits what that gives."""
    sink = last_of(expr.function)
    title = f"`{sign}` needs what a function gives, and {name_of(sink)} gives nothing"
    scope.report(
        codes.VOID_MISUSE,
        expr,
        fitting(title, f"`{sign}` needs what a function gives, and this gives nothing"),
        "a sink has no output",
        related=declared(scope, uses, sink),
        fixes=without(scope, expr, sign) if before is None else _moved(scope, expr, sign, before),
    )


def _moved(scope: Scope, expr: syntax.Concat | syntax.Filter, sign: str, before: syntax.Expr) -> tuple[Fix, ...]:
    (away,) = without(scope, expr, sign)
    edits = (Edit(scope.module.source.span(before.end, before.end), sign), *away.edits)
    return (Fix(f"write `{sign}` after {name_of(last_of(before))}", edits, Applicability.MAYBE_INCORRECT),)


def report_mixed_branches(scope: Scope, uses: Uses, both: syntax.Both, voids: list[bool]) -> None:
    """Some branches of ``&`` take a value and some take none."""
    source, other = both.branches[voids.index(True)], both.branches[voids.index(False)]
    scope.report(
        codes.BOTH_INPUTS,
        source,
        "one branch of `&` is a source and the other takes a value",
        "this takes none",
        related=(
            Label(scope.span(other), "this takes a value", Role.NOTE),
            *declared(scope, uses, first_of(other)),
            *declared(scope, uses, first_of(source)),
        ),
        notes=("`a & b` runs both on every value, or merges two sources",),
    )


def in_a_row(scope: Scope, store: Store, both: syntax.Both, arrows: Mapping[syntax.Node, Arrow]) -> tuple[Fix, ...]:
    """A fix that runs two branches one after the other, where what the first gives suits the second."""
    first, second = both.branches[0], both.branches[-1]
    source = scope.module.source
    between = source.span(first.end, second.start)
    given, needed = arrows[first].output, arrows[second].input
    if len(both.branches) > 2 or source.text[between.start : between.end].strip() != "&" or store.types.void is given:
        return ()
    if not would_fit(store, given, needed):
        return ()
    goes_on = source.text[both.end :].lstrip(") \n").startswith("|")
    if goes_on and arrows[second].output is store.types.void:
        return ()
    return (Fix("run one after the other", (Edit(between, " | "),), Applicability.MAYBE_INCORRECT),)


# What is said of two branches of which none is known to be at fault.
ANNOTATE = "annotate a branch as a def of its own to say which type is meant"


class Branch:
    """A branch of a ``&``, by its place, that does not agree with others: what these take or give, and what it does.

    ``other`` is the place of one of those; where these are all others and agree, or what follows takes what they give
    (``needs`` says that), it is known (``is_odd``) who is not like them.
    """

    def __init__(
        self, both: syntax.Both, place: int, common: Type, type: Type, other: int | None = None, needs: str = ""
    ) -> None:
        self.both = both
        self.place = place
        self.common = common
        self.type = type
        self.other = 0 if other is None else other
        self.is_odd = other is not None
        self.needs = needs


def made_alike(scope: Scope, store: Store, branch: Branch) -> tuple[Fix, ...]:
    """A fix that takes a list or an optional off what one branch gives, where the other gives what lies in it."""
    both, place, common, type = branch.both, branch.place, branch.common, branch.type
    signed = _is_signed(scope, both)
    sides = ((both.branches[place], type, common), (both.branches[branch.other], common, type))
    for each, given, needed in sides[: 2 if len(both.branches) == 2 else 1]:
        head = store.head(given)
        sign = {"list": "*", "vector": "*", "optional": "?"}.get(head.constructor) if isinstance(head, App) else None
        if sign is not None and isinstance(head, App) and would_fit(store, head.items[-1], needed):
            return _for_one_alone(scope, both, each, sign) if signed else (postfix(scope, each, sign),)
    return ()


def _for_one_alone(scope: Scope, both: syntax.Both, branch: syntax.Expr, sign: str) -> tuple[Fix, ...]:
    """A sign about all that branches give as one about what one of them gives."""
    source = scope.module.source
    after = re.match(r"[)\s]*\)\s*([*?]+)", source.text[both.end :])
    if after is None or after[1] != sign:
        return ()
    fix = postfix(scope, branch, sign)
    away = Edit(source.span(both.end + after.start(1), both.end + after.end(1)), "")
    return (Fix(f"move `{sign}` to {name_of_output(branch)} alone", (*fix.edits, away), Applicability.MAYBE_INCORRECT),)


def _is_signed(scope: Scope, both: syntax.Both) -> bool:
    """Whether a `*` or a `?` is about all that branches give."""
    text = scope.module.source.text
    after, before = text[both.end :].lstrip(") \n"), text[: both.start].rstrip("( \n")
    return after.startswith(("*", "?")) or before.endswith(("concat", "filter"))


def report_branches(scope: Scope, uses: Uses, branch: Branch, code: Code, fixes: tuple[Fix, ...]) -> None:
    """A branch of ``&`` does not agree with others."""
    verb, end = ("take", first_of) if code is codes.BOTH_INPUTS else ("give", last_of)
    node, other = branch.both.branches[branch.place], branch.both.branches[branch.other]
    common, type = branch.common, branch.type
    title = f"the branches of `&` {'take different inputs' if verb == 'take' else 'give different outputs'}"
    if branch.is_odd:
        others = f"branch of `&` {verb}s" if len(branch.both.branches) == 2 else f"branches of `&` {verb}"
        what = f"{name_of(end(node))} {verb}s {an(type)}, but the other {others} {an(common)}"
        title = fitting(what, title)
    sides = [one for each in (other, node) for one in declared(scope, uses, end(each))]
    label = Label(scope.span(other), f"{verb}s {an(common)}", Role.NOTE)
    diff, rest = difference_and_rest(common, type)
    notes = (branch.needs,) if branch.needs else ()
    if not (fixes or notes or branch.is_odd):
        notes = (ANNOTATE,)
    scope.report(
        code,
        node,
        title,
        f"{verb}s {an(type)}",
        related=(label, *sides),
        expected=show(common),
        found=show(type),
        diff=diff if any(part.role == "same" for part in diff.expected) else None,
        notes=notes if rest is None else (*notes, rest),
        fixes=fixes,
    )


def postfix(scope: Scope, expr: syntax.Expr, signs: str) -> Fix:
    """A fix that writes `*` and `?` after a stage."""
    source = scope.module.source
    end = source.span(expr.end, expr.end)
    edits: tuple[Edit, ...] = (Edit(end, signs),)
    if (isinstance(expr, syntax.Concat | syntax.Filter) and expr.prefix) or isinstance(expr, syntax.Both):
        edits = (Edit(source.span(expr.start, expr.start), "("), Edit(end, ")" + signs))
    words = {"*": "send the items one by one", "?": "let only the values that are there pass"}[signs[-1]]
    return Fix(f"write `{signs}` after {name_of_output(expr)}: {words}", edits, Applicability.MAYBE_INCORRECT)


def without(scope: Scope, expr: syntax.Concat | syntax.Filter, sign: str) -> tuple[Fix, ...]:
    """A fix that takes a `*` or `?` away."""
    _, away = sign_of(scope, expr, expr.function)
    return (Fix(f"remove the `{sign}`", (away,), Applicability.MAYBE_INCORRECT),)


def sign_of(scope: Scope, expr: syntax.Concat | syntax.Filter, inner: syntax.Expr) -> tuple[Span, Edit]:
    """The place of the signs that an expression has after an inner one, or of its word before that; and the edit that
    removes them. The brackets around the inner one, which are no part of it, stay."""
    source = scope.module.source
    if expr.prefix:
        end = expr.start + len("concat" if isinstance(expr, syntax.Concat) else "filter")
        behind = source.text[end : inner.start]
        spaces = len(behind) - len(behind.lstrip())
        return source.span(expr.start, end), Edit(source.span(expr.start, end + spaces), "")
    signs = source.text[inner.end : expr.end].rpartition(")")[2]
    return source.span(expr.end - len(signs.lstrip()), expr.end), Edit(source.span(expr.end - len(signs), expr.end), "")
