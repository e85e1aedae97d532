"""Interfaces: what a module exports, and all that an importer's check may ask of it."""

from collections.abc import Callable, Mapping

import attrs

from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.types.types import Type, Var


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParameterType:
    """The type of a parameter. ``kind`` is Text, Integer, Double, Boolean, Duration, ``list`` (with ``item``) or
    ``enum``
    (with ``choices``)."""

    kind: str
    item: "ParameterType | None" = None
    choices: tuple[str, ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Settable:
    """A parameter that can still be set from outside.

    ``default`` is a JSON-like value after conversion (a Duration in seconds), None together with ``required`` where
    there is none. ``reader`` names the function that reads it (``Sources.http``); ``span`` is its declaration.
    """

    name: str
    type: ParameterType
    default: object
    required: bool
    reader: str
    span: Span | None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Fixed:
    """A parameter that an inner binding already decides for ``reader``; the binding's place."""

    name: str
    reader: str
    span: Span


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class ParameterRow:
    """The parameters of a function or def, as its users meet them.

    ``settable`` in order of first appearance, one entry a reader. ``open`` is empty where every function inside has
    its ``with``; else it has the names that inner bindings fixed for all that have not: one of these takes any other.
    ``policy`` likewise for the parameters that every function understands.
    """

    settable: tuple[Settable, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    open: tuple[frozenset[str], ...] = ()
    policy: tuple[frozenset[str], ...] = (frozenset(),)


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Requirement:
    """A constraint on a scheme: ``type`` (with the scheme's variables) must be ``name``."""

    type: Type
    name: str
    origin: Span | None = None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Arrow:
    """The type of an expression; Void is ``Types.void``."""

    input: Type
    output: Type


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Scheme(Arrow):
    """``input -> output`` for all ``variables`` (in order of first appearance) that meet ``requirements``.

    ``lacks`` names the labels that a row variable may not stand for, where the two types alone do not show it.
    """

    variables: tuple[Var, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    lacks: tuple[tuple[Var, frozenset[str]], ...] = ()


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Traits:
    """Facts about a function's or def's inside that the checks of its users need.

    ``bounded`` is None for something without sources. ``replies`` tells
    where a ``Sinks.reply`` is reached, once for each way to it (two ways are enough to be a fault); ``http_only`` if
    every source
    inside is ``Sources.http``; ``paths`` is how many ways (at most 2) one value has through it.
    """

    bounded: bool | None = None
    stateless: bool = False
    replay: tuple[str, ...] = ()
    replies: tuple[Span, ...] = ()
    http_only: bool = True
    flattens: bool = False
    paths: int = 1


PLAIN = Traits()
"""The facts of a function that is neither source nor stateless: of most."""
OPEN = ParameterRow((), (), (frozenset(),))
"""The parameters of a function without ``with``: any."""


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class FunctionInterface:
    """An exported ``fun`` or ``def``. ``kind`` is function, source, sink or workflow."""

    module: str
    name: str
    declared: str
    scheme: Scheme
    kind: str
    parameters: ParameterRow
    traits: Traits
    span: Span
    doc: str | None = None
    attributes: tuple[tuple[str, str | None], ...] = ()

    def attribute(self, name: str) -> tuple[bool, str | None]:
        """Whether it carries an attribute, and the attribute's text."""
        for own, text in self.attributes:
            if own == name:
                return True, text
        return False, None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class TypeInterface:
    """An exported ``type``; ``parameters`` are variables of ``body``."""

    module: str
    name: str
    parameters: tuple[Var, ...]
    body: Type
    span: Span
    doc: str | None = None
    deprecated: str | None = None


def _no_tree() -> None:
    return None


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Interface:
    """All that a module exports, by name; ``hash`` changes when, and only when, an importer could see a difference
    (places play no part). ``broken`` names exist but could not be understood: their users stay silent."""

    module: str
    types: Mapping[str, TypeInterface]
    functions: Mapping[str, FunctionInterface]
    broken: frozenset[str]
    digest: Callable[[], str]
    standard: bool = False
    tree: Callable[[], syntax.Module | None] = _no_tree
    """Where all of it is written, for fixes that change it there."""

    @property
    def hash(self) -> str:
        """``sha256:…``, worked out when it is first asked for."""
        return self.digest()
