"""``Sources.http`` with TLS and a bearer token."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from connector_harness import Client, Engine, Recorder, context, parameters_of, serving
from nstack.connectors.http import HttpSource
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import ConnectorError, UsageError
from nstack.runtime.scalars import Text

BODY = b'{"params": "x"}'


class Certificates:
    """A certificate for 127.0.0.1, its key, and who believes it."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        issued = self._authority.issue_cert("127.0.0.1")
        self.cert, self.key, self.both = folder / "cert.pem", folder / "key.pem", folder / "both.pem"
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(self.cert), append=True)
        issued.private_key_pem.write_to_path(str(self.key))
        issued.private_key_and_cert_chain_pem.write_to_path(str(self.both))
        self.other = folder / "other.pem"
        self._authority.issue_cert("127.0.0.1").private_key_pem.write_to_path(str(self.other))

    def believing(self, most: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> ssl.SSLContext:
        made = ssl.create_default_context()
        self._authority.configure_trust(made)
        made.minimum_version, made.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, most
        return made


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def facts(engine: Engine, folder: Path = Path(), **more: Any) -> Any:
    return context(folder, offer=engine.offer, expects=engine.expects, **more)


async def secure(port: int, believing: ssl.SSLContext) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", port, ssl=believing))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
async def test_a_port_with_a_certificate_speaks_tls_alone(certificates: Certificates) -> None:
    engine, recorder = Engine(), Recorder()
    given = facts(engine, certificates.cert.parent, log=recorder.log)
    async with serving(HttpSource(), Text, given, http_cert_file="cert.pem", http_key_file="key.pem") as port:
        client = await secure(port, certificates.believing())
        assert [(await client.send("/p", BODY)).status for _ in range(2)] == [200, 200]
        assert (await client.send("/p", b"3")).detail.startswith("body: expected an object")
        client.close()
        plain = await Client.to(port)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await plain.send("/p", BODY)
        plain.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            await secure(port, ssl.create_default_context())
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await secure(port, certificates.believing(ssl.TLSVersion.TLSv1_1))
        again = await secure(port, certificates.believing(ssl.TLSVersion.TLSv1_2))
        assert (await again.send("/p", BODY)).status == 200
        again.close()
    assert recorder.text().splitlines() == [
        f"Sources.http: listening on https://127.0.0.1:{port}/p",
        "Sources.http /p: 1 request was refused, 1 with 400",
    ]
    assert engine.seen == ["x"] * 3
    await engine.stop()


async def test_certificate_and_key_may_be_in_one_file(certificates: Certificates) -> None:
    engine = Engine()
    async with serving(HttpSource(), Text, facts(engine), http_cert_file=str(certificates.both)) as port:
        client = await secure(port, certificates.believing())
        assert (await client.send("/p", BODY)).status == 200
        client.close()
    await engine.stop()


async def test_files_that_are_no_certificate_are_told(certificates: Certificates, tmp_path: Path) -> None:
    encrypted = tmp_path / "encrypted.pem"
    lines = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", *certificates.key.read_text().splitlines()[1:-1]]
    encrypted.write_text("\n".join([*lines, "-----END ENCRYPTED PRIVATE KEY-----\n"]))
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    cert, key = str(certificates.cert), str(certificates.key)
    for given, says in (
        ({"http_cert_file": "no.pem"}, "http_cert_file: no.pem: No such file or directory"),
        ({"http_cert_file": cert, "http_key_file": "no.pem"}, "http_key_file: no.pem: No such file or directory"),
        (
            {"http_cert_file": cert, "http_key_file": str(certificates.other)},
            f"http_key_file: {certificates.other} is not the key of",
        ),
        ({"http_cert_file": str(empty), "http_key_file": key}, f"http_cert_file: {empty} and {key} hold no certif"),
        (
            {"http_cert_file": cert},
            f"http_cert_file: {cert} holds no key; name the file of the certificate's key in http_key_file",
        ),
        ({"http_cert_file": cert, "http_key_file": str(encrypted)}, "http_"),
    ):
        with pytest.raises(ConnectorError) as fault:
            await _open(given)
        assert str(fault.value).startswith(says)
    with pytest.raises(UsageError, match="http_key_file is the key of a certificate"):
        await _open({"http_key_file": key})


async def _open(given: dict[str, Any], environment: frozenset[str] = frozenset(), log: Any = None) -> None:
    source = HttpSource()
    made = parameters_of(source, {"http_path": "/p", "http_port": 0} | given)
    try:
        await source.open(
            Parameters(dict(made), frozenset(["http_token"]), environment),
            Codec(Text),
            context(Path(), **({"log": log} if log else {})),
        )
    finally:
        await source.close()


async def test_a_sender_shows_the_token() -> None:
    engine, recorder = Engine(), Recorder()
    async with serving(HttpSource(), Text, facts(engine, log=recorder.log), http_token="s3cret-token") as port:
        for header, says in (
            (None, "send the header Authorization: Bearer TOKEN"),
            ("Bearer", "this is not the token"),
            ("Bearer s3cret-toke", "this is not the token"),
            ("Bearer s3cret-token2", "this is not the token"),
            ("Basic s3cret-token", "this is not the token"),
            ("Bearer s3cret-token\r\nauthorization: Bearer x", "this is not the token"),
        ):
            answer = await _with(port, header)
            assert (answer.status, answer.detail) == (401, says)
            challenge = 'Bearer realm="nstack"' + (', error="invalid_token"' if header else "")
            assert answer.headers["www-authenticate"] == challenge
        assert engine.seen == []
        for header in ("Bearer s3cret-token", "bearer  s3cret-token"):
            assert (await _with(port, header)).status == 200
    assert engine.seen == ["x", "x"]
    assert "s3cret" not in recorder.text()
    await engine.stop()


async def _with(port: int, authorization: str | None) -> Any:
    client = await Client.to(port)
    header = f"authorization: {authorization}\r\n" if authorization else ""
    client.writer.write(f"POST /p HTTP/1.1\r\nhost: x\r\n{header}content-length: {len(BODY)}\r\n\r\n".encode() + BODY)
    try:
        return await client.receive()
    finally:
        client.close()


async def test_a_token_that_lets_everybody_in_is_none() -> None:
    with pytest.raises(UsageError, match=r"http_token \(t\.nml:1:1\) is empty, which would let anybody in"):
        await _open({"http_token": ""}, frozenset(["http_token"]))
    with pytest.raises(UsageError) as fault:
        await _open({"http_token": "sec ret"})
    assert "sec ret" not in str(fault.value)


async def test_an_open_port_without_a_token_is_told() -> None:
    says = "; without http_token anybody who reaches it may send"
    for given, told in (
        ({"http_host": "0.0.0.0"}, True),
        ({"http_host": "0.0.0.0", "http_token": "t"}, False),
        ({"http_host": "localhost"}, False),
        ({}, False),
    ):
        recorder = Recorder()
        await _open(given, log=recorder.log)
        assert (says in recorder.text()) is told


async def test_sources_on_one_port_agree_on_what_is_of_the_port() -> None:
    engine, shared = Engine(), {}
    async with serving(HttpSource(), Text, facts(engine, shared=shared)):
        other = HttpSource()
        given = parameters_of(other, {"http_path": "/q", "http_port": 0, "http_connections": 5})
        with pytest.raises(ConnectorError, match=r"share port \d+ and differ in http_connections: t\.nml:1:1 and t\.n"):
            await other.open(given, Codec(Text), facts(engine, shared=shared))
        await other.close()
    await engine.stop()
