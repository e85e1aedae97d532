"""Writing what was built: whole folders, at once or not at all."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from nscompiler.cli.cache_folder import user_cache
from nscompiler.cli.failure import Failure

MARKER = "manifest.json"
KEPT = 8


def replace_build(folder: Path, write: Callable[[Path], None], marker: str = MARKER) -> None:
    """Put a new build in place of an older one, which is known by the file ``marker``.

    ``write`` fills a new folder beside the old one, which gives way only when that is complete. Raises Failure where
    ``folder`` is something else than a build, or cannot be written.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Failure(f"{folder} is not a folder; nothing was written")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / marker).is_file():
        raise Failure(
            f"{folder} holds files that nsc did not write; nothing was written", "name another folder with `-o DIR`"
        )
    try:
        _swap(folder, write)
    except OSError as error:
        raise Failure(f"cannot write {folder}: {error.strerror or error}") from None


def _swap(folder: Path, write: Callable[[Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    old = fresh.with_name(fresh.name + ".old")
    try:
        write(fresh)
        fresh.chmod(0o777 & ~_umask())
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_files(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files below a folder; the names are relative, ``/``-separated. Raises OSError."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


class RunCache:
    """Builds that ``run`` and its kin start, kept by content in a folder of their own.

    A build is never changed once it is there, as a program that was started from it may still be running; it holds
    a shared lock while it does, and only what nobody holds is ever removed.
    """

    def __init__(self, project: Path) -> None:
        self._folder = _writable(project)
        self._locks: list[int] = []

    def __enter__(self) -> "RunCache":
        return self

    def __exit__(self, *_: object) -> None:
        """Give up the builds that are held."""
        while self._locks:
            os.close(self._locks.pop())

    def place(self, name: str, write: Callable[[Path], None]) -> Path:
        """The folder of a build; ``write`` fills it where it is not there yet. Locked until this process
        ends, or the cache is left.

        Raises Failure where it cannot be written.
        """
        folder = self._folder / name
        try:
            self._lock(folder)
            if not (folder / MARKER).is_file():
                shutil.rmtree(folder, ignore_errors=True)
                _swap(folder, write)
            self._prune(folder)
        except OSError as error:
            raise Failure(f"cannot write {folder}: {error.strerror or error}") from None
        return folder

    def _lock(self, folder: Path) -> None:
        # Left open on purpose: the lock lasts as long as the descriptor.
        descriptor = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT, 0o666)
        self._locks.append(descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH)

    def _prune(self, used: Path) -> None:
        """Remove the oldest builds that nobody runs."""
        builds = sorted((entry for entry in self._folder.iterdir() if entry.is_dir()), key=_age, reverse=True)
        for build in builds[KEPT:]:
            if build != used:
                _remove_unused(build)


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")


def _remove_unused(build: Path) -> None:
    lock = _lock_file(build)
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(build, ignore_errors=True)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _writable(project: Path) -> Path:
    """Where cached builds go: the project's own cache, the user's where the project cannot be written."""
    for folder in (project / ".nsc_cache", Path(user_cache())):
        try:
            return _made(folder)
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="nsc-"))


def _made(folder: Path) -> Path:
    run = folder / "run"
    run.mkdir(parents=True, exist_ok=True)
    if not os.access(run, os.W_OK):
        raise PermissionError(run)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return run
