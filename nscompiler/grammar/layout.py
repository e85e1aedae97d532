"""The canonical text of a module: the same tree comes out when that is parsed, but for early syntax.

``layout`` prints a tree; given the tokens that it was read from as well, it keeps their comments. The layout follows
from the tree, the comments and the empty lines alone: where lines ended before does not matter.
"""

from bisect import bisect_left

import attrs

from nscompiler.grammar.boxes import HARD, LINE, Box, Document, behind, group, nest, render
from nscompiler.grammar.layout_expressions import BRANCH, LOOSE, STAGE, ExpressionLayout
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.remarks import Remark, Remarks
from nscompiler.grammar.syntax import (
    Apply,
    Attribute,
    Both,
    BrokenDecl,
    Concat,
    Decl,
    DefDecl,
    Expr,
    Filter,
    FunDecl,
    Header,
    Import,
    Instantiate,
    Module,
    Node,
    ParamDecl,
    ParamType,
    ParamTypeEnum,
    ParamTypeList,
    ParamTypeName,
    Pipe,
    SumType,
    TypeDecl,
)

_WITH = len(" with {")
_EQUALS = len(" =")


def layout(module: Module, tokens: Tokens | None = None) -> str:
    """The text of a module or script; empty for an empty one.

    Without ``tokens`` doc comments are printed from the tree, and other comments are left out.
    """
    return _Layout(module, tokens).text_of_module()


@attrs.frozen(slots=True)
class _Block:
    """An item as text, and the comments above it. ``empty`` tells of an empty line right above it in the source."""

    node: Node
    above: tuple[Remark, ...]
    text: str
    empty: bool

    @property
    def is_large(self) -> bool:
        """Whether empty lines set it off from its neighbours."""
        return "\n" in self.text or (bool(self.above) and self.above[-1].is_doc and not self.above[-1].open)

    @property
    def has_gap(self) -> bool:
        """Whether there is an empty line between it and what stands before it."""
        return self.empty or any(each.blank for each in self.above)


class _Layout(ExpressionLayout):
    """One module."""

    def __init__(self, module: Module, tokens: Tokens | None) -> None:
        text = module.source.text if tokens is not None else ""
        super().__init__(text, None if tokens is None else Remarks(module, tokens))
        self._module = module
        self._places = [] if self.remarks is None else self.remarks.places()

    def text_of_module(self) -> str:
        """Everything, the comments at the end included."""
        module = self._module
        items: list[Node] = [] if module.header is None else [module.header]
        items += [*module.imports, *module.declarations]
        items += [] if module.main is None else [module.main]
        blocks = [self._plain_block(item) for item in items] if self.remarks is None else self._blocks(items)
        pieces: list[str] = []
        for number, block in enumerate(blocks):
            if number:
                pieces.append("\n\n" if self._is_apart(blocks[number - 1], block) else "\n")
            pieces += (_comments(block.above), block.text)
        return "".join(pieces).rstrip("\n") + "\n" if pieces else ""

    def _is_apart(self, before: _Block, block: _Block) -> bool:
        """Whether an empty line comes between an item and the comments of the next, or that itself."""
        first = block.above[0] if block.above else None
        if block.empty if first is None else first.blank:
            return True
        if isinstance(block.node, Module):
            return False
        if isinstance(block.node, Import) and isinstance(before.node, Import):
            return False
        if isinstance(block.node, Decl) and isinstance(before.node, Decl) and self.remarks is not None:
            return (before.is_large or block.is_large) and not block.has_gap
        return not block.has_gap

    # --- items and their tokens

    def _plain_block(self, item: Node) -> _Block:
        doc = getattr(item, "doc", None)
        above = (Remark("\n".join(f"/// {line}".rstrip() for line in doc.split("\n")), "own", 0),) if doc else ()
        return _Block(item, above, self._text(item), False)

    def _blocks(self, items: list[Node]) -> list[_Block]:
        remarks = self.remarks
        assert remarks is not None
        firsts = [_first_token(item, remarks) for item in items]
        end = len(remarks.texts) - 1
        blocks: list[_Block] = []
        reached = 0
        stops = [*firsts[1:], end, end]
        for item, first, stop in zip([*items, self._module], [*firsts, end], stops, strict=False):
            for index in range(reached, first):
                self.carried += self.dropped(index)
            found, self.carried = [*self.carried, *remarks.before.pop(first, ())], []
            above, rest = _split(found, 0 if item is self._module else len(found))
            empty = _is_empty_line(remarks, first) if not above else above[-1].open
            text = "" if item is self._module else self._text_of(item, first, stop, rest)
            reached = stop if item is not self._module else end
            if text or above:
                blocks.append(_Block(item, above, text, empty))
        return blocks

    def _text_of(self, item: Node, first: int, stop: int, rest: list[Remark]) -> str:
        """The text of an item whose tokens lie between two indexes."""
        remarks, places = self.remarks, self._places
        assert remarks is not None
        if rest:
            remarks.before[first] = rest
        next_place = bisect_left(places, first + 1)
        if not rest and first not in remarks.after and (next_place == len(places) or places[next_place] >= stop):
            return self._text(item)
        self.enter(first, stop)
        document = self._document(item)
        self.leave()
        return render(document)

    def _text(self, item: Node) -> str:
        return render(self._document(item))

    # --- items

    def _document(self, item: Node) -> Document:
        if isinstance(item, Header):
            return Box([self.token("module"), " ", self.at(item.reference.start, item.reference.text)])
        if isinstance(item, Import):
            return self._import(item)
        if isinstance(item, Expr):
            return self.expression(item)
        assert isinstance(item, Decl)
        return self._declaration(item)

    def _import(self, item: Import) -> Document:
        items = [self.token("import"), " ", self.at(item.reference.start, item.reference.text)]
        if item.alias is not None:
            items += (" ", self.token("as"), " ", self.at(item.alias.start, item.alias.text))
        return Box(items)

    def _declaration(self, item: Decl) -> Document:
        if isinstance(item, BrokenDecl):
            return self._module.source.text[item.start : item.end].strip()
        items: list[Document] = []
        for attribute in item.attributes:  # type: ignore[attr-defined]
            items += (self._attribute(attribute), HARD)
        if isinstance(item, TypeDecl):
            items.append(self._type(item))
        elif isinstance(item, FunDecl):
            items.append(self._fun(item))
        else:
            assert isinstance(item, DefDecl)
            items.append(self._def(item))
        if self._module.main is not None and item is self._module.declarations[-1] and not isinstance(item, DefDecl):
            items.append(";")  # without it the expression would be read as an argument of the type
        return Box(items)

    def _attribute(self, item: Attribute) -> Document:
        items = [self.at(item.start, "@"), self.at(item.name.start, item.name.text)]
        if item.argument is not None:
            bracket = self.opening("(")
            argument = self.literal(item.argument)
            above, closing = self.closing(bracket, ")")
            items += (bracket.document, argument, above, closing)
        return Box(items)

    def _type(self, item: TypeDecl) -> Document:
        items = [self.token("type"), " ", self.at(item.name.start, item.name.text)]
        for name in item.parameters:
            items += (" ", self.at(name.start, name.text))
        items += (" ", self.token("="))
        if isinstance(item.body, SumType):
            return self.sum(items, item.body)
        return Box([*items, behind(self.type(item.body))])

    def _def(self, item: DefDecl) -> Document:
        head: list[Document] = [self.token("def"), " ", self.at(item.name.start, item.name.text)]
        if item.annotation is not None:
            head += (" ", self.token(":"))
            parts = self.arrow(item.annotation)
            parts += [self.where(item.annotation.constraints)] if item.annotation.constraints else []
            head = self.function(head, item.annotation, parts, _EQUALS).documents
        head += (" ", self.token("="))
        body = item.body
        if isinstance(body, Pipe):
            return Box([*head, group(nest(LINE, self.expression(body.stages[0], STAGE), *self.stages(body)))])
        if isinstance(body, Both):
            first = nest(LINE, self.expression(body.branches[0], BRANCH), by=4)
            return Box([*head, group(first, *self.branches(body, 2))])
        if _starts_with_bracket(body):
            return Box([*head, group(nest(LINE, self.expression(body)))])
        return Box([*head, behind(self.expression(body))])

    def _fun(self, item: FunDecl) -> Document:
        head = [self.token("fun"), " ", self.at(item.name.start, item.name.text), " ", self.token(":")]
        parts = self.arrow(item.type)
        # The canonical order is `where`, `with`; the tokens come in the order of the text.
        early = self._with(item.parameters) if item.parameters is not None and self.is_next("with") else None
        if item.type.constraints:
            parts.append(self.where(item.type.constraints))
        if item.parameters is None:
            return Box(self.function(head, item.type, parts, 0).documents)
        documents, between = self.function(head, item.type, parts, _WITH)
        with_ = self._with(item.parameters) if early is None else early
        return Box([*documents, nest(between, with_) if between is HARD else Box([between, with_])])

    # --- parameters

    def _with(self, parameters: tuple[ParamDecl, ...]) -> Document:
        keyword, bracket = self.token("with"), self.opening("{")
        items: list[Document] = []
        for number, each in enumerate(parameters):
            items += (",", *self.gap(parameters[number - 1], each)) if number else ()
            items += (*self.doc(each.doc), self._parameter(each))
        return Box([keyword, " ", self.braces(bracket, items, self.closing(bracket, "}"))])

    def _parameter(self, item: ParamDecl) -> Document:
        name = self.at(item.name.start, item.name.text)
        items = [name, " ", self.token(":"), behind(self._parameter_type(item.type))]
        if item.default is not None:
            items += (" ", self.token("="), behind(self.literal(item.default)))
        return Box(items)

    def _parameter_type(self, type: ParamType) -> Document:
        if isinstance(type, ParamTypeName):
            return self.at(type.start, type.name.text)
        if isinstance(type, ParamTypeList):
            bracket = self.opening("[")
            inner = self._parameter_type(type.item)
            comments, closing = self.closing(bracket, "]")
            return Box([bracket.document, inner, comments, closing])
        assert isinstance(type, ParamTypeEnum)
        items: list[Document] = [self.literal(type.values[0])]
        for value in type.values[1:]:
            above, bar = self.separator("|")
            items.append(nest(LINE, *above, bar, " ", self.literal(value)))
        return group(*items)


def _starts_with_bracket(expr: Expr) -> bool:
    while isinstance(expr, (Apply, Concat, Filter)):
        expr = expr.function
    return isinstance(expr, (Pipe, Both))


def _first_token(item: Node, remarks: Remarks) -> int:
    """The index of the first token that the layout prints of an item."""
    first, level, start = bisect_left(remarks.starts, item.start), LOOSE, item
    while isinstance(start, (Pipe, Both, Apply, Concat, Filter, Instantiate)):
        if (isinstance(start, Pipe) and level == STAGE) or (isinstance(start, Both) and level > LOOSE):
            return remarks.texts.index("(", first)
        if isinstance(start, Pipe):
            start, level = start.stages[0], STAGE
        elif isinstance(start, Both):
            start, level = start.branches[0], BRANCH
        else:
            start, level = start.function, STAGE
    return bisect_left(remarks.starts, start.start)


def _split(remarks: list[Remark], most: int) -> tuple[tuple[Remark, ...], list[Remark]]:
    """The comments that stand above an item, and those, so many at most, that stand on its first line."""
    count = len(remarks)
    while len(remarks) - count < most and remarks[count - 1].kind == "inline":
        count -= 1
    return tuple(attrs.evolve(each, kind="own") for each in remarks[:count]), remarks[count:]


def _is_empty_line(remarks: Remarks, index: int) -> bool:
    """Whether an empty line stands right before a token without comments."""
    return index > 0 and remarks.text.count("\n", remarks.ends[index - 1], remarks.starts[index]) > 1


def _comments(remarks: tuple[Remark, ...]) -> str:
    """Comments above an item, each line ended."""
    if not remarks:
        return ""
    below = "\n\n" if remarks[-1].open else "\n"
    return render(Box(ExpressionLayout.leading(remarks))) + below
