"""Types as text: by the author's names, written out, or only where two differ."""

import re
from collections.abc import Mapping

from nscompiler.diagnostics.model import Segment, TypeDiff
from nscompiler.types.interface import Scheme
from nscompiler.types.types import App, ErrorType, Record, Scalar, SizeType, Sum, Type, Var, VoidType, variables

_PLAIN_FIELD = re.compile(r"[a-z_][A-Za-z0-9_']*\Z")


class Names:
    """Readable names for variables: the author's where there is one, else ``a``, ``b`` … in order of first appearance.

    Row variables in ``hidden`` print as the end of a closed record.
    """

    def __init__(self, known: Mapping[Var, str] | None = None, hidden: frozenset[Var] = frozenset()) -> None:
        self._known = dict(known or {})
        self._taken = set(self._known.values())
        self.hidden = hidden

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
        for turn in range(1, 1000):
            for letter in letters:
                name = letter if turn == 1 else f"{letter}{turn}"
                if name not in self._taken:
                    return name
        raise AssertionError("out of names")


def show(type: Type, names: Names | None = None, *, expand: bool = False) -> str:
    """One type. ``expand`` writes aliases out, the outermost one too."""
    return _show(type, names or Names(), expand, 0)


def show_arrow(input: Type, output: Type, names: Names | None = None, *, expand: bool = False) -> str:
    """``A -> B``."""
    names = names or Names(hidden=lone_tails(input, output))
    return f"{_show(input, names, expand, 0)} -> {_show(output, names, expand, 0)}"


def show_scheme(scheme: Scheme, *, expand: bool = False) -> str:
    """``A -> B where a is CsvRow``; a tail that nothing else mentions prints as closed."""
    names = Names(hidden=lone_tails(scheme.input, scheme.output))
    text = show_arrow(scheme.input, scheme.output, names, expand=expand)
    needs = [f"{_show(need.type, names, expand, 1)} is {need.name}" for need in scheme.requirements]
    return f"{text} where {', '.join(needs)}" if needs else text


def lone_tails(*types: Type) -> frozenset[Var]:
    """The row variables without a name of the author's that occur once in all of the types together."""
    counts: dict[Var, int] = {}
    stack = list(types)
    while stack:
        part = stack.pop()
        if part.ground:
            continue
        match part:
            case Var():
                counts[part] = counts.get(part, 0) + 1
            case App():
                stack.extend(part.items)
            case Record():
                stack.extend(type for _, type in part.fields)
                if part.tail is not None:
                    stack.append(part.tail)
            case Sum():
                stack.extend(type for _, type in part.constructors if type is not None)
    return frozenset(var for var, count in counts.items() if count == 1 and var.kind == "row" and not var.name)


def show_field(label: str) -> str:
    """A field's name, quoted where it is not a plain one."""
    return label if _PLAIN_FIELD.match(label) else '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _show(type: Type, names: Names, expand: bool, precedence: int) -> str:
    if type.alias is not None and not expand:
        return _applied(type.alias.name, [_show(arg, names, expand, 1) for arg in type.alias.args], precedence)
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
            return names.of(type)
        case App():
            return _show_app(type, names, expand, precedence)
        case Record():
            return _show_record(type, names, expand)
        case Sum():
            text = " | ".join(_constructor(name, payload, names, expand) for name, payload in type.constructors)
            return f"({text})" if precedence else text
    raise AssertionError(type)


def _applied(head: str, args: list[str], precedence: int) -> str:
    if not args:
        return head
    text = " ".join([head, *args])
    return f"({text})" if precedence else text


def _constructor(name: str, payload: Type | None, names: Names, expand: bool) -> str:
    return name if payload is None else f"{name} {_show(payload, names, expand, 1)}"


def _show_app(type: App, names: Names, expand: bool, precedence: int) -> str:
    if type.constructor == "list":
        return f"[{_show(type.items[0], names, expand, 0)}]"
    if type.constructor == "tuple":
        return f"({', '.join(_show(item, names, expand, 0) for item in type.items)})"
    if type.constructor == "vector":
        size, item = type.items
        if isinstance(item, App) and item.constructor == "vector" and item.alias is None:
            args = [size, *item.items]
            return _applied("Matrix", [_show(arg, names, expand, 1) for arg in args], precedence)
        return _applied("Vector", [_show(arg, names, expand, 1) for arg in type.items], precedence)
    head = {"optional": "optional", "map": "Map"}[type.constructor]
    return _applied(head, [_show(type.items[0], names, expand, 1)], precedence)


def _show_record(type: Record, names: Names, expand: bool) -> str:
    fields = ", ".join(f"{show_field(label)} : {_show(part, names, expand, 0)}" for label, part in type.fields)
    tail = type.tail
    if tail is None or tail in names.hidden:
        return f"{{ {fields} }}" if fields else "{}"
    rest = names.of(tail) if isinstance(tail, Var) else _show(tail, names, expand, 0)
    return f"{{ {fields} | {rest} }}" if fields else f"{{ | {rest} }}"


def difference(expected: Type, found: Type, names: Names | None = None) -> TypeDiff:
    """Two types, written out only where they differ; what differs carries the role ``differs``."""
    names = names or Names(hidden=lone_tails(expected, found))
    left: list[Segment] = []
    right: list[Segment] = []
    _diff(expected, found, names, left, right)
    return TypeDiff(_joined(left), _joined(right))


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].role == segment.role:
            joined[-1] = Segment(joined[-1].text + segment.text, segment.role)
        elif segment.text:
            joined.append(segment)
    return tuple(joined)


def _diff(expected: Type, found: Type, names: Names, left: list[Segment], right: list[Segment]) -> None:
    def both(text: str) -> None:
        left.append(Segment(text))
        right.append(Segment(text))

    if expected.canon is found.canon:
        left.append(Segment(_show(expected, names, False, 0)))
        right.append(Segment(_show(found, names, False, 0)))
    elif isinstance(expected, App) and isinstance(found, App) and _same_shape(expected, found):
        opening, between, closing = _brackets(expected)
        both(opening)
        for place, (mine, theirs) in enumerate(zip(expected.items, found.items, strict=True)):
            if place:
                both(between)
            _diff(mine, theirs, names, left, right)
        both(closing)
    elif isinstance(expected, Record) and isinstance(found, Record):
        _diff_records(expected, found, names, left)
        _diff_records(found, expected, names, right)
    elif isinstance(expected, Sum) and isinstance(found, Sum):
        _diff_sums(expected, found, names, left)
        _diff_sums(found, expected, names, right)
    else:
        one, other = _show(expected, names, False, 0), _show(found, names, False, 0)
        clash = one == other
        left.append(Segment(_show(expected, names, clash, 0), "differs"))
        right.append(Segment(_show(found, names, clash, 0), "differs"))


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


def _diff_records(own: Record, other: Record, names: Names, out: list[Segment]) -> None:
    """One side of two records: only the fields that differ are written; the others are ``…``."""
    out.append(Segment("{ "))
    shown = False
    skipped = False
    for label, type in own.fields:
        theirs = other.field(label)
        if theirs is not None and theirs.canon is type.canon:
            skipped = True
            continue
        if shown:
            out.append(Segment(", "))
        shown = True
        if theirs is None:
            out.append(Segment(f"{show_field(label)} : {_show(type, names, False, 0)}", "differs"))
        else:
            out.append(Segment(f"{show_field(label)} : "))
            _diff(type, theirs, names, out, [])
    if skipped:
        out.append(Segment(", …" if shown else "…"))
    tail = own.tail
    if isinstance(tail, Var) and tail not in names.hidden:
        out.append(Segment(f" | {names.of(tail)}"))
    out.append(Segment(" }"))


def _diff_sums(own: Sum, other: Sum, names: Names, out: list[Segment]) -> None:
    skipped = False
    first = True
    for name, payload in own.constructors:
        theirs = other.payload(name)
        if other.has(name) and (payload is theirs or (payload and theirs and payload.canon is theirs.canon)):
            skipped = True
            continue
        out.append(Segment("" if first else " | "))
        first = False
        out.append(Segment(_constructor(name, payload, names, False), "differs"))
    if skipped:
        out.append(Segment("…" if first else " | …"))


def text_of(segments: tuple[Segment, ...]) -> str:
    """The pieces as one text."""
    return "".join(segment.text for segment in segments)


__all__ = [
    "Names",
    "difference",
    "lone_tails",
    "show",
    "show_arrow",
    "show_field",
    "show_scheme",
    "text_of",
    "variables",
]
