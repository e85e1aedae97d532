"""Types as annotations of Python and generics of other languages write them: told once, with how they are written."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits


@pytest.mark.parametrize(
    ("wrong", "fault", "right"),
    [
        ("fun f : Text -> List[Text]", "List", "fun f : Text -> [Text]"),
        ("fun f : Text -> Optional[Text]", "Optional", "fun f : Text -> optional Text"),
        ("fun f : Text -> list<Text>", "list<Text>", "fun f : Text -> [Text]"),
        ("fun f : Text -> Dict[Text, Integer]", "Dict[Text, Integer]", "fun f : Text -> Map Integer"),
        ("fun f : Text -> Map<Text, [Integer]>", "Map<Text, [Integer]>", "fun f : Text -> Map [Integer]"),
        ("fun f : Text -> Tuple[Text, Integer]", "Tuple[Text, Integer]", "fun f : Text -> (Text, Integer)"),
        ("fun f : Text -> Matrix[3, 4, Double]", "Matrix[3, 4, Double]", "fun f : Text -> Matrix 3 4 Double"),
        ("fun f : list[str] -> dict[str, int]", "list[str]", "fun f : [Text] -> Map Integer"),
        ("fun f : list[str] -> str", "list[str]", "fun f : [Text] -> Text"),
        (
            "fun f : list[dict[str, list[int]]] -> Dict[str, Optional[float]]",
            "list[dict[str, list[int]]]",
            "fun f : [Map [Integer]] -> Map (optional Double)",
        ),
        (
            "fun f : list[str | None] -> dict[str, bytes | None]",
            "list[str | None]",
            "fun f : [optional Text] -> Map (optional [Byte])",
        ),
        (
            "type P = { a : list[str], int : Optional[int], c : tuple[int, Text] }",
            "list[str]",
            "type P = { a : [Text], int : optional Integer, c : (Integer, Text) }",
        ),
        (
            "type P = { a : Integer }\nfun f : dict[str, P] -> Text\ndef w = f",
            "dict[str, P]",
            "type P = { a : Integer }\nfun f : Map P -> Text\ndef w = f",
        ),
    ],
)
def test_such_a_type_is_one_error_and_a_fix(wrong: str, fault: str, right: str) -> None:
    (found,) = problems(wrong)
    span = found.primary.span
    assert wrong[span.start : span.end] == fault
    (fix,) = found.fixes
    assert apply_edits(wrong, fix.edits) == right
    assert problems(right) == ()


@pytest.mark.parametrize(
    "text",
    [
        "fun f : list[] -> Text",
        "fun f : list[Text -> Text",
        "fun f : Text -> Dict[Integer, Text]",
        "fun f : Text -> Union[Text, Integer]",
        "fun f : Text -> Dict[Text, { a : Text }]",
        "fun f : " + "list[" * 12 + "Text" + "]" * 12 + " -> Text",
    ],
)
def test_what_cannot_be_written_here_gets_no_such_fix(text: str) -> None:
    (found,) = problems(text)
    assert not found.title.startswith("This type is written")


@pytest.mark.parametrize("text", ["fun f : Map [Text] -> Text", "type list a = [a]", "fun f : list -> list"])
def test_types_of_ours_are_left_alone(text: str) -> None:
    assert not any("written" in found.title for found in problems(text))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def w = Sources.stdin() | f() | Sinks.log()", "def w = Sources.stdin | f | Sinks.log"),
        ("def w = Sources.stdin | f () | Sinks.log", "def w = Sources.stdin | f | Sinks.log"),
        (
            'def w = Sources.jsonl<Text> { path = "x" }() | f | Sinks.log()',
            'def w = Sources.jsonl<Text> { path = "x" } | f | Sinks.log',
        ),
    ],
)
def test_all_calls_of_a_pipe_are_one_error_and_a_fix(wrong: str, right: str) -> None:
    before = "fun f : Text -> Text\n"
    (found,) = problems(before + wrong)
    assert found.title == "A function is named without `()`: the pipe calls it"
    (fix,) = found.fixes
    assert apply_edits(before + wrong, fix.edits) == before + right
    assert problems(before + right) == ()
