"""Where texts come from: the disk, or memory for editors and tests."""

import os
from typing import Protocol


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
        if not names:
            raise FileNotFoundError(2, "No such file or directory", folder)
        return tuple(sorted(names))

    def is_link(self, path: str) -> bool:
        """Whether the path is a symbolic link of the file system beneath; nothing in memory is one."""
        held = os.path.normpath(path) in self._files
        return not held and self._under is not None and self._under.is_link(path)

    def real_path(self, path: str) -> str:
        """The absolute path, with the links of the file system beneath followed."""
        return self._under.real_path(path) if self._under is not None else os.path.abspath(path)
