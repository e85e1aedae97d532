"""The standard library's plain functions: their protocol, and ``Std.*``.

``Conv.*`` lives with the connectors (``nstack/connectors/*.py``, found by the same ``PROVIDES``), since it shares their formats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from .codec import Codec
from .connector import Parameters


class StandardFunction:
    """A function of the standard library.

    The engine makes one object for each use and each source object that reaches it, and calls ``bind`` once. The function that it gives back takes a value
    and returns the result; with ``MANY`` it returns an iterable of results (a header before the first row: two; nothing: ``()``).
    It may keep state in the object. What it raises meets the policy of the use. Results are trusted: they are not checked again.
    """

    MANY: ClassVar[bool] = False

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        """The function for these types and parameters."""
        raise NotImplementedError


class _Plain(StandardFunction):
    function: ClassVar[Callable[[Any], Any]]

    def bind(self, input: Codec, output: Codec, parameters: Parameters) -> Callable[[Any], Any]:
        return type(self).function


class Identity(_Plain):
    """``Std.identity : a -> a``, and ``Std.some : a -> optional a``: a present value is itself."""

    @staticmethod
    def function(value: Any) -> Any:
        """The value."""
        return value


class First(_Plain):
    """``Std.fst : (a, b) -> a``."""

    @staticmethod
    def function(value: Any) -> Any:
        """The first of two."""
        return value[0]


class Second(_Plain):
    """``Std.snd : (a, b) -> b``."""

    @staticmethod
    def function(value: Any) -> Any:
        """The second of two."""
        return value[1]


class Single(_Plain):
    """``Std.single : a -> [a]``."""

    @staticmethod
    def function(value: Any) -> Any:
        """The list of one."""
        return [value]


STD: dict[str, type[StandardFunction]] = {
    "Std.identity": Identity,
    "Std.some": Identity,
    "Std.fst": First,
    "Std.snd": Second,
    "Std.single": Single,
}
