"""Stage functions: the straight loops that a batch of values runs through, depth first.

Each source has a function. What follows a merge is a function that all branches call; a chain of loops is cut where
it gets deeper than Python allows, and goes on in a function of its own.
"""

from collections.abc import Mapping

import attrs

from nscompiler.emit.classes import Classes
from nscompiler.emit.convert import Converter
from nscompiler.emit.describe import label, place, summary
from nscompiler.emit.python import LINE, Writer
from nscompiler.flow.model import Edge, Node, NodeId
from nscompiler.flow.shape import Shape, reachable

DEEPEST = 12
"""How many loops are nested in one function; Python's own limit is 20 blocks."""

INLINE = {"fst": "{}[0]", "snd": "{}[1]", "single": "[{}]", "some": "{}", "identity": "{}"}
"""Functions of ``Std`` that are written as expressions."""

_LETTERS = "abcdefghijkmnopqrsuvwxyz"  # without t, which is the module of types, and l, which looks like 1


@attrs.frozen(slots=True)
class Cursor:
    """Where in a function the next line goes.

    ``variable`` holds the value, ``depth`` is the indentation, ``loops`` the nesting so far, ``leave`` the statement
    that gives the value up without touching others ("" where there is none: a block is needed), ``letters`` how many
    variables are in use.
    """

    variable: str
    depth: int
    loops: int
    leave: str
    letters: int

    def fresh(self) -> str:
        """A variable that is not in use here."""
        return _LETTERS[self.letters] if self.letters < len(_LETTERS) else f"v{self.letters}"

    def bound(self, variable: str) -> "Cursor":
        """The same place with the value in a new variable."""
        return attrs.evolve(self, variable=variable, letters=self.letters + 1)

    def looped(self, variable: str) -> "Cursor":
        """Inside a loop over a new variable."""
        return Cursor(variable, self.depth + 1, self.loops + 1, "continue", self.letters + 1)


class Stages:
    """Writes the stage functions of one workflow. ``used`` collects names of the run time that the code calls."""

    def __init__(self, shape: Shape, names: Mapping[NodeId, str], classes: Classes, converter: Converter) -> None:
        self._shape = shape
        self._names = names
        self._classes = classes
        self._converter = converter
        self._writer = Writer()
        self._waiting: list[NodeId] = []
        self._called: dict[NodeId, str] = {}
        self.used: set[str] = set()
        self.origins: list[tuple[int, NodeId]] = []

    def write(self) -> list[str]:
        """The lines of all functions."""
        for node in self._shape.order:
            if node.kind in ("source", "literal"):
                self._source(node)
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for start in waiting:
                self._continuation(self._shape.nodes[start])
        return self._writer.lines

    def _head(self, signature: str, start: Node) -> None:
        if self._writer.lines:
            self._writer.line("")
            self._writer.line("")
        self._writer.line(f"def {signature}:")
        self._writer.line(f'"""{summary(self._shape, start)}"""', 1)

    def _source(self, node: Node) -> None:
        self._head(f"from_{self._names[node.id]}(values, token)", node)
        node = self._overlapped(node) or node
        if node.kind in ("source", "literal"):
            self._writer.line("for a in values:", 1)
        self._follow(node, Cursor("a", 2, 1, "continue", 1))

    def _overlapped(self, source: Node) -> Node | None:
        """Where the source's values go straight into calls that may overlap: write that loop and give the called
        node."""
        node = self._next(source)
        values, variable = "values", "a"
        if node is not None and node.kind == "convert" and node.input is not None and node.output is not None:
            expression = self._converter.expression(node.input, node.output, variable)
            values = f"({expression} for {variable} in values)"
            node = self._next(node)
        if node is None or not _overlaps(node):
            return None
        self.used.add("overlap")
        self._step(f"for a in overlap({self._names[node.id]}, {values}, token):", node, 1)
        return node

    def _next(self, node: Node) -> Node | None:
        after = self._shape.after[node.id]
        return self._shape.nodes[after[0].target] if len(after) == 1 else None

    def _continuation(self, start: Node) -> None:
        self._head(f"{self._called[start.id]}(a, token)", start)
        cursor = Cursor("a", 1, 0, "return", 1)
        if start.kind == "merge":
            self._follow(start, cursor)
        else:
            self._chain(start, cursor)

    def _follow(self, node: Node, cursor: Cursor) -> None:
        """Write what comes after a node."""
        after = self._shape.after[node.id]
        if after:
            self._chain(self._shape.nodes[after[0].target], cursor)

    def _chain(self, start: Node, cursor: Cursor) -> None:
        """Write a node and all that follows it, up to a sink, a merge or a cut."""
        node: Node | None = start
        while node is not None:
            if node.kind == "sink":
                self._step(f"{self._names[node.id]}({cursor.variable}, token)", node, cursor.depth)
                return
            if node.kind == "merge" or cursor.loops >= DEEPEST:
                self._writer.line(f"{self._function_for(node)}({cursor.variable}, token)", cursor.depth)
                return
            if node.kind == "branch":
                self._branch(node, cursor)
                return
            cursor = self._write(node, cursor)
            node = self._next(node)

    def _function_for(self, node: Node) -> str:
        name = self._called.get(node.id)
        if name is None:
            name = self._called[node.id] = f"{'after' if node.kind == 'merge' else 'then'}_{self._name(node)}"
            self._waiting.append(node.id)
        return name

    def _name(self, node: Node) -> str:
        return self._names.get(node.id) or f"{node.kind}_{node.id}"

    def _write(self, node: Node, cursor: Cursor) -> Cursor:
        """Write one node in the middle; where its values are."""
        if node.kind == "drop_missing":
            return self._drop(node, cursor)
        if node.kind == "flatten":
            variable = cursor.fresh()
            self._step(f"for {variable} in {cursor.variable}:", node, cursor.depth)
            return cursor.looped(variable)
        if node.kind == "convert":
            return self._convert(node, cursor)
        function = node.function
        assert function is not None
        variable = cursor.fresh()
        if function.standard and function.name in INLINE:
            if INLINE[function.name] == "{}":
                return cursor
            self._step(f"{variable} = {INLINE[function.name].format(cursor.variable)}", node, cursor.depth)
            return cursor.bound(variable)
        self._step(f"for {variable} in {self._names[node.id]}({cursor.variable}, token):", node, cursor.depth)
        return cursor.looped(variable)

    def _drop(self, node: Node, cursor: Cursor) -> Cursor:
        if not cursor.leave:
            self._step(f"if {cursor.variable} is not None:", node, cursor.depth)
            return attrs.evolve(cursor, depth=cursor.depth + 1, loops=cursor.loops + 1)
        self._step(f"if {cursor.variable} is None:", node, cursor.depth)
        self._writer.line(cursor.leave, cursor.depth + 1)
        return cursor

    def _convert(self, node: Node, cursor: Cursor) -> Cursor:
        assert node.input is not None
        assert node.output is not None
        expression = self._converter.expression(node.input, node.output, cursor.variable)
        if expression == cursor.variable:
            return cursor
        variable = cursor.fresh()
        self._step(f"{variable} = {expression}", node, cursor.depth)
        return cursor.bound(variable)

    def _branch(self, node: Node, cursor: Cursor) -> None:
        edges = self._shape.after[node.id]
        for edge in edges[:-1]:
            self._copied(node, edge, attrs.evolve(cursor, leave="", loops=cursor.loops + 1))
        self._chain(self._shape.nodes[edges[-1].target], attrs.evolve(cursor, loops=cursor.loops + 1))

    def _copied(self, node: Node, edge: Edge, cursor: Cursor) -> None:
        """One branch that is not the last: it works on a copy where the value could be changed in place."""
        if node.output in self._classes.mutable and self._meets_user_code(node):
            self.used.add("copy_value")
            variable = cursor.fresh()
            self._step(f"{variable} = copy_value({cursor.variable})", node, cursor.depth)
            cursor = cursor.bound(variable)
        self._chain(self._shape.nodes[edge.target], cursor)

    def _meets_user_code(self, branch: Node) -> bool:
        """Whether anything behind a branch might change a value: the standard library does not."""
        behind = (self._shape.nodes[id] for id in reachable([branch.id], self._shape.after))
        return any(node.function is not None and not node.function.standard for node in behind)

    def _step(self, text: str, node: Node, depth: int) -> None:
        """A line with the place in the program that it stands for, beside it or above it."""
        comment = f"# {place(node.origin)}  {label(node)}"
        if 4 * depth + len(text) + 2 + len(comment) > LINE:
            self._writer.line(comment, depth)
            self._writer.line(text, depth)
        else:
            self._writer.line(f"{text}  {comment}", depth)
        self.origins.append((len(self._writer.lines), node.id))


def _overlaps(node: Node) -> bool:
    function = node.function
    if node.kind != "call" or function is None or (function.standard and not function.coroutine):
        return False
    many = node.policy.parallelism
    return many != 1 and (function.coroutine or (function.stateless and many is not None))
