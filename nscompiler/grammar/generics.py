"""Types with parameters as other languages write them, ``type Page<T> = …`` and ``Page<Text>``: read as ``type Page t``
and ``Page Text``, and told of once, where the type is declared.
"""

from collections.abc import Container, Iterator
from itertools import pairwise
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign import EXTENDING
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.tables import Tables
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_MAYBE = Applicability.MAYBE_INCORRECT
_PARTNER = {"<": ">", "[": "]", "(": ")"}
_OPENERS, _CLOSERS = frozenset("([{<"), frozenset(")]}>")
#: How many tokens the arguments of a type may have.
_LONGEST = 96


class Generic(Record):
    """A declaration with such parameters: its keyword's kind and its name, the tokens from ``first`` to before
    ``until`` that list them, where the declaration ends, and the parameters with how they are to be called.

    Without brackets around them they are only written with a capital letter.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("keyword", "name", "first", "until", "declared_until", "parameters")
    __slots__ = __match_args__

    def __init__(
        self,
        keyword: int,
        name: str,
        first: int,
        until: int,
        declared_until: int,
        parameters: dict[int, tuple[str, str]],
    ) -> None:
        self.keyword = keyword
        self.name = name
        self.first = first
        self.until = until
        self.declared_until = declared_until
        self.parameters = parameters


def generic_types(tokens: Tokens, tables: Tables, told: Container[int]) -> Iterator[Generic]:
    """The declarations of a file with such parameters, where something is told at these."""
    kinds, kind = tokens.kinds, tables.kind
    declaring = (kind["TYPE"], kind["FUN"], kind["DEF"])
    ends = frozenset((*declaring, kind["AT"], kind["$END"]))
    for at in range(2, len(kinds) - 2):
        keyword = kinds[at - 2]
        if keyword not in declaring:
            continue
        until, parameters = _parameters(tokens, tables, at, keyword)
        if until <= at or not any(start in told for start in tokens.starts[at:until]):
            continue
        stop = until
        while kinds[stop] not in ends:
            stop += 1
        names = {each: tokens.texts[each] for each in parameters}
        called = {each: (name, name[0].lower() + name[1:]) for each, name in names.items()}
        yield Generic(keyword, tokens.texts[at - 1], at, until, stop, called)


def _parameters(tokens: Tokens, tables: Tables, at: int, keyword: int) -> tuple[int, list[int]]:
    """Where the list of a declaration's parameters ends, and the tokens that are some; 0 where there is none."""
    texts, kinds, kind = tokens.texts, tokens.kinds, tables.kind
    words, is_type = (kind["LNAME"], kind["UNAME"]), keyword == kind["TYPE"]
    until = at
    if texts[at] != "<" and not (is_type and texts[at] in _PARTNER):
        while kinds[until] in words:
            until += 1
        capital = kind["UNAME"] in kinds[at:until] and is_type and texts[until] == "=" and texts[at] not in EXTENDING
        return (until, list(range(at, until))) if capital else (0, [])
    found, until = [], at + 1
    while kinds[until] in words or texts[until] in (",", ":"):
        if texts[until - 1] in (texts[at], ",") and kinds[until] in words:
            found.append(until)  # what else there is says what the parameter stands for, as elsewhere
        until += 1
    signs = {kind["TYPE"]: ("=",), kind["FUN"]: (":",), kind["DEF"]: (":", "=")}[keyword]
    whole = texts[until] == _PARTNER[texts[at]] and texts[until + 1] in signs
    return (until + 1, found) if whole and found else (0, [])


class Plain:
    """The ``tokens`` of a file with such types, as they would be, and the ``edits`` that write them."""

    def __init__(self, source: SourceFile, tokens: Tokens, tables: Tables, generics: list[Generic]) -> None:
        self._source = source
        self._before = tokens
        self._tables = tables
        self._generics = generics
        self.edits: list[list[Edit]] = [[] for _ in generics]
        # By token: signs, or nothing, in its place; signs before it; what it is to be called.
        self._signs: dict[int, str] = {}
        self._opened: dict[int, str] = {}
        self._renamed: dict[int, str] = {}
        for one, edits in zip(generics, self.edits, strict=True):
            self._declaration(one, edits)
        self._uses()
        self.tokens = self._written()

    def problems(self) -> Iterator[Diagnostic]:
        """What is wrong with the declarations."""
        tokens, is_type = self._before, self._tables.kind["TYPE"]
        for one, edits in zip(self._generics, self.edits, strict=True):
            span = self._source.span(tokens.starts[one.first], tokens.ends[one.until - 1])
            signs = f"`{tokens.texts[one.first]} {tokens.texts[one.until - 1]}`"
            title, what = f"The parameters of a type follow its name without {signs}", "Write them after its name"
            if one.keyword != is_type:
                title, what = "A type variable is not declared: a name with a small letter is one", "Remove them"
            elif tokens.texts[one.first] not in _PARTNER:
                first = next(at for at, (name, called) in one.parameters.items() if name != called)
                span = self._span(first)
                title, what = "A type variable starts with a small letter", f"Write `{one.parameters[first][1]}`"
                yield codes.NAME_CASE.at(span, title, fixes=(Fix(what, tuple(edits), _MAYBE),))
                continue
            yield codes.UNEXPECTED.at(span, title, fixes=(Fix(what, tuple(edits), _MAYBE),))

    def _declaration(self, one: Generic, edits: list[Edit]) -> None:
        tokens, capital = self._before, self._tables.kind["UNAME"]
        is_type, called = one.keyword == self._tables.kind["TYPE"], dict(one.parameters.values())
        if tokens.texts[one.first] in _PARTNER:
            written = "".join(f" {name}" for name in called.values()) if is_type else ""
            edits.append(Edit(self._source.span(tokens.ends[one.first - 1], tokens.ends[one.until - 1]), written))
            self._signs |= dict.fromkeys(range(one.first, one.until), "")
            if is_type:
                for at, (_, name) in one.parameters.items():
                    self._renamed[at] = name
                    del self._signs[at]
        for at in range(one.first if tokens.texts[one.first] not in _PARTNER else one.until, one.declared_until):
            name = tokens.texts[at]
            if name in called and tokens.kinds[at] == capital and "." not in tokens.texts[at - 1 : at + 2 : 2]:
                self._renamed[at] = called[name]
                edits.append(Edit(self._span(at), called[name]))

    def _span(self, at: int) -> Span:
        return self._source.span(self._before.starts[at], self._before.ends[at])

    def _uses(self) -> None:
        tokens, types = self._before, {}
        for number, one in enumerate(self._generics):
            if one.keyword == self._tables.kind["TYPE"] and tokens.texts[one.first] in _PARTNER:
                types[one.name] = number
        for at in range(1, len(tokens.texts) - 1) if types else ():
            number = types.get(tokens.texts[at], -1)
            if number < 0 or at + 1 == self._generics[number].first or tokens.texts[at - 1] == ".":
                continue
            sign = tokens.texts[at + 1]
            if sign == tokens.texts[self._generics[number].first] and (sign == "<" or not tokens.gaps[at + 1]):
                self._use(at, self.edits[number])

    def _use(self, at: int, edits: list[Edit]) -> None:
        """Write ``Page<A, [B]>`` as ``Page A [B]``, with brackets around what needs some."""
        tokens = self._before
        commas, closing = self._separators(at + 1)
        if closing < 0:
            return
        signs = [at + 1, *commas, closing]
        wraps = [self._is_applied(first + 1, last) for first, last in pairwise(signs)]
        is_argument = tokens.kinds[at - 1] in (self._tables.kind["UNAME"], self._tables.kind["LNAME"])
        if is_argument:
            self._opened[at] = "("
            edits.append(Edit(self._source.span(tokens.starts[at], tokens.starts[at]), "("))
        for number, sign in enumerate(signs):
            before = ")" if number and wraps[number - 1] else ""
            if sign == closing:
                self._signs[sign] = before + (")" if is_argument else "")
                span, text = self._source.span(tokens.ends[sign - 1], tokens.ends[sign]), self._signs[sign]
            else:
                behind = "(" if wraps[number] else ""
                self._signs[sign] = before + behind
                span = self._source.span(tokens.ends[sign - 1], tokens.starts[sign + 1])
                text = f"{before} {behind}"
            edits.append(Edit(span, text))

    def _separators(self, opening: int) -> tuple[list[int], int]:
        """Where the commas between some brackets are, and the closing one; -1 where they are not closed."""
        texts, depth, commas = self._before.texts, 0, []
        for at in range(opening, min(opening + _LONGEST, len(texts))):
            depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)
            if depth == 1 and texts[at] == ",":
                commas.append(at)
            if depth == 0:
                return commas, at
        return [], -1

    def _is_applied(self, first: int, until: int) -> bool:
        """Whether a type is no single word and in no brackets: as an argument it needs some."""
        texts = self._before.texts
        if until - first == 1 or (until - first == 3 and texts[first + 1] == "."):
            return False
        if texts[first] in ("(", "[", "{"):
            return self._separators(first)[1] != until - 1
        return True

    def _written(self) -> Tokens:
        before, tokens, literals = self._before, Tokens(), self._tables.literals
        tokens.unclosed, tokens.open_comments = before.unclosed, before.open_comments
        for at, text in enumerate(before.texts):
            gap, start, end = before.gaps[at], before.starts[at], before.ends[at]
            for sign in self._opened.get(at, ""):
                tokens.put(literals[sign], sign, start, start, gap)
                gap = ""
            if at in self._signs:
                for sign in self._signs[at]:
                    tokens.put(literals[sign], sign, start, start, "")
            elif at in self._renamed:
                tokens.put(self._tables.kind["LNAME"], self._renamed[at], start, end, gap)
            else:
                tokens.put(before.kinds[at], text, start, end, gap)
        return tokens
