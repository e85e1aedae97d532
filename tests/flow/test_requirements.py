"""Requirements that leave no common version of a package; what is not certain counts as agreeing."""

import pytest

from nscompiler.flow.requirements import disputed, excluding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a==1.0", "a==1.1"),
        ("a==1.0", "a>=2"),
        ("a<2", "a>=2"),
        ("a>1,<=2", "a>2"),
        ("a~=2.1", "a<2.1"),
        ("a==1.0", "a!=1"),
        ("A_b==1", "a-B==2"),
        ("a[extra]==1  # why", "a>1"),
        ("a (==1)", "a (<1)"),
        ("a===1.0", "a<1"),
        ("a==1.2", "a<=1.1"),
    ],
)
def test_these_exclude_each_other(one, other):
    for left, right in ((one, other), (other, one)):
        found = excluding(["z", left], [right])
        assert found is not None
        assert found[1:] == (left, right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a==1.0", "a==1"),
        ("a", "a==3"),
        ("a>=1", "a<2"),
        ("a<=2", "a>=2"),
        ("a==1", "b==2"),
        ("a==1.*", "a==1.5"),
        ("a==1; python_version < '3'", "a==2"),
        ("a @ https://example.org/a.whl", "a==2"),
        ("-r other.txt", "a==2"),
        ("a==1rc1", "a==1"),
        ("a!=1", "a>0"),
        ("# a==1", "a==2"),
    ],
)
def test_these_may_agree(one, other):
    assert excluding([one], [other]) is None
    assert excluding([other], [one]) is None


def test_the_first_by_name_is_told():
    assert excluding(["b==1", "a==1"], ["b==2", "a==2"]) == ("a", "a==1", "a==2")


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([["a==1"], ["b==1"], ["a>=2"]], True),
        ([["a==1"], ["a==1.0"], ["a<2"]], False),
        ([["a==1", "a==2"]], False),
        ([], False),
    ],
)
def test_whether_any_two_of_several_lists_exclude_each_other(lists, expected):
    assert disputed(lists) is expected
