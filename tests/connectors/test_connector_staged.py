"""Values between parts that run one after the other: every type comes out as it went in, and never half of a file."""

import asyncio
import datetime
import decimal
import uuid
from pathlib import Path
from typing import Any

import pytest
from connector_harness import context, parameters_of, read_all, write_all
from nstack.connectors.staged import StagedSink, StagedSource
from nstack.runtime import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Double,
    Duration,
    Integer,
    Json,
    Record,
    Sum,
    Text,
    Time,
    Unit,
    Uuid,
    Vector,
    constructor,
)
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, NStackError, TooLarge, UsageError
from s3_server import running

NAN, INF = float("nan"), float("inf")


class Point(Record):
    """A record with a Double in it."""

    x: Double
    name: Text
    note: Text | None = None


class Event(Sum):
    """A sum with a payload of each kind."""

    Click = constructor(Point)
    Words = constructor(Text)
    Gone = constructor()


DAY = datetime.date(2026, 2, 28)
NOON = datetime.time(12, 0, 0, 5)
ZONE = datetime.timezone(datetime.timedelta(hours=-5))
EVERY = [
    (Integer, [-(2**63), 0, 2**63 - 1]),
    (Double, [1.5, NAN, INF, -INF, -0.0, 3.0, 1e300, 5e-324]),
    (Boolean, [True, False]),
    (Text, ["", "a\nb\r\n", "~ü\u2028\0", '"']),
    (Bytes, [b"", bytes(range(256))]),
    (Json, ['{ "a" :\n [1, 2.50] }', "null", '"x"']),
    (Decimal, [decimal.Decimal("1.10"), decimal.Decimal("-0E-20")]),
    (Date, [DAY]),
    (Time, [NOON]),
    (DateTime, [datetime.datetime.combine(DAY, NOON, ZONE)]),
    (Duration, [datetime.timedelta(0), datetime.timedelta(days=3, microseconds=1)]),
    (Uuid, [uuid.UUID(int=7)]),
    (Unit, [None, None]),
    (tuple[Integer, Unit], [(1, None)]),
    (list[Double], [[], [NAN, 1.0]]),
    (dict[str, Double], [{"~": INF, "": 2.0}]),
    (Text | None, [None, "", "x"]),
    (Double | None, [None, NAN, 0.0]),
    (Vector(2, Double), [[NAN, 1.0]]),
    (Point, [Point(NAN, "n"), Point(1.0, "", "note")]),
    (Event, [Event.Click(Point(-INF, "p")), Event.Words("Gone"), Event.Gone()]),
    (list[tuple[Event, Json]], [[(Event.Click(Point(NAN, "")), " [ ] ")]]),
]


def same(one: Any, other: Any) -> bool:
    """NaN is NaN here."""
    return repr(one) == repr(other)


def at(folder: Path | str, name: str = "a_to_b", **more: Any) -> dict[str, Any]:
    """The parameters of both ends."""
    return {"staged_url": str(folder), "staged_name": name} | more


def bounded(folder: Path) -> Any:
    """The surroundings of a part."""
    return context(folder, bounded=True)


@pytest.mark.parametrize(("type_", "values"), EVERY)
async def test_every_type_comes_out_as_it_went_in(type_: Any, values: list[Any], tmp_path: Path) -> None:
    given = at(tmp_path / "run" / "1")
    await write_all(StagedSink(), given, type_, bounded(tmp_path), values)
    assert same(await read_all(StagedSource(), given, type_, bounded(tmp_path)), values)
    assert [file.name for file in (tmp_path / "run" / "1").iterdir()] == ["a_to_b.jsonl"]


@pytest.mark.thorough
async def test_objects_of_a_store_carry_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with running() as server:
        server.client().create_bucket(Bucket="runs")
        for name, value in (
            ("AWS_ENDPOINT_URL", server.endpoint),
            ("AWS_ACCESS_KEY_ID", server.key),
            ("AWS_SECRET_ACCESS_KEY", server.secret),
        ):
            monkeypatch.setenv(name, value)
        for number, (type_, values) in enumerate(EVERY):
            given = at(f"s3://runs/day=1/manual__2026-01-01T00:00:00+00:00/{number}")
            await write_all(StagedSink(), given, type_, bounded(tmp_path), values)
            assert same(await read_all(StagedSource(), given, type_, bounded(tmp_path)), values)
        given = at("s3://runs/again")
        await write_all(StagedSink(), given, Integer, bounded(tmp_path), [1])
        await write_all(StagedSink(), given, Integer, bounded(tmp_path), [2, 3], completed=False)
        assert await read_all(StagedSource(), given, Integer, bounded(tmp_path)) == [1]
        with pytest.raises(ConnectorError, match=r"s3://runs/no/a_to_b\.jsonl: there is no such object.*has to run"):
            await read_all(StagedSource(), at("s3://runs/no"), Integer, bounded(tmp_path))
    assert list(tmp_path.iterdir()) == []


async def test_what_is_not_complete_is_not_there(tmp_path: Path) -> None:
    given, sink = at("staged"), StagedSink()
    await sink.open(parameters_of(sink, given), Codec(Integer), bounded(tmp_path))
    await sink.write(sink.encode([1, 2]))
    await sink.flush()
    with pytest.raises(ConnectorError, match=r"cannot read staged/a_to_b\.jsonl: no such file .*; the part .* before"):
        await read_all(StagedSource(), given, Integer, bounded(tmp_path))
    await sink.close(completed=False)
    await write_all(StagedSink(), given, Integer, bounded(tmp_path), [3])
    assert await read_all(StagedSource(), given, Integer, bounded(tmp_path)) == [3]


async def test_a_repeated_part_replaces_what_it_wrote(tmp_path: Path) -> None:
    given = at(f"file://{tmp_path}/a%20b")
    for values in ([1, 2, 3], [], [1, 2, 3]):
        await write_all(StagedSink(), given, Integer, bounded(tmp_path), values)
        assert await read_all(StagedSource(), given, Integer, bounded(tmp_path)) == values
    assert (tmp_path / "a b" / "a_to_b.jsonl").read_bytes() == b"1\n2\n3\n"


async def test_a_part_that_still_writes_keeps_a_second_one_out(tmp_path: Path) -> None:
    given = at("staged")
    writing = """import asyncio, pathlib, sys
from connector_harness import context, parameters_of
from nstack.connectors.staged import StagedSink
from nstack.runtime.codec import Codec
from nstack.runtime.scalars import Integer


async def main():
    sink = StagedSink()
    given = {"staged_url": "staged", "staged_name": "a_to_b"}
    await sink.open(parameters_of(sink, given), Codec(Integer), context(pathlib.Path(sys.argv[1]), bounded=True))
    print("open", flush=True)
    sys.stdin.read()


asyncio.run(main())
"""
    other = await asyncio.create_subprocess_exec(
        *("python", "-c", writing, str(tmp_path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    assert other.stdout is not None
    try:
        assert await other.stdout.readline() == b"open\n"
        with pytest.raises(ConnectorError, match="another run is writing"):
            await write_all(StagedSink(), given, Integer, bounded(tmp_path), [1])
    finally:
        other.kill()
        await other.communicate()


def _environment() -> dict[str, str]:
    import os
    import sys

    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[1]}",
    }


async def test_what_nothing_of_ours_has_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a_to_b.jsonl"
    file.write_text('1\n"x"\n~{\n3')
    codec_says = await _values(tmp_path)
    assert codec_says[1] == f'{file}:2: value: expected Integer, got "x"'
    assert codec_says[2].startswith(f"{file}:3: value: expected JSON, got malformed text")
    with pytest.raises(ConnectorError, match="4: the last line has no end"):
        await read_all(StagedSource(), at(tmp_path), Integer, bounded(tmp_path))
    with pytest.raises(TooLarge, match="max_line = 2"):
        await read_all(StagedSource(), at(tmp_path, max_line=2), Integer, bounded(tmp_path))


async def _values(folder: Path) -> list[Any]:
    file = folder / "a_to_b.jsonl"
    text = file.read_text()
    file.write_text(text[:-1])
    try:
        return await read_all(StagedSource(), at(folder), Integer, bounded(folder))
    finally:
        file.write_text(text)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (at(""), r"\(nothing\)/a_to_b is no place"),
        (at("x", "../a"), r"x/\.\./a is no place"),
        (at("x", ".a"), "is no place"),
        (at("gs://bucket/x"), "gs:// is no place for staged values; a folder or s3:// is"),
        (at("s3://bucket/../x"), "staged_url"),
        (at("s3://b!/x"), "is no name of a bucket"),
    ],
)
async def test_what_is_no_place_is_told(given: dict[str, Any], says: str, tmp_path: Path) -> None:
    for end in (StagedSink, StagedSource):
        with pytest.raises(UsageError, match=says):
            await (
                write_all(end(), given, Integer, bounded(tmp_path), [])
                if issubclass(end, StagedSink)
                else read_all(end(), given, Integer, bounded(tmp_path))
            )


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NStackError, match=r"cannot make the folder .*file/run: not a directory"):
        await write_all(StagedSink(), at("file/run"), Integer, bounded(tmp_path), [])
