"""The types of a module for Python's type checkers: the text that `nsc stub --pyi` writes.

For each record and sum that the module's functions mention there is a class for what a method is given, and an alias
``XResult`` for what it may return instead: a dataclass, a dict, a tuple with the same fields. ``Functions`` is the
protocol that the module's class has to meet.
"""

import keyword
import re
from collections.abc import Iterable, Iterator

from nscompiler.emit.python import Names, identifier
from nscompiler.typecheck.python_types import ITEM_FIELDS, PYTHON_NAMES
from nscompiler.types.interface import FunctionInterface, Interface
from nscompiler.types.show import show
from nscompiler.types.types import App, Record, Scalar, Sum, Type, VoidType

# Two are imported by their own names.
_PYTHON = {**PYTHON_NAMES, "Decimal": "Decimal", "Uuid": "UUID"}

_HEAD = '''\
"""The types of {module} for type checkers. Written by `nsc stub --pyi`: write it anew when the `.nml` changes."""

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NotRequired, Protocol, TypeAlias, TypedDict, TypeVar, overload
from uuid import UUID

_T = TypeVar("_T")
_Gives: TypeAlias = _T | Iterator[_T] | AsyncIterator[_T] | Awaitable[_T]
_Yields: TypeAlias = Iterable[_T] | AsyncIterator[_T]

class _Record:
    def get(self, key: str, default: Any = ...) -> Any: ...
    def keys(self) -> tuple[str, ...]: ...
    def items(self) -> tuple[tuple[str, Any], ...]: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def __contains__(self, key: object) -> bool: ...
    def __setitem__(self, key: str, value: Any) -> None: ...
'''


def stub_text(interface: Interface) -> str:
    """The stub of a module's types and functions."""
    functions = [one for one in interface.functions.values() if one.declared == "fun"]
    writer = _Writer(interface)
    protocol = [line for function in functions for line in writer.method(function)]
    body = protocol or ["    pass"]
    head = _HEAD.format(module=interface.module)
    return "\n".join((head, *writer.classes(), "class Functions(Protocol):", *body)) + "\n"


class _Writer:
    """Writes the types that it is asked for, and keeps the classes that they need."""

    def __init__(self, interface: Interface) -> None:
        self._module = interface.module
        self._names: dict[Type, str] = {}
        self._taken = set(_IMPORTED)
        self._written: dict[str, list[str]] = {}
        for declared in interface.types.values():
            if isinstance(declared.body, Record | Sum) and declared.body.ground and not declared.body.poisoned:
                self._class(declared.body, declared.name)

    def classes(self) -> Iterator[str]:
        """The lines of all classes, those that others need first."""
        for lines in self._written.values():
            yield "\n".join((*lines, ""))

    def method(self, function: FunctionInterface) -> Iterator[str]:
        """The lines of one method of the protocol."""
        scheme, name = function.scheme, function.name
        near = name[0].upper() + name[1:]
        result = "object"
        if not isinstance(scheme.output, VoidType):
            result = f"_Gives[{self.result(scheme.output, f'{near}Output')}]"
        if isinstance(scheme.input, VoidType):
            result = "object" if result == "object" else result.replace("_Gives[", "_Yields[", 1)
            yield f"    def {name}(self) -> {result}: ..."
        else:
            yield f"    def {name}(self, value: {self.given(scheme.input, f'{near}Input')}, /) -> {result}: ..."

    # --- what a method is given

    def given(self, type: Type, near: str) -> str:
        """The Python type of a value that a method is given; ``near`` names a class that has no name of its own."""
        match type:
            case Scalar():
                return _PYTHON[type.name]
            case App():
                return self._given_container(type, near)
            case Record() | Sum():
                return self._class(type, near)
        return "Any"

    def _given_container(self, type: App, near: str) -> str:
        items = type.items
        match type.constructor:
            case "list" | "vector":
                return "bytes" if _is_byte(items[-1]) else f"list[{self.given(items[-1], near)}]"
            case "map":
                return f"dict[str, {self.given(items[0], near)}]"
            case "optional":
                return f"{self.given(items[0], near)} | None"
        return f"tuple[{', '.join(self.given(item, near) for item in items)}]"

    # --- what it may return

    def result(self, type: Type, near: str) -> str:
        """The Python type of what may be returned for a type."""
        match type:
            case Scalar():
                return "tuple[()] | None" if type.name == "()" else _PYTHON[type.name]
            case App():
                return self._returned_container(type, near)
            case Record():
                name = self._class(type, near)
                return name if name == "Any" else f"{name}Result"
            case Sum():
                return self._class(type, near)
        return "Any"

    def _returned_container(self, type: App, near: str) -> str:
        items = type.items
        match type.constructor:
            case "list" | "vector":
                return "bytes | bytearray" if _is_byte(items[-1]) else self._sequence(self.result(items[-1], near))
            case "map":
                return f"Mapping[str, {self.result(items[0], near)}]"
            case "optional":
                return f"{self.result(items[0], near)} | None"
        return f"tuple[{', '.join(self.result(item, near) for item in items)}]"

    def _sequence(self, item: str) -> str:
        # A `str` is a sequence of `str`, and no list.
        return f"list[{item}] | tuple[{item}, ...]" if "str" in item.split(" | ") else f"Sequence[{item}]"

    # --- classes

    def _class(self, type: Record | Sum, near: str) -> str:
        held = self._names.get(type.canon)
        if held is not None:
            return held
        if isinstance(type, Record) and (type.tail is not None or type.poisoned):
            return "Any"
        name = self._names[type.canon] = self._free(identifier(type.alias.name if type.alias is not None else near))
        lines = self._record(name, type) if isinstance(type, Record) else self._sum(name, type)
        self._written[name] = lines
        return name

    def _free(self, name: str) -> str:
        """A name that nothing else has, together with those that are made of it."""
        number, free = 2, name
        while {free, *(f"{free}{ending}" for ending in _ENDINGS)} & self._taken:
            free, number = f"{name}{number}", number + 1
        self._taken.update((free, *(f"{free}{ending}" for ending in _ENDINGS)))
        return free

    def _record(self, name: str, type: Record) -> list[str]:
        given = {label: self.given(part, name + _camel(label)) for label, part in type.fields}
        result = {label: self.result(part, name + _camel(label)) for label, part in type.fields}
        shown = [label for label in type.labels if _is_attribute(label)]
        lines = [f"class {name}(_Record):", *_documentation(show(type, expand=True))]
        lines += [f"    {label}: {given[label]}" for label in shown]
        if shown == list(type.labels):
            arguments = "".join(f", {label}: {result[label]}" for label in shown)
            lines.append(f"    def __init__(self{arguments}) -> None: ...")
        else:
            lines.append("    def __init__(self, *values: Any, **fields: Any) -> None: ...")
        lines += _items(given)
        return [*lines, "", *_results(name, type, shown, result)]

    def _sum(self, name: str, type: Sum) -> list[str]:
        names = _constructors([one for one, _ in type.constructors])
        payloads = {names[one]: part and self.given(part, name + names[one]) for one, part in type.constructors}
        returned = {names[one]: part and self.result(part, name + names[one]) for one, part in type.constructors}
        inside = ["    value: Any"]
        inside += [f"    def get{one}(self) -> {payload}: ..." for one, payload in payloads.items()]
        handlers = "".join(f", {one}: Callable[[{payload or ''}], _T]" for one, payload in payloads.items())
        outside, inside = self._outside(list(payloads), [*inside, f"    def match(self{handlers}) -> _T: ...", ""])
        lines = [*outside, f"class {name}:", *_documentation(show(type, expand=True))]
        lines += [*(f"    {one} = {name}_{one}" for one in payloads), *inside]
        for one, payload in payloads.items():
            arguments, matched = (f", value: {returned[one]}", '("value",)') if payload else ("", "()")
            lines += [f"class {name}_{one}({name}):", f"    __match_args__ = {matched}"]
            lines += [f"    value: {payload}"] if payload else []
            lines += [f"    def __init__(self{arguments}) -> None: ...", ""]
        return lines[:-1]

    def _outside(self, constructors: list[str], inside: list[str]) -> tuple[list[str], list[str]]:
        """Aliases for the types that a sum's constructors hide inside its class, and the class with them."""
        aliases = []
        for one in constructors:
            # The name of a parameter stays: `def match(self, Placed: …)`.
            used = re.compile(rf"(?<!, )\b{one}\b|\b{one}\b(?!:)")
            if any(used.search(line) for line in inside):
                alias = self._free(f"_{one}")
                generic = one == "Callable"  # no alias without its parts
                aliases.append(
                    f"from collections.abc import {one} as {alias}" if generic else f"{alias}: TypeAlias = {one}"
                )
                inside = [used.sub(alias, line) for line in inside]
        return aliases, inside


_ENDINGS = ("Result", "Fields", "Dict")
_IMPORTED = frozenset(
    (
        *("Any", "AsyncIterator", "Awaitable", "Callable", "Decimal", "Functions", "Iterable", "Iterator", "Literal"),
        *("Mapping", "NotRequired", "Protocol", "Sequence", "TypeAlias", "TypeVar", "TypedDict", "UUID"),
        *("_Gives", "_Record", "_T", "_Yields"),
    )
)


def _is_byte(type: Type) -> bool:
    return isinstance(type, Scalar) and type.name == "Byte"


def _is_attribute(label: str) -> bool:
    """Whether a class may show a field; one called like a type would be taken for it in the rest of the class."""
    if not label.isidentifier() or keyword.iskeyword(label) or label.startswith("__"):
        return False
    return label not in ITEM_FIELDS and label not in _TYPES


_TYPES = frozenset(
    ("bool", "bytearray", "bytes", "datetime", "dict", "float", "int", "list", "overload", "property", "str", "tuple")
)


def _constructors(labels: list[str]) -> dict[str, str]:
    """What Python calls each constructor: as the run time does, ``None`` is ``None_`` and ``Late'`` is ``Late_``."""
    names = Names()
    named = {label: names.fresh(label) for label in labels if identifier(label) == label}
    return {label: named.get(label) or names.fresh(identifier(label), "_") for label in labels}


def _camel(label: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in "".join(c if c.isalnum() else " " for c in label).split())


def _documentation(text: str) -> list[str]:
    return [f"    # {text}"] if len(text) <= 110 else []


def _items(given: dict[str, str]) -> Iterable[str]:
    """``r["x"]`` for each field, and ``r[0]``."""
    for label, type in given.items():
        yield "    @overload"
        yield f"    def __getitem__(self, key: Literal[{label!r}]) -> {type}: ..."
    if given:
        yield "    @overload"
    yield "    def __getitem__(self, key: int) -> Any: ..."


def _results(name: str, type: Record, shown: list[str], result: dict[str, str]) -> Iterator[str]:
    """What may be returned for a record: anything with these fields."""
    sides = [name, "dict[str, Any]"]
    if shown and shown == list(type.labels):
        sides.append(f"{name}Fields")
        yield f"class {name}Fields(Protocol):"
        for label in shown:
            yield "    @property"
            yield f"    def {label}(self) -> {result[label]}: ..."
        yield ""
    if type.fields:
        sides.append(f"{name}Dict")
        entries = ", ".join(f"{label!r}: {_entry(part, result[label])}" for label, part in type.fields)
        yield f'{name}Dict = TypedDict("{name}Dict", {{{entries}}})'
    inside = ", ".join(result[label] for label in type.labels)
    sides.append(f"tuple[{inside or '()'}]")
    yield f"{name}Result: TypeAlias = {' | '.join(sides)}"


def _entry(type: Type, result: str) -> str:
    optional = isinstance(type, App) and type.constructor == "optional"
    return f"NotRequired[{result}]" if optional else result
