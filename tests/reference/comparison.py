"""The compiler's checker and the reference checker, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reference.checker import Verdict, check
from reference.terms import VOID, Term, record, same_shape

from nscompiler.diagnostics.model import Diagnostic, Role
from nscompiler.grammar import syntax
from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.pipeline.named import named_functions
from nscompiler.source import Span
from nscompiler.types import types


def as_term(type: types.Type) -> Term:
    """A type of the compiler's as a term of the reference checker's."""
    match type:
        case types.Scalar():
            return (type.name,)
        case types.VoidType():
            return VOID
        case types.SizeType():
            return ("size", type.value)
        case types.Var():
            return ("var", type.kind, id(type))
        case types.App():
            return (type.constructor, *map(as_term, type.items))
        case types.Record():
            return record(
                {label: as_term(part) for label, part in type.fields}, None if type.tail is None else as_term(type.tail)
            )
        case types.Sum():
            parts = [(name, None if part is None else as_term(part)) for name, part in type.constructors]
            return ("sum", tuple(sorted(parts, key=lambda own: own[0])))
    return ("error",)


def disagreements(
    texts: Mapping[str, str], verdicts: Mapping[tuple[str, str], Verdict] | None = None
) -> tuple[list[str], Counter[str]]:
    """What the two say differently of a program, and how often they agreed on what. ``verdicts`` are the reference
    checker's, where they are known already."""
    checked = check_texts(texts)
    errors = [one for one in checked.diagnostics if one.is_error]
    verdicts = check(texts) if verdicts is None else verdicts
    found: list[str] = []
    counted: Counter[str] = Counter()
    for (path, name), verdict in verdicts.items():
        problem = _compare(checked, errors, path, name, verdict)
        if problem is not None:
            found.append(f"{path}: {name}: {problem}")
        counted["unknown" if not verdict.known else "right" if verdict.scheme else "wrong"] += 1
    return found, counted


def _inside(checked: CheckedTexts, errors: list[Diagnostic], path: str, name: str) -> Iterator[Diagnostic]:
    """The errors inside a def."""
    module = checked.checked[path].module
    node: syntax.Node | None = module.main if name == "main" else None
    for decl in module.declarations:
        if isinstance(decl, syntax.DefDecl) and decl.name.text == name:
            node = decl
    assert node is not None
    for one in errors:
        if any(span.path == path and node.start <= span.start and span.end <= node.end for span in _places(one)):
            yield one


def _places(error: Diagnostic) -> list[Span]:
    """Where a fault lies; a sign at the wrong stage lies at two, which may be in two defs, and so do two branches. Two
    functions that do not fit are told once, with the other places where the one follows the other; what several refuse,
    where it is declared."""
    several = error.code.name.startswith("both-") or any(fix.title.startswith("move ") for fix in error.fixes)
    several = several or "cannot take" in error.primary.text
    others = [one for one in error.related if one.role is not Role.DECLARATION and " needs it, in " not in one.text]
    return [error.primary.span, *(one.span for one in others if several or one.text == "and here")]


def _compare(checked: CheckedTexts, all_: list[Diagnostic], path: str, name: str, verdict: Verdict) -> str | None:
    errors = list(_inside(checked, all_, path, name))
    told = [f"{one.code.name} at {one.primary.span.start}: {one.title}" for one in errors]
    if not verdict.known:
        return None
    if verdict.place is not None:
        start, end = verdict.place
        if not errors:
            return f"only the reference checker finds a fault, at {start}: {verdict.why}"
        near = any(span.start <= end and start <= span.end for one in errors for span in _places(one))
        return None if near else f"the reference checker finds it at {start} to {end} ({verdict.why}), not {told}"
    if errors:
        return f"only the compiler finds a fault: {told}"
    return _compare_types(checked, path, name, verdict)


def _compare_types(checked: CheckedTexts, path: str, name: str, verdict: Verdict) -> str | None:
    scheme = verdict.scheme
    assert scheme is not None
    own = named_functions(checked.checked[path])[name].scheme
    pairs: dict[Term, Term] = {}
    back: dict[Term, Term] = {}
    for mine, theirs in ((scheme.input, own.input), (scheme.output, own.output)):
        other = as_term(theirs)
        if not (same_shape(mine, other, pairs) and same_shape(other, mine, back)):
            return f"two types: {mine} here, {other} of the compiler ({checked.types(path)[name]})"
    return None
