"""Whether classes of a Python file, where its annotations name them, agree with the records that are declared.

Only what is sure to be wrong is told: of a class that something unseen may complete, no field is missed.
"""

import ast
from collections.abc import Iterator
from typing import ClassVar

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.agreement import returns, takes
from nscompiler.typecheck.annotations import Annotation, Names, optional_item, read_annotation
from nscompiler.typecheck.python_fixes import name_in, python_type, span_of
from nscompiler.typecheck.record_classes import Field, is_complete, record_fields
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show
from nscompiler.types.types import App, Scalar, Type
from nscompiler.types.types import Record as RecordType


class WrongField(Record):
    """A field of a class, as a part of a method's value or result. ``declared`` is its type, None where only the class
    has it; ``field`` is None where only the declared record has it."""

    __match_args__: ClassVar[tuple[str, ...]] = ("owner", "name", "field", "declared", "record")
    __slots__ = __match_args__

    def __init__(
        self, owner: ast.ClassDef, name: str, field: Field | None, declared: Type | None, record: RecordType
    ) -> None:
        self.owner = owner
        self.name = name
        self.field = field
        self.declared = declared
        self.record = record


def wrong_fields(annotation: Annotation, type: Type, names: Names, *, given: bool) -> Iterator[WrongField]:
    """The fields by which an annotation that agrees else cannot be true. ``given`` of a method's value, else of its
    result."""
    yield from _wrong(annotation, type, names, given, ())


def is_another(annotation: Annotation, type: Type, names: Names, *, given: bool) -> bool:
    """Whether an annotation names a record class of the file where something else than a record is declared."""
    if isinstance(type, App) and type.constructor == "optional":
        return is_another(optional_item(annotation) or annotation, type.items[0], names, given=given)
    if annotation.kind != "class" or not isinstance(type, _SURE if given else Scalar) or type.poisoned:
        return False
    owner = _defined(annotation, names)
    return owner is not None and is_complete(owner, names) and record_fields(owner, names) is not None


# A NamedTuple may be returned for a tuple or a list, a TypedDict for a map.
_SURE = (Scalar, App)


def _wrong(
    annotation: Annotation, type: Type, names: Names, given: bool, inside: tuple[str, ...]
) -> Iterator[WrongField]:
    if isinstance(type, App):
        for item, part in _parts(annotation, type):
            yield from _wrong(item, part, names, given, inside)
    elif isinstance(type, RecordType) and annotation.kind == "class" and not type.poisoned:
        owner = _defined(annotation, names)
        if owner is not None and owner.name not in inside:
            yield from _in_class(owner, type, names, given, (*inside, owner.name))


def _present(type: Type) -> Type:
    """What a field is where it is there."""
    return type.items[0] if isinstance(type, App) and type.constructor == "optional" else type


def _parts(annotation: Annotation, type: App) -> tuple[tuple[Annotation, Type], ...]:
    """What an annotation says of the parts of a type, where it says it."""
    items = annotation.items
    if type.constructor == "optional":
        return ((optional_item(annotation) or annotation, type.items[0]),)
    if type.constructor == "tuple":
        there = annotation.kind == "tuple" and len(items) == len(type.items)
        return tuple(zip(items, type.items, strict=True)) if there else ()
    return ((items[-1], type.items[-1]),) if items and annotation.kind != "union" else ()


def _defined(annotation: Annotation, names: Names) -> ast.ClassDef | None:
    """The class of the file that is named, and not one of ``nstack`` that is called so too."""
    node = annotation.node
    return names.classes.get(node.id) if isinstance(node, ast.Name) else None


def _in_class(
    owner: ast.ClassDef, type: RecordType, names: Names, given: bool, inside: tuple[str, ...]
) -> Iterator[WrongField]:
    fields = record_fields(owner, names)
    if fields is None:
        return
    declared, agrees = dict(type.fields), takes if given else returns
    for name, field in fields.items():
        if name in declared:
            annotation = read_annotation(field.annotation, names)
            part = declared[name]
            right = agrees(annotation, part) or (field.optional and agrees(annotation, _present(part)))
            if not right or is_another(annotation, part, names, given=given):
                yield WrongField(owner, name, field, declared[name], type)
            else:
                yield from _wrong(annotation, part, names, given, inside)
        elif given and type.tail is None and not (field.optional or field.default):
            yield WrongField(owner, name, field, None, type)
    if not given and is_complete(owner, names):
        for name, part in type.fields:
            if name not in fields and not (isinstance(part, App) and part.constructor == "optional"):
                yield WrongField(owner, name, None, part, type)


def disagreement(
    python: SourceFile, names: Names, function: FunctionInterface, wrong: WrongField, *, given: bool
) -> Diagnostic:
    """A field that is wrong, told at its place in the class, beside the function that declares otherwise."""
    owner = wrong.owner.name
    does = "is given" if given else "has to give"
    related = (Label(function.span, "declared here", Role.DECLARATION),)
    if wrong.field is None:
        return codes.ANNOTATION_DISAGREES.at(
            name_in(python, wrong.owner),
            titled("`{}` has to give `{}`, and `{}` lacks it", function.name, wrong.name, owner),
            f"has no field `{wrong.name}`",
            related=related,
            expected=show(wrong.record),
        )
    place = span_of(python, wrong.field.annotation)
    if wrong.declared is None:
        similar = near(wrong.name, [name for name, _ in wrong.record.fields])
        return codes.ANNOTATION_DISAGREES.at(
            _name_before(python, place, wrong.name),
            titled("`{}` is given no `{}`, and `{}` has one", function.name, wrong.name, owner),
            did_you_mean(similar) or "the declared record has no such field",
            related=related,
            expected=show(wrong.record),
        )
    return codes.ANNOTATION_DISAGREES.at(
        place,
        titled("`{}` " + does + " another `{}` than `{}` says", function.name, wrong.name, owner),
        f"{show(wrong.declared)} is declared",
        related=related,
        expected=show(wrong.declared),
        found=ast.unparse(wrong.field.annotation),
        fixes=_annotated(place, wrong.declared, names),
    )


def _annotated(place: Span, declared: Type, names: Names) -> tuple[Fix, ...]:
    text = python_type(declared, names)
    return () if text is None else (Fix(f"write `{text}`", (Edit(place, text),), Applicability.MAYBE_INCORRECT),)


def _name_before(python: SourceFile, annotation: Span, name: str) -> Span:
    """The name of a field, which stands before its annotation; that, where Python reads the name in another form."""
    start = python.text.rfind(name, 0, annotation.start)
    end = start + len(name)
    is_there = start >= 0 and python.text[end : annotation.start].lstrip("\"' \t\\").startswith(":")
    return python.span(start, end) if is_there else annotation
