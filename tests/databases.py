"""The PostgreSQL server of the tests: a schema of their own each, and a test is skipped where there is no server.

``NSTACK_TEST_POSTGRES`` names another server as ``host:port``.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

HOST, _, PORT = os.environ.get("NSTACK_TEST_POSTGRES", "127.0.0.1:5432").partition(":")
DATABASE = "postgres"


def answers() -> bool:
    """Whether the server is there."""
    try:
        with socket.create_connection((HOST, int(PORT)), timeout=2):
            return True
    except OSError:
        return False


LIMIT = 60
"""Seconds that a server has for anything."""

ABSENT = f"no PostgreSQL at {HOST}:{PORT}; tests/services.sh starts one"
NEEDS_POSTGRES = pytest.mark.skipif(not answers(), reason=ABSENT)


class Schema:
    """A schema of the database that lasts as long as a test."""

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self.connection = connection
        self.name = name
        self.parameters: dict[str, Any] = {"pg_host": HOST, "pg_port": int(PORT), "pg_database": DATABASE}

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Executes one statement in which ``S`` stands for the schema, and gives its rows."""
        done = self.connection.execute(statement.replace("S.", f"{self.name}.").encode())
        return done.fetchall() if done.description else []

    def source(self, query: str, **others: Any) -> dict[str, Any]:
        """The parameters of a source of this schema."""
        return self.parameters | {"pg_query": query.replace("S.", f"{self.name}.")} | others

    def sink(self, table: str, **others: Any) -> dict[str, Any]:
        """The parameters of a sink of this schema."""
        return self.parameters | {"pg_table": f"{self.name}.{table}"} | others


@contextmanager
def new_schema() -> Iterator[Schema]:
    """A schema that is dropped in the end, whatever it holds by then."""
    name = f"nstack_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(host=HOST, port=int(PORT), user="postgres", dbname=DATABASE, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        try:
            yield Schema(connection, name)
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))


class OwnServer:
    """A server of the test's own, which may be stopped."""

    def __init__(self, folder: Path, port: int) -> None:
        self.bin = BINARIES[-1].parent
        self.folder = folder
        self.port = port
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        self.run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")

    def run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / name), *arguments], cwd="/", user=self.user, check=True, stdout=subprocess.DEVNULL,
            timeout=LIMIT,
        )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-s", "-w", "-o", options,
                 "start")  # fmt: skip

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-s", "-w", "-m", "immediate", "stop")


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A running server, in a folder that its user may enter."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="nstack-own-postgres-"))
    try:
        server = OwnServer(folder, port)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)
