"""The record of a def's annotation, made what the body has by those fields alone that do not fit."""

from collections.abc import Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.explain import fitting
from nscompiler.typecheck.fits import would_fit
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.spelling import spelt
from nscompiler.typecheck.unify import Store
from nscompiler.types.show import show_field
from nscompiler.types.types import Record, Type


def changed_fields(
    scope: Scope, store: Store, node: syntax.TypeExpr, pair: tuple[Type, Type], *, takes: bool
) -> tuple[Fix, ...]:
    """A fix for one side of an annotation, where it and the body have records there, which leaves the other fields as
    they are written. ``pair`` is what is given and what is needed; ``takes`` if that side is the input."""
    given, needed = map(store.head, pair)
    annotated, body = (given, needed) if takes else (needed, given)
    if not (isinstance(node, syntax.RecordType) and isinstance(annotated, Record) and isinstance(body, Record)):
        return ()
    kept = [field for field in node.fields if takes or body.field(field.name.text) is not None]
    taken = _taken_away(scope, node, kept)
    wanted = [(field.name.text, has) for field in kept if (has := _instead(store, field, annotated, body, takes=takes))]
    new = [(label, type) for label, type in body.fields if takes and annotated.field(label) is None]
    texts = {label: spelt(scope, type) for label, type in (*wanted, *new)}
    if taken is None or None in texts.values() or not (texts or taken):
        return ()
    fields = {label: f"{show_field(label)} : {texts[label]}" for label in texts}
    edits = [Edit(scope.span(one.type), texts[one.name.text] or "") for one in kept if one.name.text in texts]
    if new:
        end = scope.module.source.span(kept[-1].end, kept[-1].end)
        edits.append(Edit(end, "".join(f", {fields[label]}" for label, _ in new)))
    gone = ", ".join(f"`{show_field(one.name.text)}`" for one in node.fields if one not in kept)
    written = ", ".join(f"`{one}`" for one in fields.values())
    what = " and ".join(said for said in (written and f"write {written}", gone and f"remove {gone}") if said)
    title = fitting(f"{what} in the annotation", "write the fields that it has")
    return (Fix(title, (*edits, *taken), Applicability.MAYBE_INCORRECT),)


def _instead(store: Store, field: syntax.FieldDecl, annotated: Record, body: Record, *, takes: bool) -> Type | None:
    """The type that a field of an annotation should have; None where its own fits, or nothing can be said."""
    says, has = annotated.field(field.name.text), body.field(field.name.text)
    if says is None or has is None:
        return None
    return None if would_fit(store, *((says, has) if takes else (has, says))) else has


def _taken_away(scope: Scope, node: syntax.RecordType, kept: Sequence[syntax.FieldDecl]) -> list[Edit] | None:
    """The edits that leave only those fields of a written record that are ``kept``; None where none is, or where a
    comment would go with them."""
    source, fields = scope.module.source, node.fields
    first = next((at for at, field in enumerate(fields) if field in kept), None)
    if first is None:
        return None
    spans = [(fields[0].start, fields[first].start)] if first else []
    spans += [(fields[at - 1].end, fields[at].end) for at in range(first + 1, len(fields)) if fields[at] not in kept]
    if any("//" in source.text[start:end] for start, end in spans):
        return None
    return [Edit(source.span(start, end), "") for start, end in spans]
