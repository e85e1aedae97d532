"""Which closed types meet which constraint, as the reference says it: for generated programs."""

from property.generated_types import BYTES, SCALARS, T, walk


def is_cell(type: T) -> bool:
    """CST-2."""
    inside = type.item if type.head == "optional" else type
    return inside.head in SCALARS or inside == BYTES


def is_csv_row(type: T) -> bool:
    """CST-3."""
    if type == BYTES:
        return False
    return type.head in ("list", "tuple", "record") and all(part is not None and is_cell(part) for part in type.parts)


def is_csv(type: T) -> bool:
    """CST-4."""
    return is_csv_row(type) or (type.head == "list" and is_csv_row(type.item))


def _is_column(type: T) -> bool:
    inside = type.item if type.head == "optional" else type
    if type.head == "list" and type != BYTES:
        return type.item.head in SCALARS
    return inside.head in SCALARS or type == BYTES or type.head == "Json"


def is_sql_row(type: T) -> bool:
    """CST-5."""
    if type.head in ("tuple", "record"):
        return all(part is not None and _is_column(part) for part in type.parts)
    return type.head in SCALARS


def is_serializable(type: T) -> bool:
    """CST-6."""
    return not any(part.head == "Byte" for part in walk(type)) or all(
        own == BYTES or "Byte" not in [part.head for part in own.parts if part is not None] for own in walk(type)
    )


def is_present(type: T) -> bool:
    """CST-9."""
    return type.head not in ("optional", "()", "Json")


def is_item(type: T) -> bool:
    """CST-11."""
    return type.head != "Byte"


MEET = {
    "CsvCell": is_cell,
    "CsvRow": is_csv_row,
    "Csv": is_csv,
    "CsvFile": lambda type: type.head == "list" and type != BYTES and is_csv_row(type.item),
    "SqlRow": is_sql_row,
    "Serializable": is_serializable,
    "Present": is_present,
    "Item": is_item,
}
