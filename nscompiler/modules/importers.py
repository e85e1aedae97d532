"""Which files import a module, going by their texts: for fixes that mend all of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from nscompiler.modules.reference import ModuleRef, ReferenceFault
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_IMPORT = Pattern(r"(?m)^[ \t]*import[ \t]+([\w./:-]+)(?:[ \t]+as[ \t]+(\w+))?")


def imports_in(text: str) -> tuple[tuple[str, str], ...]:
    """The imports of a text, each with its alias."""
    return tuple(_IMPORT.findall(text))


class ImportLine(Record):
    """An import as its text shows it: the place of its reference, and the alias behind it, empty for none."""

    __match_args__: ClassVar[tuple[str, ...]] = ("span", "alias")
    __slots__ = __match_args__

    def __init__(self, span: Span, alias: str) -> None:
        self.span = span
        self.alias = alias


def importers(
    sources: Iterable[SourceFile], reference: Callable[[str], ModuleRef | ReferenceFault]
) -> dict[ModuleRef | str, tuple[ImportLine, ...]]:
    """The imports of some texts, by what they import: a module, or what is written for one."""
    found: dict[ModuleRef | str, list[ImportLine]] = {}
    for ref, line in _lines(sources, reference):
        found.setdefault(ref, []).append(line)
    return {ref: tuple(lines) for ref, lines in found.items()}


def _lines(
    sources: Iterable[SourceFile], reference: Callable[[str], ModuleRef | ReferenceFault]
) -> Iterator[tuple[ModuleRef | str, ImportLine]]:
    for source in sources:
        for match in _IMPORT.finditer(source.text):
            ref = reference(match[1])
            line = ImportLine(source.span(*match.span(1)), match[2] or "")
            yield (ref if isinstance(ref, ModuleRef) else match[1]), line
