"""The pipelines that are killed: a table to which one adds. Each copies rows through the same functions, one of which
fails now and then and is tried again, flattens them, leaves some out, and writes what is left to two sinks."""

import asyncio
import contextlib
import csv
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from broker_harness import Line, Side
from databases import PORT, OwnServer, Schema, new_schema, own_server
from kafka_sides import KafkaLine, KafkaSide
from own_brokers import OwnBroker, OwnNats, OwnRabbitMQ, OwnRedis, running
from test_connector_amqp import RabbitMQ
from test_connector_nats import Nats
from test_connector_redis import RedisSide

Part = tuple[int, str]

COUNT = 200
"""So many rows are copied."""

TYPES = """
type Row = { n : Integer, parts : [Text], pad : Text }
type Part = { n : Integer, part : Text }

fun taken : Row -> [Part]
fun kept : Part -> optional Part
"""

THROUGH = "taken* { retry = 2 } | kept?"

SERVICE = """
import time
import nstack

class Module(nstack.Module):
    def __init__(self):
        self.tried = set()

    def taken(self, row):
        time.sleep(0.002)
        if row.n % 41 == 3 and row.n not in self.tried:
            self.tried.add(row.n)
            raise ValueError("not at the first try")
        return [nstack.Part(n=row.n, part=part) for part in row.parts]

    def kept(self, part):
        return part if part.n % 5 else None
"""


def rows() -> list[dict[str, Any]]:
    """What is copied: texts that are long, so that they come in several blocks."""
    return [{"n": n, "parts": ["ä", f"b{n}"][: n % 3], "pad": "x" * 5000} for n in range(COUNT)]


def wanted() -> set[Part]:
    """What has to be in every sink."""
    return {(row["n"], part) for row in rows() for part in row["parts"] if row["n"] % 5}


def in_lines(file: Path) -> Counter[Part]:
    """The parts of a file of JSON lines; every line is whole."""
    if not file.exists():
        return Counter()
    found = map(json.loads, file.read_text().splitlines())
    return Counter((part["n"], part["part"]) for part in found)


def in_rows(file: Path) -> Counter[Part]:
    """The parts of a CSV file."""
    if not file.exists():
        return Counter()
    with file.open(newline="", encoding="utf-8") as open_file:
        return Counter((int(row["n"]), row["part"]) for row in csv.DictReader(open_file))


class Pipeline(AbstractAsyncContextManager["Pipeline"]):
    """One round of one pipeline, in a folder of its own: what it reads and writes is made new, and taken away."""

    NAME: ClassVar[str]
    FLOW: ClassVar[str]
    BOUNDED: ClassVar[bool] = True
    EXACT: ClassVar[Sequence[str]] = ()
    """Sinks that must have each value once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.exits = contextlib.AsyncExitStack()
        self.lines: list[Line] = []

    async def __aexit__(self, *raised: object) -> None:
        await self.exits.aclose()

    @property
    def disturbs(self) -> bool:
        """Whether a server can be taken away."""
        return bool(self.lines)

    async def disturb(self) -> None:
        """Takes a server away for a moment, as it looks to the workflow."""
        if self.lines:
            line = self.lines[-1]
            self.lines.insert(0, self.lines.pop())
            await line.cut()
            await asyncio.sleep(0.3)
            await line.mend()

    async def line_to(self, port: int, kind: type[Line] = Line) -> int:
        """The port of a line that may be cut."""
        line = kind(port)
        await line.mend()
        self.exits.push_async_callback(line.cut)
        self.lines.append(line)
        return line.port

    async def with_tables(self, schema: Schema) -> None:
        """The table for the parts, and where it is."""
        schema.run("CREATE TABLE S.parts (n bigint NOT NULL, part text NOT NULL)")
        port = str(await self.line_to(int(PORT)))
        self.environment |= {"PG_HOST": "127.0.0.1", "PG_PORT": port, "PG_TABLE": f"{schema.name}.parts"}

    async def sinks(self) -> dict[str, Counter[Part]]:
        """What every sink has now."""
        raise NotImplementedError

    async def is_idle(self) -> bool:
        """Whether the source's server knows that all is done."""
        return True

    def write_rows(self) -> None:
        """The rows as a file."""
        (self.folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))


class Files(Pipeline):
    """From a file to two files."""

    NAME = "files"
    FLOW = f"""
def files =
  Sources.jsonl<Row> {{ path = "in.jsonl" }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.csv {{ path = "out.csv" }})
"""
    EXACT = ("jsonl", "csv")

    async def __aenter__(self) -> "Files":
        self.write_rows()
        return self

    async def sinks(self) -> dict[str, Counter[Part]]:
        """Both files."""
        return {"jsonl": in_lines(self.folder / "out.jsonl"), "csv": in_rows(self.folder / "out.csv")}


SERVER = "pg_host = $PG_HOST, pg_port = $PG_PORT"
TABLE = f"{SERVER}, pg_table = $PG_TABLE"


class Postgres(Pipeline):
    """From a query with a key to a file and a table. The line to the server is cut meanwhile."""

    NAME = "postgres"
    FLOW = f"""
def postgres =
  Sources.postgres<Row> {{ {SERVER}, pg_query = $PG_QUERY, pg_key = "n" }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.csv {{ path = "out.csv" }} & Sinks.postgres {{ {TABLE} }})
"""
    EXACT = ("jsonl", "csv")
    schema: Schema

    async def __aenter__(self) -> "Postgres":
        self.schema = self.exits.enter_context(new_schema())
        await self.with_tables(self.schema)
        self.schema.run("CREATE TABLE S.given (n bigint PRIMARY KEY, parts text[] NOT NULL, pad text NOT NULL)")
        with self.schema.connection.cursor() as cursor:
            statement = f"INSERT INTO {self.schema.name}.given VALUES (%s, %s, %s)".encode()
            cursor.executemany(statement, [(row["n"], row["parts"], row["pad"]) for row in rows()])
        self.environment["PG_QUERY"] = f"SELECT n, parts, pad FROM {self.schema.name}.given"
        return self

    async def sinks(self) -> dict[str, Counter[Part]]:
        """The files and the table."""
        return {
            "jsonl": in_lines(self.folder / "out.jsonl"),
            "csv": in_rows(self.folder / "out.csv"),
            "postgres": in_table(self.schema),
        }


class Polled(Postgres):
    """The same without an end: the files are appended to."""

    NAME = "polled"
    FLOW = f"""
def polled =
  Sources.postgres_poll<Row> {{ {SERVER}, pg_query = $PG_QUERY, pg_key = "n", pg_interval = "20ms" }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.csv {{ path = "out.csv" }} & Sinks.postgres {{ {TABLE} }})
"""
    BOUNDED = False


class Restarted(Pipeline):
    """From a file to a file and the table of a server of its own, which is stopped and started meanwhile."""

    NAME = "restarted"
    FLOW = f"""
def restarted =
  Sources.jsonl<Row> {{ path = "in.jsonl" }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.postgres {{ {TABLE} }})
"""
    EXACT = ("jsonl",)
    server: OwnServer

    async def __aenter__(self) -> "Restarted":
        self.write_rows()
        self.server = self.exits.enter_context(own_server())
        self._do("CREATE TABLE parts (n bigint NOT NULL, part text NOT NULL)")
        self.environment |= {"PG_HOST": "127.0.0.1", "PG_PORT": str(self.server.port), "PG_TABLE": "parts"}
        return self

    @property
    def disturbs(self) -> bool:
        """It does."""
        return True

    async def disturb(self) -> None:
        """Stops the server as if its machine had failed, and starts it again."""
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)

    def _do(self, statement: str) -> list[Any]:
        at = {"host": "127.0.0.1", "port": self.server.port, "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**at, autocommit=True) as connection:  # type: ignore[arg-type]
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    async def sinks(self) -> dict[str, Counter[Part]]:
        """The file and the table."""
        table = Counter((int(n), str(part)) for n, part in self._do("SELECT n, part FROM parts"))
        return {"jsonl": in_lines(self.folder / "out.jsonl"), "postgres": table}


def in_table(schema: Schema) -> Counter[Part]:
    """The parts of the table."""
    return Counter((int(n), str(part)) for n, part in schema.run("SELECT n, part FROM S.parts"))


class OfBroker(Pipeline):
    """A pipeline with a broker, whose line is cut meanwhile."""

    SIDE: ClassVar[type[Side]]
    LINE: ClassVar[type[Line]] = Line

    async def connect(self) -> None:
        """The other side, and a line for the workflow."""
        self.side = self.SIDE()
        await self.side.open()
        self.exits.push_async_callback(self.side.close)
        given = self.side.at(await self.line_to(self.side.PORT, self.LINE)) | (
            self.side.sink() if self.BOUNDED else self.side.source()
        )
        self.environment |= {name.upper(): as_text(value) for name, value in given.items()}

    async def arrived(self) -> AsyncIterator[Part]:
        """What the broker has got from the sink, until nothing comes any more."""
        while True:
            try:
                async with asyncio.timeout(3.0):
                    found = json.loads(await self.side.receive())
            except TimeoutError:
                return
            yield found["n"], found["part"]


class ToBroker(OfBroker):
    """From a file to a file and a broker."""

    EXACT = ("jsonl",)

    async def __aenter__(self) -> "ToBroker":
        self.write_rows()
        await self.connect()
        return self

    async def sinks(self) -> dict[str, Counter[Part]]:
        """The file and the messages."""
        return {
            "jsonl": in_lines(self.folder / "out.jsonl"),
            self.side.PREFIX: Counter([part async for part in self.arrived()]),
        }


class FromBroker(OfBroker):
    """From a broker to a file and a table: the broker repeats what was not acknowledged."""

    BOUNDED = False
    schema: Schema

    async def __aenter__(self) -> "FromBroker":
        await self.connect()
        self.schema = self.exits.enter_context(new_schema())
        await self.with_tables(self.schema)
        await self.side.publish([json.dumps(row).encode() for row in rows()])
        return self

    async def sinks(self) -> dict[str, Counter[Part]]:
        """The file and the table."""
        return {"jsonl": in_lines(self.folder / "out.jsonl"), "postgres": in_table(self.schema)}

    async def is_idle(self) -> bool:
        """Nothing waits at the broker."""
        return not await self.side.waiting()


class FromOwnBroker(FromBroker):
    """From a broker of its own, which is stopped and started meanwhile."""

    OWN: ClassVar[type[OwnBroker]]
    server: OwnBroker

    async def connect(self) -> None:
        """The server, and the other side."""
        self.server = await asyncio.to_thread(self.exits.enter_context, running(self.OWN))
        facts = {"PORT": self.server.port, "STORAGE": "file"}
        self.side = type(self.SIDE.__name__, (self.SIDE,), facts)()
        await self.side.open()
        self.exits.push_async_callback(self._part)
        given = self.side.at(self.server.port) | self.side.source()
        self.environment |= {name.upper(): as_text(value) for name, value in given.items()}

    async def _part(self) -> None:
        with contextlib.suppress(Exception):  # what the connection was is gone with the server that had been stopped
            async with asyncio.timeout(5):
                await self.side.close()

    async def disturb(self) -> None:
        """Stops the server and starts it again."""
        await asyncio.to_thread(self.server.stop)
        await asyncio.to_thread(self.server.start)

    @property
    def disturbs(self) -> bool:
        """It does."""
        return True

    async def is_idle(self) -> bool:
        """Nothing waits, as the server says if it is there."""
        try:
            async with asyncio.timeout(10):
                return not await self.side.waiting()
        except Exception:
            return False


def as_text(value: object) -> str:
    """A parameter as a variable of the environment has it."""
    seconds = getattr(value, "total_seconds", None)
    return str(value) if seconds is None else f"{seconds()}s"


def of_own_broker(side: type[Side], own: type[OwnBroker], source: str) -> type[Pipeline]:
    """The pipeline out of a broker that is stopped and started again."""
    kind = side.PREFIX
    flow = f"""
def restarted_{kind} =
  Sources.{kind}<Row> {{ {kind}_prefetch = 64, {_from_environment(source)} }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.postgres {{ {TABLE} }})
"""
    facts = {"NAME": f"restarted_{kind}", "FLOW": flow, "SIDE": side, "OWN": own}
    return type(f"Restarted_{kind}", (FromOwnBroker,), facts)


def of_broker(side: type[Side], source: str, sink: str, line: type[Line] = Line) -> list[type[Pipeline]]:
    """Both pipelines of a broker; ``source`` and ``sink`` are the parameters that its side gives, the address among
    them."""
    kind = side.PREFIX
    to = f"""
def to_{kind} =
  Sources.jsonl<Row> {{ path = "in.jsonl" }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.{kind} {{ {_from_environment(sink)} }})
"""
    come = f"""
def from_{kind} =
  Sources.{kind}<Row> {{ {kind}_prefetch = 64, {_from_environment(source)} }} | {THROUGH} |
  (Sinks.jsonl {{ path = "out.jsonl" }} & Sinks.postgres {{ {TABLE} }})
"""
    facts = {"SIDE": side, "LINE": line}
    return [
        type(f"To_{kind}", (ToBroker,), {"NAME": f"to_{kind}", "FLOW": to, **facts}),
        type(f"From_{kind}", (FromBroker,), {"NAME": f"from_{kind}", "FLOW": come, **facts}),
    ]


def _from_environment(names: str) -> str:
    return ", ".join(f"{name} = ${name.upper()}" for name in names.split())


OF_REDIS = "redis_host redis_port redis_stream redis_group"
OF_NATS = "nats_host nats_port nats_stream nats_subject nats_consumer nats_ack_wait"
OF_AMQP = "amqp_host amqp_port amqp_exchange amqp_queue"
KAFKA = of_broker(
    KafkaSide,
    "kafka_brokers kafka_topic kafka_group kafka_session_timeout",
    "kafka_brokers kafka_topic",
    KafkaLine,
)
PIPELINES: dict[str, type[Pipeline]] = {
    pipeline.NAME: pipeline
    for pipeline in (
        Files,
        Postgres,
        Polled,
        Restarted,
        of_own_broker(RedisSide, OwnRedis, OF_REDIS),
        of_own_broker(Nats, OwnNats, OF_NATS),
        of_own_broker(RabbitMQ, OwnRabbitMQ, OF_AMQP),
        *of_broker(RabbitMQ, OF_AMQP, "amqp_host amqp_port amqp_exchange amqp_key"),
        *of_broker(RedisSide, OF_REDIS, "redis_host redis_port redis_stream"),
        *of_broker(Nats, OF_NATS, "nats_host nats_port nats_subject"),
        *KAFKA,
    )
}
"""By name. One more is one more line."""
