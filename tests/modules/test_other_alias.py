"""The fix of an alias that is taken takes along the uses that can only mean the module that gets another one."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

MODULES = {
    "foo.nml": "module Foo:1.0.0\ntype T = Text\nfun f : T -> Text\nfun both : Text -> Text\n",
    "bar.nml": "module Demo.Bar:1.0.0\ntype U = Text\nfun g : Text -> U\nfun both : Text -> Text\n",
}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            "import Foo:1.0.0 as A\nimport Demo.Bar:1.0.0 as A\n"
            "fun k : A.T -> A.U\ndef w = A.f | k | A.g | Conv.to_json<A.U>\n",
            "import Foo:1.0.0 as A\nimport Demo.Bar:1.0.0 as DemoBar\n"
            "fun k : A.T -> DemoBar.U\ndef w = A.f | k | DemoBar.g | Conv.to_json<DemoBar.U>\n",
        ),
        (
            "import Foo:1.0.0 as Conv\ndef w = Sources.stdin | Conv.f | Conv.to_json | Sinks.stdout\n",
            "import Foo:1.0.0 as Foo\ndef w = Sources.stdin | Foo.f | Conv.to_json | Sinks.stdout\n",
        ),
        (
            "import Foo:1.0.0\nimport Foo:1.0.0\ndef w = Foo.f\n",
            "import Foo:1.0.0\ndef w = Foo.f\n",
        ),
    ],
)
def test_its_uses_go_along(wrong: str, right: str) -> None:
    (found,) = check_texts({"main.nml": wrong, **MODULES}).diagnostics
    (fix,) = found.fixes
    assert apply_edits(wrong, fix.edits) == right
    assert check_texts({"main.nml": right, **MODULES}).diagnostics == ()


def test_what_both_modules_have_stays_with_the_first() -> None:
    text = "import Foo:1.0.0 as A\nimport Demo.Bar:1.0.0 as A\ndef w = A.both | A.g\n"
    (found,) = check_texts({"main.nml": text, **MODULES}).diagnostics
    assert apply_edits(text, found.fixes[0].edits).endswith("def w = A.both | DemoBar.g\n")
