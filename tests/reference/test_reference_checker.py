"""The compiler and the slow reference checker say the same of right programs, of mutants, and of programs at random."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from property.amounts import daily, soak_seeds
from property.generated_programs import generate
from property.mutations import mutants
from reference.checker import check
from reference.comparison import disagreements
from reference.wild import wild


def generated(seeds: Iterable[int], number: int) -> Iterator[dict[str, str]]:
    """Right programs, and mutants of each."""
    for seed in seeds:
        yield generate(seed).write().texts
        yield from (mutant.texts for mutant in mutants(seed, number))


def agree(programs: Iterable[dict[str, str]]) -> Counter[str]:
    """Compare each program; how many programs there were, and how often the two agreed on what."""
    counted: Counter[str] = Counter()
    for texts in programs:
        found, agreed = disagreements(texts)
        assert found == [], "\n".join([*found, *texts.values()])
        counted += agreed
        counted["programs"] += 1
    return counted


@pytest.mark.thorough
def test_both_say_the_same_of_right_programs_and_mutants() -> None:
    counted = agree(generated(daily(20), 2))
    assert min(counted["right"], counted["wrong"]) > 20


@pytest.mark.thorough
def test_both_say_the_same_of_programs_at_random() -> None:
    counted = agree(map(wild, daily(100)))
    assert min(counted["right"], counted["wrong"]) > 100


@pytest.mark.soak
def test_both_say_the_same_of_thousands_of_programs(record_property: Callable[[str, object], None]) -> None:
    counted = agree(generated(soak_seeds(1000), 1)) + agree(map(wild, soak_seeds(4000)))
    assert counted["programs"] >= 5000
    for name in ("programs", "right", "wrong", "unknown"):
        record_property(name if name == "programs" else f"defs found {name}", counted[name])


# --- the reference checker itself: what it says of programs whose verdict the reference page gives

WRONG = {
    "EXP-1": "fun f : Text -> Integer\nfun g : Text -> Text\ndef d = f | g\n",
    "FIT-3": "fun f : Text -> optional Integer\nfun g : Integer -> Text\ndef d = f | g\n",
    "FIT-7": "fun f : Text -> [Integer]\nfun g : Vector 2 Integer -> Text\ndef d = f | g\n",
    "FIT-8": "fun f : Text -> { x : Text }\nfun g : { x : Text, y : Text } -> Text\ndef d = f | g\n",
    "FIT-9": "type A = X | Y\ntype B = X | Y | Z\nfun f : Text -> B\nfun g : A -> Text\ndef d = f | g\n",
    "ROW-5": "fun f : Text -> { x : Text }\nfun g : { | r } -> { x : Text | r }\ndef d = f | g\n",
    "INF-4": "fun f : Text -> (Integer, Double)\nfun g : (a, a) -> a\ndef d = f | g\n",
    "INF-9": "fun f : a -> (a, [a])\nfun g : (a, a) -> a\ndef d = f | g\n",
    "EXP-12": "fun f : Text -> [Byte]\ndef d = f*\n",
    "TEE-7": "fun f : Text -> Text\nfun g : Text -> [Text]\ndef d = f & g\n",
    "TYP-15": "fun f : Text -> optional Text\ndef d = f | Std.some\n",
    "DEC-3": "def d : a -> b = Std.identity\n",
    "PAR-11": "fun f : Text -> Text with { p : Text }\ndef d = f { q = 1 }\n",
    "PAR-12": 'fun f : Text -> Void with { p : Text }\ndef d = "x" | f\n',
    "INF-2": 'def d = Sources.jsonl { path = "x" } | Sinks.log\n',
}


@pytest.mark.parametrize("rule", WRONG)
def test_the_reference_checker_finds_what_breaks_a_rule(rule: str) -> None:
    assert check({"main.nml": WRONG[rule]})["main.nml", "d"].place is not None
