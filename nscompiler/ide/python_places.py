"""Where the Python file beside a module has its functions and reads its parameters."""

import ast
import re
from collections.abc import Iterator

from nscompiler.grammar import syntax
from nscompiler.ide.names import Kind, Target
from nscompiler.ide.program import Program
from nscompiler.modules.python_file import python_file
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.service import Service


def method_of(program: Program, target: Target) -> Span | None:
    """The name of the method that implements a ``fun``; None where there is none to be seen."""
    source, service = _beside(program, target)
    if source is None or service is None or not isinstance(target.node, syntax.FunDecl):
        return None
    method = service.methods.get(target.name)
    return None if method is None else _in_line(source, method.line, target.name)


def class_of(program: Program, target: Target) -> Span | None:
    """The name of the class that implements the functions of a file."""
    source, service = _beside(program, target)
    if source is None or service is None or service.class_name is None:
        return None
    return _in_line(source, service.line, service.class_name)


def python_places(program: Program, target: Target) -> tuple[Span, ...]:
    """The places in Python that name a ``fun`` (its method, its calls on ``self``) or one of a ``fun``'s parameters
    (``self.args["x"]``; the place is the text between the quotes).

    Where several functions of a module have a parameter of that name, it is read in the methods of this one alone.
    """
    source, service = _beside(program, target)
    if source is None or service is None or service.error is not None:
        return ()
    if target.kind is Kind.PARAMETER:
        others = _others_with(program, target)
        return tuple(_parameter_places(source, service, target, others))
    if target.kind is not Kind.FUNCTION or not isinstance(target.node, syntax.FunDecl):
        return ()
    method = method_of(program, target)
    calls = _calls(source, service, target.name)
    return (method, *calls) if method is not None else tuple(calls)


def _beside(program: Program, target: Target) -> tuple[SourceFile | None, Service | None]:
    if not target.path:
        return None, None
    return program.text(python_file(target.path)), program.service(target.path)


def _in_line(source: SourceFile, line: int, name: str) -> Span | None:
    """The word in a line, or in one of those after it (decorators stand before a ``def``)."""
    if line > source.lines.count:
        return None
    start = source.lines.start_of(line)
    found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(source.text, start)
    return None if found is None else source.span(*found.span())


def _others_with(program: Program, target: Target) -> frozenset[str]:
    """The other functions of the file that declare a parameter of the same name."""
    parsed = program.parsed(target.path)
    funs = () if parsed is None else parsed.module.declarations
    return frozenset(
        fun.name.text
        for fun in funs
        if isinstance(fun, syntax.FunDecl)
        and fun is not target.owner
        and any(one.name.text == target.name for one in fun.parameters or ())
    )


def _parameter_places(source: SourceFile, service: Service, target: Target, others: frozenset[str]) -> Iterator[Span]:
    own = target.owner.name.text if isinstance(target.owner, syntax.FunDecl) else ""
    for use in service.arguments.uses:
        if use.name == target.name and (not others or use.method == own):
            constant = next((one for one in ast.walk(use.node) if _says(one, use.name)), None)
            span = None if constant is None else _of_text(source, constant)
            if span is not None:
                yield span


def _says(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == name


def _of_text(source: SourceFile, node: ast.AST) -> Span | None:
    """What stands between the quotes of a plain text; None for one that is written otherwise."""
    assert isinstance(node, ast.Constant)
    start, end = _offset(source, node.lineno, node.col_offset), _end(source, node)
    inside = source.text[start + 1 : end - 1]
    return source.span(start + 1, end - 1) if inside == node.value else None


def _end(source: SourceFile, node: ast.expr) -> int:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return _offset(source, node.end_lineno, node.end_col_offset)


def _offset(source: SourceFile, line: int, column: int) -> int:
    """The offset of a place as Python tells it, in bytes from the start of a line."""
    start = source.lines.start_of(line)
    end = source.lines.start_of(line + 1) if line < source.lines.count else len(source.text)
    before = source.text[start:end].encode()[:column]
    return start + len(before.decode(errors="replace"))


def _calls(source: SourceFile, service: Service, name: str) -> Iterator[Span]:
    """``self.name`` in the service's class."""
    if name not in source.text:
        return
    tree = ast.parse(source.text)
    owners = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == service.class_name]
    for node in (inner for owner in owners for inner in ast.walk(owner)):
        if isinstance(node, ast.Attribute) and node.attr == name and _is_self(node.value):
            end = _end(source, node)
            yield source.span(end - len(name), end)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"
