"""Answers of earlier checks, given again while nothing has changed that they were made from.

An answer is kept with everything that the check asked the file system, and holds as long as all of that would be
answered the same (``nscompiler.questions``), by this compiler, for the same paths, in the same folder. An answer that
cannot be read, or was half written, is no answer; anybody may delete any of them at any time.

What is known of each file is kept beside it (``nscompiler.kept``), so that the next check makes only what has to be
made again.

Only ``os``, ``sys``, ``marshal`` and ``zlib`` are imported on the way to an answer.
"""

import marshal
import os
import sys
from zlib import crc32

from nscompiler import questions
from nscompiler.cli.cache_folder import user_cache

TYPE_CHECKING = (
    False  # what type checkers take for true; to import it from `typing` takes longer than what is done here
)
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from nscompiler.diagnostics.model import Diagnostic
    from nscompiler.files import WatchedFiles
    from nscompiler.kept import Memory
    from nscompiler.pipeline.compilation import Compilation

KEPT = 64
"""How many answers are kept; the oldest go."""

_MARSHAL_VERSION = 4
_CHECK_SUM = 4  # how many bytes it has


class Answer:
    """What a check found: ``closing``, its last line; the problems as plain data; which files were asked for."""

    __slots__ = ("closing", "modules", "problems", "targets")

    def __init__(self, closing: str, problems: tuple[object, ...], targets: tuple[str, ...], modules: int) -> None:
        self.closing = closing
        self.problems = problems
        self.targets = targets
        self.modules = modules


class Held:
    """An answer that is kept under a key: what was ``asked`` for it, from ``taken`` on, and the files that have other
    contents now (``changed`` is None if anything else would be answered otherwise)."""

    __slots__ = ("answer", "asked", "changed", "key", "taken")

    def __init__(
        self, key: str, answer: Answer, asked: questions.Asked, taken: int, changed: frozenset[str] | None
    ) -> None:
        self.key = key
        self.answer = answer
        self.asked = asked
        self.taken = taken
        self.changed = changed

    @property
    def holds(self) -> bool:
        """Whether a check would come to the same now."""
        return self.changed is not None and not self.changed


class Known:
    """What is known of each file since an earlier check (``files``), and what that says of an edit to one of them
    (``summary``, see ``edited``): as of the answer that was ``taken`` then."""

    __slots__ = ("files", "summary", "taken")

    def __init__(self, files: "Memory", summary: "tuple[Any, ...] | None" = None, taken: int = 0) -> None:
        self.files = files
        self.summary = summary
        self.taken = taken


def look(paths: "Sequence[str]", search: "Sequence[str]") -> Held | None:
    """The answer of an earlier check of these paths and search folders, and whether it still holds."""
    if not wanted():
        return None
    key = _key(paths, search)
    try:
        with open(_file(key), "rb") as file:
            content = file.read()
        if crc32(memoryview(content)[_CHECK_SUM:]) != int.from_bytes(content[:_CHECK_SUM], "little"):
            return None
        held_key, taken, asked, answer = marshal.loads(memoryview(content)[_CHECK_SUM:])
        if held_key != key:
            return None
        return Held(key, Answer(*answer), asked, taken, questions.changed_files(asked, taken))
    except (OSError, EOFError, ValueError, TypeError, KeyError):
        return None


def memory(held: Held) -> Known:
    """What is known of each file since the check that came to an answer, or an earlier one."""
    from nscompiler.cli import memory_file

    key = held.key
    try:
        (held_key, taken, summary), files = memory_file.read(_file(key, "memory"))
        return Known(files, summary, taken) if held_key == key else Known({})
    except (OSError, EOFError, ValueError, TypeError):
        return Known({})


def keep(
    paths: "Sequence[str]",
    search: "Sequence[str]",
    files: "WatchedFiles",
    compilation: "Compilation",
    known: Known | None = None,
) -> None:
    """Keep the answer of a check that is over, where it can be relied on and the cache can be written.

    ``known`` is what is known of each file, if that is to be kept too.
    """
    if not (wanted() and files.complete):
        return
    targets, problems = compilation.targets, compilation.problems
    closing = _closing(problems, compilation.module_count, targets)
    key = _key(paths, search)
    answer = (closing, _plain(problems), targets, compilation.module_count)
    held: Any = (key, files.taken, files.record(), answer)
    try:
        _write(_file(key), _checked(held))
        if known is not None:
            from nscompiler.cli import memory_file

            head = key, files.taken, known.summary
            _write(_file(key, "memory"), memory_file.written(head, known.files))
    except OSError:
        return  # the next check makes the answer again


def keep_edited(held: Held, files: "WatchedFiles", problems: "Sequence[Diagnostic]") -> None:
    """Keep the answer after an edit to one file, with the problems since then and what the check of that file asked."""
    if not files.complete:
        return
    key, new = held.key, files.record()
    asked = {kind: {**answers, **new[kind]} for kind, answers in held.asked.items()}
    answer = held.answer
    plain = (_closing(problems, answer.modules, answer.targets), _plain(problems), answer.targets, answer.modules)
    whole: Any = (key, held.taken, asked, plain)
    try:
        _write(_file(key), _checked(whole))
    except OSError:
        return


def _checked(held: "Any") -> bytes:
    """An answer as it is written: its check sum comes first."""
    content = marshal.dumps(held, _MARSHAL_VERSION)
    return crc32(content).to_bytes(_CHECK_SUM, "little") + content


def _closing(problems: "Sequence[Diagnostic]", modules: int, targets: "Sequence[str]") -> str:
    from nscompiler.diagnostics.summary import summarize

    return summarize(problems, modules=modules, files=len(targets)).line()


def _plain(problems: "Sequence[Diagnostic]") -> tuple[object, ...]:
    if not problems:
        return ()
    from nscompiler.diagnostics.stored import write_diagnostics

    return write_diagnostics(problems)


def wanted() -> bool:
    """Whether answers are kept and given: not where ``NSC_NO_CACHE`` is set."""
    return not os.environ.get("NSC_NO_CACHE")


def _file(key: str, kind: str = "answer") -> str:
    return os.path.join(user_cache(), "check", f"{crc32(key.encode()):08x}.{kind}")


def _key(paths: "Sequence[str]", search: "Sequence[str]") -> str:
    """All that an answer depends on and no file system is asked for."""
    return repr((_compiler(), os.getcwd(), tuple(paths), tuple(search), sys.version, sys.prefix, sys.path))


def _compiler() -> tuple[str, int]:
    """This compiler, as it lies on the disk: a working tree changes without a new version."""
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    stamp = 0
    pending = [folder]
    while pending:
        for entry in sorted(os.scandir(pending.pop()), key=lambda entry: entry.name):
            if entry.name.endswith((".py", ".lark")):
                found = entry.stat()
                stamp = crc32(f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}".encode(), stamp)
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                pending.append(entry.path)
    return folder, stamp


def _write(path: str, content: bytes) -> None:
    """Put a file there, whole or not at all, and remove the oldest of its kind. Raises OSError."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    temporary = f"{path}.{os.getpid()}.new"
    try:
        with open(temporary, "xb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        _remove(temporary)
        raise
    ending = os.path.splitext(path)[1]
    entries = [entry for entry in os.scandir(folder) if entry.name.endswith(ending)]
    if len(entries) > KEPT:
        for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)[:-KEPT]:
            _remove(entry.path)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
