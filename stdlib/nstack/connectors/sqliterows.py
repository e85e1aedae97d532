"""A query and a table of SQLite, compared with a row type; rows from there and to there."""

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from nstack.connectors.sqlitetypes import Garbled, dumper, loader, meant, stored, suits
from nstack.connectors.sqlrows import (
    Column,
    Mismatch,
    RowType,
    find,
    near,
    placed,
    refuse,
    spelled,
    tells,
    told_by,
    unreadable,
    unwritable,
)
from nstack.runtime.errors import ConnectorError, DecodeError, NStackError, UsageError


def told(error: sqlite3.Error) -> str:
    """What SQLite says, with what to do where that is known."""
    text = str(error)
    if "database is locked" in text:
        return f"{text} (busy_timeout is how long it waits for others)"
    return text


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables and views of the file."""
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY name"
    )
    return [name for (name,) in rows]


def _same(name: str) -> str:
    return name.lower()


def _find(label: str, names: Sequence[str]) -> int:
    """The index of a field's column: SQLite's names are the same in capitals and in small letters."""
    at = find(label, names, _same)
    return at if at != -1 else find(label.lower(), [name.lower() for name in names], _same)


class QueryReader:
    """Reads rows of a query as values of a row type. Raises ConnectorError for a query that is wrong, or with all that
    does not fit."""

    def __init__(self, row: RowType, connection: sqlite3.Connection, query: str) -> None:
        self._row = row
        names, declared = _described(connection, query)
        columns = row.columns
        if not row.by_name and len(columns) != len(names):
            parts = f"{len(columns)} part{'s' * (len(columns) != 1)}"
            wrong = Mismatch(f"{len(names)}", f"is the last of query, and the type has {parts}", "select as many")
            refuse("query", row.shown, [wrong])
        at = [_find(c.label, names) if c.label is not None else i for i, c in enumerate(columns)]
        faults = [_misread(column, names, declared, i) for column, i in zip(columns, at, strict=True)]
        refuse("query", row.shown, [fault for fault in faults if fault is not None])
        self._names = names
        self._plan = tuple(
            (i, loader(column), column.optional or column.type == "Json", "null" if column.type == "Json" else None)
            for column, i in zip(columns, at, strict=True)
        )

    def described(self, at: int) -> tuple[int, str]:
        """A column of the type: its index in a row, and its name as SQL takes it."""
        index = self._plan[at][0]
        return index, quoted(self._names[index])

    def decode(self, row: Sequence[Any]) -> Any:
        """The value of one row. Raises DecodeError with the column."""
        parts: list[Any] = []
        try:
            for at, load, may_lack, nothing in self._plan:
                value = row[at]
                parts.append(nothing if value is None and may_lack else load(value))
        except (ValueError, NStackError) as fault:
            raise self._unreadable(len(parts), row, fault) from None
        return self._row.make(parts)

    def _unreadable(self, index: int, row: Sequence[Any], fault: Exception) -> DecodeError:
        at, column = self._plan[index][0], self._row.columns[index]
        value, which = row[at], self._which(row, index)
        if value is None:
            return unreadable(column, self._names[at], "NULL", f"declare optional {column.bare}", which)
        if isinstance(value, Garbled):
            return unreadable(column, self._names[at], "TEXT", "it is not UTF-8", which)
        shown = repr(value)
        cut = shown if len(shown) <= 60 else f"{shown[:57]}..."
        return unreadable(column, self._names[at], cut, str(fault), which)

    def _which(self, row: Sequence[Any], wrong: int) -> str:
        """Which row it is, by the first column that tells; empty where none does."""
        for index, ((at, *_), column) in enumerate(zip(self._plan, self._row.columns, strict=True)):
            if index != wrong and tells(column) and isinstance(row[at], int | str):
                return told_by(self._names[at], row[at])
        return ""


def _described(connection: sqlite3.Connection, query: str) -> tuple[list[str], list[str]]:
    """The names of a query's columns, and the declared types of those that are a table's: nothing is run."""
    try:
        names = [column[0] for column in connection.execute(f"SELECT * FROM ({query}\n) LIMIT 0").description]
        connection.execute(f"CREATE TEMP VIEW nstack_query AS {query}")
        declared = [row[2] for row in connection.execute("PRAGMA temp.table_info(nstack_query)")]
        connection.execute("DROP VIEW temp.nstack_query")
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise ConnectorError(f"query: {_why(connection, error)}") from None
    return names, declared if len(declared) == len(names) else [""] * len(names)


def _why(connection: sqlite3.Connection, error: Exception) -> str:
    text = str(error)
    missing = re.match(r"no such table: (?:main\.)?(.+)", text)
    if missing and (hint := near(missing.group(1), tables(connection))):
        return f"{text} ({hint})"
    if "bindings" in text or "parameters prohibited" in text:
        return "it has a parameter, and nothing gives it a value"
    if "one statement at a time" in text or text.startswith("near "):
        return f"{text} (it has to be one SELECT, VALUES or WITH)"
    return text


def _misread(column: Column, names: list[str], declared: list[str], at: int) -> Mismatch | None:
    if at < 0:
        fix = near(column.label or "", names) or "select it"
        return Mismatch(f"{column.label}", f"is missing; the type has {column.shown}", fix)
    if suits(column, declared[at]) or (stored(column) == "TEXT" and not meant(declared[at])):
        return None
    instead = meant(declared[at])
    name = spelled(names[at])
    fix = f"write CAST({name} AS {stored(column)}) AS {name} in query"
    fix += f", or {'optional ' * column.optional}{instead} in the type" if instead else ""
    return Mismatch(names[at], f"is {declared[at]}, and the type has {column.shown}", fix)


class TableColumn(NamedTuple):
    """A column of a table: whether it must not be NULL, whether it is filled by itself, and whether only so."""

    name: str
    declared: str
    required: bool
    filled: bool
    computed: bool
    key: int


class Table:
    """A table of the file, for values of a row type. ``key`` are the columns that tell rows apart for ``conflict``,
    empty for the primary key."""

    def __init__(self, row: RowType, name: str, conflict: str, key: Sequence[str]) -> None:
        self.row = row
        self.name = name
        self.conflict = conflict
        self.key = tuple(key)
        self.insert = ""
        self._dumps = tuple((dumper(column), column.optional) for column in row.columns)

    def open(self, connection: sqlite3.Connection, create: bool) -> None:
        """Finds the table, or creates it, and compares it with the type. Raises ConnectorError."""
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            if create:
                connection.execute(self._creation())
            found = _columns(connection, self.name)
        except sqlite3.Error as error:
            raise ConnectorError(f"table {self.name}: {told(error)}") from None
        if not found:
            hint = near(self.name, tables(connection))
            advice = "; create = true creates it" if self.row.by_name else ""
            raise ConnectorError(f"there is no table {self.name}{f' ({hint})' if hint else ''}{advice}")
        self._refuse_view(connection)
        targets = self._matched(found)
        if self.conflict != "error":
            self._check_key(connection, found, targets)
        self.insert = self._insert([target.name for target in targets])
        try:  # SQLite compiles it, and runs nothing: what it allows nobody is told now
            connection.execute(f"EXPLAIN {self.insert}", [None] * len(targets))
        except sqlite3.Error as error:
            raise ConnectorError(f"table {self.name}: {told(error)}") from None

    def _refuse_view(self, connection: sqlite3.Connection) -> None:
        """A view takes rows where a trigger does so in its place, and knows no key."""
        found = connection.execute(
            "SELECT (SELECT count(*) FROM sqlite_schema t WHERE t.type = 'trigger'"
            " AND lower(t.tbl_name) = lower(v.name) AND t.sql LIKE '%INSTEAD%OF%INSERT%ON%') FROM sqlite_schema v"
            " WHERE v.type = 'view' AND lower(v.name) = lower(?)",
            (self.name,),
        ).fetchone()
        if found is None:
            return
        if self.conflict != "error":
            raise ConnectorError(
                f'{self.name} is a view, which has no key for conflict = "{self.conflict}": name the table behind it'
            )
        if not found[0]:
            raise ConnectorError(
                f"{self.name} is a view, which takes no rows: name the table behind it, "
                f"or CREATE TRIGGER … INSTEAD OF INSERT ON {spelled(self.name)}"
            )

    def _creation(self) -> str:
        if not self.row.by_name:
            raise UsageError(f"create needs a record: the columns of {self.row.shown} have no names")
        columns = [f"{quoted(column.label or '')} {_declared(column)}" for column in self.row.columns]
        labels = [column.label or "" for column in self.row.columns]
        at = [placed("key", self.row.shown, name, _find(name, labels), labels) for name in self.key]
        if at:
            columns.append(f"PRIMARY KEY ({', '.join(quoted(labels[index]) for index in at)})")
        return f"CREATE TABLE IF NOT EXISTS {quoted(self.name)} ({', '.join(columns)}) STRICT"

    def _matched(self, found: list[TableColumn]) -> list[TableColumn]:
        names, columns = [column.name for column in found], self.row.columns
        free = [at for at, column in enumerate(found) if not column.computed]
        if self.row.by_name:
            at = [_find(column.label or "", names) for column in columns]
        else:
            at = [*free, *[-1] * len(columns)][: len(columns)]
        faults = [self._fault(column, found, index) for column, index in zip(columns, at, strict=True)]
        faults += [_unfilled(found[left]) for left in free if left not in at]
        refuse(f"table {self.name}", self.row.shown, [fault for fault in faults if fault is not None])
        return [found[index] for index in at]

    def _fault(self, column: Column, found: list[TableColumn], at: int) -> Mismatch | None:
        label = column.label or column.path.removeprefix("value")
        if at < 0:
            hint = near(label, [other.name for other in found]) if self.row.by_name else ""
            add = f"ALTER TABLE {spelled(self.name)} ADD {spelled(column.label or 'c')} {stored(column)}"
            return Mismatch(label, f"is missing; the type has {column.shown}", f"{hint} or {add}" if hint else add)
        target = found[at]
        if target.computed:
            return Mismatch(target.name, "is computed by the database", "leave it out of the type")
        if not suits(column, target.declared):
            instead = meant(target.declared)
            fix = f"declare it {stored(column)}" + (f", or {instead} in the type" if instead else "")
            return Mismatch(target.name, f"is {target.declared}, and the type has {column.shown}", fix)
        if target.required and column.optional and not target.filled:
            fix = f"declare it without NOT NULL, or {column.bare} in the type"
            return Mismatch(target.name, f"is NOT NULL ({target.declared}), and the type has {column.shown}", fix)
        return None

    def _check_key(self, connection: sqlite3.Connection, found: list[TableColumn], targets: list[TableColumn]) -> None:
        """Upserts need a unique index on exactly the key's columns, and values that are never NULL."""
        names = [column.name for column in found]
        primary = tuple(column.name for column in sorted(found, key=lambda one: one.key) if column.key)
        at = [placed("key", f"table {self.name}", name, _find(name, names), names) for name in self.key]
        self.key = tuple(names[index] for index in at) or primary
        if not self.key:
            raise ConnectorError(f'conflict = "{self.conflict}" needs key: {self.name} has no primary key')
        unique = [set(primary), *_unique(connection, self.name)]
        if set(self.key) not in unique:
            listed = ", ".join(map(spelled, self.key))
            index = f"CREATE UNIQUE INDEX {spelled(f'{self.name}_key')} ON {spelled(self.name)} ({listed})"
            raise ConnectorError(f'conflict = "{self.conflict}" needs a unique index: {index} makes one for key')
        written = {target.name: column for column, target in zip(self.row.columns, targets, strict=True)}
        lost = ", ".join(name for name in self.key if name not in written or written[name].optional)
        if lost:
            needs = f'conflict = "{self.conflict}": every value needs its key'
            raise ConnectorError(f"{needs}, and {self.row.shown} may lack {lost}")

    def _insert(self, names: list[str]) -> str:
        columns = ", ".join(map(quoted, names))
        insert = f"INSERT INTO {quoted(self.name)} ({columns}) VALUES ({', '.join('?' * len(names))})"
        if self.conflict == "error":
            return insert
        sets = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in names if name not in self.key)
        action = f"UPDATE SET {sets}" if sets and self.conflict == "update" else "NOTHING"
        return f"{insert} ON CONFLICT ({', '.join(map(quoted, self.key))}) DO {action}"

    def encode(self, value: Any) -> tuple[Any, ...]:
        """A row to be bound. Raises EncodeError with the path of what the table cannot hold."""
        parts = self.row.take(value)
        row: list[Any] = []
        try:
            for (dump, may_lack), part in zip(self._dumps, parts, strict=True):
                row.append(None if part is None and may_lack else dump(part))
        except (ValueError, OverflowError) as fault:
            raise unwritable(self.row.columns[len(row)], parts[len(row)], str(fault)) from None
        return tuple(row)


def _columns(connection: sqlite3.Connection, table: str) -> list[TableColumn]:
    rows = connection.execute(
        'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', (table,)
    )
    found = rows.fetchall()
    keys = sum(row[4] > 0 for row in found)
    return [
        TableColumn(
            name,
            declared,
            bool(required),
            default is not None or (key == keys == 1 and declared.upper() == "INTEGER"),  # the number of the row
            hidden in (2, 3),
            key,
        )
        for name, declared, required, default, key, hidden in found
    ]


def _unique(connection: sqlite3.Connection, table: str) -> list[set[str]]:
    rows = connection.execute('SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial', (table,))
    return [
        {column for (column,) in connection.execute("SELECT name FROM pragma_index_info(?)", (index,))}
        for (index,) in rows.fetchall()
    ]


def _declared(column: Column) -> str:
    check = f" CHECK ({quoted(column.label or '')} IN (0, 1))" if column.type == "Boolean" and not column.many else ""
    return f"{stored(column)}{'' if column.optional else ' NOT NULL'}{check}"


def _unfilled(column: TableColumn) -> Mismatch | None:
    if column.filled or not column.required:
        return None
    fix = "add it to the type, or declare it with a DEFAULT"
    return Mismatch(column.name, f"is NOT NULL ({column.declared}), and the type has no value for it", fix)
