"""Reading all modules of a folder beside what a person does."""

from threading import Thread

from nscompiler.pipeline.phase import InternalError
from nscompiler.tools.repl.session import Session


class Reader:
    """Has a session know what could be imported, in a thread, so that nobody waits for it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._thread: Thread | None = None
        self._gave_up = False
        self.start()

    def start(self) -> None:
        """Read the modules, unless they are read, or that is under way or cannot be done."""
        if (
            not self._gave_up
            and not self._session.has_read_all
            and (self._thread is None or not self._thread.is_alive())
        ):
            self._thread = Thread(target=self._read, daemon=True)
            self._thread.start()

    def _read(self) -> None:
        try:
            self._session.read_all()
        except InternalError:
            self._gave_up = True  # a bug of ours in some file: what is imported is offered all the same
