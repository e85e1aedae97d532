"""A parameter with choices that is compared with none of them."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

NML = 'module M:0.1.0\nfun f : Text -> Text with { mode : "fast" | "exact" = "fast", unit : Text = "m" }\n'


def told(*lines: str) -> list[tuple[str, str, list[str]]]:
    body = "".join(f"        {line}\n" for line in (*lines, 'unit = self.args["unit"]', "return t + unit"))
    python = f"import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, t):\n{body}"
    found = check_texts({"module.nml": NML, "service.py": python}).diagnostics
    return [
        (
            python[one.primary.span.start : one.primary.span.end],
            one.primary.text,
            [apply_edits(python, fix.edits) for fix in one.fixes],
        )
        for one in found
        if one.code.name == "impossible-choice"
    ]


@pytest.mark.parametrize(
    "line",
    [
        'if self.args["mode"] == "fats": return ""',
        'if "fats" != self.args["mode"]: return ""',
        'if self.args["mode"] in ("fats", "exact"): return ""',
        'match self.args["mode"]:\n            case "fats": return ""',
        'match self.args["mode"]:\n            case "exact" | "fats": return ""',
    ],
)
def test_a_text_that_is_no_choice_is_told_of(line: str) -> None:
    ((place, said, (mended,)),) = told(line)
    assert (place, said) == ('"fats"', 'did you mean `"fast"`?')
    assert line.replace("fats", "fast") in mended


def test_the_parameter_may_have_been_given_a_name() -> None:
    ((place, said, mended),) = told('mode = self.args["mode"]', 'if mode == "slow": return ""')
    assert (place, said, mended) == ('"slow"', 'the choices are "fast", "exact"', [])


@pytest.mark.parametrize(
    "lines",
    [
        ('if self.args["mode"] == "exact": return ""',),
        ('if self.args["unit"] == "km": return ""', 'print(self.args["mode"])'),
        ('if self.args.get("mode", "none") == "none": return ""',),
        ('mode = self.args["mode"]', 'mode = mode or "none"', 'if mode == "none": return ""'),
        ('if self.args["mode"] == t: return ""',),
        ('if self.args["mode"] < "x": return ""',),
        ('if self.args["mode"].upper() == "FAST": return ""',),
    ],
)
def test_of_other_comparisons_nothing_is_said(lines: tuple[str, ...]) -> None:
    assert told(*lines) == []
