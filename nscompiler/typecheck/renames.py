"""Fixes on the declaring sides: a field or a constructor renamed or added, a record opened."""

import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar import syntax
from nscompiler.records import Record
from nscompiler.source import Span
from nscompiler.typecheck import constraints
from nscompiler.typecheck.declared import Declarations, Place, variable_at
from nscompiler.typecheck.explain import cut, written
from nscompiler.typecheck.scope import BUILT_IN_ARITY
from nscompiler.typecheck.spelling import spelt
from nscompiler.types.interface import FunctionInterface
from nscompiler.types.show import show, show_field
from nscompiler.types.types import SCALARS, App, Scalar, Sum, Type, parts, variables
from nscompiler.types.types import Record as RecordType

# A type is written in another's place where that is no longer than this.
LONGEST = 64
# How often the name of a type stands in a file that is declared there and used once.
MOST_ALONE = 2
# How many fields a fix adds.
MOST_ADDED = 2
_FAMILIES = (
    frozenset(("Integer", "Double", "Decimal")),
    frozenset(("Date", "DateTime", "Time")),
    frozenset(("Text", "Json")),
)
_MAYBE = Applicability.MAYBE_INCORRECT


class Sides(Record):
    """The written types on the two sides of a joint at one place inside them; None where a side is not written out, or
    not the author's to change."""

    __match_args__: ClassVar[tuple[str, ...]] = ("declarations", "producer", "consumer", "ends", "before", "path")
    __slots__ = __match_args__

    def __init__(
        self,
        declarations: Declarations,
        producer: FunctionInterface | None,
        consumer: FunctionInterface | None,
        ends: tuple[syntax.Expr, syntax.Expr],
        before: tuple[str, ...],
        path: tuple[str, ...],
    ) -> None:
        self.declarations = declarations
        self.producer = producer
        self.consumer = consumer
        self.ends = ends
        self.before = before
        self.path = path

    @property
    def given(self) -> Place | None:
        """What the producer gives. ``before`` is what `*` and `?` have taken off it."""
        return self._given(False)

    @property
    def needed(self) -> Place | None:
        """What the consumer takes."""
        return self._needed(False)

    @property
    def given_as_written(self) -> Place | None:
        """As ``given``, with names and optionals as they stand there."""
        return self._given(True)

    @property
    def needed_as_written(self) -> Place | None:
        """As ``needed``, with names and optionals as they stand there."""
        return self._needed(True)

    def _given(self, written: bool) -> Place | None:
        path = (*self.before, *self.path)
        if self.producer is None:
            return None
        argument = self.argument("output", path, written)
        return argument or self.declarations.output(self.producer, path, written)

    def _needed(self, written: bool) -> Place | None:
        if self.consumer is None:
            return None
        argument = self.argument("input", self.path, written)
        return argument or self.declarations.input(self.consumer, self.path, written)

    def function(self, side: str) -> FunctionInterface | None:
        """The producer, whose ``output`` meets the joint, or the consumer."""
        return self.producer if side == "output" else self.consumer

    def end(self, side: str) -> syntax.Expr:
        """Its use."""
        return self.ends[side == "input"]

    def argument(self, side: str, path: Sequence[str], written: bool) -> Place | None:
        """The type written in ``<…>`` for a side, at a path inside it."""
        function, end = self.function(side), self.end(side)
        if function is None or not isinstance(end, syntax.Instantiate):
            return None
        type = function.scheme.output if side == "output" else function.scheme.input
        return self.declarations.argument(function, end.types, type, path, written)


def renames(sides: Sides, pairs: Sequence[tuple[str, str]]) -> tuple[Fix, ...]:
    """Two fixes for names of fields or constructors that are nearly the same on both sides, as (needed, given): the
    spelling that is written less often is changed first."""
    given, needed = sides.given, sides.needed
    if _makes(sides, pairs):
        given = None  # the other side has that spelling in what it makes of it
    offers = [
        _rename(given, [(theirs, mine) for mine, theirs in pairs], sides, "output"),
        _rename(needed, list(pairs), sides, "input"),
    ]
    if given is not None and needed is not None and given.node is needed.node:
        return ()
    if pairs and _is_rarer(sides, pairs[0]):
        offers.reverse()
    return tuple(fix for fix in offers if fix is not None)


def _is_rarer(sides: Sides, pair: tuple[str, str]) -> bool:
    """Whether the spelling that is needed is the rarer one: of two that stand once, that outside of a type that several
    declarations share."""
    needed, given = (_count(sides, word) for word in pair)
    owner = None if sides.given is None else sides.given.owner
    alone = sides.needed is not None and sides.needed.owner is None
    shared = owner is not None and alone and _count(sides, owner.name.text) > MOST_ALONE
    return needed < given or (needed == given and shared)


def _makes(sides: Sides, pairs: Sequence[tuple[str, str]]) -> bool:
    output = None if sides.consumer is None or sides.path else sides.consumer.scheme.output
    return isinstance(output, RecordType) and all(there in output.labels for _, there in pairs)


def renamed_output(sides: Sides, pairs: Sequence[tuple[str, str]]) -> Fix | None:
    """A fix for names, as (needed, given), in what the producer gives."""
    return _rename(sides.given, [(theirs, mine) for mine, theirs in pairs], sides, "output")


def _name(function: FunctionInterface | None) -> str:
    return "" if function is None else cut(function.name)


def _count(sides: Sides, word: str) -> int:
    return sides.declarations.words[word]


def _where(place: Place, sides: Sides, side: str) -> str:
    """Where the written type of a side stands, in words."""
    own, end = sides.declarations.scope.module, sides.end(side)
    if place.owner is not None:
        return _owned(place, own)
    if isinstance(end, syntax.Instantiate) and place.module is own and end.start <= place.node.start < end.end:
        return f"`{cut(written(end.function))}<…>`"
    return f"the {side} of `{_name(sides.function(side))}`"


def _owned(place: Place, own: syntax.Module) -> str:
    """A declared type, with its module where that is another."""
    assert place.owner is not None
    name = f"`{place.owner.name.text}`"
    if place.module is own or place.module.header is None:
        return name
    return f"{name} of `{cut(place.module.header.reference.text)}`"


def _rename(place: Place | None, pairs: Sequence[tuple[str, str]], sides: Sides, side: str) -> Fix | None:
    if place is None or not isinstance(place.node, syntax.RecordType | syntax.SumType):
        return None
    record = isinstance(place.node, syntax.RecordType)
    parts_ = place.node.fields if isinstance(place.node, syntax.RecordType) else place.node.constructors
    names = {part.name.text: part.name for part in parts_}
    if not all(old in names and new not in names for old, new in pairs):
        return None
    edits = tuple(Edit(place.span(names[old]), show_field(new) if record else new) for old, new in pairs)
    told = ", ".join(f"`{cut(old)}` to `{cut(new)}`" for old, new in pairs)
    return Fix(f"rename {told} in {_where(place, sides, side)}", edits, _MAYBE)


def optionals(sides: Sequence[Sides]) -> tuple[Fix, ...]:
    """Two fixes for values that may be missing on the producer's side and not on the consumer's: the consumer takes
    what may be missing, or the producer always gives it."""
    needed = [one.needed_as_written for one in sides]
    given = [one.given_as_written for one in sides]
    offers = (
        _rewritten(sides[0], needed, "input", lambda place: f"optional {_text(place, place.node)}", _is_simple),
        _rewritten(sides[0], given, "output", _item_text, lambda place: isinstance(place.node, syntax.OptionalType)),
    )
    return tuple(fix for fix in offers if fix is not None)


def alike(one: Type, other: Type) -> bool:
    """Whether two types are so near that either may be a slip for the other: two kinds of number or of time, two tuples
    or two vectors."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return any(one.name in family and other.name in family for family in _FAMILIES)
    if not isinstance(one, App) or not isinstance(other, App) or one.constructor != other.constructor:
        return False
    return one.constructor in ("tuple", "vector")


def of_one_type(sides: Sides, given: Type, needed: Type, *, last: bool = False) -> tuple[Fix, ...]:
    """Two fixes for a part, of what is declared on either side, that is one type here and another there; the ``last``
    is the producer's."""
    offers = (
        _written_at(sides, sides.needed_as_written, "input", given),
        _written_at(sides, sides.given_as_written, "output", needed),
    )
    return tuple(fix for fix in offers[1 if last else 0 :] if fix is not None)


def written_on(sides: Sides, given: Type, needed: Type) -> tuple[list[tuple[Span, Fix | None]], ...]:
    """The places of what is given and what is needed in the declarations of either side, none where that is not the
    author's to change; each with the fix that writes there what the other has."""
    found = []
    for place, side, type in ((sides.given_as_written, "output", needed), (sides.needed_as_written, "input", given)):
        fixed = place is not None and not _is_generic(place) and not isinstance(place.node, syntax.TypeVariable)
        found.append([(place.span(place.node), _written_at(sides, place, side, type))] if place and fixed else [])
    return tuple(found)


def _written_at(sides: Sides, place: Place | None, side: str, type: Type) -> Fix | None:
    """A fix that writes a type at a place of one side, by the names that its file has for it."""
    scope = sides.declarations.scope
    own = place is not None and place.node
    declared = isinstance(own, syntax.TypeName) and own.name.text not in (*SCALARS, *BUILT_IN_ARITY)
    if isinstance(own, syntax.TypeName) and declared and _count(sides, own.name.text) <= MOST_ALONE:
        return None  # nothing would use that type any more
    if place is not None and place.module is scope.module:
        text = spelt(scope, type)
    else:
        text = None if not type.ground or _holds_sum(type) else show(type, expand=True)
    if text is None or len(text) > LONGEST:
        return None
    # Where a type with arguments stands without brackets, another one may.
    applied = isinstance(own, syntax.TypeName) and bool(own.args)
    bare = applied or re.fullmatch(r"[\w.]+", text) or text[0] in "{[("
    return _rewritten(sides, [place], side, lambda _: text if bare else f"({text})", _is_whole)


def _rewritten(
    sides: Sides,
    places: Sequence[Place | None],
    side: str,
    text: Callable[[Place], str],
    may: Callable[[Place], bool],
) -> Fix | None:
    """A fix that writes other types at some places of one side; None where one is not there, or not to be changed."""
    found = [place for place in places if place is not None and may(place) and not _is_generic(place)]
    if len(found) < len(places) or len({id(place.owner) for place in found}) != 1:
        return None
    edits = {place.span(place.node): Edit(place.span(place.node), text(place)) for place in found}
    told = ", ".join(f"`{cut(text)}`" for text in dict.fromkeys(edit.text for edit in edits.values()))
    return Fix(f"write {told} in {_where(found[0], sides, side)}", tuple(edits.values()), _MAYBE)


def retyped(whole: Sides, parts: Sequence[tuple[Sides, Type, Type]], given: Type, needed: Type) -> tuple[Fix, ...]:
    """Fixes that write in the `<…>` of either side the type that the other side has: the only part that does not fit,
    or the whole. ``parts`` are the places that do not fit, with what is given and needed there."""
    offers = []
    for side, wanted in (("output", needed), ("input", given)):
        places = [(_argument(one, side), other if side == "output" else mine) for one, mine, other in parts[:2]]
        places = [*(places if len(places) == 1 else ()), (_argument(whole, side), wanted)]
        found = next(((place, type) for place, type in places if place is not None and place.owner is None), None)
        if found is not None and _is_free(whole, side, wanted):
            place, type = found
            text = spelt(whole.declarations.scope, type)
            if text is not None and len(text) <= LONGEST:
                edit = Edit(place.span(place.node), text)
                offers.append(Fix(f"write `{cut(text)}` in {_where(place, whole, side)}", (edit,), _MAYBE))
    return tuple(offers)


def _argument(sides: Sides, side: str) -> Place | None:
    path = (*sides.before, *sides.path) if side == "output" else sides.path
    return sides.argument(side, path, True)


def _is_free(sides: Sides, side: str, type: Type) -> bool:
    """Whether the type argument of a side says nothing of its other side, and may be another type."""
    function = sides.function(side)
    assert function is not None
    scheme = function.scheme
    met, other = (scheme.output, scheme.input) if side == "output" else (scheme.input, scheme.output)
    path = sides.before if side == "output" else ()
    variable, inside = variable_at(met, path)
    if variable in variables(other):
        return False
    needs = [need.name for need in scheme.requirements if need.type is variable]
    return not needs or (not inside and not any(any(constraints.check(name, type)) for name in needs))


def _is_simple(place: Place) -> bool:
    return takes_optional(place.node)


def _is_whole(place: Place) -> bool:
    return isinstance(place.node, syntax.OptionalType | syntax.TypeName) or takes_optional(place.node)


def takes_optional(node: syntax.TypeExpr) -> bool:
    """Whether `optional` may stand right before a written type."""
    return isinstance(node, syntax.RecordType | syntax.ListType | syntax.TupleType) or (
        isinstance(node, syntax.TypeName) and not node.args
    )


def _is_generic(place: Place) -> bool:
    """Whether a written type stands for what each use of a declaration gives it."""
    return place.owner is not None and bool(place.owner.parameters)


def _text(place: Place, node: syntax.Node) -> str:
    return place.module.source.text[node.start : node.end]


def _item_text(place: Place) -> str:
    assert isinstance(place.node, syntax.OptionalType)
    return _text(place, place.node.item)


def opened(declarations: Declarations, function: FunctionInterface) -> Fix | None:
    """A fix that lets a function pass on the fields that it does not know, where both of its sides are records; in its
    output alone where its input has a name for them."""
    module, decl = declarations.function(function) or (None, None)
    if module is None or not isinstance(decl, syntax.FunDecl):
        return None
    taken, given = decl.type.input, decl.type.output
    if not isinstance(taken, syntax.RecordType) or not isinstance(given, syntax.RecordType) or given.tail is not None:
        return None
    text = module.source.text[decl.start : decl.end]
    rest = next((name for name in ("r", "rest", "others") if not re.search(rf"\b{name}\b", text)), None)
    named = None if taken.tail is None else taken.tail.name
    rest = rest if named is None else named.text
    if rest is None or (taken.tail is not None and named is None):
        return None
    edits = []
    for side in (taken, given) if named is None else (given,):
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


def one_payload(sides: Sides, name: str, payload: Type, *, given: bool) -> tuple[Fix, ...]:
    """Fixes for a constructor with something on one side alone, on the producer's if that is ``given``: the other side
    gets it too, or this one loses it."""
    text = _constructor(name, payload)
    offers = []
    for side, instead in (("input", text if given else name), ("output", name if given else text)):
        place = sides.needed if side == "input" else sides.given
        if place is None or instead is None or not isinstance(place.node, syntax.SumType):
            continue
        own = next((one for one in place.node.constructors if one.name.text == name), None)
        if own is not None:
            title = f"write `{cut(instead)}` in {_where(place, sides, side)}"
            offers.append(Fix(title, (Edit(place.span(own), instead),), _MAYBE))
    return tuple(offers)


def added_fields(sides: Sides, needed: RecordType, labels: Sequence[str]) -> Fix | None:
    """A fix that adds fields to the record that the producer gives."""
    place = sides.given
    if place is None or _is_generic(place) or not isinstance(place.node, syntax.RecordType) or not place.node.fields:
        return None
    if any(field.name.text in labels for field in place.node.fields):
        return None  # a stage between the two takes it away
    types = dict(needed.fields)
    shared = needed.tail is not None or len(labels) < len(types)
    bound = sides.producer is not None and bool(sides.producer.scheme.requirements)
    if len(labels) > MOST_ADDED or (not shared and (bound or len(labels) > 1)):
        return None  # the two have little in common
    if not all(types[one].ground and not _holds_sum(types[one]) for one in labels):
        return None
    added = ", ".join(f"{show_field(one)} : {show(types[one], expand=True)}" for one in labels)
    end = place.node.fields[-1].end
    edit = Edit(place.module.source.span(end, end), f", {added}")
    return Fix(f"add `{cut(added)}` to {_where(place, sides, 'output')}", (edit,), _MAYBE)


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
