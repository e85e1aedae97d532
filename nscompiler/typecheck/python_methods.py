"""The methods of a module's Python class, held against the functions that they implement: whether each is there, and is
called as it is defined."""

import ast
from collections.abc import Collection, Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.declare import no_method
from nscompiler.typecheck.explain import cut
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.places_in_python import line_of
from nscompiler.typecheck.service import Method, MethodKind, Service

# What the runtime calls itself, before the first value and after the last.
_HOOKS = ("startup", "shutdown")


def check_methods(
    checked: Checked, python: SourceFile, service: Service, functions: list[syntax.FunDecl]
) -> Iterator[Diagnostic]:
    """Functions without a method, and methods that every call of would fail."""
    declared = {function.name.text for function in functions}
    spare = [name for name in service.methods if name not in declared and not name.startswith("_")]
    lacking = lacking_methods(service, functions)
    for function in functions:
        name = function.name.text
        if no_method(name) is not None:  # which is told where the function is declared
            continue
        method = service.methods.get(name)
        if service.lacks(name):
            private = [other for other in (f"_{name}", f"__{name}", f"{name}_") if other in service.methods]
            similar = near(name, spare) or tuple(private[:1]) or (_only(spare, service) if len(lacking) == 1 else ())
            spare = [other for other in spare if other not in similar[:1]]
            yield _lacking(checked, python, service, function, similar)
        elif method is not None and not (method.decorator or method.by_name):
            if method.arguments not in (None, *_counts(function)) or _self_is_behind(method):
                yield _miscounted(checked, python, service, function, method)
        elif method is not None:
            yield from _oddly_defined(checked, python, function, method)
    for name in _HOOKS:
        if (method := service.methods.get(name)) is not None and method.arguments not in (None, 0):
            yield _hook_with_values(python, method)


def lacking_methods(service: Service, functions: list[syntax.FunDecl]) -> list[str]:
    """The functions that have no method."""
    return [function.name.text for function in functions if service.lacks(function.name.text)]


def stands_twice(
    module: syntax.Module, python: SourceFile, service: Service, functions: list[syntax.FunDecl]
) -> Diagnostic | None:
    """What is said of two methods of one name, one of which is meant for the function that has none; of all else that
    the two may be, nothing is said then."""
    lacking = lacking_methods(service, functions)
    if len(lacking) != 1:
        return None
    from nscompiler.typecheck.moved_methods import doubled, renamed
    from nscompiler.typecheck.python_fixes import name_in

    two = doubled(service, lacking)
    if two is None:
        return None
    meant, fixes = renamed(module, python, two, lacking[0])
    other = two[0] if meant is two[1] else two[1]
    function = next(one for one in functions if one.name.text == lacking[0])
    return codes.METHOD_MISSING.at(
        name_in(python, meant),
        titled("`{}` stands twice in the Python class, and `{}` is missing", meant.name, lacking[0]),
        f"did you mean `{lacking[0]}`?",
        related=(
            Label(name_in(python, other), f"`{other.name}` stands here too", Role.NOTE),
            Label(module.span(function.name), f"`{lacking[0]}` is declared", Role.DECLARATION),
        ),
        fixes=fixes,
    )


def _self_is_behind(method: Method) -> bool:
    """Whether a method has ``self`` behind the value."""
    names = [] if method.definition is None else [one.arg for one in method.definition.args.args]
    return len(names) == 2 and names[1] == "self"


def _hook_with_values(python: SourceFile, method: Method) -> Diagnostic:
    from nscompiler.typecheck.method_fixes import without_arguments

    place = line_of(python, method.line)
    return codes.ARGUMENT_COUNT.at(
        place,
        f"the method `{method.name}` takes {_values(method.arguments)} after `self`",
        "the runtime calls it without any",
        fixes=without_arguments(python, method, 0),
    )


def _only(spare: list[str], service: Service) -> tuple[str, ...]:
    """The one method that no function is declared for, where none of the others calls it."""
    fitting = [name for name in spare if f".{name}" not in service.text]
    return tuple(fitting) if len(spare) == 1 and service.methods[spare[0]].arguments == 1 else ()


def _miscounted(
    checked: Checked, python: SourceFile, service: Service, function: syntax.FunDecl, method: Method
) -> Diagnostic:
    from nscompiler.typecheck.method_fixes import self_first, without_arguments
    from nscompiler.typecheck.python_fixes import read_from_args, unpacked, with_instance

    name, count = function.name.text, method.arguments
    source = 0 in _counts(function)
    values = 0 if source else 1
    note: str | None = None
    fixes: tuple[Fix, ...] = ()
    interface = checked.interface.functions.get(name)
    if method.definition is not None and count is not None and interface is not None:
        settable = {one.name for one in interface.parameters.settable}
        if count > values and (parameters := as_arguments(method.definition, settable, values)):
            note, fixes = read_from_args(python, method.definition, parameters)
        elif _self_is_behind(method):
            fixes = self_first(python, method.definition)
        elif count > values:
            note, fixes = unpacked(python, method.definition, interface.scheme.input)
            fixes = fixes or without_arguments(python, method, values, interface.scheme.input)
        elif not settable.isdisjoint(by_name(method.definition)):
            note = "parameters are no arguments: read them from `self.args`"
        else:
            fixes = (
                *_as_source(checked, function, method, service),
                *with_instance(python, method.definition, values, _unbound(method, service)),
            )
    lacks = any(fix.title == "write `self`" for fix in fixes)
    says = "lacks `self`" if lacks else f"takes {_values(count)} after `self`"
    return codes.ARGUMENT_COUNT.at(
        line_of(python, method.line),
        f"the method `{name}` {'takes `self` behind the value' if _self_is_behind(method) else says}",
        "a source has none" if source else "it is called with one, the value that flows",
        related=(Label(checked.module.span(function.name), "declared here", Role.DECLARATION),),
        notes=() if note is None else (note,),
        fixes=fixes,
    )


def _as_source(checked: Checked, function: syntax.FunDecl, method: Method, service: Service) -> tuple[Fix, ...]:
    """`Void` for the input of a function whose method takes no value, reads none that is not there, and yields."""
    yields = method.kind in (MethodKind.GENERATOR, MethodKind.ASYNC_GENERATOR)
    if method.arguments != 0 or not yields or _unbound(method, service):
        return ()
    edit = Edit(checked.module.span(function.type.input), "Void")
    return (Fix(f"make `{cut(function.name.text)}` a source: write `Void`", (edit,), Applicability.MAYBE_INCORRECT),)


def _unbound(method: Method, service: Service) -> tuple[str, ...]:
    """The names that a method reads and that nothing in the file gives a meaning, as far as that can be told."""
    from nscompiler.typecheck.names_in_python import unbound_names

    if method.definition is None or service.names is None:
        return ()
    return unbound_names(method.definition, service.names.bound)


def _oddly_defined(
    checked: Checked, python: SourceFile, function: syntax.FunDecl, method: Method
) -> Iterator[Diagnostic]:
    """What no call can be right about: a method that is a property, is given no instance or wants more by name."""
    from nscompiler.typecheck.method_fixes import is_sure_property, read_by_name_alone, undecorated

    name, counts = function.name.text, _counts(function)
    settable = [one.name for one in checked.interface.functions[name].parameters.settable]
    related = (Label(checked.module.span(function.name), "declared here", Role.DECLARATION),)
    if method.decorator in ("property", "cached_property"):
        if is_sure_property(python, method):
            place, fixes = undecorated(python, method, counts)
            title = titled("`{}` is a property in Python, and no method", name)
            label = "what it gives is not called"
            yield codes.METHOD_MISSING.at(place, title, label, related=related, fixes=fixes)
    elif method.by_name:
        declared = all(one in settable for one in method.by_name)
        note = "parameters are no arguments: read them from `self.args`" if declared else None
        yield codes.ARGUMENT_COUNT.at(
            line_of(python, method.line),
            titled("the method `{}` needs `{}` by name, and no call gives it", name, method.by_name[0]),
            "it is called with the value that flows alone",
            related=related,
            notes=() if note is None else (note,),
            fixes=read_by_name_alone(python, method) if declared else (),
        )
    elif method.arguments not in (None, *counts):
        place, fixes = undecorated(python, method, counts)
        values, behind = _values(method.arguments), "" if method.decorator == "staticmethod" else " after its class"
        yield codes.ARGUMENT_COUNT.at(
            line_of(python, method.line),
            titled(f"the {method.decorator} `{{}}` takes {values}{behind}", name),
            "a source has none" if 0 in counts else "it is called with one, the value that flows",
            related=related,
            fixes=fixes,
        )


def as_arguments(
    definition: ast.FunctionDef | ast.AsyncFunctionDef, declared: Collection[str], values: int
) -> tuple[str, ...]:
    """The parameters of a function that its method takes as arguments, behind its ``values``; none where others do."""
    names = tuple(one.arg for one in (*definition.args.posonlyargs, *definition.args.args)[1 + values :])
    return names if all(name in declared for name in names) else ()


def by_name(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """What a method takes by name alone, which nobody gives it."""
    return tuple(one.arg for one in definition.args.kwonlyargs)


def _counts(function: syntax.FunDecl) -> tuple[int, ...]:
    """How many arguments a method may have after ``self``."""
    taken = function.type.input
    is_source = isinstance(taken, syntax.TypeName) and taken.qualifier is None and taken.name.text == "Void"
    return (0,) if is_source else (1,)


def _lacking(
    checked: Checked,
    python: SourceFile,
    service: Service,
    function: syntax.FunDecl,
    similar: tuple[str, ...],
) -> Diagnostic:
    from nscompiler.typecheck.moved_methods import misplaced, stub
    from nscompiler.typecheck.python_fixes import named_alike

    module, name = checked.module, function.name.text
    method = service.methods[similar[0]].definition if similar else None
    fixes = () if method is None else named_alike(module, python, function.name, method)
    related = Label(line_of(python, service.line), f"the class `{service.class_name}`", Role.DECLARATION)
    interface = checked.interface.functions.get(name)
    if method is not None and (similar[0] == f"_{name}" or similar[0].startswith("__")):
        related, fixes = Label(line_of(python, method.lineno), "no function calls this", Role.NOTE), fixes[:1]
    elif not similar and interface is not None:
        elsewhere = misplaced(python, service, interface)
        related, fixes = elsewhere or (related, stub(python, service, interface))
    return codes.METHOD_MISSING.at(
        module.span(function.name),
        f"the Python class has no method `{name}`",
        did_you_mean(similar) or "nothing implements this function",
        related=(related,),
        fixes=fixes,
    )


def _values(count: int | None) -> str:
    return "one value" if count == 1 else f"{count or 'no'} values"
