"""What a method can have changed in the record that it is given, told from its code.

A method that gives back the very record it was given, and has only read some of its fields or set others, need not
have all of it checked again: only the fields that it set, and those with parts of their own that it has read. This
holds only as long as nobody else knows the record; so a method that may have kept it, or handed it to somebody, ends
that.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from typing import Any

_LOADS = ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK")
_SPYING = frozenset({"locals", "vars", "eval", "exec", "_getframe", "currentframe", "get_objects", "get_referrers"})
_PLAIN = 0x80 | 0x200 | 0x20 | 0x100 | 0x04 | 0x08  # coroutines and generators of all kinds, *args, **kwargs


def touched_fields(method: Callable[..., Any]) -> tuple[frozenset[str], frozenset[str]] | None:
    """The attributes of its argument that a bound method reads, and those that it may set; None where the argument may
    go anywhere.

    At each mention in the code the record must be read from, or assigned to, or returned at once.
    """
    code = getattr(getattr(method, "__func__", None), "__code__", None)
    if code is None or code.co_argcount != 2 or code.co_kwonlyargcount or code.co_flags & _PLAIN:
        return None
    name = code.co_varnames[1]
    if name in code.co_cellvars or not _SPYING.isdisjoint(code.co_names):
        return None
    return _mentioned(list(dis.get_instructions(code)), name)


def _mentioned(steps: list[dis.Instruction], name: str) -> tuple[frozenset[str], frozenset[str]] | None:
    read, written = set(), set()
    places = {step.offset: index for index, step in enumerate(steps)}
    for index, step in enumerate(steps):
        if step.opname == "STORE_ATTR":  # of anything: it may be a second name of the record
            written.add(step.argval)
        if not _mentions(step, name):
            continue
        first, *after = _following(steps, places, index)
        if step.opname not in _LOADS:
            return None
        if first.opname == "LOAD_ATTR":
            read.add(first.argval)
        elif first.opname == "COPY" and first.arg == 1 and after[0].opname == "LOAD_ATTR":  # order.amount *= 2
            read.add(after[0].argval)
        elif first.opname not in ("STORE_ATTR", "RETURN_VALUE"):
            return None
    return frozenset(read), frozenset(written)


def _mentions(step: dis.Instruction, name: str) -> bool:
    if "FAST" not in step.opname:
        return False
    return name in step.argval if isinstance(step.argval, tuple) else bool(step.argval == name)


def _following(steps: list[dis.Instruction], places: dict[int, int], index: int) -> Iterator[dis.Instruction]:
    """The two steps that come after one."""
    for _ in range(2):
        index += 1
        while steps[index].opname == "JUMP_FORWARD":
            index = places[steps[index].argval]
        yield steps[index]
        if steps[index].opname == "RETURN_VALUE":
            yield steps[index]
            return
