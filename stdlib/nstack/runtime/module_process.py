"""The process of one module: loads it, then answers calls until its parent has gone. Started by ``remote.py`` only."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from .codec import Codecs
from .errors import ModuleFailure, ResultError
from .folders import Folders
from .remote import receive, send
from .user_code import ARGS, Host, describe, user_trace

_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


class Server:
    """Answers the calls of one channel after the other message: ``call``, ``next``, ``close``, ``has``,
    ``shutdown``.
    """

    def __init__(self, host: Host, codecs: Codecs) -> None:
        self._host = host
        self._codecs = codecs
        self._made: dict[int, tuple[Iterator[Any], Any, dict[str, Any]]] = {}
        self._loop = asyncio.new_event_loop()

    def serve(self, channel: socket.socket) -> None:
        """Answers until the parent has gone or ``shutdown`` has run."""
        while True:
            try:
                message = receive(channel)
                answer = self._answer(message)
                send(channel, answer)
            except (EOFError, OSError):
                return
            if message[0] == "shutdown":
                return

    def _answer(self, message: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            answer: tuple[Any, ...] = getattr(self, f"_{message[0]}")(*message[1:])
        except ResultError as error:
            return ("wrong", error.path, error.expected, error.found, error.why)
        except ModuleFailure as error:
            return ("module", str(error), error.trace)
        except BaseException as error:
            return ("raised", describe(error), user_trace(error))
        return answer

    def _has(self, name: str) -> tuple[Any, ...]:
        self._host.method(name)
        return ("value", None)

    def _call(self, name: str, args: dict[str, Any], output: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
        ARGS.set(args)
        with self._host.lock:
            result = self._host.method(name)(*values)
            if isinstance(result, CoroutineType):
                result = self._loop.run_until_complete(result)
        if isinstance(result, GeneratorType | AsyncGeneratorType):
            number = len(self._made)
            self._made[number] = (self._following(result), output, args)
            return ("generator", number)
        return ("value", self._proper(result, output))

    def _following(self, made: Any) -> Iterator[Any]:
        if isinstance(made, GeneratorType):
            return made
        return iter(lambda: self._loop.run_until_complete(anext(made, _END)), _END)

    def _proper(self, result: Any, output: Any) -> Any:
        return None if output is None else self._codecs.of(output).accept(result)

    def _next(self, number: int) -> tuple[Any, ...]:
        made, output, args = self._made[number]
        ARGS.set(args)
        with self._host.lock:
            item = next(made, _END)
        return ("end",) if item is _END else ("value", self._proper(item, output))

    def _close(self, number: int) -> tuple[Any, ...]:
        made = self._made.pop(number, None)
        if made is not None and isinstance(made[0], GeneratorType):
            made[0].close()
        return ("value", None)

    def _shutdown(self) -> tuple[Any, ...]:
        made = self._host.hook("shutdown")
        if hasattr(made, "__await__"):
            self._host.finish_hook("shutdown", lambda: self._loop.run_until_complete(made))
        return ("value", None)

    def start(self) -> tuple[Any, ...]:
        """Loads the module and runs ``startup``."""

        def load() -> tuple[Any, ...]:
            self._host.load()
            made = self._host.hook("startup")
            if hasattr(made, "__await__"):
                self._host.finish_hook("startup", lambda: self._loop.run_until_complete(made))
            return ("value", None)

        self._load = load
        return self._answer(("load",))


_END: Any = object()


def main() -> None:
    """Serves on the descriptors that the command line names; the first is served by the main thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    channels = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    module, agreed = receive(channels[0])
    os.chdir(module.folder)
    host = Host(module, Folders(own_per_thread=False), agreed)
    server = Server(host, Codecs())
    answer = server.start()
    send(channels[0], answer)
    if answer[0] != "value":
        return
    for channel in channels[1:]:
        threading.Thread(target=Server(host, Codecs()).serve, args=(channel,), daemon=True).start()
    server.serve(channels[0])


if __name__ == "__main__":
    main()
