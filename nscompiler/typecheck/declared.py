"""Where a type was written: from a function that was used to the record, sum or name in its declaration."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import Span
from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Type, Var
from nscompiler.types.types import Record as RecordOf

# How many names and defs are followed to what they stand for.
MOST_STEPS = 32

_WORD = Pattern(r"[\w'-]+")


class Place(Record):
    """A written type in a file; ``owner`` is the ``type`` declaration whose right side it is part of, None where it
    stands in a function's own signature."""

    __match_args__: ClassVar[tuple[str, ...]] = ("module", "node", "owner")
    __slots__ = __match_args__

    def __init__(self, module: syntax.Module, node: syntax.TypeExpr, owner: syntax.TypeDecl | None = None) -> None:
        self.module = module
        self.node = node
        self.owner = owner

    def span(self, node: syntax.Node) -> Span:
        """The place of a node of the same file."""
        return self.module.span(node)


class Declarations:
    """The declarations of a module and of those that it imports. The standard library's are nobody's to change."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        imported = [one for one in scope.imports.values() if one is not None and not one.standard]
        trees = [one.tree() for one in imported]
        self.modules = [scope.module, *(tree for tree in trees if tree is not None)]
        self._functions: dict[tuple[str, int], tuple[syntax.Module, syntax.FunDecl | syntax.DefDecl]] = {}
        self._types: dict[tuple[str, str], Place] = {}
        for module in self.modules:
            self._take(module)

    def _take(self, module: syntax.Module) -> None:
        path = module.source.path
        for decl in module.declarations:
            if isinstance(decl, syntax.TypeDecl):
                self._types[path, decl.name.text] = Place(module, decl.body, decl)
            elif isinstance(decl, syntax.FunDecl | syntax.DefDecl):
                self._functions[path, decl.name.start] = module, decl

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in these modules."""
        return Counter(word for module in self.modules for word in _WORD.findall(module.source.text))

    def function(self, target: FunctionInterface) -> tuple[syntax.Module, syntax.FunDecl | syntax.DefDecl] | None:
        """Where a function is declared."""
        return self._functions.get((target.span.path, target.span.start))

    def field(self, type: Type, label: str) -> Place | None:
        """The written type of a field of a declared record without parameters."""
        if type.alias is None or type.alias.args:
            return None
        for module in self.modules:
            own = module is self.scope.module
            reference = self.scope.reference if own else None if module.header is None else module.header.reference.text
            place = self._types.get((module.source.path, type.alias.name))
            if reference == type.alias.module and place is not None and isinstance(place.node, syntax.RecordType):
                found = next((one for one in place.node.fields if one.name.text == label), None)
                return None if found is None else Place(module, found.type, place.owner)
        return None

    def output(self, target: FunctionInterface, path: Sequence[str] = (), written: bool = False) -> Place | None:
        """The type in a function's output, at a path inside it; ``written`` as it stands there, else what its name or
        an optional around it holds."""
        return self._side(target, "output", path, written)

    def input(self, target: FunctionInterface, path: Sequence[str] = (), written: bool = False) -> Place | None:
        """The type in a function's input, likewise."""
        return self._side(target, "input", path, written)

    def argument(
        self,
        target: FunctionInterface,
        given: Sequence[syntax.TypeExpr],
        side: Type,
        path: Sequence[str],
        written: bool = False,
    ) -> Place | None:
        """The part of a type argument, of those ``given`` to a function where it is used, that stands at a path in one
        side of its type; None where what stands there is not for the use to say."""
        variable, inside = variable_at(side, path)
        open_ = [var for var in target.scheme.variables if var.kind != "row" or var.name]
        for own, node in zip(open_, given, strict=False):
            if own is variable and not isinstance(node, syntax.Hole | syntax.SizeLiteral):
                return self._inside(Place(self.scope.module, node), list(inside), written)
        return None

    def _side(self, target: FunctionInterface, side: str, path: Sequence[str], as_written: bool) -> Place | None:
        found = self.function(target)
        if found is None:
            return None
        module, decl = found
        written = decl.type if isinstance(decl, syntax.FunDecl) else decl.annotation
        if written is None:
            return None
        whole = Place(module, written.input if side == "input" else written.output)
        return self._inside(whole, list(path), as_written)

    def _inside(self, place: Place, path: list[str], as_written: bool) -> Place | None:
        """The part of a written type at a path; names are followed to their declarations, and the parameters of these
        to what stands for them."""
        given: dict[str, Place] = {}
        for _ in range(MOST_STEPS):
            if as_written and not path:
                return place
            node = place.node
            if isinstance(node, syntax.TypeName) and not _is_built_in(node):
                named = self._declaration(place.module, node)
                if named is None:
                    return None
                given = _arguments(place, node, named, given)
                place = named
            elif isinstance(node, syntax.TypeVariable) and node.name.text in given:
                place, given = given[node.name.text], {}
            elif isinstance(node, syntax.OptionalType) and path[:1] != ["?"]:
                place = Place(place.module, node.item, place.owner)  # a value that is there is its own optional
            elif not path:
                return place
            else:
                part = _step(node, path.pop(0))
                if part is None:
                    return None
                place = Place(place.module, part, place.owner)
        return None

    def _declaration(self, module: syntax.Module, name: syntax.TypeName) -> Place | None:
        home: syntax.Module | None = module
        if name.qualifier is not None:
            home = self._imported(module, name.qualifier.text)
        return None if home is None else self._types.get((home.source.path, name.name.text))

    def _imported(self, module: syntax.Module, alias: str) -> syntax.Module | None:
        for one in module.imports:
            own = one.alias.text if one.alias is not None else one.reference.text.partition(":")[0].split(".")[-1]
            if own == alias:
                wanted = one.reference.text.removeprefix("nstack/")
                return next((other for other in self.modules if _called(other) == wanted), None)
        return None


def _arguments(place: Place, name: syntax.TypeName, named: Place, given: dict[str, Place]) -> dict[str, Place]:
    """What stands for the parameters of a type where it is named; what is a parameter there is what that stands for."""
    assert named.owner is not None
    found: dict[str, Place] = {}
    for parameter, node in zip(named.owner.parameters, name.args, strict=False):
        own = given.get(node.name.text) if isinstance(node, syntax.TypeVariable) else None
        if own is not None:
            found[parameter.text] = own
        elif isinstance(node, syntax.TypeName) and not node.args and not given:
            found[parameter.text] = Place(place.module, node, place.owner)
    return found


def variable_at(type: Type, path: Sequence[str]) -> tuple[Type | None, Sequence[str]]:
    """The variable that stands in a type at a path or above it, and what is left of the path; no variable where all is
    written out there."""
    for at, step in enumerate(path):
        found: Type | None
        match type:
            case Var():
                return type, path[at:]
            case RecordOf():
                found = type.field(step[1:])
                if found is None:
                    return type.tail, path[at:]
            case App(constructor="optional") if step != "?":
                return variable_at(type.items[0], path[at:])
            case App(constructor="tuple"):
                place = int(step[1:]) if step[1:].isdigit() else len(type.items)
                found = type.items[place] if place < len(type.items) else None
            case App():
                found = type.items[-1]
            case _:
                found = None
        if found is None:
            return None, ()
        type = found
    return (type if isinstance(type, Var) else None), ()


def _called(module: syntax.Module) -> str:
    return "" if module.header is None else module.header.reference.text.removeprefix("nstack/")


def _is_built_in(node: syntax.TypeName) -> bool:
    return node.qualifier is None and node.name.text in ("Vector", "Matrix", "Map")


def _step(node: syntax.TypeExpr, step: str) -> syntax.TypeExpr | None:
    """The part of a written type that a step of a path leads to; None where it is not written out."""
    match node:
        case syntax.RecordType() if step[:1] == ".":
            return next((field.type for field in node.fields if field.name.text == step[1:]), None)
        case syntax.TupleType() if step[1:].isdigit():
            # What another type led to may lie in none of this one.
            return node.items[int(step[1:])] if int(step[1:]) < len(node.items) else None
        case syntax.ListType() if step == "[]":
            return node.item
        case syntax.OptionalType() if step == "?":
            return node.item
        case syntax.TypeName() if _is_built_in(node) and node.name.text != "Matrix" and step in ("[]", "{}"):
            return node.args[-1]
        case syntax.SumType():
            return next((one.payload for one in node.constructors if one.name.text == step), None)
    return None


def declarations(scope: Scope) -> Declarations:
    """The declarations that a file knows of, gathered once."""
    held = scope.gathered
    if not isinstance(held, Declarations):
        held = scope.gathered = Declarations(scope)
    return held
