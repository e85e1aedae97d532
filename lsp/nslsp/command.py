"""``nsc lsp``, found by its entry point."""

import asyncio
import gc
import logging
import sys

import click

_NEEDED = 'the language server needs pygls; install it with: pip install "nscompiler[lsp]"'
#: How long a thread of the interpreter runs on while another waits, in seconds: a message must not wait for more.
_SWITCH = 0.0005


class Missing(click.ClickException):
    """Something that has to be installed first."""

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
            raise Missing(_NEEDED) from error
        raise
    logging.basicConfig(stream=sys.stderr, level=log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    # What pygls logs as errors are answers of ours, or told of by us.
    logging.getLogger("pygls").setLevel(logging.CRITICAL if log_level != "debug" else logging.DEBUG)
    gc.enable()  # `nsc` turns it off: other commands end soon
    sys.setswitchinterval(_SWITCH)
    try:
        if tcp is None:
            return asyncio.run(serve_stdio(make_server(), take_stdout()))
        return asyncio.run(serve_tcp(make_server(), *tcp))
    except OSError as error:
        raise click.ClickException(f"cannot listen on {tcp}: {error.strerror}") from error
