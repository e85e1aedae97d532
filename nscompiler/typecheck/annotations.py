"""Python's annotations as a small language of types, read from the text of a file alone.

A name means what the file's imports say: ``Optional`` from ``typing``, ``date`` from ``datetime``, ``int`` where the
file gives the name no other meaning. Whatever is not known here is ``unknown``, and agrees with everything.
"""

import ast
from collections.abc import Iterator
from typing import ClassVar

from nscompiler.records import Record, replace

BUILT_IN = frozenset(("int", "float", "bool", "str", "bytes", "list", "dict", "tuple", "set", "frozenset", "object"))

_TYPING = ("typing.", "typing_extensions.", "collections.abc.", "builtins.")
_KINDS = {
    **{name: name for name in BUILT_IN - {"object"}},
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "set",
    "frozenset": "set",
    "Optional": "optional",
    "Union": "union",
    "Annotated": "annotated",
    "Literal": "literal",
    **dict.fromkeys(("Iterator", "Generator"), "iterator"),
    **dict.fromkeys(("Iterable", "Sequence", "Collection", "MutableSequence"), "iterable"),
    **dict.fromkeys(("AsyncIterator", "AsyncIterable", "AsyncGenerator"), "async_iterator"),
    **dict.fromkeys(("Awaitable", "Coroutine"), "awaitable"),
    **dict.fromkeys(("Mapping", "MutableMapping"), "dict"),
    **dict.fromkeys(("NotRequired", "Required", "ReadOnly", "Final"), "annotated"),
    "decimal.Decimal": "Decimal",
    "datetime.date": "Date",
    "datetime.time": "Time",
    "datetime.datetime": "DateTime",
    "datetime.timedelta": "Duration",
    "uuid.UUID": "Uuid",
}


class Annotation(Record):
    """A type as an annotation writes it.

    ``kind`` is a built-in's name (``int`` … ``tuple``), ``none``, ``union``, ``iterable``, ``iterator``,
    ``async_iterator``, ``awaitable``, ``Decimal`` … ``Uuid``, ``class`` (one of the file, or of ``nstack``: ``name``)
    or ``unknown``. ``items`` are its arguments; ``open_ended`` is a tuple of any length. ``node`` is its place.
    ``alias`` is the name that the file gives the type, where the annotation uses it.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("kind", "node", "items", "name", "open_ended", "alias")
    __slots__ = __match_args__

    def __init__(
        self,
        kind: str,
        node: ast.expr,
        items: "tuple[Annotation, ...]" = (),
        name: str = "",
        open_ended: bool = False,
        alias: str = "",
    ) -> None:
        self.kind = kind
        self.node = node
        self.items = items
        self.name = name
        self.open_ended = open_ended
        self.alias = alias


class Names(Record):
    """What the names of a file mean: ``imported`` maps a name to what it stands for in full, ``classes`` are those
    that the file defines, ``aliases`` the types to which it gives a name, ``bound`` all names that it gives a meaning.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ("imported", "classes", "aliases", "bound")
    __slots__ = __match_args__

    def __init__(
        self,
        imported: dict[str, str],
        classes: dict[str, ast.ClassDef],
        aliases: dict[str, ast.expr],
        bound: frozenset[str],
    ) -> None:
        self.imported = imported
        self.classes = classes
        self.aliases = aliases
        self.bound = bound

    def full(self, expr: ast.expr) -> str:
        """A dotted name in full; empty for anything else."""
        match expr:
            case ast.Name(id=name):
                return self.imported.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                before = self.full(value)
                return f"{before}.{attr}" if before else ""
        return ""


def names_of(tree: ast.Module) -> Names:
    """What the names of a file mean, by the statements of its first level."""
    imported: dict[str, str] = {}
    classes: dict[str, ast.ClassDef] = {}
    aliases: dict[str, ast.expr] = {}
    bound: set[str] = set()
    for statement in _first_level(tree.body):
        match statement:
            case ast.Import(names=names):
                imported.update((one.asname or one.name.partition(".")[0], _module(one)) for one in names)
            case ast.ImportFrom(module=str() as module, names=[ast.alias(name="*")], level=0):
                imported.update(_all_of(module))
            case ast.ImportFrom(module=module, names=names, level=0):
                imported.update((one.asname or one.name, f"{module}.{one.name}") for one in names)
            case ast.ImportFrom(names=names):
                imported.update((one.asname or one.name, f".{one.name}") for one in names)
            case ast.ClassDef(name=name):
                classes[name] = statement
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                bound.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                aliases[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                aliases[name] = value
    return Names(imported, classes, aliases, frozenset((*bound, *imported, *classes, *aliases)))


def _all_of(module: str) -> dict[str, str]:
    """The names with a meaning here that ``from module import *`` brings."""
    if f"{module}." in _TYPING:
        names = [name for name in (*_KINDS, "Any") if "." not in name and name not in BUILT_IN]
    else:
        names = [name.removeprefix(f"{module}.") for name in _KINDS if name.startswith(f"{module}.")]
    return {name: f"{module}.{name}" for name in names}


def _module(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _first_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _first_level(statement.body)
            yield from _first_level(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _first_level(statement.body)


def read_annotation(expr: ast.expr, names: Names, depth: int = 0) -> Annotation:
    """What an annotation says. Never raises; what it does not understand is ``unknown``."""
    if depth > 50:
        return Annotation("unknown", expr)
    match expr:
        case ast.Constant(value=None):
            return Annotation("none", expr)
        case ast.Constant(value=str(text)):
            return _read_text(expr, text, names, depth)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            sides = (read_annotation(left, names, depth + 1), read_annotation(right, names, depth + 1))
            return _union(expr, sides)
        case ast.Subscript(value=value, slice=inner):
            return _read_applied(expr, value, inner, names, depth)
        case ast.Name() | ast.Attribute():
            return _read_name(expr, names, depth)
    return Annotation("unknown", expr)


def _read_text(expr: ast.expr, text: str, names: Names, depth: int) -> Annotation:
    """An annotation in quotes; its parts have the place of the whole."""
    try:
        inner = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return Annotation("unknown", expr)
    for node in ast.walk(inner):
        ast.copy_location(node, expr)
    return read_annotation(inner, names, depth + 1)


def _read_name(expr: ast.expr, names: Names, depth: int) -> Annotation:
    full = names.full(expr)
    if isinstance(expr, ast.Name):
        if expr.id in names.classes:
            return Annotation("class", expr, name=expr.id)
        if expr.id in names.aliases:
            read = read_annotation(names.aliases[expr.id], _without(names, expr.id), depth + 1)
            return replace(read, alias=expr.id)
        if expr.id in names.bound and expr.id not in names.imported:
            return Annotation("unknown", expr)
    if full.startswith("nstack.") and full.count(".") == 1:
        return Annotation("class", expr, name=full.removeprefix("nstack."))
    kind = _kind(full, names)
    if kind in ("", "optional", "union", "annotated", "literal"):
        return Annotation("unknown", expr)
    return Annotation(kind, expr, open_ended=kind == "tuple")


def _without(names: Names, name: str) -> Names:
    return replace(names, aliases={key: value for key, value in names.aliases.items() if key != name})


def _kind(full: str, names: Names) -> str:
    """The kind that a full name has; empty for one that is not known. In quotes a name of ``typing`` may stand without
    its import."""
    if full in _KINDS and ("." in full or full in BUILT_IN or full not in names.bound):
        return _KINDS[full]
    prefix = next((prefix for prefix in _TYPING if full.startswith(prefix)), None)
    return "" if prefix is None else _KINDS.get(full.removeprefix(prefix), "")


def _read_applied(expr: ast.expr, value: ast.expr, inner: ast.expr, names: Names, depth: int) -> Annotation:
    kind = _kind(names.full(value), names) if not _is_rebound(value, names) else ""
    parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    if kind == "literal":
        return _union(expr, tuple(_of_value(part, expr) for part in parts))
    if kind == "tuple" and len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
        return Annotation(kind, expr, (read_annotation(parts[0], names, depth + 1),), open_ended=True)
    items = tuple(read_annotation(part, names, depth + 1) for part in parts)
    match kind:
        case "optional":
            return _union(expr, (*items, Annotation("none", expr)))
        case "union":
            return _union(expr, items)
        case "annotated":
            return items[0]
        case "iterator" | "async_iterator":
            return Annotation(kind, expr, items[:1])
        case "awaitable":
            return Annotation(kind, expr, items[-1:])
        case "":
            return Annotation("unknown", expr)
    return Annotation(kind, expr, items)


def _is_rebound(value: ast.expr, names: Names) -> bool:
    return isinstance(value, ast.Name) and value.id in names.bound and value.id not in names.imported


def _of_value(part: ast.expr, expr: ast.expr) -> Annotation:
    """The type of a value among those of a ``Literal``."""
    value = part.value if isinstance(part, ast.Constant) else ...
    kind = "none" if value is None else type(value).__name__
    return Annotation(kind if kind in BUILT_IN or kind == "none" else "unknown", expr)


def _union(expr: ast.expr, sides: tuple[Annotation, ...]) -> Annotation:
    """A union without unions in it, each side once; of one side that side."""
    flat: list[Annotation] = []
    for side in sides:
        flat += side.items if side.kind == "union" and not side.alias else (side,)
    different = {(one.kind, one.name, one.alias, ast.dump(one.node) if one.items else ""): one for one in flat}
    found = tuple(different.values())
    return found[0] if len(found) == 1 else Annotation("union", expr, found)


def optional_item(annotation: Annotation) -> Annotation | None:
    """What an optional may hold (a union where there are several); None for what is no optional."""
    if annotation.kind != "union" or not any(item.kind == "none" for item in annotation.items):
        return None
    rest = tuple(item for item in annotation.items if item.kind != "none")
    return _union(annotation.node, rest) if rest else None
