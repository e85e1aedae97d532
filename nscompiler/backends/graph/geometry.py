"""What a picture is laid out by, and what comes of it: sizes, boxes, wires."""

from collections.abc import Mapping
from typing import Protocol

import attrs

from nscompiler.flow.model import Edge, Node, NodeId

Point = tuple[int, int]


class Measure(Protocol):
    """The sizes of what is drawn. ``room`` is how wide a thing may be where it stands."""

    @property
    def line(self) -> int:
        """The height of the stretch in which an edge's label stands."""
        ...

    @property
    def bus(self) -> int:
        """The height of the stretch in which ways part or meet."""
        ...

    @property
    def gap(self) -> int:
        """The distance between parts side by side."""
        ...

    @property
    def rail(self) -> int:
        """The distance of a rail from what it passes."""
        ...

    @property
    def pad(self) -> int:
        """The distance of a label from its edge."""
        ...

    @property
    def limit(self) -> int:
        """How wide the picture should be at most."""
        ...

    def node(self, node: Node, room: int) -> tuple[int, int]:
        """The width and height of a node's box."""
        ...

    def label(self, edge: Edge, room: int) -> int:
        """The width of what is written at an edge."""
        ...


@attrs.frozen(slots=True)
class Box:
    """A rectangle; ``x`` and ``y`` are its upper left corner, ``room`` the width that its contents may have."""

    x: int
    y: int
    width: int
    height: int
    room: int

    @property
    def center(self) -> int:
        """Where edges enter and leave."""
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height


@attrs.frozen(slots=True)
class Wire:
    """The way of an edge, along horizontal and vertical lines, and where its label stands."""

    edge: Edge
    points: tuple[Point, ...]
    label: Box


@attrs.frozen(slots=True)
class Layout:
    """A whole picture."""

    boxes: Mapping[NodeId, Box]
    wires: tuple[Wire, ...]
    width: int
    height: int
