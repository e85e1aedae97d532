"""Fixes on the declaring sides: a field or a constructor renamed or added, a record opened."""

import re
from collections.abc import Sequence
from typing import ClassVar

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.records import Record
from nscompiler.typecheck.declared import Declarations, Place
from nscompiler.typecheck.explain import cut
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show, show_field
from nscompiler.types.types import Sum, Type, parts

_MAYBE = Applicability.MAYBE_INCORRECT


class Sides(Record):
    """The written types on the two sides of a joint at one place inside them; None where a side is not written out, or
    not the author's to change."""

    __match_args__: ClassVar[tuple[str, ...]] = ("declarations", "producer", "consumer", "before", "path")
    __slots__ = __match_args__

    def __init__(
        self,
        declarations: Declarations,
        producer: FunctionInterface | None,
        consumer: FunctionInterface | None,
        before: tuple[str, ...],
        path: tuple[str, ...],
    ) -> None:
        self.declarations = declarations
        self.producer = producer
        self.consumer = consumer
        self.before = before
        self.path = path

    @property
    def given(self) -> Place | None:
        """What the producer gives. ``before`` is what `*` and `?` have taken off it."""
        return None if self.producer is None else self.declarations.output(self.producer, (*self.before, *self.path))

    @property
    def needed(self) -> Place | None:
        """What the consumer takes."""
        return None if self.consumer is None else self.declarations.input(self.consumer, self.path)


def renames(sides: Sides, pairs: Sequence[tuple[str, str]]) -> tuple[Fix, ...]:
    """Two fixes for names of fields or constructors that are nearly the same on both sides, as (needed, given): the
    spelling that is written less often is changed first."""
    given, needed, own = sides.given, sides.needed, sides.declarations.scope.module
    offers = [
        _rename(given, [(theirs, mine) for mine, theirs in pairs], f"the output of `{_name(sides.producer)}`", own),
        _rename(needed, list(pairs), f"the input of `{_name(sides.consumer)}`", own),
    ]
    if given is not None and needed is not None and given.node is needed.node:
        return ()
    if pairs and _count(sides, pairs[0][0]) < _count(sides, pairs[0][1]):
        offers.reverse()
    return tuple(fix for fix in offers if fix is not None)


def _name(function: FunctionInterface | None) -> str:
    return "" if function is None else cut(function.name)


def _count(sides: Sides, word: str) -> int:
    return sides.declarations.words[word]


def _owned(place: Place, own: syntax.Module) -> str:
    """A declared type, with its module where that is another."""
    assert place.owner is not None
    name = f"`{place.owner.name.text}`"
    if place.module is own or place.module.header is None:
        return name
    return f"{name} of `{cut(place.module.header.reference.text)}`"


def _rename(place: Place | None, pairs: Sequence[tuple[str, str]], where: str, own: syntax.Module) -> Fix | None:
    if place is None or not isinstance(place.node, syntax.RecordType | syntax.SumType):
        return None
    record = isinstance(place.node, syntax.RecordType)
    parts_ = place.node.fields if isinstance(place.node, syntax.RecordType) else place.node.constructors
    names = {part.name.text: part.name for part in parts_}
    if not all(old in names and new not in names for old, new in pairs):
        return None
    edits = tuple(Edit(place.span(names[old]), show_field(new) if record else new) for old, new in pairs)
    where = where if place.owner is None else _owned(place, own)
    told = ", ".join(f"`{cut(old)}` to `{cut(new)}`" for old, new in pairs)
    return Fix(f"rename {told} in {where}", edits, _MAYBE)


def opened(declarations: Declarations, function: FunctionInterface) -> Fix | None:
    """A fix that lets a function pass on the fields that it does not know, where both of its sides are records."""
    module, decl = declarations.function(function) or (None, None)
    if module is None or not isinstance(decl, syntax.FunDecl):
        return None
    sides = decl.type.input, decl.type.output
    text = module.source.text[decl.start : decl.end]
    rest = next((name for name in ("r", "rest", "others") if not re.search(rf"\b{name}\b", text)), None)
    if rest is None or not all(isinstance(side, syntax.RecordType) and side.tail is None for side in sides):
        return None
    edits = []
    for side in sides:
        inner = module.source.text[side.start : side.end]
        space = "" if inner[-2:-1].isspace() else " "
        edits.append(Edit(module.source.span(side.end - 1, side.end - 1), f"{space}| {rest} "))
    return Fix(f"let `{cut(function.name)}` pass further fields on", tuple(edits), _MAYBE)


def added_constructors(sides: Sides, given: Sum, names: Sequence[str]) -> Fix | None:
    """A fix that adds constructors to the sum that the consumer takes."""
    place = sides.needed
    if place is None or place.owner is None or not isinstance(place.node, syntax.SumType):
        return None
    payloads = dict(given.constructors)
    shown = [_constructor(name, payloads[name]) for name in names]
    if None in shown:
        return None
    last = place.node.constructors[-1]
    end = place.module.source.span(last.end, last.end)
    told = " | ".join(one for one in shown if one is not None)
    return Fix(f"add `{cut(told)}` to `{place.owner.name.text}`", (Edit(end, f" | {told}"),), _MAYBE)


def _constructor(name: str, payload: Type | None) -> str | None:
    """A constructor as written anywhere, its types written out; None where that cannot be."""
    if payload is None:
        return name
    if not payload.ground or _holds_sum(payload):
        return None
    text = show(payload, expand=True)
    bare = re.fullmatch(r"\w+", text) or text[0] in "{[("
    return f"{name} {text if bare else f'({text})'}"


def _holds_sum(type: Type) -> bool:
    stack = [type]
    while stack:
        part = stack.pop()
        if isinstance(part, Sum):
            return True
        stack.extend(parts(part))
    return False
