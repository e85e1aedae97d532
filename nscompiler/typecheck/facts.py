"""What the checker found out about each node of a module's tree; it lies beside the tree, keyed by the node.

Types in the facts of a polymorphic def hold the variables of its scheme: ``Types.substitute`` makes them concrete
for one
use.
"""

from collections.abc import Mapping

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar import syntax
from nscompiler.types.interface import Arrow, FunctionInterface, Interface, ParameterType
from nscompiler.types.types import Type


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class UseFact:
    """What a name refers to, and the types that its scheme's variables (in order) have in this use."""

    target: FunctionInterface
    arguments: tuple[Type, ...]
    arrow: Arrow


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class LiteralFact:
    """A literal source: the type of one value, and the values as JSON."""

    output: Type
    values: tuple[object, ...]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Joint:
    """One ``|``: what the left side gives and what the right side takes. Where the two are not the same node a
    conversion may stand between them (``fits.conversions`` tells)."""

    given: Type
    needed: Type


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Facts:
    """``arrows`` for every expression (after ``*`` and ``?`` are elaborated), ``uses`` for names and type applications
    (an ``Instantiate`` and its inner ``Use`` share one), ``joints`` by pipe: entry i lies between stage i and i + 1.

    For a ``Both`` the arrow is the common one; each branch is converted from the common input and to the common output.
    For an annotated def ``annotations`` holds the declared arrow: the body is converted from its input and to its
    output.
    ``literals`` are the literal sources; ``bindings`` the checked value of each ``p = v`` for readers of each type
    is made
    by ``params.convert``.
    """

    arrows: Mapping[syntax.Node, Arrow]
    uses: Mapping[syntax.Node, UseFact]
    joints: Mapping[syntax.Pipe, tuple[Joint, ...]]
    annotations: Mapping[syntax.DefDecl, Arrow]
    literals: Mapping[syntax.LiteralSource, LiteralFact]


@attrs.define(eq=False, repr=False, match_args=False, getstate_setstate=False, weakref_slot=False)
class Checked:
    """A checked module. ``interface`` is complete even where there are problems: what is broken is poisoned or listed
    as broken. ``main`` is the interface of a script's bare expression; ``aliases`` are those that the file uses,
    ``open_bindings`` the bindings that functions without ``with`` see."""

    module: syntax.Module
    reference: str
    facts: Facts
    interface: Interface
    main: FunctionInterface | None
    problems: tuple[Diagnostic, ...]
    aliases: frozenset[str] = frozenset()
    open_bindings: tuple[tuple[syntax.Apply, syntax.Binding], ...] = ()


__all__ = ["Arrow", "Checked", "Facts", "Joint", "LiteralFact", "ParameterType", "UseFact"]
