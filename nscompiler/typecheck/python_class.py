"""A module's declared functions against its Python file, as far as its text alone can tell."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.service import Service, read_service


def check_python(module: syntax.Module, python: SourceFile) -> tuple[Diagnostic, ...]:
    """What is wrong with the Python file of a module, given its ``fun``s.

    A class that something unseen may complete (a base class from elsewhere, a decorator) is taken to have every method.
    """
    functions = [decl for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    if not functions:
        return ()
    service = read_service(python.text)
    if service.error is not None:
        return (_no_python(python, *service.error),)
    if service.class_name is None:
        return (_no_class(module, python, service),)
    return tuple(_methods(module, python, service, functions))


def _no_python(python: SourceFile, line: int, reason: str) -> Diagnostic:
    return codes.PYTHON_SYNTAX.at(_line(python, line), f"`{_name(python)}` is not valid Python", reason)


def _no_class(module: syntax.Module, python: SourceFile, service: Service) -> Diagnostic:
    found = ", ".join(f"`{other}`" for other in service.others[:3])
    notes = (f"its classes are {found}",) if found else ()
    place = module.span(module.header.reference) if module.header is not None else python.span(0, 0)
    return codes.CLASS_MISSING.at(
        Span(python.path, 0, 0),
        f"`{_name(python)}` defines no class `Module`",
        "the module's functions are methods of a class of this name",
        related=(Label(place, "the module that it is for", Role.DECLARATION),) if module.header is not None else (),
        notes=notes,
    )


def _methods(
    module: syntax.Module, python: SourceFile, service: Service, functions: list[syntax.FunDecl]
) -> Iterator[Diagnostic]:
    declared = {function.name.text for function in functions}
    spare = [name for name in service.methods if name not in declared and not name.startswith("_")]
    for function in functions:
        name = function.name.text
        method = service.methods.get(name)
        if service.lacks(name):
            yield _lacking(module, python, service, function, spare)
        elif method is not None and method.arguments not in (None, *_counts(function)):
            yield codes.ARGUMENT_COUNT.at(
                _line(python, method.line),
                f"the method `{name}` takes {_values(method.arguments)} after `self`",
                "it is called with one, the value that flows" if 0 not in _counts(function) else "a source has none",
                related=(Label(module.span(function.name), "declared here", Role.DECLARATION),),
            )


def _counts(function: syntax.FunDecl) -> tuple[int, ...]:
    """How many arguments a method may have after ``self``."""
    taken = function.type.input
    is_source = isinstance(taken, syntax.TypeName) and taken.qualifier is None and taken.name.text == "Void"
    return (0, 1) if is_source else (1,)


def _lacking(
    module: syntax.Module, python: SourceFile, service: Service, function: syntax.FunDecl, spare: list[str]
) -> Diagnostic:
    name = function.name.text
    similar = near(name, spare)
    offer = did_you_mean(similar)
    place = module.span(function.name)
    return codes.METHOD_MISSING.at(
        place,
        f"the Python class has no method `{name}`",
        offer or "nothing implements this function",
        related=(Label(_line(python, service.line), f"the class `{service.class_name}`", Role.DECLARATION),),
        fixes=tuple(
            Fix(f"declare `{other}`", (Edit(place, other),), Applicability.MAYBE_INCORRECT) for other in similar[:1]
        ),
    )


def _values(count: int | None) -> str:
    return "one value" if count == 1 else f"{count or 'no'} values"


def _name(python: SourceFile) -> str:
    return python.path.rpartition("/")[2]


def _line(source: SourceFile, line: int) -> Span:
    """The text of a line of a file, indentation left out."""
    line = min(max(line, 1), source.lines.count)
    text = source.line_text(line)
    start = source.lines.start_of(line)
    return source.span(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))
