"""One fault in a well-typed program is one error, which points at it, and whose fix mends it."""

import json
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from property.amounts import daily, soak_seeds
from property.mutations import KINDS, Mutant, mutants

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic, Fix
from nscompiler.pipeline.checks import check_texts


def errors(texts: dict[str, str]) -> list[Diagnostic]:
    """What is wrong with some texts."""
    return [one for one in check_texts(texts).diagnostics if one.is_error]


def mended(texts: dict[str, str], fix: Fix) -> dict[str, str]:
    """The texts with a fix applied."""
    changed = {edit.span.path for edit in fix.edits}
    return {
        **texts,
        **{path: apply_edits(texts[path], [one for one in fix.edits if one.span.path == path]) for path in changed},
    }


def touches(mutant: Mutant, error: Diagnostic) -> bool:
    """Whether an error points at the fault."""
    span = error.primary.span
    return any(own.path == span.path and own.start <= span.end and span.start <= own.end for own in mutant.places)


class Tally:
    """What came of the mutants so far: how many of each kind, and what their fixes did."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.fixes: Counter[str] = Counter()

    def hold(self, mutant: Mutant) -> None:
        """Check one mutant, and count it."""
        self.kinds[mutant.kind] += 1
        found = errors(mutant.texts)
        shown = f"{mutant.kind}: {mutant.hint}: {[(one.code.name, one.title) for one in found]}\n"
        shown += "\n".join(mutant.texts.values())
        assert len(found) == 1, shown
        assert touches(mutant, found[0]), shown
        self._fixes(mutant, found[0], shown)

    def _fixes(self, mutant: Mutant, error: Diagnostic, shown: str) -> None:
        clean = {fix: not errors(mended(mutant.texts, fix)) for fix in error.fixes}
        sure = [fix for fix in error.fixes if fix.applicability is Applicability.MACHINE_APPLICABLE]
        assert all(clean[fix] for fix in sure), [fix.title for fix in sure if not clean[fix]] + [shown]
        maybe = [clean[fix] for fix in error.fixes if fix.applicability is Applicability.MAYBE_INCORRECT]
        self.fixes["sure"] += len(sure)
        self.fixes["one of them clean" if any(maybe) else "none of them clean" if maybe else "none offered"] += 1


def tally(seeds: Iterable[int], number: int) -> Tally:
    """Check some mutants of the programs of some seeds."""
    found = Tally()
    for seed in seeds:
        for mutant in mutants(seed, number):
            found.hold(mutant)
    return found


@pytest.mark.thorough
def test_one_fault_is_one_error_there_and_a_fix_mends_it() -> None:
    found = tally(daily(35), 4)
    offered = found.fixes["one of them clean"] + found.fixes["none of them clean"]
    assert found.fixes["one of them clean"] >= 0.9 * offered
    assert sum(found.kinds.values()) >= 130
    assert len(found.kinds) >= len(KINDS)


@pytest.mark.soak
def test_thousands_of_faults_are_one_error_each(record_property: Callable[[str, object], None]) -> None:
    found = tally(soak_seeds(1000), 4)
    assert sum(found.kinds.values()) >= 3000
    record_property("mutants", sum(found.kinds.values()))
    record_property("kinds", json.dumps(dict(sorted(found.kinds.items()))))
    record_property("fixes", json.dumps(dict(found.fixes)))
