"""Objects of an S3-compatible store, on a real server: both ways, several at once, and every refusal."""

import asyncio
import datetime
import gzip
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from connector_harness import Plant, context, parameters_of, read_all, read_batches, write_all
from nstack.connectors.s3 import S3Sink, S3Source, Upload
from nstack.connectors.s3inputs import key_pattern
from nstack.connectors.s3store import PART
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import ConnectorError, EncodeError, MissingExtra, NStackError, UsageError
from nstack.runtime.scalars import Bytes, Integer, Text
from nstack.runtime.values import Record
from s3_server import SECRET, Server, running


class File(Record):
    """An object with its key."""

    key: Text
    data: Bytes


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests of this file."""
    with running() as found:
        yield found


@pytest.fixture
def bucket(server: Server) -> str:
    """A new bucket."""
    name = f"b-{uuid.uuid4().hex[:12]}"
    server.client().create_bucket(Bucket=name)
    return name


def body(server: Server, bucket: str, key: str) -> bytes:
    """An object, as another client reads it."""
    data: bytes = server.client().get_object(Bucket=bucket, Key=key)["Body"].read()
    return data


@pytest.mark.parametrize(
    ("form", "type_", "values"),
    [
        ("jsonl", Plant, [Plant(1.5, "ä"), Plant(2, "", "n")]),
        ("csv", Plant, [Plant(1.5, "a,\n"), Plant(2, "x", "")]),
        ("text", Text, ["", "one", "é"]),
    ],
)
@pytest.mark.parametrize("ending", ["", ".gz"])
async def test_what_is_written_is_what_is_read(
    server: Server, bucket: str, form: str, type_: Any, values: list[Any], ending: str
) -> None:
    given = server.parameters(bucket, s3_key=f"a b/ü{ending}", s3_format=form)
    await write_all(S3Sink(), given, type_, context(Path(), bounded=True), values)
    assert await read_all(S3Source(), given, type_, context(Path())) == values
    raw = body(server, bucket, f"a b/ü{ending}")
    assert (gzip.decompress(raw) if ending else raw).count(b"\n") >= len(values)


async def test_a_large_object_goes_in_parts_and_is_not_there_before_its_end(server: Server, bucket: str) -> None:
    client, sink = server.client(), S3Sink()
    given = server.parameters(bucket, s3_key="big", s3_format="text")
    await sink.open(parameters_of(sink, given), Codec(Text), context(Path(), bounded=True))
    line = "x" * 999_999
    for _ in range(20):
        await sink.write(sink.encode([line]))
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    await sink.close(completed=True)
    found = client.head_object(Bucket=bucket, Key="big")
    assert found["ContentLength"] == 20_000_000 > 2 * PART
    assert found["ETag"].rstrip('"').endswith("-3")
    assert await read_all(S3Source(), given, Text, context(Path())) == [line] * 20


async def test_a_run_that_fails_leaves_nothing_behind(server: Server, bucket: str) -> None:
    given = server.parameters(bucket, s3_key="big", s3_format="text")
    await write_all(S3Sink(), given, Text, context(Path(), bounded=True), ["x" * 20_000_000], completed=False)
    client = server.client()
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


async def test_objects_are_read_in_the_order_of_their_keys_and_gone_on_with(server: Server, bucket: str) -> None:
    client = server.client()
    keys = ["logs/2024/1.jsonl", "logs/2024/2.jsonl", "logs/2023/9.jsonl", "logs/readme", "other/1.jsonl"]
    for number, key in enumerate(keys):
        client.put_object(Bucket=bucket, Key=key, Body=b"".join(b"%d\n" % (number * 10 + n) for n in range(3)))
    for pattern, order in (
        ("logs/2024/*.jsonl", [0, 1]),
        ("logs/", [2, 0, 1, 3]),
        ("**/[12].jsonl", [0, 1, 4]),
        ("logs/**/*.jsonl", [2, 0, 1]),
        ("logs/2024/2.jsonl", [1]),
    ):
        given = server.parameters(bucket, s3_key=pattern)
        whole = await read_batches(S3Source(), given, Integer, context(Path()))
        assert [value // 10 for values, _ in whole for value in values[:1]] == order
        for done, (_, token) in enumerate(whole, 1):
            rest = await read_batches(S3Source(), given, Integer, context(Path(), resume=token.offset))
            assert [values for values, _ in rest] == [values for values, _ in whole[done:]]


@pytest.mark.parametrize("form", ["jsonl", "object"])
async def test_a_source_that_goes_on_reads_the_objects_that_are_new_since(
    server: Server, bucket: str, form: str
) -> None:
    given = server.parameters(bucket, s3_key="*", s3_format=form)
    client, type_ = server.client(), Integer if form == "jsonl" else Bytes
    for key in "bd":
        client.put_object(Bucket=bucket, Key=key, Body=b"%d" % ord(key))
    source = S3Source()
    await source.open(parameters_of(source, given), Codec(type_), context(Path()))
    batches = source.batches()
    await anext(batches)
    place = json.loads(json.dumps(source.mark((await anext(batches)).token.offset)))
    await batches.aclose()
    await source.close()
    for key in "ac":
        client.put_object(Bucket=bucket, Key=key, Body=b"%d" % ord(key))
    rest = await read_all(S3Source(), given, type_, context(Path(), resume=place))
    assert [chr(int(value)) for value in rest] == ["a", "c"]


async def test_an_object_is_one_value(server: Server, bucket: str) -> None:
    given = server.parameters(bucket, s3_key="in/", s3_format="object")
    files = [File("a", b"\x00\xff"), File("b/c", b""), File("d", b"x" * (PART + 1))]
    await write_all(S3Sink(), given, File, context(Path()), files)
    assert body(server, bucket, "in/b/c") == b""
    read = await read_all(S3Source(), given, File, context(Path()))
    assert read == [File(f"in/{file.key}", file.data) for file in files]
    assert await read_all(S3Source(), given, Bytes, context(Path())) == [file.data for file in files]
    whole = await read_batches(S3Source(), given, Bytes, context(Path()))
    rest = await read_batches(S3Source(), given, Bytes, context(Path(), resume=whole[1][1].offset))
    assert [values for values, _ in rest] == [[files[2].data]]
    with pytest.raises(ConnectorError, match=r"in/d: an object of more than max_line = 100 bytes"):
        await read_all(S3Source(), given | {"max_line": 100}, File, context(Path()))
    with pytest.raises(EncodeError, match=r"value\.key: expected the key of an object, got '\.\./x'"):
        await write_all(S3Sink(), given, File, context(Path()), [File("../x", b"")])


class Filed(Record):
    """What AWS.S3.upload takes."""

    filepath: Text
    data: Bytes


@pytest.mark.thorough
def test_upload_gives_the_address(server: Server, bucket: str) -> None:
    defaults: dict[str, Any] = {
        "s3_region": "",
        "s3_session_token": "",
        "s3_anonymous": False,
        "s3_timeout": datetime.timedelta(seconds=5),
    }
    upload = Upload().bind(Codec(Filed), Codec(Text), Parameters(defaults | server.parameters(bucket)))
    assert upload(Filed("/a b/ü.txt", b"hello")) == f"{server.endpoint}/{bucket}/a%20b/%C3%BC.txt"
    assert body(server, bucket, "a b/ü.txt") == b"hello"
    with pytest.raises(ConnectorError, match='filepath = "" is no key of an object'):
        upload(Filed("", b""))
    amazon = Upload().bind(
        Codec(Filed),
        Codec(Text),
        Parameters(defaults | {**server.parameters("nowhere"), "s3_endpoint": "https://127.0.0.1:1"}),
    )
    with pytest.raises(ConnectorError, match=r"cannot upload s3://nowhere/x: cannot reach https://127\.0\.0\.1:1"):
        amazon(Filed("x", b""))


# --- refusals


async def refusal(server: Server, source: bool, **more: Any) -> str:
    """What a source, or a sink, says when it cannot be opened; no message may show a key."""
    given = server.parameters("some-bucket", s3_key="in/x", s3_timeout=datetime.timedelta(seconds=1)) | more
    connector = S3Source() if source else S3Sink()
    with pytest.raises(NStackError) as fault:
        await connector.open(parameters_of(connector, given), Codec(Plant), context(Path(), bounded=True))
    text = str(fault.value)
    assert SECRET not in text
    assert server.secret not in text
    assert "\n" not in text
    return text


@pytest.mark.thorough
@pytest.mark.parametrize("source", [True, False])
async def test_what_cannot_be_reached_is_one_error(server: Server, bucket: str, source: bool) -> None:
    verb = "read" if source else "write"
    text = await refusal(server, source)
    assert text == (
        f"cannot {verb} s3://some-bucket/in/x: there is no bucket some-bucket at {server.endpoint} "
        "(s3_bucket names it; it is not made here)"
    )
    assert "cannot reach http://127.0.0.1:1 within s3_timeout = 1s" in await refusal(
        server, source, s3_endpoint="http://user:password@127.0.0.1:1"
    )
    assert "there is no such object in bucket" in await refusal(server, True, s3_bucket=bucket)
    assert f"no object matches s3://{bucket}/in/*" in await refusal(server, True, s3_bucket=bucket, s3_key="in/*")


async def test_a_bucket_that_is_missing_is_told_from_an_object_that_is(server: Server) -> None:
    for source, key in ((True, "in/*"), (False, "in/x")):
        assert "there is no bucket some-bucket" in await refusal(server, source, s3_key=key)


@pytest.mark.thorough
async def test_a_refused_key_is_one_error() -> None:
    with running(INITIAL_NO_AUTH_ACTION_COUNT="4") as strict:
        iam = strict.client("iam")
        iam.create_user(UserName="u")
        allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allow)
        made = iam.create_access_key(UserName="u")["AccessKey"]
        strict.key, strict.secret = made["AccessKeyId"], made["SecretAccessKey"]
        strict.client().create_bucket(Bucket="some-bucket")
        await write_all(
            S3Sink(), strict.parameters("some-bucket", s3_key="in/x"), Integer, context(Path(), bounded=True), [1]
        )
        for wrong in ({"s3_secret_key": "wrong"}, {"s3_key_id": "AKIAWRONG"}):
            for source in (True, False):
                text = await refusal(strict, source, **wrong)
                assert "refuses the key" in text, text


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"s3_bucket": ""}, 's3_bucket = "" is no name of a bucket'),
        ({"s3_endpoint": "localhost:9000"}, r's3_endpoint = "localhost:9000" is no address; one begins with https://'),
        ({"s3_secret_key": ""}, "s3_key_id and s3_secret_key belong together"),
        ({"s3_timeout": datetime.timedelta()}, "s3_timeout must be longer than 0 seconds"),
        ({"s3_format": "text"}, 's3_format = "text" is for Text; the type is Plant'),
        ({"s3_format": "object"}, r's3_format = "object" is for \[Byte\], or a record'),
    ],
)
async def test_parameters_that_make_no_sense_are_refused(
    server: Server, parameters: dict[str, Any], message: str
) -> None:
    for connector in (S3Source(), S3Sink()):
        given = server.parameters("some-bucket", s3_key="x") | parameters
        with pytest.raises(UsageError, match=message):
            await connector.open(parameters_of(connector, given), Codec(Plant), context(Path(), bounded=True))


async def test_an_endless_run_and_a_mode_that_forbids_are_refused(server: Server, bucket: str) -> None:
    given = server.parameters(bucket, s3_key="x")
    with pytest.raises(UsageError, match="an object is there when it is complete, and this workflow has no end"):
        await write_all(S3Sink(), given, Integer, context(Path()), [])
    await write_all(S3Sink(), given, Integer, context(Path(), bounded=True), [1])
    with pytest.raises(ConnectorError, match=rf's3://{bucket}/x is there already, and mode = "error"'):
        await write_all(S3Sink(), given | {"mode": "error"}, Integer, context(Path(), bounded=True), [2])
    assert body(server, bucket, "x") == b"1\n"


async def test_an_object_that_is_written_anew_meanwhile_is_told(server: Server, bucket: str) -> None:
    client = server.client()
    client.put_object(Bucket=bucket, Key="x", Body=b"1\n")
    source = S3Source()
    given = server.parameters(bucket, s3_key="x")
    await source.open(parameters_of(source, given), Codec(Integer), context(Path()))
    client.put_object(Bucket=bucket, Key="x", Body=b"2\n")
    with pytest.raises(ConnectorError, match=rf"cannot read s3://{bucket}/x"):
        [batch async for batch in source.batches()]
    await source.close()
    saved = [f"s3://{bucket}/x", 2, 2, '"another"']
    with pytest.raises(ConnectorError, match="has changed since the run that is to go on in it; --fresh starts over"):
        await read_all(S3Source(), given, Integer, context(Path(), resume=saved))


@pytest.mark.parametrize("connector", [S3Source, S3Sink])
async def test_a_missing_library_is_one_error_that_names_the_extra(
    connector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    made = connector()
    given = {"s3_bucket": "some-bucket", "s3_key": "x"}
    with pytest.raises(MissingExtra, match=r'pip install "nstack-runtime\[s3\]"'):
        await made.open(parameters_of(made, given), Codec(Integer), context(Path(), bounded=True))


def test_patterns_stay_within_a_part_unless_they_say_otherwise() -> None:
    for pattern, yes, no in (
        ("a/*.csv", ["a/x.csv", "a/.csv"], ["a/b/x.csv", "b/x.csv", "a/x.csv.gz"]),
        ("a/**", ["a/x", "a/b/c"], ["b/a/x"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax", "a/bx"]),
        ("a?[b-d][!e]", ["axcf"], ["axce", "a/cf"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)"]),
    ):
        found = key_pattern(pattern)
        assert [key for key in (*yes, *no) if found.fullmatch(key)] == yes


def test_the_original_program_runs_with_keys_from_the_environment(server: Server, bucket: str, tmp_path: Path) -> None:
    program = f"""
import AWS.S3:0.0.1-SNAPSHOT as S3
type Item = {{ filepath : Text, data : [Byte] }};
Sources.jsonl<Item> {{ path = "in.jsonl" }}
  | S3.upload {{
      s3_bucket = "{bucket}", s3_endpoint = "{server.endpoint}", s3_key_id = $S3_ID, s3_secret_key = $S3_SECRET
    }}
  | Sinks.stdout
"""
    (tmp_path / "in.jsonl").write_text('{"filepath":"a/b.txt","data":"aGVsbG8="}\n')
    environment = {**os.environ, "S3_ID": server.key, "S3_SECRET": server.secret}
    done = subprocess.run(
        [sys.executable, "-m", "nscompiler", "notebook", program],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, f"{server.endpoint}/{bucket}/a/b.txt\n"), done.stderr
    assert SECRET not in done.stderr
    assert body(server, bucket, "a/b.txt") == b"hello"


def test_keys_may_come_from_the_usual_variables(server: Server, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", server.key),
        ("AWS_SECRET_ACCESS_KEY", server.secret),
        ("AWS_ENDPOINT_URL", server.endpoint),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    given = {"s3_bucket": bucket, "s3_key": "x"}
    asyncio.run(write_all(S3Sink(), given, Integer, context(Path(), bounded=True), [7]))
    assert asyncio.run(read_all(S3Source(), given, Integer, context(Path()))) == [7]
