"""The decisions of a module, and what becomes of the module when one of them is changed (see ``mutants.py``).

A change is made in the tree of a function and compiled into code that can stand in for the function's own. Beside the
changes there is the module as it is, but with every decision telling what it came to: a program in which a condition
was never true can notice nothing of a change that makes it false, and need not be asked.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import attrs

HEARD = "__decided__"
"""The name under which an instrumented module calls what listens to it."""

# What a changed decision differs for: where it came to the value named, or wherever it was met.
Telling = bool | None

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@attrs.frozen
class Change:
    """One change: where it is, what is done, what tells it from the original, and the function's code with it."""

    module: ModuleType
    function: str
    line: int
    what: str
    decision: int
    telling: Telling
    code: CodeType

    def __str__(self) -> str:
        return f"{self.module.__name__.rpartition('.')[2]}.py:{self.line}: {self.function}: {self.what}"


@attrs.frozen
class _Place:
    """Where a node hangs: the field of its parent, and its place there if that is a list."""

    parent: ast.AST
    field: str
    index: int | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


@attrs.frozen(eq=False)
class _Decision:
    """A node that may be changed, and its place."""

    node: ast.AST
    place: _Place


class Decisions:
    """The decisions of a module, function by function."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self._file = str(module.__file__)
        self._tree = ast.parse(Path(self._file).read_text("utf-8"))
        self._found: list[tuple[str, ast.FunctionDef, tuple[ast.ClassDef, ...], _Decision]] = []
        self._functions: dict[str, tuple[ast.FunctionDef, tuple[ast.ClassDef, ...]]] = {}
        self._walk(self._tree.body, ())

    def _walk(self, body: list[ast.stmt], classes: tuple[ast.ClassDef, ...]) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                self._walk(node.body, (*classes, node))
            elif isinstance(node, ast.FunctionDef):
                name = ".".join([*(one.name for one in classes), node.name])
                self._functions[name] = (node, classes)
                for at, statement in enumerate(node.body):
                    place = _Place(node, "body", at)
                    self._found += [(name, node, classes, one) for one in _decisions(statement, place)]

    def __len__(self) -> int:
        return sum(1 for *_, decision in self._found for _ in _variants(decision.node))

    @property
    def functions(self) -> frozenset[str]:
        """The functions that decide something."""
        return frozenset(name for name, *_ in self._found)

    def changes(self) -> Iterator[Change]:
        """Every change of every decision."""
        for number, (name, function, classes, decision) in enumerate(self._found):
            for what, telling, make in _variants(decision.node):
                shown = " ".join(ast.unparse(decision.node).split())
                made = make()
                new = ast.copy_location(made if made is not None else ast.Pass(), decision.node)
                decision.place.put(new)
                try:
                    code = self._compiled(name, function, classes)
                finally:
                    decision.place.put(decision.node)
                line = getattr(decision.node, "lineno", 0)
                yield Change(self.module, name, line, f"{what}: {shown[:100]}", number, telling, code)

    def listening(self) -> dict[str, CodeType]:
        """The code of each function with its decisions told to ``HEARD`` as they are made. Leaves the tree changed."""
        for number, (*_, decision) in reversed(list(enumerate(self._found))):  # the inner before those around them
            decision.place.put(_heard(number, decision.node))
        return {name: self._compiled(name, *self._functions[name]) for name in self.functions}

    def _compiled(self, name: str, function: ast.FunctionDef, classes: tuple[ast.ClassDef, ...]) -> CodeType:
        """The code of one function of the tree as it is now; nothing else of the module is compiled."""
        body: list[ast.stmt] = [function]
        for outer in reversed(classes):
            alone = copy.copy(outer)
            alone.body, alone.decorator_list = body, []
            body = [alone]
        future = [node for node in self._tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        tree = ast.fix_missing_locations(ast.Module([*future, *body], []))
        stack = [compile(tree, self._file, "exec")]
        while stack:
            inner = [one for one in stack.pop().co_consts if isinstance(one, CodeType)]
            for one in inner:
                if one.co_qualname == name:
                    return one
            stack += inner
        raise LookupError(name)


def function_of(module: ModuleType, name: str) -> FunctionType:
    """The function of a module that has a qualified name, under whatever decorates it."""
    held: Any = module
    for part in name.split("."):
        held = held.__dict__[part]
    while not isinstance(held, FunctionType) or hasattr(held, "__wrapped__"):
        inner = (getattr(held, name, None) for name in ("__wrapped__", "__func__", "fget", "func"))
        held = next(one for one in inner if one is not None)
    return held


def _decisions(node: ast.AST, place: _Place) -> Iterator[_Decision]:
    """The decisions inside a statement, outermost first; what patterns and annotations decide is left alone."""
    if isinstance(node, ast.pattern | ast.JoinedStr):
        return
    if next(_variants(node), None) is not None:
        yield _Decision(node, place)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        if isinstance(value, ast.AST):
            yield from _decisions(value, _Place(node, field, None))
        elif isinstance(value, list):
            for at, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield from _decisions(one, _Place(node, field, at))


def _variants(node: ast.AST) -> Iterator[tuple[str, Telling, Callable[[], ast.AST | None]]]:
    """What may become of a node: a name for it, where it tells, and what makes the new node (None where the statement
    goes)."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _TURNED:
            yield "turned", None, lambda: ast.Compare(node.left, [_TURNED[type(op)]()], node.comparators)
        case ast.BoolOp(op=op):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and/or", None, lambda: ast.BoolOp(other, node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", None, lambda: node.operand
        case ast.Constant(value=bool() as value):
            yield f"{not value}", None, lambda: ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield f"{value + 1}", None, lambda: ast.Constant(value + 1)
        case ast.Expr(value=ast.Call()):
            yield "gone", None, lambda: None
        case ast.If() | ast.IfExp():
            for truth in (True, False):
                yield f"if {truth}", not truth, partial(_with_test, node, truth)


def _with_test(node: ast.If | ast.IfExp, truth: bool) -> ast.AST:
    new = copy.copy(node)
    new.test = ast.Constant(truth)
    return new


def _heard(number: int, node: ast.AST) -> ast.AST:
    """A node that says that it is met, and what its test came to where it has one."""
    if isinstance(node, ast.If | ast.IfExp):
        node.test = _told(number, node.test)
        return node
    if isinstance(node, ast.stmt):
        always = ast.If(ast.copy_location(_told(number, ast.Constant(True)), node), [node], [])
        return ast.copy_location(always, node)
    assert isinstance(node, ast.expr)
    return ast.copy_location(_told(number, node), node)


def _told(number: int, node: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(HEARD, ast.Load()), [ast.Constant(number), node], [])
    return ast.copy_location(call, node)
