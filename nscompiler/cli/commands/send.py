"""``nsc send``: one value to the HTTP source of a running workflow."""

import sys
from urllib.parse import quote, urlsplit

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.values import ValueCommand, json_text

HOST, PORT = "127.0.0.1", 8080
"""Where a workflow listens that says nothing else."""


@click.command("send", cls=ValueCommand)
@click.argument("path", metavar="PATH|URL")
@click.argument("value", metavar="JSON")
@click.option("--host", help=f"The machine that the workflow runs on; {HOST} by default.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"The source's http_port; {PORT} by default.")
@click.option("--timeout", default=60.0, show_default=True, type=float, help="Seconds to wait for the answer.")
def command(path: str, value: str, host: str | None, port: int | None, timeout: float) -> int:
    """Send one value to an HTTP source and print the answer.

    PATH is the source's http_path, or URL its whole address: http://HOST:PORT/PATH. JSON is the value, or `-` to read
    it from standard input.
    """
    host, port, path = _address(path, host, port)
    body = f'{{"params": {json_text(_read() if value == "-" else value)}}}'
    status, answer = _post(host, port, path, body.encode(), timeout)
    if status >= 400:
        raise Failure(f"{host}:{port} answered {status}: {answer.strip()}")
    click.echo(answer.rstrip("\n"))
    return exits.OK


def _address(path: str, host: str | None, port: int | None) -> tuple[str, int, str]:
    """The machine, the port and the path as a request has it. Raises a usage error for an address that is none."""
    if "://" in path:
        if host is not None or port is not None:
            raise click.UsageError(f"{path} is a whole address; --host and --port go with a path alone")
        host, port, path = _taken_apart(path)
    return host or HOST, port or PORT, "/" + quote(path.lstrip("/"), safe="/%?:@!$&'()*+,;=~")


def _taken_apart(url: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise click.UsageError(f"{url} is no address: {error}") from None
    if parts.scheme != "http":
        raise click.UsageError(f"{url}: an HTTP source has an address that starts with http://")
    if not host:
        raise click.UsageError(f"{url} names no machine; write http://HOST:PORT/PATH")
    return host, port if port is not None else 80, parts.path + (f"?{parts.query}" if parts.query else "")


def _read() -> str:
    return sys.stdin.buffer.read().decode(errors="surrogateescape")


def _post(host: str, port: int, path: str, body: bytes, timeout: float) -> tuple[int, str]:
    from contextlib import closing
    from http.client import HTTPConnection, HTTPException

    try:
        with closing(HTTPConnection(host, port, timeout=timeout)) as connection:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
    except ConnectionRefusedError:
        raise Failure(f"nothing listens on {host}:{port}", "is the workflow running, and on this port?") from None
    except TimeoutError:
        raise Failure(f"{host}:{port} did not answer within {timeout:g} seconds") from None
    except (OSError, HTTPException, UnicodeError) as error:  # a name that cannot be one is refused in several ways
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise Failure(f"cannot reach {host}:{port}: {reason}") from None
