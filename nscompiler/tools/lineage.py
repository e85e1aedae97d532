"""Which part of a value a stage passes on, uses or forgets, as far as types tell.

A path leads into a value: ``.x`` a field, ``#0`` a part of a tuple, ``[]`` an item of a list or vector, ``{}`` a value
of a map, ``|Click`` a payload; what is optional takes no step. A function passes on what stands in a variable of its
declared type, and may use everything that it names. ``Flow`` follows paths through a workflow's graph.
"""

from collections.abc import Callable, Iterable, Iterator

import attrs

from nscompiler.flow.model import Function, Graph, Node, NodeId, TypeDef, TypeId
from nscompiler.flow.shape import shape
from nscompiler.types.interface import Scheme
from nscompiler.types.types import App, Record, Sum, Type, Var, VoidType

Path = tuple[str, ...]
Schemes = Callable[[Function], Scheme | None]

# More parts than any table or message wants: types share their parts, and written out may be endless.
MOST_PATHS = 10_000
_TEXT: Path = ()
_TO_TEXT, _FROM_TEXT = frozenset(("to_json", "to_csv")), frozenset(("from_json", "from_csv"))


# --- types of a graph


class TypeTable:
    """The types of a graph, to be walked by paths."""

    def __init__(self, graph: Graph) -> None:
        self.types = graph.types

    def at(self, start: TypeId | None, path: Path) -> TypeId | None:
        """The type at a path, None where there is none; an optional at the end stays."""
        here = start
        for step in path:
            here = next((inner for own, inner in self.steps(self.bare(here)) if own == step), None)
        return here

    def bare(self, type: TypeId | None) -> TypeId | None:
        """A type without its optional."""
        return self.types[type].items[0] if type is not None and self.types[type].kind == "optional" else type

    def has(self, start: TypeId | None, path: Path) -> bool:
        """Whether a path leads somewhere; a constructor without payload is somewhere."""
        if not path:
            return start is not None
        above = self.bare(self.at(start, path[:-1]))
        return any(step == path[-1] for step, _ in self.steps(above))

    def steps(self, type: TypeId | None) -> Iterator[tuple[str, TypeId | None]]:
        """The steps into a type, with the types that they lead to."""
        if type is None:
            return
        held = self.types[type]
        match held.kind:
            case "record" | "sum":
                sign = "." if held.kind == "record" else "|"
                yield from ((sign + label, item) for label, item in zip(held.labels, held.items, strict=True))
            case "tuple":
                yield from ((f"#{place}", item) for place, item in enumerate(held.items))
            case "list" | "vector":
                yield "[]", held.items[0]
            case "map":
                yield "{}", held.items[0]

    def paths(self, start: TypeId | None) -> Iterator[tuple[Path, TypeDef]]:
        """Every part of a type from the outside in, itself first, up to ``MOST_PATHS``."""
        if start is None:
            return
        pending: list[tuple[Path, TypeId]] = [((), start)]
        for _ in range(MOST_PATHS):
            if not pending:
                return
            path, type = pending.pop(0)
            inner = self.bare(type)
            assert inner is not None
            yield path, self.types[type]
            if inner != type:
                yield path, self.types[inner]
            pending += (((*path, step), item) for step, item in self.steps(inner) if item is not None)

    def leaves(self, start: TypeId | None, path: Path = ()) -> tuple[Path, ...]:
        """The innermost parts below a path; a list of texts is as far as it goes, its items being one part."""
        found: list[Path] = []
        pending = [path]
        while pending and len(found) < MOST_PATHS:
            here = pending.pop(0)
            inner = [(*here, step) for step, _ in self.steps(self.bare(self.at(start, here)))]
            if inner:
                pending = [*inner, *pending]
            else:
                found.append(here)
        return tuple(found)


# --- what one function does


def _walk(type: Type, path: Path) -> tuple[Type, int]:
    """The declared type as far as a path leads through what is named: a variable, a record whose rest takes the next
    step, or what stands at its end; and how many steps that took."""
    for taken, step in enumerate(path):
        type = _bare(type)
        inner = dict(_steps(type)).get(step)
        if inner is None:
            return type, taken
        type = inner
    return _bare(type), len(path)


def _bare(type: Type) -> Type:
    while isinstance(type, App) and type.constructor == "optional":
        type = type.items[0]
    return type


def _steps(type: Type) -> Iterator[tuple[str, Type]]:
    match type:
        case Record():
            yield from (("." + label, part) for label, part in type.fields)
        case Sum():
            yield from (("|" + name, part) for name, part in type.constructors if part is not None)
        case App() if type.constructor == "tuple":
            yield from ((f"#{place}", part) for place, part in enumerate(type.items))
        case App() if type.constructor == "map":
            yield "{}", type.items[0]
        case App() if type.constructor in ("list", "vector"):
            yield "[]", type.items[-1]


def _places(type: Type) -> Iterator[tuple[Path, Type]]:
    """Every named part of a declared type, up to ``MOST_PATHS``."""
    pending: list[tuple[Path, Type]] = [((), _bare(type))]
    for _ in range(MOST_PATHS):
        if not pending:
            return
        path, part = pending.pop(0)
        yield path, part
        pending += (((*path, step), _bare(inner)) for step, inner in _steps(part))


def _variable(type: Type, ended: bool) -> Var | None:
    """The variable that holds what lies further on: the type itself, or the rest of a record."""
    if isinstance(type, Record) and not ended:
        return type.tail if isinstance(type.tail, Var) else None
    return type if isinstance(type, Var) else None


def _holders(type: Type, variable: Var) -> list[Path]:
    """Where a variable stands in a declared type."""
    if variable.kind == "row":
        return [path for path, part in _places(type) if isinstance(part, Record) and part.tail is variable]
    return [path for path, part in _places(type) if part is variable]


@attrs.frozen(slots=True)
class Fate:
    """What a function does with a part of its input: ``passes`` it to places of its output, ``uses`` it, or neither:
    then it forgets it."""

    passes: tuple[Path, ...] = ()
    uses: bool = False


@attrs.frozen(slots=True)
class Source:
    """A part of a function's input from which a part of its output is made; ``same`` if it is just passed on."""

    path: Path
    same: bool


def fate(scheme: Scheme, path: Path) -> Fate:
    """What becomes of a part of a function's input."""
    part, taken = _walk(scheme.input, path)
    variable = _variable(part, taken == len(path))
    if variable is None:
        return Fate(uses=True)
    found = tuple((*holder, *path[taken:]) for holder in _holders(scheme.output, variable))
    if found or variable.kind == "row":
        return Fate(passes=found)
    return Fate(uses=True)


def made_from(scheme: Scheme, path: Path) -> tuple[Source, ...]:
    """The parts of a function's input that a part of its output may come from."""
    part, taken = _walk(scheme.output, path)
    variable = _variable(part, taken == len(path))
    if variable is not None:
        holders = _holders(scheme.input, variable)
        if holders:
            return tuple(Source((*holder, *path[taken:]), True) for holder in holders)
    if isinstance(scheme.input, VoidType):
        return ()
    named = [own for own, inner in _places(scheme.input) if not isinstance(inner, Var) and not _has_inside(inner)]
    return tuple(Source(own, False) for own in named) or (Source((), False),)


def _has_inside(type: Type) -> bool:
    return isinstance(type, Record) or any(True for _ in _steps(type))


# --- a whole workflow


class Flow:
    """Paths through one workflow's graph; ``schemes`` gives the declared type of a function."""

    def __init__(self, graph: Graph, schemes: Schemes) -> None:
        self.graph = graph
        self.shape = shape(graph)
        self.table = TypeTable(graph)
        self._schemes = schemes

    def scheme(self, node: Node) -> Scheme | None:
        """The declared type of the function that a node calls."""
        return None if node.function is None else self._schemes(node.function)

    def before(self, node: Node) -> Iterator[Node]:
        """The nodes whose values a node takes."""
        yield from (self.shape.nodes[edge.source] for edge in self.shape.before[node.id])

    def after(self, node: Node) -> Iterator[Node]:
        """The nodes that take a node's values."""
        yield from (self.shape.nodes[edge.target] for edge in self.shape.after[node.id])

    def fate(self, node: Node, path: Path) -> Fate:
        """What a node does with a part of what it takes."""
        match node.kind:
            case "flatten":
                return Fate(passes=(path[1:],)) if path[:1] == ("[]",) else Fate(passes=((),))
            case "convert":
                return Fate(passes=(path,)) if self.table.has(node.output, path) else Fate()
            case "call" | "sink":
                return self._fate_in_call(node, path)
        return Fate(passes=(path,))

    def _fate_in_call(self, node: Node, path: Path) -> Fate:
        function, scheme = node.function, self.scheme(node)
        if function is not None and function.standard and function.name in _TO_TEXT:
            return Fate(passes=(_TEXT,))
        return Fate(uses=True) if scheme is None else fate(scheme, path)

    def made_from(self, node: Node, path: Path) -> tuple[Source, ...]:
        """What of a node's input a part of its output may come from."""
        match node.kind:
            case "source" | "literal":
                return ()
            case "flatten":
                return (Source(("[]", *path), True),)
            case "call":
                return self._made_in_call(node, path)
        return (Source(path, True),)

    def _made_in_call(self, node: Node, path: Path) -> tuple[Source, ...]:
        function, scheme = node.function, self.scheme(node)
        if function is not None and function.standard and function.name in _TO_TEXT:
            return tuple(Source(leaf, False) for leaf in self.table.leaves(node.input))
        return (Source((), False),) if scheme is None else made_from(scheme, path)

    def origins(self, sink: Node, path: Path) -> dict[tuple[NodeId, Path], bool]:
        """The parts of sources' values that a part of what a sink takes may come from; whether it is only passed on."""
        found: dict[tuple[NodeId, Path], bool] = {}
        seen: set[tuple[NodeId, Path, bool]] = set()
        pending = [(node, path, True) for node in self.before(sink)]
        while pending:
            node, here, same = pending.pop()
            if (node.id, here, same) in seen:
                continue
            seen.add((node.id, here, same))
            if node.kind in ("source", "literal"):
                found[node.id, here] = found.get((node.id, here), False) or same
            for source in self.made_from(node, here):
                pending += ((before, source.path, same and source.same) for before in self.before(node))
        return found

    def forward(self, starts: Iterable[tuple[NodeId, Path]]) -> set[tuple[NodeId, Path]]:
        """All outputs to which some parts of outputs are passed on, themselves among them."""
        found = set(starts)
        pending = list(found)
        while pending:
            id, path = pending.pop()
            for node in self.after(self.shape.nodes[id]):
                for passed in self.fate(node, path).passes if node.kind != "sink" else ():
                    if (node.id, passed) not in found:
                        found.add((node.id, passed))
                        pending.append((node.id, passed))
        return found

    def backward(self, starts: Iterable[tuple[NodeId, Path]]) -> set[tuple[NodeId, Path]]:
        """All outputs from which some parts of outputs were passed on, themselves among them."""
        found = set(starts)
        pending = list(found)
        while pending:
            id, path = pending.pop()
            node = self.shape.nodes[id]
            sources = [source.path for source in self.made_from(node, path) if source.same]
            for before in self.before(node):
                for own in sources:
                    if self.table.has(before.output, own) and (before.id, own) not in found:
                        found.add((before.id, own))
                        pending.append((before.id, own))
        return found


def is_text_form(function: Function | None) -> str:
    """``writes`` for the standard functions that make a text of a value, ``reads`` for those that read one."""
    if function is None or not function.standard:
        return ""
    return "writes" if function.name in _TO_TEXT else "reads" if function.name in _FROM_TEXT else ""
