"""Types and constructors in a Python file, ``nstack.Event.Placed``, that its module does not have."""

import ast
import builtins
import re
from collections.abc import Iterator, Mapping

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.modules.wording import titled
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.annotations import Names
from nscompiler.typecheck.names_in_python import names_given
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.types.interface import Interface, TypeInterface
from nscompiler.types.types import App, Record, Sum, Type

# What `nstack` has for every module; `args`, which it has not, is told of as a parameter.
_EXPORTED = frozenset(
    ("At", "BaseService", "Module", "Record", "Sum", "connectors", "modules", "runtime", "version", "args")
)
# What the class of a sum has besides its constructors.
_OF_SUMS = re.compile(r"get[A-Z]|_|(?:match|value|mro)$")
_BASES = ("Module", "BaseService")


def unknown_constructors(python: SourceFile, names: Names, interface: Interface) -> Iterator[Diagnostic]:
    """What a file names as attributes of ``nstack``, or of a sum, and is not there."""
    yield from bare_names(python, names, interface)
    if not any(full.startswith("nstack.") for full in names.imported.values()) and _names_no_type(python.text, names):
        return
    types = _classes(interface)
    if types is None or not _may_lack(python.text, names, types):
        return
    tree = ast.parse(python.text)
    passed = _passed_over(tree)
    bases = {id(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "nstack" and id(node) not in passed:
            wrong = [name for name in node.names if _is_unknown(name.name, types) and name.name != "*"]
            yield from (_unknown_type(python, name, name.name, types, interface, is_base=True) for name in wrong)
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load) or id(node) in passed:
            continue
        owner = names.full(node.value)
        sum = types.get(owner.removeprefix("nstack.")) if owner.startswith("nstack.") else None
        if owner == "nstack" and _is_unknown(node.attr, types):
            yield _unknown_type(python, node, node.attr, types, interface, is_base=id(node) in bases)
        elif isinstance(sum, Sum) and _is_no_constructor(node.attr, sum):
            yield _unknown(python, node, owner.removeprefix("nstack."), sum, interface)


def bare_names(python: SourceFile, names: Names, interface: Interface) -> Iterator[Diagnostic]:
    """Types and constructors of the module that a file uses without ``nstack`` before them, each once."""
    meant: dict[str, str] = {}
    for name, type in interface.types.items():
        meant.update((one, f"nstack.{name}.{one}") for one in _constructors(type.body) if one not in interface.types)
        if isinstance(type.body, Sum | Record):
            meant[name] = f"nstack.{name}"
    found = [name for name in meant if name not in names.bound and not hasattr(builtins, name)]
    found = [name for name in found if re.search(rf"(?<![.\w]){re.escape(name)}\s*[.(]", python.text)]
    if not found:
        return
    tree = ast.parse(python.text)
    given, passed = names_given(tree), _passed_over(tree)
    for name in found if given is not None else ():
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
        nodes = [node for node in nodes if id(node) not in passed]
        if nodes and given is not None and name not in given:
            edits = sorted((Edit(place_in(python, one), meant[name]) for one in nodes), key=lambda one: one.span.start)
            plain = all(python.text[one.span.start : one.span.end] == name for one in edits)
            yield codes.RETURNED_VALUE.at(
                edits[0].span,
                titled("the Python file gives the name `{}` no meaning", name),
                f"it is `{meant[name]}`",
                related=_declared(interface.types.get(meant[name].split(".")[1])),
                fixes=(Fix(f"write `{meant[name]}`", tuple(edits), Applicability.MAYBE_INCORRECT),) if plain else (),
            )


def _names_no_type(text: str, names: Names) -> bool:
    """Whether nothing behind ``nstack`` is what a module declares, as in most files."""
    owners = {"nstack", *(own for own, full in names.imported.items() if full == "nstack")}
    return all(_EXPORTED.issuperset(re.findall(rf"\b{owner}\s*\.\s*(\w+)", text)) for owner in owners)


def _classes(interface: Interface) -> dict[str, Type] | None:
    """The types for which there may be classes: those that are declared, and those that functions mention; None where
    one could not be read."""
    found = {name: own.body for name, own in interface.types.items()}
    waiting = [side for own in interface.functions.values() for side in (own.scheme.input, own.scheme.output)]
    seen: set[int] = set()
    while waiting:
        type = waiting.pop()
        if type.poisoned:
            return None
        if id(type) in seen:
            continue
        seen.add(id(type))
        if type.alias is not None:
            found.setdefault(type.alias.name, type)
        if isinstance(type, App):
            waiting += type.items
        elif isinstance(type, Record):
            waiting += (item for _, item in type.fields)
        elif isinstance(type, Sum):
            waiting += (item for _, item in type.constructors if item is not None)
    return None if any(type.poisoned for type in found.values()) else found


def _may_lack(text: str, names: Names, types: Mapping[str, Type]) -> bool:
    """Whether the words behind ``nstack`` and behind names of sums may name what is not there."""
    owners = {"nstack", *(own for own, full in names.imported.items() if full == "nstack")}
    for owner in owners:
        for name, inner in re.findall(rf"\b{owner}\s*\.\s*(\w+)(?:\s*\.\s*(\w+))?", text):
            sum = types.get(name)
            if _is_unknown(name, types) or (inner and isinstance(sum, Sum) and _is_no_constructor(inner, sum)):
                return True
    for own, full in names.imported.items():
        sum = types.get(full.removeprefix("nstack."))
        if full.startswith("nstack.") and full.count(".") == 1 and _is_unknown(full.removeprefix("nstack."), types):
            return True
        if full.startswith("nstack.") and isinstance(sum, Sum):
            found = re.findall(rf"\b{re.escape(own)}\s*\.\s*(\w+)", text)
            if any(_is_no_constructor(name, sum) for name in found):
                return True
    return False


def _passed_over(tree: ast.Module) -> set[int]:
    """What may name anything: annotations, and what is tried."""
    found: set[int] = set()
    for node in ast.walk(tree):
        inner: list[ast.AST | None] = []
        match node:
            case ast.Try() | ast.TryStar():
                inner = list(node.body)
            case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation):
                inner = [annotation]
            case ast.FunctionDef(returns=annotation) | ast.AsyncFunctionDef(returns=annotation):
                inner = [annotation]
        found.update(id(part) for one in inner if one is not None for part in ast.walk(one))
    return found


def _is_unknown(name: str, types: Mapping[str, Type]) -> bool:
    return name not in types and name not in _EXPORTED and not name.startswith("_")


def _is_no_constructor(name: str, type: Sum) -> bool:
    """Whether the class of a sum has no such attribute; of one in small letters, where a constructor is near."""
    constructors = _constructors(type)
    if name in constructors or _OF_SUMS.match(name):
        return False
    return name[:1].isupper() or bool(near(name, constructors))


def _constructors(type: Type) -> list[str]:
    return [name for name, _ in type.constructors] if isinstance(type, Sum) else []


def _unknown(python: SourceFile, node: ast.Attribute, name: str, type: Sum, interface: Interface) -> Diagnostic:
    listed = ", ".join(f"`{each}`" for each in _constructors(type)[:5])
    similar = near(node.attr, _constructors(type))
    place = _last_name(python, node, node.attr)
    return codes.RETURNED_VALUE.at(
        place,
        titled("the sum `{}` has no constructor `{}`", name, node.attr),
        did_you_mean(similar) or f"it has {listed}",
        related=_declared(interface.types.get(name)),
        fixes=_instead(python, place, node.attr, similar),
    )


def _unknown_type(
    python: SourceFile,
    node: ast.Attribute | ast.alias,
    given: str,
    types: Mapping[str, Type],
    interface: Interface,
    *,
    is_base: bool,
) -> Diagnostic:
    owning = [name for name, type in types.items() if given in _constructors(type)]
    if is_base and isinstance(node, ast.Attribute):
        similar = near(given, _BASES)[:1]
    elif is_base:
        similar = near(given, [*_BASES, *types])
    else:
        similar = tuple(f"{name}.{given}" for name in owning) or near(given, [*types, *_EXPORTED])
    place = _last_name(python, node, given)
    label = did_you_mean(similar) or f"the module declares no type `{given}`"
    return (codes.CLASS_MISSING if is_base else codes.RETURNED_VALUE).at(
        place,
        titled("`nstack` has no `{}`", given),
        label,
        related=_declared(interface.types.get(similar[0].partition(".")[0])) if similar else (),
        fixes=_instead(python, place, given, similar),
    )


def _declared(type: TypeInterface | None) -> tuple[Label, ...]:
    return () if type is None else (Label(type.span, "declared here", Role.DECLARATION),)


def _last_name(python: SourceFile, node: ast.Attribute | ast.alias, name: str) -> Span:
    if isinstance(node, ast.alias):
        start = offset_of(python, node.lineno, node.col_offset)
        return python.span(start, start + len(name))
    if node.lineno != node.end_lineno or node.end_col_offset is None:
        return place_in(python, node)
    end = offset_of(python, node.lineno, node.end_col_offset)
    return python.span(end - len(name), end)


def _instead(python: SourceFile, place: Span, written: str, similar: tuple[str, ...]) -> tuple[Fix, ...]:
    return tuple(
        Fix(f"write `{name}`", (Edit(place, name),), Applicability.MAYBE_INCORRECT)
        for name in similar
        if python.text[place.start : place.end] == written
    )
