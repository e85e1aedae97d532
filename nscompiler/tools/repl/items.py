"""A cell's text taken apart into what a session keeps: its imports, its declarations, its bare expression."""

from collections.abc import Iterator, Sequence

import attrs

from nscompiler.grammar import syntax
from nscompiler.modules.imports import default_alias
from nscompiler.source import SourceFile

IMPORT, TYPE, FUNCTION, EXPRESSION = "import", "type", "function", "expression"


@attrs.frozen(slots=True, eq=False)
class Item:
    """One import, declaration or expression with the comments around it, and where in which cell it stands.

    ``start`` is an offset into ``source``. Separators (``;``) of the text are blank, so that offsets stay.
    """

    kind: str
    name: str
    text: str
    source: SourceFile
    start: int

    @property
    def key(self) -> tuple[str, str]:
        """What a later item replaces this one by."""
        return self.kind, self.name


def items_of(module: syntax.Module) -> tuple[Item, ...]:
    """The parts of a cell that was read without errors, in the order of its text."""
    nodes: list[syntax.Node] = [*module.imports, *module.declarations]
    if module.main is not None:
        nodes.append(module.main)
    return tuple(_items(module, sorted(nodes, key=lambda node: node.start)))


def _items(module: syntax.Module, nodes: Sequence[syntax.Node]) -> Iterator[Item]:
    source, text = module.source, _without_separators(module)
    start = 0
    for at, node in enumerate(nodes):
        following = nodes[at + 1].start if at + 1 < len(nodes) else len(text)
        end = _end(module, text, node, following) if at + 1 < len(nodes) else len(text)
        kind, name = _named(node)
        yield Item(kind, name, text[start:end], source, start)
        start = end


def _without_separators(module: syntax.Module) -> str:
    """The text of a cell with a blank for each ``;`` between its items."""
    text, main = module.source.text, module.main
    places = [span.start for span in module.early_separators]
    if main is not None:
        before = max((decl.end for decl in module.declarations), default=0)
        inside = [(comment.start, comment.end) for comment in module.comments]
        found = (at for at in range(before, main.start) if text[at] == ";")
        places += [at for at in found if not any(start <= at < end for start, end in inside)]
    for at in places:
        text = f"{text[:at]} {text[at + 1 :]}"
    return text


def _end(module: syntax.Module, text: str, node: syntax.Node, following: int) -> int:
    """Where an item ends: after the comments that begin on its last line."""
    end = node.end
    for comment in module.comments:
        if end <= comment.start and comment.end <= following and not text[end : comment.start].strip(" \t"):
            end = comment.end
    return end


def _named(node: syntax.Node) -> tuple[str, str]:
    match node:
        case syntax.Import():
            return IMPORT, alias_of(node)
        case syntax.TypeDecl():
            return TYPE, node.name.text
        case syntax.FunDecl() | syntax.DefDecl():
            return FUNCTION, node.name.text
        case _:
            return EXPRESSION, ""


def alias_of(node: syntax.Import) -> str:
    """The alias that an import gives: the last part of the module's name where it says nothing."""
    if node.alias is not None:
        return node.alias.text
    return default_alias(node.reference.text)
