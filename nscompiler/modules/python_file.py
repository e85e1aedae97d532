"""Where a module's Python code is."""

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.suggest import near
from nscompiler.files import Files
from nscompiler.modules.reading import read_source
from nscompiler.modules.tree import MODULE_FILE, SUFFIX
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

SERVICE_FILE = "service.py"
_CLASS = Pattern(r"(?m)^class (?:Module|Service)\b")


def python_file(path: str) -> str:
    """The path of the Python file with the functions of an ``.nml`` file: ``service.py`` for a ``module.nml``, else the
    file of the same name."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{SERVICE_FILE if name == MODULE_FILE else name.removesuffix(SUFFIX) + '.py'}"


def meant_for(path: str, files: Files) -> SourceFile | None:
    """The file beside an ``.nml`` file without a Python file that is meant as such: its name is nearly the one that is
    looked for, or it is the only one, and the class is in it."""
    wanted = python_file(path)
    folder, slash, name = wanted.rpartition("/")
    try:
        beside = files.list(folder or ".")
    except OSError:
        return None
    others = {python_file(one) for one in beside if one.endswith(SUFFIX)}
    found = [one for one in beside if one.endswith((".py", ".pyi")) and one not in others]
    likely = near(name, found) or (found if len(found) == 1 else ())
    read = [read_source(f"{folder}{slash}{one}", files) for one in likely]
    held = [one for one in read if not isinstance(one, Diagnostic) and _CLASS.search(one.text)]
    return held[0] if len(held) == 1 else None
