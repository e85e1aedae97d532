"""Methods that hand out nothing: sources that yield no values, and functions of which no path returns one."""

import ast
import builtins
from collections.abc import Iterator

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.places_in_python import line_of, offset_of, place_in
from nscompiler.typecheck.service import Method, MethodKind, Service
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.types import App, Record, Scalar, Sum, Type

_INSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# Of these None is a value, or what becomes one.
_NOTHING = ("()", "Json")
_FALLS_THROUGH = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.If)
# What ends a run, or a test, and so may stand for an error.
_ENDS = ("exit", "quit", "_exit", "abort", "fail", "skip", "reject", "refuse")


def no_values(python: SourceFile, service: Service, function: FunctionInterface) -> Iterator[Diagnostic]:
    """What is said of a function whose method gives nothing, or not one by one."""
    method = service.methods.get(function.name)
    if method is None:
        return
    if function.kind == "source":
        whole = _returned_whole(method, function.scheme.output)
        if _gives_no_values(method):
            yield _told(python, method, function)
        elif whole:
            yield _told_of_return(python, function, whole)
    elif function.kind == "function" and is_something(function.scheme.output) and _returns_nothing(method, service):
        assert method.definition is not None
        from nscompiler.typecheck.missing_returns import returned

        last = method.definition.body[-1]
        yield codes.RETURNED_VALUE.at(
            place_in(python, last),
            titled("the method `{}` returns nothing", function.name),
            "what it gives is said with `return`",
            related=(Label(function.span, "declared here", Role.DECLARATION),),
            fixes=returned(python, method.definition),
        )


def _told(python: SourceFile, method: Method, function: FunctionInterface) -> Diagnostic:
    return codes.SOURCE_WITHOUT_VALUES.at(
        line_of(python, method.line),
        titled("the source `{}` yields nothing", function.name),
        "a source hands out its values with `yield`",
        related=(Label(function.span, "declared here", Role.DECLARATION),),
    )


def _told_of_return(python: SourceFile, function: FunctionInterface, returns: list[ast.Return]) -> Diagnostic:
    starts = [offset_of(python, one.lineno, one.col_offset) for one in returns]
    edits = tuple(Edit(python.span(start, start + len("return")), "yield") for start in starts)
    return codes.SOURCE_WITHOUT_VALUES.at(
        place_in(python, returns[0]),
        titled("the source `{}` returns one value, which ends it", function.name),
        "a source hands out its values with `yield`",
        related=(Label(function.span, "declared here", Role.DECLARATION),),
        fixes=(Fix("write `yield`", edits, Applicability.MAYBE_INCORRECT),),
    )


# --- sources


def _gives_no_values(method: Method) -> bool:
    """Whether a call of a source's method is sure to give nothing that can be iterated over. A method that only raises,
    or is not written yet, is none of these."""
    if method.definition is None or method.kind in (MethodKind.GENERATOR, MethodKind.ASYNC_GENERATOR):
        return False
    inside = [node for statement in method.definition.body for node in ast.walk(statement)]
    if all(isinstance(statement, ast.Pass | ast.Expr) for statement in method.definition.body):
        calls = any(isinstance(node, ast.Call) for node in inside)
        return calls or method.kind is MethodKind.COROUTINE
    if any(isinstance(node, ast.Raise) for node in inside):
        return False
    returned = any(isinstance(node, ast.Return) and node.value is not None for node in inside)
    return method.kind is MethodKind.COROUTINE or not returned


def _returned_whole(method: Method, output: Type) -> list[ast.Return]:
    """The `return`s of a source's method where each gives one value, and nothing to take values from."""
    if method.definition is None or method.kind is not MethodKind.PLAIN:
        return []
    own = list(_own(method.definition))
    returns = [one for one in own if isinstance(one, ast.Return) and one.value is not None]
    if isinstance(output, Scalar) and output.name == "Text":  # its letters are texts too
        loops = [one for one in own if isinstance(one, ast.For | ast.While)]
        inside = {id(node) for one in loops for node in ast.walk(one)}
        if not all(id(one) in inside for one in returns):
            return []
    return returns if all(_is_one(one.value, output) for one in returns) else []


def _is_one(node: ast.expr | None, type: Type) -> bool:
    """Whether an expression is written out as one value of a type."""
    if isinstance(type, Record):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
        return isinstance(node, ast.Dict) or (named and bool(getattr(node, "keywords", ())))
    if isinstance(type, Scalar) and type.name == "Text":
        text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        return text or isinstance(node, ast.JoinedStr)
    return isinstance(type, Scalar) and isinstance(node, ast.Constant) and isinstance(node.value, int | float)


# --- functions


def is_something(type: Type) -> bool:
    """Whether None is surely no value of a type."""
    if isinstance(type, App):
        return type.constructor != "optional"
    return isinstance(type, Record | Sum) or (isinstance(type, Scalar) and type.name not in _NOTHING)


def _returns_nothing(method: Method, service: Service) -> bool:
    """Whether a method surely comes to its end without a value where it raises nothing. One that is not written yet
    is none of these, nor one that may leave what raises to others."""
    definition = method.definition
    if definition is None or method.kind not in (MethodKind.PLAIN, MethodKind.COROUTINE):
        return False
    for node in _own(definition):
        if isinstance(node, ast.Raise | ast.Assert) or (isinstance(node, ast.Return) and node.value is not None):
            return False
    last = definition.body[-1]
    if isinstance(last, ast.Expr):
        call = last.value.value if isinstance(last.value, ast.Await) else last.value
        return isinstance(call, ast.Call) and _comes_back(call.func, service)
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Tuple):
        return False  # a value is unpacked, and what is made of it is not written yet
    return isinstance(last, _FALLS_THROUGH) or (isinstance(last, ast.Return) and len(definition.body) > 1)


def _comes_back(function: ast.expr, service: Service) -> bool:
    """Whether what is called is likely to end in another way than with an error."""
    if isinstance(function, ast.Name):
        return hasattr(builtins, function.id) and function.id not in _ENDS
    if not isinstance(function, ast.Attribute) or function.attr in _ENDS:
        return False
    if isinstance(function.value, ast.Name) and function.value.id == "self":
        other = service.methods.get(function.attr)
        found = () if other is None or other.definition is None else _own(other.definition)
        return any(isinstance(node, ast.Return) and node.value is not None for node in found)
    return True


def _own(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The parts of a function, in the order of its text, without those of functions inside."""
    waiting: list[ast.AST] = list(reversed(definition.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _INSIDE):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
