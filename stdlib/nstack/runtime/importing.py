"""Imports of user code: each module's folder is on the import path of that module only.

A module's files are loaded under private names (``_nstack_user_3.helpers`` in ``sys.modules``), and every one of
them runs with builtins of its own whose ``__import__`` looks into the folder first. So imports that run later,
inside methods, behave the same, and two modules with a ``helpers.py`` each never meet.
"""

from __future__ import annotations

import builtins
import importlib
import itertools
import linecache
import sys
import types
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source, spec_from_loader
from pathlib import Path
from typing import Any, cast

from .origin import origin_of

HOST = "__nstack_host__"
_PREFIX = "_nstack_user_"
_numbers = itertools.count(1)


class _Loader(SourceFileLoader):
    """Loads one file with the private builtins of its owner, under the name of the file that it is a copy of."""

    def __init__(self, name: str, path: str, names: dict[str, Any], shown: str) -> None:
        super().__init__(name, path)
        self._builtins = names
        self._shown = shown

    def source_to_code(  # type: ignore[override]  # typeshed has InspectLoader's, which is static
        self, data: Any, path: Any, *, _optimize: int = -1
    ) -> types.CodeType:
        compiled: types.CodeType = super().source_to_code(data, self._shown)
        return compiled

    def get_code(self, fullname: str) -> types.CodeType | None:
        code = super().get_code(fullname)
        if code is None or self._shown == self.path:
            return code
        # What runs is the copy: whoever changes the file meanwhile still sees these lines in a traceback.
        text = decode_source(self.get_data(self.path))
        linecache.cache[self._shown] = (len(text), None, text.splitlines(keepends=True), self._shown)
        return _named(code, self._shown)

    def exec_module(self, module: types.ModuleType) -> None:
        vars(module)["__builtins__"] = self._builtins
        super().exec_module(module)


def _named(code: types.CodeType, file: str) -> types.CodeType:
    """The code as of another file: bytecode that was kept has the name that Python gave it."""
    inner = tuple(_named(part, file) if isinstance(part, types.CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=file, co_consts=inner)


class Imports:
    """The imports of one module's folder. ``owner`` is what code of this folder belongs to (see ``owner_of``)."""

    def __init__(self, folder: Path, owner: object) -> None:
        self.folder = folder
        self.origin = origin_of(folder)
        self.owner = owner
        self.prefix = f"{_PREFIX}{next(_numbers)}"
        self.builtins: dict[str, Any] = {**vars(builtins), "__import__": self.find, HOST: owner}
        self._nstack: types.ModuleType | None = None
        package = types.ModuleType(self.prefix)
        package.__path__ = [str(folder)]
        sys.modules[self.prefix] = package
        self._finders = (_Finder(self), _Borrower(self))
        sys.meta_path.insert(0, self._finders[0])
        sys.meta_path.append(self._finders[1])

    def load(self, file: str) -> types.ModuleType:
        """Loads a file of the folder, which need not be importable by its name."""
        name = f"{self.prefix}.{Path(file).stem}"
        return importlib.import_module(name)

    def close(self) -> None:
        """Takes the folder's modules away again."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in self._finders]
        mine = [name for name, module in sys.modules.items() if self._is_mine(getattr(module, "__name__", ""))]
        for name in mine:
            del sys.modules[name]

    def _is_mine(self, name: str) -> bool:
        return name == self.prefix or name.startswith(f"{self.prefix}.")

    def owns(self, top: str) -> bool:
        """Whether the folder has a module or package of this name."""
        path = self.folder / top
        return path.with_name(f"{top}.py").is_file() or path.is_dir() or any(self.folder.glob(f"{top}.*.so"))

    def find(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """``__import__`` as this folder's code sees it."""
        top = name.partition(".")[0]
        if level or not self.owns(top):
            lent = getattr(sys.modules.get(top), "__name__", "")
            if not level and lent.startswith(_PREFIX) and not self._is_mine(lent):
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)  # it is another module's own
            if name == "nstack":
                return self._own_nstack()
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        try:
            module = importlib.import_module(f"{self.prefix}.{name}")
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith(self.prefix):
                raise
            return self._elsewhere(name, globals, locals, fromlist, error)
        if type(fromlist) is list and not fromlist:
            importlib.import_module(name)  # from C (pickle.loads), which looks under the plain name afterwards: lend it
        if not fromlist:
            return sys.modules[f"{self.prefix}.{name.partition('.')[0]}"]
        return self._with_submodules(module, fromlist)

    def _own_nstack(self) -> types.ModuleType:
        """``nstack`` with the declared types as plain attributes: each use of one would search the stack otherwise."""
        if self._nstack is None:
            shared = importlib.import_module("nstack")
            made = self._nstack = types.ModuleType("nstack", shared.__doc__)
            vars(made).update({**getattr(self.owner, "types", {}), **vars(shared)})
        return self._nstack

    def _elsewhere(self, name: str, globals: Any, locals: Any, fromlist: Any, error: ModuleNotFoundError) -> Any:
        """A folder without Python in it may have the name of an installed package (``data/``)."""
        try:
            return builtins.__import__(name, globals, locals, fromlist or (), 0)
        except ModuleNotFoundError:
            missing = (error.name or name).removeprefix(f"{self.prefix}.")
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing) from None

    def _with_submodules(self, module: types.ModuleType, fromlist: Sequence[str]) -> types.ModuleType:
        if not hasattr(module, "__path__"):
            return module
        wanted = getattr(module, "__all__", ()) if "*" in fromlist else fromlist
        for part in wanted:
            if not hasattr(module, part):
                try:
                    importlib.import_module(f"{module.__name__}.{part}")
                except ModuleNotFoundError as error:
                    if error.name != f"{module.__name__}.{part}":
                        raise
        return module


class _Finder:
    """Finds the files of one folder under their private names."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(f"{self.imports.prefix}."):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader) and spec.origin is not None:
            spec.loader = _Loader(name, spec.origin, self.imports.builtins, self._shown(spec.origin))
            return spec
        if spec is None or (spec.origin is None and self._is_bare(spec)):
            raise ModuleNotFoundError(
                f"No module named {name!r}", name=name
            )  # Python's own finder must not try as well
        return spec

    def _shown(self, file: str) -> str:
        """The file that a copied file is known by."""
        original = self.imports.origin / Path(file).relative_to(self.imports.folder)
        return str(original) if original.is_file() else file

    def _is_bare(self, spec: ModuleSpec) -> bool:
        """A folder that holds no Python at all is no package."""
        return not any(next(Path(place).glob("**/*.py"), None) for place in spec.submodule_search_locations or ())


class _Borrower:
    """Finds a folder's modules for libraries that import by name on behalf of its code: ``pickle.load``,
    ``importlib.import_module``.

    Such a module stays in ``sys.modules`` under its plain name, so this is done only for names that a single folder
    has.
    """

    def __init__(self, imports: Imports) -> None:
        self.imports = imports

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        top = name.partition(".")[0]
        if (
            name.startswith(_PREFIX)
            or owner_of(sys._getframe(1)) is not self.imports.owner
            or not self.imports.owns(top)
        ):
            return None
        folders = [finder.imports for finder in sys.meta_path if isinstance(finder, _Borrower)]
        if sum(imports.owns(top) for imports in folders) > 1:
            raise ImportError(
                f"{name}: several modules of this process have a {top} of their own; import it in their code", name=name
            )
        module = importlib.import_module(f"{self.imports.prefix}.{name}")
        return spec_from_loader(name, cast(Any, _Lender(module)))


class _Lender:
    """A loader that has the module already."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec


def owner_of(frame: types.FrameType | None) -> Any:
    """The owner of the nearest user code on the stack, or None."""
    while frame is not None:
        found = frame.f_builtins.get(HOST)
        if found is not None:
            return found
        frame = frame.f_back
    return None
