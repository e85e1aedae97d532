"""What crosses between the event loop and other threads: nothing is left lying, and a call that never returns keeps no
run from ending.
"""

import asyncio
import os
import signal
import threading
from collections import deque

import pytest
from emitted_package import MODULE, STDOUT, Package
from nstack.runtime.aside import Handover, IOThreads

PIPE = f"""
{MODULE}
source_1 = Source("Sources.jsonl", Text, origin="w.nml:1:9", text="Sources.jsonl",
                  parameters=(Parameter("path", "Text", "pipe"), Parameter("max_line", "Integer", 9),
                              Parameter("if_none", "Text", "error"), Parameter("compression", "Text", "none")))
{STDOUT}

def run(values, token):
    for v in values:
        stdout_9(v, token)

workflow = Workflow("w", sources=((source_1, run),), sinks=(stdout_9,), bounded=True)
"""


class Meeting(deque[int]):
    """A queue of which two threads have each put something in before either goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def append(self, thing: int) -> None:
        """Adds it, and waits for the other."""
        super().append(thing)
        self.both.wait(10)


def test_what_two_threads_hand_over_at_once_is_taken() -> None:
    taken: list[int] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        all_taken = asyncio.Event()

        def take(thing: int) -> None:
            taken.append(thing)
            if len(taken) == 2:
                all_taken.set()

        handover = Handover(loop, take)
        handover._waiting = Meeting()
        threads = [threading.Thread(target=handover.give, args=(number,)) for number in (1, 2)]
        for thread in threads:
            thread.start()
        await asyncio.wait_for(all_taken.wait(), 10)

    asyncio.run(main())
    assert sorted(taken) == [1, 2]


@pytest.mark.thorough
def test_a_thread_that_does_not_return_is_known() -> None:
    threads, gate = IOThreads(), threading.Event()
    done = threads.submit(int, "3")
    assert not threads.are_stuck()
    assert done.result() == 3
    threads.submit(gate.wait)
    assert threads.are_stuck()
    gate.set()
    assert not threads.are_stuck()
    threads.shutdown()


@pytest.fixture
def reading(package: Package) -> Package:
    """A workflow that reads a named pipe."""
    package.write(PIPE)
    os.mkfifo(package.folder / "pipe")
    return package


@pytest.mark.thorough
def test_a_run_that_reads_a_silent_pipe_can_be_stopped(reading: Package) -> None:
    process = reading.start()
    pipe = os.open(reading.folder / "pipe", os.O_RDWR)
    os.write(pipe, b'"one"\n')
    assert process.stdout is not None
    assert process.stdout.readline() == "one\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    os.close(pipe)
    assert process.returncode == 130, err
    assert "w interrupted" in err


@pytest.mark.thorough
def test_a_run_that_waits_for_a_pipes_writer_can_be_stopped(reading: Package) -> None:
    held = (signal.SIGINT, signal.SIGTERM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        process = reading.start()  # which inherits what is held back, and lets it through once it can stop
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, ""), err
    assert "w interrupted" in err
