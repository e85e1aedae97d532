"""From items to a module: header, imports, declarations and the final expression, each in its place."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.build import Braces, Builder, Item, Separator
from nscompiler.grammar.foreign_comments import documentation, documentation_of_module
from nscompiler.grammar.given_arguments import Called
from nscompiler.grammar.import_lines import WHOLE_IMPORT, alias_behind, no_as
from nscompiler.grammar.joining_words import JOINING, RUNNING, joined, run_by
from nscompiler.grammar.place import MOST
from nscompiler.grammar.sql_statements import told_as_sql
from nscompiler.grammar.syntax import (
    Apply,
    BrokenDecl,
    Comment,
    Concat,
    Decl,
    DefDecl,
    Expr,
    Filter,
    FunDecl,
    Header,
    Import,
    Instantiate,
    LiteralSource,
    Module,
    Name,
    Node,
    Pipe,
    TypeDecl,
    Use,
)
from nscompiler.grammar.wording import apart, fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile, Span

_MOST_EDITS = 64
_LAST_WORD = Pattern(r"(?<![\w.'])[a-z_][\w']*\Z")
_LONGEST = 24
# What ends a pipe or a block elsewhere.
_ENDS = frozenset(("end", "done", "fi", "esac", "endif"))
_ATTRIBUTES = frozenset(("bounded", "unbounded", "stateless", "deprecated", "experimental"))
_NEW_LINE = Pattern(r"[\n\r]")
# A line is empty below, or an import stands there.
_APART = Pattern(r"[ \t\r]*+\n[ \t\r]*+\n|\s*+import\b")
_SQL = Pattern(
    r"[ \t]*+(?:def[ \t]++\w++[ \t]*+=[ \t]*+)?+(?P<sql>(?i:select\b[^\n;|]*?\bfrom[ \t]++\w|create[ \t]++table\b"
    r"|insert[ \t]++into\b|delete[ \t]++from\b|drop[ \t]++table\b|alter[ \t]++table\b)[^\n;|]*+)"
)
_STANDARD = ("Sources", "Sinks", "Conv", "Std")
_TYPE = Pattern(r"(?P<open>[(\[]?)[ \t]*(?P<type>[A-Z]\w*+)(?![\w.'<])[ \t]*(?P<close>[)\]]?)")
_WORD, _LAST_WORD = Pattern(r"[A-Za-z_][\w']*+"), Pattern(r"(?<![\w'])[A-Za-z_][\w']*+\Z")
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


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
        self._told = sorted(problem.primary.span.start for problem in builder.problems)
        self._names: set[str] = set()
        self._closed: int | None = None
        # Where the last expression ended that lacked a `|`.
        self._piped = -1
        self._aliased = -1
        # Whether that was told as something else.
        self._is_no_pipe = False
        # The function before it, and the values behind that, where it was told as those.
        self._given: tuple[Called, list[tuple[int, int]]] | None = None

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
        if isinstance(item, (BrokenDecl, Header)):
            return  # already reported, or about to be
        brace = self._source.span(closing, closing + 1)
        end = len(self._source.text)
        fix = Fix("Move the `}` to the end", (Edit(brace, ""), Edit(self._source.span(end, end), "}\n")), _MAYBE)
        related = (Label(brace, "the module's braces are closed here", Role.NOTE),)
        title = "Something stands after the `}` of the module"
        where = self._source.span(item.start, item.end)
        self._builder.report(codes.UNEXPECTED.at(where, title, related=related, fixes=(fix,)))

    def _add_header(self, header: Header) -> None:
        span = self._source.span(header.start, header.end)
        if header.early == "where":
            self._early.append(self._source.span(header.end - len("where"), header.end))
        if self._header is not None:
            first = Label(self._source.span(self._header.start, self._header.end), "the first header", Role.DECLARATION)
            fix = Fix("Remove it", (Edit(span, ""),), _MAYBE)
            title = "A file has one `module` header"
            self._builder.report(codes.HEADER_PLACE.at(span, title, related=(first,), fixes=(fix,)))
            return
        if self._is_docstring():
            self._header = header
            return
        if self._last is not None or self._imports or self._mains:
            text = self._source.text
            start = self._top()
            move = (Edit(self._source.span(start, start), text[span.start : span.end] + "\n\n"), Edit(span, ""))
            title = "The `module` header comes before everything else"
            fixes = () if header.early else (Fix("Move it to the top", move, _SURE),)
            self._builder.report(codes.HEADER_PLACE.at(span, title, fixes=fixes))
        self._header = header

    def _is_docstring(self) -> bool:
        """Tell of a text before the header that says what the module is for, as in Python; False if there is none."""
        if len(self._mains) != 1 or self._last is not None or self._imports:
            return False
        start, end = self._builder.start(self._mains[0]), self._builder.end(self._mains[0])
        written = self._source.text[start:end]
        if not isinstance(self._mains[0], LiteralSource) or not written.startswith('"'):
            return False
        span = self._source.span(start, end)
        lines = "\n".join(f"/// {line.strip()}".rstrip() for line in written.strip('"').strip().splitlines())
        title = "What a module is for stands above its header in lines that start with `///`"
        fix = Fix("Write it with `///`", (Edit(span, lines),), _MAYBE)
        self._builder.report(codes.EXPRESSION_PLACE.at(span, title, fixes=(fix,)))
        self._mains.clear()
        return True

    def _top(self) -> int:
        """Where the file's first item starts, its doc comment included."""
        text, start = self._source.text, 1 if self._source.text.startswith("\ufeff") else 0
        if text.startswith("#!", start):
            end = text.find("\n", start)
            return end + 1 if end >= 0 else len(text)
        return start

    def _add_import(self, item: Import) -> None:
        if self._last is not None:
            span = self._source.span(item.start, item.end)
            after = self._imports[-1] if self._imports else self._header
            written = self._source.text[span.start : span.end]
            removal = Edit(self._source.span(*self._whole_line(span.start, span.end)), "")
            if after is not None and after.end < self._last.start:
                move = (Edit(self._source.span(after.end, after.end), f"\n{written}"), removal)
            else:
                top = self._top()
                move = (Edit(self._source.span(top, top), f"{written}\n"), removal)
            fixes = () if self._header is not None and self._header.early else (Fix("Move it up", move, _SURE),)
            title = "An import comes before all declarations"
            self._builder.report(codes.LATE_IMPORT.at(span, title, fixes=fixes))
        self._imports.append(item)

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

    def _add_declaration(self, item: Decl) -> None:
        self._declarations.append(item)
        self._names.add(_name_of(item))
        if not isinstance(item, BrokenDecl):
            self._last = self._last or item

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
        if isinstance(before, Expr) or (isinstance(before, DefDecl) and self._beside(before, start)):
            self._report_missing_pipe(item, before, start)
            return
        if isinstance(before, Separator) and before.start >= 0 and self._needs_separator():
            self._early.pop()
        self._mains.append(item)

    def _add_alias(self, before: Import) -> bool:
        """Read what stands behind an import on its line as its alias, if it looks like one."""
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
        end = self._builder.end(item)
        fix = Fix("Remove the names", (Edit(self._source.span(before.end, end), ""),), _MAYBE)
        fixes = () if is_reference else (fix,)
        self._builder.report(codes.UNEXPECTED.at(self._source.span(start, end), WHOLE_IMPORT, fixes=fixes))
        return True

    def _needs_separator(self) -> bool:
        """Whether the ``;`` before a final expression is no early syntax: a type would swallow the expression."""
        last = self._declarations[-1] if self._declarations else None
        return isinstance(last, (TypeDecl, FunDecl))

    def _beside(self, before: DefDecl, start: int) -> bool:
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
        end = self._builder.end(item)
        end_before = self._builder.end(before)
        if isinstance(before, DefDecl):
            self._declarations[-1] = BrokenDecl(before.start, end, "def", before.name)
        elif self._mains and self._mains[-1] is before:
            self._mains.pop()
        self._tell_missing_pipe(item, before.start, end_before, start)

    def _is_told(self, start: int, end: int) -> bool:
        """Whether a mistake on the same lines was told already: what is left of those is no second one."""
        text = self._source.text
        first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        newline = text.find("\n", end)
        last = newline if newline >= 0 else len(text)
        return self._is_told_between(first, last + 1)

    def _is_told_between(self, start: int, end: int) -> bool:
        """Whether a mistake between two offsets was told before the items were sorted."""
        at = bisect_left(self._told, start)
        return at < len(self._told) and self._told[at] < end

    def _is_told_inside(self, start: int, end: int) -> bool:
        """Whether any mistake between two offsets was told so far."""
        late = self._builder.problems[len(self._told) :]
        return self._is_told_between(start, end) or any(start <= one.primary.span.start < end for one in late)

    def _tell_missing_pipe(self, item: Expr, first: int, end_before: int, start: int) -> None:
        problems = self._builder.problems
        end = self._builder.end(item)
        chained, self._piped = self._piped >= 0 and self._piped == end_before, end
        if chained and self._is_no_pipe:
            self._tell_further_value(item)
            return
        self._given = None
        if not chained and len(problems) < MOST and self._is_told_inside(first, end):
            return  # what does not read as text there is the cause
        if self._is_told(first, end):
            return
        self._is_no_pipe = True
        if (
            self._tell_sql(first)
            or self._tell_misspelt(end_before)
            or self._tell_foreign(end_before)
            or self._tell_end(item)
            or self._tell_joined(item, end_before, start)
        ):
            return
        if self._tell_types(end_before, start) or self._tell_one_name(end_before, start):
            return
        glued = end_before == start
        stage = item.stages[0] if isinstance(item, Pipe) else item
        first_stage = self._source.span(start, self._builder.end(stage))
        if self._tell_given(item, stage, first, end_before, start):
            return
        edit = Edit(self._source.span(end_before, end_before), " | " if glued else " |")
        new_line = _NEW_LINE.search(self._source.text, end_before, start) is not None
        if self._header is None and new_line:
            if not chained:
                self._tell_second_expression(item, first, edit)
            return
        self._is_no_pipe = False
        if self._tell_doubled(end_before, start):
            return
        word = _WORD.match(self._source.text, start)
        # One that stands twice may be one too many, and nothing flows into a literal.
        unsure = (
            isinstance(stage, LiteralSource) if word is None else self._source.text.endswith(word[0], 0, end_before)
        )
        unsure = unsure or self._is_unknown(stage) or self._ends_unknown(end_before)
        level = _MAYBE if new_line or unsure else _SURE
        title = "A `|` is missing between these two stages"
        if chained and problems[-1].code is codes.MISSING_PIPE and problems[-1].fixes:
            edits = problems[-1].fixes[0].edits
            if len(edits) >= _MOST_EDITS:
                self._is_no_pipe = True  # none has that many stages
                return
            last = problems.pop()
            level = _MAYBE if last.fixes[0].applicability is _MAYBE else level
            fixes = (Fix("Insert `|` between them", (*edits, edit), level),)
            problems.append(codes.MISSING_PIPE.at(last.primary.span, title, last.primary.text, fixes=fixes))
            return
        fixes = (Fix("Insert `|`", (edit,), level),)
        self._builder.report(codes.MISSING_PIPE.at(first_stage, title, "expected `|` before this", fixes=fixes))

    def _tell_given(self, item: Expr, stage: Expr, first: int, end_before: int, start: int) -> bool:
        """Tell of ``f "a"``, ``f("a")`` and ``f(Sources.stdin)``."""
        text, end = self._source.text, self._builder.end(stage)
        glued = end_before == start
        word = _LAST_WORD.search(text, max(0, end_before - _LONGEST), end_before)
        if glued and word is not None and word[0] in _ATTRIBUTES and word.start() == first:
            sign = Fix(f"Write `@{word[0]}`", (Edit(self._source.span(first, first), "@"),), _MAYBE)
            place = self._source.span(first, self._builder.end(item))
            self._builder.report(codes.UNEXPECTED.at(place, "An attribute starts with `@`", fixes=(sign,)))
            return True
        if isinstance(stage, LiteralSource) and _NEW_LINE.search(text, end_before, start) is None:
            self._given = Called(self._source, end_before), [(stage.start, stage.end)]
            called, spans = self._given
            self._builder.report(called.with_values(spans, end))
            return True
        if glued and (item in self._builder.outer or stage in self._builder.outer):
            end = self._builder.end(item) if item in self._builder.outer else end
            is_first = "|" not in text[first:end_before]
            self._builder.report(Called(self._source, end_before).with_stages(start, end, is_first=is_first))
            return True
        return False

    def _tell_further_value(self, item: Expr) -> None:
        """Tell of the second value of ``f "a" 3`` with the first."""
        stage = item.stages[0] if isinstance(item, Pipe) else item
        if self._given is None or not isinstance(stage, LiteralSource) or len(self._given[1]) >= _MOST_EDITS:
            self._given = None
            return
        called, spans = self._given
        spans.append((stage.start, stage.end))
        self._builder.problems[-1] = called.with_values(spans, self._builder.end(stage))

    def _tell_doubled(self, end_before: int, start: int) -> bool:
        """Tell of ``Conv Conv.to_json`` and ``Pricing.bill bill``, which were meant as one stage."""
        text = self._source.text
        again = _WORD.match(text, start)
        if again is None or text[end_before:start].strip(" \t"):
            return False
        found = _LAST_WORD.search(text, max(0, end_before - len(again[0]) - 1), end_before)
        if found is None or again[0] != found[0]:
            return False
        word, at = found[0], found.start()
        if word in self._names and text[at - 1 : at] != ".":
            return False  # `f f` may well be two stages
        fix = Fix("Remove the first", (Edit(self._source.span(at, start), ""),), _MAYBE)
        span = self._source.span(start, start + len(word))
        self._builder.report(codes.UNEXPECTED.at(span, f"{shown(word)} stands twice", fixes=(fix,)))
        self._is_no_pipe = True
        return True

    def _tell_types(self, end_before: int, start: int) -> bool:
        """Tell of ``Sources.jsonl(Text)`` and ``Sources.jsonl Text``."""
        text = self._source.text
        found = _TYPE.match(text, start)
        if (
            found is None
            or (end_before != start and found["open"])
            or found["open"] + found["close"] not in ("", "()", "[]")
        ):
            return False
        opened, end = found["open"], found.end("close" if found["close"] else "type")
        edit = Edit(self._source.span(end_before, end), f"<{found['type']}>")
        fix = Fix(f"Write `<{found['type']}>`", (edit,), _MAYBE)
        other = f", not in `{opened} {found['close']}`" if opened else ""
        title = f"The types of a function are given in `< >`{other}"
        self._builder.report(codes.UNEXPECTED.at(self._source.span(start, end), title, fixes=(fix,)))
        return True

    def _tell_apart(self, one: re.Match[str], other: re.Match[str]) -> bool:
        """Tell of ``Sou rces.stdin``."""
        text, word = self._source.text, one[0] + other[0]
        if len(self._builder.problems) >= MOST:
            return False
        if text[other.end() : other.end() + 1] == ".":
            known = word in (*_STANDARD, *(item.alias.text for item in self._imports if item.alias is not None))
        else:
            own = one[0] not in self._names and text[one.start() - 1 : one.start()] != "."
            known = own and word in self._names
        if not known:
            return False
        span = self._source.span(one.start(), other.end())
        fix = Fix(f"Write `{word}`", (Edit(span, word),), _MAYBE)
        self._builder.report(codes.UNEXPECTED.at(span, apart(word), fixes=(fix,)))
        return True

    def _tell_one_name(self, end_before: int, start: int) -> bool:
        """Tell of ``fet ch`` and of ``Lib f``: no stage is a name with a capital letter alone."""
        text = self._source.text
        found = _LAST_WORD.search(text, max(0, end_before - _LONGEST), end_before)
        if text[end_before:start].strip(" \t"):
            return False
        named = found is not None and found[0][0].isupper() and text[found.start() - 1 : found.start()] != "."
        behind = _WORD.match(text, start)
        if found is not None and behind is not None and self._tell_apart(found, behind):
            return True
        if found is None or not named or behind is None or behind[0] == found[0]:
            return False
        edit = Edit(self._source.span(end_before, start), ".")
        fix = Fix(f"Write {shown(f'{found[0]}.{behind[0]}')}", (edit,), _MAYBE)
        span = self._source.span(found.start(), behind.end())
        title = f"A `.` is missing between {shown(found[0])} and {shown(behind[0])}"
        title = fitting(title, "A `.` is missing between these names")
        self._builder.report(codes.UNEXPECTED.at(span, title, fixes=(fix,)))
        return True

    def _is_unknown(self, item: Expr) -> bool:
        """Whether it is a name that the file does not declare: with a `|` before it, it means nothing either."""
        while isinstance(item, (Apply, Instantiate, Concat, Filter)):
            item = item.function
        return isinstance(item, Use) and item.qualifier is None and item.name.text not in self._names

    def _ends_unknown(self, end: int) -> bool:
        """Whether what ends there is a name that nothing declares: a `|` behind it would leave it one."""
        found = _LAST_WORD.search(self._source.text, max(0, end - _LONGEST), end)
        if found is None or self._source.text[found.start() - 1 : found.start()] in (".", "$"):
            return False
        return found[0] not in self._names

    def _tell_joined(self, item: Expr, end: int, start: int) -> bool:
        """Tell of ``f and g``, ``tee (f & g)`` and ``flatten f``, where the file declares no such name."""
        if isinstance(item, Use) and item.name.text in JOINING and self._is_unknown(item):
            self._builder.report(joined(self._source.span(item.start, item.end), item.name.text))
            return True
        found = _LAST_WORD.search(self._source.text, max(0, end - _LONGEST), end)
        if found is None or found[0] not in RUNNING or not self._ends_unknown(end):
            return False
        stage = item.stages[0] if isinstance(item, Pipe) else item
        place = self._source.span(start, self._builder.end(stage))
        self._builder.report(run_by(self._source, self._source.span(*found.span()), place))
        return True

    def _tell_second_expression(self, item: Expr, first: int, pipe: Edit) -> None:
        """A script's second expression, on a line of its own; or its first goes on there."""
        fixes: tuple[Fix, ...] = (
            Fix("Name the first `first`", (Edit(self._source.span(first, first), "def first = "),), _MAYBE),
            Fix("Insert `|`", (pipe,), _MAYBE),
        )
        if "first" in self._names:
            fixes = fixes[1:]
        where = self._source.span(self._builder.start(item), self._builder.end(item))
        title = "A script ends in one expression: this is a second one"
        self._builder.report(codes.EXPRESSION_PLACE.at(where, title, fixes=fixes))

    def _tell_foreign(self, end: int) -> bool:
        """Tell of ``if f then …``, ``map f``, ``return f``: they read as stages side by side."""
        found = _LAST_WORD.search(self._source.text, max(0, end - _LONGEST), end)
        if found is None or found[0] not in ("if", "return", "map", "each"):
            return False
        if found[0] in self._names:
            return False
        where = self._source.span(*found.span())
        if found[0] == "if":
            title = "The language has no `if`: a function in Python decides"
            notes = ("`filter f` lets through what `f` gives a value for; a sum's value tells cases apart",)
            self._builder.report(codes.UNEXPECTED.at(where, title, notes=notes))
            return True
        if found[0] in ("map", "each"):
            title = f"A pipe runs each stage on every value: there is no `{found[0]}`"
            self._builder.report(codes.UNEXPECTED.at(where, title, fixes=(self._without(where, found.end()),)))
            return True
        if found[0] == "return":
            title = "The language has no `return`: a `def` is its expression"
            self._builder.report(codes.UNEXPECTED.at(where, title, fixes=(self._without(where, found.end()),)))
            return True
        return False

    def _tell_end(self, item: Expr) -> bool:
        """Tell of ``f | g end``."""
        if not isinstance(item, Use) or item.name.text not in _ENDS or not self._is_unknown(item):
            return False
        where = self._source.span(item.start, item.end)
        fix = Fix(f"Remove `{item.name.text}`", (Edit(where, ""),), _MAYBE)
        title = f"The language has no `{item.name.text}`: a pipe ends with its last stage"
        self._builder.report(codes.UNEXPECTED.at(where, title, fixes=(fix,)))
        return True

    def _tell_sql(self, first: int) -> bool:
        """Tell of ``SELECT a FROM b`` and ``DROP TABLE a``, whose words read as stages."""
        found = _SQL.match(self._source.text, self._source.text.rfind("\n", 0, first) + 1)
        if found is None:
            return False
        span = self._source.span(found.start("sql"), found.start("sql") + len(found["sql"].rstrip()))
        self._builder.report(told_as_sql(span, found["sql"].split()[0]))
        return True

    def _without(self, where: Span, end: int) -> Fix:
        """A fix that takes a word and the space behind it out."""
        text = self._source.text
        behind = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
        return Fix(f"Remove `{text[where.start : end]}`", (Edit(self._source.span(where.start, behind), ""),), _MAYBE)

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
        start, end = self._builder.start(item), self._builder.end(item)
        if len(self._builder.problems) >= MOST or self._is_told(start, end):
            return
        if isinstance(item, Use) and item.qualifier is None and item.name.text in _ATTRIBUTES:
            sign = Fix(f"Write `@{item.name.text}`", (Edit(self._source.span(start, start), "@"),), _MAYBE)
            told = "An attribute starts with `@`"
            self._builder.report(codes.UNEXPECTED.at(self._source.span(start, end), told, fixes=(sign,)))
            return
        problem = self._documentation(item, start, end)
        if problem is not None:
            self._builder.report(problem)
            return
        names = [getattr(declaration, "name", None) for declaration in self._declarations]
        taken = {declared.text for declared in names if declared is not None}
        name = next(
            candidate for candidate in chain((name,), (f"{name}{n}" for n in count(2))) if candidate not in taken
        )
        fix = Fix(f"Name it `{name}`", (Edit(self._source.span(start, start), f"def {name} = "),), _MAYBE)
        self._builder.report(codes.EXPRESSION_PLACE.at(self._source.span(start, end), title, fixes=(fix,)))

    def _documentation(self, item: Expr, start: int, end: int) -> Diagnostic | None:
        """What is told of a text that says what the declaration below it is for, or the module above it."""
        text, header = self._source.text, self._header
        if not isinstance(item, LiteralSource) or text[start] != '"':
            return None
        below = header is not None and header.early is None and not text[header.end : start].strip()
        if header is not None and below and _APART.match(text, end) is not None:
            return documentation_of_module(self._source, self._source.span(header.start, header.end), start, end)
        return documentation(self._source, start, end)

    def _tell_misspelt(self, end: int) -> bool:
        """Tell of a word right before an offset that is nearly ``concat`` or ``filter``, and nothing declared here."""
        found = _LAST_WORD.search(self._source.text, max(0, end - _LONGEST), end)
        behind = _WORD.match(self._source.text, end + 1) if self._source.text[end : end + 1] == " " else None
        if found is not None and behind is not None and found[0] + behind[0] in ("concat", "filter"):
            span, word = self._source.span(found.start(), behind.end()), found[0] + behind[0]
            fix = Fix(f"Write `{word}`", (Edit(span, word),), _MAYBE)
            self._builder.report(codes.UNEXPECTED.at(span, apart(word), fixes=(fix,)))
            return True
        meant = near(found[0], ("concat", "filter")) if found is not None else ()
        if found is None or not meant or found[0] in self._names:
            return False
        where = self._source.span(*found.span())
        fix = Fix(f"Write `{meant[0]}`", (Edit(where, meant[0]),), _MAYBE)
        title = f"{shown(found[0])} cannot stand here"
        self._builder.report(codes.UNEXPECTED.at(where, title, f"did you mean `{meant[0]}`?", fixes=(fix,)))
        return True


def _name_of(decl: Decl) -> str:
    return decl.name.text if isinstance(decl, (DefDecl, FunDecl, BrokenDecl)) and decl.name is not None else ""
