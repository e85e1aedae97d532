"""The child process of ``nsc run``: its exit code is ours, and each signal reaches it once."""

import os
import signal
import subprocess
import sys

import pytest

RUN = (
    "import os, sys; from nscompiler.cli.child import run_python; sys.exit(run_python(sys.argv[1:], dict(os.environ)))"
)

# Counts the signals that arrive until it is told to stop, and then says how many there were.
COUNTER = """
import signal, sys
seen = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda got, _: seen.append(got))
signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
print("ready", flush=True)
for line in sys.stdin:
    print(len(seen), flush=True)
"""


def start(code: str, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", RUN, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
    )


@pytest.mark.parametrize(("code", "exit_code"), [("pass", 0), ("raise SystemExit(3)", 3)])
def test_the_exit_code_is_the_childs(code: str, exit_code: int) -> None:
    assert start(code).wait(20) == exit_code


def test_a_signal_waits_until_the_program_can_stop_in_order() -> None:
    code = "import signal; print(*sorted(number.name for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])))"
    child = start(code)
    assert child.communicate(timeout=20)[0] == "SIGINT SIGTERM\n"


def test_a_killed_child_counts_as_shells_count() -> None:
    assert start("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").wait(20) == 137


def test_standard_streams_pass_through() -> None:
    process = start("import sys; sys.stdout.write(sys.stdin.read().upper())")
    assert process.communicate("hello", timeout=20)[0] == "HELLO"


def seen_by(process: subprocess.Popen[str]) -> int:
    """How many signals the child has had so far; asking is an answer to whatever was sent before."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("?\n")
    process.stdin.flush()
    return int(process.stdout.readline())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("sent_to", ["process", "group", "process and group"])  # the last is what `timeout` does
def test_a_signal_arrives_once(number: int, sent_to: str) -> None:
    process = start(COUNTER, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    if "process" in sent_to:
        os.kill(process.pid, number)
    if "group" in sent_to:
        os.killpg(process.pid, number)
    while seen_by(process) == 0:
        pass
    assert [seen_by(process) for _ in range(20)] == [1] * 20
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0


def test_the_terminals_interrupt_is_not_delivered_twice() -> None:
    master, slave = os.openpty()
    tty_counter = COUNTER.replace("for line in sys.stdin:", "for line in iter(sys.stdin.readline, ''):")
    starter = (
        "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", starter, "-c", RUN, "-c", tty_counter], stdin=slave, stdout=subprocess.PIPE, text=True
    )
    os.close(slave)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.write(master, b"\x03")
    answers = []
    while not answers or answers[-1] == 0 or len(answers) < 20:
        os.write(master, b"?\n")
        answers.append(int(process.stdout.readline()))
    assert answers[-1] == 1
    os.write(master, b"\x04")
    assert process.wait(20) == 0
    os.close(master)
