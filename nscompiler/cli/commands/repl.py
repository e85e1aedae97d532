"""``nsc repl``: the language at a prompt."""

import os
import sys
from typing import TYPE_CHECKING

import click

from nscompiler.cli.options import color_option, parameter_option, path_option

if TYPE_CHECKING:
    from nscompiler.tools.repl.session import Session


@click.command("repl")
@click.argument("paths", metavar="[FILE|FOLDER]...", nargs=-1)
@parameter_option
@color_option
@path_option
def command(paths: tuple[str, ...], parameters: tuple[str, ...], color: str, search: tuple[str, ...]) -> int:
    """Try the language cell by cell.

    Definitions stay, an expression shows its type, a pipe that starts with literals runs; `:help` lists the commands.
    A FILE is loaded first: a module is imported, a script gone on with. A FOLDER is where imports are looked for, this
    one by default.

    Where standard input is no terminal, the cells are read from it: results go to standard output, and the exit code
    is 1 if a cell failed.
    """
    from nscompiler.cli.environment import search_folders
    from nscompiler.tools.repl.session import Session

    folders = [path for path in paths if os.path.isdir(path)]
    session = Session(folders[0] if folders else ".", (*search_folders(search), *folders[1:]))
    session.parameters.update(_pair(text) for text in parameters)
    files = [os.path.abspath(path) for path in paths if path not in folders]
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _at_terminal(session, files, color)
    from nscompiler.cli.repl.batch import run_script
    from nscompiler.cli.repl.screen import Screen

    screen = Screen(session, None, color)
    loaded = [screen.show(session.load(file)) for file in files]
    return max(*loaded, run_script(screen, _as_text(sys.stdin.read())), 0)


def _as_text(read: str) -> str:
    """What was read, if all of it is text. Raises Failure."""
    from nscompiler.cli.failure import Failure

    for number, line in enumerate(read.split("\n"), 1):
        stray = next((ord(one) - 0xDC00 for one in line if "\udc80" <= one <= "\udcff"), None)
        if stray is not None:
            raise Failure(f"standard input is not UTF-8 text: line {number} has the byte 0x{stray:02X}")
    return read


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value


def _at_terminal(session: "Session", files: list[str], color: str) -> int:
    from nscompiler.cli.failure import Failure

    try:
        from nscompiler.cli.repl.terminal import converse
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "prompt_toolkit":
            raise
        raise Failure(
            "the prompt needs the package prompt_toolkit, which is not installed",
            "install it with: pip install 'nscompiler[repl]'",
            "without it, cells are read from a file: nsc repl < FILE",
        ) from None
    return converse(session, files, color)
