"""A function that all but its type call a source is told of once, at its input."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

LIVE = "fun live : Integer -> Integer\n"
USES = "def w = live & Sources.jsonl<Integer> { path = 'x' } | Sinks.log\n".replace("'", '"')
NONE = "class Module:\n    def live(self):\n        yield 1\n"
ONE = "class Module:\n    def live(self, value):\n        return value\n"


def told(nml: str, python: str) -> list[Diagnostic]:
    return list(check_texts({"module.nml": f"module M:0.1.0\n{nml}", "service.py": python}).diagnostics)


@pytest.mark.parametrize("attribute", ["bounded", "unbounded"])
def test_the_class_and_an_attribute_make_a_source(attribute: str) -> None:
    text = f"@{attribute}\n{LIVE}{USES}"
    (found,) = told(text, NONE)
    whole = f"module M:0.1.0\n{text}"
    assert whole[found.primary.span.start : found.primary.span.end] == "Integer"
    assert whole[: found.primary.span.start].endswith("fun live : ")
    assert [label.text for label in found.related] == ["only sources are", "takes no value"]
    fixed = apply_edits(whole, found.fixes[0].edits)
    assert fixed.splitlines()[2] == "fun live : Void -> Integer"
    assert check_texts({"module.nml": fixed, "service.py": NONE}).diagnostics == ()


def test_an_attribute_that_the_class_does_not_know_of_is_the_fault() -> None:
    (found,) = told(f"@bounded\n{LIVE}", ONE)
    assert found.fixes[0].title == "remove `@bounded`"
    (found,) = told(f"@bounded\n{LIVE}{USES}", ONE)
    assert found.fixes[0].title == "remove `@bounded`"


def test_a_method_that_yields_and_takes_nothing_may_be_a_source() -> None:
    (found,) = told(LIVE, NONE)
    first, second = found.fixes
    assert first.title == "make `live` a source: write `Void`"
    fixed = apply_edits(f"module M:0.1.0\n{LIVE}", first.edits)
    assert check_texts({"module.nml": fixed, "service.py": NONE}).diagnostics == ()
    assert second.title == "write `value`"


def test_a_method_that_reads_a_value_lacks_it() -> None:
    python = "class Module:\n    def live(self):\n        yield count\n"
    (found,) = told(LIVE, python)
    (fix,) = found.fixes
    assert fix.title == "write `count`"
    assert "def live(self, count):" in apply_edits(python, fix.edits)
