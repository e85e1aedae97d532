"""A module in a process of its own: where a synchronous method has a ``timeout``, only killing its process ends a
call that takes too long.

``RemoteHost`` is the parent's side; ``module_process.py`` is what runs in the child. They talk over socket pairs,
one for each thread that calls, in pickled messages with their length before them. After a kill, or a crash, the
next call starts the process again, ``startup`` included.
"""

from __future__ import annotations

import ast
import copyreg
import io
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from .declare import UserModule
from .errors import CallTimeout, ModuleFailure, RemoteFailure, ResultError
from .folders import Folders
from .log import Log
from .user_code import Host

_LENGTH = struct.Struct("!Q")


def send(channel: socket.socket, message: object) -> None:
    """Sends one message."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = {**copyreg.dispatch_table, msgspec.Meta: _reduce_meta}  # msgspec does not pickle these
    pickler.dump(message)
    data = buffer.getvalue()
    channel.sendall(_LENGTH.pack(len(data)) + data)


def _reduce_meta(meta: msgspec.Meta) -> tuple[Any, ...]:
    known = {name: getattr(meta, name) for name in ("ge", "le", "tz", "min_length", "max_length")}
    return partial(msgspec.Meta, **known), ()


def receive(channel: socket.socket) -> Any:
    """Waits for one message. Raises EOFError when the other side has gone, TimeoutError past the channel's timeout."""
    (size,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    return pickle.loads(_exactly(channel, size))


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = channel.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def is_async(module: UserModule, function: str) -> bool:
    """Whether the class in the module's file defines ``function`` with ``async def``; the file is only read."""
    try:
        tree = ast.parse((Path(module.folder) / module.service).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in module.class_names]
    return any(isinstance(part, ast.AsyncFunctionDef) and part.name == function for cls in classes for part in cls.body)


class RemoteHost(Host):
    """A ``Host`` whose instance lives in a child process. ``callers`` is how many threads may call at a time."""

    def __init__(self, module: UserModule, folders: Folders, agreed: Mapping[str, Any], log: Log, callers: int) -> None:
        super().__init__(module, folders, agreed)
        self._log = log
        self._callers = callers
        self._process: subprocess.Popen[bytes] | None = None
        self._channels: list[socket.socket] = []
        self._mine: dict[int, int] = {}
        self._restart = threading.Lock()

    def load(self) -> None:
        """Starts the process, which loads the module and runs ``startup``. Raises ModuleFailure."""
        pairs = [socket.socketpair() for _ in range(self._callers)]
        theirs = [pair[1].fileno() for pair in pairs]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nstack.runtime.module_process", *map(str, theirs)],
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        self._channels = [pair[0] for pair in pairs]
        for pair in pairs:
            pair[1].close()
        plain = msgspec.structs.replace(self.module, functions={}, parameters={})
        try:
            send(self._channels[0], (plain, self.agreed))
            self._answer(self._channels[0], None)
        except (EOFError, OSError):
            raise ModuleFailure(
                f"the process of {self.module.reference} ended before it was ready{self._ended()}"
            ) from None
        self.started = True

    def hook(self, name: str) -> Any:
        """``startup`` is part of ``load``; ``shutdown`` ends the process."""
        if name == "shutdown" and self._process is not None and self._process.poll() is None:
            self._request(("shutdown",), None)
            self._process.wait()

    def method(self, name: str) -> Callable[..., Any]:
        """A function that calls the method in the child. Raises ModuleFailure when the class has none."""
        self._request(("has", name), None)
        return lambda *values: self.call(name, {}, None, None, *values)

    def call(self, name: str, args: dict[str, Any], output: Any, timeout: float | None, *values: Any) -> Any:
        """Calls a method in the child; its result is checked there against the ``output`` annotation. A generator
        stays there and is pulled from here.

        Raises CallTimeout after killing the process, ResultError, and RemoteFailure for what the method raised."""
        answer = self._request(("call", name, args, output, values), timeout)
        return self._pulled(answer[1], timeout) if answer[0] == "generator" else answer[1]

    def _pulled(self, number: int, timeout: float | None) -> Iterator[Any]:
        try:
            while (answer := self._request(("next", number), timeout))[0] == "value":
                yield answer[1]
        finally:
            if self._process is not None and self._process.poll() is None:
                self._request(("close", number), None)

    def _channel(self) -> socket.socket:
        """The channel of the calling thread; starts the process again if it has died."""
        with self._restart:
            if self._process is None:
                self._log.warning(
                    f"the process of {self.module.reference} starts again; what its instance had learnt is lost"
                )
                self.load()
            index = self._mine.setdefault(threading.get_ident(), len(self._mine))
            return self._channels[index % len(self._channels)]

    def _request(self, message: tuple[Any, ...], timeout: float | None) -> tuple[Any, ...]:
        channel = self._channel()
        process = self._process
        try:
            send(channel, message)
            return self._answer(channel, timeout)
        except TimeoutError:
            self._kill(process)
            raise CallTimeout(f"took longer than {timeout:g} s") from None
        except (EOFError, OSError):
            how = self._ended()
            self._kill(process)
            raise RemoteFailure(f"the process of {self.module.reference} has died{how}") from None

    def _answer(self, channel: socket.socket, timeout: float | None) -> tuple[Any, ...]:
        channel.settimeout(timeout)
        answer: tuple[Any, ...] = receive(channel)
        if answer[0] == "raised":
            raise RemoteFailure(answer[1], answer[2])
        if answer[0] == "wrong":
            raise ResultError(*answer[1:])
        if answer[0] == "module":
            raise ModuleFailure(answer[1], answer[2])
        return answer

    def _ended(self) -> str:
        if self._process is None:
            return ""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        return f" (exit code {code})"

    def _kill(self, process: subprocess.Popen[bytes] | None) -> None:
        with self._restart:
            if process is None or process is not self._process:
                return  # another thread has done it already
            process.kill()
            process.wait()
            for channel in self._channels:
                channel.close()
            self._process = None

    def close(self) -> None:
        """Ends the process."""
        self._kill(self._process)
