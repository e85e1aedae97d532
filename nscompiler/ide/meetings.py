"""Where two types meet in a file, and so which labels of records and sums are one to the checker.

Types are compared by structure, so a field of one record must be called as that of another wherever a value of the
first is taken as one of the second: at a ``|``, where a scheme is used at types, where branches agree, where a def is
held to its annotation, and where a declaration gives a type its name. What is found in a file holds as long as its
check does, so a program remembers it: a question about a label then looks that label up.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide.names import Names
from nscompiler.ide.program import Program
from nscompiler.typecheck.facts import Arrow, Checked, Facts
from nscompiler.typecheck.scope import BUILT_IN_ARITY
from nscompiler.types.interface import Interface, TypeInterface
from nscompiler.types.types import App, Record, Sum, Type, Var
from nscompiler.types.types import parts as parts_of

Label = syntax.FieldDecl | syntax.Constructor


@attrs.frozen(slots=True, eq=False)
class Meetings:
    """What a file says of labels: the types in which those written in it stand, and the pairs of types in which one of
    a name is the same."""

    written: Mapping[str, tuple[tuple[Label, Type], ...]]
    joined: Mapping[str, tuple[tuple[Type, Type], ...]]


class Interfaces:
    """The interfaces of a program's files by reference; scripts have one, too."""

    def __init__(self, names: Names) -> None:
        self._program = names.program

    @cached_property
    def _own(self) -> dict[str, Interface]:
        checks = map(self._program.file, self._program.paths_of_all)
        return {checked.reference: checked.interface for checked in checks if checked is not None}

    def declaration(self, type: Type) -> TypeInterface | None:
        """The declaration whose name a type has."""
        alias = type.alias
        if alias is None:
            return None
        interface = self._own.get(alias.module)
        if interface is None:
            path = self._program.path_of(alias.module)
            interface = None if path is None else self._program.interface(path)
        return None if interface is None else interface.types.get(alias.name)


def meetings(names: Names, interfaces: Interfaces, path: str, checked: Checked) -> Meetings:
    """What a file says of labels, worked out when its check is first asked about."""
    held = names.program.remembered.get(path)
    if held is None or held[0] is not checked:
        held = names.program.remembered[path] = checked, _Reading(names, interfaces, path).of(checked)
    found: Meetings = held[1]
    return found


def look_ahead(program: Program) -> Iterator[None]:
    """Work out what all files say of labels, one by one; those of which it is known are passed over."""
    names = Names(program)
    interfaces = Interfaces(names)
    for path in program.paths_of_all:
        checked, held = program.file(path), program.remembered.get(path)
        if checked is not None and (held is None or held[0] is not checked):
            meetings(names, interfaces, path, checked)
            yield


class _Reading:
    """One file, gone through once."""

    def __init__(self, names: Names, interfaces: Interfaces, path: str) -> None:
        self._names, self._interfaces, self._path = names, interfaces, path
        self._written: dict[str, dict[tuple[Label, Type], None]] = {}
        self._joined: dict[str, dict[tuple[Type, Type], None]] = {}
        self._seen: set[tuple[Type, Type]] = set()
        self._labelled: dict[Type, bool] = {}

    def of(self, checked: Checked) -> Meetings:
        """What the file says."""
        self._places(checked)
        self._facts(checked.facts)
        return Meetings(
            {label: tuple(found) for label, found in self._written.items()},
            {label: tuple(found) for label, found in self._joined.items()},
        )

    # --- types

    def _join(self, label: str, one: Type, other: Type) -> None:
        if one is not other:
            self._joined.setdefault(label, {})[one, other] = None

    def _has_labels(self, type: Type) -> bool:
        """Whether a label stands anywhere in a type, or in what its name is applied to."""
        held = self._labelled.get(type)
        if held is None:
            inside = (*parts_of(type), *(() if type.alias is None else type.alias.args))
            held = self._labelled[type] = isinstance(type, Record | Sum) or any(map(self._has_labels, inside))
        return held

    def _meet(self, one: Type, other: Type) -> None:
        """Join the labels at equal places of two types."""
        waiting = [(one, other)]
        while waiting:
            one, other = waiting.pop()
            if one is other or (one, other) in self._seen or not (self._has_labels(one) and self._has_labels(other)):
                continue
            self._seen.add((one, other))
            one, other = _there(one, other)
            if isinstance(one, Record) and isinstance(other, Record):
                waiting += self._fields(one, other)
            elif isinstance(one, Sum) and isinstance(other, Sum):
                waiting += self._constructors(one, other)
            elif isinstance(one, App) and isinstance(other, App):
                if one.constructor == other.constructor:
                    waiting += zip(one.items, other.items, strict=False)
                elif {one.constructor, other.constructor} == {"list", "vector"}:
                    waiting.append((one.items[-1], other.items[-1]))

    def _fields(self, one: Record, other: Record) -> Iterator[tuple[Type, Type]]:
        theirs = dict(other.fields)
        for label, type in one.fields:
            if label in theirs:
                self._join(label, one, other)
                yield type, theirs[label]

    def _constructors(self, one: Sum, other: Sum) -> Iterator[tuple[Type, Type]]:
        theirs = dict(other.constructors)
        for label, type in one.constructors:
            if label in theirs:
                self._join(label, one, other)
                payload = theirs[label]
                if type is not None and payload is not None:
                    yield type, payload

    def _meet_arrows(self, one: Arrow, other: Arrow) -> None:
        self._meet(one.input, other.input)
        self._meet(one.output, other.output)

    def _meet_rows(self, scheme: Arrow, used: Arrow, given: Iterable[tuple[Var, Type]]) -> None:
        """Join the labels that a row variable carries: they stand in what the variable is given, and in every record
        that it ends."""
        carriers: dict[tuple[Var, str], Type] = {}
        for variable, row in given:
            if variable.kind == "row" and isinstance(row, Record):
                carriers |= dict.fromkeys(((variable, label) for label, _ in row.fields), row)
        waiting = [(scheme.output, used.output), (scheme.input, used.input)]
        while waiting:
            general, concrete = waiting.pop()
            if general.ground or not self._has_labels(concrete):
                continue
            if isinstance(general, Record) and isinstance(concrete, Record):
                own = dict(general.fields)
                if isinstance(general.tail, Var):
                    for label in (label for label, _ in concrete.fields if label not in own):
                        self._join(label, concrete, carriers.setdefault((general.tail, label), concrete))
                waiting += [(own[label], part) for label, part in concrete.fields if label in own]
            elif type(general) is type(concrete):
                waiting += zip(parts_of(general), parts_of(concrete), strict=False)

    def _known(self, type: Type) -> None:
        """Join a declared type that is met with its declaration."""
        waiting = [type]
        while waiting:
            type = waiting.pop()
            if (type, type) in self._seen or not self._has_labels(type):
                continue
            self._seen.add((type, type))
            declared = self._interfaces.declaration(type)
            if declared is not None and declared.body is not type:
                self._meet_declaration(declared, type)
                waiting += () if type.alias is None else type.alias.args
            waiting += parts_of(type)

    def _meet_declaration(self, declared: TypeInterface, type: Type) -> None:
        """Join a type with the declaration whose name was applied to make it."""
        self._meet(declared.body, type)
        given = () if type.alias is None else type.alias.args
        whole = zip(declared.parameters, given, strict=False)
        self._meet_rows(Arrow(declared.body, declared.body), Arrow(type, type), whole)

    # --- where types meet

    def _facts(self, facts: Facts) -> None:
        arrows = facts.arrows.values()
        for type in dict.fromkeys(type for arrow in arrows for type in (arrow.input, arrow.output)):
            self._known(type)
        for joints in facts.joints.values():
            for joint in joints:
                self._meet(joint.given, joint.needed)
        for use in facts.uses.values():
            if use.arrow is use.target.scheme:
                continue  # it holds no variable
            self._meet_arrows(use.target.scheme, use.arrow)
            self._meet_rows(use.target.scheme, use.arrow, zip(use.target.scheme.variables, use.arguments, strict=False))
        for decl, arrow in facts.annotations.items():
            if decl.body in facts.arrows:
                self._meet_arrows(arrow, facts.arrows[decl.body])
        for node in facts.arrows:
            if isinstance(node, syntax.Pipe | syntax.Both | syntax.Concat | syntax.Filter):
                self._elaborated(facts, node)

    def _elaborated(self, facts: Facts, node: syntax.Node) -> None:
        """Where an expression's type is made of the types of its parts."""
        arrow = facts.arrows[node]
        match node:
            case syntax.Both(branches=branches):
                for branch in branches:
                    if branch in facts.arrows:
                        self._meet_arrows(arrow, facts.arrows[branch])
            case syntax.Concat(function=inner) | syntax.Filter(function=inner) if inner in facts.arrows:
                output = facts.arrows[inner].output
                self._meet(arrow.input, facts.arrows[inner].input)
                if isinstance(output, App):
                    self._meet(arrow.output, output.items[-1])
            case syntax.Pipe(stages=(first, *_, last)) if first in facts.arrows and last in facts.arrows:
                self._meet(arrow.input, facts.arrows[first].input)
                self._meet(arrow.output, facts.arrows[last].output)

    # --- where labels are written

    def _places(self, checked: Checked) -> None:
        for decl in checked.module.declarations:
            match decl:
                case syntax.TypeDecl():
                    found = checked.interface.types.get(decl.name.text)
                    if found is not None:
                        self._place(decl.body, found.body, renamed=True)
                case syntax.FunDecl():
                    function = checked.interface.functions.get(decl.name.text)
                    if function is not None:
                        self._place(decl.type.input, function.scheme.input)
                        self._place(decl.type.output, function.scheme.output)
                case syntax.DefDecl(annotation=annotation) if annotation is not None:
                    arrow = checked.facts.annotations.get(decl)
                    if arrow is not None:
                        self._place(annotation.input, arrow.input)
                        self._place(annotation.output, arrow.output)
        for node, fact in checked.facts.uses.items():
            if isinstance(node, syntax.Instantiate):
                open_ = [at for at, var in enumerate(fact.target.scheme.variables) if var.kind != "row" or var.name]
                for at, written in zip(open_, node.types, strict=False):
                    if at < len(fact.arguments):
                        self._place(written, fact.arguments[at])

    def _place(self, written: syntax.TypeExpr, type: Type, *, renamed: bool = False) -> None:
        """Note which record and sum the labels in a written type belong to. ``renamed``: the type has another name than
        the one that is written, that of the declaration that it is the right side of."""
        whole = written
        waiting: list[tuple[syntax.TypeExpr, Type]] = [(written, type)]
        while waiting:
            written, type = waiting.pop()
            if not self._has_labels(type):
                continue
            self._known(type)
            match written:
                case syntax.RecordType() if isinstance(type, Record):
                    for field in written.fields:
                        inner = type.field(field.name.text)
                        if inner is not None:
                            self._note(field, type)
                            waiting.append((field.type, inner))
                case syntax.SumType() if isinstance(type, Sum):
                    for one in written.constructors:
                        self._note(one, type)
                        payload = type.payload(one.name.text)
                        if payload is not None and one.payload is not None:
                            waiting.append((one.payload, payload))
                case syntax.TypeName():
                    if type.alias is None or type.alias.name != written.name.text or (renamed and written is whole):
                        self._named(written, type)
                    waiting += _written_parts(written, type)
                case _:
                    waiting += _written_parts(written, type)

    def _named(self, written: syntax.TypeName, type: Type) -> None:
        """A type that is written as a name is that type's declaration, whatever it is called now."""
        qualifier = None if written.qualifier is None else written.qualifier.text
        target = self._names.type(self._path, qualifier, written.name.text)
        interface = None if target is None or not target.path else self._names.program.interface(target.path)
        declared = None if interface is None else interface.types.get(written.name.text)
        if declared is not None:
            self._meet_declaration(declared, type)

    def _note(self, node: Label, type: Type) -> None:
        self._written.setdefault(node.name.text, {})[node, type] = None
        self._known(type)


def _there(one: Type, other: Type) -> tuple[Type, Type]:
    """Two types of which one may be optional where the other is not."""
    while isinstance(one, App) and one.constructor == "optional" and not _is_optional(other):
        one = one.items[0]
    while isinstance(other, App) and other.constructor == "optional" and not _is_optional(one):
        other = other.items[0]
    return one, other


def _is_optional(type: Type) -> bool:
    return isinstance(type, App) and type.constructor == "optional"


def _written_parts(written: syntax.TypeExpr, type: Type) -> Iterator[tuple[syntax.TypeExpr, Type]]:
    """The parts of a written type that is no record and no sum, each with what it means."""
    match written:
        case syntax.ListType(item=item) if isinstance(type, App):
            yield item, type.items[0]
        case syntax.OptionalType(item=item) if isinstance(type, App):
            yield item, type.items[0]
        case syntax.TupleType(items=items) if isinstance(type, App):
            yield from zip(items, type.items, strict=False)
        case syntax.TypeName(args=args) if args:
            if written.qualifier is None and written.name.text in BUILT_IN_ARITY:
                inner = type.items[-1] if isinstance(type, App) else type
                matrix = written.name.text == "Matrix" and isinstance(inner, App)
                yield args[-1], inner.items[-1] if matrix and isinstance(inner, App) else inner
            elif type.alias is not None:
                yield from zip(args, type.alias.args, strict=False)
