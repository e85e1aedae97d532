"""What stands in the way of a new name: who has it already, and whom it would reach."""

from collections.abc import Sequence

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.imports import dependents
from nscompiler.ide.linked import Labels, Written
from nscompiler.ide.names import Kind, Names, Target, alias_of, name_of, variables_of
from nscompiler.ide.python_places import python_places
from nscompiler.ide.references import Occurrence, chains_of
from nscompiler.ide.refusal import Refusal
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.modules.reference import ModuleRef, parse_reference
from nscompiler.source import Span
from nscompiler.types.show import show
from nscompiler.types.types import Record, Sum


class Conflicts:
    """The conflicts of one new name."""

    def __init__(self, names: Names, new: str) -> None:
        self.names = names
        self.new = new

    def of_declaration(self, target: Target, python: bool) -> Refusal | None:
        """A function or type of the same file has the name, or a method that would take it over."""
        for kinds in self.names.declared(target.path):
            other = kinds.get(self.new)
            name = None if other is None else name_of(other)
            if name is not None:
                return Refusal(
                    f"`{self.new}` is declared in this file already", Span(target.path, name.start, name.end)
                )
        service = self.names.program.service(target.path) if isinstance(target.node, syntax.FunDecl) else None
        if python and service is not None and target.name in service.methods and self.new in service.methods:
            return Refusal(f"the Python class has a method `{self.new}` already", target.span)
        return None

    def of_variable(self, target: Target) -> Refusal | None:
        """The declaration has a variable of that name."""
        assert target.owner is not None
        for one in variables_of(target.owner):
            if one.text == self.new:
                return Refusal(f"there is a variable `{self.new}` here already", Span(target.path, one.start, one.end))
        return None

    def of_alias(self, target: Target) -> Refusal | None:
        """Another import of the file gives the alias, or the standard library has it."""
        if self.new in RESERVED_ALIASES:
            return Refusal(f"the alias `{self.new}` belongs to the standard library")
        module = self.names.module(target.path)
        for node in () if module is None else module.imports:
            if node is not target.node and alias_of(node) == self.new and module is not None:
                return Refusal(f"the alias `{self.new}` is given already", module.span(node))
        return None

    def of_module(self, target: Target) -> Refusal | None:
        """There is such a module in the same version."""
        reference = parse_reference(target.name)
        if not isinstance(reference, ModuleRef):
            return Refusal(f"`{target.name}` is no module reference", target.span)
        renamed = ModuleRef(reference.registry, reference.author, self.new, reference.version)
        paths = self.names.program.discovery.index.find(renamed)
        return Refusal(f"there is a module `{renamed}` already, in {paths[0]}") if paths else None

    def of_label(self, labels: Labels, written: Written, targets: Sequence[Target]) -> Refusal | None:
        """One of the records or sums that would have the name has it already."""
        for type in labels.types_with(written):
            taken = (isinstance(type, Record) and type.field(self.new) is not None) or (
                isinstance(type, Sum) and type.has(self.new)
            )
            if taken:
                text = show(type, room=60)
                return Refusal(f"`{text}` has `{self.new}` already", targets[0].span)
        return self._beside(targets)

    def _beside(self, targets: Sequence[Target]) -> Refusal | None:
        """The same going by the syntax, where the checker could make nothing of it."""
        for target in targets:
            for name in () if target.owner is None else _siblings(target.owner, target.node):
                if name.text == self.new:
                    return Refusal(f"`{self.new}` stands beside it already", Span(target.path, name.start, name.end))
        return None

    # --- parameters

    def of_parameters(self, group: Sequence[Target], places: Sequence[Occurrence]) -> Refusal | None:
        """A function has such a parameter; a binding of the new name would reach one of these, or a binding of these
        another function."""
        for target in group:
            assert isinstance(target.owner, syntax.FunDecl)
            for one in target.owner.parameters or ():
                if one.name.text == self.new:
                    reason = f"`{target.owner.name.text}` has a parameter `{self.new}` already"
                    return Refusal(reason, Span(target.path, one.name.start, one.name.end))
        for place in places:
            refusal = self._captures(place, group[0].name)
            if refusal is not None:
                return refusal
        return self._captured(group)

    def _captures(self, place: Occurrence, old: str) -> Refusal | None:
        """Whether a renamed binding would stand twice, reach others, or be missed by who reads it undeclared."""
        match place.chain:
            case (*_, syntax.Apply() as apply, syntax.Binding(), syntax.Name()):
                pass
            case _:
                return None
        path = place.span.path
        if any(one.name.text == self.new for one in apply.bindings):
            return Refusal(f"`{self.new}` is bound here already", place.span)
        reached = self.names.parameters(path, apply, self.new)
        if reached:
            return Refusal(
                f"a binding of `{self.new}` here would reach another parameter of that name", reached[0].span
            )
        for home, fun in self.names.functions_inside(path, apply.function):
            for name in (old, self.new) if fun.parameters is None else ():
                read = Target(Kind.PARAMETER, name, Span(home, fun.start, fun.end), fun, fun)
                if python_places(self.names.program, read):
                    reason = (
                        f"`{fun.name.text}` has no `with` and its Python code reads `{name}` here: declare it first"
                    )
                    return Refusal(reason, Span(home, fun.name.start, fun.name.end))
        return None

    def _captured(self, group: Sequence[Target]) -> Refusal | None:
        """Whether a binding of the new name that is there would reach a renamed parameter."""
        owners = {target.owner for target in group}
        files = set[str]().union(*(dependents(self.names.program, target.path) for target in group))
        for path in sorted(files):
            module = self.names.module(path)
            for chain in () if module is None else chains_of(module, (self.new,)):
                match chain:
                    case (*_, syntax.Apply() as apply, syntax.Binding(), syntax.Name() as name):
                        inside = {fun for _, fun in self.names.functions_inside(path, apply.function)}
                        if inside & owners:
                            reason = f"this binding of `{self.new}` would reach it"
                            return Refusal(reason, Span(path, name.start, name.end))
        return None


def _siblings(decl: syntax.Decl, node: syntax.Node | None) -> Sequence[syntax.Name]:
    """The names in the record or sum that holds a field or constructor."""
    for part in walk(decl):
        if isinstance(part, syntax.RecordType) and node in part.fields:
            return [field.name for field in part.fields]
        if isinstance(part, syntax.SumType) and node in part.constructors:
            return [one.name for one in part.constructors]
    return ()
