"""The process of one module: loads it, then answers calls until its parent has gone. Started by ``remote.py`` only."""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from itertools import count
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

import msgspec

from .calls import Stepped, cut_off
from .codec import Codec
from .errors import CallTimeout, ModuleFailure, NStackError, ResultError
from .faults import represented
from .folders import Folders
from .forks import contain_forks
from .log import Log
from .remote import MEMORY, Use, receive, send
from .user_code import ARGS, RESUME, At, Host, describe, user_trace
from .worker import UserLoop

_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG
_ASYNC = 0x80 | 0x200  # CO_COROUTINE, CO_ASYNC_GENERATOR

Answer = tuple[Any, ...]


class Instance:
    """The module's instance with what all channels share: the loop of its coroutines and the codecs of its results.

    Each step of its code takes the host's lock, but for that of a source, which may sleep.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self._uses: dict[bytes, Use] = {}
        self._codecs: dict[bytes, Codec] = {}
        self._loop: UserLoop | None = None
        self._making = threading.Lock()

    def turn(self, use: Use) -> AbstractContextManager[object]:
        """What has to be held while the code of this use runs."""
        ARGS.set(use.args)
        if not use.source:
            return self.host.lock
        RESUME.set(use.resume)
        return nullcontext()

    def use(self, data: bytes) -> Use:
        """The use that is called: pickled, and the same for all its calls but those of a source."""
        held = self._uses.get(data)
        if held is None:
            held = self._uses[data] = pickle.loads(data)
        return held

    def codec(self, output: bytes) -> Codec:
        """The codec of a pickled annotation."""
        held = self._codecs.get(output)
        if held is None:
            held = self._codecs[output] = Codec(pickle.loads(output))
        return held

    def wait_for(self, use: Use, make: Callable[[], Any]) -> Any:
        """Runs what is awaitable to its end, on the loop of all coroutines. Raises CallTimeout."""

        async def work() -> Any:
            made: Awaitable[Any] = Stepped(make(), self.turn(use))
            return await (made if use.timeout is None else cut_off(made, use.timeout))

        return self.loop().run(work)

    def loop(self) -> UserLoop:
        """The loop, made when first needed."""
        with self._making:
            if self._loop is None:
                self._loop = UserLoop(self.host.folders)
            return self._loop

    def close(self) -> None:
        """Cancels the coroutines that still run."""
        if self._loop is not None:
            self._loop.close()


class Server:
    """Answers the messages of one channel, one after the other: ``call``, ``next``, ``close``, ``has``, ``hook``."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._host = instance.host
        self._made: dict[int, tuple[Any, Use]] = {}
        self._numbers = count()

    def serve(self, channel: socket.socket) -> bool:
        """Answers until the parent has gone or ``shutdown`` has run; whether it was the latter."""
        while True:
            try:
                message = receive(channel)
            except (EOFError, OSError):
                return False
            ends = self._reply(channel, message)
            if ends is not None:
                return ends

    def _reply(self, channel: socket.socket, message: bytes) -> bool | None:
        """Answers one message; what ``serve`` gives back where it is the last."""
        last = False
        try:
            name, *arguments = pickle.loads(message)
            last = [name, *arguments] == ["hook", "shutdown"]
            data = pickle.dumps(answered(lambda: getattr(self, f"_{name}")(*arguments)), 5)
        except Exception as error:  # a value of a type that is not known here, or one that cannot be pickled
            data = pickle.dumps(raised(error))
        try:
            send(channel, data)
        except OSError:
            return False
        return True if last else None

    def _has(self, name: str) -> Answer:
        """Whether there is such a method (or a ModuleFailure), and whether it is ``async``."""
        method = self._host.method(name)
        code = getattr(getattr(method, "__func__", method), "__code__", None)
        return ("value", bool(getattr(code, "co_flags", 0) & _ASYNC))

    def _hook(self, name: str) -> Answer:
        made = self._host.hook(name)
        if hasattr(made, "__await__"):
            self._host.finish_hook(name, lambda: self._instance.loop().run(lambda: made))
        return ("value", None)

    def _call(self, data: bytes, values: tuple[Any, ...]) -> Answer:
        use = self._instance.use(data)
        with self._instance.turn(use):
            result = self._host.method(use.function)(*values)
        if use.source:
            return self._keep(_values_of(result), use)
        if isinstance(result, CoroutineType):
            result = self._instance.wait_for(use, lambda: result)
        if isinstance(result, GeneratorType | AsyncGeneratorType):
            return self._keep(result, use)
        return self._checked(result, use)

    def _keep(self, made: Any, use: Use) -> Answer:
        number = next(self._numbers)
        self._made[number] = (made, use)
        return ("generator", number)

    def _next(self, number: int) -> Answer:
        made, use = self._made[number]
        try:
            item = self._following(made, use)
        except (StopIteration, StopAsyncIteration):
            del self._made[number]
            return ("end",)
        except BaseException:
            del self._made[number]
            raise
        return self._checked(item, use)

    def _following(self, made: Any, use: Use) -> Any:
        if isinstance(made, AsyncGeneratorType):
            return self._instance.wait_for(use, made.__anext__)
        with self._instance.turn(use):
            return next(made)

    def _close(self, number: int) -> Answer:
        made, use = self._made.pop(number)
        if isinstance(made, AsyncGeneratorType):
            self._instance.wait_for(use, made.aclose)
        elif isinstance(made, GeneratorType):
            with self._instance.turn(use):
                made.close()
        return ("value", None)

    def _checked(self, result: Any, use: Use) -> Answer:
        """The result in its proper form, or what is wrong with it."""
        if use.output is None:
            return ("value", None)
        offset = None
        if marked := use.source and isinstance(result, At):
            result, offset = result.value, msgspec.json.decode(msgspec.json.encode(result.offset))
        try:
            value = self._instance.codec(use.output).accept(result, "value" if use.source else "result")
        except ResultError as error:
            return ("wrong", vars(error), _plain(result))
        return ("at", value, offset) if marked else ("value", value)


def answered(work: Callable[[], Answer]) -> Answer:
    """The answer that some work gives, or that tells what it raised."""
    try:
        return work()
    except ModuleFailure as error:
        return ("module", str(error), error.trace)
    except MemoryError as error:
        return ("memory", user_trace(error))
    except CallTimeout as error:
        return ("late", str(error))
    except BaseException as error:
        return raised(error)


def raised(error: BaseException) -> Answer:
    """The answer that tells of an exception."""
    return ("raised", str(error) if isinstance(error, NStackError) else describe(error), user_trace(error))


def _values_of(made: Any) -> Any:
    """The values of a source. Raises NStackError for what a method that is none has returned."""
    if isinstance(made, AsyncGeneratorType):
        return made
    if not hasattr(made, "__iter__"):
        raise NStackError(f"a source is a method that yields; this one returned {represented(made)}")
    made_of: Iterator[Any] = iter(made)
    return made_of


def _plain(value: Any) -> Any:
    """A value as JSON has it, since the parent may not know its class; else what it shows of itself."""
    try:
        return msgspec.json.decode(msgspec.json.encode(value, enc_hook=represented))
    except (TypeError, ValueError, RecursionError):
        return represented(value)


def _leave_stopping_to_parent() -> None:
    """A signal to the whole group reaches the parent too, which lets what is in flight drain. A handler, unlike
    SIG_IGN, is not inherited by the programs that user code starts."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def _set_free(channels: list[socket.socket]) -> None:
    """For a process that user code has forked: it stops as usual, and does not keep the channels open."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for channel in channels:
        channel.close()


def main() -> None:
    """Serves on the descriptors that the command line names; the first is served by the main thread."""
    channels = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    for channel in channels:
        channel.set_inheritable(False)
    _leave_stopping_to_parent()
    os.register_at_fork(after_in_child=partial(_set_free, channels))
    contain_forks(Log())
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    sys.stdout.reconfigure(line_buffering=True, write_through=False)  # type: ignore[union-attr]
    _limit_memory(os.environ.pop(MEMORY, ""))
    module, agreed = pickle.loads(receive(channels[0]))
    os.chdir(module.folder)
    host = Host(module, Folders(own_per_thread=False), agreed)
    answer = answered(lambda: _loaded(host))
    send(channels[0], pickle.dumps(answer))
    if answer[0] == "value":
        _serve(Instance(host), channels)


def _limit_memory(size: str) -> None:
    """The data of this process may have so many bytes; an allocation beyond fails, as a MemoryError where it is
    Python's."""
    if size:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (int(size), hard))


def _serve(instance: Instance, channels: list[socket.socket]) -> None:
    for channel in channels[1:]:
        threading.Thread(target=_serve_aside, args=(Server(instance), channel), daemon=True).start()
    Server(instance).serve(channels[0])
    instance.close()


def _loaded(host: Host) -> Answer:
    host.load()
    return ("value", None)


def _serve_aside(server: Server, channel: socket.socket) -> None:
    if server.serve(channel):  # the main thread is left behind in user code
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
