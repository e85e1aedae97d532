"""The table of ``Sinks.postgres``: found or made, compared with the type, and the statements that fill it."""

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from nstack.connectors.pgadvice import created, retyped
from nstack.connectors.pgfused import FIXED, encoder
from nstack.connectors.pgserver import Connection, near_tables, told, types
from nstack.connectors.pgtypes import WRITES, PgType, dumper, optional, reason, suits
from nstack.connectors.sqlrows import Column, Mismatch, RowType, find, near, placed, refuse, spelled, unwritable
from nstack.runtime.errors import ConnectorError, UsageError

INCOMING, NUMBER = "nstack_incoming", "nstack row number"
"""The temporary table that a batch goes through before an INSERT, and its column that keeps the batch's order."""

KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "r": "a table", "p": "a table"}
"""What takes rows, or could be thought to, by PostgreSQL's letters."""


class TableColumn(NamedTuple):
    """A column of the table: whether it must not be NULL, whether it is filled by itself, and whether only so."""

    name: str
    type: PgType
    required: bool
    filled: bool
    computed: bool


class Table:
    """A table of the server, for values of a row type. ``key`` are the columns that tell rows apart for ``conflict``,
    empty for the primary key."""

    def __init__(self, row: RowType, text: str, conflict: str, key: Sequence[str]) -> None:
        self.row = row
        self.text = text
        self.conflict = conflict
        self.key = tuple(key)
        self.names: tuple[str, ...] = ()
        self.gathers = conflict != "error"
        """Whether rows go through a temporary table: not everything takes a COPY."""
        self._targets: list[TableColumn] = []

    async def open(self, connection: Connection, create: bool) -> None:
        """Finds the table, or creates it, and compares it with the type. Raises ConnectorError."""
        self.names = await self._parsed(connection)
        if create:
            await self._create(connection)
        oid = await self._find(connection)
        found = await self._columns(connection, oid)
        self._targets = self._matched(found)
        if self.conflict != "error":
            await self._check_key(connection, oid, found)
        dumps = [
            optional(dumper(target.type)) if column.optional else dumper(target.type)
            for column, target in zip(self.row.columns, self._targets, strict=True)
        ]
        self._dumps = dumps
        fixed = [
            None
            if column.optional or target.type.item is not None or target.type.name not in FIXED
            else target.type.name
            for column, target in zip(self.row.columns, self._targets, strict=True)
        ]
        self._encode = encoder(fixed, dumps, self.row.take)

    # ------------------------------------------------------------------------------------------ finding it

    async def _parsed(self, connection: Connection) -> tuple[str, ...]:
        """The table's name in its parts, folded as SQL folds them."""
        from psycopg import Error

        try:
            rows = await connection.execute("SELECT parse_ident(%s)", (self.text,))
        except Error as error:
            raise ConnectorError(f"pg_table: {told(error)}") from None
        return tuple((await rows.fetchone())[0])

    async def _find(self, connection: Connection) -> int:
        # A name in capitals that nobody quoted may still be meant as it stands.
        for names in dict.fromkeys((self.names, tuple(self.text.split(".")))):
            rows = await connection.execute(
                "SELECT c.oid::int8, relkind::text, has_table_privilege(c.oid, 'INSERT'), row_security_active(c.oid),"
                " pg_relation_is_updatable(c.oid, true) & 8 <> 0 FROM pg_class c WHERE oid ="
                " to_regclass((SELECT string_agg(quote_ident(part), '.' ORDER BY n)"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS p(part, n)))",
                (list(names),),
            )
            if found := await rows.fetchone():
                break
        else:
            hint = await near_tables(connection, self.text)
            advice = "; pg_create = true creates it" if self.row.by_name else ""
            raise ConnectorError(f"there is no table {self.text}{f' ({hint})' if hint else ''}{advice}")
        self.names = names
        self._look_at(*found[1:])
        oid: int = found[0]
        return oid

    def _look_at(self, kind: str, granted: bool, guarded: bool, takes_rows: bool) -> None:
        """Raises ConnectorError for what takes no rows, or none from this user."""
        if kind not in KINDS:
            raise ConnectorError(f"{self.text} is no table")
        if kind in "vmf":
            if self.conflict != "error":
                behind = "the table that it stands for" if kind == "f" else "the table behind it"
                raise ConnectorError(
                    f'{self.text} is {KINDS[kind]}, and pg_conflict = "{self.conflict}" needs {behind}'
                )
            if not takes_rows:
                also = f", or CREATE TRIGGER … INSTEAD OF INSERT ON {self._spelled}" if kind == "v" else ""
                raise ConnectorError(f"{self.text} is {KINDS[kind]} that takes no rows: name the table behind it{also}")
        if not granted:
            raise ConnectorError(f"{self.text}: the user has no right to insert; GRANT INSERT ON {self.text} gives it")
        self.gathers = self.conflict != "error" or kind == "v" or guarded

    async def _create(self, connection: Connection) -> None:
        """Creates the table from the record type unless it is there."""
        from psycopg import Error, sql

        if not self.row.by_name:
            raise UsageError(f"pg_create needs a record: the columns of {self.row.shown} have no names")
        labels = [column.label or "" for column in self.row.columns]
        at = [placed("pg_key", self.row.shown, name, find(name, labels, str.lower), labels) for name in self.key]
        parts: list[Any] = [
            sql.SQL("{} {}").format(sql.Identifier(column.label or ""), sql.SQL(_declared(column)))
            for column in self.row.columns
        ]
        if at:
            key = sql.SQL(", ").join([sql.Identifier(labels[index]) for index in at])
            parts.append(sql.SQL("PRIMARY KEY ({})").format(key))
        statement = sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})")
        try:
            await connection.execute("SET client_min_messages = warning")  # that it is there already
            await connection.execute(statement.format(sql.Identifier(*self.names), sql.SQL(", ").join(parts)))
        except Error as error:
            raise ConnectorError(f"cannot create {self.text}: {told(error)}") from None

    @property
    def _spelled(self) -> str:
        return ".".join(map(spelled, self.names))

    async def _columns(self, connection: Connection, oid: int) -> list[TableColumn]:
        rows = await connection.execute(
            "SELECT attname, atttypid::int8, atttypmod, attnotnull, atthasdef OR attidentity = 'd',"
            " attgenerated <> '' OR attidentity = 'a'"
            " FROM pg_attribute WHERE attrelid = %s::int8::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (oid,),
        )
        found = await rows.fetchall()
        known = await types(connection, [(row[1], row[2]) for row in found])
        return [
            TableColumn(row[0], type := known[row[1], row[2]], row[3] or type.required, row[4], row[5]) for row in found
        ]

    # ------------------------------------------------------------------------------------------ comparing it

    def _matched(self, found: list[TableColumn]) -> list[TableColumn]:
        """For each column of the type that of the table."""
        names = [column.name for column in found]
        free = [at for at, column in enumerate(found) if not column.computed]
        columns = self.row.columns
        if self.row.by_name:
            at = [find(column.label or "", names, str.lower) for column in columns]
        else:
            at = [*free, *[-1] * len(columns)][: len(columns)]
        faults = [self._fault(column, found, index) for column, index in zip(columns, at, strict=True)]
        faults += [_unfilled(found[left], self._spelled) for left in free if left not in at]
        refuse(f"table {self.text}", self.row.shown, [fault for fault in faults if fault is not None])
        return [found[index] for index in at]

    def _fault(self, column: Column, found: list[TableColumn], at: int) -> Mismatch | None:
        label = column.label or column.path.removeprefix("value")
        if at < 0:
            names = [other.name for other in found]
            hint = near(label, names) if self.row.by_name else ""
            # Without NOT NULL, which a table that has rows would refuse.
            add = f"ALTER TABLE {self._spelled} ADD {spelled(column.label or 'c')} {created(column)}"
            return Mismatch(label, f"is missing; the type has {column.shown}", f"{hint} or {add}" if hint else add)
        target = found[at]
        if target.computed:
            return Mismatch(target.name, "is computed by the server", "leave it out of the type")
        if not suits(column.type, column.many, target.type, WRITES):
            return Mismatch(
                target.name,
                f"is {target.type.shown}, and the type has {column.shown}",
                retyped(self._spelled, target.name, column, target.type),
            )
        if target.required and column.optional:
            fix = (
                f"ALTER TABLE {self._spelled} ALTER {spelled(target.name)} DROP NOT NULL, or {column.bare} in the type"
            )
            return Mismatch(target.name, f"is NOT NULL ({target.type.shown}), and the type has {column.shown}", fix)
        return None

    async def _check_key(self, connection: Connection, oid: int, found: list[TableColumn]) -> None:
        """Upserts need a unique index on exactly the key's columns, and values that are never NULL."""
        rows = await connection.execute(
            "SELECT indisprimary, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid"
            " AND attnum = ANY(indkey)) FROM pg_index WHERE indrelid = %s::int8::oid AND indisunique"
            " AND indpred IS NULL AND indexprs IS NULL",
            (oid,),
        )
        unique = await rows.fetchall()
        if not self.key:
            self.key = tuple(next((names for primary, names in unique if primary), ()))
        else:
            names = [column.name for column in found]
            where = f"table {self.text}"
            at = [placed("pg_key", where, name, find(name, names, str.lower), names) for name in self.key]
            self.key = tuple(names[index] for index in at)
        conflict = f'pg_conflict = "{self.conflict}"'
        if not self.key:
            raise ConnectorError(f"{conflict} needs pg_key: {self.text} has no primary key")
        if not any(set(names) == set(self.key) for _, names in unique):
            index = f"CREATE UNIQUE INDEX ON {self._spelled} ({', '.join(map(spelled, self.key))})"
            raise ConnectorError(f"{conflict} needs a unique index: {index} makes one for pg_key")
        written = {target.name: column for column, target in zip(self.row.columns, self._targets, strict=True)}
        lost = [name for name in self.key if name not in written or written[name].optional]
        if lost:
            raise ConnectorError(
                f"{conflict}: every value needs its key, and {self.row.shown} may lack {', '.join(lost)}"
            )

    # ------------------------------------------------------------------------------------------ filling it

    def encode(self, values: Sequence[Any]) -> bytes:
        """Rows for a binary COPY. Raises EncodeError with the path of a value that the table cannot hold."""
        try:
            return self._encode(values)
        except (ValueError, OverflowError, TypeError, struct.error):
            for value in values:
                self._check(self.row.take(value))
            raise

    def _check(self, parts: Sequence[Any]) -> None:
        """Raises EncodeError for a part that its column cannot hold."""
        for column, target, dump, part in zip(self.row.columns, self._targets, self._dumps, parts, strict=True):
            try:
                dump(part)
            except (ValueError, OverflowError, struct.error) as fault:
                raise unwritable(column, part, f"column {target.name}: {reason(target.type, fault)}") from None

    def copy(self) -> Any:
        """The COPY that takes the rows."""
        from psycopg import sql

        into = sql.Identifier("pg_temp", INCOMING) if self.gathers else sql.Identifier(*self.names)
        return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(into, self._listed())

    def incoming(self) -> list[Any]:
        """The statements that make the temporary table, once for each connection."""
        from psycopg import sql

        temporary = sql.Identifier("pg_temp", INCOMING)
        made = sql.SQL("CREATE TEMP TABLE {} ON COMMIT DELETE ROWS AS SELECT {} FROM {} WITH NO DATA")
        numbered = sql.SQL("ALTER TABLE {} ADD {} bigserial").format(temporary, sql.Identifier(NUMBER))
        table = sql.Identifier(*self.names)
        return [made.format(sql.Identifier(INCOMING), self._listed(), table), numbered]

    def insert(self) -> Any:
        """The statement that brings the temporary table's rows into the table. Of rows with one key in a batch the last
        one wins for ``update``, the first for ``ignore``."""
        from psycopg import sql

        if self.conflict == "error":
            return sql.SQL("INSERT INTO {} ({columns}) SELECT {columns} FROM {} ORDER BY {}").format(
                sql.Identifier(*self.names),
                sql.Identifier("pg_temp", INCOMING),
                sql.Identifier(NUMBER),
                columns=self._listed(),
            )
        names = [target.name for target in self._targets]
        key = sql.SQL(", ").join(map(sql.Identifier, self.key))
        sets = [sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in names if name not in self.key]
        update = self.conflict == "update"
        action = sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(sets)) if sets and update else sql.SQL("NOTHING")
        return sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM (SELECT DISTINCT ON ({key}) * FROM {incoming}"
            " ORDER BY {key}, {number} {way}) AS one ORDER BY {number} ON CONFLICT ({key}) DO {action}"
        ).format(
            table=sql.Identifier(*self.names),
            columns=self._listed(),
            key=key,
            incoming=sql.Identifier("pg_temp", INCOMING),
            number=sql.Identifier(NUMBER),
            way=sql.SQL("DESC" if update else "ASC"),
            action=action,
        )

    def _listed(self) -> Any:
        from psycopg import sql

        return sql.SQL(", ").join([sql.Identifier(target.name) for target in self._targets])


def _declared(column: Column) -> str:
    return f"{created(column)}{'' if column.optional else ' NOT NULL'}"


def _unfilled(column: TableColumn, table: str) -> Mismatch | None:
    """The fault of a column that the type has no value for."""
    if column.filled or not column.required:
        return None
    fix = f"add it to the type, or ALTER TABLE {table} ALTER {spelled(column.name)} SET DEFAULT …"
    return Mismatch(column.name, f"is NOT NULL ({column.type.shown}), and the type has no value for it", fix)
