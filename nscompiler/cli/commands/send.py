"""``nsc send``: one value to the HTTP source of a running workflow."""

import json
import os
import sys
from urllib.parse import quote, urlsplit

import attrs
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
@click.option("--token", metavar="$NAME", help="The variable that holds the source's http_token.")
@click.option("--timeout", default=60.0, show_default=True, type=float, help="Seconds to wait for the answer.")
def command(path: str, value: str, host: str | None, port: int | None, token: str | None, timeout: float) -> int:
    """Send one value to an HTTP source and print the answer.

    PATH is the source's http_path, or URL its whole address: http://HOST:PORT/PATH, or https://… where the source has a
    certificate that this machine believes (SSL_CERT_FILE names others). JSON is the value, or `-` to read it from
    standard input.
    """
    address = _address(path, host, port)
    body = f'{{"params": {json_text(_read() if value == "-" else value)}}}'
    status, answer = _post(address, body.encode(), _headers(token), timeout)
    if status >= 400:
        raise Failure(f"{address.host}:{address.port} answered {status}: {_detail(answer)}")
    click.echo(answer.rstrip("\n"))
    return exits.OK


@attrs.frozen(slots=True)
class Address:
    """Where a value goes; ``path`` as a request has it."""

    host: str
    port: int
    path: str
    tls: bool = False


def _address(path: str, host: str | None, port: int | None) -> Address:
    """Raises a usage error for an address that is none."""
    if "://" not in path:
        return Address(host or HOST, port or PORT, _quoted(path))
    if host is not None or port is not None:
        raise click.UsageError(f"{path} is a whole address; --host and --port go with a path alone")
    return _taken_apart(path)


def _quoted(path: str) -> str:
    return "/" + quote(path.lstrip("/"), safe="/%?:@!$&'()*+,;=~")


def _taken_apart(url: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise click.UsageError(f"{url} is no address: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise click.UsageError(f"{url}: an HTTP source has an address that starts with http:// or https://")
    if not host:
        raise click.UsageError(f"{url} names no machine; write http://HOST:PORT/PATH")
    tls = parts.scheme == "https"
    path = _quoted(parts.path + (f"?{parts.query}" if parts.query else ""))
    return Address(host, port if port is not None else 443 if tls else 80, path, tls)


def _headers(token: str | None) -> dict[str, str]:
    """Those of the request. A token is taken from the environment, since everybody sees arguments (`ps`)."""
    headers = {"Content-Type": "application/json"}
    if token is None:
        return headers
    held = os.environ.get(token.removeprefix("$"))
    if not token.startswith("$") or not held:
        missing = f"{token} is not set" if token.startswith("$") else "the token would be seen by everybody"
        raise click.UsageError(f"--token: {missing}; name a variable that holds it, as in --token '$TOKEN'")
    return {**headers, "Authorization": f"Bearer {held}"}


def _detail(answer: str) -> str:
    """What a problem document says; the answer itself where it is none."""
    try:
        told = json.loads(answer)
        return f"{told['detail']} (id {told['id']})" if "id" in told else str(told["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.strip()


def _read() -> str:
    return sys.stdin.buffer.read().decode(errors="surrogateescape")


def _post(address: Address, body: bytes, headers: dict[str, str], timeout: float) -> tuple[int, str]:
    from contextlib import closing
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    where = f"{address.host}:{address.port}"
    try:
        kind = HTTPSConnection if address.tls else HTTPConnection
        with closing(kind(address.host, address.port, timeout=timeout)) as connection:
            connection.request("POST", address.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
    except ConnectionRefusedError:
        raise Failure(f"nothing listens on {where}", "is the workflow running, and on this port?") from None
    except TimeoutError:
        raise Failure(f"{where} did not answer within {timeout:g} seconds") from None
    except (OSError, HTTPException, UnicodeError) as error:  # a name that cannot be one is refused in several ways
        reason = getattr(error, "verify_message", None) or (error.strerror if isinstance(error, OSError) else None)
        raise Failure(f"cannot reach {where}: {reason or error}") from None
