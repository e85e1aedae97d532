"""A session whose cells are the text of a script."""

import sys
from collections.abc import Iterator

import attrs

from nscompiler.cli import exits
from nscompiler.cli.repl.screen import Screen
from nscompiler.tools.repl.unfinished import goes_on


@attrs.frozen(slots=True)
class Cell:
    """A cell of a script and the line, from 1, on which it starts."""

    text: str
    line: int


def cells(text: str) -> Iterator[Cell]:
    """The cells of a script. One ends with its line, unless it is unfinished or the next line goes on with it."""
    held: list[str] = []
    start = 1
    for number, line in enumerate(text.splitlines(), 1):
        if held and not goes_on("\n".join(held), line):
            yield Cell("\n".join(held), start)
            held = []
        if not held:
            start = number
        if held or line.strip():
            held.append(line)
    if held:
        yield Cell("\n".join(held), start)


def run_script(screen: Screen, text: str) -> int:
    """Answer all cells of a script; the exit code, 1 where one has failed."""
    failed: list[Cell] = []
    count = 0
    for cell in cells(text):
        count += 1
        code = screen.take(cell.text)
        if code == exits.INTERRUPTED:
            return code
        if code != exits.OK:
            failed.append(cell)
        if screen.left:
            break
    if not failed:
        return exits.OK
    lines = ", ".join(str(cell.line) for cell in failed)
    what = "the cell at line" if len(failed) == 1 else f"{len(failed)} of {count} cells failed, at lines"
    print(f"error: {what} {lines}{' failed' if len(failed) == 1 else ''}", file=sys.stderr)
    return exits.FAILED
