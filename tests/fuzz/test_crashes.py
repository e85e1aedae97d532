"""Texts that once broke something, and some of the grammar's, break nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from fuzz.grammar_fuzzer import derived, grammar
from fuzz.oracle import CRASHES, LARGEST, examine, too_slow
from property.amounts import daily, soak_seeds


def test_what_once_broke_something_is_fine() -> None:
    for path in sorted(CRASHES.glob("*.nml")):
        content = path.read_bytes()
        examine(content)
        with suppress(UnicodeDecodeError):
            examine(content.decode())


@pytest.mark.thorough
def test_texts_of_the_grammar_break_nothing() -> None:
    errors = [examine(derived(seed, 1_500)).errors for seed in daily(25)]
    assert sum(map(bool, errors)) > 0


def test_the_grammar_is_derived_whole() -> None:
    """Each alternative of each rule can be taken, and each terminal be written."""
    whole = grammar()
    used = {name for alternatives in whole.rules.values() for parts in alternatives for name in parts}
    assert all(least < 100 for least in whole.least.values())
    assert {name for name in used if name not in whole.rules} > {"UNAME", "LNAME", "REFERENCE", "LONG_TEXT"}


@pytest.mark.soak
def test_many_texts_of_the_grammar_break_nothing(record_property: Callable[[str, object], None]) -> None:
    characters, slowest = 0, 0.0
    examine("def a =")  # loads what the first check loads
    for seed in soak_seeds(300):
        text = derived(seed, LARGEST)
        examined = examine(text)
        assert not too_slow(examined), f"seed {seed}: {examined.seconds} s for {len(text)} characters"
        characters, slowest = characters + len(text), max(slowest, examined.seconds)
    record_property("texts", 300)
    record_property("characters", characters)
    record_property("longest check in seconds", round(slowest, 2))
