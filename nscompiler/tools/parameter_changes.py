"""What changed in the parameters that can be set on a function."""

from collections.abc import Iterator, Mapping, Sequence

from nscompiler.grammar import syntax
from nscompiler.tools import changes
from nscompiler.tools.changes import Change, Level
from nscompiler.typecheck import params
from nscompiler.typecheck.params import Environment, Fault
from nscompiler.types.interface import FunctionInterface, ParameterType, Settable

# Beyond this, kinds whose every literal another kind takes too: integers are doubles, and text takes a number's
# characters. An Integer is no Duration, for no duration is negative.
_TAKES = {"Integer": ("Double", "Text"), "Double": ("Text",), "Duration": ("Text",)}


def parameter_changes(old: FunctionInterface, new: FunctionInterface) -> Iterator[Change]:
    """Parameters by name, whoever inside reads them; then those that every function understands."""
    before, after = params.readers_of(old.parameters), params.readers_of(new.parameters)
    for name, readers in before.items():
        if name in after:
            yield from _kept(old.name, name, readers, after[name])
        else:
            yield from _gone(old, new, name, readers)
    for name, readers in after.items():
        if name not in before:
            yield _come(old, new, name, readers)
    yield from _openness(old, new)
    for name in params.POLICY:
        if params.takes_policy(old.parameters, name) and not params.takes_policy(new.parameters, name):
            yield _fixed(old.name, name, None)
        elif params.takes_policy(new.parameters, name) and not params.takes_policy(old.parameters, name):
            yield Change("parameter-freed", old.name, Level.MINOR, f"parameter {name}")


def _gone(old: FunctionInterface, new: FunctionInterface, name: str, readers: Sequence[Settable]) -> Iterator[Change]:
    before = _shown(readers)
    if params.takes_openly(new.parameters, name):
        lists = any(one.type.kind == "list" for one in readers)
        level, audience = (Level.MAJOR, changes.SETTERS) if lists else (Level.MINOR, "")
        remark = "it is still read, as text" + (", which a list is not" if lists else "")
        yield Change("parameter-undeclared", old.name, level, f"parameter {name}", before, None, audience, remark)
    elif any(one.name == name for one in new.parameters.fixed):
        yield _fixed(old.name, name, before)
    else:
        yield Change("parameter-removed", old.name, Level.MAJOR, f"parameter {name}", before, None, changes.SETTERS)


def _fixed(function: str, name: str, before: str | None) -> Change:
    remark = "it is set inside now, and a value from outside has no effect"
    return Change("parameter-fixed", function, Level.MAJOR, f"parameter {name}", before, None, changes.SETTERS, remark)


def _come(old: FunctionInterface, new: FunctionInterface, name: str, readers: Sequence[Settable]) -> Change:
    after, path = _shown(readers), f"parameter {name}"
    if any(one.required for one in readers):
        remark = "it has no default, so every use must set it"
        return Change("parameter-added", old.name, Level.MAJOR, path, None, after, changes.CALLERS, remark)
    if params.takes_openly(old.parameters, name):
        if not new.parameters.open or all(one.type.kind == "Text" for one in readers):
            # That others are refused now is told for all of them at once.
            return Change("parameter-added", old.name, Level.MINOR, path, None, after)
        remark = "any text could be given for that name before"
        return Change("parameter-added", old.name, Level.MAJOR, path, None, after, changes.SETTERS, remark)
    if any(one.name == name for one in old.parameters.fixed):
        return Change("parameter-freed", old.name, Level.MINOR, path, None, after)
    remark = f"a `{name}` that is set around a pipe with it reaches it now"
    return Change("parameter-added", old.name, Level.MINOR, path, None, after, "", remark)


def _kept(function: str, name: str, old: Sequence[Settable], new: Sequence[Settable]) -> Iterator[Change]:
    path = f"parameter {name}"
    yield from _type(function, path, [one.type for one in old], [one.type for one in new])
    required = [any(one.required for one in side) for side in (old, new)]
    if required[1] and not required[0]:
        remark = "it has lost its default, so every use must set it"
        before = _defaults(old)
        yield Change("parameter-required", function, Level.MAJOR, path, before, None, changes.CALLERS, remark)
    elif required[0] and not required[1]:
        yield Change("parameter-optional", function, Level.MINOR, path, None, _defaults(new))
    elif _defaults(old) != _defaults(new):
        remark = "who does not set it gets the new value"
        yield Change("default-changed", function, Level.MINOR, path, _defaults(old), _defaults(new), "", remark)


def _type(function: str, path: str, old: Sequence[ParameterType], new: Sequence[ParameterType]) -> Iterator[Change]:
    before, after = (_alternatives(side) for side in (old, new))
    if before == after:
        return
    enums = len(old) == len(new) == 1 and old[0].kind == new[0].kind == "enum"
    if enums and frozenset(old[0].choices) != frozenset(new[0].choices):
        for choice in old[0].choices:
            if choice not in new[0].choices:
                shown = f'"{choice}"'
                yield Change("choice-removed", function, Level.MAJOR, path, shown, None, changes.SETTERS)
        for choice in new[0].choices:
            if choice not in old[0].choices:
                yield Change("choice-added", function, Level.MINOR, path, None, f'"{choice}"')
    elif enums:
        yield Change("choices-reordered", function, Level.PATCH, path, before, after)
    elif all(any(takes(mine, theirs) for mine in old) for theirs in new):
        yield Change("parameter-widened", function, Level.MINOR, path, before, after)
    else:
        yield Change("parameter-narrowed", function, Level.MAJOR, path, before, after, changes.SETTERS)


def takes(old: ParameterType, new: ParameterType) -> bool:
    """Whether every literal that fits the old type of a parameter fits the new one."""
    if old.kind == new.kind == "list":
        return old.item is not None and new.item is not None and takes(old.item, new.item)
    if old.kind == "enum":
        return new.kind != "list" and all(
            not isinstance(params.convert(_literal(kind, choice), new), Fault)
            for choice in old.choices
            for kind in _spellings(choice)
        )
    return old.kind == new.kind or new.kind in _TAKES.get(old.kind, ())


def _spellings(choice: str) -> tuple[str, ...]:
    """The kinds of literal by which a choice may be given: `"true"` also as `true`."""
    return ("text", "boolean") if choice in ("true", "false") else ("text",)


def _literal(kind: str, text: str) -> syntax.Literal:
    return syntax.Literal(0, 0, kind, text == "true" if kind == "boolean" else text, text)


def _alternatives(types: Sequence[ParameterType]) -> str:
    return " and ".join(sorted({params.show_type(type) for type in types}))


def _shown(readers: Sequence[Settable]) -> str:
    """`Integer = 10`"""
    default = _defaults(readers)
    return _alternatives([one.type for one in readers]) + (f" = {default}" if default else "")


def _defaults(readers: Sequence[Settable]) -> str | None:
    found = sorted({default_text(one) for one in readers if not one.required})
    return " and ".join(found) if found else None


def default_text(one: Settable) -> str:
    """A default as a program writes it; a duration in seconds."""
    if one.type.kind == "Duration" and not isinstance(one.default, Environment):
        return f"{one.default:g}s" if isinstance(one.default, int | float) else str(one.default)
    return _json(one.default)


def _json(value: object) -> str:
    import json

    if isinstance(value, tuple):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, Environment):
        return f"${value.name}"
    if isinstance(value, Mapping):
        value = dict(value)
    return json.dumps(value, ensure_ascii=False)


def _openness(old: FunctionInterface, new: FunctionInterface) -> Iterator[Change]:
    """A function without `with` takes any parameter; one with it refuses those that it does not know."""
    was, now = old.parameters.open, new.parameters.open
    if was and not now:
        remark = "names that it does not declare are refused now"
        yield Change(
            "parameters-declared", old.name, Level.MAJOR, "parameters", "any", "declared ones", changes.SETTERS, remark
        )
    elif now and not was:
        yield Change("parameters-undeclared", old.name, Level.MINOR, "parameters", "declared ones", "any")
