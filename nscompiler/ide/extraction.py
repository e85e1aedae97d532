"""A part of a pipe becomes a def, and a def becomes a part of the pipes that use it."""

from collections.abc import Iterator

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.changes import Change, ChangeKind, Done, Selected, above, whole
from nscompiler.ide.fragments import Fragments

NEW_NAME = "part"


@attrs.frozen(slots=True)
class Stretch:
    """Neighbouring stages of a pipe, or one expression, by its place; ``stages`` tells how many."""

    start: int
    end: int
    stages: int


# --- a part of a pipe becomes a def


def extract(selected: Selected) -> Iterator[Change]:
    """The selected stages as a def of their own; at a cursor, all that stands before a ``|``."""
    if selected.body is None:
        return
    stretch = _selected_stages(selected, selected.body)
    if stretch is not None:
        what = "this stage" if stretch.stages == 1 else f"these {stretch.stages} stages"
        yield Change(f"Extract {what} into a def", ChangeKind.EXTRACT, lambda: extracted(selected, stretch))
    split = _before_pipe(selected, selected.body)
    if split is not None:
        yield Change("Split the pipe here into two defs", ChangeKind.EXTRACT, lambda: extracted(selected, split))


def extracted(selected: Selected, stretch: Stretch) -> Done | None:
    """The edits that give some stages a name; None where that would change a type."""
    name, owner = selected.free_name(NEW_NAME), selected.decl or selected.body
    if owner is None:
        return None
    at = above(selected.text, owner)
    head = f"def {name} = "
    definition = Edit(selected.span(at, at), f"{head}{selected.text[stretch.start : stretch.end]}\n\n")
    use = Edit(selected.span(stretch.start, stretch.end), name)
    edits = (definition, use)
    if not selected.keeps_types(edits):
        return None
    return Done(edits, name_at=selected.span(at + 4, at + 4 + len(name)))


def _selected_stages(selected: Selected, body: syntax.Expr) -> Stretch | None:
    """The stages that a selection covers or begins in; at a cursor the stage there, unless it is a name already."""
    text = selected.text
    chosen = text[selected.start : selected.end]
    start = selected.start + len(chosen) - len(chosen.lstrip())
    end = max(start, selected.end - (len(chosen) - len(chosen.rstrip())))
    best: Stretch | None = None
    for node in walk(body):
        if isinstance(node, syntax.Pipe) and node.start <= start and end <= node.end:
            places = [whole(text, stage, node) for stage in node.stages]
            inside = [place for place in places if place[0] < max(end, start + 1) and start < place[1]]
            if inside:
                best = Stretch(inside[0][0], inside[-1][1], len(inside))
    if best is None and start < end and (start, end) == (body.start, body.end):
        best = Stretch(start, end, 1)
    return None if best is None or _is_name(text[best.start : best.end]) else best


def _is_name(text: str) -> bool:
    return text.replace(".", "").replace("'", "").isidentifier()


def _before_pipe(selected: Selected, body: syntax.Expr) -> Stretch | None:
    """The stages before the ``|`` that a cursor is at, two at least."""
    if selected.start != selected.end or not isinstance(body, syntax.Pipe):
        return None
    places = [whole(selected.text, stage, body) for stage in body.stages]
    for count in range(2, len(places)):
        if places[count - 1][1] <= selected.start <= places[count][0]:
            return Stretch(places[0][0], places[count - 1][1], count)
    return None


# --- a def becomes a part of what uses it


def inline(selected: Selected) -> Iterator[Change]:
    """A def of this file written out where it is used: here, or everywhere."""
    here = () if selected.body is None else _uses_in(selected.body, None)
    use = next((one for one in here if one.start <= selected.start <= one.end), None)
    decl = _definition(selected, use)
    if decl is None:
        return
    name = decl.name.text
    uses = [*_uses(selected, name)]
    if use is not None and len(uses) > 1:
        yield Change(f"Inline `{name}` here", ChangeKind.INLINE, lambda: inlined(selected, decl, [use], keep=True))
    if uses:
        title = f"Inline `{name}` everywhere" if len(uses) > 1 else f"Inline `{name}`"
        yield Change(
            title, ChangeKind.INLINE, lambda: inlined(selected, decl, uses, keep=_is_used_outside(selected, name))
        )


def inlined(selected: Selected, decl: syntax.DefDecl, uses: list[syntax.Use], *, keep: bool) -> Done | None:
    """The edits that write a def out where it is used; without ``keep`` it is gone then."""
    edits = [Edit(selected.span(use.start, use.end), _written_out(selected, decl, use)) for use in uses]
    if not keep:
        edits.append(removal(selected, decl))
    done = tuple(edits)
    return Done(done) if selected.keeps_types(done) else None


def removal(selected: Selected, decl: syntax.Decl) -> Edit:
    """The edit that takes a declaration away, with its comments and the empty line behind it."""
    text, end = selected.text, decl.end
    start = above(text, decl)
    while text[end : end + 1] in (" ", "\t", ";"):
        end += 1
    for _ in range(2):
        end += 2 if text.startswith("\r\n", end) else 1 if text.startswith("\n", end) else 0
    return Edit(selected.span(start, end), "")


def _written_out(selected: Selected, decl: syntax.DefDecl, use: syntax.Use) -> str:
    start, end = whole(selected.text, decl.body, decl)
    text = selected.text[start:end]
    if isinstance(decl.body, syntax.Use | syntax.Instantiate | syntax.Apply | syntax.LiteralSource):
        return text
    if isinstance(decl.body, syntax.Pipe) and _is_stage(selected, use):
        return text
    return text if text.startswith("(") and (start, end) != (decl.body.start, decl.body.end) else f"({text})"


def _is_stage(selected: Selected, use: syntax.Use) -> bool:
    """Whether a pipe can stand in a use's place without brackets: as stages of its pipe, as a branch, as a whole."""
    if use is selected.module.main:
        return True
    for node in walk(selected.module):
        match node:
            case syntax.Pipe() if use in node.stages:
                return True
            case syntax.Both() if use in node.branches:
                return True
            case syntax.DefDecl() if node.body is use:
                return True
    return False


def _definition(selected: Selected, use: syntax.Use | None) -> syntax.DefDecl | None:
    """The def that is used at a place, or that is declared there; None for one whose annotation says more than its
    body."""
    wanted = use.name.text if use is not None else None
    for decl in selected.module.declarations:
        if not isinstance(decl, syntax.DefDecl):
            continue
        here = decl.name.start <= selected.start <= decl.name.end
        if decl.name.text == wanted or (wanted is None and here):
            return decl if decl.annotation is None or _says_the_same(selected, decl) else None
    return None


def _says_the_same(selected: Selected, decl: syntax.DefDecl) -> bool:
    """Whether a def has the type of its annotation without it too."""
    declared = selected.checked.facts.annotations.get(decl)
    fragments = Fragments(selected.program, selected.path)
    found = fragments.infer(selected.text[slice(*whole(selected.text, decl.body, decl))])
    if declared is None or found is None:
        return False
    input, output = (fragments.store.resolve(side) for side in (found[1].arrow.input, found[1].arrow.output))
    return declared.input.canon is input.canon and declared.output.canon is output.canon


def _uses(selected: Selected, name: str) -> Iterator[syntax.Use]:
    """The uses of a def of this file; where types are given to it, it cannot be written out."""
    module = selected.module
    bodies = [decl.body for decl in module.declarations if isinstance(decl, syntax.DefDecl)]
    for body in (*bodies, *(() if module.main is None else (module.main,))):
        if name in selected.text[body.start : body.end]:
            yield from _uses_in(body, name)


def _uses_in(body: syntax.Expr, name: str | None) -> Iterator[syntax.Use]:
    """The uses of one def of the file, or of any, without types given to them."""
    nodes = [*walk(body)]
    given = {node.function for node in nodes if isinstance(node, syntax.Instantiate)}
    for node in nodes:
        wanted = isinstance(node, syntax.Use) and name in (None, node.name.text)
        if wanted and isinstance(node, syntax.Use) and node.qualifier is None and node not in given:
            yield node


def _is_used_outside(selected: Selected, name: str) -> bool:
    """Whether something else needs the def to stay: another file, or a use in this one that types are given to."""
    for path in selected.program.importers(selected.path):
        checked = selected.program.file(path)
        for fact in () if checked is None else checked.facts.uses.values():
            if fact.target.module == selected.checked.reference and fact.target.name == name:
                return True
    uses = {id(use) for use in _uses(selected, name)}
    nodes = walk(selected.module)
    return any(_names(node, name) and id(node) not in uses for node in nodes)


def _names(node: syntax.Node, name: str) -> bool:
    return isinstance(node, syntax.Use) and node.qualifier is None and node.name.text == name
