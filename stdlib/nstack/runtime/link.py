"""Linking: the emitted stage functions, with live functions where they name nodes.

The emitted functions find nodes as globals of their file. Linking copies those functions over a copy of the globals
in which each node stands for its live function, so that the declarations stay untouched and each stage has live
functions of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from .declare import Call, Node, Sink, Stage, overlap


def reached(stage: Stage) -> tuple[tuple[Node, ...], bool]:
    """The calls and sinks that a stage function names, itself or through functions of its file; and whether it
    overlaps calls.
    """
    assert isinstance(stage, FunctionType)
    names: dict[str, Any] = stage.__globals__
    nodes: dict[int, Node] = {}
    seen: set[int] = set()
    overlaps = False
    waiting: list[FunctionType] = [stage]
    while waiting:
        function = waiting.pop()
        seen.add(id(function))
        for name in _named(function.__code__):
            found = names.get(name)
            if isinstance(found, Call | Sink):
                nodes[id(found)] = found
            elif isinstance(found, FunctionType) and found.__globals__ is names and id(found) not in seen:
                waiting.append(found)
            overlaps = overlaps or found is overlap
    return tuple(nodes.values()), overlaps


def _named(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _named(constant)


def link(
    stage: Stage,
    live: dict[int, Callable[..., Any]],
    overlapping: Callable[..., Any],
    watch: Callable[[dict[str, Any]], None] | None = None,
) -> Stage:
    """The stage function over live functions. ``live`` has one for the id of each node that is reached.

    ``watch`` may put other functions in, for what it counts."""
    assert isinstance(stage, FunctionType)
    names: dict[str, Any] = stage.__globals__
    space = dict(names)
    for name, found in names.items():
        if isinstance(found, Call | Sink):
            if id(found) in live:
                space[name] = live[id(found)]
        elif isinstance(found, FunctionType) and found.__globals__ is names:
            space[name] = _moved(found, space)
        elif found is overlap:
            space[name] = overlapping
    if watch is not None:
        watch(space)
    moved = space.get(stage.__name__)
    return moved if isinstance(moved, FunctionType) else _moved(stage, space)


def _moved(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    made = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made
