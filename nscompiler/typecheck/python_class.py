"""A module's declared functions against its Python file, as far as its text alone can tell."""

import ast
from collections.abc import Container, Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.agreement import returns, takes
from nscompiler.typecheck.annotations import Annotation, read_annotation
from nscompiler.typecheck.arguments import ArgumentUse
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.no_values import no_values
from nscompiler.typecheck.places_in_python import line_of, place_in
from nscompiler.typecheck.python_constructors import unknown_constructors
from nscompiler.typecheck.python_methods import as_arguments, by_name, check_methods
from nscompiler.typecheck.returned_values import told_of, wrong_values
from nscompiler.typecheck.service import CLASS_NAMES, Method, MethodKind, Service, read_service
from nscompiler.types.interface import FunctionInterface, Settable
from nscompiler.types.show import show
from nscompiler.types.types import Type, VoidType


def check_python(checked: Checked, python: SourceFile) -> tuple[Diagnostic, ...]:
    """What is wrong with the Python file of a module, given its ``fun``s.

    A class that something unseen may complete (a base class from elsewhere, a decorator) is taken to have every method.
    """
    module = checked.module
    functions = [decl for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    if not functions:
        return ()
    service = read_service(python.text)
    if service.error is not None:
        from nscompiler.typecheck.python_syntax import no_python

        return (no_python(python, *service.error),)
    if service.class_name is None:
        return (_no_class(module, python, service),)
    if service.complete and not any(one.name.text in service.methods for one in functions):
        from nscompiler.typecheck.python_fixes import misnamed_class

        meant = misnamed_class(python, [one.name.text for one in functions])
        if meant is not None and meant.name != service.class_name and meant.name in service.others:
            return (_another_class(module, python, service, meant),)
    reader = _PythonSide(checked, python, service)
    return (
        *check_methods(checked, python, service, functions),
        *(each for one in reader.sources for each in no_values(python, service, one)),
        *(annotations := (*reader.annotations(),)),
        *reader.values({label.span for one in annotations for label in one.related}),
        *reader.parameters(),
        *(() if service.names is None else unknown_constructors(python, service.names, checked.interface.types)),
    )


def not_read(module: syntax.Module, wanted: str, found: SourceFile) -> Diagnostic:
    """A file with the class of a module that lacks a Python file, under another name than the ``wanted`` one."""
    functions = [decl for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    name = wanted.rpartition("/")[2]
    place = module.span(functions[0].name if module.header is None else module.header.reference)
    return codes.CLASS_MISSING.at(
        place,
        titled("there is no `{}` beside this, and `{}` is not read", name, _name(found)),
        f"the class of its functions is looked for in `{name}`",
        related=(Label(Span(found.path, 0, 0), "looks like it", Role.DECLARATION),),
        notes=(f"rename `{_name(found)}` to `{name}`",),
    )


def _no_class(module: syntax.Module, python: SourceFile, service: Service) -> Diagnostic:
    from nscompiler.typecheck.python_fixes import functions_outside, misnamed_class, name_in, renamed_class

    found = ", ".join(f"`{other}`" for other in service.others[:3])
    notes: tuple[str, ...] = (f"its classes are {found}",) if found else ()
    place = module.span(module.header.reference) if module.header is not None else python.span(0, 0)
    functions = [decl.name.text for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    meant = misnamed_class(python, functions)
    outside = ", ".join(f"`{name}`" for name in functions_outside(python, functions)[:3])
    if outside:
        notes = (*notes, f"write {outside} into such a class, with `self` before the value")
    return codes.CLASS_MISSING.at(
        Span(python.path, 0, 0) if meant is None else name_in(python, meant),
        f"`{_name(python)}` defines no class `Module`",
        "the module's functions are methods of a class of this name",
        related=(Label(place, "the module that it is for", Role.DECLARATION),) if module.header is not None else (),
        notes=notes,
        fixes=() if meant is None else (renamed_class(python, meant),),
    )


def _another_class(module: syntax.Module, python: SourceFile, service: Service, meant: ast.ClassDef) -> Diagnostic:
    """The class of the module's name has none of its functions, and another one has."""
    from nscompiler.typecheck.python_fixes import name_in, renamed_class

    own = service.class_name
    return codes.CLASS_MISSING.at(
        name_in(python, meant),
        titled("the class `{}` has none of the module's functions, and `{}` has", str(own), meant.name),
        "has the module's functions",
        related=(
            Label(line_of(python, service.line), f"`{own}` is the class that is looked for", Role.DECLARATION),
            *(
                (Label(module.span(module.header.reference), "the module that it is for", Role.DECLARATION),)
                if module.header is not None
                else ()
            ),
        ),
        fixes=() if own == CLASS_NAMES[0] else (renamed_class(python, meant),),
    )


def _name(python: SourceFile) -> str:
    return python.path.rpartition("/")[2]


class _PythonSide:
    """The methods that implement a module's functions, held against the functions' declared types and parameters."""

    def __init__(self, checked: Checked, python: SourceFile, service: Service) -> None:
        self._module = checked.module
        self._python = python
        self._service = service
        exported = checked.interface.functions.values()
        self._functions = {one.name: one for one in exported if one.declared == "fun"}
        self._has_classes = bool(service.others)
        self._told: set[Label] = set()

    # --- values

    @property
    def sources(self) -> list[FunctionInterface]:
        """The functions that take nothing."""
        return [one for one in self._functions.values() if one.kind == "source"]

    def values(self, told: set[Span]) -> Iterator[Diagnostic]:
        """Values that are written out and not of the declared type; not of functions of whose annotations, at their
        places in ``told``, as much was said."""
        for name, function in self._functions.items():
            method = self._service.methods.get(name)
            if method is not None and function.span not in told:
                for wrong in wrong_values(method, function):
                    yield told_of(self._python, function, wrong)
                if function.kind != "source":
                    yield from no_values(self._python, self._service, function)

    # --- annotations

    def annotations(self) -> Iterator[Diagnostic]:
        """The annotations of methods that cannot be true."""
        for name, function in self._functions.items():
            method = self._service.methods.get(name)
            if method is not None and method.definition is not None:
                if method.arguments in (None, 0, 1):  # else its arguments are told of already
                    yield from self._of_value(method.definition, function)
                yield from self._of_result(method, method.definition, function)

    def _of_value(
        self, definition: ast.FunctionDef | ast.AsyncFunctionDef, function: FunctionInterface
    ) -> Iterator[Diagnostic]:
        arguments = [*definition.args.posonlyargs, *definition.args.args][1:2]
        declared = function.scheme.input
        for argument in arguments:
            annotation = self._read(argument.annotation)
            if annotation is None or isinstance(declared, VoidType):
                continue
            if not takes(annotation, declared) or self._is_another(annotation, declared, given=True):
                title = titled(
                    "`{}` is given " + _shown(declared) + ", and its annotation says otherwise", function.name
                )
                yield self._disagreement(annotation, annotation, argument, function, declared, title)
            else:
                yield from self._of_classes((annotation,), declared, function, given=True)

    def _of_result(
        self, method: Method, definition: ast.FunctionDef | ast.AsyncFunctionDef, function: FunctionInterface
    ) -> Iterator[Diagnostic]:
        declared = function.scheme.output
        annotation = self._read(definition.returns)
        if annotation is None or isinstance(declared, VoidType):
            return
        results = _results(annotation, method.kind)
        if not any(returns(one, declared) and not self._is_another(one, declared, given=False) for one in results):
            title = titled(
                "`{}` has to give " + _shown(declared) + ", and its annotation says otherwise", function.name
            )
            yield self._disagreement(annotation, results[0], None, function, declared, title)
        else:
            yield from self._of_classes(results, declared, function, given=False)

    def _is_another(self, annotation: Annotation, declared: Type, *, given: bool) -> bool:
        names = self._service.names
        if names is None or not self._has_classes or annotation.kind not in ("class", "union"):
            return False
        from nscompiler.typecheck.class_agreement import is_another

        return is_another(annotation, declared, names, given=given)

    def _of_classes(
        self, annotations: tuple[Annotation, ...], declared: Type, function: FunctionInterface, *, given: bool
    ) -> Iterator[Diagnostic]:
        """The fields of the file's own classes that cannot be those of what is declared, each once."""
        names = self._service.names
        if names is None or not self._has_classes:
            return
        from nscompiler.typecheck.class_agreement import disagreement, wrong_fields

        for annotation in annotations:
            for wrong in wrong_fields(annotation, declared, names, given=given):
                found = disagreement(self._python, names, function, wrong, given=given)
                if found.primary not in self._told:
                    self._told.add(found.primary)
                    yield found

    def _read(self, expr: ast.expr | None) -> Annotation | None:
        names = self._service.names
        return None if expr is None or names is None else read_annotation(expr, names)

    def _disagreement(
        self,
        annotation: Annotation,
        wrong: Annotation,
        argument: ast.arg | None,
        function: FunctionInterface,
        declared: Type,
        title: str,
    ) -> Diagnostic:
        """The part of an annotation that is ``wrong``: of a method's argument, or of its result."""
        from nscompiler.typecheck.python_fixes import annotated

        assert self._service.names is not None
        return codes.ANNOTATION_DISAGREES.at(
            place_in(self._python, annotation.node),
            title,
            f"{_shown(declared)} is declared",
            related=(Label(function.span, "declared here", Role.DECLARATION),),
            expected=show(declared),
            found=ast.unparse(annotation.node),
            fixes=annotated(self._python, self._service.names, annotation.node, wrong.node, declared, argument),
        )

    # --- parameters

    def parameters(self) -> Iterator[Diagnostic]:
        """Parameters that are read and not declared, or declared and not read."""
        settable = {one.name: one for own in self._functions.values() for one in own.parameters.settable}
        every = None if any(own.parameters.open for own in self._functions.values()) else settable
        told: set[tuple[str, str]] = set()
        for use in self._service.arguments.uses:
            # What has a default is as wrong where no function has such a parameter, and may be meant for another one.
            declared = self._declared_for(use, every)
            if not use.certain:
                other = use.name in settable
                declared = None if other or not use.defaulted else every if every is not None else declared
            if declared is not None and use.name not in declared and (use.method, use.name) not in told:
                told.add((use.method, use.name))
                yield self._undeclared(use, declared)
        for use in self._service.arguments.misread if "args" not in self._service.methods else ():
            declared = self._declared_for(use, every) if self._service.complete else None
            if declared is not None and use.name in declared and (use.method, use.name) not in told:
                told.add((use.method, use.name))
                yield self._misread(use)
        yield from self._unread(told)

    def _declared_for(self, use: ArgumentUse, every: dict[str, Settable] | None) -> dict[str, Settable] | None:
        """The parameters that there may be where one is read; None where there may be any."""
        function = self._functions.get(use.method)
        if function is None or use.method in self._service.arguments.called:
            # Whichever function is being called: its own parameters are there.
            return every
        return None if function.parameters.open else {one.name: one for one in function.parameters.settable}

    def _undeclared(self, use: ArgumentUse, declared: dict[str, Settable]) -> Diagnostic:
        similar = near(use.name, declared)
        function = self._functions.get(use.method)
        offer = did_you_mean(similar)
        known = ", ".join(f"`{name}`" for name in declared)
        return codes.UNDECLARED_PARAMETER.at(
            place_in(self._python, use.node),
            titled("`{}` reads a parameter that is not declared: `{}`", use.method, use.name),
            offer or (f"there are {known}" if known else "none is declared"),
            related=() if function is None else (Label(function.span, "declared here", Role.DECLARATION),),
            fixes=tuple(fix for name in similar if (fix := self._other_name(use, name)) is not None),
        )

    def _misread(self, use: ArgumentUse) -> Diagnostic:
        from nscompiler.typecheck.python_fixes import read_by_name

        function, method = self._functions.get(use.method), self._service.methods.get(use.method)
        return codes.PARAMETER_ACCESS.at(
            place_in(self._python, use.node),
            titled("`{}` reads the parameter `{}` in a way that a dict does not have", use.method, use.name),
            "`self.args` is a dict by name",
            related=() if function is None else (Label(function.span, "declared here", Role.DECLARATION),),
            fixes=read_by_name(self._python, None if method is None else method.definition, use.node, use.name),
        )

    def _other_name(self, use: ArgumentUse, name: str) -> Fix | None:
        span = place_in(self._python, use.node)
        written = self._python.text[span.start : span.end]
        for quote in "\"'":
            literal = f"{quote}{use.name}{quote}"
            if literal in written:
                break
        else:
            return None
        start = span.start + written.index(literal) + 1
        edits = (Edit(self._python.span(start, start + len(use.name)), name),)
        return Fix(f"write `{name}`", edits, Applicability.MAYBE_INCORRECT)

    def _unread(self, told: set[tuple[str, str]]) -> Iterator[Diagnostic]:
        every = self._service.reads
        declared = {one.name for function in self._functions.values() for one in function.parameters.settable}
        for function in self._functions.values() if every is not None else ():
            method = self._service.methods.get(function.name)
            if method is None:
                continue
            names = [one.name for one in function.parameters.settable]
            # Which is told of already.
            taken = (
                ()
                if method.definition is None
                else as_arguments(method.definition, names, 0 if function.kind == "source" else 1)
            )
            if method.definition is not None and method.arguments == 0:
                taken = (*taken, *by_name(method.definition))
            taken = (*taken, *method.by_name)
            slips = (one.name for one in self._service.arguments.uses if self._is_slip(one, function, declared, told))
            misspelt = {name for one in slips for name in near(one, names)}
            for one in function.parameters.settable:
                if one.name not in {*(every or ()), *misspelt, *taken} and one.span is not None:
                    yield self._never_read(function, method, one.name, one.span)

    def _is_slip(
        self, use: ArgumentUse, function: FunctionInterface, declared: Container[str], told: Container[tuple[str, str]]
    ) -> bool:
        """Whether what is read may be meant for a parameter of a function: a function without `with` takes any name."""
        reader = self._functions.get(use.method)
        takes_any = reader is not None and reader.parameters.open and use.method not in self._service.arguments.called
        return (use.name not in declared and not takes_any) or (function.name, use.name) in told

    def _never_read(self, function: FunctionInterface, method: Method, name: str, place: Span) -> Diagnostic:
        label = Label(line_of(self._python, method.line), f"the method `{function.name}`", Role.DECLARATION)
        title = titled("the Python class never reads the parameter `{}`", name)
        return codes.UNREAD_PARAMETER.at(place, title, "setting it changes nothing", related=(label,))


def _results(annotation: Annotation, kind: MethodKind) -> tuple[Annotation, ...]:
    """What an annotation says that a method gives, for one value each: one of these has to be true."""
    generators = {MethodKind.GENERATOR: "iterator", MethodKind.ASYNC_GENERATOR: "async_iterator"}
    wanted = generators.get(kind)
    if annotation.kind in ("iterator", "async_iterator", "awaitable"):
        return annotation.items or (Annotation("unknown", annotation.node),)
    if wanted is not None and annotation.kind == "iterable" and annotation.items:
        return annotation.items[:1]
    return (annotation,)


def _shown(type: Type) -> str:
    text = show(type)
    return text if len(text) <= 24 else text[:23] + "…"
