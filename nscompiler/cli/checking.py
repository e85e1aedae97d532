"""What ``nsc check`` does, once its options are read.

Nothing here imports click: a plain ``nsc check`` does without it.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nscompiler.cli import answers, exits
from nscompiler.cli.environment import search_folders
from nscompiler.cli.read_ahead import read_ahead
from nscompiler.cli.report import Outcome, report_problems
from nscompiler.files import DiskFiles, Files, WatchedFiles

if TYPE_CHECKING:
    from nscompiler.diagnostics.model import Diagnostic
    from nscompiler.diagnostics.selection import Selection
    from nscompiler.kept import Memory
    from nscompiler.pipeline.compilation import Compilation


class Asked(NamedTuple):
    """What a check was asked for, apart from the paths; the defaults are those of the command. ``against`` is a git
    revision since which releases may not have changed unsaid.

    No class of attrs, which takes milliseconds to make: this one stands in the way of every check.
    """

    search: tuple[str, ...] = ()
    form: str = "text"
    color: str = "auto"
    quiet: bool = False
    selection: "Selection | None" = None
    exit_zero: bool = False
    statistics: bool = False
    against: str | None = None


PLAIN = Asked()


def check_paths(
    paths: Sequence[str], asked: Asked = PLAIN, files: Files | None = None, held: answers.Held | None = None
) -> int:
    """Check paths (this folder if there are none) and write what was found to standard output; the exit code.

    What an earlier check of the disk found is told again while it holds; ``files`` are checked anew. ``held`` is what
    was found if somebody has looked for it.
    """
    paths, search = paths or (".",), search_folders(asked.search)
    if asked.against is not None:
        problems = _tell_against(asked.against, _compilation(files or DiskFiles(), paths, search), asked)
    elif asked.statistics:
        problems = _tell_with_statistics(_compilation(files or DiskFiles(), paths, search), asked)
    elif files is not None:
        problems = _tell(_compilation(files, paths, search), asked)
    else:
        problems = _tell_of_disk(paths, search, asked, held or answers.look(paths, search))
    return exits.FAILED if failing(problems) and not asked.exit_zero else exits.OK


def check_again(paths: Sequence[str], asked: Asked, files: Files, memory: "Memory") -> "Memory":
    """Check paths beside what is known of each file since the last time, and write what was found; what is known now.

    Where more than problems was asked for, everything is checked.
    """
    if asked.statistics or asked.against is not None:
        check_paths(paths, asked, files)
        return memory
    from nscompiler.recheck import Recheck

    recheck = Recheck(files, paths or (".",), search_folders(asked.search), memory=memory)
    _tell(recheck, asked)
    return recheck.memory()


def _tell_of_disk(
    paths: Sequence[str], search: Sequence[str], asked: Asked, held: answers.Held | None
) -> "Sequence[Diagnostic]":
    if held is None:
        return _tell_of_all(paths, search, asked)
    if held.holds:
        from nscompiler.cli.recalled import Recalled

        return _tell(Recalled(held.answer), asked)
    memory = answers.memory(held)
    edited = _tell_of_edit(search, asked, held, memory)
    if edited is not None:
        return edited
    from nscompiler.recheck import Recheck

    watched = WatchedFiles()
    recheck = Recheck(watched, paths, search, memory=memory.files)
    problems = _tell(recheck, asked)
    sys.stdout.flush()
    answers.keep(paths, search, watched, recheck, answers.Known(recheck.memory(), recheck.summary()))
    return problems


def _tell_of_all(paths: Sequence[str], search: Sequence[str], asked: Asked) -> "Sequence[Diagnostic]":
    watched = WatchedFiles(read_ahead(paths))
    from nscompiler.single import SingleCheck

    remembers = answers.wanted()
    check = SingleCheck(watched, paths, search, remembers=remembers)
    problems = _tell(check, asked)
    sys.stdout.flush()
    if remembers:
        answers.keep(paths, search, watched, check, answers.Known(check.memory(), check.summary()))
    return problems


def _tell_of_edit(
    search: Sequence[str], asked: Asked, held: answers.Held, known: answers.Known
) -> "Sequence[Diagnostic] | None":
    """What is wrong where one file was edited since; None where that is not all that has happened, or not enough."""
    changed = held.changed or ()
    if len(changed) != 1 or known.summary is None or known.taken != held.taken:
        return None
    from nscompiler.cli.recalled import Recalled
    from nscompiler.edited import check_edited
    from nscompiler.kept import Spoilt

    (path,), watched, before = changed, WatchedFiles(), Recalled(held.answer)
    try:
        found = check_edited(path, watched, before.targets, search, known.files, known.summary, before.problems)
    except Spoilt:
        return None
    if found is None:
        return None
    problems = _tell(Recalled(held.answer, found), asked)
    sys.stdout.flush()
    answers.keep_edited(held, watched, found)
    return problems


def _tell_against(revision: str, compilation: "Compilation", asked: Asked) -> "Sequence[Diagnostic]":
    from nscompiler.cli.states import ComparedWith

    outcome = ComparedWith(compilation, revision, search_folders(asked.search))
    problems = _tell(outcome, asked)
    if outcome.not_compared and not asked.quiet:
        sys.stdout.flush()
        sys.stderr.write(f"not compared, as they had errors at {revision}: {', '.join(outcome.not_compared)}\n")
    return problems


def _compilation(files: Files, paths: Sequence[str], search: Sequence[str]) -> "Compilation":
    from nscompiler.pipeline.compilation import Compilation

    return Compilation(files, paths, search)


def _tell(outcome: Outcome, asked: Asked, statistics: Mapping[str, object] | None = None) -> "Sequence[Diagnostic]":
    problems = wanted(outcome, asked)
    out = sys.stdout
    report_problems(
        outcome, problems, out, form=asked.form, color=asked.color, quiet=asked.quiet, statistics=statistics
    )
    return problems


def _tell_with_statistics(compilation: "Compilation", asked: Asked) -> "Sequence[Diagnostic]":
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


def wanted(outcome: Outcome, asked: Asked) -> "Sequence[Diagnostic]":
    """The problems that were asked for; the others count for nothing."""
    if asked.selection is None:
        return outcome.problems
    return asked.selection.of(outcome.problems)


def failing(problems: "Sequence[Diagnostic]") -> bool:
    """Whether a check with these problems has failed."""
    return any(problem.is_error for problem in problems)
