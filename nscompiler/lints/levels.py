"""The levels that projects set for warnings and hints."""

from collections.abc import Mapping
from functools import cached_property

from nscompiler.diagnostics.model import Severity
from nscompiler.files import Files
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.reading import read_source
from nscompiler.modules.tree import PROJECT_FILE, is_below, join
from nscompiler.source import SourceFile

ByCode = Mapping[str, Severity | None]
"""Levels by the ids of codes; None is off."""


def levels_below(path: str, by_root: Mapping[str, ByCode]) -> ByCode:
    """The levels for a file: those of the innermost of some folders that it lies in."""
    roots = [root for root in by_root if is_below(path, root)]
    return by_root[max(roots, key=len)] if roots else {}


class Levels:
    """The levels that ``lints`` in the project files sets. A project's file is read for a single module of it too, once
    there is something to weigh; what is wrong with the file is told where the project itself is checked."""

    def __init__(self, discovery: Discovery, files: Files) -> None:
        self._discovery = discovery
        self._files = files

    @cached_property
    def by_root(self) -> Mapping[str, ByCode]:
        """The levels by the root folders of projects."""
        return {given.root: self._read(given.root) for given in self._discovery.given}

    def of(self, path: str) -> ByCode:
        """The levels for a file."""
        return levels_below(path, self.by_root)

    def _read(self, root: str) -> ByCode:
        project = self._discovery.projects.get(root)
        file = join(root, PROJECT_FILE)
        if project is None and self._files.is_file(file):
            source = read_source(file, self._files)
            if isinstance(source, SourceFile) and "lints" in source.text:
                from nscompiler.modules.project import read_project

                project, _ = read_project(root, self._files)
        return {} if project is None else project.levels
