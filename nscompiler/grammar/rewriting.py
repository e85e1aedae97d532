"""An item with some of its tokens replaced by others, in as many places as need be: whether it is whole then, and the
fix that writes it so.
"""

from collections.abc import Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.segment import Segment
from nscompiler.source import Span


class Rewriting:
    """What is to stand in an item's tokens' place, from left to right; ``edits`` are the changes of the text."""

    __slots__ = ("_kinds", "_until", "edits", "segment")

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.edits: list[Edit] = []
        self._kinds: list[int] = []
        self._until = 0

    def replace(self, first: int, until: int, tokens: Sequence[str | int], text: str, span: Span | None = None) -> None:
        """Read other tokens, given as signs or as kinds, from one position to before another; write ``text`` there, or
        in the place that is given."""
        literals = self.segment.trial.tables.literals
        self._kinds += self.segment.kinds[self._until : first]
        self._kinds += [literals[one] if isinstance(one, str) else one for one in tokens]
        self._until = until
        if span is None:
            span = self.segment.span(first, until - 1)
        self.edits.append(Edit(span, text))

    @property
    def whole(self) -> bool:
        """Whether the item is whole with all of that."""
        kinds = [*self._kinds, *self.segment.kinds[self._until :]]
        return self.segment.whole_with(0, len(self.segment.kinds), kinds)

    def fix(self, title: str, level: Applicability = Applicability.MAYBE_INCORRECT) -> tuple[Fix, ...]:
        """The fix, if there is anything to do and the item is whole with it."""
        return (Fix(title, tuple(self.edits), level),) if self.edits and self.whole else ()
