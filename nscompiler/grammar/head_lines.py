"""Headers and imports with one slip of the hand: ``module Foo Foo:1.0.0``, ``importFoo:1.0.0``, ``Foo import:1.0.0``,
``import F as Foo:1.0.0``. Each is read as the line that was meant, and told of once.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from nscompiler.diagnostics.codes import modules as module_codes
from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar.aliases import used_aliases
from nscompiler.grammar.lexer import Tokens, scan
from nscompiler.grammar.odd_headers import odd_header
from nscompiler.grammar.odd_imports import OddImport, odd_import
from nscompiler.grammar.tables import Tables, load
from nscompiler.grammar.wording import apart, fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
#: How many such lines are looked at in one file, and how long each may be.
_MOST, _LONGEST = 16, 160
_LONGEST_WORD = 60
_NAME = r"(?!(?:module|import)\b)(?:[a-z0-9][\w.]*+/){0,2}[A-Z]\w*+(?:\.[A-Z]\w*+)*+"
_VERSION = r"[0-9]++\.[0-9]++\.[0-9]++(?:-SNAPSHOT(?:-[0-9a-f]++)?)?(?![\w.-])"
_ALIAS = r"[A-Z]\w*+"
_VALID = Pattern(
    rf"(?P<keyword>import|module)[ \t]++(?P<reference>{_NAME}:{_VERSION})(?:[ \t]++as[ \t]++(?P<alias>{_ALIAS}))?"
    r"[ \t]*+(?P<rest>where|\{)?"
)
_BARE = Pattern(rf"{_NAME}:{_VERSION}(?P<as>[ \t]++as[ \t]++{_ALIAS})?[ \t]*+")
# The same words in another order: what is found is written as an import.
_ORDERS = tuple(
    Pattern(order.replace("NAME", f"(?P<name>{_NAME})").replace("VERSION", f"(?P<version>{_VERSION})"))
    for order in (
        rf"import[ \t]+(?:as[ \t]+)?(?P<alias>{_ALIAS})[ \t]+(?:as[ \t]+)?NAME:VERSION",
        rf"import[ \t]+NAME[ \t]+as[ \t]+(?P<alias>{_ALIAS})[ \t]*:[ \t]*VERSION",
        rf"import[ \t]+NAME:VERSION[ \t]+(?P<alias>{_ALIAS})[ \t]+as",
        rf"import[ \t]+:?VERSION[ \t]*:?[ \t]*NAME(?:[ \t]+as[ \t]+(?P<alias>{_ALIAS}))?",
        rf"import[ \t]+NAME[ \t]*:?[ \t]*(?P<between>version|at|==?|[\"'(])[ \t]*[\"']?VERSION[\"')]{{0,2}}"
        rf"(?:[ \t]+as[ \t]+(?P<alias>{_ALIAS}))?",
        rf"NAME:VERSION[ \t]+import(?:[ \t]+as[ \t]+(?P<alias>{_ALIAS}))?",
        rf"NAME:VERSION[ \t]+as[ \t]+(?P<alias>{_ALIAS})[ \t]+import",
    )
)
# A keyword with a sign or two in it, or a letter less: `m-dule Foo:1.0.0`, `,import Foo:1.0.0`.
_SLIPPED = Pattern(
    rf"(?P<slip>[^\s\"][^\"\n]{{0,9}}?)[ \t]*(?<![\w.])(?={_NAME}:{_VERSION}(?:[ \t]++as[ \t]++{_ALIAS})?[ \t]*+(?://|;|\Z))"
)
_VERSIONED = Pattern(r"[0-9]\.[0-9]")
_HEADER = Pattern(r"(?m)^[ \t]*+(?P<word>module|import|type|fun|def)\b")
_GAP = Pattern(r"[ \t]+")
_GLUED = Pattern(r"^(?:import|module)(?=\w)|[ \t]as(?=[A-Z])|(?<=\d)as(?=[ \t])")
_FOR_SPACE = Pattern(r"(?:(?<=^import)|(?<=^module)|(?<=[ \t]as))[^A-Za-z0-9\s](?=\S)|[^A-Za-z0-9\s](?=as[ \t])")
_ODD_AS = Pattern(r"(?<=[ \t])(?:a[^\w\s]|[^\w\s]s)(?=[ \t])")
_SIGN = Pattern(r"[^\w\s]+")
_WHERE_BRACE = Pattern(r"(?P<where>\bwhere[ \t]*+)\{")
_COMMENT = Pattern(r"[ \t]*(?://.*|;[ \t]*)?")


class _Meant(Record):
    """What a line may have been meant as: how it is to be changed, and what is told of which part of it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("edits", "title", "place", "fix", "code")
    __slots__ = __match_args__

    def __init__(
        self,
        edits: tuple[tuple[int, int, str], ...],
        title: str,
        place: tuple[int, int],
        fix: str,
        code: Code = codes.UNEXPECTED,
    ) -> None:
        self.edits = edits
        self.title = title
        self.place = place
        self.fix = fix
        self.code = code

    def of(self, line: str) -> str:
        """The line as it was meant."""
        for start, end, text in reversed(self.edits):
            line = line[:start] + text + line[end:]
        return line


class _Parts(Record):
    """What a line is read as."""

    __match_args__: ClassVar[tuple[str, ...]] = ("keyword", "reference", "alias", "rest")
    __slots__ = __match_args__

    def __init__(self, keyword: str, reference: str, alias: str | None, rest: str | None) -> None:
        self.keyword = keyword
        self.reference = reference
        self.alias = alias
        self.rest = rest


class HeadLines:
    """Such lines of a file, among those where something was ``found`` to be wrong; ``problems`` are what is told."""

    def __init__(self, source: SourceFile, tables: Tables, found: Sequence[Diagnostic]) -> None:
        self.problems: list[Diagnostic] = []
        self._source = source
        self._tables = tables
        self._lines: list[tuple[int, int, str, _Parts]] = []
        self._look_for_header(found)
        lines = sorted({_line(source.text, one.primary.span.start) for one in found[: _MOST * 2]})
        for start, end in lines[:_MOST]:
            if self._lines and start < self._lines[0][1]:
                continue  # of the header
            inside = [one for one in found if start <= one.primary.span.start <= end]
            if end - start <= _LONGEST and not self._is_mended(start, end, inside):
                self._look(start, end)

    def _look_for_header(self, found: Sequence[Diagnostic]) -> None:
        """The header where it is told of with more than its fix mends."""
        text = self._source.text
        first = _HEADER.search(text) if found else None
        odd = odd_header(text, first.start("word")) if first is not None else None
        inside = [] if odd is None else [one for one in found if odd.start <= one.primary.span.start <= odd.end]
        if odd is None or not inside or self._is_mended(odd.start, odd.end, inside):
            return
        place = self._source.span(*odd.place)
        told = text[place.start : place.end]
        code = codes.UNEXPECTED if told[:1].isspace() else module_codes.MISSING_VERSION
        fix = Fix(f"Write {shown(odd.reference)}", (Edit(place, odd.reference),), _MAYBE)
        if code is codes.UNEXPECTED:
            fix = Fix("Remove it", (Edit(place, ""),), _MAYBE)
        self.problems.append(code.at(place, odd.title, fixes=(fix,)))
        parts = _Parts("module", odd.reference, None, odd.rest)
        self._lines.append((odd.start, odd.end, text[odd.start : odd.end], parts))

    def _is_mended(self, start: int, end: int, inside: Sequence[Diagnostic]) -> bool:
        """Whether the one problem of a line has a fix after which the line is right."""
        if len(inside) != 1 or _WHERE_BRACE.search(self._source.text, start, end):
            return False  # without its `{` that line is right, and the `}` further down is not
        for fix in inside[0].fixes:
            if all(start <= edit.span.start and edit.span.end <= end for edit in fix.edits):
                text = apply_edits(self._source.text, fix.edits)
                stop = end + len(text) - len(self._source.text)
                lines = (_VALID.fullmatch(line.strip(" \t;")) for line in text[start:stop].splitlines())
                read = next((line for line in lines if line is not None), None)
                if read is not None:
                    alias, used = read["alias"], used_aliases(self._source.text, start)
                    return not alias or not used or alias in used
        return False

    def _look(self, start: int, end: int) -> None:
        line = self._source.text[start:end]
        indent = len(line) - len(line.lstrip(" \t"))
        start, line, text = start + indent, line[indent:], self._source.text
        found = _read(line, text[:start], text, self._tables) if _VERSIONED.search(line) is not None else None
        odd = odd_import(line, lambda: used_aliases(text, start))
        if odd is not None and (found is None or odd.right is not None):
            self._tell_odd(start, odd)
            self._lines.append((start, end, line, _Parts("import", odd.reference, odd.alias, None)))
        elif found is not None:
            self._tell(start, found[0])
            self._lines.append((start, end, line, _Parts(*found[1].group("keyword", "reference", "alias", "rest"))))

    def _tell_odd(self, start: int, odd: OddImport) -> None:
        place = self._source.span(start + odd.place[0], start + odd.place[1])
        fixes = (Fix(f"Write {shown(odd.right)}", (Edit(place, odd.right),), _MAYBE),) if odd.right else ()
        self.problems.append(odd.code.at(place, odd.title, fixes=fixes))

    def _tell(self, start: int, meant: _Meant) -> None:
        span = self._source.span
        edits = tuple(Edit(span(start + first, start + last), text) for first, last, text in meant.edits)
        fix = Fix(meant.fix, edits, _MAYBE)
        place = span(start + meant.place[0], start + meant.place[1])
        self.problems.append(meant.code.at(place, meant.title, fixes=(fix,)))

    def read(self, tokens: Tokens) -> None:
        """Puts what was meant in the place of the tokens of the lines."""
        for line in reversed(self._lines):
            self._write(tokens, *line)

    def _write(self, tokens: Tokens, start: int, end: int, line: str, parts: "_Parts") -> None:
        kind = self._tables.kind
        first = next(at for at, each in enumerate(tokens.starts) if each >= start)
        stop = first
        while stop < len(tokens.kinds) - 1 and tokens.starts[stop] < end:
            stop += 1
        if stop > first and tokens.texts[stop - 1] == ";":
            stop -= 1
        meant = Tokens()
        keyword, reference, alias = parts.keyword, parts.reference, parts.alias
        meant.put(kind[keyword.upper()], keyword, start, start, tokens.gaps[first])
        place = line.find(reference)
        at = start + max(place, 0)
        last = at + len(reference) if place >= 0 else end
        meant.put(kind["REFERENCE"], reference, at, last, " ")
        if alias:
            meant.put(kind["AS"], "as", last, last, " ")
            meant.put(kind["UNAME"], alias, last, last, " ")
        if parts.rest:
            meant.put(self._tables.literals[parts.rest], parts.rest, end, end, " ")
        tokens.cut(first, stop)
        tokens.splice(first, meant, len(meant.kinds))


# --- what may be meant


def meant_header(text: str, at: int) -> str | None:
    """The module of the header that the line around an offset, the first with anything on it, was meant to be; None
    where it is a header, or nothing like it.
    """
    start, end = _line(text, at)
    line = text[start:end].lstrip(" \t")
    if not _VERSIONED.search(line) or line.startswith("import ") or len(line) > _LONGEST:
        return None
    found = _read(line, "", "", load())
    if found is None or found[1]["keyword"] != "module":
        return None
    return found[1]["reference"]


def _read(line: str, before: str, text: str, tables: Tables) -> tuple[_Meant, re.Match[str]] | None:
    """What a line was meant as, and the parts of that; None where it is right as it is."""
    right = _VALID.match(line)
    if right is not None and _COMMENT.fullmatch(line, right.end()):
        return None
    for meant in _meanings(line, before, text, tables):
        written = meant.of(line)
        match = _VALID.match(written)
        if match is not None and _COMMENT.fullmatch(written, match.end()):
            return meant, match
    return None


def _meanings(line: str, before: str, text: str, tables: Tables) -> Iterator[_Meant]:
    yield from _opened_twice(line)
    yield from _doubled(line)
    yield from _reordered(line, text)
    yield from _apart(line)
    yield from _glued(line)
    yield from _other_space(line)
    yield from _without_keyword(line, before)
    yield from _swapped(line, tables)
    yield from _other_sign(line)
    yield from _slipped(line)


def _opened_twice(line: str) -> Iterator[_Meant]:
    """``module Foo:1.0.0 where {``."""
    found = _WHERE_BRACE.search(line)
    if found is not None and line.startswith("module"):
        title = "A module's declarations stand behind `where` or in braces, not both"
        yield _Meant(((*found.span("where"), ""),), title, found.span("where"), "Remove `where`")


def _slipped(line: str) -> Iterator[_Meant]:
    found = _SLIPPED.match(line)
    if found is None:
        return
    slip = found["slip"]
    letters = "".join(char for char in slip if char.isalpha())
    for keyword in near(letters, ("module", "import")) or ((letters,) if letters in ("module", "import") else ()):
        title = f"No declaration starts with {shown(slip)}"
        yield _Meant(
            ((0, found.end(), f"{keyword} "),), title, (0, len(slip)), f"Write `{keyword}`", codes.NO_DECLARATION
        )


def _without_keyword(line: str, before: str) -> Iterator[_Meant]:
    found = _BARE.match(line)
    if found is None or not _COMMENT.fullmatch(line, found.end()):
        return
    is_first = not found["as"] and not re.search(r"(?m)^\s*+(?:module|import|type|fun|def)\b", before)
    keyword = "module" if is_first else "import"
    name = line.partition(":")[0]
    title = f"{'An' if keyword == 'import' else 'A'} `{keyword}` is missing before {shown(name)}"
    yield _Meant(((0, 0, f"{keyword} "),), title, (0, len(name)), f"Insert `{keyword}`", codes.NO_DECLARATION)


def _swapped(line: str, tables: Tables) -> Iterator[_Meant]:
    tokens = scan(line, tables)
    for at in range(len(tokens.kinds) - 2):
        first, second = ((tokens.starts[each], tokens.ends[each]) for each in (at, at + 1))
        one, other = tokens.texts[at], tokens.texts[at + 1]
        if not other:
            continue
        title = fitting(f"{shown(one)} and {shown(other)} stand in the wrong order", "These stand in the wrong order")
        yield _Meant(((*first, other), (*second, one)), title, (first[0], second[1]), "Swap them")


def _reordered(line: str, text: str) -> Iterator[_Meant]:
    found = [match for order in _ORDERS if (match := order.match(line)) is not None]
    # Of `import A as B:1.0.0`, what is used as an alias tells which of the two is the module.
    for match in sorted(found, key=lambda match: f"{match['alias']}." not in text):
        reference, alias = f"{match['name']}:{match['version']}", match["alias"]
        last = match["name"].rpartition("/")[2].rpartition(".")[2]
        written = f"import {reference}" if alias in (None, last) else f"import {reference} as {alias}"
        title = "The parts of this `import` stand in another order: a module, then its alias"
        if "between" in match.re.groupindex:
            title = "A `:` and nothing else stands between a module and its version"
        place = 0, match.end()
        yield _Meant(((*place, written),), title, place, f"Write {shown(written)}")


def _line(text: str, at: int) -> tuple[int, int]:
    """Where the line around an offset starts and ends."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    end = min((place for sign in "\n\r" if (place := text.find(sign, at)) >= 0), default=len(text))
    return start, end


def _doubled(line: str) -> Iterator[_Meant]:
    for gap in _GAP.finditer(line):
        left, right = line[: gap.start()], line[gap.end() :]
        for length in range(min(len(left), len(right), _LONGEST_WORD), 0, -1):
            if left.endswith(right[:length]) and not (_cuts(right, length) or _cuts(left, len(left) - length)):
                title = f"{shown(right[:length])} stands twice"
                place = gap.end(), gap.end() + length
                yield _Meant(((gap.start(), place[1], ""),), title, place, "Remove the second")


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies inside of a word."""
    return bool(text[max(at - 1, 0) : at].isalnum() and text[at : at + 1].isalnum())


def _apart(line: str) -> Iterator[_Meant]:
    for gap in _GAP.finditer(line.rstrip()):
        start = max(line.rfind(" ", 0, gap.start()), line.rfind("\t", 0, gap.start())) + 1
        end = min((at for sign in " \t" if (at := line.find(sign, gap.end())) >= 0), default=len(line))
        if line[gap.end()].isupper():
            continue  # a name of its own
        word = line[start : gap.start()] + line[gap.end() : end]
        is_keyword = word in ("import", "module", "as")
        title = apart(word) if is_keyword else "A module and its version are one word, without spaces"
        yield _Meant(((start, end, word),), title, (start, end), f"Write {shown(word)}")


def _glued(line: str) -> Iterator[_Meant]:
    for found in _GLUED.finditer(line):
        word = found[0].strip()
        start = found.end() - len(word)
        behind = line[start - 1 : start].strip() == ""
        at = found.end() if behind else start
        title = f"A space is missing {'behind' if behind else 'before'} `{word}`"
        yield _Meant(((at, at, " "),), title, (start, found.end()), "Insert a space")


def _other_space(line: str) -> Iterator[_Meant]:
    """``impor tFoo:1.0.0``, ``import_Foo:1.0.0``, ``import Foo:1.0.0 a# F``."""
    for gap in _GAP.finditer(line):
        at, length = gap.start(), len(gap[0])
        if at > 0 and line[gap.end() :]:
            title = "This space stands one letter too {}"
            before, behind = line[at - 1], line[gap.end()]
            early, late = (at, gap.end() + 1, behind + gap[0]), (at - 1, gap.end(), gap[0] + before)
            yield _Meant((early,), title.format("early"), (at, at + length), "Move it")
            yield _Meant((late,), title.format("late"), (at, at + length), "Move it")
    for found in _FOR_SPACE.finditer(line):
        title = f"A space stands here, not {shown(found[0])}"
        yield _Meant(((*found.span(), " "),), title, found.span(), "Write a space")
    for found in _ODD_AS.finditer(line):
        yield _Meant(((*found.span(), "as"),), f"{shown(found[0])} is no word, `as` is", found.span(), "Write `as`")


def _other_sign(line: str) -> Iterator[_Meant]:
    for found in _SIGN.finditer(line):
        for sign in (":", ".", "/"):
            if found[0] != sign:
                what = {
                    ":": "A module and its version",
                    ".": "The parts of a module's name or version",
                }
                title = f"{what.get(sign, 'An author and a module')} are joined by `{sign}`"
                title = fitting(f"{title}, not by {shown(found[0])}", title)
                yield _Meant(((*found.span(), sign),), title, found.span(), f"Write `{sign}`")
        if found[0] not in (".", ":", "/", "-"):
            title = f"{shown(found[0])} has no place in a module's name or version"
            yield _Meant(((*found.span(), ""),), title, found.span(), f"Remove {shown(found[0])}")
