"""What a module's code leaves in the copy of its folder that runs: files that the next build removes with the copy."""

from __future__ import annotations

import os
from pathlib import Path

_SHOWN = 3


def files_in(folder: Path) -> dict[str, tuple[int, int]]:
    """The files below a folder by their relative paths, each with its size and time of change; what Python keeps there
    for itself is left out."""
    found = {}
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(at, name)
            try:
                status = os.stat(path)
            except OSError:
                continue
            found[os.path.relpath(path, folder)] = (status.st_size, status.st_mtime_ns)
    return found


def told_of(reference: str, folder: Path, before: dict[str, tuple[int, int]]) -> str | None:
    """The sentence about what has been written to a module's folder since ``before``; None where that is nothing."""
    written = sorted(name for name, state in files_in(folder).items() if before.get(name) != state)
    if not written:
        return None
    more = f" and {len(written) - _SHOWN} more" if len(written) > _SHOWN else ""
    return (
        f"{reference} wrote {', '.join(written[:_SHOWN])}{more} to the copy of its folder that ran, {folder}, which "
        "goes with the next build: have its code write to an absolute path"
    )
