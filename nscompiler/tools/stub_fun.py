"""The declarations of a module from its annotated Python: the types and ``fun`` lines that `nsc stub --fun` writes.

The file is read, never imported. What has no counterpart in the language is told with its place, and left out.
"""

import ast
from collections.abc import Collection, Iterator, Mapping

import attrs

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.modules.wording import titled
from nscompiler.records import replace
from nscompiler.source import SourceFile
from nscompiler.tools.stub_classes import Unmapped, constructors_of, fields_of, is_enumeration, plain_base
from nscompiler.typecheck.annotations import Annotation, Names, optional_item, read_annotation
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.scope import BUILT_IN
from nscompiler.typecheck.service import Method, MethodKind, Service, read_service
from nscompiler.types.show import show_field

NOT_FUNCTIONS = frozenset(("startup", "shutdown", "args"))

_SCALARS = {
    "int": "Integer",
    "float": "Double",
    "bool": "Boolean",
    "str": "Text",
    "bytes": "[Byte]",
    "none": "()",
    **{name: name for name in ("Decimal", "Date", "Time", "DateTime", "Duration", "Uuid")},
}


@attrs.frozen(slots=True)
class Declarations:
    """What was written: the lines of the types and of the functions, and what could not be."""

    types: tuple[str, ...]
    functions: tuple[str, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def text(self) -> str:
        """The declarations as they stand in a module, a line between any two."""
        return "\n".join(f"{one}\n" for one in (*self.types, *self.functions))


def declarations(python: SourceFile, declared: Collection[str] = (), types: Collection[str] = ()) -> Declarations:
    """The types and functions of a Python file's class.

    ``declared`` are the functions and types that the module has already, which are left out; ``types`` those that the
    Python code may mean by ``nstack.Name``.
    """
    service = read_service(python.text)
    if service.error is not None or service.names is None:
        return Declarations((), (), (_no_class(python, service),))
    writer = _Writer(python, service.names, declared, types)
    functions = []
    problems = []
    for method in service.methods.values():
        if method.definition is not None and method.name not in NOT_FUNCTIONS and not method.name.startswith("_"):
            if method.name in declared:
                continue
            try:
                functions.append(writer.function(method, method.definition))
            except Unmapped as found:
                problems.append(_report(python, found, method.name))
    for definition in _without_self(python.text, service.methods):
        if definition.name not in declared:
            fault = Unmapped(definition, "it has no `self`", "a function is a method that takes `self` and a value")
            problems.append(_report(python, fault, definition.name))
    return Declarations(tuple(writer.written.values()), tuple(functions), tuple(problems))


def _without_self(text: str, methods: Mapping[str, Method]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The static and class methods among some, but for those that no workflow calls by their names."""
    lines = {method.line: method.name for method in methods.values() if method.definition is None}
    for node in ast.walk(ast.parse(text)) if lines else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines.get(node.lineno) == node.name:
            static = any(isinstance(one, ast.Name) and one.id in _STATIC for one in node.decorator_list)
            if static and node.name not in NOT_FUNCTIONS and not node.name.startswith("_"):
                yield node


_STATIC = ("staticmethod", "classmethod")


def _no_class(python: SourceFile, service: Service) -> Diagnostic:
    if service.error is not None:
        line, reason = service.error
        start = python.lines.start_of(min(max(line, 1), python.lines.count))
        return codes.PYTHON_SYNTAX.at(python.span(start, start), "the file is not valid Python", reason)
    return codes.CLASS_MISSING.at(python.span(0, 0), "the file defines no class `Module`", "there are no functions")


def _report(python: SourceFile, found: Unmapped, method: str) -> Diagnostic:
    title = titled("`{}` has no counterpart: " + found.reason, method)
    return codes.UNMAPPED_ANNOTATION.at(place_in(python, found.node), title[:80], found.remedy)


class _Writer:
    """Writes types in the language; the named ones that are met are declared on the way, each before it is used."""

    def __init__(self, python: SourceFile, names: Names, declared: Collection[str], types: Collection[str]) -> None:
        self._python = python
        self._names = names
        self._declared = frozenset((*declared, *types))
        self._known = frozenset(types)
        self._inside: list[str] = []
        self._takes = False
        self.written: dict[str, str] = {}

    # --- functions

    def function(self, method: Method, definition: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """The declaration of a method. Raises Unmapped."""
        if not (method.name[0].islower() or method.name[0] == "_"):
            raise Unmapped(definition, "a function's name starts small", "rename the method")
        given, result = self._input(method, definition), self._output(method, definition)
        line = f"fun {method.name} : {given} -> {result}"
        if result == "()":
            line += " // or Void, if nothing goes on from here"
        return "\n".join((*_documented(definition), line))

    def _input(self, method: Method, definition: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        if method.arguments == 0:
            return "Void"
        arguments = [*definition.args.posonlyargs, *definition.args.args][1:]
        if method.arguments != 1:
            raise Unmapped(definition, "it does not take one value", "a method takes one value after `self`")
        annotation = arguments[0].annotation
        if annotation is None:
            reason = f"`{arguments[0].arg}` has no annotation"
            raise Unmapped(arguments[0], reason, "annotate the value that it takes")
        self._takes = True
        try:
            return self.type(read_annotation(annotation, self._names))
        finally:
            self._takes = False

    def _output(self, method: Method, definition: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        if definition.returns is None:
            raise Unmapped(definition, "its result has no annotation", "annotate what it returns")
        annotation = read_annotation(definition.returns, self._names)
        yields = method.kind in (MethodKind.GENERATOR, MethodKind.ASYNC_GENERATOR)
        if annotation.kind in ("iterator", "async_iterator", "awaitable") or (yields and annotation.kind == "iterable"):
            if not annotation.items:
                raise Unmapped(annotation.node, "it does not say what it gives", "write what: `Iterator[str]`")
            return self.type(annotation.items[0])
        if method.arguments == 0:
            raise Unmapped(definition, "a source yields its values", "a method without a value has to")
        return self.type(annotation)

    # --- types

    def type(self, annotation: Annotation) -> str:
        """A type as written in the language. Raises Unmapped."""
        if annotation.alias and annotation.kind != "class":
            return self._named(annotation.alias, annotation)
        return self._plain(annotation)

    def _plain(self, annotation: Annotation) -> str:
        kind, items = annotation.kind, annotation.items
        if kind in _SCALARS:
            return _SCALARS[kind]
        match kind:
            case "list" | "iterable" if items:
                return f"[{self.type(items[0])}]"
            case "tuple" if annotation.open_ended and items:
                if self._takes and not self._inside:
                    of = ast.unparse(items[0].node)
                    raise Unmapped(annotation.node, "a list comes, and no tuple", f"take a `Sequence[{of}]`")
                return f"[{self.type(items[0])}]"
            case "tuple" if len(items) > 1:
                return f"({', '.join(self.type(item) for item in items)})"
            case "dict" if len(items) == 2:
                return self._map(annotation)
            case "union":
                return self._union(annotation)
            case "class":
                return self._class(annotation)
        raise Unmapped(annotation.node, _why(annotation), "say it with a type that the language has")

    def _map(self, annotation: Annotation) -> str:
        if annotation.items[0].kind != "str":
            raise Unmapped(annotation.items[0].node, "a Map is from texts", "make the keys `str`")
        return f"Map {_bracketed(self.type(annotation.items[1]))}"

    def _union(self, annotation: Annotation) -> str:
        rest = optional_item(annotation)
        if rest is None:
            raise Unmapped(annotation.node, "a union has to have a name", "name it: `Event = Placed | Cancelled`")
        if optional_item(rest) is not None:
            return self.type(rest)
        if rest.kind == "union" and not rest.alias:
            sides = " | ".join(ast.unparse(item.node) for item in rest.items)
            remedy = f"give `{sides}` a name, and take that `| None`"
            raise Unmapped(annotation.node, "`None` is none of a sum's sides", remedy)
        return f"optional {_bracketed(self.type(rest))}"

    def _class(self, annotation: Annotation) -> str:
        name = annotation.name
        if name not in self._names.classes:
            if name in self._known:
                return name
            raise Unmapped(annotation.node, f"no type `{name}` is declared", "declare it in the `.nml`")
        return self._named(name, annotation)

    def _named(self, name: str, annotation: Annotation) -> str:
        """The name of a type, declared where it is not yet."""
        written = name[0].upper() + name[1:]
        if written in BUILT_IN:
            raise Unmapped(annotation.node, f"`{written}` is a built-in type", "give it another name")
        if not written[0].isupper() or not written.isidentifier():
            raise Unmapped(annotation.node, f"`{name}` is no name for a type", "a type's name starts with a capital")
        if written in self._inside:
            raise Unmapped(annotation.node, f"`{name}` contains itself", "no type of the language does")
        if written not in self.written and written not in self._declared:
            self._inside.append(written)
            try:
                body = self._body(name, annotation)
            finally:
                self._inside.pop()
            docs = _documented(self._names.classes[name]) if annotation.kind == "class" else ()
            self.written[written] = "\n".join((*docs, f"type {written} = {body}"))
        return written

    def _body(self, name: str, annotation: Annotation) -> str:
        if annotation.kind == "class":
            return self._class_body(self._names.classes[name], annotation)
        if annotation.kind == "union" and optional_item(annotation) is None:
            return self._sum(annotation)
        return self._plain(replace(annotation, alias=""))

    def _sum(self, annotation: Annotation) -> str:
        """A union of classes: one constructor for each, called like it and holding it."""
        stray = next((item for item in annotation.items if item.kind != "class"), None)
        if stray is not None:
            raise Unmapped(annotation.node, "a sum is of classes", "make a dataclass of each of its sides")
        payloads = [self.type(item) for item in annotation.items]
        return " | ".join(f"{payload} {payload}" for payload in payloads)

    def _class_body(self, definition: ast.ClassDef, annotation: Annotation) -> str:
        if is_enumeration(definition, self._names):
            return " | ".join(constructors_of(definition))
        base = plain_base(definition, self._names)
        if base is not None:
            return self.type(base)
        fields = [
            f"{show_field(field.name)} : {self._field(read_annotation(field.annotation, self._names), field.optional)}"
            for field in fields_of(definition, self._names, annotation.node)
        ]
        return f"{{ {', '.join(fields)} }}" if fields else "{}"

    def _field(self, annotation: Annotation, optional: bool) -> str:
        if optional and optional_item(annotation) is None:
            return f"optional {_bracketed(self.type(annotation))}"
        return self.type(annotation)


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text and text[0] not in "([{" else text


def _why(annotation: Annotation) -> str:
    text = ast.unparse(annotation.node)
    text = text if len(text) <= 30 else text[:29] + "…"
    if annotation.kind in ("list", "iterable", "tuple", "dict"):
        return f"`{text}` does not say what is in it"
    if text in ("Any", "typing.Any", "object"):
        return f"`{text}` is any type"
    return f"`{text}` is not known"


def _documented(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[str]:
    """The first paragraph of a docstring as documentation."""
    text = ast.get_docstring(node)
    for line in (text or "").split("\n\n")[0].splitlines():
        if line.strip():
            yield f"/// {line.strip()}"
