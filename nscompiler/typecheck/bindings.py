"""What ``e { p = v }`` does: each binding is checked against every function that it reaches."""

from collections.abc import Container, Sequence
from itertools import islice

from nscompiler.diagnostics.codes import names as name_codes
from nscompiler.diagnostics.codes import params as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near, near_part
from nscompiler.grammar import syntax
from nscompiler.source import Span
from nscompiler.typecheck import crontab, parameter_forms, params
from nscompiler.typecheck.foreign_parameters import called_elsewhere, carried_value
from nscompiler.typecheck.literal_fixes import report_shell_variable, value_fixes
from nscompiler.typecheck.named_fields import NAMING
from nscompiler.typecheck.params import Fault
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.taken_away import shortened, without
from nscompiler.types.interface import ParameterRow, ParameterType, Settable

# So many parameters no function has.
_MOST_BOUND = 256


def apply(scope: Scope, expr: syntax.Apply, row: ParameterRow) -> ParameterRow:
    """The row that an application leaves, after reporting what is wrong with its bindings."""
    bound = {binding.name.text for binding in expr.bindings}
    readers = params.readers_of(row, bound)
    seen: dict[str, syntax.Binding] = {}
    for binding in expr.bindings:
        name = binding.name.text
        if name in seen:
            first = Label(scope.span(seen[name].name), "first bound here", Role.PARAMETER)
            either = without(scope, expr, seen[name]), without(scope, expr, binding)
            fixes = either[1:] if either[0].title == either[1].title else either
            title = f"`{name}` is bound twice"
            scope.report(codes.DUPLICATE_BINDING, binding.name, title, "again here", related=(first,), fixes=fixes)
            continue
        seen[name] = binding
        if name in params.POLICY:
            _check_policy(scope, expr, binding, row)
        else:
            _check(scope, expr, binding, row, readers.get(name, ()))
    places = {name: scope.span(binding) for name, binding in seen.items()}
    for name, place in [*places.items()]:
        if name not in params.POLICY and name not in readers and not params.takes_openly(row, name):
            # A misspelt binding stands for the parameter that was meant: nobody wants to hear twice of one slip.
            for meant in _meant(expr, seen[name], row, places)[:1]:
                places[meant] = place
    return params.narrow(row, places)


def _check_policy(scope: Scope, expr: syntax.Apply, binding: syntax.Binding, row: ParameterRow) -> None:
    name = binding.name.text
    fault = params.convert_policy(name, binding.value)
    if not isinstance(fault, Fault):
        if name == "dead_letter" and report_shell_variable(scope, binding.value, anywhere=True, bare=True):
            return
        inner = [one for one in row.fixed if one.name == name]
        if inner and not params.takes_policy(row, name):
            _report_without_effect(scope, expr, binding, inner[0].span, "")
        return
    scope.report(
        codes.STANDARD_PARAMETER_VALUE,
        binding.value,
        f"`{name}` cannot be {shortened(binding.value)}",
        f"{fault.wanted} is wanted",
        fixes=_policy_fixes(scope, expr, binding, fault),
        expected=params.show_type(params.POLICY[name]),
        found=binding.value.raw,
    )


_LONG_LIST = 24
_RETRY = {"yes": "true", "on": "true", "always": "true", "no": "false", "off": "false", "never": "false"}


def _policy_fixes(scope: Scope, expr: syntax.Apply, binding: syntax.Binding, fault: Fault) -> tuple[Fix, ...]:
    """What is meant by a value that one of the parameters of every function cannot have; else it goes."""
    name, value = binding.name.text, binding.value
    other = carried_value(binding, name, None)
    if other is not None:
        return (scope.replacement(value, other, f"write {other}"),)
    if name == "on_error" and value.value == "retry" and all(one.name.text != "retry" for one in expr.bindings):
        return (scope.replacement(binding, "retry = true", "write `retry = true`"),)
    if name == "retry" and (truth := _RETRY.get(str(value.value).casefold())) is not None:
        return (scope.replacement(value, f'"{truth}"', f'write "{truth}"'),)
    if name == "retry" and fault.kind == "least":
        return (scope.replacement(value, "true", "write `true`: as often as is usual"),)  # elsewhere: without an end
    if name == "parallelism" and value.value == 0:
        return (scope.replacement(value, "1", "write `1`"),)
    if name == "dead_letter":
        return ()  # a path, and no text of a truth value or a number
    fixes = () if fault.kind == "least" else value_fixes(scope, value, params.POLICY[name])
    return fixes if fixes or not _is_plain(scope, expr) else (without(scope, expr, binding),)


def _check(
    scope: Scope, expr: syntax.Apply, binding: syntax.Binding, row: ParameterRow, readers: Sequence[Settable]
) -> None:
    name = binding.name.text
    if readers:
        _check_value(scope, binding, readers)
        if name in NAMING and binding.value.kind == "text":
            scope.naming_bindings.append((expr, binding))
    elif params.takes_openly(row, name):
        if not params.has_unseen(row):
            scope.open_bindings.append((expr, binding))
            _check_open(scope, binding)
    else:
        inner = [one for one in row.fixed if one.name == name]
        if inner:
            _report_without_effect(scope, expr, binding, inner[0].span, inner[0].reader.rpartition(".")[2])
        elif row.settable or row.fixed or not row.open:
            _report_unknown(scope, expr, binding, row)


def _check_open(scope: Scope, binding: syntax.Binding) -> None:
    """A function without ``with`` reads text: a list has none."""
    if report_shell_variable(scope, binding.value):
        return
    if binding.value.kind == "list":
        title = f"`{binding.name.text}` is read as text, and a list is none"
        note = "a function without `with` takes parameters as text"
        scope.report(codes.PARAMETER_TYPE, binding.value, title, note, expected="Text", found=binding.value.raw)


def _report_without_effect(scope: Scope, expr: syntax.Apply, binding: syntax.Binding, inner: Span, reader: str) -> None:
    name = binding.name.text
    label = Label(inner, "this nearer binding wins", Role.PARAMETER)
    who = f"`{reader}` already has it" if reader else "every function inside already has it"
    title = f"`{name}` has no effect here"
    fixes = (without(scope, expr, binding),)
    scope.report(codes.PARAMETER_WITHOUT_EFFECT, binding, title, who, related=(label,), fixes=fixes)


def _meant(expr: syntax.Apply, binding: syntax.Binding, row: ParameterRow, bound: Container[str]) -> tuple[str, ...]:
    """The parameters that a name which nothing reads probably stands for: near ones, else the only one that there is
    or that is lacking, where it must be set and the value fits."""
    left = [one for one in row.settable if one.name not in bound]
    known = tuple(dict.fromkeys(one.name for one in left))
    name = binding.name.text
    return (
        near(name, known)
        or near_part(name, known)
        or called_elsewhere(name, known)
        or _lacking(expr, binding, row, left)
    )


def _lacking(expr: syntax.Apply, binding: syntax.Binding, row: ParameterRow, left: list[Settable]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(one.name for one in left if one.required))
    readers = [one for one in left if one.name in names]
    if len(names) != 1 or any(isinstance(params.convert(binding.value, one.type), Fault) for one in readers):
        return ()
    known = {one.name for one in row.settable} | {one.name for one in row.fixed} | params.POLICY.keys()
    unread = list(islice((other for other in expr.bindings if other.name.text not in known), 2))
    only = len(left) == len(readers)
    # A number may be meant for something else; of two that nothing reads nobody knows which is the slip.
    alike = binding.value.kind == "text" or all(one.type.kind != "Text" for one in readers)
    return names if only or (alike and len(unread) == 1) else ()


def _is_plain(scope: Scope, expr: syntax.Apply) -> bool:
    """Whether the bindings stand in braces, as they are read."""
    return scope.module.source.text[expr.end - 1 : expr.end] == "}"


def _report_unknown(scope: Scope, expr: syntax.Apply, binding: syntax.Binding, row: ParameterRow) -> None:
    name = binding.name.text
    known = list(dict.fromkeys([one.name for one in row.settable]))
    every = [*known, *params.POLICY]
    close = near(name, every) or near_part(name, known) or called_elsewhere(name, every)
    bound = {one.name.text for one in expr.bindings[:_MOST_BOUND]}
    similar = close or _meant(expr, binding, row, bound)
    free = [other for other in similar if other not in bound]
    readers = {one.name: one for one in row.settable}
    types = {**params.POLICY, **{one.name: one.type for one in row.settable}}
    written = [
        one for one in free if near(name, (one,)) or near_part(name, (one,)) or _is_right(binding, one, types[one])
    ]
    fixes = [_renamed(scope, binding, other, types[other]) for other in written]
    related = tuple(
        Label(declared, f"`{other}` is declared here", Role.DECLARATION)
        for other in similar
        if other in readers and (declared := readers[other].span) is not None
    )
    if not fixes and _is_plain(scope, expr):
        fixes = [without(scope, expr, binding)]
    notes = (f"what can be set here: {', '.join(f'`{other}`' for other in known)}",) if known else ()
    offer = did_you_mean(similar) or "nothing reads this"
    if similar and not close and len(known) > 1:
        offer = f"nothing reads this, and `{similar[0]}` is not set"
    scope.report(
        codes.UNKNOWN_PARAMETER,
        binding.name,
        f"no function here reads a parameter `{name}`",
        offer,
        related=related,
        notes=notes,
        fixes=tuple(fixes),
    )


def _is_right(binding: syntax.Binding, other: str, type: ParameterType) -> bool:
    """Whether the value of a binding is right for another parameter, as it would be written there."""
    value = binding.value
    found = params.convert_policy(other, value) if other in params.POLICY else params.convert(value, type)
    return carried_value(binding, other, type) is not None or not isinstance(found, Fault)


def _renamed(scope: Scope, binding: syntax.Binding, other: str, type: ParameterType) -> Fix:
    """A fix that sets another parameter: to the same, as far as it is written so there."""
    value = carried_value(binding, other, type)
    if value is None:
        return scope.replacement(binding.name, other, f"write `{other}`")
    edits = Edit(scope.span(binding.name), other), Edit(scope.span(binding.value), value)
    return Fix(f"write `{other} = {value}`", edits, Applicability.MAYBE_INCORRECT)


def _called(value: syntax.Literal) -> str:
    """A value in a title: as it is written, but for a long list."""
    return "a list" if value.kind == "list" and len(value.raw) > _LONG_LIST else shortened(value)


def _check_value(scope: Scope, binding: syntax.Binding, readers: Sequence[Settable]) -> None:
    faults = [
        (reader, fault) for reader in readers if isinstance(fault := params.convert(binding.value, reader.type), Fault)
    ]
    if not faults:
        _check_form(scope, binding, readers)
        return
    reader, fault = faults[0]
    related = tuple(
        Label(span, f"`{scope.reader(one)}` declares it as {params.show_type(one.type)}", Role.DECLARATION)
        for one in readers
        if (span := one.span) is not None
    )
    wrong, type = _at_fault(binding.value, reader.type)
    verb = "be" if wrong is binding.value else "hold"
    scope.report(
        _CODES.get(fault.kind, codes.PARAMETER_TYPE),
        wrong,
        f"`{binding.name.text}` of `{scope.reader(reader)}` cannot {verb} {_called(wrong)}",
        f"{fault.wanted} is wanted",
        related=related,
        expected=params.show_type(type),
        found=wrong.raw,
        # What suits one reader and not another mends nothing: then each wants a binding of its own.
        fixes=value_fixes(scope, wrong, type) if len({params.show_type(one.type) for one in readers}) == 1 else (),
    )


def _at_fault(literal: syntax.Literal, type: ParameterType) -> tuple[syntax.Literal, ParameterType]:
    """The first value in a list that is wrong there, with its type; the literal itself where it is no list, or none
    is wanted."""
    while isinstance(literal.value, tuple) and type.item is not None:
        item = type.item
        literal = next(one for one in literal.value if isinstance(params.convert(one, item), Fault))
        type = item
    return literal, type


def _check_form(scope: Scope, binding: syntax.Binding, readers: Sequence[Settable]) -> None:
    """The form of a value that means more than its letters or its number."""
    name = binding.name.text
    if "$" in binding.value.raw:
        standard = all(scope.is_standard_function(one.reader) for one in readers)
        bare = standard and name.endswith(_OUTSIDE)
        if report_shell_variable(scope, binding.value, anywhere=standard, bare=bare):
            return
    if not parameter_forms.has_form(name):
        return
    wanted = parameter_forms.fault(name, binding.value)
    reader = None if wanted is None else next((one for one in readers if _has_form(scope, name, one)), None)
    if wanted is not None and reader is not None:
        scope.report(
            codes.PARAMETER_FORM,
            binding.value,
            f"`{name}` of `{scope.reader(reader)}` cannot be {shortened(binding.value)}",
            wanted,
            fixes=_form_fixes(scope, binding),
        )


def _has_form(scope: Scope, name: str, reader: Settable) -> bool:
    if name in crontab.CHECKS:
        return reader.reader == "Sources.schedule"
    return scope.is_standard_function(reader.reader)


# How many places of one name are offered.
_MOST_TOWNS = 3


def _form_fixes(scope: Scope, binding: syntax.Binding) -> tuple[Fix, ...]:
    """What a text is a slip of: a time zone, or one character."""
    once = parameter_forms.meant(binding.name.text, binding.value)
    if once is not None:
        return (scope.replacement(binding.value, f'"{once}"', f'write "{once}"'),)
    if binding.name.text != "timezone":
        return ()
    text, every = str(binding.value.value), crontab.zones()
    place = text.replace(" ", "_").casefold()
    towns = sorted(zone for zone in every if zone.rpartition("/")[2].casefold() == place and zone.count("/") == 1)
    zones = towns[:_MOST_TOWNS] or near(text, every)
    return tuple(scope.replacement(binding.value, f'"{zone}"', f'write "{zone}"') for zone in zones)


# What is not the same everywhere, and no pattern in which a `$` means something.
_OUTSIDE = (
    *("path", "url", "_host", "_user", "_password", "_token", "_database", "_bucket", "_brokers", "_endpoint", "_file"),
    *("_secret_key", "_key_id"),
)
_CODES = {"choice": codes.PARAMETER_CHOICE, "range": name_codes.NUMBER_RANGE}
