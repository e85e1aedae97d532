"""The checkpoints of the workflows that run in one folder: an SQLite database, ``.nstack/checkpoints.db``.

A checkpoint holds the place of each source, that of each sink that remembers one, and the state of each function that
keeps some: all of one moment, written in one transaction. It belongs to the workflow, the node and what the node reads
or writes, not to the build.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from .errors import NStackError

VERSION = 1

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS runs (
    workflow TEXT NOT NULL, run TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (workflow, run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
    workflow TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL, node TEXT NOT NULL, identity TEXT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (workflow, run, kind, node, identity)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""


class Unusable(NStackError):
    """The database cannot be read or written; the message names it."""


class Key(NamedTuple):
    """What has a place: ``kind`` is ``source``, ``sink`` or ``function``; ``node`` its name among those of the
    workflow; ``identity`` what it reads or writes. ``end`` is the kind of the place that a sink had when its run
    ended."""

    kind: str
    node: str
    identity: str


class Past(NamedTuple):
    """What is known of the last run: its ``state`` is ``open`` or ``finished``, ``written`` when that was (UTC)."""

    state: str
    written: str

    @property
    def at(self) -> str:
        """The time, to the second."""
        return f"{self.written[:19]}Z"


class Store:
    """The database of one folder. It comes into being with the first checkpoint. Any thread may call it, one at a
    time; each method raises Unusable."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / ".nstack" / "checkpoints.db"
        self._connection: sqlite3.Connection | None = None

    def past(self, workflow: str, run: str | None = None) -> Past | None:
        """What became of a run, or of the last one of a workflow; None where nothing is known."""
        rows = self._rows(
            "SELECT state, at FROM runs WHERE workflow = ? AND run = coalesce(?, run) ORDER BY at DESC LIMIT 1",
            (workflow, run),
        )
        return Past(*rows[0]) if rows else None

    def load(self, workflow: str, run: str) -> dict[Key, Any]:
        """The checkpoint of a run; empty where there is none."""
        rows = self._rows(
            "SELECT kind, node, identity, place FROM places WHERE workflow = ? AND run = ?", (workflow, run)
        )
        try:
            return {Key(*key): msgspec.json.decode(place) for *key, place in rows}
        except msgspec.MsgspecError as error:
            raise self._unusable("read", error) from None

    def save(self, workflow: str, run: str, places: Mapping[Key, Any]) -> None:
        """Writes a checkpoint over the one before. Places that are not mentioned stay; ends do not."""
        rows = _rows(workflow, run, places)
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, 'open', ?)", (workflow, run, _now()))
            connection.execute("DELETE FROM places WHERE workflow = ? AND run = ? AND kind = 'end'", (workflow, run))
            connection.executemany("INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?)", rows)

    def add(self, workflow: str, run: str, places: Mapping[Key, Any]) -> None:
        """Writes further places of the checkpoint that is there."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?)", _rows(workflow, run, places)
            )

    def finish(self, workflow: str, run: str) -> None:
        """A bounded run is done: nothing is left to go on with. Of runs that are done the last one is remembered."""
        if not self.path.exists():
            return
        with self._writing() as connection:
            connection.execute("DELETE FROM places WHERE workflow = ? AND run = ?", (workflow, run))
            connection.execute("DELETE FROM runs WHERE workflow = ? AND state = 'finished'", (workflow,))
            connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, 'finished', ?)", (workflow, run, _now()))

    def forget(self, workflow: str, run: str) -> None:
        """The next start is a first one. A database that cannot be read is put aside for that."""
        if not self.path.exists():
            return
        try:
            with self._writing() as connection:
                for table in ("places", "runs"):
                    connection.execute(f"DELETE FROM {table} WHERE workflow = ? AND run = ?", (workflow, run))
        except Unusable:
            self.close()
            with suppress(OSError):
                self.path.replace(self.path.with_suffix(".damaged"))
                for beside in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + beside).unlink(missing_ok=True)

    def claim(self, workflow: str, run: str) -> bool:
        """Whether this process alone has the checkpoints of a run from here on, until it ends."""
        try:
            import fcntl
        except ImportError:  # a platform without such locks
            return True
        name = blake2b(f"{workflow}\0{run}".encode(), digest_size=8).hexdigest()
        self._make_folder()
        # Locks of POSIX: what the program forks does not have them, and does not keep them when we are killed.
        descriptor = os.open(self.path.parent / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        return True

    def close(self) -> None:
        """Closes the database."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _rows(self, query: str, given: tuple[Any, ...]) -> list[Any]:
        if not self.path.exists():
            return []
        try:
            return self._open().execute(query, given).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise self._unusable("read", error) from None

    def _writing(self) -> _Transaction:
        return _Transaction(self)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._make_folder()
            connection = sqlite3.connect(self.path, timeout=10.0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _make_folder(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        ignored = self.path.parent / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n")

    def _prepare(self, connection: sqlite3.Connection) -> None:
        with closing(connection.execute("PRAGMA user_version")) as cursor:
            (version,) = cursor.fetchone()
        if version > VERSION:
            raise sqlite3.DatabaseError("a later version of nstack-runtime has written it")
        if version < VERSION:
            connection.executescript(_SCHEMA)

    def _unusable(self, what: str, error: Exception) -> Unusable:
        return Unusable(f"checkpoints cannot be {what}, {os.path.relpath(self.path)}: {error}")


class _Transaction:
    """One transaction; raises Unusable for whatever SQLite or the disk says."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._connection = self._store._open()
            self._connection.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, OSError) as error:
            raise self._store._unusable("written", error) from None
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        assert self._connection is not None
        try:
            self._connection.execute("COMMIT" if error is None else "ROLLBACK")
        except sqlite3.Error as fault:
            raise self._store._unusable("written", fault) from None
        if isinstance(error, sqlite3.Error):
            raise self._store._unusable("written", error) from None


def _rows(workflow: str, run: str, places: Mapping[Key, Any]) -> list[tuple[str, ...]]:
    return [(workflow, run, *key, msgspec.json.encode(place).decode()) for key, place in places.items()]


def _now() -> str:
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
