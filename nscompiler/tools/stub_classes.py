"""What classes of a Python file are as types: dataclasses and their like are records, enumerations are sums."""

import ast
from collections.abc import Iterator

from nscompiler.typecheck.annotations import Annotation, Names, read_annotation
from nscompiler.typecheck.record_classes import Field, record_fields

ENUMERATIONS = frozenset(("enum.Enum", "enum.StrEnum", "enum.IntEnum"))
_PLAIN = frozenset(("int", "float", "str", "bytes"))


class Unmapped(Exception):
    """Something that has no counterpart in the language: where, why in a few words, and what to do."""

    def __init__(self, node: ast.expr | ast.stmt | ast.arg, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason
        self.remedy = remedy


def is_enumeration(definition: ast.ClassDef, names: Names) -> bool:
    """Whether a class is an ``Enum``."""
    return any(names.full(base) in ENUMERATIONS for base in definition.bases)


def constructors_of(definition: ast.ClassDef) -> tuple[str, ...]:
    """The members of an enumeration as constructors, whose names start with a capital. Raises Unmapped."""
    found = []
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if not name.startswith("_"):
                found.append(name[0].upper() + name[1:])
    if len(set(found)) < 2:
        raise Unmapped(definition, "a sum has two constructors or more", "add a member")
    return tuple(dict.fromkeys(found))


def plain_base(definition: ast.ClassDef, names: Names) -> Annotation | None:
    """The built-in type that a class is a special case of; None where it is none."""
    if len(definition.bases) == 1 and names.full(definition.bases[0]) in _PLAIN:
        return read_annotation(definition.bases[0], names)
    return None


def fields_of(definition: ast.ClassDef, names: Names, use: ast.expr) -> Iterator[Field]:
    """The fields of a dataclass, NamedTuple, TypedDict or attrs class, inherited ones first. Raises Unmapped."""
    found = record_fields(definition, names)
    if found is None:
        reason = f"`{definition.name}` is no dataclass or the like"
        raise Unmapped(use, reason, "a dataclass, NamedTuple, TypedDict or attrs class is a record")
    yield from found.values()
