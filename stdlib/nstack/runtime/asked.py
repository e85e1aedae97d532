"""What a stage knows of its requests, where it leaves them to others (``answering.py``)."""

from __future__ import annotations

from typing import Any, Protocol

from .connector import Batch


class Results(tuple[Any, ...]):
    """What a call has given: for the code of a stage, in the place of the values that are to overlap."""

    __slots__ = ()


class Asked(Protocol):
    """The requests of one stage."""

    def offer(self, batch: Batch, records: int, size: int) -> bool:
        """Takes one, unless so many wait already, or so many bytes, or none may come any more. Event loop only."""

    def waiting(self) -> int:
        """How many wait for their turn."""

    def is_through(self) -> bool:
        """Whether nothing is under way, and nothing comes any more."""

    def give_up(self) -> None:
        """After a failure: who waits for an answer learns that none will come."""
