"""How types of the language are called in Python: what stubs write, and fixes of annotations."""

PYTHON_NAMES = {
    "Integer": "int",
    "Double": "float",
    "Boolean": "bool",
    "Text": "str",
    "Json": "str",
    "Byte": "int",
    "()": "None",
    "Decimal": "decimal.Decimal",
    "Date": "datetime.date",
    "Time": "datetime.time",
    "DateTime": "datetime.datetime",
    "Duration": "datetime.timedelta",
    "Uuid": "uuid.UUID",
}
"""The class of each built-in type, with the module that has it where it has to be imported."""
ITEM_FIELDS = frozenset(("get", "keys", "items", "match", "value"))
"""Fields that are reached as ``r["…"]`` only."""
