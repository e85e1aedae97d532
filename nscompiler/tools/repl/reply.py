"""What a session answers to a cell: plain data, for a prompt, a notebook or a test to show."""

from collections.abc import Iterator, Mapping

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.source import SourceFile
from nscompiler.state import State
from nscompiler.tools.repl.script import Script
from nscompiler.types.interface import FunctionInterface


@attrs.frozen(slots=True)
class Defined:
    """Something that has a name from now on. ``shown`` is a function's type, or what a type stands for; ``replaced`` if
    the name meant something else before."""

    kind: str
    name: str
    shown: str
    replaced: bool = False


@attrs.frozen(slots=True, eq=False)
class Evaluated:
    """A bare expression that checks: its type as text, whether to run it, and the program that it is part of."""

    function: FunctionInterface
    shown: str
    runs: bool
    state: State
    script: Script

    @property
    def sources(self) -> Mapping[str, SourceFile]:
        """The texts that problems of the expression point into: cells and files."""
        return CellsAndFiles(self.script.sources, self.state.sources)


class CellsAndFiles(Mapping[str, SourceFile]):
    """The texts of cells, then those of files, which are read when asked for."""

    def __init__(self, cells: Mapping[str, SourceFile], files: Mapping[str, SourceFile]) -> None:
        self._cells = cells
        self._files = files

    def __getitem__(self, path: str) -> SourceFile:
        return self._cells[path] if path in self._cells else self._files[path]

    def __iter__(self) -> Iterator[str]:
        yield from self._cells
        yield from (path for path in self._files if path not in self._cells)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@attrs.frozen(slots=True)
class Written:
    """A text that is to be written to a file; ``replaces`` one that is there."""

    path: str
    text: str
    replaces: bool = False


@attrs.frozen(slots=True, eq=False, kw_only=True)
class Reply:
    """The answer to one cell.

    A cell that ``failed`` has changed nothing, unless it ``set_aside`` what used a name that it gave another meaning.
    ``problems`` have their places in cells and files, whose texts are ``sources``. ``text`` is a command's answer, in
    the form that ``form`` names: ``text``, ``code`` or ``markdown``. ``error`` is what is wrong with a command, with
    ``notes`` below it. The rest is for whoever asked to do: run ``value``, draw ``picture``, explain the code
    ``explained`` (a list of all if empty), show ``history`` entries (0 for all), write ``written``, or leave.
    """

    failed: bool = False
    defined: tuple[Defined, ...] = ()
    imported: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, SourceFile] = attrs.field(factory=dict)
    value: Evaluated | None = None
    timed: bool = False
    picture: Evaluated | None = None
    text: str = ""
    form: str = "text"
    error: str = ""
    notes: tuple[str, ...] = ()
    explained: str | None = None
    history: int | None = None
    written: Written | None = None
    leave: bool = False


def refused(error: str, *notes: str) -> Reply:
    """The reply to a cell that cannot be followed for a reason that is no diagnostic."""
    return Reply(failed=True, error=error, notes=notes)
