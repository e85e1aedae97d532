"""CSV byte for byte: rows and whole files, both ways, and every way to be wrong."""

import asyncio
import datetime
import decimal
import math
import uuid
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Flag, Plant, context, parameters_of, read_all, read_batches, write_all
from hypothesis import given
from hypothesis import strategies as st
from nstack.connectors.conv import FromCsv, ToCsv
from nstack.connectors.csv import CsvSink, CsvSource
from nstack.connectors.csvtext import CsvFault, RowScanner, split_row, stays_open
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, NStackError, UsageError
from nstack.runtime.scalars import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Decimal,
    Double,
    Duration,
    Integer,
    Text,
    Time,
    Uuid,
    Vector,
)
from nstack.runtime.values import Record, required


class Wide(Record):
    """Every kind of cell."""

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
    User_Id: Text = required("User-Id")
    gap: Integer | None = None


PAIR: Any = Vector(2, Integer)


class Empty(Record):
    """No field at all."""


WIDE = Wide(
    i=-5,
    d=0.1,
    b=True,
    t='say "hi", you\nthere',
    x=b"\x00\xff",
    n=decimal.Decimal("1.20"),
    day=datetime.date(2024, 2, 29),
    at=datetime.time(1, 2, 3),
    when=datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    length=datetime.timedelta(seconds=90),
    key=uuid.UUID(int=7),
    User_Id="u",
)


def to_csv(type_: Any, values: list[Any], **parameters: Any) -> list[str]:
    """What a use of Conv.to_csv makes of a stream."""
    use = ToCsv()
    write = use.bind(Codec(type_), Codec(Text), parameters_of(use, parameters))
    return [text for value in values for text in write(value)]


def from_csv(type_: Any, texts: list[str], **parameters: Any) -> list[Any]:
    """What a use of Conv.from_csv makes of a stream."""
    use = FromCsv()
    read = use.bind(Codec(Text), Codec(type_), parameters_of(use, parameters))
    return [value for text in texts for value in read(text)]


# --- Conv


def test_a_list_of_records_is_one_file_with_crlf_after_every_line() -> None:
    assert to_csv(list[Flag], [[Flag(1, False), Flag(-1, True)]]) == ["a,b\r\n1,FALSE\r\n-1,TRUE\r\n"]


def test_records_are_rows_after_their_header() -> None:
    assert to_csv(Flag, [Flag(1, False), Flag(-1, True)]) == ["a,b", "1,FALSE", "-1,TRUE"]


def test_each_use_has_its_own_header() -> None:
    assert to_csv(Flag, [Flag(1, False)]) == to_csv(Flag, [Flag(1, False)]) == ["a,b", "1,FALSE"]


def test_tuples_and_lists_have_no_header() -> None:
    assert to_csv(tuple[Integer, Text], [(1, "x")]) == ["1,x"]
    assert to_csv(list[Integer], [[1, 2], []]) == ["1,2", ""]
    assert to_csv(list[tuple[Integer, Text]], [[(1, "x"), (2, "y")]]) == ["1,x\r\n2,y\r\n"]
    assert to_csv(list[PAIR], [[[1, 2]]]) == ["1,2\r\n"]


def test_an_empty_list_of_records_is_a_file_with_a_header() -> None:
    assert to_csv(list[Flag], [[]]) == ["a,b\r\n"]
    assert from_csv(list[Flag], ["a,b\r\n"]) == [[]]


def test_csv_sep_is_the_separator_of_header_and_rows() -> None:
    assert to_csv(Flag, [Flag(1, True)], csv_sep=";") == ["a;b", "1;TRUE"]
    assert from_csv(Flag, ["b\ta", "FALSE\t3"], csv_sep="\t") == [Flag(3, False)]


@pytest.mark.parametrize("sep", ["", ";;", '"', "\n", "\r"])
def test_csv_sep_must_be_one_character(sep: str) -> None:
    with pytest.raises(UsageError, match="csv_sep must be one character"):
        to_csv(Flag, [], csv_sep=sep)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\rb"'),
        (" a ", " a "),
        ("a;b", "a;b"),
        ("é", "é"),
        ("'", "'"),
    ],
)
def test_quotes_stand_where_rfc_4180_wants_them(cell: str, written: str) -> None:
    assert to_csv(tuple[Text, Integer], [(cell, 1)]) == [f"{written},1"]
    assert from_csv(tuple[Text, Integer], [f"{written},1"]) == [(cell, 1)]


def test_a_missing_value_is_an_empty_cell() -> None:
    assert to_csv(tuple[Integer | None, Text], [(None, "x")]) == [",x"]
    assert from_csv(tuple[Integer | None, Text | None], [",", '"",""']) == [(None, None), (None, "")]


def test_a_text_that_is_there_but_empty_is_told_from_a_missing_one() -> None:
    rows = [("", None), (None, "")]
    texts = to_csv(tuple[Text | None, Text | None], rows)
    assert texts == ['"",', ',""']
    assert from_csv(tuple[Text | None, Text | None], texts) == rows


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        (list[list[Text]], [["a", ""], [], [""], ["x\r\ny", '"']]),
        (list[tuple[Text | None, Integer]], [(None, 1), ("", 2)]),
        (list[Wide], [WIDE, WIDE]),
        (list[list[Integer]], [[1], [], [2, 3]]),
    ],
)
def test_a_file_read_back_is_what_was_written(type_: Any, values: list[Any]) -> None:
    assert from_csv(type_, to_csv(type_, [values])) == [values]


def test_every_kind_of_cell_has_its_text() -> None:
    header, row = to_csv(Wide, [WIDE])
    assert header == "i,d,b,t,x,n,day,at,when,length,key,User-Id,gap"
    assert row == (
        '-5,0.1,TRUE,"say ""hi"", you\nthere",AP8=,1.20,2024-02-29,01:02:03,2024-01-01T12:00:00+01:00,PT90S,'
        "00000000-0000-0000-0000-000000000007,u,"
    )


def test_columns_are_matched_by_name_and_further_ones_are_passed_over() -> None:
    assert from_csv(Flag, ["c,b,a", "x,TRUE,7"]) == [Flag(7, True)]
    assert from_csv(list[Plant], ["name,length\nrose,1\n"]) == [[Plant(1.0, "rose", None)]]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_row_may_have_its_line_end(end: str) -> None:
    assert from_csv(Flag, [f"a,b{end}", f"1,TRUE{end}"]) == [Flag(1, True)]


@pytest.mark.parametrize(
    "text", ["a,b\n1,TRUE\n", "a,b\r\n1,TRUE", "\ufeffa,b\n1,true\n", 'a,"b"\r\n"1","TRUE"\r\n\r\n']
)
def test_a_file_may_have_lf_a_byte_order_mark_and_no_last_line_end(text: str) -> None:
    assert from_csv(list[Flag], [text]) == [[Flag(1, True)]]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_csv_cannot_hold_a_double_that_is_no_number(value: float) -> None:
    with pytest.raises(EncodeError, match=r"column 2: expected a number that CSV can hold, got"):
        to_csv(tuple[Integer, Double], [(1, value)])


BAD_CELLS = [
    (Integer, "x"),
    (Integer, "1.0"),
    (Integer, "9223372036854775808"),
    (Integer, "1_000"),
    (Double, "nan"),
    (Double, "0x10"),
    (Boolean, "1"),
    (Boolean, "yes"),
    (Date, "2024-02-30"),
    (Uuid, "7"),
    (Duration, "soon"),
    (Bytes, "not base64!"),
]


@pytest.mark.parametrize(("type_", "text"), BAD_CELLS)
def test_a_wrong_cell_is_named_with_what_was_expected(type_: Any, text: str) -> None:
    shown = Codec(type_).shown
    with pytest.raises(DecodeError) as fault:
        from_csv(tuple[Text, type_], [f"ok,{text}"])
    assert str(fault.value) == f'column 2: expected {shown}, got "{text}"'


@pytest.mark.parametrize(
    ("type_", "text", "why"),
    [
        (Double, "1e999", "that is out of the range of Double"),
        (Double | None, " -1e999", "that is out of the range of Double"),
        (DateTime, "2024-01-01T00:00:00", "a DateTime needs an offset, such as Z or +02:00 at its end"),
        (Decimal, "NaN", "NaN has no place in a Decimal"),
        (Integer, "", "declare optional Integer if it may be missing"),
    ],
)
def test_a_cell_that_is_almost_of_its_type_is_told_what_it_lacks(type_: Any, text: str, why: str) -> None:
    with pytest.raises(DecodeError) as fault:
        from_csv(tuple[Text, type_], [f"ok,{text}"])
    assert str(fault.value) == f'column 2: expected {Codec(type_).shown}, got "{text}": {why}'


BAD_TEXTS = [
    (list[Flag], "", "the text is empty; records are read by the names in a header"),
    (list[Flag], "a\r\n1\r\n", 'the header lacks column "b"; it has "a"'),
    (list[Flag], "x,y\r\n", 'the header lacks columns "a", "b"; it has "x", "y"'),
    (list[Flag], "a,b,a\r\n", 'the header has column "a" twice'),
    (list[Flag], "a,b\r\n1,TRUE\r\n2\r\n", "line 3: expected 2 cells, got 1"),
    (list[Flag], 'a,b\r\n"1,TRUE\r\n', "line 2: a quote is opened and never closed"),
    (
        list[Flag],
        'a,b\r\n1,TR"UE"\r\n',
        'line 2: a quote stands inside of a cell that is not in quotes: TR"UE"; write "TR""UE"""',
    ),
    (list[Flag], 'a,5" b\r\n1,TRUE\r\n', 'a quote stands inside of a cell that is not in quotes: 5" b; write "5"" b"'),
    (
        list[Flag],
        f'a,{"x" * 40}"\r\n',
        f"a quote stands inside of a cell that is not in quotes: {'x' * 39}…; write it in",
    ),
    (list[Flag], 'a,b\r\n"1"2,TRUE\r\n', 'line 2: "2,TRUE" follows the closing quote of a cell'),
    (list[Flag], 'a,b\r\n"1\n2",TRUE\r\nx,TRUE\r\n', 'line 2: column "a": expected Integer, got "1\\n2"'),
    (Flag, "1,TRUE", 'the header lacks columns "a", "b"; it has "1", "TRUE"'),
    (tuple[Integer, Integer], "1,2\n3,4", "value: expected one row of CSV, got several lines"),
    (Vector(2, Integer), "1", "expected 2 cells, got 1"),
    (Vector(2, tuple[Integer, Text]), "1,a\r\n", "expected 2 rows, got 1"),
    (list[Integer], "1,x", 'column 2: expected Integer, got "x"'),
    (list[Integer | None], "1,x", 'column 2: expected optional Integer, got "x"'),
    (tuple[Integer, Text], '"a', "a quote is opened and never closed"),
]


@pytest.mark.parametrize(("type_", "text", "message"), BAD_TEXTS)
def test_what_is_no_csv_is_told_with_its_line(type_: Any, text: str, message: str) -> None:
    with pytest.raises(NStackError) as fault:
        from_csv(type_, [text])
    assert str(fault.value).startswith(message)


@pytest.mark.parametrize("type_", [Integer, tuple[Integer, list[list[Integer]]], dict[str, Text]])
def test_a_type_that_is_no_row_is_refused_when_it_is_bound(type_: Any) -> None:
    with pytest.raises(UsageError, match=r"Conv\.to_csv: .*CSV"):
        to_csv(type_, [])


def test_a_row_without_columns_has_no_cells() -> None:
    assert to_csv(list[Empty], [[Empty()]]) == ["\r\n\r\n"]


# --- the scanner


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_rows_do_not_depend_on_how_the_bytes_come(size: int) -> None:
    data = 'a,b\r\n"x\r\ny",2\r\n\r\né,"q""q"\nlast'.encode()
    scanner = RowScanner(1000, sep=",")
    rows = []
    for at in range(0, len(data), size):
        rows += scanner.feed(data[at : at + size])
    rows += scanner.finish()
    assert rows == [(1, "a,b"), (2, '"x\r\ny",2'), (4, ""), (5, 'é,"q""q"'), (6, "last")]
    assert scanner.offset == len(data)


LINES = st.lists(st.text(alphabet='",;a', max_size=8), min_size=1, max_size=4)


@given(LINES, st.sampled_from(",;"))
def test_a_line_stays_open_where_its_row_lacks_a_closing_quote(lines: list[str], sep: str) -> None:
    inside = False
    for count, line in enumerate(lines, 1):
        inside = stays_open(line, sep, inside)
        try:
            split_row("\n".join(lines[:count]), sep)
            wants_more = False
        except CsvFault as fault:
            wants_more = "never closed" in str(fault)
        assert inside == wants_more
        if not inside:
            return


def test_a_row_longer_than_the_limit_is_refused_before_it_is_whole() -> None:
    scanner = RowScanner(10, sep=",")
    assert scanner.feed(b"ok\n") == [(1, "ok")]
    with pytest.raises(CsvFault, match="more than max_line = 10 bytes"):
        scanner.feed(b"x" * 11)
    assert scanner.fault_line == 2


def test_an_open_quote_cannot_swallow_more_than_the_limit() -> None:
    scanner = RowScanner(20, sep=",")
    with pytest.raises(CsvFault, match="max_line"):
        scanner.feed(b'a,"b\n' + b"1,2\n" * 10)
    assert scanner.fault_line == 1


def test_an_empty_row_is_one_empty_cell() -> None:
    assert split_row("", ",") == [""]
    assert split_row('"",', ",") == ["", ""]


# --- files


async def test_a_file_is_read_by_name_and_written_in_declared_order(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbfb,a\r\nTRUE,1\r\nfalse, 2 \r\n")
    values = await read_all(CsvSource(), {"path": "in.csv"}, Flag, context(tmp_path))
    assert values == [Flag(1, True), Flag(2, False)]
    await write_all(CsvSink(), {"path": "out.csv"}, Flag, context(tmp_path, bounded=True), values)
    assert (tmp_path / "out.csv").read_bytes() == b"a,b\r\n1,TRUE\r\n2,FALSE\r\n"


async def test_rows_of_a_file_without_header(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("1;x\n\n2;y")
    given = context(tmp_path)
    assert await read_all(CsvSource(), {"path": "in.csv", "csv_sep": ";"}, tuple[Integer, Text], given) == [
        (1, "x"),
        (2, "y"),
    ]


async def test_a_file_of_many_blocks_loses_no_row(tmp_path: Path) -> None:
    rows = [(number, "é" * (number % 50) + ('"\n' if number % 997 == 0 else "")) for number in range(40_000)]
    given = context(tmp_path, bounded=True)
    await write_all(CsvSink(), {"path": "x.csv"}, tuple[Integer, Text], given, rows)
    assert (tmp_path / "x.csv").stat().st_size > 4 * 256 * 1024
    batches = await read_batches(CsvSource(), {"path": "x.csv"}, tuple[Integer, Text], context(tmp_path))
    assert len(batches) > 4
    assert [value for values, _ in batches for value in values] == rows


async def test_a_source_goes_on_where_a_token_says(tmp_path: Path) -> None:
    text = "b,a\r\n" + "".join(f'"TRUE",{number}\r\n' for number in range(60_000))
    (tmp_path / "x.csv").write_text(text, newline="")
    whole = await read_batches(CsvSource(), {"path": "x.csv"}, Flag, context(tmp_path))
    assert len(whole) > 2
    rest = await read_all(CsvSource(), {"path": "x.csv"}, Flag, context(tmp_path, resume=whole[0][1].offset))
    assert rest == [value for values, _ in whole[1:] for value in values]


async def test_a_bad_cell_is_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b'a,b\n1,TRUE\nx,TRUE\n2,"\nTRUE"\n3,\xff\n4,FALSE,9\n5,FALSE\n')
    values = await read_all(CsvSource(), {"path": "x.csv"}, Flag, context(tmp_path))
    assert values == [
        Flag(1, True),
        'x.csv:3: column "a": expected Integer, got "x"',
        Flag(2, True),
        "x.csv:6: row: expected UTF-8, got byte 0xFF: csv_encoding names another encoding",
        "x.csv:7: expected 2 cells, got 3",
        Flag(5, False),
    ]


async def test_a_misplaced_quote_is_the_fault_of_its_row_alone(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('a;b\n1;5" TRUE\n2;TRUE\n"3"x;"TRUE\n4;"TR\n"UE"\n5;TRUE\n')
    values = await read_all(CsvSource(), {"path": "x.csv", "csv_sep": ";"}, Flag, context(tmp_path))
    assert values == [
        'x.csv:2: a quote stands inside of a cell that is not in quotes: 5" TRUE; write "5"" TRUE"',
        Flag(2, True),
        """x.csv:4: "x;"TRUE" follows the closing quote of a cell, where ';' or the line's end must""",
        """x.csv:5: "UE"" follows the closing quote of a cell, where ';' or the line's end must""",
        Flag(5, True),
    ]


BAD_FILES = [
    (b'a,5" b\n1,TRUE\n', 'x.csv:1: a quote stands inside of a cell that is not in quotes: 5" b; write "5"" b"'),
    (b'"a,b\n1,TRUE\n', "x.csv:1: a quote is opened and never closed"),
    (b"", "x.csv: the file is empty; a record is read by the names in a header"),
    (b"a\n1\n", 'x.csv:1: the header lacks column "b"; it has "a"'),
    (
        b"1,TRUE\n2,TRUE\n",
        'x.csv:1: the header lacks columns "a", "b"; it has "1", "TRUE"; is csv_header = false meant?',
    ),
    (
        b"A,b\n1,TRUE\n",
        'x.csv:1: the header lacks column "a"; it has "A", "b"; a name has to be the same in all its letters',
    ),
    (b'a,b\n1,"TRUE\n', "x.csv:2: a quote is opened and never closed"),
    (b"a,b\n" + b"x" * 300, "x.csv:2: a row of more than max_line = 200 bytes"),
    (b'\x89PNG\r\n\x1a\n\x00"', "x.csv looks like a picture, which holds no lines of text"),
]


@pytest.mark.parametrize(("content", "message"), BAD_FILES)
async def test_a_file_that_cannot_be_read_on_is_one_error(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ConnectorError) as fault:
        await read_all(CsvSource(), {"path": "x.csv", "max_line": 200}, Flag, context(tmp_path))
    assert str(fault.value).startswith(message)


async def test_append_writes_the_header_once_and_refuses_another(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    for number in (1, 2):
        await write_all(CsvSink(), {"path": "x.csv", "mode": "append"}, Flag, context(tmp_path), [Flag(number, True)])
    assert target.read_bytes() == b"a,b\r\n1,TRUE\r\n2,TRUE\r\n"
    with pytest.raises(ConnectorError, match="has the header 'a,b', and these values have 'length,name,note'"):
        await write_all(CsvSink(), {"path": "x.csv", "mode": "append"}, Plant, context(tmp_path), [])


async def test_a_torn_row_is_cut_off_before_appending(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a,b\r\n1,TRUE\r\n2,TR")
    await write_all(CsvSink(), {"path": "x.csv"}, Flag, context(tmp_path), [Flag(2, True)])
    assert (tmp_path / "x.csv").read_bytes() == b"a,b\r\n1,TRUE\r\n2,TRUE\r\n"


async def test_a_header_without_line_end_is_kept(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a,b")
    await write_all(CsvSink(), {"path": "x.csv", "mode": "append"}, Flag, context(tmp_path), [Flag(2, True)])
    assert (tmp_path / "x.csv").read_bytes() == b"a,b\n2,TRUE\r\n"


async def test_a_stopped_source_closes_its_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,2\n" * 200_000)
    source = CsvSource()
    await source.open(parameters_of(source, {"path": "x.csv"}), Codec(tuple[Integer, Integer]), context(tmp_path))
    batches = source.batches()
    await anext(batches)
    done, size = source.progress() or (0, 0)
    assert 0 < done < size
    await batches.aclose()  # type: ignore[attr-defined]
    await source.close()
    await asyncio.sleep(0)
    assert source.progress() == (done, size)
