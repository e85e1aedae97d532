"""PostgreSQL → method → PostgreSQL: a workflow beside the same by hand, with psycopg's COPY in both directions.

    .venv/bin/python benchmarks/run/postgres.py [ROWS] [PAIRS]

The two take turns, on the server at 127.0.0.1:5432. Told are the seconds of each run (the workflow's with the start of
its process, the hand's without one) and the ratio of the medians: 1.00 is as fast as by hand.
"""

import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import msgspec
import psycopg

SERVER = {"host": "127.0.0.1", "port": 5432, "user": "postgres", "dbname": "postgres"}

PROGRAM = """
module Bench.Copy:0.1.0

type Row = {{ id : Integer, name : Text, price : Double, at : DateTime }}

fun raised : Row -> Row

def copied =
  Sources.postgres<Row> {{ pg_host = "127.0.0.1", pg_query = "SELECT id, name, price, at FROM {schema}.source" }} |
  raised |
  Sinks.postgres {{ pg_host = "127.0.0.1", pg_table = "{schema}.target" }}
"""

SERVICE = """
import nstack

class Module(nstack.Module):
    def raised(self, row):
        row.price *= 1.25
        return row
"""


class Row(msgspec.Struct):
    """What a person would make of a row."""

    id: int
    name: str
    price: float
    at: Any


def by_hand(schema: str, method: Any) -> None:
    """COPY out, the method for each row, COPY in."""
    kinds = ["int8", "text", "float8", "timestamptz"]
    with psycopg.connect(**SERVER) as reading, psycopg.connect(**SERVER) as writing:  # type: ignore[arg-type]
        select = f"COPY (SELECT id, name, price, at FROM {schema}.source) TO STDOUT (FORMAT binary)"
        insert = f"COPY {schema}.target (id, name, price, at) FROM STDIN (FORMAT binary)"
        with reading.cursor().copy(select.encode()) as source, writing.cursor().copy(insert.encode()) as target:
            source.set_types(kinds)
            target.set_types(kinds)
            for found in source.rows():
                row = method(Row(*found))
                target.write_row((row.id, row.name, row.price, row.at))


def method_of(folder: Path) -> Any:
    """The same method, from the same file."""
    spec = importlib.util.spec_from_file_location("service", folder / "service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Module().raised


def timed(work: Any, connection: psycopg.Connection[Any], schema: str, rows: int) -> float:
    """The seconds that some work takes, after which the target holds every row."""
    connection.execute(f"TRUNCATE {schema}.target".encode())
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    found = connection.execute(f"SELECT count(*) FROM {schema}.target".encode()).fetchone()
    assert found == (rows,), found
    return took


def main(rows: int, pairs: int) -> None:
    """Runs the pairs and prints what they took."""
    schema = f"nstack_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(**SERVER, autocommit=True) as connection, tempfile.TemporaryDirectory() as name:  # type: ignore[arg-type]
        folder = Path(name)
        (folder / "module.nml").write_text(PROGRAM.format(schema=schema))
        (folder / "service.py").write_text(SERVICE)
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            table = "(id bigint NOT NULL, name text NOT NULL, price float8 NOT NULL, at timestamptz NOT NULL)"
            for which in ("source", "target"):
                connection.execute(f"CREATE UNLOGGED TABLE {schema}.{which} {table}".encode())
            connection.execute(
                f"INSERT INTO {schema}.source SELECT n, 'article ' || n, n / 7.0, now() + n * interval '1 s'"
                f" FROM generate_series(1, {rows}) AS s(n)".encode()
            )
            build = [sys.executable, "-m", "nscompiler", "build", "module.nml", "-o", "built"]
            subprocess.run(build, cwd=folder, check=True, capture_output=True)
            start = [sys.executable, "-m", next((folder / "built").glob("*/__main__.py")).parent.name, "copied"]
            method = method_of(folder)

            def workflow() -> None:
                subprocess.run(start, cwd=folder / "built", check=True, capture_output=True)

            took = [
                (
                    timed(workflow, connection, schema, rows),
                    timed(lambda: by_hand(schema, method), connection, schema, rows),
                )
                for _ in range(pairs)
            ]
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())
    for ours, hand in took:
        print(f"workflow {ours:6.2f} s   by hand {hand:6.2f} s   ratio {hand / ours:.2f}")
    ours, hand = (statistics.median(column) for column in zip(*took, strict=True))
    print(
        f"{rows} rows: workflow {rows / ours:,.0f} rows/s, by hand {rows / hand:,.0f} rows/s, ratio {hand / ours:.2f}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
