"""Where the name at a place leads: to its declaration, to the type of what it stands for, to what implements it."""

from collections.abc import Iterable

import attrs

from nscompiler.grammar import syntax
from nscompiler.ide.flow_at import flow_at
from nscompiler.ide.locate import Located, locate
from nscompiler.ide.names import Kind, Names, Target
from nscompiler.ide.program import Program
from nscompiler.ide.python_places import method_of, python_places
from nscompiler.source import Span
from nscompiler.types.types import Alias, App, Record, Sum, Type, VoidType


@attrs.frozen(slots=True)
class Destination:
    """Where a question leads: ``name`` is what to put the cursor on, ``whole`` all that belongs to it; ``origin`` the
    place that was asked about."""

    name: Span
    whole: Span
    origin: Span | None = None


def definition(program: Program, path: str, offset: int) -> tuple[Destination, ...]:
    """What the name at a place means is declared there: for an alias that is the module that it stands for."""
    names = Names(program)
    located = locate(program, path, offset, names)
    if located is None:
        return ()
    found = (_destination(names, _through_alias(names, one), located) for one in located.targets)
    return tuple(one for one in found if one is not None) or _open_parameter(names, located)


def declaration(program: Program, path: str, offset: int) -> tuple[Destination, ...]:
    """As ``definition``, but for an alias it is the import that gives it."""
    names = Names(program)
    located = locate(program, path, offset, names)
    if located is None:
        return ()
    found = (_destination(names, one, located) for one in located.targets)
    return tuple(one for one in found if one is not None)


def implementation(program: Program, path: str, offset: int) -> tuple[Destination, ...]:
    """What does the work: for a ``fun`` its Python method, for a parameter where Python reads it; for a function of the
    standard library, a def and a type its declaration; for a type of a value nothing more."""
    names = Names(program)
    located = locate(program, path, offset, names)
    if located is None:
        return ()
    found: list[Destination | None] = []
    for target in located.targets:
        if target.kind is Kind.FUNCTION and (method := method_of(program, target)) is not None:
            found.append(Destination(method, method, located.span))
        elif target.kind is Kind.PARAMETER and (places := python_places(program, target)):
            found += [Destination(one, one, located.span) for one in places]
        else:
            found.append(_destination(names, _through_alias(names, target), located))
    return tuple(one for one in found if one is not None)


def type_definition(program: Program, path: str, offset: int) -> tuple[Destination, ...]:
    """The declared types of what is at a place: of the values that a function gives (that a sink takes), of those that
    travel through a ``|``, of a field, of a constructor's payload."""
    names = Names(program)
    located = locate(program, path, offset, names)
    flow = None if located is None else flow_at(program, located)
    if located is not None and flow is not None:
        passing = (_of_alias(names, alias) for alias in _named(flow.given))
        return tuple(one for target in passing if target is not None and (one := _destination(names, target, located)))
    if located is None or located.target is None:
        return ()
    found = [_of_alias(names, alias) for alias in _aliases(program, located)]
    found += [target for node in _written(located.target) for target in _of_written(names, located.target, node)]
    destinations = (_destination(names, one, located) for one in dict.fromkeys(one for one in found if one is not None))
    return tuple(one for one in destinations if one is not None)


def _through_alias(names: Names, target: Target) -> Target:
    if target.kind is Kind.ALIAS and target.behind is not None:
        return names.of_module(target.behind) or target
    return target


def _destination(names: Names, target: Target, located: Located) -> Destination | None:
    if target.span is None:
        return None
    module = names.module(target.path)
    node = target.owner if target.kind is Kind.VARIABLE else target.node
    whole = target.span if module is None or node is None or node is module else module.span(node)
    return Destination(target.span, whole, located.span)


def _open_parameter(names: Names, located: Located) -> tuple[Destination, ...]:
    """Where Python reads a parameter that is bound for a function without ``with``."""
    match located.chain:
        case (*_, syntax.Apply() as apply, syntax.Binding(), syntax.Name() as name):
            pass
        case _:
            return ()
    found: list[Destination] = []
    for home, fun in names.functions_inside(located.path, apply.function):
        if fun.parameters is None:
            read = Target(Kind.PARAMETER, name.text, Span(home, fun.start, fun.end), fun, fun)
            found += [Destination(one, one, located.span) for one in python_places(names.program, read)]
    return tuple(found)


# --- types


def _aliases(program: Program, located: Located) -> list[Alias]:
    """The names of the types of the values that a function carries where it is used, else as it is declared."""
    checked = program.file(located.path)
    use = next((node for node in reversed(located.chain) if isinstance(node, syntax.Use | syntax.Instantiate)), None)
    fact = None if checked is None or use is None else checked.facts.uses.get(use)
    target = located.target
    if target is None or target.kind is not Kind.FUNCTION:
        return []
    if fact is not None:
        return _named(fact.arrow.input if isinstance(fact.arrow.output, VoidType) else fact.arrow.output)
    interface = program.interface(target.path)
    function = None if interface is None else interface.functions.get(target.name)
    if function is None:
        return []
    scheme = function.scheme
    return _named(scheme.input if isinstance(scheme.output, VoidType) else scheme.output)


def _named(type: Type) -> list[Alias]:
    """The outermost declared names in a type."""
    if type.alias is not None:
        return [type.alias]
    parts: Iterable[Type | None] = ()
    match type:
        case App():
            parts = type.items
        case Record():
            parts = (part for _, part in type.fields)
        case Sum():
            parts = (part for _, part in type.constructors)
    return [alias for part in parts if part is not None for alias in _named(part)]


def _of_alias(names: Names, alias: Alias) -> Target | None:
    path = names.program.path_of(alias.module)
    if path is not None:
        return names.type(path, None, alias.name)
    scripts = (one for one in names.program.paths_of_all if one.endswith(f"{alias.module}.nml"))
    return next((found for one in scripts if (found := names.type(one, None, alias.name)) is not None), None)


def _written(target: Target) -> list[syntax.Node]:
    """The written types of what is at a place."""
    match target.node:
        case syntax.FieldDecl() as field:
            return [field.type]
        case syntax.Constructor(payload=payload) if payload is not None:
            return [payload]
        case syntax.TypeDecl() as decl if target.kind is Kind.TYPE:
            return [decl]
    return []


def _of_written(names: Names, target: Target, node: syntax.Node) -> list[Target]:
    """The outermost types that a written type names."""
    if isinstance(node, syntax.TypeDecl):
        return [target]
    waiting, found = [node], []
    while waiting:
        match waiting.pop():
            case syntax.TypeName() as name:
                qualifier = None if name.qualifier is None else name.qualifier.text
                one = names.type(target.path, qualifier, name.name.text)
                if one is not None and one.span is not None:
                    found.append(one)
                else:
                    waiting += reversed(name.args)
            case syntax.ListType(item=item) | syntax.OptionalType(item=item):
                waiting.append(item)
            case syntax.TupleType(items=items):
                waiting += reversed(items)
            case syntax.RecordType(fields=fields):
                waiting += [field.type for field in reversed(fields)]
    return found
