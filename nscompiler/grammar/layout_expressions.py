"""Expressions as documents: a pipe on one line where it fits, else a stage a line."""

from nscompiler.grammar.boxes import FILL, LINE, PAD, SOFT, Box, Document, behind, group, nest, parted, signed
from nscompiler.grammar.layout_types import TypeLayout
from nscompiler.grammar.syntax import (
    Apply,
    Both,
    Concat,
    Expr,
    Filter,
    Instantiate,
    Literal,
    LiteralSource,
    Pipe,
    Use,
)

#: The modules that were written with a small letter once.
STANDARD = {"sources": "Sources", "sinks": "Sinks", "conv": "Conv", "std": "Std"}
#: What sources and sinks were called, and are.
SPELLINGS = {"postgresql": "postgres", "Postgresql": "postgres"}
# How tightly what holds an expression binds: nothing, `&`, `|` or what stands behind one function.
LOOSE, BRANCH, STAGE = range(3)


class ExpressionLayout(TypeLayout):
    """Expressions and literals."""

    def expression(self, expr: Expr, level: int = LOOSE) -> Document:
        """An expression; in brackets if what holds it (``level``) binds more tightly."""
        if isinstance(expr, Use):
            return self._use(expr)
        if isinstance(expr, Apply):
            function = self.expression(expr.function, STAGE)
            return Box([function, " ", self._bindings(expr)])
        if isinstance(expr, (Concat, Filter)):
            sign = "*" if isinstance(expr, Concat) else "?"
            function = self.expression(expr.function, STAGE)
            return signed(function, sign) if expr.prefix else Box([function, self.token(sign)])
        if isinstance(expr, Pipe):
            return self._pipe(expr) if level < STAGE else self._bracketed_expression(expr)
        if isinstance(expr, Both):
            return self._branches(expr) if level < BRANCH else self._bracketed_expression(expr)
        if isinstance(expr, Instantiate):
            return self._instantiate(expr)
        assert isinstance(expr, LiteralSource), f"no way to print {expr!r}"
        return self.literal(expr.value)

    def _pipe(self, expr: Pipe) -> Document:
        first = self.expression(expr.stages[0], STAGE)
        return group(first, *self.stages(expr))

    def stages(self, expr: Pipe, by: int = 2) -> list[Document]:
        """The stages of a pipe behind the first: broken, each on a line of its own."""
        items: list[Document] = []
        for stage in expr.stages[1:]:
            above, bar = self.separator("|")
            further, document = parted(self.expression(stage, STAGE))
            items.append(nest(LINE, *above, *further, bar, " ", nest(document), by=by))
        return items

    def _branches(self, expr: Both) -> Document:
        first = self.expression(expr.branches[0], BRANCH)
        return group(first, *self.branches(expr))

    def branches(self, expr: Both, by: int = 0) -> list[Document]:
        """The branches of ``&`` behind the first: broken, each on a line of its own."""
        items: list[Document] = []
        for branch in expr.branches[1:]:
            above, sign = self.separator("&")
            further, document = parted(self.expression(branch, BRANCH))
            items.append(nest(LINE, *above, *further, sign, " ", nest(document), by=by))
        return items

    def _bracketed_expression(self, expr: Pipe | Both) -> Document:
        bracket = self.opening("(")
        if isinstance(expr, Pipe):
            items = [nest(self.expression(expr.stages[0], STAGE)), *self.stages(expr, 4)]
        else:
            items = [nest(self.expression(expr.branches[0], BRANCH)), *self.branches(expr)]
        above, closing = self.closing(bracket, ")")
        return group(bracket.document, PAD, *items, nest(above), SOFT, closing)

    def _bindings(self, expr: Apply) -> Document:
        bracket = self.opening("{")
        items: list[Document] = []
        for number, item in enumerate(expr.bindings):
            items += (",", *self.gap(expr.bindings[number - 1], item)) if number else ()
            name = self.at(item.name.start, item.name.text)
            items += (name, " ", self.token("="), behind(self.literal(item.value)))
        return self.braces(bracket, items, self.closing(bracket, "}"))

    def _instantiate(self, expr: Instantiate) -> Document:
        function = self._use(expr.function)
        bracket = self.opening("<")
        items: list[Document] = []
        for number, item in enumerate(expr.types):
            items += (",", LINE) if number else ()
            items.append(self.type(item))
        above, closing = self.closing(bracket, ">")
        return Box([function, group(bracket.document, nest(SOFT, *items, above), SOFT, closing)])

    def _use(self, use: Use) -> Document:
        of, shown = spelling(use)
        return self.qualified(use.qualifier, shown, use.name, of)

    def literal(self, value: Literal) -> Document:
        """A literal as it was written; a list one item a line, numbers and words as many as fit."""
        if not isinstance(value.value, tuple):
            return self.at(value.start, value.raw)
        bracket = self.opening("[")
        items: list[Document] = []
        nested = any(isinstance(item.value, tuple) for item in value.value)
        for number, item in enumerate(value.value):
            items += (",", LINE if nested else FILL) if number else ()
            items.append(self.literal(item))
        above, closing = self.closing(bracket, "]")
        return group(bracket.document, nest(SOFT, *items, above), SOFT, closing)


def spelling(use: Use) -> tuple[str, str]:
    """The qualifier (empty where there is none) and the name of a function, as they are spelt today."""
    name = use.name.text
    if use.qualifier is None:
        return "", name
    of = STANDARD.get(use.qualifier.text, use.qualifier.text)
    return of, SPELLINGS.get(name, name) if of in ("Sources", "Sinks") else name
