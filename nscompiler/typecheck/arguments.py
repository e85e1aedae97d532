"""Which parameters the Python class of a module reads: its uses of ``self.args``.

``self.args["x"]``, ``self.args.get("x")`` and ``"x" in self.args`` are understood, and so is another name of it that
one assignment gives, ``args = self.args`` or ``self.options = self.args``. Anything else that might read a
parameter, a ``self`` that is handed on for one, makes the answer unknown.

``self.args.x`` and ``self.args("x")`` are no ways to read one: ``self.args`` is a dict.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from nscompiler.records import Record, replace

_READERS = frozenset(("get", "pop", "setdefault", "__getitem__"))
_OF_DICTS = frozenset(dir(dict))
_CLOSING = frozenset(
    (
        *("open", "closing", "aclosing", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "ZipFile"),
        *("urlopen", "connect", "Session", "ClientSession", "Client", "AsyncClient", "Lock", "nullcontext"),
    )
)
_PLAIN_DECORATORS = frozenset(("property", "staticmethod", "classmethod", "override", "cached_property"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


class ArgumentUse(Record):
    """One literal use of a parameter in a method. ``certain`` if it fails where there is no such parameter: neither
    has it a default, nor is it tried or asked for, nor may anything have put it there. ``defaulted`` if it only ever
    gives its default there, as ``get`` does."""

    __match_args__: ClassVar[tuple[str, ...]] = ("method", "name", "node", "certain", "defaulted")
    __slots__ = __match_args__

    def __init__(self, method: str, name: str, node: ast.expr, certain: bool, defaulted: bool = False) -> None:
        self.method = method
        self.name = name
        self.node = node
        self.certain = certain
        self.defaulted = defaulted


class ArgumentUses(Record):
    """What the classes use. ``known`` if these are all uses there are; ``called`` are the methods that other code of
    the classes mentions; ``misread`` is what they read in a way that a dict does not have."""

    __match_args__: ClassVar[tuple[str, ...]] = ("uses", "known", "called", "misread")
    __slots__ = __match_args__

    def __init__(
        self,
        uses: tuple[ArgumentUse, ...] = (),
        known: bool = True,
        called: frozenset[str] = frozenset(),
        misread: tuple[ArgumentUse, ...] = (),
    ) -> None:
        self.uses = uses
        self.known = known
        self.called = called
        self.misread = misread


NO_ARGUMENTS = ArgumentUses()


def argument_uses(classes: Iterable[ast.ClassDef]) -> ArgumentUses:
    """The uses of ``self.args`` in a class and its bases."""
    classes = tuple(classes)
    aliases = _attribute_aliases(classes)
    uses: list[ArgumentUse] = []
    called: set[str] = set()
    asked: set[str] = set()
    misread: list[ArgumentUse] = []
    known, replaced = True, False
    for owner in classes:
        for statement in owner.body:
            if isinstance(statement, Function):
                reader = _Reader(statement, aliases)
                reader.read()
                uses += reader.uses
                called |= reader.called
                asked |= reader.asked
                misread += reader.misread
                replaced = replaced or reader.replaced
                known = known and reader.known
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                known = known and not isinstance(statement.value, ast.Name | ast.Attribute | ast.Lambda)
            elif not isinstance(statement, ast.Expr | ast.Pass | ast.ClassDef):
                known = False
    # What may have been put there, or is asked for first, is missed by nobody.
    told = tuple(uses if known else (replace(use, certain=False, defaulted=False) for use in uses))
    told = tuple(replace(use, certain=False, defaulted=False) if use.name in asked else use for use in told)
    return ArgumentUses(told, known, frozenset(called), () if replaced else tuple(misread))


class _Reader:
    """The uses in one method."""

    def __init__(self, method: Function, aliases: frozenset[str]) -> None:
        self._method = method
        self._aliases = aliases
        given = (*method.args.posonlyargs, *method.args.args)
        self._self = given[0].arg if given else ""
        self.uses: list[ArgumentUse] = []
        self.called: set[str] = set()
        self.known = all(_last_name(one) in _PLAIN_DECORATORS for one in method.decorator_list)
        self.asked: set[str] = set()
        self.misread: list[ArgumentUse] = []
        # Whether `self.args` may be something else than the dict that it is at first.
        self.replaced = False

    def read(self) -> None:
        """Go through the method."""
        if any(_last_name(one) == "staticmethod" for one in self._method.decorator_list):
            return
        parents = {child: node for node in ast.walk(self._method) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(self._method):
            if isinstance(node, ast.Name) and node.id == self._self:
                self._take(node, parents)

    def _take(self, node: ast.Name, parents: Mapping[ast.AST, ast.AST]) -> None:
        around = parents.get(node)
        if not isinstance(around, ast.Attribute):
            self.known = self.known and _is_super(around)
            self.replaced = self.replaced or not _is_super(around)
        elif around.attr == "args" or around.attr in self._aliases:
            if isinstance(around.ctx, ast.Load):
                self._take_args(around, parents)
            elif around.attr == "args":
                self.known, self.replaced = False, True
        elif around.attr.startswith("__") and around.attr != "__class__":
            self.known = False
        else:
            self.called.add(around.attr)

    def _take_args(self, args: ast.Attribute | ast.Name, parents: Mapping[ast.AST, ast.AST]) -> None:
        around = parents.get(args)
        match around:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=owner), attr=attr)]) if (
                owner == self._self and attr in self._aliases
            ):
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) if isinstance(args, ast.Attribute) and self._is_once(name):
                for node in ast.walk(self._method):
                    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                        self._take_args(node, parents)
            case ast.Subscript(value=value, slice=ast.Constant(value=str(name)), ctx=ast.Load()) if value is args:
                self._note(name, around, not _is_tried(around, parents))
            case ast.Attribute(attr=attr) if attr in _READERS:
                match parents.get(around):
                    case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) as call if func is around:
                        self._note(name, call, False, defaulted=attr == "get")
                        if attr == "setdefault":
                            self.asked.add(name)
                    case _:
                        self.known = False
            case ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In() | ast.NotIn()]):
                self.asked.add(name)
                self._note(name, around, False)
            case _:
                self.known = False
                self._misread(args, around, parents)

    def _is_once(self, name: str) -> bool:
        """Whether a name means one thing in all of the method: nothing else gives it a meaning there."""
        return sum(_gives_meaning(node, name) for node in ast.walk(self._method)) == 1

    def _misread(
        self, args: ast.Attribute | ast.Name, around: ast.AST | None, parents: Mapping[ast.AST, ast.AST]
    ) -> None:
        match around:
            case ast.Attribute(attr=name, ctx=ast.Load()) if name not in _OF_DICTS:
                pass
            case ast.Call(func=func, args=[ast.Constant(value=str(name))], keywords=[]) if func is args:
                pass
            case ast.Subscript(value=value, slice=ast.Name(id=name), ctx=ast.Load()) if value is args:
                pass
            case _:
                self.replaced = self.replaced or not isinstance(args.ctx, ast.Load)
                return
        if not _is_tried(around, parents):
            self.misread.append(ArgumentUse(self._method.name, name, around, True))

    def _note(self, name: str, node: ast.expr, certain: bool, *, defaulted: bool = False) -> None:
        self.uses.append(ArgumentUse(self._method.name, name, node, certain, defaulted))


def _gives_meaning(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=own, ctx=ast.Store() | ast.Del()) | ast.arg(arg=own):
            return own == name
        case ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own) | ast.ClassDef(name=own):
            return own == name
        case ast.ExceptHandler(name=own) | ast.MatchAs(name=own) | ast.MatchStar(name=own):
            return own == name
        case ast.MatchMapping(rest=own):
            return own == name
        case ast.alias(name=full, asname=own):
            return (own or full.partition(".")[0]) in (name, "*")
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return name in names
    return False


def _attribute_aliases(classes: Iterable[ast.ClassDef]) -> frozenset[str]:
    """The attributes that are ``self.args`` by another name: which nothing else is assigned to."""
    stored: dict[str, int] = {}
    found: set[str] = set()
    for owner in classes:
        own = {one.name for one in owner.body if isinstance(one, Function)}
        for node in ast.walk(owner):
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                stored[node.attr] = stored.get(node.attr, 0) + 1
            elif isinstance(node, ast.Assign):
                match node:
                    case ast.Assign(
                        targets=[ast.Attribute(value=ast.Name(id=one), attr=attr)],
                        value=ast.Attribute(value=ast.Name(id=other), attr="args"),
                    ) if one == other and attr not in own:
                        found.add(attr)
    return frozenset(attr for attr in found if stored.get(attr) == 1)


def _is_super(node: ast.AST | None) -> bool:
    """Whether a node is ``super(Class, self)``, which hands ``self`` to nobody else."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_tried(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether a ``try`` or a ``with`` around a node may take what it raises."""
    inside = node
    for around in _around(node, parents):
        if isinstance(around, ast.Try | ast.TryStar):
            return True
        managers = around.items if isinstance(around, ast.With | ast.AsyncWith) and inside in around.body else ()
        if not all(lets_pass(item.context_expr) for item in managers):
            return True
        inside = around
    return False


def lets_pass(manager: ast.expr) -> bool:
    """Whether a context manager is one of those that close what they opened, and take no error."""
    called = manager.value if isinstance(manager, ast.Await) else manager
    return isinstance(called, ast.Call) and _last_name(called.func) in _CLOSING


def _around(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while (around := parents.get(node)) is not None:
        yield around
        node = around
