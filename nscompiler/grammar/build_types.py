"""From reductions to nodes: types. A token arrives as its index, a node as itself, a list as a list."""

from nscompiler.grammar.place import Places
from nscompiler.grammar.syntax import (
    Constraint,
    FieldDecl,
    FunctionType,
    Hole,
    ListType,
    Name,
    OptionalType,
    RecordType,
    RowTail,
    SizeLiteral,
    TupleType,
    TypeExpr,
    TypeName,
    TypeVariable,
    UnitType,
)
from nscompiler.grammar.text import integer_value, plain_text

#: Larger than any size that could be meant; the checker refuses it.
_HUGE = 2**63


class TypeActions(Places):
    """The rules whose left side is a type or a part of one."""

    __slots__ = ()

    def type_name(self, name: int) -> TypeExpr:
        """``Text``."""
        node = Name(self.starts[name], self.ends[name], self.texts[name])
        return TypeName(node.start, node.end, None, node)

    def type_name_qualified(self, qualifier: int, dot: int, name: int) -> TypeExpr:
        """``A.Event``."""
        return TypeName(self.starts[qualifier], self.ends[name], self.name(qualifier), self.name(name))

    def type_applied(self, name: int, arguments: list[TypeExpr]) -> TypeExpr:
        """``Vector 3 Double``."""
        node = self.name(name)
        return TypeName(node.start, self.end(arguments[-1]), None, node, tuple(arguments))

    def type_applied_qualified(self, qualifier: int, dot: int, name: int, arguments: list[TypeExpr]) -> TypeExpr:
        """``A.Pair a b``."""
        end = self.end(arguments[-1])
        return TypeName(self.starts[qualifier], end, self.name(qualifier), self.name(name), tuple(arguments))

    def size(self, number: int) -> TypeExpr:
        """``3`` among a type's arguments."""
        value = integer_value(self.texts[number])
        return SizeLiteral(self.starts[number], self.ends[number], _HUGE if value is None else value)

    def type_variable(self, name: int) -> TypeExpr:
        """``a``."""
        node = self.name(name)
        return TypeVariable(node.start, node.end, node)

    def hole(self, underscore: int) -> TypeExpr:
        """``_``."""
        return Hole(self.starts[underscore], self.ends[underscore])

    def type_unit(self, opening: int, closing: int) -> TypeExpr:
        """``()``."""
        return UnitType(self.starts[opening], self.ends[closing])

    def type_tuple(self, opening: int, items: list[TypeExpr], *rest: int) -> TypeExpr:
        """``(A, B)``."""
        return TupleType(self.starts[opening], self.ends[rest[-1]], tuple(items))

    def type_list(self, opening: int, item: TypeExpr, closing: int) -> TypeExpr:
        """``[A]``."""
        return ListType(self.starts[opening], self.ends[closing], item)

    def optional_before(self, keyword: int, item: TypeExpr) -> TypeExpr:
        """``optional A``."""
        return OptionalType(self.starts[keyword], self.end(item), item)

    def optional_after(self, item: TypeExpr, keyword: int) -> TypeExpr:
        """``A optional``."""
        return OptionalType(self.start(item), self.ends[keyword], item)

    def record_none(self, opening: int, closing: int) -> TypeExpr:
        """``{}``."""
        return RecordType(self.starts[opening], self.ends[closing], ())

    def record(self, opening: int, fields: list[FieldDecl], *rest: int) -> TypeExpr:
        """``{ x : A }``."""
        return RecordType(self.starts[opening], self.ends[rest[-1]], tuple(fields))

    def record_any(self, opening: int, bar: int, tail: RowTail, closing: int) -> TypeExpr:
        """``{ | r }``."""
        return RecordType(self.starts[opening], self.ends[closing], (), tail)

    def record_open(self, opening: int, fields: list[FieldDecl], bar: int, tail: RowTail, closing: int) -> TypeExpr:
        """``{ x : A | r }``."""
        return RecordType(self.starts[opening], self.ends[closing], tuple(fields), tail)

    def record_open_comma(
        self, opening: int, fields: list[FieldDecl], comma: int, bar: int, tail: RowTail, closing: int
    ) -> TypeExpr:
        """``{ x : A, | r }``."""
        return RecordType(self.starts[opening], self.ends[closing], tuple(fields), tail)

    def field(self, name: int, colon: int, type: TypeExpr) -> FieldDecl:
        """``x : A``."""
        label = self.name(name)
        return FieldDecl(label.start, self.end(type), label, type, self.docs.get(label.start))

    def field_quoted(self, text: int, colon: int, type: TypeExpr) -> FieldDecl:
        """``"User-Id" : A``."""
        value, bad = plain_text(self.texts[text])
        self.bad_escapes(text, bad)
        label = Name(self.starts[text], self.ends[text], value, True)
        return FieldDecl(label.start, self.end(type), label, type, self.docs.get(label.start))

    def tail(self, name: int) -> RowTail:
        """``r`` after the bar of a record."""
        label = self.name(name)
        return RowTail(label.start, label.end, label)

    def tail_anonymous(self, dots: int) -> RowTail:
        """``..`` after the bar of a record."""
        return RowTail(self.starts[dots], self.ends[dots], None)

    def function(self, input: TypeExpr, arrow: int, output: TypeExpr) -> FunctionType:
        """``A -> B``."""
        return FunctionType(self.start(input), self.end(output), input, output)

    def constraint(self, type: TypeExpr, keyword: int, name: int) -> Constraint:
        """``a is CsvRow``."""
        return Constraint(self.start(type), self.ends[name], type, self.name(name))

    def where(self, keyword: int, constraints: list[Constraint], comma: int = -1) -> list[Constraint]:
        """``where a is CsvRow, …``."""
        return constraints

    def constrained(self, function: FunctionType, constraints: list[Constraint]) -> FunctionType:
        """A function's type with what stands after ``where``; it ends where they end."""
        end = constraints[-1].end
        return FunctionType(function.start, end, function.input, function.output, tuple(constraints))
