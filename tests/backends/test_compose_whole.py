"""Ten thousand values through four modules in containers, while a stage is killed and the broker starts again: nothing
is lost. A stage is scaled to three, and nothing is left behind."""

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import containers
import pytest

COUNT = 10_000
SENDERS = 8


def stage(name: str, function: str, type_: str, body: str) -> dict[str, str]:
    """A module with one stateless function."""
    folder = name.lower()
    return {
        f"{folder}/module.nml": f"module Plant.{name}:0.1.0\n\n@stateless\nfun {function} : {type_}\n",
        f"{folder}/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n"
        f"    def {function}(self, value):\n        {body}\n",
    }


PROGRAM = {
    **stage("Clean", "clean", "{ n : Integer } -> { n : Integer }", "return value"),
    **stage("Enrich", "enrich", "{ n : Integer } -> [{ n : Integer, sign : Text }]", 'return [(value.n, "+")]'),
    **stage(
        "Score",
        "score",
        "{ n : Integer, sign : Text } -> { n : Integer, score : Double }",
        "return value.n, value.n / 2",
    ),
    **stage(
        "Keep", "keep", "{ n : Integer, score : Double } -> optional { n : Integer, score : Double }", "return value"
    ),
    "nstack-project.yaml": "modules: [w]\nplaces:\n  scoring: {modules: [Plant.Score], memory: 256m, cpus: 1.5}\n",
    "w/module.nml": """module Plant.Workflows:0.1.0

import Plant.Clean:0.1.0 as Clean
import Plant.Enrich:0.1.0 as Enrich
import Plant.Score:0.1.0 as Score
import Plant.Keep:0.1.0 as Keep

def scored = Clean.clean | Enrich.enrich* | Score.score | Keep.keep?
def w = Sources.http<{ n : Integer }> { http_path = "/plants" } | scored | Sinks.jsonl { path = "out.jsonl" }
""",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """The engine."""
    with containers.engine() as found:
        yield found


class Senders:
    """Some clients that send values until each is answered 200."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._waiting: SimpleQueue[int] = SimpleQueue()

    def send(self, numbers: Iterable[int]) -> None:
        """Send some values and wait until all of them are taken."""
        for number in numbers:
            self._waiting.put(number)
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send(self) -> None:
        connection: http.client.HTTPConnection | None = None
        while True:
            try:
                number = self._waiting.get_nowait()
            except Empty:
                break
            taken = False
            while not taken:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
                try:
                    connection.request("PUT", "/plants", json.dumps({"params": {"n": number}}))
                    answer = connection.getresponse()
                    answer.read()
                    taken = answer.status == 200
                except (OSError, http.client.HTTPException):
                    connection.close()
                    connection = None
                if not taken:
                    time.sleep(0.1)
        if connection is not None:
            connection.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def numbers(path: Path) -> list[int]:
    """What the sink has written so far; a line that is being written is left out."""
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line)["n"] for line in whole.splitlines()]


def are_well(all_: list[containers.Container], services: int) -> bool:
    """Whether so many containers run, all of them healthy."""
    running = [one for one in all_ if one.service != "channels"]
    return len(running) == services and all(one.health == "healthy" for one in running)


@pytest.mark.thorough
def test_nothing_is_lost(engine: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    built = containers.build(tmp_path, PROGRAM, source="w/module.nml")
    with containers.project(built, engine, "nstack-whole", HTTP_PORT_8080=str(port)) as project:
        project.up()
        project.until("healthy", lambda all_: are_well(all_, 7))
        senders = Senders(port)
        senders.send(range(2000))

        limits = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.Config.User}} {{.HostConfig.CapDrop}}"
        (score,) = (one for one in project.containers() if one.service == "w-score")
        told = project.docker("inspect", "--format", limits, score.id).stdout
        assert told == f"{256 << 20} 1500000000 10001:10001 [ALL]\n"
        sending = threading.Thread(target=senders.send, args=(range(2000, 4000),))
        sending.start()
        project.kill("w-score")
        sending.join()
        told = project.docker("inspect", "--format", "{{.RestartCount}}", score.id).stdout
        assert int(told) >= 1

        sending = threading.Thread(target=senders.send, args=(range(4000, 7000),))
        sending.start()
        project.compose("restart", "broker")
        sending.join()
        assert "lost the NATS server at broker:4222" in project.output("w-http", log=True)

        project.up("--no-recreate", "--scale", "w-enrich=3")
        project.until("healthy", lambda all_: are_well(all_, 9))
        senders.send(range(7000, COUNT))
        out = project.data / "out.jsonl"
        project.until("written", lambda _: len(set(numbers(out))) == COUNT)
        assert set(numbers(out)) == set(range(COUNT))

        # A scale that is not said again would be one, and two of the three might be gone before `w-http` is refused.
        scales = ("--scale", "w-enrich=3", "--scale", "w-http=2")
        refused = project.compose("up", "--detach", "--no-recreate", *scales, check=False)
        assert refused.returncode != 0
        assert "w-http" in refused.stderr

        project.compose("stop", "--timeout", "30")
        taken = [
            int(count)
            for count in re.findall(r"w\.enrich interrupted in .* \[in=(\d+)", project.output("w-enrich", log=True))
        ]
        assert len(taken) == 3, project.output("w-enrich", log=True)
        assert all(taken), taken
        project.down()
