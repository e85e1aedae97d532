"""What is said of a parameter without a default that a workflow sets nowhere: that it is missing, or that a binding
which only functions without ``with`` take is a slip of it, or stands at the wrong stage."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import params as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.typecheck import params
from nscompiler.typecheck.explain import fitting
from nscompiler.typecheck.infer import Inference
from nscompiler.typecheck.parameter_moves import Place
from nscompiler.typecheck.scope import Scope
from nscompiler.types.interface import ParameterRow, ParameterType, Settable

# What stands behind a use that could not be read and belongs to it.
_UNREAD = Pattern(r'(?:<[^<>\n]*>)?[ \t]*(?:[(\[]|[<>]{1,2}[ \t]*"|[a-z_][\w\']*[ \t]*=)')
Open = tuple[syntax.Apply, syntax.Binding]


def check_required(scope: Scope, inference: Inference, row: ParameterRow) -> None:
    """Report what a workflow needs and does not set."""
    misspelt: dict[syntax.Binding, str] = {}
    for need in row.settable:
        if not need.required:
            continue
        use = _reader_in(inference, need)
        if use is not None:
            if inference.uses[use].target.kind == "workflow":
                continue  # a workflow itself, of which this was told where it is defined
            if _is_followed_by_unread(scope, use):
                continue  # parameters that could not be read, of which the parser has told
            if _report_misspelt(scope, inference, use, need, misspelt):
                continue
        _report_missing(scope, inference, use, need)


def _reader_in(inference: Inference, need: Settable) -> syntax.Expr | None:
    """The first name in a def, with its types, through which a parameter is read; that of a workflow if no other."""
    workflow: syntax.Expr | None = None
    for node, fact in inference.uses.items():
        if any((one.name, one.reader) == (need.name, need.reader) for one in fact.target.parameters.settable):
            if fact.target.kind != "workflow":
                return node  # type: ignore[return-value]
            workflow = workflow or node  # type: ignore[assignment]
    return workflow


def _is_followed_by_unread(scope: Scope, use: syntax.Node) -> bool:
    """Whether behind a use, on its line, stands what belongs to it and could not be read: ``f(p = 1)``, ``f p = 1``."""
    main = scope.module.main
    if main is not None and main.start >= use.end:  # a script's expression may stand there
        return False
    return _UNREAD.match(scope.module.source.text, use.end) is not None


# --- bindings that only functions without `with` take


def _taken_openly(scope: Scope, inference: Inference, need: Settable) -> Iterator[Open]:
    """The bindings of a def that no function with ``with`` reads, and whose value a parameter may have."""
    for apply, binding in reversed(scope.open_bindings):
        if apply not in inference.arrows:
            return  # those of a def follow each other
        if not isinstance(params.convert(binding.value, need.type), params.Fault):
            yield apply, binding


def _report_misspelt(
    scope: Scope, inference: Inference, use: syntax.Node, need: Settable, told: dict[syntax.Binding, str]
) -> bool:
    """Whether a binding around a function is a slip of what it needs; then after a report, if none was made."""
    for apply, binding in _taken_openly(scope, inference, need):
        around = apply.start <= use.start and use.end <= apply.end
        name = binding.name.text
        if not around or not near(name, (need.name,)) or any(one.name.text == need.name for one in apply.bindings):
            continue
        if told.get(binding, need.name) != need.name:
            continue  # it is a slip of another parameter already
        if binding not in told:
            told[binding] = need.name
            scope.report(
                codes.UNKNOWN_PARAMETER,
                binding.name,
                fitting(
                    f"`{scope.reader(need)}` needs the parameter `{need.name}`, and `{name}` is set",
                    f"the parameter `{need.name}` is needed, and `{name}` is set",
                ),
                f"did you mean `{need.name}`?",
                related=_declared(need),
                fixes=(scope.replacement(binding.name, need.name, f"write `{need.name}`"),),
            )
        return True
    return False


def _moved(
    scope: Scope, inference: Inference, use: syntax.Expr, applied: syntax.Apply | None, need: Settable
) -> tuple[syntax.Binding, Fix] | None:
    """The only binding of what a function needs that stands at another one, and the fix that brings it there."""
    found = [
        (apply, binding)
        for apply, binding in _taken_openly(scope, inference, need)
        if binding.name.text == need.name and not (apply.start <= use.start and use.end <= apply.end)
    ]
    if len(found) != 1:
        return None
    ((stands, binding),) = found
    return binding, Place(binding, stands, use, applied).fix(scope)


# --- what is missing


def _report_missing(scope: Scope, inference: Inference, use: syntax.Expr | None, need: Settable) -> None:
    place = scope.module if use is None else use
    applied = next((one for one in inference.arrows if isinstance(one, syntax.Apply) and one.function is use), None)
    moved = None if use is None else _moved(scope, inference, use, applied, need)
    related, fixes = _declared(need), (_set(scope, place, applied, need),)
    if moved is not None:
        related = (Label(scope.span(moved[0]), "set here, where it does not reach it", Role.NOTE), *related)
        fixes = (moved[1],)
    scope.report(
        codes.PARAMETER_MISSING,
        place,
        fitting(
            f"`{scope.reader(need)}` needs the parameter `{need.name}`, which nothing sets"
            if moved is None
            else f"`{scope.reader(need)}` needs the parameter `{need.name}`, which is set at another stage",
            f"the parameter `{need.name}` is set by nothing",
        ),
        f"`{need.name} : {params.show_type(need.type)}` has no default",
        related=related,
        fixes=fixes,
    )


def _declared(need: Settable) -> tuple[Label, ...]:
    return () if need.span is None else (Label(need.span, "declared here", Role.PARAMETER),)


def _set(scope: Scope, place: syntax.Node, applied: syntax.Apply | None, need: Settable) -> Fix:
    source = scope.module.source
    binding = f"{need.name} = {_sample(need.type)}"
    if applied is not None and applied.bindings:
        end = applied.bindings[-1].end
        edit = Edit(source.span(end, end), f", {binding}")
    elif applied is not None and "{" in source.text[place.end : applied.end]:  # braces with nothing in them
        brace = source.text.index("{", place.end) + 1
        edit = Edit(source.span(brace, brace), f" {binding}" + " " * (source.text[brace] == "}"))
    else:
        edit = Edit(source.span(place.end, place.end), f" {{ {binding} }}")
    return Fix(f"set `{need.name}`", (edit,), Applicability.HAS_PLACEHOLDERS)


def _sample(type: ParameterType) -> str:
    """A value that a parameter may have, to be replaced by the one that is meant."""
    if type.kind == "enum":
        return f'"{type.choices[0]}"'
    return {"Integer": "0", "Double": "0.0", "Boolean": "false", "Duration": '"1s"', "list": "[]"}.get(type.kind, '""')
