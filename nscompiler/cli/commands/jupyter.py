"""``nsc jupyter``: the kernel for notebooks."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import click

from nscompiler.cli import exits

NAME = "nstack"


@click.group("jupyter", no_args_is_help=True)
def command() -> None:
    """The kernel for Jupyter notebooks.

    Whoever installs nscompiler[jupyter] into Jupyter's own environment has it already.
    """


@command.command("install")
@click.option("--user", is_flag=True, help="For this user (the default).")
@click.option("--sys-prefix", is_flag=True, help="Into the environment that nsc runs in.")
@click.option("--prefix", metavar="FOLDER", help="Into another environment, below share/jupyter.")
def install(user: bool, sys_prefix: bool, prefix: str | None) -> int:
    """Tell Jupyter of the kernel, so that it starts the nsc of this environment."""
    from nscompiler.cli.failure import Failure

    if user + sys_prefix + (prefix is not None) > 1:
        raise click.UsageError("--user, --sys-prefix and --prefix exclude each other")
    try:
        import ipykernel  # noqa: F401  # the kernel could not start without
        from jupyter_client.kernelspec import KernelSpecManager
    except ModuleNotFoundError:
        told = "install it with: pip install 'nscompiler[jupyter]'"
        raise Failure("the kernel needs ipykernel, which is not installed", told) from None
    where = sys.prefix if sys_prefix else prefix
    with tempfile.TemporaryDirectory() as folder:
        _copy_spec(Path(folder))
        try:
            placed = KernelSpecManager().install_kernel_spec(folder, NAME, user=where is None, prefix=where)
        except OSError as error:
            raise Failure(f"cannot write {error.filename or where}: {error.strerror or error}") from None
    click.echo(f"the kernel {NAME} is at {placed}")
    return exits.OK


def _copy_spec(folder: Path) -> None:
    """The kernel's specification, naming the Python that runs here."""
    from nscompiler.cli import kernel

    spec = Path(kernel.__file__).parent / "spec"
    shutil.copytree(spec, folder, dirs_exist_ok=True)
    file = folder / "kernel.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    values["argv"][0] = sys.executable
    file.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
