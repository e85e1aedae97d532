"""The files of a program, read by the library in C while the interpreter imports the compiler."""

import os

from nscompiler.grammar import library

TYPE_CHECKING = (
    False  # what type checkers take for true; to import it from `typing` takes longer than what is done here
)
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from nscompiler.files import Seen

SKIPPED = ("node_modules", "__pycache__", "venv")
READ = ("service.py", "nstack.yaml", "nstack-project.yaml", "requirements.txt")


def read_ahead(paths: "Sequence[str]", native: "Any" = None) -> "Callable[[], Seen] | None":
    """Begin to read what lies below the first path; what is returned waits for the end and gives what was seen.

    None where that path is no folder, or nobody can read ahead here. The folders are those that ``modules.tree`` walks
    through; where this sees less, or other files than are asked for, only time is lost. ``native`` is the library in C,
    which also takes memory in large pages from then on: what is read is about to be checked.
    """
    root = os.path.normpath(paths[0])
    if root.startswith("//") or root == "/" or not os.path.isdir(root):
        return None
    native = native or library.load()
    if native is None:
        return None
    native.use_large_pages()
    try:
        begun = native.read_ahead(root, SKIPPED, "manifest.json", "module.nml", ".nml", READ)
    except (OSError, ValueError):  # no thread to be had, or a path that no system has
        return None
    return lambda: native.taken(begun)
