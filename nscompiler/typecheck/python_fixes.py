"""Fixes that edit a module's Python file, or its declarations, where the two say different things."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.diagnostics.suggest import near
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.annotations import Names
from nscompiler.typecheck.places_in_python import offset_of
from nscompiler.typecheck.python_types import ITEM_FIELDS, PYTHON_NAMES
from nscompiler.typecheck.service import CLASS_NAMES
from nscompiler.types.types import App, Record, Scalar, Type

_MAYBE = Applicability.MAYBE_INCORRECT

Definition = ast.FunctionDef | ast.AsyncFunctionDef


# --- names


def named_alike(module: syntax.Module, python: SourceFile, name: syntax.Name, method: Definition) -> tuple[Fix, ...]:
    """The method called as the declaration says, or the declaration as the method."""
    wanted, other = name.text, method.name
    if not _is_plain(python, method):
        return ()
    called = Fix(f"rename the method `{other}` to `{wanted}`", _renamed_method(python, method, wanted), _MAYBE)
    if not re.fullmatch(r"[a-z_][A-Za-z0-9_]*", other):
        return (called,)
    declared = [name, *_uses(module, wanted)]
    return called, Fix(f"declare `{other}`", tuple(Edit(module.span(one), other) for one in declared), _MAYBE)


def _uses(module: syntax.Module, name: str) -> Iterator[syntax.Name]:
    for decl in module.declarations:
        for node in walk(decl):
            if isinstance(node, syntax.Use) and node.qualifier is None and node.name.text == name:
                yield node.name


def _renamed_method(python: SourceFile, method: Definition, wanted: str) -> tuple[Edit, ...]:
    """The edits that call a method something else, where it is defined and where others call it on ``self``."""
    spans = [name_in(python, method)]
    for node in ast.walk(ast.parse(python.text)):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=attr) if attr == method.name:
                end = span_of(python, node).end
                spans.append(python.span(end - len(attr), end))
    return tuple(Edit(span, wanted) for span in spans)


def misnamed_class(python: SourceFile, functions: Iterable[str]) -> ast.ClassDef | None:
    """The class that is meant for the module: the one that has methods of its functions, else the near name."""
    tree = ast.parse(python.text)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    wanted = set(functions)
    classes = [one for one in classes if _is_plain(python, one)]
    having = [one for one in classes if wanted & {own.name for own in one.body if isinstance(own, Definition)}]
    close = near(CLASS_NAMES[0], [one.name for one in classes])
    found = having or [one for one in classes if one.name in close]
    return found[0] if len(found) == 1 else None


def functions_outside(python: SourceFile, functions: Iterable[str]) -> list[Definition]:
    """The functions of the file, outside of any class, that the module declares."""
    wanted = set(functions)
    return [one for one in ast.parse(python.text).body if isinstance(one, Definition) and one.name in wanted]


def renamed_class(python: SourceFile, found: ast.ClassDef) -> Fix:
    """The class by the name under which it is looked for."""
    nodes = [node for node in ast.walk(ast.parse(python.text)) if isinstance(node, ast.Name) and node.id == found.name]
    spans = [name_in(python, found), *(span_of(python, node) for node in nodes)]
    edits = tuple(Edit(span, CLASS_NAMES[0]) for span in spans)
    return Fix(f"rename the class `{found.name}` to `{CLASS_NAMES[0]}`", edits, _MAYBE)


def imported_nstack(python: SourceFile, tree: ast.Module) -> Edit:
    """The import of ``nstack`` before the first statement but what documents the file, and what has to be first."""
    for statement in tree.body:
        documents = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if documents or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__"):
            continue
        decorated = getattr(statement, "decorator_list", [])
        start = python.lines.start_of(min([statement.lineno, *(one.lineno for one in decorated)]))
        space = "" if isinstance(statement, ast.Import | ast.ImportFrom) else "\n\n"
        return Edit(python.span(start, start), f"import nstack\n{space}")
    raise AssertionError("a file with a class has a statement")


# --- arguments


def unpacked(python: SourceFile, method: Definition, declared: Type) -> tuple[str | None, tuple[Fix, ...]]:
    """How a method that takes the parts of a tuple or a record takes the whole, as a note and as a fix; None where the
    number of its parts is another."""
    parts = [*method.args.posonlyargs, *method.args.args][1:]
    names = [part.arg for part in parts]
    value = next(name for name in ("value", "given", "whole_value") if name not in names)
    match declared:
        case App(constructor="tuple", items=items) if len(items) == len(names):
            whole = value
        case Record(labels=labels, tail=None) if sorted(labels) == sorted(names) and not ITEM_FIELDS & set(labels):
            whole = ", ".join(f"{value}.{name}" for name in names)
        case _:
            return None, ()
    line = f"{', '.join(names)} = {whole}"
    note = f"take one argument and unpack it: `def {method.name}(self, {value}): {line}`"
    if is_called(python, method.name):
        return note, ()
    taken = Edit(python.span(span_of(python, parts[0]).start, span_of(python, parts[-1]).end), value)
    return note, (Fix(f"take one argument and unpack it: `{line}`", (taken, first_line(python, method, line)), _MAYBE),)


def read_from_args(python: SourceFile, method: Definition, parameters: tuple[str, ...]) -> tuple[str, tuple[Fix, ...]]:
    """How a method that takes parameters as arguments reads them, as a note and as a fix."""
    note = "parameters are no arguments: read " + ", ".join(f'`self.args["{name}"]`' for name in parameters)
    if is_called(python, method.name):
        return note, ()
    taken_by_place = [*method.args.posonlyargs, *method.args.args]
    before = taken_by_place[-len(parameters) - 1]
    taken = Edit(python.span(span_of(python, before).end, span_of(python, taken_by_place[-1]).end), "")
    line = f"{', '.join(parameters)} = " + ", ".join(f'self.args["{name}"]' for name in parameters)
    return note, (Fix(f"read it: `{line}`", (taken, first_line(python, method, line)), _MAYBE),)


def read_by_name(python: SourceFile, method: Definition | None, node: ast.expr, name: str) -> tuple[Fix, ...]:
    """``self.args["x"]`` for ``self.args.x`` and ``self.args("x")``; in a text the quotes might end it."""
    args = node.func if isinstance(node, ast.Call) else getattr(node, "value", None)
    texts = [] if method is None else [one for one in ast.walk(method) if isinstance(one, ast.JoinedStr)]
    if method is None or args is None or any(node is inside for text in texts for inside in ast.walk(text)):
        return ()
    place = python.span(span_of(python, args).end, span_of(python, node).end)
    written = python.text[span_of(python, args).start : place.start]
    return (Fix(f'write `{written}["{name}"]`', (Edit(place, f'["{name}"]'),), _MAYBE),)


def is_called(python: SourceFile, name: str) -> bool:
    """Whether other code of the file may call a method."""
    nodes = ast.walk(ast.parse(python.text))
    return any(isinstance(node, ast.Attribute) and node.attr == name for node in nodes)


def first_line(python: SourceFile, method: Definition, line: str) -> Edit:
    """The edit that puts a line at the start of a method's body, behind what documents it."""
    first, *others = method.body
    documents = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if documents and not others:
        end, start = span_of(python, first).end, span_of(python, first).start
        space = python.text[python.lines.start_of(first.lineno) : start]
        between = f"\n{space}" if not space.strip() else "; "
        return Edit(python.span(end, end), f"{between}{line}")
    statement = others[0] if documents else first
    decorators = getattr(statement, "decorator_list", [])
    row = min([statement.lineno, *(one.lineno for one in decorators)])
    begin = python.lines.start_of(row)
    space = re.match(r"[ \t]*", python.text[begin:])[0]  # type: ignore[index]
    start = begin + len(space)
    if statement.lineno == method.lineno or (start < _start(python, statement) and not decorators):
        start = _start(python, statement)
        return Edit(python.span(start, start), f"{line}; ")
    return Edit(python.span(start, start), f"{line}\n{space}")


def _start(python: SourceFile, node: ast.stmt) -> int:
    return span_of(python, node).start


def with_instance(python: SourceFile, method: Definition, values: int, unbound: Sequence[str] = ()) -> tuple[Fix, ...]:
    """``self`` before what a method takes, or one value behind it, where that is lacking: the single name, if there is
    one, that it reads and that is ``unbound``."""
    value = unbound[0] if len(unbound) == 1 else "value"
    parts = [*method.args.posonlyargs, *method.args.args]
    named = [one for one, default in zip(method.args.kwonlyargs, method.args.kw_defaults, strict=True) if not default]
    if named:
        return _by_place(python, parts, method.args.kwonlyargs, values)
    if not parts:
        written = f"self, {value}" if values else "self"
        at = python.text.index("(", name_in(python, method).end) + 1
    elif parts[0].arg != "self" and len(parts) == values:
        written, at = "self, ", span_of(python, parts[0]).start
    elif parts[0].arg == "self" and len(parts) == 1 and values:
        written, at = f", {value}", span_of(python, parts[0]).end
    else:
        return ()
    told = "self" if "self" in written else value
    return (Fix(f"write `{told}`", (Edit(python.span(at, at), written),), _MAYBE),)


def _by_place(python: SourceFile, parts: list[ast.arg], named: list[ast.arg], values: int) -> tuple[Fix, ...]:
    """A method's one argument, which it takes by name alone, taken as the value: without the ``*`` before it."""
    if len(parts) != 1 or len(named) != 1 or not values:
        return ()
    between = python.span(span_of(python, parts[0]).end, span_of(python, named[0]).start)
    if "".join(python.text[between.start : between.end].split()) != ",*,":
        return ()
    return (Fix(f"take `{named[0].arg}` as the value", (Edit(between, ", "),), _MAYBE),)


# --- annotations


def annotated(
    python: SourceFile, names: Names, whole: ast.expr, wrong: ast.expr, declared: Type, argument: ast.arg | None
) -> tuple[Fix, ...]:
    """The annotation that agrees with a declared type, or none at all. ``argument`` is None for a method's result;
    ``wrong`` is the part of the ``whole`` that is wrong."""
    place, text = span_of(python, wrong), python_type(declared, names)
    written, part = python.text[place.start : place.end], ast.unparse(wrong)
    if text is not None and wrong is not whole and written[0] in "\"'":
        text = written.replace(part, text) if written.count(part) == 1 else None
    if text is not None:
        return (Fix(f"write `{text}`", (Edit(place, text),), _MAYBE),)
    place = span_of(python, whole)
    start = python.text.rindex("->", 0, place.start) if argument is None else span_of(python, argument).start
    start = len(python.text[:start].rstrip()) if argument is None else start + len(argument.arg)
    return (Fix("remove the annotation", (Edit(python.span(start, place.end), ""),), _MAYBE),)


def python_type(type: Type, names: Names) -> str | None:
    """A type as an annotation, by what the file has imported; None where it has no name for it."""
    match type:
        case Scalar(name=name):
            full = PYTHON_NAMES.get(name, "")
            return _imported(full, names) if "." in full else full or None
        case App(constructor="list" | "vector", items=items):
            item = items[-1]
            return "bytes" if isinstance(item, Scalar) and item.name == "Byte" else _applied("list", [item], names)
        case App(constructor="map", items=items):
            item_text = python_type(items[0], names)
            return "dict" if item_text is None else f"dict[str, {item_text}]"
        case App(constructor="tuple", items=items):
            return _applied("tuple", items, names)
        case App(constructor="optional", items=(item,)):
            text = python_type(item, names)
            return None if text is None else f"{text} | None"
    own = "" if type.alias is None else type.alias.name
    return own if own in names.classes else None


def _applied(name: str, items: Iterable[Type], names: Names) -> str:
    """A container; without its items where one of them has no name."""
    texts = [python_type(item, names) for item in items]
    return name if None in texts else f"{name}[{', '.join(text for text in texts if text is not None)}]"


def _imported(full: str, names: Names) -> str | None:
    module, _, name = full.rpartition(".")
    for own, meant in names.imported.items():
        if meant == full:
            return own
        if meant == module and module:
            return f"{own}.{name}"
    return None


# --- places


def span_of(source: SourceFile, node: ast.expr | ast.stmt | ast.arg) -> Span:
    """The whole place of a node of a Python file."""
    end_line, end_column = node.end_lineno, node.end_col_offset
    assert end_line is not None
    assert end_column is not None
    return source.span(offset_of(source, node.lineno, node.col_offset), offset_of(source, end_line, end_column))


def name_in(source: SourceFile, node: Definition | ast.ClassDef) -> Span:
    """The place of a name in its definition."""
    start = offset_of(source, node.lineno, node.col_offset)
    found = re.compile(rf"(?:async\s+)?(?:def|class)\s+(?={re.escape(node.name)}\b)").match(source.text, start)
    begin = start if found is None else found.end()
    return source.span(begin, begin + len(node.name))


def _is_plain(source: SourceFile, node: Definition | ast.ClassDef) -> bool:
    """Whether a name stands in the text as Python reads it, right behind its keyword."""
    span = name_in(source, node)
    return source.text[span.start : span.end] == node.name
