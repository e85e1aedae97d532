"""The signatures in ``nstack/modules/*.nml`` and what the runtime provides are one list."""

import importlib.abc
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from connector_harness import MODULES, context, functions, module, parameters_of
from nstack.connectors.http import HttpSource
from nstack.connectors.postgres import PostgresSource
from nstack.connectors.schedule import ScheduleSource
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Registry, SinkConnector, SourceConnector
from nstack.runtime.errors import MissingExtra, UsageError
from nstack.runtime.scalars import Text, Unit
from nstack.runtime.standard import STD, StandardFunction

from nscompiler.grammar import syntax

CHANNELS = {"Channels.nats_read", "Channels.nats_write"}
"""What stands between the parts of a workflow: backends write it, programs cannot."""

ENGINE = {"Sinks.reply"}
"""What the engine does itself, since it answers through tokens."""

STAGED = {"Staged.read": "Sources", "Staged.write": "Sinks"}
"""Ends that backends put into workflows, and of what kind they are."""

LANGUAGE = {
    "Sources": {
        *(
            "http",
            "schedule",
            "postgres",
            "postgres_poll",
            "sqlite",
            "stdin",
            "jsonl",
            "csv",
            "parquet",
            "arrow",
            "s3",
            "dead_letters",
        ),
        *("amqp", "kafka", "kafka_backlog", "mqtt", "nats", "redis"),
    },
    "Sinks": {
        *("log", "reply", "stdout", "postgres", "sqlite", "jsonl", "csv", "parquet", "arrow", "s3"),
        *("amqp", "kafka", "mqtt", "nats", "redis"),
    },
    "Http": {"get", "post"},
    "AWS.S3": {"upload"},
    "Conv": {"to_json", "from_json", "to_csv", "from_csv"},
    "Std": {"identity", "fst", "snd", "some", "single"},
    "Staged": {"read", "write"},
}
"""Section 7 of the language reference."""


def attributes(declared: syntax.FunDecl) -> dict[str, Any]:
    """The attributes of a declaration, with their texts."""
    return {one.name.text: one.argument.value if one.argument else True for one in declared.attributes}


@pytest.mark.parametrize("name", sorted(LANGUAGE))
def test_the_modules_declare_what_the_language_has(name: str) -> None:
    found = module(name)
    assert found.header is not None
    version = "0.0.1-SNAPSHOT" if name == "AWS.S3" else "1.0.0"  # as the original's programs import it
    assert found.header.reference.text == f"{name}:{version}"
    assert {declared.name.text for declared in found.declarations if isinstance(declared, syntax.FunDecl)} == LANGUAGE[
        name
    ]
    assert sorted(file.stem for file in MODULES.glob("*.nml")) == sorted(LANGUAGE)


def test_every_function_has_a_provider_and_every_provider_a_function() -> None:
    provided = set(Registry().names())
    assert provided - CHANNELS | set(STD) | ENGINE == set(functions())
    assert provided > CHANNELS
    assert not provided & (set(STD) | ENGINE)


@pytest.mark.parametrize("name", sorted(set(Registry().names()) - CHANNELS))
def test_a_provider_is_what_its_function_says(name: str) -> None:
    found = Registry().find(name)
    kind, declared = name.partition(".")[0], attributes(functions()[name])
    ends = {
        "Sources": SourceConnector,
        "Sinks": SinkConnector,
        "Staged.read": SourceConnector,
        "Staged.write": SinkConnector,
    }
    base = ends.get(name) or ends.get(kind, StandardFunction)
    assert issubclass(found, base)
    if issubclass(found, SourceConnector):
        assert found.BOUNDED == ("bounded" in declared) != ("unbounded" in declared)
        assert declared["replay"] == found.REPLAY


def test_what_no_file_provides_is_refused_by_name_at_start() -> None:
    with pytest.raises(UsageError, match=r"Sources\.orc is not available in this version; there are Sources\.amqp"):
        Registry().find("Sources.orc")


def test_everything_is_documented() -> None:
    for name, declared in functions().items():
        assert declared.doc, name
        for parameter in declared.parameters or ():
            assert parameter.doc, f"{name} {parameter.name.text}"


def test_only_what_is_handed_its_type_is_exempt() -> None:
    exempt = {name for name, declared in functions().items() if "compiler" in attributes(declared)}
    with_type = {name for name in functions() if name.startswith("Sources.")} - {"Sources.stdin", "Sources.schedule"}
    assert exempt == with_type | {"Conv.from_json", "Conv.from_csv", "Http.get", "Http.post", "Staged.read"}


class _Hidden(importlib.abc.MetaPathFinder):
    """Makes libraries look as if they were not installed."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(name)


@pytest.mark.parametrize(
    ("source", "library", "type_", "extra"),
    [
        (HttpSource, "uvicorn", Text, "http"),
        (ScheduleSource, "cronsim", Unit, "schedule"),
        (PostgresSource, "psycopg", Text, "postgres"),
    ],
)
async def test_a_missing_library_is_one_error_that_names_the_extra(
    source: type[SourceConnector], library: str, type_: Any, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Hidden(library), *sys.meta_path])
    connector = source()
    with pytest.raises(MissingExtra) as fault:
        await connector.open(
            parameters_of(connector, {"http_path": "/", "cron": "* * * * *", "pg_query": ""}),
            Codec(type_),
            context(Path()),
        )
    assert str(fault.value) == f"connector '{extra}' needs: pip install \"nstack-runtime[{extra}]\""
    await connector.close()


def test_a_connector_file_imports_no_client_library() -> None:
    files = sorted(file.stem for file in (MODULES.parent / "connectors").glob("*.py"))
    imports = "; ".join(f"import nstack.connectors.{stem}" for stem in files)
    clients = {
        "uvicorn",
        "cronsim",
        "httptools",
        "psycopg",
        "aio_pika",
        "nats",
        "redis",
        "aiomqtt",
        "paho",
        "pyarrow",
        "obstore",
        "backports",
    }
    clients |= {"confluent_kafka", "httpx2"}
    program = f"import sys; {imports}; print(sorted({clients} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
