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


def test_what_a_problem_document_says_is_told(endpoint: Endpoint) -> None:
    for document, says in (({"detail": "failed"}, "failed"), ({"detail": "failed", "id": "4f"}, "failed (id 4f)")):
        endpoint.answer = (500, json.dumps(document))
        result = send(endpoint.server_port, "demo", "3")
        assert isinstance(result.exception, Failure)
        assert result.exception.message.endswith(f"answered 500: {says}")


def test_nothing_listens(free_port: int) -> None:
    result = send(free_port, "demo", "3")
    assert isinstance(result.exception, Failure)
    assert result.exception.message == f"nothing listens on 127.0.0.1:{free_port}"


def test_a_whole_address_in_place_of_the_path(endpoint: Endpoint) -> None:
    address = f"http://localhost:{endpoint.server_port}"
    for given in (f"{address}/demo/größe x", f"{address}/a?b=%20", address):
        assert CliRunner().invoke(command, [given, "-5"], standalone_mode=False).return_value == 0
    assert endpoint.received == [
        ("POST", path, b'{"params": -5}') for path in ("/demo/gr%C3%B6%C3%9Fe%20x", "/a?b=%20", "/")
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["ftp://localhost/x"],
            "ftp://localhost/x: an HTTP source has an address that starts with http:// or https://",
        ),
        (["x", "--token", "secret"], "name a variable that holds it, as in --token '$TOKEN'"),
        (["x", "--token", "$NOT_SET_ANYWHERE"], "--token: $NOT_SET_ANYWHERE is not set"),
        (["http://:80/x"], "http://:80/x names no machine; write http://HOST:PORT/PATH"),
        (["http://localhost:99999/x"], "http://localhost:99999/x is no address: Port out of range 0-65535"),
        (["http://localhost/x", "--port", "1"], "--host and --port go with a path alone"),
    ],
)
def test_an_address_that_cannot_be_meant(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(command, [*arguments, "1"])
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("hello", """not JSON: expecting value at column 1; text needs quotes: '"like this"'"""),
        ("{", "not JSON: expecting property name enclosed in double quotes at column 2\n"),
        ('"a', "not JSON: unterminated string starting at column 1\n"),
        ("[\n1,]", "not JSON: expecting value at line 2, column 3\n"),
        ("NaN", "not JSON: NaN is no value of JSON; its numbers are finite\n"),
        ("[-Infinity]", "not JSON: -Infinity is no value of JSON; its numbers are finite\n"),
        ("", "not JSON: it is empty\n"),
        ("[" * 200_000, "the value is nested more than 200 levels deep\n"),
        ("[" * 201 + "]" * 201, "the value is nested more than 200 levels deep\n"),
        ('"\udcff"', "the value is no text in UTF-8\n"),
    ],
)
def test_a_value_that_is_no_json_is_a_usage_error(value: str, says: str) -> None:
    result = CliRunner().invoke(command, ["demo", value])
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("value", ["9" * 5000, "1e999", "[" * 200 + "]" * 200, '"' + "[" * 300 + '"'])
def test_numbers_and_depth_are_for_the_source_to_judge(endpoint: Endpoint, value: str) -> None:
    assert send(endpoint.server_port, "demo", value).return_value == 0
    assert endpoint.received[0][2] == b'{"params": ' + value.encode() + b"}"
