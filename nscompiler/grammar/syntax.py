"""The syntax tree: what the author wrote, with a place on every node and no types in it.

Nodes are made by the hundred thousand, so they are plain slotted classes compared by identity; nothing assigns to
one after it was built. Facts about a node lie beside the tree, in dictionaries keyed by the node.
``start`` and ``end`` are code point offsets into ``Module.source``; ``end`` is exclusive.
"""

from typing import ClassVar

from nscompiler.source import SourceFile, Span

NAMELESS = "*"
"""Stands for a name, or an alias, that is missing where a mistake was read as what was meant: nothing is told of it."""


class Node:
    """Anything with a place in the file."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end")
    __slots__ = __match_args__

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Name(Node):
    """An identifier; ``quoted`` for a field written ``"User-Id"`` (``text`` is the name without quotes)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "text", "quoted")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, text: str, quoted: bool = False) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.quoted = quoted


class Comment(Node):
    """A comment as written, ``//`` or ``/* */`` included. ``own_line`` if nothing but white space stands before it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "text", "own_line")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, text: str, own_line: bool) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.own_line = own_line


class Reference(Node):
    """A module reference as written after ``module`` or ``import``; ``modules.reference`` parses it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "text")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


# --- types


class TypeExpr(Node):
    """A written type."""

    __slots__ = ()


class TypeName(TypeExpr):
    """``Text``, ``A.Event``, ``Pair a b``, ``Vector 3 Double``, ``Map T``: a name applied to zero or more arguments."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "qualifier", "name", "args")
    __slots__ = __match_args__[2:]

    def __init__(
        self, start: int, end: int, qualifier: Name | None, name: Name, args: tuple[TypeExpr, ...] = ()
    ) -> None:
        self.start = start
        self.end = end
        self.qualifier = qualifier
        self.name = name
        self.args = args


class SizeLiteral(TypeExpr):
    """The number in ``Vector 3 a``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "value")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, value: int) -> None:
        self.start = start
        self.end = end
        self.value = value


class TypeVariable(TypeExpr):
    """``a``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name) -> None:
        self.start = start
        self.end = end
        self.name = name


class Hole(TypeExpr):
    """``_`` among type arguments: left to inference."""

    __slots__ = ()


class UnitType(TypeExpr):
    """``()``."""

    __slots__ = ()


class TupleType(TypeExpr):
    """``(A, B, …)``, two parts or more."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "items")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, items: tuple[TypeExpr, ...]) -> None:
        self.start = start
        self.end = end
        self.items = items


class ListType(TypeExpr):
    """``[T]``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "item")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, item: TypeExpr) -> None:
        self.start = start
        self.end = end
        self.item = item


class OptionalType(TypeExpr):
    """``optional T`` or ``T optional``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "item")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, item: TypeExpr) -> None:
        self.start = start
        self.end = end
        self.item = item


class FieldDecl(Node):
    """One field of a record type."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "type", "doc")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name, type: TypeExpr, doc: str | None = None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.type = type
        self.doc = doc


class RowTail(Node):
    """What follows the ``|`` of an open record: a variable, or ``..`` (``name`` is None)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name | None) -> None:
        self.start = start
        self.end = end
        self.name = name


class RecordType(TypeExpr):
    """``{ x : A }``, ``{ x : A | r }``, ``{ x : A | .. }``, ``{ | r }``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "fields", "tail")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, fields: tuple[FieldDecl, ...], tail: RowTail | None = None) -> None:
        self.start = start
        self.end = end
        self.fields = fields
        self.tail = tail


class Constructor(Node):
    """One alternative of a sum."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "payload", "doc")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name, payload: TypeExpr | None, doc: str | None = None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.payload = payload
        self.doc = doc


class SumType(TypeExpr):
    """``A T | B U``: only as the right side of a ``type``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "constructors")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, constructors: tuple[Constructor, ...]) -> None:
        self.start = start
        self.end = end
        self.constructors = constructors


class Constraint(Node):
    """``a is CsvRow``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "type", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, type: TypeExpr, name: Name) -> None:
        self.start = start
        self.end = end
        self.type = type
        self.name = name


class FunctionType(Node):
    """``A -> B where a is CsvRow``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "input", "output", "constraints")
    __slots__ = __match_args__[2:]

    def __init__(
        self, start: int, end: int, input: TypeExpr, output: TypeExpr, constraints: tuple[Constraint, ...] = ()
    ) -> None:
        self.start = start
        self.end = end
        self.input = input
        self.output = output
        self.constraints = constraints


# --- literals


class Literal(Node):
    """A literal. ``kind`` and the Python value it has:

    ``integer`` int, ``double`` float, ``text`` str, ``boolean`` bool, ``list`` tuple of Literal,
    ``environment`` str (the name after ``$``). ``raw`` is the text as written.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "kind", "value", "raw")
    __slots__ = __match_args__[2:]

    def __init__(
        self, start: int, end: int, kind: str, value: "int | float | str | bool | tuple[Literal, ...]", raw: str
    ) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.value = value
        self.raw = raw


# --- expressions


class Expr(Node):
    """A written expression."""

    __slots__ = ()


class Use(Expr):
    """A function by name: ``f``, ``A.f``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "qualifier", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, qualifier: Name | None, name: Name) -> None:
        self.start = start
        self.end = end
        self.qualifier = qualifier
        self.name = name


class Instantiate(Expr):
    """``f<T, _>``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "function", "types")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, function: Use, types: tuple[TypeExpr, ...]) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.types = types


class Binding(Node):
    """``p = literal``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "value")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name, value: Literal) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.value = value


class Apply(Expr):
    """``e { p = v, … }``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "function", "bindings")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, function: Expr, bindings: tuple[Binding, ...]) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.bindings = bindings


class Concat(Expr):
    """``f*`` or ``concat f`` (``prefix``)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "function", "prefix")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, function: Expr, prefix: bool) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.prefix = prefix


class Filter(Expr):
    """``f?`` or ``filter f`` (``prefix``)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "function", "prefix")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, function: Expr, prefix: bool) -> None:
        self.start = start
        self.end = end
        self.function = function
        self.prefix = prefix


class LiteralSource(Expr):
    """A literal standing where a source does."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "value")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, value: Literal) -> None:
        self.start = start
        self.end = end
        self.value = value


class Pipe(Expr):
    """``f | g | …``, two stages or more. ``(a | b) | c`` keeps its inner Pipe; start and end include no brackets
    of its own but those of its stages."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "stages")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, stages: tuple[Expr, ...]) -> None:
        self.start = start
        self.end = end
        self.stages = stages


class Both(Expr):
    """``f & g & …``, two branches or more."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "branches")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, branches: tuple[Expr, ...]) -> None:
        self.start = start
        self.end = end
        self.branches = branches


# --- declarations


class Attribute(Node):
    """``@deprecated("use classify")``; ``argument`` is None without brackets."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "argument")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name, argument: Literal | None = None) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.argument = argument


class ParamType(Node):
    """The type of a parameter."""

    __slots__ = ()


PARAMETER_TYPES = ("Text", "Integer", "Double", "Boolean", "Duration")
"""The names that a parameter's type may have."""


class ParamTypeName(ParamType):
    """One of ``PARAMETER_TYPES``; anything else is refused by the checker."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, name: Name) -> None:
        self.start = start
        self.end = end
        self.name = name


class ParamTypeList(ParamType):
    """``[Text]``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "item")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, item: ParamType) -> None:
        self.start = start
        self.end = end
        self.item = item


class ParamTypeEnum(ParamType):
    """``"a" | "b"``; the values are text literals."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "values")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, values: tuple[Literal, ...]) -> None:
        self.start = start
        self.end = end
        self.values = values


class ParamDecl(Node):
    """``n : Integer = 10``; without a default it is required."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "type", "default", "doc")
    __slots__ = __match_args__[2:]

    def __init__(
        self, start: int, end: int, name: Name, type: ParamType, default: Literal | None = None, doc: str | None = None
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.type = type
        self.default = default
        self.doc = doc


class Decl(Node):
    """A declaration. ``doc`` is the text of the ``///`` lines right above, joined by newlines, markers removed."""

    __slots__ = ()


class TypeDecl(Decl):
    """``type Name a b = …``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "parameters", "body", "doc", "attributes")
    __slots__ = __match_args__[2:]

    def __init__(
        self,
        start: int,
        end: int,
        name: Name,
        parameters: tuple[Name, ...],
        body: TypeExpr,
        doc: str | None = None,
        attributes: tuple[Attribute, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.parameters = parameters
        self.body = body
        self.doc = doc
        self.attributes = attributes


class FunDecl(Decl):
    """``fun name : A -> B where … with { … }``; ``parameters`` is None without ``with``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "type", "parameters", "doc", "attributes")
    __slots__ = __match_args__[2:]

    def __init__(
        self,
        start: int,
        end: int,
        name: Name,
        type: FunctionType,
        parameters: tuple[ParamDecl, ...] | None = None,
        doc: str | None = None,
        attributes: tuple[Attribute, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.type = type
        self.parameters = parameters
        self.doc = doc
        self.attributes = attributes


class DefDecl(Decl):
    """``def name : A -> B = e``; the annotation is optional."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "name", "annotation", "body", "doc", "attributes")
    __slots__ = __match_args__[2:]

    def __init__(
        self,
        start: int,
        end: int,
        name: Name,
        annotation: FunctionType | None,
        body: Expr,
        doc: str | None = None,
        attributes: tuple[Attribute, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.annotation = annotation
        self.body = body
        self.doc = doc
        self.attributes = attributes


class BrokenDecl(Decl):
    """A declaration that did not parse. Its name, where it was read, is known to exist, so that no use of it is
    reported as unknown. ``keyword`` is ``type``, ``fun``, ``def`` or ``import``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "keyword", "name")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, keyword: str, name: Name | None) -> None:
        self.start = start
        self.end = end
        self.keyword = keyword
        self.name = name


class Header(Node):
    """``module X:0.1.0``, with ``where`` or ``{`` tolerated (``early`` names which)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "reference", "early", "doc")
    __slots__ = __match_args__[2:]

    def __init__(
        self, start: int, end: int, reference: Reference, early: str | None = None, doc: str | None = None
    ) -> None:
        self.start = start
        self.end = end
        self.reference = reference
        self.early = early
        self.doc = doc


class Import(Node):
    """``import M as A``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("start", "end", "reference", "alias")
    __slots__ = __match_args__[2:]

    def __init__(self, start: int, end: int, reference: Reference, alias: Name | None = None) -> None:
        self.start = start
        self.end = end
        self.reference = reference
        self.alias = alias


class Module(Node):
    """One file. ``header`` is None for a script; ``main`` is a script's bare expression.

    ``early_separators`` are the places of tolerated early syntax (``;``, the braces), which the formatter removes.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "start",
        "end",
        "source",
        "header",
        "imports",
        "declarations",
        "main",
        "comments",
        "early_separators",
    )
    __slots__ = __match_args__[2:]

    def __init__(
        self,
        start: int,
        end: int,
        source: SourceFile,
        header: Header | None,
        imports: tuple[Import, ...],
        declarations: tuple[Decl, ...],
        main: Expr | None,
        comments: tuple[Comment, ...] = (),
        early_separators: tuple[Span, ...] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.source = source
        self.header = header
        self.imports = imports
        self.declarations = declarations
        self.main = main
        self.comments = comments
        self.early_separators = early_separators

    def span(self, at: Node) -> Span:
        """The place of one of this module's nodes."""
        return Span(self.source.path, at.start, at.end)
