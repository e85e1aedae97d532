"""Rows of a database as values of a type: which columns a type has, how they are found, and what a schema lacks.

A record's columns are found by the names of its fields, a tuple's in order, a scalar is the only column. A name that no
column has exactly is looked for in the case to which the database folds names that are not quoted.
"""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec.structs import astuple

from nstack.runtime.errors import ConnectorError, DecodeError, EncodeError, UsageError
from nstack.runtime.faults import shorten
from nstack.runtime.json_text import json_text
from nstack.runtime.shapes import Shape


class Column(NamedTuple):
    """One column that a type has.

    ``label`` is the field's name, None for a tuple's part and a scalar. ``path`` is its place in a value, for messages.
    ``type`` is the scalar's name or ``[Byte]``, ``many`` whether it is a list of them, ``shown`` the whole type;
    ``annotation`` is what ``types.py`` has for it, without ``optional``.
    """

    label: str | None
    path: str
    type: str
    shown: str
    annotation: Any
    many: bool = False
    optional: bool = False

    @property
    def bare(self) -> str:
        """The type as a person writes it, without ``optional``."""
        return f"[{self.type}]" if self.many else self.type


class RowType:
    """The columns of a row type, and the ways between its values and their parts in the columns' order."""

    def __init__(self, shape: Shape) -> None:
        self.shown = shape.shown
        self.by_name = shape.kind == "record"
        self.columns = tuple(_columns(shape))
        self.take: Callable[[Any], Sequence[Any]]
        self.make: Callable[[Sequence[Any]], Any]
        self.build: Callable[..., Any]
        """The value of its parts, each an argument."""
        if shape.kind == "record":
            made = shape.python
            self.take, self.make, self.build = astuple, lambda parts: made(*parts), made
        elif shape.kind == "tuple":
            self.take, self.make, self.build = tuple, tuple, lambda *parts: parts
        else:
            self.take, self.make, self.build = lambda value: (value,), itemgetter(0), lambda part: part


def _columns(shape: Shape) -> list[Column]:
    if shape.kind == "record":
        return [_column(label, f"value.{label}", part) for label, part in zip(shape.labels, shape.parts, strict=True)]
    if shape.kind == "tuple":
        return [_column(None, f"value[{at}]", part) for at, part in enumerate(shape.parts)]
    return [_column(None, "value", shape)]


def _column(label: str | None, path: str, shape: Shape) -> Column:
    inner = shape.item if shape.kind == "optional" else shape
    many = inner.kind == "list"
    scalar = inner.item if many else inner
    name = "[Byte]" if scalar.kind == "bytes" else scalar.name
    # A Json holds null itself, so it may not be optional: a missing value is that null.
    return Column(label, path, name, shape.shown, inner.python, many, shape.kind == "optional")


class Mismatch(NamedTuple):
    """One thing about a schema that does not fit the type: the column, both types, and the fix."""

    column: str
    fault: str
    fix: str

    def __str__(self) -> str:
        return f"column {self.column} {self.fault}: {self.fix}"


def refuse(what: str, shown: str, found: Sequence[Mismatch]) -> None:
    """Raises ConnectorError with all mismatches at once, if there are any."""
    if found:
        raise ConnectorError(f"{what} does not fit {shown}" + "".join(f"\n  {one}" for one in found))


_RESERVED = (
    " add all alter analyse analyze and any array as asc asymmetric authorization between binary both case cast check"
    " collate collation column commit concurrently constraint create cross current_catalog current_date current_role"
    " current_schema current_time current_timestamp current_user default deferrable delete desc distinct do drop else"
    " end escape except exists false fetch for foreign freeze from full grant group having if ilike in index initially"
    " inner insert intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not"
    " nothing notnull null offset on only or order outer overlaps placing primary references returning right select"
    " session_user set similar some symmetric system_user table tablesample then to trailing transaction true union"
    " unique update user using values variadic verbose when where window with "
)
"""The words that PostgreSQL or SQLite take for something else than a column, unless they are quoted."""


def spelled(name: str) -> str:
    """A name as SQL reads it, for messages: in quotes where it would mean something else without."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_$]*", name) is not None and f" {name} " not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'


def placed(parameter: str, where: str, key: str, at: int, names: Sequence[str]) -> int:
    """The index of a key's column, which was looked for. Raises ConnectorError where there is none."""
    if at < 0:
        hint = near(key, names)
        raise ConnectorError(f"{parameter}: {where} has no column {key}{f' ({hint})' if hint else ''}")
    return at


def find(label: str, names: Sequence[str], fold: Callable[[str], str]) -> int:
    """The index of a field's column, -1 where there is none and -2 where several have the name."""
    for matches in (
        [at for at, name in enumerate(names) if name == label],
        [at for at, name in enumerate(names) if name == fold(label)],
    ):
        if matches:
            return matches[0] if len(matches) == 1 else -2
    return -1


KEYS = ("Integer", "Text", "Decimal", "Date", "DateTime", "Uuid")
"""The types that a key may have: those whose text a database reads as the same value."""


def key_of(row: RowType, key: str, parameter: str, fold: Callable[[str], str]) -> int:
    """The index of the key that tells rows apart and orders them, among a type's columns. Raises UsageError."""
    labels = [column.label or "" for column in row.columns]
    at = find(key, labels, fold)
    if at < 0:
        hint = near(key, [label for label in labels if label]) or "a record has named columns"
        raise UsageError(f"{parameter}: {row.shown} has no column {key} ({hint})")
    column = row.columns[at]
    if column.many or column.optional or column.type not in KEYS:
        raise UsageError(f"{parameter}: {column.shown} is no key; there are {', '.join(KEYS)}")
    return at


def identity_of(*parts: object) -> str:
    """What a checkpoint knows a query by; its text need not be shown."""
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def near(name: str, names: Sequence[str]) -> str:
    """A sentence that offers similar names, or says which there are; empty where there are none."""
    close = get_close_matches(name.lower(), [other.lower() for other in names], 3, 0.6)
    offered = [other for other in names if other.lower() in close]
    if offered:
        return f"did you mean {' or '.join(offered[:3])}?"
    return f"there are {', '.join(names[:8])}{', …' if len(names) > 8 else ''}" if names else ""


def unreadable(column: Column, name: str, found: str, why: str = "", row: str = "") -> DecodeError:
    """What a row has in a column and the type cannot take; ``row`` tells which one it is."""
    return DecodeError(f"{row}column {name}", column.shown, found, why)


def tells(column: Column) -> bool:
    """Whether the values of a column may tell rows apart for a person."""
    return column.type in KEYS and not column.many


def told_by(name: str, value: object) -> str:
    """Which row it is, by the value of one of its columns."""
    return f"row {name} = {shorten(json_text(value) if isinstance(value, str) else str(value))}, "


def unwritable(column: Column, value: object, why: str) -> EncodeError:
    """What a value has in a part and the column cannot take."""
    shown = repr(value)
    return EncodeError(column.path, column.shown, shown if len(shown) <= 60 else shown[:57] + "...", why)
