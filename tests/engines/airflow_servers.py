"""An Airflow as it stands in production, small: its API server and its scheduler, which starts tasks by itself."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from engines.airflow_client import LIMIT, Airflow

ENDED = ("success", "failed")


class Servers:
    """The servers of a home, and what their database says."""

    def __init__(self, airflow: Airflow, folder: Path, environment: dict[str, str]) -> None:
        self._airflow = airflow
        self._folder = folder
        self._environment = environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """One server, whose log is in a file."""
        with (self._folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(self._airflow.bin / "airflow"), name],
                env=self._airflow.environment(**self._environment),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """One of them, with what it has started."""
        process = self._processes.pop(name)
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @contextmanager
    def scheduling(self) -> Iterator[None]:
        """With the scheduler at work. Commands come before and after, since SQLite has one writer at a time."""
        self.start("scheduler")
        try:
            yield
        finally:
            self.stop("scheduler")

    def command(self, *words: str) -> str:
        """``airflow …``, which has to succeed; its output."""
        done = self._airflow.command(*words, **self._environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        address = f"file:{self._airflow.home}/airflow.db?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def wait_for(self, query: str, done: Any, *values: str) -> list[tuple[Any, ...]]:
        """Ask until it is ``done``; fails when a server has ended, or after long."""
        deadline = time.monotonic() + LIMIT
        while not done(found := self.rows(query, *values)):
            assert time.monotonic() < deadline, f"{found}\n{self.log()}"
            assert all(process.poll() is None for process in self._processes.values()), self.log()
            time.sleep(0.5)
        return found

    def log(self) -> str:
        """The ends of all logs, those of tasks among them."""
        logs = [*self._folder.glob("*.log"), *(self._airflow.home / "logs").rglob("*.log")]
        return "\n".join(f"== {log}\n{log.read_text(errors='replace')[-6000:]}" for log in logs)


@contextmanager
def servers(airflow: Airflow, dags: Path, folder: Path, **environment: str) -> Iterator[Servers]:
    """The API server, and on request the scheduler, with the DAGs of a folder; they are stopped in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shutil.rmtree(airflow.home / "logs", ignore_errors=True)
    made = Servers(
        airflow,
        folder,
        {
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow.home}/airflow.db?timeout=60",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__SECRET_KEY": "of-the-tests",
            "AIRFLOW__API_AUTH__JWT_SECRET": "of-the-tests-and-long-enough-for-the-hash-in-use-0123456789abcdef",
            **environment,
        },
    )
    made.command("dags", "reserialize")
    made.start("api-server")
    try:
        yield made
    finally:
        made.stop("api-server")
