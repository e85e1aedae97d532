"""What a session answers, shown and done: results on standard output, everything else on standard error."""

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs
import click

from nscompiler.cli import exits, running
from nscompiler.cli.failure import Failure, report_internal
from nscompiler.cli.printing import put
from nscompiler.cli.repl.history import History
from nscompiler.cli.report import columns, only_ascii, report_problems, wants_color
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.source import SourceFile, Span
from nscompiler.tools.repl.commands import answer
from nscompiler.tools.repl.items import FUNCTION
from nscompiler.tools.repl.reply import Evaluated, Reply, Written
from nscompiler.tools.repl.script import relocated
from nscompiler.tools.repl.session import Session


@attrs.frozen(slots=True)
class Told:
    """What ``report_problems`` draws from."""

    problems: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]
    targets: tuple[str, ...] = ()
    module_count: int = 0


def from_here(problems: Sequence[Diagnostic], sources: Mapping[str, SourceFile]) -> Told:
    """Problems whose files below the current folder are named as from there."""
    files: dict[str, SourceFile] = {}
    here = os.path.join(os.getcwd(), "")

    def move(span: Span) -> Span:
        path = span.path.removeprefix(here)
        if span.path in sources:
            files[path] = sources[span.path]
        return Span(path, span.start, span.end)

    return Told(tuple(relocated(problem, move) for problem in problems), files)


class Screen:
    """The other side of a session. ``color`` is auto, always or never."""

    def __init__(self, session: Session, history: History | None, color: str) -> None:
        self._session = session
        self._history = history
        self._color = color
        self._watch = running.Watch(color=color)
        self.left = False

    def take(self, cell: str) -> int:
        """Answer a cell; the exit code that it would have as a command."""
        try:
            return self._taken(cell)
        finally:
            sys.stdout.flush()

    def _taken(self, cell: str) -> int:
        try:
            return self.show(answer(self._session, cell))
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except click.exceptions.Exit as done:
            return done.exit_code
        except OSError:
            raise
        except KeyboardInterrupt:
            self._session.recover()
            raise
        except Exception as error:  # a bug of ours does not end the session
            self._session.recover()
            return report_internal(error, debug=False)

    def show(self, reply: Reply) -> int:
        """Show a reply and do what is left to do for it; the exit code that it would have as a command."""
        self._tell(reply)
        for defined in reply.defined:
            if defined.kind == FUNCTION:
                self.code(f"{defined.name} : {defined.shown}")
        if reply.text:
            self._text(reply.text, reply.form)
        code = exits.FAILED if reply.failed else exits.OK
        if reply.value is not None:
            code = max(code, self._value(reply.value, reply.timed))
        if reply.picture is not None:
            self._draw(reply.picture)
        if reply.explained is not None:
            self._explain(reply.explained)
        if reply.history is not None:
            self._list_history(reply.history)
        if reply.written is not None:
            write(reply.written)
            self.note(f"{reply.written.path.removeprefix(os.path.join(os.getcwd(), ''))} is written")
        self.left = reply.leave
        return code

    def _tell(self, reply: Reply) -> None:
        self._report(reply.problems, reply.sources)
        if reply.error:
            Failure(reply.error, *reply.notes).show()
        else:
            self._notes(reply.notes)
        if reply.set_aside:
            self.note(f"{_named(reply.set_aside)} set aside until {_they(reply.set_aside)} again")
        if reply.restored:
            self.note(f"{', '.join(f'`{name}`' for name in reply.restored)} can be used again")

    def _report(self, problems: Sequence[Diagnostic], sources: Mapping[str, SourceFile]) -> None:
        if problems:
            told = from_here(problems, sources)
            report_problems(told, told.problems, sys.stderr, color=self._color, quiet=True)

    def _notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self.note(note)

    def note(self, text: str) -> None:
        """A line about the session itself."""
        encoding = sys.stderr.encoding or "ascii"
        print(f"note: {text}".encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)

    def code(self, text: str) -> None:
        """A text of the language on standard output."""
        if wants_color(self._color, sys.stdout):
            from nscompiler.cli.repl.colors import painted

            text = painted(text)
        put(f"{text}\n")

    def _text(self, text: str, form: str) -> None:
        if form == "code":
            self.code(text)
        elif form == "markdown":
            self._markdown(text)
        else:
            put(f"{text}\n")

    def _markdown(self, text: str) -> None:
        """Documentation: code in colours, the rest as it is written."""
        for index, part in enumerate(text.split("```")):
            if index % 2:
                self.code(part.removeprefix("nml").strip("\n"))
            elif part.strip():
                put(f"\n{part.strip()}\n")

    # --- what is to be done

    def _value(self, value: Evaluated, timed: bool) -> int:
        if not value.runs or self._session.options["types"]:
            self.code(f": {value.shown}")
        if not value.runs:
            return exits.OK
        before = time.monotonic()
        code = self._run(value)
        if timed or self._session.options["time"]:
            self.note(f"it took {time.monotonic() - before:.2f} s")
        return code

    def _run(self, value: Evaluated) -> int:
        graph, problems = self._session.graph(value)
        self._report(problems, value.sources)
        if graph is None:
            return exits.FAILED
        sys.stdout.flush()
        # Of results that are only printed nothing is lost.
        at_once = value.function.kind != "workflow"
        # Every cell has the name of the one before: none goes on with another.
        arguments = ["--once", *self._session.arguments(value)]
        code = running.run(value.state, self._session.path, graph, arguments, at_once=at_once, watch=self._watch)
        if code == exits.INTERRUPTED:
            self.note("interrupted")
        return code

    def _draw(self, value: Evaluated) -> None:
        from nscompiler.backends.graph import terminal

        graph, problems = self._session.drawn(value)
        self._report(problems, value.sources)
        if graph is None:
            raise click.exceptions.Exit(exits.FAILED)
        color = wants_color(self._color, sys.stdout)
        put(terminal(graph, width=columns(sys.stdout), ascii_only=only_ascii(sys.stdout), color=color))

    def _explain(self, code: str) -> None:
        from nscompiler.cli.commands.explain import drawn, found
        from nscompiler.tools.pages import page_of

        try:
            page = page_of(found(code))
        except click.BadParameter as error:
            raise Failure(error.message) from None
        put(drawn(page, self._color))

    def _list_history(self, count: int) -> None:
        cells = self._session.cells if self._history is None else self._history.cells()
        for cell in cells[-count:] if count else cells:
            self.code(cell)


def write(written: Written) -> None:
    """Write what a session gives to write. Raises Failure where that cannot be, or would replace a file."""
    try:
        with Path(written.path).open("w" if written.replaces else "x", encoding="utf-8") as file:
            file.write(written.text)
    except FileExistsError:
        raise Failure(f"{written.path} exists", "`:save! FILE` replaces it") from None
    except OSError as error:
        raise Failure(f"cannot write {written.path}: {error.strerror or error}") from None


def _named(names: Sequence[str]) -> str:
    return f"{', '.join(f'`{name}`' for name in names)} {'is' if len(names) == 1 else 'are'}"


def _they(names: Sequence[str]) -> str:
    return "it checks" if len(names) == 1 else "they check"
