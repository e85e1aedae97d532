"""``nsc send``: one value to the HTTP source of a running workflow."""

import json
import sys

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure


@click.command("send")
@click.argument("path")
@click.argument("value", metavar="JSON")
@click.option("--host", default="127.0.0.1", show_default=True, help="The machine that the workflow runs on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="The source's http_port.")
@click.option("--timeout", default=60.0, show_default=True, type=float, help="Seconds to wait for the answer.")
def command(path: str, value: str, host: str, port: int, timeout: float) -> int:
    """Send one value to an HTTP source and print the answer.

    PATH is the source's http_path; JSON is the value, or `-` to read it from standard input.
    """
    body = f'{{"params": {checked_json(sys.stdin.read() if value == "-" else value)}}}'
    status, answer = _post(host, port, "/" + path.lstrip("/"), body.encode(), timeout)
    if status >= 400:
        raise Failure(f"{host}:{port} answered {status}: {answer.strip()}")
    click.echo(answer.rstrip("\n"))
    return exits.OK


def checked_json(text: str) -> str:
    """The text of a command line argument as given, if it is JSON. Raises a usage error if not."""
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"the value is not JSON: {error}; text needs quotes: '\"like this\"'") from None
    return text


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON value")


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
        raise Failure(f"cannot reach {host}:{port}: {error}") from None
