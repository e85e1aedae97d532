"""Written types as terms: names looked up, `type`s expanded (TYP, ROW)."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from reference.terms import VOID, Misfit, Term, nests_optionals, put_in, record

from nscompiler.grammar import syntax

if TYPE_CHECKING:
    from reference.checker import File

SCALARS = frozenset(
    ("Integer", "Double", "Boolean", "Text", "Byte", "Json", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")
)
_anonymous = count()


class Unknown(Exception):
    """Something that a type names is not there, or is wrong itself."""


class Reader:
    """Reads the types of one declaration. ``kinds`` are its variables; ``rigid`` ones stand for themselves."""

    def __init__(self, file: File, kinds: dict[str, str] | None = None, rigid: bool = False) -> None:
        self.file = file
        self.closed = kinds is not None
        self.kinds = kinds or {}
        self.head = "rigid" if rigid else "var"
        self.order: list[Term] = []

    def variable(self, name: str, kind: str) -> Term:
        """A named variable; a name is of one kind."""
        if self.closed and name not in self.kinds:
            raise Unknown(name)
        if self.kinds.setdefault(name, kind) != kind:
            raise Unknown(f"{name} is a {kind}")
        term = (self.head, kind, name)
        if term not in self.order:
            self.order.append(term)
        return term

    def read(self, expr: syntax.TypeExpr, kind: str = "type") -> Term:
        """A written type as a term."""
        match expr:
            case syntax.TypeVariable():
                return self.variable(expr.name.text, kind)
            case syntax.SizeLiteral():
                return ("size", expr.value)
            case syntax.UnitType():
                return ("()",)
            case syntax.TupleType():
                return ("tuple", *map(self.read, expr.items))
            case syntax.ListType():
                return ("list", self.read(expr.item))
            case syntax.OptionalType():
                return ("optional", self.read(expr.item))
            case syntax.RecordType():
                return self._record(expr)
            case syntax.SumType():
                return ("sum", tuple(sorted(
                    (one.name.text, None if one.payload is None else self.read(one.payload))
                    for one in expr.constructors
                )))  # fmt: skip
            case syntax.TypeName():
                return self._named(expr)
        raise Unknown(type(expr).__name__)

    def _record(self, expr: syntax.RecordType) -> Term:
        fields = {one.name.text: self.read(one.type) for one in expr.fields}
        if len(fields) < len(expr.fields):
            raise Unknown("a field twice")
        if expr.tail is None:
            return record(fields)
        if expr.tail.name is not None:
            return record(fields, self.variable(expr.tail.name.text, "row"))
        return record(fields, (self.head, "row", f"..{next(_anonymous)}"))

    def _named(self, expr: syntax.TypeName) -> Term:
        name = expr.name.text
        if expr.qualifier is None:
            if name == "Void":
                return VOID
            if name in SCALARS and not expr.args:
                return (name,)
            if name == "Map" and len(expr.args) == 1:
                return ("map", self.read(expr.args[0]))
            if name == "Vector" and len(expr.args) == 2:
                return ("vector", self.read(expr.args[0], "size"), self.read(expr.args[1]))
            if name == "Matrix" and len(expr.args) == 3:
                sizes = [self.read(one, "size") for one in expr.args[:2]]
                return ("vector", sizes[0], ("vector", sizes[1], self.read(expr.args[2])))
        file = self.file.at(expr.qualifier)
        return file.expand(name, [(self, one) for one in expr.args])


def expand(file: File, decl: syntax.TypeDecl, given: list[tuple[Reader, syntax.TypeExpr]]) -> Term:
    """A use of a `type`."""
    kinds = file.kinds(decl)
    if len(given) != len(decl.parameters):
        raise Unknown("how many arguments")
    body = Reader(file, kinds).read(decl.body)
    found: dict[Term, Term] = {}
    for parameter, (reader, argument) in zip(decl.parameters, given, strict=True):
        kind = kinds[parameter.text]
        found["var", kind, parameter.text] = reader.read(argument, kind)
    try:
        term = put_in(found, body)
    except Misfit as error:
        raise Unknown(str(error)) from error
    if nests_optionals(term):
        raise Unknown("an optional of an optional")
    return term


def parameter_kinds(file: File, decl: syntax.TypeDecl) -> dict[str, str]:
    """The kinds of a `type`'s parameters, as their uses in it say (TYP-22)."""
    reader = Reader(file)
    reader.read(decl.body)
    return {one.text: reader.kinds.get(one.text, "type") for one in decl.parameters}
