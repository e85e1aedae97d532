"""Parquet and Arrow: real files of every type, both ways; schemas that do not fit; files that are damaged."""

import datetime
import decimal
import io
import json
import os
import random
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from connector_harness import Recorder, context, parameters_of, read_all, read_batches, write_all
from nstack.connectors.arrow import END, ArrowSink, ArrowSource
from nstack.connectors.parquet import ParquetSink, ParquetSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, EncodeError, MissingExtra, UsageError
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
    Unit,
    Uuid,
    Vector,
)
from nstack.runtime.values import Record, Sum, constructor, required

PAIR: Any = Vector(2, Double)
MATRIX: Any = Vector(2, Vector(3, Integer))


class Inner(Record):
    """A record in a record."""

    a: Integer
    User_Id: Text | None = required("User-Id")


class Color(Sum):
    """An enumeration."""

    Red = constructor()
    Green = constructor()


class Event(Sum):
    """A sum."""

    Click = constructor(Inner)
    Url = constructor(Text)
    Closed = constructor()
    Maybe = constructor(Integer | None)


class Wide(Record):
    """A field of every type."""

    i: Integer
    d: Double
    b: Boolean
    t: Text
    x: Bytes
    n: Decimal
    day: Date
    at: Time
    when: DateTime
    length: Duration
    key: Uuid
    j: Json
    u: Unit
    items: list[Inner]
    nested: list[list[Integer]]
    pair: tuple[Integer, Text]
    v: PAIR
    m: MATRIX
    map: dict[str, list[Integer]]
    color: Color
    event: Event
    record: Inner
    gone: Inner | None = None
    sparse: list[Integer | None] | None = None
    maybe: Event | None = None
    shade: Color | None = None
    due: DateTime | None = None


def wide(seed: int) -> Wide:
    """A value whose parts follow from a number."""
    rng = random.Random(seed)
    inner = Inner(seed, rng.choice([None, "", "é\0"]))
    events = [Event.Click(inner), Event.Url(""), Event.Closed(), Event.Maybe(None), Event.Maybe(1)]
    return Wide(
        i=rng.choice([-(2**63), 0, 2**63 - 1, seed]),
        d=rng.choice([0.1, -1e300, float("inf"), 5e-324]),
        b=rng.random() < 0.5,
        t=rng.choice(["", "åßç🙂\n", "x" * 300]),
        x=rng.randbytes(seed % 5),
        n=decimal.Decimal(rng.randrange(-(10**20), 10**20)).scaleb(-18),
        day=datetime.date.fromordinal(rng.randrange(1, datetime.date.max.toordinal() + 1)),
        at=datetime.time(rng.randrange(24), 59, 59, rng.randrange(10**6)),
        when=datetime.datetime(rng.randrange(1, 10000), 6, 1, 12, 0, 0, rng.randrange(10**6), tzinfo=datetime.UTC),
        length=datetime.timedelta(days=rng.randrange(-(10**6), 10**6), microseconds=seed),
        key=uuid.UUID(int=rng.getrandbits(128)),
        j=rng.choice(["null", '{"a": [1]}', "1e5"]),
        u=None,
        items=[inner] * (seed % 3),
        nested=[[], [seed], [1, 2]][: seed % 4],
        pair=(seed, "p"),
        v=[rng.random(), 0.0],
        m=[[1, 2, 3], [4, 5, seed]],
        map={str(n): [n] * n for n in range(seed % 3)},
        color=rng.choice([Color.Red(), Color.Green()]),
        event=rng.choice(events),
        record=inner,
        gone=rng.choice([None, inner]),
        sparse=rng.choice([None, [], [None, 1]]),
        maybe=rng.choice([None, *events]),
        shade=rng.choice([None, Color.Green()]),
        due=rng.choice([None, datetime.datetime(1999, 1, 1, tzinfo=datetime.UTC)]),
    )


FORMS: list[Any] = [
    pytest.param(ParquetSink, ParquetSource, {"row_group": 100}, id="parquet"),
    pytest.param(ParquetSink, ParquetSource, {"compression": "zstd"}, id="parquet-zstd"),
    pytest.param(ArrowSink, ArrowSource, {"batch_rows": 100}, id="file"),
    pytest.param(ArrowSink, ArrowSource, {"format": "stream", "compression": "lz4"}, id="stream"),
]


@pytest.mark.parametrize(("sink", "source", "given"), FORMS)
async def test_what_is_written_is_what_is_read(tmp_path: Path, sink: Any, source: Any, given: dict[str, Any]) -> None:
    for type_, values in (
        (Wide, [wide(seed) for seed in range(250)]),
        (Integer, [1, 2, 3]),
        (tuple[Integer, Text | None], [(1, "a"), (2, None)]),
        (Color, [Color.Red(), Color.Green()]),
        (list[Integer], [[], [1]]),
        (dict[str, Text], [{"a": "b"}, {}]),
        (Integer | None, [None, 1]),
        (Wide, []),
    ):
        await write_all(sink(), {"path": "x"} | given, type_, context(tmp_path, bounded=True), values)
        assert await read_all(source(), {"path": "x"}, type_, context(tmp_path)) == values
        assert [file.name for file in tmp_path.iterdir()] == ["x"]


async def test_other_programs_read_what_is_written(tmp_path: Path) -> None:
    given = context(tmp_path, bounded=True)
    await write_all(ParquetSink(), {"path": "x"}, Wide, given, [wide(seed) for seed in range(9)])
    frame = pq.read_table(tmp_path / "x").to_pandas()
    assert frame["t"].tolist() == [wide(seed).t for seed in range(9)]
    assert [row["constructor"] for row in frame["event"]] == [wide(seed).event.__label__ for seed in range(9)]
    schema = pq.read_schema(tmp_path / "x")
    assert [field.name for field in schema if field.nullable] == ["u", "gone", "sparse", "maybe", "shade", "due"]


async def test_a_group_is_written_when_it_is_full_and_read_batch_by_batch(tmp_path: Path) -> None:
    sink = ParquetSink()
    given = {"path": "x", "row_group": 1000}
    await sink.open(parameters_of(sink, given), Codec(Integer), context(tmp_path, bounded=True))
    for start in range(0, 2500, 500):
        await sink.write(sink.encode(range(start, start + 500)))
    await sink.close(completed=True)
    metadata = pq.ParquetFile(tmp_path / "x").metadata
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [1000, 1000, 500]
    got = await read_batches(ParquetSource(), {"path": "x"}, Integer, context(tmp_path))
    assert [value for values, _ in got for value in values] == list(range(2500))
    assert max(len(values) for values, _ in got) <= 1024


@pytest.mark.parametrize(("sink", "source", "given"), FORMS)
async def test_a_source_goes_on_where_any_token_says(
    tmp_path: Path, sink: Any, source: Any, given: dict[str, Any]
) -> None:
    for name, numbers in (("a", range(3000)), ("b", range(3000, 4000)), ("c", range(4000, 4001))):
        await write_all(sink(), {"path": name} | given, Integer, context(tmp_path, bounded=True), list(numbers))
    whole = await read_batches(source(), {"path": "[a-c]"}, Integer, context(tmp_path))
    assert [value for values, _ in whole for value in values] == list(range(4001))
    for done, (_, token) in enumerate(whole, 1):
        saved = json.loads(json.dumps(token.offset))
        rest = await read_batches(source(), {"path": "[a-c]"}, Integer, context(tmp_path, resume=saved))
        assert [batch for batch, _ in rest] == [batch for batch, _ in whole[done:]]


async def test_a_source_that_goes_on_reads_the_files_that_are_new_since(tmp_path: Path) -> None:
    for name in ("b", "d", "f"):
        pq.write_table(pa.table({"value": [ord(name)]}), tmp_path / name)
    source = ParquetSource()
    await source.open(parameters_of(source, {"path": "*"}), Codec(Integer), context(tmp_path))
    batches = source.batches()
    await anext(batches)
    place = json.loads(json.dumps(source.mark((await anext(batches)).token.offset)))
    await batches.aclose()
    await source.close()
    for name in ("a", "c", "e"):
        pq.write_table(pa.table({"value": [ord(name)]}), tmp_path / name)
    rest = await read_all(ParquetSource(), {"path": "*"}, Integer, context(tmp_path, resume=place))
    assert [chr(value) for value in rest] == ["a", "c", "e", "f"]


WITHOUT_PANDAS = """
import sys

class Finder:
    def find_spec(self, name, *given):
        if name == "pandas":
            raise ImportError(name)

sys.meta_path.insert(0, Finder())
import pyarrow as pa
from nstack.connectors.arrowread import Fault, _micros
try:
    _micros(pa.array([1], pa.timestamp("ns", "UTC")), pa.timestamp("us", "UTC"))
except Fault as fault:
    print(fault.text)
"""


def test_nanoseconds_are_shown_where_there_is_no_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, check=True)
    assert done.stdout == "1970-01-01 00:00:00.000000001Z, which is finer than a microsecond, or out of range\n"


async def test_a_file_that_is_gone_is_not_resumed(tmp_path: Path) -> None:
    pq.write_table(pa.table({"value": [1]}), tmp_path / "b")
    with pytest.raises(ConnectorError, match="a, which the last run had come to, is gone; --fresh starts over"):
        await read_all(ParquetSource(), {"path": "*"}, Integer, context(tmp_path, resume=["a", 0, 1]))


@pytest.mark.parametrize(("sink", "source", "given"), FORMS)
async def test_a_run_that_fails_leaves_the_old_file_and_a_readable_rest(
    tmp_path: Path, sink: Any, source: Any, given: dict[str, Any]
) -> None:
    recorder = Recorder()
    facts = {"bounded": True, "log": recorder.log}
    await write_all(sink(), {"path": "x"} | given, Integer, context(tmp_path, **facts), [1])
    await write_all(sink(), {"path": "x"} | given, Integer, context(tmp_path, **facts), [2, 3], completed=False)
    assert await read_all(source(), {"path": "x"}, Integer, context(tmp_path)) == [1]
    assert await read_all(source(), {"path": "x.partial"}, Integer, context(tmp_path)) == [2, 3]
    assert "x was not written: what the run had so far is in x.partial" in recorder.text()
    await write_all(sink(), {"path": "y"} | given, Integer, context(tmp_path, **facts), [], completed=False)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x", "x.partial"]
    with pytest.raises(ConnectorError, match='x is there already, and mode = "error"'):
        await write_all(sink(), {"path": "x", "mode": "error"} | given, Integer, context(tmp_path, **facts), [1])


async def test_an_endless_run_appends_to_a_stream_and_never_to_half_a_message(tmp_path: Path) -> None:
    recorder = Recorder()
    given = {"path": "x.arrows", "format": "stream"}
    for start in range(0, 30, 10):
        await write_all(ArrowSink(), given, Wide, context(tmp_path), [wide(n) for n in range(start, start + 10)])
    assert await read_all(ArrowSource(), given, Wide, context(tmp_path)) == [wide(n) for n in range(30)]
    file = tmp_path / "x.arrows"
    file.write_bytes(file.read_bytes()[: -len(END) - 100])
    await write_all(ArrowSink(), given, Wide, context(tmp_path, log=recorder.log), [wide(50)])
    assert recorder.text() == "warning: x.arrows ended in half a message, which was cut off\n"
    assert await read_all(ArrowSource(), given, Wide, context(tmp_path)) == [*map(wide, range(20)), wide(50)]
    with pytest.raises(ConnectorError, match="a stream of another type, so nothing can be appended"):
        await write_all(ArrowSink(), given, Integer, context(tmp_path), [1])


async def test_an_endless_run_is_refused_what_has_a_footer(tmp_path: Path) -> None:
    for sink, message in ((ParquetSink(), "a Parquet file gets its footer at the end"), (ArrowSink(), "stream")):
        with pytest.raises(UsageError, match=message):
            await write_all(sink, {"path": "x"}, Integer, context(tmp_path), [1])
    assert not list(tmp_path.iterdir())


async def test_a_stream_goes_through_pipes(tmp_path: Path) -> None:
    read, write = os.pipe()
    given = context(tmp_path, bounded=True, stdout=write)
    await write_all(ArrowSink(), {"path": "-", "format": "stream"}, Integer, given, [1, 2])
    os.close(write)
    with open(read, "rb") as pipe:
        assert pa.ipc.open_stream(pipe).read_all().to_pydict() == {"value": [1, 2]}


# --- schemas


class Row(Record):
    """What the tables below are read as."""

    id: Integer
    born: Date
    tags: list[Text]
    note: Text | None = None


GOOD = {
    "id": pa.array([1, 2], pa.int32()),
    "born": pa.array([datetime.date(2000, 1, 1)] * 2),
    "tags": pa.array([["a"], []], pa.list_(pa.string())),
}


def column(name: str, array: Any) -> dict[str, Any]:
    """The good table with another column."""
    return GOOD | {name: array}


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (
            column("id", pa.array([decimal.Decimal("1.5")] * 2)),
            [
                "column id is decimal128(2, 1), and the type has Integer: "
                "declare Decimal, or write the column as int64",
            ],
        ),
        (
            {"ID": GOOD["id"], "born": GOOD["born"], "tags": GOOD["tags"]},
            [
                "column id (Integer) is missing: the file has ID, and names are case sensitive; "
                "declare optional Integer if it may be absent"
            ],
        ),
        (
            column("born", pa.array([None, datetime.date(2000, 1, 1)])),
            ["column born is nullable and has a null (date32[day]), and the type has Date: declare optional Date"],
        ),
        (
            column("tags", pa.array([[1], []], pa.list_(pa.int64()))),
            [
                "an element of column tags is int64, and the type has Text: "
                "declare Integer, or write the column as string"
            ],
        ),
        (
            {"id": pa.array(["1", "2"]), "tags": pa.array([1, 2], pa.uint64())},
            [
                "column born (Date) is missing: the file has id, tags; declare optional Date if it may be absent",
                "column id is string, and the type has Integer: declare Text, or write the column as int64",
                "column tags is uint64, and the type has [Text]: declare Decimal, or write the column as a list",
            ],
        ),
        (
            column("id", pa.array([1, 2], pa.uint64())),
            [
                "column id is uint64, and the type has Integer: "
                "write it as int64, or declare Decimal, which holds every number of it"
            ],
        ),
    ],
)
async def test_a_schema_that_does_not_fit_is_one_error_before_the_first_row(
    tmp_path: Path, table: dict[str, Any], lines: list[str]
) -> None:
    pq.write_table(pa.table(table), tmp_path / "x.parquet")
    source = ParquetSource()
    with pytest.raises(ConnectorError) as fault:
        await source.open(parameters_of(source, {"path": "x.parquet"}), Codec(Row), context(tmp_path))
    assert str(fault.value) == "\n  ".join(["x.parquet does not fit Row", *lines])
    await source.close()


async def test_all_files_that_do_not_fit_are_one_error(tmp_path: Path) -> None:
    for number in range(14):
        made = pa.table({"value": pa.array([1] if number < 2 else ["x"])})
        pq.write_table(made, tmp_path / f"{number:02}.parquet")
    (tmp_path / "01.parquet").write_bytes(b"PAR1")
    with pytest.raises(ConnectorError) as fault:
        await read_all(ParquetSource(), {"path": "*.parquet"}, Integer, context(tmp_path))
    told = str(fault.value).split("\n")
    assert told[0].startswith("01.parquet ")
    assert told[1:-1:2] == [f"{at:02}.parquet does not fit Integer" for at in range(2, 11)]
    assert told[-1] == "3 further files were not looked at"


async def test_what_fits_in_another_layout_is_read(tmp_path: Path) -> None:
    made = {
        "more": pa.array([[1], [2]]),
        "note": pa.array(["x", "y"]).dictionary_encode(),
        "tags": pa.array([["a"], ["b", "c"]], pa.large_list(pa.large_string())),
        "born": pa.array([0, 86_400_000], pa.int64()).cast(pa.date64()),
        "id": pa.array([7, 8], pa.uint8()),
    }
    wanted = [Row(7, datetime.date(1970, 1, 1), ["a"], "x"), Row(8, datetime.date(1970, 1, 2), ["b", "c"], "y")]
    pq.write_table(pa.table(made), tmp_path / "x.parquet")
    assert await read_all(ParquetSource(), {"path": "x.parquet"}, Row, context(tmp_path)) == wanted
    del made["note"]
    pa.feather.write_feather(pa.table(made), tmp_path / "x.feather", compression="zstd")
    plain = [Row(row.id, row.born, row.tags) for row in wanted]
    assert await read_all(ArrowSource(), {"path": "x.feather"}, Row, context(tmp_path)) == plain


async def test_times_without_a_zone_need_one(tmp_path: Path) -> None:
    noon = datetime.datetime(2024, 7, 1, 12)
    pq.write_table(pa.table({"value": pa.array([noon], pa.timestamp("ns"))}), tmp_path / "x")
    with pytest.raises(ConnectorError, match=r'timezone = "UTC", or another one, says in which zone'):
        await read_all(ParquetSource(), {"path": "x"}, DateTime, context(tmp_path))
    (read,) = await read_all(ParquetSource(), {"path": "x", "timezone": "Europe/Paris"}, DateTime, context(tmp_path))
    assert read == datetime.datetime(2024, 7, 1, 10, tzinfo=datetime.UTC)
    with pytest.raises(UsageError, match=r'timezone = "Mars" is no time zone'):
        await read_all(ParquetSource(), {"path": "x", "timezone": "Mars"}, DateTime, context(tmp_path))


LIST = pa.list_(pa.int64())


@pytest.mark.parametrize(
    ("type_", "array", "message"),
    [
        (Integer, pa.array([1, None]), "row 2, column 1: expected Integer, got null"),
        (Date, pa.array([0, 10**7], pa.int32()).cast(pa.date32()), "outside of the years 1 to 9999"),
        (DateTime, pa.array([0, 2**62]).cast(pa.timestamp("us", "UTC")), "outside of the years 1 to 9999"),
        (DateTime, pa.array([0, 1]).cast(pa.timestamp("ns", "UTC")), "which is finer than a microsecond"),
        (Color, pa.array(["Red", "Blue"]), "column 1: expected Color, got 'Blue', which is none of Red, Green"),
        (list[Integer], pa.array([[1], [1, None]], LIST), r"column 1\[1\]: expected Integer, got null"),
        (PAIR, pa.array([[0.5, 1.0], [1.0]]), "column 1: expected Vector 2 Double, got 1 items"),
        (Json, pa.array(["1", "{"]), "column 1: expected Json, got text that is no JSON: '{'"),
        (dict[str, Integer], pa.array([[], [("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int64())), "a key twice"),
        (Text, pa.array([b"a", b"\xff"]).view(pa.string()), "column 1: expected Text, got 'utf-8' codec"),
    ],
)
async def test_a_value_that_the_type_has_not_is_an_error_of_its_row(
    tmp_path: Path, type_: Any, array: Any, message: str
) -> None:
    with pa.OSFile(str(tmp_path / "x"), "wb") as file, pa.ipc.new_file(file, pa.schema([("value", array.type)])) as out:
        out.write_batch(pa.record_batch({"value": array}))
    if array.type == pa.string() and "codec" in message:  # the format itself forbids that
        with pytest.raises(ConnectorError, match=r"record batch 1 is damaged: .*UTF8"):
            await read_all(ArrowSource(), {"path": "x"}, type_, context(tmp_path))
        return
    good, bad = await read_all(ArrowSource(), {"path": "x"}, type_, context(tmp_path))
    assert not isinstance(good, str) or type_ is Json
    assert bad.startswith("x, record batch 1, row 2, column 1")
    assert re.search(message, bad), bad


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        (Decimal, decimal.Decimal("0.1") ** 19, "18 behind it"),
        (Decimal, decimal.Decimal(10) ** 20, "20 digits before the point"),
        (Duration, datetime.timedelta.max, "expected Duration as duration"),
        (Text, "\ud800", "expected Text that UTF-8 can hold"),
        (list[Text], ["ok", "\ud800"], "an element of column value"),
    ],
)
async def test_a_value_that_no_column_holds_is_an_error_of_its_own(
    tmp_path: Path, type_: Any, value: Any, message: str
) -> None:
    with pytest.raises(EncodeError, match=message):
        await write_all(ParquetSink(), {"path": "x"}, type_, context(tmp_path, bounded=True), [value])


async def test_a_full_disk_is_one_error() -> None:
    with pytest.raises(ConnectorError, match="cannot write /dev/full: no space left on device"):
        await write_all(ArrowSink(), {"path": "/dev/full"}, Integer, context(Path(), bounded=True), [1])


@pytest.mark.parametrize("connector", [ParquetSource, ParquetSink, ArrowSource, ArrowSink])
async def test_a_missing_library_is_one_error_that_names_the_extra_for_tables(
    connector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    made = connector()
    with pytest.raises(MissingExtra, match=r'pip install "nstack-runtime\[parquet\]"'):
        await made.open(parameters_of(made, {"path": "x"}), Codec(Integer), context(Path(), bounded=True))


def table(write: Callable[[Any, Any], None]) -> bytes:
    """A file of a thousand rows."""
    made = io.BytesIO()
    write(pa.table({"value": list(range(1000))}), made)
    return made.getvalue()


def write_file(made: Any, to: Any) -> None:
    """An Arrow file."""
    with pa.ipc.new_file(to, made.schema) as out:
        out.write_table(made)


@pytest.mark.parametrize(("source", "write"), [(ParquetSource, pq.write_table), (ArrowSource, write_file)])
async def test_a_file_that_is_cut_off_or_flipped_anywhere_is_told_or_read_right(
    tmp_path: Path, source: Any, write: Any
) -> None:
    whole = table(write)
    rng = random.Random(5)
    damaged = [whole[:at] for at in (0, 1, 4, 11, len(whole) // 2, len(whole) - 9, len(whole) - 1)]
    for _ in range(60):
        at = rng.randrange(len(whole))
        damaged.append(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
    told = []
    for data in damaged:
        (tmp_path / "x").write_bytes(data)
        try:
            values = await read_all(source(), {"path": "x"}, Integer, context(tmp_path))
        except ConnectorError as fault:
            told.append(str(fault))
        else:
            assert all(isinstance(value, int | str) for value in values)
    assert len(told) >= 10
    assert all(text.startswith("x") for text in told)


@pytest.mark.thorough
def test_a_workflow_reads_and_writes_parquet_from_the_command_line(tmp_path: Path) -> None:
    pq.write_table(pa.table({"who": ["a", "b"], "n": [1, 2]}), tmp_path / "in.parquet")
    program = (
        "type T = { n : Integer, who : Text }; "
        'Sources.parquet<T> { path = "in*.parquet" } | Sinks.arrow { path = "out.arrow" }'
    )
    command = [sys.executable, "-m", "nscompiler", "notebook", program]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with pa.ipc.open_file(tmp_path / "out.arrow") as file:
        assert file.read_all().to_pylist() == [{"n": 1, "who": "a"}, {"n": 2, "who": "b"}]
    (tmp_path / "in.parquet").write_bytes((tmp_path / "in.parquet").read_bytes()[:-5])
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "error: Sources.parquet: in.parquet ends at byte" in done.stderr
    assert "Traceback" not in done.stderr
