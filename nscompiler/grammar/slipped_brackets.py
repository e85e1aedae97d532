"""Brackets of another kind, and brackets of which one is missing: `f ( n = 1 }`, `Sources.jsonl[Text]`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.slip import BEFORE, WIDE, Proposer, Slip
from nscompiler.grammar.wording import shown

_MAYBE = Applicability.MAYBE_INCORRECT


class SlippedBrackets(Proposer):
    """What may have slipped among the brackets around a mistake."""

    __slots__ = ()

    def types(self, index: int) -> Iterator[Slip]:
        """``Sources.jsonl[Text]``."""
        tokens = self._tokens
        for opening in (index, index - 1):
            glued = opening > 0 and not tokens.gaps[opening] and tokens.kinds[opening - 1] in self._trial.words
            type_inside = tokens.kinds[opening + 1 : opening + 2] == [self._trial.kind["UNAME"]]
            if glued and type_inside and tokens.texts[opening] in ("[", "(", "{") and self._partner(opening):
                title = f"The types of a function are given in `< >`, not in `{tokens.texts[opening]}`"
                yield self._rebracketed(opening, "<>", title)

    def brackets(self, index: int) -> Iterator[Slip]:
        """``f ( n = 1 }``, ``f [ n = 1 ]``, ``type T = < a : Text >``."""
        texts = self._tokens.texts
        opening = next((at for at in range(index, max(index - BEFORE, 0), -1) if texts[at] in PARTNER), 0)
        if not opening or not self._partner(opening):
            return
        written = texts[opening], texts[self._partner(opening)]
        if texts[opening + 2] in ("=", ":") and written != ("{", "}"):
            what = "Parameters are given" if texts[opening + 2] == "=" else "The fields of a record stand"
            what = "The parameters of a function stand" if texts[opening - 1] == "with" else what
            title = f"{what} in `{{ }}`, not in `{written[0]} {written[1]}`"
            yield self._rebracketed(opening, "{}", title)

    def unopened(self, index: int) -> Iterator[Slip]:
        """``f n = 1 }``, ``Sources.stdin Text>``."""
        tokens, depth, closing = self._tokens, 0, 0
        for at in range(index, min(index + WIDE, len(tokens.texts))):
            depth += (tokens.texts[at] in PARTNER) - (tokens.texts[at] in CLOSERS)
            if depth < 0:
                closing = at
                break
        if not closing:
            return
        sign = next(opening for opening, one in PARTNER.items() if one == tokens.texts[closing])
        span = self._source.span(tokens.starts[closing], tokens.ends[closing])
        for at in (index - 1, index, index - 2, index - 3):
            of_types = tokens.kinds[at] == self._trial.kind["UNAME"] and tokens.texts[at - 1] != "."
            if at <= 0 or not (of_types if sign == "<" else sign == "{" and tokens.texts[at + 1] in ("=", ":")):
                continue
            start, end = tokens.starts[at], tokens.ends[at]
            glued = not tokens.gaps[at] or sign != "{"
            edit = Edit(self._source.span(start, start), sign if glued else f"{sign} ")
            fix = Fix(f"Insert `{sign}`", (edit,), _MAYBE)
            label = f"a `{sign}` is missing before {shown(tokens.texts[at])}"
            problem = codes.UNMATCHED_BRACKET.at(
                span, f"This `{tokens.texts[closing]}` closes nothing", label, fixes=(fix,)
            )
            meant = ((self._kinds[sign], sign, start, start), (tokens.kinds[at], tokens.texts[at], start, end))
            yield Slip(at, at + 1, meant, problem)

    def _rebracketed(self, opening: int, signs: str, title: str) -> Slip:
        tokens, closing = self._tokens, self._partner(opening)
        meant = [
            (tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at])
            for at in range(opening, closing + 1)
        ]
        edits, spans = [], []
        for at, sign in ((0, signs[0]), (-1, signs[1])):
            _, text, start, end = meant[at]
            meant[at] = (self._kinds[sign], sign, start, end)
            spans.append(self._source.span(start, end))
            edits += [Edit(spans[-1], sign)] if text != sign else []
        whole = self._source.span(spans[0].start, spans[1].end)
        place = edits[0].span if len(edits) == 1 else whole
        fix = Fix(f"Write `{signs[0]} {signs[1]}`", tuple(edits), _MAYBE)
        return Slip(opening, closing + 1, tuple(meant), codes.UNMATCHED_BRACKET.at(place, title, fixes=(fix,)))
