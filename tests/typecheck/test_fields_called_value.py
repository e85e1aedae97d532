"""A field that is called `value`, and the attribute of that name which values of sums have."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        ("return str(x.value)", 'return str(x["value"])'),
        ('with open("a"): return x.value + x.value', 'with open("a"): return x["value"] + x["value"]'),
    ],
)
def test_a_field_called_value_is_reached_by_its_name_alone(body: str, mended: str) -> None:
    python = f"import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x):\n        {body}\n"
    texts = {"module.nml": "module M:0.1.0\nfun f : { value : Text } -> Text\n", "service.py": python}
    (found,) = check_texts(texts).diagnostics
    assert found.title == "`f` reads the field `value` as an attribute, which there is not"
    fixed = apply_edits(python, found.fixes[0].edits)
    assert fixed == python.replace(body, mended)
    assert check_texts({**texts, "service.py": fixed}).diagnostics == ()


def test_what_a_constructor_holds_is_an_attribute() -> None:
    python = "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x):\n        return str(x.value)\n"
    types = "module M:0.1.0\ntype Plant = { name : Text }\ntype Event = Placed Plant | Idle\n"
    of_sum = check_texts({"module.nml": f"{types}fun f : Event -> Text\n", "service.py": python}).diagnostics
    of_record = check_texts({"module.nml": f"{types}fun f : Plant -> Text\n", "service.py": python}).diagnostics
    assert (of_sum, [one.code.name for one in of_record]) == ((), ["returned-value"])
