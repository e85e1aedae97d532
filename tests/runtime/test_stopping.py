"""How a run ends: signals, readers that go, sources that sleep."""

import asyncio
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package
from nstack.runtime.parting import at_most, nothing_runs_on

Lines = Callable[..., str]

HOLD = """
import nstack

class Module(nstack.Module):
    def hold(self, text):
        yield text + " begun"
        with open(text) as gate:          # until the test has sent its signal
            yield text + " " + gate.read()

    def shutdown(self):
        print("shutdown ran")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_drains(package: Package, lines: Lines, tmp_path: Path, number: int) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    package.write(lines("hold; Text; Text;"), m=HOLD)
    process = package.start()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(f"{gate}\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"{gate} begun\n"
    process.send_signal(number)
    assert "stopping" in process.stderr.readline()
    gate.write_text("ended")
    out, err = process.stdout.read(), process.stderr.read()
    assert process.wait(30) == 130
    assert out == f"{gate} ended\n"
    assert "shutdown ran" in err
    assert "w interrupted" in err


def test_a_signal_that_came_before_the_start_stops_in_order(package: Package, lines: Lines) -> None:
    package.write(lines("hold; Text; Text;"), m=HOLD)
    held = (signal.SIGINT, signal.SIGTERM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        process = package.start()  # which inherits what is held back
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "stopping" in err
    assert "Traceback" not in err


def test_the_second_signal_stops_at_once(package: Package, lines: Lines, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    package.write(lines("hold; Text; Text;"), m=HOLD)
    process = package.start()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(f"{gate}\n")
    process.stdin.flush()
    assert process.stdout.readline() == f"{gate} begun\n"
    process.send_signal(signal.SIGINT)
    assert "stopping" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert "shutdown ran" not in process.stderr.read()
    process.stdin.close()


@pytest.mark.thorough
def test_a_source_that_sleeps_is_left_behind(package: Package) -> None:
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        ticks_1 = Source(module, Text, function="ticks", origin="w.nml:1:1", text="M.ticks")
        out_2 = Sink("Sinks.stdout", Text, origin="w.nml:1:9", text="Sinks.stdout")
        def run(values, token):
            for a in values:
                out_2(a, token)
        workflow = Workflow("w", sources=((ticks_1, run),), sinks=(out_2,))
        """,
        m="""
        import threading
        import nstack

        class Module(nstack.Module):
            def ticks(self):
                yield "one"
                threading.Event().wait()

            def shutdown(self):
                print("shutdown ran")
        """,
    )
    process = package.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "one\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "still waits for its next value and is left behind" in err
    assert "Traceback" not in err
    assert "shutdown ran" in err
    assert out == ""


@pytest.mark.thorough
def test_an_opening_that_does_not_let_itself_be_cancelled_is_left_behind(package: Package, lines: Lines) -> None:
    package.write(
        lines("echo; Text; Text;"),
        m="""
        import asyncio
        import sys
        import nstack
        from nstack.connectors.stdio import StdinSource

        async def opened(self, *given):
            print("opening", file=sys.stderr, flush=True)
            while True:
                try:
                    await asyncio.get_running_loop().create_future()
                except asyncio.CancelledError:
                    print("no", file=sys.stderr)

        StdinSource.open = opened

        class Module(nstack.Module):
            def echo(self, text):
                return text
        """,
    )
    process = package.start()
    assert process.stderr is not None
    assert process.stderr.readline() == "opening\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.count("no\n") == 2
    assert "w interrupted" in err
    assert "Traceback" not in err


async def test_what_is_cancelled_is_waited_for_only_so_long() -> None:
    refusals = []

    async def stubborn() -> None:
        while len(refusals) < 3:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError as error:
                refusals.append(error)

    assert not await at_most(0.01, stubborn())
    assert len(refusals) == 0  # it is cancelled, and not waited for
    await asyncio.sleep(0)
    assert len(refusals) == 1
    assert not await nothing_runs_on(0.01)
    assert len(refusals) == 2
    assert await nothing_runs_on(1)
    assert len(refusals) == 3


async def test_what_goes_wrong_in_time_is_raised() -> None:
    async def wrong() -> None:
        raise ValueError("this")

    async def quick() -> None:
        return

    with pytest.raises(ValueError, match="this"):
        await at_most(1, wrong())
    assert await at_most(1, quick())


@pytest.mark.thorough
def test_a_stalled_reader_stalls_the_source(package: Package, tmp_path: Path) -> None:
    """Back-pressure: with nobody reading, the source is soon asked for no more."""
    counter = tmp_path / "count"
    package.write(
        """
        module = UserModule("Some.Module:0.1.0", FOLDER / "m")
        flood_1 = Source(module, Text, function="flood", origin="w.nml:1:1", text="M.flood")
        out_2 = Sink("Sinks.stdout", Text, origin="w.nml:1:9", text="Sinks.stdout")
        def run(values, token):
            for a in values:
                out_2(a, token)
        workflow = Workflow("w", sources=((flood_1, run),), sinks=(out_2,))
        """,
        m=f"""
        import mmap, os, struct
        import nstack

        class Module(nstack.Module):
            def flood(self):
                descriptor = os.open({str(counter)!r}, os.O_RDWR | os.O_CREAT)
                os.ftruncate(descriptor, 8)
                seen = mmap.mmap(descriptor, 8)
                for number in range(2_000_000):
                    struct.pack_into("q", seen, 0, number)
                    yield "x" * 100
        """,
    )
    process = package.start()
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()

    def made() -> int:
        return int.from_bytes(counter.read_bytes(), "little")

    before, now = -1, made()
    while now != before:  # it stops by itself; without back-pressure it would end at two million, and say so
        assert not select.select([process.stderr], [], [], 0.3)[0], process.stderr.readline()
        before, now = now, made()
    assert now < 100_000
    process.kill()
    process.communicate()


def test_a_reader_that_has_enough_ends_the_run_quietly(package: Package, lines: Lines) -> None:
    package.write(
        lines("many; Text; Text;"),
        m="""
        import nstack

        class Module(nstack.Module):
            def many(self, text):
                while True:
                    yield text
        """,
    )
    process = package.start()
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write("y\n")
    process.stdin.close()
    assert process.stdout.readline() == "y\n"
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait(30) == 0, error
    assert "Traceback" not in error
    assert "error:" not in error
