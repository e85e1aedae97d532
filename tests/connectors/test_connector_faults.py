"""Descriptors that fail under a connector, and what is out of a connector's reach."""

import asyncio
import datetime
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from connector_harness import Flag, context, parameters_of, read_all, write_all
from nstack.connectors.csv import CsvSource
from nstack.connectors.http import HttpSource
from nstack.connectors.jsonl import JsonlSink, JsonlSource
from nstack.connectors.schedule import Clock
from nstack.connectors.stdio import StdinSource, StdoutSink
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError
from nstack.runtime.scalars import Text


def failing(number: int) -> Callable[..., None]:
    """What a system call is replaced with."""

    def call(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


async def test_standard_input_that_cannot_be_read(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(ConnectorError, match="cannot read standard input: is a directory"):
            await read_all(StdinSource(folder), {}, Text, context(tmp_path))
    finally:
        os.close(folder)


async def test_a_full_disk_behind_standard_output() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(ConnectorError, match="cannot write standard output: no space left on device"):
            await write_all(StdoutSink(), {}, Text, context(Path(), stdout=full), ["a"])
    finally:
        os.close(full)


@pytest.mark.parametrize("source", [JsonlSource, CsvSource])
async def test_a_file_that_fails_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: type[JsonlSource] | type[CsvSource]
) -> None:
    (tmp_path / "in").write_text("a,b\n1,true\n")
    monkeypatch.setattr(os, "read", failing(errno.EIO))
    with pytest.raises(ConnectorError, match="cannot read in: input/output error"):
        await read_all(source(), {"path": "in"}, Flag, context(tmp_path))


async def test_a_file_that_cannot_be_put_into_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(ConnectorError, match="cannot write out: input/output error"):
        await write_all(JsonlSink(), {"path": "out"}, Text, context(tmp_path, bounded=True), ["a"])
    assert not (tmp_path / "out").exists()


async def test_half_a_record_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = JsonlSink()
    await sink.open(parameters_of(sink, {"path": "out"}), Codec(Text), context(tmp_path, bounded=False))
    await sink.write(sink.encode(["whole"]))
    real, calls = os.write, []

    def torn(descriptor: int, data: bytes) -> int:
        calls.append(descriptor)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(data)[:3])

    monkeypatch.setattr(os, "write", torn)
    with pytest.raises(ConnectorError, match="no space left on device"):
        await sink.write(sink.encode(["torn"]))
    monkeypatch.undo()
    await sink.close(completed=True)
    assert (tmp_path / "out").read_text() == '"whole"\n'


def test_a_file_that_is_not_open_has_made_no_progress() -> None:
    assert JsonlSource().progress() is None
    assert CsvSource().progress() is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (
            errno.EACCES,
            "port 80 needs rights that this user lacks: choose another one, by http_port in the program, or as in "
            "-p http_port=8080",
        ),
        (errno.EADDRNOTAVAIL, "http_host '127.0.0.1' is no address of this machine"),
        (errno.ENOBUFS, "cannot listen on 127.0.0.1:80: No buffer space available"),
    ],
)
async def test_an_address_that_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    monkeypatch.setattr("socket.socket.bind", failing(number))
    source = HttpSource()
    given = parameters_of(source, {"http_path": "/p", "http_port": 80})
    with pytest.raises(ConnectorError) as caught:
        await source.open(given, Codec(Text), context(tmp_path))
    assert said in str(caught.value)


async def test_the_clock_is_the_machines() -> None:
    clock = Clock()
    before = datetime.datetime.now(datetime.UTC)
    await asyncio.wait_for(clock.sleep(0.0), 5)
    assert before <= clock.now() <= datetime.datetime.now(datetime.UTC)
