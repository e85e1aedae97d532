"""The syntax tree: what the author wrote, with a place on every node and no types in it.

Nodes are made by the hundred thousand, so they are plain slotted classes compared by identity; nothing assigns to
one after it was built. Facts about a node lie beside the tree, in dictionaries keyed by the node.
``start`` and ``end`` are code point offsets into ``Module.source``; ``end`` is exclusive.
"""

import attrs

from nscompiler.source import SourceFile, Span


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Node:
    """Anything with a place in the file."""

    start: int
    end: int


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Name(Node):
    """An identifier; ``quoted`` for a field written ``"User-Id"`` (``text`` is the name without quotes)."""

    text: str
    quoted: bool = False


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Comment(Node):
    """A comment as written, ``//`` or ``/* */`` included. ``own_line`` if nothing but white space stands before it."""

    text: str
    own_line: bool


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Reference(Node):
    """A module reference as written after ``module`` or ``import``; ``modules.reference`` parses it."""

    text: str


# --- types


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TypeExpr(Node):
    """A written type."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TypeName(TypeExpr):
    """``Text``, ``A.Event``, ``Pair a b``, ``Vector 3 Double``, ``Map T``: a name applied to zero or more arguments."""

    qualifier: Name | None
    name: Name
    args: tuple[TypeExpr, ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class SizeLiteral(TypeExpr):
    """The number in ``Vector 3 a``."""

    value: int


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TypeVariable(TypeExpr):
    """``a``."""

    name: Name


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Hole(TypeExpr):
    """``_`` among type arguments: left to inference."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class UnitType(TypeExpr):
    """``()``."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TupleType(TypeExpr):
    """``(A, B, …)``, two parts or more."""

    items: tuple[TypeExpr, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ListType(TypeExpr):
    """``[T]``."""

    item: TypeExpr


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class OptionalType(TypeExpr):
    """``optional T`` or ``T optional``."""

    item: TypeExpr


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class FieldDecl(Node):
    """One field of a record type."""

    name: Name
    type: TypeExpr
    doc: str | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class RowTail(Node):
    """What follows the ``|`` of an open record: a variable, or ``..`` (``name`` is None)."""

    name: Name | None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class RecordType(TypeExpr):
    """``{ x : A }``, ``{ x : A | r }``, ``{ x : A | .. }``, ``{ | r }``."""

    fields: tuple[FieldDecl, ...]
    tail: RowTail | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Constructor(Node):
    """One alternative of a sum."""

    name: Name
    payload: TypeExpr | None
    doc: str | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class SumType(TypeExpr):
    """``A T | B U``: only as the right side of a ``type``."""

    constructors: tuple[Constructor, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Constraint(Node):
    """``a is CsvRow``."""

    type: TypeExpr
    name: Name


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class FunctionType(Node):
    """``A -> B where a is CsvRow``."""

    input: TypeExpr
    output: TypeExpr
    constraints: tuple[Constraint, ...] = ()


# --- literals


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Literal(Node):
    """A literal. ``kind`` and the Python value it has:

    ``integer`` int, ``double`` float, ``text`` str, ``boolean`` bool, ``list`` tuple of Literal,
    ``environment`` str (the name after ``$``). ``raw`` is the text as written.
    """

    kind: str
    value: "int | float | str | bool | tuple[Literal, ...]"
    raw: str


# --- expressions


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Expr(Node):
    """A written expression."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Use(Expr):
    """A function by name: ``f``, ``A.f``."""

    qualifier: Name | None
    name: Name


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Instantiate(Expr):
    """``f<T, _>``."""

    function: Use
    types: tuple[TypeExpr, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Binding(Node):
    """``p = literal``."""

    name: Name
    value: Literal


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Apply(Expr):
    """``e { p = v, … }``."""

    function: Expr
    bindings: tuple[Binding, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Concat(Expr):
    """``f*`` or ``concat f`` (``prefix``)."""

    function: Expr
    prefix: bool


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Filter(Expr):
    """``f?`` or ``filter f`` (``prefix``)."""

    function: Expr
    prefix: bool


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class LiteralSource(Expr):
    """A literal standing where a source does."""

    value: Literal


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Pipe(Expr):
    """``f | g | …``, two stages or more. ``(a | b) | c`` keeps its inner Pipe; start and end include no brackets
    of its own but those of its stages."""

    stages: tuple[Expr, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Both(Expr):
    """``f & g & …``, two branches or more."""

    branches: tuple[Expr, ...]


# --- declarations


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Attribute(Node):
    """``@deprecated("use classify")``; ``argument`` is None without brackets."""

    name: Name
    argument: Literal | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParamType(Node):
    """The type of a parameter."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParamTypeName(ParamType):
    """``Text``, ``Integer``, ``Double``, ``Boolean``, ``Duration``; anything else is refused by the checker."""

    name: Name


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParamTypeList(ParamType):
    """``[Text]``."""

    item: ParamType


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParamTypeEnum(ParamType):
    """``"a" | "b"``; the values are text literals."""

    values: tuple[Literal, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParamDecl(Node):
    """``n : Integer = 10``; without a default it is required."""

    name: Name
    type: ParamType
    default: Literal | None = None
    doc: str | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Decl(Node):
    """A declaration. ``doc`` is the text of the ``///`` lines right above, joined by newlines, markers removed."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TypeDecl(Decl):
    """``type Name a b = …``."""

    name: Name
    parameters: tuple[Name, ...]
    body: TypeExpr
    doc: str | None = None
    attributes: tuple[Attribute, ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class FunDecl(Decl):
    """``fun name : A -> B where … with { … }``; ``parameters`` is None without ``with``."""

    name: Name
    type: FunctionType
    parameters: tuple[ParamDecl, ...] | None = None
    doc: str | None = None
    attributes: tuple[Attribute, ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class DefDecl(Decl):
    """``def name : A -> B = e``; the annotation is optional."""

    name: Name
    annotation: FunctionType | None
    body: Expr
    doc: str | None = None
    attributes: tuple[Attribute, ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class BrokenDecl(Decl):
    """A declaration that did not parse. Its name, where it was read, is known to exist, so that no use of it is
    reported as unknown. ``keyword`` is ``type``, ``fun``, ``def`` or ``import``."""

    keyword: str
    name: Name | None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Header(Node):
    """``module X:0.1.0``, with ``where`` or ``{`` tolerated (``early`` names which)."""

    reference: Reference
    early: str | None = None
    doc: str | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Import(Node):
    """``import M as A``."""

    reference: Reference
    alias: Name | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Module(Node):
    """One file. ``header`` is None for a script; ``main`` is a script's bare expression.

    ``early_separators`` are the places of tolerated early syntax (``;``, the braces), which the formatter removes.
    """

    source: SourceFile
    header: Header | None
    imports: tuple[Import, ...]
    declarations: tuple[Decl, ...]
    main: Expr | None
    comments: tuple[Comment, ...] = ()
    early_separators: tuple[Span, ...] = ()

    def span(self, at: Node) -> Span:
        """The place of one of this module's nodes."""
        return Span(self.source.path, at.start, at.end)
