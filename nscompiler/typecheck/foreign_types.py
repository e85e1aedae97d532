"""Types as SQL and other languages call them, ``VARCHAR``, ``BIGINT``, ``str``: told of once for a declaration, with a
fix that writes all of them as they are here.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.grammar.foreign_names import FOREIGN_SMALL, SQL_WORDS, sql_type
from nscompiler.grammar.walk import walk
from nscompiler.typecheck.scope import Scope

# What is too long for a fix's title.
_LONG = 60


def meant_by_sql(scope: Scope, name: str) -> str | None:
    """What a name stands for that SQL has for a type; None where this file has something that is nearly called so."""
    meant = sql_type(name)
    if meant is None or name.capitalize() in scope.declared_types or scope.owner(name) is not None:
        return None
    return meant


def report_foreign_type(
    scope: Scope, name: syntax.Name, meant: str, whole: syntax.Node | None, decl: syntax.TypeDecl | None
) -> None:
    """Report the first such type of ``whole``, the type that a declaration writes.

    In a ``type`` those in small letters are meant too, but for its parameters.
    """
    edits = list(_edits(scope, whole, decl)) if whole is not None else [Edit(scope.span(name), meant)]
    told = ", ".join(dict.fromkeys(f"`{edit.text}`" for edit in edits))
    what = f"write {told}" if len(told) <= _LONG else f"write `{edits[0].text}`, and the others so too"
    fix = Fix(what, tuple(edits), Applicability.MAYBE_INCORRECT)
    title = f"there is no type `{name.text}`"
    scope.report(codes.UNKNOWN_TYPE, name, title, f"did you mean `{meant}`?", fixes=(fix,))


def _edits(scope: Scope, whole: syntax.Node, decl: syntax.TypeDecl | None) -> Iterator[Edit]:
    parameters = {name.text for name in decl.parameters} if decl is not None else set()
    gone: set[syntax.Node] = set()
    for part in walk(whole):
        if part in gone:
            continue
        if isinstance(part, syntax.TypeVariable):
            right = FOREIGN_SMALL.get(part.name.text) if decl is not None else None
            if right is not None and part.name.text not in parameters:
                yield Edit(scope.span(part), right)
        elif isinstance(part, syntax.TypeName) and part.qualifier is None:
            right = None if part.name.text in scope.declared_types else meant_by_sql(scope, part.name.text)
            if right is not None:
                words = _words(part)
                gone.update(part.args if words else ())
                missing = "NULL" in words and "NOT" not in words
                yield Edit(scope.span(part if words else part.name), f"optional {right}" if missing else right)


def _words(part: syntax.TypeName) -> list[str]:
    """The words of SQL's that follow a type; none where anything else does."""
    named = [one for one in part.args if isinstance(one, syntax.TypeName | syntax.TypeVariable)]
    words = [one.name.text.upper() for one in named]
    return words if len(words) == len(part.args) and SQL_WORDS.issuperset(words) else []
