"""The process that runs a built program: started, signalled and waited for.

A signal reaches the program once. On a terminal the program is in our process group, so that it may read the
keyboard, and the terminal itself signals it; only what another process sent us is passed on. Elsewhere it has a
group of its own, nobody else signals it, and everything is passed on. It does not outlive us: should we be killed, the
lifeline, a pipe of which only we have the writing end, tells it.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AWAITED = {*PASSED_ON, signal.SIGCHLD}
_SENT_BY_KERNEL = 0x80  # SI_KERNEL of <asm-generic/siginfo.h>
_ECHO = 0.2
"""Seconds within which a second signal of one sender is the first one again."""
NOTHING: Mapping[int, int] = MappingProxyType({})
LIFELINE = "NSTACK_LIFELINE"
"""The environment variable by which a program learns the descriptor of its lifeline."""


def run_python(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    at_once: bool = False,
    handed: Sequence[int] = (),
    instead: Mapping[int, int] = NOTHING,
) -> int:
    """Run this interpreter with arguments in the foreground; the exit code, or 128 and the number of what killed it.

    Standard input, output and error are ours, but for those that have others ``instead``; the descriptors ``handed``
    are its too. An interrupt has a program finish what is under way, unless it is to stop ``at_once``. Raises OSError
    where the process cannot be started.
    """
    own_group = not _interactive()
    # Blocked before the child exists: a signal that comes between its start and our wait is not lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    theirs, ours = os.pipe()
    try:
        for descriptor in (theirs, *handed):
            os.set_inheritable(descriptor, True)
        child = _start(arguments, {**environment, LIFELINE: str(theirs)}, own_group, before, instead)
        return _wait(child, own_group, at_once)
    finally:
        os.close(theirs)
        os.close(ours)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _interactive() -> bool:
    try:
        return os.isatty(0)
    except OSError:
        return False


def _start(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    own_group: bool,
    mask: set[int],
    instead: Mapping[int, int],
) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, *arguments]
    default = [signal.SIGPIPE]  # which this interpreter ignores
    # A program starts for a while before it can stop in order: the runtime lets these through once it can.
    mask = mask | {signal.SIGINT, signal.SIGTERM}
    moved = [(os.POSIX_SPAWN_DUP2, theirs, descriptor) for descriptor, theirs in instead.items()]
    start = partial(
        os.posix_spawn, sys.executable, command, environment, file_actions=moved, setsigmask=mask, setsigdef=default
    )
    return start(setpgroup=0) if own_group else start()


def _wait(child: int, own_group: bool, at_once: bool) -> int:
    last = _Signal(0, 0, 0.0)
    while True:
        came = _next_signal()
        passed_on = came.number in PASSED_ON and (own_group or not came.from_terminal)
        if passed_on and not came.is_echo_of(last):
            os.kill(child, came.number)
        last = came
        if came.number == signal.SIGINT and at_once:
            os.kill(child, signal.SIGTERM)  # after the interrupt it is the second signal, and not the same one
        # One SIGCHLD may stand for several events, so any signal is a reason to look.
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


class _Signal:
    """A signal that came: its number, the process that sent it (0 where nobody knows), and when."""

    __slots__ = ("from_terminal", "number", "sender", "when")

    def __init__(self, number: int, sender: int, when: float, *, from_terminal: bool = False) -> None:
        self.number = number
        self.sender = sender
        self.when = when
        self.from_terminal = from_terminal

    def is_echo_of(self, earlier: "_Signal") -> bool:
        """Whether it is the earlier one once more: ``timeout`` sends to the process that it started and then to the
        group of both, which would stop a program at once that is to finish what is under way.
        """
        same = (self.number, self.sender) == (earlier.number, earlier.sender)
        return same and self.sender != 0 and self.when - earlier.when < _ECHO


def _next_signal() -> _Signal:
    if sys.platform == "darwin":  # no sigwaitinfo there: an interrupt is taken to be a key stroke
        number = signal.sigwait(_AWAITED)
        return _Signal(number, 0, time.monotonic(), from_terminal=number == signal.SIGINT)
    info = signal.sigwaitinfo(_AWAITED)
    from_kernel = info.si_code == _SENT_BY_KERNEL
    return _Signal(info.si_signo, info.si_pid, time.monotonic(), from_terminal=from_kernel)
