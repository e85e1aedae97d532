"""``nsc init``: a new module in a folder."""

from pathlib import Path

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.folders import write_files
from nscompiler.modules.naming import module_name_for, unspelt

VERSION = "0.0.1-SNAPSHOT"

_PYTHON_MODULE = """\
module {name}

/// How many characters a text has.
fun numChars : Text -> Integer
"""

_SERVICE = '''\
"""The functions that module.nml declares."""

import nstack


class Module(nstack.Module):
    def numChars(self, x):
        return len(x)
'''

_STACK = """\
stack:
  language: python
"""

_REQUIREMENTS = "# The Python packages that service.py needs, one a line, as for pip.\n"

_WORKFLOW_MODULE = """\
module {name}

/// The lines of standard input, one by one, to standard output: put your functions between the two.
def w = Sources.stdin | Sinks.stdout
"""


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("-w", "--workflow", is_flag=True, help="A module of workflows, without Python code.")
@click.option(
    "-l", "--language", default="python", show_default=True, type=click.Choice(["python"]), help="Of the code."
)
def command(folder: Path, workflow: bool, language: str) -> int:
    """Make a new module in FOLDER (default: here).

    The module is named after the folder: Demo.Chars stays as it is, word-count becomes WordCount, größe Grosse.
    """
    if folder.suffix == ".nml" and not folder.exists():
        raise Failure(
            f"{folder} is called like a file; nothing was written",
            f"a module is a folder with a `module.nml` in it: nsc init {folder.with_suffix('')}",
        )
    name = f"{_name_for(folder.absolute().name)}:{VERSION}"
    _check_place(folder)
    files = _files(name, workflow)
    there = [file for file in files if (folder / file).exists()]
    if there:
        raise Failure(f"{folder / there[0]} is there already; nothing was written")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_files(folder, files)
    except OSError as error:
        raise Failure(f"cannot write {folder}: {error.strerror or error}") from None
    click.echo(f"Made module {name}: {', '.join(files)}")
    return exits.OK


def _name_for(folder: str) -> str:
    lost = unspelt(folder)
    if lost:
        letters = ", ".join(lost)
        raise Failure(
            f"a module cannot be named after {folder}: its name cannot have {letters}; nothing was written",
            "names of modules are made of A to Z, a to z, digits and _; give the folder such a name",
        )
    return module_name_for(folder)


def _check_place(folder: Path) -> None:
    """Refuse a place for a folder that is something else, or is inside of something else."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if there.exists() and not there.is_dir():
        inside = "" if there == folder else f", so {folder} cannot be a folder"
        raise Failure(f"{there} is a file{inside}; nothing was written", "a module is a folder: name another one")


def _files(name: str, workflow: bool) -> dict[str, str]:
    if workflow:
        return {"module.nml": _WORKFLOW_MODULE.format(name=name)}
    return {
        "module.nml": _PYTHON_MODULE.format(name=name),
        "service.py": _SERVICE,
        "nstack.yaml": _STACK,
        "requirements.txt": _REQUIREMENTS,
    }
