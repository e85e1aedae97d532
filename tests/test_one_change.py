"""Right programs with one change each that makes them wrong: told once, where it is, with a fix; see ``changed.py``."""

import pytest
from changed import Changed, changed_programs, told

PROGRAMS = tuple(changed_programs())
EACH = pytest.mark.parametrize("changed", [pytest.param(one, id=f"{one.document}: {one.name}") for one in PROGRAMS])
NOT_LEFT = pytest.mark.parametrize(
    "changed",
    [
        pytest.param(
            one,
            id=f"{one.document}: {one.name}",
            marks=[pytest.mark.xfail(reason=one.left, strict=True)] if one.left else [],
        )
        for one in PROGRAMS
    ],
)

pytestmark = pytest.mark.thorough


def test_every_program_has_a_name_and_a_change() -> None:
    assert len({(one.document, one.name) for one in PROGRAMS}) == len(PROGRAMS)
    assert all(one.places for one in PROGRAMS)
    assert len([one for one in PROGRAMS if one.left]) * 25 < len(PROGRAMS)


@EACH
def test_nothing_is_wrong_with_it_before_the_change(changed: Changed) -> None:
    assert [one.title for one in told(changed.right)] == []


@NOT_LEFT
def test_the_change_is_told_once_with_a_fix_that_mends_it(changed: Changed) -> None:
    found = changed.told()
    assert len(found) == 1, [f"{one.code.name}: {one.title}" for one in found]
    assert changed.covers(found[0]), found[0].title
    clean = changed.clean_after(found[0])
    assert not clean or any(clean), [fix.title for fix in found[0].fixes]
