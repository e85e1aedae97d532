"""A program that is watched while it runs: what it tells of itself is read, and drawn below what it writes."""

import os
import selectors
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import attrs

from nscompiler.cli import exits
from nscompiler.cli.child import PASSED_ON, run_python
from nscompiler.cli.live import drawing
from nscompiler.cli.live.region import Region
from nscompiler.cli.live.snapshots import Rates, Snapshot, read
from nscompiler.cli.report import wants_color

DELAY = 0.5
"""Seconds that a run has to last until it is drawn."""
_PORTION = 1 << 16


def run_watched(
    arguments: Sequence[str], environment: Mapping[str, str], *, at_once: bool, live: bool, profile: bool, color: str
) -> int:
    """Run a program as ``run_python`` does: drawn while it goes on where that is wanted (``live``), at the end with a
    table of where its time went (``profile``). Raises OSError."""
    watcher = Watcher(live=live, color=color)
    arguments = (*arguments, "--status-fd", str(watcher.status))
    watcher.start()
    code = None
    try:
        code = run_python(arguments, environment, at_once=at_once, handed=(watcher.status,), instead=watcher.instead)
    finally:
        watcher.end(code)
    if profile and watcher.last is not None:
        lines = drawing.profile(watcher.last, watcher.sheet())
        sys.stderr.buffer.write("".join(f"{line}\n" for line in lines).encode(watcher.encoding, "replace"))
        sys.stderr.flush()
    return code


class Watcher:
    """Reads what a program writes, on a thread of its own. ``status`` is the descriptor that the program reports to,
    ``instead`` those that it has in place of its standard ones, where they lead to the terminal that is drawn on."""

    def __init__(self, *, live: bool, color: str) -> None:
        self.last: Snapshot | None = None
        self.encoding = sys.stderr.encoding or "ascii"
        self._color = color
        self._live = live
        self._region = Region(2, lambda: self.sheet().width)
        self._rates = Rates()
        self._told = b""
        self._selector = selectors.DefaultSelector()
        self._ours: list[int] = []
        self.status = self._pipe(self._report)
        self.instead: dict[int, int] = {}
        if live:
            for descriptor in (1, 2):
                if os.isatty(descriptor):
                    self.instead[descriptor] = self._pipe(self._passed_to(descriptor))
        self._ended = self._pipe(lambda data: None)
        self._thread = threading.Thread(target=self._work, name="live view", daemon=True)

    def _pipe(self, take: Callable[[bytes], None]) -> int:
        """The writing end of a new pipe, what comes out of which is given to ``take``."""
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        self._selector.register(ours, selectors.EVENT_READ, take)
        self._ours.append(ours)
        return theirs

    def _passed_to(self, descriptor: int) -> Callable[[bytes], None]:
        return lambda data: self._region.pass_on(data, descriptor)

    def sheet(self) -> drawing.Sheet:
        """The terminal as it is now."""
        try:
            size = os.get_terminal_size(2)
        except OSError:
            size = os.terminal_size((100, 50))
        colored = wants_color(self._color, sys.stderr)
        return drawing.Sheet(max(size.columns, 20), max(size.lines, 6), colored, self.encoding)

    def start(self) -> None:
        """Reads from now on."""
        sys.stdout.flush()
        sys.stderr.flush()
        # Signals are for the thread that waits for the program.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
        self._thread.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def end(self, code: int | None) -> None:
        """The program has ended with this exit code: shows what it has left, and its last state."""
        for theirs in (self.status, *self.instead.values()):
            os.close(theirs)
        os.close(self._ended)
        self._thread.join()
        for ours in self._ours:
            os.close(ours)
        self._selector.close()
        if self.last is not None and code is not None:
            self.last = attrs.evolve(self.last, state=_final(self.last.state, code))
            if self._region.is_shown:
                self._region.end(drawing.live(self.last, self._rates.of(self.last, ended=True), self.sheet()))

    def _work(self) -> None:
        """Reads until the program has ended, then what is there: somebody whom it has started may still write."""
        ended = self._ours[-1]
        while True:
            for key, _ in self._selector.select():
                if key.fd == ended:
                    for other in self._ours[:-1]:
                        self._drain(other)
                    return
                self._take(key.fd)

    def _drain(self, descriptor: int) -> None:
        while self._take(descriptor):
            pass

    def _take(self, descriptor: int) -> bool:
        """One portion of a pipe; whether there was any."""
        try:
            data = os.read(descriptor, _PORTION)
        except BlockingIOError:
            return False
        with suppress(KeyError):
            if not data:
                self._selector.unregister(descriptor)
                return False
            self._selector.get_key(descriptor).data(data)
        return bool(data)

    def _report(self, data: bytes) -> None:
        whole, _, self._told = (self._told + data).rpartition(b"\n")
        for line in whole.splitlines()[-1:]:
            snapshot = read(line)
            if snapshot is not None:
                self.last = snapshot
                rates = self._rates.of(snapshot)
                if self._live and (self._region.is_shown or snapshot.seconds >= DELAY) and snapshot.stages:
                    self._region.draw(drawing.live(snapshot, rates, self.sheet()))


def _final(state: str, code: int) -> str:
    """The state at the end, for a run that was ended before it could tell."""
    if state in ("done", "failed", "interrupted"):
        return state
    return {exits.OK: "done", exits.INTERRUPTED: "interrupted"}.get(code, "failed")
