"""A module's declared functions against its Python file, as far as its text alone can tell."""

import ast
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Diagnostic, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.agreement import returns, takes
from nscompiler.typecheck.annotations import Annotation, read_annotation
from nscompiler.typecheck.compared_parameters import never_equal
from nscompiler.typecheck.constructor_calls import wrong_calls
from nscompiler.typecheck.facts import Checked
from nscompiler.typecheck.no_values import no_values
from nscompiler.typecheck.places_in_python import line_of, place_in
from nscompiler.typecheck.python_constructors import unknown_constructors
from nscompiler.typecheck.python_methods import check_methods, stands_twice
from nscompiler.typecheck.python_parameters import Parameters
from nscompiler.typecheck.read_fields import unknown_fields
from nscompiler.typecheck.returned_values import surely_wrong, told_of, wrong_values
from nscompiler.typecheck.service import CLASS_NAMES, PLAIN_BASES, Method, MethodKind, Service, read_service
from nscompiler.typecheck.unmatched_constructors import unmatched_constructors
from nscompiler.types.interface import FunctionInterface
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
    if (twice := stands_twice(module, python, service, functions)) is not None:
        return (twice,)
    reader = _PythonSide(checked, python, service)
    return (
        *_wrong_base(python, service),
        *check_methods(checked, python, service, functions),
        *(each for one in reader.sources for each in no_values(python, service, one)),
        *(annotations := (*reader.annotations(),)),
        *reader.values({label.span for one in annotations for label in one.related}),
        *Parameters(python, service, reader.functions).told(),
        *never_equal(python, service, reader.functions),
        *(() if service.names is None else unknown_constructors(python, service.names, checked.interface)),
        *(() if service.names is None else wrong_calls(python, service, service.names, checked.interface.types)),
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


def _wrong_base(python: SourceFile, service: Service) -> Iterator[Diagnostic]:
    """What is wrong with what the class derives from, where it may be something."""
    names = service.names
    owner = None if names is None else names.classes.get(service.class_name or "")
    if names is None or owner is None:
        return
    bare = not owner.bases and service.complete and bool(service.arguments.uses)
    unbound = service.complete and "nstack" not in names.bound and "nstack." in python.text
    odd = [one for one in owner.bases if isinstance(one, ast.Name) and one.id in ("nstack", *PLAIN_BASES)]
    if bare or unbound or any(one.id not in names.bound or one.id in ("nstack", owner.name) for one in odd):
        from nscompiler.typecheck.python_bases import wrong_base

        yield from wrong_base(python, service, owner)


def _no_class(module: syntax.Module, python: SourceFile, service: Service) -> Diagnostic:
    from nscompiler.typecheck.moved_methods import wrapped
    from nscompiler.typecheck.python_fixes import functions_outside, misnamed_class, name_in, renamed_class

    found = ", ".join(f"`{other}`" for other in service.others[:3])
    notes: tuple[str, ...] = (f"its classes are {found}",) if found else ()
    place = module.span(module.header.reference) if module.header is not None else python.span(0, 0)
    functions = [decl.name.text for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    meant = misnamed_class(python, functions)
    free = functions_outside(python, functions)
    outside = ", ".join(f"`{one.name}`" for one in free[:3])
    fixes: tuple[Fix, ...] = () if meant is None else (renamed_class(python, meant),)
    if outside and not found:
        fixes = wrapped(python, [one.name for one in free])
    if outside:
        notes = (*notes, f"write {outside} into such a class, with `self` before the value")
    return codes.CLASS_MISSING.at(
        name_in(python, meant or free[0]) if meant is not None or free else Span(python.path, 0, 0),
        f"`{_name(python)}` defines no class `Module`",
        "the module's functions are methods of a class of this name",
        related=(Label(place, "the module that it is for", Role.DECLARATION),) if module.header is not None else (),
        notes=notes,
        fixes=fixes,
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
        self.functions = {one.name: one for one in exported if one.declared == "fun"}
        self._has_classes = bool(service.others)
        self._told: set[Label] = set()

    # --- values

    @property
    def sources(self) -> list[FunctionInterface]:
        """The functions that take nothing."""
        return [one for one in self.functions.values() if one.kind == "source"]

    def values(self, told: set[Span]) -> Iterator[Diagnostic]:
        """Values that are written out and not of the declared type; not of functions of whose annotations, at their
        places in ``told``, as much was said."""
        for name, function in self.functions.items():
            method = self._service.methods.get(name)
            if method is not None and function.span not in told:
                if wrong := list(wrong_values(method, function)):
                    yield from told_of(self._python, method, function, surely_wrong(self._service, wrong))
                yield from unknown_fields(self._python, method, function)
                yield from unmatched_constructors(self._python, method, function)
                if function.kind != "source":
                    yield from no_values(self._python, self._service, function)

    # --- annotations

    def annotations(self) -> Iterator[Diagnostic]:
        """The annotations of methods that cannot be true."""
        for name, function in self.functions.items():
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
