"""Brokers of a test's own, which are stopped and started again and keep what they have on disk."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from broker_harness import free_port
from connector_harness import required


class OwnBroker(ABC):
    """A server in a folder of its own. ``stop`` ends it as if its machine had failed."""

    PATIENCE: ClassVar[float] = 30.0
    """Seconds that it may take to start."""
    ENDING: ClassVar[int] = signal.SIGKILL

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.user: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    def environment(self) -> dict[str, str]:
        """The variables it needs beside the test's."""
        return {}

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), env=os.environ | self.environment(), user=self.user, group=self.user, cwd="/",
                start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + self.PATIENCE
        while not self._answers():
            assert self._process.poll() is None, self._told()
            assert time.monotonic() < until, self._told()
            time.sleep(0.05)

    def stop(self) -> None:
        """Returns when nobody answers any more."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, self.ENDING)
        self._process.wait(60)
        while self._answers():  # a shell has ended, and what it started ends a little later
            time.sleep(0.05)

    def _answers(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        return False

    def _told(self) -> str:
        return (
            f"{' '.join(self.command())} does not answer:\n{(self.folder / 'log').read_text(errors='replace')[-3000:]}"
        )


class OwnRedis(OwnBroker):
    """Writes each command to its log before it answers."""

    def command(self) -> list[str]:
        """Without a snapshot."""
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [required("redis-server"), *where, "--save", "", "--appendonly", "yes", "--appendfsync", "always"]


class OwnNats(OwnBroker):
    """With JetStream."""

    def command(self) -> list[str]:
        """In its folder."""
        return [required("nats-server"), "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder / "js")]


class OwnRabbitMQ(OwnBroker):
    """A node of its own; it is asked to end, because the machine below the shell that it is started by is not ours to
    kill."""

    PATIENCE = 180.0
    ENDING = signal.SIGTERM
    MORE: ClassVar[str] = ""
    """Further arguments of the machine below, which may set what the server is configured with."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._distribution = free_port()
        if os.getuid() == 0:
            self.user = "rabbitmq"
            shutil.chown(folder, self.user, self.user)

    def command(self) -> list[str]:
        """What Debian starts, too."""
        return [required("rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        """Everything that it writes is in its folder."""
        facts = {"HOME": self.folder, "RABBITMQ_NODENAME": f"nstack{self.port}@localhost"}
        facts |= {"RABBITMQ_NODE_PORT": self.port, "RABBITMQ_DIST_PORT": self._distribution}
        files = ("MNESIA_BASE", "LOG_BASE", "ENABLED_PLUGINS_FILE")
        facts |= {f"RABBITMQ_{name}": self.folder / name.lower() for name in files}
        facts |= {"RABBITMQ_FEATURE_FLAGS_FILE": self.folder / "flags", "RABBITMQ_CONFIG_FILE": self.folder / "none"}
        facts |= {"RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_CONF_ENV_FILE": self.folder / "none"}
        facts["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = f"-kernel inet_dist_use_interface {{127,0,0,1}} {self.MORE}"
        return {name: str(value) for name, value in facts.items()}

    def stop(self) -> None:
        """Until the node is gone from its port among nodes, too."""
        super().stop()
        with suppress(OSError):
            while True:
                socket.create_connection(("127.0.0.1", self._distribution), 1).close()
                time.sleep(0.1)


@contextmanager
def running(kind: type[OwnBroker]) -> Iterator[OwnBroker]:
    """One that answers. Where it does not come up, another port is tried: somebody may have taken the one."""
    for left in (1, 0):
        folder = Path(tempfile.mkdtemp(prefix="nstack-own-broker-"))
        broker = kind(folder)
        try:
            try:
                broker.start()
            except AssertionError:
                if not left:
                    raise
                continue
            yield broker
            return
        finally:
            broker.stop()
            shutil.rmtree(folder, ignore_errors=True)
