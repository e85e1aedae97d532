"""``nsc fmt``: which files are laid out, and what is done with what comes out."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

import attrs

from nscompiler.cli import exits
from nscompiler.cli.report import report_problems
from nscompiler.cli.rewriting import difference, replace_file
from nscompiler.diagnostics.codes import modules as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.summary import counted
from nscompiler.files import DiskFiles
from nscompiler.modules.reading import decode_source, unreadable
from nscompiler.modules.tree import walk
from nscompiler.source import SourceFile
from nscompiler.tools.format import format_source

WRITE, CHECK, DIFF = "write", "check", "diff"
STANDARD_INPUT = "-"


class Fate(Enum):
    """What becomes of a file."""

    CHANGED = "changed"
    SAME = "same"
    FAILED = "failed"


@attrs.frozen(slots=True)
class Laid:
    """A file before and after; ``after`` is None where it could not be laid out, for the ``problems`` or a ``bug``."""

    path: str
    before: bytes
    source: SourceFile | None
    after: bytes | None
    problems: tuple[Diagnostic, ...] = ()
    bug: Exception | None = None

    @property
    def is_changed(self) -> bool:
        """Whether the layout is another one than before."""
        return self.after is not None and self.after != self.before


class LayoutBug(Exception):
    """Bugs of ours, the first of which is the cause, kept files from being laid out; the message says which."""


@attrs.frozen(slots=True)
class _Untouched:
    """What messages about files that are left alone need: their texts."""

    sources: Mapping[str, SourceFile]
    problems: tuple[Diagnostic, ...]
    targets: tuple[str, ...] = ()
    module_count: int = 0


def format_paths(paths: Sequence[str], action: str = WRITE, *, color: str = "auto", quiet: bool = False) -> int:
    """Lay out files and the ``.nml`` files below folders; the exit code.

    A file that cannot be read or written, or has syntax errors, is told of on standard error and left alone; the
    others are laid out all the same. So they are where a bug of ours keeps one from it: LayoutBug is raised last.
    """
    problems: list[Diagnostic] = []
    texts: dict[str, SourceFile] = {}
    unwritten: list[str] = []
    bugs: dict[str, Exception] = {}
    counts = dict.fromkeys(Fate, 0)
    for path in _files(paths, problems):
        laid = _laid_out(path)
        problems += laid.problems
        if laid.problems and laid.source is not None:
            texts[path] = laid.source
        if laid.bug is not None:
            bugs[path] = laid.bug
        reason = _act(laid, action) if laid.is_changed else ""
        unwritten += [f"cannot write {path}: {reason}"] if reason else []
        counts[_fate(laid, reason)] += 1
    sys.stdout.flush()
    _tell(problems, texts, color)
    for message in unwritten:
        print(f"error: {message}", file=sys.stderr)
    counts[Fate.FAILED] -= sum(one.code is codes.NO_SUCH_PATH for one in problems)
    if not quiet and (any(counts.values()) or not problems):
        print(_summary(counts, action), file=sys.stderr)
    if bugs:
        raise LayoutBug(f"in {', '.join(bugs)}") from next(iter(bugs.values()))
    failed = problems or unwritten or (counts[Fate.CHANGED] and action != WRITE)
    return exits.FAILED if failed else exits.OK


def _tell(problems: Sequence[Diagnostic], texts: Mapping[str, SourceFile], color: str) -> None:
    report_problems(_Untouched(texts, tuple(problems)), problems, sys.stderr, color=color, quiet=True)


def format_input(name: str, action: str = WRITE, *, color: str = "auto") -> int:
    """Lay out standard input, which messages call by a name; the text goes to standard output."""
    laid = _decoded(name, sys.stdin.buffer.read())
    if laid.after is None:
        _tell(laid.problems, {} if laid.source is None else {name: laid.source}, color)
        return exits.FAILED
    if action == WRITE:
        sys.stdout.buffer.write(laid.after)
        sys.stdout.buffer.flush()
        return exits.OK
    if laid.is_changed:
        _act(laid, action)
    return exits.FAILED if laid.is_changed else exits.OK


def _files(paths: Sequence[str], problems: list[Diagnostic]) -> Iterator[str]:
    """The files that paths stand for, each once; folders that cannot be read are problems."""
    files = DiskFiles()
    seen: set[str] = set()
    for path in paths:
        found: tuple[str, ...] = (path,)
        if files.is_folder(path):
            below = walk(path, files)
            found = below.modules
            problems += (unreadable(folder, error) for folder, error in below.failures)
        for file in found:
            real = files.real_path(file)
            if real not in seen:
                seen.add(real)
                yield file


def _laid_out(path: str) -> Laid:
    try:
        content = DiskFiles().read_bytes(path)
    except OSError as error:
        return Laid(path, b"", None, None, (unreadable(path, error),))
    try:
        return _decoded(path, content)
    except Exception as error:  # a bug of ours, which the other files are not to suffer from
        return Laid(path, content, None, None, bug=error)


def _decoded(path: str, content: bytes) -> Laid:
    source = decode_source(path, content)
    if not isinstance(source, SourceFile):
        return Laid(path, content, None, None, (source,))
    result = format_source(source.text, path)
    return Laid(path, content, source, None if result.problems else result.text.encode(), result.problems)


def _act(laid: Laid, action: str) -> str:
    """Do with a changed file what was asked for; why that is not possible, or nothing."""
    assert laid.after is not None
    if action == CHECK:
        print(laid.path)
    elif action == DIFF:
        shown = os.path.normpath(laid.path)
        sys.stdout.writelines(difference(shown, laid.before.decode(), laid.after.decode()))
    else:
        try:
            replace_file(laid.path, laid.after)
        except OSError as error:
            return (error.strerror or type(error).__name__).lower()
    return ""


def _fate(laid: Laid, reason: str) -> Fate:
    if laid.after is None or reason:
        return Fate.FAILED
    return Fate.CHANGED if laid.is_changed else Fate.SAME


def _summary(counts: Mapping[Fate, int], action: str) -> str:
    verb = "reformatted" if action == WRITE else "would be reformatted"
    told = {Fate.CHANGED: verb, Fate.SAME: "already formatted", Fate.FAILED: "left alone"}
    parts = [f"{counted(counts[fate], 'file')} {what}" for fate, what in told.items() if counts[fate]]
    return ", ".join(parts) if parts else "no files to format"
