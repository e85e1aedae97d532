"""Which function in scope makes one type of another: what to put between two stages that do not fit."""

from collections.abc import Iterator
from typing import ClassVar

from nscompiler.typecheck import constraints
from nscompiler.typecheck.fits import JointCheck
from nscompiler.typecheck.scope import Scope
from nscompiler.typecheck.unify import Store
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Record, Scalar, Sum, Type, Var

# More than these are no help.
MOST_OFFERED = 3

_PARTS = ("fst", "snd")


class Bridge:
    """A function by the name that it has in a file, with the ``*`` and ``?`` that must follow it. The lower its
    ``rank``, the likelier it is meant."""

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "rank")
    __slots__ = __match_args__

    def __init__(self, text: str, rank: int) -> None:
        self.text = text
        self.rank = rank


def bridges(scope: Scope, store: Store, given: Type, needed: Type, sink: bool) -> tuple[str, ...]:
    """What to write between something that gives one type and something that needs another; nothing rather than a
    silly guess, and nothing where many functions would do.

    Functions of the author come before those of the standard library. ``sink`` if what follows is a sink of text, to
    which any value may be written as JSON.
    """
    if given.poisoned or needed.poisoned or not given.settled:
        return ()
    found = list(_ours(scope, store, given, needed)) or list(_standard(scope, store, given, needed, sink))
    best = min((bridge.rank for bridge in found), default=0)
    names = [bridge.text for bridge in found if bridge.rank == best]
    return tuple(names) if len(names) <= MOST_OFFERED else ()


def _ours(scope: Scope, store: Store, given: Type, needed: Type) -> Iterator[Bridge]:
    for name, function in functions_in_scope(scope):
        if scope.patience <= 0:
            return
        scope.patience -= 1
        if not is_plain(function):
            continue
        for rank, sign in enumerate(("", "?", "*")):
            if _may_have(function.scheme.output.canon, sign) and leads(store, given, function, sign, needed):
                exact = function.scheme.input.canon is given.canon
                yield Bridge(name + sign, 2 * rank + (not exact))
                break


def functions_in_scope(scope: Scope) -> Iterator[tuple[str, FunctionInterface]]:
    yield from scope.functions.items()
    for alias, interface in scope.imports.items():
        if interface is not None and not interface.standard:
            yield from ((f"{alias}.{name}", function) for name, function in interface.functions.items())


def is_plain(function: FunctionInterface) -> bool:
    """Whether it can stand anywhere as it is."""
    required = any(one.required for one in function.parameters.settable)
    return function.kind == "function" and not required and not function.attribute("deprecated")[0]


def leads(store: Store, given: Type, function: FunctionInterface, sign: str, needed: Type) -> bool:
    """Whether a function, with ``*`` or ``?`` after it, leads from one type to another. Nothing of the trial stays."""
    with store.trial():
        scheme = function.scheme
        found = store.instantiate(scheme.variables, {})
        input, output = (store.types.substitute(side, found) for side in (scheme.input, scheme.output))
        for row, labels in scheme.lacks:
            store.bar(found[row], labels)
        store.learn(input)
        store.learn(output)
        if input.poisoned or output.poisoned or not JointCheck(store).fits(given, input):
            return False
        item = _inside(store.head(output), sign)
        if item is None or not JointCheck(store).fits(item, needed):
            return False
        needs = [(need.name, store.types.substitute(need.type, found)) for need in scheme.requirements]
        outcomes = [constraints.check(name, store.resolve(type)) for name, type in needs]
        return not any(open_ or broken for open_, broken in outcomes)


def _may_have(output: Type, sign: str) -> bool:
    """Whether a sign can stand after a function of some output: most cannot, and need not be tried."""
    return not sign or isinstance(output, Var) or _inside(output, sign) is not None


def _inside(output: Type, sign: str) -> Type | None:
    if not sign:
        return output
    wanted = {"?": ("optional",), "*": ("list", "vector")}[sign]
    return output.items[-1] if isinstance(output, App) and output.constructor in wanted else None


# --- the standard library: only what is plainly meant


def _standard(scope: Scope, store: Store, given: Type, needed: Type, sink: bool) -> Iterator[Bridge]:
    if isinstance(given, App) and given.constructor == "tuple" and len(given.items) == 2:
        std = scope.imports.get("Std")
        parts = [] if std is None else [std.functions[name] for name in _PARTS]
        yield from (Bridge(f"Std.{part.name}", 0) for part in parts if leads(store, given, part, "", needed))
    if "Conv" in scope.imports and not scope.standard:
        if _is_text(given) and _has_parts(store.head(needed)):
            yield Bridge("Conv.from_json", 1)
        if sink and _is_text(store.head(needed)) and not (given.poisoned or _is_bytes(store.head(given))):
            yield Bridge("Conv.to_json", 1)


def _is_text(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name == "Text"


def _is_bytes(type: Type) -> bool:
    """Whether a function has to say what it reads as text."""
    item = type.items[-1] if isinstance(type, App) and type.constructor == "list" else None
    return isinstance(item, Scalar) and item.name == "Byte"


def _has_parts(type: Type) -> bool:
    """Whether JSON is a plausible form for it."""
    if isinstance(type, App):
        item = type.items[-1]
        return not (isinstance(item, Scalar) and item.name == "Byte") and type.constructor != "optional"
    return isinstance(type, Sum) or (isinstance(type, Record) and bool(type.fields))
