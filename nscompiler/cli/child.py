"""The process that runs a built program: started, signalled and waited for.

A signal reaches the program once. On a terminal the program is in our process group, so that it may read the
keyboard, and the terminal itself signals it; only what another process sent us is passed on. Elsewhere it has a
group of its own, nobody else signals it, and everything is passed on. It does not outlive us: should we be killed, the
lifeline, a pipe of which only we have the writing end, tells it.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AWAITED = {*PASSED_ON, signal.SIGCHLD}
_SENT_BY_KERNEL = 0x80  # SI_KERNEL of <asm-generic/siginfo.h>
LIFELINE = "NSTACK_LIFELINE"
"""The environment variable by which a program learns the descriptor of its lifeline."""


def run_python(arguments: Sequence[str], environment: Mapping[str, str], *, at_once: bool = False) -> int:
    """Run this interpreter with arguments in the foreground; the exit code, or 128 and the number of what killed it.

    Standard input, output and error are ours. An interrupt has a program finish what is under way, unless it is to stop
    ``at_once``. Raises OSError where the process cannot be started.
    """
    own_group = not _interactive()
    # Blocked before the child exists: a signal that comes between its start and our wait is not lost.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    theirs, ours = os.pipe()
    try:
        os.set_inheritable(theirs, True)
        child = _start(arguments, {**environment, LIFELINE: str(theirs)}, own_group, before)
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


def _start(arguments: Sequence[str], environment: Mapping[str, str], own_group: bool, mask: set[int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, *arguments]
    default = [signal.SIGPIPE]  # which this interpreter ignores
    # A program starts for a while before it can stop in order: the runtime lets these through once it can.
    mask = mask | {signal.SIGINT, signal.SIGTERM}
    if own_group:
        return os.posix_spawn(sys.executable, command, environment, setsigmask=mask, setsigdef=default, setpgroup=0)
    return os.posix_spawn(sys.executable, command, environment, setsigmask=mask, setsigdef=default)


def _wait(child: int, own_group: bool, at_once: bool) -> int:
    while True:
        number, from_terminal = _next_signal()
        if number in PASSED_ON and (own_group or not from_terminal):
            os.kill(child, number)
        if number == signal.SIGINT and at_once:
            os.kill(child, signal.SIGTERM)  # after the interrupt it is the second signal, and not the same one
        # One SIGCHLD may stand for several events, so any signal is a reason to look.
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _next_signal() -> tuple[int, bool]:
    """The next signal, and whether it was the terminal that sent it (to everybody in the group)."""
    if sys.platform == "darwin":  # no sigwaitinfo there: an interrupt is taken to be a key stroke
        number = signal.sigwait(_AWAITED)
        return number, number == signal.SIGINT
    info = signal.sigwaitinfo(_AWAITED)
    return info.si_signo, info.si_code == _SENT_BY_KERNEL
