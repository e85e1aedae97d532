"""The working directory while a module's code runs: the module's folder.

On Linux a thread leaves the process's directory with ``unshare(CLONE_FS)`` and then has its own, which is changed
only when the next call is in another module's folder. Elsewhere a lock is held while a directory other than the
process's own is in force.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from pathlib import Path

_CLONE_FS = 0x200


def leave_shared_folder() -> bool:
    """Gives the calling thread a working directory of its own; False where the platform cannot. Never call it on
    the main thread.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None, use_errno=True).unshare(_CLONE_FS) == 0)
    except (OSError, AttributeError):
        return False


class Folders:
    """Where each thread of a run is. ``prepare`` a thread once; then ``enter`` before a module's code and ``leave``
    after it.
    """

    def __init__(self, own_per_thread: bool | None = None) -> None:
        self._here = threading.local()
        self._shared = threading.RLock()
        self._own = own_per_thread
        self._home = os.getcwd()

    def prepare(self) -> bool:
        """For a new thread. True when it has a folder of its own now, so that ``leave`` is not needed."""
        own = leave_shared_folder() if self._own is not False else False
        self._here.own = own
        self._here.folder = None
        return own

    def enter(self, folder: Path) -> None:
        """From here on the calling thread is in this folder."""
        here = self._here
        if not getattr(here, "own", False):
            self._shared.acquire()
            os.chdir(folder)
        elif here.folder is not folder:
            os.chdir(folder)
            here.folder = folder

    def leave(self) -> None:
        """The module's code is done; matters only where the folder is shared."""
        if not getattr(self._here, "own", False):
            os.chdir(self._home)
            self._shared.release()
