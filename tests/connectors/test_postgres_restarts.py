"""What a crash leaves behind, and what a server that goes away does to a run: whole processes against real servers."""

import asyncio
import contextlib
import datetime
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Recorder, context, decoded, parameters_of
from databases import BINARIES, HOST, NEEDS_POSTGRES, PORT, OwnServer, new_schema, own_server
from nstack.connectors.postgres import PostgresPoll, PostgresSink
from nstack.runtime.codec import Codec
from nstack.runtime.scalars import Integer, Text
from nstack.runtime.values import Record

LIMIT = 60


class Row(Record):
    """What is copied."""

    n: Integer
    t: Text


PROGRAM = """
module Crash.Copy:0.1.0

type Row = {{ n : Integer, t : Text }}

fun seen : Row -> Row

def copied =
  Sources.postgres_poll<Row> {{
    pg_host = "{host}", pg_port = {port}, pg_query = "SELECT n, t FROM {schema}.source", pg_key = "n",
    pg_interval = "50ms"
  }} |
  seen |
  Sinks.postgres {{ pg_host = "{host}", pg_port = {port}, pg_table = "{schema}.copy", pg_conflict = "update" }}
"""

SERVICE = """
import time
import nstack

class Module(nstack.Module):
    def seen(self, row):
        time.sleep(0.001)
        return row
"""


def until(true: Callable[[], Any]) -> None:
    """Waits for something that another process does."""
    ends = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.thorough
@NEEDS_POSTGRES
def test_what_is_killed_between_two_batches_goes_on_behind_the_first(tmp_path: Path) -> None:
    with new_schema() as db:
        db.run("CREATE TABLE S.source AS SELECT n, n::text AS t FROM generate_series(1::bigint, 1500) AS s(n)")
        db.run("ALTER TABLE S.source ALTER n SET NOT NULL, ALTER t SET NOT NULL")
        db.run("CREATE TABLE S.copy (n bigint PRIMARY KEY, t text)")
        given = {"host": HOST, "port": PORT, "schema": db.name}
        (tmp_path / "module.nml").write_text(PROGRAM.format(**given))
        (tmp_path / "service.py").write_text(SERVICE)
        command = [sys.executable, "-m", "nscompiler", "run", "module.nml", "copied"]

        def count() -> int:
            return int(db.run("SELECT count(*) FROM S.copy")[0][0])

        killed = {**os.environ, "NSTACK_FAULTS": "committed:1"}
        first = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT, check=False, env=killed
        )
        assert "ended with signal 9" in first.stderr
        before = count()
        assert 0 < before < 1500, first.stderr
        second = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: count() == 1500 or second.poll() is not None)
            second.send_signal(signal.SIGINT)
            told = second.communicate(timeout=LIMIT)[1]
        finally:
            second.kill()
        assert second.returncode == 130, told
        assert db.run("SELECT * FROM S.copy EXCEPT SELECT * FROM S.source") == []
        came = re.search(r"interrupted in .* \[in=(\d+)", told)
        assert came is not None, told
        assert 1500 - before <= int(came[1]) < 1500, told  # what the checkpoint has does not come again


@pytest.fixture
def own() -> Iterator[OwnServer]:
    """A running server."""
    with own_server() as server:
        yield server


@pytest.mark.thorough
@pytest.mark.skipif(not BINARIES, reason="no server of PostgreSQL is installed; tests/services.sh installs it")
async def test_a_server_that_goes_away_is_waited_for(own: OwnServer, tmp_path: Path) -> None:
    recorder = Recorder()
    given = {"pg_host": "127.0.0.1", "pg_port": own.port}

    async def written(sink: PostgresSink, number: int) -> None:
        await sink.write(sink.encode([Row(number, "x")]))
        await sink.flush()

    sink, poll = PostgresSink(), PostgresPoll()
    surroundings = context(tmp_path, log=recorder.log)
    create = {"pg_table": "t", "pg_create": True, "pg_key": "n", "pg_conflict": "update"}
    await sink.open(parameters_of(sink, given | create), Codec(Row), surroundings)
    asked = {"pg_query": "SELECT * FROM t", "pg_key": "n", "pg_interval": datetime.timedelta(milliseconds=10)}
    await poll.open(parameters_of(poll, given | asked), Codec(Row), surroundings)
    async with contextlib.aclosing(poll.batches()) as batches:  # type: ignore[type-var]
        await written(sink, 1)
        assert decoded(await anext(batches), Codec(Row)) == [Row(1, "x")]
        own.stop()
        starting = asyncio.create_task(asyncio.to_thread(until, lambda: "waiting for" in recorder.text()))
        starting.add_done_callback(lambda _: own.start())
        await written(sink, 2)
        assert decoded(await anext(batches), Codec(Row)) == [Row(2, "x")]
    await poll.close()
    await sink.close(completed=True)
    assert [line for line in recorder.text().splitlines() if "was lost; its last rows are written again" in line]
    assert [line for line in recorder.text().splitlines() if "connected to PostgreSQL" in line]
