"""Workflows that are killed, again and again, at points of their own while tokens are open, and while their servers go
away for moments: no value is lost, file sinks of sources that go on from a place have each value once, the runs end.

``make soak`` kills two hundred times, ``.ci/run`` forty, every test run a few. The points are told in
``nstack/runtime/faultpoints.py``, the pipelines in ``crash_pipelines.py``.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker_harness import server
from crash_pipelines import KAFKA, PIPELINES, SERVICE, TYPES, Pipeline, wanted
from databases import ABSENT, BINARIES, answers
from kafka_sides import KafkaSide, cluster

ROOT = Path(__file__).parents[2]
POINTS = {
    "opening": 8,
    "reading": 6,
    "calling": 60,
    "writing": 40,
    "flushing": 40,
    "committing": 8,
    "committed": 8,
    "acknowledging": 30,
    "draining": 1,
}
"""How often a run comes to each point, about. ``opening`` with an open token is a connection that is made again. When
files are put into place no token is open any more; see ``test_going_on.py``."""
AT_START = 5
"""So often a workflow opens something before a batch is under way, about."""
OPENING, INTERRUPTS = 0.8, 16
"""Seconds that a workflow takes to start and to open what it reads and writes, about, and the interrupts meanwhile."""
LIMIT = 60.0
EVERY_DAY = {"files": 2, "postgres": 1}
"""The kills of every test run …"""
SLOW = {"restarted_amqp": 1}
"""… and of ``.ci/run``, where a server takes long to start."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pipelines, in one package."""
    folder = tmp_path_factory.mktemp("crash")
    flows = "".join(pipeline.FLOW for pipeline in PIPELINES.values())
    (folder / "module.nml").write_text(f"module Crash.Copy:0.1.0\n{TYPES}{flows}")
    (folder / "service.py").write_text(SERVICE)
    command = [sys.executable, "-m", "nscompiler", "build", str(folder), "-o", str(folder / "built")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return folder / "built"


@pytest.fixture(scope="module")
def kafka() -> Iterator[None]:
    """A cluster for the pipelines with Kafka."""
    with cluster() as made:
        KafkaSide.CLUSTER, KafkaSide.PORT = made, made.port
        yield


class Killer:
    """Runs one pipeline in rounds, and counts the kills that hit an open token by their points."""

    def __init__(self, built: Path, folder: Path, choice: random.Random) -> None:
        self.built = built
        self.folder = folder
        self.choice = choice
        self.kills: Counter[str] = Counter()
        self.most = dict(POINTS)
        self.taking = asyncio.Event()
        self.rounds = 0
        self.disturbed = 0
        self.waited = 0
        self.patience: float | None = None
        """So many seconds after its start an endless workflow is interrupted; None: when all is done."""

    async def round(self, kind: type[Pipeline], kills: int) -> None:
        """Kills so often at most, then lets the workflow end and looks at its sinks."""
        self.rounds += 1
        folder = self.folder / str(self.rounds)
        folder.mkdir()
        async with kind(folder) as pipeline:
            for _ in range(kills):
                points = [one for one in self.most if pipeline.disturbs or one != "opening"]
                point = self.choice.choice(points)
                least = AT_START if point == "opening" else 1
                count = self.choice.randint(least, max(least, self.most[point]))
                if not await self.run(pipeline, f"{point}:{count}"):
                    self.most[point] = max(least, count // 2)  # it does not come there so often
                    break
            else:
                assert not await self.run(pipeline, "")
            # An endless run may be stopped just when it has taken back what was behind its checkpoint.
            for _ in range(3):
                if pipeline.BOUNDED or all(set(found) == wanted() for found in (await pipeline.sinks()).values()):
                    break
                assert not await self.run(pipeline, "")
            await self._look(pipeline)

    async def _look(self, pipeline: Pipeline) -> None:
        told = (pipeline.folder / "log").read_text()
        for name, found in (await pipeline.sinks()).items():
            assert set(found) == wanted(), (pipeline.NAME, name, sorted(set(found) ^ wanted())[:10], told)
            twice = {part: count for part, count in found.items() if count > 1}
            assert not (twice and name in pipeline.EXACT), (pipeline.NAME, name, twice, told)
        self.waited += told.count("waiting for ") + told.count(" lost ")

    async def run(self, pipeline: Pipeline, fault: str) -> bool:
        """One process; whether it was killed at the point. One that lives ends in order."""
        evidence = pipeline.folder / "told"
        # Held back until somebody listens, as `nsc run` does it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        with (pipeline.folder / "log").open("a") as log:
            log.write(f"--- {fault}\n")
            log.flush()
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "crash_copy", pipeline.NAME],
                cwd=pipeline.folder,
                env=os.environ
                | pipeline.environment
                | {"PYTHONPATH": os.pathsep.join([str(self.built), str(ROOT / "stdlib")])}
                | {"NSTACK_FAULTS": fault, "NSTACK_FAULTS_TOLD": str(evidence)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        try:
            code = await self._watch(pipeline, process, fault)
        finally:
            process.kill()
            process.wait()
        if code == -signal.SIGKILL:
            point, tokens = evidence.read_text().splitlines()[-1].split()
            self.kills[point] += int(tokens) > 0
            return True
        assert code == (0 if pipeline.BOUNDED else 130), (pipeline.folder / "log").read_text()
        return False

    async def _watch(self, pipeline: Pipeline, process: subprocess.Popen[bytes], fault: str) -> int:
        ending = asyncio.create_task(asyncio.to_thread(process.wait))
        disturbing = asyncio.create_task(self._disturb(pipeline, always=fault.startswith("opening")))
        try:
            async with asyncio.timeout(LIMIT):
                if self.patience is not None:
                    await asyncio.wait((ending,), timeout=self.patience)
                    process.send_signal(signal.SIGINT)
                    return await ending
                while not pipeline.BOUNDED and not ending.done():
                    await asyncio.wait((ending,), timeout=0.2)
                    found = {} if ending.done() else await pipeline.sinks()
                    if found and all(set(parts) >= wanted() for parts in found.values()) and await pipeline.is_idle():
                        process.send_signal(signal.SIGINT)
                        break
                return await ending
        finally:
            process.kill()
            if not self.taking.is_set():
                disturbing.cancel()
            await asyncio.gather(ending, disturbing, return_exceptions=True)
            self.taking.clear()

    async def _disturb(self, pipeline: Pipeline, *, always: bool) -> None:
        if pipeline.disturbs and self.patience is None and (self.choice.random() < 0.5 or always):
            await asyncio.sleep(self.choice.uniform(0.3, 0.8))
            self.taking.set()  # from here on it is brought to its end
            self.disturbed += 1
            await pipeline.disturb()


async def killed(name: str, times: int, built: Path, folder: Path, seed: int) -> Killer:
    """A pipeline that is killed so often."""
    killer = Killer(built, folder, random.Random(f"{seed} {name}"))
    while killer.kills.total() < times:
        await killer.round(PIPELINES[name], min(4, times - killer.kills.total()))
    return killer


def needs(name: str) -> None:
    """Skips where a pipeline's server is not there."""
    if name == "restarted" and not BINARIES:
        pytest.skip("no server of PostgreSQL is installed; tests/services.sh installs it")
    if name not in ("files", "restarted") and not answers():
        pytest.skip(ABSENT)
    side = getattr(PIPELINES[name], "SIDE", None)
    if side is not None and side is not KafkaSide and not hasattr(PIPELINES[name], "OWN"):
        server(side.NAME, side.PORT)


async def killed_a_few_times(name: str, built: Path, folder: Path) -> None:
    """What each test run, or `.ci/run`, asks for."""
    times = SLOW.get(name, -(-40 // len(PIPELINES)))
    if os.environ.get("CI") != "true":
        times = EVERY_DAY.get(name, times)
    needs(name)
    assert (await killed(name, times, built, folder, 1)).kills.total() >= times


OF_KAFKA = [pipeline.NAME for pipeline in KAFKA]


@pytest.mark.thorough
@pytest.mark.parametrize("name", EVERY_DAY)
async def test_killed_a_few_times(name: str, built: Path, tmp_path: Path) -> None:
    await killed_a_few_times(name, built, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in PIPELINES if name not in (*EVERY_DAY, *OF_KAFKA)])
async def test_others_killed_a_few_times(name: str, built: Path, tmp_path: Path) -> None:
    await killed_a_few_times(name, built, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("name", OF_KAFKA)
async def test_killed_a_few_times_with_kafka(name: str, built: Path, tmp_path: Path, kafka: None) -> None:
    await killed_a_few_times(name, built, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.thorough if name == "from_amqp" else pytest.mark.soak)
        for name, pipeline in PIPELINES.items()
        if not pipeline.BOUNDED
    ],
)
async def test_interrupted_while_it_opens_it_ends(name: str, built: Path, tmp_path: Path, kafka: None) -> None:
    needs(name)
    killer = Killer(built, tmp_path, random.Random(name))
    async with PIPELINES[name](tmp_path) as pipeline:
        for part in range(INTERRUPTS):
            killer.patience = OPENING * part / INTERRUPTS
            assert not await killer.run(pipeline, "")
        killer.patience = None
        assert not await killer.run(pipeline, "")
        found = await pipeline.sinks()
        told = (tmp_path / "log").read_text()
    assert {name: set(parts) for name, parts in found.items()} == dict.fromkeys(found, wanted()), told
    for noise in ("internal error", "never retrieved", "was destroyed", "never awaited"):
        assert noise not in told


@pytest.mark.soak
async def test_killed_two_hundred_times(
    built: Path, tmp_path: Path, kafka: None, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("NSC_SEED", "1"))
    each = -(-200 // len(PIPELINES))
    kills: Counter[str] = Counter()
    points: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for name in PIPELINES:
        needs(name)
        folder = tmp_path / name
        folder.mkdir()
        killer = await killed(name, each, built, folder, seed)
        kills[name] = killer.kills.total()
        points += killer.kills
        runs += Counter(rounds=killer.rounds, disturbed=killer.disturbed, waited=killer.waited)
    record_property("kills", kills.total())
    record_property("kills by pipeline", dict(kills))
    record_property("kills by point", dict(points))
    record_property("rounds that ended, values complete", runs["rounds"])
    record_property("servers taken away", runs["disturbed"])
    assert kills.total() >= 200
    assert runs["waited"] > 0
