"""``nsc check --watch``: a real process, real changes, and what it says after each of them."""

import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

GOOD = "Sources.stdin | Sinks.stdout\n"
BAD = "Sources.stdin | shout | Sinks.stdout\n"
FINE, WRONG = "no problems in 1 file", "error[NS0401] there is no function `shout`"
LONGEST = 60


class Watched:
    """A running ``nsc check --watch``."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def told(self) -> str:
        """What it says up to its next rest."""
        assert self._process.stdout is not None
        lines = []
        for line in self._process.stdout:
            if "watching" in line:
                return "".join(lines)
            lines.append(line)
        pytest.fail(f"it ended: {''.join(lines)}")

    def interrupted(self) -> tuple[int, str]:
        """Its exit code after Ctrl-C, and its last words."""
        self._process.send_signal(signal.SIGINT)
        rest = self._process.communicate(timeout=LONGEST)[0]
        return self._process.returncode, rest


Start = Callable[..., Watched]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Start]:
    """Starts ``nsc check --watch`` in the test's folder; both its streams are read as one."""
    started: list[tuple[subprocess.Popen[str], threading.Timer]] = []

    def start(*arguments: str) -> Watched:
        line = [sys.executable, "-m", "nscompiler", "check", "--watch", "--format", "concise", *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(line, cwd=tmp_path, env=PLAIN, text=True, **streams)  # type: ignore[call-overload]
        limit = threading.Timer(LONGEST, process.kill)  # so that a line that never comes fails the test
        limit.start()
        started.append((process, limit))
        return Watched(process)

    yield start
    for process, limit in started:
        process.kill()
        process.communicate()
        limit.cancel()
        limit.join()


def test_each_change_is_checked(watching: Start, tmp_path: Path) -> None:
    file = tmp_path / "w.nml"
    file.write_text(GOOD)
    watched = watching("w.nml")
    assert FINE in watched.told()
    file.write_text(BAD)
    assert WRONG in watched.told()
    file.write_text(GOOD)
    assert FINE in watched.told()
    assert watched.interrupted() == (130, "")


def test_a_file_that_an_editor_puts_in_place_of_the_old_one(watching: Start, tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(GOOD)
    watched = watching()
    assert FINE in watched.told()
    (tmp_path / ".w.swp").write_text(BAD)
    os.replace(tmp_path / ".w.swp", tmp_path / "w.nml")
    assert WRONG in watched.told()


def test_files_that_come_and_go(watching: Start, tmp_path: Path) -> None:
    (tmp_path / "one.nml").write_text(GOOD)
    watched = watching()
    assert FINE in watched.told()
    (tmp_path / "two.nml").write_text(BAD)
    assert WRONG in watched.told()
    (tmp_path / "two.nml").unlink()
    assert FINE in watched.told()


def test_a_file_that_is_not_there_yet(watching: Start, tmp_path: Path) -> None:
    watched = watching("w.nml")
    assert "error[NS0221]" in watched.told()
    (tmp_path / "w.nml").write_text(GOOD)
    assert FINE in watched.told()


def test_a_module_that_is_imported_from_elsewhere(watching: Start, tmp_path: Path) -> None:
    for folder in ("mine", "lib"):
        (tmp_path / folder).mkdir()
    library = tmp_path / "lib" / "module.nml"
    library.write_text("module Lib:1.0.0\n\nfun f : Text -> Text\n")
    (tmp_path / "mine" / "w.nml").write_text("import Lib:1.0.0 as L\nSources.stdin | L.f | Sinks.stdout\n")
    watched = watching("mine", "--path", "lib")
    assert FINE in watched.told()
    library.write_text("module Lib:1.0.0\n\nfun f : Text -> Integer\n")
    assert "error[NS0301]" in watched.told()


def test_options_count_each_time(watching: Start, tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(BAD)
    watched = watching("--ignore", "NS0401", "--stats")
    said = watched.told()
    assert FINE in said
    assert "checked: 0 modules, 1 file" in said


def test_forms_for_programs_do_not_go_with_it(nsc: Nsc) -> None:
    done = nsc("check", "--watch", "--format", "sarif")
    assert done.returncode == 2
    assert "--watch is for people to read" in done.stderr


def test_a_terminal_is_cleared_before_each_check(tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(GOOD)
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "nscompiler", "check", "--watch", "w.nml"]
    process = subprocess.Popen(line, cwd=tmp_path, env=PLAIN, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    limit = threading.Timer(LONGEST, process.kill)
    limit.start()
    try:
        said = b""
        while b"Ctrl-C ends" not in said:
            said += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert re.match(rb"\x1b\[2J\x1b\[3J\x1b\[Hno problems in 1 file\r\n\d\d:\d\d:\d\d checked in \d+ ms", said)
    finally:
        limit.cancel()
        limit.join()
        process.kill()
        process.wait()
        os.close(ours)
