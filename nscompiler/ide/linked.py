"""Fields and constructors that are one to the checker: those of two declared types between which values travel.

Types are compared by structure, so a field of one record must be called as that of another wherever a value of the
first is taken as one of the second. Labels of records and sums are the points of a graph; wherever two types meet (at a
``|``, where a scheme is used at types, where branches agree, where a def is held to its annotation) an edge joins the
equal labels at equal places inside them. What hangs together is renamed together.
"""

from collections.abc import Iterable, Iterator

from nscompiler.grammar import syntax
from nscompiler.ide.names import Kind, Names, Target
from nscompiler.ide.program import Program
from nscompiler.source import Span
from nscompiler.typecheck.facts import Arrow, Checked, Facts
from nscompiler.typecheck.scope import BUILT_IN_ARITY
from nscompiler.types.interface import Interface, TypeInterface
from nscompiler.types.types import App, Record, Sum, Type, Var

Written = tuple[str, syntax.FieldDecl | syntax.Constructor]
"""A written field or constructor with its file."""


class Labels:
    """The label of one name in all types of a program, joined where the types meet."""

    def __init__(self, names: Names, label: str) -> None:
        self.names = names
        self.program: Program = names.program
        self.label = label
        self.decls: dict[Type, list[Written]] = {}
        self._parent: dict[Type, Type] = {}
        self._seen: set[tuple[Type, Type]] = set()
        self._holds: dict[Type, bool] = {}
        self._interfaces: dict[str, Interface] = {}
        self._home: dict[Written, Type] = {}
        for path in self.program.paths_of_all:
            checked = self.program.file(path)
            if checked is not None:
                self._interfaces[checked.reference] = checked.interface
                self._written(path, checked)
                self._facts(checked)

    def with_(self, written: Written) -> tuple[Written, ...]:
        """All written labels that are one with one of them, itself included."""
        home = self._home.get(written)
        if home is None:
            return (written,)
        root = self._root(home)
        return tuple(other for type, all_ in self.decls.items() if self._root(type) is root for other in all_)

    def types_with(self, written: Written) -> tuple[Type, ...]:
        """The types in which such a label stands."""
        home = self._home.get(written)
        if home is None:
            return ()
        root = self._root(home)
        return tuple(type for type in (*self._parent, root) if self._root(type) is root)

    # --- the graph

    def _root(self, type: Type) -> Type:
        while (above := self._parent.get(type)) is not None:
            type = above
        return type

    def _join(self, one: Type, other: Type) -> None:
        first, second = self._root(one), self._root(other)
        if first is not second:
            self._parent[first] = second

    def _contains(self, type: Type) -> bool:
        """Whether the label stands anywhere in a type, or in what its name is applied to."""
        held = self._holds.get(type)
        if held is None:
            inside = (*_parts(type), *(() if type.alias is None else type.alias.args))
            own = (isinstance(type, Record) and type.field(self.label) is not None) or (
                isinstance(type, Sum) and type.has(self.label)
            )
            held = self._holds[type] = own or any(self._contains(part) for part in inside)
        return held

    def _meet(self, one: Type, other: Type) -> None:
        """Join the labels at equal places of two types."""
        waiting = [(one, other)]
        while waiting:
            one, other = waiting.pop()
            if one is other or (one, other) in self._seen or not (self._contains(one) or self._contains(other)):
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
                if label == self.label:
                    self._join(one, other)
                yield type, theirs[label]

    def _constructors(self, one: Sum, other: Sum) -> Iterator[tuple[Type, Type]]:
        theirs = dict(other.constructors)
        for label, type in one.constructors:
            if label in theirs:
                if label == self.label:
                    self._join(one, other)
                payload = theirs[label]
                if type is not None and payload is not None:
                    yield type, payload

    # --- where types meet

    def _facts(self, checked: Checked) -> None:
        facts = checked.facts
        arrows = facts.arrows.values()
        for type in {arrow.input for arrow in arrows} | {arrow.output for arrow in arrows}:
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

    def _meet_arrows(self, one: Arrow, other: Arrow) -> None:
        self._meet(one.input, other.input)
        self._meet(one.output, other.output)

    def _meet_rows(self, scheme: Arrow, used: Arrow, given: Iterable[tuple[Var, Type]]) -> None:
        """Join the label where a row variable carries it: it stands in what the variable is given, and in every record
        that it ends."""
        rows = ((variable, type) for variable, type in given if variable.kind == "row")
        carriers = {variable: type for variable, type in rows if isinstance(type, Record) and type.field(self.label)}
        waiting = [(scheme.output, used.output), (scheme.input, used.input)]
        while waiting:
            general, concrete = waiting.pop()
            if general.ground or not self._contains(concrete):
                continue
            if isinstance(general, Record) and isinstance(concrete, Record):
                if isinstance(general.tail, Var) and general.field(self.label) is None and concrete.field(self.label):
                    self._join(concrete, carriers.setdefault(general.tail, concrete))
                own = dict(concrete.fields)
                waiting += [(type, own[label]) for label, type in general.fields if label in own]
            elif type(general) is type(concrete):
                waiting += zip(_parts(general), _parts(concrete), strict=False)

    def _known(self, type: Type) -> None:
        """Join a declared type that is met with its declaration."""
        waiting = [type]
        while waiting:
            type = waiting.pop()
            if (type, type) in self._seen or not self._contains(type):
                continue
            self._seen.add((type, type))
            alias = type.alias
            interface = None if alias is None else self._interface(alias.module)
            declared = None if alias is None or interface is None else interface.types.get(alias.name)
            if declared is not None and declared.body is not type:
                self._meet_declaration(declared, type)
                waiting += () if alias is None else alias.args
            waiting += _parts(type)

    def _meet_declaration(self, declared: TypeInterface, type: Type) -> None:
        """Join a type with the declaration whose name was applied to make it."""
        self._meet(declared.body, type)
        given = () if type.alias is None else type.alias.args
        whole = zip(declared.parameters, given, strict=False)
        self._meet_rows(Arrow(declared.body, declared.body), Arrow(type, type), whole)

    def _interface(self, module: str) -> Interface | None:
        held = self._interfaces.get(module)
        if held is None:
            path = self.program.path_of(module)
            held = None if path is None else self.program.interface(path)
        return held

    # --- where labels are written

    def _written(self, path: str, checked: Checked) -> None:
        for decl in checked.module.declarations:
            match decl:
                case syntax.TypeDecl():
                    found = checked.interface.types.get(decl.name.text)
                    if found is not None:
                        self._place(path, decl.body, found.body, renamed=True)
                case syntax.FunDecl():
                    function = checked.interface.functions.get(decl.name.text)
                    if function is not None:
                        self._place(path, decl.type.input, function.scheme.input)
                        self._place(path, decl.type.output, function.scheme.output)
                case syntax.DefDecl(annotation=annotation) if annotation is not None:
                    arrow = checked.facts.annotations.get(decl)
                    if arrow is not None:
                        self._place(path, annotation.input, arrow.input)
                        self._place(path, annotation.output, arrow.output)
        for node, fact in checked.facts.uses.items():
            if isinstance(node, syntax.Instantiate):
                open_ = [at for at, var in enumerate(fact.target.scheme.variables) if var.kind != "row" or var.name]
                for at, written in zip(open_, node.types, strict=False):
                    if at < len(fact.arguments):
                        self._place(path, written, fact.arguments[at])

    def _place(self, path: str, written: syntax.TypeExpr, type: Type, *, renamed: bool = False) -> None:
        """Note which record and sum the labels in a written type belong to. ``renamed``: the type has another name than
        the one that is written, that of the declaration that it is the right side of."""
        if not self._contains(type):
            return
        whole = written
        waiting: list[tuple[syntax.TypeExpr, Type]] = [(written, type)]
        while waiting:
            written, type = waiting.pop()
            if not self._contains(type):
                continue
            self._known(type)
            match written:
                case syntax.RecordType() if isinstance(type, Record):
                    for field in written.fields:
                        inner = type.field(field.name.text)
                        if inner is not None:
                            self._note(path, field, type)
                            waiting.append((field.type, inner))
                case syntax.SumType() if isinstance(type, Sum):
                    for one in written.constructors:
                        self._note(path, one, type)
                        payload = type.payload(one.name.text)
                        if payload is not None and one.payload is not None:
                            waiting.append((one.payload, payload))
                case syntax.TypeName():
                    if type.alias is None or type.alias.name != written.name.text or (renamed and written is whole):
                        self._named(path, written, type)
                    waiting += _written_parts(written, type)
                case _:
                    waiting += _written_parts(written, type)

    def _named(self, path: str, written: syntax.TypeName, type: Type) -> None:
        """A type that is written as a name is that type's declaration, whatever it is called now."""
        qualifier = None if written.qualifier is None else written.qualifier.text
        target = self.names.type(path, qualifier, written.name.text)
        interface = None if target is None or not target.path else self.program.interface(target.path)
        declared = None if interface is None else interface.types.get(written.name.text)
        if declared is not None:
            self._meet_declaration(declared, type)

    def _note(self, path: str, node: syntax.FieldDecl | syntax.Constructor, type: Type) -> None:
        if node.name.text == self.label:
            self.decls.setdefault(type, []).append((path, node))
            self._home.setdefault((path, node), type)
            self._known(type)


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


def _there(one: Type, other: Type) -> tuple[Type, Type]:
    """Two types of which one may be optional where the other is not."""
    while isinstance(one, App) and one.constructor == "optional" and not _is_optional(other):
        one = one.items[0]
    while isinstance(other, App) and other.constructor == "optional" and not _is_optional(one):
        other = other.items[0]
    return one, other


def _is_optional(type: Type) -> bool:
    return isinstance(type, App) and type.constructor == "optional"


def _parts(type: Type) -> tuple[Type, ...]:
    match type:
        case App():
            return type.items
        case Record():
            return (*(part for _, part in type.fields), *(() if type.tail is None else (type.tail,)))
        case Sum():
            return tuple(part for _, part in type.constructors if part is not None)
    return ()


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
