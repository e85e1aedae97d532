"""The changes between two interfaces: each kind, its level, whom it concerns, and the version that follows."""

import pytest
from two_states import changes, lines

from nscompiler.modules.reference import parse_version
from nscompiler.tools.changes import Level, described, highest, placed
from nscompiler.tools.semver import next_version, suffices

NOTHING: list[str] = []
CSV = ("sep", "quote", "escape", "header", "null", "encoding")
RECORD = "fun f : Text -> { a : Integer, b : Text }"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (RECORD, RECORD, NOTHING),
        # functions
        ("", "fun f : Text -> Text", ["minor f function function-added"]),
        ("fun f : Text -> Text", "", ["major f function function-removed"]),
        ("fun f : Text -> Text", "fun f : Void -> Text", ["major f kind-changed"]),
        ("fun f : Text -> Text with {}", "def f = Std.identity<Text>", ["minor f @stateless stateless-added"]),
        ("/// One.\nfun f : Text -> Text", "/// Two.\nfun f : Text -> Text", ["patch f documentation docs"]),
        # what goes in
        ("fun f : Double -> Text", "fun f : Integer -> Text", ["major f input input-narrowed"]),
        ("fun f : Integer -> Text", "fun f : Double -> Text", ["minor f input input-widened"]),
        ("fun f : Integer -> Text", "fun f : Boolean -> Text", ["major f input input-changed"]),
        ("fun f : { a : Text } -> Text", "fun f : { a : optional Text } -> Text", ["minor f input.a input-widened"]),
        (
            "fun f : { a : Text } -> Text",
            "fun f : { a : Text, b : optional Text } -> Text",
            ["major f input.b input-field-added"],
        ),
        (
            "fun f : { a : Text, b : Text } -> Text",
            "fun f : { a : Text } -> Text",
            ["minor f input.b input-field-removed"],
        ),
        ("fun f : { a : Text } -> Text", "fun f : { a : Text | .. } -> Text", ["minor f input input-opened"]),
        # what comes out
        ("fun f : Text -> Double", "fun f : Text -> Integer", ["minor f output output-narrowed"]),
        ("fun f : Text -> Integer", "fun f : Text -> Double", ["major f output output-widened"]),
        ("fun f : Text -> [[Integer]]", "fun f : Text -> [[Double]]", ["major f output[][] output-widened"]),
        ("fun f : Text -> Text", "fun f : Text -> optional Text", ["major f output output-widened"]),
        ("fun f : Text -> [Text]", "fun f : Text -> Vector 3 Text", ["minor f output output-narrowed"]),
        (
            RECORD,
            "fun f : Text -> { a : Integer, b : Text, c : Text }",
            ["minor f output.c output-field-added"],
        ),
        (RECORD, "fun f : Text -> { a : Integer }", ["major f output.b output-field-removed"]),
        (
            "fun f : { userName : Text, size : Integer } -> { userName : Text, mean : Double }",
            "fun f : { user_name : Text, size : Integer } -> { user_name : Text, total : Double }",
            [
                "major f input.userName input-field-renamed",
                "major f output.userName output-field-renamed",
                "major f output.mean output-field-removed",
                "minor f output.total output-field-added",
            ],
        ),
        (
            RECORD,
            "fun f : Text -> { a : optional Integer, b : Text }",
            ["major f output.a output-widened"],
        ),
        (
            "fun f : Text -> optional Text",
            "fun f : Text -> Text",
            ["major f output optional-removed", "minor f output output-narrowed"],
        ),
        # open records and variables
        (
            "fun f : { a : Text | r } -> { a : Text | r }",
            "fun f : { a : Text } -> { a : Text }",
            ["major f output output-closed", "major f type arguments type-arguments", "minor f input input-closed"],
        ),
        (
            "fun f : { a : Text } -> { a : Text }",
            "fun f : { a : Text | r } -> { a : Text | r }",
            ["minor f input input-opened", "minor f output output-opened"],
        ),
        (
            "fun f : { a : Text | r } -> { a : Text | r }",
            "fun f : { a : Text | s } -> { a : Text, b : Text | s }",
            [
                "major f output output-changed",
                "minor f output.b output-field-added",
            ],
        ),
        (
            "fun f : Text -> Text",
            "fun f : a -> a",
            ["major f type generalised", "minor f input input-widened", "minor f output output-narrowed"],
        ),
        (
            "fun f : (a, a) -> a",
            "fun f : (b, c) -> b",
            ["minor f input.1 input-widened"],
        ),
        (
            "fun f : (a, b) -> (a, b)",
            "fun f : (a, a) -> (a, a)",
            [
                "major f input.1 input-changed",
                "major f output.1 output-changed",
                "major f type arguments type-arguments",
            ],
        ),
        ("fun f : (a, b) -> (b, a)", "fun f : (x, y) -> (y, x)", NOTHING),
        ("type E a = A a | B a\nfun f : E a -> a", "type E x = A x | B x\nfun f : E x -> x", NOTHING),
        (
            "fun f : Text -> E\ntype E = A Text | B",
            "fun f : Text -> E\ntype E = A Integer | B",
            ["major E type.A type-changed", "major f output.A output-changed"],
        ),
        # constraints
        ("fun f : a -> Text", "fun f : a -> Text where a is CsvRow", ["major f where constraint-added"]),
        ("fun f : a -> Text where a is CsvRow", "fun f : a -> Text", ["minor f where constraint-removed"]),
        (
            "fun f : a -> Text where a is CsvRow",
            "fun f : a -> Text where a is Csv",
            ["minor f where constraint-removed"],
        ),
        # layout
        (
            RECORD,
            "fun f : Text -> { b : Text, a : Integer }",
            ["major f output output-order"],
        ),
        (
            "fun f : { a : Integer, b : Text } -> Text",
            "fun f : { b : Text, a : Integer } -> Text",
            ["minor f input input-order"],
        ),
        # attributes and facts
        ("fun f : Text -> Text", '@deprecated("g")\nfun f : Text -> Text', ["minor f @deprecated deprecated-added"]),
        ("@experimental\nfun f : Text -> Text", "fun f : Text -> Text", ["minor f @experimental experimental-removed"]),
        ("@bounded\nfun f : Void -> Text", "fun f : Void -> Text", ["major f unbounded"]),
        ("fun f : Void -> Text", "@bounded\nfun f : Void -> Text", ["minor f bounded"]),
        ("@stateless\nfun f : Text -> Text", "fun f : Text -> Text", ["major f @stateless stateless-removed"]),
        ("fun f : Text -> Text", "@stateless\nfun f : Text -> Text", ["minor f @stateless stateless-added"]),
        ("def f = Sinks.log<Text>", "def f = Sinks.reply<Text>", ["major f replies"]),
        (
            'def f = Sources.jsonl<Text> { path = "x" }',
            'def f = Sources.csv<[Text]> { path = "x" } | Std.single | Std.single*',
            [
                "major f output output-changed",
                *(f"minor f parameter csv_{name} parameter-added" for name in CSV),
            ],
        ),
        (
            'def f = Sources.http<Text> { http_path = "x" }',
            'def f = Sources.http<Text> { http_path = "x" } & (Sources.stdin)',
            ["major f @replay replay", "major f other-sources", "minor f parameter max_line parameter-added"],
        ),
        ("def f = Std.identity<Text>", "def f = Std.identity<Text> & Std.identity<Text>", ["major f more-ways"]),
    ],
)
def test_functions(old: str, new: str, expected: list[str]) -> None:
    assert lines(changes(old, new)) == expected


CANCELED = "major T type.Cancelled type-constructor-renamed"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("type T = Text", "type T = Text", NOTHING),
        ("", "type T = Text", ["minor T type type-added"]),
        ("type T = Text", "", ["major T type type-removed"]),
        ("type T = { a : Text }", "type T = { a : Text, b : Text }", ["major T type.b type-field-added"]),
        ("type T = { a : Text, b : Text }", "type T = { a : Text }", ["major T type.b type-field-removed"]),
        ("type T = { a : Integer }", "type T = { a : Double }", ["major T type.a type-changed"]),
        ("type T = { userName : Text }", "type T = { user_name : Text }", ["major T type.userName type-field-renamed"]),
        ("type T = [{ colour : Text }]", "type T = [{ color : Text }]", ["major T type[].colour type-field-renamed"]),
        (
            "type T = { colour : Text }",
            "type T = { color : [Text] }",
            ["major T type.colour type-field-removed", "major T type.color type-field-added"],
        ),
        ("type T = Paid Text | Cancelled", "type T = Paid Text | Canceled", [CANCELED]),
        ("type T = A Text | B", "type T = A Text | B | C", ["major T type.C type-constructor-added"]),
        ("type T = A Text | B | C", "type T = A Text | C", ["major T type.B type-constructor-removed"]),
        ("type T = A Text | B", "type T = A | B", ["major T type.A type-changed"]),
        ("type T = A Text | B", "type T = B | A Text", ["major T type type-order"]),
        ("type T a b = (a, b)", "type T x y = (x, y)", NOTHING),
        ("type T a b = (a, b)", "type T a b = (b, a)", ["major T type.0 type-changed", "major T type.1 type-changed"]),
        ("type T a = [a]", "type T a b = [(a, b)]", ["major T parameters type-parameters"]),
        ("type T = Text", '@deprecated("x")\ntype T = Text', ["minor T @deprecated deprecated-added"]),
        ("/// One.\ntype T = Text", "type T = Text", ["patch T documentation docs"]),
        (
            "type T = { a : Text }\nfun f : Text -> { x : T }",
            "type U = { a : Text }\ntype T = U\nfun f : Text -> { x : U }",
            ["minor U type type-added", "minor f output.x output-name"],
        ),
    ],
)
def test_types(old: str, new: str, expected: list[str]) -> None:
    assert lines(changes(old, new)) == expected


def declared(parameters: str) -> str:
    return f"fun f : Text -> Text with {{ {parameters} }}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("p : Text", "p : Text", NOTHING),
        ("", 'p : Text = ""', ["minor p parameter-added"]),
        ("", "p : Text", ["major p parameter-added"]),
        ("p : Text", "", ["major p parameter-removed"]),
        ("p : Text", 'p : Text = ""', ["minor p parameter-optional"]),
        ('p : Text = ""', "p : Text", ["major p parameter-required"]),
        ("p : Integer = 1", "p : Integer = 2", ["minor p default-changed"]),
        ('p : [Text] = [$A, "b"]', 'p : [Text] = [$B, "b"]', ["minor p default-changed"]),
        ('p : Duration = "60s"', 'p : Duration = "1m"', NOTHING),
        ("p : Integer", "p : Double", ["minor p parameter-widened"]),
        ("p : Integer", "p : Text", ["minor p parameter-widened"]),
        ("p : Double", "p : Integer", ["major p parameter-narrowed"]),
        ("p : Integer", "p : Duration", ["major p parameter-narrowed"]),
        ("p : Boolean", "p : Text", ["major p parameter-narrowed"]),
        ("p : [Integer]", "p : [Double]", ["minor p parameter-widened"]),
        ("p : [Double]", "p : [Integer]", ["major p parameter-narrowed"]),
        ("p : [Integer]", "p : Integer", ["major p parameter-narrowed"]),
        ('p : "a" | "b"', 'p : "a" | "b" | "c"', ["minor p choice-added"]),
        ('p : "a" | "b"', 'p : "a" | "c"', ["major p choice-removed", "minor p choice-added"]),
        ('p : "a" | "b"', 'p : "b" | "a"', ["patch p choices-reordered"]),
        ('p : "1" | "2"', "p : Integer", ["minor p parameter-widened"]),
        ('p : "a" | "b"', "p : Text", ["minor p parameter-widened"]),
        ('p : "true" | "b"', "p : Text", ["major p parameter-narrowed"]),
    ],
)
def test_parameters(old: str, new: str, expected: list[str]) -> None:
    found = changes(declared(old), declared(new))
    assert [f"{one.level.value} {one.path.removeprefix('parameter ')} {one.kind}" for one in found] == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("fun f : Text -> Text", declared(""), ["major f parameters parameters-declared"]),
        (
            "fun f : Text -> Text",
            declared("p : Integer = 1"),
            ["major f parameters parameters-declared", "minor f parameter p parameter-added"],
        ),
        (
            "fun g : Text -> Text\ndef f = g",
            "fun g : Text -> Text\nfun h : Text -> Text with { p : Integer = 1 }\ndef f = g | h",
            ["major f parameter p parameter-added", "minor h function function-added"],
        ),
        (declared(""), "fun f : Text -> Text", ["minor f parameters parameters-undeclared"]),
        (
            declared("p : [Text]"),
            "fun f : Text -> Text",
            ["major f parameter p parameter-undeclared", "minor f parameters parameters-undeclared"],
        ),
        (
            "def f = Conv.to_csv<[Text]>",
            'def f = Conv.to_csv<[Text]> { csv_sep = ";" }',
            ["major f parameter csv_sep parameter-fixed"],
        ),
        (
            'def f = Conv.to_csv<[Text]> { csv_sep = ";" }',
            "def f = Conv.to_csv<[Text]>",
            ["minor f parameter csv_sep parameter-freed"],
        ),
        (
            "def f = Conv.to_csv<[Text]>",
            "def f = Conv.to_csv<[Text]> { retry = 3 }",
            ["major f parameter retry parameter-fixed"],
        ),
    ],
)
def test_what_can_be_set(old: str, new: str, expected: list[str]) -> None:
    assert lines(changes(old, new)) == expected


def test_a_label_that_a_row_may_not_have_any_more() -> None:
    inside = "fun more : { a : Text | r } -> { a : Text, b : Text | r } with {}\n"
    inside += "fun end : { a : Text | .. } -> Text with {}\n"
    (one,) = changes(inside + "fun f : { a : Text | r } -> Text with {}", inside + "def f = more | end")
    assert (one.level, one.kind, one.after) == (Level.MAJOR, "label-forbidden", "b")


def test_a_change_says_where_what_and_for_whom() -> None:
    (one,) = changes("fun f : Text -> { a : Double }", "fun f : Text -> { a : optional Double }")
    assert (placed(one), described(one)) == ("f output.a", "Double → optional Double")
    assert one.breaking
    assert one.audience == "who reads what it gives"


def test_whom_a_change_of_a_type_concerns() -> None:
    def audience(old: str, new: str) -> list[str]:
        return [one.audience for one in changes(f"type T = {old}", f"type T = {new}")]

    assert audience("{ a : Integer }", "{ a : Double }") == ["who reads values of the type"]
    assert audience("{ a : Double }", "{ a : Integer }") == ["who makes values of the type"]
    assert audience("{ a : Double }", "{ a : Text }") == ["who names the type"]


def test_what_looks_renamed_is_said_to() -> None:
    found = changes("fun score : Text -> Integer", "fun scores : Text -> Integer\nfun other : Text -> Text")
    assert [one.remark for one in found if one.kind == "function-removed"] == ["`scores` is new and has the same type"]


def test_places_of_quoted_fields() -> None:
    (one,) = changes('fun f : Text -> { "A-b" : Text }', 'fun f : Text -> { "A-b" : optional Text }')
    assert one.path == 'output."A-b"'


def version(text: str):
    return parse_version(text)


@pytest.mark.parametrize(
    ("old", "level", "follows"),
    [
        ("1.2.3", Level.MAJOR, "2.0.0"),
        ("1.2.3", Level.MINOR, "1.3.0"),
        ("1.2.3", Level.PATCH, "1.2.4"),
        ("1.2.3", Level.NONE, "1.2.3"),
        ("0.2.3", Level.MAJOR, "0.3.0"),
        ("0.2.3", Level.MINOR, "0.2.4"),
        ("0.2.3", Level.PATCH, "0.2.4"),
        ("0.0.3", Level.MAJOR, "0.1.0"),
    ],
)
def test_the_version_that_follows(old: str, level: Level, follows: str) -> None:
    assert str(next_version(version(old), level)) == follows
    assert suffices(version(old), version(follows), level)
    assert suffices(version(old), version("9.0.0"), level)


@pytest.mark.parametrize(
    ("old", "level", "new"),
    [
        ("1.2.3", Level.MAJOR, "1.9.9"),
        ("1.2.3", Level.MINOR, "1.2.9"),
        ("1.2.3", Level.PATCH, "1.2.3"),
        ("0.2.3", Level.MAJOR, "0.2.9"),
        ("1.2.3", Level.NONE, "1.2.2"),
    ],
)
def test_a_version_that_says_too_little(old: str, level: Level, new: str) -> None:
    assert not suffices(version(old), version(new), level)


def test_levels_are_ordered() -> None:
    assert highest(()) is Level.NONE
    found = changes("fun f : Text -> Text\nfun g : Text -> Text", "fun g : Text -> Integer\nfun h : Text -> Text")
    assert highest(found) is Level.MAJOR
    assert [one.level.rank for one in found] == sorted((one.level.rank for one in found), reverse=True)
