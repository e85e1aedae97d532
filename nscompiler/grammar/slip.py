"""A slip of the hand: tokens that are read as what was meant by them, and what proposes such."""

from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.trial import Trial
from nscompiler.records import Record
from nscompiler.source import SourceFile

#: How far before a mistake a slip is looked for.
BEFORE = 3
#: How far brackets may be from each other.
WIDE = 48


class Slip(Record):
    """Tokens that stand for others: those from ``first`` to before ``until``, for which ``meant`` was meant, each as
    kind, text, start and end. ``nameless`` is one in which an alias is missing: nothing is known of that.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "meant", "problem", "nameless")
    __slots__ = __match_args__

    def __init__(
        self,
        first: int,
        until: int,
        meant: tuple[tuple[int, str, int, int], ...],
        problem: Diagnostic,
        nameless: bool = False,
    ) -> None:
        self.first = first
        self.until = until
        self.meant = meant
        self.problem = problem
        self.nameless = nameless


class Proposer:
    """What proposes slips of one kind; it sees the tokens of a file."""

    __slots__ = ("_kinds", "_source", "_tokens", "_trial")

    def __init__(self, source: SourceFile, tokens: Tokens, trial: Trial) -> None:
        self._source = source
        self._tokens = tokens
        self._trial = trial
        self._kinds = shared_kinds(trial.tables)

    def _slip(self, first: int, until: int, meant: list[tuple[str, int, int]], problem: Diagnostic) -> Slip:
        return Slip(first, until, tuple((self._kinds[text], text, start, end) for text, start, end in meant), problem)

    def _is_apart(self, at: int) -> bool:
        """Whether only blanks stand between a token and the one before it."""
        gap = self._tokens.gaps[at]
        return bool(gap) and not gap.strip(" \t")

    def _partner(self, opening: int) -> int:
        """The bracket that closes what a token opens, of whatever kind it is; 0 if none does."""
        texts, depth = self._tokens.texts, 0
        for at in range(opening, min(opening + WIDE, len(texts))):
            depth += (texts[at] in PARTNER) - (texts[at] in CLOSERS)
            if depth == 0:
                return at
        return 0
