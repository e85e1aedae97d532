"""What a program tells of itself while it runs, read (``nstack/runtime/status.py`` writes it)."""

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

import attrs

WINDOW = 3.0
"""Seconds over which a rate is taken."""


@attrs.frozen(slots=True)
class Stage:
    """One function of the workflow. ``lost`` is what a ``?`` dropped and what its policy took; ``seconds`` the time
    that all of it took, ``p95`` that of a record; ``done`` of ``total`` is how far a source is, where it knows, and
    ``lag`` how many records wait with its server."""

    name: str
    kind: str
    origin: str
    came: int
    went: int
    lost: int
    errors: int
    queue: int
    seconds: float
    p95: float | None
    done: int
    total: int | None
    lag: int | None = None

    @property
    def passed(self) -> int:
        """What its rate is taken of."""
        return self.came if self.kind == "call" else self.went


@attrs.frozen(slots=True)
class Snapshot:
    """A run at a moment, ``seconds`` after its start."""

    workflow: str
    state: str
    seconds: float
    stages: tuple[Stage, ...]
    workers: int = 1
    restarts: int = 0

    @property
    def together(self) -> str:
        """How many processes work on it, and how many have died: "" where it is one."""
        if self.workers == 1:
            return ""
        died = f", {self.restarts} started again" if self.restarts else ""
        return f"{self.workers} workers{died}"

    @property
    def behind(self) -> int | None:
        """How many records wait with the servers of the sources; None where none tells."""
        told = [stage.lag for stage in self.stages if stage.lag is not None]
        return sum(told) if told else None

    @property
    def names(self) -> tuple[str, ...]:
        """What each stage is called: with its place where two have one name."""
        names = [stage.name for stage in self.stages]
        places = [stage.origin.split(":", 1)[-1] for stage in self.stages]
        return tuple(
            f"{name} ({place})" if names.count(name) > 1 and place else name
            for name, place in zip(names, places, strict=True)
        )

    @property
    def progress(self) -> float | None:
        """How much of what the sources have is done, from 0 to 1; None where one does not know."""
        sources = [stage for stage in self.stages if stage.kind == "source"]
        parts = [stage.done / stage.total for stage in sources if stage.total]
        return sum(parts) / len(parts) if parts and len(parts) == len(sources) else None


def read(line: bytes) -> Snapshot | None:
    """The snapshot in a line; None where there is none."""
    try:
        told = json.loads(line)
        stages = tuple(_stage(one) for one in told["stages"])
        workers, restarts = told.get("workers", 1), told.get("restarts", 0)
        return Snapshot(told["workflow"], told["state"], told["seconds"], stages, workers, restarts)
    except (ValueError, KeyError, TypeError):
        return None


def _stage(told: Mapping[str, Any]) -> Stage:
    progress = told["progress"] or {"done": 0, "total": None}
    return Stage(
        name=told["name"],
        kind=told["kind"],
        origin=told["origin"],
        came=told["in"],
        went=told["out"],
        lost=told["dropped"] + told["skipped"] + told["dead_letters"],
        errors=told["errors"],
        queue=told["queue"],
        seconds=told["seconds"],
        p95=told["p95"],
        done=progress["done"],
        total=progress["total"],
        lag=told.get("lag"),
    )


class Rates:
    """How many values a second go through each stage: those of the last seconds, at the end those of the whole run."""

    def __init__(self) -> None:
        self._recent: deque[Snapshot] = deque()

    def of(self, snapshot: Snapshot, *, ended: bool = False) -> tuple[float, ...]:
        """The rate of each stage."""
        recent = self._recent
        if not recent or recent[-1] is not snapshot:
            recent.append(snapshot)
        while len(recent) > 2 and recent[1].seconds < snapshot.seconds - WINDOW:
            recent.popleft()
        first = recent[0]
        if ended or first is snapshot or len(first.stages) != len(snapshot.stages):
            return tuple(stage.passed / max(snapshot.seconds, 1e-9) for stage in snapshot.stages)
        span = max(snapshot.seconds - first.seconds, 1e-9)
        pairs = zip(snapshot.stages, first.stages, strict=True)
        return tuple(max(0, now.passed - then.passed) / span for now, then in pairs)
