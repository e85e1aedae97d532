"""What a backend is: it turns flow graphs into files, and says beforehand what it cannot do."""

from typing import Protocol

import attrs

from nscompiler.flow.model import Graph, NodeId, Origin


@attrs.frozen(slots=True, kw_only=True)
class Unsupported:
    """Something that a backend cannot run. ``title`` says what, at most 80 columns, ``remedy`` what to do instead."""

    title: str
    remedy: str
    origin: Origin


@attrs.frozen(slots=True, kw_only=True)
class Wheel:
    """A wheel that goes into what is emitted, byte for byte. ``extras`` are those that it declares."""

    name: str
    content: bytes
    extras: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Build:
    """What a backend is asked to emit.

    ``module`` is the reference (or a script's name) as it is shown, ``package`` its name as a Python identifier. All
    ``graphs`` have been through the passes and are placed together: a module has one process in all of them.
    ``default`` names the workflow that runs when none is named. ``runtime``
    is None where the files are not meant to be taken elsewhere. ``interfaces`` are (reference, content hash,
    interface hash) of every module that took part.
    """

    module: str
    package: str
    graphs: tuple[Graph, ...]
    compiler: str
    default: str | None = None
    doc: str | None = None
    runtime: Wheel | None = None
    interfaces: tuple[tuple[str, str, str], ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Copy:
    """A file that is copied as it is: from ``source`` on disk to ``path``."""

    path: str
    source: str


@attrs.frozen(slots=True, kw_only=True)
class LineOrigin:
    """One line of an emitted file and the node that it comes from."""

    path: str
    line: int
    node: NodeId
    origin: Origin


@attrs.frozen(slots=True, kw_only=True)
class Emitted:
    """What a backend gives: texts and bytes by path, files to copy beside them, and where lines come from.

    Paths are relative to the output folder, ``/``-separated. The same build gives the same bytes. ``start`` is the
    command that, with the output folder on Python's path, runs the default workflow (``python`` stands for an
    interpreter with the run time); a workflow's name and ``-p name=value`` may follow it. It is empty where nothing
    can be run.
    """

    files: tuple[tuple[str, str | bytes], ...]
    copies: tuple[Copy, ...] = ()
    origins: tuple[LineOrigin, ...] = ()
    start: tuple[str, ...] = ()


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

    def unsupported(self, graph: Graph) -> tuple[Unsupported, ...]:
        """What of a graph it cannot run; each becomes a diagnostic before anything is emitted."""
        ...

    def emit(self, build: Build) -> Emitted:
        """The files. Called only where nothing is unsupported; pure."""
        ...
