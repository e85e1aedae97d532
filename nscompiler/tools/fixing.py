"""Applying what diagnostics offer to the files of a check, again and again until nothing is left to apply."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import attrs

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.files import Files, MemoryFiles
from nscompiler.records import replace
from nscompiler.source import SourceFile

# A fix may bring up the next fault; a program that needs more rounds than these has other troubles.
MOST_ROUNDS = 50


class Check(Protocol):
    """What a check of files came to: a compilation, or one that also tells what another state makes wrong."""

    @property
    def problems(self) -> tuple[Diagnostic, ...]: ...
    @property
    def sources(self) -> Mapping[str, SourceFile]: ...
    @property
    def targets(self) -> tuple[str, ...]: ...
    @property
    def module_count(self) -> int: ...


Compile = Callable[[Files], Check]
Wanted = Callable[[tuple[Diagnostic, ...]], Sequence[Diagnostic]]


@attrs.frozen(slots=True)
class Fixed:
    """What came of it: each changed file's text before and after, how many problems were fixed in each, and the
    check of the files as they are now. ``unsafe`` is how many fixes were left out because they may be wrong, and
    ``refused`` how many of the problems that are left have only fixes that would leave more errors."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    counts: Mapping[str, int]
    compilation: Check
    problems: tuple[Diagnostic, ...]
    unsafe: int
    refused: int

    @property
    def total(self) -> int:
        """How many problems were fixed."""
        return sum(self.counts.values())


def fix(compile: Compile, files: Files, wanted: Wanted, *, unsafe: bool = False) -> Fixed:
    """Apply the fixes that are machine-applicable, with ``unsafe`` also those that may be wrong, to the files asked
    for. Nothing is written.

    ``compile`` checks the files as a file system shows them, ``wanted`` picks the problems that count. No two fixes of
    one round touch the same text, and a fix that would leave a file with more errors than before is taken back.
    """
    return _Fixing(compile, files, wanted, unsafe).run()


class _Fixing:
    """One run: the texts as they are by now."""

    def __init__(self, compile: Compile, files: Files, wanted: Wanted, unsafe: bool) -> None:
        self._compile, self._files, self._wanted, self._unsafe = compile, files, wanted, unsafe
        self._before: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._refused: set[object] = set()

    def run(self) -> Fixed:
        compilation = self._compile(self._files)
        for _ in range(MOST_ROUNDS):
            batch = self._batch(compilation)
            following = self._applied(compilation, batch) if batch else None
            if following is None:
                break
            compilation = following
        problems = tuple(self._wanted(compilation.problems))
        changed = {path: text for path, text in self._texts.items() if text != self._before[path]}
        before = {path: self._before[path] for path in changed}
        left = 0 if self._unsafe else sum(1 for _ in self._offers(compilation, unsafe=True))
        return Fixed(before, changed, self._counts, compilation, problems, left, self._taken_back(compilation))

    # --- what to apply

    def _offers(self, compilation: Check, unsafe: bool) -> Iterator[tuple[Diagnostic, Fix]]:
        """The first fix of each problem that may be applied."""
        for problem in self._wanted(compilation.problems):
            usable = self._usable(compilation, problem, unsafe)
            found = next((one for one in usable if _key(problem, one) not in self._refused), None)
            if found is not None:
                yield problem, found

    def _usable(self, compilation: Check, problem: Diagnostic, unsafe: bool) -> list[Fix]:
        allowed = {Applicability.MACHINE_APPLICABLE} | ({Applicability.MAYBE_INCORRECT} if unsafe else set())
        return [one for one in problem.fixes if one.applicability in allowed and self._is_ours(compilation, one)]

    def _taken_back(self, compilation: Check) -> int:
        """How many problems are left though they have fixes: each of these was tried, and made more wrong."""
        count = 0
        for problem in self._wanted(compilation.problems):
            usable = self._usable(compilation, problem, self._unsafe)
            count += bool(usable) and all(_key(problem, one) in self._refused for one in usable)
        return count

    def _is_ours(self, compilation: Check, fix: Fix) -> bool:
        """Whether a fix changes the files that were asked for, and what lies beside them, alone."""
        asked = frozenset(compilation.targets)
        return all(edit.span.path in asked or not edit.span.path.endswith(".nml") for edit in fix.edits)

    def _batch(self, compilation: Check) -> list[tuple[Diagnostic, Fix]]:
        """Fixes that do not touch each other."""
        batch: list[tuple[Diagnostic, Fix]] = []
        taken: list[Edit] = []
        for problem, found in self._offers(compilation, self._unsafe):
            if not any(_touch(edit, other) for edit in found.edits for other in taken):
                batch.append((problem, found))
                taken += found.edits
        return batch

    # --- applying

    def _applied(self, compilation: Check, batch: list[tuple[Diagnostic, Fix]]) -> Check | None:
        """The check after a batch; of one that makes something worse, after those fixes that do not. None where
        nothing could be applied."""
        following = self._tried(compilation, batch)
        if following is not None:
            return following
        reached: Check | None = None
        for one in batch if len(batch) > 1 else ():
            # Only the first can be tried at its place: where the others stand by now, the next round tells.
            reached = self._tried(compilation, [one])
            if reached is not None:
                return reached
            self._refused.add(_key(*one))
        self._refused.update(_key(*one) for one in batch)
        return reached

    def _tried(self, compilation: Check, batch: list[tuple[Diagnostic, Fix]]) -> Check | None:
        """Apply fixes, and check; None where a file has more errors then, and nothing was applied."""
        edits = [edit for _, found in batch for edit in found.edits]
        texts = dict(self._texts)
        for path in {edit.span.path for edit in edits}:
            before = compilation.sources[path].text
            self._before.setdefault(path, before)
            texts[path] = _in_its_line_ends(before, [edit for edit in edits if edit.span.path == path])
        following = self._compile(MemoryFiles(dict(texts), self._files))
        if _is_worse(compilation.problems, following.problems):
            return None
        self._texts = texts
        self._counts.update(problem.primary.span.path for problem, _ in batch)
        return following


def _key(problem: Diagnostic, fix: Fix) -> object:
    """What a fix is known by, wherever its place has moved to."""
    return problem.code.id, problem.title, fix.title, tuple(edit.text for edit in fix.edits)


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two edits concern the same text; insertions at one place do."""
    if one.span.path != other.span.path:
        return False
    if one.span.start == other.span.start:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end


def _is_worse(before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> bool:
    errors = [Counter(one.primary.span.path for one in problems if one.is_error) for problems in (before, after)]
    return any(count > errors[0][path] for path, count in errors[1].items())


def _in_its_line_ends(text: str, edits: list[Edit]) -> str:
    """A text with edits made, whose new lines end as the first of its own does."""
    if "\r\n" in text and text.find("\n") == text.find("\r\n") + 1:
        edits = [replace(edit, text=edit.text.replace("\n", "\r\n")) for edit in edits]
    return apply_edits(text, edits)


def shown_path(path: str) -> str:
    """A file as it is named to people: below this folder without it."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
