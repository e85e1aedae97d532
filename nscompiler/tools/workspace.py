"""The files that a person has open, over those on the disk: what an editor or a prompt works on."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nscompiler.files import DiskFiles, Files, MemoryFiles
from nscompiler.modules.tree import SUFFIX, is_below
from nscompiler.state import State

#: From so many files on that changed at once they are read one by one before anything is said of all of them.
MANY = 20


class Workspace:
    """Open texts over files on the disk. ``state`` is the program as of now; every change makes another one.

    ``folders`` are absolute. An open ``.nml`` file outside of them is part of the program as long as it is open. Not to
    be used by two threads at once; the states may be read while the next one is made.

    With ``piecemeal`` folders are not read at once: until ``loading`` has come to its end ``state`` is of the open
    files alone, with what they import.
    """

    def __init__(
        self,
        folders: Iterable[str],
        search: Sequence[str] = (),
        files: Files | None = None,
        *,
        piecemeal: bool = False,
    ) -> None:
        self._folders = tuple(dict.fromkeys(os.path.normpath(folder) for folder in folders))
        self._disk: Files = DiskFiles() if files is None else files
        self._open: dict[str, str] = {}
        self._encoded: dict[str, str | bytes] = {}
        self._search = tuple(search)
        self._piecemeal = self._partial = piecemeal
        self._loading: State | None = None
        self._state = self._from_scratch()

    def _from_scratch(self) -> State:
        return State(self._files(), self._paths(), self._search, only=self._only())

    @property
    def state(self) -> State:
        """The program as of now."""
        return self._state

    @property
    def complete(self) -> bool:
        """Whether ``state`` is of all files."""
        return not self._partial

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose ``.nml`` files are the program."""
        return self._folders

    @property
    def open_paths(self) -> tuple[str, ...]:
        """The files whose text is held here."""
        return tuple(self._open)

    def text(self, path: str) -> str | None:
        """The text of an open file."""
        return self._open.get(os.path.normpath(path))

    def open(self, path: str, text: str) -> None:
        """Hold a file's text from now on, as it is being edited or first opened."""
        self.change({path: text})

    def close(self, path: str) -> None:
        """Go back to what the disk has of a file."""
        self.change({path: None})

    def touched(self, paths: Iterable[str]) -> None:
        """Files or folders on the disk were made, changed or removed; open files keep their open text."""
        self.change({}, paths)

    def change(self, texts: Mapping[str, str | None], touched: Iterable[str] = ()) -> None:
        """Several of these at once: texts that are open from now on, None behind a path that was closed, and what was
        touched on the disk."""
        changed = {path for given, text in texts.items() if self._hold(path := os.path.normpath(given), text)}
        changed |= {os.path.normpath(path) for path in touched} - self._open.keys()
        if changed:
            self._partial = self._partial or (self._piecemeal and len(changed) >= MANY)
            self._step(changed)

    def _hold(self, path: str, text: str | None) -> bool:
        """Hold a text, or go back to the disk; whether that is another text than before."""
        if self._open.get(path) == text:
            return False
        if text is None:
            del self._open[path], self._encoded[path]
        else:
            self._open[path], self._encoded[path] = text, text.encode()
        return True

    def set_folders(self, folders: Iterable[str] | None, search: Sequence[str] | None = None) -> None:
        """Work on other folders, or look for modules in others; None leaves them as they are."""
        self._partial = self._piecemeal
        if folders is not None:
            self._folders = tuple(dict.fromkeys(os.path.normpath(folder) for folder in folders))
        if search is not None and tuple(search) != self._search:
            self._search = tuple(search)
            self._state = self._from_scratch()
        else:
            self._step(())

    def begin_again(self) -> None:
        """Find out everything anew, whatever was known."""
        self._partial = self._piecemeal
        self._state = self._from_scratch()

    def loading(self) -> Iterator[tuple[int, int]]:
        """Read the files that were not read yet, one by one, and go over to a state of all of them; each time it tells
        how many of how many were.

        After a change in between it is to be called again, and goes on where it was.
        """
        if not self._partial:
            return
        whole = self._state.after(self._files(), (), self._paths())
        if self._loading is not None:
            whole.take_parsed(self._loading)
        self._loading = whole
        total = len(whole.discovery.targets)
        for done, _ in enumerate(whole.loading()):
            yield done, total
        self._partial, self._loading, self._state = False, None, whole

    def _step(self, changed: Iterable[str]) -> None:
        self._state = self._state.after(self._files(), changed, self._paths(), self._only())

    def _only(self) -> frozenset[str] | None:
        return frozenset(self._open) if self._partial else None

    def _files(self) -> Files:
        return MemoryFiles(dict(self._encoded), self._disk)

    def _paths(self) -> tuple[str, ...]:
        outside = (path for path in self._open if path.endswith(SUFFIX) and not self._holds(path))
        present = (folder for folder in self._folders if self._disk.is_folder(folder))
        return (*present, *sorted(outside))

    def _holds(self, path: str) -> bool:
        return any(is_below(path, folder) for folder in self._folders)
