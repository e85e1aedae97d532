"""The language, rule by rule: every program of ``tests/lang`` says what it states, and every rule has its programs."""

import re
from pathlib import Path

import literate
import pytest

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "docs" / "language.md"
DOCUMENTS = sorted((HERE / "lang").glob("*.md"))
EXAMPLES = tuple(example for document in DOCUMENTS for example in literate.examples(document))

# Rules about project folders, tools, running programs and bytes: no program that is only checked can break one.
RUN_TIME = ("RUN", "STD")


def declared_rules() -> list[str]:
    """The rules of the reference, in its order."""
    return re.findall(r"\*\*([A-Z]{3}-\d+)\*\*", REFERENCE.read_text(encoding="utf-8"))


def checker_rules() -> list[str]:
    """The rules that the compiler checks."""
    return [rule for rule in declared_rules() if not rule.startswith(RUN_TIME)]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_program_says_what_it_states(example: literate.Example) -> None:
    assert literate.failures(example) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_program_is_of_the_kind_that_its_rules_say(example: literate.Example) -> None:
    assert example.rules, "no rule is named"
    assert bool(example.breaks) == bool(example.diagnostics), "good states no diagnostic, bad at least one"


def test_rules_are_declared_once_and_counted_from_one() -> None:
    rules = declared_rules()
    assert len(rules) == len(set(rules))
    families: dict[str, list[int]] = {}
    for rule in rules:
        family, number = rule.split("-")
        families.setdefault(family, []).append(int(number))
    assert {family: sorted(numbers) for family, numbers in families.items()} == {
        family: list(range(1, len(numbers) + 1)) for family, numbers in families.items()
    }


def test_every_rule_has_a_program_that_keeps_it_and_one_that_breaks_it() -> None:
    kept = frozenset().union(*(example.keeps for example in EXAMPLES))
    broken = frozenset().union(*(example.breaks for example in EXAMPLES))
    assert [rule for rule in checker_rules() if rule not in kept] == []
    assert [rule for rule in checker_rules() if rule not in broken] == []


def test_programs_name_only_rules_that_exist() -> None:
    known = frozenset(checker_rules())
    assert [example.name for example in EXAMPLES if not known.issuperset(example.keeps | example.breaks)] == []


def test_references_between_rules_lead_somewhere() -> None:
    known = frozenset(declared_rules())
    families = "|".join(sorted({rule.split("-")[0] for rule in known}))
    named = re.findall(rf"\b((?:{families})-\d+)\b", REFERENCE.read_text(encoding="utf-8"))
    assert len(named) > len(known)
    assert [rule for rule in named if rule not in known] == []
