"""What a run is told by the container that it is in: a file to keep fresh."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package

Lines = Callable[..., str]

PASS = """
import nstack

class Module(nstack.Module):
    def f(self, text):
        return text
"""


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    latest = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < latest
        time.sleep(0.02)


@pytest.mark.thorough
def test_the_file_is_touched_while_the_run_is_well_and_gone_afterwards(
    package: Package, lines: Lines, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    alive.write_text("of a run before")
    os.utime(alive, (0, 0))
    package.write(lines("f; Text; Text;"), m=PASS)
    process = package.start("--alive-file", str(alive))
    until(lambda: alive.exists() and alive.stat().st_mtime > 1)
    assert alive.read_bytes() == b""
    os.utime(alive, (0, 0))
    until(lambda: alive.stat().st_mtime > 1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert not alive.exists()
