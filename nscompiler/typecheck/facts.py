"""What the checker found out about each node of a module's tree; it lies beside the tree, keyed by the node.

Types in the facts of a polymorphic def hold the variables of its scheme: ``Types.substitute`` makes them concrete
for one
use.
"""

from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.types.interface import Arrow, FunctionInterface, Interface, ParameterType
from nscompiler.types.types import Type


class UseFact:
    """What a name refers to, and the types that its scheme's variables (in order) have in this use."""

    __match_args__: ClassVar[tuple[str, ...]] = ("target", "arguments", "arrow")
    __slots__ = __match_args__

    def __init__(self, target: FunctionInterface, arguments: tuple[Type, ...], arrow: Arrow) -> None:
        self.target = target
        self.arguments = arguments
        self.arrow = arrow


class LiteralFact:
    """A literal source: the type of one value, and the values as JSON."""

    __match_args__: ClassVar[tuple[str, ...]] = ("output", "values")
    __slots__ = __match_args__

    def __init__(self, output: Type, values: tuple[object, ...]) -> None:
        self.output = output
        self.values = values


class Around:
    """A pipe that is looked at, with the types of its stages so far, inside another one."""

    __slots__ = ("arrows", "outer", "pipe")

    def __init__(self, outer: "Around | None", pipe: syntax.Pipe, arrows: list[Arrow]) -> None:
        self.outer = outer
        self.pipe = pipe
        self.arrows = arrows


class Joint:
    """One ``|``: what the left side gives and what the right side takes. Where the two are not the same node a
    conversion may stand between them (``fits.conversions`` tells)."""

    __match_args__: ClassVar[tuple[str, ...]] = ("given", "needed")
    __slots__ = __match_args__

    def __init__(self, given: Type, needed: Type) -> None:
        self.given = given
        self.needed = needed


class Faulty:
    """A def, or the file's expression, of which something is told: that, and what it is for others. Those with a lower
    ``rank`` were looked at before."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "place", "expr", "decl", "interface", "problems", "rank")
    __slots__ = __match_args__

    def __init__(
        self,
        name: str,
        place: syntax.Node,
        expr: syntax.Expr,
        decl: syntax.DefDecl | None,
        interface: FunctionInterface,
        problems: tuple[Diagnostic, ...],
        rank: int,
    ) -> None:
        self.name = name
        self.place = place
        self.expr = expr
        self.decl = decl
        self.interface = interface
        self.problems = problems
        self.rank = rank


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

    __match_args__: ClassVar[tuple[str, ...]] = ("arrows", "uses", "joints", "annotations", "literals")
    __slots__ = __match_args__

    def __init__(
        self,
        arrows: dict[syntax.Node, Arrow],
        uses: dict[syntax.Node, UseFact],
        joints: dict[syntax.Pipe, tuple[Joint, ...]],
        annotations: dict[syntax.DefDecl, Arrow],
        literals: dict[syntax.LiteralSource, LiteralFact],
    ) -> None:
        self.arrows = arrows
        self.uses = uses
        self.joints = joints
        self.annotations = annotations
        self.literals = literals


class Checked:
    """A checked module. ``interface`` is complete even where there are problems: what is broken is poisoned or listed
    as broken. ``main`` is the interface of a script's bare expression; ``aliases`` are those that the file uses,
    ``open_bindings`` the bindings that functions without ``with`` see."""

    __match_args__: ClassVar[tuple[str, ...]] = (
        "module",
        "reference",
        "facts",
        "interface",
        "main",
        "problems",
        "aliases",
        "open_bindings",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        module: syntax.Module,
        reference: str,
        facts: Facts,
        interface: Interface,
        main: FunctionInterface | None,
        problems: tuple[Diagnostic, ...],
        aliases: frozenset[str] = frozenset(),
        open_bindings: tuple[tuple[syntax.Apply, syntax.Binding], ...] = (),
    ) -> None:
        self.module = module
        self.reference = reference
        self.facts = facts
        self.interface = interface
        self.main = main
        self.problems = problems
        self.aliases = aliases
        self.open_bindings = open_bindings


__all__ = ["Arrow", "Checked", "Facts", "Faulty", "Joint", "LiteralFact", "ParameterType", "UseFact"]


class Refusal:
    """The type at a ``place`` of a declaration, in its input or its output, which does not fit the function ``by`` in a
    def, by its number; ``wanted`` would fit there, and ``fix`` writes that."""

    __match_args__: ClassVar[tuple[str, ...]] = ("place", "input", "by", "define", "wanted", "fix")
    __slots__ = __match_args__

    def __init__(self, place: Span, input: bool, by: str, define: int, wanted: Type, fix: Fix | None) -> None:
        self.place = place
        self.input = input
        self.by = by
        self.define = define
        self.wanted = wanted
        self.fix = fix
