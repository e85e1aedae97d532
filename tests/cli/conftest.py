"""Running ``nsc`` as users do, and a port that nobody uses."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc


@pytest.fixture
def nsc(tmp_path: Path) -> Nsc:
    """Runs ``nsc`` in the test's folder and returns what it did."""

    def run(
        *arguments: str, input: str | None = "", cwd: Path = tmp_path, **more: object
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nscompiler", *arguments]
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            command, cwd=cwd, input=input, capture_output=True, text=True, env=PLAIN, timeout=60, check=False, **more
        )

    return run


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
