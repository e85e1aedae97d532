"""Backends: one folder each, found by looking; others may join through the entry point ``nscompiler.backends``."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from nscompiler.backends.base import Backend

ENTRY_POINTS = "nscompiler.backends"
"""The group under which a wheel names its backend's object."""


def names() -> tuple[str, ...]:
    """The names of all backends that could be found, sorted. Nothing is imported for it."""
    return tuple(sorted({*_folders(), *_foreign()}))


def find(name: str) -> Backend | None:
    """The backend of this name, None where there is none. A folder of ours wins over an entry point."""
    if name in _folders():
        own: Backend = import_module(f"{__name__}.{name}").BACKEND
        return own
    point = _foreign().get(name)
    if point is None:
        return None
    module, _, attribute = point.partition(":")
    foreign: Backend = getattr(import_module(module), attribute or "BACKEND")
    return foreign


def _folders() -> tuple[str, ...]:
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))


@cache
def _foreign() -> Mapping[str, str]:
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
