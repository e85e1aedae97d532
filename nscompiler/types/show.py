"""Types as text: by the author's names, written out, or only where two differ."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from nscompiler.diagnostics.model import Segment, TypeDiff
from nscompiler.grammar.text import is_plain_name, quote
from nscompiler.types.interface import Scheme
from nscompiler.types.types import (
    MAX_DEPTH,
    Alias,
    App,
    ErrorType,
    Record,
    Scalar,
    SizeType,
    Sum,
    Type,
    Var,
    VoidType,
    parts,
    variables,
)

# The longest text that is written for one type, in characters; a little more, as what was begun is closed.
ROOM = 4000
# How many types a sentence names, and how many places are counted.
MOST_NAMED = 3
MOST_PLACES = 1000


class Names:
    """Readable names for variables: the author's where there is one, else ``a``, ``b`` … in order of first appearance.

    Row variables in ``hidden`` print as the end of a closed record.
    """

    def __init__(
        self,
        known: Mapping[Var, str] | None = None,
        hidden: frozenset[Var] = frozenset(),
        spell: Callable[[Alias], str | None] | None = None,
    ) -> None:
        self._known = dict(known or {})
        self._taken = set(self._known.values())
        self.hidden = hidden
        self._spell = spell

    def of_type(self, alias: Alias) -> str | None:
        """What a declared type is called here; None where it has no name and is written out."""
        return alias.name if self._spell is None else self._spell(alias)

    def of(self, variable: Var) -> str:
        """The name of a variable, the same at every call."""
        name = self._known.get(variable)
        if name is None:
            name = self._known[variable] = self._fresh(variable)
            self._taken.add(name)
        return name

    def _fresh(self, variable: Var) -> str:
        if variable.name and variable.name not in self._taken:
            return variable.name
        letters = {"row": "rstuvwxyz", "size": "nmkl"}.get(variable.kind, "abcdefghijklmopq")
        for turn in count(1):
            for letter in letters:
                name = letter if turn == 1 else f"{letter}{turn}"
                if name not in self._taken:
                    return name
        raise AssertionError("there are always more names")


def show(type: Type, names: Names | None = None, *, expand: bool = False, room: int = ROOM) -> str:
    """One type. ``expand`` writes aliases out, the outermost one too. What does not fit in ``room`` characters is
    ``…``."""
    return _Printer(names or Names(), expand, room).show(type, 0)


def show_arrow(input: Type, output: Type, names: Names | None = None, *, expand: bool = False) -> str:
    """``A -> B``."""
    names = names or Names(hidden=lone_tails(input, output))
    return f"{show(input, names, expand=expand)} -> {show(output, names, expand=expand)}"


def show_scheme(scheme: Scheme, *, expand: bool = False, spell: Callable[[Alias], str | None] | None = None) -> str:
    """``A -> B where a is CsvRow``; a tail that nothing else mentions prints as closed. ``spell`` writes the names of
    declared types, as in ``Names``."""
    lone = lone_tails(scheme.input, scheme.output, *(need.type for need in scheme.requirements))
    names = Names(hidden=lone, spell=spell)
    text = show_arrow(scheme.input, scheme.output, names, expand=expand)
    needs = [f"{_Printer(names, expand, ROOM).show(need.type, 1)} is {need.name}" for need in scheme.requirements]
    return f"{text} where {', '.join(needs)}" if needs else text


def lone_tails(*types: Type) -> frozenset[Var]:
    """The row variables without a name of the author's that occur once in all of the types together."""
    counts: dict[Type, int] = {}
    stack = list(types)
    while stack:
        part = stack.pop()
        met = counts[part] = counts.get(part, 0) + 1
        if not part.ground and met <= 2:
            # What a part holds that is met twice is met twice; how often beyond that does not matter.
            stack.extend(parts(part))
    return frozenset(
        var for var, met in counts.items() if met == 1 and isinstance(var, Var) and var.kind == "row" and not var.name
    )


def show_field(label: str) -> str:
    """A field's name as a program writes it: in quotes where it needs them."""
    return label if is_plain_name(label) else quote(label)


class _Printer:
    """Writes types in limited room: a type that is shared inside may be longer than any memory when written out."""

    def __init__(self, names: Names, expand: bool, room: int) -> None:
        self._names = names
        self._expand = expand
        self._room = room
        self._depth = 0

    def show(self, type: Type, precedence: int) -> str:
        if self._room < 0 or self._depth > MAX_DEPTH:
            return "…"
        self._depth += 1
        text = self._show(type, precedence)
        self._depth -= 1
        return text

    def _show(self, type: Type, precedence: int) -> str:
        name = None if type.alias is None or self._expand else self._names.of_type(type.alias)
        if name is not None and type.alias is not None:
            return self._applied(name, type.alias.args, precedence)
        match type:
            case App():
                return self._app(type, precedence)
            case Record():
                return self._record(type)
            case Sum():
                text = self._sum(type)
                return f"({text})" if precedence else text
        return self._spent(self._leaf(type))

    def unnamed(self, type: App) -> str:
        """A list, optional, map, tuple or vector without the name that it may have."""
        return self._app(type, 0)

    def _spent(self, text: str) -> str:
        self._room -= len(text) + 2
        return text

    def _leaf(self, type: Type) -> str:
        match type:
            case Scalar():
                return type.name
            case VoidType():
                return "Void"
            case ErrorType():
                return "_"
            case SizeType():
                return str(type.value)
            case Var():
                return self._names.of(type)
        raise AssertionError(type)

    def _all(self, types: Sequence[Type], precedence: int) -> list[str]:
        shown = []
        for type in types:
            if self._room < 0:
                shown.append("…")
                break
            shown.append(self.show(type, precedence))
        return shown

    def _applied(self, head: str, args: Sequence[Type], precedence: int) -> str:
        head = self._spent(head)
        if not args:
            return head
        text = " ".join([head, *self._all(args, 1)])
        return f"({text})" if precedence else text

    def _sum(self, type: Sum) -> str:
        shown = []
        for name, payload in type.constructors:
            if self._room < 0:
                shown.append("…")
                break
            name = self._spent(name)
            shown.append(name if payload is None else f"{name} {self.show(payload, 1)}")
        return " | ".join(shown)

    def constructor(self, name: str, payload: Type | None) -> str:
        """One constructor of a sum."""
        return name if payload is None else f"{name} {self.show(payload, 1)}"

    def _app(self, type: App, precedence: int) -> str:
        if type.constructor == "list":
            return f"[{self.show(type.items[0], 0)}]"
        if type.constructor == "tuple":
            return f"({', '.join(self._all(type.items, 0))})"
        if type.constructor == "vector":
            size, item = type.items
            if isinstance(item, App) and item.constructor == "vector" and (item.alias is None or self._expand):
                return self._applied("Matrix", (size, *item.items), precedence)
            return self._applied("Vector", type.items, precedence)
        return self._applied({"optional": "optional", "map": "Map"}[type.constructor], type.items, precedence)

    def _record(self, type: Record) -> str:
        shown = []
        for label, part in type.fields:
            if self._room < 0:
                shown.append("…")
                break
            shown.append(f"{self._spent(show_field(label))} : {self.show(part, 0)}")
        fields = ", ".join(shown)
        tail = type.tail
        if tail is None or tail in self._names.hidden:
            return f"{{ {fields} }}" if fields else "{}"
        return f"{{ {fields} | {self._leaf(tail)} }}" if fields else f"{{ | {self._leaf(tail)} }}"


def difference_and_rest(
    expected: Type, found: Type, names: Names | None = None, near: frozenset[str] | None = None
) -> tuple[TypeDiff, str | None]:
    """Two types, written out only where they differ; what differs carries the role ``differs``. Two records or sums are
    written out once; with it comes a sentence on where else they meet, None if nowhere.

    Where fields are missing, those that the other record has beyond are no fault of it: only those in ``near`` are
    written, of which one may be meant. With None all are: then neither record is meant to do for the other.
    """
    names = names or Names(hidden=lone_tails(expected, found))
    passing = _Passing(near=near)
    if passing.passes(found, expected):  # then it is not for a part of it that the one does not do for the other
        passing = _Passing(exact=True, near=near)
    left, right = _Side(names, passing), _Side(names, passing)
    if max(expected.depth, found.depth) > MAX_DEPTH:
        left.add_type(expected, "differs")
        right.add_type(found, "differs")
    else:
        _diff(expected, found, left, right)
    return TypeDiff(_joined(left.segments), _joined(right.segments)), passing.told.sentence(names)


class _Told:
    """The pairs of records and of sums that are written out already: each is written out once, however many fields
    have it."""

    def __init__(self, passing: "_Passing") -> None:
        self._passing = passing
        self._pairs: set[tuple[Type, Type]] = set()
        self._again: list[Type] = []

    def add(self, expected: Type, found: Type) -> None:
        """Note that a pair is written out."""
        self._pairs.add((expected, found))

    def repeats(self, expected: Type, found: Type) -> bool:
        """Whether all that differs between two types is written out already; if so, it is counted."""
        told = self._has(expected, found)
        if told:
            self._count(expected, found)
        return told

    def _count(self, expected: Type, found: Type) -> None:
        if len(self._again) > MOST_PLACES:
            return
        if isinstance(found, App) and isinstance(expected, App) and found.alias is None:
            for mine, theirs in zip(expected.items, found.items, strict=True):
                if not self._passing.passes(theirs, mine):
                    self._count(mine, theirs)
        else:
            self._again.append(found)

    def _has(self, expected: Type, found: Type) -> bool:
        if (expected, found) in self._pairs:
            return True
        inside: list[tuple[Type, Type]] = []
        match expected, found:
            case App(), App() if _same_shape(expected, found):
                inside = list(zip(expected.items, found.items, strict=True))
            case Record(), Record() if expected.tail is None and not set(expected.labels) - set(found.labels):
                theirs = dict(found.fields)
                inside = [(type, theirs[label]) for label, type in expected.fields]
        inside = [pair for pair in inside if not self._passing.passes(pair[1], pair[0])]
        has = bool(inside) and all(self._has(*pair) for pair in inside)
        if has:
            self._pairs.add((expected, found))
        return has

    def sentence(self, names: Names) -> str | None:
        """Where else the same differs."""
        if not self._again:
            return None
        count = len(self._again)
        places = (
            "one more place" if count == 1 else f"{count} more places" if count <= MOST_PLACES else "many more places"
        )
        aliases = [None if type.alias is None else names.of_type(type.alias) for type in self._again]
        named = list(dict.fromkeys(f"`{name}`" for name in aliases if name is not None))
        if None in aliases or len(named) > MOST_NAMED:
            return f"the same differs in {places}"
        return f"the same differs in {places}, wherever {' or '.join(named)} stands"


class _Side:
    """One of two types that are written beside each other."""

    def __init__(self, names: Names, passing: "_Passing") -> None:
        self.names = names
        self.passing = passing
        self.segments: list[Segment] = []
        self._room = ROOM

    @property
    def full(self) -> bool:
        """Whether there is no more room."""
        return self._room < 0

    def add(self, text: str, role: str = "same") -> None:
        self._room -= len(text)
        self.segments.append(Segment(text, role))

    def add_type(self, type: Type, role: str = "same", *, expand: bool = False) -> None:
        self.add(self.shown(type, expand=expand), role)

    def shown(self, type: Type, *, expand: bool = False) -> str:
        """A type; a name for a list or an optional would hide what the difference is."""
        room = max(self._room, 0)
        if isinstance(type, App) and not expand:
            return _Printer(self.names, False, room).unnamed(type)
        return show(type, self.names, expand=expand, room=room)

    def beside(self) -> "_Side":
        """A side of a part, to be put in later."""
        return _Side(self.names, self.passing)

    def add_argument(self, part: "_Side") -> None:
        """What was written beside it, in brackets where it would run into what stands around it."""
        text = "".join(segment.text for segment in part.segments)
        brackets = " " in text and text[0] not in "[({"
        self.add("(" if brackets else "")
        for segment in part.segments:
            self.add(segment.text, segment.role)
        self.add(")" if brackets else "")

    def add_rest(self, type: Record) -> None:
        """What stands after a record's fields."""
        tail = type.tail
        if isinstance(tail, Var) and tail not in self.names.hidden:
            self.add(f" | {self.names.of(tail)}")
        self.add(" }")


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].role == segment.role:
            joined[-1] = Segment(joined[-1].text + segment.text, segment.role)
        elif segment.text:
            joined.append(segment)
    return tuple(joined)


def _diff(expected: Type, found: Type, left: _Side, right: _Side) -> None:
    if left.full or right.full:
        left.add("…")
        right.add("…")
    elif left.passing.passes(found, expected):
        left.add_type(expected)
        right.add_type(found)
    elif isinstance(expected, App) and isinstance(found, App) and _same_shape(expected, found):
        _diff_items(expected, found, left, right)
    elif isinstance(expected, Record) and isinstance(found, Record):
        left.passing.told.add(expected, found)
        _diff_records(expected, found, left, right)
    elif isinstance(expected, Sum) and isinstance(found, Sum):
        left.passing.told.add(expected, found)
        _diff_sums(expected, found, left, right)
    else:
        clash = left.shown(expected) == right.shown(found)
        left.add_type(expected, "differs", expand=clash)
        right.add_type(found, "differs", expand=clash)


def _diff_items(expected: App, found: App, left: _Side, right: _Side) -> None:
    if _is_matrix(expected) and _is_matrix(found):
        _diff_matrices(expected, found, left, right)
        return
    if _is_matrix(expected) or _is_matrix(found):
        left.add_type(expected, "differs")
        right.add_type(found, "differs")
        return
    opening, between, closing = _brackets(expected)
    for place, (mine, theirs) in enumerate(zip(expected.items, found.items, strict=True)):
        text = between if place else opening
        left.add(text)
        right.add(text)
        if not left.passing.passes(theirs, mine) and left.passing.told.repeats(mine, theirs):
            left.add("…")
            right.add("…")
        elif closing:
            _diff(mine, theirs, left, right)
        else:
            inside = left.beside(), right.beside()
            _diff(mine, theirs, *inside)
            left.add_argument(inside[0])
            right.add_argument(inside[1])
    left.add(closing)
    right.add(closing)


def _is_matrix(type: Type) -> bool:
    inner = type.items[-1] if isinstance(type, App) and type.constructor == "vector" else None
    return isinstance(inner, App) and inner.constructor == "vector"


def _diff_matrices(expected: App, found: App, left: _Side, right: _Side) -> None:
    """Two vectors of vectors, as the matrices that they are."""
    inner, other = expected.items[-1], found.items[-1]
    assert isinstance(inner, App)
    assert isinstance(other, App)
    pairs = ((expected.items[0], found.items[0]), *zip(inner.items, other.items, strict=True))
    for side in (left, right):
        side.add("Matrix")
    for mine, theirs in pairs:
        inside = left.beside(), right.beside()
        _diff(mine, theirs, *inside)
        for side, part in zip((left, right), inside, strict=True):
            side.add(" ")
            side.add_argument(part)


class _Passing:
    """Whether parts may stand where others are expected: equal, an Integer for a Double, a value for an optional one,
    and so on inside, unless only what is equal counts (``exact``). What variables stand for is not known here."""

    def __init__(self, exact: bool = False, near: frozenset[str] | None = None) -> None:
        self._exact = exact
        self.near = near
        self._known: dict[tuple[Type, Type], bool] = {}
        self.told = _Told(self)

    def passes(self, found: Type, expected: Type) -> bool:
        """Whether the one does for the other."""
        if found.canon is expected.canon:
            return True
        if self._exact:
            return False
        held = self._known.get((found, expected))
        if held is None:
            held = self._known[found, expected] = self._inside(found, expected)
        return held

    def _inside(self, found: Type, expected: Type) -> bool:
        match found, expected:
            case Scalar(), Scalar():
                return found.name == "Integer" and expected.name == "Double"
            case App(), App() if _same_shape(found, expected):
                return all(self.passes(one, other) for one, other in zip(found.items, expected.items, strict=True))
            case Record(), Record() if expected.tail is None:
                parts = [(found.field(label), type) for label, type in expected.fields]
                return all(part is not None and self.passes(part, type) for part, type in parts)
            case _, App() if expected.constructor == "optional":
                return self.passes(found, expected.items[0])
        return False


def _same_shape(one: App, other: App) -> bool:
    return one.constructor == other.constructor and len(one.items) == len(other.items)


def _brackets(type: App) -> tuple[str, str, str]:
    return {
        "list": ("[", "", "]"),
        "tuple": ("(", ", ", ")"),
        "optional": ("optional ", "", ""),
        "map": ("Map ", "", ""),
        "vector": ("Vector ", " ", ""),
    }[type.constructor]


def _diff_records(expected: Record, found: Record, left: _Side, right: _Side) -> None:
    """Two records: only the fields that differ are written; the others are ``…``."""
    mine, theirs = dict(expected.fields), dict(found.fields)
    shared: dict[str, tuple[_Side, _Side]] = {}
    for label in mine.keys() & theirs.keys():
        if not left.passing.passes(theirs[label], mine[label]):
            shared[label] = left.beside(), right.beside()
    tail = expected.tail
    # Where nothing is missing, what the found record has beyond is no difference: it is left out.
    missing, near = mine.keys() - theirs.keys(), left.passing.near
    dropped = not missing and (tail is None or tail in left.names.hidden or bool(shared))
    for label in sorted(shared):
        if left.passing.told.repeats(mine[label], theirs[label]):
            del shared[label]
        elif not (left.full or right.full):
            _diff(mine[label], theirs[label], *shared[label])
    _diff_fields(expected, theirs, {label: sides[0] for label, sides in shared.items()}, left)
    known: Mapping[str, Type] = theirs if dropped else mine
    if missing and near is not None:
        known = {label: type for label, type in theirs.items() if label in mine or label not in near}
        if found.alias is not None and not shared and len(known) == len(theirs):
            right.add_type(found)
            return
    _diff_fields(found, known, {label: sides[1] for label, sides in shared.items()}, right)


def _diff_fields(own: Record, other: Mapping[str, Type], differing: Mapping[str, _Side], out: _Side) -> None:
    """One side of two records, with what differs in the fields that both have."""
    out.add("{ ")
    shown = skipped = False
    for label, type in own.fields:
        if out.full or (label in other and label not in differing):
            skipped = True
            continue
        if shown:
            out.add(", ")
        shown = True
        if label in differing:
            out.add(f"{show_field(label)} : ")
            for segment in differing[label].segments:
                out.add(segment.text, segment.role)
        else:
            out.add(f"{show_field(label)} : {out.shown(type)}", "differs")
    if skipped:
        out.add(", …" if shown else "…")
    out.add_rest(own)


def _diff_sums(expected: Sum, found: Sum, left: _Side, right: _Side) -> None:
    """Two sums: only the constructors that differ are written, and of their payloads what differs."""
    mine, theirs = dict(expected.constructors), dict(found.constructors)
    inside: dict[str, tuple[_Side, _Side]] = {}
    repeated: set[str] = set()
    for name in sorted(mine.keys() & theirs.keys()):
        one, other = mine[name], theirs[name]
        if one is None or other is None or one.canon is other.canon or left.full or right.full:
            continue
        if left.passing.told.repeats(one, other):
            repeated.add(name)
            continue
        inside[name] = left.beside(), right.beside()
        _diff(one, other, *inside[name])
    _diff_constructors(expected, theirs, {name: sides[0] for name, sides in inside.items()}, repeated, left)
    _diff_constructors(found, mine, {name: sides[1] for name, sides in inside.items()}, repeated, right)


def _diff_constructors(
    own: Sum, other: Mapping[str, Type | None], inside: Mapping[str, _Side], repeated: set[str], out: _Side
) -> None:
    """One side of two sums; all of it where it has nothing that differs."""
    unlike = [(name, one) for name, one in own.constructors if name not in other or _unlike(one, other[name])]
    differing = [(name, one) for name, one in unlike if name not in repeated]
    for place, (name, payload) in enumerate(differing or own.constructors):
        if out.full:
            break
        out.add(" | " if place else "")
        if name in inside and payload is not None:
            brackets = isinstance(payload, Sum | App) and inside[name].segments[0].text[:1] not in ("[", "(")
            out.add(f"{name} (" if brackets else f"{name} ")
            for segment in inside[name].segments:
                out.add(segment.text, segment.role)
            out.add(")" if brackets else "")
        else:
            text = name if payload is None else _Printer(out.names, False, ROOM).constructor(name, payload)
            out.add(text, "differs" if differing else "same")
    if out.full or 0 < len(differing) < len(own.constructors):
        out.add(" | …")


def _unlike(one: Type | None, other: Type | None) -> bool:
    return _canon(one) is not _canon(other)


def _canon(type: Type | None) -> Type | None:
    return None if type is None else type.canon


def text_of(segments: tuple[Segment, ...]) -> str:
    """The pieces as one text."""
    return "".join(segment.text for segment in segments)


__all__ = [
    "Names",
    "difference_and_rest",
    "lone_tails",
    "show",
    "show_arrow",
    "show_field",
    "show_scheme",
    "text_of",
    "variables",
]
