"""What to write in SQL, or in the type, where a column of PostgreSQL and a type do not fit each other.

Whoever does what is advised gets what the type needs: names are spelled as SQL reads them, a column that an expression
makes keeps its name, and no cast is named that the server does not have.
"""

from collections.abc import Mapping

from nstack.connectors.pgtypes import DDL, PgType, meant
from nstack.connectors.sqlrows import Column, spelled

_NUMBERS = ("int8", "int4", "int2", "float8", "float4", "numeric")
_TEXTS = ("text", "varchar", "bpchar", "name", "citext")

_CASTS: Mapping[str, tuple[str, ...]] = {
    "Integer": (*_NUMBERS, "oid", "jsonb"),
    "Double": (*_NUMBERS, "jsonb"),
    "Boolean": ("int4", "jsonb"),
    "Decimal": (*_NUMBERS, "jsonb", "money"),
    "Date": ("timestamp", "timestamptz"),
    "Time": ("timestamp", "timestamptz", "timetz", "interval"),
    "DateTime": ("date",),
    "Duration": ("time",),
    "Uuid": (),
    "Json": ("json",),
    "[Byte]": (),
}
"""From which types the server casts to what each type is created as, besides texts; to a text it casts anything."""


def castable(found: PgType, column: Column) -> bool:
    """Whether the server casts a type to what a column of the language's type is created as."""
    item = found if not column.many else found.item
    if item is None or (item.item is not None and column.type != "Text"):
        return False
    return column.type == "Text" or item.name in _TEXTS or item.name in _CASTS[column.type]


def created(column: Column) -> str:
    """What a column of the type is created as."""
    return f"{DDL[column.type]}{'[]' * column.many}"


def declared_instead(column: Column, found: PgType) -> str:
    """The type of the language that would take the column as it is; empty where there is none."""
    instead = meant(found)
    return f"{'optional ' * column.optional}{instead}" if instead else ""


def selected(name: str, column: Column, found: PgType) -> str:
    """What to write in a query, or else in the type, for a column of another type."""
    sql = spelled(name)
    if _lacks_zone(column, found):
        return f"write {sql} AT TIME ZONE 'UTC' AS {sql} in pg_query, with the zone that its times are of"
    instead = declared_instead(column, found)
    if column.type == "Json" and not column.many and not castable(found, column):
        return f"write to_jsonb({sql}) AS {sql} in pg_query" + (f", or {instead} in the type" if instead else "")
    if castable(found, column):
        cast = f"write {sql}::{created(column)} in pg_query"
        return f"{cast}, or {instead} in the type" if instead else cast
    if instead:
        return f"declare {instead}, or select something that is {created(column)}"
    return f"write {sql}::text in pg_query, and {'optional ' * column.optional}Text in the type"


def filled(name: str, column: Column) -> str:
    """What to write where a column may be NULL."""
    sql = spelled(name)
    return f"declare optional {column.bare}, or write coalesce({sql}, …) AS {sql} in pg_query"


def retyped(table: str, name: str, column: Column, found: PgType) -> str:
    """What to do with a table's column of another type, or else to write in the type."""
    sql, instead = spelled(name), declared_instead(column, found)
    alter = f"ALTER TABLE {table} ALTER {sql} TYPE {created(column)} USING {sql}"
    if _lacks_zone(column, found):
        return f"{alter} AT TIME ZONE 'UTC', with the zone that its times are of"
    if not castable(found, column):
        return f"declare {instead}" if instead else f"the table needs a column that is {created(column)}"
    alter += f"::{created(column)}"
    return f"{alter}, or {instead} in the type" if instead else alter


def _lacks_zone(column: Column, found: PgType) -> bool:
    return (found.name, column.type, column.many) == ("timestamp", "DateTime", False)
