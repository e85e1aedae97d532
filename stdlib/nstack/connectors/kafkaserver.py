"""Where a Kafka cluster is, how to log in, and what its client library tells when something is wrong."""

import asyncio
import logging
import re
import time
from typing import Any

from nstack.connectors.reach import Lost
from nstack.connectors.tls import Tls, knock
from nstack.runtime.codec import Codec
from nstack.runtime.connector import Context, Parameters
from nstack.runtime.errors import ConnectorError, MissingExtra, UsageError

TIMEOUT = 10.0
"""Seconds that the cluster has for an answer."""
STEP = 1.0
"""Seconds after which it is looked whether the library knows already why no answer comes."""
LOGIN = "login"
"""What ``Trouble.refused`` says of a wrong login."""


class Trouble:
    """What the library has told of its connections. Callbacks run on whichever thread serves the client."""

    def __init__(self) -> None:
        self.last = ""
        self.down = False
        self.refused: str | None = None

    def told(self, error: Any) -> None:
        """The library's ``error_cb``."""
        from confluent_kafka import KafkaError

        text = " ".join(error.str().split())
        if error.code() in (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED):
            self.refused = LOGIN
        elif error.code() == KafkaError._SSL:
            self.refused = _plain(text)
        elif error.code() == KafkaError._ALL_BROKERS_DOWN:
            self.down = True
        elif error.fatal():
            self.refused = text
        else:
            self.last = _plain(text)


def _plain(text: str) -> str:
    """The library's message without its own names of brokers and states."""
    text = re.sub(r"\s*\(after \d+ms in state [\w-]+(?:, \d+ identical error\(s\) suppressed)?\)", "", text)
    text = re.sub(r"^(?:GroupCoordinator(?:/\d+)?: )?(?:\w+://)?\S+?:\d+(?:/(?:bootstrap|\d+))?: ", "", text)
    return re.sub(r"^Connect to \S+ failed: ", "", text)


class Cluster:
    """The cluster and the topic that one use names."""

    def __init__(self, parameters: Parameters, codec: Codec, context: Context) -> None:
        try:
            import confluent_kafka  # noqa: F401
        except ImportError:
            raise MissingExtra("kafka", "kafka") from None
        self.topic: str = parameters.kafka_topic
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", self.topic):
            raise UsageError(f"kafka_topic {self.topic!r} is no topic's name: letters, digits, '.', '_' and '-'")
        self._servers = [_server(one) for one in parameters.kafka_brokers.split(",") if one.strip()]
        if not self._servers:
            raise UsageError("kafka_brokers names no broker; it is a list such as a.example:9092,b.example:9092")
        shown = ",".join(f"{host}:{number}" for host, number in self._servers)
        self.address = f"the Kafka cluster at {shown}"
        self.tls = Tls(parameters, "kafka", context)
        self._login = bool(parameters.kafka_user)
        self.settings = self._settings(parameters, shown, context)

    def _settings(self, parameters: Parameters, shown: str, context: Context) -> dict[str, Any]:
        quiet = logging.getLogger("nstack.kafka")
        if not quiet.handlers:
            quiet.addHandler(logging.NullHandler())
            quiet.propagate = False
        settings: dict[str, Any] = {
            "bootstrap.servers": shown,
            "client.id": f"nstack-{context.workflow}",
            "logger": quiet,
            "log_level": 3,
            "socket.timeout.ms": int(TIMEOUT * 1000),
            "socket.connection.setup.timeout.ms": int(TIMEOUT * 1000),
            "reconnect.backoff.max.ms": 2000,
            "metadata.recovery.strategy": "none",
            "security.protocol": ("SASL_" if self._login else "") + ("SSL" if self.tls.on else "PLAINTEXT"),
        }
        if self._login:
            settings |= {
                "sasl.mechanism": parameters.kafka_sasl,
                "sasl.username": parameters.kafka_user,
                "sasl.password": parameters.kafka_password,
            }
        for name, file in (
            ("ssl.ca.location", self.tls.ca_file),
            ("ssl.certificate.location", self.tls.cert_file),
            ("ssl.key.location", self.tls.key_file or self.tls.cert_file),
        ):
            if file is not None:
                settings[name] = str(file)
        return settings

    async def reach(self, *, make: bool = False) -> None:
        """Returns when a broker answers and has the topic; with ``make`` it may make a topic that is not there, as
        brokers that are set up so do for whoever writes. Raises Lost and ConnectorError.

        It asks through a client of its own: a consumer lets nobody else in while it polls.
        """
        from confluent_kafka import Consumer, Producer

        host, number = await self._any()
        trouble = Trouble()
        settings = {**self.settings, "error_cb": trouble.told}
        client: Any = Producer(settings) if make else Consumer({**settings, "group.id": "nstack"})
        until, explained = time.monotonic() + TIMEOUT, False
        while True:
            found = await asyncio.to_thread(self._metadata, client)
            if trouble.refused is not None:
                raise self.refusal(trouble)
            if found is not None:
                return self._look_at(found)
            if not explained:
                explained = True
                await self.tls.explain(host, number, self.address)
            if time.monotonic() > until:
                raise Lost(trouble.last or "no answer came in time")

    def refusal(self, trouble: Trouble) -> ConnectorError:
        """The error for what the cluster will not have, however long one waits."""
        if trouble.refused == LOGIN:
            return ConnectorError(
                f"{self.address} refuses the login (kafka_user, kafka_password and kafka_sasl log in)"
            )
        return ConnectorError(f"{self.address}: {trouble.refused}")

    async def _any(self) -> tuple[str, int]:
        """A broker that takes connections."""
        last: OSError | None = None
        for host, number in self._servers:
            try:
                await knock(host, number, self.tls, self.address)
            except OSError as error:
                last = error
            else:
                return host, number
        assert last is not None
        raise Lost(last) from None

    def _metadata(self, client: Any) -> Any:
        from confluent_kafka import KafkaException

        try:
            return client.list_topics(self.topic, timeout=STEP)
        except KafkaException:
            client.poll(0.05)  # it tells why
            return None

    def _look_at(self, found: Any) -> None:
        from confluent_kafka import KafkaError

        topic = found.topics[self.topic]
        if topic.error is None:
            return
        if topic.error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise ConnectorError(f"{self.address} does not let this user at the topic {self.topic!r} (kafka_user)")
        if topic.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise Lost(f"it has no topic {self.topic!r}; make one, or mend kafka_topic", missing=True)
        raise Lost(f"topic {self.topic!r}: {topic.error.str()}")


def _server(text: str) -> tuple[str, int]:
    host, colon, number = text.strip().rpartition(":")
    if not colon:
        host, number = text.strip(), "9092"
    if not number.isdecimal() or not 0 < int(number) < 65536 or not host:
        raise UsageError(f"kafka_brokers: {text.strip()!r} is no address such as broker.example:9092")
    return host.strip("[]"), int(number)
