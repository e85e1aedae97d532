"""Methods that misbehave: what becomes of the value is what the policy says, and nothing else happens."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from emitted_package import Package, lines_through

from nscompiler.cli.commands.run import command

SERVICE = """
import ctypes
import multiprocessing
import os
import signal
import sys
import time
import nstack


def shout(queue):
    queue.put("from a child")


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Hostile:
    def __getattr__(self, name):
        raise OSError(name)

    __repr__ = None


class Module(nstack.Module):
    def startup(self):
        print("started", os.getpid() == int(os.environ.get("RUN_PID", "0")))

    def bad(self, kind):
        return getattr(self, "do_" + kind)() or kind

    def do_fine(self):
        pass

    def do_raise(self):
        raise ValueError("on purpose")

    def do_exit(self):
        sys.exit(3)

    def do_garbage(self):
        return {"not": ["a", "text"]}

    def do_unprintable(self):
        raise Unprintable

    def do_hostile(self):
        return Hostile()

    def do_recursion(self):
        return self.do_recursion()

    def do_interrupt(self):
        raise KeyboardInterrupt

    def do_print(self):
        sys.stdout.write("p" * (1 << 20) + "\\n")

    def do_chdir(self):
        os.chdir("/")

    def do_standard(self):
        os.close(0)
        os.close(1)

    def do_handler(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def do_fork(self):
        if os.fork() == 0:
            return "a second run"
        os.wait()

    def do_fork_raise(self):
        if os.fork() == 0:
            raise ValueError("in a second run")
        os.wait()

    async def later(self, kind):
        if os.fork() == 0:
            return "a second run"
        os.wait()
        return kind

    def each(self, kind):
        yield kind
        if os.fork() == 0:
            yield "a second run"
        os.wait()

    def do_multiprocessing(self):
        context = multiprocessing.get_context("fork")
        queue = context.SimpleQueue()
        child = context.Process(target=shout, args=(queue,))
        child.start()
        child.join()
        return queue.get()

    def do_quit(self):
        os._exit(4)

    def do_quit_well(self):
        os._exit(0)

    def do_segfault(self):
        ctypes.string_at(0)

    def do_kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def do_descriptors(self):
        os.closerange(3, 256)

    def do_leak(self):
        held = []
        while True:
            held.append(bytearray(1 << 24))

    def do_sleep(self):
        time.sleep(3600)

    def do_spin(self):
        while True:
            pass
"""

PASSES = "passes"
DIES = "the process of Some.Module:0.1.0 has died"
# What a method does: what is said of it where it runs in the process of the workflow, and in one of its own.
KINDS: dict[str, tuple[str | None, str]] = {
    "raise": ("ValueError: on purpose",) * 2,
    "exit": ("sys.exit(3) was called",) * 2,
    "garbage": ("result: expected Text, got",) * 2,
    "unprintable": ("Unprintable: its text cannot be had: that raises RuntimeError",) * 2,
    "hostile": ("result: expected Text, got <a Hostile>: looking at it raises OSError", "result: expected Text, got"),
    "recursion": ("RecursionError: maximum recursion depth exceeded",) * 2,
    "interrupt": ("KeyboardInterrupt",) * 2,
    "print": (PASSES,) * 2,
    "chdir": (PASSES,) * 2,
    "standard": (PASSES,) * 2,
    "handler": ("ValueError: signal only works in main thread", PASSES),
    "fork": (PASSES,) * 2,
    "fork_raise": (PASSES,) * 2,
    "multiprocessing": (PASSES,) * 2,
    # In the process of the workflow nothing can be done about these.
    "quit": (None, f"{DIES} (exit code 4)"),
    "quit_well": (None, f"{DIES} (exit code 0)"),
    "segfault": (None, f"{DIES} (SIGSEGV)"),
    "kill": (None, f"{DIES} (SIGKILL)"),
    "descriptors": (None, DIES),
    "leak": (None, "MemoryError, with --memory-limit at 256 MiB"),
    "sleep": (None, "took longer than 1 s: the process of Some.Module:0.1.0 was killed"),
    "spin": (None, "took longer than 1 s: the process of Some.Module:0.1.0 was killed"),
}
ENDED = "warning: a process that bad forked came back from it and was ended"
ENDLESS = ("sleep", "spin")
SAID = {"multiprocessing": "from a child"}


def run(package: Package, kinds: list[str], policy: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if not package.made.exists():
        package.write(lines_through(f"bad; Text; Text; on_error='dead_letter'{policy}"), m=SERVICE)
    lines = ["fine", *(line for kind in kinds for line in (kind, "fine"))]
    return package.run(*arguments, input="".join(f"{line}\n" for line in lines))


def check(package: Package, done: subprocess.CompletedProcess[str], said: dict[str, str]) -> None:
    """Each value is in the output or among the dead letters, once and in order; the run has ended as it should."""
    assert done.returncode == 0, done.stderr[-2000:]
    passing = [line for kind in said for line in ([SAID.get(kind, kind)] if said[kind] == PASSES else []) + ["fine"]]
    assert done.stdout.split("\n")[:-1] == ["fine", *passing]
    letters = package.folder / "dead-letters" / "w.jsonl"
    dead = [json.loads(line) for line in letters.read_text().splitlines()]
    assert [letter["value"] for letter in dead] == [kind for kind, text in said.items() if text != PASSES]
    for letter in dead:
        assert said[letter["value"]] in letter["error"], letter["error"]


def test_in_the_process_of_the_workflow(package: Package) -> None:
    said = {kind: here for kind, (here, _) in KINDS.items() if here is not None}
    done = run(package, list(said), "")
    check(package, done, said)
    assert done.stderr.count("p" * (1 << 20)) == 1
    assert done.stderr.count(ENDED) == 2
    assert "in a second run" not in done.stderr
    assert done.stderr.count("w done in") == 1


@pytest.mark.thorough
def test_in_a_process_of_its_own(package: Package) -> None:
    said = {kind: apart for kind, (_, apart) in KINDS.items() if kind not in ENDLESS}
    done = run(package, list(said), "", "--memory-limit", "256MiB")
    check(package, done, said)
    assert done.stderr.count(ENDED) == 2
    # A call on which the process dies is made once more.
    ends = (" (exit code 4)", " (exit code 0)", " (SIGSEGV)", " (SIGKILL)")
    dead = [f"it has died{how}" for how in ends for _ in range(2)]
    why = reasons(done)
    assert (why[:8], why[10:]) == (dead, ["it was killed for its memory"])
    assert done.stderr.count("started") == 1 + len(why)


@pytest.mark.thorough
def test_a_call_without_end_in_a_process_of_its_own(package: Package) -> None:
    said = {kind: KINDS[kind][1] for kind in ENDLESS}
    done = run(package, list(said), ", timeout=1.0")
    check(package, done, said)
    assert reasons(done) == ["it was killed in a call that took longer than 1 s"] * 2


def reasons(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Why the process started again, each time."""
    return re.findall(r"starts again, for (.*?); what its instance had learnt is lost", done.stderr)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        ("quit", 4, "service.py:102, which ends the process before the run is done\n"),
        ("quit_well", 1, "service.py:105, which ends the process before the run is done\n"),
        ("segfault", -11, ""),
    ],
)
def test_what_cannot_be_contained_ends_the_run_and_is_contained_in_isolation(
    package: Package, kind: str, code: int, told: str
) -> None:
    ended = run(package, [kind], "")
    assert ended.returncode == code
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    done = run(package, [kind], "", "--isolate")
    assert (done.returncode, done.stdout) == (0, "fine\nfine\n")


def test_a_loop_whose_descriptors_are_closed_fails_without_a_traceback() -> None:
    program = """if True:
        import asyncio, os
        from nstack.runtime.abrupt import never_a_success
        from nstack.runtime.log import Log

        async def closes():
            os.closerange(3, 256)

        with never_a_success(Log()), asyncio.Runner() as runner:
            runner.run(closes())
            runner.run(asyncio.sleep(0))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: the run cannot go on, as somebody has closed its descriptors: Bad file descriptor\n"


@pytest.mark.parametrize("method", ["later", "each"])
def test_a_coroutine_and_a_generator_that_fork(package: Package, method: str) -> None:
    package.write(lines_through(f"{method}; Text; Text; on_error='stop'"), m=SERVICE)
    done = package.run(input="a\nb\n")
    assert (done.returncode, done.stdout) == (0, "a\nb\n"), done.stderr
    assert done.stderr.count(ENDED.replace("bad", method)) == 2
    assert done.stderr.count("w done in") == 1


def test_a_limit_that_is_none_is_a_usage_error(package: Package) -> None:
    done = run(package, [], "", "--memory-limit=1MiB")
    assert done.returncode == 2
    assert "argument --memory-limit: 1MiB: write a size from 64MiB on, such as 512MiB or 2GiB" in done.stderr


@pytest.mark.parametrize("size", ["12", "63MiB", "much", "-1GiB", "1GiBs", ""])
def test_what_is_no_size(size: str) -> None:
    result = CliRunner().invoke(command, [".", f"--memory-limit={size}"])
    assert result.exit_code == 2
    assert f"{size}: write a size from 64MiB on, such as 512MiB or 2GiB" in result.stderr


@pytest.mark.parametrize(
    ("policy", "kinds", "code"),
    [
        ("on_error='skip'", ["raise", "raise"], 1),
        ("on_error='skip'", ["raise", "fine"], 0),
        ("on_error='skip', fixed={'on_error': 'w.nml:2:1'}", ["raise", "raise"], 0),
    ],
)
def test_a_run_that_skips_everything_unasked_has_failed(
    package: Package, policy: str, kinds: list[str], code: int
) -> None:
    package.write(lines_through(f"bad; Text; Text; {policy}"), m=SERVICE)
    done = package.run(input="".join(f"{kind}\n" for kind in kinds))
    assert done.returncode == code
    told = 'error: all 2 values were skipped, and nothing was written: bind on_error = "skip" if that is meant'
    assert (told in done.stderr) is (code == 1)
    assert ("w failed in" in done.stderr) is (code == 1)


def test_a_policy_from_the_command_line_is_chosen(package: Package, tmp_path: Path) -> None:
    package.write(lines_through("bad; Text; Text; on_error='stop'"), m=SERVICE)
    done = package.run("-p", "on_error=skip", input="raise\n")
    assert (done.returncode, done.stdout) == (0, "")
