"""What can go wrong in a run, as classes: every one has a message for a person, and none needs a traceback to be
understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class NStackError(Exception):
    """The root of everything the runtime raises on purpose. Its text is complete and true without a traceback."""


class UsageError(NStackError):
    """The command line, a parameter or the environment is wrong; the command exits with 2 before anything opens."""


def placed(error: UsageError, shown: str, origin: str) -> UsageError:
    """The error with the use of a function that it is about, unless it names that itself."""
    text = str(error)
    return error if shown in text or not origin else UsageError(f"{shown} ({origin}): {text}")


class ConnectorError(NStackError):
    """A source or a sink cannot be opened, read or written: names the address, path or parameter that was tried."""


class Refused(ConnectorError):
    """A sink was reached and does not take what it was given: some value is at fault (a constraint, a range), and which
    is not known. Nothing is kept of what was written since the last flush: it is written again, without that value.
    """


class RefusedValues(ConnectorError):
    """A sink does not take some of the values of one ``write``: ``those``, by their place among them, each with the
    reason. All others are written."""

    def __init__(self, those: Mapping[int, ConnectorError]) -> None:
        super().__init__(str(next(iter(those.values()))))
        self.those = those


class NotNow(ConnectorError):
    """A sink does not take a value and may take it later: its queue is full, for one. It is tried again."""


class MissingExtra(ConnectorError):
    """A connector's client library is not installed; the message names the extra to install."""

    def __init__(self, connector: str, extra: str) -> None:
        super().__init__(f"connector '{connector}' needs: pip install \"nstack-runtime[{extra}]\"")


class ReaderGone(NStackError):
    """Whoever read the output has closed it (``| head``): the run ends quietly, with success."""


class TooLarge(ConnectorError):
    """Something is larger than a limit allows; the message names the parameter that sets the limit."""


class ValueFault(NStackError):
    """A value does not have its type.

    ``path`` is the place inside the value (``params[1].f1``), ``expected`` the type as the author named it,
    ``found`` what was there, shortened, ``why`` what it lacks where the two do not show it. ``str()`` is
    ``params[1].f1: expected Integer, got "x"``.
    """

    def __init__(self, path: str, expected: str, found: str, why: str = "") -> None:
        super().__init__(f"{path}: expected {expected}, got {found}" + (f": {why}" if why else ""))
        self.path = path
        self.expected = expected
        self.found = found
        self.why = why

    def under(self, place: str) -> Self:
        """The same fault, with the place of the whole value before its path."""
        return type(self)(f"{place}: {self.path}", self.expected, self.found, self.why)

    def or_nothing(self) -> Self:
        """The same fault where a missing value would have been fine too."""
        return type(self)(self.path, f"optional {self.expected}", self.found, self.why)


class DecodeError(ValueFault):
    """What came from outside is not of the type that the source promises. Malformed JSON is one too."""


class EncodeError(ValueFault):
    """A value cannot be written in this form: NaN in JSON, for one."""


class ResultError(ValueFault):
    """A method returned something that is not of its declared type."""


class Rejected:
    """What stands for a value that the process of its module has found wrong: ``error`` says why, ``value`` is what of
    it can be shown."""

    __slots__ = ("error", "value")

    def __init__(self, error: ResultError, value: object) -> None:
        self.error = error
        self.value = value


class CallTimeout(NStackError):
    """One call, or one ``next()`` of a generator, took longer than its ``timeout``."""


class ModuleFailure(NStackError):
    """A module's Python file cannot be loaded, or lacks its class or a method. ``trace`` is its own traceback, if
    it raised.
    """

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class RemoteFailure(NStackError):
    """What a method raised in its module's own process, in one line; ``trace`` is its traceback."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class ProcessDied(RemoteFailure):
    """A module's own process has ended in the middle of a call, which may have had no part in it."""


class ReplyError(NStackError):
    """A request cannot be answered with one value: a second one came."""


class Unsupported(NStackError):
    """The program needs something that this platform does not have."""
