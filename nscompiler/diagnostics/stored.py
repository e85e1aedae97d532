"""Diagnostics as plain data and back, for keeping them between runs.

The data holds tuples, texts, numbers, truth values and None only (``marshal`` takes them).
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Hop,
    Label,
    Role,
    Segment,
    Severity,
    TypeDiff,
)
from nscompiler.records import parts
from nscompiler.source import Span

Data = tuple[Any, ...]

_RECORDS: tuple[type[Any], ...] = (Span, Label, Segment, TypeDiff, Hop, Edit, Fix, Diagnostic)
_ENUMS: tuple[type[Enum], ...] = (Severity, Role, Applicability)
_TUPLE, _CODE, _FIRST_ENUM = -1, -2, -3


def write_diagnostics(diagnostics: Iterable[Diagnostic]) -> Data:
    """Diagnostics as plain data."""
    return tuple([_write(one) for one in diagnostics])


def _write(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return (_TUPLE, *map(_write, value))
    if isinstance(value, Code):
        return _CODE, value.id
    if isinstance(value, Enum):
        return _FIRST_ENUM - _ENUMS.index(type(value)), value.value
    kind = _RECORDS.index(type(value))
    return kind, *map(_write, parts(value))


def mentioned_files(diagnostics: Iterable[Diagnostic]) -> frozenset[str]:
    """The files that diagnostics point into."""
    found: set[str] = set()
    for one in diagnostics:
        spans = [one.primary.span, *(label.span for label in one.related), *(hop.span for hop in one.flow)]
        spans += [edit.span for fix in one.fixes for edit in fix.edits]
        found.update(span.path for span in spans)
    return frozenset(found)


def read_diagnostics(data: Data) -> tuple[Diagnostic, ...]:
    """Diagnostics from what was written. Raises KeyError for the id of a code that there is no more."""
    if not data:
        return ()
    by_id = {code.id: code for code in codes.all_codes()}
    return tuple([_read(one, by_id) for one in data])


def _read(value: Any, by_id: dict[str, Code]) -> Any:
    if not isinstance(value, tuple):
        return value
    kind, *parts = value
    if kind == _CODE:
        return by_id[parts[0]]
    if kind <= _FIRST_ENUM:
        return _ENUMS[_FIRST_ENUM - kind](parts[0])
    read = [_read(part, by_id) for part in parts]
    return tuple(read) if kind == _TUPLE else _RECORDS[kind](*read)
