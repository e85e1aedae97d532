"""What an emitted flow file declares: nodes, modules, parameters, policies and the workflow. All of it is plain,
frozen data.

Nothing here runs. At start the engine makes, for each source, a copy of the emitted stage functions in which these
names stand for live functions (``link.py``); the declarations themselves are never changed, so one process may run
a workflow twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec


class _Declared(msgspec.Struct, frozen=True, eq=False):
    """The base of all declarations: compared by identity."""


class Parameter(_Declared, frozen=True):
    """A parameter in force for one use of a function.

    ``type`` is Text, Integer, Double, Boolean, Duration (``value``: seconds), ``[…]`` of these, or ``enum`` with
    its ``choices``. ``environment`` names the variable to read at start. ``default``: the value is the declared
    default, so ``-p`` may replace it. ``required``: without value it must come from ``-p``. ``open``: of a function
    without ``with``; text. ``origin`` is where the program binds it.
    """

    name: str
    type: str = "Text"
    value: Any = None
    environment: str | None = None
    choices: tuple[str, ...] = ()
    default: bool = False
    required: bool = False
    open: bool = False
    origin: str = ""


class Policy(_Declared, frozen=True):
    """What becomes of a failed call: ``retry`` more tries, ``timeout`` seconds for one call or one ``next()``, then
    ``on_error``: ``stop``, ``skip`` or ``dead_letter`` (into the file ``dead_letter``). ``parallelism`` and
    ``ordered`` are for ``async`` methods. ``fixed`` are the names that the program binds, and where: ``-p`` may not.
    """

    retry: int = 0
    timeout: float | None = None
    on_error: str = "stop"
    dead_letter: str | None = None
    parallelism: int | None = None
    ordered: bool = True
    fixed: dict[str, str] = {}


class Process(_Declared, frozen=True):
    """A process of its own for a module whose requirements exclude those of another one.

    It has a Python of an environment of its own: the variable ``NSTACK_PYTHON_NAME`` names it. ``root`` is the folder
    that holds the emitted package and ``requirements/NAME.txt``, what that environment needs. ``reason`` tells a
    person why.
    """

    name: str
    root: str | Path
    reason: str = ""


class UserModule(_Declared, frozen=True):
    """A Python module of the program.

    ``folder`` is where its files lie (``Path(__file__).parent / "user" / …``), ``service`` the file with the class,
    which has one of ``class_names``. ``functions`` gives the (input, output) types of its functions (None for
    Void), ``types`` the classes its code finds as ``nstack.NAME``, ``parameters`` the declared ones for each
    function that has a ``with`` (a function that is not in it takes any). ``nml`` is the file that declares it.
    ``process`` is None where it shares the process of the workflow.
    """

    reference: str
    folder: str | Path
    service: str = "service.py"
    class_names: tuple[str, ...] = ("Module", "Service")
    functions: dict[str, tuple[Any, Any]] = {}
    types: dict[str, Any] = {}
    parameters: dict[str, tuple[Parameter, ...]] = {}
    nml: str = ""
    process: Process | None = None


class Standard(_Declared, frozen=True):
    """The standard library, as the provider of a call."""

    reference: str = ""


standard = Standard()
"""What ``Call(standard, "Conv.to_json", …)`` names."""


class Node(_Declared, frozen=True):
    """What all nodes have. ``provider`` is a name of the standard library (``Sources.http``), ``standard``, or a
    ``UserModule`` whose method is ``function``. ``origin`` is ``file:line:column`` in the ``.nml`` and ``text`` the
    source there. ``use`` tells apart the nodes that one place stands for, as of a def that is used twice: from 1; 0
    where there is but one."""

    provider: str | UserModule | Standard
    # ``stateless`` tells that its method is declared ``@stateless``.

    @property
    def shown(self) -> str:
        """The function's name for messages: ``Sources.http``, ``Iris.Classify.predict``."""
        function: str = getattr(self, "function", "")
        if isinstance(self.provider, UserModule):
            return f"{short_reference(self.provider.reference)}.{function}"
        return self.provider if isinstance(self.provider, str) else function


def place_in_letters(node: Any) -> str:
    """A node's place as dead letters have it: ``module.nml:3:9``, and ``#2`` behind it for the second of several
    uses."""
    use: int = getattr(node, "use", 0)
    return f"{node.origin}#{use}" if use else str(node.origin)


def short_reference(reference: str) -> str:
    """A module's name without author and version: ``nstack/Iris.Classify:0.1.0`` is ``Iris.Classify``."""
    return reference.rsplit("/", 1)[-1].split(":", 1)[0]


class Source(Node, frozen=True):
    """Where values come from: a connector by its name, or a method that yields."""

    output: Any
    function: str = ""
    parameters: tuple[Parameter, ...] = ()
    policy: Policy = Policy()
    origin: str = ""
    text: str = ""
    use: int = 0
    stateless: bool = False


class Literal(_Declared, frozen=True):
    """A literal that stands where a source does: ``values`` are JSON values of type ``output``."""

    values: tuple[Any, ...]
    output: Any
    origin: str = ""
    text: str = ""

    @property
    def shown(self) -> str:
        """Its source text."""
        return self.text or "a literal"


class Call(Node, frozen=True):
    """A function of the program: a method of a module's class, or one of the standard library."""

    function: str
    input: Any = None
    output: Any = None
    parameters: tuple[Parameter, ...] = ()
    policy: Policy = Policy()
    origin: str = ""
    text: str = ""
    use: int = 0
    stateless: bool = False

    def __call__(self, value: Any, token: Any) -> Iterable[Any]:
        """The results for one value: one, none after a skip, or those of a generator, lazily."""
        raise RuntimeError(f"{self.shown} can only be called in a running workflow")


class Sink(Node, frozen=True):
    """Where values go: a connector by its name, or a method whose result is ignored. ``many`` is for
    ``Sinks.reply``: answers with the array of all values.
    """

    input: Any
    function: str = ""
    parameters: tuple[Parameter, ...] = ()
    policy: Policy = Policy()
    origin: str = ""
    text: str = ""
    many: bool = False
    use: int = 0
    stateless: bool = False

    def __call__(self, value: Any, token: Any) -> None:
        """Takes one value; waits while the sink has too much to write."""
        raise RuntimeError(f"{self.shown} can only be called in a running workflow")


def overlap(call: Call, values: Iterable[Any], token: Any) -> Iterator[Any]:
    """The results of ``call`` for each value, in order: an ``async`` method works on several values at a time
    (``parallelism``).
    """
    raise RuntimeError(f"{call.shown} can only be called in a running workflow")


def json_value(text: str) -> Any:
    """The JSON value that a text holds: a literal that is nested too deeply to be written as one of Python."""
    return msgspec.json.decode(text)


Stage = Callable[[Iterable[Any], Any], None]
"""An emitted stage function: takes the values of a batch and their token."""


class Workflow(_Declared, frozen=True):
    """A workflow: each source with the stage function for its values, and all the nodes that those reach.

    ``limit`` ends each source that is a method after so many values: a source that is tried out.
    """

    name: str
    module: str = ""
    sources: tuple[tuple[Source | Literal, Stage], ...] = ()
    calls: tuple[Call, ...] = ()
    sinks: tuple[Sink, ...] = ()
    bounded: bool = False
    origin: str = ""
    limit: int | None = None
