"""Jupyter's messages, answered by a session."""

import io
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, redirect_stderr
from typing import Any

import click
from ipykernel.kernelbase import Kernel

from nscompiler.cli import exits
from nscompiler.cli.environment import search_folders
from nscompiler.cli.failure import Failure
from nscompiler.cli.kernel import shown
from nscompiler.cli.kernel.process import Program
from nscompiler.cli.repl.history import History
from nscompiler.cli.repl.reader import Reader
from nscompiler.cli.repl.screen import from_here, write
from nscompiler.cli.report import report_problems
from nscompiler.cli.running import built, told
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile
from nscompiler.tools.repl.commands import answer
from nscompiler.tools.repl.completion import offers
from nscompiler.tools.repl.engine import about
from nscompiler.tools.repl.items import FUNCTION
from nscompiler.tools.repl.reply import Evaluated, Reply
from nscompiler.tools.repl.session import Session
from nscompiler.tools.repl.unfinished import is_command, is_unfinished
from nscompiler.version import __version__

REFRESH = 0.5
"""Seconds between two pictures of results that are still coming."""


class CellFailed(Exception):
    """A cell has failed: in a word or a code, in a line, and as it is shown."""

    def __init__(self, name: str, title: str, text: str) -> None:
        super().__init__(title)
        self.name = name
        self.title = title
        self.text = text


class _Drawn(io.StringIO):
    """Where messages are drawn for a notebook, which takes any character."""

    encoding = "utf-8"


class NStackKernel(Kernel):
    """One session. Cells run one after another, each in a process of its own."""

    implementation = "nstack"
    implementation_version = __version__
    banner = f"nsc {__version__}; :help lists the commands"
    language_info: dict[str, object] = {  # noqa: RUF012  # as the base class declares it
        "name": "nstack",
        "version": __version__,
        "mimetype": "text/x-nml",
        "file_extension": ".nml",
        "pygments_lexer": "nml",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._nml = Session(".", search_folders(()))
        self._cells = History()
        self._reader = Reader(self._nml)
        self._program: Program | None = None

    # An interrupt comes as a message and stops the program; the kernel itself ignores the signal at all times.

    def pre_handler_hook(self) -> None:
        """Leave signals as they are."""

    def post_handler_hook(self) -> None:
        """Leave signals as they are."""

    def _send_interrupt_children(self) -> None:
        program = self._program
        if program is not None:
            program.interrupt()

    # --- cells

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: Mapping[str, str] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: Mapping[str, object] | None = None,
        cell_id: str | None = None,
    ) -> dict[str, object]:
        """Answer a cell."""
        if store_history and not silent:
            self._remember(code)
        reply = answer(self._nml, code, f"In [{self.execution_count}]")
        done: dict[str, object] = {"execution_count": self.execution_count, "user_expressions": {}, "payload": []}
        try:
            await self._show(reply)
        except CellFailed as failed:
            error = {"ename": failed.name, "evalue": failed.title, "traceback": failed.text.split("\n")}
            self._send("error", error)
            return {**done, "status": "error", **error}
        leaving = [{"source": "ask_exit", "keepkernel": False}] if reply.leave else []
        return {**done, "status": "ok", "payload": leaving}

    def _remember(self, code: str) -> None:
        try:
            self._cells.add(code)
        except OSError as error:
            self._log(f"the history cannot be kept: {error.strerror or error}\n")

    async def _show(self, reply: Reply) -> None:
        self._tell(reply)
        lines = [f"{one.name} : {one.shown}" for one in reply.defined if one.kind == FUNCTION]
        if lines:
            self._display(shown.code("\n".join(lines)))
        if reply.text:
            self._display(_text(reply))
        if reply.value is not None:
            await self._value(reply.value, reply.timed)
        if reply.picture is not None:
            self._draw(reply.picture)
        if reply.explained is not None:
            self._explain(reply.explained)
        if reply.history is not None:
            cells = self._cells.cells()
            self._display(shown.code("\n".join(cells[-reply.history :] if reply.history else cells)))
        if reply.written is not None:
            self._write(reply)

    def _tell(self, reply: Reply) -> None:
        """Show what there is to say. Raises CellFailed where the cell has failed."""
        notes = list(reply.notes)
        if reply.set_aside:
            notes.append(f"set aside until it checks again: {', '.join(reply.set_aside)}")
        if reply.restored:
            notes.append(f"can be used again: {', '.join(reply.restored)}")
        below = "".join(f"note: {note}\n" for note in notes)
        if reply.error:
            below = "".join(f"  {note}\n" for note in notes)
            raise CellFailed("error", reply.error, f"error: {reply.error}\n{below}".rstrip())
        text = _drawn(reply.problems, reply.sources) + below
        if reply.failed and not reply.set_aside:
            raise _failed(reply.problems, text)
        self._log(text)

    # --- what is to be done

    async def _value(self, value: Evaluated, timed: bool) -> None:
        if not value.runs or self._nml.options["types"]:
            self._display(shown.code(value.shown), result=not value.runs)
        if not value.runs:
            return
        before = time.monotonic()
        await self._run(value)
        if timed or self._nml.options["time"]:
            self._log(f"note: it took {time.monotonic() - before:.2f} s\n")

    async def _run(self, value: Evaluated) -> None:
        graph, problems = self._nml.graph(value)
        if graph is None:
            raise _failed(problems, _drawn(problems, value.sources))
        self._log(_drawn(problems, value.sources))
        results = None if value.function.kind == "workflow" else Results(self)
        output = results.take if results is not None else self._out
        refused = io.StringIO()
        self._program = Program()
        try:
            with ExitStack() as stack:
                with redirect_stderr(refused):
                    arguments = self._nml.arguments(value)
                    start = stack.enter_context(built(value.state, self._nml.path, graph, arguments))
                code = told(await self._program.run(start, output, self._log), graph.name)
        except (click.ClickException, click.exceptions.Exit) as error:
            raise _as_failed(error, refused.getvalue()) from None
        except OSError as error:
            raise CellFailed("error", "cannot start", f"cannot start {sys.executable}: {error}") from None
        finally:
            self._program = None
            if results is not None:
                results.close()
        if code == exits.INTERRUPTED:
            raise CellFailed("Interrupted", "the run was interrupted", "interrupted")
        if code != exits.OK:
            raise CellFailed("RunFailed", f"the run failed with exit code {code}", "the run failed: see its log")

    def _draw(self, value: Evaluated) -> None:
        graph, problems = self._nml.drawn(value)
        if graph is None:
            raise _failed(problems, _drawn(problems, value.sources))
        self._log(_drawn(problems, value.sources))
        self._display(shown.picture(graph))

    def _explain(self, word: str) -> None:
        from nscompiler.cli.commands.explain import drawn, found
        from nscompiler.tools.pages import markdown, page_of

        try:
            page = page_of(found(word))
        except click.ClickException as error:
            raise _as_failed(error, "") from None
        self._display({"text/plain": drawn(page, "never"), "text/markdown": markdown(page)})

    def _write(self, reply: Reply) -> None:
        assert reply.written is not None
        try:
            write(reply.written)
        except Failure as error:
            raise _as_failed(error, "") from None
        self._log(f"note: {reply.written.path} is written\n")

    # --- messages to the notebook

    def _send(self, kind: str, content: Mapping[str, object]) -> None:
        self.send_response(self.iopub_socket, kind, dict(content))  # type: ignore[no-untyped-call]

    def _out(self, text: str) -> None:
        self._send("stream", {"name": "stdout", "text": text})

    def _log(self, text: str) -> None:
        if text:
            self._send("stream", {"name": "stderr", "text": text})

    def _display(self, bundle: shown.Bundle, *, result: bool = False) -> None:
        content: dict[str, object] = {"data": bundle, "metadata": {}}
        if result:
            self._send("execute_result", {**content, "execution_count": self.execution_count})
        else:
            self._send("display_data", content)

    # --- questions while a cell is written

    async def do_complete(self, code: str, cursor_pos: int) -> dict[str, object]:
        """What may stand at the cursor."""
        self._reader.start()
        # Jupyter replaces one stretch of text, so what needs an import as well is left out.
        found = [offer for offer in offers(self._nml, code, cursor_pos) if offer.start or not offer.text.count("\n")]
        starts = {offer.start for offer in found}
        start = min(starts, default=cursor_pos)
        end = max((offer.end for offer in found), default=cursor_pos)
        matches = [code[start : offer.start] + offer.text for offer in found]
        types = [
            {"start": start, "end": end, "text": text, "type": offer.kind, "signature": offer.detail}
            for text, offer in zip(matches, found, strict=True)
        ]
        return {
            "status": "ok",
            "matches": matches,
            "cursor_start": start,
            "cursor_end": end,
            "metadata": {"_jupyter_types_experimental": types},
        }

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Sequence[str] = ()
    ) -> dict[str, object]:
        """What is known of the thing at the cursor: a name, or what flows at a `|`."""
        # The cursor may stand behind a name, or in the brackets after it.
        places = (cursor_pos, cursor_pos - 1) if not is_command(code) else ()
        text = next((found for at in places if (found := about(self._nml, code, max(at, 0))) is not None), None)
        data = {} if text is None else shown.documentation(text)
        return {"status": "ok", "found": text is not None, "data": data, "metadata": {}}

    async def do_is_complete(self, code: str) -> dict[str, object]:
        """Whether a cell goes on, by the parser."""
        if is_unfinished(code):
            return {"status": "incomplete", "indent": "  "}
        broken = not is_command(code) and any(one.is_error for one in parse(SourceFile("", code)).problems)
        return {"status": "invalid" if broken else "complete"}

    async def do_history(
        self,
        hist_access_type: str,
        output: bool,
        raw: bool,
        session: int | None = None,
        start: int | None = None,
        stop: int | None = None,
        n: int | None = None,
        pattern: str | None = None,
        unique: bool = False,
    ) -> dict[str, object]:
        """Earlier cells: the last ones, or those that a pattern with ``*`` and ``?`` matches."""
        cells = list(enumerate(self._cells.cells(), 1))
        if hist_access_type == "range":
            cells = cells[start:stop]
        elif hist_access_type == "search" and pattern is not None:
            from fnmatch import fnmatchcase

            cells = [(line, cell) for line, cell in cells if fnmatchcase(cell, pattern)]
        kept = cells[-n:] if n else cells
        return {"status": "ok", "history": [(0, line, (cell, None) if output else cell) for line, cell in kept]}

    async def do_shutdown(self, restart: bool) -> dict[str, object]:
        """Stop what runs."""
        self._send_interrupt_children()
        return {"status": "ok", "restart": restart}


class Results:
    """The values of a run, shown when it has ended; where that takes longer, as they come."""

    def __init__(self, kernel: NStackKernel) -> None:
        self._kernel = kernel
        self._lines: list[str] = []  # those that are shown, of so many
        self._count = 0
        self._shown = time.monotonic()
        self._display: str | None = None

    def take(self, line: str) -> None:
        """One more value."""
        if not self._lines:
            self._shown = time.monotonic()  # a program starts for a while before there is anything to show
        self._count += 1
        if len(self._lines) < shown.ROWS:
            self._lines.append(line)
        if time.monotonic() - self._shown > REFRESH:
            self._show()

    def close(self) -> None:
        """There are no more."""
        if self._display is not None:
            self._show()
        elif self._lines:
            self._kernel._display(shown.results(self._lines, self._count), result=True)

    def _show(self) -> None:
        kind = "display_data" if self._display is None else "update_display_data"
        self._display = f"results-{id(self)}"
        transient = {"display_id": self._display}
        self._kernel._send(
            kind, {"data": shown.results(self._lines, self._count), "metadata": {}, "transient": transient}
        )
        self._shown = time.monotonic()


def _text(reply: Reply) -> shown.Bundle:
    if reply.form == "code":
        return shown.code(reply.text)
    return shown.documentation(reply.text) if reply.form == "markdown" else {"text/plain": reply.text}


def _drawn(problems: Sequence[Diagnostic], sources: Mapping[str, SourceFile]) -> str:
    if not problems:
        return ""
    stream = _Drawn()
    told = from_here(problems, sources)
    report_problems(told, told.problems, stream, color="always", quiet=True)
    return stream.getvalue()


def _failed(problems: Sequence[Diagnostic], text: str) -> CellFailed:
    first = next((problem for problem in problems if problem.is_error), None)
    name, title = ("error", "the cell failed") if first is None else (first.code.id, first.title)
    return CellFailed(name, title, text.rstrip())


def _as_failed(error: Exception, text: str) -> CellFailed:
    if not isinstance(error, click.ClickException):
        return CellFailed("error", "the cell failed", text.rstrip())
    notes = error.notes if isinstance(error, Failure) else ()
    return CellFailed("error", error.message, "\n".join([f"error: {error.message}", *(f"  {note}" for note in notes)]))
