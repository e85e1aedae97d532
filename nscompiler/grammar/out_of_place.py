"""What is told of items in the wrong place: a header that is not the first, an import below declarations, an
expression without a name in a module.
"""

from collections.abc import Sequence
from itertools import chain, count

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar.already_told import AlreadyTold
from nscompiler.grammar.build import Builder
from nscompiler.grammar.foreign_comments import documentation, documentation_of_module
from nscompiler.grammar.place import MOST
from nscompiler.grammar.syntax import (
    Decl,
    Expr,
    Header,
    Import,
    LiteralSource,
    Node,
    Use,
)
from nscompiler.patterns import Pattern

ATTRIBUTES = frozenset(("bounded", "unbounded", "stateless", "deprecated", "experimental"))
# A line is empty below, or an import stands there.
_APART = Pattern(r"[ \t\r]*+\n[ \t\r]*+\n|\s*+import\b")
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


class OutOfPlace:
    """What is told of one file's items in the wrong place; ``told`` mistakes of it were told before."""

    def __init__(self, builder: Builder, told: int) -> None:
        self._builder = builder
        self._told = AlreadyTold(builder, told)
        self._source = builder.source

    def behind_brace(self, item: Node, closing: int) -> None:
        """What stands behind the brace that closes the module."""
        brace = self._source.span(closing, closing + 1)
        end = len(self._source.text)
        fix = Fix("Move the `}` to the end", (Edit(brace, ""), Edit(self._source.span(end, end), "}\n")), _MAYBE)
        related = (Label(brace, "the module's braces are closed here", Role.NOTE),)
        title = "Something stands after the `}` of the module"
        where = self._source.span(item.start, item.end)
        self._builder.report(codes.UNEXPECTED.at(where, title, related=related, fixes=(fix,)))

    def second_header(self, header: Header, before: Header) -> None:
        """A header after another one."""
        span = self._source.span(header.start, header.end)
        first = Label(self._source.span(before.start, before.end), "the first header", Role.DECLARATION)
        fix = Fix("Remove it", (Edit(span, ""),), _MAYBE)
        title = "A file has one `module` header"
        self._builder.report(codes.HEADER_PLACE.at(span, title, related=(first,), fixes=(fix,)))

    def late_header(self, header: Header) -> None:
        """A header below other items."""
        text, start = self._source.text, self._top()
        span = self._source.span(header.start, header.end)
        move = (Edit(self._source.span(start, start), text[span.start : span.end] + "\n\n"), Edit(span, ""))
        title = "The `module` header comes before everything else"
        fixes = () if header.early else (Fix("Move it to the top", move, _SURE),)
        self._builder.report(codes.HEADER_PLACE.at(span, title, fixes=fixes))

    def is_docstring(self, item: Expr) -> bool:
        """Tell of a text before the header that says what the module is for, as in Python; False if it is none."""
        start, end = self._builder.start(item), self._builder.end(item)
        written = self._source.text[start:end]
        if not isinstance(item, LiteralSource) or not written.startswith('"'):
            return False
        span = self._source.span(start, end)
        lines = "\n".join(f"/// {line.strip()}".rstrip() for line in written.strip('"').strip().splitlines())
        title = "What a module is for stands above its header in lines that start with `///`"
        fix = Fix("Write it with `///`", (Edit(span, lines),), _MAYBE)
        self._builder.report(codes.EXPRESSION_PLACE.at(span, title, fixes=(fix,)))
        return True

    def _top(self) -> int:
        """Where the file's first item starts, its doc comment included."""
        text, start = self._source.text, 1 if self._source.text.startswith("\ufeff") else 0
        if text.startswith("#!", start):
            end = text.find("\n", start)
            return end + 1 if end >= 0 else len(text)
        return start

    def late_import(self, item: Import, after: Header | Import | None, first: Node, *, has_early_header: bool) -> None:
        """An import below ``first``, a declaration; it belongs behind ``after``, or at the top."""
        span = self._source.span(item.start, item.end)
        written = self._source.text[span.start : span.end]
        removal = Edit(self._source.span(*self._whole_line(span.start, span.end)), "")
        if after is not None and after.end < first.start:
            move = (Edit(self._source.span(after.end, after.end), f"\n{written}"), removal)
        else:
            top = self._top()
            move = (Edit(self._source.span(top, top), f"{written}\n"), removal)
        fixes = () if has_early_header else (Fix("Move it up", move, _SURE),)
        title = "An import comes before all declarations"
        self._builder.report(codes.LATE_IMPORT.at(span, title, fixes=fixes))

    def _whole_line(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of text, with its line if it has that to itself."""
        text = self._source.text
        first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        last = end + 1 if text[end : end + 1] == ";" else end
        newline = text.find("\n", last)
        rest = text[last : newline if newline >= 0 else len(text)]
        if text[first:start].strip() or rest.strip():
            return start, last
        return first, min(last + len(rest) + 1, len(text))

    def expression(
        self, item: Expr, title: str, name: str, header: Header | None, declarations: Sequence[Decl]
    ) -> None:
        """An expression that needs a name, such as ``name``."""
        start, end = self._builder.start(item), self._builder.end(item)
        if len(self._builder.problems) >= MOST or self._told.on_lines_of(start, end):
            return
        if isinstance(item, Use) and item.qualifier is None and item.name.text in ATTRIBUTES:
            sign = Fix(f"Write `@{item.name.text}`", (Edit(self._source.span(start, start), "@"),), _MAYBE)
            told = "An attribute starts with `@`"
            self._builder.report(codes.UNEXPECTED.at(self._source.span(start, end), told, fixes=(sign,)))
            return
        problem = self._documentation(item, header, start, end)
        if problem is not None:
            self._builder.report(problem)
            return
        names = [getattr(declaration, "name", None) for declaration in declarations]
        taken = {declared.text for declared in names if declared is not None}
        name = next(
            candidate for candidate in chain((name,), (f"{name}{n}" for n in count(2))) if candidate not in taken
        )
        fix = Fix(f"Name it `{name}`", (Edit(self._source.span(start, start), f"def {name} = "),), _MAYBE)
        self._builder.report(codes.EXPRESSION_PLACE.at(self._source.span(start, end), title, fixes=(fix,)))

    def _documentation(self, item: Expr, header: Header | None, start: int, end: int) -> Diagnostic | None:
        """What is told of a text that says what the declaration below it is for, or the module above it."""
        text = self._source.text
        if not isinstance(item, LiteralSource) or text[start] != '"':
            return None
        below = header is not None and header.early is None and not text[header.end : start].strip()
        if header is not None and below and _APART.match(text, end) is not None:
            return documentation_of_module(self._source, self._source.span(header.start, header.end), start, end)
        return documentation(self._source, start, end)
