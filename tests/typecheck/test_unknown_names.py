"""Names that mean nothing, of types, functions and modules: what was meant, told once."""

import pytest
from told import only, underlined

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


def test_an_unknown_name_has_no_followers() -> None:
    text = "fun f : Text -> Integer\ndef a = Sources.stdin | nothing | f | Sinks.log\ndef b = Conv.to_jsn | Sinks.log\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert [one.code.name for one in found] == ["unknown-name", "unknown-name"]


@pytest.mark.parametrize(
    ("type", "said", "mended"),
    [
        ("List Text", "a list is written `[T]`", ["[Text]"]),
        ("Array", "a list is written `[T]`", []),
        ("Array (Map Text)", "a list is written `[T]`", []),
        ("Maybe Text", "what may be missing is written `optional T`", ["optional Text"]),
        ("Optional a", "what may be missing is written `optional T`", ["optional a"]),
        ("Option", "what may be missing is written `optional T`", []),
    ],
)
def test_a_type_that_is_a_sign_or_a_word_here_is_told_how_to_write(type: str, said: str, mended: list[str]) -> None:
    text = "fun f : {} -> Text\n"
    found = only(text.format(type))
    assert (found.code.name, found.primary.text) == ("unknown-type", said)
    assert [apply_edits(text.format(type), fix.edits) for fix in found.fixes] == [text.format(one) for one in mended]


def test_a_map_has_no_type_for_its_keys() -> None:
    text = "type A = Map Text Integer\n"
    assert [apply_edits(text, fix.edits) for fix in only(text).fixes] == ["type A = Map Integer\n"]


def test_a_near_name_of_the_file_is_likelier_than_how_a_list_is_written() -> None:
    assert only("type Lists = Text\nfun f : List -> Text\n").primary.text == "did you mean `Lists`?"


def test_variables_that_look_like_types_are_mended_together() -> None:
    text = "fun f : { a : text, b : [int] } -> (text, integer)\n"
    found = only(text)
    assert (found.code.name, underlined(text, found)) == ("wrong-case", "integer")
    assert [fix.title for fix in found.fixes] == ["write `Text`, `Integer`"]
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == "fun f : { a : Text, b : [Integer] } -> (Text, Integer)\n"
    assert check_texts({"main.nml": mended}).diagnostics == ()


def test_a_module_where_a_function_is_wanted_says_which_it_has() -> None:
    found = only('def f = "a" | Std\n')
    assert found.title == "`Std` is a module, and no function"
    assert found.primary.text == "its functions are `Std.identity`, `Std.fst`, `Std.snd`, `Std.some` …"
    found = only('def f = "a" | Stdd\n')
    assert found.title == "there is no function `Stdd`"
    assert found.notes == ("a function of the module `Std` is called `Std.…`",)


@pytest.mark.parametrize(("type", "meant"), [("str", "Text"), ("int", "Integer"), ("bytes", "[Byte]")])
def test_a_type_of_another_language_in_small_letters_is_no_variable(type: str, meant: str) -> None:
    for text in ("type R = {{ a : {} }}\nfun f : R -> Text\n", "fun f : Text -> {}\n"):
        found = only(text.format(type))
        assert (found.code.name, found.title) == ("unknown-type", f"there is no type `{type}`")
        assert [apply_edits(text.format(type), fix.edits) for fix in found.fixes] == [text.format(meant)]


@pytest.mark.parametrize(("qualifier", "offers"), [("Sinks", 0), ("B", 1)])
def test_other_modules_are_looked_through_for_a_name_of_the_projects_own_alone(qualifier: str, offers: int) -> None:
    files = {
        "main.nml": f"import B:1.0.0\ndef w = Sources.stdin | {qualifier}.nowhere\n",
        "a.nml": "module A:1.0.0\nfun nowhere : Text -> Void\n",
        "b.nml": "module B:1.0.0\nfun f : Text -> Void\n",
    }
    (found,) = (one for one in check_texts(files).diagnostics if one.is_error)
    assert [fix.title for fix in found.fixes] == ["import `A:1.0.0` and write `A.nowhere`"] * offers
