"""A flow graph as the nested series and parallels that it is.

The language has no other way to put flows together than `|` and `&`, and the passes keep it so. What is laid out along
this structure needs no heuristics against crossings: there are none.

Programs nest as deep as their defs do, so nothing here calls itself.
"""

from collections.abc import Iterator

import attrs

from nscompiler.flow.model import Edge, Graph, Node
from nscompiler.flow.shape import Shape, shape


@attrs.define(slots=True, eq=False)
class Series:
    """What follows each other: nodes, and parallels between them.

    ``inlet`` is the edge that enters it from the branch before it, ``outlet`` the one that leaves it to the merge
    behind it; they are the same edge where nothing stands between the two. ``inner`` are the edges between its own
    nodes, by the place of the item that they lead to.
    """

    items: "list[Node | Parallel]" = attrs.field(factory=list)
    parent: "Parallel | None" = None
    inlet: Edge | None = None
    outlet: Edge | None = None
    inner: dict[int, Edge] = attrs.field(factory=dict)


@attrs.define(slots=True, eq=False)
class Parallel:
    """What stands side by side. ``branch`` if the node before it in its series feeds all the parts, ``merge`` if the
    node behind it takes what they give; ``onward`` is the one part, if any, that goes on without a merge of its own."""

    parent: Series
    parts: list[Series] = attrs.field(factory=list)
    branch: bool = False
    merge: bool = False
    onward: Series | None = None


def structure(graph: Graph) -> Series:
    """The series that is the whole graph. Raises ValueError where a graph was not made by `|` and `&` alone."""
    view = shape(graph)
    building = _Building(view)
    for node in view.order:
        building.add(node)
    return building.whole()


def parallels(root: Series) -> Iterator[tuple[Parallel, int]]:
    """Every parallel and how deep it is nested (0 is outermost), outer ones before those inside of them."""
    waiting = [(root, 0)]
    while waiting:
        series, depth = waiting.pop()
        for item in series.items:
            if isinstance(item, Parallel):
                yield item, depth
                waiting += [(part, depth + 1) for part in item.parts]


class _Building:
    """Takes the nodes in the order in which values meet them; each edge that is still to be followed has an owner."""

    def __init__(self, view: Shape) -> None:
        self._view = view
        self._owners: dict[Edge, Series] = {}
        self._tops: dict[Series, None] = {}

    def add(self, node: Node) -> None:
        before, after = self._view.before[node.id], self._view.after[node.id]
        if len(before) > 1:
            series = self._merged(before)
        elif before:
            series = self._owners.pop(before[0])
            if series.items:
                series.inner[len(series.items)] = before[0]
        else:
            series = Series()
            self._tops[series] = None
        series.items.append(node)
        if len(after) > 1:
            self._branched(series, after)
        elif after:
            self._owners[after[0]] = series

    def _branched(self, series: Series, edges: tuple[Edge, ...]) -> None:
        parallel = Parallel(series, branch=True)
        series.items.append(parallel)
        for edge in edges:
            part = Series(parent=parallel, inlet=edge)
            parallel.parts.append(part)
            self._owners[edge] = part

    def _merged(self, edges: tuple[Edge, ...]) -> Series:
        """The series that goes on behind a merge of some edges."""
        owners = [self._owners.pop(edge) for edge in edges]
        owners = _siblings(owners)
        for owner, edge in zip(owners, edges, strict=True):
            owner.outlet = edge
        parallel = owners[0].parent
        if parallel is None:
            series = Series()
            parallel = Parallel(series, owners)
            series.items.append(parallel)
            self._tops[series] = None
            for owner in owners:
                owner.parent = parallel
                del self._tops[owner]
        parallel.merge = True
        return parallel.parent

    def whole(self) -> Series:
        """The one series that is left, or one that holds all that are."""
        tops = list(self._tops)
        if len(tops) == 1:
            return tops[0]
        series = Series()
        if tops:
            parallel = Parallel(series, tops)
            for top in tops:
                top.parent = parallel
            series.items.append(parallel)
        return series


def _siblings(owners: list[Series]) -> list[Series]:
    """The series around some that are parts of one and the same parallel.

    A part that is the only one to go on stands for all of its parallel.
    """
    depths = [_depth(owner) for owner in owners]
    for level in range(max(depths), -1, -1):
        same = {owner.parent for owner in owners}
        if len(same) == 1 and len(set(owners)) == len(owners):
            return owners
        for place, owner in enumerate(owners):
            if depths[place] == level and owner.parent is not None:
                owner.parent.onward = owner
                owners[place], depths[place] = owner.parent.parent, level - 1
    raise ValueError("the graph is not made of series and parallels")


def _depth(series: Series) -> int:
    depth = 0
    while series.parent is not None:
        series, depth = series.parent.parent, depth + 1
    return depth
