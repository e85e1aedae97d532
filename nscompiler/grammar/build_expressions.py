"""From reductions to nodes: expressions and literals."""

from nscompiler.grammar.build_types import TypeActions
from nscompiler.grammar.syntax import (
    Apply,
    Binding,
    Both,
    Concat,
    Expr,
    Filter,
    Instantiate,
    Literal,
    LiteralSource,
    Pipe,
    TypeExpr,
    Use,
)
from nscompiler.grammar.text import double_value, integer_value, long_text, plain_text

#: Bindings and where their closing brace ends.
Bound = tuple[list[Binding], int]


class ExpressionActions(TypeActions):
    """The rules whose left side is an expression, a literal or a part of one."""

    __slots__ = ()

    def use(self, name: int) -> Expr:
        """``f``."""
        node = self.name(name)
        return Use(node.start, node.end, None, node)

    def use_qualified(self, qualifier: int, dot: int, name: int) -> Expr:
        """``A.f``."""
        return Use(self.starts[qualifier], self.ends[name], self.name(qualifier), self.name(name))

    def instantiate(self, use: Use, opening: int, types: list[TypeExpr], *rest: int) -> Expr:
        """``f<T>``."""
        return Instantiate(use.start, self.ends[rest[-1]], use, tuple(types))

    def literal_source(self, value: Literal) -> Expr:
        """A literal where a source stands."""
        return LiteralSource(value.start, value.end, value)

    def apply(self, function: Expr, bound: Bound) -> Expr:
        """``f { p = v }``."""
        bindings, end = bound
        return Apply(self.start(function), end, function, tuple(bindings))

    def bindings_none(self, opening: int, closing: int) -> Bound:
        """``{}``."""
        return [], self.ends[closing]

    def bindings(self, opening: int, bindings: list[Binding], *rest: int) -> Bound:
        """``{ p = v, … }``."""
        return bindings, self.ends[rest[-1]]

    def binding(self, name: int, equal: int, value: Literal) -> Binding:
        """``p = v``."""
        return Binding(self.starts[name], value.end, self.name(name), value)

    def concat(self, function: Expr, star: int) -> Expr:
        """``f*``."""
        return Concat(self.start(function), self.ends[star], function, False)

    def filter(self, function: Expr, mark: int) -> Expr:
        """``f?``."""
        return Filter(self.start(function), self.ends[mark], function, False)

    def concat_prefix(self, keyword: int, function: Expr) -> Expr:
        """``concat f``."""
        return Concat(self.starts[keyword], self.end(function), function, True)

    def filter_prefix(self, keyword: int, function: Expr) -> Expr:
        """``filter f``."""
        return Filter(self.starts[keyword], self.end(function), function, True)

    def prefixed_concat(self, prefixed: Expr, star: int) -> Expr:
        """``concat f*``: refused, and read as ``concat f``; ``filter f*`` as ``(filter f)*``."""
        both = self.postfix_after_prefix(prefixed, star)
        if not both and isinstance(prefixed, Concat) and prefixed.prefix and self.texts[star + 1] not in ("*", "?"):
            return prefixed
        return Concat(prefixed.start, self.ends[star], prefixed, False)

    def prefixed_filter(self, prefixed: Expr, mark: int) -> Expr:
        """``filter f?``: refused, and read as ``filter f``; ``concat f?`` as ``(concat f)?``."""
        self.postfix_after_prefix(prefixed, mark)
        if isinstance(prefixed, Filter) and prefixed.prefix and self.texts[mark + 1] not in ("*", "?"):
            return prefixed
        return Filter(prefixed.start, self.ends[mark], prefixed, False)

    def pipe(self, stages: list[Expr]) -> Expr:
        """``f | g``."""
        return Pipe(self.start(stages[0]), self.end(stages[-1]), tuple(stages))

    def both(self, branches: list[Expr]) -> Expr:
        """``f & g``."""
        return Both(self.start(branches[0]), self.end(branches[-1]), tuple(branches))

    # --- literals

    def text(self, token: int) -> Literal:
        """``"…"``."""
        raw = self.texts[token]
        value, bad = plain_text(raw)
        if bad:
            self.bad_escapes(token, bad)
        return Literal(self.starts[token], self.ends[token], "text", value, raw)

    def long_text(self, token: int) -> Literal:
        """A text in triple quotes."""
        raw = self.texts[token]
        value, bad = long_text(raw)
        if bad:
            self.bad_escapes(token, bad)
        return Literal(self.starts[token], self.ends[token], "text", value, raw)

    def integer(self, token: int) -> Literal:
        """``12``."""
        value = integer_value(self.texts[token])
        if value is None:
            self.number_too_large(token)
        return Literal(
            self.starts[token], self.ends[token], "integer", 0 if value is None else value, self.texts[token]
        )

    def double(self, token: int) -> Literal:
        """``2.5``."""
        value = double_value(self.texts[token])
        if value is None:
            self.number_too_large(token)
        return Literal(
            self.starts[token], self.ends[token], "double", 0.0 if value is None else value, self.texts[token]
        )

    def true(self, token: int) -> Literal:
        """``true``."""
        return Literal(self.starts[token], self.ends[token], "boolean", True, "true")

    def false(self, token: int) -> Literal:
        """``false``."""
        return Literal(self.starts[token], self.ends[token], "boolean", False, "false")

    def environment(self, token: int) -> Literal:
        """``$NAME``."""
        raw = self.texts[token]
        return Literal(self.starts[token], self.ends[token], "environment", raw[1:], raw)

    def literal_list_none(self, opening: int, closing: int) -> Literal:
        """``[]``."""
        return self.literal_list(opening, [], closing)

    def literal_list(self, opening: int, items: list[Literal], *rest: int) -> Literal:
        """``[1, 2]``."""
        start, end = self.starts[opening], self.ends[rest[-1]]
        return Literal(start, end, "list", tuple(items), self.source.text[start:end])

    # --- reported where the diagnostics are known

    def postfix_after_prefix(self, prefixed: Expr, mark: int) -> bool:
        """Report ``concat f*``; whether both signs do something there."""
        raise NotImplementedError

    def number_too_large(self, token: int) -> None:
        """Report a number that no type holds."""
        raise NotImplementedError
