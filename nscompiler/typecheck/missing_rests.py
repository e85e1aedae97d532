"""The rest of a record without the ``|`` before it, ``{ user : Text r }``: it reads as a type that ``Text`` takes."""

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.records import replace
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import SCALARS

_LISTS = ("list", "array", "seq", "vector")


def with_rest(scope: Scope, record: syntax.RecordType, told: set[str], grows: bool) -> syntax.RecordType:
    """The record with its rest as that, which is told of once for each of a declaration; any other as it is.

    ``told`` are the names in the declaration that were told of. What is a parameter of a ``type`` (nothing ``grows``
    there) was taken for one of another kind: it is left out.
    """
    last = record.fields[-1]
    inner = last.type.item if isinstance(last.type, syntax.OptionalType) else last.type
    if not isinstance(inner, syntax.TypeName) or len(inner.args) != 1 or inner.qualifier is not None:
        return record
    rest, name = inner.args[0], inner.name.text
    if not isinstance(rest, syntax.TypeVariable) or name not in SCALARS or name in scope.declared_types:
        return record
    if rest.name.text in _LISTS and inner is last.type:
        return replace(record, fields=(*record.fields[:-1], replace(last, type=_list(scope, inner, rest))))
    mark = f"| {rest.name.text}"
    if mark not in told:
        told.add(mark)
        edits = tuple(Edit(scope.module.source.span(at, at), "| ") for at in _places(scope, rest))
        fix = Fix("Insert `|`", edits, Applicability.MAYBE_INCORRECT)
        label = "the rest of a record stands behind `|`"
        scope.report(codes.MISSING_PIPE, rest, f"A `|` is missing before `{rest.name.text}`", label, fixes=(fix,))
    plain = syntax.TypeName(inner.start, inner.name.end, None, inner.name, ())
    type: syntax.TypeExpr = plain
    if isinstance(last.type, syntax.OptionalType):
        type = syntax.OptionalType(last.type.start, plain.end, plain)
    tail = syntax.RowTail(rest.start, rest.end, rest.name) if grows else None
    return replace(record, fields=(*record.fields[:-1], replace(last, type=type)), tail=tail)


def _list(scope: Scope, inner: syntax.TypeName, rest: syntax.TypeVariable) -> syntax.ListType:
    """``Integer list`` as the list that it is, which is told of."""
    span, written = scope.module.source.span(inner.start, rest.end), f"[{inner.name.text}]"
    fix = Fix(f"Write `{written}`", (Edit(span, written),), Applicability.MAYBE_INCORRECT)
    title = f"A list is written `{written}`, without `{rest.name.text}`"
    scope.problems.add(codes.UNEXPECTED.at(span, title, fixes=(fix,)))
    plain = syntax.TypeName(inner.start, inner.name.end, None, inner.name, ())
    return syntax.ListType(inner.start, rest.end, plain)


def _places(scope: Scope, rest: syntax.TypeVariable) -> list[int]:
    """Where the same rest stands so in its declaration."""
    text, found = scope.module.source.text, [rest.start]
    decl = next((one for one in scope.module.declarations if one.start <= rest.start < one.end), None)
    at = rest.end
    while decl is not None and (at := text.find(rest.name.text, at, decl.end)) >= 0:
        before, behind = text[:at].rstrip(), text[at + len(rest.name.text) :].lstrip()
        word = before[len(before.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) :]
        if behind.startswith("}") and word in SCALARS:
            found.append(at)
        at += 1
    return found
