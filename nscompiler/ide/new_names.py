"""Which names something of a kind may have, whatever else there is."""

import re

from nscompiler.grammar import syntax
from nscompiler.grammar.text import is_plain_name
from nscompiler.ide.names import Kind, Target
from nscompiler.modules.reference import ReferenceFault, parse_reference
from nscompiler.typecheck.declare import no_method
from nscompiler.typecheck.params import POLICY
from nscompiler.typecheck.scope import BUILT_IN

KEYWORDS = frozenset(
    [
        *("module", "import", "as", "type", "fun", "def", "optional", "concat", "filter"),
        *("with", "where", "is", "true", "false", "_"),
    ]
)
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΡΣ-ΫЀ-Я][\w']*")
"""The terminal UNAME of the grammar."""


def fault_of(target: Target, new: str) -> str | None:
    """Why something cannot have a name; None where it can."""
    match target.kind:
        case Kind.TYPE | Kind.CONSTRUCTOR | Kind.ALIAS:
            return _capital(target.kind, new)
        case Kind.FIELD:
            return _field(new)
        case Kind.MODULE:
            found = parse_reference(f"{new}:0.0.1")
            if isinstance(found, ReferenceFault) or "/" in new or ":" in new:
                return f"`{new}` is no name of a module: each part of it starts with a capital letter of ASCII"
            return None
    return _small(target, new)


def _capital(kind: Kind, new: str) -> str | None:
    if _CAPITAL.fullmatch(new) is None:
        return f"`{new}` is no name of {_a(kind)}: it starts with a capital, letters and digits follow"
    if kind is not Kind.ALIAS and new in BUILT_IN:
        return f"`{new}` is a built-in type"
    return None


def _field(new: str) -> str | None:
    if not new or any(one in '"\\' or not one.isprintable() for one in new):
        return "the name of a field is not empty and holds no quote, no backslash and no control character"
    return None


def _small(target: Target, new: str) -> str | None:
    if not is_plain_name(new):
        return (
            f"`{new}` is no name of {_a(target.kind)}: it starts with a small letter or `_`, letters and digits follow"
        )
    if target.kind is Kind.PARAMETER:
        return f"`{new}` is a parameter that every function understands" if new in POLICY else None
    if new in KEYWORDS:
        return f"`{new}` is a keyword"
    if isinstance(target.node, syntax.FunDecl) and target.kind is Kind.FUNCTION:
        return f"`{new}` cannot be the name of a Python method" if no_method(new) is not None else None
    return None


def _a(kind: Kind) -> str:
    return f"an {kind.value}" if kind.value[0] in "aeiou" else f"a {kind.value}"
