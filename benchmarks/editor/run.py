"""How long an editor waits: ``python benchmarks/editor/run.py [--size 1000] [--times 100] [--peers zuban,ty]``.

A client in a process of its own speaks with each language server over pipes. All get the same program of so many
modules, each in its language (``benchmarks/check/corpora.py``), and the same things happen in it: a pipe that does not
fit is written into an open module and taken out again, and each time the diagnostics are waited for; a name and a pipe
are typed and completion is asked for at once; hovers over names. What is printed are milliseconds from the message's
being written to the last byte of the answer, and in brackets those that the server's process worked for one turn (two
changes, where diagnostics are waited for), which a busy machine changes less. Peers come from PyPI into
``benchmarks/check/.peers``; one that cannot be had is left out with the reason.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "check"))
from corpora import write  # noqa: E402

PEERS = HERE.parent / "check/.peers"
#: Seconds that a server may think about one thing.
PATIENCE = 120
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"dynamicRegistration": False},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


@dataclass
class Language:
    """How the same is written in a language: a module's pipe that fits nowhere, the beginning of one, a name."""

    suffix: str
    wrong: str
    begun: str


LANGUAGES = {
    "nml": Language(".nml", "def wrong = base{0} | base{0}\n", "def begun = base{0} | "),
    "py": Language(".py", "wrong = base{0} | base{0}\n", "begun = base{0}."),
}


@dataclass
class Server:
    """A language server: the language that it reads, its command, and its version."""

    name: str
    language: str
    command: list[str]
    version: str


@dataclass
class Client:
    """One conversation with a server."""

    process: asyncio.subprocess.Process
    count: int = 0
    answers: dict[int, asyncio.Future[tuple[float, Any]]] = field(default_factory=dict)
    published: dict[str, tuple[float, list[Any]]] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def listen(self) -> None:
        """Take what the server says, with the moment at which its last byte was there."""
        out = self.process.stdout
        assert out is not None
        while head := await self._head(out):
            length = re.search(rb"Content-Length: (\d+)", head, re.IGNORECASE)
            assert length is not None
            body = await out.readexactly(int(length[1]))
            now = time.perf_counter()
            await self._take(json.loads(body), now)

    @staticmethod
    async def _head(out: asyncio.StreamReader) -> bytes:
        try:
            return await out.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""

    async def _take(self, message: dict[str, Any], now: float) -> None:
        if "method" not in message:
            future = self.answers.pop(message["id"], None)
            if future is not None and not future.done():
                future.set_result((now, message.get("result")))
        elif message["method"] == "textDocument/publishDiagnostics":
            async with self.news:
                self.published[message["params"]["uri"]] = now, message["params"]["diagnostics"]
                self.news.notify_all()
        elif "id" in message:
            items = (message.get("params") or {}).get("items", ()) if isinstance(message.get("params"), dict) else ()
            self.send({"id": message["id"], "result": [None for _ in items]})

    def send(self, message: dict[str, Any]) -> None:
        """Write a message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Any) -> None:
        """Write a notification."""
        self.send({"method": method, "params": params})

    async def request(self, method: str, params: Any) -> tuple[float, Any]:
        """How many seconds the answer took, and the answer."""
        self.count += 1
        future = self.answers[self.count] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.send({"id": self.count, "method": method, "params": params})
        now, result = await asyncio.wait_for(future, PATIENCE)
        return now - began, result


@dataclass
class Document:
    """An open module."""

    client: Client
    number: int
    uri: str
    text: str
    version: int = 1

    def open(self, language: str) -> None:
        """Open it."""
        item = {"uri": self.uri, "languageId": language, "version": self.version, "text": self.text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def replace_tail(self, kept: int, tail: str) -> float:
        """Put another text behind so many characters; the moment at which that was sent."""
        start, end = self._place(kept), self._place(len(self.text))
        self.text, self.version = self.text[:kept] + tail, self.version + 1
        change = {"range": {"start": start, "end": end}, "text": tail}
        document = {"uri": self.uri, "version": self.version}
        began = time.perf_counter()
        self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        return began

    def _place(self, offset: int) -> dict[str, int]:
        before = self.text[:offset]
        return {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}

    def at(self, offset: int) -> dict[str, Any]:
        """A place as requests name it."""
        return {"textDocument": {"uri": self.uri}, "position": self._place(offset)}

    async def told(self, since: float, wanted: Callable[[list[Any]], bool]) -> float:
        """The moment at which fitting diagnostics had come."""

        def here() -> bool:
            now, found = self.client.published.get(self.uri, (0.0, []))
            return now > since and wanted(found)

        async with self.client.news:
            await asyncio.wait_for(self.client.news.wait_for(here), PATIENCE)
        return self.client.published[self.uri][0]


def errors(found: list[Any]) -> int:
    """How many diagnostics are errors."""
    return sum(one.get("severity", 1) == 1 for one in found)


async def converse(server: Server, folder: Path, files: list[Path], times: int) -> dict[str, list[float]]:
    """The milliseconds that each kind of question took."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *server.command, cwd=folder, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, limit=1 << 28
    )
    client = Client(process)
    listening = asyncio.create_task(client.listen())
    try:
        return await _measure(client, server, folder, files, times)
    finally:
        process.kill()
        await process.wait()
        listening.cancel()


async def _measure(
    client: Client, server: Server, folder: Path, files: list[Path], times: int
) -> dict[str, list[float]]:
    language = LANGUAGES[server.language]
    began = time.perf_counter()
    opened = [{"uri": folder.as_uri(), "name": folder.name}]
    await client.request(
        "initialize",
        {
            "processId": os.getpid(),
            "rootUri": folder.as_uri(),
            "capabilities": CAPABILITIES,
            "workspaceFolders": opened,
        },
    )
    client.notify("initialized", {})
    choice = random.Random(1)
    documents = [_document(client, file) for file in choice.sample(files[3:], 8)]
    for document in documents:
        document.open({"nml": "nml", "py": "python"}[server.language])
    first = documents[0]
    await first.told(0.0, lambda found: True)
    found = {"first diagnostics": [1000 * (time.perf_counter() - began)]}
    found["beginning"] = []
    for turn in range(80):  # the rest of the workspace is read; people look around
        found["beginning"].append(1000 * await _hover(first, language, turn))
        await asyncio.sleep(0.1 if turn > 40 else 0.02)
    for name, ask in (("diagnostics", _change), ("completion", _complete), ("hover", _hover)):
        worked = 0.0
        for turn in range(-10, times):  # the first ones warm up
            worked = _worked(client.process.pid) if turn == 0 else worked
            document = documents[turn % len(documents)]
            took = await ask(document, language, turn)
            found.setdefault(name, []).extend([1000 * took] if turn >= 0 else [])
        found[f"{name}, worked"] = [1000 * (_worked(client.process.pid) - worked) / times]
    return found


def _worked(process: int) -> float:
    """The seconds that a process has worked, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _document(client: Client, file: Path) -> Document:
    text = file.read_text()
    number = re.search(r"(?:type|class) Rec(\d+)", text)
    assert number is not None
    return Document(client, int(number[1]), file.as_uri(), text)


async def _change(document: Document, language: Language, turn: int) -> float:
    """From a change to its diagnostics: a fault is written, or taken out."""
    kept = len(document.text)
    began = document.replace_tail(kept, language.wrong.format(document.number))
    told = await document.told(began, lambda found: errors(found) > 0)
    back = document.replace_tail(kept, "")
    gone = await document.told(back, lambda found: errors(found) == 0)
    return told - began if turn % 2 else gone - back


async def _complete(document: Document, language: Language, turn: int) -> float:
    """Something is typed, and what may follow is asked for at once."""
    kept = len(document.text)
    document.replace_tail(kept, language.begun.format(document.number))
    took, result = await document.client.request("textDocument/completion", document.at(len(document.text)))
    items = result if isinstance(result, list) else (result or {}).get("items", [])
    assert items, "nothing was offered"
    document.replace_tail(kept, "")
    return took


async def _hover(document: Document, language: Language, turn: int) -> float:
    """A hover over one of the names of the module."""
    places = [
        found.start() + 1 for found in re.finditer(rf"\b(?:base|many|chain|kept){document.number}\b", document.text)
    ]
    took, result = await document.client.request("textDocument/hover", document.at(places[turn % len(places)]))
    assert result, "nothing was told"
    return took


# --- the servers


def ours() -> Server:
    """This one."""
    command = [sys.executable, "-m", "nscompiler"]
    return Server("nsc", "nml", [*command, "lsp"], _version([*command, "--version"]))


def peer(name: str) -> Server | None:
    """Another one, installed where it is not yet; None where it cannot be had."""
    if not (PEERS / "bin/pip").exists():
        venv.create(PEERS, with_pip=True)
    program = PEERS / "bin" / {"zuban": "zuban", "ty": "ty", "pyright": "pyright-langserver"}[name]
    if not program.exists():
        pip = [str(PEERS / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, f"{name}[nodejs]" if name == "pyright" else name], capture_output=True, check=False
        )
        if done.returncode:
            print(f"{name} is left out: {done.stderr.decode().strip().splitlines()[-1:]}", file=sys.stderr)
            return None
    arguments = {"zuban": ["server"], "ty": ["server"], "pyright": ["--stdio"]}[name]
    versioned = PEERS / "bin" / name
    return Server(name, "py", [str(program), *arguments], _version([str(versioned), "--version"]))


def _version(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().split("\n")[-1]


def share(values: list[float], part: float) -> float:
    """The value that a part of all are not above."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--peers", default="zuban,ty")
    given = parser.parse_args()
    servers = [ours(), *(found for name in given.peers.split(",") if name and (found := peer(name)) is not None)]
    print(f"{given.size} modules; {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("| server | first diagnostics | hovers meanwhile, p95 / most | change → diagnostics | completion | hover |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for server in servers:
            place = Path(folder) / server.language
            files = write(server.language, given.size, place)
            modules = [file for file in files if file.suffix == LANGUAGES[server.language].suffix and "od" in file.stem]
            try:
                found = asyncio.run(converse(server, place, modules, given.times))
            except (TimeoutError, AssertionError, ConnectionError) as error:
                print(f"| {server.version} | does not do it: {error!r} |")
                continue
            cells = [
                f"{share(found[name], 0.5):.1f} / {share(found[name], 0.95):.1f} ({found[f'{name}, worked'][0]:.1f})"
                for name in ("diagnostics", "completion", "hover")
            ]
            meanwhile = f"{share(found['beginning'], 0.95):.1f} / {max(found['beginning']):.1f}"
            begun = f"{found['first diagnostics'][0]:.0f} | {meanwhile}"
            print(f"| {server.version} | {begun} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
