"""The flow graph: what every backend reads, and the only thing it reads.

One ``Graph`` is one workflow. Everything in it is concrete: no type variable, every parameter resolved. It serialises
to JSON (``flow.dump``) under ``SCHEMA_VERSION``. Types lie in a table and are named by their index, so that a type
that is used a thousand times is written once.
"""

import json
import re

import attrs

SCHEMA_VERSION = 1

MAIN = "main"
"""The process of the workflow itself."""

TypeId = int
NodeId = int


@attrs.frozen(slots=True, kw_only=True)
class Declared:
    """Who declares a type: the module's reference as text and the type's name; ``text`` prints it, arguments
    included."""

    module: str
    name: str
    text: str


@attrs.frozen(slots=True, kw_only=True)
class TypeDef:
    """One type of the table.

    ``kind`` is ``scalar`` (``name`` is Integer, Double, Boolean, Text, Json, Byte, Decimal, Date, Time, DateTime,
    Duration or Uuid), ``unit``, ``list``, ``optional``, ``map`` (one item), ``tuple``, ``vector`` (``size``, one
    item; a matrix is a vector of vectors), ``record`` (``labels`` and ``items`` in layout order) or ``sum`` (the
    same; an item is None for a constructor without payload). ``[Byte]`` is ``list`` of the scalar Byte. ``declared``
    is the layout's declaring type, if it has one.
    """

    kind: str
    name: str = ""
    items: tuple[TypeId | None, ...] = ()
    labels: tuple[str, ...] = ()
    size: int = 0
    declared: Declared | None = None
    shown: str = ""


@attrs.frozen(slots=True, kw_only=True)
class Origin:
    """A place in a ``.nml`` file; lines and columns from 1, columns in code points. ``text`` is the source there,
    shortened."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@attrs.frozen(slots=True, kw_only=True)
class Parameter:
    """A parameter in force for one use of a function.

    ``type`` is Text, Integer, Double, Boolean, Duration, ``[…]`` of these or ``enum``; ``choices`` are an
    enumeration's values. ``value`` is a JSON value (a Duration is seconds as a float) or None when ``environment``
    names the variable to read at start. ``open`` parameters are those of a function without ``with``: text.
    ``fixed`` tells that the program binds it (not a default), so that ``-p`` may not. ``origin`` is the binding's
    place, None for a default.
    """

    name: str
    type: str
    value: object = None
    environment: str | None = None
    choices: tuple[str, ...] = ()
    fixed: bool = False
    required: bool = False
    open: bool = False
    origin: Origin | None = None

    @property
    def written(self) -> str:
        """Its value as a program writes it; ``?`` where it has none yet."""
        if self.environment is not None:
            return f"${self.environment}"
        return "?" if self.required else _written(self.value)


def _written(value: object) -> str:
    if isinstance(value, dict) and value.keys() == {"$env"}:
        return f"${value['$env']}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)


@attrs.frozen(slots=True, kw_only=True)
class Policy:
    """What every function understands. ``retry`` is how many times a failed call is repeated; ``timeout`` seconds or
    None; ``on_error`` is stop, skip or dead_letter, already decided from the sources where the program says nothing.
    ``fixed`` are the names that the program binds, and where: ``-p`` may not."""

    retry: int = 0
    timeout: float | None = None
    on_error: str = "stop"
    dead_letter: str | None = None
    parallelism: int | None = None
    ordered: bool = True
    fixed: tuple[tuple[str, Origin], ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Function:
    """The function that a node calls: ``module`` is the reference as text (``nstack/Sources:1.0.0`` prints as
    ``Sources:1.0.0``), ``name`` its name there. ``standard`` marks the standard library, whose functions the runtime
    provides; any other is a method of the module's Python class. ``bounded`` is None where the question makes no
    sense (a plain function). ``coroutine`` if it is known to be an ``async def`` without ``yield``, whose calls may
    overlap."""

    module: str
    name: str
    standard: bool = False
    bounded: bool | None = None
    stateless: bool = False
    replay: str | None = None
    coroutine: bool = False


@attrs.frozen(slots=True, kw_only=True)
class Node:
    """One node. ``kind`` is source, literal, call, flatten, drop_missing, convert, branch, merge or sink.

    ``input`` and ``output`` are the concrete types, None for Void. ``declared_input``/``declared_output`` of a call
    are the same as ``input`` and ``output``: converts stand as nodes of their own before and after it. A ``convert``
    lists in ``conversions`` what happens, of relayout, drop, widen, inject, some, list, tuple, map. A ``literal``
    carries ``values``, JSON values of its output type. ``use`` tells apart those nodes of one function that one place
    of the program stands for, as in a def that is used twice: from 1, in the order of the nodes; 0 where there is but
    one. ``stage`` and ``placement`` are filled by passes.
    """

    id: NodeId
    kind: str
    input: TypeId | None = None
    output: TypeId | None = None
    function: Function | None = None
    parameters: tuple[Parameter, ...] = ()
    policy: Policy = Policy()
    conversions: tuple[str, ...] = ()
    values: tuple[object, ...] = ()
    origin: Origin
    use: int = 0
    stage: int | None = None
    placement: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Edge:
    """Values travel from ``source`` to ``target``; ``order`` ranks the edges that leave one branch node or enter one
    merge node."""

    source: NodeId
    target: NodeId
    order: int = 0


@attrs.frozen(slots=True, kw_only=True)
class Framework:
    """A module that another one names as its ``parent``: what it needs is there for the other's code, too. Where
    modules have images, the other's begins with this one's."""

    reference: str
    content_hash: str
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class ModuleUse:
    """A Python module whose functions the graph calls.

    ``folder`` is where its files lie, ``service`` the Python file within it, ``files`` what is copied (relative
    paths). ``types`` are the names under which its code finds classes (``nstack.Event``), as (name, type).
    ``signatures`` are (function, input, output) for every function of the module the graph calls.
    ``parameters`` are those that the called functions declare, with their defaults; a function that is not in it
    takes any. ``nml`` is the file that declares the module. ``frameworks`` are its parent and that one's, the outermost
    first; ``requirements``, ``packages`` and ``commands`` have theirs before its own.
    """

    reference: str
    content_hash: str
    interface_hash: str
    folder: str
    service: str
    files: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    types: tuple[tuple[str, TypeId], ...] = ()
    signatures: tuple[tuple[str, TypeId | None, TypeId | None], ...] = ()
    parameters: tuple[tuple[str, tuple[Parameter, ...]], ...] = ()
    nml: str = ""
    frameworks: tuple[Framework, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Exclusion:
    """Why a module cannot share a process with ``other``: of ``package`` the one requires the line ``required``, the
    other the line ``other_required``, and no version meets both."""

    package: str
    required: str
    other: str
    other_required: str


@attrs.frozen(slots=True, kw_only=True)
class Process:
    """A process in which Python modules run: ``name`` is the ``placement`` of the nodes that call them, ``modules``
    are their references.

    The first is ``main``, in which the workflow itself runs. Any other is that of one module, whose requirements
    exclude those of another one: it needs a Python environment of its own.
    """

    name: str
    modules: tuple[str, ...] = ()
    exclusion: Exclusion | None = None

    @property
    def variable(self) -> str:
        """The environment variable that names this process's Python; no two processes of a build share one."""
        return "NSTACK_PYTHON_" + re.sub(r"[^A-Z0-9]", "_", self.name.upper())


@attrs.frozen(slots=True, kw_only=True)
class Placement:
    """What a project says of where some of its modules run: they share an image, or a task.

    ``modules`` are references as text. ``memory`` is in bytes and ``cpus`` in whole or part processors, None where
    the project sets no limit. ``replicas`` is how many run beside each other, where the engine can do so. ``runs_on``
    is what the engine calls the machines that it may be put on: a node's label, a queue, a pool.
    """

    name: str
    modules: tuple[str, ...] = ()
    memory: int | None = None
    cpus: float | None = None
    replicas: int | None = None
    runs_on: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Graph:
    """One workflow, ready for a backend. ``bounded`` if all its sources are.

    ``processes`` is filled by the last pass. ``limit`` cuts each source off after so many values (a function that is
    tried out); None lets it run.
    """

    name: str
    module: str
    doc: str | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    types: tuple[TypeDef, ...]
    modules: tuple[ModuleUse, ...]
    bounded: bool
    environment: tuple[str, ...]
    origin: Origin
    processes: tuple[Process, ...] = ()
    limit: int | None = None
    schema_version: int = SCHEMA_VERSION
