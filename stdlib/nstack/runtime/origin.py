"""Where the files of a user module come from.

What runs is a copy, below the emitted package. ``nsc run`` makes it from files that are there still: tracebacks,
debuggers and remedies name those. It writes the folder that it copied into a file beside the copy. What ``nsc build``
writes is for any machine and has no such file: there the copy is all that there is.
"""

from __future__ import annotations

from pathlib import Path

SUFFIX = ".origin"
"""What the file is called after the folder of the copy."""


def origin_of(folder: Path) -> Path:
    """The folder that a module's folder was copied from; the folder itself where nobody knows of another."""
    try:
        copied = Path(folder.with_name(folder.name + SUFFIX).read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return folder
    return copied if copied.is_dir() else folder
