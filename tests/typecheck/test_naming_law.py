"""Naming a part of a pipe, or bracketing it, changes no verdict and no type."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.pipeline.checks import check_texts

# Functions with a handle on each rule: variables, rows, widening, dropping, optionals, lists.
FUNCTIONS = {
    "start": "Text -> { x : Integer, y : Text, z : [Integer] }",
    "same": "a -> a",
    "twice": "a -> (a, a)",
    "add": "{ x : Integer | r } -> { x : Integer, added : Text | r }",
    "need": "{ x : Double } -> { x : Double }",
    "any": "{ y : Text | .. } -> { y : Text, x : Integer }",
    "items": "{ z : [a] | r } -> [a]",
    "wrap": "a -> { inner : a }",
    "unwrap": "{ inner : a } -> a",
    "first": "(a, b) -> a",
    "maybe": "a -> optional a",
    "number": "Double -> Integer",
}
DECLARED = "".join(f"fun {name} : {type}\n" for name, type in FUNCTIONS.items())
STAGE = st.sampled_from([*FUNCTIONS, "items*", "maybe?"])


@st.composite
def pipes(draw: st.DrawFn) -> tuple[list[str], int, int]:
    stages = ["start", *draw(st.lists(STAGE, min_size=2, max_size=5))]
    low = draw(st.integers(0, len(stages) - 2))
    return stages, low, draw(st.integers(low + 2, len(stages)))


def verdict(body: str, extra: str = "") -> tuple[bool, str | None]:
    result = check_texts({"main.nml": f"{DECLARED}{extra}def whole = {body}\n"})
    clean = not [one for one in result.diagnostics if one.is_error]
    return clean, result.types("main.nml")["whole"] if clean else None


@pytest.mark.thorough
@given(pipes())
@settings(max_examples=50, deadline=None)
def test_naming_and_bracketing_change_nothing(case: tuple[list[str], int, int]) -> None:
    hold(case)


@pytest.mark.soak
@given(pipes())
@settings(max_examples=3000, deadline=None)
def test_naming_and_bracketing_change_nothing_in_many_pipes(case: tuple[list[str], int, int]) -> None:
    hold(case)


def hold(case: tuple[list[str], int, int]) -> None:
    """Compare a pipe with the same pipe bracketed, and with a part of it named."""
    stages, low, high = case
    part = " | ".join(stages[low:high])
    plain = verdict(" | ".join(stages))
    bracketed = verdict(" | ".join([*stages[:low], f"({part})", *stages[high:]]))
    named = verdict(" | ".join([*stages[:low], "part", *stages[high:]]), f"def part = {part}\n")
    assert bracketed == plain
    if plain[0]:
        assert named == plain
    else:
        assert not named[0]
