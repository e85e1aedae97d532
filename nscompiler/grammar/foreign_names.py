"""What other languages call the types of this one, those of programs and those of SQL: the one table of it.

Names in small letters are type variables here, so of these only such are told of that mean nothing else.
"""

from nscompiler.grammar.syntax import PARAMETER_TYPES
from nscompiler.patterns import Pattern

_SQL = {
    "Text": "VARCHAR CHAR CHARACTER NVARCHAR NCHAR VARCHAR2 NVARCHAR2 BPCHAR CLOB TEXT TINYTEXT MEDIUMTEXT LONGTEXT "
    "STRING",
    "Integer": "INT INTEGER BIGINT SMALLINT TINYINT MEDIUMINT SERIAL BIGSERIAL INT2 INT4 INT8 INT16 INT32 INT64",
    "Decimal": "DECIMAL NUMERIC NUMBER MONEY",
    "Double": "DOUBLE REAL FLOAT FLOAT4 FLOAT8 FLOAT32 FLOAT64",
    "Boolean": "BOOL BOOLEAN BIT",
    "Date": "DATE",
    "Time": "TIME TIMETZ",
    "DateTime": "TIMESTAMP TIMESTAMPTZ DATETIME DATETIME2 DATETIMEOFFSET",
    "Duration": "INTERVAL",
    "Json": "JSON JSONB",
    "Uuid": "UUID UNIQUEIDENTIFIER",
    "[Byte]": "BLOB BYTEA BINARY VARBINARY LONGBLOB MEDIUMBLOB BYTES RAW",
}
_SQL_SMALL = (
    "varchar nvarchar varchar2 bpchar char clob bigint smallint tinyint mediumint bigserial numeric timestamp "
    "timestamptz datetime jsonb bytea varbinary blob"
)
_SQL_MIXED = "VarChar Varchar NVarChar BigInt Bigint SmallInt Smallint TinyInt Numeric Timestamptz Jsonb Bytea"
_SMALL = {
    "Text": "string str",
    "Integer": "int long int8 int16 int32 int64 uint8 uint16 uint32 uint64 i8 i16 i32 i64 u8 u16 u32 u64",
    "Double": "float number float16 float32 float64 f32 f64",
    "Boolean": "bool",
    "[Byte]": "bytes",
    "Json": "any unknown",
}
_CAPITAL = {
    "Text": "String Str Char",
    "Integer": "Long Int Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64",
    "Double": "Float Number Real Float16 Float32 Float64",
    "Boolean": "Bool",
    "[Byte]": "Bytes",
    "DateTime": "Timestamp",
    "()": "Unit",
    "Json": "Any Object",
    "Map": "Dict",
}

_WORD = Pattern(r"\"(?:[^\"\\\n]|\\.)*+\"?|//[^\n]*+|(?P<before>[:.]?)\s*+(?P<name>[^\W\d][\w']*+)(?!\s*+[:.])")


def _by_name(table: dict[str, str]) -> dict[str, str]:
    return {name: right for right, names in table.items() for name in names.split()}


SQL_TYPES = _by_name(_SQL)
"""What SQL's types are here."""
SQL_SMALL = {name: SQL_TYPES[name.upper()] for name in _SQL_SMALL.split()}
"""Those of SQL that mean nothing else, in small letters."""
SQL_WORDS = frozenset(
    ("NOT", "NULL", "PRIMARY", "KEY", "UNIQUE", "PRECISION", "VARYING", "UNSIGNED", "WITH", "WITHOUT", "LOCAL", "TIME")
) | {"ZONE"}
"""The words that may stand behind one of them."""
FOREIGN_SMALL = _by_name(_SMALL) | SQL_SMALL
"""What other languages call a type, in small letters, where that is no type's name here either."""
FOREIGN_CAPITAL = _by_name(_CAPITAL)
"""What they call it with a capital letter; ``Dict`` alone takes an argument."""
_OWN_SMALL = {"boolean": "Boolean", "integer": "Integer", "double": "Double", "text": "Text"}
_ALL = {name.lower(): right for name, right in (*FOREIGN_CAPITAL.items(), *SQL_TYPES.items(), *FOREIGN_SMALL.items())}
PARAMETERS_MEANT = {name: right for name, right in _ALL.items() if right in PARAMETER_TYPES}
"""What a type of parameters is here that others call so, in small letters; no parameter is a Decimal."""
PARAMETERS_MEANT |= {name: "Double" for name, right in _ALL.items() if right == "Decimal"}
PARAMETERS_MEANT |= {name.lower(): name for name in PARAMETER_TYPES} | {"timedelta": "Duration", "list": "[Text]"}
_MIXED = frozenset(_SQL_MIXED.split())


def sql_type(name: str) -> str | None:
    """What a type is here that SQL calls so; None for what is no name of SQL's."""
    return SQL_TYPES.get(name.upper()) if name.isupper() or name in _MIXED else SQL_SMALL.get(name)


def scalar_meant(name: str) -> str | None:
    """The type without arguments that a word means elsewhere, where no type variable can stand; None for others."""
    meant = FOREIGN_SMALL.get(name) or _OWN_SMALL.get(name) or FOREIGN_CAPITAL.get(name) or sql_type(name)
    return None if meant in (None, name, "Map") else meant


def foreign_types(item: str, keyword: str) -> list[tuple[int, str, str]]:
    """The types of a ``type`` or ``fun`` that other languages call so: where each stands, and what it is here.

    What begins with a capital letter may be a constructor, or declared somewhere, unless a `:` stands before it.
    """
    if keyword not in ("type", "fun"):
        return []
    start = item.find("=") + 1 if keyword == "type" else max(item.find(":"), 0)
    declared, found = item[:start].rstrip("=").split() if keyword == "type" else (), []
    for match in _WORD.finditer(item, start):
        name, before = match["name"], match["before"]
        meant = scalar_meant(name) if name and before != "." and name not in declared else None
        if meant is not None and (before == ":" or name[:1].islower()):
            found.append((match.start("name"), name, meant))
    return found
