"""Changes of a program that somebody may choose: what they are called, and what they do once they are chosen."""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cached_property

import attrs

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic, Edit
from nscompiler.grammar import syntax
from nscompiler.ide.program import Program
from nscompiler.source import Span
from nscompiler.typecheck.facts import Checked
from nscompiler.types.show import show_scheme


class ChangeKind(Enum):
    """The kinds of changes, as the editors' protocol calls them."""

    FIX = "quickfix"
    EXTRACT = "refactor.extract"
    INLINE = "refactor.inline"
    REWRITE = "refactor.rewrite"
    IMPORTS = "source.organizeImports"

    def wanted(self, only: Iterable[str] | None) -> bool:
        """Whether it is among the kinds that are asked for, or below one of them; None asks for all but those of a
        whole file."""
        if only is None:
            return not self.value.startswith("source")
        return any(not kind or self.value == kind or self.value.startswith(f"{kind}.") for kind in only)


@attrs.frozen(slots=True)
class Done:
    """What a change comes to: edits, files to be made first, and where a name then stands that asks to be chosen."""

    edits: tuple[Edit, ...]
    created: tuple[str, ...] = ()
    name_at: Span | None = None


@attrs.frozen(slots=True)
class Change:
    """A change that is offered. ``do`` works it out, None where it turns out not to be possible; ``sure`` if nothing
    else can be meant; ``problem`` is what it mends."""

    title: str
    kind: ChangeKind
    do: Callable[[], Done | None]
    sure: bool = False
    problem: Diagnostic | None = None


@attrs.frozen(slots=False, eq=False)
class Selected:
    """A stretch of a checked file; an empty one is a cursor."""

    program: Program
    path: str
    checked: Checked
    start: int
    end: int

    @property
    def module(self) -> syntax.Module:
        """The file's tree."""
        return self.checked.module

    @property
    def text(self) -> str:
        """The file's text."""
        return self.checked.module.source.text

    @cached_property
    def decl(self) -> syntax.Decl | None:
        """The declaration that the selection begins in."""
        return next((one for one in self.module.declarations if one.start <= self.start <= one.end), None)

    @cached_property
    def body(self) -> syntax.Expr | None:
        """The expression that the selection begins in."""
        if isinstance(self.decl, syntax.DefDecl):
            return self.decl.body
        main = self.module.main
        return main if main is not None and self.decl is None and main.start <= self.start <= main.end else None

    def span(self, start: int, end: int) -> Span:
        """A stretch of the file."""
        return Span(self.path, start, end)

    def problem_of(self, node: syntax.Node) -> Diagnostic | None:
        """What is wrong with just this node."""
        place = self.module.span(node)
        return next((one for one in self.program.problems_in(self.path) if one.primary.span == place), None)

    def names(self) -> set[str]:
        """What is declared in the file."""
        names = (getattr(decl, "name", None) for decl in self.module.declarations)
        return {name.text for name in names if name is not None}

    def free_name(self, wanted: str) -> str:
        """A name that nothing in the file has."""
        taken, turn, name = self.names() | {"main"}, 1, wanted
        while name in taken:
            turn += 1
            name = f"{wanted}{turn}"
        return name

    def keeps_types(self, edits: tuple[Edit, ...]) -> bool:
        """Whether the file has no more errors after some edits, and every def that is still there its type."""
        parsed, after = self.program.probe(self.path, apply_edits(self.text, edits))
        if len(parsed.problems) > len(self._syntax_problems) or _errors(after) > _errors(self.checked):
            return False
        before, now = self.checked.interface.functions, after.interface.functions
        both = [(before[name], now[name]) for name in before.keys() & now.keys()]
        return all(show_scheme(one.scheme) == show_scheme(other.scheme) for one, other in both)

    @cached_property
    def _syntax_problems(self) -> tuple[Diagnostic, ...]:
        parsed = self.program.parsed(self.path)
        return () if parsed is None else parsed.problems


def _errors(checked: Checked) -> int:
    return sum(problem.is_error for problem in checked.problems)


def whole(text: str, node: syntax.Node, within: syntax.Node | None = None) -> tuple[int, int]:
    """Where an expression stands with the brackets around it; those of ``within`` are not its own."""
    start, end = node.start, node.end
    first, last = (0, len(text)) if within is None else (within.start, within.end)
    while True:
        left, right = len(text[:start].rstrip()) - 1, end + len(text[end:]) - len(text[end:].lstrip())
        if not (left >= first and right < last and text[left] == "(" and text[right] == ")"):
            return start, end
        start, end = left, right + 1


def above(text: str, decl: syntax.Node) -> int:
    """Where a declaration begins with the comments and attributes right above it."""
    start = text.rfind("\n", 0, decl.start) + 1
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before : start - 1].strip()
        if not line.startswith(("//", "@")):
            break
        start = before
    return start
