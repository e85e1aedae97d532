"""Right programs with one change each that makes them wrong: told once, where it is, with a fix; see ``changed.py``.

Each fourth program is looked at in the thorough tests, all of them in the long run.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from changed import Changed, changed_programs, told

PROGRAMS = tuple(changed_programs())
SOME = tuple(one for one in PROGRAMS if one.left is None)[::4]


def name(changed: Changed) -> str:
    """What a program is called, with its document."""
    return f"{changed.document}: {changed.name}"


def amiss(changed: Changed, counts: Counter[str]) -> list[str]:
    """What is not as it should be with a program; also counts how it is told."""
    counts["programs"] += 1
    before = [f"before the change: {one.title}" for one in told(changed.right)]
    found = changed.told()
    counts["told by one report"] += len(found) == 1
    if len(found) != 1:
        return [*before, f"{len(found)} reports", *(one.title for one in found)]
    (one,) = found
    clean = changed.clean_after(one)
    counts["told at the change"] += changed.covers(one)
    counts["with a fix"] += bool(clean)
    counts["mended by a fix"] += any(clean)
    counts["restored by a fix"] += changed.restored_by(one)
    wrong = [] if changed.covers(one) == (changed.elsewhere is None) else [f"told elsewhere: {one.title}"]
    wrong += [] if not clean or any(clean) else [f"no fix mends: {one.title}"]
    return [*before, *wrong]


@pytest.mark.thorough
def test_every_program_has_a_name_and_a_change() -> None:
    assert len({(one.document, one.name) for one in PROGRAMS}) == len(PROGRAMS)
    assert all(one.places for one in PROGRAMS)
    assert len([one for one in PROGRAMS if one.left]) * 25 < len(PROGRAMS)


@pytest.mark.thorough
@pytest.mark.parametrize("changed", [pytest.param(one, id=name(one)) for one in SOME])
def test_a_change_is_told_once_where_it_is_with_a_fix_that_mends_it(changed: Changed) -> None:
    assert amiss(changed, Counter()) == []


@pytest.mark.soak
def test_all_changes_are_told_once_where_they_are_but_those_that_say_so(
    record_property: Callable[[str, object], None],
) -> None:
    counts: Counter[str] = Counter()
    wrong = {name(one): found for one in PROGRAMS if (found := amiss(one, counts))}
    for what, number in counts.items():
        record_property(what, number)
    assert sorted(wrong) == sorted(name(one) for one in PROGRAMS if one.left), wrong
