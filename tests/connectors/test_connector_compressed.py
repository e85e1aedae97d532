"""Which files a path means, files that are compressed, other dialects of CSV, standard input and output."""

import bz2
import gzip
import json
import lzma
import os
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Plant, Recorder, context, decoded, parameters_of, read_all, read_batches, write_all
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from nstack.connectors.compression import ENDINGS
from nstack.connectors.compression import zstd as zstd_library
from nstack.connectors.csv import CsvSink, CsvSource
from nstack.connectors.csvdialect import Dialect
from nstack.connectors.csvtext import CsvFault, RowScanner
from nstack.connectors.jsonl import JsonlSink, JsonlSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, EncodeError, UsageError
from nstack.runtime.scalars import Integer, Text
from nstack.runtime.values import Record

zstd = zstd_library()

ROOT = Path(__file__).parents[2]
KINDS: dict[str, Any] = {"gz": gzip, "bz2": bz2, "xz": lzma, "zst": zstd}


# --- which files


async def test_a_pattern_means_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for number, name in enumerate(("b/1.jsonl", "a/2.jsonl", "a/10.jsonl", "c.jsonl", "a/x/3.jsonl")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{number}\n")
    (tmp_path / "a/.hidden.jsonl").write_text("no\n")
    (tmp_path / "a/9.jsonl.partial").write_text("no\n")
    (tmp_path / "d.jsonl").mkdir()
    (tmp_path / "a/x/loop").symlink_to(tmp_path / "a")
    for pattern, values in (
        ("*.jsonl", [3]),
        ("[ab]/*.jsonl", [2, 1, 0]),
        ("**/*.jsonl", [2, 1, 4, 0, 3]),
        ("a/?.*", [1]),
        (str(tmp_path / "a" / "*"), [2, 1]),
    ):
        assert await read_all(JsonlSource(), {"path": pattern}, Integer, context(tmp_path)) == values, pattern


async def test_a_file_that_is_called_like_a_pattern_is_itself(tmp_path: Path) -> None:
    (tmp_path / "[1].jsonl").write_text("7\n")
    (tmp_path / "1.jsonl").write_text("8\n")
    assert await read_all(JsonlSource(), {"path": "[1].jsonl"}, Integer, context(tmp_path)) == [7]


async def test_a_pattern_that_matches_nothing_is_an_error_unless_said_otherwise(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"no file matches in/\*\.csv"):
        await read_all(CsvSource(), {"path": "in/*.csv"}, Plant, context(tmp_path))
    assert await read_all(CsvSource(), {"path": "in/*.csv", "if_none": "empty"}, Plant, context(tmp_path)) == []


@pytest.mark.parametrize("connector", [JsonlSource, CsvSource, JsonlSink, CsvSink])
@pytest.mark.parametrize("path", ["", " "])
async def test_an_empty_path_is_wrong_usage(tmp_path: Path, connector: Any, path: str) -> None:
    made = connector()
    with pytest.raises(UsageError, match=rf'Test\.node \(t\.nml:1:1\): path = "{path}" names no file'):
        await made.open(parameters_of(made, {"path": path}), Codec(Plant), context(tmp_path))


async def test_a_source_of_several_files_goes_on_where_any_token_says(tmp_path: Path) -> None:
    for name, first in (("a", 0), ("b", 60_000), ("c", 120_000)):
        (tmp_path / name).write_text("".join(f"{n}\n" for n in range(first, first + 60_000)))
    whole = await read_batches(JsonlSource(), {"path": "*"}, Integer, context(tmp_path))
    assert [value for values, _ in whole for value in values] == list(range(180_000))
    for done, (_, token) in enumerate(whole, 1):
        saved = json.loads(json.dumps(token.offset))
        rest = await read_batches(JsonlSource(), {"path": "*"}, Integer, context(tmp_path, resume=saved))
        left = [value for values, _ in whole[done:] for value in values]
        assert [value for values, _ in rest for value in values] == left


@pytest.mark.parametrize("read", [0, 1, 2])
async def test_a_source_that_goes_on_reads_the_files_that_are_new_since(tmp_path: Path, read: int) -> None:
    for name in ("b", "d", "f"):
        (tmp_path / name).write_text(f"{ord(name)}\n")
    place = await _place_behind(JsonlSource(), context(tmp_path), read)
    for name in ("a", "c", "e", "g"):
        (tmp_path / name).write_text(f"{ord(name)}\n")
    source = JsonlSource()
    rest = [name for name in "abcdefg" if name not in "bdf"[: read + 1]]
    given = context(tmp_path, resume=place)
    await source.open(parameters_of(source, {"path": "*"}), Codec(Integer), given)
    marks, found = [], []
    async for batch in source.batches():
        found += [chr(value) for value in decoded(batch, Codec(Integer))]
        marks.append(json.loads(json.dumps(source.mark(batch.token.offset))))
    await source.close()
    assert found == rest
    # And so does the run after that one.
    (tmp_path / "0").write_text("48\n")
    for number, mark in enumerate(marks, 1):
        again = await read_all(JsonlSource(), {"path": "*"}, Integer, context(tmp_path, resume=mark))
        assert [chr(value) for value in again] == ["0", *rest[number:]]


async def _place_behind(source: Any, given: Any, number: int) -> Any:
    """What a checkpoint keeps behind the batch with this number, from 0 on."""
    await source.open(parameters_of(source, {"path": "*"}), Codec(Integer), given)
    batches = source.batches()
    for _ in range(number):
        await anext(batches)
    place = json.loads(json.dumps(source.mark((await anext(batches)).token.offset)))
    await batches.aclose()
    await source.close()
    return place


# --- compressed files


@pytest.mark.parametrize("ending", KINDS)
async def test_what_the_usual_tools_compress_is_read(tmp_path: Path, ending: str) -> None:
    data = "\ufeff" + "".join(f'{{"length":{n},"name":"ä{n}"}}\n' for n in range(20_000))
    raw = data.encode()
    members = KINDS[ending].compress(raw[:300_000]) + KINDS[ending].compress(raw[300_000:])
    (tmp_path / f"in.jsonl.{ending}").write_bytes(members)
    (tmp_path / "plain").write_bytes(members)
    wanted = [Plant(n, f"ä{n}") for n in range(20_000)]
    whole = await read_batches(JsonlSource(), {"path": f"in.jsonl.{ending}"}, Plant, context(tmp_path))
    assert [value for values, _ in whole for value in values] == wanted
    name = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}[ending]
    assert await read_all(JsonlSource(), {"path": "plain", "compression": name}, Plant, context(tmp_path)) == wanted
    with pytest.raises(ConnectorError, match=f'plain looks like {name}: compression = "{name}" reads that'):
        await read_all(JsonlSource(), {"path": "plain"}, Plant, context(tmp_path))
    for done in (1, len(whole) - 1):
        given = context(tmp_path, resume=whole[done - 1][1].offset)
        rest = await read_batches(JsonlSource(), {"path": f"in.jsonl.{ending}"}, Plant, given)
        assert [value for values, _ in rest for value in values] == [
            value for values, _ in whole[done:] for value in values
        ]


@pytest.mark.parametrize("ending", KINDS)
async def test_the_usual_tools_read_what_is_compressed(tmp_path: Path, ending: str) -> None:
    path = f"out.jsonl.{ending}"
    await write_all(JsonlSink(), {"path": path}, Integer, context(tmp_path, bounded=True), list(range(1000)))
    assert KINDS[ending].decompress((tmp_path / path).read_bytes()) == b"".join(b"%d\n" % n for n in range(1000))
    assert [file.name for file in tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("bounded", [True, False])
@pytest.mark.parametrize("ending", KINDS)
async def test_a_compressed_file_of_nothing_is_one(tmp_path: Path, ending: str, bounded: bool) -> None:
    given = {"path": f"out.jsonl.{ending}"}
    file, output = tmp_path / given["path"], os.memfd_create("output")
    for path in (given["path"], "-"):
        kind = {"compression": ENDINGS[f".{ending}"]} if path == "-" else {}
        around = context(tmp_path, bounded=bounded, stdout=output)
        await write_all(JsonlSink(), {"path": path} | kind, Integer, around, [])
    for data in (file.read_bytes(), os.pread(output, 1000, 0)):
        assert data
        assert KINDS[ending].decompress(data) == b""
    os.close(output)
    assert await read_all(JsonlSource(), given, Integer, context(tmp_path)) == []
    await write_all(JsonlSink(), given, Integer, context(tmp_path), [7])
    assert await read_all(JsonlSource(), given, Integer, context(tmp_path)) == [7]


@pytest.mark.parametrize("ending", KINDS)
async def test_an_endless_run_adds_members_and_never_to_half_a_one(tmp_path: Path, ending: str) -> None:
    given = {"path": f"out.csv.{ending}"}
    file, recorder = tmp_path / given["path"], Recorder()
    for number in range(3):
        await write_all(CsvSink(), given, Plant, context(tmp_path), [Plant(number, "x")])
    assert KINDS[ending].decompress(file.read_bytes()) == b"length,name,note\r\n0.0,x,\r\n1.0,x,\r\n2.0,x,\r\n"
    file.write_bytes(file.read_bytes()[:-3])
    await write_all(CsvSink(), given, Plant, context(tmp_path, log=recorder.log), [Plant(9, "y")])
    assert "member, which was cut off" in recorder.text()
    assert KINDS[ending].decompress(file.read_bytes()) == b"length,name,note\r\n0.0,x,\r\n1.0,x,\r\n9.0,y,\r\n"


@pytest.mark.parametrize("ending", KINDS)
async def test_a_compressed_file_goes_back_to_its_position(tmp_path: Path, ending: str) -> None:
    given, sink = {"path": f"out.jsonl.{ending}"}, JsonlSink()
    await sink.open(parameters_of(sink, given), Codec(Integer), context(tmp_path, bounded=True))
    await sink.write(sink.encode([1, 2]))
    await sink.flush()
    position = sink.position()
    await sink.write(sink.encode([3]))
    await sink.close(completed=False)
    await write_all(JsonlSink(), given, Integer, context(tmp_path, bounded=True, resume=position), [4])
    assert KINDS[ending].decompress((tmp_path / given["path"]).read_bytes()) == b"1\n2\n4\n"


@pytest.mark.parametrize("ending", KINDS)
async def test_an_archive_that_is_cut_off_names_the_byte(tmp_path: Path, ending: str) -> None:
    whole = KINDS[ending].compress(b"".join(b"%d\n" % n for n in range(50_000)))
    for size in (0, 1, 3, len(whole) // 2, len(whole) - 1):
        (tmp_path / f"x.{ending}").write_bytes(whole[:size])
        with pytest.raises(ConnectorError, match=rf"x\.{ending} (is empty|ends at byte {size} in the middle of its)"):
            await read_all(JsonlSource(), {"path": f"x.{ending}"}, Integer, context(tmp_path))


async def test_what_is_no_archive_or_has_more_behind_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_text('{"x":1}\n')
    with pytest.raises(ConnectorError, match=r'a\.gz is no gzip: it looks like text; compression = "none" reads it'):
        await read_all(JsonlSource(), {"path": "a.gz"}, Integer, context(tmp_path))
    whole = gzip.compress(b"1\n")
    (tmp_path / "b.gz").write_bytes(whole + b"\0" * 512)
    assert await read_all(JsonlSource(), {"path": "b.gz"}, Integer, context(tmp_path)) == [1]
    (tmp_path / "c.gz").write_bytes(whole + b"more")
    with pytest.raises(ConnectorError, match=rf"something else behind its gzip data, from byte {len(whole)} on: text"):
        await read_all(JsonlSource(), {"path": "c.gz"}, Integer, context(tmp_path))
    (tmp_path / "d.gz").write_bytes(whole[:-8] + bytes(8))
    with pytest.raises(ConnectorError, match=r"d\.gz is damaged at or before byte 22: gzip says: .*data check"):
        await read_all(JsonlSource(), {"path": "d.gz"}, Integer, context(tmp_path))


# --- dialects


class Dirty(Record):
    """Texts that need care, and values that may be missing."""

    a: Text
    b: Text | None
    n: Integer | None


TEXTS = ["", "x", ";", ",", "'", '"', "\\", "\\N", "NULL", "a;b\nc", "\r\n", "it''s", '\\"', "é", "\\\n", " "]
DIALECTS: list[dict[str, Any]] = [
    {"csv_sep": ";", "csv_quote": "'"},
    {"csv_sep": "\t", "csv_escape": "\\", "csv_null": "\\N"},
    {"csv_quote": "", "csv_escape": "\\", "csv_null": "NULL"},
    {"csv_quote": "'", "csv_escape": "\\", "csv_header": False},
    {"csv_null": "NULL"},
    {"csv_null": "x"},
    {"csv_escape": '"', "csv_sep": "|"},
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
async def test_what_is_written_in_a_dialect_is_what_is_read(tmp_path: Path, dialect: dict[str, Any]) -> None:
    values = [Dirty(a, b, n) for n, a in enumerate(TEXTS) for b in (*TEXTS, None)] + [Dirty("-", None, None)]
    if dialect.get("csv_null", "") == "" and dialect.get("csv_quote") == "":
        values = [value for value in values if value.b != ""]
    given = {"path": "x.csv"} | dialect
    await write_all(CsvSink(), given, Dirty, context(tmp_path, bounded=True), values)
    assert await read_all(CsvSource(), given, Dirty, context(tmp_path)) == values


@hypothesis_given(st.lists(st.text("ab;'\\\n\r,\"", max_size=6), min_size=1, max_size=4), st.sampled_from(["'", "\\"]))
def test_a_row_is_cut_where_it_was_put_together(cells: list[str], escape: str) -> None:
    dialect = Dialect(";", "'", escape)
    row = ";".join(map(dialect.quote_cell, cells))
    scanner = RowScanner(1 << 20, sep=";", rules=dialect)
    data = f"{row}\nnext\n".encode()
    rows = [found for part in (data[:5], data[5:]) for found in scanner.feed(part)] + scanner.finish()
    assert [text for _, text in rows] == [row.removesuffix("\r"), "next"]
    if not row.endswith("\r"):
        assert dialect.split(row) == cells


async def test_files_of_others(tmp_path: Path) -> None:
    class Row(Record):
        name: Text
        city: Text | None

    (tmp_path / "mysql.tsv").write_bytes(b"name\tcity\nada\\\tx\t\\N\nline\\\none\tRom\n")
    given = {"path": "mysql.tsv", "csv_sep": "\t", "csv_quote": "", "csv_escape": "\\", "csv_null": "\\N"}
    wanted = [Row("ada\tx", None), Row("line\none", "Rom")]
    assert await read_all(CsvSource(), given, Row, context(tmp_path)) == wanted
    (tmp_path / "excel.csv").write_text('name;city\r\nZoë;"Köln\n"\r\n', encoding="utf-16", newline="")
    given = {"path": "excel.csv", "csv_sep": ";", "csv_encoding": "utf-16"}
    assert await read_all(CsvSource(), given, Row, context(tmp_path)) == [Row("Zoë", "Köln\n")]
    with pytest.raises(ConnectorError, match=r"excel\.csv looks like text in UTF-16; it is read as UTF-8"):
        await read_all(CsvSource(), {"path": "excel.csv"}, Row, context(tmp_path))
    (tmp_path / "old.csv").write_bytes("ä,b\n".encode("cp1252"))
    given = {"path": "old.csv", "csv_encoding": "cp1252", "csv_header": False}
    assert await read_all(CsvSource(), given, Row, context(tmp_path)) == [Row("ä", "b")]
    (tmp_path / "old.csv").write_bytes(b"name,city\nok,\x81\n")
    with pytest.raises(ConnectorError, match=r"old\.csv: byte 13: expected cp1252, got 81"):
        await read_all(CsvSource(), given, Row, context(tmp_path))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"csv_quote": ","}, "csv_quote = ',' is the separator or quote already"),
        ({"csv_quote": "ab"}, "csv_quote must be one character"),
        ({"csv_escape": ","}, "csv_escape = ',' is the separator or quote already"),
        ({"csv_null": "\n"}, "csv_null must not have a line end"),
        ({"csv_null": "a,b"}, "csv_null = 'a,b' has csv_sep in it, so no cell can be that"),
        ({"csv_null": '"'}, "csv_null = '\"' has csv_quote in it, so no cell can be that"),
        ({"csv_encoding": "utf-9"}, 'csv_encoding = "utf-9" is no encoding'),
        ({"csv_encoding": "base64"}, 'csv_encoding = "base64" is no encoding'),
    ],
)
async def test_a_dialect_that_cannot_be_is_refused(tmp_path: Path, parameters: dict[str, Any], message: str) -> None:
    for connector in (CsvSource(), CsvSink()):
        with pytest.raises(UsageError, match=message):
            await connector.open(parameters_of(connector, {"path": "x"} | parameters), Codec(Plant), context(tmp_path))


async def test_what_a_dialect_cannot_hold_is_an_error_of_its_value(tmp_path: Path) -> None:
    for parameters, value, message in (
        ({"csv_quote": ""}, "a,b", 'column "name": expected text without separators'),
        ({"csv_encoding": "latin-1"}, "Ω", "text that iso8859-1 can hold"),
    ):
        with pytest.raises(EncodeError, match=message):
            await write_all(CsvSink(), {"path": "x"} | parameters, Plant, context(tmp_path), [Plant(1, value)])
    with pytest.raises(CsvFault, match="the row ends behind the escape character"):
        Dialect(",", "'", "\\").split("a\\")
    (tmp_path / "x.csv").write_text("length,name\n1,NULL\n")
    named = {"path": "x.csv", "csv_null": "NULL"}
    assert await read_all(CsvSource(), named, Plant, context(tmp_path)) == [
        'x.csv:2: column "name": expected Text, got "NULL": declare optional Text if it may be missing'
    ]


# --- standard input and output


def notebook(program: str, folder: Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A program, run as a process with something on its standard input."""
    command = [sys.executable, "-m", "nscompiler", "notebook", program]
    return subprocess.run(command, check=False, cwd=folder, input=data, capture_output=True)


@pytest.mark.thorough
def test_a_dash_is_standard_input_and_output(tmp_path: Path) -> None:
    program = (
        'type T = { n : Integer }; Sources.csv<T> { path = "-" } | Sinks.jsonl { path = "-", compression = "gzip" }'
    )
    done = notebook(program, tmp_path, b"\xef\xbb\xbfn\n1\n2\n")
    assert done.returncode == 0, done.stderr
    assert zlib.decompress(done.stdout, wbits=31) == b'{"n":1}\n{"n":2}\n'
    done = notebook(program, tmp_path, b"n\nx\n")
    assert done.returncode == 1
    assert b'standard input:2: column "n": expected Integer' in done.stderr
    assert os.listdir(tmp_path) in ([], [".nsc_cache"], [".nstack"])
