"""The session at a terminal: a line editor for cells, with colours, completion and history."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import completion_is_selected, has_focus
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText, StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer, PygmentsLexer
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.styles import BaseStyle, Style, merge_styles, style_from_pygments_dict

from nscompiler.cli import exits
from nscompiler.cli.repl.colors import COLORS, painted
from nscompiler.cli.repl.history import History
from nscompiler.cli.repl.reader import Reader
from nscompiler.cli.repl.screen import Screen
from nscompiler.cli.report import wants_color
from nscompiler.highlight import NmlLexer
from nscompiler.modules.tree import is_below
from nscompiler.pipeline.phase import InternalError
from nscompiler.tools.repl.commands import command_word, find
from nscompiler.tools.repl.completion import offers
from nscompiler.tools.repl.engine import flowing
from nscompiler.tools.repl.session import Session
from nscompiler.tools.repl.unfinished import is_command, is_unfinished
from nscompiler.version import __version__

INDENT = "  "


def converse(session: Session, files: Sequence[str], color: str) -> int:
    """Answer cells until the person leaves; the exit code."""
    history = History()
    screen = Screen(session, history, color)
    print(f"nsc {__version__}, at {_from_home(session.folder)}; :help lists the commands, Ctrl-D leaves")
    for file in files:
        screen.show(session.load(file))
    prompt = _prompt(session, history, colored=wants_color(color, sys.stdout))
    while not screen.left:
        try:
            cell = prompt.prompt(f"{len(session.cells) + 1}> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            break
        _remember(history, cell, screen)
        if cell.strip():
            _answered(screen, cell)
    return exits.OK


def _from_home(folder: str) -> str:
    home = os.path.expanduser("~")
    return f"~{folder.removeprefix(home)}" if home != "/" and is_below(folder, home) else folder


def _answered(screen: Screen, cell: str) -> None:
    try:
        screen.take(cell)
    except KeyboardInterrupt:
        screen.note("interrupted")


def _remember(history: History, cell: str, screen: Screen) -> None:
    try:
        history.add(cell)
    except OSError as error:
        screen.note(f"the history cannot be kept: {error.strerror or error}")


def _prompt(session: Session, history: History, *, colored: bool) -> PromptSession[str]:
    earlier = InMemoryHistory(history.cells())
    return PromptSession(
        history=earlier,
        multiline=True,
        lexer=_CellLexer() if colored else None,
        style=_style() if colored else _PLAIN,
        include_default_pygments_style=False,
        color_depth=_depth(colored=colored),
        completer=_SessionCompleter(session),
        complete_while_typing=False,
        auto_suggest=AutoSuggestFromHistory() if colored else None,
        key_bindings=_keys(),
        bottom_toolbar=lambda: _flow(session, colored=colored),
        prompt_continuation=_continuation,
        enable_open_in_editor=True,
    )


def _depth(*, colored: bool) -> ColorDepth | None:
    """How many colours: by the terminal, unless the environment speaks against what was chosen."""
    if not colored:
        return ColorDepth.DEPTH_1_BIT
    return ColorDepth.DEPTH_8_BIT if os.environ.get("NO_COLOR") else None


def _style() -> BaseStyle:
    names = {token: color for token, (color, _) in COLORS.items()}
    return merge_styles([style_from_pygments_dict(names), _PLAIN])


_PLAIN = Style([("bottom-toolbar", "noreverse")])


def _flow(session: Session, *, colored: bool) -> AnyFormattedText:
    """The type of what flows into the stage at the cursor."""
    document = get_app().current_buffer.document
    try:
        type = flowing(session, document.text, document.cursor_position)
    except InternalError:  # a bug of ours, which the cell will tell when it is entered
        session.recover()
        return ""
    if type is None:
        return ""
    return ANSI(f"flows here: {painted(type) if colored else type}")


def _continuation(width: int, line: int, wrapped: int) -> StyleAndTextTuples:
    return [("", "." * max(width - 1, 1) + " ")]


class _CellLexer(Lexer):
    """Colours for the language, also where it follows a command."""

    def __init__(self) -> None:
        self._code = PygmentsLexer(NmlLexer, sync_from_start=True)

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """The pieces of each line."""
        text = document.text
        if not is_command(text):
            return self._code.lex_document(document)
        word, start = command_word(text)
        command = find(word)
        if command is None or not command.takes_code or "\n" in text:
            return lambda line: [("", document.lines[line])] if line < len(document.lines) else []
        behind = self._code.lex_document(Document(text[start:]))
        return lambda line: [("class:pygments.keyword", text[:start]), *behind(line)] if line == 0 else []


class _SessionCompleter(Completer):
    """What the session offers, as the line editor wants it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader = Reader(session)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What could stand at the cursor."""
        self._reader.start()
        at = document.cursor_position
        try:
            found = offers(self._session, document.text, at)
        except InternalError:
            self._session.recover()
            return
        for offer in found:
            # The editor replaces what stands before the cursor only.
            start = min(offer.start - at, 0)
            yield Completion(offer.text, start_position=start, display=offer.label, display_meta=offer.detail)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=has_focus("DEFAULT_BUFFER") & ~completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if _ends_the_cell(buffer.document):
            buffer.validate_and_handle()
            return
        first = "\n" not in buffer.text
        buffer.newline(copy_margin=True)
        if first:
            buffer.insert_text(INDENT)

    @keys.add("enter", filter=has_focus("DEFAULT_BUFFER") & completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None  # what was chosen is written already

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _ends_the_cell(document: Document) -> bool:
    """Whether a line end at the cursor ends the cell: it is finished, or ends with an empty line all the same."""
    inside = bool(document.text_after_cursor.strip())
    if "\n" in document.text and inside:
        return False
    return not document.current_line.strip() or not is_unfinished(document.text)
