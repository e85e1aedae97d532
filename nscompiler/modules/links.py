"""The ways through the imports of a program: from a file to what it imports, and to those who import it."""

from collections.abc import Iterable, Mapping

from nscompiler.modules.program import LinkedModule, Program

_NONE: frozenset[str] = frozenset()


class Links:
    """A program's files with their imports in both directions. ``place`` is a file's place in the order of the imports:
    what is imported comes before what imports it."""

    __slots__ = ("_importers", "_paths", "items", "place", "program")

    def __init__(
        self,
        program: Program,
        items: dict[str, LinkedModule],
        place: dict[str, int],
        importers: Mapping[str, frozenset[str]],
        paths: dict[str, str],
    ) -> None:
        self.program = program
        self.items = items
        self.place = place
        self._importers = importers
        self._paths = paths

    @classmethod
    def of(cls, program: Program) -> "Links":
        """The ways through a program."""
        items = {item.path: item for item in program.modules}
        importers: dict[str, set[str]] = {}
        for item in program.modules:
            for one in item.imports.resolved:
                importers.setdefault(one.path, set()).add(item.path)
        kept = {path: frozenset(found) for path, found in importers.items()}
        return cls(program, items, {path: place for place, path in enumerate(items)}, kept, {})

    def with_items(self, items: Iterable[LinkedModule]) -> "Links":
        """The same ways with other texts of some files, which are called and import what they did."""
        modules, by_path = list(self.program.modules), dict(self.items)
        for item in items:
            modules[self.place[item.path]] = by_path[item.path] = item
        return Links(Program(tuple(modules)), by_path, self.place, self._importers, self._paths)

    def path_of(self, reference: str) -> str | None:
        """The file of a module, by its reference as text; None for one that is not of the program."""
        if not self._paths:
            self._paths.update((str(item.ref), item.path) for item in self.program.modules if item.ref is not None)
        return self._paths.get(reference)

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file themselves."""
        return self._importers.get(path, _NONE)

    def closure(self, path: str) -> set[str]:
        """A file with all that it imports, directly or not."""
        found, pending = {path}, [path]
        while pending:
            item = self.items.get(pending.pop())
            imported = {one.path for one in item.imports.resolved} - found if item is not None else set()
            found |= imported
            pending += imported
        return found

    def dependents(self, paths: Iterable[str]) -> set[str]:
        """Files with all that import them, directly or not."""
        found = set(paths)
        pending = list(found)
        while pending:
            importing = self.importers(pending.pop()) - found
            found |= importing
            pending += importing
        return found

    def ordered(self, paths: Iterable[str]) -> list[str]:
        """Files of the program in the order of their imports; others are left out."""
        return sorted((path for path in paths if path in self.place), key=self.place.__getitem__)
