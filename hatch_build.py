"""Build hook: a wheel carries the parser's tables, so that no installation has to import lark to make them.

With ``NSC_COMPILE=1`` the files that most of a check's time is spent in are compiled by mypyc besides, and the loop
over the parser's tables is there in C (``native``); such a wheel is for one version of Python
on one platform. Without it, or without a compiler of C, the wheel is pure Python. A working tree is never compiled.
"""

import importlib.util
import os
import shlex
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GRAMMAR = Path("nscompiler") / "grammar"

# What every file of a check runs through. mypyc lets no interpreted class inherit from a compiled one, nor the other
# way about: a file with a ``Record`` in it stays out, since others have some too.
COMPILED = {
    "nscompiler": "source",
    "nscompiler/grammar": "build build_expressions build_types depth head lexer machine mistakes place "
    "sums syntax walk",
    "nscompiler/types": "interface types",
    "nscompiler/typecheck": "bindings check components constraints declare define facts fits infer params resolve "
    "scope sizes type_counts unify",
    "nscompiler/lints": "fields module parameters signs unused",
}
# The module in C, and its one source file: that includes the others beside it.
NATIVE = "nscompiler.grammar._native", "native/parser.c"


class CompilerHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the tables in the working tree and names them to the wheel, which leaves git-ignored files out."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beyond what the project says."""
        return ["mypy>=1.18", "setuptools>=65"] if _is_compiling() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before a wheel is built; an editable one makes its tables when they are first needed."""
        if version == "editable":
            return
        folder = Path(self.root) / GRAMMAR
        tables = _module(folder / "tables.py")
        made_from = tables.sources()
        if tables.read(made_from) is None:
            tables.write(made_from, _module(folder / "generate.py").generate(made_from[0].decode()))
        name = Path(tables.file_of(made_from)).name
        build_data["artifacts"].append(f"/{GRAMMAR.as_posix()}/_tables/{name}")
        if _is_compiling() and not _finds_compiler():
            self.app.display_warning("NSC_COMPILE: there is no compiler of C here, so the wheel is pure Python")
        elif _is_compiling():
            self._made = Path(tempfile.mkdtemp(prefix="nsc-compiled-"))
            build_data.update(pure_python=False, infer_tag=True)
            for library in _compile(Path(self.root), self._made):
                build_data["force_include"][str(library)] = library.relative_to(self._made / "lib").as_posix()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the wheel was written."""
        made = getattr(self, "_made", None)
        if made is not None:
            shutil.rmtree(made)


def _is_compiling() -> bool:
    return os.environ.get("NSC_COMPILE", "") not in ("", "0")


def _finds_compiler() -> bool:
    """Whether there is the compiler that Python's extensions are built with; on Windows setuptools looks for it."""
    command = os.environ.get("CC") or sysconfig.get_config_var("CC")
    return os.name == "nt" or (bool(command) and shutil.which(shlex.split(command)[0]) is not None)


def _compile(root: Path, folder: Path) -> Iterator[Path]:
    """The libraries made of the files above; all that comes into being lies below ``folder``."""
    from mypyc.build import mypycify
    from setuptools import Distribution, Extension

    options = ["--ignore-missing-imports", "--explicit-package-bases", f"--cache-dir={folder / 'cache'}"]
    files = [f"{package}/{name}.py" for package, names in COMPILED.items() for name in names.split()]
    before = Path.cwd()
    os.chdir(root)  # mypyc names modules after relative paths
    try:
        made = mypycify(
            ["--config-file=", *options, *files],
            opt_level="3",
            strip_asserts=True,
            debug_level="0",
            target_dir=str(folder / "c"),
        )
        made.append(Extension(NATIVE[0], [NATIVE[1]]))
        command = Distribution({"name": "nscompiler", "ext_modules": made}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "objects")
        command.ensure_finalized()
        command.run()
    finally:
        os.chdir(before)
    yield from sorted(file for file in (folder / "lib").rglob("*") if file.is_file())


def _module(path: Path) -> ModuleType:
    """A file as a module, without the package around it: what that needs is not installed while a wheel is built."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
