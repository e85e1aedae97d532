"""What lowering needs to know about a program, as plain data; the pipeline fills it in."""

import os
from collections.abc import Mapping

import attrs

from nscompiler.flow.model import Framework, Origin
from nscompiler.flow.places import Places, origin_of
from nscompiler.grammar import syntax
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import Types


@attrs.frozen(slots=True, kw_only=True)
class ModuleFiles:
    """The Python side of a module.

    ``folder`` is where its files lie on disk, ``python`` the file within it that holds the class (None where there
    is none), ``service`` what that file's text says. ``files`` are the paths within the folder that are copied, the
    Python file among them, sorted. ``content_hash`` changes with any of them. ``frameworks`` and what they need are as
    in the graph.
    """

    folder: str
    content_hash: str
    python: str | None = None
    service: Service | None = None
    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    frameworks: tuple[Framework, ...] = ()


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Program:
    """Checked modules by reference (a script by what the checker calls it), all that the workflow imports and the
    standard library's among them, and the files of those that have any. ``types`` is the workspace of their check.

    Origins name files relative to ``root``, so that what is built does not depend on where it is built; where there is
    no root, by the paths that messages show.
    """

    types: Types
    modules: Mapping[str, Checked]
    files: Mapping[str, ModuleFiles]
    root: str | None = ""

    def function(self, known: FunctionInterface) -> FunctionInterface:
        """A function as its module says it now. Who uses it may have been checked beside an earlier check of that
        module, which said the same with variables of its own, in the same order."""
        checked = self.modules.get(known.module)
        return known if checked is None else checked.interface.functions.get(known.name, known)

    def origin(self, module: syntax.Module, node: syntax.Node) -> Origin:
        """The origin of a node of one of the modules."""
        return self.place(module.source, node.start, node.end)

    def place(self, source: SourceFile, start: int, end: int) -> Origin:
        """The origin of a stretch of one of the modules' texts."""
        return origin_of(source, start, end, self.shown(source.path))

    def shown(self, path: str) -> str:
        """A file's path as origins name it: relative to the root; the last two parts of one that lies elsewhere. Bytes
        that are no text are escaped, for origins are written into what is emitted."""
        path = path.encode("utf-8", "backslashreplace").decode()
        if self.root is None:
            return path
        shown = os.path.relpath(path, self.root or ".").replace(os.sep, "/")
        return "/".join(path.split("/")[-2:]) if shown.startswith("../") else shown

    def places(self) -> Places:
        """The way back from origins to spans."""
        return Places({self.shown(one.module.source.path): one.module.source for one in self.modules.values()})
