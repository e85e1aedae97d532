"""Where a module's Python code is."""

from nscompiler.modules.tree import MODULE_FILE, SUFFIX

SERVICE_FILE = "service.py"


def python_file(path: str) -> str:
    """The path of the Python file with the functions of an ``.nml`` file: ``service.py`` for a ``module.nml``, else the
    file of the same name."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{SERVICE_FILE if name == MODULE_FILE else name.removesuffix(SUFFIX) + '.py'}"
