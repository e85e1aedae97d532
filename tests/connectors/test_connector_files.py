"""JSON lines, standard input and output, the log: over real files, pipes and descriptors."""

import asyncio
import math
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Flag, Plant, Recorder, context, parameters_of, read_all, read_batches, write_all
from nstack.connectors.csv import CsvSink
from nstack.connectors.files import LineCutter
from nstack.connectors.jsonl import JsonlSink, JsonlSource
from nstack.connectors.log import LogSink
from nstack.connectors.parquet import ParquetSink
from nstack.connectors.stdio import StdinSource, StdoutSink
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, EncodeError, ReaderGone, TooLarge, UsageError
from nstack.runtime.scalars import Double, Integer, Text, Unit

# --- JSON lines


async def test_values_are_read_in_order_and_written_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"b":true,"a":1}\r\n\n  \n{"a":2,"b":false,"c":9}')
    values = await read_all(JsonlSource(), {"path": "in.jsonl"}, Flag, context(tmp_path))
    assert values == [Flag(1, True), Flag(2, False)]
    await write_all(JsonlSink(), {"path": "out.jsonl"}, Flag, context(tmp_path, bounded=True), values)
    assert (tmp_path / "out.jsonl").read_bytes() == b'{"a":1,"b":true}\n{"a":2,"b":false}\n'


BAD_LINES = [
    ("{", "value: expected JSON, got malformed text"),
    ("nope", "value: expected JSON, got malformed text"),
    ("[]", "value: expected Plant, got []"),
    ("3", "value: expected Plant, got 3"),
    ('{"length":1}', "value.name: expected Text"),
    ('{"length":"1","name":"x"}', 'value.length: expected Double, got "1"'),
    ('{"length":1,"name":null}', "value.name: expected Text, got null"),
    ('{"length":1,"name":"x","note":3}', "value.note: expected optional Text, got 3"),
    ('{"length":NaN,"name":"x"}', "value: expected JSON, got malformed text"),
    ('{"length":1,"name":"x"} {}', "value: expected JSON, got malformed text"),
    ("[" * 5000, "value: expected JSON"),
    ('{"length":1e999,"name":"x"}', "value"),
    ("\x00", "value: expected JSON, got malformed text"),
]


@pytest.mark.parametrize(("line", "message"), BAD_LINES)
async def test_a_bad_line_is_told_with_file_line_and_path_and_the_next_is_read(
    tmp_path: Path, line: str, message: str
) -> None:
    good = '{"length":1,"name":"x"}'
    (tmp_path / "in.jsonl").write_text(f"{good}\n{line}\n{good}\n")
    values = await read_all(JsonlSource(), {"path": "in.jsonl"}, Plant, context(tmp_path))
    assert values[0] == values[2] == Plant(1.0, "x")
    assert values[1].startswith(f"in.jsonl:2: {message}")


async def test_a_line_longer_than_the_limit_names_the_parameter(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'"ok"\n"' + b"x" * 600_000 + b'"\n')
    with pytest.raises(TooLarge, match=r"in.jsonl:2: a line of more than max_line = 500000 bytes"):
        await read_all(JsonlSource(), {"path": "in.jsonl", "max_line": 500_000}, Text, context(tmp_path))
    values = await read_all(JsonlSource(), {"path": "in.jsonl", "max_line": 600_002}, Text, context(tmp_path))
    assert [len(value) for value in values] == [2, 600_000]


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_must_let_something_through(tmp_path: Path, limit: int) -> None:
    (tmp_path / "in.jsonl").write_text("1\n")
    with pytest.raises(UsageError, match="max_line must be at least 1"):
        await read_all(JsonlSource(), {"path": "in.jsonl", "max_line": limit}, Integer, context(tmp_path))


async def test_a_source_goes_on_where_a_token_says(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(b"%d\n" % number for number in range(200_000)))
    whole = await read_batches(JsonlSource(), {"path": "in.jsonl"}, Integer, context(tmp_path))
    assert len(whole) > 3
    given = context(tmp_path, resume=whole[1][1].offset)
    rest = await read_batches(JsonlSource(), {"path": "in.jsonl"}, Integer, given)
    assert [value for values, _ in rest for value in values] == [value for values, _ in whole[2:] for value in values]
    assert rest[-1][1].offset == whole[-1][1].offset


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
async def test_standard_output_is_that_of_the_run_whatever_it_is_called(tmp_path: Path, path: str) -> None:
    output = os.memfd_create("output")
    for sink, wanted in ((JsonlSink(), b'{"a":7,"b":true}\n'), (CsvSink(), b"a,b\r\n7,TRUE\r\n")):
        os.truncate(output, 0)
        os.lseek(output, 0, os.SEEK_SET)
        around = context(tmp_path, bounded=True, stdout=output)
        await write_all(sink, {"path": path}, Flag, around, [Flag(7, True)])
        assert os.pread(output, 100, 0) == wanted
        assert sink.identity(Parameters({"path": path}), context(tmp_path)) is None
    os.close(output)


async def test_standard_input_and_output_have_one_user(tmp_path: Path) -> None:
    shared: dict[object, object] = {}

    def around(name: str) -> Context:
        return context(tmp_path, node=name, shared=shared, bounded=True, stdout=1)

    first, again = StdoutSink(), around("Sinks.stdout")
    for _ in range(2):  # a second try to open it
        await first.open(parameters_of(first, {}), Codec(Text), again)
    second = StdoutSink()
    await second.open(parameters_of(second, {}), Codec(Text), around("Sinks.stdout"))
    for sink in (JsonlSink(), CsvSink(), ParquetSink()):
        given = parameters_of(sink, {"path": "-"})
        message = r"Sinks\.other \(t\.nml:1:1\) and Sinks\.stdout \(t\.nml:1:1\) write to standard output, which one"
        with pytest.raises(ConnectorError, match=message):
            await sink.open(given, Codec(Flag), around("Sinks.other"))
    source = StdinSource()
    await source.open(parameters_of(source, {}), Codec(Text), around("Sources.stdin"))
    other = JsonlSource()
    with pytest.raises(
        ConnectorError, match=r"and Sources\.stdin \(t\.nml:1:1\) read standard input, which one of them"
    ):
        await other.open(parameters_of(other, {"path": "-"}), Codec(Integer), around("Sources.jsonl"))
    await source.close()


async def test_a_file_that_shrank_is_not_resumed(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("1\n")
    with pytest.raises(ConnectorError, match="shorter than at the last run"):
        await read_all(JsonlSource(), {"path": "in.jsonl"}, Integer, context(tmp_path, resume=["in.jsonl", 10, 2]))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.jsonl", "cannot read missing.jsonl: no such file or directory"),
        (".", "cannot read .: it is a folder"),
        ("file/x", "cannot read file/x: not a directory"),
    ],
)
async def test_a_source_that_cannot_be_opened_says_why(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConnectorError) as fault:
        await read_all(JsonlSource(), {"path": path}, Integer, context(tmp_path))
    assert str(fault.value) == message


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none/x.jsonl", "cannot write none/x.jsonl: there is no folder none"),
        (".", "cannot write .: is a directory"),
    ],
)
async def test_a_sink_that_cannot_be_opened_says_why(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(ConnectorError) as fault:
        await write_all(JsonlSink(), {"path": path}, Integer, context(tmp_path), [1])
    assert str(fault.value) == message


async def test_a_bounded_run_shows_its_file_only_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old\n")
    target.chmod(0o640)
    sink = JsonlSink()
    await sink.open(parameters_of(sink, {"path": "out.jsonl"}), Codec(Integer), context(tmp_path, bounded=True))
    await sink.write(sink.encode([1, 2]))
    assert target.read_text() == "old\n"
    await sink.close(completed=True)
    assert target.read_text() == "1\n2\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]


async def test_a_failed_run_leaves_the_old_file_and_says_where_the_rest_is(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old\n")
    recorder = Recorder()
    given = context(tmp_path, bounded=True, log=recorder.log)
    await write_all(JsonlSink(), {"path": "out.jsonl"}, Integer, given, [1], completed=False)
    assert (tmp_path / "out.jsonl").read_text() == "old\n"
    assert (tmp_path / "out.jsonl.partial").read_text() == "1\n"
    assert "what the run had so far is in out.jsonl.partial" in recorder.text()


async def test_a_run_that_goes_on_keeps_what_it_had(tmp_path: Path) -> None:
    given, codec = {"path": "out.jsonl", "mode": "replace"}, Codec(Integer)
    sink = JsonlSink()
    await sink.open(parameters_of(sink, given), codec, context(tmp_path, bounded=True))
    await sink.write(sink.encode([1]))
    position = sink.position()
    await sink.write(sink.encode([7]))  # behind the checkpoint: it comes again
    await sink.close(completed=False)
    await write_all(JsonlSink(), given, Integer, context(tmp_path, bounded=True, resume=position), [2])
    assert (tmp_path / "out.jsonl").read_text() == "1\n2\n"
    (tmp_path / "out.jsonl.partial").write_text("5\n")
    with pytest.raises(ConnectorError, match=r"out\.jsonl\.partial is not what the run .* --fresh starts over"):
        await write_all(JsonlSink(), given, Integer, context(tmp_path, bounded=True, resume=position), [2])


async def test_a_file_that_was_put_away_is_begun_anew(tmp_path: Path) -> None:
    recorder = Recorder()
    for there in (None, "9\n"):
        if there is not None:
            (tmp_path / "out.jsonl").write_text(there)
        given = context(tmp_path, log=recorder.log, resume=[4, "0"])
        await write_all(JsonlSink(), {"path": "out.jsonl"}, Integer, given, [2])
        assert (tmp_path / "out.jsonl").read_text() == (there or "") + "2\n"
        assert "out.jsonl is another file than before" in recorder.text()


async def test_a_run_from_the_start_does_not_take_up_a_partial_file(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.partial").write_text("1\n")
    await write_all(JsonlSink(), {"path": "out.jsonl"}, Integer, context(tmp_path, bounded=True), [2])
    assert (tmp_path / "out.jsonl").read_text() == "2\n"


@pytest.mark.parametrize(
    ("there", "after"),
    [("1\n", "1\n2\n"), ('1\n"ha', "1\n2\n"), ("1\n7", "1\n7\n2\n"), ("", "2\n"), ('"' + "x" * 9000, "2\n")],
)
async def test_appending_never_joins_a_torn_record(tmp_path: Path, there: str, after: str) -> None:
    (tmp_path / "out.jsonl").write_text(there)
    await write_all(JsonlSink(), {"path": "out.jsonl"}, Integer, context(tmp_path), [2])
    assert (tmp_path / "out.jsonl").read_text() == after


@pytest.mark.parametrize("bounded", [True, False])
async def test_mode_error_leaves_an_existing_file_alone(tmp_path: Path, bounded: bool) -> None:
    (tmp_path / "out.jsonl").write_text("old\n")
    given = context(tmp_path, bounded=bounded)
    with pytest.raises(ConnectorError, match=r'out\.jsonl is there already, and mode = "error"'):
        await write_all(JsonlSink(), {"path": "out.jsonl", "mode": "error"}, Integer, given, [1])
    assert (tmp_path / "out.jsonl").read_text() == "old\n"
    await write_all(JsonlSink(), {"path": "new.jsonl", "mode": "error"}, Integer, given, [1])
    assert (tmp_path / "new.jsonl").read_text() == "1\n"


async def test_one_file_is_not_written_twice_nor_read_and_written(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    shared: dict[Any, Any] = {}
    source = JsonlSource()
    await source.open(parameters_of(source, {"path": "x.jsonl"}), Codec(Integer), context(tmp_path, shared=shared))
    with pytest.raises(ConnectorError, match="use the same file"):
        await JsonlSink().open(
            parameters_of(JsonlSink(), {"path": "./x.jsonl"}), Codec(Integer), context(tmp_path, shared=shared)
        )
    await source.close()


async def test_another_name_of_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    (tmp_path / "y.jsonl").hardlink_to(tmp_path / "x.jsonl")
    shared: dict[Any, Any] = {}
    given = {"path": "x.jsonl", "mode": "append"}
    sink = JsonlSink()
    await sink.open(parameters_of(sink, given), Codec(Integer), context(tmp_path, shared=shared))
    source = JsonlSource()
    with pytest.raises(ConnectorError, match=r"use the same file, .*y\.jsonl"):
        await source.open(parameters_of(source, {"path": "y.jsonl"}), Codec(Integer), context(tmp_path, shared=shared))
    await sink.close(completed=False)


async def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("old\n")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    await write_all(JsonlSink(), {"path": "link.jsonl"}, Integer, context(tmp_path, bounded=True), [1])
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real.jsonl").read_text() == "1\n"


async def test_a_device_is_written_as_it_is(tmp_path: Path) -> None:
    await write_all(JsonlSink(), {"path": "/dev/null"}, Integer, context(tmp_path, bounded=True), [1])
    with pytest.raises(ConnectorError, match="cannot write /dev/full: no space left on device"):
        await write_all(JsonlSink(), {"path": "/dev/full"}, Integer, context(tmp_path, bounded=True), [1])


async def test_json_cannot_hold_what_is_no_number(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"value\[1\]"):
        await write_all(JsonlSink(), {"path": "x"}, tuple[Integer, Double], context(tmp_path), [(1, math.nan)])


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lines_do_not_depend_on_how_the_bytes_come(size: int) -> None:
    data = b"one\n\ntwo\r\nthree"
    cutter = LineCutter("x", 100)
    whole = b"".join(cutter.feed(data[at : at + size]) for at in range(0, len(data), size))
    assert (whole, cutter.line, cutter.offset) == (b"one\n\ntwo\r\n", 4, 10)
    assert cutter.finish() == b"three"


# --- standard input and output


async def read_pipe(data: bytes, **parameters: Any) -> list[Any]:
    """What Sources.stdin makes of ``data`` in a pipe."""
    read, write = os.pipe()
    feeder = threading.Thread(target=_feed, args=(write, data))
    feeder.start()
    try:
        return await read_all(StdinSource(read), parameters, Text, context(Path()))
    finally:
        os.close(read)
        feeder.join()


def _feed(descriptor: int, data: bytes) -> None:
    try:
        with open(descriptor, "wb", buffering=0) as pipe:
            view = memoryview(data)
            while view:
                view = view[pipe.write(view) :]
    except BrokenPipeError:
        return


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\n\nb", ["a", "", "b"]),
        ("\ufeffé\n".encode(), ["é"]),
        (b"ok\n\xff\nok\n", ["ok", "standard input:2: byte 1: expected UTF-8, got 0xFF", "ok"]),
        (b"a\x00b\n", ["a\x00b"]),
    ],
)
async def test_a_line_is_a_value(data: bytes, values: list[str]) -> None:
    assert await read_pipe(data) == values


async def test_more_than_a_pipe_holds_comes_through_in_order() -> None:
    assert await read_pipe(b"".join(b"%d\n" % number for number in range(300_000))) == list(map(str, range(300_000)))


async def test_a_line_without_end_meets_the_limit() -> None:
    with pytest.raises(TooLarge, match="standard input:2: a line of more than max_line = 1000 bytes"):
        await read_pipe(b"ok\n" + b"x" * 5000, max_line=1000)


async def test_a_line_is_handed_on_before_the_next_one_comes() -> None:
    read, write = os.pipe()
    source = StdinSource(read)
    await source.open(parameters_of(source, {}), Codec(Text), context(Path()))
    batches = source.batches()
    for text in ("one", "two"):
        os.write(write, f"{text}\n".encode())
        assert list((await anext(batches)).values) == [text]
    os.close(write)
    with pytest.raises(StopAsyncIteration):
        await anext(batches)
    await source.close()
    os.close(read)


async def test_a_stopped_source_lets_go_of_a_silent_standard_input() -> None:
    read, write = os.pipe()
    source = StdinSource(read)
    await source.open(parameters_of(source, {}), Codec(Text), context(Path()))

    async def consume() -> None:
        async for _ in source.batches():
            raise AssertionError("nothing was written")

    task = asyncio.create_task(consume())
    while not [thread for thread in threading.enumerate() if thread.name == "standard input"]:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    for thread in threading.enumerate():
        if thread.name == "standard input":
            thread.join(5)
            assert not thread.is_alive()
    await source.close()
    os.write(write, b"still there")
    assert os.read(read, 100) == b"still there"
    os.close(read)
    os.close(write)


async def test_a_closed_standard_input_is_one_error() -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    with pytest.raises(ConnectorError, match="standard input is closed"):
        await StdinSource(read).open(parameters_of(StdinSource(), {}), Codec(Text), context(Path()))


async def test_a_value_is_a_line() -> None:
    read, write = os.pipe()
    given = context(Path(), stdout=write)
    await write_all(StdoutSink(), {}, Text, given, ["a", "", "é\r"])
    assert os.read(read, 100) == "a\n\né\r\n".encode()
    for bad in (["ok", "two\nlines"], ["\ud800"]):
        with pytest.raises(EncodeError):
            await write_all(StdoutSink(), {}, Text, given, bad)
    os.close(read)
    with pytest.raises(ReaderGone):
        await write_all(StdoutSink(), {}, Text, given, ["nobody reads"])
    os.close(write)


async def test_a_full_pipe_holds_up_the_sink_and_not_the_loop() -> None:
    read, write = os.pipe()
    task = asyncio.create_task(write_all(StdoutSink(), {}, Text, context(Path(), stdout=write), ["x" * 1_000_000]))
    got = 0
    while got < 1_000_001:
        await asyncio.sleep(0)
        got += len(await asyncio.to_thread(os.read, read, 65536))
    await task
    os.close(read)
    os.close(write)


# --- the log


@pytest.mark.parametrize(
    ("type_", "value", "line"),
    [
        (Text, "Iris-virginica", 'OUTPUT: "Iris-virginica"\n'),
        (list[list[Integer]], [[1, 2, 42], [3, 4, 15]], "OUTPUT: [[1,2,42],[3,4,15]]\n"),
        (Unit, None, "OUTPUT: []\n"),
        (Flag, Flag(1, True), 'OUTPUT: {"a":1,"b":true}\n'),
        (Text, "two\nlines", 'OUTPUT: "two\\nlines"\n'),
    ],
)
async def test_a_value_is_one_line_of_the_log(type_: Any, value: Any, line: str) -> None:
    recorder = Recorder()
    await write_all(LogSink(), {}, type_, context(Path(), log=recorder.log), [value, value])
    assert recorder.text() == line * 2
