"""Two texts of one module, and the changes between them."""

from collections.abc import Iterable

from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.changes import Change
from nscompiler.tools.semver import compare
from nscompiler.types.types import Types

HEADER = "module Demo:1.0.0\n\n"
PATH = "/nowhere/demo/module.nml"


def changes(old: str, new: str) -> tuple[Change, ...]:
    """The changes from one module's declarations to another's."""
    types = Types()
    sides = [_interface(text, types) for text in (old, new)]
    return compare(*sides, types)


def _interface(declarations: str, types: Types):
    files = MemoryFiles({PATH: HEADER + declarations}, DiskFiles())
    compilation = Compilation(files, [PATH], types=types)
    errors = [problem.title for problem in compilation.problems if problem.is_error]
    assert errors == [], declarations
    return compilation.checked[PATH].interface


def lines(found: Iterable[Change]) -> list[str]:
    """``major f output.x output-widened``, one a change."""
    return [" ".join(part for part in (one.level.value, one.name, one.path, one.kind) if part) for one in found]
