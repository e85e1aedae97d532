"""File sinks of a run that outlives its processes: what one has flushed, the next one adds to."""

from pathlib import Path
from typing import Any

import pytest
from connector_harness import context, parameters_of
from nstack.connectors.csv import CsvSink
from nstack.connectors.jsonl import JsonlSink
from nstack.runtime.codec import Codec
from nstack.runtime.scalars import Integer, Text
from nstack.runtime.values import Record


class Row(Record):
    """A row."""

    n: Integer
    name: Text


async def process(
    folder: Path,
    values: list[Any],
    *,
    continued: bool,
    completed: bool,
    sink: Any = JsonlSink,
    path: str = "out",
    **given: Any,
) -> None:
    """One process of a run: it writes some values, and ends or is stopped."""
    made = sink()
    facts = context(folder, bounded=True, continued=continued)
    await made.open(parameters_of(made, {"path": path, **given}), Codec(Row if sink is CsvSink else Integer), facts)
    if values:
        await made.write(made.encode(values))
        await made.flush()
    await made.close(completed=completed)


async def test_the_next_process_adds_to_what_lies_beside_and_the_last_puts_it_into_place(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("of the run before\n")
    (tmp_path / "out.partial").write_text("of a run that nobody goes on with\n")
    await process(tmp_path, [1], continued=False, completed=False)
    await process(tmp_path, [2], continued=True, completed=False)
    assert (tmp_path / "out").read_text() == "of the run before\n"
    await process(tmp_path, [3], continued=True, completed=True)
    assert (tmp_path / "out").read_text() == "1\n2\n3\n"
    assert not (tmp_path / "out.partial").exists()


async def test_one_that_is_started_after_the_last_leaves_what_is_in_place(tmp_path: Path) -> None:
    await process(tmp_path, [1], continued=False, completed=True)
    await process(tmp_path, [], continued=True, completed=True)
    assert (tmp_path / "out").read_text() == "1\n"
    await process(tmp_path, [], continued=False, completed=True)
    assert (tmp_path / "out").read_text() == ""


async def test_half_a_record_of_a_killed_process_is_cut_off(tmp_path: Path) -> None:
    await process(tmp_path, [1], continued=False, completed=False)
    with (tmp_path / "out.partial").open("a") as file:
        file.write("[")
    await process(tmp_path, [2], continued=True, completed=True)
    assert (tmp_path / "out").read_text() == "1\n2\n"


async def test_a_mode_that_refuses_a_file_refuses_that_of_another_run_alone(tmp_path: Path) -> None:
    await process(tmp_path, [1], continued=False, completed=True, mode="error")
    await process(tmp_path, [], continued=True, completed=True, mode="error")
    assert (tmp_path / "out").read_text() == "1\n"


async def test_rows_have_one_header(tmp_path: Path) -> None:
    for number, completed in ((1, False), (2, True)):
        await process(tmp_path, [Row(number, "x")], continued=number > 1, completed=completed, sink=CsvSink)
    assert (tmp_path / "out").read_text() == "n,name\n1,x\n2,x\n"


async def test_compressed_data_is_whole_after_each_flush(tmp_path: Path) -> None:
    import gzip

    made = JsonlSink()
    facts = context(tmp_path, bounded=True, continued=False)
    await made.open(parameters_of(made, {"path": "out.gz"}), Codec(Integer), facts)
    await made.write(made.encode([1]))
    await made.flush()
    assert gzip.decompress((tmp_path / "out.gz.partial").read_bytes()) == b"1\n"
    await made.close(completed=True)
    assert gzip.decompress((tmp_path / "out.gz").read_bytes()) == b"1\n"


@pytest.mark.parametrize("name", ["out", "out.gz"])
async def test_a_run_of_one_process_is_as_before(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.partial").write_bytes(b"left")
    made = JsonlSink()
    await made.open(parameters_of(made, {"path": name}), Codec(Integer), context(tmp_path, bounded=True))
    await made.close(completed=True)
    assert b"left" not in (tmp_path / name).read_bytes()
