"""``nsc stub``: declarations from Python, and Python's types from declarations."""

import os
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import path_option

if TYPE_CHECKING:
    from nscompiler.pipeline.compilation import Compilation
    from nscompiler.typecheck.facts import Checked


@click.command("stub")
@click.argument("path", default=".", metavar="FOLDER")
@click.option("--fun", "fun", is_flag=True, help="`type` and `fun` lines, from annotated Python (the default).")
@click.option("--pyi", "pyi", is_flag=True, help="The module's types for Python's type checkers.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@path_option
def command(path: str, fun: bool, pyi: bool, output: str | None, search: tuple[str, ...]) -> int:
    """Write one side of a module from the other.

    FOLDER is a module's folder (default: this one), or a script's `.nml` or `.py` file. With --fun, the default, the
    declarations that the module lacks are written from the annotations of its Python class, with --pyi a stub of its
    types from the `.nml`. What has no counterpart is told on standard error, and the exit code is 1.
    """
    if fun and pyi:
        raise click.UsageError("--fun and --pyi write different files: give one of them")
    text, code = (_types(path, search), exits.OK) if pyi else _declarations(path, search)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)
    return code


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror or error}") from None


# --- from Python


def _declarations(path: str, search: tuple[str, ...]) -> tuple[str, int]:
    from nscompiler.files import DiskFiles
    from nscompiler.flow.modules import class_types
    from nscompiler.modules.python_file import python_file
    from nscompiler.modules.reading import read_source
    from nscompiler.source import SourceFile
    from nscompiler.tools.format import format_source
    from nscompiler.tools.stub_fun import declarations

    nml = _nml_of(path)
    python = python_file(nml)
    if not os.path.exists(path) and not os.path.exists(python):
        raise Failure(f"there is no file or folder {path}", "`nsc stub` takes a module's folder, `.nml` or `.py` file")
    read = read_source(python, DiskFiles()) if os.path.isfile(python) else None
    if read is None and os.path.isfile(nml):
        raise Failure(
            f"there is no {python} to write declarations from",
            f"`nsc stub --pyi {path}` writes the types that {nml} declares; its functions are methods of "
            f"`class Module` in {python}",
        )
    if not isinstance(read, SourceFile):
        raise Failure(f"{python} is not there or cannot be read", "`nsc stub --fun` reads the Python code of a module")
    checked = _checked(nml, search)[1] if os.path.isfile(nml) else None
    declared = () if checked is None else (*checked.interface.functions, *checked.interface.types)
    types = () if checked is None else tuple(class_types(checked.interface))
    found = declarations(read, declared, types)
    for problem in found.problems:
        place = read.lines.position(problem.primary.span.start)
        told = f"{problem.title} ({problem.primary.text})" if problem.primary.text else problem.title
        click.echo(f"{python}:{place.line}:{place.column}: error[{problem.code.id}] {told}", err=True)
    if not found.text and not found.problems:
        click.echo(f"{nml} declares all that {python} has", err=True)
    header = _header(nml) if checked is None and found.text else ""
    return format_source(header + found.text).text, exits.FAILED if found.problems else exits.OK


def _nml_of(path: str) -> str:
    """The ``.nml`` file of a folder, or beside a Python file; it need not be there."""
    if os.path.isdir(path):
        return os.path.normpath(os.path.join(path, "module.nml"))
    folder, name = os.path.split(path)
    if name == "service.py":
        return os.path.join(folder, "module.nml")
    return path.removesuffix(".py") + ".nml" if name.endswith(".py") else path


def _header(nml: str) -> str:
    """The header of a module that is not written yet; a script has none."""
    from nscompiler.modules.naming import module_name_for

    folder, name = os.path.split(os.path.abspath(nml))
    return f"module {module_name_for(os.path.basename(folder))}:0.0.1-SNAPSHOT\n\n" if name == "module.nml" else ""


# --- to Python


def _types(path: str, search: tuple[str, ...]) -> str:
    from nscompiler.tools.stub_types import stub_text

    nml = _nml_of(path)
    if not os.path.isfile(nml):
        raise Failure(f"there is no {nml}", "`nsc stub --pyi` writes the types that it declares")
    compilation, checked = _checked(nml, search)
    from nscompiler.cli.programs import refuse

    refuse(compilation, compilation.problems)
    return stub_text(checked.interface)


def _checked(nml: str, search: tuple[str, ...]) -> "tuple[Compilation, Checked]":
    from nscompiler.cli.environment import search_folders
    from nscompiler.files import DiskFiles
    from nscompiler.pipeline.compilation import Compilation

    compilation = Compilation(DiskFiles(), (nml,), search_folders(search))
    if not compilation.selected:
        from nscompiler.cli.programs import refuse

        refuse(compilation, compilation.problems)
        raise Failure(f"{nml} cannot be read")
    return compilation, compilation.selected[0]
