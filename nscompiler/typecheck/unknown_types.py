"""Types that nothing declares, and what was probably meant: here, as other languages call it, in the imports."""

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.grammar import syntax
from nscompiler.grammar.foreign_names import FOREIGN_CAPITAL
from nscompiler.grammar.wording import NOTHING
from nscompiler.typecheck import lone_constructors
from nscompiler.typecheck.constructor_types import type_meant
from nscompiler.typecheck.elsewhere import MOST_FIXES, Scope, found_elsewhere, is_wanted, not_imported
from nscompiler.typecheck.other_versions import report_other_version
from nscompiler.typecheck.renamed_there import declared_there, renamed_there
from nscompiler.typecheck.their_constructors import own_first, renamed_type, reports_their_constructor
from nscompiler.types.interface import Interface
from nscompiler.types.types import SCALARS

# What is a sign or a word here and no type: a name in its place would not do.
_LIST, _OPTIONAL = "a list is written `[T]`", "what may be missing is written `optional T`"
WRITTEN = {"List": _LIST, "Array": _LIST, "Maybe": _OPTIONAL, "Option": _OPTIONAL, "Optional": _OPTIONAL}
BUILT_IN_TYPES = (*SCALARS, "Map", "Vector", "Matrix", "Void")


def report_type(scope: Scope, unknown: syntax.TypeName, interface: Interface | None, is_whole: bool = False) -> None:
    """No type has a name, in this file or (with an ``interface``) in a module that it imports."""
    qualifier, name = unknown.qualifier, unknown.name
    if report_other_version(scope, codes.UNKNOWN_TYPE, qualifier, name, "type"):
        return
    text = name.text
    candidates = [*interface.types] if interface is not None else [*scope.declared_types, *BUILT_IN_TYPES]
    where = f"`{interface.module}` declares no" if interface is not None else "there is no"
    if interface is None and (owner := scope.owner(text)) is not None:
        _report_constructor(scope, name, owner)
        return
    if interface is None and is_wanted(scope, text):
        return
    if interface is not None and reports_their_constructor(scope, qualifier, interface, name, "type"):
        return
    similar = own_first(scope.near(text, candidates), () if interface is not None else BUILT_IN_TYPES)
    if interface is None and text in FOREIGN_CAPITAL:
        similar = (FOREIGN_CAPITAL[text],)
    elif interface is None and not similar and text in NOTHING | {"NoneType"}:
        similar = ("Void" if _is_side(scope, name) else "()",)
    found, fixes = found_elsewhere(scope, qualifier, name, "types", bool(similar))
    written = WRITTEN.get(text) if interface is None else None
    fixes += [scope.replacement(name, other, f"write `{other}`") for other in similar]
    if written is not None and not fixes:
        fixes += _as_written_here(scope, unknown)
    if not fixes and _is_variable(scope, unknown):
        written = f"a type variable is written `{text.lower()}`"
        fixes.append(scope.replacement(name, text.lower(), f"write `{text.lower()}`"))
    if interface is None and not fixes and written is None:
        fixes += renamed_type(scope, text)
    if not found and (similar or not fixes):
        fixes += renamed_there(scope, qualifier, interface, name, "types", similar)
    if is_whole and unknown.args and not fixes and written is None:
        lone_constructors.report_unknown(scope, unknown)
        return
    scope.report(
        codes.UNKNOWN_TYPE,
        name,
        f"{where} type `{text}`",
        did_you_mean((*found, *similar)[:MOST_FIXES]) or not_imported(fixes) or written or "unknown type",
        related=declared_there(interface, "types"),
        fixes=tuple(fixes[:MOST_FIXES]),
    )


def _is_side(scope: Scope, name: syntax.Name) -> bool:
    """Whether a name may be the whole of what a function takes or gives."""
    text = scope.module.source.text
    behind = text[name.end : name.end + 40].lstrip()
    return text[max(0, name.start - 40) : name.start].rstrip().endswith("->") or behind.startswith("->")


def _is_variable(scope: Scope, unknown: syntax.TypeName) -> bool:
    """Whether a name in the type of a function is what other languages call a type variable."""
    at, lone = unknown.start, unknown.qualifier is None and not unknown.args and len(unknown.name.text) == 1
    holds = (decl for decl in scope.module.declarations if decl.start <= at < decl.end)
    return lone and isinstance(next(holds, None), syntax.FunDecl | syntax.DefDecl)


def _as_written_here(scope: Scope, unknown: syntax.TypeName) -> tuple[Fix, ...]:
    """``List Text``, ``List[Text]`` and ``Maybe Text`` as they are written here; nothing where more is given."""
    glued = unknown.args[0] if len(unknown.args) == 1 and unknown.args[0].start == unknown.name.end else None
    if isinstance(glued, syntax.ListType):
        text = scope.module.source.text[glued.start : glued.end]
        if WRITTEN[unknown.name.text] is not _LIST:
            text = f"optional {text[1:-1].strip()}"
        return (scope.replacement(unknown, text, f"write `{text}`"),)
    if len(unknown.args) != 1 or not isinstance(unknown.args[0], (syntax.TypeName, syntax.TypeVariable)):
        return ()
    source, item = scope.module.source, unknown.args[0]
    between = source.text[unknown.name.end : item.start]
    if between.strip() or (isinstance(item, syntax.TypeName) and item.args):
        return ()
    one = source.text[item.start : item.end]
    is_list = WRITTEN[unknown.name.text] is _LIST
    text = f"[{one}]" if is_list else f"optional {one}"
    return (scope.replacement(unknown, text, f"write `{text}`"),)


def _report_constructor(scope: Scope, name: syntax.Name, owner: tuple[syntax.TypeDecl, syntax.Name]) -> None:
    decl, constructor = owner
    sum = decl.name.text
    holds = decl.body.constructors if isinstance(decl.body, syntax.SumType) else ()
    payload = next((one.payload for one in holds if one.name is constructor), None)
    meant = type_meant(scope.module, name, sum, payload)
    why = "has this constructor" if meant == sum else "this constructor holds"
    scope.report(
        codes.UNKNOWN_TYPE,
        name,
        f"`{name.text}` is a constructor of `{sum}`, and no type",
        f"only `{sum}` as a whole is a type",
        related=(Label(scope.span(constructor), "declared here", Role.DECLARATION),),
        fixes=(scope.replacement(name, meant, f"write `{meant}`, which {why}"),),
    )
