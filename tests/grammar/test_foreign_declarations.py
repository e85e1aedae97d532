"""Declarations as other languages begin them are told of once, with a fix that gives a program."""

import pytest
from told import problems

from nscompiler.diagnostics.edits import apply_edits

RECORD = "type Order = { id : Integer }"


@pytest.mark.parametrize(
    ("wrong", "fault", "right"),
    [
        ("struct Order { id : Integer }", "struct", RECORD),
        ("export interface Order { id : Integer }", "interface", RECORD),
        ("record Order(id : Integer)", "record", RECORD),
        ("data class Order(val id : Integer)", "class", RECORD),
        ("case class Order(id : Integer)", "class", RECORD),
        ("data Order = Order { id :: Integer }", "data", RECORD),
        (
            "interface Order {\n  id: Integer;\n  readonly to: { a : Text };\n}",
            "interface",
            "type Order = {\n  id: Integer,\n  to: { a : Text },\n}",
        ),
        (
            "message Order {\n  id : Integer\n  name : Text\n}",
            "message",
            "type Order = {\n  id : Integer,\n  name : Text\n}",
        ),
        ("newtype Order = Order Integer", "newtype", "type Order = Integer"),
        ("newtype Order = Order (Map Text)", "newtype", "type Order = (Map Text)"),
        ("enum Order { Open, Closed }", "enum", "type Order = Open | Closed"),
        ("enum Order {\n  open,\n  closed,\n}", "enum", "type Order =\n  Open |\n  Closed"),
        ("data Order = Open | Closed", "data", "type Order = Open | Closed"),
        ("type alias Order = Integer", "alias", "type Order = Integer"),
        ("export type Order = Integer", "export", "type Order = Integer"),
        (
            "type Order = { readonly id : Integer, readonly to : Text }",
            "readonly",
            "type Order = { id : Integer, to : Text }",
        ),
    ],
)
@pytest.mark.parametrize("head", ["", "module Main:1.0.0\n\n"])
def test_a_type_as_elsewhere_is_one_error_and_its_uses_are_none(head: str, wrong: str, fault: str, right: str) -> None:
    rest = "\n\nfun f : Order -> Text\n"
    text = head + wrong + rest
    (found,) = problems(text)
    assert text[found.primary.span.start : found.primary.span.end] == fault
    (fix,) = found.fixes
    assert apply_edits(text, fix.edits) == head + right + rest
    assert problems(head + right + rest) == ()


TYPED = "type P = { a : Text, b : Double }"


@pytest.mark.parametrize(
    ("wrong", "fault", "right"),
    [
        ("interface P { a : string; b : number }", "interface", TYPED),
        ("struct P { a : &str, b : f64 }", "struct", TYPED),
        ("pub struct P { pub a : String, pub b : f64 }", "struct", TYPED),
        ("data class P(val a : String, val b : Double)", "class", TYPED),
        ("record P(String a, double b)", "record", TYPED),
        ("struct P { a String; b float64 }", "struct", TYPED),
        ("type P struct { a string, b float64 }", "struct", TYPED),
        ("class P {\n  String a;\n  double b;\n}", "class", "type P = {\n  a : Text,\n  b : Double,\n}"),
        ("message P {\n  string a = 1;\n  double b = 2;\n}", "message", "type P = {\n  a : Text,\n  b : Double,\n}"),
        ("class P {\n  public a: string\n  b: number\n}", "class", "type P = {\n  a: Text,\n  b: Double\n}"),
        ("interface P { a?: string, b: number[] }", "interface", "type P = { a: optional Text, b: [Double] }"),
        (
            "interface P { a: string | null, b: Map<string, number> }",
            "interface",
            "type P = { a: optional Text, b: Map Double }",
        ),
        ("struct P { a: Option<Vec<String>>, b: Other }", "struct", "type P = { a: optional [Text], b: Other }"),
        (
            "@dataclass(frozen=True)\nclass P:\n    a: str\n    b: list[float] = None",
            "class",
            "type P = {\n    a: Text,\n    b: [Double]\n}",
        ),
    ],
)
def test_the_types_of_its_fields_are_written_too(wrong: str, fault: str, right: str) -> None:
    rest = "\n\ntype Other = { n : Integer }\nfun f : P -> Text\n"
    text = wrong + rest
    (found,) = problems(text)
    assert text[found.primary.span.start : found.primary.span.end] == fault
    assert apply_edits(text, found.fixes[0].edits) == right + rest
    assert problems(right + rest) == ()


def test_a_type_that_is_declared_keeps_its_name() -> None:
    text = "type String = [Text]\nstruct P { a : String }\n"
    (found,) = problems(text)
    assert apply_edits(text, found.fixes[0].edits) == "type String = [Text]\ntype P = { a : String }\n"


@pytest.mark.parametrize("word", ["export", "pub", "private", "export default"])
@pytest.mark.parametrize("declaration", ["fun g : Text -> Text", "def g = f", "type G = Text"])
def test_nothing_is_exported_by_a_word(word: str, declaration: str) -> None:
    text = f"module Main:1.0.0\n\n{word} {declaration}\nfun f : Text -> Text\n"
    (found,) = problems(text)
    assert text[found.primary.span.start : found.primary.span.end] == word.partition(" ")[0]
    assert apply_edits(text, found.fixes[0].edits) == text.replace(f"{word} ", "")


@pytest.mark.parametrize("word", ["export", "pub", "private", "async", "export async"])
@pytest.mark.parametrize(
    "before",
    ["type G = Text", "fun g : Void -> Map Text", "type P a = { a : a }\nfun g : Text -> P Text"],
)
def test_a_word_behind_a_type_is_no_part_of_that(word: str, before: str) -> None:
    text = f"{before}\n\n// Runs.\n{word} def w = Sources.stdin | f | Sinks.stdout\nfun f : Text -> Text\n"
    (found,) = problems(text)
    assert found.code.id == "NS0130"
    assert text[found.primary.span.start : found.primary.span.end] == word.partition(" ")[0]
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == text.replace(f"{word} ", "")
    assert problems(mended) == ()


def test_a_type_that_is_too_many_is_told_as_that() -> None:
    (found,) = problems("fun f : Text -> Text export\n\ndef w = f\n")
    assert found.code.id == "NS0412"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("function f(x: Text): Integer", "fun f : Text -> Integer"),
        ("function f(x : Text) -> Map Integer", "fun f : Text -> Map Integer"),
        ("def f(x: Text) -> Integer", "fun f : Text -> Integer"),
        ("def f(x : Text, y : [Integer]) -> Integer", "fun f : (Text, [Integer]) -> Integer"),
        ("function f(): Text", "fun f : Void -> Text"),
    ],
)
@pytest.mark.parametrize("rest", ["", "\n\ndef w = f | Sinks.log\n"])
def test_a_function_with_arguments_and_no_body_is_a_fun(wrong: str, right: str, rest: str) -> None:
    if rest and "Void" not in right:
        rest = rest.replace("f |", "g | f |") + f"fun g : Void -> {right[8:].partition(' ->')[0]}\n"
    text = f"{wrong}{rest}"
    (found,) = problems(text)
    assert (found.code.id, found.primary.text) == ("NS0130", "did you mean `fun`?")
    assert text[found.primary.span.start : found.primary.span.end] == wrong.partition(" ")[0]
    assert found.fixes[0].title == f"Write `{right}`"
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == f"{right}{rest}"
    assert problems(mended) == ()


@pytest.mark.parametrize("text", ["def f(x) = g", "def f(x: Text): g", "function f(x: Text): Text { g }"])
def test_a_function_with_a_body_is_no_fun(text: str) -> None:
    found = problems(f"{text}\nfun g : Text -> Text\n")
    assert not any(fix.title.startswith("Write `fun f : Text") for one in found for fix in one.fixes)


def test_several_are_each_told_of() -> None:
    text = "pub fun f : Text -> Text\nprivate def g = f\nstruct Order { id : Integer }\nfun k : Order -> Text\n"
    found = problems(text)
    right = apply_edits(text, [edit for one in found for edit in one.fixes[0].edits])
    assert right == "fun f : Text -> Text\ndef g = f\ntype Order = { id : Integer }\nfun k : Order -> Text\n"
    assert problems(right) == ()


def test_fields_and_functions_may_be_called_so() -> None:
    text = (
        "type Order = { val : Integer, private : Text, const : Text }\n"
        "fun export : Text -> Text\nfun data : Text -> Text\n"
        "def w = export |\n  data |\n  export\n"
    )
    assert problems(text) == ()
    (found,) = problems(f"{text}def v = w | | data\n")
    assert found.code.id == "NS0128"


@pytest.mark.parametrize(
    ("rest", "right"),
    [
        ("fun order : [order] -> Text\ndef w = f | order", "fun order : [Order] -> Text\ndef w = f | order"),
        ("def w : Text -> [order] = f\ndef order = f", "def w : Text -> [Order] = f\ndef order = f"),
        ("def v : Text -> [order] = f", "def v : Text -> [Order] = f"),
        (
            "def order : Text -> order = g\nfun g : Text -> order",
            "def order : Text -> Order = g\nfun g : Text -> Order",
        ),
    ],
)
def test_a_type_in_small_letters_is_told_beside_a_function_of_its_name(rest: str, right: str) -> None:
    text = f"type order = {{ id : Integer }}\nfun f : Text -> [order]\n{rest}\n"
    (found,) = problems(text)
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == f"type Order = {{ id : Integer }}\nfun f : Text -> [Order]\n{right}\n"
    assert problems(mended) == ()
