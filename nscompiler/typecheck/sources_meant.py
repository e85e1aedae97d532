"""Functions that are declared to take a value, while an attribute and the Python class say that they are sources: the
signature is wrong, and nothing else is said of it."""

from collections.abc import Sequence

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.codes import python as python_codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.grammar import syntax

_OF_SOURCES = ("bounded", "unbounded")


def sources_meant(
    module: syntax.Module, own: Sequence[Diagnostic], python: Sequence[Diagnostic]
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The problems of a file and of its class, each such function told of once, at its input."""
    told, left = list(own), list(python)
    for decl in module.declarations:
        attribute = _of_sources(decl) if isinstance(decl, syntax.FunDecl) else None
        if attribute is None or not isinstance(decl, syntax.FunDecl):
            continue
        at, name = module.span(attribute), module.span(decl.name)
        about = next((one for one in told if one.code is codes.ATTRIBUTE_CONFLICT and one.primary.span == at), None)
        method = next((one for one in left if one.code is python_codes.ARGUMENT_COUNT and _is_about(one, name)), None)
        if about is not None and method is not None:
            told[told.index(about)] = _signature(module, decl, attribute, about, method)
            left.remove(method)
    return told, left


def _of_sources(decl: syntax.FunDecl) -> syntax.Attribute | None:
    return next((one for one in decl.attributes if one.name.text in _OF_SOURCES), None)


def _is_about(problem: Diagnostic, name: object) -> bool:
    """Whether a method, that of the function of a name, takes no value."""
    no_value = problem.title.endswith("takes no values after `self`")
    return no_value and any(label.span == name for label in problem.related)


def _signature(
    module: syntax.Module, decl: syntax.FunDecl, attribute: syntax.Attribute, about: Diagnostic, method: Diagnostic
) -> Diagnostic:
    input = module.span(decl.type.input)
    return codes.ATTRIBUTE_CONFLICT.at(
        input,
        f"`@{attribute.name.text}` and the Python class make `{decl.name.text}` a source, and its type a function",
        "a source takes `Void`",
        related=(
            Label(about.primary.span, "only sources are", Role.DECLARATION),
            Label(method.primary.span, "takes no value", Role.DECLARATION),
        ),
        fixes=(Fix("write `Void`", (Edit(input, "Void"),), Applicability.MAYBE_INCORRECT),),
    )
