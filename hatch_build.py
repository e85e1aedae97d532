"""Build hook: a wheel carries the parser's tables, so that no installation has to import lark to make them.

Where there is a compiler of C a wheel has the loop over these tables in C besides (``native``), and is for one version
of Python on one platform; an editable installation has it in the working tree. ``NSC_COMPILE`` says otherwise: with
``1`` mypyc compiles the files that most of a check's time is spent in, too, which takes minutes; with ``0``, as without
a compiler of C, a wheel is pure Python, and a working tree is left as it is.
"""

import importlib.util
import os
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GRAMMAR = Path("nscompiler") / "grammar"
LIBRARY = "nscompiler/grammar/_native"

# What every file of a check runs through. mypyc lets no interpreted class inherit from a compiled one, nor the other
# way about: a file with a ``Record`` in it stays out, since others have some too.
COMPILED = {
    "nscompiler": "source",
    "nscompiler/grammar": "build build_expressions build_types depth head lexer machine mistakes place "
    "sums syntax walk",
    "nscompiler/types": "interface stored types",
    "nscompiler/typecheck": "bindings branches check components constraints declare define facts fits infer "
    "literal_types nested_optionals params repeated resolve scope sizes traits type_counts type_declarations unify",
    "nscompiler/lints": "fields marks module parameters signs unused",
    "nscompiler/modules": "python_file",
    "nscompiler/pipeline": "clash_signs",
}


class CompilerHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the tables in the working tree and names them to the wheel, which leaves git-ignored files out."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beyond what the project says."""
        return ["attrs>=24.2", "mypy>=1.18", "setuptools>=65"] if _wanted() == "all" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before a wheel is built; an editable one makes its tables when they are first needed."""
        native = _module(Path(self.root) / "native" / "build.py")
        if version == "editable":
            if _wanted() != "nothing":
                native.main()
            return
        self._add_tables(build_data)
        if _wanted() == "nothing":
            return
        if native.compiler() is None:
            if _wanted() == "all":
                self.app.display_warning("NSC_COMPILE: there is no compiler of C here, so the wheel is pure Python")
            return
        self._made = Path(tempfile.mkdtemp(prefix="nsc-compiled-"))
        try:
            libraries = self._compile(native)
        except native.BuildError as error:
            self.app.display_warning(f"The wheel is pure Python: {error}")
            return
        build_data.update(pure_python=False, infer_tag=True)
        build_data["force_include"].update({str(library): name for library, name in libraries.items()})

    def _add_tables(self, build_data: dict[str, Any]) -> None:
        folder = Path(self.root) / GRAMMAR
        tables = _module(folder / "tables.py")
        made_from = tables.sources()
        if tables.read(made_from) is None:
            tables.write(made_from, _module(folder / "generate.py").generate(made_from[0].decode()))
        name = Path(tables.file_of(made_from)).name
        build_data["artifacts"].append(f"/{GRAMMAR.as_posix()}/_tables/{name}")

    def _compile(self, native: ModuleType) -> dict[Path, str]:
        """The libraries that are built, and where in the wheel each lies."""
        parser = self._made / "parser"
        native.build(parser)
        made = {parser: LIBRARY + sysconfig.get_config_var("EXT_SUFFIX")}
        if _wanted() == "all":
            folder = self._made / "lib"
            made.update(
                {file: file.relative_to(folder).as_posix() for file in _compile_python(Path(self.root), self._made)}
            )
        return made

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the wheel was written."""
        made = getattr(self, "_made", None)
        if made is not None:
            shutil.rmtree(made)


def _wanted() -> Literal["nothing", "parser", "all"]:
    given = os.environ.get("NSC_COMPILE", "")
    return "parser" if not given else "nothing" if given == "0" else "all"


def _compile_python(root: Path, folder: Path) -> Iterator[Path]:
    """The libraries made of the files above; all that comes into being lies below ``folder``."""
    from mypyc.build import mypycify
    from setuptools import Distribution

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
