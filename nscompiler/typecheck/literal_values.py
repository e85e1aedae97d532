"""Values that a method writes out and that are of another type altogether: a text for a list, a number for a text, None
where something is always there, a tuple that is too long."""

import ast

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile
from nscompiler.typecheck.annotations import Names
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.typecheck.python_types import PYTHON_NAMES
from nscompiler.typecheck.service import Method
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show
from nscompiler.types.types import App, Record, Scalar, Sum, Type

_MAYBE = Applicability.MAYBE_INCORRECT
# The kinds of values that are written out, and that a type may be given; of types that are not here nothing is said.
_TAKES = {
    "Integer": ("int",),
    "Double": ("int", "float"),
    "Boolean": ("bool",),
    "Text": ("str",),
    **dict.fromkeys(("Decimal", "Date", "Time", "DateTime", "Duration", "Uuid"), ()),
}
_CONTAINERS = {"list": ("list", "tuple"), "vector": ("list", "tuple"), "tuple": ("list", "tuple"), "map": ("dict",)}
_CALLED = {
    "str": "a text",
    "bytes": "bytes",
    "int": "a whole number",
    "float": "a number",
    "bool": "a truth value",
    "none": "None",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dict",
    "set": "a set",
}


# What functions that are always there give.
_MADE = {
    **dict.fromkeys(("str", "repr", "chr", "hex", "bin", "ascii"), "str"),
    **dict.fromkeys(("int", "len", "ord"), "int"),
    **dict.fromkeys(("bool", "isinstance", "any", "all", "callable", "hasattr"), "bool"),
    **dict.fromkeys(("list", "sorted"), "list"),
    **{name: name for name in ("float", "bytes", "dict", "set", "tuple")},
}


def kind_of_literal(node: ast.expr) -> str | None:
    """The Python type of a value that is written out, or made by what is always there; None of any other expression."""
    match node:
        case ast.Constant(value=None):
            return "none"
        case ast.Constant(value=bool() | int() | float() | str() | bytes() as value):
            return type(value).__name__
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return type(value).__name__
        case ast.JoinedStr():
            return "str"
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.Tuple():
            return "tuple"
        case ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.Call(func=ast.Name(id=name)):
            return _MADE.get(name)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="dumps")):
            return "str"
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join" | "format")):
            return "str"
    return None


def is_rebound(node: ast.expr, names: Names, given: frozenset[str] | None) -> bool:
    """Whether a call that seems to make a value of a known type may call something else."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return given is None or name in given
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return names.imported.get(name) != name
    return False


def called_as(node: ast.expr) -> str:
    """What a value that is written out is called in a message."""
    return _CALLED[kind_of_literal(node) or ""]


def is_another(node: ast.expr, type: Type, known: str | None = None) -> bool:
    """Whether a value is written out that is none of a type, whatever it holds. ``known`` is the Python type of what is
    not written out."""
    kind = known or kind_of_literal(node)
    if kind is None or type.poisoned:
        return False
    match type:
        case Scalar(name=name):
            return name in _TAKES and kind not in _TAKES[name]
        case App(constructor="list" | "vector", items=items) if _is_byte(items[-1]):
            return kind in ("str", "int", "float", "bool", "none")
        case App(constructor="tuple", items=items) if kind in ("list", "tuple"):
            return _has_another_length(node, len(items))
        case App(constructor=constructor):
            return constructor in _CONTAINERS and kind not in _CONTAINERS[constructor]
        case Record(fields=fields, tail=tail):
            if kind == "tuple" and tail is None:
                return _has_another_length(node, len(fields))
            return kind not in ("dict", "tuple")
        case Sum():
            return True
    return False


def _is_byte(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name == "Byte"


def _has_another_length(node: ast.expr, length: int) -> bool:
    elements = getattr(node, "elts", None)
    if elements is None or any(isinstance(one, ast.Starred) for one in elements):
        return False
    return len(elements) != length


def of_another_type(
    python: SourceFile, function: FunctionInterface, node: ast.expr, type: Type, known: str | None = None
) -> tuple[str, str, tuple[Fix, ...]]:
    """The title, the label and the fixes for a value that is of another type than is declared."""
    kind = known or kind_of_literal(node) or ""
    declared = show(type)
    shown = declared if len(declared) <= 24 else f"{declared[:23]}…"
    called, label = _CALLED[kind], ""
    if (kind == "tuple" and isinstance(type, Record)) or (kind in ("list", "tuple") and _is_tuple(type)):
        assert isinstance(type, Record | App)
        parts = len(type.fields) if isinstance(type, Record) else len(type.items)
        called = f"{called} of {len(getattr(node, 'elts', ()))}"
        label = f"it has {parts} {'fields' if isinstance(type, Record) else 'parts'}"
    if isinstance(type, Scalar):
        label = f"in Python it is `{PYTHON_NAMES[type.name]}`"
    elif not label:
        label = "in Python it is a dict, or another object with its fields" if isinstance(type, Record) else ""
        label = label or ("in Python it is a `list`" if _is_list(type) else f"{shown} is declared")
    title = titled("`{}` gives " + called + ", and " + shown + " is declared", function.name)
    return title, label, _meant(python, node, kind, type)


def _is_tuple(type: Type) -> bool:
    return isinstance(type, App) and type.constructor == "tuple"


def _is_list(type: Type) -> bool:
    """Whether values of a type are lists."""
    return isinstance(type, App) and type.constructor in ("list", "vector")


def _meant(python: SourceFile, node: ast.expr, kind: str, type: Type) -> tuple[Fix, ...]:
    """The value that may be meant: in quotes or without, or as the only one of a list."""
    place = place_in(python, node)
    written = python.text[place.start : place.end]
    text: str | None = None
    if node.lineno != node.end_lineno:
        return ()
    if isinstance(type, Scalar) and type.name == "Text" and kind in ("int", "float"):
        text = f'"{written}"' if isinstance(node, ast.Constant | ast.UnaryOp) else f"str({written})"
    elif isinstance(type, App) and type.constructor == "list" and not _is_byte(type.items[-1]):
        text = f"[{written}]" if kind != "none" and not is_another(node, type.items[-1], kind) else None
        text = "[]" if kind == "none" else text
    elif isinstance(type, Scalar) and isinstance(node, ast.Constant) and isinstance(node.value, str):
        bare = node.value.strip()
        is_number = bare.isdecimal() or (type.name == "Double" and bare.replace(".", "", 1).isdecimal())
        text = bare if type.name in ("Integer", "Double") and is_number and bare.isascii() else None
    return () if text is None else (Fix(f"write `{text}`", (Edit(place, text),), _MAYBE),)


def added(python: SourceFile, method: Method, node: ast.expr, missing: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fields that a dict lacks, where the method has variables that are called so."""
    definition = method.definition
    bound = set() if definition is None else {one.arg for one in definition.args.args[1:]}
    for inner in () if definition is None else ast.walk(definition):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and inner.lineno < node.lineno:
            bound.add(inner.id)
    if not bound.issuperset(missing) or not isinstance(node, ast.Dict) or not node.keys:
        return ()
    at = offset_of(python, node.lineno, node.col_offset) + 1
    text = "".join(f'"{name}": {name}, ' for name in missing)
    return (Fix(f"add `{text.rstrip(', ')}`", (Edit(python.span(at, at), text),), _MAYBE),)
