"""``Sources.postgres`` and ``Sources.postgres_poll``: the rows of a query. ``Sinks.postgres``: the rows of a table.

The source reads ``COPY (query) TO STDOUT (FORMAT binary)`` as fast as the workflow takes the rows; the sink writes what
has gathered by ``COPY … FROM STDIN (FORMAT binary)`` in one transaction for each flush.
"""

import asyncio
import datetime
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

from nstack.connectors.limits import seconds
from nstack.connectors.pgrows import RowReader
from nstack.connectors.pgserver import (
    Connection,
    Server,
    copy_text,
    describe,
    refusal,
    required_columns,
    state_of,
    told,
    types,
)
from nstack.connectors.pgtable import Table
from nstack.connectors.sqlrows import RowType, identity_of, key_of
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, SinkConnector, SourceConnector
from nstack.runtime.errors import ConnectorError, DecodeError, Refused, UsageError
from nstack.runtime.token import Token

PROVIDES = {
    "Sources.postgres": "PostgresSource",
    "Sources.postgres_poll": "PostgresPoll",
    "Sinks.postgres": "PostgresSink",
}

ROWS, BYTES = 512, 256 * 1024
"""A batch of a source ends after so many rows, or so many bytes."""
HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
"""What a binary COPY starts with (no flags, no extension) …"""
REFUSALS = ("22", "23", "44", "P0")
"""Classes of errors that a row is to blame for: data, constraints, a view's CHECK OPTION, a trigger's own."""
GOING = ("57P", "08")
"""Those of a server that shuts down, or ends a connection."""
TRAILER = b"\xff\xff"
"""… and ends with: a row of -1 columns."""


class QueryFailed(ConnectorError):
    """The server has ended a query with an error: another try would meet it again."""


class ServerLeft(ConnectorError):
    """The server has ended the connection, and with it a query that is in order."""


class PostgresSource(SourceConnector):
    """The rows of a query, once; with a key, in its order. A place to resume from is the key of the last row, as
    text."""

    BOUNDED = True
    REPLAY = "offset"
    RESUMES_WITH = "pg_key"

    def __init__(self) -> None:
        self._connection: Connection = None
        self._server: Server | None = None
        self._reader: RowReader | None = None
        self._query = ""
        self._left = False
        self._key = ""
        self._at = 0
        self._type = ""
        self._after: str | None = None
        self._log: Any = None

    def identity(self, parameters: Parameters, context: Context) -> str | None:
        """The query and its key, and where the database is."""
        if not parameters.pg_key:
            return None
        return identity_of(*(parameters[f"pg_{name}"] for name in ("host", "port", "database", "query", "key")))

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Connects, compares the query's columns with the type, and looks the key up among them; raises
        ConnectorError."""
        self._query = parameters.pg_query
        self._log = context.log
        self._server = Server(parameters, context)
        row = RowType(codec.shape)
        self._connection, self._reader = await self._server.looked_at(lambda at: _reader(at, self._query, row))
        if parameters.pg_key:
            self._look_up(parameters.pg_key, row)
            self._after = context.resume if isinstance(context.resume, str) else None

    def _look_up(self, key: str, row: RowType) -> None:
        assert self._reader is not None
        self._at = key_of(row, key, "pg_key", str.lower)
        self._key, self._type = self._reader.described(self._at)

    async def batches(self) -> AsyncIterator[Batch]:
        """The rows as they come. Raises ConnectorError when the query fails, or without a key the connection is
        lost."""
        async with aclosing(self._once()) as batches:
            async for batch in batches:
                yield batch

    async def _once(self) -> AsyncGenerator[Batch, None]:
        """The rows to the last one. With a key a lost connection is made again."""
        while True:
            try:
                async with aclosing(self._rows(self._newer() if self._key else self._query)) as portions:
                    async for rows, size in portions:
                        if self._key:
                            self._after = self._key_of(rows[-1]) or self._after
                        yield self._batch(rows, size, self._after)
            except QueryFailed:
                raise
            except ConnectorError as error:
                if not self._connection.closed:
                    raise
                if not self._key:
                    lost = f"the connection to {self._server} was lost, and no pg_key tells from which row to go on"
                    raise ConnectorError(f"{lost}: {error}") from None
                assert self._server is not None
                self._log.warning(f"the connection to {self._server} was lost: {error}")
                self._connection = await self._server.connect()
            else:
                return

    def _batch(self, rows: list[bytes], size: int, offset: object = None) -> Batch:
        assert self._reader is not None
        return Batch(rows, Token(offset=offset), decode=self._reader.decode, size=size)

    async def _rows(self, query: str) -> AsyncGenerator[tuple[list[bytes], int], None]:
        from psycopg import Error

        try:
            async with self._connection.transaction(), self._connection.cursor() as cursor:
                await cursor.execute("SET TRANSACTION READ ONLY")
                async with cursor.copy(copy_text(query)) as copy:
                    try:
                        async for portion in _portions(copy, self._connection.pgconn):
                            yield portion
                    except (GeneratorExit, QueryFailed, ServerLeft):
                        # Nobody wants the rest: the library would ask the server to cancel and read on to the end.
                        self._connection.pgconn.finish()
                        raise
        except Error as error:
            if not self._left:
                raise ConnectorError(f"pg_query: {told(error)}") from None

    def _key_of(self, row: bytes) -> str | None:
        assert self._reader is not None
        try:
            return _text(self._reader.part(row, self._at))
        except DecodeError:
            return None  # the stage meets it again, under the source's policy

    def _newer(self) -> str:
        from psycopg import sql

        key = sql.Identifier(self._key)
        newer = sql.SQL("SELECT * FROM ({query}\n) AS polled {where} ORDER BY {key}").format(
            query=sql.SQL(self._query.strip().rstrip(";")),  # the author's own text
            where=sql.SQL("")
            if self._after is None
            else sql.SQL("WHERE {} > {}::{}").format(key, sql.Literal(self._after), sql.SQL(self._type)),
            key=key,
        )
        return newer.as_string(self._connection)

    async def close(self) -> None:
        """Closes the connection, whatever it is still sending."""
        self._left = True
        if self._connection is not None:
            await self._connection.close()


async def _reader(connection: Connection, query: str, row: RowType) -> RowReader:
    from psycopg import Error

    try:
        results = await describe(connection, query)
        found = await types(connection, [(result.oid, result.modifier) for result in results])
        required = await required_columns(connection, results)
    except Error as error:
        raise ConnectorError(f"pg_query: {told(error)}") from None
    types_of = [found[result.oid, result.modifier] for result in results]
    return RowReader(row, results, types_of, [required.get((one.table, one.number)) for one in results])


async def _portions(copy: Any, pgconn: Any) -> AsyncGenerator[tuple[list[bytes], int], None]:
    """The rows of a binary COPY: as many together as have arrived, or as make a batch.

    They are taken from libpq's buffer without asking the event loop for each; the library waits for more, and sees the
    end. Raises QueryFailed.
    """
    rows: list[bytes] = []
    size = 0
    while data := bytes(await copy.read()):
        if data.startswith(HEADER):
            data = data[len(HEADER) :]
        while data and data != TRAILER:
            rows.append(data)
            size += len(data)
            if len(rows) >= ROWS or size >= BYTES:
                yield rows, size
                rows, size = [], 0
            data = _arrived(pgconn)
        if rows:
            yield rows, size
            rows, size = [], 0


def _arrived(pgconn: Any) -> bytes:
    """The next row, if it is there already. Raises QueryFailed and ServerLeft."""
    left, data = pgconn.get_copy_data(1)
    if left == 0:
        pgconn.consume_input()
        left, data = pgconn.get_copy_data(1)
    if left < 0:
        failed = pgconn.get_result()
        gone = state_of(failed).startswith(GOING)
        raise (ServerLeft if gone else QueryFailed)(f"pg_query: {refusal(failed)}")
    return bytes(data)


class PostgresPoll(PostgresSource):
    """The rows of a query that are new by a key which grows, looked for again and again. A place to resume from is the
    key of the last row, as text."""

    BOUNDED = False

    def __init__(self) -> None:
        super().__init__()
        self._pause = 0.0

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Raises UsageError without a key, and as the query that ends does."""
        if not parameters.pg_key:
            raise UsageError(f"pg_key: {context.node} needs the name of a column ({context.origin})")
        self._pause = seconds(parameters, "pg_interval")
        await super().open(parameters, codec, context)

    async def batches(self) -> AsyncIterator[Batch]:
        """New rows in the order of the key, for ever."""
        while True:
            async with aclosing(self._once()) as batches:
                async for batch in batches:
                    yield batch
            await asyncio.sleep(self._pause)


def _blames_a_row(error: Any) -> bool:
    """A policy of row-level security has the code of a right that is missing."""
    state = error.sqlstate or ""
    return state[:2] in REFUSALS or (state == "42501" and "row-level security" in str(error))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


class PostgresSink(SinkConnector):
    """A row of a table for each value: one transaction for each flush. What a broken connection interrupted is written
    again on a new one."""

    def __init__(self) -> None:
        self._connection: Connection = None
        self._server: Server | None = None
        self._table: Table | None = None
        self._pending: list[bytes] = []
        self._prepared = False
        self._log: Any = None

    async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        """Connects, and compares the table with the type; raises ConnectorError."""
        from_key = [name.strip() for name in parameters.pg_key.split(",") if name.strip()]
        self._table = Table(RowType(codec.shape), parameters.pg_table, parameters.pg_conflict, from_key)
        self._log = context.log
        self._server = Server(parameters, context)
        table, create = self._table, parameters.pg_create
        self._connection, _ = await self._server.looked_at(lambda at: table.open(at, create))

    def encode(self, values: Sequence[Any]) -> bytes:
        """Rows in the binary form; raises EncodeError with the path."""
        assert self._table is not None
        return self._table.encode(values)

    async def write(self, encoded: bytes) -> None:
        """Keeps the rows for the next flush."""
        self._pending.append(encoded)

    async def flush(self) -> None:
        """Commits what has gathered, in one transaction. Raises ConnectorError; the rows are kept for another try, but
        for Refused."""
        if not self._pending:
            return
        from psycopg import Error

        assert self._server is not None
        assert self._table is not None
        for last in (False, True):
            try:
                await self._commit(self._table)
            except Error as error:
                what = f"table {self._table.text}: {told(error)}"
                if _blames_a_row(error) and not self._connection.closed:
                    self._pending.clear()
                    raise Refused(what) from None
                if last or not self._connection.closed:
                    raise ConnectorError(what) from None
                self._log.warning(f"the connection to {self._server} was lost; its last rows are written again")
                self._prepared = False
                self._connection = await self._server.connect()
            else:
                self._pending.clear()
                return

    async def _commit(self, table: Table) -> None:
        connection = self._connection
        if table.gathers and not self._prepared:
            for statement in table.incoming():
                await connection.execute(statement)
            self._prepared = True
        async with connection.transaction(), connection.cursor() as cursor:
            async with cursor.copy(table.copy()) as copy:
                for block in (HEADER, *self._pending, TRAILER):
                    await copy.write(block)
            if table.gathers:
                await cursor.execute(table.insert())

    async def close(self, *, completed: bool) -> None:
        """Closes the connection."""
        if self._connection is not None:
            await self._connection.close()
