"""Parameters of the standard library that name fields of the values that pass: ``kafka_key = "user"``,
``url = "https://…/{user}"``. The runtime refuses one that the values have not when a workflow starts; here before."""

from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import params as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.patterns import Pattern
from nscompiler.source import Span
from nscompiler.typecheck.facts import UseFact
from nscompiler.typecheck.scope import TITLE_WIDTH, Scope
from nscompiler.typecheck.taken_away import without
from nscompiler.types.show import show
from nscompiler.types.types import App, Record, Scalar, Type

_URL = frozenset((("Http", "get"), ("Http", "post")))
_SOURCE_KEYS = frozenset((("Sources", "postgres"), ("Sources", "postgres_poll"), ("Sources", "sqlite")))
_KEYS = frozenset((*_SOURCE_KEYS, ("Sinks", "postgres"), ("Sinks", "sqlite")))
NAMING: Mapping[str, frozenset[tuple[str, str]]] = {
    "kafka_key": frozenset((("Sinks", "kafka"),)),
    "nats_msg_id": frozenset((("Sinks", "nats"),)),
    "url": _URL,
    "pg_key": _KEYS,
    "key": _KEYS,
}
"""The functions, by module and name, whose parameters of these names name fields."""

_MAYBE = Applicability.MAYBE_INCORRECT
_PLACE = Pattern(r"\{([^{}]*)\}")
_COLUMN = Pattern(r"\s*([^,]*[^,\s])\s*(?:,|\Z)")


def check_named_fields(scope: Scope, uses: Mapping[syntax.Node, UseFact]) -> None:
    """Report the fields that parameters name and the values have not; once all types are known."""
    wrong = {scope.module.source.text[one.primary.span.start : one.primary.span.end] for one in scope.problems}
    for expr, binding in scope.naming_bindings:
        if _around(scope, expr) in wrong:
            continue  # where a def does not fit its types may be wrong, too
        for use in _readers(expr.function, binding.name.text):
            fact = uses.get(use)
            if fact is not None and _names_fields(scope, expr, binding.name.text, fact):
                _check(scope, expr, binding, use, fact)


def _around(scope: Scope, expr: syntax.Expr) -> str:
    """The name of the def in which an expression stands."""
    defs = (decl for decl in scope.module.declarations if isinstance(decl, syntax.DefDecl))
    return next((decl.name.text for decl in defs if decl.start <= expr.start < decl.end), "")


def _readers(expr: syntax.Expr, name: str) -> Iterator[syntax.Use]:
    """The names of functions in an expression for which a binding around it holds."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, syntax.Use):
            yield part
        elif isinstance(part, syntax.Pipe):
            waiting.extend(reversed(part.stages))
        elif isinstance(part, syntax.Both):
            waiting.extend(reversed(part.branches))
        elif isinstance(part, (syntax.Instantiate, syntax.Concat, syntax.Filter)) or (
            isinstance(part, syntax.Apply) and all(one.name.text != name for one in part.bindings)
        ):
            waiting.append(part.function)


def _names_fields(scope: Scope, expr: syntax.Apply, parameter: str, fact: UseFact) -> bool:
    """Whether a function's parameter names fields of its values, whatever else is set."""
    module, function = fact.target.module.split(":")[0].rpartition("/")[2], fact.target.name
    if (module, function) not in NAMING[parameter] or not scope.is_standard(fact.target.module):
        return False
    if all(one.name != parameter for one in fact.target.parameters.settable):
        return False
    others = {one.name.text: one.value.raw.strip('"') for one in expr.bindings}
    if module == "Sinks" and parameter in ("key", "pg_key"):
        # Else they are columns of a table that is there.
        return others.get("create" if parameter == "key" else "pg_create") == "true"
    return "kafka_message" not in others


def _check(scope: Scope, expr: syntax.Apply, binding: syntax.Binding, use: syntax.Use, fact: UseFact) -> None:
    is_source = fact.target.kind == "source"
    type = fact.arrow.output if is_source else fact.arrow.input
    labels = _labels(type)
    if labels is None:
        return
    text, parameter = str(binding.value.value), binding.name.text
    for name in dict.fromkeys(_named(parameter, text)):
        there = name in labels or (not name and not isinstance(type, Record))
        if parameter in ("pg_key", "key"):
            there = name.casefold() in {label.casefold() for label in labels}
        if not there:
            _report(scope, expr, binding, use, type, name, labels)


def _labels(type: Type) -> tuple[str, ...] | None:
    """The fields of a type, where all of them are known."""
    if type.poisoned:
        return None
    if isinstance(type, Record):
        return tuple(label for label, _ in type.fields) if type.tail is None else None
    return () if isinstance(type, (Scalar, App)) else None


def _named(parameter: str, text: str) -> Iterator[str]:
    if parameter == "url":
        # Neither a server that a value chooses, nor a URL that is none, is a matter of fields.
        yield from _PLACE.findall(text.partition("://")[2]) if text != "{}" else ()
    elif parameter in ("pg_key", "key"):
        yield from _COLUMN.findall(text)
    elif text:
        yield text


def _report(
    scope: Scope,
    expr: syntax.Apply,
    binding: syntax.Binding,
    use: syntax.Use,
    type: Type,
    name: str,
    labels: tuple[str, ...],
) -> None:
    parameter, place = binding.name.text, _place(scope, binding, name)
    similar = near(name, labels) or (labels if len(labels) == 1 else ())
    owner = show(type)
    owner = owner if len(owner) <= 24 else "the value"
    shown = f"{{{name}}}" if parameter == "url" else name
    title = f"`{parameter}` names the field `{shown}`, which {owner} does not have"
    scope.problems.add(
        codes.PARAMETER_FORM.at(
            place if place is not None and name else scope.span(binding.value),
            title if len(title) <= TITLE_WIDTH else title[: TITLE_WIDTH - 1] + "…",
            did_you_mean(similar) or _there_are(labels),
            related=(Label(scope.span(use), "the function that reads it", Role.CONSUMER),),
            fixes=_fixes(scope, expr, binding, type, place, similar),
        )
    )


def _fixes(
    scope: Scope,
    expr: syntax.Apply,
    binding: syntax.Binding,
    type: Type,
    place: Span | None,
    similar: tuple[str, ...],
) -> tuple[Fix, ...]:
    """The fields that are meant; what is no record is named as a whole in a URL, and has no key."""
    if isinstance(type, Record):
        written = [(place, other) for other in similar if place is not None]
        return tuple(Fix(f"write `{other}`", (Edit(at, other),), _MAYBE) for at, other in written)
    if binding.name.text == "url":
        return () if place is None else (Fix("write `{}`", (Edit(place, ""),), _MAYBE),)
    return (without(scope, expr, binding),)


def _there_are(labels: tuple[str, ...]) -> str:
    if not labels:
        return "it has no fields"
    listed = ", ".join(f"`{label}`" for label in labels[:5])
    return f"its fields are {listed}{' …' if len(labels) > 5 else ''}"


def _place(scope: Scope, binding: syntax.Binding, name: str) -> Span | None:
    """Where a literal has a name, if it stands there once as it is."""
    value = binding.value
    raw = scope.module.source.text[value.start : value.end]
    written = f"{{{name}}}" if binding.name.text == "url" else name
    if raw.count(written) != 1:
        return None
    start = value.start + raw.index(written) + (1 if binding.name.text == "url" else 0)
    return scope.module.source.span(start, start + len(name))
