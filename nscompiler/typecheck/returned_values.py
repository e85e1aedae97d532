"""Values that methods write out, ``return {"name": …}``, held against the declared types: records by their fields, and
sums, which are made by their constructors. Of what is not written out nothing is said."""

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeGuard

from nscompiler.diagnostics.codes import python as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, distance, near
from nscompiler.modules.wording import titled
from nscompiler.records import Record, replace
from nscompiler.source import SourceFile, Span
from nscompiler.typecheck.known_values import KnownValues
from nscompiler.typecheck.literal_values import added, is_another, is_rebound, kind_of_literal, of_another_type
from nscompiler.typecheck.names_in_python import names_given
from nscompiler.typecheck.places_in_python import offset_of, place_in
from nscompiler.typecheck.service import Method, MethodKind, Service
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show
from nscompiler.types.types import App, Sum, Type, Var
from nscompiler.types.types import Record as RecordType

_INSIDE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# A shorter name of an optional field is often one letter from another that is meant.
_SHORTEST = 4


class Wrong(Record):
    """A value that is sure to be refused: a record's ``missing`` fields, and ``key``, which stands for the first of
    them; or what is no value of the type at all, and has no fields; then ``kind`` is its Python type, where it is not
    written out."""

    __match_args__: ClassVar[tuple[str, ...]] = ("node", "type", "missing", "key", "kind")
    __slots__ = __match_args__

    def __init__(
        self,
        node: ast.expr,
        type: Type,
        missing: tuple[str, ...] = (),
        key: "ast.expr | ast.keyword | None" = None,
        kind: str | None = None,
    ) -> None:
        self.node = node
        self.type = type
        self.missing = missing
        self.key = key
        self.kind = kind


def wrong_values(method: Method, function: FunctionInterface) -> Iterator[Wrong]:
    """The values that a method returns or yields and that are not of the function's type."""
    definition, type = method.definition, function.scheme.output
    if definition is None or type.poisoned:
        return
    yields = method.kind in (MethodKind.GENERATOR, MethodKind.ASYNC_GENERATOR)
    if function.kind not in ("source", "function") or (function.kind == "source" and not yields):
        return
    known = KnownValues(definition, function.scheme.input)
    waiting: list[ast.AST] = list(reversed(definition.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield if yields else ast.Return) and node.value is not None:
            yield from _wrong(node.value, type, known)
        if not isinstance(node, _INSIDE):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def surely_wrong(service: Service, found: Sequence[Wrong]) -> list[Wrong]:
    """Those among wrong values that are no calls of what a file calls like a function of Python's own."""
    if service.names is None or not any(isinstance(one.node, ast.Call) for one in found):
        return list(found)
    given, names = names_given(ast.parse(service.text)), service.names
    return [one for one in found if one.missing or _is_derived(one) or not is_rebound(one.node, names, given)]


def _is_derived(wrong: Wrong) -> bool:
    """Whether what a value is follows from what the method is given."""
    return wrong.kind is not None and kind_of_literal(wrong.node) is None


def _wrong(node: ast.expr, type: Type, known: KnownValues) -> Iterator[Wrong]:
    """What is wrong in an expression where a value of a type is wanted."""
    if isinstance(node, ast.IfExp):
        yield from _wrong(node.body, type, known)
        yield from _wrong(node.orelse, type, known)
    elif isinstance(type, App) and type.constructor == "optional":
        if kind_of_literal(node) != "none":
            yield from _wrong(node, type.items[0], known)
    elif is_another(node, type, kind := known.kind(node)):
        yield Wrong(node, type, kind=kind)
    elif isinstance(type, App):
        for inner, part in _parts(node, type):
            yield from _wrong(inner, part, known)
    elif isinstance(type, RecordType) and (fields := _fields(node)) is not None:
        yield from _in_record(node, type, fields, known)
    elif isinstance(type, Sum) and (held := _payload(node, type)) is not None:
        yield from _wrong(*held, known)
    elif isinstance(type, RecordType) and _is_plain(node) and type.tail is None:
        for inner, (_, part) in zip(node.elts, type.fields, strict=False):
            yield from _wrong(inner, part, known)


def _parts(node: ast.expr, type: App) -> Iterator[tuple[ast.expr, Type]]:
    if type.constructor in ("list", "vector"):
        if isinstance(node, ast.List | ast.Tuple):
            yield from ((item, type.items[-1]) for item in node.elts)
        elif isinstance(node, ast.ListComp):
            yield node.elt, type.items[-1]
    elif type.constructor == "tuple":
        if _is_plain(node) and len(node.elts) == len(type.items):
            yield from zip(node.elts, type.items, strict=True)
    elif type.constructor == "map" and isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from ((value, type.items[0]) for key, value in pairs if key is not None)


def _payload(node: ast.expr, type: Sum) -> tuple[ast.expr, Type] | None:
    """What a call of a sum's constructor gives it, and what the constructor holds."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[value], keywords=[]):
            held = dict(type.constructors).get(name)
            own = "" if type.alias is None else type.alias.name
            if held is not None and ast.unparse(owner) in (own, f"nstack.{own}") and not is_another(value, held):
                return value, held
    return None


def _is_plain(node: ast.expr) -> TypeGuard[ast.Tuple]:
    """Whether each place of a tuple is written out."""
    return isinstance(node, ast.Tuple) and not any(isinstance(one, ast.Starred) for one in node.elts)


Key = ast.expr | ast.keyword


def _fields(node: ast.expr) -> list[tuple[str, Key, ast.expr]] | None:
    """The names, where they stand, and the values of a dict that is written out; None for anything else."""
    match node:
        case ast.Dict(keys=keys, values=values):
            found: list[tuple[str, Key, ast.expr]] = []
            for key, value in zip(keys, values, strict=True):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    return None
                found.append((key.value, key, value))
            return found
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords) if keywords:
            if all(one.arg is not None for one in keywords):
                return [(one.arg or "", one, one.value) for one in keywords]
    return None


def _in_record(
    node: ast.expr, type: RecordType, fields: Sequence[tuple[str, Key, ast.expr]], known: KnownValues
) -> Iterator[Wrong]:
    declared = dict(type.fields)
    given = {name: key for name, key, _ in fields}
    given_as = {name: value for name, _, value in fields}
    if type.tail is None:
        extra = [name for name in given if name not in declared]
        missing = [name for name in declared if name not in given and not _may_lack(declared[name])]
        for name in [*missing]:
            slips = [one for one in near(name, extra) if name in near(one, missing)]
            if slips:
                missing.remove(name)
                extra.remove(slips[0])
                yield Wrong(node, type, (name,), given[slips[0]])
        for name in declared:
            slip = next((one for one in extra if _is_slip(one, name)), None)
            if slip is not None and name not in given and name not in missing and _may_lack(declared[name]):
                extra.remove(slip)
                yield Wrong(node, type, (name,), given[slip])
        if len(missing) == len(extra) == 1 and not any(_wrong(given_as[extra[0]], declared[missing[0]], known)):
            yield Wrong(node, type, (missing[0],), given[extra[0]])
        elif missing:
            yield Wrong(node, type, tuple(missing))
    for name, _, value in fields:
        if name in declared:
            yield from _wrong(value, declared[name], known)


def _may_lack(type: Type) -> bool:
    """Whether a field of a type may be left out of what a method returns."""
    return isinstance(type, Var) or type.poisoned or (isinstance(type, App) and type.constructor == "optional")


def _is_slip(given: str, declared: str) -> bool:
    return len(declared) >= _SHORTEST and distance(given, declared, 1) == 1


def told_of(
    python: SourceFile, method: Method, function: FunctionInterface, found: Sequence[Wrong]
) -> Iterator[Diagnostic]:
    """What is said of values that are refused; of those that are alike and of another type than is declared once."""
    alike: dict[object, list[Wrong]] = {}
    for one in found:
        key = id(one) if one.missing else (show(one.type), one.kind or kind_of_literal(one.node))
        alike.setdefault(key, []).append(one)
    for first, *others in alike.values():
        told = _told_of(python, method, function, first)
        fixes = [_told_of(python, method, function, one).fixes for one in others]
        places = [Label(place_in(python, one.node), "here too", Role.NOTE) for one in others[:3]]
        if others and told.fixes and all(fixes):
            edits = tuple(edit for fix in (told.fixes, *fixes) for edit in fix[0].edits)
            told = replace(told, fixes=(Fix(told.fixes[0].title, edits, Applicability.MAYBE_INCORRECT),))
        elif others:
            told = replace(told, fixes=())
        yield replace(told, related=(*told.related, *places)) if others else told


def _told_of(python: SourceFile, method: Method, function: FunctionInterface, wrong: Wrong) -> Diagnostic:
    """What is said of one value that is refused."""
    place = place_in(python, wrong.node)
    if wrong.key is not None:
        given = wrong.key.arg if isinstance(wrong.key, ast.keyword) else str(getattr(wrong.key, "value", ""))
        is_near = bool(near(given or "", wrong.missing)) or _is_slip(given or "", wrong.missing[0])
        says = "`{}` gives `{}`, which is declared as `{}`" if is_near else "`{}` gives `{}`, and no `{}`"
        title = titled(says, function.name, given or "", wrong.missing[0])
        place, fixes = _renamed(python, wrong.key, given or "", wrong.missing[0])
        label = did_you_mean(wrong.missing) or ""
    elif wrong.missing:
        title, label = _lacking(function, wrong)
        fixes = added(python, method, wrong.node, wrong.missing)
    elif isinstance(wrong.type, Sum):
        named = "" if wrong.type.alias is None else wrong.type.alias.name
        title = titled("`{}` gives no value of the sum `{}`", function.name, named) if named else ""
        title = title or titled("`{}` gives no value of the declared sum", function.name)
        label, fixes = _constructed(python, wrong, function.module)
    else:
        title, label, fixes = of_another_type(python, function, wrong.node, wrong.type, wrong.kind)
    return codes.RETURNED_VALUE.at(
        place,
        title,
        label,
        related=(Label(function.span, "declared here", Role.DECLARATION),),
        fixes=fixes,
    )


def _lacking(function: FunctionInterface, wrong: Wrong) -> tuple[str, str]:
    title = titled("`{}` gives no `{}`", function.name, wrong.missing[0])
    if len(wrong.missing) == 2:
        title = titled("`{}` gives neither `{}` nor `{}`", function.name, *wrong.missing)
    elif wrong.missing[1:]:
        title = titled("`{}` gives no `{}`" + f" and {len(wrong.missing) - 1} more", function.name, wrong.missing[0])
    named = "the declared record" if wrong.type.alias is None else wrong.type.alias.name
    listed = ", ".join(f"`{name}`" for name in wrong.missing[:5])
    return title, f"{named} has {listed}{' …' if wrong.missing[5:] else ''}"


def _renamed(python: SourceFile, key: Key, given: str, name: str) -> tuple[Span, tuple[Fix, ...]]:
    """Where a field's name stands, and the name that is meant in its place."""
    start = offset_of(python, key.lineno, key.col_offset)
    written = python.text[start : start + len(given) + 2]
    if not isinstance(key, ast.keyword):
        if written not in (f'"{given}"', f"'{given}'"):
            return place_in(python, key), ()
        start += 1
    elif not written.startswith(given):
        return python.span(start, start + 1), ()
    span = python.span(start, start + len(given))
    return span, (Fix(f"write `{name}`", (Edit(span, name),), Applicability.MAYBE_INCORRECT),)


def _constructed(python: SourceFile, wrong: Wrong, module: str) -> tuple[str, tuple[Fix, ...]]:
    """How a value of a sum is made; of a dict with a constructor's name, or such a text, as a fix."""
    sum, node = wrong.type, wrong.node
    assert isinstance(sum, Sum)
    is_own = sum.alias is not None and sum.alias.module == module
    owner = f"nstack.{sum.alias.name}" if sum.alias is not None and is_own else "nstack.…"
    constructors = [name for name, _ in sum.constructors]
    label = f"it is made as `{owner}.{constructors[0]}(…)`"
    match node:
        case ast.Dict(keys=[ast.Constant(value=str(name))], values=[value]) if name in constructors:
            inside = place_in(python, value)
            whole = node.lineno == node.end_lineno
            text = f"{owner}.{name}({python.text[inside.start : inside.end]})"
        case ast.Constant(value=str(name)) if name in constructors:
            whole, text = node.lineno == node.end_lineno, f"{owner}.{name}()"
        case _:
            return label, ()
    label = f"it is made as `{owner}.{name}(…)`"
    if not whole or "…" in owner or "import nstack\n" not in python.text:
        return label, ()
    fix = Fix(f"write `{owner}.{name}(…)`", (Edit(place_in(python, node), text),), Applicability.MAYBE_INCORRECT)
    return label, (fix,)
