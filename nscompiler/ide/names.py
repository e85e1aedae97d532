"""What the names of a program's files mean, going by the syntax and the imports: it works in files with faults too."""

from collections.abc import Iterator, Mapping
from enum import Enum

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.program import Program
from nscompiler.modules.imports import RESERVED_ALIASES, ResolvedImport
from nscompiler.source import Span
from nscompiler.typecheck.params import POLICY
from nscompiler.typecheck.scope import BUILT_IN, STANDARD_SPELLINGS

FunctionDecl = syntax.FunDecl | syntax.DefDecl | syntax.BrokenDecl
TypeDecl = syntax.TypeDecl | syntax.BrokenDecl


class Kind(Enum):
    """What a name names. The last ones are declared nowhere."""

    FUNCTION = "function"
    TYPE = "type"
    CONSTRUCTOR = "constructor"
    FIELD = "field"
    PARAMETER = "parameter"
    VARIABLE = "type variable"
    MODULE = "module"
    ALIAS = "alias"
    BUILT_IN_TYPE = "built-in type"
    CONSTRAINT = "constraint"
    ATTRIBUTE = "attribute"
    POLICY = "parameter of every function"


@attrs.frozen(slots=True)
class Target:
    """What a name means. ``span`` is where it is declared: the name there, a module's reference in its header (nothing
    for a script). ``node`` is the declaration and ``owner`` the one at the top of the file that it is part of, in the
    present tree of ``path``; both play no part in whether two targets are one.

    An alias' node is its ``Import``; ``behind`` is the file that an alias or a module stands for.
    """

    kind: Kind
    name: str
    span: Span | None = None
    node: syntax.Node | None = attrs.field(default=None, eq=False, repr=False)
    owner: syntax.Decl | None = attrs.field(default=None, eq=False, repr=False)
    behind: str | None = attrs.field(default=None, eq=False)

    @property
    def path(self) -> str:
        """The file in which it is declared; empty for what is built in."""
        return "" if self.span is None else self.span.path


class Names:
    """The names of a program; what was looked up is kept, so one object serves one question."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._declared: dict[str, tuple[Mapping[str, syntax.Decl], Mapping[str, syntax.Decl]]] = {}

    # --- modules

    def module(self, path: str) -> syntax.Module | None:
        """The tree of a file."""
        parsed = self.program.parsed(path)
        return None if parsed is None else parsed.module

    def imported(self, path: str, node: syntax.Import) -> ResolvedImport | None:
        """What an import of a file means."""
        item = self.program.linked(path)
        resolved = () if item is None else item.imports.resolved
        return next((one for one in resolved if one.node is node), None)

    def behind(self, path: str, alias: str) -> str | None:
        """The file that an alias in a file stands for; None where it stands for none."""
        item = self.program.linked(path)
        for one in () if item is None else item.imports.resolved:
            if one.alias == alias:
                return one.path
        if item is not None and alias in item.imports.poisoned:
            return None
        capital = alias[:1].upper() + alias[1:]
        return self.standard(capital) if capital in RESERVED_ALIASES else None

    def standard(self, name: str) -> str:
        """The file of a module of the standard library."""
        return f"{self.program.discovery.index.standard}/{name}.nml"

    def of_module(self, path: str) -> Target | None:
        """A file as what a reference names."""
        module = self.module(path)
        if module is None:
            return None
        if module.header is None:
            name = path.rpartition("/")[2].removesuffix(".nml")
            return Target(Kind.MODULE, name, Span(path, 0, 0), module, behind=path)
        reference = module.header.reference
        return Target(Kind.MODULE, reference.text, module.span(reference), module.header, behind=path)

    def alias(self, path: str, text: str) -> Target | None:
        """An alias of a file: what an import gave, or a module of the standard library."""
        module = self.module(path)
        for node in () if module is None else module.imports:
            if alias_of(node) == text and module is not None:
                span = module.span(node.alias or node.reference)
                return Target(Kind.ALIAS, text, span, node, behind=self.behind(path, text))
        behind = self.behind(path, text)
        return None if behind is None else self.of_module(behind)

    # --- functions and types

    def declared(self, path: str) -> tuple[Mapping[str, syntax.Decl], Mapping[str, syntax.Decl]]:
        """The functions and the types that a file declares, by name; broken ones too. Of two the first counts."""
        held = self._declared.get(path)
        if held is None:
            functions: dict[str, syntax.Decl] = {}
            types: dict[str, syntax.Decl] = {}
            module = self.module(path)
            for decl in () if module is None else module.declarations:
                name = name_of(decl)
                if name is not None:
                    (types if is_type(decl) else functions).setdefault(name.text, decl)
            held = self._declared[path] = functions, types
        return held

    def function(self, path: str, qualifier: str | None, name: str) -> Target | None:
        """The function that a name in a file means."""
        home = path if qualifier is None else self.behind(path, qualifier)
        if home is None:
            return None
        if home.startswith(f"{self.program.discovery.index.standard}/"):
            name = STANDARD_SPELLINGS.get(name, name)
        decl = self.declared(home)[0].get(name)
        return None if decl is None else self._of_declaration(home, decl)

    def type(self, path: str, qualifier: str | None, name: str) -> Target | None:
        """The type that a name in a file means."""
        home = path if qualifier is None else self.behind(path, qualifier)
        decl = None if home is None else self.declared(home)[1].get(name)
        if home is not None and decl is not None:
            return self._of_declaration(home, decl)
        return Target(Kind.BUILT_IN_TYPE, name) if qualifier is None and name in BUILT_IN else None

    def _of_declaration(self, path: str, decl: syntax.Decl) -> Target:
        name, module = name_of(decl), self.module(path)
        assert name is not None, "only what has a name is looked up by it"
        assert module is not None, "what was found in a file has one"
        kind = Kind.TYPE if is_type(decl) else Kind.FUNCTION
        return Target(kind, name.text, module.span(name), decl, decl)

    # --- parameters

    def parameters(self, path: str, apply: syntax.Apply, name: str) -> tuple[Target, ...]:
        """The declarations that a binding of a name reaches, those too that a nearer binding decides."""
        if name in POLICY:
            return (Target(Kind.POLICY, name),)
        found: list[Target] = []
        for home, fun in self.functions_inside(path, apply.function):
            for parameter in fun.parameters or ():
                if parameter.name.text == name:
                    found.append(Target(Kind.PARAMETER, name, Span(home, *_place(parameter.name)), parameter, fun))
        return tuple(dict.fromkeys(found))

    def functions_inside(self, path: str, expr: syntax.Expr) -> tuple[tuple[str, syntax.FunDecl], ...]:
        """The ``fun``s that an expression runs, itself or through defs, each once with its file."""
        found: dict[tuple[str, syntax.FunDecl], None] = {}
        seen: set[tuple[str, str]] = set()
        waiting = [(path, use) for use in uses_in(expr)]
        while waiting:
            home, use = waiting.pop()
            target = self.function(home, _text(use.qualifier), use.name.text)
            if target is None or (target.path, target.name) in seen:
                continue
            seen.add((target.path, target.name))
            if isinstance(target.node, syntax.FunDecl):
                found[target.path, target.node] = None
            elif isinstance(target.node, syntax.DefDecl):
                waiting += [(target.path, inner) for inner in uses_in(target.node.body)]
        return tuple(found)

    # --- any name

    def meaning(self, path: str, chain: tuple[syntax.Node, ...]) -> tuple[Target, ...]:
        """What the node at the end of a chain from the module down names. A binding may name several parameters."""
        match chain:
            case (*_, syntax.Use() as use, syntax.Name() as name):
                if name is use.qualifier:
                    return _one(self.alias(path, name.text))
                return _one(self.function(path, _text(use.qualifier), name.text))
            case (*_, syntax.TypeName() as written, syntax.Name() as name):
                if name is written.qualifier:
                    return _one(self.alias(path, name.text))
                return _one(self.type(path, _text(written.qualifier), name.text))
            case (*_, syntax.Apply() as apply, syntax.Binding(), syntax.Name() as name):
                return self.parameters(path, apply, name.text)
            case (*_, syntax.Import() as node, syntax.Name()):
                return _one(self.alias(path, alias_of(node)))
            case (*_, syntax.Import() as node, syntax.Reference()):
                found = self.imported(path, node)
                return () if found is None else _one(self.of_module(found.path))
            case (*_, syntax.Header(), syntax.Reference()):
                return _one(self.of_module(path))
        return _one(_declared_here(path, chain))


def _declared_here(path: str, chain: tuple[syntax.Node, ...]) -> Target | None:
    """What a name means that is declared where it stands, or is known everywhere."""
    owner = next((node for node in chain if isinstance(node, syntax.Decl)), None)
    name = chain[-1]
    if not isinstance(name, syntax.Name) or len(chain) < 2:
        return None
    parent = chain[-2]
    kind: Kind
    match parent:
        case syntax.TypeVariable() | syntax.RowTail():
            return None if owner is None else _variable(path, owner, name)
        case syntax.TypeDecl() if name is not parent.name:
            return _variable(path, parent, name)
        case syntax.FieldDecl():
            kind = Kind.FIELD
        case syntax.Constructor():
            kind = Kind.CONSTRUCTOR
        case syntax.ParamDecl():
            kind = Kind.PARAMETER
        case syntax.Constraint():
            return Target(Kind.CONSTRAINT, name.text)
        case syntax.Attribute():
            return Target(Kind.ATTRIBUTE, name.text)
        case syntax.ParamTypeName():
            return Target(Kind.BUILT_IN_TYPE, name.text)
        case syntax.BrokenDecl(keyword="import"):
            return None
        case syntax.Decl():
            kind = Kind.TYPE if is_type(parent) else Kind.FUNCTION
        case _:
            return None
    return Target(kind, name.text, Span(path, *_place(name)), parent, owner)


def _variable(path: str, owner: syntax.Decl, name: syntax.Name) -> Target:
    """A type variable, which is declared where it first stands in its declaration."""
    first = next((one for one in variables_of(owner) if one.text == name.text), name)
    return Target(Kind.VARIABLE, name.text, Span(path, *_place(first)), owner, owner)


def variables_of(owner: syntax.Decl) -> tuple[syntax.Name, ...]:
    """Every place of every type variable of a declaration, in the order of the text."""
    match owner:
        case syntax.TypeDecl():
            return (*owner.parameters, *_variables_in(owner.body))
        case syntax.FunDecl():
            return _variables_in(owner.type)
        case syntax.DefDecl() if owner.annotation is not None:
            return _variables_in(owner.annotation)
    return ()


def _variables_in(written: syntax.Node) -> tuple[syntax.Name, ...]:
    names = (node.name for node in walk(written) if isinstance(node, syntax.TypeVariable | syntax.RowTail))
    return tuple(name for name in names if name is not None)


def uses_in(expr: syntax.Expr) -> Iterator[syntax.Use]:
    """The names of functions in an expression, in the order of the text."""
    waiting = [expr]
    while waiting:
        match waiting.pop():
            case syntax.Use() as use:
                yield use
            case (
                syntax.Instantiate(function=inner)
                | syntax.Apply(function=inner)
                | syntax.Concat(function=inner)
                | syntax.Filter(function=inner)
            ):
                waiting.append(inner)
            case syntax.Pipe(stages=parts) | syntax.Both(branches=parts):
                waiting += reversed(parts)


def name_of(decl: syntax.Decl) -> syntax.Name | None:
    """The name that a declaration declares; None where it was not read, and for what is no declaration of a name."""
    match decl:
        case syntax.BrokenDecl(keyword="import"):
            return None
        case syntax.TypeDecl() | syntax.FunDecl() | syntax.DefDecl() | syntax.BrokenDecl():
            return decl.name
    return None


def is_type(decl: syntax.Decl) -> bool:
    """Whether a declaration declares a type."""
    return isinstance(decl, syntax.TypeDecl) or (isinstance(decl, syntax.BrokenDecl) and decl.keyword == "type")


def alias_of(node: syntax.Import) -> str:
    """The alias that an import gives: without ``as`` the last word of the module's name."""
    if node.alias is not None:
        return node.alias.text
    return node.reference.text.partition(":")[0].rpartition("/")[2].rpartition(".")[2]


def _place(node: syntax.Node) -> tuple[int, int]:
    return node.start, node.end


def _text(name: syntax.Name | None) -> str | None:
    return None if name is None else name.text


def _one(target: Target | None) -> tuple[Target, ...]:
    return () if target is None else (target,)
