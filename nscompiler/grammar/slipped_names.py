"""Names with an alias where the dot, the alias or the name slipped: `F:f`, `.stdin`, `Sinks.`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import scan
from nscompiler.grammar.slip import BEFORE, Proposer, Slip
from nscompiler.grammar.syntax import NAMELESS
from nscompiler.grammar.trial import WINDOW
from nscompiler.grammar.wording import fitting, shown

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")
_STANDARD = ("Sources", "Sinks", "Conv", "Std")
_FOR_DOTS = frozenset((":", ",", "->", ".."))


class SlippedNames(Proposer):
    """What may have slipped around an alias and a name near a mistake."""

    __slots__ = ()

    def dotless(self, index: int) -> Iterator[Slip]:
        """``F:f``, ``F#f``, ``F/f``: what joins an alias and a name elsewhere."""
        tokens, sign = self._tokens, self._tokens.texts[index]
        if tokens.kinds[index] == self._trial.kind["WRONG_COMMENT"]:
            sign = "#"
        meant: list[tuple[int, str, int, int]] = []
        edits = []
        at, until = index, index
        while at < min(index + WINDOW, len(tokens.kinds) - 2):
            start = tokens.starts[at]
            for kind, text, first, end in self._pieces(at):
                is_one = first == start and text == sign and self._joins(at)
                edits += [Edit(self._source.span(first, end), ".")] if is_one else []
                meant.append((self._kinds["."] if is_one else kind, "." if is_one else text, first, end))
                until = at + 1 if is_one else until
            if until == index:
                return  # the first is none
            at += 1
        if not edits:
            return
        kept = [each for each in meant if each[2] < tokens.ends[until - 1]]
        title = "What a module declares follows its alias and a `.`"
        title = fitting(f"{title}, not {shown(sign)}", title)
        fix = Fix("Write `.`", tuple(edits), _MAYBE)
        yield Slip(index, until, tuple(kept), codes.UNEXPECTED.at(edits[0].span, title, fixes=(fix,)))

    def _pieces(self, at: int) -> list[tuple[int, str, int, int]]:
        """A token; those of a comment that begins with ``#`` one by one."""
        tokens, start = self._tokens, self._tokens.starts[at]
        if tokens.kinds[at] != self._trial.kind["WRONG_COMMENT"] or not tokens.texts[at].startswith("#"):
            return [(tokens.kinds[at], tokens.texts[at], start, tokens.ends[at])]
        rest = scan(tokens.texts[at][1:], self._trial.tables)
        inside = zip(rest.kinds, rest.texts, rest.starts, rest.ends, strict=True)
        behind = [(kind, text, start + 1 + first, start + 1 + end) for kind, text, first, end in inside]
        return [(self._trial.kind["STRAY"], "#", start, start + 1), *behind[:-1]]

    def _joins(self, at: int) -> bool:
        """Whether a sign stands right between a name with a capital letter and another name."""
        tokens, kind = self._tokens, self._trial.kind
        if at == 0 or tokens.gaps[at] or tokens.kinds[at - 1] != kind["UNAME"]:
            return False
        if tokens.kinds[at] == kind["WRONG_COMMENT"]:
            return tokens.texts[at][1:2].isalpha()
        is_sign = tokens.kinds[at] == kind["STRAY"] or tokens.texts[at] in _FOR_DOTS
        return is_sign and not tokens.gaps[at + 1] and tokens.kinds[at + 1] in (kind["LNAME"], kind["UNAME"])

    def nameless(self, index: int) -> Iterator[Slip]:
        """``… | Sinks.`` above a ``def``, whose keyword reads as the name."""
        tokens, texts = self._tokens, self._tokens.texts
        near = range(index, max(index - BEFORE - 1, 1), -1)
        at = next((at for at in near if texts[at] in _DECLARING and texts[at - 1] == "."), 0)
        if not at or not self._trial.begins_line(tokens, at) or tokens.kinds[at - 2] not in self._trial.words:
            return
        before, dot = at - 2, at - 1
        written = shown(texts[before] + ".")
        span = self._source.span(tokens.starts[before], tokens.ends[dot])
        problem = codes.MISSING_NAME.at(span, f"No name stands behind {written}", "expected a name after this")
        end = tokens.ends[dot]
        meant = (
            (tokens.kinds[before], texts[before], tokens.starts[before], tokens.ends[before]),
            (tokens.kinds[dot], ".", tokens.starts[dot], end),
            (self._trial.kind["LNAME"], NAMELESS, end, end),
        )
        yield Slip(before, at, meant, problem)

    def aliasless(self, index: int) -> Iterator[Slip]:
        """``def w = .stdin | f``."""
        tokens, kind = self._tokens, self._trial.kind
        named = tokens.texts[index] == "." and tokens.kinds[index + 1] in (kind["LNAME"], kind["UNAME"])
        if not named or tokens.gaps[index + 1] or index == 0 or tokens.kinds[index - 1] in self._trial.words:
            return
        start, end = tokens.starts[index], tokens.ends[index]
        alias, name = self._alias(index), tokens.texts[index + 1]
        stuck = next((one for one in _STANDARD if name.startswith(one)), "")
        if stuck:
            place = self._source.span(start, tokens.ends[index + 1])
            right = f"{stuck}.{name[len(stuck) :]}"
            fix = Fix(f"Write {shown(right)}", (Edit(place, right),), _MAYBE)
            problem = codes.UNEXPECTED.at(place, "A `.` stands behind the alias, not before it", fixes=(fix,))
            meant = ((kind["UNAME"], NAMELESS, start, start), (self._kinds["."], ".", start, end))
            yield Slip(index, index + 1, meant, problem, nameless=True)
            return
        fix = Fix(f"Write `{alias}`", (Edit(self._source.span(start, start), alias),), _MAYBE)
        title = f"An alias is missing before {shown('.' + tokens.texts[index + 1])}"
        span = self._source.span(start, tokens.ends[index + 1])
        problem = codes.MISSING_NAME.at(span, title, fixes=(fix,) if alias else ())
        meant = ((kind["UNAME"], NAMELESS, start, start), (self._kinds["."], ".", start, end))
        yield Slip(index, index + 1, meant, problem, nameless=True)

    def _alias(self, dot: int) -> str:
        """The alias that is most likely missing before a dot, where one is likely."""
        texts = self._tokens.texts
        if texts[dot - 1] == "=":
            return "Sources"
        behind = dot + 2
        while texts[behind] in ("{", "<") and self._partner(behind):
            behind = self._partner(behind) + 1
        ends = not texts[behind] or texts[behind] in (";", *_DECLARING)
        return "Sinks" if texts[dot - 1] == "|" and ends else ""
