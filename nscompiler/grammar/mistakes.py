"""Mistakes in text that parses: the grammar takes it, so that the tree is whole and the message exact."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.build_expressions import ExpressionActions
from nscompiler.grammar.place import MOST
from nscompiler.grammar.syntax import Concat, Expr, Filter, Name, SizeLiteral, TypeExpr, TypeName, TypeVariable, Use
from nscompiler.grammar.text import BadEscape
from nscompiler.grammar.wording import NOTHING, fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import Span

_DRIVE = Pattern(r'"[A-Za-z]:\\')
_BACKSLASH = Pattern(r'\\["\\]?')
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
# Built-in types that take no argument: written side by side they can only have been meant as a tuple.
_GIVES = Pattern(r"(?m)^[ \t]*+fun[ \t]++(?P<name>\w++)[ \t]*+:[^\n]*?->[ \t]*+\[[ \t]*+\[")
SCALARS = frozenset(
    ("Integer", "Double", "Boolean", "Text", "Byte", "Json", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")
)

MODIFIERS = frozenset(
    ("export", "pub", "public", "private", "protected", "internal", "static", "final", "abstract", "async", "declare")
)
"""What other languages write before the keyword of a declaration."""


def is_tuple(arguments: tuple[TypeExpr, ...]) -> bool:
    """Whether types side by side can only have been meant as a tuple: the first of them takes none."""
    first = arguments[0]
    return not isinstance(first, TypeName) or (first.qualifier is None and first.name.text in SCALARS)


class MistakeActions(ExpressionActions):
    """Reports, with the fix at hand."""

    __slots__ = ()

    def bad_escapes(self, token: int, bad: tuple[BadEscape, ...]) -> None:
        """Each escape in a text literal that means nothing, at its place."""
        start = self.starts[token]
        together = self._backslashes(token, bad) if len(bad) <= MOST else None
        if together is not None:
            self.report(together)
            return
        for escape in bad[:MOST]:
            if not self.source.text.startswith("\\", start + escape.start):
                continue  # of a text in other quotes, written anew
            span = self.source.span(start + escape.start, start + escape.end)
            fix = Fix("Double the backslash", (Edit(self.source.span(span.start, span.start), "\\"),), _SURE)
            title = escape.reason[0].upper() + escape.reason[1:]
            self.report(codes.BAD_ESCAPE.at(span, title, fixes=(fix,)))

    def _backslashes(self, token: int, bad: tuple[BadEscape, ...]) -> Diagnostic | None:
        """The backslashes of one text that all stand for themselves, as those of `C:\\data\\out`: one mistake."""
        start, end = self.starts[token], self.ends[token]
        raw, places = self.source.text[start:end], [escape.start for escape in bad]
        if any(raw[place : place + 1] != "\\" for place in places):
            return None
        is_path = _DRIVE.match(raw) is not None
        if is_path:
            places = [match.start() for match in _BACKSLASH.finditer(raw) if match[0] == "\\"]
        if len(places) < 2:
            return None
        if not is_path and not all(escape.reason.endswith("is no escape") for escape in bad):
            return None
        first = self.source.span(start + bad[0].start, start + bad[0].end)
        edits = tuple(Edit(self.source.span(start + place, start + place), "\\") for place in places)
        fix = Fix("Double the backslashes", edits, _SURE)
        title = "In a text, a backslash is written twice" if is_path else bad[0].reason
        return codes.BAD_ESCAPE.at(first, title, fixes=(fix,))

    def number_too_large(self, token: int) -> None:
        """A number that no type holds."""
        span = self.source.span(self.starts[token], self.ends[token])
        self.report(codes.BAD_NUMBER.at(span, f"{shown(self.texts[token])} is too large for a number"))

    def postfix_after_prefix(self, prefixed: Expr, mark: int) -> bool:
        """``concat f*``, told once at the first sign; whether the file declares that ``f`` gives lists of lists."""
        if not isinstance(prefixed, (Concat, Filter)) or not prefixed.prefix:
            return False
        twice = isinstance(prefixed, Concat) and self._gives_lists_of_lists(prefixed.function)
        word = "concat" if isinstance(prefixed, Concat) else "filter"
        last = mark
        while self.texts[last + 1] in ("*", "?"):
            last += 1
        around_inner = self._brackets(self.start(prefixed.function), self.ends[last])
        around_prefix = self._brackets(prefixed.start, self.end(prefixed))
        sign = self.texts[mark]
        span = self.source.span(self.starts[mark], self.ends[mark])
        first = Fix(f"Apply `{sign}` first", around_inner, _MAYBE)
        if {"concat": "*", "filter": "?"}[word] == sign and last == mark:
            fixes: tuple[Fix, ...] = (
                Fix(f"Remove the `{sign}`", (Edit(self.source.span(self.ends[mark - 1], span.end), ""),), _MAYBE),
                first,
            )
            title = f"`{word}` and `{sign}` are the same: one of them is enough"
            if twice:
                fixes, title = (first,), f"`{word}` before and `{sign}` after one function need brackets"
        else:
            fixes = (first, Fix(f"Apply `{word}` first", around_prefix, _MAYBE))
            title = f"`{word}` before and `{sign}` after one function need brackets"
        self.report(codes.PREFIX_AND_POSTFIX.at(span, title, fixes=fixes))
        return twice and len(fixes) == 1

    def _gives_lists_of_lists(self, function: Expr) -> bool:
        found = _GIVES.finditer(self.source.text) if isinstance(function, Use) else ()
        return any(isinstance(function, Use) and one["name"] == function.name.text for one in found)

    def payload_needs_brackets(self, written: TypeExpr, constructor: str, arguments: tuple[TypeExpr, ...]) -> None:
        """``A Map Text | B``."""
        start, end = self.start(arguments[0]), self.end(written)
        span = self.source.span(start, end)
        title = f"The payload of {shown(constructor)} needs brackets"
        first = arguments[0]
        if isinstance(first, SizeLiteral):
            title = f"The payload of {shown(constructor)} is a number, not a type"
            self.report(codes.PAYLOAD_BRACKETS.at(span, title))
            return
        if len(arguments) > 1 and is_tuple(arguments):
            title = f"The constructor {shown(constructor)} has several payloads: a tuple is one"
            if len(title) > 80:
                title = "A constructor has one payload: several values are a tuple"
            fix = Fix("Make it a tuple", self._tuple(arguments), _MAYBE)
        else:
            fix = Fix("Put brackets around it", self._brackets(start, end), _SURE)
        self.report(codes.PAYLOAD_BRACKETS.at(span, title, fixes=(fix,)))

    def pipe_missing(self, name: Name) -> None:
        """``A | B Integer C``."""
        fix = Fix("Insert `|`", (Edit(self.source.span(name.start, name.start), "| "),), _MAYBE)
        span = self.source.span(name.start, name.end)
        self.report(codes.MISSING_PIPE.at(span, f"A `|` is missing before {shown(name.text)}", fixes=(fix,)))

    def stands_twice(self, before: int, start: int, end: int) -> None:
        """``A A Text | B``, ``A Text Text | B``: a word behind an offset that is the same again."""
        fix = Fix("Remove the second", (Edit(self.source.span(before, end), ""),), _MAYBE)
        title = f"{shown(self.source.text[start:end])} stands twice"
        self.report(codes.UNEXPECTED.at(self.source.span(start, end), title, fixes=(fix,)))

    def payload_after_of(self, constructor: Name, of: TypeVariable, arguments: tuple[TypeExpr, ...]) -> None:
        """``A | B of Text``; ``B of Text * Integer`` is no type at all."""
        span = self.source.span(of.start, of.end)
        edits = [Edit(self.source.span(constructor.end, of.end), "")]
        texts = [self.source.text[self.start(argument) : self.end(argument)] for argument in arguments]
        written = texts[0]
        if len(arguments) > 1:
            edits += self._tuple(arguments) if is_tuple(arguments) else self._brackets(*self._extent(arguments))
            written = f"({(', ' if is_tuple(arguments) else ' ').join(texts)})"
        fix = Fix(f"Write {shown(f'{constructor.text} {written}')}", tuple(edits), _MAYBE)
        title = "A payload follows its constructor without `of`"
        fixes = () if isinstance(arguments[0], SizeLiteral) else (fix,)
        self.report(codes.PAYLOAD_BRACKETS.at(span, title, fixes=fixes))

    def no_constructors(self, alternatives: list[TypeExpr], wrong: list[TypeExpr]) -> None:
        """``{ x : A } | B``, ``a | b``, ``Text | null``: the last two are told of at the first."""
        if self._is_missing(alternatives):
            return
        small = [one for one in wrong if isinstance(one, TypeVariable)]
        if small:
            capitals = [one.name.text[:1].upper() + one.name.text[1:] for one in small]
            spans = [self.source.span(one.start, one.end) for one in small]
            edits = tuple(Edit(span, capital) for span, capital in zip(spans, capitals, strict=True))
            fix = Fix(
                fitting(f"Write {', '.join(map(shown, capitals))}", "Write them with capital letters"), edits, _MAYBE
            )
            self.report(codes.NAME_CASE.at(spans[0], "A constructor starts with a capital letter", fixes=(fix,)))
        for one in wrong:
            span = self.source.span(self.start(one), self.end(one))
            if isinstance(one, TypeName) and one.qualifier is not None:
                title = f"A constructor is a plain name, without `{one.qualifier.text}.`"
                title = fitting(title, "A constructor is a plain name, without a module")
                self.report(codes.SUM_ALTERNATIVE.at(span, title))
            elif not isinstance(one, TypeVariable):
                self.report(codes.SUM_ALTERNATIVE.at(span, "An alternative of a sum starts with a constructor"))

    def _is_missing(self, alternatives: list[TypeExpr]) -> bool:
        """Whether it is a type and a word for what is none, after telling of that."""
        kinds = (TypeName, TypeVariable)
        others = [one for one in alternatives if not (isinstance(one, kinds) and one.name.text in NOTHING)]
        if len(alternatives) != 2 or len(others) != 1:
            return False
        whole = self.source.span(self.start(alternatives[0]), self.end(alternatives[1]))
        written = f"optional {self.source.text[self.start(others[0]) : self.end(others[0])]}"
        fix = Fix(fitting(f"Write {shown(written)}", "Write `optional`"), (Edit(whole, written),), _MAYBE)
        title = fitting(f"What may be missing is written {shown(written)}", "What may be missing is written `optional`")
        self.report(codes.NAMELESS_SUM.at(whole, title, fixes=(fix,)))
        return True

    def expression_after_type(self, at: int) -> None:
        """A bare expression that was read as part of the ``type`` above it."""
        text = self.source.text
        end = len(text[:at].rstrip())
        fix = Fix("Insert `;`", (Edit(self.source.span(end, end), ";"),), _SURE)
        title = "A `;` is missing between this expression and the `type` above it"
        self.report(codes.SEPARATOR_NEEDED.at(self.source.span(at, at + 1), title, fixes=(fix,)))

    def _extent(self, arguments: tuple[TypeExpr, ...]) -> tuple[int, int]:
        return self.start(arguments[0]), self.end(arguments[-1])

    def _tuple(self, arguments: tuple[TypeExpr, ...]) -> tuple[Edit, ...]:
        """Brackets around arguments, commas between them."""
        opening, closing = self._brackets(*self._extent(arguments))
        return (opening, *(Edit(self._after(argument), ",") for argument in arguments[:-1]), closing)

    def _after(self, node: TypeExpr) -> Span:
        end = self.end(node)
        return self.source.span(end, end)

    def _brackets(self, start: int, end: int) -> tuple[Edit, Edit]:
        return Edit(self.source.span(start, start), "("), Edit(self.source.span(end, end), ")")
