"""Where texts come from: the disk, or memory for editors and tests."""

import os
from typing import TYPE_CHECKING, Any, Protocol

from nscompiler import questions

if TYPE_CHECKING:
    from collections.abc import Callable

Seen = tuple[dict[str, Any], dict[str, frozenset[str]], dict[str, tuple[bool, bool, bool]], dict[str, Any]]
"""What was seen of the disk, by path: lists of folders with the folders' times, the same names as sets, of each entry
whether it is a file, a folder, and a link; and the contents of files behind their sizes and times."""


class Files(Protocol):
    """What the compiler asks of a file system; paths are as the user gave them, ``/``-separated."""

    def read_bytes(self, path: str) -> bytes:
        """The content of a file. Raises OSError where it cannot be read."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether there is a file."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        ...

    def list(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted. Raises OSError where it cannot be read."""
        ...

    def is_readable(self, path: str) -> bool:
        """Whether the rights of a file that is there let it be read."""
        ...

    def is_link(self, path: str) -> bool:
        """Whether the path itself, not a folder above it, is a symbolic link."""
        ...

    def real_path(self, path: str) -> str:
        """The path with all links followed: equal for two paths of one file."""
        ...


class DiskFiles:
    """The real file system."""

    def read_bytes(self, path: str) -> bytes:
        """The content of a file."""
        with open(path, "rb") as file:
            return file.read()

    def is_file(self, path: str) -> bool:
        """Whether there is a file."""
        return os.path.isfile(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        return os.path.isdir(path)

    def list(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""
        return tuple(sorted(os.listdir(folder)))

    def is_readable(self, path: str) -> bool:
        """Whether the rights of a file that is there let it be read."""
        return os.access(path, os.R_OK)

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        return os.path.islink(path)

    def real_path(self, path: str) -> str:
        """The absolute path with all links followed."""
        return os.path.realpath(path)


class MemoryFiles:
    """Files held in memory, over another file system if one is given (an editor's unsaved texts)."""

    def __init__(self, files: dict[str, str | bytes], under: Files | None = None) -> None:
        self._files = {
            os.path.normpath(path): text.encode() if isinstance(text, str) else text for path, text in files.items()
        }
        self._under = under

    def read_bytes(self, path: str) -> bytes:
        """The content of a file."""
        held = self._files.get(os.path.normpath(path))
        if held is not None:
            return held
        if self._under is not None:
            return self._under.read_bytes(path)
        raise FileNotFoundError(2, "No such file or directory", path)

    def is_file(self, path: str) -> bool:
        """Whether there is a file."""
        return os.path.normpath(path) in self._files or (self._under is not None and self._under.is_file(path))

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        prefix = os.path.normpath(path) + "/"
        if prefix == "./" and self._files:
            return True
        if any(held.startswith(prefix) for held in self._files):
            return True
        return self._under is not None and self._under.is_folder(path)

    def list(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""
        prefix = "" if os.path.normpath(folder) == "." else os.path.normpath(folder) + "/"
        inside = (held[len(prefix) :] for held in self._files if held.startswith(prefix))
        names = {held.split("/", 1)[0] for held in inside if not held.startswith("/")}
        if self._under is not None and self._under.is_folder(folder):
            names.update(self._under.list(folder))
        elif not names:
            raise FileNotFoundError(2, "No such file or directory", folder)
        return tuple(sorted(names))

    def is_readable(self, path: str) -> bool:
        """Whether the rights of a file that is there let it be read."""
        return os.path.normpath(path) in self._files or self._under is None or self._under.is_readable(path)

    def is_link(self, path: str) -> bool:
        """Whether the path is a symbolic link of the file system beneath; nothing in memory is one."""
        held = os.path.normpath(path) in self._files
        return not held and self._under is not None and self._under.is_link(path)

    def real_path(self, path: str) -> str:
        """The absolute path, with the links of the file system beneath followed."""
        return self._under.real_path(path) if self._under is not None else os.path.abspath(path)


class WatchedFiles:
    """The real file system, with a record of what was asked of it.

    ``complete`` is false once a question failed or was answered in two ways: the record then says too little to be
    relied on.
    """

    def __init__(self, ahead: "Callable[[], Seen] | None" = None) -> None:
        """``ahead`` gives what somebody has read of the disk who began after this was made."""
        self.taken = questions.now()
        self.asked = questions.nothing()
        self.complete = True
        self._ahead = ahead
        self._seen: Seen = {}, {}, {}, {}
        self._names: dict[str, frozenset[str]] = {}
        self._kinds: dict[str, tuple[bool, bool, bool]] = {}

    def read_bytes(self, path: str) -> bytes:
        """The content of a file."""
        seen = self._look(path, 3)
        if seen is not None:
            held: bytes = seen[3]
            self._answer(path, (*seen[:3], questions.digest(held)))
            return held
        try:
            found, content = _read(path)
        except FileNotFoundError:
            self.asked[questions.ABSENT][path] = not os.path.lexists(path)
            raise
        except OSError:
            self.complete = False
            raise
        self._answer(path, (found.st_size, found.st_mtime_ns, found.st_ctime_ns, questions.digest(content)))
        return content

    def _answer(self, path: str, answer: tuple[Any, ...]) -> None:
        if self.asked[questions.READS].setdefault(path, answer) != answer:
            self.complete = False  # changed between two looks at it

    def _look(self, path: str, kind: int) -> "Any":
        """What was seen of a path ahead, which is told once; None where nothing was."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            self._seen = ahead()
            self._kinds.update(self._seen[2])
        return self._seen[kind].pop(path, None)

    def is_file(self, path: str) -> bool:
        """Whether there is a file; where the folder was listed without it, that says so."""
        folder, slash, name = path.rpartition("/")
        names = self._names.get(folder if slash else ".")
        if names is not None and name not in names:
            return False
        kind = self._kinds.get(path)
        answer = self.asked[questions.FILES][path] = os.path.isfile(path) if kind is None else kind[0]
        return answer

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        kind = self._kinds.get(path)
        answer = self.asked[questions.FOLDERS][path] = os.path.isdir(path) if kind is None else kind[1]
        return answer

    def list(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""
        seen = self._look(folder, 0)
        if seen is not None:
            self.asked[questions.LISTS][folder] = seen
            self._names[folder] = self._seen[1][folder]
            listed: tuple[str, ...] = seen[2]
            return listed
        try:
            found = os.stat(folder)
            kinds = _kinds_in(folder)
            names = tuple(sorted(kinds))
        except OSError:
            self.complete = False
            raise
        self.asked[questions.LISTS][folder] = (found.st_mtime_ns, found.st_ctime_ns, names)
        self._names[folder] = frozenset(names)
        prefix = "" if folder == "." else f"{folder.rstrip('/')}/"
        for name in names:
            self._kinds[prefix + name] = kinds[name]
        return names

    def is_readable(self, path: str) -> bool:
        """Whether the rights of a file that is there let it be read."""
        answer = os.access(path, os.R_OK)
        self.complete = self.complete and answer
        return answer

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        kind = self._kinds.get(path)
        answer = self.asked[questions.LINKS][path] = os.path.islink(path) if kind is None else kind[2]
        return answer

    def real_path(self, path: str) -> str:
        """The absolute path with all links followed."""
        answer = self.asked[questions.REAL][path] = os.path.realpath(path)
        return answer

    def record(self) -> "questions.Asked":
        """The record as plain data, with nothing that another answer says already."""
        reads, lists = self.asked[questions.READS], self.asked[questions.LISTS]
        files = {path: yes for path, yes in self.asked[questions.FILES].items() if not (yes and path in reads)}
        folders = {path: yes for path, yes in self.asked[questions.FOLDERS].items() if not (yes and path in lists)}
        return {**self.asked, questions.FILES: files, questions.FOLDERS: folders}


def _read(path: str) -> tuple[os.stat_result, bytes]:
    """What is known of a file, and its content, without the objects that ``open`` makes. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        found = os.fstat(descriptor)
        pieces = [os.read(descriptor, found.st_size + 1)]
        while pieces[-1] and (len(pieces) > 1 or len(pieces[0]) != found.st_size):
            pieces.append(os.read(descriptor, _PIECE))
    finally:
        os.close(descriptor)
    return found, pieces[0] if len(pieces) == 1 else b"".join(pieces)


_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PIECE = 1 << 16


def _kinds_in(folder: str) -> dict[str, tuple[bool, bool, bool]]:
    """The names in a folder; of each whether it is a file, a folder, and a link: most systems list that too."""
    with os.scandir(folder) as entries:
        found = list(entries)
    try:
        return {entry.name: (entry.is_file(), entry.is_dir(), entry.is_symlink()) for entry in found}
    except OSError:  # a link that leads to itself is neither file nor folder, as one that leads nowhere
        paths = {entry.name: entry.path for entry in found}
        return {name: (os.path.isfile(path), os.path.isdir(path), os.path.islink(path)) for name, path in paths.items()}
