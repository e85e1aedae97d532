"""A slip of the hand: tokens that are read as what was meant by them."""

from typing import ClassVar

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.records import Record


class Slip(Record):
    """Tokens that stand for others: those from ``first`` to before ``until``, for which ``meant`` was meant, each as
    kind, text, start and end. ``nameless`` is one in which an alias is missing: nothing is known of that.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("first", "until", "meant", "problem", "nameless")
    __slots__ = __match_args__

    def __init__(
        self,
        first: int,
        until: int,
        meant: tuple[tuple[int, str, int, int], ...],
        problem: Diagnostic,
        nameless: bool = False,
    ) -> None:
        self.first = first
        self.until = until
        self.meant = meant
        self.problem = problem
        self.nameless = nameless
