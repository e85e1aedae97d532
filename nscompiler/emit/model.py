"""What goes into emitting and what comes out of it: texts and bytes by path. Nothing here writes to a disk."""

from collections.abc import Mapping

import attrs

from nscompiler.flow.model import Graph, NodeId, Origin, Placement


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
    interface hash) of every module that took part. ``placements`` are what the project says of where modules run,
    ``settings`` what was chosen of the backend's own (every one of them, defaults included). ``command`` is what
    repeats the build, as it is shown in what is emitted: no path of the machine is in it.
    """

    module: str
    package: str
    graphs: tuple[Graph, ...]
    compiler: str
    target: str = "local"
    default: str | None = None
    doc: str | None = None
    runtime: Wheel | None = None
    interfaces: tuple[tuple[str, str, str], ...] = ()
    placements: tuple[Placement, ...] = ()
    settings: Mapping[str, str] = attrs.field(factory=dict)
    command: str = ""


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
    interpreter with the run time); a workflow's name and ``-p name=value`` may follow it. Where it begins with
    another program, that is run in the output folder and nothing follows it. It is empty where nothing can be run.
    """

    files: tuple[tuple[str, str | bytes], ...]
    copies: tuple[Copy, ...] = ()
    origins: tuple[LineOrigin, ...] = ()
    start: tuple[str, ...] = ()
