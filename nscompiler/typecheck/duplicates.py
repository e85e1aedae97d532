"""What stands twice, or may not be called so, and the fixes that take one away or give another name."""

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.typecheck.scope import Scope

_MAYBE = Applicability.MAYBE_INCORRECT


def without_field(scope: Scope, record: syntax.RecordType, again: syntax.FieldDecl) -> tuple[Fix, ...]:
    """Fixes that leave one of two fields of a name: where their types differ either may be meant."""
    source, fields = scope.module.source, record.fields
    at = next(number for number, field in enumerate(fields) if field is again)
    first = next(number for number, field in enumerate(fields) if field.name.text == again.name.text)
    texts = ["".join(source.text[one.type.start : one.type.end].split()) for one in (fields[first], again)]
    second = Edit(source.span(fields[at - 1].end, again.end), "")
    fixes = [Fix("remove the second", (second,), _MAYBE)]
    if texts[0] != texts[1]:
        earlier = Edit(source.span(fields[first].start, fields[first + 1].start), "")
        fixes.append(Fix("remove the first", (earlier,), _MAYBE))
    if source.text[fields[at - 1].end : again.start].strip() != ",":
        return ()  # brackets or a comment stand between
    return tuple(fixes)


def renamed_method(scope: Scope, name: syntax.Name) -> tuple[Fix, ...]:
    """A fix that gives a function a name that a method in Python may have, wherever this file uses it."""
    plain = name.text.replace("'", "").strip("_")
    wanted = plain if plain != name.text and plain.isidentifier() and not name.text.endswith("'") else f"{plain}_"
    taken = {*scope.declared_functions, *scope.functions}
    if not wanted.isidentifier() or wanted in taken:
        return ()
    uses = [
        node.name
        for decl in (*scope.module.declarations, scope.module.main)
        if decl is not None
        for node in walk(decl)
        if isinstance(node, syntax.Use) and node.qualifier is None and node.name.text == name.text
    ]
    edits = tuple(Edit(scope.span(one), wanted) for one in (name, *uses))
    return (Fix(f"write `{wanted}`", edits, _MAYBE),)
