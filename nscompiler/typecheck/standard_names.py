"""What functions of the standard library are called elsewhere."""

from collections.abc import Mapping

_NAMES: Mapping[str, Mapping[str, str]] = {
    "Sources": {
        "stdin": "read input console readline readlines lines line stdio keyboard terminal cat",
        "jsonl": "json ndjson jsonlines file",
        "csv": "tsv file",
        "schedule": "cron timer interval tick ticker every clock periodic",
        "http": "web rest webhook server listen endpoint request api",
        "amqp": "rabbitmq rabbit",
        "mqtt": "mosquitto",
        "postgres": "sql database db query table pg",
        "sqlite": "sql database db query table",
        "s3": "aws bucket",
    },
    "Sinks": {
        "log": "print println printf puts echo console show debug out display dump write stderr trace",
        "stdout": "print println printf puts echo console show out write terminal stdio",
        "reply": "http respond response answer",
        "jsonl": "json ndjson jsonlines file",
        "csv": "tsv file",
        "amqp": "rabbitmq rabbit",
        "mqtt": "mosquitto",
        "postgres": "sql database db insert table pg",
        "sqlite": "sql database db insert table",
        "s3": "aws bucket",
    },
    "Conv": {
        "to_json": "json stringify dumps encode serialize show to_string to_text str json_encode",
        "from_json": "json parse loads decode deserialize parse_json read read_json json_decode",
        "to_csv": "csv",
        "from_csv": "csv parse_csv read_csv",
    },
    "Std": {
        "identity": "id",
        "fst": "first head left",
        "snd": "second right",
        "some": "just",
        "single": "singleton list pure",
    },
}


def meant_by(module: str, name: str) -> tuple[str, ...]:
    """The functions of a module of the standard library, given by its reference, that are called so elsewhere."""
    called = _NAMES.get(module.partition(":")[0].rpartition("/")[2], {})
    return tuple(own for own, others in called.items() if name.casefold() in others.split())
