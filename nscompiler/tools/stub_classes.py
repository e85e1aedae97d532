"""What classes of a Python file are as types: dataclasses and their like are records, enumerations are sums."""

import ast
from collections.abc import Iterator

import attrs

from nscompiler.typecheck.annotations import Annotation, Names, read_annotation

RECORD_DECORATORS = frozenset(
    (
        "dataclasses.dataclass",
        *(
            f"{module}.{name}"
            for module in ("attrs", "attr")
            for name in ("define", "frozen", "mutable", "s", "dataclass")
        ),
        "attr.attrs",
    )
)
RECORD_BASES = frozenset(
    f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("NamedTuple", "TypedDict")
)
ENUMERATIONS = frozenset(("enum.Enum", "enum.StrEnum", "enum.IntEnum"))
_PLAIN = frozenset(("int", "float", "str", "bytes"))


class Unmapped(Exception):
    """Something that has no counterpart in the language: where, why in a few words, and what to do."""

    def __init__(self, node: ast.expr | ast.stmt | ast.arg, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason
        self.remedy = remedy


@attrs.frozen(slots=True)
class Field:
    """A field of a class that is a record; ``optional`` if a value may be without it."""

    name: str
    annotation: ast.expr
    optional: bool = False


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
    if not _is_record(definition, names, frozenset()):
        reason = f"`{definition.name}` is no dataclass or the like"
        raise Unmapped(use, reason, "a dataclass, NamedTuple, TypedDict or attrs class is a record")
    found: dict[str, Field] = {}
    _collect(definition, names, found, frozenset())
    yield from found.values()


def _is_record(definition: ast.ClassDef, names: Names, seen: frozenset[str]) -> bool:
    decorators = (one.func if isinstance(one, ast.Call) else one for one in definition.decorator_list)
    if any(names.full(one) in RECORD_DECORATORS for one in decorators):
        return True
    bases = [names.full(base) for base in definition.bases]
    if any(base in RECORD_BASES for base in bases):
        return True
    own = (names.classes[base] for base in bases if base in names.classes and base not in seen)
    return any(_is_record(base, names, seen | {definition.name}) for base in own)


def _collect(definition: ast.ClassDef, names: Names, found: dict[str, Field], seen: frozenset[str]) -> None:
    for base in definition.bases:
        name = names.full(base)
        if name in names.classes and name not in seen:
            _collect(names.classes[name], names, found, seen | {definition.name})
    partial = any(keyword.arg == "total" and _is_false(keyword.value) for keyword in definition.keywords)
    for statement in definition.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, statement.annotation
            marked = names.full(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
            marker = marked.rpartition(".")[2]
            if marker not in ("ClassVar", "KW_ONLY"):
                optional = marker == "NotRequired" or (partial and marker != "Required")
                found[name] = Field(name, annotation, optional)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
