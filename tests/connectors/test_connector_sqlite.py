"""Sources.sqlite and Sinks.sqlite on real files."""

import asyncio
import datetime
import decimal
import math
import os
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from connector_harness import context, parameters_of, read_all, read_batches, write_all
from hypothesis import assume, given, settings
from nstack.connectors.sqlite import SqliteSink, SqliteSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, EncodeError, UsageError
from nstack.runtime.scalars import Boolean, Bytes, Date, DateTime, Decimal, Double, Duration, Integer, Json, Text, Uuid
from nstack.runtime.values import Record
from sql_rows import exact, rows


class Person(Record):
    """A record with an optional field."""

    id: Integer
    name: Text
    born: Date | None = None


def database(folder: Path, *statements: str) -> sqlite3.Connection:
    """A connection to the file that the connectors use, after these statements."""
    connection = sqlite3.connect(folder / "t.db", isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    return connection


async def read(query: str, type_: Any, folder: Path) -> list[Any]:
    return await read_all(SqliteSource(), {"path": "t.db", "query": query}, type_, context(folder))


async def write(type_: Any, folder: Path, values: list[Any], **parameters: Any) -> None:
    await write_all(SqliteSink(), {"path": "t.db", "table": "t"} | parameters, type_, context(folder), values)


@given(rows())
@settings(max_examples=25, deadline=None)
def test_random_rows_come_back_as_they_were(given: tuple[Any, list[Any]]) -> None:
    made, values = given
    lists = [part for value in values for part in value if isinstance(part, list)]
    assume(not any(math.inf in part or -math.inf in part for part in lists))  # no JSON array holds that
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(write(made, Path(name), values, create=True, key="number"))
        found = asyncio.run(read("SELECT * FROM t ORDER BY number", made, Path(name)))
    assert exact(found) == exact(values)
    assert all(map(Codec(made).test, found))


async def test_rows_come_as_records_by_name_tuples_by_place_and_scalars(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE p (Born TEXT, extra, NAME TEXT, id INTEGER PRIMARY KEY)").execute(
        "INSERT INTO p VALUES ('2001-02-03', x'00', 'Ada', 1), (NULL, NULL, 'Bob', 2)"
    )
    people = [Person(1, "Ada", datetime.date(2001, 2, 3)), Person(2, "Bob", None)]
    assert await read("SELECT * FROM p ORDER BY id;", Person, tmp_path) == people
    pairs = "SELECT name, id FROM p ORDER BY id -- by number"
    assert await read(pairs, tuple[Text, Integer], tmp_path) == [("Ada", 1), ("Bob", 2)]
    assert await read("SELECT count(*) FROM p", Integer, tmp_path) == [2]
    assert await read("SELECT 1 WHERE 0", Integer, tmp_path) == []


async def test_what_a_query_lacks_is_one_error(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE p (id TEXT, nam VARCHAR(5), born REAL)")
    with pytest.raises(ConnectorError) as fault:
        await read("SELECT * FROM p", Person, tmp_path)
    assert str(fault.value).split("\n") == [
        "query does not fit Person",
        "  column id is TEXT, and the type has Integer: write CAST(id AS INTEGER) AS id in query, or Text in the type",
        "  column name is missing; the type has Text: did you mean nam?",
        "  column born is REAL, and the type has optional Date: write CAST(born AS TEXT) AS born in query, or"
        " optional Double in the type",
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * FROM peple", "query: no such table: peple (did you mean people?)"),
        ("SELECT nam FROM people", "query: no such column: nam"),
        ("SELECT ?", "query: it has a parameter, and nothing gives it a value"),
        ("SELECT 1; SELECT 2", "(it has to be one SELECT, VALUES or WITH)"),
        ("DELETE FROM people", "(it has to be one SELECT, VALUES or WITH)"),
        ("SELECT abs(-9223372036854775807 - 1)", "query: integer overflow"),
    ],
)
async def test_a_query_that_is_wrong_says_why(query: str, message: str, tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE people (id INTEGER, name TEXT)")
    with pytest.raises(ConnectorError) as fault:
        await read(query, Integer, tmp_path)
    assert message in str(fault.value)


@pytest.mark.parametrize(
    ("expression", "type_", "message"),
    [
        ("NULL", Integer, "row n = 1, column v: expected Integer, got NULL: declare optional Integer"),
        ("1.5", Integer, "row n = 1, column v: expected Integer, got 1.5"),
        ("2", Boolean, "row n = 1, column v: expected Boolean, got 2: a Boolean is 0 or 1"),
        ("1.5", Decimal, "row n = 1, column v: expected Decimal, got 1.5: a Decimal is exact, and a REAL is not"),
        ("datetime(0, 'unixepoch')", DateTime, "got '1970-01-01 00:00:00': it is written as 2024-12-31T23:59:59Z"),
        ("CAST(x'ff' AS TEXT)", Text, "row n = 1, column v: expected Text, got TEXT: it is not UTF-8"),
        ("'['", Json, "row n = 1, column v: expected Json, got '['"),
        ("'[1, \"x\"]'", list[Integer], "row n = 1, column v: expected [Integer], got '[1, \"x\"]'"),
    ],
)
async def test_a_row_that_the_type_cannot_take_names_its_column(
    expression: str, type_: Any, message: str, tmp_path: Path
) -> None:
    database(tmp_path, "CREATE TABLE p (id)")
    (found,) = await read(f"SELECT {expression} AS v, 1 AS n", tuple[type_, Integer], tmp_path)
    assert message in found


async def test_values_are_found_in_whatever_form_the_type_knows(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE p (id)")
    key = uuid.UUID(int=5)
    query = f"SELECT 1, 2, 12, NULL, '{key}', 'PT1.5S', x'00'"
    type_ = tuple[Double, Decimal, Integer, Json, Uuid, Duration, Bytes]
    duration = datetime.timedelta(seconds=1.5)
    assert await read(query, type_, tmp_path) == [(1.0, decimal.Decimal(2), 12, "null", key, duration, b"\0")]


async def test_a_large_result_comes_in_batches(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE p (id)")
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) SELECT i FROM n"
    given = {"path": "t.db", "query": query}
    batches = await read_batches(SqliteSource(), given, Integer, context(tmp_path))
    assert [len(values) for values, _ in batches] == [512, 512, 176]
    source = SqliteSource()
    endless = {"path": "t.db", "query": query.replace("1200", "1e18")}
    await source.open(parameters_of(source, endless), Codec(Integer), context(tmp_path))
    task = asyncio.ensure_future(anext(source.batches()))
    await task
    slow = asyncio.ensure_future(
        source._database.do(lambda: source._database.connection.execute(f"SELECT max(i) FROM ({endless['query']})"))  # type: ignore[union-attr]
    )
    await asyncio.sleep(0)
    await source.close()  # interrupts what would take for ever
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await slow


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"^there is no database t\.db$"):
        await read("SELECT 1", Integer, tmp_path)
    (tmp_path / "t.db").write_text("hello" * 1000)
    with pytest.raises(ConnectorError, match=r"^cannot open t\.db: file is not a database$"):
        await read("SELECT 1", Integer, tmp_path)


async def test_what_keeps_a_file_from_being_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"^cannot open none/t\.db: there is no folder none$"):
        await write(Integer, tmp_path, [1], path="none/t.db", create=True)
    (tmp_path / "a.db").mkdir()
    with pytest.raises(ConnectorError, match=r"^cannot open a\.db: it is a folder$"):
        await write(Integer, tmp_path, [1], path="a.db", create=True)


async def test_a_folder_in_which_nothing_can_be_written_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database(folder, "PRAGMA journal_mode = WAL", "CREATE TABLE t (value INTEGER)").close()
        folder.chmod(0o555)
        with _unprivileged():
            with pytest.raises(ConnectorError, match=r"^cannot open new\.db: nothing can be written in the folder \.$"):
                await write(Integer, folder, [1], path="new.db", create=True)
            with pytest.raises(ConnectorError, match=r"^cannot open t\.db: its write-ahead log needs to write in the"):
                await read("SELECT value FROM t", Integer, folder)


@contextmanager
def _unprivileged() -> Iterator[None]:
    """Root may write anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


# ------------------------------------------------------------------------------------------ the sink


async def test_a_table_is_created_strict_from_the_record_type(tmp_path: Path) -> None:
    class Row(Record):
        id: Integer
        good: Boolean
        tags: list[Text] | None = None

    for _ in range(2):
        await write(Row, tmp_path, [Row(1, True, ["a"])], create=True, key="id", conflict="update")
    connection = database(tmp_path)
    assert connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'table'").fetchall() == [
        (
            'CREATE TABLE "t" ("id" INTEGER NOT NULL, "good" INTEGER NOT NULL CHECK ("good" IN (0, 1)), "tags" TEXT,'
            ' PRIMARY KEY ("id")) STRICT',
        )
    ]
    assert connection.execute("SELECT * FROM t").fetchall() == [(1, 1, '["a"]')]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with pytest.raises(UsageError, match="create needs a record"):
        await write(tuple[Integer], tmp_path, [], create=True)
    with pytest.raises(ConnectorError, match=r"^there is no table u \(there are t\); create = true creates it$"):
        await write(Row, tmp_path, [], table="u")


async def test_what_a_table_lacks_is_one_error(tmp_path: Path) -> None:
    database(tmp_path, "CREATE TABLE t (id TEXT, born DATE NOT NULL, must INT NOT NULL, n INTEGER AS (1) NOT NULL)")
    with pytest.raises(ConnectorError) as fault:
        await write(Person, tmp_path, [])
    assert str(fault.value).split("\n") == [
        "table t does not fit Person",
        "  column id is TEXT, and the type has Integer: declare it INTEGER, or Text in the type",
        "  column name is missing; the type has Text: there are id, born, must, n or ALTER TABLE t ADD name TEXT",
        "  column born is NOT NULL (DATE), and the type has optional Date: declare it without NOT NULL, or Date in the"
        " type",
        "  column must is NOT NULL (INT), and the type has no value for it: add it to the type, or declare it with a"
        " DEFAULT",
    ]


async def test_a_view_takes_rows_where_a_trigger_does(tmp_path: Path) -> None:
    connection = database(tmp_path, "CREATE TABLE behind (n INTEGER)", "CREATE VIEW t AS SELECT n FROM behind")
    with pytest.raises(ConnectorError) as fault:
        await write(tuple[Integer], tmp_path, [])
    assert str(fault.value) == (
        "t is a view, which takes no rows: name the table behind it, or CREATE TRIGGER … INSTEAD OF INSERT ON t"
    )
    with pytest.raises(ConnectorError, match=r'^T is a view, which has no key for conflict = "update": name the table'):
        await write(tuple[Integer], tmp_path, [], table="T", conflict="update", key="n")
    with pytest.raises(ConnectorError, match=r"^table sqlite_schema: table sqlite_master may not be modified$"):
        await write(tuple[Text, Text, Text, Integer, Text], tmp_path, [], table="sqlite_schema")
    connection.execute("CREATE TRIGGER i INSTEAD OF INSERT ON t BEGIN INSERT INTO behind VALUES (NEW.n * 10); END")
    await write(tuple[Integer], tmp_path, [(4,)])
    assert connection.execute("SELECT n FROM behind").fetchall() == [(40,)]


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (Double, float("nan"), "value[0]: expected Double, got nan: SQLite stores NaN as NULL"),
        (list[Double], [float("inf")], "value[0][0]: expected a number that JSON can hold, got inf"),
        (Text, "\ud800", "it holds half of a surrogate pair"),
        (DateTime, datetime.datetime(2020, 1, 1), "a DateTime needs an offset"),
    ],
)
async def test_a_value_that_cannot_be_stored_is_told_before_anything_is_written(
    type_: Any, value: Any, message: str, tmp_path: Path
) -> None:
    connection = database(tmp_path, "CREATE TABLE t (v, n INTEGER)")
    with pytest.raises(EncodeError) as fault:
        await write(tuple[type_, Integer], tmp_path, [(value, 1)])
    assert message in str(fault.value)
    assert connection.execute("SELECT * FROM t").fetchall() == []


async def test_a_conflict_is_an_error_an_update_or_left_out(tmp_path: Path) -> None:
    connection = database(
        tmp_path, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, born TEXT, note DEFAULT 'kept')"
    )
    await write(Person, tmp_path, [Person(1, "a"), Person(2, "b")])
    with pytest.raises(ConnectorError, match=r"^table t: UNIQUE constraint failed: t\.id$"):
        await write(Person, tmp_path, [Person(3, "c"), Person(2, "z")])
    assert connection.execute("SELECT id FROM t").fetchall() == [(1,), (2,)]  # all of a flush, or nothing
    await write(Person, tmp_path, [Person(2, "x"), Person(3, "c"), Person(2, "y")], conflict="update")
    await write(Person, tmp_path, [Person(1, "other"), Person(4, "d"), Person(4, "e")], conflict="ignore", key="ID")
    assert connection.execute("SELECT id, name, note FROM t").fetchall() == [
        (1, "a", "kept"),
        (2, "y", "kept"),
        (3, "c", "kept"),
        (4, "d", "kept"),
    ]
    with pytest.raises(ConnectorError, match=r"CREATE UNIQUE INDEX t_key ON t \(name\) makes one for key"):
        await write(Person, tmp_path, [], conflict="ignore", key="name")
    with pytest.raises(ConnectorError, match=r"key: table t has no column nme \(did you mean name\?\)"):
        await write(Person, tmp_path, [], conflict="ignore", key="nme")


async def test_a_file_that_others_hold_is_waited_for_and_then_told(tmp_path: Path) -> None:
    connection = database(tmp_path, "CREATE TABLE t (id INTEGER, name TEXT, born TEXT)", "PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    soon = datetime.timedelta(milliseconds=20)
    with pytest.raises(ConnectorError, match=r"table t: database is locked \(busy_timeout is how long it waits"):
        await write(Person, tmp_path, [Person(1, "a")], busy_timeout=soon)
    connection.execute("COMMIT")
    await write(Person, tmp_path, [Person(1, "a")], busy_timeout=soon)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
