"""What an earlier check came to, for those who report it."""

from collections.abc import Iterator, Mapping

from nscompiler.cli.answers import Answer
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.stored import read_diagnostics
from nscompiler.files import DiskFiles
from nscompiler.modules.reading import read_source
from nscompiler.source import SourceFile


class Recalled:
    """An answer as ``report.Outcome`` has it; with other ``problems`` since a file was edited, if they are given."""

    def __init__(self, answer: Answer, problems: tuple[Diagnostic, ...] | None = None) -> None:
        self.problems = read_diagnostics(answer.problems) if problems is None else problems
        self.sources: Mapping[str, SourceFile] = DiskTexts()
        self.targets = answer.targets
        self.module_count = answer.modules


class DiskTexts(Mapping[str, SourceFile]):
    """The texts of files by path, read when they are first asked for."""

    def __init__(self) -> None:
        self._read: dict[str, SourceFile] = {}

    def __getitem__(self, path: str) -> SourceFile:
        held = self._read.get(path)
        if held is None:
            found = read_source(path, DiskFiles())
            if not isinstance(found, SourceFile):
                raise KeyError(path)
            held = self._read[path] = found
        return held

    def __iter__(self) -> Iterator[str]:
        yield from self._read

    def __len__(self) -> int:
        return len(self._read)
