"""The one thread that owns the workspace: it takes over changes, answers, and checks on while there is nothing to do.

Everything happens in the order in which it came in. Changes that stand next to each other in the queue are one change.
A request that was cancelled before its turn never gets one, and one that a client will ask again anyway is sent back
as soon as its document has changed. What is done in the background is cut into slices: between two of them the queue
is looked at.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Protocol

import attrs
from pygls.exceptions import JsonRpcContentModified

from nscompiler.tools.workspace import Workspace
from nslsp.view import View


class Tasks(Protocol):
    """What is done after a change, with the paths that changed since all of it was last done to its end."""

    def first(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """What concerns the changed files themselves, in slices; ``view`` may be of the open files alone."""
        ...

    def last(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """What concerns all files, in slices, once all are checked."""
        ...

    def progress(self, done: int, total: int) -> None:
        """How much of the reading and checking is done."""
        ...


@attrs.frozen(slots=True)
class Opened:
    """A text that is open, in a version."""

    text: str
    version: int


@attrs.define(slots=True)
class Changes:
    """What has become of files since the last time: open texts (None behind a path that was closed), files on the
    disk, and the folders that are worked on, where they are others."""

    texts: dict[str, Opened | None] = attrs.Factory(dict)
    on_disk: set[str] = attrs.Factory(set)
    folders: tuple[str, ...] | None = None
    search: tuple[str, ...] | None = None
    #: Nothing else has changed than how things are to be shown.
    again: bool = False

    def add(self, later: Changes) -> None:
        """Take over what came after."""
        self.texts |= later.texts
        self.on_disk |= later.on_disk
        self.folders = self.folders if later.folders is None else later.folders
        self.search = self.search if later.search is None else later.search
        self.again = self.again or later.again


@attrs.frozen(slots=True, eq=False)
class Request:
    """A question about the program. ``path`` is the document that it is about, ``retried`` says that the client asks
    again when that has changed, ``whole`` that all files have to be checked before."""

    ask: Callable[[View], Any]
    future: Future[Any]
    path: str | None = None
    retried: bool = False
    whole: bool = False


class Analysis:
    """A workspace with the thread that works on it.

    ``view`` makes what is answered from; ``tasks`` are what is to be done after a change; ``failed`` is told of an
    exception that nobody waits for, with what was being done. All are called on the thread.
    """

    def __init__(
        self,
        workspace: Workspace,
        view: Callable[[Workspace, Mapping[str, int]], View],
        tasks: Tasks,
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._workspace = workspace
        self._view_of = view
        self._tasks = tasks
        self._failed = failed
        self._versions: dict[str, int] = {}
        self._queue: deque[Changes | Request] = deque()
        self._waiting: list[Request] = []
        self._slices: Iterator[None] | None = None
        self._view: View | None = None
        self._unseen: frozenset[str] = frozenset()
        self._stopped = False
        self._work = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="analysis", daemon=True)

    # --- from other threads

    def start(self) -> None:
        """Begin; what was asked before is done now."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done now; what waits is cancelled."""
        with self._work:
            self._stopped = True
            left = [one for one in (*self._queue, *self._waiting) if isinstance(one, Request)]
            self._queue.clear()
            self._waiting.clear()
            self._work.notify()
        for request in left:
            request.future.cancel()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread, for so many seconds at most."""
        self._thread.join(timeout)

    def change(self, changes: Changes) -> None:
        """Take over changes, after all that was asked before."""
        with self._work:
            outdated = self._drop_outdated(changes.texts)
            if self._queue and isinstance(last := self._queue[-1], Changes):
                last.add(changes)
            else:
                self._queue.append(changes)
            self._work.notify()
        for request in outdated:
            if request.future.set_running_or_notify_cancel():
                request.future.set_exception(JsonRpcContentModified())

    def _drop_outdated(self, texts: Mapping[str, Opened | None]) -> list[Request]:
        """Take out requests that need no answer any more, so that the changes around them become one."""
        outdated = [one for one in self._queue if isinstance(one, Request) and one.retried and one.path in texts]
        outdated += [one for one in self._waiting if one.path in texts]
        gone = set(map(id, outdated))
        kept = [one for one in self._queue if id(one) not in gone and not _is_done(one)]
        self._waiting = [one for one in self._waiting if id(one) not in gone and not _is_done(one)]
        self._queue.clear()
        for one in kept:
            if isinstance(one, Changes) and self._queue and isinstance(last := self._queue[-1], Changes):
                last.add(one)
            else:
                self._queue.append(one)
        return outdated

    def ask(self, request: Request) -> None:
        """Have a question answered, by the program as it is after all changes so far."""
        with self._work:
            if self._stopped:
                request.future.cancel()
                return
            self._queue.append(request)
            self._work.notify()

    # --- on the thread

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._work:
            while not self._stopped:
                if self._queue:
                    return self._turn(self._queue.popleft())
                if self._slices is not None:
                    return self._advance
                if self._waiting:
                    waiting = self._waiting.pop(0)
                    return lambda: self._answer(waiting)
                self._work.wait()
        return None

    def _turn(self, one: Changes | Request) -> Callable[[], None]:
        if isinstance(one, Changes):
            return lambda: self._take_over(one)
        if one.whole and self._slices is not None:
            self._waiting.append(one)
            return lambda: None
        return lambda: self._answer(one)

    def _take_over(self, changes: Changes) -> None:
        try:
            self._apply(changes)
        except Exception as error:
            self._failed("taking over changes", error)
            self._workspace.begin_again()
        self._view = self._view_of(self._workspace, dict(self._versions))
        self._unseen |= changes.texts.keys() | changes.on_disk
        self._slices = self._rounds(self._view)

    def _rounds(self, view: View) -> Iterator[None]:
        """What follows a change: what concerns the changed files, reading and checking all others, then the rest."""
        yield from self._tasks.first(view, self._unseen)
        if not self._workspace.complete:
            for read, total in self._workspace.loading():
                self._tasks.progress(read, 2 * total)
                yield
            view = self._view = self._view_of(self._workspace, dict(self._versions))
        left = len(view.program.pending)
        for checked, _ in enumerate(view.program.checking()):
            self._tasks.progress(left + checked, 2 * left)
            yield
        yield from self._tasks.last(view, self._unseen)
        self._tasks.progress(1, 1)

    def _apply(self, changes: Changes) -> None:
        for path, opened in changes.texts.items():
            if opened is None:
                self._versions.pop(path, None)
            else:
                self._versions[path] = opened.version
        if changes.folders is not None or changes.search is not None:
            self._workspace.set_folders(changes.folders, changes.search)
        texts = {path: None if opened is None else opened.text for path, opened in changes.texts.items()}
        self._workspace.change(texts, changes.on_disk)

    def _advance(self) -> None:
        slices = self._slices
        assert slices is not None
        try:
            next(slices)
        except StopIteration:
            self._slices = None
            self._unseen = frozenset()
        except Exception as error:
            self._slices = None
            self._failed("checking in the background", error)

    def _answer(self, request: Request) -> None:
        if not request.future.set_running_or_notify_cancel():
            return
        try:
            if self._view is None:
                self._view = self._view_of(self._workspace, dict(self._versions))
            result = request.ask(self._view)
        except Exception as error:
            request.future.set_exception(error)
        else:
            request.future.set_result(result)


def _is_done(one: Changes | Request) -> bool:
    return isinstance(one, Request) and one.future.done()
