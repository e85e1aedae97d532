"""One sign for another: `f > g`, `def w -> f`, `Text -- Text`, a `;` that ends too early."""

from collections.abc import Iterator, Sequence

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import scan
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.slip import WIDE, Proposer, Slip
from nscompiler.grammar.trial import WINDOW
from nscompiler.grammar.wording import fitting, shown

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")
#: Signs that are written for others, and the others, the likeliest first.
_MISTAKEN = frozenset(("<", ">", ";", "|", "&", "->", ":", "=", ".", ",", "*", "?", "@"))
#: What word processors make of a `-`.
_LONG_DASHES = frozenset("–—−")
_FOR = ("|", "->", "=", ":", ",")
WHAT_SIGNS_DO = {
    "|": "Stages, and the alternatives of a sum, are separated by `|`",
    "->": "What a function takes and gives are separated by `->`",
    "=": "What is set, or declared by a `type` or `def`, stands behind `=`",
    ":": "A type stands behind `:`",
    ",": "Items are separated by `,`",
    "&": "Stages are set side by side by `&`",
}
"""What is told where another sign stands in the place of one."""

_REST = "The rest of a record stands behind `|`"


class SlippedSigns(Proposer):
    """What may have slipped among the signs around a mistake."""

    __slots__ = ()

    def mistaken(self, at: int, signs: Sequence[str] = _FOR) -> Iterator[Slip]:
        """``f > g``, ``def w -> f``, ``fun f : Text + Text``."""
        tokens = self._tokens
        text, start, end = tokens.texts[at], tokens.starts[at], tokens.ends[at]
        if text not in _MISTAKEN and tokens.kinds[at] != self._trial.kind["STRAY"]:
            return
        span = self._source.span(start, end)
        if text in ("+", ",") and self._is_inside(at):
            signs = ("&", *signs)
        for sign in signs:
            if sign != text and text + sign not in ("=|", "=,", "->|"):
                fix = Fix(f"Write `{sign}`", (Edit(span, sign),), _MAYBE)
                code = codes.UNEXPECTED if text in _MISTAKEN else codes.STRAY_CHARACTER
                title = fitting(f"{WHAT_SIGNS_DO[sign]}, not by {shown(text)}", WHAT_SIGNS_DO[sign])
                if sign == "|" and tokens.texts[at + 2 : at + 3] == ["}"]:
                    title = fitting(f"{_REST}, not {shown(text)}", _REST)
                problem = code.at(span, title, fixes=(fix,))
                yield self._slip(at, at + 1, [(sign, start, end)], problem)

    def is_odd_elsewhere(self, index: int) -> bool:
        """Whether more stands around a token that cannot be read: one sign for another does not explain that."""
        tokens, stray = self._tokens, self._trial.kind["STRAY"]
        near = range(max(index - WINDOW, 0), min(index + WINDOW, len(tokens.kinds)))
        line = [at for at in near if tokens.kinds[at] == stray and at != index]
        return any(
            "\n" not in self._source.text[tokens.starts[min(at, index)] : tokens.starts[max(at, index)]] for at in line
        )

    def _is_inside(self, at: int) -> bool:
        """Whether a token stands in the brackets around stages, ``f | (g + h)``."""
        depth = 0
        for place in range(at - 1, max(0, at - WIDE), -1):
            text = self._tokens.texts[place]
            depth += (text in CLOSERS) - (text in PARTNER)
            if depth < 0:
                return text == "(" and self._tokens.texts[place - 1] in ("|", "&", "=", "(")
        return False

    def parted(self, index: int) -> Iterator[Slip]:
        """``def w = ; f``."""
        tokens = self._tokens
        at = next((at for at in (index, index - 1) if at > 0 and tokens.texts[at] == ";"), 0)
        following = tokens.texts[at + 1] if at else ""
        if not following or following in _DECLARING:
            return
        yield from self.mistaken(at, (":", "="))
        if self._trial.words >= {tokens.kinds[at - 1], tokens.kinds[at + 1]}:
            return  # what would be read as one type
        span = self._source.span(tokens.starts[at], tokens.ends[at])
        fix = Fix("Remove the `;`", (Edit(span, ""),), _MAYBE)
        title = f"This `;` ends what the {shown(following)} behind it goes on with"
        yield self._slip(at, at + 1, [], codes.UNEXPECTED.at(span, title, fixes=(fix,)))

    def dashes(self, index: int) -> Iterator[Slip]:
        """``fun f : Text -- Text``, ``fun f : Text –> Text``."""
        tokens = self._tokens
        start, text = tokens.starts[index], tokens.texts[index]
        if text in _LONG_DASHES and tokens.texts[index + 1] == ">" and not tokens.gaps[index + 1]:
            end = tokens.ends[index + 1]
            span = self._source.span(start, end)
            fix = Fix("Write `->`", (Edit(span, "->"),), _MAYBE)
            problem = codes.STRAY_CHARACTER.at(span, f"`{text}>` is no sign of the language, `->` is", fixes=(fix,))
            yield self._slip(index, index + 2, [("->", start, end)], problem)
        if tokens.kinds[index] != self._trial.kind["WRONG_COMMENT"] or not text.startswith("--"):
            return
        rest = scan(text[2:], self._trial.tables)
        inside = zip(rest.kinds, rest.texts, rest.starts, rest.ends, strict=True)
        behind = [(kind, text, start + 2 + first, start + 2 + end) for kind, text, first, end in inside]
        span = self._source.span(start, start + 2)
        fix = Fix("Write `->`", (Edit(span, "->"),), _MAYBE)
        problem = codes.UNEXPECTED.at(span, f"{WHAT_SIGNS_DO['->']}, not by `--`", fixes=(fix,))
        arrow = (self._kinds["->"], "->", start, start + 2)
        yield Slip(index, index + 1, (arrow, *behind[:-1]), problem)

    def rest(self, comma: int) -> Iterator[Slip]:
        """``{ user : Text, r }``."""
        tokens, name = self._tokens, self._tokens.texts[comma + 1]
        before = tokens.ends[comma - 1]
        edit = Edit(self._source.span(before, tokens.ends[comma + 1]), f" | {name}")
        fix = Fix(fitting(f"Write `| {name}`", "Write a `|` before it"), (edit,), _MAYBE)
        span = self._source.span(tokens.starts[comma], tokens.ends[comma + 1])
        problem = codes.UNEXPECTED.at(span, f"{_REST}: `{{ a : A | r }}`", fixes=(fix,))
        yield self._slip(comma, comma + 1, [("|", tokens.starts[comma], tokens.ends[comma])], problem)
