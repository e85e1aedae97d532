"""What is told of two stages that stand side by side, with no `|` between them: one is missing, or it is what other
languages write so, or a slip.
"""

import re

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.already_told import AlreadyTold
from nscompiler.grammar.build import Builder
from nscompiler.grammar.given_arguments import Called
from nscompiler.grammar.joining_words import JOINING, RUNNING, joined, run_by
from nscompiler.grammar.out_of_place import ATTRIBUTES
from nscompiler.grammar.place import MOST
from nscompiler.grammar.sql_statements import told_as_sql
from nscompiler.grammar.syntax import (
    Apply,
    Concat,
    Expr,
    Filter,
    Import,
    Instantiate,
    LiteralSource,
    Pipe,
    Use,
)
from nscompiler.grammar.wording import apart, fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import Span

_MOST_EDITS = 64
_LONGEST = 24
# What ends a pipe or a block elsewhere.
_ENDS = frozenset(("end", "done", "fi", "esac", "endif"))
_NEW_LINE = Pattern(r"[\n\r]")
_SQL = Pattern(
    r"[ \t]*+(?:def[ \t]++\w++[ \t]*+=[ \t]*+)?+(?P<sql>(?i:select\b[^\n;|]*?\bfrom[ \t]++\w|create[ \t]++table\b"
    r"|insert[ \t]++into\b|delete[ \t]++from\b|drop[ \t]++table\b|alter[ \t]++table\b)[^\n;|]*+)"
)
_STAGE_BEFORE = Pattern(r"(?<![\w.])(?P<name>[a-z_]\w*+)[ \t\r\n]*\|[ \t\r\n]*\Z")
_TWO = Pattern(r"[ \t]+(?P<first>[a-z_]\w*+)[ \t]+(?P<second>[a-z_]\w*+)")
_STANDARD = ("Sources", "Sinks", "Conv", "Std")
_TYPE = Pattern(r"(?P<open>[(\[]?)[ \t]*(?P<type>[A-Z]\w*+(?:\.[A-Z]\w*+)*+)(?![\w.'<])[ \t]*(?P<close>[)\]]?)")
_WORD, _LAST_WORD = Pattern(r"[A-Za-z_][\w']*+"), Pattern(r"(?<![\w'])[A-Za-z_][\w']*+\Z")
_SURE, _MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT


def _gives_list(text: str, name: str) -> bool:
    """Whether a function that the file declares gives a list."""
    return re.search(rf"(?m)^[ \t]*fun[ \t]+{name}[ \t]*:[^\n]*->[ \t]*\[", text) is not None


class SideBySide:
    """What is told of one file's stages that stand side by side, where ``told`` mistakes of it were told before.

    ``names`` are those that the file declares.
    """

    def __init__(self, builder: Builder, told: int, names: set[str], imports: list[Import]) -> None:
        self._builder = builder
        self._source = builder.source
        self._told = AlreadyTold(builder, told)
        self._names = names
        self._imports = imports
        # Where the last expression ended that lacked a `|`.
        self._piped = -1
        # Whether that was told as something else.
        self._is_no_pipe = False
        # The function before it, and the values behind that, where it was told as those.
        self._given: tuple[Called, list[tuple[int, int]]] | None = None

    def tell(self, item: Expr, first: int, end_before: int, start: int, *, is_script: bool) -> None:
        """Tell of an expression that begins at ``start``, right behind what began at ``first`` and has ended."""
        problems = self._builder.problems
        end = self._builder.end(item)
        chained, self._piped = self._piped >= 0 and self._piped == end_before, end
        if chained and self._is_no_pipe:
            self._tell_further_value(item)
            return
        self._given = None
        if not chained and len(problems) < MOST and self._told.inside(first, end):
            return  # what does not read as text there is the cause
        if self._told.on_lines_of(first, end):
            return
        self._is_no_pipe = True
        if (
            self._tell_sql(first)
            or self._tell_misspelt(end_before)
            or self._tell_foreign(end_before)
            or self._tell_end(item)
            or self._tell_joined(item, end_before, start)
            or self._tell_types(end_before, start)
            or self._tell_one_name(end_before, start)
        ):
            return
        glued = end_before == start
        stage = item.stages[0] if isinstance(item, Pipe) else item
        first_stage = self._source.span(start, self._builder.end(stage))
        if self._tell_given(item, stage, first, end_before, start):
            return
        edit = Edit(self._source.span(end_before, end_before), " | " if glued else " |")
        new_line = _NEW_LINE.search(self._source.text, end_before, start) is not None
        if is_script and new_line:
            if not chained:
                self._tell_second_expression(item, first, edit)
            return
        self._is_no_pipe = False
        if self._tell_doubled(end_before, start):
            return
        unsure = new_line or self._is_unsure(stage, end_before, start)
        self._tell_missing(first_stage, edit, _MAYBE if unsure else _SURE, chained=chained)

    def _is_unsure(self, stage: Expr, end_before: int, start: int) -> bool:
        """Whether a `|` may not be what is missing: a name that stands twice may be one too many, one that nothing
        declares means nothing either way, and nothing flows into a literal.
        """
        word = _WORD.match(self._source.text, start)
        odd = isinstance(stage, LiteralSource) if word is None else self._source.text.endswith(word[0], 0, end_before)
        return odd or self._is_unknown(stage) or self._ends_unknown(end_before)

    def _tell_missing(self, stage: Span, edit: Edit, level: Applicability, *, chained: bool) -> None:
        """Tell of a `|` that is missing before a stage, together with that before the stage which precedes it."""
        problems = self._builder.problems
        title = "A `|` is missing between these two stages"
        if not chained or problems[-1].code is not codes.MISSING_PIPE or not problems[-1].fixes:
            fixes = (Fix("Insert `|`", (edit,), level),)
            self._builder.report(codes.MISSING_PIPE.at(stage, title, "expected `|` before this", fixes=fixes))
            return
        edits = problems[-1].fixes[0].edits
        if len(edits) >= _MOST_EDITS:
            self._is_no_pipe = True  # none has that many stages
            return
        last = problems.pop()
        level = _MAYBE if last.fixes[0].applicability is _MAYBE else level
        fixes = (Fix("Insert `|` between them", (*edits, edit), level),)
        problems.append(codes.MISSING_PIPE.at(last.primary.span, title, last.primary.text, fixes=fixes))

    def _tell_given(self, item: Expr, stage: Expr, first: int, end_before: int, start: int) -> bool:
        """Tell of ``f "a"``, ``f("a")`` and ``f(Sources.stdin)``."""
        text, end = self._source.text, self._builder.end(stage)
        glued = end_before == start
        word = _LAST_WORD.search(text, max(0, end_before - _LONGEST), end_before)
        if glued and word is not None and word[0] in ATTRIBUTES and word.start() == first:
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
        text, start = self._source.text, self._builder.start(item)
        named = Fix("Name the first `first`", (Edit(self._source.span(first, first), "def first = "),), _MAYBE)
        fixes = [] if "first" in self._names else [named]
        if not text.startswith("Sources.", start):
            ends = "Sinks." in text[first:start]
            goes_on = text.startswith("Sinks.", start) or (text.startswith("Sources.", first) and not ends)
            fixes.insert(0 if goes_on else len(fixes), Fix("Insert `|`", (pipe,), _MAYBE))
        where = self._source.span(self._builder.start(item), self._builder.end(item))
        title = "A script ends in one expression: this is a second one"
        self._builder.report(codes.EXPRESSION_PLACE.at(where, title, fixes=tuple(fixes)))

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
            fix = self._with_star(where, end) or self._without(where, found.end())
            self._builder.report(codes.UNEXPECTED.at(where, title, fixes=(fix,)))
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

    def _with_star(self, word: Span, end: int) -> Fix | None:
        """The fix of ``words | map stem`` and ``map stem words``, where ``words`` gives a list."""
        before, behind = (
            _STAGE_BEFORE.search(self._source.text, max(0, word.start - 99), word.start),
            _TWO.match(self._source.text, end),
        )
        if before is not None and _gives_list(self._source.text, before["name"]):
            place = self._source.span(before.end("name"), before.end("name"))
            (gone,) = self._without(word, end).edits
            return Fix(f"Write `{before['name']}*`, and remove `map`", (Edit(place, "*"), gone), _MAYBE)
        if behind is not None and _gives_list(self._source.text, behind["second"]):
            written = f"{behind['second']}* | {behind['first']}"
            return Fix(f"Write `{written}`", (Edit(self._source.span(word.start, behind.end()), written),), _MAYBE)
        return None

    def _without(self, where: Span, end: int) -> Fix:
        """A fix that takes a word and the space behind it out."""
        text = self._source.text
        behind = end + len(text[end:]) - len(text[end:].lstrip(" \t"))
        return Fix(f"Remove `{text[where.start : end]}`", (Edit(self._source.span(where.start, behind), ""),), _MAYBE)

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
