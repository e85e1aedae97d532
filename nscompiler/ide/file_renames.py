"""What follows when files are renamed.

Modules are found by their headers, not by where they lie: no import and no header changes when a file or folder is
renamed. What goes by place are the Python file beside an ``.nml`` file, which has its name, and the folders that an
``nstack-project.yaml`` lists.
"""

from collections.abc import Callable, Iterable
from posixpath import relpath

import attrs

from nscompiler.diagnostics.model import Edit
from nscompiler.ide.program import Program
from nscompiler.modules.python_file import python_file
from nscompiler.modules.tree import SUFFIX


@attrs.frozen(slots=True)
class Following:
    """Further files to be renamed, as (old, new), and edits."""

    renames: tuple[tuple[str, str], ...] = ()
    edits: tuple[Edit, ...] = ()


def following(
    program: Program, renames: Iterable[tuple[str, str]], exists: Callable[[str], bool] | None = None
) -> Following:
    """What else has to change when files or folders are renamed, as (old, new). ``exists`` tells which files there
    are, by the program's texts unless it is given."""
    renames = tuple(renames)
    there = exists or (lambda path: program.text(path) is not None)
    own = {old for old, _ in renames}
    partners = (partner for old, new in renames if (partner := _partner(old, new)) is not None)
    moved = tuple((old, new) for old, new in partners if old not in own and there(old) and not there(new))
    return Following(tuple(dict.fromkeys(moved)), tuple(_listed(program, renames)))


def _partner(old: str, new: str) -> tuple[str, str] | None:
    """The Python file beside an ``.nml`` file, where it is called otherwise beside the new one."""
    if not (old.endswith(SUFFIX) and new.endswith(SUFFIX)):
        return None
    before, after = python_file(old), python_file(new)
    return None if before == after else (before, after)


def _listed(program: Program, renames: tuple[tuple[str, str], ...]) -> Iterable[Edit]:
    """The entries of project files that are about a renamed folder, or about one inside it."""
    for project in program.discovery.projects.values():
        root = project.folder.rstrip("/")
        for entry in project.modules:
            at = f"{root}/{entry.value.strip('/').removeprefix('./')}" if root not in ("", ".") else entry.value
            for old, new in renames:
                if at == old or at.startswith(f"{old}/"):
                    inside = relpath(f"{new}{at[len(old) :]}", root or ".")
                    if not inside.startswith(".."):
                        yield Edit(entry.span, inside)
