"""The standard library's plain functions: their protocol, and ``Std.*``.

``Conv.*`` lives with the connectors (``nstack/connectors/*.py``, found by the same ``PROVIDES``), since it shares
their formats.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar

from .codec import Codec
from .connector import Parameters


class StandardFunction:
    """A function of the standard library.

    The engine makes one object for each use and each source object that reaches it, and calls ``bind`` once. The
    function that it gives back takes a value and returns the result; with ``MANY`` it returns an iterable of
    results (a header before the first row: two; nothing: ``()``). It may keep state in the object. What it raises
    meets the policy of the use. Results are trusted: they are not checked again.

    A function that keeps state gives it as JSON by ``state``, and is given it by ``restore``, after ``bind``, when a
    run goes on; both while no value is under way.
    """

    MANY: ClassVar[bool] = False

    def state(self) -> Any:
        """What a checkpoint has to keep; None where there is nothing."""
        return None

    def restore(self, state: Any) -> None:
        """Goes on from a ``state``."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The function for these types and parameters."""
        raise NotImplementedError


class Identity(StandardFunction):
    """``Std.identity : a -> a``, and ``Std.some : a -> optional a``: a present value is itself."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The value itself."""
        return lambda value: value


class First(StandardFunction):
    """``Std.fst : (a, b) -> a``."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The first of two."""
        return itemgetter(0)


class Second(StandardFunction):
    """``Std.snd : (a, b) -> b``."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The second of two."""
        return itemgetter(1)


class Single(StandardFunction):
    """``Std.single : a -> [a]``."""

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The list of one."""
        return lambda value: [value]


STD: dict[str, type[StandardFunction]] = {
    "Std.identity": Identity,
    "Std.some": Identity,
    "Std.fst": First,
    "Std.snd": Second,
    "Std.single": Single,
}
