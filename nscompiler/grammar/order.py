"""From items to a module: header, imports, declarations and the final expression, each in its place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nscompiler.grammar.build import Braces, Builder, Item, Separator
from nscompiler.grammar.syntax import (
    BrokenDecl,
    Comment,
    Decl,
    DefDecl,
    Expr,
    FunDecl,
    Header,
    Import,
    Module,
    Name,
    Node,
    TypeDecl,
    Use,
)
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile, Span

if TYPE_CHECKING:
    from nscompiler.grammar.out_of_place import OutOfPlace
    from nscompiler.grammar.side_by_side import SideBySide

_NEW_LINE = Pattern(r"[\n\r]")


def assemble(builder: Builder, items: list[Item], comments: tuple[Comment, ...]) -> Module:
    """The module of a file's items. What stands in the wrong place is reported and kept all the same."""
    return _regular(builder.source, items, comments) or _Assembly(builder).module(items, comments)


def _regular(source: SourceFile, items: list[Item], comments: tuple[Comment, ...]) -> Module | None:
    """The module of a file with a header, then imports, then declarations, and nothing else; None for any other."""
    header = items[0] if items else None
    if not isinstance(header, Header) or header.early is not None:
        return None
    at = 1
    while at < len(items) and isinstance(items[at], Import):
        at += 1
    if not _DECLARATIONS.issuperset(map(type, items[at:])):
        return None
    imports: Any = tuple(items[1:at])
    declarations: Any = tuple(items[at:])
    return Module(0, len(source.text), source, header, imports, declarations, None, comments)


_DECLARATIONS: frozenset[type] = frozenset((TypeDecl, FunDecl, DefDecl, BrokenDecl))


class _Assembly:
    """One file's items, sorted."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._source = builder.source
        self._header: Header | None = None
        self._imports: list[Import] = []
        self._declarations: list[Decl] = []
        self._mains: list[Expr] = []
        self._early: list[Span] = []
        # What stands right before the item at hand, with nothing between; and the last declaration or expression.
        self._before: Item | None = None
        self._last: Node | None = None
        # How many mistakes were told before the items are sorted, and what is told of them while they are.
        self._told = len(builder.problems)
        self._misplaced: OutOfPlace | None = None
        self._beside: SideBySide | None = None
        self._names: set[str] = set()
        # What was read as the last alternative of a sum.
        self._alternative: Expr | None = None
        self._closed: int | None = None
        # Where an import ends whose alias was found behind it.
        self._aliased = -1

    def module(self, items: list[Item], comments: tuple[Comment, ...]) -> Module:
        self._names = {_name_of(item) for item in items if isinstance(item, Decl)}
        self._add_all(items)
        self._check_expressions()
        text = self._source.text
        return Module(
            0,
            len(text),
            self._source,
            self._header,
            tuple(self._imports),
            tuple(self._declarations),
            self._mains[-1] if self._mains and self._header is None else None,
            comments,
            tuple(sorted(self._early, key=lambda span: span.start)),
        )

    def _add_all(self, items: list[Item]) -> None:
        # Modules in the braces of others, however deep.
        waiting: list[tuple[Iterator[Item], Braces | None]] = [(iter(items), None)]
        while waiting:
            left, around = waiting[-1]
            item = next(left, None)
            if isinstance(item, Braces):
                self._early.append(self._source.span(item.opening, item.opening + 1))
                self._add(item.header)
                waiting.append((iter(item.items), item))
            elif item is not None:
                self._add(item)
            else:
                waiting.pop()
                if around is not None:
                    self._close(around)

    def _add(self, item: Header | Import | Decl | Expr | Separator) -> None:
        if isinstance(item, Separator):
            self._early.append(self._source.span(item.start, item.end))
            self._before = item
            return
        if self._closed is not None:
            self._report_behind_brace(item)
        if isinstance(item, Header):
            self._add_header(item)
        elif isinstance(item, Import):
            self._add_import(item)
        elif isinstance(item, Decl):
            self._add_declaration(item)
        else:
            self._add_expression(item)
        if item.start >= self._aliased:
            self._before = item

    def _close(self, braces: Braces) -> None:
        if braces.closing < len(self._source.text):
            self._early.append(self._source.span(braces.closing, braces.closing + 1))
        if self._closed is None:
            self._closed = braces.closing

    def _report_behind_brace(self, item: Node | Header) -> None:
        closing = self._closed
        assert closing is not None
        self._closed = None
        if not isinstance(item, (BrokenDecl, Header)):  # else already reported, or about to be
            self._out_of_place().behind_brace(item, closing)

    def _out_of_place(self) -> "OutOfPlace":
        from nscompiler.grammar.out_of_place import OutOfPlace

        if self._misplaced is None:
            self._misplaced = OutOfPlace(self._builder, self._told)
        return self._misplaced

    def _add_header(self, header: Header) -> None:
        if header.early == "where":
            self._early.append(self._source.span(header.end - len("where"), header.end))
        if self._header is not None:
            self._out_of_place().second_header(header, self._header)
            return
        lone = len(self._mains) == 1 and self._last is None and not self._imports
        if lone and self._out_of_place().is_docstring(self._mains[0]):
            self._mains.clear()
            self._header = header
            return
        if self._last is not None or self._imports or self._mains:
            self._out_of_place().late_header(header)
        self._header = header

    def _add_import(self, item: Import) -> None:
        if self._last is not None:
            after = self._imports[-1] if self._imports else self._header
            early = self._header is not None and bool(self._header.early)
            self._out_of_place().late_import(item, after, self._last, has_early_header=early)
        self._imports.append(item)

    def _add_declaration(self, item: Decl) -> None:
        if isinstance(self._before, Import):
            self._check_version(self._before, item)
        self._declarations.append(item)
        self._names.add(_name_of(item))
        if not isinstance(item, BrokenDecl):
            self._last = self._last or item

    def _check_version(self, before: Import, item: Decl) -> None:
        """Tell of the ``@latest`` of an import, which reads as an attribute of what is declared below."""
        attributes = item.attributes if isinstance(item, (TypeDecl, FunDecl, DefDecl)) else ()
        if attributes and attributes[0].start == before.end and self._source.text[before.end] == "@":
            from nscompiler.grammar.import_lines import versioned_by_sign

            self._builder.report(versioned_by_sign(self._source.span(before.end, attributes[0].end)))

    # --- bare expressions

    def _add_expression(self, item: Expr) -> None:
        before = self._before
        start = self._builder.start(item)
        if start < self._aliased:
            return
        if isinstance(before, Import) and self._add_alias(before):
            return
        if isinstance(before, Import) and self._is_list_of_names(before, item, start):
            return
        if (
            before is not None
            and before is self._alternative
            and isinstance(item, Use)
            and self._is_payload(item, start)
        ):
            return
        if isinstance(before, Expr) or (isinstance(before, DefDecl) and self._goes_on(before, start)):
            self._report_missing_pipe(item, before, start)
            return
        if isinstance(before, Separator) and before.start >= 0 and self._needs_separator():
            self._early.pop()
            if isinstance(item, Use) and self._is_alternative(before, item):
                return
        self._mains.append(item)

    def _is_alternative(self, before: Separator, item: Use) -> bool:
        """Read ``type S = A ; B`` as the sum that is meant."""
        decl = self._declarations[-1]
        if not isinstance(decl, TypeDecl) or not item.name.text[:1].isupper() or self._source.text[before.start] != ";":
            return False
        if any(one.start > decl.start for one in (*self._mains[-1:], *self._imports[-1:])):
            return False
        from nscompiler.grammar.other_bars import joined

        whole = joined(self._builder, decl, before.start, item)
        if whole is not None:
            self._declarations[-1], self._alternative = whole, item
        return whole is not None

    def _is_payload(self, item: Use, start: int) -> bool:
        """Read the ``Text`` of ``type S = A ; B Text`` as what its last alternative holds."""
        from nscompiler.grammar.other_bars import with_payload

        decl = self._declarations[-1]
        if not isinstance(decl, TypeDecl) or _NEW_LINE.search(self._source.text, decl.end, start) is not None:
            return False
        whole = with_payload(decl, item)
        if whole is not None:
            self._declarations[-1] = whole
        return whole is not None

    def _add_alias(self, before: Import) -> bool:
        """Read what stands behind an import on its line as its alias, if it looks like one."""
        from nscompiler.grammar.import_lines import alias_behind, no_as

        found = alias_behind(self._source.text, before.end)
        if found is None or before.alias is not None or self._imports[-1:] != [before]:
            return False
        start, end, alias = found
        self._builder.report(no_as(self._source, start, end, alias))
        name = Name(end - len(alias), end, alias)
        self._imports[-1] = Import(before.start, end, before.reference, name)
        self._aliased = end
        return True

    def _is_list_of_names(self, before: Import, item: Expr, start: int) -> bool:
        """Tell of ``import Foo:1.0.0 (f)`` and ``import F "Foo:1.0.0"``, which read as an import and an expression."""
        text = self._source.text
        is_reference = text[start] == '"' and ":" not in before.reference.text
        if item not in self._builder.outer and not is_reference:
            return False
        if _NEW_LINE.search(text, before.end, start) is not None:
            return False
        from nscompiler.grammar.import_lines import names_behind

        place = self._source.span(start, self._builder.end(item))
        self._builder.report(names_behind(self._source, before.end, place, are_names=not is_reference))
        return True

    def _needs_separator(self) -> bool:
        """Whether the ``;`` before a final expression is no early syntax: a type would swallow the expression."""
        last = self._declarations[-1] if self._declarations else None
        return isinstance(last, (TypeDecl, FunDecl))

    def _goes_on(self, before: DefDecl, start: int) -> bool:
        """Whether an expression was meant as part of the def before it: on its line, or in a module further right, or
        where no line of the def is indented.
        """
        if _NEW_LINE.search(self._source.text, before.end, start) is None:
            return True
        unindented = "\n|" in self._source.text[before.start : before.end]
        return self._header is not None and (unindented or self._column(start) > self._column(before.start))

    def _column(self, offset: int) -> int:
        text = self._source.text
        return offset - 1 - max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))

    def _report_missing_pipe(self, item: Expr, before: Node, start: int) -> None:
        from nscompiler.grammar.side_by_side import SideBySide

        end = self._builder.end(item)
        end_before = self._builder.end(before)
        if isinstance(before, DefDecl):
            self._declarations[-1] = BrokenDecl(before.start, end, "def", before.name)
        elif self._mains and self._mains[-1] is before:
            self._mains.pop()
        if self._beside is None:
            self._beside = SideBySide(self._builder, self._told, self._names, self._imports)
        self._beside.tell(item, before.start, end_before, start, is_script=self._header is None)

    def _check_expressions(self) -> None:
        """A module has no bare expression, a script one at most, and that at its end."""
        if self._header is not None:
            for item in self._mains:
                self._report_place(item, "An expression in a module needs a name", "main")
            return
        last = max((item.start for item in [*self._declarations, *self._imports]), default=-1)
        for item in self._mains[:-1]:
            self._report_place(item, "A script has one final expression: this one needs a name", "first")
        if self._mains and self._mains[-1].start < last:
            title = "A script's bare expression stands at its end: this one needs a name"
            self._report_place(self._mains.pop(), title, "first")

    def _report_place(self, item: Expr, title: str, name: str) -> None:
        self._out_of_place().expression(item, title, name, self._header, self._declarations)


def _name_of(decl: Decl) -> str:
    return decl.name.text if isinstance(decl, (DefDecl, FunDecl, BrokenDecl)) and decl.name is not None else ""
