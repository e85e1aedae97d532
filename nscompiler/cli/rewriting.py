"""Changing users' files: what would change as a unified diff, and a new text in place of the old one."""

import os
import stat
from collections.abc import Iterator


def difference(shown: str, before: str, after: str) -> Iterator[str]:
    """The lines of a unified diff between two texts of the file that is shown by a path."""
    import difflib  # loaded where a difference is asked for

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def replace_file(path: str, content: bytes) -> None:
    """Write a file anew, whole or not at all; its mode stays, and a link to it too. Raises OSError."""
    real = os.path.realpath(path)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, os.strerror(13), path)
    temporary = os.path.join(os.path.dirname(real), f".nsc-{os.getpid()}-{os.path.basename(real)}")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
        os.chmod(temporary, stat.S_IMODE(os.stat(real).st_mode))
        os.replace(temporary, real)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
