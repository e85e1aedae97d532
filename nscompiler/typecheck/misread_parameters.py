"""Parameters that a class reads from something else than ``self.args``, which there is not: ``self.arg["least"]``,
``args["least"]``, ``self.least``, ``least``."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from typing import ClassVar

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.modules.wording import titled
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.names_in_python import attributes_given, names_given
from nscompiler.typecheck.places_in_python import place_in
from nscompiler.typecheck.python_fixes import Definition, span_of
from nscompiler.typecheck.service import Service


class _Read(Record):
    """A read of a parameter: ``owner`` is what stands where ``self.args`` belongs, with the parameter's name behind it
    if ``keyed``."""

    __match_args__: ClassVar[tuple[str, ...]] = ("name", "owner", "keyed")
    __slots__ = __match_args__

    def __init__(self, name: str, owner: ast.expr, keyed: bool) -> None:
        self.name = name
        self.owner = owner
        self.keyed = keyed


def read_elsewhere(
    python: SourceFile, service: Service, unread: Mapping[str, Span]
) -> tuple[list[Diagnostic], frozenset[str]]:
    """What is said of such reads, each thing read from once; and the parameters that are read so. ``unread`` are those
    that are not read in the right way, with the places of their declarations."""
    tree = ast.parse(python.text)
    bound, stored = names_given(tree), attributes_given(tree)
    if bound is None or stored is None:
        return [], frozenset()
    missing = _Missing(bound, stored | {*service.methods, "args", "resume_from", "startup", "shutdown"})
    owner = next(one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.name == service.class_name)
    found: dict[str, list[_Read]] = {}
    for name in unread:
        for read in _reads(owner, name, missing):
            found.setdefault(ast.unparse(read.owner), []).append(read)
    told = [_told_of(python, owner, reads, unread) for reads in found.values()]
    return told, frozenset(read.name for reads in found.values() for read in reads)


class _Missing:
    """What a file gives no meaning."""

    def __init__(self, bound: frozenset[str], stored: frozenset[str]) -> None:
        self._bound = bound
        self._stored = stored

    def __call__(self, node: ast.expr) -> bool:
        """Whether an expression is a name, or an attribute of ``self``, that there is not."""
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                return name not in self._bound and not hasattr(builtins, name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()):
                return name not in self._stored and not name.startswith("__")
            case ast.Attribute(value=ast.Name(id="nstack"), attr="args", ctx=ast.Load()):
                return True
        return False


def _reads(owner: ast.ClassDef, name: str, missing: _Missing) -> Iterator[_Read]:
    for node in ast.walk(owner):
        read = _keyed(node, name)
        if read is not None and missing(read):
            yield _Read(name, read, True)
        match node:
            case ast.Name(id=own) | ast.Attribute(attr=own) if own == name and missing(node):
                yield _Read(name, node, False)


def _keyed(node: ast.AST, name: str) -> ast.expr | None:
    """What a name is looked up in."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=key), ctx=ast.Load()):
            return value if key == name else None
        case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[ast.Constant(value=key), *_]):
            return value if key == name else None
    return None


def _told_of(python: SourceFile, owner: ast.ClassDef, reads: list[_Read], unread: Mapping[str, Span]) -> Diagnostic:
    first = min(reads, key=lambda one: (one.owner.lineno, one.owner.col_offset))
    methods = [one for one in owner.body if isinstance(one, Definition)]
    method = next((one.name for one in methods if _holds(one, first.owner)), owner.name)
    declared = Label(unread[first.name], "declared here", Role.DECLARATION)
    meant = "self.args" if first.keyed else f'self.args["{first.name}"]'
    return codes.PARAMETER_ACCESS.at(
        place_in(python, first.owner),
        titled("`{}` reads a parameter from `{}`, which there is not", method, ast.unparse(first.owner)),
        f"it is `{meant}`",
        related=(declared,),
        fixes=_written(python, owner, reads, meant),
    )


def _written(python: SourceFile, owner: ast.ClassDef, reads: list[_Read], meant: str) -> tuple[Fix, ...]:
    """What is meant at each place; in a text its quotes might end it."""
    spans = sorted((span_of(python, one.owner) for one in reads), key=lambda one: one.start)
    if any(python.text[one.start : one.end] != ast.unparse(reads[0].owner) for one in spans):
        return ()
    texts = [node for node in ast.walk(owner) if isinstance(node, ast.JoinedStr)]
    if '"' in meant and any(_holds(text, one.owner) for text in texts for one in reads):
        return ()
    edits = tuple(Edit(one, meant) for one in spans)
    return (Fix(f"write `{meant}`", edits, Applicability.MAYBE_INCORRECT),)


def _holds(node: ast.AST, inner: ast.AST) -> bool:
    return any(one is inner for one in ast.walk(node))
