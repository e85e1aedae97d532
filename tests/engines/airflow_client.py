"""The Airflow of the tests: one for all of them, or none, and then they skip; never with ``CI=true``.

``tests/engines/airflow.sh`` installs it. A test asks ``Airflow``, which has a folder and a database of its own and
stays loaded, since importing Airflow takes most of the time.
"""

import atexit
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
LIMIT = 300
"""Seconds that anything may take."""


def installed() -> Path | None:
    """The folder of the environment, None where there is none."""
    listed = hashlib.sha256((FOLDER / "airflow.txt").read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("NSC_AIRFLOW") or cache / "nstack" / f"airflow-{listed}")
    return folder if (folder / "ready").exists() else None


ABSENT = "no Airflow; tests/engines/airflow.sh installs it"
NEEDS_AIRFLOW = pytest.mark.skipif(installed() is None and os.environ.get("CI") != "true", reason=ABSENT)
"""With ``CI=true`` such a test fails where there is none."""


class Airflow:
    """A home with a database, and a process that has Airflow loaded."""

    def __init__(self) -> None:
        found = installed()
        if found is None:
            if os.environ.get("CI") == "true":
                pytest.fail(ABSENT)
            pytest.skip(ABSENT)
        self.bin = found / "bin"
        self.home = Path(tempfile.mkdtemp(prefix="nstack-airflow-"))
        shutil.copy(found / "home" / "airflow.db", self.home / "airflow.db")
        (self.home / "dags").mkdir()
        self._process: subprocess.Popen[str] | None = None
        self._answers: Any = None

    def environment(self, **more: str) -> dict[str, str]:
        """What Airflow's processes have in theirs: nothing of the tests' own Python."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "PYTHON", "NSTACK_", "COVERAGE", "COV_"))
        }
        return {
            **kept,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.home / "dags"),
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            **more,
        }

    @property
    def pid(self) -> int:
        """The process that has Airflow loaded, in which tasks begin."""
        assert self._process is not None
        return self._process.pid

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request to the worker (see there), which is started with the first one."""
        process = self._process or self._started()
        assert process.stdin is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline() or '{"state": "gone", "log": ""}')
        return answer

    def _started(self) -> subprocess.Popen[str]:
        read, write = os.pipe()
        command = [str(self.bin / "python"), str(FOLDER / "airflow_worker.py"), str(write)]
        self._process = subprocess.Popen(
            command,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            pass_fds=(write,),
            cwd=self.home,
        )
        os.close(write)
        self._answers = os.fdopen(read)
        return self._process

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """``airflow …``."""
        return subprocess.run(
            [str(self.bin / "airflow"), *words],
            env=self.environment(**environment),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def close(self) -> None:
        """End the process and take the home away."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._answers.close()
            self._process.wait(timeout=30)
        shutil.rmtree(self.home, ignore_errors=True)


@functools.cache
def airflow() -> Airflow:
    """The one of this process. Skips the test where there is none."""
    found = Airflow()
    atexit.register(found.close)
    return found


def variables(package: str, folder: Path) -> dict[str, str]:
    """What tells the tasks of a package where they work, and with which Python: the tests', which has the runtime."""
    return {
        f"AIRFLOW_VAR_{package.upper()}_FOLDER": str(folder),
        f"AIRFLOW_VAR_{package.upper()}_PYTHON": sys.executable,
    }
