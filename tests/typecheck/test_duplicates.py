"""What stands twice, what may not be called so, and variables that nothing declares: with a fix that gives a clean
program.
"""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits


@pytest.mark.parametrize(
    ("wrong", "code", "rights"),
    [
        ("type P = { a : Text, a : Text }", "NS0407", ["type P = { a : Text }"]),
        ("type P = { a : Text, a : Date, b : Text }", "NS0407", ["type P = { a : Text, b : Text }"]),
        ("def w = Std.fst\n\ndef w =  Std.fst", "NS0406", ["def w = Std.fst\n\n"]),
        ("type P = [Text]\ntype P = [Text]\ntype Q = P", "NS0406", ["type P = [Text]\ntype Q = P"]),
        ("def w = Std.fst\ndef w = Std.snd", "NS0406", ["def w = Std.fst\ndef w2 = Std.snd"]),
        ("fun f : Text -> Text\nfun f : Text -> Date", "NS0406", []),
        ("fun lambda : Text -> Text\ndef w = lambda", "NS0418", ["fun lambda_ : Text -> Text\ndef w = lambda_"]),
        ("fun f' : Text -> Text\ndef w = f' | f'", "NS0418", ["fun f_ : Text -> Text\ndef w = f_ | f_"]),
        ("fun __init__ : Text -> Text", "NS0418", ["fun init : Text -> Text"]),
        ("fun args : Text -> Text\nfun args_ : Text -> Text", "NS0418", []),
        ("fun f : { a : Text } -> { a : Text | r }", "NS0414", ["fun f : { a : Text | r } -> { a : Text | r }"]),
        ("fun f : { a : Text } -> { a : Text, b : b }", "NS0414", []),
        ("type Box = { inner : a, outer : [b] }", "NS0413", ["type Box a b = { inner : a, outer : [b] }"]),
        ("type Box = { inner : a, outer : [b] }\nfun f : Box -> Text", "NS0413", []),
    ],
)
def test_one_fault_is_one_error(wrong: str, code: str, rights: list[str]) -> None:
    (found,) = problems(wrong)
    assert found.code.id == code
    mended = [apply_edits(wrong, fix.edits) for fix in found.fixes]
    assert mended[: len(rights)] == rights
    assert bool(mended) == bool(rights)
    for one in mended:
        assert problems(one) == ()


def test_of_two_fields_with_other_types_either_may_go() -> None:
    text = "type P = { a : Text, a : Date, b : Text }"
    (found,) = problems(text)
    assert [fix.title for fix in found.fixes] == ["remove the second", "remove the first"]
    assert apply_edits(text, found.fixes[1].edits) == "type P = { a : Date, b : Text }"
