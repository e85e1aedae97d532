"""Where mistakes of a file were told already: what is left of those is no second one."""

from bisect import bisect_left

from nscompiler.grammar.build import Builder


class AlreadyTold:
    """The places of the mistakes that were told before a file's items were sorted, the first ``count``."""

    def __init__(self, builder: Builder, count: int) -> None:
        self._builder = builder
        self._starts = sorted(problem.primary.span.start for problem in builder.problems[:count])

    def on_lines_of(self, start: int, end: int) -> bool:
        """Whether a mistake on the same lines was told."""
        text = self._builder.source.text
        first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        newline = text.find("\n", end)
        last = newline if newline >= 0 else len(text)
        return self._between(first, last + 1)

    def inside(self, start: int, end: int) -> bool:
        """Whether any mistake between two offsets was told so far."""
        late = self._builder.problems[len(self._starts) :]
        return self._between(start, end) or any(start <= one.primary.span.start < end for one in late)

    def _between(self, start: int, end: int) -> bool:
        at = bisect_left(self._starts, start)
        return at < len(self._starts) and self._starts[at] < end
