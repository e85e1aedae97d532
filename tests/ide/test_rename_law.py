"""A renaming changes no meaning, and renaming back restores every byte: tried on programs that nobody wrote."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import applied, program
from property.amounts import TIMES, daily, soak_seeds
from property.generated_programs import generate
from property.generated_python import python_files
from property.mutations import mutants

from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.locate import locate
from nscompiler.ide.names import Kind
from nscompiler.ide.refusal import Refusal
from nscompiler.ide.rename import prepare_rename, rename
from nscompiler.state import State

FRESH = {
    Kind.TYPE: ("Renamed", "Élan'"),
    Kind.CONSTRUCTOR: ("Renamed", "R2"),
    Kind.ALIAS: ("Renamed", "Alias_2"),
    Kind.MODULE: ("Renamed.Thing", "Other"),
    Kind.FIELD: ("re-named", "concat", "renamed'", "Renamed", "ein Feld"),
    Kind.PARAMETER: ("renamed", "type", "where", "é"),
    Kind.VARIABLE: ("renamed", "v'"),
}
"""New names that nothing has, some of them of the strange ones that the language allows."""


OF_LETTERS = ("variable-like-type",)
"""What is told of how two names look side by side: a new name may end it, or begin it."""


def told(state: State) -> Counter[tuple[str, str, int]]:
    """What is said of a program: where, by line, and which code."""
    found: Counter[tuple[str, str, int]] = Counter()
    for path in state.paths_of_all:
        for one in state.problems_in(path):
            source = state.text(one.primary.span.path)
            assert source is not None
            line = source.lines.position(one.primary.span.start).line
            if one.code.name not in OF_LETTERS:
                found[one.primary.span.path, one.code.name, line] += 1
    return found


def names_in(state: State) -> list[tuple[str, syntax.Node]]:
    """Every name of a program."""
    found: list[tuple[str, syntax.Node]] = []
    for path in state.paths_of_all:
        parsed = state.parsed(path)
        assert parsed is not None
        nodes = walk(parsed.module)
        found += [(path, node) for node in nodes if isinstance(node, syntax.Name | syntax.Reference)]
    return found


def rename_and_back(texts: dict[str, str], choice: random.Random) -> str:
    """Rename something of a program; what it was."""
    state = program(texts)
    path, node = choice.choice(names_in(state))
    located = locate(state, path, node.start)
    subject = prepare_rename(state, path, node.start)
    if isinstance(subject, Refusal):
        return "refused"
    assert located is not None
    assert located.target is not None
    kind = located.target.kind
    new = choice.choice(FRESH.get(kind, ("renamed", "r_2")))
    outcome = rename(state, path, node.start, new)
    assert not isinstance(outcome, Refusal), f"{path}:{node.start} {kind}: {outcome}"
    after = applied(texts, outcome.edits)
    renamed = program(after)
    assert told(renamed) == told(state), f"{subject} to {new}"
    path, start = place_after(outcome.edits)
    back = rename(renamed, path, start, subject.placeholder)
    assert not isinstance(back, Refusal), f"back to {subject.placeholder}: {back}"
    assert applied(after, back.edits) == texts, f"{subject} to {new} and back"
    return kind.value


def place_after(edits: Sequence[Edit]) -> tuple[str, int]:
    """Where the first new name stands when all is done."""
    first = next(edit for edit in edits if edit.text and edit.span.path.endswith(".nml"))
    before = [one for one in edits if one.span.path == first.span.path and one.span.start < first.span.start]
    moved = sum(len(one.text) - (one.span.end - one.span.start) for one in before)
    return first.span.path, first.span.start + moved + (len(" as ") if first.text.startswith(" ") else 0)


def generated(seed: int) -> dict[str, str]:
    made = generate(seed)
    return {**made.write().texts, **python_files(made)}


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40 * TIMES, deadline=None)
def test_a_renaming_of_a_generated_program_changes_nothing_else(seed: int) -> None:
    rename_and_back(generated(seed), random.Random(seed))


@pytest.mark.parametrize("seed", daily(25))
def test_a_renaming_of_a_program_with_a_fault_leaves_the_fault_what_it_is(seed: int) -> None:
    for mutant in mutants(seed, 2):
        if mutant.kind != "declared-twice":  # of two, the one that is renamed is one no more
            rename_and_back(dict(mutant.texts), random.Random(seed))


@pytest.mark.soak
def test_many_renamings(record_property: Callable[[str, object], None]) -> None:
    renamed: Counter[str] = Counter()
    for seed in soak_seeds(3_000):
        renamed[rename_and_back(generated(seed), random.Random(seed))] += 1
    assert {kind for kind, times in renamed.items() if times >= 10} >= {"function", "type", "field", "parameter"}
    record_property("renamed", str(dict(renamed)))
