"""``Sources.sqlite`` and ``Sinks.sqlite``: queries and tables of a database that is one file.

SQLite's calls wait for the disk, so each runs on a thread of its own, one after the other.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from nstack.connectors.sqliterows import QueryReader, Table, told
from nstack.connectors.sqlitetypes import text_of
from nstack.connectors.sqlrows import RowType, identity_of, key_of
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import ConnectorError, Refused
from nstack.runtime.token import Token

PROVIDES = {"Sources.sqlite": "SqliteSource", "Sinks.sqlite": "SqliteSink"}

ROWS = 512
"""Rows of a batch."""

T = TypeVar("T")


class Database:
    """One connection to a file, whose calls run one at a time, off the event loop."""

    def __init__(self, path: Path, shown: str, patience: float) -> None:
        self.path = path
        self.shown = shown
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._running: asyncio.Future[Any] | None = None

    async def open(self, mode: str) -> None:
        """Opens the file: ``ro``, ``rw`` or ``rwc``. Raises ConnectorError."""
        if not self.path.is_file() and mode != "rwc":
            raise ConnectorError(f"there is no database {self.shown}")
        await self.do(partial(self._open, mode))

    def _open(self, mode: str) -> None:
        try:
            connection = self._connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=self._patience,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.text_factory = text_of
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            raise ConnectorError(f"cannot open {self.shown}: {self._why_closed(error)}") from None

    def _why_closed(self, error: sqlite3.Error) -> str:
        """What keeps the file from being opened: SQLite's own words leave out what the folder has to do with it."""
        if not any(words in str(error) for words in ("unable to open database file", "readonly database")):
            return told(error)
        folder = Path(self.shown).parent
        if self.path.is_dir():
            return "it is a folder"
        if not self.path.parent.is_dir():
            return f"there is no folder {folder}"
        if os.access(self.path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            return told(error)
        if self.path.exists():
            remedy = "PRAGMA journal_mode = DELETE ends that log"
            return f"its write-ahead log needs to write in the folder {folder} ({remedy})"
        return f"nothing can be written in the folder {folder}"

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for what runs in ``do``."""
        assert self._connection is not None
        return self._connection

    async def do(self, work: Callable[[], T]) -> T:
        """Does something on a thread. Cancelled, it leaves it to ``close`` to end it."""
        self._running = asyncio.ensure_future(asyncio.to_thread(work))
        done: T = await asyncio.shield(self._running)
        return done

    async def close(self) -> None:
        """Interrupts what still runs, and closes the file."""
        if self._connection is None:
            return
        if self._running is not None and not self._running.done():
            self._connection.interrupt()
            with suppress(Exception):
                await self._running
        await asyncio.to_thread(self._connection.close)


class SqliteSource(SourceConnector):
    """The rows of a query, once; with a key, in its order. A place to resume from is the key of the last row, as SQLite
    has it."""

    BOUNDED = True
    REPLAY = "offset"
    RESUMES_WITH = "key"

    def __init__(self) -> None:
        self._database: Database | None = None
        self._reader: QueryReader | None = None
        self._query = ""
        self._after: tuple[Any, ...] = ()
        self._key = -1

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The query and its key, and the file."""
        if not parameters.key:
            return None
        return identity_of(context.path(parameters.path).resolve(), parameters.query, parameters.key)

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Opens the file and compares the query's columns with the type; raises ConnectorError."""
        self._query = parameters.query.strip().rstrip(";")
        database = self._database = _database(parameters, context)
        await database.open("ro")
        row = RowType(codec.shape)
        reader = self._reader = await database.do(lambda: QueryReader(row, database.connection, self._query))
        if parameters.key:
            self._key, name = reader.described(key_of(row, parameters.key, "key", str.lower))
            self._after = () if context.resume is None else (context.resume,)
            newer = f"WHERE {name} > ? " if self._after else ""
            self._query = f"SELECT * FROM ({self._query}\n) {newer}ORDER BY {name}"

    async def batches(self) -> AsyncIterator[Batch]:
        """The rows, some at a time. Raises ConnectorError when the query fails."""
        database, reader = self._database, self._reader
        assert database is not None
        assert reader is not None
        try:
            cursor = await database.do(lambda: database.connection.execute(self._query, self._after))
            while rows := await database.do(lambda: cursor.fetchmany(ROWS)):
                yield Batch(rows, Token(offset=rows[-1][self._key] if self._key >= 0 else None), decode=reader.decode)
        except sqlite3.Error as error:
            raise ConnectorError(f"query: {told(error)}") from None

    async def close(self) -> None:
        """Closes the file."""
        if self._database is not None:
            await self._database.close()


class SqliteSink(SinkConnector):
    """A row of a table for each value: one transaction for each flush."""

    def __init__(self) -> None:
        self._database: Database | None = None
        self._table: Table | None = None
        self._pending: list[tuple[Any, ...]] = []

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Opens the file and compares the table with the type; raises ConnectorError."""
        key = [name.strip() for name in parameters.key.split(",") if name.strip()]
        table = self._table = Table(RowType(codec.shape), parameters.table, parameters.conflict, key)
        database = self._database = _database(parameters, context)
        await database.open("rwc" if parameters.create else "rw")
        await database.do(lambda: table.open(database.connection, parameters.create))

    def encode(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Rows to be bound; raises EncodeError with the path."""
        assert self._table is not None
        return list(map(self._table.encode, values))

    async def write(self, encoded: list[tuple[Any, ...]]) -> None:
        """Keeps the rows for the next flush."""
        self._pending += encoded

    async def flush(self) -> None:
        """Commits what has gathered, in one transaction. Raises ConnectorError; the rows are kept for another try, but
        for Refused."""
        if self._pending:
            assert self._database is not None
            try:
                await self._database.do(self._commit)
            except Refused:
                self._pending = []
                raise
            self._pending = []

    def _commit(self) -> None:
        assert self._database is not None
        assert self._table is not None
        connection = self._database.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany(self._table.insert, self._pending)
                connection.execute("COMMIT")
            except BaseException:
                connection.rollback()
                raise
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            raise Refused(f"table {self._table.name}: {told(error)}") from None
        except sqlite3.Error as error:
            raise ConnectorError(f"table {self._table.name}: {told(error)}") from None

    async def close(self, *, completed: bool) -> None:
        """Closes the file."""
        if self._database is not None:
            await self._database.close()


def _database(parameters: Parameters, context: Context) -> Database:
    return Database(context.path(parameters.path), parameters.path, parameters.busy_timeout.total_seconds())
