"""The types that may be written at a cursor, and what may stand inside them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.cursor import Cursor, Symbol
from nscompiler.ide.explained import TYPES
from nscompiler.ide.fragments import Fragments, closed
from nscompiler.ide.imports import importable
from nscompiler.ide.offers import Offer, OfferKind, Subject, closeness
from nscompiler.ide.places import flow_of, place_of
from nscompiler.ide.program import Program
from nscompiler.typecheck.scope import BUILT_IN_ARITY
from nscompiler.typecheck.spelling import spelt
from nscompiler.types.interface import TypeInterface
from nscompiler.types.show import show, show_field
from nscompiler.types.types import SCALARS, Sum, Type


@attrs.frozen(slots=True)
class Angles:
    """The ``< >`` that a cursor is in: the function's name, the types before it, and where its stage starts."""

    use: str
    given: tuple[str, ...]
    at: int


def angles_at(cursor: Cursor, symbols: Sequence[Symbol]) -> Angles | None:
    """The type arguments that a cursor is in; None where it is in none."""
    names = [symbol.name for symbol in symbols]
    at = next((i for i in range(len(names) - 1, 0, -1) if names[i] == "LESSTHAN"), None)
    if at is None:
        return None
    use = cursor.written(symbols[at - 1].start, symbols[at].start)
    # `A.f` is still three symbols: the rest of the name stands before.
    if names[at - 1] == "NAME" and at >= 3 and names[at - 2] == "DOT":
        at -= 2
        use = cursor.written(symbols[at - 1].start, symbols[at + 2].start)
    opened = next(symbol.start for symbol in reversed(symbols) if symbol.name == "LESSTHAN")
    return Angles(use, _arguments(cursor.text[opened + 1 : cursor.start]), at - 1)


def _arguments(text: str) -> tuple[str, ...]:
    """The types between commas, but for the last, which is being written."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
    return tuple(found)


def neighbours(cursor: Cursor, angles: Angles, fragments: Fragments, symbols: Sequence[Symbol]) -> Type | None:
    """The type that the stages around a function say for the argument that is being written."""
    place = place_of(cursor, symbols[: angles.at])
    flow = flow_of(place, fragments)
    given = "".join(f"{one}, " for one in angles.given)
    found = fragments.infer(f"{angles.use}<{given}_>")
    if found is None:
        return None
    expr, typed = found
    if flow.given is not None and typed.arrow.input is not fragments.types.void:
        fragments.joins(flow.given, typed.arrow.input)
    if flow.needed is not None and typed.arrow.output is not fragments.types.void:
        fragments.joins(typed.arrow.output, flow.needed)
    fact = fragments.inference.uses.get(expr)
    if fact is None or len(fact.arguments) <= len(angles.given):
        return None
    return closed(fragments.types, fragments.store.resolve(fact.arguments[len(angles.given)]))


class TypeOffers:
    """The offers for one cursor at which a type may stand."""

    def __init__(self, program: Program, path: str, module: syntax.Module, cursor: Cursor) -> None:
        self._program, self._path, self._module, self._cursor = program, path, module, cursor
        self._fragments = Fragments(program, path)

    def argument(self, angles: Angles, symbols: Sequence[Symbol]) -> Iterator[Offer]:
        """The type that its neighbours say, then ``_``, then all others."""
        said = neighbours(self._cursor, angles, self._fragments, symbols)
        text = None if said is None else spelt(self._fragments.scope, said)
        if text is not None and self._cursor.qualifier is None:
            yield Offer(text, OfferKind.TYPE, text, 0, "what the stages beside it say", filter=text)
        if self._cursor.qualifier is None:
            yield Offer("_", OfferKind.KEYWORD, "_", 3, "left to inference")
        for offer in self.types():
            if offer.label != text and offer.label != "Void":
                yield offer

    def types(self, variables: bool = False) -> Iterator[Offer]:
        """All types in scope, and with a word those that an import would bring; ``variables`` where new type variables
        may be introduced."""
        scope, qualifier = self._fragments.scope, self._cursor.qualifier
        if qualifier is None:
            yield from (self._own(name, one) for name, one in scope.types.items())
            yield from self._built_in()
            if variables:
                yield from self._variables()
            yield Offer("optional", OfferKind.KEYWORD, "optional ", 3, "a value or nothing", filter="optional")
        for alias in scope.imports:
            interface = scope.imports[alias] if qualifier in (None, alias) else None
            for name, one in ({} if interface is None else interface.types).items():
                yield self._qualified(alias, name, one)

    def elsewhere(self) -> Iterator[Offer]:
        """Types of modules that are not imported, with the import."""
        for one in importable(self._program, self._path, self._module, self._cursor.word, types=True):
            interface = self._program.interface(one.path)
            for name, type in ({} if interface is None else interface.types).items():
                if closeness(self._cursor.word, name) is not None:
                    offer = self._qualified(one.alias, name, type)
                    yield attrs.evolve(offer, edits=(one.edit,), rank=1, group=4, note=f"import {one.reference}")

    def _own(self, name: str, one: TypeInterface) -> Offer:
        return Offer(
            label=name,
            kind=OfferKind.TYPE,
            insert=name,
            group=1,
            snippet=_applied(name, one),
            detail=show(one.body, expand=True, room=200),
            filter=name,
            deprecated=one.deprecated is not None,
            subject=Subject(one.module, name),
        )

    def _qualified(self, alias: str, name: str, one: TypeInterface) -> Offer:
        whole = f"{alias}.{name}"
        own = self._own(name, one)
        return attrs.evolve(
            own,
            label=whole,
            insert=whole,
            snippet=_applied(whole, one),
            group=2,
            filter=name if self._cursor.qualifier is None else whole,
        )

    def _built_in(self) -> Iterator[Offer]:
        arity = dict.fromkeys((*SCALARS, "Void"), 0) | BUILT_IN_ARITY
        holes = {1: " ${1:Text}", 2: " ${1:3} ${2:Double}", 3: " ${1:2} ${2:3} ${3:Double}"}
        for rank, (name, count) in enumerate(arity.items()):
            snippet = name + holes[count] if count else ""
            doc = TYPES.get(name, "")
            yield Offer(name, OfferKind.TYPE, name, 2, snippet=snippet, rank=rank + 1, filter=name, documentation=doc)

    def _variables(self) -> Iterator[Offer]:
        """The type variables that the declaration has already."""
        text = self._cursor.text[self._cursor.item : self._cursor.start]
        words = dict.fromkeys(_small_words(text))
        for name in words:
            yield Offer(name, OfferKind.TYPE_VARIABLE, name, 1, "type variable")

    # --- inside types

    def fields(self) -> Iterator[Offer]:
        """Fields of the records in scope that have a name in it, with their types: records of a project resemble."""
        found: dict[str, dict[str, None]] = {}
        taken = set(_labels(self._cursor))
        for decl in self._module.declarations:
            for node in walk(decl):
                if isinstance(node, syntax.FieldDecl) and not decl.start <= self._cursor.start <= decl.end:
                    text = self._module.source.text[node.type.start : node.type.end]
                    found.setdefault(show_field(node.name.text), {}).setdefault(text)
        for interface in self._fragments.scope.imports.values():
            for one in () if interface is None or interface.standard else interface.types.values():
                for label, type in getattr(one.body, "fields", ()):
                    text = spelt(self._fragments.scope, type) or ""
                    if text:
                        found.setdefault(show_field(label), {}).setdefault(text)
        for label, types in found.items():
            for rank, text in enumerate(types):
                if label not in taken:
                    whole = f"{label} : {text}"
                    yield Offer(whole, OfferKind.FIELD, whole, 1, "a field elsewhere", filter=label, rank=rank)

    def constructors(self) -> Iterator[Offer]:
        """Constructors of the sums in scope, for a sum that is to hold them too."""
        for interface in (self._fragments.interface, *self._fragments.scope.imports.values()):
            for one in () if interface is None else interface.types.values():
                if isinstance(one.body, Sum):
                    for name, payload in one.body.constructors:
                        text = name if payload is None else f"{name} {_payload(spelt(self._fragments.scope, payload))}"
                        detail = f"as in {one.name}"
                        yield Offer(text, OfferKind.CONSTRUCTOR, text, 3, detail, filter=name)


def _payload(text: str | None) -> str:
    if text is None:
        return "()"
    return f"({text})" if " " in text and text[0] not in "([{" else text


def _applied(name: str, one: TypeInterface) -> str:
    holes = [f"${{{place}:{variable.name or 'a'}}}" for place, variable in enumerate(one.parameters, 1)]
    return " ".join((name, *holes)) if holes else ""


def _small_words(text: str) -> Iterator[str]:
    """Type variables, going by how they are written in a signature."""
    import_free = text.partition(":")[2]
    word = ""
    for sign in import_free + " ":
        if sign.isalnum() or sign in "_'":
            word += sign
            continue
        if word and word[0].islower() and word not in _KEYWORDS and sign != ":":
            yield word
        word = ""


_KEYWORDS = frozenset(("optional", "where", "with", "is", "true", "false"))


def _labels(cursor: Cursor) -> Iterator[str]:
    """The fields of the record type that is being written, on both sides of the cursor."""
    from_open = cursor.text[cursor.text.rfind("{", 0, cursor.start) + 1 : cursor.start]
    for part in from_open.split(","):
        yield part.partition(":")[0].strip()
    texts = cursor.rest.texts
    yield from (one for one, sign in pairwise(texts) if sign == ":")
