"""Generated programs that are well typed give no diagnostic; one function of another type gives an error where it is
used."""

import re

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

MAIN = "main.nml"
LABELS = ("a", "b", "c", "d")
# No generated program has a value of this type: what takes one is wrong wherever it stands.
FOREIGN = "Uuid"


@attrs.frozen
class T:
    """A closed type: a scalar, or a constructor with its parts (a record's and a sum's have labels, a vector's a
    size)."""

    head: str
    parts: tuple["T", ...] = ()
    labels: tuple[str, ...] = ()
    size: int = 0

    def __str__(self) -> str:
        shown = [str(part) for part in self.parts]
        match self.head:
            case "list":
                return f"[{shown[0]}]"
            case "tuple":
                return f"({', '.join(shown)})"
            case "record":
                fields = [f"{label} : {part}" for label, part in zip(self.labels, shown, strict=True)]
                return "{ " + ", ".join(fields) + " }" if fields else "{}"
            case "optional" | "Map":
                return f"({self.head} {shown[0]})"
            case "Vector":
                return f"(Vector {self.size} {shown[0]})"
        return self.head


SCALARS = tuple(map(T, ("Integer", "Double", "Boolean", "Text", "Date")))


def records(inner: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    fields = st.lists(st.tuples(st.sampled_from(LABELS), inner), max_size=4, unique_by=lambda pair: pair[0])
    return fields.map(lambda pairs: T("record", tuple(t for _, t in pairs), tuple(label for label, _ in pairs)))


def containers(inner: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    return st.one_of(
        records(inner),
        inner.map(lambda part: T("list", (part,))),
        st.tuples(inner, inner).map(lambda pair: T("tuple", pair)),
        inner.filter(lambda part: part.head != "optional").map(lambda part: T("optional", (part,))),
        inner.map(lambda part: T("Map", (part,))),
        inner.map(lambda part: T("Vector", (part,), size=3)),
    )


types = st.recursive(st.sampled_from(SCALARS), containers, max_leaves=4)


@st.composite
def wider(draw: st.DrawFn, type: T) -> T:
    """A type that the given one fits, by some of the rules."""
    if type.head != "optional" and draw(st.integers(0, 5)) == 0:
        inner = draw(wider(type))
        return inner if inner.head == "optional" else T("optional", (inner,))
    parts = tuple(draw(wider(part)) for part in type.parts)
    match type.head:
        case "Integer" if draw(st.booleans()):
            return T("Double")
        case "record":
            kept = [place for place in range(len(parts)) if draw(st.integers(0, 3))]
            kept = draw(st.permutations(kept))
            return T("record", tuple(parts[at] for at in kept), tuple(type.labels[at] for at in kept))
        case "Vector" if draw(st.booleans()):
            return T("list", parts)
        case "optional" if parts[0].head == "optional":
            return parts[0]
    return attrs.evolve(type, parts=parts)


@attrs.define
class Program:
    """A program under construction: what it declares, the pipe so far, and the type at its end."""

    end: T
    declared: dict[str, tuple[str, str]]
    defs: list[tuple[str, str]]
    stages: list[str]

    def declare(self, input: object, output: object, more: str = "") -> str:
        """The name of a new function."""
        name = f"f{len(self.declared)}"
        self.declared[name] = (str(input), f"{output}{more}")
        return name

    @property
    def plain(self) -> list[str]:
        """The functions that take a value of a known type from another one."""
        known = [name for name, (input, _) in self.declared.items() if input != "a" and "| r" not in input]
        return known[1:]

    def text(self, foreign: str | None = None) -> str:
        """The program; the function ``foreign`` takes a value that there is none of."""
        lines = [
            f"fun {name} : {FOREIGN if name == foreign else input} -> {output}"
            for name, (input, output) in self.declared.items()
        ]
        lines += [f"def {name} = {body}" for name, body in self.defs]
        return "\n".join([*lines, f"def whole = {' | '.join(self.stages)}", ""])

    def around(self, function: str) -> set[str]:
        """The function and the defs that contain it, also through others."""
        found = {function}
        for name, body in self.defs:
            if found.intersection(re.findall(r"\w+", body)):
                found.add(name)
        return found


def add_plain(program: Program, draw: st.DrawFn) -> None:
    output = draw(types)
    program.stages.append(program.declare(draw(wider(program.end)), output))
    program.end = output


def add_parameters(program: Program, draw: st.DrawFn) -> None:
    output = draw(types)
    name = program.declare(draw(wider(program.end)), output, ' with { n : Integer = 1, m : "x" | "y" }')
    program.stages.append(f'{name} {{ n = {draw(st.integers(0, 9))}, m = "y" }}')
    program.end = output


def add_same(program: Program, draw: st.DrawFn) -> None:
    shape = draw(st.sampled_from(("a -> a", "a -> [a]", "a -> (a, a)", "a -> { inner : a }")))
    program.stages.append(program.declare("a", shape.removeprefix("a -> ")))
    program.end = {
        "a -> a": program.end,
        "a -> [a]": T("list", (program.end,)),
        "a -> (a, a)": T("tuple", (program.end, program.end)),
        "a -> { inner : a }": T("record", (program.end,), ("inner",)),
    }[shape]


def add_field(program: Program, draw: st.DrawFn) -> None:
    """A function over an open record, which adds a field and passes the others on."""
    end, label = program.end, f"new{len(program.declared)}"
    if end.head != "record":
        return
    own = [at for at in range(len(end.parts)) if draw(st.booleans())]
    written = [f"{end.labels[at]} : {end.parts[at]}" for at in own]
    added = draw(types)
    input = "{ " + ", ".join(written) + " | r }"
    output = "{ " + ", ".join([*written, f"{label} : {added}"]) + " | r }"
    program.stages.append(program.declare(input, output))
    program.end = T("record", (*end.parts, added), (*end.labels, label))


def add_items(program: Program, draw: st.DrawFn) -> None:
    item = draw(types)
    output = draw(st.sampled_from((T("list", (item,)), T("Vector", (item,), size=2))))
    program.stages.append(program.declare(draw(wider(program.end)), output) + "*")
    program.end = item


def add_filter(program: Program, draw: st.DrawFn) -> None:
    item = draw(types.filter(lambda type: type.head != "optional"))
    program.stages.append(program.declare(draw(wider(program.end)), T("optional", (item,))) + "?")
    program.end = item


def add_branches(program: Program, draw: st.DrawFn) -> None:
    """Two branches that take what is there and give one type, or something that fits it."""
    output = draw(types)
    one = program.declare(program.end, output)
    other = program.declare(program.end, draw(st.sampled_from((output, "Void"))))
    program.stages.append(f"({one} & {other})")
    program.end = output


def name_a_part(program: Program, draw: st.DrawFn) -> None:
    """Give a part a name, one that starts with a known type: another may decide for `Double` or an optional early."""
    known = {"f0", *program.plain, *(name for name, _ in program.defs)}
    starts = [at for at, stage in enumerate(program.stages) if re.findall(r"\w+", stage)[0] in known]
    low = draw(st.sampled_from(starts))
    high = draw(st.integers(low + 1, len(program.stages)))
    name = f"part{len(program.defs)}"
    program.defs.append((name, " | ".join(program.stages[low:high])))
    program.stages[low:high] = [name]


STEPS = (add_plain, add_plain, add_parameters, add_same, add_field, add_items, add_filter, add_branches)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    start = draw(types)
    program = Program(start, {}, [], [])
    program.stages.append(program.declare("Text", start))
    for step in draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=6)):
        step(program, draw)
        if not draw(st.integers(0, 3)):
            name_a_part(program, draw)
    return program


def touched(found: Diagnostic, text: str) -> str:
    spans = [found.primary.span, *(label.span for label in found.related)]
    return " ".join(text[span.start : span.end] for span in spans if span.start > text.index("def "))


@pytest.mark.thorough
@given(programs())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_well_typed_program_has_no_fault(program: Program) -> None:
    text = program.text()
    assert [one.title for one in check_texts({MAIN: text}).diagnostics] == [], text


@pytest.mark.thorough
@given(programs().filter(lambda program: program.plain), st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_function_of_another_type_is_reported_where_it_is_used(program: Program, data: st.DataObject) -> None:
    function = data.draw(st.sampled_from(program.plain))
    text = program.text(function)
    errors = [one for one in check_texts({MAIN: text}).diagnostics if one.is_error]
    assert errors, text
    places = " ".join(touched(one, text) for one in errors)
    assert any(re.search(rf"\b{name}\b", places) for name in program.around(function)), (text, places)
