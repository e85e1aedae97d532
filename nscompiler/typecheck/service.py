"""What a Python file says about the class that implements a module's functions, read from its text alone."""

import ast
import sys
from collections.abc import Mapping
from enum import Enum
from typing import ClassVar

from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.typecheck.annotations import Names, names_of
from nscompiler.typecheck.arguments import NO_ARGUMENTS, ArgumentUses, argument_uses

CLASS_NAMES = ("Module", "Service")
"""The names under which the class is looked for, in this order."""

# A `type` statement, or type parameters.
_OF_3_12 = Pattern(r"\s*(?:type\s+\w+\s*[\[=]|(?:(?:async\s+)?def|class)\s+\w+\s*\[)")
PLAIN_BASES = frozenset({"Module", "BaseService", "object"})
"""The bases from which no method can come."""


class MethodKind(Enum):
    """How a method hands out its results."""

    PLAIN = "plain"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async_generator"


class Method(Record):
    """One method; ``line`` is where its ``def`` stands, ``arguments`` how many it takes after ``self`` (None where
    it takes any number). ``definition`` is None where something else than its ``def`` may decide what it does.
    ``by_name`` are the arguments without a default that it takes by name alone, ``decorator`` is the only one that it
    has, where that is one of Python's own.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "name",
        "kind",
        "line",
        "arguments",
        "definition",
        "by_name",
        "decorator",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        name: str,
        kind: MethodKind,
        line: int,
        arguments: int | None,
        definition: ast.FunctionDef | ast.AsyncFunctionDef | None = None,
        by_name: tuple[str, ...] = (),
        decorator: str = "",
    ) -> None:
        self.name = name
        self.kind = kind
        self.line = line
        self.arguments = arguments
        self.definition = definition
        self.by_name = by_name
        self.decorator = decorator


class Service(Record):
    """The class of a Python file. ``class_name`` is None where there is none (then ``others`` are the classes that
    there are).

    ``arguments`` are its uses of ``self.args``, ``names`` what the names in the file mean. ``text`` is the
    whole file.

    ``complete`` if nothing but the listed methods can answer: no base class from elsewhere, no decorator on the
    class, no ``__getattr__``, no assignment of other names. ``error`` is (line, text) where the file is no Python.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "class_name",
        "line",
        "methods",
        "complete",
        "others",
        "error",
        "arguments",
        "names",
        "text",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        class_name: str | None,
        line: int = 1,
        methods: Mapping[str, Method] | None = None,
        complete: bool = True,
        others: tuple[str, ...] = (),
        error: tuple[int, str] | None = None,
        arguments: ArgumentUses = NO_ARGUMENTS,
        names: Names | None = None,
        text: str = "",
    ) -> None:
        self.class_name = class_name
        self.line = line
        self.methods: Mapping[str, Method] = methods or {}
        self.complete = complete
        self.others = others
        self.error = error
        self.arguments = arguments
        self.names = names
        self.text = text

    @property
    def reads(self) -> frozenset[str] | None:
        """The parameters that the class reads; None where that cannot be told."""
        if not (self.complete and self.arguments.known):
            return None
        return frozenset(use.name for use in self.arguments.uses)

    @property
    def resumes(self) -> bool:
        """Whether a source may start again from an offset."""
        return "At(" in self.text or "resume_from" in self.text

    def lacks(self, function: str) -> bool:
        """Whether a call of this function is sure to fail."""
        return self.class_name is not None and self.complete and function not in self.methods


def read_service(text: str) -> Service:
    """Scan the text of a ``service.py``. Pure: nothing is imported or run; a file that is no Python gives ``error``."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = getattr(error, "msg", None) or str(error)
        return Service(None, error=(line, reason + _if_later(text, line)))
    classes = {node.name: node for node in _statements(tree.body) if isinstance(node, ast.ClassDef)}
    name = next((name for name in CLASS_NAMES if name in classes), None)
    if name is None:
        # The class may come in by an import or an assignment; then nothing can be said.
        bound = next((name for name in CLASS_NAMES if name in _bound(tree)), None)
        return Service(bound, complete=False, others=tuple(classes))
    methods, complete = _members(classes[name], classes, frozenset())
    arguments = argument_uses(_with_bases(classes[name], classes))
    others = tuple(own for own in classes if own != name)
    return Service(name, classes[name].lineno, methods, complete, others, None, arguments, names_of(tree), text)


def _if_later(text: str, line: int) -> str:
    """What to add where a line is right in a later Python than the one that reads it."""
    own = sys.version_info
    lines = text.splitlines()
    if own >= (3, 12) or line > len(lines) or _OF_3_12.match(lines[line - 1]) is None:
        return ""
    return f"; Python 3.12 has this, and `nsc` runs under {own.major}.{own.minor}"


def _with_bases(owner: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """A class and those of the same file that it derives from."""
    found = [owner]
    for known in found:
        names = (base.id for base in known.bases if isinstance(base, ast.Name))
        found += (classes[name] for name in names if name in classes and classes[name] not in found)
    return found


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a body, those under ``if`` and ``try`` too."""
    found: list[ast.stmt] = []
    for statement in body:
        found.append(statement)
        match statement:
            case ast.If():
                found += _statements(statement.body) + _statements(statement.orelse)
            case ast.Try():
                found += _statements(statement.body) + _statements(statement.orelse) + _statements(statement.finalbody)
                for handler in statement.handlers:
                    found += _statements(handler.body)
            case ast.With():
                found += _statements(statement.body)
    return found


def _bound(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for statement in _statements(tree.body):
        match statement:
            case ast.ImportFrom(module="nstack"):
                pass  # what the class derives from
            case ast.Import() | ast.ImportFrom():
                names.update(alias.asname or alias.name for alias in statement.names)
            case ast.Assign():
                names.update(target.id for target in statement.targets if isinstance(target, ast.Name))
    return set(CLASS_NAMES) if "*" in names else names


def _members(
    owner: ast.ClassDef, classes: Mapping[str, ast.ClassDef], seen: frozenset[str]
) -> tuple[dict[str, Method], bool]:
    """A class's methods with those of its bases in the same file, and whether these are all."""
    methods: dict[str, Method] = {}
    complete = not owner.decorator_list and not owner.keywords
    for base in reversed(owner.bases):
        name = base.id if isinstance(base, ast.Name) else ""
        if name in classes and name not in seen and name != owner.name:
            inherited, whole = _members(classes[name], classes, seen | {owner.name})
            methods.update(inherited)
            complete = complete and whole
        else:
            complete = complete and _plain(base)
    for statement in _statements(owner.body):
        complete = _member(statement, methods) and complete
    return methods, complete and "__getattr__" not in methods and "__getattribute__" not in methods


def _plain(base: ast.expr) -> bool:
    match base:
        case ast.Name(id=name):
            return name in PLAIN_BASES
        case ast.Attribute(value=ast.Name(id="nstack"), attr=name):
            return name in PLAIN_BASES
    return False


def _member(statement: ast.stmt, methods: dict[str, Method]) -> bool:
    """Take up what a statement of a class's body defines; False where that cannot be told."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            methods[statement.name] = _method(statement)
        case ast.Assign(targets=targets):
            for target in targets:
                if not isinstance(target, ast.Name):
                    return False
                methods[target.id] = Method(target.id, MethodKind.PLAIN, statement.lineno, None)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            methods[name] = Method(name, MethodKind.PLAIN, statement.lineno, None)
        case ast.For() | ast.While() | ast.Match() | ast.Import() | ast.ImportFrom():
            return False
        case ast.Expr(value=ast.Call()):
            return False
    return True


def _method(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> Method:
    yields = _yields(definition)
    if isinstance(definition, ast.AsyncFunctionDef):
        kind = MethodKind.ASYNC_GENERATOR if yields else MethodKind.COROUTINE
    else:
        kind = MethodKind.GENERATOR if yields else MethodKind.PLAIN
    decorator = ""
    if definition.decorator_list:
        decorator = _own_decorator(definition)
        # Any other may turn it into anything.
        if decorator not in ("staticmethod", "classmethod"):
            return Method(definition.name, MethodKind.PLAIN, definition.lineno, None, decorator=decorator)
        kind = MethodKind.PLAIN
    spec = definition.args
    count = len(spec.posonlyargs) + len(spec.args) - (0 if decorator == "staticmethod" else 1)
    named = [one.arg for one, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None]
    open_ended = spec.vararg is not None or bool(spec.defaults)
    # Behind a value there may be what is taken by name; without one it does not help.
    open_ended = open_ended or (count != 0 and bool(spec.kwonlyargs or spec.kwarg))
    own = None if decorator else definition
    return Method(
        definition.name,
        kind,
        definition.lineno,
        None if open_ended else count,
        own,
        tuple(named) if count else (),
        decorator,
    )


def _own_decorator(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    match definition.decorator_list:
        case [ast.Name(id="property" | "cached_property" | "staticmethod" | "classmethod" as name)]:
            return name
        case [ast.Attribute(value=ast.Name(id="functools"), attr="cached_property")]:
            return "cached_property"
    return ""


def _yields(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a ``yield`` of its own stands in the function, not in one nested inside."""
    stack: list[ast.AST] = list(definition.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack.extend(ast.iter_child_nodes(node))
    return False
