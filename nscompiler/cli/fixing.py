"""``nsc check --fix``: what the fixes change is written back, or with ``--diff`` only shown."""

import sys
from collections.abc import Iterator, Mapping, Sequence

from nscompiler.cli import exits
from nscompiler.cli.checking import Asked, failing
from nscompiler.cli.environment import search_folders
from nscompiler.cli.failure import Failure
from nscompiler.cli.report import report_problems
from nscompiler.cli.rewriting import difference, replace_file
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.summary import counted
from nscompiler.files import DiskFiles, Files
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.fixing import Check, Fixed, fix, shown_path

_MARK = b"\xef\xbb\xbf"


def fix_paths(paths: Sequence[str], asked: Asked, *, unsafe: bool, write: bool) -> int:
    """Fix the files that some paths stand for, and tell what is left; the exit code.

    Without ``write`` the files stay as they are, and standard output gets the difference as a unified diff.
    """
    searched = search_folders(asked.search)

    def compile(files: Files) -> Check:
        compilation = Compilation(files, paths or (".",), searched)
        return compilation if asked.against is None else _compared(compilation, asked.against, searched)

    fixed = fix(compile, DiskFiles(), lambda problems: _chosen(problems, asked), unsafe=unsafe)
    if write:
        _write_back(fixed)
        out = sys.stdout
        report_problems(fixed.compilation, fixed.problems, out, form=asked.form, color=asked.color, quiet=asked.quiet)
    else:
        sys.stdout.writelines(_differences(fixed))
    sys.stdout.flush()
    if not asked.quiet:
        print(_summary(fixed, write), file=sys.stderr)
    failed = failing(fixed.problems) or (not write and bool(fixed.after))
    return exits.FAILED if failed and not asked.exit_zero else exits.OK


def _compared(compilation: Compilation, revision: str, searched: Sequence[str]) -> Check:
    from nscompiler.cli.states import ComparedWith  # git and the comparison: most fixes do without

    return ComparedWith(compilation, revision, searched)


def _summary(fixed: Fixed, written: bool) -> str:
    verb = "fixed" if written else "would be fixed"
    where = f" in {counted(len(fixed.after), 'file')}" if fixed.after else ""
    more = f"; --unsafe-fixes would take on {fixed.unsafe} of them" if fixed.unsafe else ""
    offer = "offers" if fixed.refused == 1 else "offer"
    back = f"; what {fixed.refused} of them {offer} would leave more errors" if fixed.refused else ""
    return f"{counted(fixed.total, 'problem')} {verb}{where}, {len(fixed.problems)} left{more}{back}"


def _differences(fixed: Fixed) -> Iterator[str]:
    for path in sorted(fixed.after):
        yield from difference(shown_path(path), fixed.before[path], fixed.after[path])


def _write_back(fixed: Fixed) -> None:
    """Write the changed files, each at once or not at all. Raises Failure where one cannot be written."""
    for path, text in fixed.after.items():
        try:
            _replace(path, text, fixed.before)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise Failure(f"cannot write {shown_path(path)}: {reason}") from None


def _replace(path: str, text: str, before: Mapping[str, str]) -> None:
    with open(path, "rb") as file:
        held = file.read()
    mark = _MARK if held.startswith(_MARK) else b""
    if held != mark + before[path].encode():
        raise Failure(f"{shown_path(path)} was changed meanwhile; nothing is written to it")
    replace_file(path, mark + text.encode())


def _chosen(problems: tuple[Diagnostic, ...], asked: Asked) -> Sequence[Diagnostic]:
    return problems if asked.selection is None else asked.selection.of(problems)
