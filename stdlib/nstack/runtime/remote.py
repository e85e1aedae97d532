"""A module in a process of its own: because its requirements exclude those of others, or because a synchronous method
has a ``timeout``, as only killing its process ends a call that takes too long.

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
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from .declare import Call, Sink, Source, UserModule
from .errors import CallTimeout, ModuleFailure, ProcessDied, Rejected, RemoteFailure, ResultError
from .folders import Folders
from .interpreter import Interpreter
from .log import Log
from .user_code import RESUME, At, Host

_LENGTH = struct.Struct("!Q")
_PORTION = 1 << 16
_PROTOCOL = 5
MEMORY = "NSTACK_MEMORY"
"""The environment variable by which the process of a module learns how many bytes its data may have."""


class OutOfMemory(Exception):
    """A method has asked for more memory than its process may have."""

    def __init__(self, text: str, trace: str) -> None:
        super().__init__(text)
        self.trace = trace


class Use(msgspec.Struct, frozen=True):
    """One use of a method, as the child needs to know it.

    ``output`` is the pickled annotation of what the method returns, None where nobody looks at it. ``source`` marks a
    source, which goes on from ``resume``. ``timeout`` is for a coroutine, which is cancelled; that of a plain method
    is the parent's business.
    """

    function: str
    args: dict[str, Any]
    output: bytes | None = None
    source: bool = False
    resume: Any = None
    timeout: float | None = None


def described(declared: object) -> bytes:
    """Annotations, or what mentions them, pickled."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = {**copyreg.dispatch_table, msgspec.Meta: _reduce_meta}  # msgspec does not pickle these
    pickler.dump(declared)
    return buffer.getvalue()


class Channel:
    """The parent's end of a socket pair. One thread at a time asks; any may close it."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._timeout: float | None = None
        self._lock = threading.Lock()

    def ask(self, data: bytes, timeout: float | None) -> bytes:
        """Sends a message and waits for the answer. Raises EOFError or OSError when the other side has gone,
        TimeoutError."""
        with self._lock:
            if timeout != self._timeout:  # a system call
                self._timeout = timeout
                self._socket.settimeout(timeout)
            send(self._socket, data)
            return receive(self._socket)

    def close(self) -> None:
        """Whoever waits here still reads an answer that has come, or else gets EOFError."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._socket.close()


def send(channel: socket.socket, data: bytes) -> None:
    """Sends one message."""
    channel.sendall(_LENGTH.pack(len(data)) + data)


def receive(channel: socket.socket) -> bytes:
    """Waits for one message, which is all that is on its way. Raises EOFError when the other side has gone,
    TimeoutError past the channel's timeout."""
    data = _some(channel, _PORTION)
    while len(data) < _LENGTH.size:
        data += _some(channel, _PORTION)
    size = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    if len(data) == size:
        return data[_LENGTH.size :]
    parts, left = [data[_LENGTH.size :]], size - len(data)
    while left:
        parts.append(_some(channel, min(left, 1 << 20)))
        left -= len(parts[-1])
    return b"".join(parts)


def _some(channel: socket.socket, most: int) -> bytes:
    data = channel.recv(most)
    if not data:
        raise EOFError
    return data


def _reduce_meta(meta: msgspec.Meta) -> tuple[Any, ...]:
    known = {name: getattr(meta, name) for name in ("ge", "le", "tz", "min_length", "max_length")}
    return partial(msgspec.Meta, **known), ()


def is_async(module: UserModule, function: str) -> bool:
    """Whether the class in the module's file defines ``function`` with ``async def``; the file is only read."""
    try:
        tree = ast.parse((Path(module.folder) / module.service).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in module.class_names]
    return any(isinstance(part, ast.AsyncFunctionDef) and part.name == function for cls in classes for part in cls.body)


class RemoteHost(Host):
    """A ``Host`` whose instance lives in a child process, which keeps its calls apart. ``callers`` is how many threads
    may call at a time."""

    shared = False

    def __init__(
        self,
        module: UserModule,
        folders: Folders,
        agreed: Mapping[str, Any],
        log: Log,
        callers: int,
        interpreter: Interpreter,
        memory: int | None = None,
    ) -> None:
        super().__init__(module, folders, agreed)
        self._log = log
        self._callers = callers
        self._interpreter = interpreter
        self._memory = memory
        self._why = "it has died"
        self._process: subprocess.Popen[bytes] | None = None
        self._channels: list[Channel] = []
        self._mine: dict[int, int] = {}
        self._restart = threading.RLock()

    def load(self) -> None:
        """Starts the process, which loads the module. Raises ModuleFailure."""
        # One channel more than callers: a thread that is left behind in user code keeps its own.
        pairs = [socket.socketpair() for _ in range(self._callers + 1)]
        try:
            self._process = self._popen([theirs.fileno() for _, theirs in pairs])
        except OSError as error:
            for ours, _ in pairs:
                ours.close()
            raise ModuleFailure(f"the process of {self.module.reference} cannot be started: {error}") from None
        finally:
            for _, theirs in pairs:
                theirs.close()
        self._channels = [Channel(ours) for ours, _ in pairs]
        plain = msgspec.structs.replace(self.module, folder=str(self.folder), functions={}, parameters={}, process=None)
        self._first(described((plain, self.agreed)))

    def _popen(self, descriptors: list[int]) -> subprocess.Popen[bytes]:
        # -P: the child finds what its interpreter finds, not what lies in the working directory.
        command = [self._interpreter.executable, "-P", "-m", "nstack.runtime.module_process", *map(str, descriptors)]
        environment = dict(self._interpreter.environment or os.environ)
        if self._memory is not None:
            environment[MEMORY] = str(self._memory)
        return subprocess.Popen(command, pass_fds=descriptors, stdin=subprocess.DEVNULL, env=environment)

    def _first(self, message: bytes) -> None:
        """Sends what has to be done before any call, on the channel of the child's main thread. Raises ModuleFailure,
        and ends the process then."""
        try:
            self._answer(self._channels[0].ask(message, None))
        except (EOFError, OSError):
            ended = self._ended()
            self.close()
            raise ModuleFailure(f"the process of {self.module.reference} ended before it was ready{ended}") from None
        except ModuleFailure:
            self.close()
            raise

    def hook(self, name: str) -> Any:
        """Runs ``startup`` or ``shutdown`` in the child, which ends with the latter."""
        self.started = True
        process = self._process
        if name == "shutdown" and (process is None or process.poll() is not None):
            return
        _, process = self._request(("hook", name), None)
        if name == "shutdown":
            process.wait()

    def use(self, node: Call | Sink | Source, args: dict[str, Any], timeout: float | None) -> Callable[..., Any]:
        """A function that calls a node's method in the child, for at most ``timeout`` seconds. Raises ModuleFailure
        when the class has none.
        """
        answer, _ = self._request(("has", node.function), None)
        asynchronous: bool = answer[1]
        use = Use(
            node.function,
            args,
            output=None if isinstance(node, Sink) else described(node.output),
            source=isinstance(node, Source),
            timeout=timeout if asynchronous else None,
        )
        limit = None if asynchronous else timeout
        if use.source:
            return lambda: self.call(pickle.dumps(msgspec.structs.replace(use, resume=RESUME.get()), _PROTOCOL), limit)
        return partial(self.call, pickle.dumps(use, _PROTOCOL), limit)

    def call(self, use: bytes, timeout: float | None, *values: Any) -> Any:
        """Calls a method in the child, where its result is checked too: one that is wrong comes as ``Rejected``. A
        generator stays there and is pulled from here. ``use`` is a pickled ``Use``.

        Where the process dies the call is made once more, in a new one: another call may have been to blame. Raises
        CallTimeout (``timeout`` also kills the process), and RemoteFailure for what the method raised."""
        try:
            answer, process = self._request(("call", use, values), timeout)
        except ProcessDied:
            answer, process = self._request(("call", use, values), timeout)
        return self._pulled(answer[1], timeout, process) if answer[0] == "generator" else _value(answer)

    def _pulled(self, number: int, timeout: float | None, process: subprocess.Popen[bytes]) -> Iterator[Any]:
        suspended = True
        try:
            while True:
                suspended = False  # nor is it after an exception: it has ended over there
                answer, _ = self._request(("next", number), timeout, process)
                if answer[0] == "end":
                    return
                suspended = True
                yield _value(answer)
        finally:
            if suspended and self._process is process and process.poll() is None:
                self._request(("close", number), None, process)

    def _line(self, of: subprocess.Popen[bytes] | None) -> tuple[Channel, subprocess.Popen[bytes]]:
        """The calling thread's channel to the process ``of``, or to whichever runs; one that has died is started
        again."""
        with self._restart:
            if of is not None and self._process is not of:
                raise RemoteFailure(f"the process of {self.module.reference} has died")
            if self._process is None:
                self._log.warning(
                    f"the process of {self.module.reference} starts again, for {self._why}; "
                    "what its instance had learnt is lost"
                )
                self.load()
                self._first(pickle.dumps(("hook", "startup"), _PROTOCOL))
            assert self._process is not None
            index = self._mine.setdefault(threading.get_ident(), len(self._mine))
            return self._channels[index % len(self._channels)], self._process

    def _request(
        self, message: tuple[Any, ...], timeout: float | None, of: subprocess.Popen[bytes] | None = None
    ) -> tuple[tuple[Any, ...], subprocess.Popen[bytes]]:
        """The answer to a message, and the process that gave it."""
        data = pickle.dumps(message, _PROTOCOL)  # what cannot be pickled fails here, before anything is sent
        channel, process = self._line(of)
        try:
            return self._answer(channel.ask(data, timeout)), process
        except TimeoutError:
            self._kill(process, f"it was killed in a call that took longer than {timeout:g} s")
            raise CallTimeout(
                f"took longer than {timeout:g} s: the process of {self.module.reference} was killed, "
                "since nothing else ends a call of a plain method"
            ) from None
        except OutOfMemory as error:
            self._kill(process, "it was killed for its memory")
            raise RemoteFailure(f"{error}: the process of {self.module.reference} was killed", error.trace) from None
        except (EOFError, OSError):
            how = self._ended()
            self._kill(process, f"it has died{how}")
            raise ProcessDied(f"the process of {self.module.reference} has died{how}") from None

    def _answer(self, data: bytes) -> tuple[Any, ...]:
        """What the child answers. Raises what it tells of."""
        answer: tuple[Any, ...] = pickle.loads(data)
        match answer[0]:
            case "raised":
                raise RemoteFailure(answer[1], answer[2])
            case "memory":
                limit = "" if self._memory is None else f", with --memory-limit at {self._memory >> 20} MiB"
                raise OutOfMemory(f"MemoryError{limit}", answer[1])
            case "late":
                raise CallTimeout(answer[1])
            case "module":
                raise ModuleFailure(answer[1], answer[2])
        return answer

    def _ended(self) -> str:
        """How the process ended, for a message."""
        if self._process is None:
            return ""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        return f" (exit code {code})" if code >= 0 else f" ({_signal_name(-code)})"

    def _kill(self, process: subprocess.Popen[bytes] | None, why: str = "it has died") -> None:
        with self._restart:
            if process is None or process is not self._process:
                return  # another thread has done it already
            process.kill()
            process.wait()
            for channel in self._channels:
                channel.close()
            self._process = None
            self._why = why

    def close(self) -> None:
        """Ends the process."""
        self._kill(self._process)


def _value(answer: tuple[Any, ...]) -> Any:
    match answer[0]:
        case "at":
            return At(answer[1], answer[2])
        case "wrong":
            return Rejected(ResultError(**answer[1]), answer[2])
    return answer[1]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
