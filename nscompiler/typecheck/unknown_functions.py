"""Functions that nothing declares, and what was probably meant: a near name, a type, one of another module."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.typecheck.elsewhere import MOST_FIXES, Scope, found_elsewhere, is_wanted, not_imported
from nscompiler.typecheck.other_versions import report_other_version
from nscompiler.typecheck.renamed_there import declared_there, renamed_there
from nscompiler.typecheck.standard_names import meant_by
from nscompiler.typecheck.their_constructors import by_parameters, reports_their_constructor
from nscompiler.typecheck.unknown_types import BUILT_IN_TYPES
from nscompiler.types.interface import Interface

# What is given a type in `< >`, with its parameters, right before a stage.
_TAKES_TYPE = Pattern(
    r"(?P<function>\b(?:Conv\.from_|Sources\.(?!stdin\b|schedule\b))\w++)(?P<given>\s*+\{[^{}]*+\})?+\s*+\|\s*+\Z"
)
_LINES = Pattern(r"\bSources\.stdin\s*+\|\s*+\Z")
_NEAR = 300
_FEW = 4
_MOST_FUNCTIONS = 200


def report_function(
    scope: Scope, qualifier: syntax.Name | None, interface: Interface | None, name: syntax.Name
) -> None:
    """No function has a name, in this file or (with an ``interface``) in a module that it imports."""
    text = name.text
    if text == syntax.NAMELESS or (interface is None and is_wanted(scope, text)):
        return
    if report_other_version(scope, codes.UNKNOWN_NAME, qualifier, name, "function"):
        return
    candidates = [*interface.functions] if interface is not None else _other_functions(scope, name)
    folded = {other.casefold(): other for other in candidates}
    if text not in candidates and text.casefold() in folded:
        right = folded[text.casefold()]
        fix = scope.replacement(name, right, f"write `{right}`", Applicability.MACHINE_APPLICABLE)
        title = f"`{text}` is spelt `{right}`"
        scope.report(codes.WRONG_CASE, name, title, "capitals count", fixes=(fix,))
        return
    glued = _without_dot(scope, text) if interface is None else ""
    if (
        text[:1].isupper()
        and not glued
        and (
            _report_no_function(scope, name)
            if interface is None
            else _report_their_type(scope, qualifier, interface, name)
            or reports_their_constructor(scope, qualifier, interface, name, "function")
        )
    ):
        return
    if interface is None and (cut := _prefixed(text, candidates) or glued):
        title = f"there is no function `{text}`"
        fix = scope.replacement(name, cut, f"write `{cut}`")
        scope.report(codes.UNKNOWN_NAME, name, title, f"did you mean `{cut}`?", fixes=(fix,))
        return
    similar = scope.near(text, candidates)
    if interface is not None and interface.standard:
        similar = by_parameters(scope.module.source.text, name.end, interface) or similar
    if interface is not None and not similar:
        similar = tuple(one for one in meant_by(interface.module, text) if one in interface.functions)
    found, fixes = found_elsewhere(scope, qualifier, name, "functions", bool(similar))
    if not found:
        fixes += [scope.replacement(name, other, f"write `{other}`") for other in similar]
    if not found and (similar or not fixes):
        fixes += renamed_there(scope, qualifier, interface, name, "functions", similar)
        fixes += [] if fixes or interface is not None else _only_unused(scope, name)
    declares_no = "there is no function" if interface is None else f"`{interface.module}` declares no function"
    scope.report(
        codes.UNKNOWN_NAME,
        name,
        f"{declares_no} `{text}`",
        did_you_mean(found[:MOST_FIXES] or similar) or not_imported(fixes) or "unknown function",
        related=declared_there(interface, "functions"),
        fixes=tuple(fixes[:MOST_FIXES]),
    )


def _without_dot(scope: Scope, text: str) -> str:
    """``Sinks.log`` where ``Sinkslog`` stands; empty where no function of an import is meant so."""
    for end in range(1, len(text)):
        interface = scope.imports.get(text[:end])
        if interface is not None and text[end:] in interface.functions:
            return f"{text[:end]}.{text[end:]}"
    return ""


def _prefixed(text: str, functions: Iterable[str]) -> str:
    """``filter f`` where ``filterf`` stands; empty where no function is meant so."""
    word = next((word for word in ("concat", "filter") if text.startswith(word)), "")
    return f"{word} {text[len(word) :]}" if word and text[len(word) :] in functions else ""


def _report_their_type(scope: Scope, qualifier: syntax.Name | None, interface: Interface, name: syntax.Name) -> bool:
    """Report a type of another module where a function is wanted; False if it is none."""
    if name.text not in interface.types or qualifier is None:
        return False
    written = f"{qualifier.text}.{name.text}"
    title, label = f"`{written}` is a type, and no function", "a function is wanted here"
    fixes = _as_given(scope, qualifier.start, name.end, written)
    scope.report(codes.UNKNOWN_NAME, name, title, label, fixes=fixes)
    return True


def _as_given(scope: Scope, start: int, end: int, written: str) -> tuple[Fix, ...]:
    """The fix that gives a type, which stands as a stage, to the function before it that takes one."""
    text = scope.module.source.text
    before = _TAKES_TYPE.search(text, max(0, start - _NEAR), start)
    span = scope.module.source.span
    if before is None and _LINES.search(text, max(0, start - _NEAR), start) is not None:
        right = f"Conv.from_json<{written}>"
        return (Fix(f"write `{right}`", (Edit(span(start, end), right),), Applicability.MAYBE_INCORRECT),)
    if before is None:
        return ()
    at = before.end("function")
    gone = before.end("function") if before["given"] is None else before.end("given")
    edits = (Edit(span(at, at), f"<{written}>"), Edit(span(gone, end), ""))
    title = f"write `{before['function']}<{written}>`"
    return (Fix(title, edits if gone > at else (Edit(span(at, end), f"<{written}>"),), Applicability.MAYBE_INCORRECT),)


def _report_no_function(scope: Scope, name: syntax.Name) -> bool:
    """Report a type or a constructor where a function is wanted; False if it is neither."""
    text, owner = name.text, scope.owner(name.text)
    if owner is not None:
        sum = owner[0].name.text
        scope.report(
            codes.UNKNOWN_NAME,
            name,
            f"`{text}` is a constructor of `{sum}`, and no function",
            "values of a sum are made in Python code",
            related=(Label(scope.span(owner[1]), "declared here", Role.DECLARATION),),
            notes=(f"declare a function that gives {sum}",),
        )
    elif text in scope.declared_types or text in BUILT_IN_TYPES:
        declared = scope.declared_types.get(text)
        label = () if declared is None else (Label(scope.span(declared.name), "declared here", Role.DECLARATION),)
        title = f"`{text}` is a type, and no function"
        fixes = _as_given(scope, name.start, name.end, text)
        scope.report(codes.UNKNOWN_NAME, name, title, "a function is wanted here", related=label, fixes=fixes)
    elif (module := scope.imports.get(text)) is not None:
        own = [f"`{text}.{function}`" for function in module.functions]
        told = f"its functions are {', '.join(own[:_FEW])}{' …' if own[_FEW:] else ''}" if own else "it has none"
        scope.report(codes.UNKNOWN_NAME, name, f"`{text}` is a module, and no function", told)
    elif aliases := scope.near(text, [alias for alias, one in scope.imports.items() if one is not None]):
        notes = (f"a function of the module `{aliases[0]}` is called `{aliases[0]}.…`",)
        scope.report(codes.UNKNOWN_NAME, name, f"there is no function `{text}`", "unknown function", notes=notes)
    else:
        return False
    return True


def _only_unused(scope: Scope, name: syntax.Name) -> Iterator[Fix]:
    """A fix that writes the only def of the file that nothing uses and that does nothing by itself."""
    if len(scope.functions) > _MOST_FUNCTIONS:
        return
    used = _words(scope.module.source.text)
    unused = [own for own, one in scope.functions.items() if used[own] == 1 and one.kind in ("source", "sink")]
    if len(unused) == 1 and unused[0] in scope.declared_functions:
        yield scope.replacement(name, unused[0], f"write `{unused[0]}`")


@lru_cache(maxsize=1)  # it is asked of one file, for each name that it wants and nothing has
def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def _other_functions(scope: Scope, name: syntax.Name) -> list[str]:
    """The functions of a file, without the def in whose body a name stands: that one is hardly meant."""
    if scope.comparisons <= 0:
        return []  # a file full of mistakes
    return [own for own, decl in scope.declared_functions.items() if not decl.start <= name.start < decl.end]
