"""The local backend: a Python package that runs with ``python -m`` where only the run time is installed.

``emit`` writes ``types.py`` (a class for each record and sum), ``modules.py`` (the Python modules), one
``flow_NAME.py`` for each workflow (the stage functions), ``__main__.py``, and beside the package a manifest, the
requirements and the run time's wheel.
"""

from nscompiler.backends.base import Build, Emitted, Setting, Unsupported
from nscompiler.emit.package import emit_package

__all__ = ["BACKEND", "LocalBackend"]


class LocalBackend:
    """``--target local``."""

    name = "local"
    about = "a Python package that runs where only the runtime is installed"
    runs = True
    settings: tuple[Setting, ...] = ()

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """Everything runs here."""
        return ()

    def emit(self, build: Build) -> Emitted:
        """The package's files, sorted by path."""
        return emit_package(build)


BACKEND = LocalBackend()
