"""What is done in a phase: an exception out of it is a bug of ours."""


class InternalError(Exception):
    """A phase failed with an exception: a bug of the compiler. The exception is the ``__cause__``."""

    def __init__(self, phase: str, path: str) -> None:
        super().__init__(f"while {phase} {path}")
        self.phase = phase
        self.path = path


class phase:  # noqa: N801 - it is called like a function; one made by `contextmanager` takes longer than some phases
    """What is done in a phase; an exception out of it is a bug of ours."""

    __slots__ = ("_name", "_path")

    def __init__(self, name: str, path: str) -> None:
        self._name = name
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, InternalError):
            raise InternalError(self._name, self._path) from error
