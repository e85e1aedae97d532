"""What happens when the automaton is stuck: a bad token is read as what it was meant to be, a mistake is explained
once, and parsing goes on at the next declaration.
"""

from bisect import bisect_left
from typing import Any

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import chained, import_lines, keywords, long_texts, odd_names, unquoted
from nscompiler.grammar.build import Braces, Builder, Item, Separator
from nscompiler.grammar.chained import Left
from nscompiler.grammar.conflicts import Conflicts
from nscompiler.grammar.depth import TOO_DEEP, too_deep
from nscompiler.grammar.explain import explain
from nscompiler.grammar.foreign_comments import aside
from nscompiler.grammar.lexer import SWALLOWED, Kinds, Tokens
from nscompiler.grammar.lexical import read_bad, text_ends, unquoted_type
from nscompiler.grammar.place import MOST
from nscompiler.grammar.segment import Segment
from nscompiler.grammar.slips import Slips, says_little
from nscompiler.grammar.surroundings import Surroundings
from nscompiler.grammar.syntax import NAMELESS, BrokenDecl, DefDecl, Header, Name, Node
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.trial import WINDOW, Trial, next_start
from nscompiler.grammar.wording import shown
from nscompiler.records import replace

_MOST_LONG_TEXTS = 3


class Recovery:
    """Mistakes of one run; made at the first."""

    __slots__ = (
        "_builder",
        "_chained",
        "_conflicts",
        "_dashed",
        "_first_bad",
        "_imports",
        "_left",
        "_long_texts",
        "_misspelt",
        "_slips",
        "_start",
        "_symbols",
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
        self._symbols = (tables.nonterminal["items"], tables.nonterminal["closed"])
        self._misspelt: set[int] = set()
        self._imports: set[int] = set()
        # Words with a dash that were looked for in the whole file.
        self._dashed: set[str] = set()
        self._conflicts = Conflicts(builder.source, tokens)
        self._long_texts = 0
        self._chained = 0
        # From which token on the next one that begins a declaration is known, and how far that is from the end.
        self._start = (0, len(tokens.kinds))

    def recover(self, states: list[int], values: list[Any], index: int) -> int:
        """Mend the stacks after the token at ``index`` was refused; where to go on."""
        # After so many mistakes nothing is told any more: what each may have been meant for is not looked for.
        read = self._read_as_meant(states, values, index) if len(self._builder.problems) < MOST else -1
        if read >= 0:
            return read
        if self._joins_types(index):
            self._tokens.kinds[index] = self._tables.literals["&"]  # which no type has either: told of alike
        kind = self._tokens.kinds[index]
        if self._first_bad <= kind < len(self._tables.names) and not self._is_quoted_name(states, index):
            return self._read_bad(states, values, index)
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
            read = self._back_to(states, values, index - 1)
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
        return self._back_to(states, values, first)

    def _read_aside(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after passing over a comment, or a text that is one, as elsewhere; -1 if there is none."""
        tokens = self._tokens
        found = aside(self._builder.source, tokens, self._trial, index)
        if found is None or self._silent(states, values, index):
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
        return index if found.first == index else self._back_to(states, values, found.first)

    # --- slips

    def _read_slip(self, states: list[int], values: list[Any], index: int, likely: bool) -> int:
        """Where to go on after reading what slipped around a token as what was meant; -1 if nothing is seen."""
        if self._silent(states, values, index):
            return -1
        trial, parts, tokens = states.copy(), values.copy(), self._tokens
        self._open_list(trial, parts)
        level = self._level(trial)
        first, stop = self._first(parts[level:], index), self._next_start(index)
        items = parts[level - 1]
        if tokens.kinds[first] not in self._trial.starters and items and isinstance(items[-1], Node):
            first = self._item_start(items, first - 1)  # what follows a declaration may be meant as part of it
        trial[level:] = [self._tables.rows[trial[level - 1]][self._symbols[1]]]
        for slip in self._slips.likely(index) if likely else self._slips.others(index):
            start = first if slip.first >= first else self._item_start(items, slip.first)
            if start > slip.first:
                continue
            if stop - start <= WINDOW * 2 and slip.until <= stop and self._slips.is_whole(slip, trial, start, stop):
                self._builder.report(slip.problem)
                self._slips.read(slip)
                read = self._back_to(states, values, start)
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
        self._misspelt.add(start)
        if len(self._builder.problems) < MOST:
            span = self._builder.source.span(start, tokens.ends[first])
            fix = Fix(f"Write `{keyword}`", (Edit(span, keyword),), Applicability.MAYBE_INCORRECT)
            title = f"No declaration starts with {shown(tokens.texts[first])}"
            label = f"did you mean `{keyword}`?"
            self._builder.report(codes.NO_DECLARATION.at(span, title, label, fixes=(fix,)))
        return self._back_to(states, values, min(first, index))

    def _read_small_type(self, index: int) -> int:
        """Where to go on after reading the name of a ``type`` in small letters as that; -1 if it is none."""
        if len(self._builder.problems) >= MOST:
            return -1
        problem = odd_names.small_type(self._builder.source, self._tokens, self._trial, index)
        if problem is None:
            return -1
        self._builder.report(problem)
        self._misspelt.add(problem.primary.span.start)
        return index

    def _read_on(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on after taking the ``;`` out of ``f; | g``; -1 where it is none that ends what goes on."""
        tokens = self._tokens
        if tokens.texts[index] not in ("|", "&") or index == 0 or tokens.texts[index - 1] != ";":
            return -1
        trial, parts = states.copy(), values.copy()
        self._open_list(trial, parts)
        level = self._level(trial)
        ended = next((item for item in reversed(parts[level - 1]) if not isinstance(item, Separator)), None)
        if not isinstance(ended, Node):
            return -1
        first = bisect_left(tokens.starts, self._builder.start(ended))
        kinds = [kind for kind in (*tokens.kinds[first : index - 1], tokens.kinds[index]) if kind != SWALLOWED]
        trial[level:] = [self._tables.rows[trial[level - 1]][self._symbols[1]]]
        if self._trial.feed(trial, kinds) < len(kinds):
            return -1
        span = self._builder.source.span(tokens.starts[index - 1], tokens.ends[index - 1])
        fix = Fix("Remove the `;`", (Edit(span, ""),), Applicability.MACHINE_APPLICABLE)
        title = f"This `;` ends what the {shown(tokens.texts[index])} behind it goes on with"
        self._builder.report(codes.UNEXPECTED.at(span, title, fixes=(fix,)))
        tokens.kinds[index - 1] = SWALLOWED
        return self._back_to(states, values, first)

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
        return self._back_to(states, values, line.first)

    def _read_missing_keyword(self, states: list[int], values: list[Any], index: int) -> int:
        """Where to go on if the line is a declaration without its keyword and is to be read as that; -1 if not."""
        tokens, before = self._tokens, states.copy()
        self._open_list(before, values.copy())
        level = self._level(before)
        first = self._first(values[level:], index)
        found = keywords.unsaid(tokens, self._trial, before[: level + 1], first, index)
        if found is None:
            return -1
        silent = any(problem.primary.span.start == tokens.starts[found.line] for problem in self._builder.problems)
        if not silent:
            self._builder.report(keywords.told(self._builder.source, tokens, found))
        self._misspelt.add(tokens.starts[found.line])
        keywords.read(tokens, self._trial, found)
        return self._back_to(states, values, min(found.line, index))

    def _back_to(self, states: list[int], values: list[Any], index: int) -> int:
        """Forget what was read of the item, and of items before it, that holds a token; where to read on."""
        self._open_list(states, values)
        level = self._level(states)
        parts = values[level:]
        index = min(index, self._first(parts, index))
        del states[level + 1 :], values[level:]
        items: list[Item] = values[level - 1]
        index = self._item_start(items, index)
        while items and items[-1].end > self._tokens.starts[index]:
            items.pop()
        states[level] = self._tables.rows[states[level - 1]][self._symbols[1]]
        return index

    def _item_start(self, items: list[Item], index: int) -> int:
        """Where the item that holds a token starts, of those that were read; the token if none does.

        A module in braces is never read anew, its mistakes were told: the token behind it where the token lies in it.
        """
        starts = self._tokens.starts
        for item in reversed(items):
            if item.end <= starts[index]:
                break
            if isinstance(item, Braces):
                return bisect_left(starts, item.end)
            index = min(index, bisect_left(starts, self._builder.start(item) if isinstance(item, Node) else item.start))
        return index

    # --- bad tokens

    def _read_bad(self, states: list[int], values: list[Any], index: int) -> int:
        tokens = self._tokens
        name = self._tables.names[tokens.kinds[index]]
        if name == "OPEN_TEXT" and self._read_long_text(states, values, index):
            return index
        if name == "OPEN_TEXT" and len(self._builder.problems) < MOST:
            self._shorten_text(states, index)
        word = tokens.texts[index][1:-1]
        quoted_type = name == "WRONG_QUOTES" and self._is_type(states, word)
        reading = (
            unquoted_type(self._builder.source, tokens.starts[index], word)
            if quoted_type
            else read_bad(self._builder.source, name, tokens.starts[index], tokens.ends[index])
        )
        if name == "STRAY" and not reading.terminal and self._slips.is_between(states, index):
            read = self._read_slip(states, values, index, likely=False)
            if read >= 0:
                return read
        keeps = not reading.removes or self._can_go_on(states, index + 1)
        self._report(
            reading.problem if keeps else replace(reading.problem, fixes=()), self._silent(states, values, index)
        )
        tokens.texts[index] = reading.text
        if not reading.terminal:
            tokens.kinds[index] = SWALLOWED
            return index + 1
        if name in ("BAD_NUMBER", "OPEN_TEXT", "OPEN_LONG_TEXT") and self._is_value(index):
            self._read_any_value(index)
        elif reading.terminal == "SIGN":
            tokens.kinds[index] = self._tables.literals[reading.text]
        else:
            tokens.kinds[index] = self._tables.kind[reading.terminal]
        return index

    def _is_value(self, index: int) -> bool:
        """Whether a token is the value of a parameter, where that is given or its default."""
        texts = self._tokens.texts
        return index > 2 and texts[index - 1] == "=" and texts[index - 3] in ("{", ",", ":")

    def _is_quoted_name(self, states: list[int], index: int) -> bool:
        """Whether a token is a name in quotes of another kind: of a parameter, ``{ 'n': 3 }``, or of an alternative,
        ``'low' | 'high'``.
        """
        tokens, kind = self._tokens, self._tables.kind
        if tokens.kinds[index] != kind["WRONG_QUOTES"] or tokens.texts[index + 1] not in ("=", ":", "|"):
            return False
        wanted = "UNAME" if tokens.texts[index + 1] == "|" else "LNAME"
        if wanted == "UNAME" and tokens.kinds[index + 2] not in (kind["WRONG_QUOTES"], kind["TEXT"]):
            return False
        expected = self._trial.expected(states.copy())
        return kind[wanted] in expected and kind["TEXT"] not in expected

    def _read_any_value(self, index: int) -> None:
        """Read what could not be read as a value that suits every parameter, so that no second error is told of it."""
        self._tokens.kinds[index], self._tokens.texts[index] = self._tables.kind["ENVIRONMENT"], "$_"

    def _read_long_text(self, states: list[int], values: list[Any], index: int) -> bool:
        """Read a text that goes on below as one; False if it does not. What is behind it is read anew: not often."""
        source, start = self._builder.source, self._tokens.starts[index]
        end = long_texts.text_end(source.text, start) if self._long_texts < _MOST_LONG_TEXTS else -1
        if end < 0:
            return False
        self._long_texts += 1
        if not self._silent(states, values, index):
            self._builder.report(long_texts.told(source, start, end))
        long_texts.read(self._tokens, self._tables, source.text, index, end)
        return True

    def _is_type(self, states: list[int], word: str) -> bool:
        """Whether a word in quotes can only have been meant as a type."""
        if not (word.isalnum() and word[:1].isupper()):
            return False
        expected, kind = self._trial.expected(states.copy()), self._tables.kind
        return kind["UNAME"] in expected and kind["TEXT"] not in expected

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
                self._report(digits, self._silent(states, values, index))
                return index
        if name is None or (name.first < index and values[-1:] != [name.first]):
            return -1
        silent = self._silent(states, values, index)
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
        self._report(problem, silent)
        return index

    def _report(self, problem: Diagnostic, silent: bool) -> None:
        """Report a problem; where one of its item was told already, its fix becomes a part of that of an equal one."""
        problems = self._builder.problems
        if not silent:
            self._builder.report(problem)
            return
        told = problems[-1] if problems else problem
        if told.title != problem.title or len(told.fixes) != 1 or len(problem.fixes) != 1:
            return
        first, second = told.fixes[0], problem.fixes[0]
        if first.title == second.title and len(first.edits) < WINDOW:
            problems[-1] = replace(told, fixes=(replace(first, edits=(*first.edits, *second.edits)),))

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
        silent = self._silent(states, values, index)
        if not unquoted.can_be_text(place, tokens, self._trial, states[:-1] if shifted else states):
            return -1
        problem = unquoted.quoted(self._builder.source, place, tokens, self._tables.kind["TEXT"])
        if self._is_value(place[0]):
            self._read_any_value(place[0])
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

    def _can_go_on(self, states: list[int], index: int) -> bool:
        """Whether the next token can stand once the one before it is gone; two words would become one."""
        tokens = self._tokens
        if not tokens.gaps[index - 1] and not tokens.gaps[index] and odd_names.is_word(tokens, index):
            return False
        kind = self._trial.bads.get(self._tokens.kinds[index], self._tokens.kinds[index])
        return kind == SWALLOWED or self._trial.shift(states.copy(), kind) or self._trial.ends(states, kind)

    def _shorten_text(self, states: list[int], index: int) -> None:
        """Where a text is not closed, end it before a sign with which the rest of its line makes sense, if any."""
        tokens, text = self._tokens, self._builder.source.text
        start, end = tokens.starts[index], tokens.ends[index]
        stop = self._next_start(index)
        behind = [tokens.kinds[at] for at in range(index + 1, min(stop, index + WINDOW))]
        for cut in [end, *text_ends(text, start, end)]:
            rest = Tokens()
            rest.extend(self._tables.token.findall(text, cut, end), cut, Kinds(self._tables))
            inside = [kind for kind, start in zip(rest.kinds, rest.starts, strict=True) if start < end]
            trial = states.copy()
            kinds = [self._tables.kind["TEXT"], *inside, *behind]
            if self._trial.feed(trial, kinds) == len(kinds) and self._trial.ends(trial, tokens.kinds[stop]):
                tokens.ends[index] = cut
                tokens.splice(index + 1, rest, len(inside))
                return

    def _next_start(self, index: int) -> int:
        """The first token after this one that begins a declaration, or the end; looked for once for all before it.

        It is counted from the end: what is read anew lies before it.
        """
        since, left = self._start
        count = len(self._tokens.kinds)
        if not since <= index < count - left:
            self._start = since, left = index, count - next_start(self._trial, self._tokens, index)
        return count - left

    def _silent(self, states: list[int], values: list[Any], index: int) -> bool:
        """Whether this item's mistake was told already: one is enough."""
        problems = self._builder.problems
        first = self._first(values[self._level(states) :], index)
        start = self._tokens.starts[first]
        told = (problem.primary.span for problem in problems[-1:])
        return len(problems) >= MOST or any(span.end > start and span.start not in self._misspelt for span in told)

    # --- mistakes

    def _mistake(self, states: list[int], values: list[Any], index: int) -> int:
        tokens, end = self._tokens, self._trial.kind["$END"]
        self._open_list(states, values)
        level = self._level(states)
        parts = values[level:]
        first = self._first(parts, index)
        if not parts and tokens.kinds[index] == end:
            return self._close_braces(values, index)
        if not parts and self._closes_a_broken_module(index):
            tokens.kinds[index] = SWALLOWED
            return index + 1
        deep = tokens.kinds[index] == TOO_DEEP
        silent = self._silent(states, values, index) or (tokens.unclosed >= 0 and tokens.kinds[index] == end)
        base = states[: level + 1]
        segment = Segment(self._trial, self._builder.source, tokens, base, first, index, self._limit(base, first))
        around = Surroundings(segment, self._is_module(values[:level]))
        stop = segment.stop
        problem = None if deep or silent else explain(around)
        if problem is not None and says_little(problem):
            read = self._read_slip(states, values, index, likely=False)
            if read >= 0:
                return read
        if problem is not None and self._left is not None and self._chained < chained.MOST:
            self._chained += 1
            problem = chained.mended(around, problem, self._left)
        del states[level + 1 :], values[level:]
        items = values[level - 1]
        if deep:
            self._builder.report(too_deep(self._builder.source, tokens.starts[index], tokens.ends[index]))
        elif problem is not None:
            self._builder.report(problem)
        self._replace(items, around, stop)
        states[level] = self._tables.rows[states[level - 1]][self._symbols[1]]
        return stop

    def _closes_a_broken_module(self, index: int) -> bool:
        """Whether this is the last brace of a file whose header, and the brace behind it, did not parse."""
        tokens = self._tokens
        last = tokens.texts[index] == "}" and tokens.kinds[index + 1] == self._trial.kind["$END"]
        opens, closes = (tokens.kinds.count(self._tables.literals[sign]) for sign in "{}") if last else (0, 1)
        return last and bool(self._builder.problems) and opens >= closes

    def _open_list(self, states: list[int], values: list[Any]) -> None:
        """Begin a list of items where one was expected: a mistake at its very start."""
        row = self._tables.rows[states[-1]]
        if self._symbols[1] in row:
            states.append(row[self._symbols[1]])
            values.append([])

    def _level(self, states: list[int]) -> int:
        """Where the innermost list of items lies in the stack of states."""
        level = len(states) - 1
        while level > 0 and states[level] not in self._trial.items:
            level -= 1
        return level

    def _first(self, parts: list[Any], index: int) -> int:
        """The first token of what was read of an item."""
        for part in parts:
            if isinstance(part, int):
                return part
            if isinstance(part, Node):
                return bisect_left(self._tokens.starts, self._builder.start(part))
            if isinstance(part, (list, tuple)):
                nested = self._first([item for item in part if item is not None], -1)
                if nested >= 0:
                    return nested
        return index

    def _limit(self, states: list[int], first: int) -> int:
        """Where an item ends at the latest: at the brace that closes the module, or the end of the file."""
        tokens = self._tokens
        end = len(tokens.kinds) - 1
        while end > 0 and tokens.texts[end - 1] == "" and tokens.kinds[end - 1] == self._trial.kind["$END"]:
            end -= 1
        if not self._in_braces(states):
            return end
        last = end - 1
        while last > first and tokens.texts[last] in (";", ""):
            last -= 1
        if tokens.texts[last] != "}" or last < first:
            return end
        gap = tokens.gaps[last]
        alone = "\n" in gap or "\r" in gap
        brace = self._tables.literals
        return last if alone or tokens.kinds.count(brace["{"]) <= tokens.kinds.count(brace["}"]) else end

    def _in_braces(self, states: list[int]) -> bool:
        return sum(state in self._trial.items for state in states) > 1

    def _is_module(self, values: list[Any]) -> bool:
        lists = [value for value in values if isinstance(value, list)]
        return len(lists) > 1 or any(isinstance(item, Header) for item in lists[0][:1])

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
            edit = Edit(self._builder.source.span(end, end), "\n}\n")
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
