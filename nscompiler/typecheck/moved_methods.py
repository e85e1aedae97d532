"""Functions that a module's Python class lacks: those that stand outside of it, or inside another method, and stubs of
those that stand nowhere."""

import ast
import re
from collections.abc import Iterator, Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.grammar import syntax
from nscompiler.source import SourceFile
from nscompiler.typecheck.python_fixes import Definition, imported_nstack, name_in, span_of
from nscompiler.typecheck.service import Service
from nscompiler.types.interface import FunctionInterface

_MAYBE = Applicability.MAYBE_INCORRECT


def misplaced(
    python: SourceFile, service: Service, function: FunctionInterface
) -> tuple[Label, tuple[Fix, ...]] | None:
    """The function of a name that stands where it is no method of the class, and what makes it one, or calls it."""
    tree = ast.parse(python.text)
    owner = _class_of(tree, service)
    found = [node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == function.name]
    if owner is None or len(found) != 1:
        return None
    (other,) = found
    where = next((one for one in owner.body if isinstance(one, Definition) and other in ast.walk(one)), None)
    if where is None and other not in tree.body:
        return None
    label = Label(name_in(python, other), f"it stands {f'inside `{where.name}`' if where else 'outside'}", Role.NOTE)
    fixes: tuple[Fix, ...] = ()
    if where is None and _follows(tree, owner, other) and not _is_called(tree, other):
        fixes = _moved(python, other, owner.body[0].col_offset, f"move `{other.name}` into the class")
    elif where is not None and where.body[-1] is other:
        spaces = owner.body[0].col_offset - other.col_offset
        fixes = _moved(python, other, spaces, f"move `{other.name}` out of `{where.name}`")
    calls = where is None and len(other.args.args) == (function.kind != "source")
    if fixes or (where is None and other.args.args and other.args.args[0].arg == "self"):
        return label, fixes
    return label, stub(python, service, function, "return {}({})" if calls else "")


def _moved(python: SourceFile, function: Definition, spaces: int, title: str) -> tuple[Fix, ...]:
    edits = _shifted(python, function, spaces)
    return (Fix(title, (*edits, *_with_self(python, function)), _MAYBE),) if edits else ()


def _is_called(tree: ast.Module, function: Definition) -> bool:
    return any(isinstance(node, ast.Name) and node.id == function.name for node in ast.walk(tree))


def wrapped(python: SourceFile, names: Sequence[str]) -> tuple[Fix, ...]:
    """Functions at the file's first level in a class, which needs them side by side."""
    tree = ast.parse(python.text)
    found = [one for one in tree.body if isinstance(one, Definition) and one.name in names]
    first = tree.body.index(found[0])
    edits: list[Edit] = []
    for one in found:
        shifted = _shifted(python, one, 4)
        if not shifted or one.decorator_list or _is_called(tree, one):
            return ()
        edits += (*shifted, *_with_self(python, one))
    if tree.body[first : first + len(found)] != found:
        return ()
    start = python.lines.start_of(found[0].lineno)
    edits.insert(0, Edit(python.span(start, start), "class Module(nstack.Module):\n"))
    if not _imports_nstack(tree):
        edits.insert(0, imported_nstack(python, tree))
    return (Fix("write them into a class `Module`", tuple(edits), _MAYBE),)


def stub(python: SourceFile, service: Service, function: FunctionInterface, body: str = "") -> tuple[Fix, ...]:
    """A method that is to be written, or that calls the function of its name."""
    owner = _class_of(ast.parse(python.text), service)
    if owner is None or owner.body[0].lineno == owner.lineno or owner.end_lineno is None:
        return ()
    indent = " " * owner.body[0].col_offset
    line = owner.end_lineno
    for number in range(line + 1, python.lines.count + 1):
        text = python.line_text(number)
        if text.startswith(f"{indent}#"):
            line = number
        elif text.strip():
            break
    end = python.lines.start_of(line) + len(python.line_text(line).rstrip("\r\n"))
    value = "self" if function.kind == "source" else "self, value"
    reads = (f'{indent * 2}{one.name} = self.args["{one.name}"]' for one in function.parameters.settable)
    body = body.format(function.name, value.removeprefix("self").removeprefix(", ")) or "raise NotImplementedError"
    lines = [f"{indent}def {function.name}({value}):", *reads, f"{indent * 2}{body}"]
    written = "\n\n" + "\n".join(lines)
    return (Fix(f"add a method `{function.name}`", (Edit(python.span(end, end), written),), _MAYBE),)


def doubled(service: Service, lacking: Sequence[str]) -> tuple[Definition, Definition] | None:
    """The two methods of one name, where one function of the module has none."""
    names = service.names
    owner = None if names is None else names.classes.get(service.class_name or "")
    if owner is None or len(lacking) != 1:
        return None
    methods = [one for one in owner.body if isinstance(one, Definition) and not one.decorator_list]
    pairs = [(one, other) for at, one in enumerate(methods) for other in methods[at + 1 :] if one.name == other.name]
    return pairs[0] if len(pairs) == 1 else None


def renamed(
    module: syntax.Module, python: SourceFile, two: tuple[Definition, Definition], name: str
) -> tuple[Definition, tuple[Fix, ...]]:
    """The one of two methods that is meant to have another name, as the order of the functions says; and the fix."""
    functions = [decl.name.text for decl in module.declarations if isinstance(decl, syntax.FunDecl)]
    is_before = two[0].name not in functions or functions.index(name) < functions.index(two[0].name)
    meant = two[0] if is_before else two[1]
    place = name_in(python, meant)
    if python.text[place.start : place.end] != meant.name:
        return meant, ()
    return meant, (Fix(f"rename this one to `{name}`", (Edit(place, name),), _MAYBE),)


def _class_of(tree: ast.Module, service: Service) -> ast.ClassDef | None:
    found = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == service.class_name]
    return found[0] if len(found) == 1 else None


def _imports_nstack(tree: ast.Module) -> bool:
    names = [name for one in tree.body if isinstance(one, ast.Import) for name in one.names]
    return any(name.name == "nstack" and not name.asname for name in names)


def _follows(tree: ast.Module, owner: ast.ClassDef, function: Definition) -> bool:
    """Whether nothing but functions stands between a class and a function behind it."""
    start, end = tree.body.index(owner), tree.body.index(function)
    return end == start + 1


def _shifted(python: SourceFile, function: Definition, spaces: int) -> list[Edit]:
    """A function further to the right, or to the left; none where a text over several lines would change."""
    for node in ast.walk(function):
        if isinstance(node, ast.JoinedStr | ast.Constant) and node.lineno != node.end_lineno:
            return []
    edits: list[Edit] = []
    assert function.end_lineno is not None
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    for line in range(first, function.end_lineno + 1):
        start, text = python.lines.start_of(line), python.line_text(line)
        if not text.strip():
            continue
        if spaces < 0 and text[:-spaces].strip(" "):
            return []
        edits.append(Edit(python.span(start, start - min(spaces, 0)), " " * spaces))
    return edits


def _with_self(python: SourceFile, function: Definition) -> Iterator[Edit]:
    """``self`` before the value, where it is not there."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    if arguments and arguments[0].arg != "self":
        at = span_of(python, arguments[0]).start
        yield Edit(python.span(at, at), "self, ")
    elif not arguments and (opened := re.compile(r"\s*\(").match(python.text, name_in(python, function).end)):
        yield Edit(python.span(opened.end(), opened.end()), "self")
