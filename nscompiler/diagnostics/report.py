"""What a renderer is given: the problems of one check, and what else there is to say about it."""

from collections.abc import Mapping
from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.summary import Summary, summarize
from nscompiler.records import Record
from nscompiler.source import SourceFile


class Report(Record):
    """The one record that every form of output is made from.

    ``diagnostics`` are those that ``ordered`` has gone over; ``sources`` hold the texts by the path that spans carry.
    ``paths`` are the files that were checked, ``modules`` how many of them are modules. ``statistics`` are JSON values
    that go into a document as they are. The rest is for people's forms, or names who reports: ``docs`` is the address
    of a folder with a page for each code, if there is one, and ``standard`` the standard library's folder.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "diagnostics",
        "sources",
        "paths",
        "modules",
        "statistics",
        "closing",
        "color",
        "width",
        "ascii_only",
        "version",
        "docs",
        "standard",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        diagnostics: tuple[Diagnostic, ...],
        sources: Mapping[str, SourceFile],
        paths: tuple[str, ...] = (),
        modules: int = 0,
        statistics: Mapping[str, object] | None = None,
        closing: bool = True,
        color: bool = False,
        width: int = 100,
        ascii_only: bool = False,
        version: str = "",
        docs: str = "",
        standard: str = "",
    ) -> None:
        self.diagnostics = diagnostics
        self.sources = sources
        self.paths = paths
        self.modules = modules
        self.statistics = statistics
        self.closing = closing
        self.color = color
        self.width = width
        self.ascii_only = ascii_only
        self.version = version
        self.docs = docs
        self.standard = standard

    @property
    def summary(self) -> Summary:
        """The counts."""
        return summarize(self.diagnostics, modules=self.modules, files=len(self.paths))

    def page(self, code_id: str) -> str | None:
        """The address of a code's page; None where pages are published nowhere."""
        return f"{self.docs.rstrip('/')}/{code_id}.md" if self.docs else None
