"""Types and functions with parameters as other languages write them: told where they are declared, with their uses."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits


@pytest.mark.parametrize(
    ("wrong", "fault", "right"),
    [
        (
            "type Page<a> = { all : [a] }\nfun k : Page<Text> -> [Page<Integer>]",
            "<a>",
            "type Page a = { all : [a] }\nfun k : Page Text -> [Page Integer]",
        ),
        (
            "type Page<T> = { all : [T], it : T }\nfun k : Text -> Page<Text>\ndef w = k | Conv.to_json<Page<Text>>",
            "<T>",
            "type Page t = { all : [t], it : t }\nfun k : Text -> Page Text\ndef w = k | Conv.to_json<Page Text>",
        ),
        ("type Page[a] = [a]\nfun k : Page[Text] -> Text", "[a]", "type Page a = [a]\nfun k : Page Text -> Text"),
        ("type Page(a) = [a]\nfun k : Page(Text) -> Text", "(a)", "type Page a = [a]\nfun k : Page Text -> Text"),
        (
            "type Two<K, V> = (K, V)\nfun k : Two<Text, [Integer]> -> optional Two<(), Map Text>",
            "<K, V>",
            "type Two k v = (k, v)\nfun k : Two Text [Integer] -> optional Two () (Map Text)",
        ),
        (
            "type Box<T> = { it : T }\nfun k : Map Box<Box<Text>> -> Void",
            "<T>",
            "type Box t = { it : t }\nfun k : Map (Box (Box Text)) -> Void",
        ),
        (
            "type Box<T> = { it : T }\ntype Event = Sent Box<Text> | Lost",
            "<T>",
            "type Box t = { it : t }\ntype Event = Sent (Box Text) | Lost",
        ),
        (
            "type Tree<T> = Leaf T | Node { it : T }\nfun k : Tree<[Text]> -> Void",
            "<T>",
            "type Tree t = Leaf t | Node { it : t }\nfun k : Tree [Text] -> Void",
        ),
        ("type Page<T extends Text> = [T]", "<T extends Text>", "type Page t = [t]"),
        ("type Page T = { all : [T] }\nfun k : Page Text -> T.T", "T", None),
        (
            "type Page T = { all : [T] }\nfun k : Page Text -> Text",
            "T",
            "type Page t = { all : [t] }\nfun k : Page Text -> Text",
        ),
        ("type Two a B = { a : a, b : B }", "B", "type Two a b = { a : a, b : b }"),
        ("fun first<T> : [T] -> T", "<T>", "fun first : [t] -> t"),
        ("fun swap<a, B> : (a, B) -> (B, a)", "<a, B>", "fun swap : (a, b) -> (b, a)"),
        ("def same<a> : a -> a = Std.identity", "<a>", "def same : a -> a = Std.identity"),
    ],
)
def test_one_error_whose_fix_takes_the_uses_along(wrong: str, fault: str, right: str | None) -> None:
    wrong = f"{wrong}\n"
    found = problems(wrong)
    assert wrong[found[0].primary.span.start : found[0].primary.span.end] == fault
    if right is None:
        return
    (problem,) = found
    mended = apply_edits(wrong, problem.fixes[0].edits)
    assert mended == f"{right}\n"
    assert problems(mended) == ()


def test_two_such_types_in_each_others_arguments_are_mended_apart() -> None:
    text = "type Page<T> = [T]\ntype Two<K, V> = (K, V)\nfun k : Page<Two<Text, Page<Text>>> -> Text\n"
    first, second = problems(text)
    mended = apply_edits(text, (*first.fixes[0].edits, *second.fixes[0].edits))
    assert mended == "type Page t = [t]\ntype Two k v = (k, v)\nfun k : Page (Two Text (Page Text)) -> Text\n"
    assert problems(mended) == ()


def test_uses_of_a_type_that_is_declared_well_are_told_where_they_stand() -> None:
    text = "type Page a = [a]\nfun k : Page<Text> -> Text\n"
    (found,) = problems(text)
    assert apply_edits(text, found.fixes[0].edits) == "type Page a = [a]\nfun k : Page Text -> Text\n"


def test_brackets_behind_a_type_that_was_declared_with_others_are_a_tuple() -> None:
    text = "type Page<a> = [a]\nfun k : Page (Text, Text) -> Page [Text]\n"
    (found,) = problems(text)
    assert apply_edits(text, found.fixes[0].edits) == "type Page a = [a]\nfun k : Page (Text, Text) -> Page [Text]\n"
