"""The cells of earlier sessions, on the disk: each once, the newest last."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nscompiler.cli.state_folder import user_state

KEPT = 2000
"""How many cells are remembered."""


class History:
    """A file with a cell in JSON on each line, which only its owner may read. Several sessions may share it."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(user_state()) / "history"

    def cells(self) -> list[str]:
        """All cells, the newest last; none where there is no such file. What is no cell is passed over."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [cell for line in lines if (cell := _cell(line)) is not None]

    def add(self, cell: str) -> None:
        """Remember a cell, now the newest, unless it starts with a blank. Raises OSError where that cannot be kept."""
        if not cell.strip() or cell[0].isspace():
            return
        with self._locked():
            kept = [*(other for other in self.cells() if other != cell), cell][-KEPT:]
            self._write("".join(f"{json.dumps(one)}\n" for one in kept))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._path.with_name(self._path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, text: str) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".history-")  # which only its owner reads
        try:
            with open(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise


def _cell(line: str) -> str | None:
    try:
        cell = json.loads(line)
    except ValueError:
        return None
    return cell if isinstance(cell, str) else None
