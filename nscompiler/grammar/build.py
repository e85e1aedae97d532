"""From reductions to nodes: items and declarations. Each method is named after an alias in nml.lark.

A token arrives as its index, a node as itself, a list as a list (which only its owner still changes).
"""

from typing import NamedTuple

from nscompiler.grammar.mistakes import MistakeActions
from nscompiler.grammar.sums import sum_type
from nscompiler.grammar.syntax import (
    Attribute,
    BrokenDecl,
    Constraint,
    Decl,
    DefDecl,
    Expr,
    FunctionType,
    FunDecl,
    Header,
    Import,
    Literal,
    Name,
    ParamDecl,
    ParamType,
    ParamTypeEnum,
    ParamTypeList,
    ParamTypeName,
    Reference,
    TypeDecl,
    TypeExpr,
)


class Separator(NamedTuple):
    """A ``;`` between items: its offsets."""

    start: int
    end: int


class Braces(NamedTuple):
    """``module X { … }``: the header, the brackets' offsets and what stands between them."""

    header: Header
    opening: int
    items: "list[Item]"
    closing: int
    end: int

    @property
    def start(self) -> int:
        """Where it starts: at its header."""
        return self.header.start


Item = Header | Import | Decl | Expr | Separator | Braces


class Builder(MistakeActions):
    """Makes the nodes of one file."""

    __slots__ = ()

    def items_none(self) -> list[Item]:
        """No item yet."""
        return []

    def items_more(self, items: list[Item], item: Item) -> list[Item]:
        """One item more."""
        items.append(item)
        return items

    def items_separator(self, items: list[Item], semicolon: int) -> list[Item]:
        """``;``."""
        items.append(Separator(self.starts[semicolon], self.ends[semicolon]))
        return items

    def start_symbol(self, items: list[Item]) -> list[Item]:
        """The whole file."""
        return items

    def reference(self, token: int) -> Reference:
        """A module reference as written."""
        return Reference(self.starts[token], self.ends[token], self.texts[token])

    def header(self, keyword: int, reference: int) -> Header:
        """``module X:0.1.0``."""
        start = self.starts[keyword]
        return Header(start, self.ends[reference], self.reference(reference), None, self.docs.get(start))

    def header_where(self, keyword: int, reference: int, where: int) -> Header:
        """``module X:0.1.0 where``."""
        start = self.starts[keyword]
        return Header(start, self.ends[where], self.reference(reference), "where", self.docs.get(start))

    def header_braces(self, keyword: int, reference: int, opening: int, items: list[Item], closing: int) -> Braces:
        """``module X:0.1.0 { … }``."""
        start = self.starts[keyword]
        header = Header(start, self.ends[reference], self.reference(reference), "{", self.docs.get(start))
        return Braces(header, self.starts[opening], items, self.starts[closing], self.ends[closing])

    def import_plain(self, keyword: int, reference: int) -> Import:
        """``import M``."""
        return Import(self.starts[keyword], self.ends[reference], self.reference(reference))

    def import_as(self, keyword: int, reference: int, as_: int, alias: int) -> Import:
        """``import M as A``."""
        return Import(self.starts[keyword], self.ends[alias], self.reference(reference), self.name(alias))

    # --- declarations

    def attribute(self, at: int, name: int) -> Attribute:
        """``@stateless``."""
        return Attribute(self.starts[at], self.ends[name], self.name(name))

    def attribute_argument(self, at: int, name: int, opening: int, argument: Literal, closing: int) -> Attribute:
        """``@deprecated("…")``."""
        return Attribute(self.starts[at], self.ends[closing], self.name(name), argument)

    def _opening(self, attributes: list[Attribute], keyword: int) -> tuple[int, str | None]:
        """Where a declaration starts, and its doc comment: above its attributes or below them."""
        start = attributes[0].start if attributes else self.starts[keyword]
        if not self.docs:
            return start, None
        return start, self.docs.get(start) or self.docs.get(self.starts[keyword])

    def parameters_grow(self, parameters: list[Name], name: int) -> list[Name]:
        """One type parameter more."""
        parameters.append(self.name(name))
        return parameters

    def type_alias(
        self, attributes: list[Attribute], keyword: int, name: int, parameters: list[Name], equal: int, type: TypeExpr
    ) -> Decl:
        """``type Pair a b = (a, b)``."""
        start, doc = self._opening(attributes, keyword)
        return TypeDecl(start, self.end(type), self.name(name), tuple(parameters), type, doc, tuple(attributes))

    def type_sum(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        parameters: list[Name],
        equal: int,
        alternatives: list[TypeExpr],
    ) -> Decl:
        """``type Event = A T | B U``."""
        start, doc = self._opening(attributes, keyword)
        body = sum_type(self, alternatives)
        if body is None:
            return BrokenDecl(start, self.end(alternatives[-1]), "type", self.name(name))
        return TypeDecl(start, body.end, self.name(name), tuple(parameters), body, doc, tuple(attributes))

    def _fun(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        type: FunctionType,
        with_: tuple[list[ParamDecl], int] | None = None,
    ) -> Decl:
        start, doc = self._opening(attributes, keyword)
        parameters, end = (None, type.end) if with_ is None else (tuple(with_[0]), max(with_[1], type.end))
        return FunDecl(start, end, self.name(name), type, parameters, doc, tuple(attributes))

    def fun_plain(self, attributes: list[Attribute], keyword: int, name: int, colon: int, type: FunctionType) -> Decl:
        """``fun f : A -> B``."""
        return self._fun(attributes, keyword, name, type)

    def fun_where(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        where: list[Constraint],
    ) -> Decl:
        """``fun f : A -> B where …``."""
        return self._fun(attributes, keyword, name, self.constrained(type, where))

    def fun_with(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        with_: tuple[list[ParamDecl], int],
    ) -> Decl:
        """``fun f : A -> B with { … }``."""
        return self._fun(attributes, keyword, name, type, with_)

    def fun_where_with(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        where: list[Constraint],
        with_: tuple[list[ParamDecl], int],
    ) -> Decl:
        """``fun f : A -> B where … with { … }``."""
        return self._fun(attributes, keyword, name, self.constrained(type, where), with_)

    def fun_with_where(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        with_: tuple[list[ParamDecl], int],
        where: list[Constraint],
    ) -> Decl:
        """``fun f : A -> B with { … } where …``."""
        return self._fun(attributes, keyword, name, self.constrained(type, where), with_)

    def def_plain(self, attributes: list[Attribute], keyword: int, name: int, equal: int, body: Expr) -> Decl:
        """``def w = e``."""
        start, doc = self._opening(attributes, keyword)
        return DefDecl(start, self.end(body), self.name(name), None, body, doc, tuple(attributes))

    def def_annotated(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        equal: int,
        body: Expr,
    ) -> Decl:
        """``def w : A -> B = e``."""
        start, doc = self._opening(attributes, keyword)
        return DefDecl(start, self.end(body), self.name(name), type, body, doc, tuple(attributes))

    def def_where(
        self,
        attributes: list[Attribute],
        keyword: int,
        name: int,
        colon: int,
        type: FunctionType,
        where: list[Constraint],
        equal: int,
        body: Expr,
    ) -> Decl:
        """``def w : A -> B where … = e``."""
        return self.def_annotated(attributes, keyword, name, colon, self.constrained(type, where), equal, body)

    # --- parameters

    def with_none(self, keyword: int, opening: int, closing: int) -> tuple[list[ParamDecl], int]:
        """``with {}``."""
        return [], self.ends[closing]

    def with_some(
        self, keyword: int, opening: int, parameters: list[ParamDecl], *rest: int
    ) -> tuple[list[ParamDecl], int]:
        """``with { n : Integer = 10 }``: the parameters and where the braces end."""
        return parameters, self.ends[rest[-1]]

    def param_required(self, name: int, colon: int, type: ParamType) -> ParamDecl:
        """``n : Integer``."""
        start = self.starts[name]
        return ParamDecl(start, type.end, self.name(name), type, None, self.docs.get(start))

    def param_default(self, name: int, colon: int, type: ParamType, equal: int, default: Literal) -> ParamDecl:
        """``n : Integer = 10``."""
        start = self.starts[name]
        return ParamDecl(start, default.end, self.name(name), type, default, self.docs.get(start))

    def param_name(self, name: int) -> ParamType:
        """``Integer`` as a parameter's type."""
        return ParamTypeName(self.starts[name], self.ends[name], self.name(name))

    def param_list(self, opening: int, item: ParamType, closing: int) -> ParamType:
        """``[Integer]`` as a parameter's type."""
        return ParamTypeList(self.starts[opening], self.ends[closing], item)

    def param_enum(self, values: list[Literal]) -> ParamType:
        """``"a" | "b"``."""
        return ParamTypeEnum(values[0].start, values[-1].end, tuple(values))


__all__ = ["Braces", "Builder", "Item", "Separator"]
