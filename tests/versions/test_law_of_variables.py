"""The law of ``nsc diff`` for types with variables: every pair of a set of types, with the programs that could have
used the old one."""

import re

import pytest
from two_states import changes

from nscompiler.diagnostics.model import Severity
from nscompiler.pipeline.checks import check_texts
from nscompiler.tools.changes import Level, highest

TYPES = (
    "a -> a",
    "a -> Text",
    "a -> Text where a is CsvRow",
    "a -> Text where a is Csv",
    "Text -> Text",
    "Integer -> Text",
    "Double -> Text",
    "optional Text -> Text",
    "Text -> optional Text",
    "{ | r } -> { | r }",
    "{ x : Text } -> Text",
    "{ x : Text } -> { x : Text }",
    "{ x : Text | r } -> Text",
    "{ x : Text | .. } -> Text",
    "{ x : Text | r } -> { x : Text | r }",
    "{ x : Text | r } -> { x : Text, y : Text | r }",
    "{ x : Text, y : Text | r } -> { x : Text | r }",
    "{ x : a | r } -> { x : a | r }",
    "{ x : a | r } -> a",
    "(a, a) -> a",
    "(a, b) -> a",
    "(b, a) -> a",
    "(a, b) -> (b, a)",
    "[a] -> a",
    "[a] -> [a]",
    "[a] -> optional a where a is Present",
    "Vector n a -> [a]",
    "Vector 3 Text -> [Text]",
    "[Text] -> Vector 3 Text",
    "Map a -> [a]",
)
GIVEN = {"a": "Integer", "b": "Boolean", "n": "3", "r": "{ z : Text }"}
HEAD = "module Client:1.0.0\n\nimport Demo:1.0.0 as D\n\n"


def variables(type: str) -> list[str]:
    """The variables of a type in order of first appearance."""
    return list(dict.fromkeys(re.findall(r"(?<![\w}])([abnr])(?![\w])", type.partition(" where")[0])))


def at_one_use(type: str) -> str:
    """The type with something in place of each variable."""
    text = type.partition(" where")[0].replace("{ | r }", "{ z : Text }").replace("| ..", ", z : Text")
    text = text.replace("| r", ", z : Text")
    return re.sub(r"(?<![\w}])([abn])(?![\w])", lambda found: GIVEN[found[1]], text)


def clients(old: str) -> list[str]:
    """Programs that use the old type: as it is, at one use, with type arguments, and with what comes before it
    inferred."""
    input, output = at_one_use(old).split(" -> ")
    found = [
        f"def g : {old} = D.f",
        f"def g : {at_one_use(old)} = D.f",
        f"fun make : Void -> {input}\nfun take : {output} -> Void\ndef w = make | D.f | take",
    ]
    names = variables(old)
    if names:
        found.append(f"def g : {at_one_use(old)} = D.f<{', '.join(GIVEN[name] for name in names)}>")
    if not set(names) - {"r"}:
        found.append('def w = Sources.http { http_path = "x" } | D.f | Sinks.log')
    if output.startswith("optional "):
        found.append(
            f"fun take : {output.removeprefix('optional ')} -> Void\nfun make : Void -> {input}\n"
            "def w = make | D.f? | take"
        )
    return [HEAD + one + "\n" for one in found]


def right_with_each(programs: list[str]) -> dict[str, set[str]]:
    """For each type the programs that check where the function has that type."""
    files: dict[str, str] = {}
    uses: dict[str, tuple[str, str]] = {}
    for place, type in enumerate(TYPES):
        files[f"demo{place}/module.nml"] = f"module Demo{place}:1.0.0\n\nfun f : {type} with {{}}\n"
        for at, one in enumerate(programs):
            path = f"client{place}_{at}/module.nml"
            uses[path] = type, one
            files[path] = one.replace("Client", f"Client{place}_{at}", 1).replace("Demo", f"Demo{place}", 1)
    wrong = {one.primary.span.path for one in check_texts(files).diagnostics if one.severity is Severity.ERROR}
    assert not wrong - set(uses)
    return {type: {one for path, (own, one) in uses.items() if own == type and path not in wrong} for type in TYPES}


@pytest.mark.parametrize(
    "old", [pytest.param(old, marks=[pytest.mark.thorough] if number % 4 else []) for number, old in enumerate(TYPES)]
)
def test_breaking_is_what_stops_a_program(old: str) -> None:
    right = right_with_each(clients(old))
    for new in TYPES:
        stopped = right[old] - right[new]
        found = changes(f"fun f : {old} with {{}}", f"fun f : {new} with {{}}")
        said = [(one.level.value, one.kind, one.path) for one in found]
        assert (highest(found) is Level.MAJOR) == bool(stopped), (new, said, stopped)
        assert bool(found) == (new != old), (new, said)
