"""Linking: the emitted stage functions, with live functions where they name nodes.

The emitted functions find nodes as globals of their file. Linking copies those functions over a copy of the globals
in which each node stands for its live function, so that the declarations stay untouched and each stage has live
functions of its own. Where their source is at hand they can be written anew (``Written``), with the work of the calls
in line and with lines that count.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from .declare import Call, Node, Sink, Stage, overlap


def reached(stage: Stage) -> tuple[tuple[Node, ...], bool]:
    """The calls and sinks that a stage function names, itself or through functions of its file; and whether it
    overlaps calls.
    """
    names: dict[str, Any] = _function(stage).__globals__
    found = [names.get(name) for function in _reached(stage) for name in _named(function.__code__)]
    nodes = {id(node): node for node in found if isinstance(node, Call | Sink)}
    return tuple(nodes.values()), any(one is overlap for one in found)


def _reached(stage: Stage) -> Iterator[FunctionType]:
    """The stage function, and those of its file that it goes on in."""
    start = _function(stage)
    seen, waiting = {id(start)}, [start]
    while waiting:
        function = waiting.pop()
        yield function
        for name in _named(function.__code__):
            found = start.__globals__.get(name)
            if isinstance(found, FunctionType) and found.__globals__ is start.__globals__ and id(found) not in seen:
                seen.add(id(found))
                waiting.append(found)


def _function(stage: Stage) -> FunctionType:
    assert isinstance(stage, FunctionType)
    return stage


class Written:
    """The source of a stage function and of those that it goes on in: ``functions`` are theirs, by name, which may be
    changed; ``names`` are the globals that they know, ``lines`` those of the file."""

    def __init__(self, stage: Stage) -> None:
        """Raises OSError where the source is not there."""
        self.stage = _function(stage).__name__
        self.names: dict[str, Any] = _function(stage).__globals__
        self.file = _function(stage).__code__.co_filename
        self.lines = linecache.getlines(self.file, self.names)
        self.functions = {function.__name__: self._parsed(function.__code__) for function in _reached(stage)}

    def _parsed(self, code: CodeType) -> ast.FunctionDef:
        first = code.co_firstlineno
        last = first
        while last < len(self.lines) and self.lines[last][:1] in " \n":
            last += 1
        try:
            (function,) = ast.parse("".join(self.lines[first - 1 : last])).body
        except (SyntaxError, ValueError):
            raise OSError(f"the source of {self.file} is not beside it") from None
        if not isinstance(function, ast.FunctionDef) or function.name != code.co_name:
            raise OSError(f"the source of {self.file} is another one")
        return ast.increment_lineno(function, first - 1)


def _named(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named(constant)


def link(
    stage: Stage,
    live: dict[int, Callable[..., Any]],
    overlapping: Callable[..., Any],
    anew: Callable[[dict[str, Any]], CodeType | None],
) -> Stage:
    """The stage function over live functions. ``live`` has one for the id of each node that is reached. ``anew`` is
    given the globals and may give code that writes the functions anew there.
    """
    names: dict[str, Any] = _function(stage).__globals__
    space = dict(names)
    for name, found in names.items():
        if isinstance(found, Call | Sink):
            if id(found) in live:
                space[name] = live[id(found)]
        elif isinstance(found, FunctionType) and found.__globals__ is names:
            space[name] = _moved(found, space)
        elif found is overlap:
            space[name] = overlapping
    code = anew(space)
    if code is not None:
        exec(code, space)
    linked: Stage = space[_function(stage).__name__]
    return linked


def _moved(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    made = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made
