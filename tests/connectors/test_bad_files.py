"""What must not harm the connectors of files: each kind of ``tests/bad_files.md``, made and read.

Nothing raises but what is meant for a person, nothing that is wrong comes through as a value, and what is wrong is told
with the file and the place in it.
"""

import bz2
import gzip
import io
import lzma
import os
import random
import re
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from connector_harness import Plant, context, parameters_of
from nstack.connectors.arrow import ArrowSource
from nstack.connectors.compression import zstd as zstd_library
from nstack.connectors.csv import CsvSource
from nstack.connectors.jsonl import JsonlSource
from nstack.connectors.letters import DeadLetterSource
from nstack.connectors.parquet import ParquetSource
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch
from nstack.runtime.errors import NStackError
from nstack.runtime.scalars import Date, DateTime, Decimal, Duration, Integer, Json, Text, Time, Uuid
from nstack.runtime.values import Record

zstd = zstd_library()

LIST = Path(__file__).parents[1] / "bad_files.md"
P = b'{"length":1,"name":"good"}\n'
C = b"length,name\n"
ROW = b"1,good\n"
GOOD = Plant(1.0, "good")
LARGE = 1 << 20


class Wide(Record):
    """Columns that other programs write in their own way."""

    n: Integer
    when: DateTime


def values(batch: Batch, codec: Codec) -> Iterator[Any]:
    """The values of a batch, and the texts of the errors of those that are none, as the engine has them."""
    records: Any = batch.values
    decode = batch.decode
    if batch.block is not None:
        records, decode = batch.block.split(b"\n"), codec.decode_json
    for number, record in enumerate(records, batch.first):
        if batch.block is not None and not record.strip():
            continue
        try:
            yield record if decode is None else decode(record)
        except NStackError as fault:
            yield f"!{batch.place}:{number}: {fault}" if batch.place else f"!{fault}"


async def read(source: Any, folder: Path, type_: Any, parameters: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The values that come through, and what is told."""
    good: list[Any] = []
    told: list[str] = []
    codec = Codec(type_)
    try:
        await source.open(parameters_of(source, parameters), codec, context(folder))
        async for batch in source.batches():
            for value in values(batch, codec):
                wrong = isinstance(value, str) and value.startswith("!")
                (told if wrong else good).append(value[1:] if wrong else value)
    except NStackError as fault:
        told.append(str(fault))
    finally:
        await source.close()
    return good, told


# --- how each kind is made: a function from a folder to what is read, or the bytes of the file

Case = tuple[Any, Any, bytes | Callable[[Path], Any], dict[str, Any]]
CASES: dict[str, Case] = {}


def lines(name: str, data: bytes | Callable[[Path], Any], type_: Any = Plant, **parameters: Any) -> None:
    """A kind for JSON lines."""
    CASES[name] = (JsonlSource, type_, data, parameters)


def rows(name: str, data: bytes | Callable[[Path], Any], type_: Any = Plant, **parameters: Any) -> None:
    """A kind for CSV."""
    CASES[name] = (CsvSource, type_, data, parameters)


def table(name: str, data: bytes | Callable[[Path], Any], type_: Any = Integer, **parameters: Any) -> None:
    """A kind for Parquet."""
    CASES[name] = (ParquetSource, type_, data, parameters)


def stream(name: str, data: bytes | Callable[[Path], Any], type_: Any = Integer, **parameters: Any) -> None:
    """A kind for Arrow."""
    CASES[name] = (ArrowSource, type_, data, parameters)


def plant(name: bytes = b"good", length: bytes = b"1") -> bytes:
    return b'{"length":%b,"name":"%b"}\n' % (length, name)


lines("JSON lines in UTF-16", P.decode().encode("utf-16"))
lines("JSON lines in UTF-16 without a mark", P.decode().encode("utf-16-be"))
lines("JSON lines in UTF-32", P.decode().encode("utf-32"))
lines("JSON lines in Latin-1", P + plant("Zoë".encode("latin-1")))
lines("an overlong encoding", P + plant(b"\xc0\xaf"))
lines("a surrogate in UTF-8", P + plant(b"\xed\xa0\x80"))
lines("no UTF-8 where nothing looks", P + P[:-2] + b',"more":{"x":["\xff"]}}\n')
lines("no UTF-8 in a key that the type lacks", P + P[:-2] + b',"\xff":1}\n')
lines("half a surrogate pair", P + plant(b"\\ud83d"))
lines("a byte-order mark in the middle", P + b"\xef\xbb\xbf" + P)
lines("a NUL byte in a text", P + plant(b"a\x00b"))
lines("a line of NUL bytes", P + b"\x00" * 100 + b"\n")
lines("a sparse file", lambda folder: sparse(folder / "x"), max_line=LARGE)
lines("an integer beyond 64 bit", b"1\n9223372036854775808\n", Integer)
lines("an integer of 100000 digits", b"1\n" + b"9" * 100_000 + b"\n", Integer)
lines("a fraction for an integer", b"1\n1.5\n", Integer)
lines("an exponent for an integer", b"1\n1e3\n", Integer)
lines("a number beyond Double", P + plant(length=b"1e400"))
lines("NaN in JSON", P + plant(length=b"NaN"))
lines("Infinity in JSON", P + plant(length=b"-Infinity"))
lines("a leading zero", P + plant(length=b"007"))
lines("lists nested 100000 deep", P + b"[" * 100_000 + b"]" * 100_000 + b"\n")
lines("nesting where nothing looks", P + P[:-2] + b',"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n")
lines("a line without end", P + b'{"length":1,"name":"' + b"x" * 3_000_000, max_line=LARGE)
lines("a line that breaks off", P + P[:-8])
lines("a pretty-printed object", b'{\n"length": 1,\n"name": "x"}\n')
lines("one array of all", b"[" + P.strip() + b"," + P.strip() + b"]\n")
lines("a comma behind each line", P.strip() + b",\n" + P)
lines("a comment", b"// made by hand\n" + P)
lines("single quotes", P + b"{'length':1,'name':'x'}\n")
lines("a raw tab in a text", P + plant(b"a\tb"))
lines("lines that end in CR alone", P.replace(b"\n", b"\r") * 2)
lines("a field that is missing", P + b'{"length":1}\n')
lines("a field that is null", P + b'{"length":null,"name":"x"}\n')
lines("a day that is not in the calendar", b'"2024-02-29"\n"2023-02-29"\n', Date)
lines("a year of five digits", b'"9999-12-31"\n"10000-01-01"\n', Date)
lines("a time without an offset", b'"2024-01-01T00:00:00Z"\n"2024-01-01T00:00:00"\n', DateTime)
lines("a leap second", b'"23:59:59"\n"23:59:60"\n', Time)
lines("a duration past every limit", b'"PT1S"\n"P9999999999D"\n', Duration)
lines("a UUID with a digit too few", b'"%b"\n"%b"\n' % (b"0" * 32, b"0" * 31), Uuid)
lines("NaN for a Decimal", b'"1"\n"NaN"\n', Decimal)
lines("gzip without its name", gzip.compress(P))
lines("Parquet for JSON lines", lambda folder: pq.write_table(pa.table({"a": [1]}), folder / "x"))

LETTER = b'{"function":"A.f","value":%b}\n' % P.strip()
CASES["a dead letter with bytes that are no UTF-8"] = (
    DeadLetterSource,
    Plant,
    LETTER + LETTER[:-2] + b',"error":"\xff"}\n',
    {},
)

rows("CSV in UTF-16", (C + ROW).decode().encode("utf-16"))
rows("CSV with bytes that are no UTF-8", C + ROW + b"1,Zo\xeb\n")
rows("no UTF-8 in a column that the type lacks", b"more," + C + b"x," + ROW + b"Zo\xeb," + ROW)
rows("a byte that the encoding has not", C + ROW + b"1,\x81\n", csv_encoding="cp1252")
rows("half a character of UTF-16", (C + ROW).decode().encode("utf-16") + b"\x00", csv_encoding="utf-16")
rows("a row with a cell too few", C + ROW + b"1\n")
rows("a row with a cell too many", C + ROW + b"1,x,y\n")
rows("rows that end in CR alone", (C + ROW * 3).replace(b"\n", b"\r"))
rows("rows behind a header that end in CR alone", C + ROW + (ROW * 3).replace(b"\n", b"\r"))
rows("rows that end in CR alone in a large file", (C + ROW * 200_000).replace(b"\n", b"\r"), max_line=LARGE)
rows("a row that ends in CR twice", C + ROW + b"1,good\r\r\n")
rows("a quote that is never closed", C + ROW + b'1,"x\n' + ROW * 3)
rows("a quote that is never closed in a large file", C + ROW + b'1,"x\n' + ROW * 300_000, max_line=LARGE)
rows("a quote inside of a cell", C + ROW + b'1,a"b\n')
rows("text behind a closing quote", C + ROW + b'1,"a"b\n')
rows("a row without end", C + ROW + b"1," + b"x" * 3_000_000, max_line=LARGE)
rows("a header that lacks a column", b"length,title\n" + ROW)
rows("a header with a column twice", b"length,name,name\n1,a,b\n")
rows("another separator", b"length;name\n1;x\n")
rows("an empty CSV file", b"")
rows("a CSV file of blank lines", b"\n\r\n\n")
rows("a text for a number", C + ROW + b"one,x\n")
rows("a decimal comma", b"length;name\n1;good\n1,5;x\n", csv_sep=";")
rows("thousands separated", b"length;name\n1;good\n1'000;x\n", csv_sep=";")
rows("NaN in CSV", C + ROW + b"NaN,x\n")
rows("Infinity in CSV", C + ROW + b"inf,x\n")
rows("a number beyond Double in CSV", C + ROW + b"1e999,x\n")
rows("an integer of another script", "1,1\n٣,1\n".encode(), tuple[Integer, Integer])
rows("an integer beyond 64 bit in CSV", b"1,1\n99999999999999999999,1\n", tuple[Integer, Integer])
rows("a number in hexadecimal", b"1,1\n0x10,1\n", tuple[Integer, Integer])
rows("an empty cell for a number", C + ROW + b",x\n")
rows("a row that ends behind an escape", C + ROW + b"1,x\\", csv_escape="\\")
rows("a missing value for a text", C + ROW + b"1,NULL\n", csv_null="NULL")
rows("a spreadsheet", b"PK\x03\x04" + bytes(range(256)) * 4)

for _name, _pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress), ("zstd", zstd.compress)):
    _whole = _pack(P * 10_000)
    lines(f"{_name} that is cut off", _whole[:-5], compression=_name)
    lines(f"an empty {_name} file", b"", compression=_name)
    lines(f"text that is called {_name}", P, compression=_name)
    lines(f"{_name} with something behind it", _pack(P) + b"more", compression=_name)
    lines(f"a bomb in {_name}", _pack(bytes(50_000_000)), compression=_name, max_line=LARGE)
    _at = len(_whole) // 2
    _flipped = _whole[:_at] + bytes([_whole[_at] ^ 0xFF]) * 8 + _whole[_at + 8 :]
    lines(f"{_name} with bytes flipped", _flipped, compression=_name)
lines("gzip of gzip", gzip.compress(gzip.compress(P)), compression="gzip")
lines("gzip that lies about its length", gzip.compress(P)[:-4] + struct.pack("<I", 7), compression="gzip")
lines("gzip that lies about its checksum", gzip.compress(P)[:-8] + bytes(8), compression="gzip")
lines("raw deflate for gzip", zlib.compress(P), compression="gzip")
lines("xz that asks for a gigabyte", lambda folder: (folder / "x").write_bytes(greedy()), compression="xz")


def sparse(file: Path) -> None:
    """A hole of 100 GB."""
    with file.open("wb") as made:
        made.write(P)
        made.truncate(100 << 30)


def greedy() -> bytes:
    """What declares a dictionary of 1.5 GiB, for a few bytes."""
    whole = lzma.compress(P, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}])
    size = (whole[12] + 1) * 4
    header = bytearray(whole[12 : 12 + size - 4])
    header[header.index(b"\x21\x01") + 2] = 40
    return whole[:12] + bytes(header) + struct.pack("<I", zlib.crc32(header)) + whole[12 + size :]


def parquet(array: Any, **options: Any) -> bytes:
    """A file of one column."""
    made = io.BytesIO()
    pq.write_table(pa.table({"value": array}), made, **options)
    return made.getvalue()


def ipc(array: Any, stream: bool = False) -> bytes:
    """The same of Arrow."""
    made = io.BytesIO()
    batch = pa.record_batch([array], names=["value"])
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(made, batch.schema) as out:
        out.write_batch(batch)
    return made.getvalue()


NUMBERS = pa.array(range(1000))
PARQUET, FILE, STREAM = parquet(NUMBERS), ipc(NUMBERS), ipc(NUMBERS, stream=True)
FOOTER = struct.unpack("<I", PARQUET[-8:-4])[0]


def overwritten(data: bytes, at: int, count: int, seed: int = 7) -> bytes:
    return data[:at] + random.Random(seed).randbytes(count) + data[at + count :]


table("an empty Parquet file", b"")
table("Parquet with nothing but its magic", b"PAR1PAR1")
table("Parquet without its footer", PARQUET[: -FOOTER - 8])
table("a Parquet footer cut off", PARQUET[:-9])
table("a Parquet footer that lies about its length", PARQUET[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1")
table("a Parquet footer of garbage", overwritten(PARQUET, len(PARQUET) - FOOTER - 8, FOOTER))
table("Parquet pages of garbage", overwritten(PARQUET, 4, 1500))
table("Parquet with a page flipped", lambda folder: (folder / "x").write_bytes(flipped_page()))
table("Parquet with its data cut out", PARQUET[:8] + PARQUET[2000:])
table("encrypted Parquet", b"PARE" + PARQUET[4:-4] + b"PARE")
table("text for Parquet", P * 10)
table("Parquet of another type", parquet(pa.array(["1"])))
table("Parquet with nulls", parquet(pa.array([1, None])))
table("Parquet without the column", parquet(NUMBERS), Plant)
table("Parquet with unsigned integers of 64 bit", parquet(pa.array([2**64 - 1], pa.uint64())))
table("a time without a zone in Parquet", parquet(pa.array([0], pa.timestamp("us"))), DateTime)
table("a day past the year 9999 in Parquet", parquet(pa.array([10**7], pa.int32()).cast(pa.date32())), Date)
table("nanoseconds that are lost", parquet(pa.array([1], pa.timestamp("ns", "UTC")), version="2.6"), DateTime)
table("a text in Parquet that is no UTF-8", lambda folder: (folder / "x").write_bytes(no_utf8()), Text)
table("text that is no JSON in Parquet", parquet(pa.array(["{}", "{"])), Json)
table("a pipe for Parquet", lambda folder: os.mkfifo(folder / "x"))
table("a folder for Parquet", lambda folder: (folder / "x").mkdir())

stream("an empty Arrow file", b"")
stream("an Arrow file cut off", FILE[:-1])
stream("an Arrow file of garbage", overwritten(FILE, 8, len(FILE) - 16))
stream("an Arrow stream cut off", STREAM[:-2000])
stream("an Arrow message that lies about its length", STREAM[:4] + struct.pack("<i", 2**31 - 1) + STREAM[8:])
stream("an Arrow file whose offsets lie", lambda folder: (folder / "x").write_bytes(bad_offsets()), Text)
stream("nulls in an Arrow column that has none", lambda folder: (folder / "x").write_bytes(sly_nulls()))
stream("Parquet for Arrow", PARQUET)
stream("Feather of version 1", b"FEA1" + bytes(100) + b"FEA1")
stream("an Arrow text that is no UTF-8", lambda folder: (folder / "x").write_bytes(ipc(not_text())), Text)


def flipped_page() -> bytes:
    """One bit of a page's values, with checksums that tell."""
    whole = bytearray(parquet(NUMBERS, compression="none", use_dictionary=False, write_page_checksum=True))
    whole[whole.index(struct.pack("<qq", 500, 501))] ^= 1
    return bytes(whole)


def not_text() -> Any:
    """What claims to be text."""
    return pa.array([b"good", b"\xff\xfe"]).view(pa.string())


def no_utf8() -> bytes:
    return parquet(not_text(), use_dictionary=False)


def bad_offsets() -> bytes:
    """Texts that start behind their data."""
    whole = bytearray(ipc(pa.array(["abc", "def", "ghi"])))
    at = whole.index(struct.pack("<iiii", 0, 3, 6, 9))
    whole[at : at + 16] = struct.pack("<iiii", 0, 1_000_000, -5, 9)
    return bytes(whole)


def sly_nulls() -> bytes:
    made = io.BytesIO()
    schema = pa.schema([pa.field("value", pa.int64(), nullable=False)])
    with pa.ipc.new_file(made, schema) as out:
        out.write_batch(pa.record_batch([pa.array([1, None])], schema=schema))
    return made.getvalue()


def unreadable(folder: Path) -> None:
    """A link that leads to itself."""
    (folder / "x").symlink_to(folder / "x")


lines("a link that leads to itself", unreadable)
lines("a folder", lambda folder: (folder / "x").mkdir())
lines("a file that is not there", lambda folder: None)
lines("a name that is too long", lambda folder: None, path="x" * 300)
lines("a NUL in a path", lambda folder: None, path="x\0y")
lines("an empty path", lambda folder: None, path="")
lines("a pattern that matches nothing", lambda folder: None, path="x/*.jsonl")
lines("a pipe whose writer gives up in a line", lambda folder: half_a_pipe(folder / "x"))


def half_a_pipe(file: Path) -> None:
    """Somebody writes a line and a half, and goes."""
    os.mkfifo(file)

    def write() -> None:
        with file.open("wb") as pipe:
            pipe.write(P + P[:10])

    threading.Thread(target=write, daemon=True).start()


def kinds() -> dict[str, str]:
    """The list: each kind with what is told."""
    return dict(re.findall(r"^\| (.+?) \| `(.+)` \|$", LIST.read_text(), re.MULTILINE))


def test_the_list_of_bad_files_is_what_is_tried() -> None:
    assert list(kinds()) == list(CASES)
    assert len(CASES) >= 72


@pytest.mark.parametrize("kind", CASES)
async def test_a_bad_file_is_told_with_its_place(tmp_path: Path, kind: str) -> None:
    source, type_, data, parameters = CASES[kind]
    if callable(data):
        data(tmp_path)
    else:
        (tmp_path / "x").write_bytes(data)
    good, told = await read(source(), tmp_path, type_, {"path": "x"} | parameters)
    expected = kinds()[kind]
    assert any(expected in text for text in told), told[:3]
    assert all(re.search(r"\bx+\b|path", text) for text in told)
    assert all(len(text) < 1000 for text in told)
    # What came through before is what was right.
    assert all(value == GOOD for value in good if isinstance(value, Plant)), good[:3]
    assert all(type(value) is int and 0 <= value < 1000 for value in good if type_ is Integer), good[:3]


@pytest.mark.parametrize(
    ("source", "data"),
    [
        (JsonlSource, b"".join(b"%d\n" % n for n in range(200_000))),
        (CsvSource, b"".join(b"%d\n" % n for n in range(200_000))),
        (ParquetSource, parquet(pa.array(range(400_000)), row_group_size=100_000)),
    ],
)
async def test_a_file_that_is_cut_while_it_is_read_is_told(tmp_path: Path, source: Any, data: bytes) -> None:
    file, made = tmp_path / "x", source()
    file.write_bytes(data)
    type_: Any = tuple[Integer] if source is CsvSource else Integer
    try:
        await made.open(parameters_of(made, {"path": "x"}), Codec(type_), context(tmp_path))
        batches = made.batches()
        await anext(batches)
        os.truncate(file, len(data) // 3)
        with pytest.raises(NStackError, match=r"x has become shorter while it was read|x, row group \d is damaged"):
            [batch async for batch in batches]
    finally:
        await made.close()


def test_a_bad_file_ends_a_run_in_words(tmp_path: Path) -> None:
    """Through the engine: exit code 1, no traceback, and the sink's file is not put into place."""
    (tmp_path / "x.gz").write_bytes(gzip.compress(P * 1000)[:-5])
    program = (
        'type T = { length : Double, name : Text }; Sources.jsonl<T> { path = "x.gz" } | Sinks.jsonl { path = "out" }'
    )
    command = [sys.executable, "-m", "nscompiler", "notebook", program]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "x.gz ends at byte" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
