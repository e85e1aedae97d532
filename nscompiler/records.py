"""Records without a library: what every check makes or passes on, as plain slotted classes.

Importing attrs and letting it write the classes would take as long as checking a small file. A record lists its parts
in ``__match_args__``, in the order of its constructor; nothing assigns to one after it was built.
"""

from typing import Any, ClassVar, TypeVar

R = TypeVar("R")


class Record:
    """A record that equals another of its class with equal parts, and can be hashed where its parts can."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return parts(self) == parts(other)

    def __hash__(self) -> int:
        return hash(parts(self))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={part!r}" for name, part in zip(self.__match_args__, parts(self), strict=True))
        return f"{type(self).__name__}({shown})"


class OrderedRecord(Record):
    """A record that is ordered among those of its class, by its parts unless it has another ``rank``."""

    __slots__ = ()

    def rank(self) -> tuple[Any, ...]:
        """What it is ordered by."""
        return parts(self)

    def __lt__(self, other: Any) -> bool:
        return bool(self.rank() < other.rank())

    def __le__(self, other: Any) -> bool:
        return bool(self.rank() <= other.rank())

    def __gt__(self, other: Any) -> bool:
        return bool(self.rank() > other.rank())

    def __ge__(self, other: Any) -> bool:
        return bool(self.rank() >= other.rank())


def parts(record: Any) -> tuple[Any, ...]:
    """The parts of a record, in the order of its constructor."""
    return tuple([getattr(record, name) for name in record.__match_args__])


def replace(record: R, **changes: Any) -> R:
    """The same record with some parts changed. Raises TypeError for a part that it does not have."""
    kind: Any = type(record)
    made: R = kind(**{name: getattr(record, name) for name in kind.__match_args__} | changes)
    return made
