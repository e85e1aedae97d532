"""What a test leaves behind: processes that it started, at whatever remove, and threads that would hold up the end.

Every process that comes from this one carries a mark in its environment, and so is found when its parent has died, too.
"""

import os
import select
import signal
import sys
import threading
from pathlib import Path

GRACE = 10.0
"""Seconds that a process or thread which is just ending may take; only one that stays takes so long."""
_MARK = f"STARTED_BY_TESTS={os.getpid()}"
_SHARED = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")  # live as long as this process


class Started:
    """Marks the processes that come from this one, and looks for them when there may be new ones."""

    def __init__(self) -> None:
        os.environ.update([_MARK.split("=")])
        self._starts = self._looked_at = 0
        self._known: set[int] = set()
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: object) -> None:
        if event in ("subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty"):
            self._starts += 1

    def known(self) -> set[int]:
        """The living processes that come from this one. Most tests start none: for them nothing is searched."""
        if self._looked_at != self._starts:
            self._looked_at = self._starts
            self._known = processes()
        return self._known


def processes() -> set[int]:
    """The living processes that come from this one. Empty where there is no ``/proc``."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            marked = _MARK.encode() in (folder / "environ").read_bytes().split(b"\0")
            if marked and int(folder.name) != os.getpid() and not any(name in shown(folder) for name in _SHARED):
                found.add(int(folder.name))
        except OSError:
            continue  # ended meanwhile, or not ours
    return found


def shown(folder: Path) -> str:
    """The command line of a process."""
    return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def still_there(numbers: set[int], seconds: float = GRACE) -> dict[int, str]:
    """Which of the processes do not end within a time, with their command lines."""
    left = {}
    for number in sorted(numbers):
        try:
            handle = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        try:
            if not poll.poll(seconds * 1000):
                left[number] = shown(Path(f"/proc/{number}"))
        except FileNotFoundError:
            continue
        finally:
            os.close(handle)
    return left


def end(numbers: set[int]) -> None:
    """Kill processes."""
    for number in numbers:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue


def threads() -> set[threading.Thread]:
    """The threads that the interpreter would wait for at its end."""
    return {thread for thread in threading.enumerate() if not thread.daemon}


def still_running(some: set[threading.Thread]) -> list[str]:
    """The names of the threads that do not end within a time."""
    for thread in some:
        thread.join(GRACE)
    return sorted(thread.name for thread in some if thread.is_alive())
