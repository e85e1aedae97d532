"""``nsc send``: what goes over the wire, and what the command says to each answer."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner, Result

from nscompiler.cli.commands.send import command
from nscompiler.cli.failure import Failure


class Endpoint(HTTPServer):
    """Answers every request with ``answer`` and keeps what came."""

    answer = (200, "Message Accepted")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, str, bytes]] = []


class Handler(BaseHTTPRequestHandler):
    """Keeps the method, the path and the body of a request."""

    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.command, self.path, body))
        status, text = self.server.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def send(port: int, *arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(command, [*arguments, "--port", str(port)], input=input, standalone_mode=False)


def test_the_value_is_posted_as_params(endpoint: Endpoint) -> None:
    result = send(endpoint.server_port, "demo", '{"x": 1.50}')
    assert result.return_value == 0
    assert result.stdout == "Message Accepted\n"
    assert endpoint.received == [("POST", "/demo", b'{"params": {"x": 1.50}}')]


def test_the_value_may_come_from_standard_input(endpoint: Endpoint) -> None:
    send(endpoint.server_port, "/demo", "-", input='"é"\n')
    assert json.loads(endpoint.received[0][2]) == {"params": "é"}


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_refusal_fails_with_its_text(endpoint: Endpoint, status: int) -> None:
    endpoint.answer = (status, "params: expected Text, got 3")
    result = send(endpoint.server_port, "demo", "3")
    assert isinstance(result.exception, Failure)
    assert f"answered {status}: params: expected Text, got 3" in result.exception.message
    assert result.exception.exit_code == 1


def test_nothing_listens(free_port: int) -> None:
    result = send(free_port, "demo", "3")
    assert isinstance(result.exception, Failure)
    assert result.exception.message == f"nothing listens on 127.0.0.1:{free_port}"


@pytest.mark.parametrize("value", ["hello", "{", "NaN", "", "[" * 200_000])
def test_a_value_that_is_no_json_is_a_usage_error(value: str) -> None:
    result = CliRunner().invoke(command, ["demo", value])
    assert result.exit_code == 2
    assert "the value is not JSON" in result.stderr
