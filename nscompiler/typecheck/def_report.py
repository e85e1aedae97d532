"""What is said when a def is complete and does not hold what it should: its annotation, constraints, open types and
parameters."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from nscompiler.diagnostics.codes import names as name_codes
from nscompiler.diagnostics.codes import types as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.patterns import Pattern
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck import constraints
from nscompiler.typecheck.annotated_fields import annotated_fields
from nscompiler.typecheck.changed_fields import changed_fields
from nscompiler.typecheck.declared import declarations
from nscompiler.typecheck.explain import an, cut, first_of, fitting, last_of, name_of, postfix, without, written
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.fits import Mismatch, would_fit
from nscompiler.typecheck.rings import Steps, ring_labels, shortest_ring, told
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.spelling import spelt
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import Requirement
from nscompiler.types.show import Names, difference_and_rest, lone_tails, show
from nscompiler.types.types import App, Scalar, Type, Var

_MAYBE, _BLANKS = Applicability.MAYBE_INCORRECT, Applicability.HAS_PLACEHOLDERS
# How many types are offered where nothing says which is meant.
MOST_OFFERED = 2
_SMALL = Pattern(r"(?<![\w'])[a-z_][\w']*")


def report_ring(scope: Scope, members: Sequence[str], uses: Mapping[str, Mapping[str, syntax.Use]]) -> None:
    """Defs that depend on themselves."""
    steps: Steps = uses
    ring = shortest_ring(members[0], steps, members)
    first = scope.declared_functions[ring[0]].name
    related = ring_labels(scope, ring, steps, "uses")
    title = f"the def `{ring[0]}` depends on itself"
    scope.report(name_codes.RECURSIVE_DEF, first, title, told(ring), related=related)


# --- annotations


def report_annotation(
    scope: Scope,
    store: Store,
    decl: syntax.DefDecl,
    node: syntax.TypeExpr,
    pair: tuple[Type, Type],
    side: str,
    other: Type,
    mismatches: tuple[Mismatch, ...] = (),
) -> None:
    """One side of an annotation is not what the body takes or gives; ``pair`` is what is given and what is needed,
    ``other`` what the body has on the other side, ``mismatches`` are what does not fit."""
    given, needed = pair
    names = Names(hidden=lone_tails(given, needed))
    takes = side == "input"
    body = first_of(decl.body) if takes else last_of(decl.body)
    verb, what = ("takes", needed) if takes else ("gives", given)
    related = Label(scope.span(body), f"{verb} {an(what)}", Role.CONSUMER if takes else Role.PRODUCER)
    text = show(what) if what is store.types.void else spelt(scope, what)
    fix = None if text is None else _as_it_is(scope, decl, node, text, spelt(scope, other))
    promised, plain = (given, "take") if takes else (needed, "give")
    diff, rest = difference_and_rest(needed, given, names, frozenset())
    title = fitting(
        f"`{decl.name.text}` is annotated to {plain} {an(promised)}, but {verb} {an(what)}",
        f"the {side} of `{decl.name.text}` is not what its annotation says",
    )
    fields, renamed = annotated_fields(scope, store, decl.name.text, node, mismatches, takes=takes)
    changed = () if renamed else changed_fields(scope, store, node, pair, takes=takes)
    scope.report(
        codes.ANNOTATION_MISMATCH,
        node,
        fitting(fields or title, title),
        f"says that it {verb} {an(promised)}",
        related=(related,),
        expected=show(needed, names),
        found=show(given, names),
        diff=diff,
        notes=() if rest is None else (rest,),
        fixes=(
            *renamed,
            *(() if takes else _signed(scope, store, decl, given, needed)),
            *changed,
            *(() if fix is None or (changed and "{" in fix.edits[0].text) else (fix,)),
        ),
    )


def _signed(scope: Scope, store: Store, decl: syntax.DefDecl, given: Type, needed: Type) -> tuple[Fix, ...]:
    """The `*` or `?` at the end of a body that makes of what it gives what an annotation says, or a `*` too many."""
    last = decl.body.stages[-1] if isinstance(decl.body, syntax.Pipe) else decl.body
    head, wanted = store.head(given), store.head(needed)
    if isinstance(head, App) and head.constructor in ("list", "vector", "optional"):
        sign = "?" if head.constructor == "optional" else "*"
        item = store.head(head.items[-1])
        is_byte = isinstance(item, Scalar) and item.name == "Byte"
        if not is_byte and would_fit(store, item, needed):
            return (postfix(scope, last, sign),)
    if isinstance(wanted, App) and wanted.constructor == "list" and isinstance(last, syntax.Concat):
        return without(scope, last, "*") if would_fit(store, store.types.list(given), needed) else ()
    return ()


def _as_it_is(scope: Scope, decl: syntax.DefDecl, node: syntax.TypeExpr, text: str, other: str | None) -> Fix:
    """A fix that writes the body's type: on both sides where a variable of this one stands on the other too."""
    annotation = decl.annotation
    if annotation is not None and other is not None:
        second = annotation.output if node is annotation.input else annotation.input
        swapped = (_text(scope, node), _text(scope, second)) == (other, text)
        if swapped or _variables(node) & _variables(second):
            whole = f"{text} -> {other}" if node is annotation.input else f"{other} -> {text}"
            place = scope.module.source.span(annotation.input.start, annotation.output.end)
            if _is_bare(scope, annotation):
                return Fix(f"write the type that it has: {whole}", (Edit(place, whole),), _MAYBE)
    return Fix(f"write the type that it has: {text}", (Edit(scope.span(node), text),), _MAYBE)


def _text(scope: Scope, node: syntax.TypeExpr) -> str:
    return scope.module.source.text[node.start : node.end]


def _variables(node: syntax.TypeExpr) -> frozenset[str]:
    """The variables of a written type."""
    parts = (part for part in walk(node) if isinstance(part, syntax.TypeVariable | syntax.RowTail))
    return frozenset(part.name.text for part in parts if part.name is not None)


def _is_bare(scope: Scope, annotation: syntax.FunctionType) -> bool:
    """Whether no brackets, which a node does not count, stand between the two sides and the arrow."""
    between = scope.module.source.text[annotation.input.end : annotation.output.start]
    return between.strip() == "->" and not annotation.constraints


def report_unpromised(scope: Scope, place: syntax.Node, at: Span | None, type: Type, name: str) -> None:
    """An annotation leaves out a constraint that the body needs."""
    related = () if at is None else (Label(at, "needed here", Role.CONSUMER),)
    promise = f"{_constrained(type)} is {name}"
    title = f"the annotation does not promise that `{_constrained(type)}` is {name}"
    decl = scope.declared_functions.get(place.text) if isinstance(place, syntax.Name) else None
    annotation = decl.annotation if isinstance(decl, syntax.DefDecl) else None
    fixes = () if annotation is None else (_promise(scope, annotation, promise),)
    label = "its body works only where that holds"
    scope.report(codes.ANNOTATION_MISMATCH, place, title, label, related=related, fixes=fixes)


def _constrained(type: Type) -> str:
    """A constraint's subject as it is written: a row by its name."""
    text = an(type)
    return text[3:-2].strip() if text.startswith("{ | ") else text


def _promise(scope: Scope, annotation: syntax.FunctionType, promise: str) -> Fix:
    end = scope.module.source.span(annotation.end, annotation.end)
    text = f", {promise}" if annotation.constraints else f" where {promise}"
    return Fix(f"write `where {promise}`", (Edit(end, text),), _MAYBE)


def report_violation(
    scope: Scope,
    node: syntax.Expr,
    target: Span,
    before: tuple[Label, ...],
    name: str,
    whole: Type,
    violation: constraints.Violation,
    stage: syntax.Expr | None = None,
) -> None:
    """A type that flows here breaks a constraint; ``before`` shows where it comes from. ``stage`` is the one whose
    whole output it is."""
    part, related = an(violation.part), (*before, Label(target, "declared here", Role.DECLARATION))
    function = name_of(first_of(node))
    if name == "Present":
        title = fitting(f"{function} would make an optional of {part} here", f"this makes an optional of {part}")
        label = "`null` could not tell two kinds of missing apart"
        scope.report(codes.NESTED_OPTIONAL, node, title, label, related=related)
        return
    if name == "Item":
        title = fitting(f"{function} would take a byte string apart here", "this takes a byte string apart")
        label = "`[Byte]` is one value, and this sends items one by one"
        scope.report(codes.BYTE_FLATTEN, node, title, label, related=related)
        return
    where = f" at `{violation.path.removeprefix('.')}`" if violation.path else ""
    step = violation.path.removeprefix("[]").removeprefix(".").partition(".")[0].partition("[")[0]
    inside = whole.items[-1] if violation.path.startswith("[]") and isinstance(whole, App) else whole
    place = declarations(scope).field(inside, step) if step else None
    if place is not None:
        related = (*related, Label(place.span(place.node), f"`{cut(step)}` is {an(violation.part)}", Role.DECLARATION))
    signs = "" if stage is None else _unwrapping(name, whole)
    scope.report(
        codes.CONSTRAINT_VIOLATED,
        node,
        fitting(f"{function} needs what is {name}, and {an(whole)} is not", f"{function} needs what is {name}"),
        f"finds {part}{where}, where {violation.wanted} is wanted",
        related=related,
        found=an(whole),
        expected=name,
        notes=tuple(note for sign, note in _UNWRAPS.items() if sign in signs),
        fixes=() if stage is None or not signs else (postfix(scope, stage, signs),),
    )


_UNWRAPS = {
    "*": "`*` sends a list's items one by one",
    "?": "`?` lets only the values that are there pass: missing ones are then dropped",
}


def _unwrapping(name: str, type: Type) -> str:
    """The `*` and `?` that take off what lies around what would meet a constraint; none if nothing would."""
    signs = ""
    while isinstance(type, App) and type.constructor in ("list", "vector", "optional"):
        signs += "?" if type.constructor == "optional" else "*"
        type = type.items[-1]
        if not constraints.check(name, type)[1]:
            bytes_ = signs.endswith("*") and isinstance(type, Scalar) and type.name == "Byte"
            return "" if bytes_ else signs
    return ""


# --- types that nothing says


def report_ambiguous(scope: Scope, use: syntax.Use, fact: UseFact, given: bool) -> None:
    """A function is used at a type that nothing in the workflow says. ``given`` if some types are written already."""
    name = written(use)
    end = scope.module.source.span(use.end, use.end)
    fixes = (
        []
        if given
        else [
            Fix(f"write the type: `{name}<{text}>`", (Edit(end, f"<{text}>"),), _MAYBE)
            for text in _candidates(scope, fact)
        ]
    )
    if not fixes and not given:
        fixes = [Fix(f"write the type: `{name}<…>`", (Edit(end, f"<{_blank(fact)}>"),), _BLANKS)]
    scope.report(
        codes.AMBIGUOUS_TYPE,
        use,
        fitting(f"nothing here says what `{name}` carries", "nothing here says what this carries"),
        f"write `{name}<…>` with the type",
        related=(Label(fact.target.span, "declared here", Role.DECLARATION),),
        fixes=tuple(fixes),
    )


def tell_of_missing_argument(scope: Scope, given: syntax.Instantiate, fact: UseFact, joint: Diagnostic) -> None:
    """Of ``f<B>`` that should be ``f<A, B>`` the joint before it has been told: what is missing mends that."""
    scheme, found = fact.target.scheme, joint.found
    takes_first = scheme.variables[:1] == (scheme.input,) and len(scheme.variables) == len(given.types) + 1
    if (
        joint.code is not codes.TYPE_MISMATCH
        or not takes_first
        or found is None
        or "…" in found
        or _SMALL.search(found)
    ):
        return
    at, own = given.types[0].start, scope.module.source.text[given.types[0].start : given.types[-1].end]
    title = f"write `{written(given.function)}<{found}, {own}>`"
    fix = Fix(title, (Edit(scope.module.source.span(at, at), f"{found}, "),), _MAYBE)
    scope.problems.tell_as_one([joint], replace(joint, fixes=(fix,)))


def _blank(fact: UseFact) -> str:
    """A type to be replaced by the one that is meant, of the kind that is wanted."""
    scheme = fact.target.scheme
    of_rows = any(need.name in ("CsvRow", "SqlRow") for need in scheme.requirements)
    return "{ name : Text }" if of_rows else "Text"


def _candidates(scope: Scope, fact: UseFact) -> list[str]:
    """Types that the file declares and that may be meant; none where there are many."""
    scheme = fact.target.scheme
    if len(scheme.variables) != 1 or scheme.variables[0].kind != "type":
        return []
    # A type that is called in small letters, which is told of, will have a capital.
    found = [
        name[:1].upper() + name[1:]
        for name, type in scope.types.items()
        if not type.parameters and _meets(scope, scheme.requirements, scheme.variables[0], type.body)
    ]
    return found if len(found) <= MOST_OFFERED else []


def _meets(scope: Scope, requirements: Sequence[Requirement], variable: Var, type: Type) -> bool:
    bindings: dict[Type, Type] = {variable: type}
    for need in requirements:
        outcome = constraints.check(need.name, scope.workspace.substitute(need.type, bindings))
        if any(outcome):
            return False
    return not type.poisoned


# --- stages


def stage_before(pipes: Iterable[syntax.Pipe], node: syntax.Node) -> syntax.Expr | None:
    """The stage of a pipe that comes before the one in which a node stands."""
    for pipe in pipes:
        for before, stage in pairwise(pipe.stages):
            if first_of(stage).start == node.start and stage.end >= node.end:
                return before
    return None


def giving(scope: Scope, stage: syntax.Expr, gives: Type) -> Label:
    """A label on a stage that tells what it gives."""
    return Label(scope.span(last_of(stage)), f"gives {an(gives)}", Role.PRODUCER)
