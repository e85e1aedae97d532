"""A page with Monaco, in a Chromium without a screen, attached to the language server by Monaco's own client."""

import asyncio
import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from node_packages import MONACO, installed
from test_neovim import BROKEN
from websockets.asyncio.server import ServerConnection, serve

PAGE = MONACO
# Without these a browser that has no network asks for it all the same.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


def chromium() -> str:
    """The browser; skips where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed; `make browser` does it")
    return found


class Files(SimpleHTTPRequestHandler):
    """Gives out the page and Monaco, and takes the page's facts."""

    facts: Queue[Any] = Queue()

    def translate_path(self, path: str) -> str:
        """``/vs/…`` is Monaco."""
        monaco = PAGE / "node_modules/monaco-editor/min"
        return super().translate_path(path) if not path.startswith("/vs/") else str(monaco / path.split("?")[0][1:])

    def do_POST(self) -> None:
        """The facts."""
        self.facts.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what went wrong is among the facts."""


@contextmanager
def page_server() -> Iterator[int]:
    """The port at which the page is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(PAGE))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


async def bridge(socket: ServerConnection) -> None:
    """A language server for one connection: a message of the socket is one of the protocol."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nscompiler", "lsp"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    back = asyncio.create_task(_answers(server.stdout, socket))
    async for message in socket:
        body = message if isinstance(message, bytes) else message.encode()
        server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    server.stdin.close()
    await back
    await server.wait()


async def _answers(stream: asyncio.StreamReader, socket: ServerConnection) -> None:
    with suppress(asyncio.IncompleteReadError):
        while True:
            header = await stream.readuntil(b"\r\n\r\n")
            length = int(header.split(b"Content-Length:")[1].split(b"\r\n")[0])
            body = await stream.readexactly(length)
            with suppress(Exception):  # the page is gone
                await socket.send(body.decode())


async def facts_of(folder: Path, text: str) -> dict[str, Any]:
    """What is to be seen on the page."""
    file = folder / "main.nml"
    file.write_text(text, "utf-8")
    with page_server() as port:
        async with serve(bridge, "127.0.0.1", 0, max_size=None) as sockets:
            address = f"ws://127.0.0.1:{next(iter(sockets.sockets)).getsockname()[1]}"
            asked = urlencode({"socket": address, "file": file.as_uri(), "text": text})
            url = f"http://127.0.0.1:{port}/page.html?{asked}"
            options = ("--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,700", *QUIET)
            browser = subprocess.Popen(
                [chromium(), *options, f"--user-data-dir={folder / 'browser'}", "--remote-debugging-port=0", url],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | {"HOME": str(folder)},
            )
            try:
                return await asyncio.to_thread(Files.facts.get, timeout=90)
            finally:
                browser.terminate()
                await asyncio.to_thread(browser.wait, 30)


async def test_monaco_attached_to_the_server(tmp_path: Path) -> None:
    chromium()
    installed(PAGE)
    facts = await facts_of(tmp_path, BROKEN)
    assert "error" not in facts, facts["error"]
    assert [(one["line"], one["code"]) for one in facts["markers"]] == [(7, "NS0401")]
    assert facts["squiggles"] >= 1
    assert "What it costs." in facts["hover"]
    assert "fun price : { count : Integer } -> Double" in facts["hover"]
    assert facts["completion"][0] == "round"
    assert any("round" in offer for offer in facts["offers"])
    assert facts["fixed"] == BROKEN.replace("roundd", "round")
