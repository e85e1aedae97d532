"""What a compilation shows of its files to those who need not all of it: what a file's aliases stand for, and texts."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from nscompiler.files import Files
from nscompiler.grammar.parse import ParseResult
from nscompiler.modules.discovery import Discovery
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.modules.program import LinkedModule
from nscompiler.modules.reading import read_source
from nscompiler.source import SourceFile
from nscompiler.typecheck.facts import Checked
from nscompiler.types.interface import Interface


class Interfaces(Protocol):
    """What a scope asks of a compilation."""

    @property
    def discovery(self) -> Discovery: ...
    def interface(self, path: str) -> Interface | None: ...
    def standard_interface(self, alias: str) -> Interface | None: ...


class Scope(Mapping[str, Interface | None]):
    """What the aliases of a file stand for; the standard library is looked at only where the file does."""

    def __init__(self, compilation: Interfaces, item: LinkedModule) -> None:
        self._compilation = compilation
        found: dict[str, str | None] = dict.fromkeys(item.imports.poisoned)
        found.update((resolved.alias, resolved.path) for resolved in item.imports.resolved)
        self._paths = found
        self._standard = () if compilation.discovery.index.is_standard(item.path) else RESERVED_ALIASES

    def __contains__(self, alias: object) -> bool:
        return alias in self._paths or alias in self._standard

    def __getitem__(self, alias: str) -> Interface | None:
        if alias in self._paths:
            path = self._paths[alias]
            return None if path is None else self._compilation.interface(path)
        if alias in self._standard:
            return self._compilation.standard_interface(alias)
        raise KeyError(alias)

    def get(self, alias: str, default: Any = None) -> Any:
        """As of any mapping, without an exception for what is not there: most names of a file have no alias."""
        return self[alias] if alias in self._paths or alias in self._standard else default

    def __iter__(self) -> Iterator[str]:
        yield from self._paths
        yield from (alias for alias in self._standard if alias not in self._paths)

    def __len__(self) -> int:
        return len(self._paths) + sum(1 for alias in self._standard if alias not in self._paths)


class Modules(Mapping[str, Checked]):
    """The files of a program by reference, as one of them sees them: scripts of one name in several folders share one,
    and each means itself by it."""

    def __init__(self, own: Checked, all: Mapping[str, Checked]) -> None:
        self._own = own
        self._all = all

    def __getitem__(self, reference: str) -> Checked:
        return self._own if reference == self._own.reference else self._all[reference]

    def get(self, reference: str, default: Any = None) -> Any:
        """As of any mapping, with one call less: lints ask this of most bindings."""
        return self._own if reference == self._own.reference else self._all.get(reference, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class Texts(Mapping[str, SourceFile]):
    """The texts of a compilation's files by path, those of Python and YAML files too; read when asked for."""

    def __init__(self, parsed: Mapping[str, ParseResult | None], files: Files) -> None:
        self._parsed = parsed
        self._files = files
        self._others: dict[str, SourceFile | None] = {}

    def __getitem__(self, path: str) -> SourceFile:
        parsed = self._parsed.get(path)
        source = parsed.module.source if parsed is not None else self._other(path)
        if source is None:
            raise KeyError(path)
        return source

    def _other(self, path: str) -> SourceFile | None:
        if path not in self._others:
            read = read_source(path, self._files) if self._files.is_file(path) else None
            self._others[path] = read if isinstance(read, SourceFile) else None
        return self._others[path]

    def __iter__(self) -> Iterator[str]:
        """The files read so far."""
        yield from (path for path, parsed in self._parsed.items() if parsed is not None)
        yield from (path for path, source in self._others.items() if source is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
