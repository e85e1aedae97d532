"""How much was checked, what was found, and where the time went."""

from collections import Counter
from collections.abc import Callable, Sequence
from time import perf_counter

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.compilation import Compilation
from nscompiler.source import SourceFile
from nscompiler.tools.typed_edges import TypedEdges, edges_of

Phases = tuple[tuple[str, float], ...]


@attrs.frozen(slots=True)
class Statistics:
    """Facts about one check.

    ``imported`` are files that are read because those asked for import them, ``lines`` are those of the files asked
    for, ``codes`` how many problems of each code there are. ``phases`` are names and seconds, in order. ``edges`` tell
    how much of each workflow is typed; there are none of a program with errors.
    """

    modules: int
    files: int
    imported: int
    lines: int
    codes: tuple[tuple[str, int], ...]
    phases: Phases
    edges: tuple[TypedEdges, ...] = ()

    def values(self) -> dict[str, object]:
        """The same as JSON values."""
        return {
            "modules": self.modules,
            "files": self.files,
            "imported": self.imported,
            "lines": self.lines,
            "codes": dict(self.codes),
            "workflows": [workflow.values() for workflow in self.edges],
            "seconds": {name: round(seconds, 6) for name, seconds in self.phases},
        }


def run_phases(compilation: Compilation) -> Phases:
    """Run the phases of a check that has not begun, one after the other; names and seconds."""
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("find", lambda: compilation.discovery),
        ("parse", lambda: [compilation.parsed(path) for path in compilation.discovery.targets]),
        ("resolve", lambda: compilation.program),
        ("check", lambda: compilation.checked),
        ("compare", lambda: compilation.problems),
    )
    return tuple((name, _seconds(step)) for name, step in steps)


def _seconds(step: Callable[[], object]) -> float:
    start = perf_counter()
    step()
    return perf_counter() - start


def statistics(compilation: Compilation, problems: Sequence[Diagnostic], phases: Phases) -> Statistics:
    """The facts about a check that is done; ``problems`` are those that are told of."""
    counts = Counter(problem.code.id for problem in problems)
    return Statistics(
        modules=compilation.module_count,
        files=len(compilation.selected),
        imported=len(compilation.checked) - len(compilation.selected),
        lines=sum(_lines(checked.module.source) for checked in compilation.selected),
        codes=tuple(sorted(counts.items())),
        phases=phases,
        edges=edges_of(compilation),
    )


def _lines(source: SourceFile) -> int:
    """How many lines a text has, as editors count: what stands after the last line's end is one if it is not empty."""
    return source.lines.count - (not source.text or source.text.endswith(("\n", "\r")))
