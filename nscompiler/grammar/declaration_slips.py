"""Slips in declarations and around their lists, each read as what was meant: `,,`, `-->`, `B <- A`, a body
behind a `fun`, `fun f, g : A -> B`, braces that close before the second parameter.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import fitting, shown
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")
Token = tuple[int, str, int, int]


def declaration_slips(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slips that a mistake at a token may be."""
    slips = _Slips(source, tokens, trial)
    yield from slips.comma_twice(index)
    yield from slips.long_arrow(index)
    yield from slips.long_pipes(index)
    yield from slips.binding_sign(index)
    yield from slips.turned_arrow(index)
    yield from slips.body(index)
    yield from slips.several_names(index)
    yield from slips.late_parameter(index)


class _Slips:
    def __init__(self, source: SourceFile, tokens: Tokens, trial: Trial) -> None:
        self._source = source
        self._tokens = tokens
        self._trial = trial
        self._kinds = shared_kinds(trial.tables)

    def _text(self, at: int) -> str:
        return self._tokens.texts[at] if 0 <= at < len(self._tokens.texts) else ""

    def _token(self, at: int) -> Token:
        tokens = self._tokens
        return tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at]

    def _sign(self, text: str, at: int) -> Token:
        return self._kinds[text], text, at, at

    def _glued(self, at: int) -> bool:
        return 0 < at < len(self._tokens.gaps) and not self._tokens.gaps[at]

    def _keyword(self, index: int) -> int:
        """The keyword of the declaration that a token is a part of; -1 where none is near."""
        for at in range(min(index, len(self._tokens.kinds) - 1), max(index - WINDOW, -1), -1):
            if self._text(at) in _DECLARING and self._trial.begins_line(self._tokens, at):
                return at
            if self._text(at) == ";":
                break
        return -1

    def _until(self, first: int) -> int:
        """Where the declaration ends that a token is a part of: the first line that begins another, or a `;`."""
        at = first
        while at < min(first + WINDOW, len(self._tokens.kinds) - 1):
            begins = self._trial.begins_line(self._tokens, at)
            ends = self._text(at) == ";" or self._tokens.kinds[at] == self._trial.kind["$END"]
            if ends or (begins and self._text(at) in (*_DECLARING, "@", "import")):
                break
            at += 1
        return at

    def comma_twice(self, index: int) -> Iterator[Slip]:
        """``(A,, B)``, ``["a", , "b"]``."""
        tokens = self._tokens
        second = next((at for at in (index, index - 1) if self._text(at) == "," and self._text(at - 1) == ","), 0)
        if not second:
            return
        span = self._source.span(tokens.starts[second], tokens.ends[second])
        gone = self._source.span(tokens.ends[second - 1], tokens.ends[second])
        fix = Fix("Remove the second", (Edit(gone, ""),), Applicability.MACHINE_APPLICABLE)
        problem = codes.UNEXPECTED.at(span, "`,` stands twice", fixes=(fix,))
        yield Slip(second, second + 1, (), problem)

    def long_arrow(self, index: int) -> Iterator[Slip]:
        """``A --> B``, ``A ->> B``, ``A ~> B``, ``A ==> B``."""
        first = index
        while first > index - 3 and self._text(first - 1) in ("-", "=", "~", "->") and self._glued(first):
            first -= 1
        last = first
        while self._text(last + 1) in ("-", "=", ">", "->") and self._glued(last + 1):
            last += 1
        start, end = self._tokens.starts[first], self._tokens.ends[last]
        written = self._source.text[start:end]
        if last == first or written in ("->", "=>") or written.strip("-=~>") or not written.endswith(">"):
            return
        span = self._source.span(start, end)
        fix = Fix("Write `->`", (Edit(span, "->"),), _MAYBE)
        problem = codes.MISSING_ARROW.at(span, f"An arrow is written `->`, not `{written}`", fixes=(fix,))
        yield Slip(first, last + 1, (self._sign("->", start),), problem)

    def long_pipes(self, index: int) -> Iterator[Slip]:
        """``def w = f --> g --> h``."""
        head = self._keyword(index)
        if head < 0 or self._text(head) != "def" or self._text(index) != "-":
            return
        meant: list[Token] = []
        edits: list[Edit] = []
        at, until = index, self._until(index)
        while at < until:
            arrow = at
            while self._text(arrow) in ("-", "->") and (arrow == at or self._glued(arrow)):
                arrow += 1
            if self._text(arrow - 1) == "->" and arrow > at + 1:
                place = self._source.span(self._tokens.starts[at], self._tokens.ends[arrow - 1])
                edits.append(Edit(place, "|"))
                meant.append(self._sign("|", place.start))
                at = arrow
            else:
                meant.append(self._token(at))
                at += 1
        if not edits or edits[0].span.start != self._tokens.starts[index]:
            return
        written = self._source.text[edits[0].span.start : edits[0].span.end]
        fix = Fix("Write `|`", tuple(edits), _MAYBE)
        title = f"Stages are joined by `|`, not by `{written}`"
        yield Slip(index, until, tuple(meant), codes.MISSING_PIPE.at(edits[0].span, title, fixes=(fix,)))

    def binding_sign(self, index: int) -> Iterator[Slip]:
        """``f { n := 3 }``, ``f { n => 3 }``."""
        for first in (index, index - 1):
            signs = (self._text(first), self._text(first + 1))
            if signs in ((":", "="), ("=", ">")) and self._text(first - 2) in ("{", ",") and self._glued(first + 1):
                start, end = self._tokens.starts[first], self._tokens.ends[first + 1]
                span = self._source.span(start, end)
                fix = Fix("Write `=`", (Edit(span, "="),), _MAYBE)
                title = f"`{''.join(signs)}` is not written here: `=` alone is"
                problem = codes.COLON_AND_EQUALS.at(span, title, fixes=(fix,))
                yield Slip(first, first + 2, (self._sign("=", start),), problem)

    def turned_arrow(self, index: int) -> Iterator[Slip]:
        """``fun f : B <- A``."""
        first = next((at for at in (index, index - 1) if self._text(at) == "<" and self._text(at + 1) == "-"), 0)
        head = self._keyword(first) if first and self._glued(first + 1) else -1
        if head < 0 or self._text(head + 2) != ":" or self._text(head) == "type":
            return
        end = first + 2
        ends = (*_DECLARING, "with", "where", "=", ";", "")
        while self._text(end) not in ends and not (self._text(end) == "@" and self._text(end - 1) != "@"):
            end += 1
        gives, takes = range(head + 3, first), range(first + 2, end)
        if not gives or not takes:
            return
        written = " -> ".join(self._written(part.start, part.stop) for part in (takes, gives))
        span = self._source.span(self._tokens.starts[gives.start], self._tokens.ends[end - 1])
        place = self._tokens.starts[first]
        meant = (*map(self._token, takes), self._sign("->", place), *map(self._token, gives))
        fix = Fix(fitting(f"Write `{written}`", "Write `->` the other way around"), (Edit(span, written),), _MAYBE)
        arrow = self._source.span(place, self._tokens.ends[first + 1])
        title = "What a function takes stands before the arrow, and `->` is the only one"
        yield Slip(gives.start, end, meant, codes.MISSING_ARROW.at(arrow, title, fixes=(fix,)))

    def _written(self, first: int, until: int) -> str:
        return self._source.text[self._tokens.starts[first] : self._tokens.ends[until - 1]]

    def body(self, index: int) -> Iterator[Slip]:
        """``fun f : A -> B { return b }``, ``fun f : A -> B = { g }``."""
        head = self._keyword(index)
        if head < 0 or self._text(head) != "fun":
            return
        until = self._until(head + 1)
        arrow = next((at for at in range(head, until) if self._text(at) == "->"), until)
        first = next((at for at in range(arrow + 2, until) if self._text(at) in ("{", "=")), until)
        body = first + (self._text(first) == "=")
        if first == until or not first <= index < until or self._text(body) != "{" or self._text(until - 1) != "}":
            return
        if self._text(first - 1) in ("with", "->") or self._text(body + 2) in (":", "="):
            return
        start = self._tokens.starts[first]
        span = self._source.span(start, self._tokens.ends[until - 1])
        gone = self._source.span(self._tokens.ends[first - 1], span.end)
        fix = Fix("Remove its body", (Edit(gone, ""),), _MAYBE)
        title = "A `fun` has no body: a method of the module's Python class does the work"
        yield Slip(first, until, (), codes.WRONG_KEYWORD.at(span, title, fixes=(fix,)))

    def several_names(self, index: int) -> Iterator[Slip]:
        """``fun net, gross : A -> B``."""
        head = self._keyword(index)
        if head < 0 or self._text(index) != "," or index != head + 2:
            return
        names, at = [head + 1], index
        while self._text(at) in (",", "and") and self._tokens.kinds[at + 1] == self._tokens.kinds[head + 1]:
            names.append(at + 1)
            at += 2
        if len(names) < 2 or self._text(at) not in (":", "="):
            return
        until = self._until(at)
        rest, keyword = self._written(at, until), self._text(head)
        span = self._source.span(self._tokens.starts[head], self._tokens.ends[until - 1])
        written = "\n".join(f"{keyword} {self._text(name)} {rest}" for name in names)
        meant: list[Token] = []
        for name in names:
            meant += [self._token(head), self._token(name), *map(self._token, range(at, until))]
        fix = Fix("Declare each on a line of its own", (Edit(span, written),), _MAYBE)
        comma = self._source.span(self._tokens.starts[index], self._tokens.ends[index])
        problem = codes.UNEXPECTED.at(comma, f"A `{keyword}` declares one name", fixes=(fix,))
        yield Slip(head, until, tuple(meant), problem)

    def late_parameter(self, index: int) -> Iterator[Slip]:
        """``f { n = 1 }, m = 2 | g``."""
        closing = index - 1
        if self._text(index) != "," or self._text(closing) != "}" or self._text(index + 2) != "=":
            return
        end, depth = index, 0
        while end < index + WINDOW and self._text(end):
            depth += (self._text(end) in PARTNER) - (self._text(end) in CLOSERS)
            if depth < 0 or (depth == 0 and self._text(end) in ("|", "&", ";", *_DECLARING)):
                break
            end += 1
        doubled = self._text(end) == "}"
        if end < index + 4:
            return
        place = self._tokens.ends[end - 1]
        gone = Edit(self._source.span(self._tokens.ends[closing - 1], self._tokens.ends[closing]), "")
        edits = (gone,) if doubled else (gone, Edit(self._source.span(place, place), " }"))
        what = "Remove it" if doubled else "Close them behind all parameters"
        span = self._source.span(self._tokens.starts[closing], self._tokens.ends[closing])
        title = f"This `}}` closes the parameters before {shown(self._text(index + 1))}"
        fix = Fix(what, edits, _MAYBE)
        meant = (*map(self._token, range(index, end)), *(() if doubled else (self._sign("}", place),)))
        problem = codes.UNMATCHED_BRACKET.at(
            span, fitting(title, "These parameters are closed too early"), fixes=(fix,)
        )
        yield Slip(closing, end, meant, problem)
