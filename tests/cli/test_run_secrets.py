"""What comes from `$NAME` is nowhere in what a build and a run leave, say and show."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from running_nsc import PLAIN

from nscompiler.cli.main import main

PASSWORD = "pä\"ss\\w'rd /&$+Qz90417Zq"
TOKEN = "tok-En.Qz90417Zq-Qz90417Zq"
MODULE = """\
module Vault:0.1.0

type Row = { id : Integer, name : Text }

fun tell : Text -> Text with { password : Text }
fun check : Text -> Text with { password : Text }

def w =
  Sources.http<Text> { http_path = "/w", http_port = 0, http_token = $VAULT_TOKEN, on_error = "skip" } |
    (tell { password = $VAULT_PASSWORD, on_error = "dead_letter", retry = 1 } |
      Sinks.jsonl { path = "out.jsonl" } &
      check { password = $VAULT_PASSWORD, timeout = "30s", on_error = "skip" } | Sinks.log)
"""
SERVICE = """\
import json
import urllib.parse
import nstack


class Module(nstack.Module):
    def tell(self, how):
        password = self.args["password"]
        if how == "plain":
            raise ValueError("cannot log in with " + password)
        if how == "repr":
            raise KeyError(password)
        if how == "json":
            raise ValueError("sent " + json.dumps({"password": password}))
        if how == "url":
            raise ValueError("GET /?password=" + urllib.parse.quote(password))
        if how == "value":
            return {"password": password}
        return how

    def check(self, how):
        return self.tell(how)
"""
HOWS = ("plain", "repr", "json", "url", "value", "fine")


class Collector(ThreadingHTTPServer):
    """Keeps whatever it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Keeper)
        self.received = b""


class Keeper(BaseHTTPRequestHandler):
    """Takes everything."""

    server: Collector

    def do_POST(self) -> None:
        self.server.received += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        head = "\n".join(f"{name}: {value}" for name, value in answer.getheaders())
        return f"{answer.status}\n{head}\n".encode() + answer.read()
    finally:
        connection.close()


def command_lines() -> bytes:
    """Those of all processes, as `ps` shows them."""
    found = b""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += process.read_bytes()
    return found


def left_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_left_said_or_shown(
    tmp_path: Path, collector: Collector, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "module.nml").write_text(MODULE)
    (tmp_path / "service.py").write_text(SERVICE)
    environment = {
        **PLAIN,
        "VAULT_TOKEN": TOKEN,
        "VAULT_PASSWORD": PASSWORD,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    nsc = [str(Path(sys.executable).parent / "nsc")]
    monkeypatch.setattr(os, "environ", environment)
    assert main(["build", str(tmp_path), "-o", str(tmp_path / "out")]) == 0
    assert main(["graph", str(tmp_path), "-o", str(tmp_path / "w.html")]) == 0
    said: dict[str, bytes] = {}
    options = ["--trace", "9", "--metrics-port", "0", "--log-format", form, "--profile"]
    with subprocess.Popen(
        [*nsc, "run", ".", *options], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stderr is not None
        log, ports = b"", {}
        while len(ports) < 2:
            line = process.stderr.readline()
            assert line, log
            log += line
            for what, port in re.findall(rb"(metrics|listening).*http://127\.0\.0\.1:(\d+)/", line):
                ports[what] = int(port)
        for how in HOWS:
            body = f'{{"params": "{how}"}}'
            said[how] = ask(ports[b"listening"], "POST", "/w", body, Authorization=f"Bearer {TOKEN}")
        said["refused"] = ask(ports[b"listening"], "POST", "/w", '{"params": 1}', Authorization="Bearer wrong")
        said["metrics"] = ask(ports[b"metrics"], "GET", "/metrics")
        said["ps"] = command_lines()
        process.send_signal(signal.SIGINT)
        said["log"] = log + process.communicate(timeout=60)[1]
    said["spans"] = collector.received
    left = left_in(tmp_path)
    assert process.returncode == 130
    assert b"dead_letters" in said["log"] or b'"dead_letters"' in said["log"]
    assert said["log"].count(b"cannot log in with ***") >= 3
    assert any(name.endswith("w.jsonl") and b"cannot log in with ***" in text for name, text in left.items())
    assert b"cannot log in with ***" in said["spans"]
    assert b"nsc" in said["ps"]
    everything = {**left, **said}
    # Parts that are in every form in which it could be written.
    for secret in (b"Qz90417Zq", quote(PASSWORD).encode()[:12], b"w'rd", b"tok-En"):
        found = {
            name: text[max(0, text.index(secret) - 200) :][:300] for name, text in everything.items() if secret in text
        }
        assert found == {}
