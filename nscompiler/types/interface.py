"""Interfaces: what a module exports, and all that an importer's check may ask of it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.types.types import Type, Var


class ParameterType:
    """The type of a parameter. ``kind`` is Text, Integer, Double, Boolean, Duration, ``list`` (with ``item``) or
    ``enum``
    (with ``choices``)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("kind", "item", "choices")
    __slots__ = __match_args__

    def __init__(self, kind: str, item: "ParameterType | None" = None, choices: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.item = item
        self.choices = choices


class Environment:
    """A parameter that is read from the environment when the process starts."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name",)
    __slots__ = __match_args__

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Environment) and other.name == self.name

    def __repr__(self) -> str:
        return f"${self.name}"

    def __hash__(self) -> int:
        return hash(self.name)


class Settable:
    """A parameter that can still be set from outside.

    ``default`` is a JSON-like value after conversion (a Duration in seconds) or an Environment, None together with
    ``required`` where there is none. ``reader`` names the function that reads it (``Sources.http``); ``span`` is its
    declaration.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "type", "default", "required", "reader", "span")
    __slots__ = __match_args__

    def __init__(
        self, name: str, type: ParameterType, default: object, required: bool, reader: str, span: Span | None
    ) -> None:
        self.name = name
        self.type = type
        self.default = default
        self.required = required
        self.reader = reader
        self.span = span


class Fixed:
    """A parameter that an inner binding already decides for ``reader``; the binding's place."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "reader", "span")
    __slots__ = __match_args__

    def __init__(self, name: str, reader: str, span: Span) -> None:
        self.name = name
        self.reader = reader
        self.span = span


class ParameterRow:
    """The parameters of a function or def, as its users meet them.

    ``settable`` in order of first appearance, one entry a reader. ``open`` is empty where every function inside has
    its ``with``; else it has the names that inner bindings fixed for all that have not: one of these takes any other.
    ``policy`` likewise for the parameters that every function understands.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("settable", "fixed", "open", "policy")
    __slots__ = __match_args__

    def __init__(
        self,
        settable: tuple[Settable, ...] = (),
        fixed: tuple[Fixed, ...] = (),
        open: tuple[frozenset[str], ...] = (),
        policy: tuple[frozenset[str], ...] = (frozenset(),),
    ) -> None:
        self.settable = settable
        self.fixed = fixed
        self.open = open
        self.policy = policy


class Requirement:
    """A constraint on a scheme: ``type`` (with the scheme's variables) must be ``name``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("type", "name", "origin")
    __slots__ = __match_args__

    def __init__(self, type: Type, name: str, origin: Span | None = None) -> None:
        self.type = type
        self.name = name
        self.origin = origin


class Arrow:
    """The type of an expression; Void is ``Types.void``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("input", "output")
    __slots__ = __match_args__

    def __init__(self, input: Type, output: Type) -> None:
        self.input = input
        self.output = output


class Scheme(Arrow):
    """``input -> output`` for all ``variables`` (in order of first appearance) that meet ``requirements``.

    ``lacks`` names the labels that a row variable may not stand for, where the two types alone do not show it.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("input", "output", "variables", "requirements", "lacks")
    __slots__ = __match_args__[2:]

    def __init__(
        self,
        input: Type,
        output: Type,
        variables: tuple[Var, ...] = (),
        requirements: tuple[Requirement, ...] = (),
        lacks: tuple[tuple[Var, frozenset[str]], ...] = (),
    ) -> None:
        self.input = input
        self.output = output
        self.variables = variables
        self.requirements = requirements
        self.lacks = lacks


class Traits:
    """Facts about a function's or def's inside that the checks of its users need.

    ``bounded`` is None for something without sources. ``replies`` tells
    where a ``Sinks.reply`` is reached, once for each way to it (two ways are enough to be a fault); ``http_only`` if
    every source
    inside is ``Sources.http``; ``paths`` is how many ways (at most 2) one value has through it.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "bounded",
        "stateless",
        "replay",
        "replies",
        "http_only",
        "flattens",
        "paths",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        bounded: bool | None = None,
        stateless: bool = False,
        replay: tuple[str, ...] = (),
        replies: tuple[Span, ...] = (),
        http_only: bool = True,
        flattens: bool = False,
        paths: int = 1,
    ) -> None:
        self.bounded = bounded
        self.stateless = stateless
        self.replay = replay
        self.replies = replies
        self.http_only = http_only
        self.flattens = flattens
        self.paths = paths


PLAIN = Traits()
"""The facts of a function that is neither source nor stateless: of most."""
OPEN = ParameterRow((), (), (frozenset(),))
"""The parameters of a function without ``with``: any."""
UNSEEN = "?"
"""Stands in ``open`` where a function inside is not known: what it reads, and as what, cannot be said."""
UNKNOWN = ParameterRow((), (), (frozenset((UNSEEN,)),))
"""The parameters of a function that is not known."""


class FunctionInterface:
    """An exported ``fun`` or ``def``. ``kind`` is function, source, sink or workflow."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "module",
        "name",
        "declared",
        "scheme",
        "kind",
        "parameters",
        "traits",
        "span",
        "doc",
        "attributes",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        module: str,
        name: str,
        declared: str,
        scheme: Scheme,
        kind: str,
        parameters: ParameterRow,
        traits: Traits,
        span: Span,
        doc: str | None = None,
        attributes: tuple[tuple[str, str | None], ...] = (),
    ) -> None:
        self.module = module
        self.name = name
        self.declared = declared
        self.scheme = scheme
        self.kind = kind
        self.parameters = parameters
        self.traits = traits
        self.span = span
        self.doc = doc
        self.attributes = attributes

    def attribute(self, name: str) -> tuple[bool, str | None]:
        """Whether it carries an attribute, and the attribute's text."""
        for own, text in self.attributes:
            if own == name:
                return True, text
        return False, None


class TypeInterface:
    """An exported ``type``; ``parameters`` are variables of ``body``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("module", "name", "parameters", "body", "span", "doc", "deprecated")
    __slots__ = __match_args__

    def __init__(
        self,
        module: str,
        name: str,
        parameters: tuple[Var, ...],
        body: Type,
        span: Span,
        doc: str | None = None,
        deprecated: str | None = None,
    ) -> None:
        self.module = module
        self.name = name
        self.parameters = parameters
        self.body = body
        self.span = span
        self.doc = doc
        self.deprecated = deprecated


#: Among the broken names: a declaration whose name could not be read, so that it may be any. It is part of every text.
ANY_NAME = ""


def _no_tree() -> None:
    return None


class Interface:
    """All that a module exports, by name; ``hash`` changes when, and only when, an importer could see a difference
    (places play no part). ``broken`` names exist but could not be understood: their users stay silent. ``tree`` gives
    what it is written in, for fixes that change it there."""

    __match_args__: ClassVar[tuple[str, ...]] = ("module", "types", "functions", "broken", "digest", "standard", "tree")
    __slots__ = __match_args__

    def __init__(
        self,
        module: str,
        types: Mapping[str, TypeInterface],
        functions: Mapping[str, FunctionInterface],
        broken: frozenset[str],
        digest: Callable[[], str],
        standard: bool = False,
        tree: Callable[[], syntax.Module | None] = _no_tree,
    ) -> None:
        self.module = module
        self.types = types
        self.functions = functions
        self.broken = broken
        self.digest = digest
        self.standard = standard
        self.tree = tree

    def is_broken(self, name: str) -> bool:
        """Whether a name is known to be declared, but not what it is."""
        return name in self.broken or ANY_NAME in self.broken

    @property
    def hash(self) -> str:
        """``sha256:…``, worked out when it is first asked for."""
        return self.digest()
