"""A slip in the name or the parameters of a ``type`` is one error: what the type takes or holds is not known then."""

import pytest

from nscompiler.pipeline.checks import check_texts

USES = "fun f : T { x : Integer } -> Text\nfun g : T { y : Integer } -> Text\n"


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        (f"type T r r = {{ tag : Text | r }}\n{USES}", "duplicate-variable", "r"),
        (f"type T = {{ tag : Text | r }}\n{USES}", "unbound-type-variable", "r"),
        (f"type T A = {{ tag : Text }}\n{USES.replace(' { x : Integer }', '')}", "capital-or-small", "A"),
        ("type a b = (a, b)\nfun f : Text -> Text\n", "capital-or-small", "a"),
        ("type r = { tag : Text | r }\nfun f : Text -> Text\n", "capital-or-small", "r"),
    ],
)
def test_a_slip_in_the_head_of_a_type_is_one_error(text: str, code: str, at: str) -> None:
    text = f"module M:1.0.0\n{text}"
    found = [one for one in check_texts({"main.nml": text}, ["."]).diagnostics if one.is_error]
    assert [one.code.name for one in found] == [code], [one.title for one in found]
    span = found[0].primary.span
    assert text[span.start : span.end] == at
