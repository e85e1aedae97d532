"""The hash of an interface: it changes when, and only when, an importer could see a difference.

A type without variables is written as the digest of its structure, which is worked out once in a workspace (Merkle,
1987): what many modules mention is not walked for each of them.
"""

import hashlib
import json
from collections.abc import Mapping

from nscompiler.typecheck.params import show_type
from nscompiler.types.interface import FunctionInterface, Interface, ParameterRow, TypeInterface
from nscompiler.types.stored import plain_default
from nscompiler.types.types import App, ErrorType, Record, Scalar, SizeType, Sum, Type, Var

Digests = dict[Type, str]


def interface_hash(
    reference: str, types: Mapping[str, TypeInterface], functions: Mapping[str, FunctionInterface], digests: Digests
) -> str:
    """``sha256:…`` of what a module exports, places and documentation left out, layouts included.

    ``digests`` keeps what was worked out; the modules of one workspace share it.
    """
    lines = [reference]
    lines.extend(_type(name, types[name], digests) for name in sorted(types))
    lines.extend(_function(functions[name], digests) for name in sorted(functions))
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def differing(one: Interface, other: Interface, digests: Digests) -> frozenset[str]:
    """The names of which two interfaces of a module say different things to an importer."""
    entries = {(name, _type(name, type, digests)) for name, type in one.types.items()}
    entries ^= {(name, _type(name, type, digests)) for name, type in other.types.items()}
    functions = {(name, _function(function, digests)) for name, function in one.functions.items()}
    functions ^= {(name, _function(function, digests)) for name, function in other.functions.items()}
    return frozenset(name for name, _ in entries | functions) | (one.broken ^ other.broken)


def _type(name: str, one: TypeInterface, digests: Digests) -> str:
    names = _Numbers()
    parameters = [names.of(var) for var in one.parameters]
    return f"type {name} {parameters} {_Writer(names, digests).write(one.body)}"


def _function(one: FunctionInterface, digests: Digests) -> str:
    names = _Numbers()
    writer = _Writer(names, digests)
    scheme = one.scheme
    text = f"{one.declared} {one.name} {writer.write(scheme.input)} -> {writer.write(scheme.output)}"
    needs = [f"{writer.write(need.type)} is {need.name}" for need in scheme.requirements]
    needs += [f"{names.of(row)} lacks {sorted(labels)}" for row, labels in scheme.lacks]
    traits = one.traits
    facts = (traits.bounded, traits.stateless, traits.replay, len(traits.replies), traits.http_only, traits.paths)
    return " ".join([text, *needs, _row(one.parameters), repr(facts), repr(one.attributes)])


def _row(row: ParameterRow) -> str:
    settable = [
        (one.name, show_type(one.type), plain_default(one.default), one.required, one.reader) for one in row.settable
    ]
    fixed = [(one.name, one.reader) for one in row.fixed]
    return json.dumps([settable, fixed, [sorted(names) for names in row.open], [sorted(names) for names in row.policy]])


class _Numbers:
    """Numbers variables in order of appearance. The author's names say nothing, but whether a rest has one: only named
    rests can be given in ``f<…>``."""

    def __init__(self) -> None:
        self._known: dict[Var, str] = {}

    def of(self, variable: Var) -> str:
        """The number of a variable, the same at every call."""
        mark = "'" if variable.name and variable.kind == "row" else ""
        return self._known.setdefault(variable, f"{len(self._known)}{mark}")


class _Writer:
    """Writes types with their layout. What is shared inside one text is written once and then named; a part without
    variables is written as its digest."""

    def __init__(self, names: _Numbers, digests: Digests) -> None:
        self.names = names
        self.digests = digests
        self.seen: dict[Type, int] = {}

    def write(self, type: Type) -> str:
        """The text of a type."""
        if type.settled:
            return self.digests.get(type) or self._digest(type)
        if isinstance(type, Var):
            return f"{type.kind}:{self.names.of(type)}"
        if type in self.seen:
            return f"#{self.seen[type]}"
        text = self._compound(type)
        self.seen[type] = len(self.seen)
        return text

    def _digest(self, type: Type) -> str:
        if isinstance(type, Scalar) and type.alias is None:
            text = type.name
        elif isinstance(type, SizeType):
            text = str(type.value)
        else:
            text = hashlib.blake2b(self._compound(type).encode(), digest_size=16).hexdigest()
        self.digests[type] = text
        return text

    def _compound(self, type: Type) -> str:
        match type:
            case App():
                text = f"{type.constructor}({', '.join(map(self.write, type.items))})"
            case Record():
                fields = ", ".join(f"{label!r}:{self.write(part)}" for label, part in type.fields)
                text = f"{{{fields}|{'' if type.tail is None else self.write(type.tail)}}}"
            case Sum():
                parts = [f"{name} {'' if part is None else self.write(part)}" for name, part in type.constructors]
                text = f"<{'|'.join(parts)}>"
            case Scalar():
                text = type.name
            case _:
                text = "?" if isinstance(type, ErrorType) else "Void"
        return text if type.alias is None else f"{type.alias.module}.{type.alias.name}={text}"
