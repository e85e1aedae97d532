"""Parameters that a nearer binding decides already, beside functions without `with`, whose Python code says what they
read."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts

DECLARED = "module A:1.0.0\n\nfun check : Text -> Text with { currency : Text }\nfun keep : Text -> Text\n"
VETTED = 'def vetted = check { currency = "EUR" } | keep\n'
CLASS = (
    "import nstack\n\n\nclass Module(nstack.Module):\n"
    '    def check(self, text):\n        return self.args["currency"]\n\n'
    "    def keep(self, text):\n        return {}\n"
)


def told(text: str, read: str) -> tuple[Diagnostic, ...]:
    return check_texts({"a/module.nml": text, "a/service.py": CLASS.format(read)}).diagnostics


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ('vetted { currency = "SEK" }', "vetted"),
        ('(check { currency = "EUR" } | keep) { currency = "SEK" }', '(check { currency = "EUR" } | keep)'),
    ],
)
def test_a_binding_that_reaches_nobody_who_reads_it(written: str, mended: str) -> None:
    text = DECLARED + VETTED + f"def w = {written}\n"
    (found,) = told(text, "text")
    assert (found.code.id, found.title) == ("NS0504", "`currency` has no effect here")
    assert text[found.primary.span.start : found.primary.span.end] == 'currency = "SEK"'
    (nearer,) = found.related
    assert text[nearer.span.start : nearer.span.end] == 'currency = "EUR"'
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert fixed == DECLARED + VETTED + f"def w = {mended}\n"
    assert told(fixed, "text") == ()


@pytest.mark.parametrize(
    "read",
    [
        'self.args["currency"]',
        "self.check(text)",
        "helper(self)",
        "self.other()\n\n    def other(self):\n        return self.args['currency']",
        "super(Module, self).check(text)",
    ],
)
def test_a_binding_that_may_be_read_by_a_function_without_with(read: str) -> None:
    assert told(DECLARED + VETTED + 'def w = vetted { currency = "SEK" }\n', read) == ()


def test_what_another_method_reads_is_not_read() -> None:
    (found,) = told(DECLARED + 'def w = keep { currency = "SEK" }\n', "text")
    assert (found.code.id, found.title) == ("NS0905", "no Python code reads the parameter `currency`")
