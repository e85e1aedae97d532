"""Fields and constructors that are one to the checker: those of two declared types between which values travel.

Labels of records and sums are the points of a graph, and wherever two types meet an edge joins the equal labels at
equal places inside them (``meetings``). What hangs together is renamed together.
"""

from nscompiler.grammar import syntax
from nscompiler.ide.meetings import Interfaces, Label, meetings
from nscompiler.ide.names import Kind, Names, Target
from nscompiler.source import Span
from nscompiler.types.types import Type

Written = tuple[str, Label]
"""A written field or constructor with its file."""


class Labels:
    """The label of one name in all types of a program, joined where the types meet."""

    def __init__(self, names: Names, label: str) -> None:
        self._written: dict[Type, list[Written]] = {}
        self._home: dict[Written, Type] = {}
        self._parent: dict[Type, Type] = {}
        interfaces, program = Interfaces(names), names.program
        for path in program.paths_of_all:
            checked = program.file(path)
            if checked is not None:
                said = meetings(names, interfaces, path, checked)
                for node, type in said.written.get(label, ()):
                    self._written.setdefault(type, []).append((path, node))
                    self._home.setdefault((path, node), type)
                for one, other in said.joined.get(label, ()):
                    self._join(one, other)

    def with_(self, written: Written) -> tuple[Written, ...]:
        """All written labels that are one with one of them, itself included."""
        home = self._home.get(written)
        if home is None:
            return (written,)
        root = self._root(home)
        return tuple(other for type, all_ in self._written.items() if self._root(type) is root for other in all_)

    def types_with(self, written: Written) -> tuple[Type, ...]:
        """The types in which such a label stands."""
        home = self._home.get(written)
        if home is None:
            return ()
        root = self._root(home)
        return tuple(type for type in (*self._parent, root) if self._root(type) is root)

    def _root(self, type: Type) -> Type:
        while (above := self._parent.get(type)) is not None:
            type = above
        return type

    def _join(self, one: Type, other: Type) -> None:
        first, second = self._root(one), self._root(other)
        if first is not second:
            self._parent[first] = second


def linked(names: Names, target: Target) -> tuple[Target, ...]:
    """A field or constructor with all that are one with it."""
    if target.kind not in (Kind.FIELD, Kind.CONSTRUCTOR) or target.node is None:
        return (target,)
    assert isinstance(target.node, syntax.FieldDecl | syntax.Constructor)
    if _stands_once(names, target.name):
        return (target,)
    labels = Labels(names, target.name)
    found = [target_of(names, written) for written in labels.with_((target.path, target.node))]
    return tuple(dict.fromkeys((target, *found)))


def _stands_once(names: Names, label: str) -> bool:
    """Whether a label is written in one place of the program: then it is one with no other."""
    texts = (names.program.text(path) for path in names.program.paths_of_all)
    return sum(source.text.count(label) for source in texts if source is not None) == 1


def target_of(names: Names, written: Written) -> Target:
    """A written field or constructor as what a name means."""
    path, node = written
    module = names.module(path)
    decls = () if module is None else module.declarations
    owner = next((one for one in decls if one.start <= node.start < one.end), None)
    kind = Kind.FIELD if isinstance(node, syntax.FieldDecl) else Kind.CONSTRUCTOR
    return Target(kind, node.name.text, Span(path, node.name.start, node.name.end), node, owner)
