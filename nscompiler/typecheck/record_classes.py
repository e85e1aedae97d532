"""Dataclasses, NamedTuples, TypedDicts and attrs classes of a Python file: which fields they have."""

import ast
from typing import ClassVar

from nscompiler.records import Record
from nscompiler.typecheck.annotations import Names

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
_PLAIN_BASES = RECORD_BASES | {"object", "abc.ABC"}


class Field(Record):
    """A field of a class that is a record; ``optional`` if a value may be without it, ``default`` if one is given."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "annotation", "optional", "default")
    __slots__ = __match_args__

    def __init__(self, name: str, annotation: ast.expr, optional: bool = False, default: bool = False) -> None:
        self.name = name
        self.annotation = annotation
        self.optional = optional
        self.default = default


def record_fields(definition: ast.ClassDef, names: Names) -> dict[str, Field] | None:
    """The fields of a class that is a record, inherited ones first; None of any other class."""
    if not _is_record(definition, names, frozenset()):
        return None
    found: dict[str, Field] = {}
    for owner in reversed(_with_own_bases(definition, names)):
        _collect(owner, names, found)
    return found


def is_complete(definition: ast.ClassDef, names: Names) -> bool:
    """Whether a value of a class has its fields and nothing else: no base class or decorator from elsewhere, no
    methods or attributes by other means."""
    for owner in _with_own_bases(definition, names):
        bases = (names.full(base) for base in owner.bases)
        if not all(base in _PLAIN_BASES or base in names.classes for base in bases):
            return False
        if not all(names.full(_applied(one)) in RECORD_DECORATORS for one in owner.decorator_list):
            return False
        if any(isinstance(one, ast.FunctionDef) and not _is_usual(one) for one in owner.body):
            return False
        if any(isinstance(one, ast.Assign) for one in owner.body):
            return False
    return True


def _is_usual(function: ast.FunctionDef) -> bool:
    """Whether a method gives the value no attributes but itself."""
    return not function.decorator_list and function.name not in ("__init__", "__post_init__", "__getattr__", "__new__")


def _applied(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _with_own_bases(definition: ast.ClassDef, names: Names) -> list[ast.ClassDef]:
    """A class and those of its file that it derives from, each before its bases."""
    found = [definition]
    for owner in found:
        bases = (names.full(base) for base in owner.bases)
        found += (names.classes[base] for base in bases if base in names.classes and names.classes[base] not in found)
    return found


def _is_record(definition: ast.ClassDef, names: Names, seen: frozenset[str]) -> bool:
    if any(names.full(_applied(one)) in RECORD_DECORATORS for one in definition.decorator_list):
        return True
    bases = [names.full(base) for base in definition.bases]
    if any(base in RECORD_BASES for base in bases):
        return True
    own = (names.classes[base] for base in bases if base in names.classes and base not in seen)
    return any(_is_record(base, names, seen | {definition.name}) for base in own)


def _collect(definition: ast.ClassDef, names: Names, found: dict[str, Field]) -> None:
    partial = any(keyword.arg == "total" and _is_false(keyword.value) for keyword in definition.keywords)
    for statement in definition.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, statement.annotation
            marked = names.full(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
            marker = marked.rpartition(".")[2]
            if marker not in ("ClassVar", "KW_ONLY"):
                optional = marker == "NotRequired" or (partial and marker != "Required")
                found[name] = Field(name, annotation, optional, statement.value is not None)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
