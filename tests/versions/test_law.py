"""The law of ``nsc diff``: what it calls harmless stops no program of those that state their types, and for what it
calls breaking there is such a program that stops checking. The programs are made from the old interface; the checker
itself says which of them check."""

from collections.abc import Callable

import attrs
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from two_states import changes

from nscompiler.diagnostics.model import Severity
from nscompiler.pipeline.checks import check_texts
from nscompiler.tools.changes import Level, highest

LABELS = ("a", "b", "c")
SCALARS = ("Integer", "Double", "Text", "Boolean")


@attrs.frozen
class T:
    """A closed type: a scalar, or a constructor with its parts."""

    head: str
    parts: "tuple[T, ...]" = ()
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = [str(part) for part in self.parts]
        match self.head:
            case "list":
                return f"[{shown[0]}]"
            case "tuple":
                return f"({', '.join(shown)})"
            case "record":
                return "{ " + ", ".join(f"{a} : {b}" for a, b in zip(self.labels, shown, strict=True)) + " }"
            case "optional":
                return f"(optional {shown[0]})"
            case "Vector":
                return f"(Vector 3 {shown[0]})"
        return self.head

    @property
    def optional(self) -> bool:
        return self.head == "optional"


def record(pairs: list[tuple[str, T]]) -> T:
    return T("record", tuple(type for _, type in pairs), tuple(label for label, _ in pairs))


def inner_types(inner: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    fields = st.lists(st.tuples(st.sampled_from(LABELS), inner), min_size=1, max_size=3, unique_by=lambda one: one[0])
    return st.one_of(
        fields.map(record),
        fields.map(record),
        st.tuples(st.sampled_from(("list", "Vector")), inner).map(lambda pair: T(pair[0], (pair[1],))),
        st.tuples(inner, inner).map(lambda pair: T("tuple", pair)),
        inner.filter(lambda part: not part.optional).map(lambda part: T("optional", (part,))),
    )


types = st.recursive(st.sampled_from(SCALARS).map(T), inner_types, max_leaves=3)


@st.composite
def mutated(draw: Callable[..., object], type: T) -> T:
    """A type that differs from another in one place."""
    if type.parts and draw(st.booleans()):
        at = draw(st.integers(0, len(type.parts) - 1))
        part = draw(mutated(type.parts[at]))
        if type.optional and part.optional:
            return part
        return attrs.evolve(type, parts=(*type.parts[:at], part, *type.parts[at + 1 :]))
    return draw(st.sampled_from(_variants(type)))


def _variants(type: T) -> list[T]:
    found = [T("Text"), T("Integer"), T("Double")]
    if not type.optional:
        found.append(T("optional", (type,)))
    match type.head:
        case "record":
            pairs = list(zip(type.labels, type.parts, strict=True))
            free = [label for label in LABELS if label not in type.labels]
            found += [record([*pairs, (label, T("Text"))]) for label in free]
            found += [record([*pairs, (label, T("optional", (T("Text"),)))]) for label in free]
            found += [record(pairs[1:])] if len(pairs) > 1 else []
            found.append(record(pairs[::-1]))
        case "optional" | "list" | "Vector":
            found.append(type.parts[0])
            found.append(T("Vector" if type.head == "list" else "list", type.parts))
    return [one for one in found if one != type]


@attrs.frozen
class Module:
    """One state of the module: a function with parameters, and a type."""

    input: T
    output: T
    parameters: tuple[tuple[str, str], ...]
    named: T = T("Text")

    def text(self) -> str:
        parameters = ", ".join(f"{name} : {type}" for name, type in self.parameters)
        return f"type T = {self.named}\nfun f : {self.input} -> {self.output} with {{ {parameters} }}\n"


PARAMETERS = (
    "Integer",
    "Integer = 1",
    "Integer = 2",
    "Double = 0.5",
    "Text",
    'Text = "x"',
    "Boolean = true",
    'Duration = "1s"',
    '"a" | "b"',
    '"a" | "b" | "c" = "b"',
    '"1" | "2" = "1"',
    "[Integer] = []",
    "[Double] = []",
)
LITERALS = ("1", "-1", "0.5", '"text"', '"7"', '"2.5"', "true", '"true"', '"1m"', '"a"', '"b"', '"c"', "[1]", "[0.5]")
rows = st.lists(
    st.tuples(st.sampled_from(("p", "q")), st.sampled_from(PARAMETERS)), max_size=2, unique_by=lambda one: one[0]
).map(lambda pairs: tuple(sorted(pairs)))


@st.composite
def two_modules(draw: Callable[..., object]) -> tuple[Module, Module]:
    old = Module(draw(types), draw(types), draw(rows), draw(types))
    side = draw(st.sampled_from(("input", "output", "named", "parameters")))
    if side == "named":
        return old, attrs.evolve(old, named=draw(mutated(old.named)))
    if side == "input":
        return old, attrs.evolve(old, input=draw(mutated(old.input)))
    if side == "output":
        return old, attrs.evolve(old, output=draw(mutated(old.output)))
    kept = tuple(one for one in old.parameters if draw(st.booleans()))
    changed = {**dict(kept), draw(st.sampled_from(("p", "q"))): draw(st.sampled_from(PARAMETERS))}
    return old, attrs.evolve(old, parameters=tuple(sorted(changed.items())))


def clients(old: Module) -> dict[str, str]:
    """Programs that use the old module at exactly its types, by what they do."""
    head = "module Client:1.0.0\n\nimport Demo:1.0.0 as D\n\n"
    given = ", ".join(f"{name} = {_literal(type)}" for name, type in old.parameters if "=" not in type)
    call = f"D.f {{ {given} }}" if given else "D.f"
    make, take = f"fun make : Void -> {old.input}\n", f"fun take : {old.output} -> Void\n"
    own = f"fun get : Void -> {old.named}\n"
    found = {
        "pipe": f"{head}{make}{take}def w = make | {call} | take\n",
        "inferred": f'{head}{take}def w = Sources.http {{ http_path = "x" }} | {call} | take\n',
        "logged": f'{head}def w = Sources.http {{ http_path = "x" }} | {call} | Sinks.log\n',
        "annotated": f"{head}def g : {old.input} -> {old.output} = {call}\n",
        "workflow": f"{head}{make}def w = make | {call} | Sinks.log\n",
        "readers of the type": f"{head}{own}fun use : D.T -> Void\ndef w = get | use\n",
        "makers of the type": f"{head}fun get : Void -> D.T\nfun use : {old.named} -> Void\ndef w = get | use\n",
    }
    part, signs = old.output, ""
    while part.optional or part.head in ("list", "Vector"):
        signs += "?" if part.optional else "*"
        part = part.parts[0]
        found[signs] = f"{head}{make}fun use : {part} -> Void\ndef w = make | {call}{signs} | use\n"
    for name, _ in old.parameters:
        for literal in LITERALS:
            found[f"{name} = {literal}"] = f"{head}def g = D.f {{ {name} = {literal} }}\n"
    return found


def _literal(type: str) -> str:
    return {"Integer": "1", "Text": '"x"'}.get(type, '"a"')


def right(module: Module, programs: dict[str, str]) -> frozenset[str]:
    """The programs that check without an error and without a warning about parameters."""
    files = {"demo/module.nml": "module Demo:1.0.0\n\n" + module.text()}
    names = {f"client{place}/module.nml": name for place, name in enumerate(programs)}
    texts = {
        path: programs[name].replace("Client:", f"Client{place}:") for place, (path, name) in enumerate(names.items())
    }
    found = check_texts({**files, **texts}, [*files, *texts]).diagnostics
    wrong = {names[one.primary.span.path] for one in found if one.severity is Severity.ERROR}
    return frozenset(programs) - wrong


ORDER = frozenset(("output-order", "type-order", "input-order"))
"""Changes of layout: no check sees them, only code that unpacks."""

INTEGER, TEXT = T("Integer"), T("Text")
PAIR = record([("a", INTEGER), ("b", TEXT)])


@pytest.mark.thorough
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(two_modules())
@example((Module(INTEGER, T("optional", (TEXT,)), ()), Module(INTEGER, TEXT, ())))
@example((Module(INTEGER, T("list", (TEXT,)), ()), Module(INTEGER, T("Vector", (TEXT,)), ())))
@example((Module(INTEGER, T("list", (T("optional", (TEXT,)),)), ()), Module(INTEGER, T("list", (TEXT,)), ())))
@example((Module(PAIR, PAIR, ()), Module(PAIR, record([("a", INTEGER)]), ())))
@example((Module(PAIR, TEXT, (("p", "Integer = 1"),)), Module(PAIR, TEXT, (("p", 'Duration = "1s"'),))))
def test_breaking_is_what_stops_a_program(states: tuple[Module, Module]) -> None:
    hold_the_law(*states)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(two_modules())
def test_breaking_is_what_stops_a_program_many_times(states: tuple[Module, Module]) -> None:
    hold_the_law(*states)


def hold_the_law(old: Module, new: Module) -> None:
    """Compare what ``nsc diff`` says with what happens to the clients."""
    programs = clients(old)
    before, after = right(old, programs), right(new, programs)
    found = [one for one in changes(old.text(), new.text()) if one.kind not in ORDER]
    level = highest(found)
    event(level.value)
    if level is Level.MAJOR:
        assert before - after, [(one.kind, one.path, one.before, one.after) for one in found]
    else:
        assert before <= after, sorted(before - after)
