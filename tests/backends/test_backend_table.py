"""``docs/backends.md``: what runs where, as the backends themselves declare it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from backends.compiled import Compiled, compile_texts
from backends.constructs import CONSTRUCTS, MODULES

from nscompiler import backends

DOCUMENT = Path(__file__).parents[2] / "docs" / "backends.md"
TARGETS = ("local", "compose", "airflow")
START, END = "<!-- table -->\n", "<!-- end of the table -->\n"


@cache
def compiled(expression: str) -> Compiled:
    """A program with one workflow."""
    used = [name for name in ("A", "B", "C") if f"{name}." in expression.replace("Sources.", "")]
    imports = "".join(f"import {name}:0.1.0 as {name}\n" for name in used)
    return compile_texts({**MODULES, "main.nml": f"{imports}def w = {expression}\n"})


def refusal(expression: str, target: str) -> str | None:
    """Why a target does not run a program, and what does, in the words of its diagnostic; None where it runs it."""
    program = compiled(expression)
    emitted, problems = program.checked.compilation.build(program.path, tuple(program.graphs.values()), target)
    assert (emitted is None) == bool(problems)
    return f"{problems[0].title}. Instead: {problems[0].notes[0]}" if problems else None


def table() -> str:
    """A row for each construct, and below it what is said where it does not run."""
    lines = [f"| | {' | '.join(TARGETS)} |", f"|---|{'---|' * len(TARGETS)}"]
    notes: dict[str, int] = {}
    for heading, rows in CONSTRUCTS:
        lines.append(f"| **{heading}** |{' |' * len(TARGETS)}")
        for shown, expression in rows:
            cells = []
            for target in TARGETS:
                why = refusal(expression, target)
                cells.append("yes" if why is None else f"no ({notes.setdefault(why, len(notes) + 1)})")
            lines.append(f"| {shown} | {' | '.join(cells)} |")
    lines += ["", *(f"{number}. {why}" for why, number in notes.items())]
    return "\n".join(lines) + "\n"


def test_the_table_is_what_the_backends_say(golden: Callable[[Path, str], None]) -> None:
    before, _, rest = DOCUMENT.read_text().partition(START)
    _, _, after = rest.partition(END)
    golden(DOCUMENT, f"{before}{START}\n{table()}\n{END}{after}")


def test_all_backends_that_run_have_a_column() -> None:
    own = {name for name in backends.names() if (found := backends.find(name)) is not None and found.runs}
    assert own == set(TARGETS)


@pytest.mark.parametrize("expression", [row[1] for _, rows in CONSTRUCTS for row in rows])
def test_one_process_on_one_machine_runs_everything(expression: str) -> None:
    assert refusal(expression, "local") is None
