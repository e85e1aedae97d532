"""User modules: one instance of the module's class for a process, loaded from its folder, with its own imports and
working directory.
"""

from __future__ import annotations

import contextvars
import importlib
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from .declare import Call, Sink, Source, UserModule
from .errors import ModuleFailure
from .folders import Folders
from .importing import Imports, owner_of
from .left_behind import files_in, told_of

_OURS = (str(Path(__file__).parent.parent), importlib.__file__, "<frozen importlib", "<nstack")

ARGS: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("nstack_args", default=None)
"""The parameters of the use that is being called, where the uses of a module do not agree on all of them."""

RESUME: contextvars.ContextVar[Any] = contextvars.ContextVar("nstack_resume", default=None)
"""The offset that a source was told to go on from."""


class BaseService:
    """The base of a module's class.

    ``self.args`` is a dict of the parameters in force for the use that is being called: typed where the ``fun``
    declares them, text where it does not. It is there even when ``__init__`` forgets ``super().__init__()``.
    ``startup()`` runs before the first value and ``shutdown()`` after the last.
    """

    def startup(self) -> Any:
        """Runs once, before the first value. May be ``async``."""

    def shutdown(self) -> Any:
        """Runs once, after the last value, for 90 seconds at most. May be ``async``."""

    @property
    def args(self) -> dict[str, Any]:
        """The parameters of this use."""
        own: dict[str, Any] | None = self.__dict__.get("args")
        if own is not None:
            return own
        current = ARGS.get()
        if current is not None:
            return current
        host = getattr(type(self), "__nstack_host__", None)
        shared: dict[str, Any] = host.agreed if isinstance(host, Host) else {}
        return shared

    @args.setter
    def args(self, value: dict[str, Any]) -> None:
        self.__dict__["args"] = value

    @property
    def resume_from(self) -> Any:
        """For a source: the offset of the last ``nstack.At`` that is known to be done, or None at a first start."""
        return RESUME.get()


class At:
    """A source's value with its offset: ``yield nstack.At(value, offset)``. The offset, any JSON value, comes back
    as ``self.resume_from``.
    """

    __slots__ = ("offset", "value")
    __match_args__ = ("value", "offset")

    def __init__(self, value: Any, offset: Any) -> None:
        self.value = value
        self.offset = offset

    def __repr__(self) -> str:
        return f"At({self.value!r}, {self.offset!r})"


class Host:
    """One user module in this process: its class's only instance, and the lock that keeps calls into it apart.

    ``agreed`` holds the parameters on which all uses agree. ``start`` and ``stop`` must run on a thread that
    ``Folders.prepare`` has prepared.
    """

    shared = True
    """Whether its code runs in this process, beside that of others."""

    def __init__(self, module: UserModule, folders: Folders, agreed: Mapping[str, Any]) -> None:
        self.module = module
        self.folder = Path(module.folder).absolute()
        self.folders = folders
        self.agreed = dict(agreed)
        self.lock = threading.Lock()
        self.types = module.types
        self.instance: Any = None
        self.started = False
        self._imports: Imports | None = None
        self._before = files_in(self.folder)

    def load(self) -> None:
        """Loads the file and makes the instance. Raises ModuleFailure with the user's own traceback."""
        file = self.folder / self.module.service
        if not file.is_file():
            raise ModuleFailure(f"{self.module.reference}: no {self.module.service} in {self.folder}")
        self._imports = Imports(self.folder, self)
        with self.inside():
            cls = self._class_of(
                self._run(f"{self.module.service} of {self.module.reference} cannot be imported", self._load_file)
            )
            cls.__nstack_host__ = self
            self.instance = self._run(f"{cls.__name__}() of {self.module.reference} failed", cls)

    def _load_file(self) -> Any:
        assert self._imports is not None
        return self._imports.load(self.module.service)

    def _class_of(self, loaded: Any) -> Any:
        for name in self.module.class_names:
            found = vars(loaded).get(name)
            if isinstance(found, type):
                return found
        wanted = " or ".join(f"class {name}" for name in self.module.class_names)
        raise ModuleFailure(f"{self.module.reference}: {self.module.service} defines no {wanted}")

    def _run(self, what: str, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except BaseException as error:  # also SystemExit: a module may not end the process
            advice = "; install the package that has it, and name it in the module's requirements.txt"
            why = describe(error) + (advice if isinstance(error, ModuleNotFoundError) else "")
            raise ModuleFailure(f"{what}: {why}", user_trace(error)) from None

    def method(self, name: str) -> Callable[..., Any]:
        """The method for a ``fun``. Raises ModuleFailure when the class has none."""
        found = getattr(self.instance, name, None)
        if callable(found):
            made: Callable[..., Any] = found
            return made
        kind = type(self.instance).__name__
        declared = f"; {self.module.nml} declares fun {name}" if self.module.nml else ""
        raise ModuleFailure(
            f"{self.module.reference}: class {kind} in {self.module.service} has no method {name}{declared}"
        )

    def use(self, node: Call | Sink | Source, args: dict[str, Any], timeout: float | None) -> Callable[..., Any]:
        """What a node calls: the method, whose parameters are ``args`` then; the caller keeps the ``timeout``. Raises
        ModuleFailure when the class has none.
        """
        return self.method(node.function)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The module's folder as working directory."""
        self.folders.enter(self.folder)
        try:
            yield
        finally:
            self.folders.leave()

    def hook(self, name: str) -> Any:
        """Runs ``startup`` or ``shutdown`` where the class has it; gives back a coroutine for an ``async`` one."""
        function = getattr(self.instance, name, None)
        if not callable(function):
            return None
        ARGS.set(None)
        self.started = True
        with self.inside(), self.lock:
            return self.finish_hook(name, function)

    def finish_hook(self, name: str, function: Callable[[], Any]) -> Any:
        """Does the work of a hook; what it raises becomes a ModuleFailure."""
        return self._run(f"{name}() of {self.module.reference} failed", function)

    def left_behind(self) -> str | None:
        """What to tell of the files that its code wrote into its own folder; None where there are none."""
        return told_of(self.module.reference, self.folder, self._before)

    def close(self) -> None:
        """Forgets the loaded files."""
        if self._imports is not None:
            self._imports.close()


def declared_type(name: str) -> Any:
    """``nstack.Event`` as the calling user code's module declares it. Raises AttributeError for a name that it does
    not declare.
    """
    host = owner_of(sys._getframe(2))
    if isinstance(host, Host) and name in host.types:
        return host.types[name]
    where = f" and {host.module.reference} declares no such type" if isinstance(host, Host) else ""
    raise AttributeError(f"module 'nstack' has no attribute {name!r}{where}")


def describe(error: BaseException) -> str:
    """An exception in one line: its class and text."""
    if isinstance(error, SystemExit):
        return f"sys.exit({error.code!r}) was called"
    text = text_of(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def text_of(error: BaseException) -> str:
    """The text of an exception, which is of a class of the user's perhaps."""
    try:
        return str(error)
    except Exception as fault:
        return f"its text cannot be had: that raises {type(fault).__name__}"


def user_trace(error: BaseException) -> str:
    """The traceback of an exception without the frames of the runtime and of Python's import machinery."""
    error.__traceback__ = _trimmed(error.__traceback__)
    seen: set[int] = set()
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        cause.__traceback__ = _trimmed(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    return "".join(traceback.format_exception(error))


def _trimmed(trace: TracebackType | None) -> TracebackType | None:
    frames: list[TracebackType] = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for frame in reversed(frames):  # a loop: the traceback may be of endless recursion
        if not frame.tb_frame.f_code.co_filename.startswith(_OURS):
            kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept
