"""TLS and logins of the connectors of servers, each on a server of its own."""

import asyncio
import contextlib
import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from broker_harness import free_port, take, values
from connector_harness import Recorder, context, parameters_of
from nstack.connectors import mqtt
from nstack.connectors.amqp import AmqpSink, AmqpSource
from nstack.connectors.kafka import KafkaSink, KafkaSource
from nstack.connectors.mqtt import MqttSink, MqttSource
from nstack.connectors.nats import NatsSink, NatsSource
from nstack.connectors.postgres import PostgresSink, PostgresSource
from nstack.connectors.redis import RedisSink, RedisSource
from nstack.runtime.codec import Codec
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.scalars import Integer, Text
from nstack.runtime.values import Record
from tls_servers import PASSWORD, SECURED, Certificates, Secured

STDLIB = Path(__file__).parents[2] / "stdlib"
SIDES = {
    "amqp": (AmqpSource, AmqpSink),
    "kafka": (KafkaSource, KafkaSink),
    "mqtt": (MqttSource, MqttSink),
    "nats": (NatsSource, NatsSink),
    "pg": (PostgresSource, PostgresSink),
    "redis": (RedisSource, RedisSink),
}


class Row(Record):
    """What travels here."""

    n: Integer
    who: Text


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """One set for all."""
    folder = tmp_path_factory.mktemp("certificates")
    for above in (folder, folder.parent, folder.parent.parent):
        above.chmod(0o755)
    return Certificates(folder)


KINDS = [
    pytest.param(one, marks=() if one.PREFIX in ("kafka", "redis") else pytest.mark.thorough, id=one.PREFIX)
    for one in SECURED
]


@pytest.fixture(params=KINDS)
def secured(request: pytest.FixtureRequest, certificates: Certificates, tmp_path: Path) -> Secured:
    """Each kind of server."""
    made: Secured = request.param(certificates, tmp_path)
    return made


async def opened(secured: Secured, port: int, which: int, log: Any, **given: Any) -> Any:
    """The source (0) or the sink (1) of this server, open."""
    connector = SIDES[secured.PREFIX][which]()
    facts = secured.at(port) | secured.names() | {f"{secured.PREFIX}_connect_timeout": seconds(3)} | given
    try:
        await connector.open(
            parameters_of(connector, facts), Codec(Row), context(Path(), log=log, workflow=secured.folder.name)
        )
    except BaseException:
        await (connector.close(completed=False) if which else connector.close())
        raise
    return connector


def seconds(count: float) -> Any:
    """A Duration."""
    return datetime.timedelta(seconds=count)


async def refused(secured: Secured, port: int, **given: Any) -> str:
    """The one error with which source and sink refuse."""
    recorder, told = Recorder(), set()
    for which in (0, 1):
        with pytest.raises((ConnectorError, UsageError)) as fault:
            await opened(secured, port, which, recorder.log, **given)
        told.add(str(fault.value))
    assert len(told) == 1, told
    assert PASSWORD not in recorder.text() + str(told)
    return told.pop()


@pytest.mark.thorough
def test_what_is_written_is_read_with_tls(secured: Secured, certificates: Certificates) -> None:
    prefix = secured.PREFIX
    given = {f"{prefix}_tls": True, f"{prefix}_ca_file": str(certificates.ca)}
    rows = [Row(n, "ä") for n in range(3)]

    async def run(port: int) -> None:
        recorder = Recorder()
        if prefix in ("amqp", "mqtt"):  # which give to those only who are there
            source = await opened(secured, port, 0, recorder.log, **given)
        sink = await opened(secured, port, 1, recorder.log, **given)
        await sink.write(sink.encode(rows))
        await sink.flush()
        await sink.close(completed=True)
        if prefix not in ("amqp", "mqtt"):
            source = await opened(secured, port, 0, recorder.log, **given)
        taken = await take(source.batches(), 3)
        assert sorted(row.n for row in values(taken, Row)) == [0, 1, 2]
        for batch in taken:
            batch.token.release()
        await source.stop()
        await source.close()
        assert recorder.text() == ""

    with secured.running(certificates.good) as port:
        asyncio.run(run(port))


@pytest.mark.thorough
def test_a_certificate_that_is_wrong_is_one_clear_error(
    secured: Secured, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "TIMEOUT", 1.0)
    prefix = secured.PREFIX
    tls = {f"{prefix}_tls": True, f"{prefix}_ca_file": str(certificates.ca)}
    with secured.running(certificates.good) as port:
        untrusted = asyncio.run(refused(secured, port, **tls | {f"{prefix}_ca_file": str(certificates.other_ca)}))
        system = asyncio.run(refused(secured, port, **tls | {f"{prefix}_ca_file": ""}))
        plain = asyncio.run(refused(secured, port)) if prefix != "pg" else ""
    with secured.running(certificates.expired) as port:
        expired = asyncio.run(refused(secured, port, **tls))
    with secured.running(certificates.elsewhere) as port:
        elsewhere = asyncio.run(refused(secured, port, **tls))
    for told in (untrusted, system):
        assert "shows a certificate that is not trusted: " in told
        assert told.endswith(f"({prefix}_ca_file names who is trusted)")
    assert "shows a certificate that does not hold: certificate has expired" in expired
    assert "shows the certificate of another name: " in elsewhere
    assert "not valid for '127.0.0.1'" in elsewhere
    if prefix != "pg":
        assert plain.endswith(f"speaks TLS only: say {prefix}_tls = true")
    for told in (untrusted, system, expired, elsewhere):
        assert "127.0.0.1:" in told


def test_a_server_that_asks_for_a_certificate_gets_ours(
    secured: Secured, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "TIMEOUT", 1.0)
    prefix = secured.PREFIX
    tls = {f"{prefix}_tls": True, f"{prefix}_ca_file": str(certificates.ca)}
    cert, key = map(str, certificates.client)

    async def run(port: int) -> None:
        if prefix not in ("amqp", "kafka"):  # whose relays hang up without a word
            told = await refused(secured, port, **tls)
            assert told.endswith(f"({prefix}_cert_file names it)"), told
            assert "asks for a certificate of ours" in told or "requires a valid client certificate" in told
        ours = tls | {f"{prefix}_cert_file": cert, f"{prefix}_key_file": key}
        sink = await opened(secured, port, 1, Recorder().log, **ours)
        await sink.close(completed=True)

    with secured.running(certificates.good, client=True) as port:
        asyncio.run(run(port))


@pytest.mark.thorough
def test_a_wrong_login_is_one_clear_error_without_the_password(secured: Secured, certificates: Certificates) -> None:
    prefix = secured.PREFIX
    tls = {f"{prefix}_tls": True, f"{prefix}_ca_file": str(certificates.ca)}

    async def run(port: int) -> None:
        recorder = Recorder()
        for which in (0, 1):
            with pytest.raises(ConnectorError) as fault:
                await opened(secured, port, which, recorder.log, **tls | {f"{prefix}_password": "guessed-and-wrong"})
            assert "log in)" in str(fault.value)
            assert f"{prefix}_password" in str(fault.value)
            assert "guessed" not in recorder.text() + str(fault.value)

    with secured.running(certificates.good) as port:
        asyncio.run(run(port))


def test_a_server_without_tls_is_not_spoken_to_in_the_clear(secured: Secured, certificates: Certificates) -> None:
    """What answers does not speak TLS; it sees no password."""
    prefix, seen = secured.PREFIX, bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if prefix == "nats":
            writer.write(b'INFO {"server_id": "x", "version": "2.9.0", "max_payload": 1000}\r\n')
        while data := await reader.read(1000):
            seen.extend(data)
            writer.write(b"N" if prefix == "pg" else b"-ERR what?\r\n")
        writer.close()

    async def run() -> None:
        plain = await asyncio.start_server(answer, "127.0.0.1", 0)
        told = await refused(secured, plain.sockets[0].getsockname()[1], **{f"{prefix}_tls": True})
        plain.close()
        assert f"{prefix}_tls = true" in told or f"({prefix}_tls = true" in told, told

    asyncio.run(run())
    assert PASSWORD.encode() not in seen


@pytest.mark.parametrize("prefix", sorted(SIDES))
def test_files_that_are_wrong_are_told(prefix: str, certificates: Certificates, tmp_path: Path) -> None:
    (kind,) = (one for one in SECURED if prefix == one.PREFIX)
    secured = kind(certificates, tmp_path)
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate\n")
    good, other = certificates.good, certificates.client
    on = {f"{prefix}_tls": True}
    for given, message in (
        ({"ca_file": str(good[0])}, f"{prefix}_ca_file is given, but {prefix}_tls is false: say {prefix}_tls = true"),
        (on | {"key_file": str(good[1])}, f"{prefix}_key_file is given without {prefix}_cert_file"),
        (on | {"ca_file": "/nowhere/ca"}, f"{prefix}_ca_file: cannot read /nowhere/ca: No such file or directory"),
        (on | {"ca_file": str(junk)}, f"{prefix}_ca_file: not in PEM form, or locked by a password: {junk}"),
        (
            on | {"cert_file": str(good[0]), "key_file": str(other[1])},
            f"{prefix}_cert_file and {prefix}_key_file: the key does not belong to the certificate: "
            f"{good[0]} and {other[1]}",
        ),
    ):
        facts = {name if name in on else f"{prefix}_{name}": value for name, value in given.items()}
        assert asyncio.run(refused(secured, free_port(), **facts)) == message


LINES = {
    "amqp": ("Sources.amqp", "Sinks.amqp", 'amqp_exchange = "amq.topic", amqp_key = "{0}", amqp_queue = "{0}"'),
    "kafka": ("Sources.kafka", "Sinks.kafka", 'kafka_topic = "t"'),
    "mqtt": ("Sources.mqtt", "Sinks.mqtt", 'mqtt_topic = "{0}"'),
    "nats": ("Sources.nats", "Sinks.nats", 'nats_subject = "s.x"'),
    "pg": ("Sources.postgres", "Sinks.postgres", 'pg_query = "SELECT 1::int8 AS n", pg_table = "t", pg_create = true'),
    "redis": ("Sources.redis", "Sinks.redis", 'redis_stream = "{0}"'),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.thorough
def test_no_password_is_shown_anywhere(kind: type[Secured], certificates: Certificates, tmp_path: Path) -> None:
    """Neither in what is built, nor in the log, nor in the list of processes; with a login that is refused as well."""
    secured = kind(certificates, tmp_path)
    prefix = secured.PREFIX
    source, sink, names = LINES[prefix]
    name, built = f"NSTACK_TEST_{prefix.upper()}", tmp_path / "built"
    (tmp_path / "rows.jsonl").write_text('{"n": 1}\n')
    module = tmp_path / "module.nml"
    with secured.running(certificates.good) as port:
        given = [
            f"{key} = {literal(value)}" for key, value in secured.at(port).items() if not key.endswith("_password")
        ]
        given += [f"{prefix}_password = ${name}", f"{prefix}_tls = true", f'{prefix}_ca_file = "{certificates.ca}"']
        module.write_text(
            "module Secret:0.1.0\n\n"
            f"def server =\n  ({source}<{{ n : Integer }}> | Sinks.log\n"
            f'  & Sources.jsonl<{{ n : Integer }}> {{ path = "rows.jsonl" }} | {sink})\n'
            f"  {{ {', '.join([names.format(tmp_path.name), *given])} }}\n"
        )
        command = [sys.executable, "-m", "nscompiler", "build", module, "-o", built]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        (package,) = (file.parent.name for file in built.glob("*/__main__.py"))
        files = b"".join(path.read_bytes() for path in built.rglob("*") if path.is_file())
        for password in (secured.at(port)[f"{prefix}_password"], "guessed-and-wrong"):
            run = subprocess.Popen(
                [sys.executable, "-m", package, "server"],
                cwd=tmp_path,
                env=os.environ | {name: password, "PYTHONPATH": f"{built}:{STDLIB}"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            shown, until = b"", time.monotonic() + 2
            while run.poll() is None and time.monotonic() < until:
                shown += commands_below(run.pid)
                time.sleep(0.1)
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=30)
            assert b"Traceback" not in err
            assert (b"log in)" in err) == (password == "guessed-and-wrong"), err
            if password != "guest":
                assert password.encode() not in shown + out + err + files


def literal(value: object) -> str:
    """A parameter's value as the language writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def commands_below(process: int) -> bytes:
    """The command lines of a process and of those that it has started, as ``ps`` shows them."""
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        own = Path(f"/proc/{process}/cmdline").read_bytes()
        return own + b"".join(commands_below(int(child)) for child in children)
    return b""
