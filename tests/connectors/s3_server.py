"""A server of S3 for tests: moto's, in a process of its own on a free port, asked through boto3."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SECRET = "wJalrXUtnFEMIsecretEXAMPLEKEY"


class Server:
    """One server; ``client`` is the other side's, with the right keys."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self.key = "AKIAEXAMPLE"
        self.secret = SECRET

    def client(self, service: str = "s3") -> Any:
        """A client of boto3."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
        )

    def parameters(self, bucket: str, **more: Any) -> dict[str, Any]:
        """The parameters of a connector."""
        return {
            "s3_bucket": bucket,
            "s3_endpoint": self.endpoint,
            "s3_key_id": self.key,
            "s3_secret_key": self.secret,
        } | more


@contextmanager
def running(**environment: str) -> Iterator[Server]:
    """A server that is ended at the end."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield Server(port)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the S3 server did not start")
