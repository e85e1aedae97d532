"""The slips of the hand that may have led to a mistake, in the order in which they are looked for.

Each is proposed from what stands around a mistake; it is read as what was meant where the items are whole then.
"""

from collections.abc import Callable, Iterator

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.dashed_uses import dashed_uses
from nscompiler.grammar.declaration_slips import declaration_slips
from nscompiler.grammar.environment_forms import environment_forms
from nscompiler.grammar.foreign_chains import foreign_chains
from nscompiler.grammar.foreign_stages import foreign_stages
from nscompiler.grammar.joining_words import joining_words
from nscompiler.grammar.lexer import SWALLOWED, Tokens
from nscompiler.grammar.listed_values import listed_values
from nscompiler.grammar.number_forms import number_forms
from nscompiler.grammar.other_bars import other_bars
from nscompiler.grammar.parameter_choices import choices, other_types
from nscompiler.grammar.parameter_lists import parameter_lists
from nscompiler.grammar.shell_forms import shell_forms
from nscompiler.grammar.slip import BEFORE, Slip
from nscompiler.grammar.slipped_brackets import SlippedBrackets
from nscompiler.grammar.slipped_names import SlippedNames
from nscompiler.grammar.slipped_signs import SlippedSigns
from nscompiler.grammar.small_constructors import small_constructors
from nscompiler.grammar.stage_slips import stage_slips
from nscompiler.grammar.stuck_words import StuckWords
from nscompiler.grammar.swallowing import swallowing
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import LITERALS
from nscompiler.source import SourceFile

_DECLARING = ("type", "fun", "def")
#: How far behind a mistake a slip is looked for.
_BEHIND = 1
_EXPRESSIONS = LITERALS - {"TRUE", "FALSE"} | {"LNAME", "UNAME", "CONCAT", "FILTER", "LPAR", "LSQB"}


#: What is not one slip, but written as elsewhere all along; asked before all others.
_WHOLE_FORMS: tuple[Callable[[SourceFile, Tokens, Trial, int], Iterator[Slip]], ...] = (
    dashed_uses,
    declaration_slips,
    stage_slips,
    environment_forms,
    listed_values,
    foreign_chains,
    joining_words,
    other_bars,
    parameter_lists,
    shell_forms,
    swallowing,
    number_forms,
    small_constructors,
    other_types,
    choices,
    foreign_stages,
)


def says_little(problem: Diagnostic) -> bool:
    """Whether nothing is known of a mistake but that it is one."""
    title, label = problem.title, problem.primary.text
    plain = title.startswith("Expected ") or title.endswith((" cannot stand here", " closes nothing"))
    plain = plain or (title.startswith("A `def` takes no arguments") and not problem.fixes)
    return plain and not label.startswith("did you mean")


class Slips:
    """The slips that may have led to mistakes of one file."""

    __slots__ = ("_brackets", "_expressions", "_names", "_signs", "_source", "_tokens", "_trial", "_words")

    def __init__(self, source: SourceFile, tokens: Tokens, trial: Trial) -> None:
        self._source = source
        self._tokens = tokens
        self._trial = trial
        self._words = StuckWords(source, tokens, trial)
        self._names = SlippedNames(source, tokens, trial)
        self._signs = SlippedSigns(source, tokens, trial)
        self._brackets = SlippedBrackets(source, tokens, trial)
        self._expressions = frozenset(trial.kind[name] for name in _EXPRESSIONS)

    def likely(self, index: int) -> Iterator[Slip]:
        """What may have slipped around the mistake at a token, where nothing else is as likely."""
        for proposed in _WHOLE_FORMS:
            yield from proposed(self._source, self._tokens, self._trial, index)
        yield from self._words.doubled(index)
        yield from self._signs.parted(index)
        yield from self._names.dotless(index)
        yield from self._names.nameless(index)
        yield from self._signs.dashes(index)
        yield from self._names.aliasless(index)
        yield from self._brackets.types(index)
        places = self._places(index)
        for at in places:
            yield from self._words.split(at)
        for at in places:
            yield from self._words.glued(at)
        for at in places:
            if self._tokens.texts[at] in _DECLARING and not self._trial.begins_line(self._tokens, at):
                yield from self._words.swapped(at)

    def others(self, index: int) -> Iterator[Slip]:
        """What may have slipped where nothing else explains the mistake."""
        if self._tokens.texts[index] == "}" and self._tokens.texts[index - 2] == ",":
            yield from self._signs.rest(index - 2)
        for at in (index, index - 1, index - 2):
            if 0 <= at < len(self._tokens.kinds) - 2:
                yield from self._words.swapped(at)
        yield from self._brackets.brackets(index)
        yield from self._brackets.unopened(index)
        if not self._signs.is_odd_elsewhere(index):
            yield from self._signs.mistaken(index)

    def read(self, slip: Slip) -> None:
        """Puts what was meant in the place of what stands there."""
        tokens, meant = self._tokens, Tokens()
        for kind, text, start, end in slip.meant:
            meant.put(kind, text, start, end, "" if meant.kinds else tokens.gaps[slip.first])
        tokens.cut(slip.first, slip.until)
        tokens.splice(slip.first, meant, len(meant.kinds))

    def is_whole(self, slip: Slip, states: list[int], start: int, stop: int) -> bool:
        """Whether the items from one token to before another can be read with what was meant, from ``states`` on."""
        tokens, states = self._tokens, states.copy()
        meant = [(kind, False) for kind, *_ in slip.meant]
        if meant and self._trial.begins_line(tokens, slip.first):
            meant[0] = (meant[0][0], True)
        for kind, new_line in [*self._kinds_of(start, slip.first), *meant, *self._kinds_of(slip.until, stop)]:
            if not new_line and kind in self._expressions and self._trial.ends(states, kind):
                return False  # an expression beside what is one already
            if not self._trial.shift(states, kind):
                return False
        return self._trial.ends(states, tokens.kinds[stop])

    def _kinds_of(self, first: int, until: int) -> Iterator[tuple[int, bool]]:
        """The kinds of some tokens, as they are read, each with whether a line begins there."""
        tokens, bads = self._tokens, self._trial.bads
        for at in range(first, until):
            kind = bads.get(tokens.kinds[at], tokens.kinds[at])
            if kind != SWALLOWED:
                yield kind, at == first or self._trial.begins_line(tokens, at)

    def is_between(self, states: list[int], index: int) -> bool:
        """Whether a token that means nothing is all that stands between two things which cannot stand side by side."""
        if not index:
            return False
        kind = self._tokens.kinds[index + 1]
        kind = self._trial.bads.get(kind, kind)
        if kind == SWALLOWED or self._trial.begins_line(self._tokens, index + 1):
            return False
        words = self._trial.words
        if {kind, self._tokens.kinds[index - 1]} <= words or (
            kind in self._expressions and self._trial.ends(states, kind)
        ):
            return True
        return not self._trial.shift(states.copy(), kind) and not self._trial.ends(states, kind)

    def _places(self, index: int) -> list[int]:
        """The tokens at which one may begin: the first of the line, and those right before the mistake."""
        line = index
        while line > max(0, index - WINDOW) and not self._trial.begins_line(self._tokens, line):
            line -= 1
        near = range(max(index - BEFORE, 0), min(index + _BEHIND + 1, len(self._tokens.kinds) - 2))
        return [line, *(at for at in near if at != line)] if line < len(self._tokens.kinds) - 2 else list(near)
