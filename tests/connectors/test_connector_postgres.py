"""Sources.postgres and Sinks.postgres against a real server."""

import asyncio
import contextlib
import datetime
import decimal
import json
import re
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from connector_harness import Recorder, context, decoded, parameters_of, read_all, read_batches, write_all
from databases import DATABASE, HOST, NEEDS_POSTGRES, PORT, Schema, new_schema
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import defstruct
from nstack.connectors.postgres import PostgresPoll, PostgresSink, PostgresSource
from nstack.runtime.codec import Codec
from nstack.runtime.declare import Policy
from nstack.runtime.errors import ConnectorError, EncodeError, Refused, UsageError
from nstack.runtime.outbox import Writer
from nstack.runtime.policy import Current, DeadLetters, Guard, Halt
from nstack.runtime.scalars import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Double,
    Duration,
    Integer,
    Json,
    Text,
    Time,
    Uuid,
)
from nstack.runtime.token import Token
from nstack.runtime.values import Record
from sql_rows import JSON, exact, rows

pytestmark = NEEDS_POSTGRES


@pytest.fixture
def db() -> Iterator[Schema]:
    """A schema of the test's own."""
    with new_schema() as schema:
        yield schema


class Person(Record):
    """A record with an optional field."""

    id: Integer
    name: Text
    born: Date | None = None


UTC = datetime.UTC
IST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
KEY = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")

KINDS: list[tuple[Any, str, Any]] = [
    (Integer, "bigint", -(2**63)),
    (Integer, "integer", 2**31 - 1),
    (Integer, "smallint", -(2**15)),
    (Double, "double precision", 0.1),
    (Double, "double precision", float("inf")),
    (Boolean, "boolean", True),
    (Text, "text", "ünï\U0001f40d\tcode\n"),
    (Text, "varchar(3)", "äöü"),
    (Text, "char(3)", "abc"),
    (Text, "S.mood", "ok"),
    (Text, "S.word", "yes"),
    (Decimal, "numeric", decimal.Decimal("-12345678901234567890.000000000123")),
    (Decimal, "numeric(6,2)", decimal.Decimal("1234.50")),
    (Date, "date", datetime.date(1, 1, 1)),
    (Time, "time", datetime.time(23, 59, 59, 999999)),
    (DateTime, "timestamptz", datetime.datetime(2024, 2, 29, 23, 59, 59, 1, tzinfo=IST)),
    (DateTime, "timestamptz", datetime.datetime(1, 1, 1, tzinfo=UTC)),
    (Duration, "interval", datetime.timedelta(days=-3, microseconds=1)),
    (Uuid, "uuid", KEY),
    (Json, "json", '{"b": 1,  "a": [null]}'),
    (Json, "jsonb", '{"a": [null, "\\u00e4"]}'),
    (Bytes, "bytea", b"\0\xff"),
    (list[Integer], "bigint[]", [1, -2, 3]),
    (list[Integer], "integer[]", []),
    (list[Text], "text[]", ['a"b', "", "c,d"]),
    (list[Decimal], "numeric(4,1)[]", [decimal.Decimal("1.5")]),
    (list[DateTime], "timestamptz[]", [datetime.datetime(2000, 1, 1, tzinfo=UTC)]),
    (Integer | None, "bigint", None),
    (list[Text] | None, "text[]", None),
]


async def test_each_type_goes_there_and_comes_back(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TYPE S.mood AS ENUM ('ok', 'bad')")
    db.run("CREATE DOMAIN S.word AS varchar(8) NOT NULL CHECK (VALUE <> 'no')")
    columns = [f"c{at} {sql} {'' if value is None else 'NOT NULL'}" for at, (_, sql, value) in enumerate(KINDS)]
    db.run(f"CREATE TABLE S.t ({', '.join(columns)})")
    type_: Any = tuple.__class_getitem__(tuple(kind[0] for kind in KINDS))
    value = tuple(kind[2] for kind in KINDS)
    await write_all(PostgresSink(), db.sink("t"), type_, context(tmp_path), [value, value])
    found = await read_all(PostgresSource(), db.source("SELECT * FROM S.t"), type_, context(tmp_path))
    expected = tuple('{"a": [null, "ä"]}' if sql == "jsonb" else value for _, sql, value in KINDS)
    assert found == [expected, expected]
    assert Codec(type_).test(found[0])


@pytest.mark.thorough
@given(rows())
@settings(max_examples=25, deadline=None)
def test_random_rows_come_back_as_they_were(given: tuple[Any, list[Any]]) -> None:
    made, values = given

    async def there_and_back(db: Schema, folder: Path) -> list[Any]:
        await write_all(PostgresSink(), db.sink("t", pg_create=True, pg_key="number"), made, context(folder), values)
        query = db.source("SELECT * FROM S.t ORDER BY number")
        return await read_all(PostgresSource(), query, made, context(folder))

    with new_schema() as db:
        found = asyncio.run(there_and_back(db, Path()))
    assert exact(found) == exact(values)
    assert all(map(Codec(made).test, found))


@given(st.lists(JSON))
@settings(max_examples=10, deadline=None)
def test_random_json_keeps_its_value_in_jsonb_and_its_text_in_json(documents: list[Any]) -> None:
    values = [(json.dumps(value), json.dumps(value, indent=1)) for value in documents]

    async def there_and_back(db: Schema) -> list[Any]:
        await write_all(PostgresSink(), db.sink("t"), tuple[Json, Json], context(Path()), values)
        return await read_all(PostgresSource(), db.source("SELECT * FROM S.t"), tuple[Json, Json], context(Path()))

    with new_schema() as db:
        db.run("CREATE TABLE S.t (a jsonb, b json)")
        found = asyncio.run(there_and_back(db))
    assert [json.loads(a) for a, _ in found] == documents
    assert [b for _, b in found] == [b for _, b in values]


async def test_rows_come_as_records_by_name_tuples_by_place_and_scalars(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.people (born date, extra text, name text NOT NULL, id int NOT NULL)")
    db.run("INSERT INTO S.people VALUES ('2001-02-03', 'x', 'Ada', 1), (NULL, NULL, 'Bob', 2)")
    query = "SELECT * FROM S.people ORDER BY id; "
    rows = await read_all(PostgresSource(), db.source(query), Person, context(tmp_path))
    assert rows == [Person(1, "Ada", datetime.date(2001, 2, 3)), Person(2, "Bob", None)]
    pairs = db.source("SELECT name, id FROM S.people ORDER BY id -- by number")
    assert await read_all(PostgresSource(), pairs, tuple[Text, Integer], context(tmp_path)) == [("Ada", 1), ("Bob", 2)]
    assert await read_all(PostgresSource(), db.source("VALUES (1), (2)"), Integer, context(tmp_path)) == [1, 2]
    empty = db.source("SELECT id FROM S.people WHERE false")
    assert await read_all(PostgresSource(), empty, Integer, context(tmp_path)) == []


async def test_names_in_capitals_are_found_as_sql_folds_them(db: Schema, tmp_path: Path) -> None:
    class Plant(Record):
        petalLength: Double  # noqa: N815
        Name: Text

    db.run('CREATE TABLE S.plants (petalLength float8 NOT NULL, "Name" text NOT NULL, name text)')
    await write_all(PostgresSink(), db.sink("Plants"), Plant, context(tmp_path), [Plant(1.5, "Iris")])
    assert db.run('SELECT petallength, "Name", name FROM S.plants') == [(1.5, "Iris", None)]
    rows = await read_all(PostgresSource(), db.source("SELECT * FROM S.plants"), Plant, context(tmp_path))
    assert rows == [Plant(1.5, "Iris")]


async def test_what_a_query_lacks_for_the_type_is_one_error_before_it_runs(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE SEQUENCE S.seen")
    db.run("CREATE TABLE S.people (id numeric NOT NULL, nam text, born timestamp)")

    class Wanted(Record):
        id: Integer
        nam: Text
        born: DateTime
        name: Text

    query = "SELECT *, nextval('S.seen') FROM S.people"
    with pytest.raises(ConnectorError) as fault:
        await read_all(PostgresSource(), db.source(query), Wanted, context(tmp_path))
    assert str(fault.value).split("\n") == [
        "pg_query does not fit Wanted",
        "  column id is numeric, and the type has Integer: write id::bigint in pg_query, or Decimal in the type",
        "  column nam may be NULL (text), and the type has Text: declare optional Text, or write coalesce(nam, …) AS"
        " nam in pg_query",
        "  column born is timestamp without time zone, and the type has DateTime: write born AT TIME ZONE 'UTC' AS"
        " born in pg_query, with the zone that its times are of",
        "  column name is missing; the type has Text: did you mean nam?",
    ]
    assert db.run("SELECT is_called FROM S.seen") == [(False,)]
    with pytest.raises(ConnectorError, match=r"column 1 is the last of pg_query, and the type has 2 parts"):
        await read_all(PostgresSource(), db.source("SELECT 1"), tuple[Integer, Integer], context(tmp_path))
    with pytest.raises(ConnectorError, match=r"column id is there twice: give each its own name with AS"):
        await read_all(PostgresSource(), db.source("SELECT 1 AS id, 2 AS id, 'x' AS name, now()::date AS born"), Person,
                       context(tmp_path))  # fmt: skip


SQL_TYPES = [
    *("smallint", "bigint", "real", "numeric(5,2)", "boolean", "text", "char(3)", "date", "time", "timetz"),
    *("timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "bytea", "inet", "money", "oid", "S.mood"),
    *("bigint[]", "text[]", "numeric[]", "date[]", "S.mood[]"),
]
WANTED: list[Any] = [
    *(Integer, Double, Boolean, Text, Decimal, Date, Time, DateTime, Duration, Uuid, Json, Bytes),
    *(list[Integer], list[Text], list[Date], Integer | None),
]


def of_every_type(db: Schema, null: str) -> list[str]:
    """The columns of a table that has one of each type, with names that SQL reads in quotes alone."""
    db.run("CREATE TYPE S.mood AS ENUM ('ok', 'bad')")
    names = ["user", *(f"C{at}" for at in range(1, len(SQL_TYPES)))]
    listed = ", ".join(f'"{name}" {sql} {null}' for name, sql in zip(names, SQL_TYPES, strict=True))
    db.run(f"CREATE TABLE S.t ({listed})")
    return names


def row_of(names: list[str], type_: Any) -> Any:
    return defstruct("Row", [(name, type_) for name in names], bases=(Record,))


async def told_of(work: Any) -> list[str]:
    """The lines that say what does not fit."""
    try:
        await work
    except ConnectorError as fault:
        return str(fault).splitlines()[1:]
    return []


@pytest.mark.parametrize("wanted", WANTED, ids=str)
async def test_a_query_in_which_the_advice_was_followed_fits(wanted: Any, db: Schema, tmp_path: Path) -> None:
    names = of_every_type(db, "")
    all_of = db.source("SELECT * FROM S.t")
    faults = await told_of(read_all(PostgresSource(), all_of, row_of(names, wanted), context(tmp_path)))
    fields: list[tuple[str, Any]] = []
    written: list[str] = []
    for fault in faults:
        if advice := re.search(r"write (.+) in pg_query", fault):
            written.append(advice.group(1).replace("…", "NULL"))
            as_text = ", and Text in" in fault or ", and optional Text in" in fault
            fields.append((fault.split()[1], (Text if as_text else wanted) | None))
        else:
            assert "declare " in fault
    assert written
    followed = db.source(f"SELECT {', '.join(written)} FROM S.t")
    assert not await told_of(
        read_all(PostgresSource(), followed, defstruct("Row", fields, bases=(Record,)), context(tmp_path))
    )


@pytest.mark.parametrize("wanted", WANTED, ids=str)
async def test_a_table_for_which_the_advice_was_followed_fits(wanted: Any, db: Schema, tmp_path: Path) -> None:
    row = row_of([*of_every_type(db, "NOT NULL"), "Name"], wanted)

    def written() -> Any:
        return told_of(write_all(PostgresSink(), db.sink("t"), row, context(tmp_path), []))

    for told in await written():
        if alter := re.search(r"ALTER TABLE .+?(?=, or |, with |$)", told):
            db.run(alter.group())
        else:
            assert "declare " in told or "the table needs a column" in told
    left = await written()
    assert not [told for told in left if "ALTER" in told and "DROP NOT NULL" not in told]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * FROM S.peple", 'relation "S.peple" does not exist (did you mean S.people?)'),
        ("SELECT nme FROM S.people", 'column "nme" does not exist (Perhaps you meant to reference'),
        ("SELECT 1\nFROM\n  S.people WHERE", "pg_query at line 3: syntax error at end of input"),
        ("SELECT 1; SELECT 2", "pg_query: it has to be one SELECT, VALUES, TABLE or WITH"),
        ("DELETE FROM pg_class", "pg_query: it gives no rows: it has to be one SELECT, VALUES, TABLE or WITH"),
        ("SHOW server_version", "pg_query: it has to be one SELECT, VALUES, TABLE or WITH"),
        ("SELECT $1::int", "pg_query: it has a parameter $1, and nothing gives it a value"),
        ("SELECT (1 / (n - 1))::bigint FROM generate_series(1, 3) AS s(n)", "pg_query: division by zero"),
        ("DELETE FROM S.people RETURNING id", "pg_query: cannot execute DELETE in a read-only transaction"),
        ("", "pg_query"),
    ],
)
async def test_a_query_that_is_wrong_says_why(query: str, message: str, db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.people (id bigint NOT NULL, name text)")
    with pytest.raises(ConnectorError) as fault:
        await read_all(PostgresSource(), db.source(query), Integer, context(tmp_path))
    assert message.replace("S.", f"{db.name}.") in str(fault.value)


async def test_a_row_that_the_type_cannot_take_names_its_column(db: Schema, tmp_path: Path) -> None:
    async def read(expression: str, type_: Any) -> Any:
        query = db.source(f"SELECT 1 AS n, {expression} AS v UNION ALL SELECT 2, {expression}")
        return (await read_all(PostgresSource(), query, tuple[Integer, type_], context(tmp_path)))[0]

    assert await read("NULL::text", Text) == "row n = 1, column v: expected Text, got NULL: declare optional Text"
    assert await read("NULL::json::jsonb", Json) == (1, "null")
    assert await read("'infinity'::timestamptz", DateTime) == (
        "row n = 1, column v: expected DateTime, got timestamp with time zone: the time is infinite, or its year is not"
        " between 1 and 9999"
    )
    nameless = db.source("SELECT NULL::bigint AS a, NULL::text AS b, 'x\ny' AS c, 1.5::float8 AS d")
    (told,) = await read_all(PostgresSource(), nameless, tuple[Integer | None, Text, Text, Double], context(tmp_path))
    assert told == 'row c = "x\\ny", column b: expected Text, got NULL: declare optional Text'
    assert "the date is infinite" in await read("'-infinity'::date", Date)
    assert "an interval of 1 months has no fixed length" in await read("'1 month 2 days'::interval", Duration)
    assert "NaN has no place in a Decimal" in await read("'NaN'::numeric", Decimal)
    assert "24:00:00 is no time of a day" in await read("'24:00'::time", Time)
    assert "an item of the array is NULL" in await read("ARRAY[1, NULL]", list[Integer])
    assert "an array of 2 dimensions is no list" in await read("ARRAY[[1], [2]]", list[Integer])


async def test_a_large_result_comes_in_batches_and_is_read_as_it_is_taken(db: Schema, tmp_path: Path) -> None:
    query = db.source("SELECT n, repeat('x', 1000) FROM generate_series(1, 2000) AS s(n)")
    batches = await read_batches(PostgresSource(), query, tuple[Integer, Text], context(tmp_path))
    assert [row[0] for rows, _ in batches for row in rows] == list(range(1, 2001))
    assert len(batches) >= 8
    source, recorder = PostgresSource(), Recorder()
    endless = db.source("SELECT n, repeat('x', 1000) FROM (SELECT generate_series(1, 100000000)) AS s(n)")
    await source.open(parameters_of(source, endless), Codec(tuple[Integer, Text]), context(tmp_path, log=recorder.log))
    async with contextlib.aclosing(source.batches()) as batches:  # type: ignore[type-var]
        assert len((await anext(batches)).values) <= 512
    await source.close()
    assert recorder.text() == ""


async def test_a_row_travels_on_while_the_next_is_waited_for(db: Schema, tmp_path: Path) -> None:
    lock = f"hashtext('{db.name}')"
    db.run(f"SELECT pg_advisory_lock({lock})")
    source = PostgresSource()
    # The third row is not made before the lock is free; the first fills what the server gathers before it sends.
    wait = f"CASE n WHEN 3 THEN pg_advisory_lock_shared({lock})::text ELSE '' END"
    query = db.source(f"SELECT n::bigint, repeat('x', 20000) || {wait} FROM (SELECT generate_series(1, 3)) AS s(n)")
    await source.open(parameters_of(source, query), Codec(tuple[Integer, Text]), context(tmp_path))
    async with contextlib.aclosing(source.batches()) as batches:  # type: ignore[type-var]
        assert len((await anext(batches)).values) == 1
        db.run(f"SELECT pg_advisory_unlock({lock})")
        assert sum([len(batch.values) async for batch in batches]) == 2
    await source.close()


async def test_a_server_that_ends_the_connection_is_left_behind_where_there_is_a_key(
    db: Schema, tmp_path: Path
) -> None:
    query = "SELECT n::bigint, repeat('x', 20000) AS t FROM generate_series(1, 2000) AS s(n)"

    class Numbered(Record):
        n: Integer
        t: Text

    async def read(**parameters: Any) -> list[int]:
        """The numbers, of a source whose connection is ended after the first batch."""
        source, numbers = PostgresSource(), list[int]()
        await source.open(parameters_of(source, db.source(query, **parameters)), Codec(Numbered), context(tmp_path))
        async for batch in source.batches():
            if not numbers:
                db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nstack w'")
            numbers += [row.n for row in decoded(batch, Codec(Numbered))]
        await source.close()
        return numbers

    assert await read(pg_key="n") == [*range(1, 2001)]
    with pytest.raises(ConnectorError, match="was lost, and no pg_key tells from which row to go on: pg_query: "):
        await read()


# ------------------------------------------------------------------------------------------ polling


async def polled(db: Schema, folder: Path, type_: Any, key: str, resume: object, many: int) -> list[tuple[Any, Any]]:
    """The first values of a poll, each with the place to resume from behind its batch."""
    poll, found = PostgresPoll(), list[tuple[Any, Any]]()
    asked = db.source("SELECT * FROM S.t;", pg_key=key, pg_interval=datetime.timedelta(milliseconds=1))
    await poll.open(parameters_of(poll, asked), Codec(type_), context(folder, resume=resume))
    async with contextlib.aclosing(poll.batches()) as batches:  # type: ignore[type-var]
        while len(found) < many:
            batch = await anext(batches)
            found += [(value, batch.token.offset) for value in decoded(batch, Codec(type_))]
    await poll.close()
    return found


@pytest.mark.parametrize(
    ("type_", "sql", "keys", "place"),
    [
        (Integer, "bigint", ("9", "10", "-1"), "10"),
        (Text, "text", ("'a''b'", "'c'", "''"), "c"),
        (Decimal, "numeric", ("0.1", "0.25", "-3"), "0.25"),
        (DateTime, "timestamptz", ("'2024-01-01'", "'2024-01-01T00:00:00.000001'", "'1999-01-01'"), None),
        (Uuid, "uuid", (f"'{uuid.UUID(int=1)}'", f"'{uuid.UUID(int=2)}'", f"'{uuid.UUID(int=0)}'"), None),
    ],
)
async def test_a_poll_goes_by_the_key_and_on_from_where_it_was(
    type_: Any, sql: str, keys: tuple[str, ...], place: str | None, db: Schema, tmp_path: Path
) -> None:
    keyed: Any = type("Keyed", (Record,), {"__annotations__": {"at": type_, "n": Integer}, "__module__": __name__})
    db.run(f"CREATE TABLE S.t (n int NOT NULL, at {sql} NOT NULL)")
    rows = ", ".join(f"({n}, {key})" for n, key in enumerate(keys))
    db.run(f"INSERT INTO S.t VALUES {rows}")
    first = await polled(db, tmp_path, keyed, "AT", None, 3)
    assert [value.n for value, _ in first] == [2, 0, 1]
    offset = first[-1][1]
    assert offset == (place or offset)
    larger = {"bigint": "11", "text": "'d'", "numeric": "7", "timestamptz": "now()", "uuid": f"'{KEY}'"}[sql]
    db.run(f"INSERT INTO S.t VALUES (3, {keys[0]}), (4, {larger})")
    assert [value.n for value, _ in await polled(db, tmp_path, keyed, "at", offset, 1)] == [4]


@pytest.mark.parametrize(
    ("type_", "key", "message"),
    [
        (Person, "idd", "pg_key: Person has no column idd (did you mean id?)"),
        (Person, "born", "pg_key: optional Date is no key; there are Integer, Text, Decimal, Date, DateTime, Uuid"),
        (tuple[Integer, Text, Date | None], "id", "has no column id (a record has named columns)"),
    ],
)
async def test_a_key_that_is_none_is_refused(type_: Any, key: str, message: str, db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.t (id int NOT NULL, name text NOT NULL, born date)")
    with pytest.raises(UsageError) as fault:
        await polled(db, tmp_path, type_, key, None, 1)
    assert message in str(fault.value)


# ------------------------------------------------------------------------------------------ the sink


async def test_what_a_table_lacks_for_the_type_is_one_error(db: Schema, tmp_path: Path) -> None:
    db.run(
        "CREATE TABLE S.t (id text NOT NULL, born date NOT NULL, must int NOT NULL, may int,"
        " n int GENERATED ALWAYS AS IDENTITY, s serial)"
    )
    with pytest.raises(ConnectorError) as fault:
        await write_all(PostgresSink(), db.sink("t"), Person, context(tmp_path), [])
    table = f"{db.name}.t"
    assert str(fault.value).split("\n") == [
        f"table {table} does not fit Person",
        f"  column id is text, and the type has Integer: ALTER TABLE {table} ALTER id TYPE bigint USING id::bigint, or"
        " Text in the type",
        f"  column name is missing; the type has Text: there are id, born, must, may, n, s or ALTER TABLE {table} ADD"
        " name text",
        f"  column born is NOT NULL (date), and the type has optional Date: ALTER TABLE {table} ALTER born DROP NOT"
        " NULL, or Date in the type",
        "  column must is NOT NULL (integer), and the type has no value for it: add it to the type, or ALTER TABLE"
        f" {table} ALTER must SET DEFAULT …",
    ]


FAULTS: list[tuple[str, Any, Any, str]] = [
    ("text", Text, "a\0b", "value[0]: expected Text, got 'a\\x00b': column v: PostgreSQL holds no NUL character"),
    ("text", Text, "\ud800", "it holds half of a surrogate pair, which is no character"),
    ("integer", Integer, 2**31, "value[0]: expected Integer, got 2147483648: column v: integer cannot hold it"),
    ("smallint", Integer, -(2**15) - 1, "column v: smallint cannot hold it"),
    ("varchar(3)", Text, "abcd", "column v: character varying(3) has room for 3 characters, and this has 4"),
    (
        "numeric(4,1)",
        Decimal,
        decimal.Decimal("1.25"),
        "has room for 3 digits before the point and 1 after",
    ),
    ("numeric(4,1)", Decimal, decimal.Decimal("1000"), "numeric(4,1) has room for 3 digits"),
    ("timestamptz", DateTime, datetime.datetime(2020, 1, 1), "a DateTime needs an offset, and its tzinfo is not set"),
    ("time", Time, datetime.time(1, tzinfo=UTC), "a Time has no offset, and its tzinfo is set"),
    ("jsonb", Json, '"a\\u0000"', "jsonb holds no NUL character"),
    ("jsonb", Json, '"\\ud800"', "jsonb holds no half of a surrogate pair"),
    ("S.mood", Text, "fine", "has ok, bad"),
    ("text[]", list[Text], ["ok", "\0"], "PostgreSQL holds no NUL character"),
]


@pytest.mark.parametrize(("sql", "type_", "value", "message"), FAULTS, ids=[str(at) for at in range(len(FAULTS))])
async def test_a_value_that_a_column_cannot_hold_is_told_before_it_is_sent(
    sql: str, type_: Any, value: Any, message: str, db: Schema, tmp_path: Path
) -> None:
    db.run("CREATE TYPE S.mood AS ENUM ('ok', 'bad')")
    db.run(f"CREATE TABLE S.t (v {sql} NOT NULL, n int NOT NULL)")
    with pytest.raises(EncodeError) as fault:
        await write_all(PostgresSink(), db.sink("t"), tuple[type_, Integer], context(tmp_path), [(value, 1)])
    assert message in str(fault.value)
    assert db.run("SELECT * FROM S.t") == []


async def test_what_looks_like_an_escape_in_jsonb_is_none(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.t (v jsonb)")
    await write_all(PostgresSink(), db.sink("t"), Json, context(tmp_path), ['"a\\\\u0000\\u00e4"', "null"])
    assert db.run("SELECT v::text FROM S.t") == [('"a\\\\u0000ä"',), ("null",)]


async def test_a_table_is_created_from_the_record_type(db: Schema, tmp_path: Path) -> None:
    class Everything(Record):
        id: Integer
        Text: Text
        ratio: Double | None = None
        tags: list[Text] | None = None
        document: Json = "null"

    parameters = db.sink("made", pg_create=True, pg_key="id")
    for _ in range(2):
        await write_all(PostgresSink(), parameters, Everything, context(tmp_path), [])
    columns = db.run(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attnum > 0"
        f" AND attrelid = '{db.name}.made'::regclass ORDER BY attnum"
    )
    assert columns == [
        ("id", "bigint", True),
        ("Text", "text", True),
        ("ratio", "double precision", False),
        ("tags", "text[]", False),
        ("document", "jsonb", True),
    ]
    with pytest.raises(UsageError, match=r"pg_create needs a record: the columns of \(Integer\) have no names"):
        await write_all(PostgresSink(), db.sink("other", pg_create=True), tuple[Integer], context(tmp_path), [])
    with pytest.raises(ConnectorError, match=r"there is no table \w+\.mad \(did you mean \w+\.made\?\); pg_create"):
        await write_all(PostgresSink(), db.sink("mad"), Everything, context(tmp_path), [])


@pytest.mark.parametrize(
    ("policy", "kept"), [("skip", [n for n in range(1, 40) if n != 7]), ("stop", [])], ids=["skip", "stop"]
)
async def test_a_refused_row_is_found_or_its_flush_undone(
    policy: Literal["skip", "stop"], kept: list[int], db: Schema, tmp_path: Path
) -> None:
    db.run("CREATE TABLE S.t (id bigint PRIMARY KEY CHECK (id <> 7), name text NOT NULL, born date)")
    people = [Person(n, "x") for n in (*range(1, 40), 12)]
    halt = Halt()
    recorder = Recorder()
    guard = Guard(
        shown="Sinks.postgres",
        origin="",
        text="",
        policy=Policy(on_error=policy),
        log=recorder.log,
        halt=halt,
        dead=DeadLetters(tmp_path / "dead"),
        codec=Codec(Person),
    )
    sink = PostgresSink()
    await sink.open(parameters_of(sink, db.sink("t")), Codec(Person), context(tmp_path))
    writer = Writer(sink, guard, halt, asyncio.get_running_loop())
    box = writer.outbox(Current())
    done: list[Token] = []
    token = Token(done.append)
    for person in people:
        box.put(person, token)
    box.seal(token)
    token.release()
    await writer.settle()
    assert done == ([token] if kept else [])
    assert db.run("SELECT id FROM S.t ORDER BY 1") == [(n,) for n in kept]
    assert guard.tally.values_out == len(kept)
    assert guard.tally.skipped == (2 if kept else 0)
    told = recorder.text()
    assert "t_id_check" in told
    assert ("Key (id)=(12) already exists" in told) is bool(kept)
    await sink.close(completed=True)


async def test_a_conflict_is_an_error_an_update_or_left_out(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.t (id int PRIMARY KEY, name text NOT NULL UNIQUE, born date, note text DEFAULT 'kept')")
    first = [Person(1, "a"), Person(2, "b")]
    await write_all(PostgresSink(), db.sink("t"), Person, context(tmp_path), first)
    with pytest.raises(ConnectorError, match=r"table \w+\.t: duplicate key value .*; Key \(id\)=\(2\) already exists"):
        await write_all(PostgresSink(), db.sink("t"), Person, context(tmp_path), [Person(3, "c"), Person(2, "z")])
    assert db.run("SELECT id FROM S.t ORDER BY 1") == [(1,), (2,)]  # all of a flush, or nothing

    again = [Person(2, "x"), Person(3, "c"), Person(2, "y")]
    await write_all(PostgresSink(), db.sink("t", pg_conflict="update"), Person, context(tmp_path), again)
    assert db.run("SELECT id, name, note FROM S.t ORDER BY 1") == [
        (1, "a", "kept"),
        (2, "y", "kept"),
        (3, "c", "kept"),
    ]
    more = [Person(1, "other"), Person(4, "d"), Person(4, "e")]
    await write_all(PostgresSink(), db.sink("t", pg_conflict="ignore", pg_key="ID"), Person, context(tmp_path), more)
    assert db.run("SELECT name FROM S.t ORDER BY id") == [("a",), ("y",), ("c",), ("d",)]
    clash = [Person(9, "a")]
    with pytest.raises(ConnectorError, match="Key \\(name\\)=\\(a\\)"):
        await write_all(PostgresSink(), db.sink("t", pg_conflict="ignore"), Person, context(tmp_path), clash)


async def test_a_conflict_needs_a_key_that_the_table_knows(db: Schema, tmp_path: Path) -> None:
    async def refused(**parameters: Any) -> str:
        with pytest.raises(ConnectorError) as fault:
            await write_all(PostgresSink(), db.sink("t", **parameters), Person, context(tmp_path), [])
        return str(fault.value)

    db.run("CREATE TABLE S.t (id int, name text, born date UNIQUE)")
    assert "needs pg_key" in await refused(pg_conflict="update")
    missing = await refused(pg_conflict="update", pg_key="nme")
    assert missing == f"pg_key: table {db.name}.t has no column nme (did you mean name?)"
    created = await refused(pg_create=True, pg_key="nme")
    assert created == "pg_key: Person has no column nme (did you mean name?)"
    assert f"CREATE UNIQUE INDEX ON {db.name}.t (id, name)" in await refused(pg_conflict="update", pg_key="id, name")
    assert "every value needs its key, and Person may lack born" in await refused(pg_conflict="ignore", pg_key="born")


async def test_views_and_partitioned_tables_take_rows_or_are_told_before(db: Schema, tmp_path: Path) -> None:
    async def refused(table: str, **parameters: Any) -> str:
        with pytest.raises(ConnectorError) as fault:
            await write_all(PostgresSink(), db.sink(table, **parameters), Person, context(tmp_path), [])
        return str(fault.value).replace(f"{db.name}.", "")

    db.run("CREATE TABLE S.t (id bigint PRIMARY KEY, name text, born date) PARTITION BY RANGE (id)")
    db.run("CREATE TABLE S.t1 PARTITION OF S.t FOR VALUES FROM (0) TO (100)")
    db.run("CREATE VIEW S.plain AS SELECT * FROM S.t WHERE id < 50 WITH CHECK OPTION")
    db.run("CREATE VIEW S.summed AS SELECT max(id) AS id, name, born FROM S.t GROUP BY name, born")
    db.run("CREATE MATERIALIZED VIEW S.kept AS SELECT * FROM S.t")
    db.run("CREATE SEQUENCE S.numbers")
    await write_all(PostgresSink(), db.sink("t"), Person, context(tmp_path), [Person(1, "a"), Person(2, "b")])
    upserts = db.sink("t", pg_conflict="update")
    await write_all(PostgresSink(), upserts, Person, context(tmp_path), [Person(2, "c")])
    await write_all(PostgresSink(), db.sink("plain"), Person, context(tmp_path), [Person(4, "d"), Person(3, "e")])
    assert db.run("SELECT id, name FROM S.t ORDER BY id") == [(1, "a"), (2, "c"), (3, "e"), (4, "d")]
    for table, value in (("plain", Person(60, "x")), ("t", Person(100, "x"))):
        with pytest.raises(Refused):
            await write_all(PostgresSink(), db.sink(table), Person, context(tmp_path), [value])
    advice = "name the table behind it"
    assert await refused("summed") == (
        f"summed is a view that takes no rows: {advice}, or CREATE TRIGGER … INSTEAD OF INSERT ON summed"
    )
    assert await refused("kept") == f"kept is a materialized view that takes no rows: {advice}"
    assert await refused("plain", pg_conflict="update", pg_key="id") == (
        'plain is a view, and pg_conflict = "update" needs the table behind it'
    )
    assert await refused("numbers") == "numbers is no table"
    db.run(f"CREATE EXTENSION IF NOT EXISTS file_fdw SCHEMA {db.name}")
    db.run(f"CREATE SERVER {db.name} FOREIGN DATA WRAPPER file_fdw")
    db.run(f"CREATE FOREIGN TABLE S.far (id bigint, name text, born date) SERVER {db.name} OPTIONS (filename '/x')")
    assert await refused("far") == f"far is a foreign table that takes no rows: {advice}"
    db.run("CREATE FUNCTION S.one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
    db.run("CREATE TRIGGER i INSTEAD OF INSERT ON S.summed FOR EACH ROW EXECUTE FUNCTION S.one()")
    await write_all(PostgresSink(), db.sink("summed"), Person, context(tmp_path), [Person(9, "x")])


async def test_a_table_with_row_level_security_takes_the_rows_that_its_policy_does(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.t (id bigint, name text, born date)")
    db.run("ALTER TABLE S.t ENABLE ROW LEVEL SECURITY")
    db.run("CREATE POLICY own ON S.t USING (id < 10)")
    db.run(f"CREATE ROLE {db.name} LOGIN")
    try:
        db.run(f"GRANT USAGE ON SCHEMA {db.name} TO {db.name}")
        db.run(f"GRANT SELECT, INSERT ON S.t TO {db.name}")
        sink = db.sink("t", pg_user=db.name)
        await write_all(PostgresSink(), sink, Person, context(tmp_path), [Person(1, "a"), Person(2, "b")])
        with pytest.raises(Refused, match="new row violates row-level security policy"):
            await write_all(PostgresSink(), sink, Person, context(tmp_path), [Person(3, "c"), Person(10, "d")])
        assert db.run("SELECT id FROM S.t") == [(1,), (2,)]
    finally:
        db.run(f"DROP OWNED BY {db.name}")
        db.run(f"DROP ROLE {db.name}")


async def test_a_flush_is_one_transaction_and_can_be_repeated_after_the_connection_is_lost(
    db: Schema, tmp_path: Path
) -> None:
    db.run("CREATE TABLE S.t (id int PRIMARY KEY, name text, born date)")
    recorder, sink = Recorder(), PostgresSink()
    await sink.open(
        parameters_of(sink, db.sink("t", pg_conflict="update")), Codec(Person), context(tmp_path, log=recorder.log)
    )
    for number in range(4):
        await sink.write(sink.encode([Person(number, "x")]))
        if number % 2:
            db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nstack w'")
            await sink.flush()
    await sink.close(completed=True)
    assert db.run("SELECT count(*) FROM S.t") == [(4,)]
    assert f"the connection to PostgreSQL at {HOST}:{PORT}, database {DATABASE} was lost; its last" in recorder.text()


async def test_a_flush_whose_connection_the_server_ends_is_made_again(db: Schema, tmp_path: Path) -> None:
    db.run("CREATE TABLE S.t (id int PRIMARY KEY, name text, born date)")
    db.run("CREATE SEQUENCE S.rows")
    db.run(
        "CREATE FUNCTION S.ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('S.rows') = 2 THEN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$"
    )
    db.run("CREATE TRIGGER ends BEFORE INSERT ON S.t FOR EACH ROW EXECUTE FUNCTION S.ends()")
    people = [Person(number, "x") for number in range(100)]
    await write_all(PostgresSink(), db.sink("t"), Person, context(tmp_path), people)
    assert db.run("SELECT count(*) FROM S.t") == [(100,)]


# ------------------------------------------------------------------------------------------ the server


async def opened(parameters: dict[str, Any], folder: Path) -> str:
    """What opening a source with these parameters says."""
    source, recorder = PostgresSource(), Recorder()
    with pytest.raises(ConnectorError) as fault:
        await source.open(parameters_of(source, parameters), Codec(Integer), context(folder, log=recorder.log))
    await source.close()
    return f"{recorder.text()}{fault.value}"


async def test_a_server_that_does_not_answer_or_refuses_is_named(db: Schema, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    soon = {"pg_connect_timeout": datetime.timedelta(seconds=0.3)}
    nobody = await opened(db.source("SELECT 1", pg_port=port, pg_password="hunter22", **soon), tmp_path)
    assert nobody.endswith(
        f"cannot connect to PostgreSQL at {HOST}:{port}, database {DATABASE}: Connection refused"
        " (pg_host and pg_port name the server)"
    )
    assert re.search(rf"warning.*waiting for PostgreSQL at {HOST}:{port}.*at most 0 s more: Connection refused", nobody)
    assert "hunter22" not in nobody
    assert await opened(db.source("SELECT 1", pg_database="nowhere"), tmp_path) == (
        f'cannot connect to PostgreSQL at {HOST}:{PORT}, database nowhere: FATAL: database "nowhere" does not exist'
        " (pg_database names it)"
    )
    assert (await opened(db.source("SELECT 1", pg_user="nobody"), tmp_path)).endswith(
        'FATAL: role "nobody" does not exist (pg_user names it)'
    )


async def test_a_statement_may_take_so_long_and_no_longer(db: Schema, tmp_path: Path) -> None:
    slow = db.source("SELECT pg_sleep(60)::text", pg_statement_timeout=datetime.timedelta(milliseconds=50))
    with pytest.raises(ConnectorError, match="pg_query: canceling statement due to statement timeout"):
        await read_all(PostgresSource(), slow, Text, context(tmp_path))
