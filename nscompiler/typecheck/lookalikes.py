"""Type variables of a ``fun`` that are called as a type in small letters, ``text``, ``integer``; and constructors that
are called as types, ``Integer | Text``.

The first are variables all the same, which take any type in silence. Only names that are exactly a built-in type's are
spoken of, what other languages call one, and those of types that the file declares or imports: of one letter, which
variables usually have, and with parameters only where the variable could not be supplied.
"""

from collections.abc import Iterable, Iterator

from nscompiler.diagnostics.codes import lints
from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.foreign_names import FOREIGN_SMALL
from nscompiler.grammar.walk import walk
from nscompiler.grammar.wording import NOTHING
from nscompiler.typecheck.scope import Scope
from nscompiler.types.types import SCALARS, Var

_SMALL = {name.lower(): name for name in (*SCALARS, "Void")}
# What a fix is not called after.
_LONG, _SHORT = 80, 40
_MEANT = {**_SMALL, **FOREIGN_SMALL}


def report_lookalikes(
    scope: Scope, type: syntax.FunctionType, mentioned: Iterable[Var], missing: Iterable[Var]
) -> frozenset[str]:
    """Report the variables that look like types, all in one; their names where that is an error.

    ``mentioned`` are the signature's variables, ``missing`` those that its input does not mention: among them one that
    looks like a type makes an error of it.
    """
    unsupplied = {var.name for var in missing}
    meant = {
        name: right
        for name in dict.fromkeys(var.name for var in mentioned)
        if (right := _MEANT.get(name) or _declared(scope, name, unsupplied)) is not None
    }
    if any(var.name in NOTHING and var.kind == "row" for var in mentioned):
        _report_rest(scope, type)
    places = [node for node in _variables(type) if node.name.text in meant] if meant else []
    if not places:
        return frozenset()
    wrong = [node for node in places if node.name.text in unsupplied]
    first = (wrong or places)[0]
    fix = _fix(scope, places, meant)
    name, right = first.name.text, meant[first.name.text]
    if not wrong:
        title = f"`{name}` is a type variable here, and not the type `{right}`"
        scope.report(lints.VARIABLE_LIKE_TYPE, first, title, "it takes values of any type", fixes=(fix,))
    elif name in FOREIGN_SMALL:
        scope.report(codes.UNKNOWN_TYPE, first, f"there is no type `{name}`", f"did you mean `{right}`?", fixes=(fix,))
    else:
        title = f"`{name}` has the wrong capital"
        scope.report(codes.WRONG_CASE, first, title, "a type starts with a capital", fixes=(fix,))
    return frozenset(meant) if wrong else frozenset()


def _report_rest(scope: Scope, type: syntax.FunctionType) -> None:
    """Report ``{ a : Text | null }``, where ``null`` is the rest of the record."""
    records = list(_without_value(type))
    if records:
        name = records[0][1]
        title = f"`{name.text}` is the rest of the record here, and no value"
        label = "what may be missing is written `optional`"
        scope.report(lints.VARIABLE_LIKE_TYPE, name, title, label, fixes=optional_last(scope, type))


def _without_value(type: syntax.Node) -> Iterator[tuple[syntax.RecordType, syntax.Name]]:
    for part in walk(type):
        if isinstance(part, syntax.RecordType) and part.tail is not None:
            name = part.tail.name
            if name is not None and name.text in NOTHING:
                yield part, name


def optional_last(scope: Scope, type: syntax.Node) -> tuple[Fix, ...]:
    """A fix that makes the last field of each ``{ a : Text | null }`` one that may be missing."""
    source, edits = scope.module.source, []
    for record, name in _without_value(type):
        if not record.fields or isinstance(record.fields[-1].type, syntax.OptionalType):
            return ()
        last = record.fields[-1].type
        edits.append(Edit(source.span(last.start, name.end), f"optional {source.text[last.start : last.end]}"))
    written = edits[0].text if edits and len(edits[0].text) <= _SHORT else "optional"
    return (Fix(f"write `{written}`", tuple(edits), Applicability.MAYBE_INCORRECT),) if edits else ()


def _declared(scope: Scope, name: str, unsupplied: set[str]) -> str | None:
    capital = name[:1].upper() + name[1:]
    decl = scope.declared_types.get(capital)
    if decl is not None:
        return capital if name in unsupplied or (len(name) > 1 and not decl.parameters) else None
    if len(name) == 1 or capital == name:
        return None
    return next(
        (
            f"{alias}.{capital}"
            for alias, interface in scope.imports.items()
            if interface is not None and not interface.standard
            if (found := interface.types.get(capital)) is not None and not found.parameters
        ),
        None,
    )


def _variables(type: syntax.FunctionType) -> Iterator[syntax.TypeVariable]:
    return (node for node in walk(type) if isinstance(node, syntax.TypeVariable))


def _fix(scope: Scope, places: list[syntax.TypeVariable], meant: dict[str, str]) -> Fix:
    written = [f"`{right}`" for right in dict.fromkeys(meant[node.name.text] for node in places)]
    edits = tuple(Edit(scope.span(node), meant[node.name.text]) for node in places)
    return Fix(f"write {', '.join(written)}", edits, Applicability.MAYBE_INCORRECT)


def report_type_like(scope: Scope, decl: syntax.TypeDecl, sum: syntax.SumType) -> None:
    """Report a sum of nothing but names of types, ``type Id = Integer | Text``, or of one and ``None``.

    A single constructor that is none of these, or has a payload, shows that constructors are meant.
    """
    names = [constructor.name.text for constructor in sum.constructors if constructor.payload is None]
    types = [name for name in names if name in SCALARS or (name != decl.name.text and _is_plain(scope, name))]
    if len(names) < len(sum.constructors) or not types or len(set(names)) < len(names):
        return
    if len(types) == len(names):
        own = decl.name.text
        written = " | ".join(f"{own}{name} {name}" for name in names)
        label = "a sum of types names a constructor for each"
    elif len(names) == 2 and not NOTHING.isdisjoint(names):
        written, label = f"optional {types[0]}", "what may be missing is written `optional`"
    else:
        return
    title = f"`{names[0]}` and `{names[1]}` are constructors here, and not types"
    if len(names) > 2:
        title = f"`{names[0]}` and the others are constructors here, and not types"
    fix = scope.replacement(sum, written, f"write `{written}`" if len(written) < _LONG else "name the constructors")
    scope.report(lints.TYPE_LIKE_CONSTRUCTORS, sum, title, label, fixes=(fix,))


def _is_plain(scope: Scope, name: str) -> bool:
    decl = scope.declared_types.get(name)
    return decl is not None and not decl.parameters
