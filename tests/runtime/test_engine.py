"""The parts between a source and its sinks: queues, tokens, outboxes, the registry of connectors, linking."""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from nstack.runtime import Call, Integer, Json, Parameter, Policy, Record, Sink, Source, Text, UserModule, Workflow
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Batch, Context, Parameters, Registry, SinkConnector, SourceConnector
from nstack.runtime.errors import ConnectorError, NotNow, RefusedValues, UsageError
from nstack.runtime.feed import Feed
from nstack.runtime.link import reached
from nstack.runtime.log import Log
from nstack.runtime.outbox import Outbox, Writer
from nstack.runtime.parameters import resolve
from nstack.runtime.policy import Current, DeadLetters, Guard, Halt, Stopped
from nstack.runtime.shapes import shape_of
from nstack.runtime.standard import STD
from nstack.runtime.supervise import Run
from nstack.runtime.token import Problem, Token, answer


def test_a_token_is_done_at_zero() -> None:
    done: list[Token] = []
    token = Token(done.append)
    token.add()
    token.release()
    assert done == []
    token.release()
    assert done == [token]


def test_answers_without_a_reply_and_with_a_problem() -> None:
    token = Token()
    assert answer(token, bytes).body == b"Message Accepted"
    token.fail(Problem("1", 500, "first"))
    token.fail(Problem("2", 504, "second"))
    assert answer(token, lambda document: repr(document).encode()).status == 500


async def test_a_feed_is_bounded() -> None:
    feed = Feed(asyncio.get_running_loop())
    for _ in range(3):
        assert feed.offer(Batch([1, 2]), records=5)
    assert not feed.offer(Batch([1]), records=5)
    assert feed.left() == 6
    blocks = Feed(asyncio.get_running_loop())
    assert blocks.offer(Batch.lines(b"x" * 100), 9, size=50)  # a single one always fits
    assert not blocks.offer(Batch.lines(b"x"), 9, size=50)
    feed.end()
    assert not feed.offer(Batch([1]), 9)


async def test_put_waits_for_room() -> None:
    feed = Feed(asyncio.get_running_loop())
    await feed.put(Batch(list(range(2000))))
    waiting = asyncio.ensure_future(feed.put(Batch([1])))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert len(feed.take().values) == 2000  # type: ignore[union-attr]
    await asyncio.wait_for(waiting, 10)
    assert feed.take().values == [1]  # type: ignore[union-attr]
    assert feed.take() is None


def guard(tmp_path: Path, halt: Halt, **policy: Any) -> Guard:
    return Guard(
        shown="Sinks.x",
        origin="w.nml:1:1",
        text="Sinks.x",
        policy=Policy(**policy),
        log=Log(),
        halt=halt,
        dead=DeadLetters(tmp_path / "deep" / "dead.jsonl"),
        codec=Codec(Text),
    )


class Picky(SinkConnector):
    """Refuses to encode ``bad``."""

    def encode(self, values: Sequence[str]) -> bytes:
        if "bad" in values:
            raise ValueError("bad")
        return "".join(values).encode()


def test_a_poison_value_is_isolated(tmp_path: Path) -> None:
    halt = Halt()
    picky = guard(tmp_path, halt, on_error="dead_letter")
    box = Outbox(Picky(), picky, halt, Current(), lambda: None)
    token = Token()
    for value in ("a", "bad", "b"):
        box.put(value, token)
    box.seal(token)
    encoded = [item.encoded for item in box.queue if not isinstance(item, Token)]
    assert encoded == [b"a", b"b"]
    assert box.queue[-1] is token
    assert (picky.tally.dead, picky.dead.path.read_text().count("\n")) == (1, 1)


@pytest.mark.thorough
def test_a_full_outbox_holds_the_thread(tmp_path: Path) -> None:
    halt = Halt()
    box = Outbox(Picky(), guard(tmp_path, halt), halt, Current(), lambda: None)
    progress: list[int] = []

    def flood() -> None:
        for number in range(100_000):
            box.put("x" * 100, None)
            progress.append(number)

    thread = threading.Thread(target=flood)
    thread.start()
    thread.join(3)
    assert thread.is_alive()
    assert len(progress) < 20_000
    while thread.is_alive():
        while box.queue:
            item = box.queue.popleft()
            assert not isinstance(item, Token)
            box.written(item)
        thread.join(0.01)
    assert len(progress) == 100_000


class Full(Picky):
    """Writes at once, until it has no room left; a second attempt finds some."""

    def __init__(self) -> None:
        self.written = b""
        self.left = 2

    def direct(self) -> Callable[[bytes], None]:
        def write(encoded: bytes) -> None:
            self.left -= 1
            if self.left < 0:
                raise ConnectorError("no space left")
            self.written += encoded

        return write

    async def write(self, encoded: bytes) -> None:
        self.written += encoded

    async def flush(self) -> None:
        pass


async def test_what_cannot_be_written_at_once_is_left_to_the_writer_and_so_is_what_comes_after(tmp_path: Path) -> None:
    sink, halt = Full(), Halt()
    watched = guard(tmp_path, halt)
    writer = Writer(sink, watched, halt, asyncio.get_running_loop())
    box = writer.outbox(Current())
    released = []
    for number in range(4):
        token = Token(released.append)
        box.put(f"{number}a", token)
        box.put(f"{number}b", token)
        box.seal(token)
        token.release()
    assert sink.written == b"0a0b1a1b"
    assert len(released) == 2
    await writer.settle()
    assert sink.written == b"0a0b1a1b2a2b3a3b"
    assert len(released) == 4
    assert watched.tally.values_out == 8
    assert (box.given(), box.unwritten()) == (8, 0)


async def test_the_writer_does_not_take_what_gathers_where_the_stage_writes_by_itself(tmp_path: Path) -> None:
    sink, halt = Full(), Halt()
    writer = Writer(sink, guard(tmp_path, halt), halt, asyncio.get_running_loop())
    moving, resting = writer.outbox(Current()), writer.outbox(Current())
    moving.put("m", None)
    moving.push()
    assert (moving.moves(), resting.moves()) == (True, False)
    moving.put("n", None)
    resting.put("r", None)
    await writer.settle([moving])
    assert sink.written == b"mr"
    assert not moving.moves()
    await writer.settle()
    assert sink.written == b"mrn"


def test_nothing_to_seal_leaves_the_token_alone(tmp_path: Path) -> None:
    box = Outbox(Picky(), guard(tmp_path, Halt()), Halt(), Current(), lambda: None)
    box.seal(Token())
    assert not box.queue


BURY = """
import resource, signal, sys
from pathlib import Path
from nstack.runtime.policy import DeadLetters
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
letters = DeadLetters(Path(sys.argv[1]))
for number in range(9):
    try:
        letters.add(b'"%d"' % number + b" " * 500, "no room", "f")
    except OSError as fault:
        print(number, letters.count, fault.strerror)
"""
"""Writes dead letters into a file that may have so many bytes."""


def test_a_dead_letter_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "dead.jsonl"
    # The torn end of one whose process, or machine, was stopped meanwhile.
    file.write_bytes(b'{"value":"before"}\n{"value":"to')
    told = subprocess.run(
        [sys.executable, "-c", BURY, file, "2000"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == [f"{number} 3 File too large" for number in range(3, 9)]
    first, torn, *whole = file.read_text().removesuffix("\n").split("\n")
    assert (first, torn) == ('{"value":"before"}', '{"value":"to')
    assert [json.loads(line)["value"] for line in whole] == ["0", "1", "2"]
    assert file.read_bytes().endswith(b"\n")


def test_dead_letters_that_cannot_be_written_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "deep").write_text("a file where a folder should be")
    halt = Halt()
    with pytest.raises(Stopped):
        guard(tmp_path, halt, on_error="dead_letter").settle(ValueError("x"), "value", None)
    assert halt.failed


def test_the_registry_reads_names_without_importing(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        'PROVIDES = {"Sources.broken": "Broken",\n    "Sinks.broken": "Other"}\nraise OSError\n'
    )
    (tmp_path / "plain.py").write_text("X = {}\n")
    registry = Registry("nowhere", tmp_path)
    assert registry.names() == ("Sinks.broken", "Sources.broken")
    with pytest.raises(
        UsageError, match=r"Sources\.other is not available in this version; there are Sources\.broken$"
    ):
        registry.find("Sources.other")
    assert issubclass(Registry().find("Sinks.log"), SinkConnector)


def test_one_file_has_one_writer(tmp_path: Path) -> None:
    shared: dict[Any, Any] = {}

    def context(node: str) -> Context:
        return Context(workflow="w", node=node, origin="o", log=Log(), folder=tmp_path, shared=shared)

    context("Sources.a").claim(tmp_path / "in", "read")
    context("Sources.b").claim(tmp_path / "in", "read")
    with pytest.raises(ConnectorError, match=r"Sinks\.c \(o\) and Sources\.b \(o\) use the same file"):
        context("Sinks.c").claim(tmp_path / "x" / ".." / "in", "write")
    assert not context("Sources.a").offer(Batch([]), 1)


def test_the_standard_functions() -> None:
    made = {name: cls().bind(Codec(Text), Codec(Text), Parameters({})) for name, cls in STD.items()}
    assert made["Std.identity"]("x") == made["Std.some"]("x") == "x"
    assert (made["Std.fst"]((1, 2)), made["Std.snd"]((1, 2)), made["Std.single"](1)) == (1, 2, [1])


def test_nodes_cannot_run_by_themselves() -> None:
    with pytest.raises(RuntimeError, match=r"Sinks\.log can only be called in a running workflow"):
        Sink("Sinks.log", Text)("x", None)


CALL = Call(UserModule("A.B:0.0.1", "x"), "f", Text, Text)
LOG = Sink("Sinks.log", Text)


def later(value: str, token: Any) -> None:
    [LOG(part, token) for part in CALL(value, token)]


def stage(values: Sequence[str], token: Any) -> None:
    for value in values:
        later(value, token)


def test_a_stage_reaches_nodes_through_its_functions() -> None:
    nodes, overlaps = reached(stage)
    assert set(nodes) == {CALL, LOG}
    assert not overlaps
    assert CALL.shown == "A.B.f"


def test_shapes_say_what_a_person_writes() -> None:
    class Made(Record):
        __shown__ = "{ a : Integer }"
        a: Integer

    class MadeOutput(Record):
        """{ "User-Id" : Integer }"""

        id: Integer

    assert shape_of(MadeOutput).shown == '{ "User-Id" : Integer }'
    assert shape_of(Made).shown == "{ a : Integer }"
    assert shape_of(dict[str, list[Made | None]]).shown == "Map [optional { a : Integer }]"
    for wrong in (complex, set[int], int | str, dict[int, int]):
        with pytest.raises((TypeError, KeyError)):
            shape_of(wrong)
    shape = shape_of(Made)
    assert shape.make([1]) == Made(1)
    assert shape.take(Made(1)) == (1,)


# ------------------------------------------------------------------------------------- a whole run in this process


STOP = Policy()


class Given(SourceConnector):
    """Hands out what the test gave; remembers what was acknowledged."""

    BOUNDED = True
    batches_given: list[Batch]

    async def batches(self) -> AsyncIterator[Batch]:
        for batch in self.batches_given:
            yield batch


class Kept(SinkConnector):
    """Keeps what is written; fails as often as told."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.flushed = 0
        self.fail = 0
        self.closed: bool | None = None

    async def write(self, encoded: Any) -> None:
        if self.fail:
            self.fail -= 1
            raise ConnectorError("the sink is away")
        self.values += encoded

    async def flush(self) -> None:
        self.flushed = len(self.values)

    async def close(self, *, completed: bool) -> None:
        self.closed = completed


class Fixed(Registry):
    """Two connectors that exist already."""

    def __init__(self, source: Given, sink: Kept) -> None:
        super().__init__()
        self.source, self.sink = source, sink

    def find(self, name: str) -> Any:
        return (lambda: self.source) if name.startswith("Sources") else (lambda: self.sink)


def run(source: Given, sink: Kept, type: Any = Text, source_policy: Policy = STOP, sink_policy: Policy = STOP) -> int:
    given = Source("Sources.given", type, policy=source_policy, origin="w.nml:1:1", text="Sources.given")
    kept = Sink("Sinks.kept", type, policy=sink_policy, origin="w.nml:2:1", text="Sinks.kept")
    space: dict[str, Any] = {"kept": kept}
    exec("def stage(values, token):\n    for v in values:\n        kept(v, token)", space)
    workflow = Workflow("w", sources=((given, space["stage"]),), sinks=(kept,), bounded=True)
    return Run(workflow, resolve(workflow, {}, {}), Log(), registry=Fixed(source, sink)).run()


def test_a_source_hears_of_a_batch_after_the_flush() -> None:
    source, sink = Given(), Kept()
    flushed: list[tuple[int, bool]] = []
    tokens = [Token(lambda token: flushed.append((sink.flushed, token.problem is None))) for _ in range(2)]
    source.batches_given = [
        Batch(["a", "b"], tokens[0]),
        Batch(["c"], tokens[1]),
        Batch([], Token(lambda token: flushed.append((-1, True)))),
    ]
    assert run(source, sink) == 0
    assert sink.values == ["a", "b", "c"]
    assert sorted(flushed) in ([(-1, True), (2, True), (3, True)], [(-1, True), (3, True), (3, True)])
    assert sink.closed is True


@pytest.mark.parametrize(("fails", "policy", "code", "kept"), [
    (2, Policy(retry=2), 0, ["a", "b"]),
    (9, Policy(retry=1), 1, []),
    (9, Policy(on_error="skip", fixed={"on_error": "w.nml:2:1"}), 0, []),
    (9, Policy(on_error="skip"), 1, []),
])  # fmt: skip
def test_a_sink_that_fails(
    capfd: pytest.CaptureFixture[str], fails: int, policy: Policy, code: int, kept: list[str]
) -> None:
    source, sink = Given(), Kept()
    source.batches_given, sink.fail = [Batch(["a", "b"])], fails
    assert run(source, sink, sink_policy=policy) == code
    assert sink.values == kept
    assert sink.closed is (code == 0)
    err = capfd.readouterr().err
    assert "Sinks.kept: the sink is away" in err
    if policy.on_error == "skip":
        assert "skipped=2" in err


def test_a_sinks_dead_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source, sink = Given(), Kept()
    source.batches_given, sink.fail = [Batch(["a", "b"])], 9
    assert run(source, sink, sink_policy=Policy(on_error="dead_letter", dead_letter="d.jsonl")) == 0
    assert [line.split(",")[0] for line in (tmp_path / "d.jsonl").read_text().splitlines()] == [
        '{"value":"a"',
        '{"value":"b"',
    ]


class Choosy(Kept):
    """Takes no values that begin with ``x``, and says which."""

    async def write(self, encoded: Any) -> None:
        self.values += [value for value in encoded if not value.startswith("x")]
        wrong = {at: ConnectorError(f"not {value}") for at, value in enumerate(encoded) if value.startswith("x")}
        if wrong:
            raise RefusedValues(wrong)


@pytest.mark.parametrize(("on_error", "code"), [("dead_letter", 0), ("skip", 0), ("stop", 1)])
def test_values_that_a_sink_refuses_meet_its_policy_and_the_others_are_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], on_error: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    source, sink = Given(), Choosy()
    source.batches_given = [Batch(["a", "x1", "b", "x2"])]
    assert run(source, sink, sink_policy=Policy(on_error=on_error, dead_letter="d.jsonl", retry=2)) == code
    assert sink.values == ["a", "b"][: len(sink.values)]  # where the run stops, it may have been before the last
    assert len(sink.values) == 2 or on_error == "stop"
    err = capfd.readouterr().err
    assert "Sinks.kept: not x1" in err
    assert "try 1 of" not in err
    if code == 0:
        assert "out=2" in err
    if on_error == "dead_letter":
        lines = (tmp_path / "d.jsonl").read_text().splitlines()
        assert [line.split(",")[0] for line in lines] == ['{"value":"x1"', '{"value":"x2"']


class Crowded(Kept):
    """Has room for one value at a time, and never for one that begins with ``x``."""

    async def write(self, encoded: Any) -> None:
        taken = next((value for value in encoded if not value.startswith("x")), None)
        self.values += [] if taken is None else [taken]
        wrong = {at: NotNow(f"full: {value}") for at, value in enumerate(encoded) if value is not taken}
        if wrong:
            raise RefusedValues(wrong)


@pytest.mark.parametrize(("on_error", "code"), [("dead_letter", 0), ("skip", 0), ("stop", 1)])
def test_values_that_a_sink_does_not_take_now_are_tried_again_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], on_error: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    source, sink = Given(), Crowded()
    source.batches_given = [Batch(["a", "x1", "b"])]
    assert run(source, sink, sink_policy=Policy(on_error=on_error, dead_letter="d.jsonl", retry=3)) == code
    assert sink.values == ["a", "b"][: len(sink.values)]  # where the run stops, it may have been before the last
    assert len(sink.values) == 2 or on_error == "stop"
    err = capfd.readouterr().err
    assert "Sinks.kept: full: x1 (try 1 of 4)" in err
    assert "Sinks.kept: full: x1 (try 3 of 4)" in err
    (out,) = {int(count) for count in re.findall(r"out=(-?\d+)", err)}
    assert out == 2 if code == 0 else 0 <= out <= len(sink.values)
    if on_error == "dead_letter":
        assert (tmp_path / "d.jsonl").read_text().startswith('{"value":"x1"')


def test_lines_that_cannot_be_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    source, sink = Given(), Kept()
    lines = b'"a"\n3\n\n"b"\n{'
    source.batches_given = [Batch.lines(lines, place="in.jsonl", first=7)]
    assert run(source, sink, source_policy=Policy(on_error="dead_letter")) == 0
    assert sink.values == ["a", "b"]
    assert (
        (tmp_path / "dead-letters/w.jsonl")
        .read_text()
        .startswith('{"value":"3","error":"Sources.given: in.jsonl:8: value: expected Text, got 3"')
    )
    source.batches_given = [Batch([b"x", b"1"], decode=lambda record: str(int(record)), place="in.csv", first=1)]
    assert run(source, sink) == 1
    assert "Sources.given: in.csv:1: ValueError: invalid literal" in capfd.readouterr().err


def test_a_source_that_breaks(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken(Given):
        async def batches(self) -> AsyncIterator[Batch]:
            yield Batch(["a"])
            raise ConnectorError("the line went dead")

    sink = Kept()
    assert run(Broken(), sink) == 1
    assert "Sources.given: the line went dead" in capfd.readouterr().err
    assert sink.closed is False


@pytest.mark.parametrize(
    ("error", "code"), [(ConnectorError("no such file"), 1), (UsageError("both at once"), 2), (OSError("bug"), 1)]
)
def test_a_connector_that_does_not_open(capfd: pytest.CaptureFixture[str], error: Exception, code: int) -> None:
    class Closed(Given):
        async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
            raise error

    assert run(Closed(), Kept()) == code
    assert str(error) in capfd.readouterr().err


def test_opening_is_tried_again(capfd: pytest.CaptureFixture[str]) -> None:
    class Late(Given):
        tries = 0

        async def open(self, parameters: Parameters, codec: Codec, context: Context) -> None:
            self.tries += 1
            if self.tries < 3:
                raise ConnectorError("not up yet")

    source = Late()
    source.batches_given = []
    assert run(source, Kept(), source_policy=Policy(retry=2)) == 0
    assert capfd.readouterr().err.count("not up yet (try ") == 2


def test_json_values_pass_untouched() -> None:
    source, sink = Given(), Kept()
    source.batches_given = [Batch.lines(b'{"a": 1.10}\n')]
    assert run(source, sink, type=Json) == 0
    assert sink.values == ['{"a": 1.10}']
    assert Parameter("x").type == "Text"
