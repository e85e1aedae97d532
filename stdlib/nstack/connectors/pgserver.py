"""A connection to a PostgreSQL server, and what its catalogue says, as the source and the sink need them."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from nstack.connectors.pgtypes import PgType
from nstack.connectors.sqlrows import near
from nstack.connectors.tls import TIMEOUT, Tls
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, UsageError
from nstack.runtime.faultpoints import fault

T = TypeVar("T")
Connection = Any
"""psycopg's ``AsyncConnection``: the library is imported when a connector opens."""

SILENCE = 2.0
"""Seconds without any answer after which it is told what is waited for."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries to reach a server: doubled from the first to the longest."""

_SILENT = logging.NullHandler()
_TRY_AGAIN = re.compile(r"the database system is|too many clients|remaining connection slots")
_REFUSED_FOR_GOOD = re.compile(r"\b(FATAL|SSL|certificate|password|authentication)\b")


class Server:
    """Where a connector's tables are, and how to get there. ``str()`` is the address as messages show it."""

    def __init__(self, parameters: Parameters, context: Context) -> None:
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise MissingExtra("postgres", "postgres") from None
        # What it has to say comes as an error that we tell; without a handler its log would go beside ours.
        logging.getLogger("psycopg").addHandler(_SILENT)
        self._context = context
        self._patience = parameters.pg_connect_timeout.total_seconds()
        self._statement = parameters.pg_statement_timeout
        self._password = parameters.pg_password
        self._tls = Tls(parameters, "pg", context, asked=_encrypts(parameters))
        self._given = {
            "host": parameters.pg_host,
            "port": parameters.pg_port,
            "user": parameters.pg_user,
            "dbname": parameters.pg_database,
            **_encryption(parameters, self._tls),
            "application_name": f"nstack {context.workflow}"[:63],
            "client_encoding": "utf8",
            "keepalives_idle": 30,
        }
        if not 0 < parameters.pg_port < 65536:
            raise UsageError(f"pg_port must be between 1 and 65535, got {parameters.pg_port}")

    def __str__(self) -> str:
        given = self._given
        return f"PostgreSQL at {given['host']}:{given['port']}, database {given['dbname']}"

    async def connect(self) -> Connection:
        """A connection that commits each statement. Tries again, and says so, until ``pg_connect_timeout`` has passed.
        Raises ConnectorError with the address."""
        from psycopg import AsyncConnection, OperationalError

        began, pause, told = time.monotonic(), FIRST_PAUSE, ""
        while True:
            left = self._patience - (time.monotonic() - began)
            fault("opening")
            try:
                connecting = AsyncConnection.connect(
                    **self._given, password=self._password or None, connect_timeout=max(2, int(left)), autocommit=True
                )
                connection = await self._or_told(connecting, left, told)
            except OperationalError as error:
                why = self._why(error)
                if self._tls.on and not _TRY_AGAIN.search(why) and ("SSL" in why or "certificate" in why):
                    with suppress(OSError):
                        await handshake(self._given["host"], self._given["port"], self._tls, str(self))
                if left <= pause or (_REFUSED_FOR_GOOD.search(why) and not _TRY_AGAIN.search(why)):
                    raise ConnectorError(f"cannot connect to {self}: {why}{self._remedy(why)}") from None
                if why != told:
                    self._context.log.warning(f"waiting for {self}, at most {left:.0f} s more: {why}")
                    told = why
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                if told:
                    self._context.log.info(f"connected to {self}")
                await self._limit(connection)
                return connection

    async def looked_at(self, look: Callable[[Connection], Awaitable[T]]) -> tuple[Connection, T]:
        """A connection, and what was asked of it first. One that is lost meanwhile is made again, some times. Raises
        ConnectorError."""
        from psycopg import Error

        for last in (False, False, False, True):
            connection = await self.connect()
            try:
                return connection, await look(connection)
            except (Error, ConnectorError) as error:
                if last or not connection.closed:
                    await connection.close()
                    raise error if isinstance(error, ConnectorError) else ConnectorError(told(error)) from None
                why = " ".join(str(error).split())
                self._context.log.warning(f"the connection to {self} was lost: {why}")
        raise AssertionError

    async def _or_told(self, connecting: Awaitable[Connection], left: float, told: str) -> Connection:
        """A connection; when no answer comes at all it is told what is waited for."""
        work = asyncio.ensure_future(connecting)
        try:
            await asyncio.wait((work,), timeout=SILENCE)
            if not work.done() and not told:
                self._context.log.warning(f"waiting for {self}, at most {left - SILENCE:.0f} s more: no answer yet")
            return await work
        finally:
            work.cancel()

    async def _limit(self, connection: Connection) -> None:
        if self._statement:
            limit = f"{self._statement.total_seconds() * 1000:.0f}ms"
            await connection.execute("SELECT set_config('statement_timeout', %s, false)", (limit,))

    def _why(self, error: Exception) -> str:
        """The last of the library's lines that says what happened, without the address that we name ourselves."""
        lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("\t")]
        last = lines[-1] if lines else type(error).__name__
        why = last.rpartition(" failed: ")[2].removeprefix("- ").replace("FATAL:  ", "FATAL: ").strip()
        return why.replace(self._password, "***") if self._password else why

    def _remedy(self, why: str) -> str:
        if "database" in why and "does not exist" in why:
            return " (pg_database names it)"
        if "role" in why and "does not exist" in why:
            return " (pg_user names it)"
        if "client certificate" in why:
            return " (pg_cert_file names it)"
        if "password" in why or "authentication" in why:
            return " (pg_user and pg_password log in)"
        return "" if "FATAL" in why else " (pg_host and pg_port name the server)"


def _encrypts(parameters: Parameters) -> bool:
    return parameters.pg_sslmode in ("require", "verify-ca", "verify-full")


def _encryption(parameters: Parameters, tls: Tls) -> dict[str, str]:
    """What libpq is told of TLS. Raises UsageError."""
    mode = parameters.pg_sslmode
    if tls.on:
        if mode not in ("prefer", "verify-full"):
            raise UsageError(f'pg_tls = true is pg_sslmode = "verify-full": pg_sslmode = "{mode}" says another thing')
        mode = "verify-full"
    given = {"sslmode": mode}
    if tls.ca_file is not None or tls.on:
        given["sslrootcert"] = "system" if tls.ca_file is None else str(tls.ca_file)
    if tls.cert_file is not None:
        given["sslcert"] = str(tls.cert_file)
        given["sslkey"] = str(tls.key_file or tls.cert_file)
    return given


_SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""The message that asks a server whether it speaks TLS, see "SSL Session Encryption" in PostgreSQL's documentation."""


async def handshake(host: str, port: int, tls: Tls, address: str) -> None:
    """Shakes hands as the library has tried to, which tells less of why it fails. Raises ConnectorError, OSError."""
    assert tls.context is not None
    async with asyncio.timeout(TIMEOUT):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(_SSL_REQUEST)
            if await reader.read(1) != b"S":
                raise ConnectorError(f"{address} does not speak TLS there (pg_tls = true asks for it)")
            try:
                await writer.start_tls(tls.context, server_hostname=host)
            except OSError as error:
                raise tls.refusal(error, address) or error from None
        finally:
            writer.transport.abort()


def told(error: Any) -> str:
    """What the server says of a failed statement: its message, detail and hint, without the statement."""
    diag = error.diag
    if diag.message_primary is None:
        return " ".join(str(error).split()) or type(error).__name__
    parts = (diag.message_primary, diag.message_detail, diag.context if diag.message_detail is None else None)
    return "; ".join(part.splitlines()[0] for part in parts if part) + (
        f" ({diag.message_hint})" if diag.message_hint else ""
    )


# ------------------------------------------------------------------------------------------ what a query gives


class Result(NamedTuple):
    """One column of a query: the table's column that it is, if it is one (numbers of the catalogue, else 0)."""

    name: str
    oid: int
    modifier: int
    table: int
    number: int


async def describe(connection: Connection, query: str) -> list[Result]:
    """The columns of a query, which is parsed and not run. Raises ConnectorError for a wrong one, with its line."""
    found = await asyncio.to_thread(_describe, connection.pgconn, query)
    if isinstance(found, list):
        return found
    code, message, hint, position = found
    if code == "42P01":
        hint = hint or await _missing_table(connection, message)
    at = f" at line {query.count(chr(10), 0, position - 1) + 1}" if position and "\n" in query.strip() else ""
    raise ConnectorError(f"pg_query{at}: {message}" + (f" ({hint})" if hint else ""))


def _describe(pgconn: Any, query: str) -> Any:
    """Columns, or the code, message, hint and position of the server's refusal. Waits: not for the event loop."""
    from psycopg import pq

    for statement in (query, copy_text(query)):
        done = pgconn.prepare(b"", statement.encode())
        if done.status != pq.ExecStatus.COMMAND_OK:
            return _refusal(done, pq.DiagnosticField, at_copy=statement is not query)
        if statement is query:
            found = pgconn.describe_prepared(b"")
    if found.nparams:
        return "", "it has a parameter $1, and nothing gives it a value", "", 0
    if not found.nfields:
        return "", "it gives no rows: it has to be one SELECT, VALUES, TABLE or WITH", "", 0
    return [
        Result(found.fname(at).decode(), found.ftype(at), found.fmod(at), found.ftable(at), found.ftablecol(at))
        for at in range(found.nfields)
    ]


def _refusal(done: Any, fields: Any, at_copy: bool) -> tuple[str, str, str, int]:
    code, message, hint, position = (
        (done.error_field(field) or b"").decode(errors="replace")
        for field in (fields.SQLSTATE, fields.MESSAGE_PRIMARY, fields.MESSAGE_HINT, fields.STATEMENT_POSITION)
    )
    if at_copy or "multiple commands" in message:
        return code, "it has to be one SELECT, VALUES, TABLE or WITH", "", 0
    return code, message or done.error_message.decode(errors="replace").strip(), hint, int(position or 0)


def refusal(result: Any) -> str:
    """What the server says of a query that it ended, from libpq's result."""
    from psycopg import pq

    _, message, hint, _ = _refusal(result, pq.DiagnosticField, at_copy=False)
    return message + (f" ({hint})" if hint else "")


def state_of(result: Any) -> str:
    """The code of an error (SQLSTATE), from libpq's result."""
    from psycopg import pq

    return bytes(result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()


def copy_text(query: str) -> str:
    """The statement that sends a query's rows. A comment at the query's end does not swallow what follows."""
    return f"COPY ({query.strip().rstrip(';')}\n) TO STDOUT (FORMAT binary)"


async def _missing_table(connection: Connection, message: str) -> str:
    name = re.search(r'"(.+)"', message)
    return await near_tables(connection, name.group(1)) if name else ""


async def near_tables(connection: Connection, name: str) -> str:
    """A sentence that offers tables of similar names: those of the schema, where the name has one that exists."""
    names = await _tables(connection)
    schema = name.rpartition(".")[0]
    inside = [other for other in names if schema and other.rpartition(".")[0] == schema]
    return near(name, inside or names)


async def _tables(connection: Connection) -> list[str]:
    """The tables and views that a query may name, with their schema where it has to be named."""
    rows = await connection.execute(
        "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN relname ELSE nspname || '.' || relname END"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'v', 'm', 'f', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND nspname NOT LIKE 'pg_t%' ORDER BY 1 LIMIT 2000"
    )
    return [name for (name,) in await rows.fetchall()]


async def required_columns(connection: Connection, results: Iterable[Result]) -> dict[tuple[int, int], bool]:
    """Whether each column of a plain table is NOT NULL. Columns of views are left out: nothing is known of them."""
    rows = await connection.execute(
        "SELECT attrelid::int8, attnum::int4, attnotnull FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " WHERE relkind IN ('r', 'p') AND attrelid = ANY(%s::int8[]::oid[])",
        ([result.table for result in results],),
    )
    return {(table, number): required for table, number, required in await rows.fetchall()}


async def types(connection: Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], PgType]:
    """The types of these numbers and modifiers, domains and arrays followed to what they are made of."""
    known: dict[int, Any] = {}
    left = {oid for oid, _ in wanted}
    while left:
        rows = await connection.execute(
            "SELECT oid::int8, typname, typtype::text, typbasetype::int8, typtypmod, typnotnull,"
            " format_type(oid, NULL),"
            " CASE WHEN typcategory = 'A' THEN typelem::int8 ELSE 0 END,"
            " ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)"
            " FROM pg_type t WHERE oid = ANY(%s::int8[]::oid[])",
            (list(left),),
        )
        found = {row[0]: row for row in await rows.fetchall()}
        known |= found
        left = {oid for row in found.values() for oid in (row[3], row[7]) if oid and oid not in known}
    shown = await _shown(connection, wanted)
    return {(oid, modifier): _type(known, oid, modifier, shown[oid, modifier]) for oid, modifier in wanted}


async def _shown(connection: Connection, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    rows = await connection.execute(
        "SELECT o, m, format_type(o::oid, m) FROM unnest(%s::int8[], %s::int4[]) AS asked(o, m)",
        ([oid for oid, _ in wanted], [modifier for _, modifier in wanted]),
    )
    return {(oid, modifier): text for oid, modifier, text in await rows.fetchall()}


def _type(known: dict[int, Any], oid: int, modifier: int, shown: str) -> PgType:
    _, name, kind, base, own_modifier, required, plain, item, labels = known[oid]
    if kind == "d":
        inner = _type(known, base, own_modifier, shown or plain)
        return inner._replace(required=required or inner.required)
    made = _type(known, item, modifier, known[item][6]) if item else None
    return PgType(oid, name, shown or plain, made, modifier, tuple(labels), kind == "e", required)
