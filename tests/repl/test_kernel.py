"""The kernel as Jupyter starts it, driven by Jupyter's own client."""

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

MODULE = """module Words:0.1.0

/// How often a word was there.
type Count = { word : Text, times : Integer }

/// The words of a line.
fun split : Text -> [Text]

fun count : Text -> Count

fun sleep : Text -> Text
"""
SERVICE = """import time

import nstack


class Module(nstack.Module):
    def split(self, line):
        return line.split()

    def count(self, word):
        return {"word": word, "times": len(word)}

    def sleep(self, text):
        print("asleep", flush=True)
        time.sleep(600)
        return text
"""
PATIENCE = 20.0


@attrs.frozen
class Answer:
    """The reply to a cell, and what was shown meanwhile: kinds of messages with their contents."""

    reply: dict[str, Any]
    messages: list[tuple[str, dict[str, Any]]]

    def data(self, kind: str) -> list[dict[str, Any]]:
        """The bundles of one kind of message."""
        return [content["data"] for found, content in self.messages if found == kind]

    def results(self) -> dict[str, Any]:
        """The bundle that shows a run's results in the end."""
        kinds = ("execute_result", "display_data", "update_display_data")
        return [content["data"] for kind, content in self.messages if kind in kinds][-1]

    def stream(self, name: str) -> str:
        """What was written to a stream."""
        return "".join(
            content["text"] for kind, content in self.messages if kind == "stream" and content["name"] == name
        )


class Notebook:
    """A client with one kernel."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def begin(self, cell: str) -> str:
        """Have a cell executed; the message's id."""
        return self.client.execute(cell)

    def end(self, message: str, until: str | None = None) -> Answer:
        """What comes of it, up to the end or the first message with a text in it."""
        messages = []
        while True:
            found = self.client.get_iopub_msg(timeout=PATIENCE)
            if found["parent_header"].get("msg_id") != message:
                continue
            kind, content = found["msg_type"], found["content"]
            messages.append((kind, content))
            if until is not None and until in json.dumps(content):
                return Answer({}, messages)
            if kind == "status" and content["execution_state"] == "idle":
                break
        return Answer(self.reply(message), messages)

    def reply(self, message: str) -> dict[str, Any]:
        """The answer to a request; those to what the client asked while the kernel started may still come before."""
        while True:
            found = self.client.get_shell_msg(timeout=PATIENCE)
            if found["parent_header"].get("msg_id") == message:
                return found["content"]

    def run(self, cell: str) -> Answer:
        """A cell from its beginning to its end."""
        return self.end(self.begin(cell))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``nsc jupyter install`` has put the kernel."""
    prefix = tmp_path_factory.mktemp("prefix")
    command = [sys.executable, "-m", "nscompiler", "jupyter", "install", "--prefix", str(prefix)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"the kernel nstack is at {prefix}/share/jupyter/kernels/nstack\n"
    return prefix / "share/jupyter/kernels"


def wait_for_the_end(pid: int) -> None:
    """Return when a process is no more."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ended, "the process goes on"
    finally:
        os.close(descriptor)


@contextmanager
def started(specs: Path, folder: Path, service: str) -> Iterator[Notebook]:
    """A running kernel in a folder with a module, which is imported."""
    (folder / "words").mkdir()
    (folder / "words/module.nml").write_text(MODULE)
    (folder / "words/service.py").write_text(service)
    finder = KernelSpecManager(kernel_dirs=[str(specs)], ensure_native_kernel=False)
    manager = KernelManager(kernel_name="nstack", kernel_spec_manager=finder)
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "IPYTHONDIR": str(folder / "ipython")}
    manager.start_kernel(cwd=str(folder), env=environment)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    notebook = Notebook(manager, client)
    assert notebook.run("import Words:0.1.0 as W").reply["status"] == "ok"
    yield notebook
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def notebook(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A running kernel."""
    with started(installed, tmp_path_factory.mktemp("notebook"), SERVICE) as running:
        yield running


def plain(answer: Answer) -> list[str]:
    """What is shown, as text."""
    return [bundle["text/plain"] for kind in ("display_data", "execute_result") for bundle in answer.data(kind)]


def test_what_the_kernel_says_of_itself(notebook: Notebook) -> None:
    language = notebook.reply(notebook.client.kernel_info())["language_info"]
    assert (language["name"], language["file_extension"], language["pygments_lexer"]) == ("nstack", ".nml", "nml")


def test_a_type_in_colours(notebook: Notebook) -> None:
    (bundle,) = notebook.run("W.count").data("execute_result")
    assert bundle["text/plain"] == "Text -> Count"
    assert re.search(r'<span style="[^"]+">Text</span>', bundle["text/html"])
    (defined,) = notebook.run("def letters = W.split* | W.count").data("display_data")
    assert defined["text/plain"] == "letters : Text -> Count"


def test_records_are_a_table_and_other_values_json(notebook: Notebook) -> None:
    answer = notebook.run('["a <b>"] | W.split* | W.count')
    bundle = answer.results()
    assert bundle["text/plain"] == '{"word":"a","times":1}\n{"word":"<b>","times":3}'
    assert "<th>word</th><th>times</th>" in bundle["text/html"]
    assert "<td>&lt;b&gt;</td><td>3</td>" in bundle["text/html"]
    assert answer.stream("stderr") == ""
    bundle = notebook.run('["a b"] | W.split').results()
    assert bundle["application/json"] == ["a", "b"]


def test_a_long_list_is_cut_and_counted(notebook: Notebook) -> None:
    bundle = notebook.run(f"{list(range(250))}").results()
    assert bundle["text/plain"].endswith("\n199\n… and 50 more")
    assert len(bundle["application/json"]) == 200


def test_a_workflow_runs_with_its_log(notebook: Notebook) -> None:
    answer = notebook.run('["x"] | Sinks.stdout')
    assert answer.stream("stdout") == "x\n"
    assert "main done in" in answer.stream("stderr")
    assert answer.reply["status"] == "ok"


def test_a_picture(notebook: Notebook) -> None:
    (bundle,) = notebook.run(':graph ["a"] | W.count | Sinks.log').data("display_data")
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "Words.count" in bundle["image/svg+xml"]
    assert "\nflowchart LR\n" in bundle["text/vnd.mermaid"]


def test_an_error_is_drawn_as_in_a_terminal(notebook: Notebook) -> None:
    answer = notebook.run("[1] | W.count")
    ((_, content),) = [found for found in answer.messages if found[0] == "error"]
    assert content["ename"] == "NS0301"
    assert content["evalue"] == "the literal gives Integer, but `W.count` needs Text"
    text = "\n".join(content["traceback"])
    assert "\x1b[" in text
    assert f"In [{answer.reply['execution_count']}]:1:7" in re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert answer.reply["status"] == "error"
    assert notebook.run(":nonsense").reply["evalue"] == "there is no command `:nonsense`"


def test_an_interrupt_stops_the_run_and_not_the_kernel(notebook: Notebook) -> None:
    message = notebook.begin('["a"] | W.sleep')
    notebook.end(message, until="asleep")
    notebook.manager.interrupt_kernel()
    answer = notebook.end(message)
    assert (answer.reply["status"], answer.reply["ename"]) == ("error", "Interrupted")
    assert plain(notebook.run('["still here"]')) == ['"still here"']


@pytest.mark.thorough
def test_a_kernel_that_is_shut_down_takes_its_run_along(installed: Path, tmp_path: Path) -> None:
    with started(installed, tmp_path, SERVICE.replace('"asleep"', '"asleep", __import__("os").getpid()')) as other:
        message = other.begin('["a"] | W.sleep')
        told = other.end(message, until="asleep").stream("stderr")
        pid = int(re.findall(r"asleep (\d+)", told)[0])
        other.manager.shutdown_kernel()
    wait_for_the_end(pid)


def test_completion_inspection_and_whether_a_cell_goes_on(notebook: Notebook) -> None:
    client = notebook.client
    content = notebook.reply(client.complete('["a"] | W.sp', 12))
    cell = '["a"] | W.sp'
    completed = [
        cell[: content["cursor_start"]] + match + cell[content["cursor_end"] :] for match in content["matches"]
    ]
    assert '["a"] | W.split' in completed
    assert notebook.reply(client.complete(":expl", 5))["matches"] == [":explain"]
    content = notebook.reply(client.inspect("W.split*", 3))
    assert content["found"]
    assert "The words of a line." in content["data"]["text/markdown"]
    cells = ("W.split |", "W.split", "W.split )", ":type (")
    states = [notebook.reply(client.is_complete(text))["status"] for text in cells]
    assert states == ["incomplete", "complete", "invalid", "complete"]


def test_history(notebook: Notebook) -> None:
    notebook.run("W.sleep")
    (last,) = notebook.reply(notebook.client.history(hist_access_type="tail", n=1))["history"]
    assert last[2] == "W.sleep"
    (found,) = notebook.reply(notebook.client.history(hist_access_type="search", pattern="import W*"))["history"]
    assert found[2] == "import Words:0.1.0 as W"


def test_commands_with_answers_in_markdown(notebook: Notebook) -> None:
    (bundle,) = notebook.run(":doc W.Count").data("display_data")
    assert bundle["text/markdown"].startswith("```nml\ntype Count")
    (bundle,) = notebook.run(":explain NS0301").data("display_data")
    assert bundle["text/markdown"].startswith("# NS0301")
    assert notebook.run(":quit").reply["payload"] == [{"source": "ask_exit", "keepkernel": False}]


def test_places_to_install_to_exclude_each_other(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nscompiler", "jupyter", "install", "--user", "--sys-prefix"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "exclude each other" in done.stderr) == (2, True)
