"""What the engine of the editors asks of a program: one state of its files, which nothing changes.

``nscompiler.state.State`` is such a program; the engine stands a floor below it and knows this protocol alone.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.parse import ParseResult
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.exports import Exports
from nscompiler.modules.program import LinkedModule
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import Interface
from nscompiler.types.types import Types


class Program(Protocol):
    """Files with what is known of them. Paths are absolute; offsets count code points.

    Places that a file's facts hold of *other* files may be older than these files' texts: look a function or type up
    by its module and name in ``interface`` of ``path_of``, and go to the place that is told there.
    """

    @property
    def types(self) -> Types:
        """The table that all types of the program are shared through."""
        ...

    @property
    def discovery(self) -> Discovery:
        """What is to be checked, and in ``discovery.index`` the modules that an import can find, in all versions."""
        ...

    @property
    def exports(self) -> Exports:
        """The modules that declare a name, imported or not."""
        ...

    @property
    def remembered(self) -> dict[str, tuple[Checked, Any]]:
        """What features have worked out of files' checks, by path, with the check that it is of. All states of a
        program share it."""
        ...

    @property
    def paths_of_all(self) -> tuple[str, ...]:
        """Every file of the program, what is imported before what imports it; those of the standard library only where
        an import names them."""
        ...

    def parsed(self, path: str) -> ParseResult | None:
        """The syntax of a file; None where it cannot be read."""
        ...

    def linked(self, path: str) -> LinkedModule | None:
        """A file of the program with its imports; None for another."""
        ...

    def file(self, path: str) -> Checked | None:
        """What is known of a file, checked now if need be; None for one that is not of the program."""
        ...

    def interface(self, path: str) -> Interface | None:
        """What a file exports."""
        ...

    def scope(self, path: str) -> Mapping[str, Interface | None]:
        """What the aliases in a file stand for, those of the standard library among them; None behind one means that
        its import failed."""
        ...

    def path_of(self, reference: str) -> str | None:
        """The file of a module, by its reference as text: ``FunctionInterface.module`` is one."""
        ...

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file themselves."""
        ...

    def closure(self, path: str) -> set[str]:
        """A file with all that it imports, directly or not."""
        ...

    def text(self, path: str) -> SourceFile | None:
        """The text of any file, Python and YAML too; None where there is none."""
        ...

    def service(self, path: str) -> Service | None:
        """What the Python code beside a file says; None where there is none."""
        ...

    def problems_in(self, path: str) -> tuple[Diagnostic, ...]:
        """What is wrong with a file and the Python file beside it."""
        ...

    def probe(self, path: str, text: str) -> tuple[ParseResult, Checked]:
        """What would be known of a file with the same imports that had another text: for questions about a place where
        something is still to be written."""
        ...
