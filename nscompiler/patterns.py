"""Regular expressions that are compiled when they are first used.

A check uses few of those that its modules hold; to compile all of them takes longer than to check a small file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Match = re.Match[str] | None
_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "sub")


class Pattern:
    """Made like ``re.compile(text)``, and used like what that gives."""

    __slots__ = ("_text", *_METHODS)
    findall: Callable[..., list[Any]]
    finditer: Callable[..., Iterator[re.Match[str]]]
    fullmatch: Callable[..., Match]
    match: Callable[..., Match]
    search: Callable[..., Match]
    sub: Callable[..., str]

    def __init__(self, text: str) -> None:
        self._text = text

    def __getattr__(self, name: str) -> Any:
        """A method before its first use."""
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self._text)
        self.findall, self.finditer, self.fullmatch = compiled.findall, compiled.finditer, compiled.fullmatch
        self.match, self.search, self.sub = compiled.match, compiled.search, compiled.sub
        return getattr(compiled, name)
