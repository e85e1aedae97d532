"""The prompt as it looks: a real ``nsc repl`` on a pseudo terminal, its screen drawn as SVG.

``python docs/pictures/prompt.py FILE`` writes the picture; ``make pictures`` calls it.
"""

import html
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/repl"))

from screens import Terminal, prompt  # noqa: E402  # the emulator that the tests of the prompt have

ROWS, COLUMNS = 36, 100
CELLS = (
    "import Words:0.0.1-SNAPSHOT as W",
    "def counts = W.split* |\rW.count",
    '["a rose is a rose"] | counts | W.frequent?',
    '["a rose"] | W.cuont',
)
LAST = '["the end", "is near"] | counts | W.'
"""What is being typed when the picture is taken, with what is offered there."""

WIDTH, HEIGHT, EDGE, BAR = 8.43, 18, 14, 30
"""Of a character in pixels, of the edge around them, and of the bar above."""
GROUND, TEXT = "#1e2127", "#d7dae0"
COLORS = {
    "default": TEXT,
    "black": "#1e2127",
    "red": "#ef6b73",
    "green": "#8cc570",
    "brown": "#e0b568",
    "yellow": "#e0b568",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#d7dae0",
    "brightblack": "#7f848e",
    "brightred": "#ef6b73",
    "brightgreen": "#8cc570",
    "brightyellow": "#e0b568",
    "brightblue": "#61afef",
    "brightmagenta": "#c678dd",
    "brightcyan": "#56b6c2",
    "brightwhite": "#ffffff",
}

Look = tuple[str, str, bool]
"""Colour, ground, and whether it is bold."""


def session(folder: Path) -> Terminal:
    """A prompt in a copy of the tutorial, with cells answered."""
    shutil.copytree(ROOT / "examples/tutorial", folder / "tutorial", ignore=shutil.ignore_patterns(".nsc_cache"))
    left_out = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)}
    command = [sys.executable, "-m", "nscompiler", "repl"]
    terminal = Terminal(command, folder / "tutorial", environment, rows=ROWS, columns=COLUMNS)
    terminal.wait(prompt(1))
    for number, cell in enumerate(CELLS, 2):
        terminal.press(f"{cell}\r")
        terminal.wait(prompt(number))
    terminal.press(f"{LAST}\t")
    terminal.wait(lambda shown: "W.split  " in shown.text and shown.text.endswith("flows here: Count"))
    return terminal


def look(cell: object) -> Look:
    """How a character of the emulator's screen looks."""
    front, ground = _color(getattr(cell, "fg", "default"), TEXT), _color(getattr(cell, "bg", "default"), GROUND)
    if getattr(cell, "reverse", False):
        front, ground = ground, front
    return front, ground, bool(getattr(cell, "bold", False))


def _color(name: str, otherwise: str) -> str:
    if name == "default":
        return otherwise
    return COLORS.get(name, f"#{name}" if len(name) == 6 else otherwise)


def drawn(terminal: Terminal) -> str:
    """The screen as SVG."""
    width, height = COLUMNS * WIDTH + 2 * EDGE, ROWS * HEIGHT + 2 * EDGE + BAR
    dots = "".join(
        f'<circle cx="{20 + 20 * at}" cy="{BAR / 2 + 2}" r="6" fill="{color}"/>'
        for at, color in enumerate(("#ef6b73", "#e0b568", "#8cc570"))
    )
    body = "\n".join(piece for row in range(ROWS) for piece in _row(terminal, row))
    cursor = terminal.screen.cursor
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" \
viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="nsc repl in a terminal">
<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>
{dots}
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
{body}
<rect x="{EDGE + cursor.x * WIDTH:.1f}" y="{BAR + EDGE + cursor.y * HEIGHT}" width="{WIDTH}" height="{HEIGHT}" \
fill="{TEXT}" opacity="0.6"/>
</g>
</svg>
"""


def _row(terminal: Terminal, row: int) -> Iterator[str]:
    """A line of the screen: a piece for each run of characters that look alike."""
    cells = [(column, terminal.screen.buffer[row][column]) for column in range(COLUMNS)]
    top = BAR + EDGE + row * HEIGHT
    for (front, ground, bold), run in groupby(cells, lambda cell: look(cell[1])):
        held = list(run)
        text = "".join(cell.data for _, cell in held)
        left, wide = EDGE + held[0][0] * WIDTH, len(held) * WIDTH
        if ground != GROUND:
            yield f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{HEIGHT}" fill="{ground}"/>'
        if text.strip():
            weight = ' font-weight="bold"' if bold else ""
            shown = html.escape(text.rstrip()).replace(" ", "\N{NO-BREAK SPACE}")  # others are dropped or joined
            length = len(text.rstrip()) * WIDTH
            yield (
                f'<text x="{left:.1f}" y="{top + 13}" fill="{front}"{weight} textLength="{length:.1f}" '
                f'lengthAdjust="spacingAndGlyphs">{shown}</text>'
            )


def main(target: str) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as name, session(Path(name)) as terminal:
        picture = drawn(terminal)
    Path(target).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
