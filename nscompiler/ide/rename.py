"""Renaming what a name means, everywhere: the new name is checked first, and what it would disturb is told."""

from collections.abc import Iterable, Iterator

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.grammar.text import is_plain_name, quote
from nscompiler.ide.linked import Labels, target_of
from nscompiler.ide.locate import Located, locate
from nscompiler.ide.names import Kind, Names, Target, alias_of
from nscompiler.ide.new_names import fault_of
from nscompiler.ide.program import Program
from nscompiler.ide.python_places import python_places
from nscompiler.ide.references import Occurrence, occurrences, occurrences_in
from nscompiler.ide.refusal import Refusal
from nscompiler.ide.rename_conflicts import Conflicts
from nscompiler.modules.tree import is_below
from nscompiler.source import SourceFile, Span

BUILT_IN = {
    Kind.BUILT_IN_TYPE: "is a built-in type",
    Kind.CONSTRAINT: "is a built-in constraint",
    Kind.ATTRIBUTE: "is a built-in attribute",
    Kind.POLICY: "is a parameter that every function understands",
}


@attrs.frozen(slots=True)
class Renamable:
    """What is asked before a renaming: the name's place, and what it is called now."""

    span: Span
    placeholder: str


@attrs.frozen(slots=True)
class Renaming:
    """The edits of a renaming, by file and offset."""

    edits: tuple[Edit, ...]


def prepare_rename(program: Program, path: str, offset: int) -> Renamable | Refusal:
    """Whether what is at a place can be renamed at all."""
    names = Names(program)
    found = _subject(program, locate(program, path, offset, names))
    if isinstance(found, Refusal):
        return found
    located, target = found
    assert located.span is not None
    module = target.kind is Kind.MODULE
    span = _name_in(located.module.source, located.span) if module else located.span
    return Renamable(span, _called(names, target))


def _called(names: Names, target: Target) -> str:
    """What a renaming replaces: of a module the name without author and version."""
    module = names.module(target.path) if target.kind is Kind.MODULE else None
    if module is None or target.span is None:
        return target.name
    span = _name_in(module.source, target.span)
    return module.source.text[span.start : span.end]


def rename(program: Program, path: str, offset: int, new: str, *, python: bool = True) -> Renaming | Refusal:
    """The edits that call what is at a place otherwise, in every file; in Python too unless that is not wanted."""
    names = Names(program)
    found = _subject(program, locate(program, path, offset, names))
    if isinstance(found, Refusal):
        return found
    _, target = found
    fault = fault_of(target, new)
    if fault is not None:
        return Refusal(fault)
    if new == _called(names, target):
        return Renaming(())
    edits = _Renamer(names, target, new, python).edits()
    return edits if isinstance(edits, Refusal) else _sound(program, edits)


def _subject(program: Program, located: Located | None) -> tuple[Located, Target] | Refusal:
    """What is to be renamed, or why it cannot be."""
    if located is None or located.span is None or (not located.targets and located.token is None):
        word = "" if located is None or located.token is None else located.token.text
        told = f"`{word}` is no name that could be changed" if word.isalpha() else "there is no name here"
        return Refusal(told, nothing=True)
    target = located.target
    if target is None:
        word = located.module.source.text[located.span.start : located.span.end]
        return Refusal(f"nothing declares `{word}`")
    return _barred(program, target) or (located, target)


def _barred(program: Program, target: Target) -> Refusal | None:
    """Why something that is declared elsewhere cannot be renamed."""
    if target.kind in BUILT_IN or target.span is None:
        return Refusal(f"`{target.name}` {BUILT_IN.get(target.kind, 'is built in')}")
    if program.discovery.index.is_standard(target.path):
        return Refusal(f"`{target.name}` belongs to the standard library", target.span)
    if not _is_ours(program, target.path):
        return Refusal(f"`{target.name}` is declared in {target.path}, outside of this workspace", target.span)
    if target.kind is Kind.MODULE and isinstance(target.node, syntax.Module):
        return Refusal("a script has no name but that of its file")
    return None


def _is_ours(program: Program, path: str) -> bool:
    """Whether a file is one of those that are being worked on, or lies among them."""
    found = program.discovery
    return path in found.targets or any(is_below(path, root) for root in found.index.roots)


class _Renamer:
    """One renaming whose new name is legal by itself."""

    def __init__(self, names: Names, target: Target, new: str, python: bool) -> None:
        self.names = names
        self.program = names.program
        self.target = target
        self.new = new
        self.python = python
        self.conflicts = Conflicts(names, new)

    def edits(self) -> list[Edit] | Refusal:
        """The edits, or what stands in the way."""
        match self.target.kind:
            case Kind.FIELD | Kind.CONSTRUCTOR:
                return self._labels()
            case Kind.PARAMETER:
                return self._parameters()
            case Kind.MODULE:
                return self._module()
            case Kind.ALIAS:
                return self.conflicts.of_alias(self.target) or list(self._alias(self.target, self.new))
            case Kind.VARIABLE:
                return self.conflicts.of_variable(self.target) or self._all((self.target,))
        conflict = self.conflicts.of_declaration(self.target, self.python)
        return conflict or [*self._all((self.target,)), *self._python((self.target,))]

    def _all(self, targets: Iterable[Target]) -> list[Edit]:
        return [self._edit(one) for one in occurrences(self.names, targets)]

    def _edit(self, one: Occurrence) -> Edit:
        name = one.chain[-1]
        if self.target.kind is Kind.FIELD and isinstance(name, syntax.Name):
            # Quotes that were not needed are the author's, and stay.
            quoted = not is_plain_name(self.new) or (name.quoted and is_plain_name(name.text))
            return Edit(one.span, quote(self.new) if quoted else self.new)
        return Edit(one.span, self.new)

    def _python(self, targets: Iterable[Target]) -> Iterator[Edit]:
        if self.python:
            for target in targets:
                yield from (Edit(span, self.new) for span in python_places(self.program, target))

    # --- kinds of their own

    def _labels(self) -> list[Edit] | Refusal:
        assert isinstance(self.target.node, syntax.FieldDecl | syntax.Constructor)
        labels = Labels(self.names, self.target.name)
        written = (self.target.path, self.target.node)
        targets = dict.fromkeys((self.target, *(target_of(self.names, one) for one in labels.with_(written))))
        for target in targets:
            barred = _barred(self.program, target)
            if barred is not None:
                return Refusal(f"it is one with another: {barred.reason}", barred.span)
        return self.conflicts.of_label(labels, written, tuple(targets)) or self._all(targets)

    def _parameters(self) -> list[Edit] | Refusal:
        group: dict[Target, None] = {self.target: None}
        places: dict[Span, Occurrence] = {}
        waiting = [self.target]
        while waiting:
            for one in occurrences(self.names, (waiting.pop(),)):
                places[one.span] = one
                for other in self.names.meaning(one.span.path, one.chain):
                    if other not in group:
                        group[other] = None
                        waiting.append(other)
        for target in group:
            barred = _barred(self.program, target)
            if barred is not None:
                return Refusal(f"one binding sets it together with another: {barred.reason}", barred.span)
        conflict = self.conflicts.of_parameters(tuple(group), tuple(places.values()))
        return conflict or [*(self._edit(one) for one in places.values()), *self._python(group)]

    def _alias(self, alias: Target, new: str) -> Iterator[Edit]:
        node = alias.node
        assert isinstance(node, syntax.Import)
        module = self.names.module(alias.path)
        assert module is not None
        plain = syntax.Import(node.start, node.end, node.reference)
        if node.alias is None:
            end = node.reference.end
            yield Edit(Span(alias.path, end, end), f" as {new}")
        elif new == alias_of(plain):  # what the import gives without `as`
            yield Edit(Span(alias.path, node.reference.end, node.alias.end), "")
        for one in occurrences_in(self.names, alias.path, alias):
            if not one.declares or (node.alias is not None and new != alias_of(plain)):
                yield Edit(one.span, new)

    def _module(self) -> list[Edit] | Refusal:
        conflict = self.conflicts.of_module(self.target)
        if conflict is not None:
            return conflict
        edits: list[Edit] = []
        for one in occurrences(self.names, (self.target,)):
            module, node = one.chain[0], one.chain[-2]
            assert isinstance(module, syntax.Module)
            edits.append(Edit(_name_in(module.source, one.span), self.new))
            if isinstance(node, syntax.Import) and node.alias is None:
                edits += self._implicit(module, node)
        return edits

    def _implicit(self, module: syntax.Module, node: syntax.Import) -> Iterator[Edit]:
        """An import without ``as`` gives another alias when its module is renamed: what it gave follows, unless the
        new one is taken."""
        path, old, new = module.source.path, alias_of(node), self.new.rpartition(".")[2]
        alias = self.names.alias(path, old)
        if old == new or alias is None or alias.node is not node:
            return
        if Conflicts(self.names, new).of_alias(alias) is not None:
            yield Edit(Span(path, node.reference.end, node.reference.end), f" as {old}")
            return
        for one in occurrences_in(self.names, path, alias):
            yield Edit(one.span, new)


def _name_in(source: SourceFile, reference: Span) -> Span:
    """The name in a module's reference, without author and version."""
    text = source.text[reference.start : reference.end].partition(":")[0]
    start = reference.start + text.rfind("/") + 1
    return source.span(start, reference.start + len(text))


def _sound(program: Program, edits: list[Edit]) -> Renaming | Refusal:
    """The edits in order, once it is seen that every file still reads as it did."""
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.span.path, edit.span.start))
    for path in dict.fromkeys(edit.span.path for edit in ordered):
        before = program.parsed(path) if path.endswith(".nml") else None
        if before is None:
            continue
        text = before.module.source.text
        for edit in reversed([one for one in ordered if one.span.path == path]):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        if len(parse(SourceFile(path, text)).problems) > len(before.problems):
            return Refusal("the new name cannot stand in all the places of the old one", ordered[0].span)
    return Renaming(tuple(ordered))
