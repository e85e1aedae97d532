"""Type variables that are declared nowhere, or stand for two kinds of thing: one error each, with a fix."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


@pytest.mark.parametrize(
    ("text", "code", "under", "old", "new"),
    [
        (
            "type S = { at : DateTime, value : a }\nfun read : Text -> S Integer\nfun strip : S a -> a\n",
            "unbound-type-variable",
            "a }",
            "type S =",
            "type S a =",
        ),
        ("type S a = { value : b }\nfun read : Text -> S Integer\n", "unbound-type-variable", "b }", ": b", ": a"),
        ("fun stamp : r -> { at : Text | r }\n", "type-argument-kind", "r }", "r ->", "{ | r } ->"),
        ("fun f : [a] -> b\n", "unsupplied-variable", "b\n", "-> b", "-> a"),
        ("fun f : { n : Integer | r } -> { n : Integer | rest }\n", "unsupplied-variable", "rest", "rest", "r"),
        ("fun f : { n : Integer | .. } -> { n : Integer | r }\n", "unsupplied-variable", "r }", "..", "r"),
    ],
)
def test_one_error_and_a_fix(text: str, code: str, under: str, old: str, new: str) -> None:
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == code
    name = under.split()[0]
    assert text[found.primary.span.start : found.primary.span.end].split()[-1] == name
    fixed = apply_edits(text, found.fixes[0].edits)
    assert fixed == text.replace(old, new, 1)
    assert check_texts({"main.nml": fixed}).diagnostics == ()


def test_uses_without_types_leave_it_open_what_is_meant() -> None:
    text = "type S = { value : a }\nfun read : Text -> S\ndef w = Sources.stdin | read | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.code.name, found.fixes) == ("unbound-type-variable", ())


def test_nothing_is_no_optional() -> None:
    text = "fun notify : Text -> optional Void\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    (fix,) = found.fixes
    assert apply_edits(text, fix.edits) == "fun notify : Text -> Void\n"
