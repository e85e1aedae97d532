"""What happens when the automaton is stuck: a bad token is read as what it was meant to be, a mistake is explained
once, and parsing goes on at the next declaration.
"""

from bisect import bisect_left
from typing import Any

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import chained, import_lines, keywords, odd_names, unquoted
from nscompiler.grammar.bad_tokens import BadTokens
from nscompiler.grammar.build import Builder, Separator
from nscompiler.grammar.chained import Left
from nscompiler.grammar.conflicts import Conflicts
from nscompiler.grammar.depth import TOO_DEEP, too_deep
from nscompiler.grammar.explain import explain
from nscompiler.grammar.foreign_comments import aside
from nscompiler.grammar.item_stack import ItemStack
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.place import MOST
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.slips import Slips, says_little
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.syntax import NAMELESS, BrokenDecl, DefDecl, Header, Name, Node
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import shown
from nscompiler.records import replace


class Recovery:
    """Mistakes of one run; made at the first."""

    __slots__ = (
        "_bad",
        "_builder",
        "_chained",
        "_conflicts",
        "_dashed",
        "_first_bad",
        "_imports",
        "_items",
        "_left",
        "_slips",
        "_tables",
        "_tokens",
        "_trial",
    )

    def __init__(self, tables: Tables, tokens: Tokens, builder: Builder, left: Left | None) -> None:
        self._left = left
        self._tables = tables
        self._tokens = tokens
        self._builder = builder
        self._trial = Trial(tables)
        self._slips = Slips(builder.source, tokens, self._trial)
        self._first_bad = tables.kind["$END"] + 1
        self._items = ItemStack(tables, tokens, builder, self._trial)
        self._bad = BadTokens(tables, tokens, builder, self._trial, self._items)
        self._imports: set[int] = set()
        # Words with a dash that were looked for in the whole file.
        self._dashed: set[str] = set()
        self._conflicts = Conflicts(builder.source, tokens)
        self._chained = 0

    def recover(self, states: list[int], values: list[Any], index: int) -> int:
        """Mend the stacks after the token at ``index`` was refused; where to go on."""
        # After so many mistakes nothing is told any more: what each may have been meant for is not looked for.
        read = self._read_as_meant(states, values, index) if len(self._builder.problems) < MOST else -1
        if read >= 0:
            return read
        if self._joins_types(index):
            self._tokens.kinds[index] = self._tables.literals["&"]  # which no type has either: told of alike
        kind = self._tokens.kinds[index]
        if self._first_bad <= kind < len(self._tables.names) and not self._bad.is_quoted_name(states, index):
            if self._bad.may_be_slip(index) and self._slips.is_between(states, index):
                read = self._read_slip(states, values, index, likely=False)
                if read >= 0:
                    return read
            return self._bad.read(states, values, index)
        return self._mistake(states, values, index)

    def _joins_types(self, index: int) -> bool:
        """Whether a token is the ``+`` of ``type B = A + { name : Text }``."""
        kinds, texts, kind = self._tokens.kinds, self._tokens.texts, self._tables.kind
        if texts[index] != "+" or not (texts[index - 1] == "}" or texts[index + 1] == "{"):
            return False
        starts = (kind["TYPE"], kind["FUN"], kind["DEF"], kind["SEMICOLON"])
        near = range(index, max(index - WINDOW, -1), -1)
        return next((kinds[at] for at in near if kinds[at] in starts), -1) == kind["TYPE"]

    def _read_as_meant(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after reading what stands around a token as what was meant; -1 where that is not seen."""
        read = self._read_conflict(states, values, index)
        if read < 0:
            read = self._read_aside(states, values, index)
        if read < 0:
            read = self._read_slip(states, values, index, likely=True)
        if read < 0:
            read = self._read_misspelt_keyword(states, values, index)
        if read < 0:
            read = self._read_small_type(index)
        if read < 0 and odd_names.is_small_alias(self._tokens, self._trial, index):
            # That no import is called so is for the type checker to say: it knows them.
            self._tokens.kinds[index - 1] = self._trial.kind["UNAME"]
            read = self._items.back_to(states, values, index - 1)
        if read < 0:
            read = self._read_on(states, values, index)
        if read < 0:
            read = self._read_import(states, values, index)
        if read < 0:
            read = self._read_missing_keyword(states, values, index)
        if read < 0:
            read = self._read_unquoted(states, values, index)
        if read < 0:
            read = self._read_odd_name(states, values, index)
        return read

    def _read_conflict(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after reading the first side of a merge conflict alone; -1 if there is none."""
        found = self._conflicts.next(index)
        if found is None:
            return -1
        first, until, problem = found
        problems, starts = self._builder.problems, self._tokens.starts
        problems[:] = [one for one in problems if not starts[first] <= one.primary.span.start < starts[until]]
        self._builder.report(problem)
        return self._items.back_to(states, values, first)

    def _read_aside(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after passing over a comment, or a text that is one, as elsewhere; -1 if there is none."""
        tokens = self._tokens
        found = aside(self._builder.source, tokens, self._trial, index)
        if found is None or self._items.silent(states, values, index):
            return -1
        documents = found.problem.code is codes.EXPRESSION_PLACE
        if documents and not self._trial.ends(states, tokens.kinds[found.until]):
            return -1
        self._builder.report(found.problem)
        for at in range(found.first, found.until, max(found.until - found.first - 1, 1) if found.around else 1):
            tokens.kinds[at], tokens.texts[at] = SWALLOWED, ""
        if found.text:
            kind = "LONG_TEXT" if found.text.startswith('"""') else "TEXT"
            tokens.kinds[found.first], tokens.texts[found.first] = self._tables.kind[kind], found.text
            tokens.ends[found.first] = tokens.ends[found.until - 1]
        return index if found.first == index else self._items.back_to(states, values, found.first)

    # --- slips

    def _read_slip(self, states: list[int], values: list[Any], index: int, likely: bool) -> int:
        """Where to go on after reading what slipped around a token as what was meant; -1 if nothing is seen."""
        if self._items.silent(states, values, index):
            return -1
        trial, parts, tokens = states.copy(), values.copy(), self._tokens
        self._items.open(trial, parts)
        level = self._items.level(trial)
        first, stop = self._items.first(parts[level:], index), self._items.next_start(index)
        stop = index if tokens.kinds[index] == self._tables.kind["$END"] else stop
        items = parts[level - 1]
        if tokens.kinds[first] not in self._trial.starters and items and isinstance(items[-1], Node):
            first = self._items.item_start(items, first - 1)  # what follows a declaration may be meant as part of it
        self._items.close(trial, level)
        for slip in self._slips.likely(index) if likely else self._slips.others(index):
            start = first if slip.first >= first else self._items.item_start(items, slip.first)
            if start > slip.first:
                continue
            if stop - start <= WINDOW * 2 and slip.until <= stop and self._slips.is_whole(slip, trial, start, stop):
                self._builder.report(slip.problem)
                self._slips.read(slip)
                read = self._items.back_to(states, values, start)
                if slip.nameless:
                    place = tokens.starts[slip.first]
                    values[-1].append(BrokenDecl(place, place, "import", Name(place, place, NAMELESS)))
                return read
        return -1

    # --- misspelt keywords

    def _read_misspelt_keyword(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on if the line's first word is nearly a keyword and is to be read as that; -1 if it is not."""
        tokens, first = self._tokens, index
        while first > max(0, index - WINDOW) and not self._trial.begins_line(tokens, first):
            first -= 1
        keyword = self._trial.misspelt_keyword(tokens, first)
        if not keyword:
            return -1
        start = tokens.starts[first]
        tokens.kinds[first] = self._tables.literals[keyword]
        self._items.misspelt.add(start)
        if len(self._builder.problems) < MOST:
            span = self._builder.source.span(start, tokens.ends[first])
            fix = Fix(f"Write `{keyword}`", (Edit(span, keyword),), Applicability.MAYBE_INCORRECT)
            title = f"No declaration starts with {shown(tokens.texts[first])}"
            label = f"did you mean `{keyword}`?"
            self._builder.report(codes.NO_DECLARATION.at(span, title, label, fixes=(fix,)))
        return self._items.back_to(states, values, min(first, index))

    def _read_small_type(self, index: int) -> int:
        """Where to go on after reading the name of a ``type`` in small letters as that; -1 if it is none."""
        if len(self._builder.problems) >= MOST:
            return -1
        problem = odd_names.small_type(self._builder.source, self._tokens, self._trial, index)
        if problem is None:
            return -1
        self._builder.report(problem)
        self._items.misspelt.add(problem.primary.span.start)
        return index

    def _read_on(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after taking the ``;`` out of ``f; | g``; -1 where it is none that ends what goes on."""
        tokens = self._tokens
        if tokens.texts[index] not in ("|", "&") or index == 0 or tokens.texts[index - 1] != ";":
            return -1
        trial, parts = states.copy(), values.copy()
        self._items.open(trial, parts)
        level = self._items.level(trial)
        ended = next((item for item in reversed(parts[level - 1]) if not isinstance(item, Separator)), None)
        if not isinstance(ended, Node):
            return -1
        first = bisect_left(tokens.starts, self._builder.start(ended))
        kinds = [kind for kind in (*tokens.kinds[first : index - 1], tokens.kinds[index]) if kind != SWALLOWED]
        self._items.close(trial, level)
        if self._trial.feed(trial, kinds) < len(kinds):
            return -1
        span = self._builder.source.span(tokens.starts[index - 1], tokens.ends[index - 1])
        fix = Fix("Remove the `;`", (Edit(span, ""),), Applicability.MACHINE_APPLICABLE)
        title = f"This `;` ends what the {shown(tokens.texts[index])} behind it goes on with"
        self._builder.report(codes.UNEXPECTED.at(span, title, fixes=(fix,)))
        tokens.kinds[index - 1] = SWALLOWED
        return self._items.back_to(states, values, first)

    def _read_import(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on if the line is an import, written as elsewhere, and is to be read as that; -1 if not."""
        tokens, source, problems = self._tokens, self._builder.source, self._builder.problems
        line = import_lines.import_line(tokens, self._trial, source.text, index)
        if line is None or line.first == index or tokens.starts[line.first] in self._imports or len(problems) >= MOST:
            return -1
        problem = import_lines.told(source, tokens, line)
        if problem is None:
            return -1
        start, end = tokens.starts[line.first], tokens.ends[line.until - 1]
        self._imports.add(start)
        problems[:] = [one for one in problems if not start <= one.primary.span.start < end]
        self._builder.report(problem)
        import_lines.read(source, tokens, self._trial, line)
        return self._items.back_to(states, values, line.first)

    def _read_missing_keyword(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on if the line is a declaration without its keyword and is to be read as that; -1 if not."""
        tokens, before = self._tokens, states.copy()
        self._items.open(before, values.copy())
        level = self._items.level(before)
        first = self._items.first(values[level:], index)
        found = keywords.unsaid(tokens, self._trial, before[: level + 1], first, index)
        if found is None:
            return -1
        silent = any(problem.primary.span.start == tokens.starts[found.line] for problem in self._builder.problems)
        if not silent:
            self._builder.report(keywords.told(self._builder.source, tokens, found))
        self._items.misspelt.add(tokens.starts[found.line])
        keywords.read(tokens, self._trial, found)
        return self._items.back_to(states, values, min(found.line, index))

    def _read_odd_name(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after reading the word at a token as one name, for all that is odd in it; -1 if it is none."""
        tokens, text = self._tokens, self._tables.kind["TEXT"]
        name = odd_names.odd_name(tokens, index, self._tables.kind["STRAY"])
        if tokens.kinds[index] in (self._tables.kind["BAD_NUMBER"], self._tables.kind["INTEGER"]):
            digits = None
            if text in self._trial.expected(states.copy()):
                digits = odd_names.numbered(self._builder.source, tokens, index, text)
            if digits is None and tokens.kinds[index] == self._tables.kind["BAD_NUMBER"]:
                digits = odd_names.numbered_declaration(self._builder.source, tokens, self._trial, index)
            if digits is not None:
                self._items.report(digits, self._items.silent(states, values, index))
                return index
        if name is None or (name.first < index and values[-1:] != [name.first]):
            return -1
        silent = self._items.silent(states, values, index)
        shifted = name.first < index
        if odd_names.can_be_quoted(name, tokens, self._trial, states[:-1] if shifted else states):
            problem = odd_names.quoted(self._builder.source, name, tokens)
            tokens.kinds[name.first] = text
            if shifted:
                states.pop()
                values.pop()
            index = name.first
        elif odd_names.is_slip(name, tokens, index):
            problem = odd_names.mended(self._builder.source, name, tokens)
        elif shifted and (parameter := odd_names.dashed_parameter(self._builder.source, name, tokens)) is not None:
            problem = parameter
        elif (found := self._dashed_name(name)) is not None:
            problem, silent = found, False  # each name is a mistake of its own, and only its first place is met
        else:
            return -1
        self._items.report(problem, silent)
        return index

    def _dashed_name(self, name: odd_names.OddName) -> Diagnostic | None:
        """What is wrong with a name that is declared with dashes, at the first place where it stands."""
        if "-" not in name.text or name.text in self._dashed:
            return None
        self._dashed.add(name.text)
        return odd_names.dashed(self._builder.source, name, self._tokens, self._trial)

    def _read_unquoted(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after reading the value around a token as a text without its quotes; -1 if it is none."""
        tokens = self._tokens
        place = unquoted.unquoted(tokens, index, self._builder.source.text)
        if place is None:
            return -1
        shifted = place[0] < index
        if shifted and not self._is_last(values, place[0], index):
            return -1
        silent = self._items.silent(states, values, index)
        if not unquoted.can_be_text(place, tokens, self._trial, states[:-1] if shifted else states):
            return -1
        problem = unquoted.quoted(self._builder.source, place, tokens, self._tables.kind["TEXT"])
        if self._bad.is_value(place[0]):
            self._bad.read_any_value(place[0])
        if shifted:
            states.pop()
            values.pop()
        if not silent:
            self._builder.report(problem)
        return place[0]

    def _is_last(self, values: list[Any], first: int, index: int) -> bool:
        """Whether the one token before another is what was read last, as it is or as a node of its own."""
        last = values[-1] if values and index == first + 1 else None
        if isinstance(last, Node):
            return self._builder.start(last) == self._tokens.starts[first]
        return bool(last == first)

    # --- mistakes

    def _mistake(self, states: list[int], values: list[Any], index: int) -> int:
        tokens, end = self._tokens, self._trial.kind["$END"]
        self._items.open(states, values)
        level = self._items.level(states)
        parts = values[level:]
        first = self._items.first(parts, index)
        if not parts and tokens.kinds[index] == end:
            return self._close_braces(values, index)
        if not parts and self._closes_a_broken_module(index):
            tokens.kinds[index] = SWALLOWED
            return index + 1
        deep = tokens.kinds[index] == TOO_DEEP
        silent = self._items.silent(states, values, index) or (tokens.unclosed >= 0 and tokens.kinds[index] == end)
        base = states[: level + 1]
        segment = Segment(self._trial, self._builder.source, tokens, base, first, index, self._items.limit(base, first))
        around = Surroundings(segment, self._items.is_module(values[:level]))
        stop = segment.stop
        problem = None if deep or silent else explain(around)
        if problem is not None and says_little(problem):
            read = self._read_slip(states, values, index, likely=False)
            if read >= 0:
                return read
        if problem is not None and self._left is not None and self._chained < chained.MOST:
            problem = chained.mended(around, problem, self._left_in)
        elif problem is not None and self._left is None and not problem.fixes:
            options = chained.with_repairs(around, problem)
            problem = replace(problem, fixes=tuple(option.fixes[0] for option in options))
        del states[level + 1 :], values[level:]
        items = values[level - 1]
        if deep:
            self._builder.report(too_deep(self._builder.source, tokens.starts[index], tokens.ends[index]))
        elif problem is not None:
            self._builder.report(problem)
        self._replace(items, around, stop)
        self._items.close(states, level)
        return stop

    def _left_in(self, text: str) -> tuple[Diagnostic, ...]:
        """What is wrong with a text that a fix wrote; such texts are counted."""
        self._chained += 1
        return self._left(text) if self._left is not None else ()

    def _closes_a_broken_module(self, index: int) -> bool:
        """Whether this is the last brace of a file whose header, and the brace behind it, did not parse."""
        tokens = self._tokens
        last = tokens.texts[index] == "}" and tokens.kinds[index + 1] == self._trial.kind["$END"]
        opens, closes = (tokens.kinds.count(self._tables.literals[sign]) for sign in "{}") if last else (0, 1)
        return last and bool(self._builder.problems) and opens >= closes

    def _replace(self, items: list[Any], around: Surroundings, stop: int) -> None:
        """Put a broken declaration in the place of what did not parse, and of items that the message speaks of."""
        problems, segment = self._builder.problems, around.segment
        start, end = segment.start(0), self._tokens.ends[max(stop - 1, 0)]
        keyword, name = around.keyword, around.name()
        told = problems[-1].primary.span.start if problems else start
        while items and isinstance(items[-1], Node) and told < items[-1].end <= start:
            dropped = items.pop()
            start = dropped.start
            if isinstance(dropped, DefDecl):
                keyword, name = "def", dropped.name
        if not keyword and segment.text(1) in (":", "=") and segment.is_word(0):
            keyword, name = _guessed(around)
        if keyword == "module":
            items.extend(self._broken_header(segment))
        elif keyword or segment.text(0) == "@":
            items.append(BrokenDecl(start, max(start, end), keyword or "fun", name))

    def _broken_header(self, segment: Segment) -> list[Header]:
        """The header whose rest did not parse, if its reference was read."""
        if segment.at < 2:
            return []
        index = segment.indexes[1]
        return [Header(segment.start(0), segment.end(1), self._builder.reference(index))]

    def _close_braces(self, values: list[Any], index: int) -> int:
        """The end, where the braces of a module are still open: told, and closed."""
        opening = values[-2]
        span = self._builder.source.span(self._tokens.starts[opening], self._tokens.ends[opening])
        end = self._tokens.ends[index - 1]
        if self._tokens.unclosed < 0:
            text = self._builder.source.text
            below = 0 if text[end:].strip() else text.find("\n", end) + 1  # where the next line begins
            place, brace = (below, "}\n") if below else (end, "\n}\n")
            edit = Edit(self._builder.source.span(place, place), brace)
            fix = Fix("Insert `}`", (edit,), Applicability.MACHINE_APPLICABLE)
            self._builder.report(codes.UNCLOSED_BRACKET.at(span, "This `{` is never closed", fixes=(fix,)))
        self._tokens.insert(index, self._tables.literals["}"], "}", len(self._builder.source.text))
        return index


def _guessed(around: Surroundings) -> tuple[str, Name]:
    """What an item without a keyword declares."""
    segment = around.segment
    name = Name(segment.start(0), segment.end(0), segment.text(0))
    if segment.text(1) == ":" and segment.text(2)[:1].isdigit():
        return "import", name
    if name.text[:1].isupper():
        return "type", name
    return ("fun" if segment.text(1) == ":" else "def"), name
