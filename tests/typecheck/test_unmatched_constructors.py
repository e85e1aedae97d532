"""A method that forgets a constructor of the sum that it is given."""

import pytest

from nscompiler.pipeline.checks import check_texts

SUM = "type E = Placed Text | Gone | Idle Integer\n"
PLACED = "match t:\n    case nstack.E.Placed(x):\n        return x"


def told(body: str, type: str = "E -> Text") -> list[tuple[str, str, str]]:
    python = "import nstack\nfrom nstack import E\n\n\nclass Module(nstack.Module):\n    def f(self, t):\n"
    python += "".join(f"        {line}\n" for line in body.split("\n"))
    texts = {"module.nml": f"module M:0.1.0\n{SUM}fun f : {type}\n", "service.py": python}
    found = check_texts(texts).diagnostics
    assert all(one.code.name == "returned-value" for one in found)
    return [(python[one.primary.span.start : one.primary.span.end], one.title, one.primary.text) for one in found]


def test_a_constructor_without_a_case() -> None:
    body = f"{PLACED}\n    case nstack.E.Gone():\n        return ''"
    assert told(body) == [("match t", "`f` returns nothing for `Idle`", "no case for `Idle` of `E`")]


def test_several_constructors_without_a_case() -> None:
    said = ("match t", "`f` returns nothing for `Gone` and 1 more", "no case for `Gone`, `Idle` of `E`")
    assert told(PLACED) == [said]


@pytest.mark.parametrize(
    "body",
    [
        f"{PLACED}\n    case _:\n        return ''",
        f"{PLACED}\n    case other:\n        return str(other)",
        f"{PLACED}\n    case E.Gone() | E.Idle(_):\n        return ''",
        f"{PLACED}\n    case (E.Gone() | E.Idle(_)) as other:\n        return str(other)",
        f"{PLACED}\nreturn ''",
        f"{PLACED}\n    case 3:\n        return ''",  # what that takes is not looked at
        PLACED.replace("match t", "match str(t)"),
        f"t = t or nstack.E.Gone()\n{PLACED}",
        f"def g():\n    return 1\n{PLACED}\nraise ValueError(t)",
    ],
)
def test_nothing_is_said_where_all_may_be_taken(body: str) -> None:
    assert told(body) == []


def test_of_a_constructor_that_there_is_not_that_is_said() -> None:
    ((place, title, _),) = told(f"{PLACED}\n    case E.Nope():\n        return ''")
    assert (place, title) == ("Nope", "the sum `E` has no constructor `Nope`")


def test_what_may_be_missing_may_be_left_out() -> None:
    assert told(PLACED, "E -> optional Text") == []
    assert told(PLACED.replace("return", "yield"), "E -> Text") == []


def test_a_function_for_each_constructor() -> None:
    ((place, title, label),) = told("return t.match(lambda x: x, lambda: '')")
    assert place == "t.match(lambda x: x, lambda: '')"
    assert (title, label) == ("`f` matches 3 constructors with 2 functions", "`E` has `Placed`, `Gone`, `Idle`")
    assert [one[1] for one in told("return t.match(str)")] == ["`f` matches 3 constructors with 1 function"]
    assert told("return t.match(lambda x: x, lambda: '', str)") == []
    assert told("return t.match(*self.cases)") == []
