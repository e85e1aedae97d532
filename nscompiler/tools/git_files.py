"""The files of a git revision, as the compiler reads files: nothing is checked out, nothing is written.

``Repository`` finds the repository around a folder and what a revision is called there; ``GitFiles`` answers what a
path holds at one commit. Paths outside the repository, and those that are to stay as they are (the standard library),
are those of the disk.
"""

import errno
import os
import subprocess
from collections.abc import Iterable, Mapping
from types import TracebackType

import attrs

from nscompiler.files import DiskFiles

_LINK, _MODULE = "120000", "160000"
_MOST_LINKS = 40


class GitError(Exception):
    """Git is missing, or refuses; the text says what for a reader."""


@attrs.frozen(slots=True)
class Repository:
    """A repository on disk; ``root`` is the absolute path of its working tree."""

    root: str

    @classmethod
    def around(cls, folder: str) -> "Repository":
        """The repository that holds a folder. Raises GitError where there is none."""
        return cls(_git(("rev-parse", "--show-toplevel"), folder).decode(errors="surrogateescape").rstrip("\n"))

    def commit(self, revision: str) -> str | None:
        """The commit that a revision names (``HEAD~2``, ``v1.0.0``, a branch); None where it names none."""
        wanted = f"{revision}^{{commit}}"
        try:
            found = _git(("rev-parse", "--verify", "--quiet", "--end-of-options", wanted), self.root)
        except GitError:
            return None
        return found.decode().strip()

    def names(self) -> tuple[str, ...]:
        """The tags and branches that there are."""
        listed = _git(
            ("for-each-ref", "--format=%(refname:short)", "refs/tags", "refs/heads", "refs/remotes"), self.root
        )
        return tuple(listed.decode(errors="replace").split())


def _git(arguments: Iterable[str], folder: str) -> bytes:
    command = ["git", "-C", folder or ".", *arguments]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"cannot run git: {error.strerror or error}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(said[0].removeprefix("fatal: ") if said else f"git {command[3]} failed")
    return done.stdout


@attrs.frozen(slots=True)
class _Entry:
    """What stands in a commit's tree: the mode as git writes it, and the object's name."""

    mode: str
    name: str


class GitFiles:
    """The files of one commit. Paths are those of the working tree, so that a program's paths mean the same at every
    revision. ``outside`` are folders that are read from the disk even where the repository holds them.

    To be closed: one ``git cat-file`` serves all reads. Where a file is not there, what is asked for raises OSError as
    the disk does; so does an object that a damaged or partial clone lacks.
    """

    def __init__(self, repository: Repository, commit: str, outside: Iterable[str] = ()) -> None:
        self.root = os.path.realpath(repository.root)
        self._outside = tuple(os.path.realpath(folder) for folder in outside)
        self._disk = DiskFiles()
        self._entries = _tree(self.root, commit)
        self._folders = _folders(self._entries)
        self._reader: subprocess.Popen[bytes] | None = None
        self._read: dict[str, bytes] = {}

    def __enter__(self) -> "GitFiles":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process that serves the reads."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.communicate()

    # --- paths

    def _inside(self, path: str) -> str | None:
        """A path as the tree has it, empty for its root; None where it is one of the disk's."""
        whole = os.path.abspath(path)
        if not _is_below(whole, self.root):
            # The working tree may lie behind a link; below its root, the links are the commit's own.
            whole = os.path.realpath(path)
        if any(_is_below(whole, folder) for folder in self._outside) or not _is_below(whole, self.root):
            return None
        return whole[len(self.root) :].strip("/")

    def _resolved(self, inside: str) -> str | None:
        """A path of the tree with its links followed; None where one leads out of the tree or nowhere."""
        steps, done, links = inside.split("/") if inside else [], "", 0
        while steps:
            step = steps.pop(0)
            if step == "..":
                if not done:
                    return None
                done = done.rpartition("/")[0]
            elif step not in ("", "."):
                at = f"{done}/{step}" if done else step
                entry = self._entries.get(at)
                if entry is None or entry.mode != _LINK:
                    done = at
                    continue
                links += 1
                target = self._content(entry.name).decode(errors="surrogateescape")
                if links > _MOST_LINKS or target.startswith("/"):
                    return None
                steps = [*target.split("/"), *steps]
        return done

    # --- what the compiler asks

    def read_bytes(self, path: str) -> bytes:
        """The content of a file."""
        inside = self._inside(path)
        if inside is None:
            return self._disk.read_bytes(path)
        entry = self._file(inside)
        if entry is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self._content(entry.name)

    def is_file(self, path: str) -> bool:
        """Whether there is a file."""
        inside = self._inside(path)
        return self._disk.is_file(path) if inside is None else self._file(inside) is not None

    def _file(self, inside: str) -> _Entry | None:
        resolved = self._resolved(inside)
        entry = None if resolved is None else self._entries.get(resolved)
        return None if entry is None or entry.mode in (_MODULE, _LINK) else entry

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder; the repository's own one is there as on disk."""
        inside = self._inside(path)
        if inside is None:
            return self._disk.is_folder(path)
        return inside == ".git" or self._resolved(inside) in self._folders

    def list(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""
        inside = self._inside(folder)
        if inside is None:
            return self._disk.list(folder)
        resolved = self._resolved(inside)
        if resolved is None or resolved not in self._folders:
            raise FileNotFoundError(2, "No such file or directory", folder)
        return self._folders[resolved]

    def is_readable(self, path: str) -> bool:
        """Whether the rights of a file that is there let it be read: what a commit has always may."""
        return self._inside(path) is not None or self._disk.is_readable(path)

    def is_link(self, path: str) -> bool:
        """Whether the path itself is a symbolic link."""
        inside = self._inside(path)
        if inside is None:
            return self._disk.is_link(path)
        above, _, name = inside.rpartition("/")
        folder = self._resolved(above)
        entry = None if folder is None else self._entries.get(f"{folder}/{name}" if folder else name)
        return entry is not None and entry.mode == _LINK

    def real_path(self, path: str) -> str:
        """The absolute path with all links followed."""
        inside = self._inside(path)
        resolved = None if inside is None else self._resolved(inside)
        return self._disk.real_path(path) if resolved is None else os.path.join(self.root, resolved)

    # --- objects

    def _content(self, name: str) -> bytes:
        """An object's bytes; links and small files are asked for again and again."""
        held = self._read.get(name)
        if held is None:
            held = self._read[name] = self._fetched(name)
        return held

    def _fetched(self, name: str) -> bytes:
        if self._reader is None:
            command = ["git", "-C", self.root, "cat-file", "--batch"]
            self._reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write(f"{name}\n".encode())
        self._reader.stdin.flush()
        header = self._reader.stdout.readline().split()
        if len(header) != 3:
            raise OSError(errno.EIO, f"the repository lacks the object {name}")
        content = self._reader.stdout.read(int(header[2]) + 1)
        return content[:-1]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _tree(root: str, commit: str) -> Mapping[str, _Entry]:
    """Everything in a commit but folders, by path."""
    entries: dict[str, _Entry] = {}
    for line in _git(("ls-tree", "-r", "-z", "--full-tree", commit), root).split(b"\0"):
        described, tab, path = line.partition(b"\t")
        if tab:
            mode, _, name = described.decode().split(" ")
            entries[path.decode(errors="surrogateescape")] = _Entry(mode, name)
    return entries


def _folders(entries: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The names in each folder, the root's being empty."""
    found: dict[str, set[str]] = {"": set()}
    for path in entries:
        while path:
            folder, _, name = path.rpartition("/")
            known = found.setdefault(folder, set())
            if name in known:
                break
            known.add(name)
            path = folder
    return {folder: tuple(sorted(names)) for folder, names in found.items()}
