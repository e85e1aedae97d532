"""The same program written otherwise: with and without annotations, in today's syntax, with its imports in order."""

import re
from collections.abc import Iterator
from itertools import pairwise

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.changes import Change, ChangeKind, Done, Selected, whole
from nscompiler.ide.fragments import Fragments
from nscompiler.typecheck.spelling import spelt_scheme
from nscompiler.types.types import App

_PREFIX = re.compile(r"\b(?:concat|filter)\b")

# --- annotations


def annotate(selected: Selected) -> Iterator[Change]:
    """A def's inferred type as its annotation, or its annotation taken away."""
    decl = selected.decl
    if not isinstance(decl, syntax.DefDecl):
        return
    name = decl.name.text
    if decl.annotation is not None:
        yield Change(
            f"Remove the annotation of `{name}`", ChangeKind.REWRITE, lambda: _without_annotation(selected, decl)
        )
        return
    function = selected.checked.interface.functions.get(name)
    scope = Fragments(selected.program, selected.path).scope
    text = None if function is None else spelt_scheme(scope, function.scheme)
    if text is not None:
        shown = text if len(text) <= 60 else f"{text[:59]}…"
        edit = Edit(selected.span(decl.name.end, decl.name.end), f" : {text}")
        yield Change(f"Annotate `{name}` : {shown}", ChangeKind.REWRITE, lambda: Done((edit,)))


def _without_annotation(selected: Selected, decl: syntax.DefDecl) -> Done | None:
    start, _ = whole(selected.text, decl.body, decl)
    equals = selected.text.rfind("=", decl.name.end, start)
    return _if_no_worse(selected, Edit(selected.span(decl.name.end, equals), " "))


# --- signs behind a stage


def wrap(selected: Selected) -> Iterator[Change]:
    """A ``*`` or ``?`` behind the stage at a cursor, where what it gives is a list or may be missing."""
    stage = _stage_at(selected)
    if stage is None:
        return
    node, pipe = stage
    arrow = selected.checked.facts.arrows.get(node)
    output = None if arrow is None else arrow.output
    signs = {"list": ("*", "Send the items one by one"), "vector": ("*", "Send the items one by one")}
    signs["optional"] = ("?", "Send only what is not missing")
    if isinstance(output, App) and output.constructor in signs:
        sign, title = signs[output.constructor]
        _, end = whole(selected.text, node, pipe)
        edit = Edit(selected.span(end, end), sign)
        yield Change(f"{title}: `{sign}`", ChangeKind.REWRITE, lambda: _if_no_worse(selected, edit))


def _if_no_worse(selected: Selected, edit: Edit) -> Done | None:
    text = selected.text[: edit.span.start] + edit.text + selected.text[edit.span.end :]
    parsed, after = selected.program.probe(selected.path, text)
    before = sum(problem.is_error for problem in selected.checked.problems)
    worse = parsed.problems or sum(problem.is_error for problem in after.problems) > before
    return None if worse else Done((edit,))


def _stage_at(selected: Selected) -> tuple[syntax.Expr, syntax.Node] | None:
    """The innermost stage of a pipe at a cursor, and its pipe."""
    found = None
    for node in () if selected.body is None else walk(selected.body):
        if isinstance(node, syntax.Pipe):
            for stage in node.stages:
                start, end = whole(selected.text, stage, node)
                if start <= selected.start <= selected.end <= end:
                    found = stage, node
    return found


# --- early syntax


def modernise(selected: Selected) -> Iterator[Change]:
    """The tolerated early syntax of a file in today's."""
    edits = tuple(_modern(selected))
    if edits:
        yield Change(
            "Write the early syntax of this file as today's", ChangeKind.REWRITE, lambda: _kept(selected, edits)
        )


def _kept(selected: Selected, edits: tuple[Edit, ...]) -> Done | None:
    return Done(edits) if selected.keeps_types(edits) else None


def _modern(selected: Selected) -> Iterator[Edit]:
    module, text = selected.module, selected.text
    for span in module.early_separators:
        if not _is_needed(module, span.start):
            follows = text[span.end :].partition("\n")[0].strip()
            apart = text[span.start : span.end] == ";" and follows and not follows.startswith(("//", "}"))
            yield Edit(span, "\n" if apart else "")
    bodies = [decl.body for decl in module.declarations if isinstance(decl, syntax.DefDecl)]
    for body in (*bodies, *(() if module.main is None else (module.main,))):
        for node in walk(body) if _PREFIX.search(text, body.start, body.end) else ():
            if isinstance(node, syntax.Concat | syntax.Filter) and node.prefix:
                start, end = whole(text, node.function, node)
                yield Edit(selected.span(node.start, start), "")
                yield Edit(selected.span(end, end), "*" if isinstance(node, syntax.Concat) else "?")


def _is_needed(module: syntax.Module, at: int) -> bool:
    """Whether a ``;`` stands between a type or ``fun`` and the file's expression, which would be read as one."""
    main = module.main
    before = [decl for decl in module.declarations if decl.end <= at]
    if main is None or not before or main.start < at or any(at < decl.start for decl in module.declarations):
        return False
    return not isinstance(before[-1], syntax.DefDecl)


# --- imports


def organise(selected: Selected) -> Iterator[Change]:
    """Imports in order, without those that nothing uses."""
    edit = _organised(selected)
    if edit is not None:
        yield Change("Organise imports", ChangeKind.IMPORTS, lambda: Done((edit,)), sure=True)


def _organised(selected: Selected) -> Edit | None:
    """The import lines, each with the comments right above it; None where they are in order, or share lines."""
    imports, text = selected.module.imports, selected.text
    if not imports or any("\n" not in text[one.end : other.start] for one, other in pairwise(imports)):
        return None
    item = selected.program.linked(selected.path)
    resolved = () if item is None else item.imports.resolved
    unused = {one.node for one in resolved if one.alias not in selected.checked.aliases}
    begin = text.rfind("\n", 0, imports[0].start) + 1
    if text[begin : imports[0].start].strip():
        return None
    chunks, at = [], begin
    for one in imports:
        end = text.find("\n", one.end) + 1 or len(text)
        chunks.append((one, text[at:end].strip("\r\n")))
        at = end
    # What does not parse may use anything.
    is_whole = not any(isinstance(decl, syntax.BrokenDecl) for decl in selected.module.declarations)
    kept = [(one.reference.text, chunk) for one, chunk in chunks if one not in unused or not is_whole]
    ends = "\r\n" if "\r\n" in text[begin:at] else "\n"
    wanted = "".join(f"{chunk}{ends}" for _, chunk in sorted(kept, key=lambda pair: pair[0]))
    if at == len(text) and not text.endswith("\n"):
        wanted = wanted.removesuffix(ends)
    return None if wanted == text[begin:at] else Edit(selected.span(begin, at), wanted)
