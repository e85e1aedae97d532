"""``nsc lsp``, found by its entry point."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Iterator

import click

TYPE_CHECKING = False  # pygls is imported when the server starts, or found to be missing
if TYPE_CHECKING:
    from nslsp.view import View

_NEEDED = 'the language server needs pygls; install it with: pip install "nscompiler[lsp]"'
#: How long a thread of the interpreter runs on while another waits, in seconds: a message must not wait for more.
_SWITCH = 0.0005


#: For when nothing is ever quiet: after so many new objects there is a pause all the same.
_THRESHOLDS = (500_000, 20, 50)
#: Changes from one collection to the next: after so many it takes some five milliseconds.
_PAUSED = 20


class Failure(click.ClickException):
    """Why the server cannot start."""

    def show(self, file: object = None) -> None:
        """Write it to standard error."""
        print(f"error: {self.message}", file=sys.stderr)


def _address(_: click.Context, __: click.Parameter, given: str | None) -> tuple[str, int] | None:
    if given is None:
        return None
    host, _colon, port = given.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter("it is PORT or HOST:PORT, and a port is at most 65535")
    return host.strip("[]") or "127.0.0.1", int(port)


class Tidying:
    """Collects what changes leave behind while nothing else is to be done: left to itself the interpreter would do so
    in the middle of an answer, and go through all of a large workspace for it."""

    def __init__(self) -> None:
        self._changes = 0

    def after_change(self, view: "View", _: object) -> Iterator[None]:
        """After the first check all that is there is kept for good, and what the first misspelt name or completion
        would wait for is looked up."""
        self._changes += 1
        if not gc.isenabled():
            _names = view.program.exports.names
            yield
            gc.freeze()
            gc.set_threshold(*_THRESHOLDS)
            gc.enable()
        elif self._changes >= _PAUSED:
            yield
            self._changes = 0
            gc.collect()
            yield
            yield from view.program.types.tidying()


@click.command()
@click.option("--stdio", is_flag=True, help="Talk over standard input and output (the default).")
@click.option("--tcp", callback=_address, metavar="[HOST:]PORT", help="Wait for one client on an address instead.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="What is logged to standard error.",
)
def command(stdio: bool, tcp: tuple[str, int] | None, log_level: str) -> int:
    """Start the language server, which editors talk to."""
    if stdio and tcp is not None:
        raise click.UsageError("--stdio and --tcp exclude each other")
    try:
        from nslsp.registration import make_server
        from nslsp.transport import serve_stdio, serve_tcp, take_stdout
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("pygls", "lsprotocol", "cattrs"):
            raise Failure(_NEEDED) from error
        raise
    logging.basicConfig(stream=sys.stderr, level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    # What pygls logs as errors are answers of ours, or told of by us.
    logging.getLogger("pygls").setLevel(logging.CRITICAL if log_level != "debug" else logging.DEBUG)
    gc.disable()
    sys.setswitchinterval(_SWITCH)
    output = take_stdout() if tcp is None else None
    server = make_server()
    server.at_last(Tidying().after_change)
    if output is not None:
        return asyncio.run(serve_stdio(server, output))
    assert tcp is not None
    try:
        return asyncio.run(serve_tcp(server, *tcp))
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise Failure(f"cannot listen on {tcp[0]}:{tcp[1]}: {reason}") from error
