"""Where everything in a picture goes: from top to bottom, what is parallel side by side.

The same steps serve letters and pixels: a ``Measure`` says how large things are, in whole units of either. Where parts
do not fit side by side they are stacked, fed from a rail on their left and emptied into one on their right. A series
stands on one straight line, so only the ways into and out of a parallel have corners, and none crosses another.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import attrs

from nscompiler.backends.graph.geometry import Box, Layout, Measure, Point, Wire
from nscompiler.backends.graph.structure import Parallel, Series, parallels
from nscompiler.flow.model import Edge, Node, NodeId

_TRIES = 8


def layout(root: Series, measure: Measure) -> Layout:
    """The places of all nodes and edges. What cannot be any narrower may be wider than the measure's limit."""
    limit = measure.limit
    found = best = _Layout(root, measure, limit).place()
    for step in range(1, _TRIES + 1):
        # Boxes of unequal width hang off centre from their common line: give them less, and it fits.
        if found.width <= measure.limit or limit <= measure.limit // 2:
            break
        limit -= max(step, found.width - measure.limit)
        found = _Layout(root, measure, limit).place()
        best = min(best, found, key=lambda one: one.width)
    return best


@attrs.define(slots=True, eq=False)
class _Block:
    """The extent of a series or parallel before it has a place; ``offsets`` are those of what it holds."""

    width: int = 0
    height: int = 0
    entry: int = 0
    exit: int = 0
    room: int = 0
    stacked: bool = False
    offsets: list[Point] = attrs.field(factory=list)


class _Layout:
    """Measures from the inside out, then places from the outside in."""

    def __init__(self, root: Series, measure: Measure, limit: int) -> None:
        self._root, self._measure = root, measure
        self._parallels = list(parallels(root))
        self._blocks: dict[Series | Parallel, _Block] = {}
        self._labels: list[tuple[Edge, Point, int]] = []
        self._boxes: dict[NodeId, Box] = {}
        for parallel, depth in reversed(self._parallels):
            for part in parallel.parts:
                self._measure_series(part, limit - 2 * measure.rail * (depth + 1))
            self._measure_parallel(parallel, limit - 2 * measure.rail * depth)
        self._measure_series(root, limit)

    # --- extents

    def _measure_series(self, series: Series, room: int) -> None:
        spine = left = right = 0
        y = 0
        lefts: list[Point] = []
        for place, item in enumerate(series.items):
            edge = series.inlet if place == 0 else series.inner.get(place)
            if edge is not None:
                right = max(right, spine + self._label_extent(edge, room))
                y += self._measure.line
            width, height, entry, exit = self._extent(item, room)
            lefts.append((spine - entry, y))
            left, right = min(left, spine - entry), max(right, spine - entry + width)
            spine += exit - entry
            y += height
        last = series.outlet
        if last is not None:
            right = max(right, spine + self._label_extent(last, room))
            y += self._measure.line
        offsets = [(x - left, down) for x, down in lefts]
        width = max(right - left, 1)
        self._blocks[series] = _Block(width, y, -left, spine - left, room=room, offsets=offsets)

    def _label_extent(self, edge: Edge, room: int) -> int:
        width = self._measure.label(edge, room)
        return self._measure.pad + width if width else 1

    def _extent(self, item: Node | Parallel, room: int) -> tuple[int, int, int, int]:
        if isinstance(item, Parallel):
            block = self._blocks[item]
            return block.width, block.height, block.entry, block.exit
        width, height = self._measure.node(item, room)
        return width, height, width // 2, width // 2

    def _measure_parallel(self, parallel: Parallel, room: int) -> None:
        parts = [self._blocks[part] for part in parallel.parts]
        beside = sum(part.width for part in parts) + self._measure.gap * (len(parts) - 1)
        if beside <= room or len(parts) == 1:
            self._blocks[parallel] = self._beside(parallel, parts)
        else:
            self._blocks[parallel] = self._stacked(parallel, parts)

    def _beside(self, parallel: Parallel, parts: Sequence[_Block]) -> _Block:
        bus = self._measure.bus
        x, y = 0, bus if parallel.branch else 0
        offsets: list[Point] = []
        for part in parts:
            offsets.append((x, y))
            x += part.width + self._measure.gap
        height = y + max(part.height for part in parts) + (bus if parallel.merge else 0)
        block = _Block(x - self._measure.gap, height, offsets=offsets)
        ways = [offset + part.entry for (offset, _), part in zip(offsets, parts, strict=True)]
        block.entry = block.exit = self._middle(ways, (ways[0] + ways[-1]) // 2)
        left = [
            offset + own.exit
            for (offset, _), own, part in zip(offsets, parts, parallel.parts, strict=True)
            if part.outlet is not None or part is parallel.onward
        ]
        if parallel.merge:
            straight = parallel.branch and left[0] <= block.entry <= left[-1]
            block.exit = self._middle(left, block.entry if straight else (left[0] + left[-1]) // 2)
        elif parallel.onward is not None:
            (block.exit,) = left
        if not parallel.branch:
            block.entry = block.exit
        return block

    def _middle(self, ways: Sequence[int], wanted: int) -> int:
        """A place for the common line: that of a way close by, where that spares a small corner."""
        near = min(ways, key=lambda way: abs(way - wanted))
        return near if abs(near - wanted) <= self._measure.rail and len(ways) > 2 else wanted

    def _stacked(self, parallel: Parallel, parts: Sequence[_Block]) -> _Block:
        rail, bus = self._measure.rail, self._measure.bus
        y = bus if parallel.branch else 0
        offsets: list[Point] = []
        for part, own in zip(parallel.parts, parts, strict=True):
            y += bus if parallel.branch else 0
            offsets.append((rail, y))
            y += own.height + (bus if part.outlet is not None or part is parallel.onward else 0)
        width = max(part.width for part in parts) + 2 * rail
        block = _Block(width, y + (bus if parallel.merge else 0), stacked=True, offsets=offsets)
        block.entry = width // 2
        block.exit = block.entry if parallel.merge or parallel.onward is None else width - 1
        return block

    # --- places

    def place(self) -> Layout:
        corners: dict[Series | Parallel, Point] = {self._root: (0, 0)}
        waiting = [self._root]
        while waiting:
            series = waiting.pop()
            x, y = corners[series]
            block = self._blocks[series]
            for item, (right, down) in zip(series.items, block.offsets, strict=True):
                if isinstance(item, Parallel):
                    self._place_parts(item, (x + right, y + down), corners)
                    waiting += item.parts
                else:
                    width, height = self._measure.node(item, block.room)
                    self._boxes[item.id] = Box(x + right, y + down, width, height, block.room)
        every = [self._root, *(part for parallel, _ in self._parallels for part in parallel.parts)]
        wires = tuple(wire for one in every for wire in self._wires(one, corners))
        whole = self._blocks[self._root]
        return Layout(self._boxes, wires, whole.width, whole.height)

    def _place_parts(self, parallel: Parallel, corner: Point, corners: dict[Series | Parallel, Point]) -> None:
        corners[parallel] = corner
        for part, (right, down) in zip(parallel.parts, self._blocks[parallel].offsets, strict=True):
            corners[part] = (corner[0] + right, corner[1] + down)

    def _wires(self, series: Series, corners: Mapping[Series | Parallel, Point]) -> list[Wire]:
        """The edge into a series, those within, and the one out of it."""
        block, (x, y) = self._blocks[series], corners[series]
        wires = []
        items = series.items
        if series.inlet is not None and items:
            way = (*self._entry(series, corners), (x + block.entry, y + self._measure.line))
            wires.append(self._wire(series.inlet, way, y, block.room))
        for edge in series.inner.values():
            source, target = self._boxes[edge.source], self._boxes[edge.target]
            way = ((source.center, source.bottom), (target.center, target.y))
            wires.append(self._wire(edge, way, target.y - self._measure.line, block.room))
        if series.outlet is not None:
            start = self._exits(items[-1], corners) if items else self._entry(series, corners)
            way = (*start, *self._out(series, corners))
            wires.append(self._wire(series.outlet, way, y + block.height - self._measure.line, block.room))
        return wires

    def _wire(self, edge: Edge, way: Sequence[Point], y: int, room: int) -> Wire:
        """A wire whose label stands at the stretch that begins at ``y``."""
        across = next(left for (left, top), (right, bottom) in pairwise(way) if left == right and top <= y < bottom)
        label = Box(across + self._measure.pad, y, self._measure.label(edge, room), self._measure.line, room)
        return Wire(edge, _straightened(way), label)

    def _entry(self, part: Series, corners: Mapping[Series | Parallel, Point]) -> list[Point]:
        """The way from the branch node to the top of a part."""
        parallel = part.parent
        assert parallel is not None
        block, (left, top) = self._blocks[parallel], corners[parallel]
        x, y = corners[part]
        into, start, half = x + self._blocks[part].entry, left + block.entry, self._measure.bus // 2
        if block.stacked:
            turn = y - self._measure.bus + half
            return [(start, top), (start, top + half), (left, top + half), (left, turn), (into, turn), (into, y)]
        return [(start, top), (start, top + half), (into, top + half), (into, y)]

    def _out(self, part: Series, corners: Mapping[Series | Parallel, Point]) -> list[Point]:
        """The way from the lower end of a part to the merge behind its parallel."""
        parallel = part.parent
        assert parallel is not None
        block, (left, top) = self._blocks[parallel], corners[parallel]
        bottom, half = top + block.height, self._measure.bus - self._measure.bus // 2
        way = self._to_rail(part, corners)
        end = left + block.exit
        return [*way, (way[-1][0], bottom - half), (end, bottom - half), (end, bottom)]

    def _to_rail(self, part: Series, corners: Mapping[Series | Parallel, Point]) -> list[Point]:
        """From the lower end of a part to where it leaves its parallel: the rail, if there is one."""
        parallel = part.parent
        assert parallel is not None
        own, block = self._blocks[part], self._blocks[parallel]
        x, y = corners[part]
        below = y + own.height
        if not block.stacked:
            return [(x + own.exit, below)]
        turn, rail = below + self._measure.bus // 2, corners[parallel][0] + block.width - 1
        return [(x + own.exit, below), (x + own.exit, turn), (rail, turn)]

    def _exits(self, item: Node | Parallel, corners: Mapping[Series | Parallel, Point]) -> list[Point]:
        """The way out of an item: from its box, or from that of the last node of its open part."""
        ways: list[list[Point]] = []
        while isinstance(item, Parallel):
            part = item.onward
            assert part is not None
            _, top = corners[item]
            rail = self._to_rail(part, corners)
            ways.append([*rail, (rail[-1][0], top + self._blocks[item].height)])
            if not part.items:
                ways.append(self._entry(part, corners))
                return [point for way in reversed(ways) for point in way]
            item = part.items[-1]
        box = self._boxes[item.id]
        ways.append([(box.center, box.bottom)])
        return [point for way in reversed(ways) for point in way]


def _straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """The same way without the points at which it does not turn."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return tuple(kept)
