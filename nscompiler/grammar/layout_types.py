"""Types as documents: brackets where they are needed, ``optional`` in front, quotes around odd names alone."""

import re
from typing import NamedTuple

from nscompiler.grammar.boxes import (
    HARD,
    LINE,
    SOFT,
    WIDTH,
    Box,
    Document,
    behind,
    group,
    joined,
    measure,
    nest,
    starts_with_comment,
)
from nscompiler.grammar.layout_cursor import Cursor
from nscompiler.grammar.syntax import (
    Constraint,
    Constructor,
    FunctionType,
    Hole,
    ListType,
    Name,
    OptionalType,
    RecordType,
    SizeLiteral,
    SumType,
    TupleType,
    TypeExpr,
    TypeName,
    TypeVariable,
    UnitType,
)
from nscompiler.grammar.text import quote

# What NAME of the grammar takes, keywords included.
_PLAIN_NAME = re.compile(r"[^\W\dA-ZÀ-ÖØ-ÞΑ-ΡΣ-ΫЀ-Я][\w']*+")
# The word in front of its type, and not a type variable that begins like it.
_PREFIX = re.compile(r"optional(?![\w'])")
#: Applied types that a constructor takes without brackets, and how many arguments they have.
_BARE_PAYLOADS = {"Vector": 2, "Matrix": 3}


class Signature(NamedTuple):
    """A function's head and type as documents, and what comes between them and a further clause."""

    documents: list[Document]
    between: Document


class TypeLayout(Cursor):
    """Types, and what is made of them."""

    def type(self, type: TypeExpr, atom: bool = False) -> Document:
        """A type; in brackets where only one without spaces can stand (``atom``) and this has some."""
        if atom and (isinstance(type, OptionalType) or (isinstance(type, TypeName) and type.args)):
            bracket = self.opening("(")
            inner = self.type(type)
            above, closing = self.closing(bracket, ")")
            return Box([bracket.document, inner, above, closing])
        if isinstance(type, TypeName):
            return self._type_name(type)
        if isinstance(type, OptionalType):
            return self._optional(type)
        if isinstance(type, RecordType):
            return self._record(type)
        if isinstance(type, (TupleType, ListType, UnitType)):
            return self._bracketed(type)
        if isinstance(type, TypeVariable):
            return self.at(type.start, type.name.text)
        if isinstance(type, Hole):
            return self.at(type.start, "_")
        assert isinstance(type, SizeLiteral), f"no way to print {type!r}"
        return self.at(type.start, self.text[type.start : type.end] or str(type.value))

    def _type_name(self, type: TypeName) -> Document:
        head = self.qualified(type.qualifier, type.name.text, type.name)
        if not type.args:
            return head
        arguments: list[Document] = []
        for argument in type.args:
            arguments += (LINE, self.type(argument, True))
        return group(head, nest(*arguments))

    def qualified(self, qualifier: Name | None, shown: str, name: Name, of: str = "") -> Document:
        """A name, with the one before its dot; each is shown as a text that may differ from it."""
        if qualifier is None:
            return self.at(name.start, shown)
        return Box([self.at(qualifier.start, of or qualifier.text), self.token("."), self.at(name.start, shown)])

    def _optional(self, type: OptionalType) -> Document:
        if self.active and not _PREFIX.match(self.text, type.start):
            keyword_behind = self.postfix(type.end)
            item = self.type(type.item)  # `T optional`: comments keep to the words they stood by
            self.skip(keyword_behind + 1)
            return Box(["optional ", item])
        keyword = self.at(type.start, "optional")
        return Box([keyword, " ", self.type(type.item)])

    def _bracketed(self, type: TupleType | ListType | UnitType) -> Document:
        """``(A, B)``, ``[A]`` and ``()``."""
        opening, closing = ("[", "]") if isinstance(type, ListType) else ("(", ")")
        bracket = self.opening(opening)
        if isinstance(type, TupleType):
            items: list[Document] = []
            for number, item in enumerate(type.items):
                items += (",", LINE) if number else ()
                items.append(self.type(item))
            above, closed = self.closing(bracket, closing)
            return group(bracket.document, nest(SOFT, *items, above), SOFT, closed)
        inner: Document = self.type(type.item) if isinstance(type, ListType) else ""
        above, closed = self.closing(bracket, closing)
        return Box([bracket.document, inner, above, closed])

    def _record(self, type: RecordType) -> Document:
        bracket = self.opening("{")
        items: list[Document] = []
        for number, field in enumerate(type.fields):
            items += (",", *self.gap(type.fields[number - 1], field)) if number else ()
            label = self.at(field.name.start, self.label(field.name))
            items += (*self.doc(field.doc), label, " ", self.token(":"), behind(self.type(field.type)))
        if type.tail is not None:
            name = type.tail.name.text if type.tail.name else ".."
            items += (LINE,) if items else ()
            items += (self.token("|"), " ", self.at(type.tail.start, name))
        return self.braces(bracket, items, self.closing(bracket, "}"))

    def label(self, name: Name) -> str:
        """The name of a field, in quotes if it needs them."""
        return name.text if not name.quoted or _PLAIN_NAME.fullmatch(name.text) else quote(name.text)

    # --- sums

    def sum(self, head: list[Document], type: SumType) -> Document:
        """``type T = A | B U``, or a constructor a line."""
        items = head
        for number, each in enumerate(type.constructors):
            if not number:
                items.append(nest(LINE, *self.doc(each.doc), self._constructor(each), by=4))
                continue
            above, bar = self.separator("|")
            above = [*above, *self.doc(each.doc)]
            # What stands above the bar is about the constructor, and stands in its column.
            between = (LINE, nest(*above), LINE) if above else (LINE,)
            items.append(nest(*between, bar, " ", nest(self._constructor(each))))
        return group(*items)

    def _constructor(self, item: Constructor) -> Document:
        name = self.at(item.name.start, item.name.text)
        if item.payload is None:
            return name
        payload = item.payload
        bare = isinstance(payload, TypeName) and payload.qualifier is None
        if bare and _BARE_PAYLOADS.get(payload.name.text) == len(payload.args):  # type: ignore[attr-defined]
            return Box([name, " ", self.type(payload)])
        return Box([name, " ", self.type(payload, True)])

    # --- functions

    def arrow(self, type: FunctionType) -> list[Document]:
        """``A`` and ``-> B``."""
        input = self.type(type.input)
        return [input, Box([self.token("->"), " ", self.type(type.output)])]

    def function(self, head: list[Document], type: FunctionType, parts: list[Document], room: int) -> Signature:
        """A head such as ``fun f :`` and the parts of its type, when ``room`` columns are needed behind them.

        On one line where they fit; else records are opened; where there are none, each part has a line of its own.
        """
        line = [*head, " ", *joined(parts, " ")]
        opened = _has_fields(type.input) or _has_fields(type.output)
        if measure(line) + room <= WIDTH or (opened and not starts_with_comment(parts[0])):
            return Signature(line, " ")
        return Signature([*head, nest(HARD, *joined(parts, HARD))], HARD)

    def where(self, constraints: tuple[Constraint, ...]) -> Document:
        """``where a is CsvRow, b is SqlRow``."""
        items: list[Document] = [self.token("where")]
        for number, each in enumerate(constraints):
            items += (",", LINE) if number else (" ",)
            items += (self.type(each.type), " ", self.token("is"), " ", self.at(each.name.start, each.name.text))
        return group(nest(*items))


def _has_fields(type: TypeExpr) -> bool:
    """Whether a type opens into lines by itself."""
    return isinstance(type, RecordType) and bool(type.fields)
