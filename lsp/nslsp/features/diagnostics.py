"""Diagnostics: sent as they are found (push), or asked for by the client (pull).

A client that pulls asks for the texts that it has open, and may ask for those of the workspace. What it has not asked
for is sent to it all the same: faults in ``service.py`` and ``nstack.yaml`` are found with the modules they belong to.
"""

import asyncio
from collections.abc import Iterable, Iterator

from lsprotocol import types

from nscompiler.diagnostics.codes.modules import NO_MODULES
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.modules.tree import SUFFIX
from nslsp.server import Server
from nslsp.shown import shown
from nslsp.view import View

Report = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport
Item = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport
#: A request of our own, with an empty object as parameters: answered once all that was sent before is checked.
CHECKED = "nsc/checked"
#: What is wrong with the files together is kept under this name instead of a module's path.
_TOGETHER = ""
#: What needs whole workflows to be seen is kept apart, and so it stays until it has been looked for again.
_LATE = "late:"


def register(server: Server) -> None:
    """Tell of what is wrong."""
    told = Diagnostics(server)
    server.at_first(told.of_changed)
    server.at_last(told.of_all)
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="nsc")
    server.answers(types.TEXT_DOCUMENT_DIAGNOSTIC, options, empty=_nothing)(told.pull)

    server.answers(CHECKED, whole=True)(told.count)
    server.replies(types.WORKSPACE_DIAGNOSTIC, told.pull_all, empty=lambda _: types.WorkspaceDiagnosticReport([]))


def _nothing(_: types.DocumentDiagnosticParams) -> Report:
    return types.RelatedFullDocumentDiagnosticReport(items=[])


def _full(
    uri: str, version: int | None, items: list[types.Diagnostic], known: str
) -> types.WorkspaceFullDocumentDiagnosticReport:
    return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=items, version=version, result_id=known)


class Findings:
    """What is known to be wrong, by the file that it is in and the module that it was found with."""

    def __init__(self) -> None:
        self._by_file: dict[str, dict[str, tuple[Diagnostic, ...]]] = {}
        self._files_of: dict[str, set[str]] = {}

    def put(self, module: str, problems: Iterable[Diagnostic]) -> set[str]:
        """Replace what was found with a module; the files of which something else is to be told now."""
        found: dict[str, list[Diagnostic]] = {}
        for problem in problems:
            found.setdefault(problem.primary.span.path, []).append(problem)
        touched = set()
        for file in self._files_of.get(module, set()) | found.keys():
            now, held = tuple(found.get(file, ())), self._by_file.setdefault(file, {})
            if held.get(module, ()) != now:
                touched.add(file)
            held[module] = now
            if not now:
                del held[module]
        self._files_of[module] = set(found)
        return touched

    def modules(self) -> set[str]:
        """What something was found with."""
        return {module for module, files in self._files_of.items() if files} - {_TOGETHER}

    def files(self) -> set[str]:
        """The files in which something is wrong."""
        return {file for file, held in self._by_file.items() if held}

    def in_file(self, file: str) -> tuple[Diagnostic, ...]:
        """What is wrong in a file, each fault once, by place."""
        return ordered(problem for problems in self._by_file.get(file, {}).values() for problem in problems)

    def beside(self, module: str) -> set[str]:
        """The other files in which something was found with a module."""
        return self._files_of.get(module, set()) - {module}


class Diagnostics:
    """What one client was told. Used on the thread of the analysis alone, but for what says otherwise."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._found = Findings()
        self._unsent: set[str] = set()
        self._settings = server.settings
        self._sent: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._results: dict[str, tuple[int, list[types.Diagnostic]]] = {}
        self._pulled: dict[str, int | None] = {}
        self._count = 0
        self._pulled_all = False
        self._news = asyncio.Event()

    # --- finding

    def of_changed(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """Look at the open texts that changed, and tell of them."""
        for path in sorted(changed & view.versions.keys()):
            if path.endswith(SUFFIX):
                self._put(path, view.program.problems_in(path))
                self._send(view, {path, *self._found.beside(path)})
                yield

    def of_all(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """Look at whatever may be another than before, and tell of what is."""
        program = view.program
        for path in program.news():
            self._put(path, program.problems_in(path))
            yield
        for path in program.late_news():
            self._put(_LATE + path, program.late_problems(path))
            yield
        for module in self._found.modules():
            if program.linked(module.removeprefix(_LATE)) is None:
                self._put(module, ())
        # An empty folder is nothing to complain of to somebody who is about to fill it.
        together = (one for one in program.common_problems() if one.code.id != NO_MODULES.id)
        self._put(_TOGETHER, together)
        if self._unsent - changed or any(self._was_told_otherwise(view, file) for file in self._unsent & changed):
            self._server.on_loop(self._refresh)
        self._send(view, self._unsent | changed | self._unwanted(view) | self._shown_otherwise(view))
        self._server.on_loop(self._news.set)

    def _put(self, module: str, problems: Iterable[Diagnostic]) -> None:
        self._unsent |= self._found.put(module, problems)

    # --- sending

    def _send(self, view: View, files: Iterable[str]) -> None:
        for file in sorted(files):
            self._unsent.discard(file)
            version = view.versions.get(file)
            wanted, before = self._is_sent(view, file), self._sent.get(file)
            items = self._shown(view, file) if wanted else []
            silent = before is None and not items and (version is None or not wanted)
            if silent or before == (version, items):
                continue
            self._sent[file] = (version, items)
            if not items and version is None:
                del self._sent[file]
            self._server.on_loop(self._publish, view.uris.uri(file), items, version)

    def _publish(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        client = self._server.client
        if client is None or not client.can("text_document.publish_diagnostics.version_support"):
            version = None
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))

    def _is_sent(self, view: View, file: str) -> bool:
        """Whether a file's diagnostics are sent, and not waited for until they are asked for."""
        if file not in view.versions and not view.settings.diagnose_closed_files:
            return False
        return not (view.client.pulls_diagnostics and (self._pulled_all or self._is_pulled(view, file)))

    def _is_pulled(self, view: View, file: str) -> bool:
        return file.endswith(SUFFIX) and file in view.versions

    def _unwanted(self, view: View) -> set[str]:
        """What was sent and is not to be seen any more, or was not sent and is to be seen."""
        sent = {file for file, (_, items) in self._sent.items() if items}
        return {file for file in sent | self._found.files() if (file in sent) != self._is_sent(view, file)}

    def _shown_otherwise(self, view: View) -> set[str]:
        """The files of which the same is told in another way, since the settings are others."""
        before, self._settings = self._settings, view.settings
        return set() if before == view.settings else self._found.files()

    def _shown(self, view: View, file: str) -> list[types.Diagnostic]:
        return [shown(view, problem) for problem in self._found.in_file(file)]

    def _refresh(self) -> None:
        """On the event loop: have a client that pulls ask again."""
        client = self._server.client
        if client is not None and client.pulls_diagnostics and client.can("workspace.diagnostics.refresh_support"):
            self._server.workspace_diagnostic_refresh(None)

    # --- being asked

    def pull(self, view: View, params: types.DocumentDiagnosticParams) -> Report:
        """What is wrong with one text, or that it is what it was."""
        path = view.path(params)
        self._put(path, view.program.problems_in(path))
        self._pulled[path] = view.versions.get(path)
        known, items = self._result(view, path)
        related = self._related(view, path)
        if params.previous_result_id == known:
            return types.RelatedUnchangedDocumentDiagnosticReport(known, related_documents=related)
        return types.RelatedFullDocumentDiagnosticReport(items=items, result_id=known, related_documents=related)

    def _was_told_otherwise(self, view: View, file: str) -> bool:
        """Whether a client has asked for this very text of a file and was told something else than is known now."""
        if file not in view.versions or self._pulled.get(file) != view.versions[file] or file not in self._results:
            return False
        return self._results[file][1] != self._shown(view, file)

    def _related(self, view: View, path: str) -> dict[str, types.FullDocumentDiagnosticReport] | None:
        if not view.client.can("text_document.diagnostic.related_document_support"):
            return None
        found = {}
        for file in sorted(self._found.beside(path)):
            known, items = self._result(view, file)
            found[view.uris.uri(file)] = types.FullDocumentDiagnosticReport(items=items, result_id=known)
        return found or None

    def _result(self, view: View, file: str) -> tuple[str, list[types.Diagnostic]]:
        """What is to be told of a file, under a name that stays as long as that does."""
        items = self._shown(view, file)
        held = self._results.get(file)
        if held is None or held[1] != items:
            self._count += 1
            held = self._results[file] = self._count, items
        return str(held[0]), items

    def count(self, view: View, _: object) -> dict[str, int]:
        """How many files there are, and how many faults were found in them."""
        found = [problem for file in self._found.files() for problem in self._found.in_file(file)]
        errors = sum(problem.is_error for problem in found)
        return {"files": len(view.program.paths_of_all), "errors": errors, "others": len(found) - errors}

    async def pull_all(self, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        """On the event loop: what is wrong with all files; where that is known already, once there is news."""
        before = {self._server.uris.path(one.uri): one.value for one in params.previous_result_ids}
        while True:
            self._news.clear()
            items = await self._server.analysed(lambda view: self._changed_items(view, before), whole=True)
            if items or not before:
                return types.WorkspaceDiagnosticReport(items)
            await self._news.wait()

    def _changed_items(self, view: View, before: dict[str, str]) -> list[Item]:
        self._pulled_all = True
        self._send(view, self._unwanted(view))
        wanted = sorted(self._found.files() | before.keys())
        found: list[Item] = []
        for file in wanted:
            if file not in view.versions and not view.settings.diagnose_closed_files:
                continue
            known, items = self._result(view, file)
            if before.get(file) != known:
                uri, version = view.uris.uri(file), view.versions.get(file)
                found.append(_full(uri, version, items, known))
        return found
