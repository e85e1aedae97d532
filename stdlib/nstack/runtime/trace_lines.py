"""The lines that a stage's code has where its values are followed: at its source, each ``?``, each ``*``, and whatever
it makes without a call. Calls are wrapped, see ``trace.py``."""

from __future__ import annotations

import ast
import re

TRACER = "__trace__"
_PLACE = re.compile(r"#\s+(\S+:\d+:\d+)\s\s?(.*)$")


def put_lines(functions: dict[str, ast.FunctionDef], start: str, lines: list[str]) -> None:
    """Changes the functions of a file, of which ``start`` is the stage's."""
    for name, function in functions.items():
        _Lines(lines, name == start).visit(function)
        ast.fix_missing_locations(function)


def is_of_parts(call: ast.Call) -> bool:
    """Whether a call is the line at a ``*``: what it takes apart is its first argument."""
    function = call.func
    return isinstance(function, ast.Attribute) and _is_tracer(function.value) and function.attr == "parts"


def _is_tracer(part: ast.expr) -> bool:
    return isinstance(part, ast.Name) and part.id == TRACER


class _Lines(ast.NodeTransformer):
    def __init__(self, lines: list[str], is_stage: bool) -> None:
        self._lines = lines
        self._is_stage = is_stage

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        if isinstance(node.iter, ast.Name):
            if self._is_stage and node.iter.id == "values":
                node.iter = self._call("each", node.iter, at=node)
            else:
                origin, _ = self._place(node.lineno)
                node.iter = self._call("parts", node.iter, ast.Constant(origin), at=node)
        return node

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        origin, mark = self._place(node.lineno)
        test = node.test
        if mark == "?" and isinstance(test, ast.Compare):
            line = ast.copy_location(ast.Expr(self._call("dropped", ast.Constant(origin), at=node)), node)
            if isinstance(test.ops[0], ast.Is):
                node.body.insert(0, line)
            else:
                node.orelse.append(line)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST]:
        origin, name = self._place(node.lineno)
        target = node.targets[0]
        if not origin or name in ("&", "*", "?") or not isinstance(target, ast.Name):
            return node
        value = ast.Name(target.id, ast.Load())
        call = self._call("made", ast.Constant(name), ast.Constant(origin), value, at=node)
        return [node, ast.copy_location(ast.Expr(call), node)]

    def _call(self, method: str, *arguments: ast.expr, at: ast.stmt) -> ast.Call:
        function = ast.Attribute(ast.Name(TRACER, ast.Load()), method, ast.Load())
        return ast.copy_location(ast.Call(function, list(arguments), []), at)

    def _place(self, line: int) -> tuple[str, str]:
        """The place in the comment beside a line, or above it, and what stands there."""
        for text in (self._lines[line - 1], self._lines[line - 2]):
            if found := _PLACE.search(text):
                return found[1], found[2].strip()
        return "", ""
