"""What ``nsc check`` does, once its options are read.

Nothing here imports click: a plain ``nsc check`` does without it.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from nscompiler.cli import exits
from nscompiler.cli.report import report_problems, search_folders
from nscompiler.files import DiskFiles, Files
from nscompiler.pipeline import Compilation

if TYPE_CHECKING:
    from nscompiler.diagnostics.model import Diagnostic
    from nscompiler.diagnostics.selection import Selection


@attrs.frozen(slots=True)
class Asked:
    """What a check was asked for, apart from the paths; the defaults are those of the command."""

    search: tuple[str, ...] = ()
    form: str = "text"
    color: str = "auto"
    quiet: bool = False
    selection: "Selection | None" = None
    exit_zero: bool = False
    statistics: bool = False


PLAIN = Asked()


def check_paths(paths: Sequence[str], asked: Asked = PLAIN, files: Files | None = None) -> int:
    """Check paths (this folder if there are none) and write what was found to standard output; the exit code."""
    compilation = Compilation(files or DiskFiles(), paths or (".",), search_folders(asked.search))
    tell = _tell_with_statistics if asked.statistics else _tell
    problems = tell(compilation, asked)
    return exits.FAILED if failing(problems) and not asked.exit_zero else exits.OK


def _tell(
    compilation: Compilation, asked: Asked, statistics: Mapping[str, object] | None = None
) -> "Sequence[Diagnostic]":
    problems = wanted(compilation, asked)
    out = sys.stdout
    report_problems(
        compilation, problems, out, form=asked.form, color=asked.color, quiet=asked.quiet, statistics=statistics
    )
    return problems


def _tell_with_statistics(compilation: Compilation, asked: Asked) -> "Sequence[Diagnostic]":
    """The same, timed. The statistics are part of the JSON document; beside other forms they go to standard error."""
    from nscompiler.cli.statistics import table
    from nscompiler.tools.statistics import run_phases, statistics

    phases = run_phases(compilation)
    facts = statistics(compilation, wanted(compilation, asked), phases)
    problems = _tell(compilation, asked, facts.values())
    if asked.form != "json":
        sys.stdout.flush()
        sys.stderr.write(table(facts))
    return problems


def wanted(compilation: Compilation, asked: Asked) -> "Sequence[Diagnostic]":
    """The problems that were asked for; the others count for nothing."""
    if asked.selection is None:
        return compilation.problems
    return asked.selection.of(compilation.problems)


def failing(problems: "Sequence[Diagnostic]") -> bool:
    """Whether a check with these problems has failed."""
    return any(problem.is_error for problem in problems)
