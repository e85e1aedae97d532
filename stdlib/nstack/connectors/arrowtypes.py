"""The types of Arrow and Parquet columns beside those of the language: what is written, and whether a file fits.

A record's fields belong to columns by name, a tuple's parts in order; any other type is one column, called ``value``
where it is written. Inside a column a record is a struct, a list a list, a map a map with texts as keys, and an
``optional`` one that may be null. A sum whose constructors have no payload is the text of its constructor; any other is
a struct: ``constructor`` names it, and beside it there is a field for each constructor's payload.

pyarrow is imported when a connector opens.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from nstack.connectors.limits import at_least_one
from nstack.runtime.connector import Parameters
from nstack.runtime.errors import MissingExtra, UsageError
from nstack.runtime.shapes import Shape

CONSTRUCTOR = "constructor"
"""The field of a sum's struct that names the constructor; no constructor can have that name."""
DIGITS = 38
"""The digits of a decimal column that is written: what other readers know too."""


def arrow() -> Any:
    """The library. Raises MissingExtra."""
    try:
        import pyarrow
    except ImportError:
        raise MissingExtra("parquet", "parquet") from None
    return pyarrow


def scale_of(parameters: Parameters) -> int:
    """The parameter ``decimal_scale``. Raises UsageError."""
    scale: int = parameters["decimal_scale"]
    if not 0 <= scale <= DIGITS:
        raise UsageError(f"decimal_scale must be between 0 and {DIGITS}, got {scale}")
    return scale


def rows_in_group(parameters: Parameters, name: str) -> int:
    """A parameter that bounds rows. Raises UsageError."""
    return at_least_one(parameters, name)


def columns_of(shape: Shape) -> list[tuple[str, Shape]]:
    """The columns of a type's rows, by the names under which they are written."""
    if shape.kind == "record":
        return list(zip(shape.labels, shape.parts, strict=True))
    if shape.kind == "tuple":
        return [(str(index), part) for index, part in enumerate(shape.parts)]
    return [("value", shape)]


def enumeration(shape: Shape) -> bool:
    """Whether a sum is only one of some names."""
    return shape.kind == "sum" and not shape.parts


# --- written


def written_schema(shape: Shape, scale: int) -> Any:
    """The schema of a file of such values."""
    return arrow().schema([_field(name, part, scale) for name, part in columns_of(shape)])


def _field(name: str, shape: Shape, scale: int) -> Any:
    optional = shape.kind == "optional"
    inner = shape.item if optional else shape
    return arrow().field(name, written_type(inner, scale), nullable=optional or inner.kind == "unit")


def written_type(shape: Shape, scale: int) -> Any:
    """The Arrow type of what is written for a type that is not optional."""
    pa = arrow()
    match shape.kind:
        case "unit":
            return pa.null()
        case "bytes":
            return pa.binary()
        case "scalar":
            return _written_scalar(shape.name, scale)
        case "list" | "vector":
            return pa.list_(_field("element", shape.item, scale))
        case "map":
            return pa.map_(pa.string(), _field("value", shape.item, scale))
        case "sum":
            return _written_sum(shape, scale)
        case _:
            return pa.struct([_field(name, part, scale) for name, part in columns_of(shape)])


def _written_scalar(name: str, scale: int) -> Any:
    pa = arrow()
    return {
        "Integer": pa.int64,
        "Double": pa.float64,
        "Boolean": pa.bool_,
        "Text": pa.string,
        "Json": pa.string,
        "Decimal": lambda: pa.decimal128(DIGITS, scale),
        "Date": pa.date32,
        "Time": lambda: pa.time64("us"),
        "DateTime": lambda: pa.timestamp("us", "UTC"),
        "Duration": lambda: pa.duration("us"),
        "Uuid": pa.uuid,
    }[name]()


def _written_sum(shape: Shape, scale: int) -> Any:
    pa = arrow()
    if enumeration(shape):
        return pa.string()
    fields = [pa.field(CONSTRUCTOR, pa.string(), nullable=False)]
    for label, payload in zip(shape.labels, shape.items, strict=True):
        if payload is not None:
            inner = payload.item if payload.kind == "optional" else payload
            fields.append(pa.field(label, written_type(inner, scale), nullable=True))
    return pa.struct(fields)


# --- read


def plain(type_: Any) -> Any:
    """A type without what only says how its values lie in memory: dictionaries, runs, and names of extensions."""
    pa = arrow()
    while True:
        if isinstance(type_, pa.DictionaryType | pa.RunEndEncodedType):
            type_ = type_.value_type
        elif isinstance(type_, pa.BaseExtensionType):
            type_ = type_.storage_type
        else:
            return type_


def matched(shape: Shape, schema: Any, zone: str = "") -> tuple[list[int], list[str]]:
    """For each column of the type its index in the file (-1 where an optional one is absent), and what does not fit:
    a line for each column, with both types and what to do. With a ``zone`` times need not carry one."""
    wanted, names = columns_of(shape), list(schema.names)
    if shape.kind == "record":
        at = [names.index(name) if name in names else -1 for name, _ in wanted]
        problems = [text for name, part in wanted for text in _absent_or_twice(name, part, names)]
    elif len(names) == len(wanted):
        at, problems = list(range(len(names))), []
    else:
        count = "1 column" if len(wanted) == 1 else f"{len(wanted)} columns"
        return [], [f"the type has {count}, and the file has {len(names)}: {', '.join(names) or 'none'}"]
    for (_, part), index in zip(wanted, at, strict=True):
        if index >= 0:
            problems += _compare(part, schema.field(index).type, f"column {names[index]}", zone)
    return at, problems


def _absent_or_twice(name: str, shape: Shape, names: Sequence[str]) -> Iterator[str]:
    count = names.count(name)
    if count > 1:
        yield f"column {name} is there {count} times, so which of them is meant cannot be told: rename the others"
    elif not count and shape.kind != "optional":
        near = next((other for other in names if other.lower() == name.lower()), None)
        there = f"the file has {near}, and names are case sensitive" if near else f"the file has {', '.join(names)}"
        yield f"column {name} ({shape.shown}) is missing: {there}; declare optional {shape.shown} if it may be absent"


def _compare(shape: Shape, type_: Any, where: str, zone: str) -> list[str]:
    """What does not fit below one column; ``where`` names it."""
    pa = arrow()
    shape, type_ = shape.item if shape.kind == "optional" else shape, plain(type_)
    if pa.types.is_null(type_) and shape.kind != "unit":
        return []  # it holds nothing but nulls, which are told as such
    if shape.name == "DateTime" and zone and pa.types.is_timestamp(type_):
        return []
    if not _alike(shape, type_):
        return [f"{where} is {type_}, and the type has {shape.shown}: {_remedy(shape, type_)}"]
    if shape.kind in ("list", "vector"):
        return _compare(shape.item, type_.value_type, f"an element of {where}", zone)
    if shape.kind == "map":
        return _compare(shape.item, type_.item_type, f"a value of {where}", zone)
    if shape.kind == "tuple":
        parts = [(part, type_.field(i).type, f"part {i} of {where}") for i, part in enumerate(shape.parts)]
        return [text for part, found, place in parts for text in _compare(part, found, place, zone)]
    if shape.kind == "record" or (shape.kind == "sum" and not enumeration(shape)):
        return _compare_struct(shape, type_, where, zone)
    return []


def _compare_struct(shape: Shape, type_: Any, where: str, zone: str) -> list[str]:
    names = [type_.field(index).name for index in range(type_.num_fields)]
    parts: list[tuple[str, Shape]] = []
    problems: list[str] = []
    if shape.kind == "record":
        parts = columns_of(shape)
    else:
        pairs = zip(shape.labels, shape.items, strict=True)
        parts = [(label, payload) for label, payload in pairs if payload is not None]
        tag = plain(type_.field(names.index(CONSTRUCTOR)).type)
        if not text_like(tag):
            problems.append(f"field {CONSTRUCTOR} of {where} is {tag}, and must name the constructor: write it as text")
    for name, part in parts:
        problems += [f"{text} (in {where})" for text in _absent_or_twice(name, part, names)]
        if names.count(name) == 1:
            problems += _compare(part, type_.field(names.index(name)).type, f"field {name} of {where}", zone)
    return [text.replace("column ", "field ", 1) if " (in " in text else text for text in problems]


def text_like(type_: Any) -> bool:
    """Whether a plain type holds text."""
    types = arrow().types
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_))


def _bytes_like(type_: Any) -> bool:
    types = arrow().types
    return bool(
        types.is_binary(type_)
        or types.is_large_binary(type_)
        or types.is_binary_view(type_)
        or types.is_fixed_size_binary(type_)
    )


def list_like(type_: Any) -> bool:
    """Whether a plain type holds lists."""
    types = arrow().types
    return bool(
        types.is_list(type_)
        or types.is_large_list(type_)
        or types.is_fixed_size_list(type_)
        or types.is_list_view(type_)
        or types.is_large_list_view(type_)
    )


def _alike(shape: Shape, type_: Any) -> bool:
    """Whether values of a plain Arrow type can be values of a type, their parts aside."""
    types = arrow().types
    match shape.kind:
        case "unit":
            return bool(types.is_null(type_))
        case "bytes":
            return _bytes_like(type_)
        case "scalar":
            return _scalar_alike(shape.name, type_)
        case "list":
            return list_like(type_)
        case "vector":
            return list_like(type_) and (not types.is_fixed_size_list(type_) or type_.list_size == shape.size)
        case "map":
            return bool(types.is_map(type_)) and text_like(plain(type_.key_type))
        case "tuple":
            return bool(types.is_struct(type_)) and type_.num_fields == len(shape.parts)
        case "sum" if enumeration(shape):
            return text_like(type_)
        case "sum":
            return bool(types.is_struct(type_)) and type_.get_field_index(CONSTRUCTOR) >= 0
        case _:
            return bool(types.is_struct(type_))


def _scalar_alike(name: str, type_: Any) -> bool:
    types = arrow().types
    match name:
        case "Integer":
            return bool(types.is_integer(type_)) and not types.is_uint64(type_)
        case "Double":
            return bool(types.is_floating(type_))
        case "Boolean":
            return bool(types.is_boolean(type_))
        case "Text" | "Json":
            return text_like(type_)
        case "Decimal":
            return bool(types.is_decimal(type_) or types.is_integer(type_))
        case "Date":
            return bool(types.is_date(type_))
        case "Time":
            return bool(types.is_time(type_))
        case "DateTime":
            return bool(types.is_timestamp(type_)) and type_.tz is not None
        case "Duration":
            return bool(types.is_duration(type_))
        case "Uuid":
            return bool(types.is_fixed_size_binary(type_)) and type_.byte_width == 16
        case _:
            return False


def _remedy(shape: Shape, type_: Any) -> str:
    types = arrow().types
    if types.is_timestamp(type_) and shape.name == "DateTime":
        return 'timezone = "UTC", or another one, says in which zone these times are'
    if types.is_uint64(type_) and shape.name == "Integer":
        return "write it as int64, or declare Decimal, which holds every number of it"
    if shape.kind == "vector" and types.is_fixed_size_list(type_):
        return f"declare Vector {type_.list_size}"
    if shape.kind == "sum" and not enumeration(shape) and types.is_struct(type_):
        return f"a sum is a struct whose field {CONSTRUCTOR} names the constructor"
    other = language_type(type_)
    return f"declare {other}, or write the column as {_wanted(shape)}" if other else f"write it as {_wanted(shape)}"


def _wanted(shape: Shape) -> str:
    return str(written_type(shape, 9)) if shape.kind in ("scalar", "bytes", "unit") else f"a {shape.kind}"


def language_type(type_: Any) -> str | None:
    """The type of the language that would read a column, where there is one."""
    pa, type_ = arrow(), plain(type_)
    for name in ("Integer", "Double", "Boolean", "Text", "Decimal", "Date", "Time", "DateTime", "Duration", "Uuid"):
        if _scalar_alike(name, type_):
            return name
    if _bytes_like(type_):
        return "[Byte]"
    if list_like(type_):
        item = language_type(type_.value_type)
        return f"[{item}]" if item else None
    if pa.types.is_struct(type_):
        fields = [(type_.field(i).name, language_type(type_.field(i).type)) for i in range(type_.num_fields)]
        shown = ", ".join(f"{name} : {inner}" for name, inner in fields)
        return None if any(inner is None for _, inner in fields) or not fields else f"{{ {shown} }}"
    return None
