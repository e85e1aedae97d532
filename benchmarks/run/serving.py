"""``Sources.http | method | Sinks.reply`` beside servers by hand that do the same, in turn, under 32 connections."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from peers_at_hand import HERE, installed, version

PORT = 18471
CONNECTIONS = 32
SECONDS = 3.0
ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[int]:
    """A server, once it listens."""
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1.0):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} does not listen")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def load(path: str, seconds: float = SECONDS, connections: int = CONNECTIONS) -> tuple[float, float, float]:
    """Requests a second, p50 and p99 in milliseconds."""
    command = [sys.executable, str(HERE / "load.py"), str(PORT), path, str(connections), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rate, half, most = map(float, done.stdout.split())
    return rate, half, most


def cpu_seconds(pid: int) -> float:
    """What a process has worked so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def serving(folder: Path, rounds: int = 3) -> None:
    """Prints the rates and times of all."""
    source = str(HERE / "replies/answers")
    command = [sys.executable, "-m", "nscompiler", "build", source, "-o", str(folder / "replies")]
    subprocess.run(command, check=True, capture_output=True)
    name = next((folder / "replies").glob("*/__main__.py")).parent.name
    ours = [sys.executable, "-m", name, "answers"]
    python = installed("http")
    ways: dict[str, tuple[list[str], str]] = {
        "workflow, async method": (ours, "/waiting"),
        "workflow, plain method": (ours, "/plainly"),
    }
    if python is not None:
        for framework in ("asgi", "aiohttp", "starlette"):
            for way in ("async", "thread"):
                server = [str(python), str(HERE / "peers/answers.py"), framework, way, str(PORT)]
                ways[f"{framework}, {way}"] = (server, "/any")
    found: dict[str, list[tuple[float, float, float, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, (server, path) in ways.items():
            with running(server, folder / "replies") as pid:
                load(path, 0.5)
                before = cpu_seconds(pid)
                rate, half, most = load(path)
                found[way].append((rate, half, most, 1e6 * (cpu_seconds(pid) - before) / (rate * SECONDS)))
    versions = (
        ", ".join(f"{one} {version(python, one)}" for one in ("uvicorn", "aiohttp", "starlette")) if python else ""
    )
    print(f"{CONNECTIONS} connections, {rounds} turns of {SECONDS:g} s, load {os.getloadavg()[0]:.1f}; {versions}")
    middle = {way: [statistics.median(column) for column in zip(*runs, strict=True)] for way, runs in found.items()}
    for way, (rate, half, most, cpu) in middle.items():
        beside = middle.get("asgi, async" if "async" in way else "asgi, thread", [0.0, 0.0, 0.0, 0.0])
        told = f"{way:24} {rate:8,.0f}/s  p50 {half:6.2f} ms  p99 {most:7.2f} ms  CPU {cpu:4.0f} µs a request"
        print(f"{told}  {rate / (beside[0] or rate):.2f} × its rate, {cpu / (beside[3] or cpu):.2f} × its CPU")
    with running(ours, folder / "replies"):
        load("/waiting", 0.5)
        sleeper = subprocess.Popen(
            [sys.executable, str(HERE / "load.py"), str(PORT), "/sleepy", "1", "4"], stdout=subprocess.DEVNULL
        )
        rate, half, most = load("/waiting")
        sleeper.wait()
    print(f"while a method sleeps for five seconds: {rate:,.0f}/s, p50 {half:.2f} ms, p99 {most:.2f} ms")
