"""What a backend is: it turns flow graphs into files, and says beforehand what it cannot do."""

from typing import Protocol

import attrs

from nscompiler.emit.model import Build, Copy, Emitted, LineOrigin, Wheel
from nscompiler.flow.model import Origin

__all__ = ["Backend", "Build", "Copy", "Emitted", "LineOrigin", "Setting", "Unsupported", "Wheel"]


@attrs.frozen(slots=True, kw_only=True)
class Unsupported:
    """Something that a backend cannot run. ``title`` says what, at most 80 columns, ``remedy`` what to do instead."""

    title: str
    remedy: str
    origin: Origin


@attrs.frozen(slots=True, kw_only=True)
class Setting:
    """Something of a backend's own that ``nsc build --set name=value`` chooses.

    ``about`` says in one line what it decides, ``default`` is what holds where nothing is said. ``choices`` are all
    values that there are; any text is one where it is empty.
    """

    name: str
    about: str
    default: str = ""
    choices: tuple[str, ...] = ()


class Backend(Protocol):
    """A target of ``nsc build``."""

    @property
    def name(self) -> str:
        """What ``--target`` calls it."""
        ...

    @property
    def runs(self) -> bool:
        """Whether what it emits can be run by ``Emitted.start``; the conformance suite then joins it in."""
        ...

    @property
    def about(self) -> str:
        """What it makes, in one line, for ``nsc targets``."""
        ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What of its own ``--set`` chooses."""
        ...

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """What of a build it cannot run; each becomes a diagnostic before anything is emitted."""
        ...

    def emit(self, build: Build) -> Emitted:
        """The files. Called only where nothing is unsupported; pure."""
        ...
