"""Which definitions run a function, and which functions a definition runs."""

from collections.abc import Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide.locate import locate
from nscompiler.ide.names import Kind, Names, Target, uses_in
from nscompiler.ide.program import Program
from nscompiler.ide.references import files_naming, occurrences_in
from nscompiler.source import Span


@attrs.frozen(slots=True)
class Caller:
    """A function as a part of others, or the bare expression of a script (``name`` is ``main``, ``declared`` too).

    ``declared`` is ``fun`` or ``def``, ``detail`` the module that it is in, ``deprecated`` if it should not be used.
    """

    name: str
    declared: str
    detail: str
    place: Span
    whole: Span
    deprecated: bool = False


@attrs.frozen(slots=True)
class Call:
    """A function on the other side, and the places of the uses: in what uses, in the order of the text."""

    other: Caller
    places: tuple[Span, ...]


def prepare_calls(program: Program, path: str, offset: int) -> tuple[Caller, ...]:
    """The function that the name at a place means."""
    names = Names(program)
    located = locate(program, path, offset, names)
    targets = () if located is None else located.targets
    return tuple(_caller(names, one) for one in targets if one.kind is Kind.FUNCTION)


def incoming_calls(program: Program, path: str, name: str) -> tuple[Call, ...]:
    """The definitions and scripts that use a function of a file themselves, those of its own file first."""
    names = Names(program)
    target = names.function(path, None, name)
    if target is None:
        return ()
    found: dict[Caller, list[Span]] = {}
    for file in sorted(files_naming(names, target), key=lambda one: (one != path, one)):
        for occurrence in occurrences_in(names, file, target):
            user = None if occurrence.declares else _user(names, file, occurrence.chain)
            if user is not None:
                found.setdefault(user, []).append(occurrence.span)
    return tuple(Call(user, tuple(places)) for user, places in found.items())


def outgoing_calls(program: Program, path: str, name: str) -> tuple[Call, ...]:
    """The functions that a definition of a file uses, in the order of the text."""
    names = Names(program)
    found: dict[Target, list[Span]] = {}
    for use in _uses(names, path, name):
        qualifier = None if use.qualifier is None else use.qualifier.text
        target = names.function(path, qualifier, use.name.text)
        if target is not None:
            found.setdefault(target, []).append(Span(path, use.name.start, use.name.end))
    return tuple(Call(_caller(names, target), tuple(places)) for target, places in found.items())


def _uses(names: Names, path: str, name: str) -> Iterator[syntax.Use]:
    decl = names.declared(path)[0].get(name)
    module = names.module(path)
    if isinstance(decl, syntax.DefDecl):
        yield from uses_in(decl.body)
    elif decl is None and name == "main" and module is not None and module.main is not None:
        yield from uses_in(module.main)


def _user(names: Names, path: str, chain: tuple[syntax.Node, ...]) -> Caller | None:
    """What the use at the end of a chain is a part of."""
    module = names.module(path)
    if module is None or len(chain) < 2:
        return None
    top = chain[1]
    if isinstance(top, syntax.DefDecl | syntax.BrokenDecl) and top.name is not None:
        target = Target(Kind.FUNCTION, top.name.text, module.span(top.name), top, top)
        return _caller(names, target)
    if isinstance(top, syntax.Expr):
        span = module.span(top)
        return Caller("main", "main", _called(module), span, span)
    return None


def _caller(names: Names, target: Target) -> Caller:
    module = names.module(target.path)
    assert module is not None
    assert target.span is not None
    whole = target.span if target.node is None else module.span(target.node)
    declared = "fun" if isinstance(target.node, syntax.FunDecl) else "def"
    attributes = target.node.attributes if isinstance(target.node, syntax.FunDecl | syntax.DefDecl) else ()
    deprecated = any(one.name.text == "deprecated" for one in attributes)
    return Caller(target.name, declared, _called(module), target.span, whole, deprecated)


def _called(module: syntax.Module) -> str:
    if module.header is not None:
        return module.header.reference.text
    return module.source.path.rpartition("/")[2]
