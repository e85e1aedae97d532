"""Fields that an annotation has and a body has not, or the reverse, and those that are misspelt in it."""

from collections.abc import Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.typecheck.fits import Mismatch
from nscompiler.typecheck.near_parts import misspelt
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.twice import shown_path
from nscompiler.typecheck.unify import Store
from nscompiler.types.show import show_field
from nscompiler.types.types import Record


def annotated_fields(
    scope: Scope, store: Store, name: str, node: syntax.TypeExpr, mismatches: Sequence[Mismatch], *, takes: bool
) -> tuple[str, tuple[Fix, ...]]:
    """What is said where fields alone are missing on one side of a def's annotation, else nothing; and a fix for those
    that are misspelt in it. ``takes`` if that side is the input."""
    if len(mismatches) != 1 or mismatches[0].kind != "missing":
        return "", ()
    (mismatch,) = mismatches
    given, needed = mismatch.given, mismatch.needed
    if not isinstance(given, Record) or not isinstance(needed, Record):
        return "", ()
    path = shown_path(mismatch.path)
    where = f" at `{path}`" if path else ""
    pairs = misspelt(given, needed, mismatch.labels, store)
    if len(pairs) == len(mismatch.labels):
        wanted, there = pairs[0]
        says, has = (there, wanted) if takes else (wanted, there)
        verb = "take" if takes else "give"
        return (
            f"`{name}` is annotated to {verb} the field `{says}`{where}, but {verb}s `{has}`",
            _renamed(scope, node, [(there, wanted) if takes else (wanted, there) for wanted, there in pairs], mismatch),
        )
    kind = "the field" if len(mismatch.labels) == 1 else "the fields"
    fields = ", ".join(f"`{label}`" for label in mismatch.labels)
    if takes:
        return f"`{name}` needs {kind} {fields}{where}, which its annotation does not take", ()
    return f"`{name}` is annotated to give {kind} {fields}{where}, which it does not give", ()


def _renamed(
    scope: Scope, node: syntax.TypeExpr, pairs: Sequence[tuple[str, str]], mismatch: Mismatch
) -> tuple[Fix, ...]:
    """A fix that writes other names of fields in an annotation, as (old, new)."""
    if not isinstance(node, syntax.RecordType) or mismatch.path:
        return ()
    names = {field.name.text: field.name for field in node.fields}
    if not all(old in names and new not in names for old, new in pairs):
        return ()
    edits = tuple(Edit(scope.span(names[old]), show_field(new)) for old, new in pairs)
    told = ", ".join(f"`{old}` to `{new}`" for old, new in pairs)
    return (Fix(f"rename {told} in the annotation", edits, Applicability.MAYBE_INCORRECT),)
