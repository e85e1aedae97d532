"""The names and attributes to which a Python file gives a meaning anywhere in it."""

import ast
import builtins
from collections.abc import Container, Iterator


def names_given(tree: ast.Module) -> frozenset[str] | None:
    """The names that any statement of a file gives a meaning, in whichever function; None where that cannot be told."""
    found = set(names_in(tree))
    return None if found & {"*", "globals", "locals", "vars", "exec", "eval"} else frozenset(found)


def is_unknown(text: str, name: str) -> bool:
    """Whether nothing in a file gives a name a meaning, nor has it one in each."""
    given = names_given(ast.parse(text))
    return given is not None and name not in given and not hasattr(builtins, name)


def unbound_names(part: ast.AST, bound: Container[str]) -> tuple[str, ...]:
    """The names that a part of a file reads, and that neither it nor the file, with its ``bound`` names, gives a
    meaning."""
    given = set(names_in(part))
    read = (one.id for one in ast.walk(part) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
    missing = (name for name in read if name not in given and name not in bound and not hasattr(builtins, name))
    return tuple(dict.fromkeys(missing))


def names_in(tree: ast.AST) -> Iterator[str]:
    """The names that a part of a file gives a meaning."""
    for node in ast.walk(tree):
        yield from _given(node)


def _given(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id="globals" | "locals" | "vars" | "exec" | "eval" as name):
            yield name
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.alias(name=full, asname=own):
            yield own or full.partition(".")[0]
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case _:
            # Type parameters, which older versions of Python do not have.
            yield from (one.name for one in getattr(node, "type_params", ()))


def attributes_given(tree: ast.Module) -> frozenset[str] | None:
    """The attributes that a file assigns, or that a class of it has; None where others may come in by other means."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="__dict__" | "__getattr__") | ast.Name(id="setattr" | "vars" | "__getattr__"):
                return None
            case ast.FunctionDef(name="__getattr__" | "__getattribute__"):
                return None
            case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.ClassDef(body=body):
                found.update(name for one in body for name in names_in(one))
    return frozenset(found)
