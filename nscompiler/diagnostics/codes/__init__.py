"""The catalogue: every kind of diagnostic there is, collected from the files of this folder.

A file declares its entries as constants and lists them in ``CODES``; adding one is all it takes to add a
diagnostic. Nothing is imported before somebody asks for the catalogue as a whole.
"""

from functools import cache
from importlib import import_module

from nscompiler.diagnostics.entry import Code


def find(code_id: str) -> Code | None:
    """The entry with this id (``NS0101``, any case) or name (``unexpected-token``), or None."""
    wanted = code_id.strip()
    by_id = wanted.upper()
    return next((code for code in all_codes() if code.id == by_id or code.name == wanted), None)


@cache
def all_codes() -> tuple[Code, ...]:
    """Every entry, by id."""
    entries = (code for file in files() for code in declared_in(file))
    return tuple(sorted(entries, key=lambda code: code.id))


def files() -> tuple[str, ...]:
    """The names of this folder's files that declare entries, sorted."""
    import pkgutil  # late: it takes longer to import than what most checks need of here

    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))


def declared_in(file: str) -> tuple[Code, ...]:
    """The entries of one file, in its order. Raises ModuleNotFoundError for a name that ``files`` does not give."""
    entries: tuple[Code, ...] = import_module(f"{__name__}.{file}").CODES
    return entries
