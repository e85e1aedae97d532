"""Runs over files that are killed and go on: patterns, archives and Parquet, each value once."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from nstack.connectors.compression import zstd as zstd_library

zstd = zstd_library()

ROOT = Path(__file__).parents[2]
PROGRAM = """
module Keep.Files:0.1.0

type Row = { n : Integer, name : Text }

fun slow : Row -> Row

def lines = Sources.jsonl<Row> { path = "in/*.jsonl.gz" } | slow | Sinks.csv { path = "out.csv.zst", csv_sep = ";" }
def table = Sources.parquet<Row> { path = "in/*.parquet" } | slow | Sinks.jsonl { path = "out.jsonl.gz" }
def whole = Sources.jsonl<Row> { path = "in/*.jsonl.gz" } | slow | Sinks.parquet { path = "out.parquet" }
"""
SERVICE = """
import os, time
import nstack

class Module(nstack.Module):
    def slow(self, row):
        time.sleep(float(os.environ["SLOW"]))
        return row
"""
COUNT = 300
"""Rows in each of three files."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built once."""
    source = tmp_path_factory.mktemp("files")
    (source / "module.nml").write_text(PROGRAM)
    (source / "service.py").write_text(SERVICE)
    command = [sys.executable, "-m", "nscompiler", "build", str(source), "-o", str(source / "built")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return source / "built"


def filled(folder: Path) -> list[dict[str, object]]:
    """Three files of each form, and all their rows."""
    rows: list[dict[str, object]] = [{"n": n, "name": f"ä;{n}"} for n in range(3 * COUNT)]
    (folder / "in").mkdir()
    for number in range(3):
        part = rows[number * COUNT : (number + 1) * COUNT]
        data = "".join(json.dumps(row) + "\n" for row in part).encode()
        (folder / "in" / f"{number}.jsonl.gz").write_bytes(gzip.compress(data))
        pq.write_table(pa.Table.from_pylist(part), folder / "in" / f"{number}.parquet", row_group_size=100)
    return rows


def run(built: Path, folder: Path, workflow: str, fault: str = "", slow: float = 0.001) -> tuple[int, str]:
    """Exit code and log."""
    path = os.pathsep.join([str(built), str(ROOT / "stdlib")])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "keep_files", workflow],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "NSTACK_FAULTS": fault, "SLOW": str(slow)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.thorough
def test_lines_of_archives_come_once(built: Path, tmp_path: Path) -> None:
    rows = filled(tmp_path)
    for point in ("committed:2", "committed:2", "committing:1"):
        code, told = run(built, tmp_path, "lines", point)
        assert code == -9, told
    code, told = run(built, tmp_path, "lines", slow=0)
    assert code == 0, told
    assert "goes on where it was" in told
    text = zstd.decompress((tmp_path / "out.csv.zst").read_bytes()).decode()
    assert text.splitlines() == ["n;name", *(f'{row["n"]};"{row["name"]}"' for row in rows)]


@pytest.mark.thorough
def test_rows_of_parquet_come_once(built: Path, tmp_path: Path) -> None:
    rows = filled(tmp_path)
    for point in ("committed:3", "committed:1"):
        code, told = run(built, tmp_path, "table", point)
        assert code == -9, told
    code, told = run(built, tmp_path, "table", slow=0)
    assert code == 0, told
    assert "goes on where it was" in told
    text = gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).decode()
    assert [json.loads(line) for line in text.splitlines()] == rows


@pytest.mark.thorough
def test_a_parquet_file_that_was_begun_is_begun_anew(built: Path, tmp_path: Path) -> None:
    rows = filled(tmp_path)
    assert run(built, tmp_path, "whole", "writing:3")[0] == -9
    assert not (tmp_path / "out.parquet").exists()
    code, told = run(built, tmp_path, "whole", slow=0)
    assert code == 0, told
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["out.parquet"]


def test_an_archive_that_changed_is_not_gone_on_in(built: Path, tmp_path: Path) -> None:
    filled(tmp_path)
    assert run(built, tmp_path, "lines", "committed:2")[0] == -9
    for file in (tmp_path / "in").glob("*.gz"):
        file.write_bytes(gzip.compress(b'{"n":1,"name":"another"}\n' * 900))
    code, told = run(built, tmp_path, "lines", slow=0)
    assert code == 1
    assert "--fresh starts over" in told
