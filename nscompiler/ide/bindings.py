"""What may be written inside ``{ }`` behind a stage: parameters that can still be set, and their values."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import attrs

from nscompiler.grammar.text import quote
from nscompiler.ide import explained
from nscompiler.ide.cursor import Cursor, Symbol, until_closed
from nscompiler.ide.fragments import Fragments
from nscompiler.ide.hover_functions import declared_parameter
from nscompiler.ide.names import Names
from nscompiler.ide.offers import Offer, OfferKind
from nscompiler.ide.program import Program
from nscompiler.typecheck.params import POLICY, readers_of, show_type, takes_policy
from nscompiler.types.interface import ParameterRow, ParameterType, Settable

_ENVIRONMENT = re.compile(r"\$([A-Za-z_]\w*)")
_DURATIONS = ("1s", "30s", "5m", "1h", "1d")


@attrs.frozen(slots=True)
class Braces:
    """The ``{ }`` that a cursor is in: the text of what it is behind, the parameters that it sets already, and the one
    whose value is being written (with ``listed``, an item of it), if one is."""

    function: str
    bound: tuple[str, ...]
    value_of: str | None
    listed: bool
    index: int
    start: int


def braces_at(cursor: Cursor, symbols: Sequence[Symbol] | None = None) -> Braces | None:
    """The bindings that a cursor is in; None where it is in none."""
    symbols = cursor.stack.symbols() if symbols is None else symbols
    names = [symbol.name for symbol in symbols]
    at = next((i for i in range(len(names) - 1, 0, -1) if names[i] == "LBRACE" and names[i - 1] in _APPLIED), None)
    if at is None or "RBRACE" in names[at:]:
        return None
    inner, value = names[at + 1 :], None
    if "EQUAL" in inner:
        equal = at + 1 + inner.index("EQUAL")
        value = cursor.text[symbols[equal - 1].start : symbols[equal].start].strip()
    left = cursor.text[symbols[at].start : cursor.start]
    index = len(re.findall(r",", _outside_brackets(left[1:])))
    bound = (*_bound(left[1:]), *_bound_behind(cursor, value is not None))
    function = cursor.written(symbols[at - 1].start, symbols[at].start)
    return Braces(
        function, tuple(one for one in bound if one != value), value, "LSQB" in inner, index, symbols[at].start
    )


_APPLIED = frozenset(("suffixed", "application", "primary", "use", "LNAME", "UNAME", "NAME"))


def _outside_brackets(text: str) -> str:
    """A text without its quoted and bracketed parts."""
    return re.sub(r"\[[^\]]*\]?", "[]", re.sub(r'"(?:[^"\\\n]|\\.)*"?', '""', text))


def _bound(text: str) -> list[str]:
    return re.findall(r"([^\W\d][\w']*)\s*=", _outside_brackets(text))


def _bound_behind(cursor: Cursor, in_value: bool) -> list[str]:
    """The parameters that are set between the cursor and the bracket that closes."""
    length = until_closed(cursor.rest)
    texts = cursor.rest.texts[:length]
    return [name for name, sign in pairwise(texts) if sign == "=" and name.isidentifier()]


def row_behind(braces: Braces, fragments: Fragments) -> ParameterRow | None:
    """The parameters that can be set in some braces."""
    found = fragments.infer(braces.function)
    return None if found is None else found[1].row


# --- parameters


def parameter_offers(row: ParameterRow, braces: Braces, cursor: Cursor, documents: "Documents") -> Iterator[Offer]:
    """The parameters that can be set and are not, those first that must be."""
    follows = cursor.following == "="
    for name, readers in readers_of(row).items():
        if name not in braces.bound:
            yield _parameter(name, readers, follows, documents)
    for name, type in POLICY.items():
        if name not in braces.bound and name not in readers_of(row) and takes_policy(row, name):
            yield Offer(
                label=name,
                kind=OfferKind.PARAMETER,
                insert=name if follows else f"{name} = ",
                snippet="" if follows else f"{name} = {placeholder(type, 1)}",
                group=2,
                detail=show_type(type),
                note="every function",
                filter=name,
                documentation=explained.POLICY[name],
            )


def _parameter(name: str, readers: Sequence[Settable], follows: bool, documents: "Documents") -> Offer:
    required = any(one.required for one in readers)
    types = dict.fromkeys(show_type(one.type) for one in readers)
    default = next((documents.default(one) for one in readers if not one.required), "")
    return Offer(
        label=name,
        kind=OfferKind.PARAMETER,
        insert=name if follows else f"{name} = ",
        snippet="" if follows else f"{name} = {placeholder(readers[0].type, 1, readers[0].default)}",
        group=0 if required else 1,
        detail=" or ".join(types) + (f" = {default}" if default and not required else ""),
        note=("required by " if required else "") + ", ".join(dict.fromkeys(one.reader for one in readers)),
        filter=name,
        documentation=documents.of(readers[0]),
    )


class Documents:
    """What the authors of parameters say of them."""

    def __init__(self, program: Program) -> None:
        self._names = Names(program)

    def of(self, one: Settable) -> str:
        """The doc comment of a parameter's declaration; empty where there is none."""
        node = declared_parameter(self._names, one)
        return "" if node is None else node.doc or ""

    def default(self, one: Settable) -> str:
        """A parameter's default, as its declaration has it; empty where it must be set."""
        node = declared_parameter(self._names, one)
        if one.required:
            return ""
        return shown_value(one.default) if node is None or node.default is None else node.default.raw


def filled(required: Iterable[Settable]) -> str:
    """Braces that set some parameters, with places to fill in."""
    parts = [f"{one.name} = {placeholder(one.type, place)}" for place, one in enumerate(_once(required), 1)]
    return f" {{ {', '.join(parts)} }}"


def _once(required: Iterable[Settable]) -> list[Settable]:
    return [*{one.name: one for one in reversed([*required])}.values()][::-1]


def placeholder(type: ParameterType, place: int, default: object = None) -> str:
    """A literal of a parameter's type as a place of a snippet."""
    match type.kind:
        case "enum":
            choices = ",".join(_escaped(quote(choice)[1:-1], ",|") for choice in type.choices)
            return f'"${{{place}|{choices}|}}"'
        case "Boolean":
            return f"${{{place}|true,false|}}" if default is not True else f"${{{place}|false,true|}}"
        case "Integer":
            return f"${{{place}:{default if isinstance(default, int) else 1}}}"
        case "Double":
            return f"${{{place}:{default if isinstance(default, float) else 0.5}}}"
        case "list":
            item = f'"${{{place}}}"' if type.item is not None and type.item.kind == "Text" else f"${{{place}}}"
            return f"[{item}]"
        case "Duration":
            return f'"${{{place}:30s}}"'
    if isinstance(default, str) and default:
        return f'"${{{place}:{_escaped(quote(default)[1:-1], "")}}}"'
    return f'"${{{place}}}"'


def _escaped(text: str, signs: str) -> str:
    return re.sub(rf"[\\$}}{signs}]", r"\\\g<0>", text)


def shown_value(value: object) -> str:
    """A default as a literal."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value)
        case tuple() | list():
            return f"[{', '.join(shown_value(item) for item in value)}]"
    return str(value)


# --- values


def value_offers(row: ParameterRow, braces: Braces, cursor: Cursor, program: Program, path: str) -> Iterator[Offer]:
    """What a parameter may be set to."""
    name = braces.value_of or ""
    types = [one.type for one in readers_of(row).get(name, ())]
    if not types and name in POLICY:
        types = [POLICY[name]]
    if braces.listed:
        types = [type.item for type in types if type.item is not None]
    yield from values_of(types, cursor.quoted)
    if not cursor.quoted:
        yield from _environment(program, path, cursor)


def values_of(types: Iterable[ParameterType], quoted: bool) -> Iterator[Offer]:
    """The literals that some types have, as far as they can be told."""
    offered: dict[str, int] = {}
    for type in types:
        match type.kind:
            case "enum":
                texts = [quote(choice) for choice in type.choices]
            case "Boolean":
                texts = [] if quoted else ["true", "false"]
            case "Duration":
                texts = [quote(one) for one in _DURATIONS]
            case _:
                texts = []
        for place, text in enumerate(texts):
            offered.setdefault(text, place)
        if not texts and not quoted and type.kind in ("Text", "list"):
            empty = '""' if type.kind == "Text" else "[]"
            yield Offer(empty, OfferKind.VALUE, empty, 2, show_type(type), snippet=placeholder(type, 1))
    for text, place in offered.items():
        yield Offer(text, OfferKind.VALUE, text, 0, rank=place, filter=text)


def _environment(program: Program, path: str, cursor: Cursor) -> Iterator[Offer]:
    names: dict[str, str] = {}
    for other in program.paths_of_all:
        source = program.text(other)
        if source is not None and "$" in source.text:
            names.update((name, other) for name in environment_names(source.text))
    names.pop(cursor.word.removeprefix("$"), None)
    for name in sorted(names):
        text = f"${name}"
        yield Offer(text, OfferKind.ENVIRONMENT, text, 1, "from the environment", filter=text)


@lru_cache(maxsize=256)
def environment_names(text: str) -> frozenset[str]:
    """The variables of the environment that a text names."""
    return frozenset(_ENVIRONMENT.findall(text))
