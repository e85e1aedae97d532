"""How many values come to each place of a lane's code, told from as little counting as can be.

What a function is called with is what the one before it gave. Only two things need a line of their own: a ``?``, which
in emitted code is an ``if … is None`` that leaves the value, and a ``*``, a loop over the value. Where a run is watched
the stage functions are compiled once more from their source, with those lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .declare import Call, Sink, overlap
from .link import Written
from .meter import Drop, Flows, Point
from .trace_lines import TRACER, is_of_parts, put_lines

if TYPE_CHECKING:
    from .trace import Tracer

_PLACE = re.compile(r"#\s+(\S+:\d+:\d+)")
_DROPPED = "__numbers__[{0}] += 1"
_TAKEN_APART = "__numbers__[{0}] += len({1})\n__lists__[{0}] = iter({1})"


def watch_flows(
    written: Written, space: dict[str, Any], seen: Callable[[], int], flows: Flows | None, tracer: Tracer | None
) -> None:
    """Puts lines that count (``flows``), or follow values (``tracer``), into a lane's functions. ``space`` are the
    globals of the linked functions. ``seen`` tells how many values the stage function has looked at.
    """
    if tracer is not None:
        put_lines(written.functions, written.stage, written.lines)
        space[TRACER] = tracer
    if flows is None:
        return
    _Marking(written.names, written.functions, written.lines, flows).mark(written.stage, seen)
    space["__numbers__"], space["__lists__"] = flows.numbers, flows.lists


class _Marking:
    """Follows the values through the functions and puts lines in."""

    def __init__(
        self, names: dict[str, Any], functions: dict[str, ast.FunctionDef], lines: list[str], flows: Flows
    ) -> None:
        self._names = names
        self._functions = functions
        self._lines = lines
        self._flows = flows
        self._entries: dict[str, Point] = {}

    def mark(self, start: str, seen: Callable[[], int]) -> None:
        """Marks the functions that are reached from one."""
        self._entries[start] = Point(0, seen)
        self._follow(self._functions[start].body, self._entries[start])

    def _follow(self, body: list[ast.stmt], point: Point) -> None:
        """All statements of a block, which values come to at a point."""
        for part in tuple(body):
            if isinstance(part, ast.For):
                self._follow(part.body, self._looped(part, body, point))
            elif isinstance(part, ast.If) and isinstance(part.test, ast.Compare):
                point = self._dropped(part, point)
            elif isinstance(part, ast.Expr):
                self._called(_called(part.value), point)

    def _looped(self, loop: ast.For, body: list[ast.stmt], point: Point) -> Point:
        """What comes into a loop: the results of a call, the values of the batch, or the parts of a list (``*``)."""
        name = _called(loop.iter)
        if isinstance(loop.iter, ast.Call) and self._names.get(name) is overlap:
            name = _name(loop.iter.args[0])
        if isinstance(self._names.get(name), Call):
            return self._called(name, point)
        followed = loop.iter if isinstance(loop.iter, ast.Call) and is_of_parts(loop.iter) else None
        parts = loop.iter if followed is None else followed.args[0]
        taken = _name(parts)
        if taken in ("", "values"):
            return point
        number = self._flows.number()
        at = body.index(loop)
        body[at:at] = _lines(_TAKEN_APART.format(number, taken), loop)
        counted = ast.copy_location(ast.parse(f"__lists__[{number}]", mode="eval").body, parts)
        if followed is not None:
            followed.args[0] = counted
        else:
            loop.iter = counted
        return Point(point, lambda: self._flows.counted(number))

    def _called(self, name: str, point: Point) -> Point:
        """A call of a node, or of a function that goes on elsewhere; what comes out of it."""
        node = self._names.get(name)
        if isinstance(node, Call | Sink):
            meter = self._flows.meters.get(id(node))
            if meter is None:
                return point
            meter.calls = point.count
            return Point(id(node), meter.results)
        if name in self._functions:
            entry = self._entries.get(name)
            if entry is None:
                entry = self._entries[name] = Point(point, point.count)
                self._follow(self._functions[name].body, entry)
            else:
                entry.behind.append(point)
                entry.terms.append(point.count)
        return point

    def _dropped(self, test: ast.If, point: Point) -> Point:
        """A ``?``: what comes after it."""
        assert isinstance(test.test, ast.Compare)
        number = self._flows.number()
        line = _lines(_DROPPED.format(number), test)
        self._flows.drops.append(Drop(point, self._origin(test.lineno), number))
        left = Point(point, point.count, lambda: -self._flows.numbers[number])
        if isinstance(test.test.ops[0], ast.Is):
            test.body[:0] = line
            return left
        self._follow(test.body, left)
        test.orelse = line
        return point  # what comes next in the block is another branch

    def _origin(self, line: int) -> str:
        """The place in the comment beside a line, or above it."""
        for text in (self._lines[line - 1], self._lines[line - 2]):
            if found := _PLACE.search(text):
                return found[1]
        return ""


def _lines(text: str, beside: ast.stmt) -> list[ast.stmt]:
    made = ast.parse(text).body
    for line in made:
        for part in ast.walk(line):
            ast.copy_location(part, beside)
    return made


def _called(part: ast.expr) -> str:
    return _name(part.func) if isinstance(part, ast.Call) else ""


def _name(part: ast.expr) -> str:
    return part.id if isinstance(part, ast.Name) else ""
