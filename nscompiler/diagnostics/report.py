"""What a renderer is given: the problems of one check, and what else there is to say about it."""

from collections.abc import Mapping

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.summary import Summary, summarize
from nscompiler.source import SourceFile


@attrs.frozen(slots=True)
class Report:
    """The one record that every form of output is made from.

    ``diagnostics`` are those that ``ordered`` has gone over; ``sources`` hold the texts by the path that spans carry.
    ``paths`` are the files that were checked, ``modules`` how many of them are modules. ``statistics`` are JSON values
    that go into a document as they are. The rest is for people's forms, or names who reports: ``docs`` is the address
    of a folder with a page for each code, if there is one, and ``standard`` the standard library's folder.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]
    paths: tuple[str, ...] = ()
    modules: int = 0
    statistics: Mapping[str, object] | None = None
    closing: bool = True
    color: bool = False
    width: int = 100
    ascii_only: bool = False
    version: str = ""
    docs: str = ""
    standard: str = ""

    @property
    def summary(self) -> Summary:
        """The counts."""
        return summarize(self.diagnostics, modules=self.modules, files=len(self.paths))

    def page(self, code_id: str) -> str | None:
        """The address of a code's page; None where pages are published nowhere."""
        return f"{self.docs.rstrip('/')}/{code_id}.md" if self.docs else None
