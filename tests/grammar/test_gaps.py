"""What is missing or too much in a declaration: one error, and its fix leaves nothing to tell."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

F = "fun f : Text -> Text with { n : Integer = 1, m : Integer = 2 }\n"
CASES = [
    ("type P = «{ Double, Text }»\n", "type P = (Double, Text)\n"),
    ("type P = { «:» Integer, n : Text }\n", "type P = { field : Integer, n : Text }\n"),
    ("type P = { «total :», note : Text }\n", "type P = { total : Text, note : Text }\n"),
    (
        "type P = { id : Text, at : «x» : Double, y : Double }\n",
        "type P = { id : Text, at : { x : Double, y : Double } }\n",
    ),
    ("type P = { h : «{ Text : Integer }» }\n", "type P = { h : Map Integer }\n"),
    ("type P = (Text,«,» Integer)\n", "type P = (Text, Integer)\n"),
    (
        "type P a b = (a, b)\nfun g : Text -> «P<Text, Integer>»\n",
        "type P a b = (a, b)\nfun g : Text -> P Text Integer\n",
    ),
    ("fun g : Text -> «Vector(128, Double)»\n", "fun g : Text -> Vector 128 Double\n"),
    ("fun g : «[]» -> Text\n", "fun g : [Text] -> Text\n"),
    ("fun g : Text -> Text«,» Text with { n : Integer }\n", "fun g : Text -> (Text, Text) with { n : Integer }\n"),
    ("fun g : Text -> Text with { n : Integer «=» }\n", "fun g : Text -> Text with { n : Integer }\n"),
    ("fun g : Text -> [Text] «using» { n : Integer }\n", "fun g : Text -> [Text] with { n : Integer }\n"),
    ("fun g : Text «-->» Text\n", "fun g : Text -> Text\n"),
    ("fun g : Text «~>» Text\n", "fun g : Text -> Text\n"),
    ("fun g : Integer «<-» Text\n", "fun g : Text -> Integer\n"),
    ("fun g : Text -> Text «{ return text }»\n", "fun g : Text -> Text\n"),
    ("fun g«,» h : Text -> Text\n", "fun g : Text -> Text\nfun h : Text -> Text\n"),
    (
        "type T = { a : Text }\n«stateless»\nfun g : T -> Text\n",
        "type T = { a : Text }\n@stateless\nfun g : T -> Text\n",
    ),
    (
        "fun g : Text -> Text\n«bounded»\nfun h : Void -> Text\n",
        "fun g : Text -> Text\n@bounded\nfun h : Void -> Text\n",
    ),
    (
        F + "def d = Sources.stdin | f | Sinks.log & Sinks.stdout«)»\n",
        F + "def d = Sources.stdin | (f | Sinks.log & Sinks.stdout)\n",
    ),
    (F + "fun l : Text -> [Text]\ndef d = concat(l«, 2»)\n", F + "fun l : Text -> [Text]\ndef d = concat(l)\n"),
    (F + "fun l : Text -> [Text]\ndef d = l | «map» f\n", F + "fun l : Text -> [Text]\ndef d = l* | f\n"),
    (F + "fun l : Text -> [Text]\ndef d = f | «map» f l\n", F + "fun l : Text -> [Text]\ndef d = f | l* | f\n"),
    (F + "def d = «[Sources.stdin, f, Sinks.log]»\n", F + "def d = Sources.stdin | f | Sinks.log\n"),
    (
        F + 'def d = Sources.stdin | «tee» "o.jsonl" | Sinks.log\n',
        F + 'def d = Sources.stdin | (Sinks.jsonl { path = "o.jsonl" } & Sinks.log)\n',
    ),
    ("Sources.stdin\n  | Conv.to_json\n  «Sinks.stdout»\n", "Sources.stdin\n  | Conv.to_json |\n  Sinks.stdout\n"),
    (F + 'def d = f { n = 1 }\ndef e = «"""»\n  a\n  ""\n', F + 'def d = f { n = 1 }\ndef e = """\n  a\n  """\n'),
    ("module «G:1.0.0:»\n" + F, "module G:1.0.0\n" + F),
    ("fun s : Text -> Void «where» { t : Text }\n", "fun s : Text -> Void with { t : Text }\n"),
    ("type S = A «:» Text | B Integer\n", "type S = A Text | B Integer\n"),
    ("type S = B Integer | A «:» { n : Text }\n", "type S = B Integer | A { n : Text }\n"),
    ("fun f : Text -> Text\ndef g : Text «=>» Text = f\n", "fun f : Text -> Text\ndef g : Text -> Text = f\n"),
    ("type H = { at : «Date Time» }\n", "type H = { at : DateTime }\n"),
    (f"module G:1.0.0 «where »{{\n{F}}}\n", f"module G:1.0.0 {{\n{F}}}\n"),
    (F + "def d = f «-->» f --> f\n", F + "def d = f | f | f\n"),
    (F + "def d = f { n «:=» 3 }\n", F + "def d = f { n = 3 }\n"),
    (F + "def d = f { m = 2, n «=>» 3 }\n", F + "def d = f { m = 2, n = 3 }\n"),
    (F + "def d = f { timeout = «00:00:30» }\n", F + 'def d = f { timeout = "30s" }\n'),
    (F + "fun l : Text -> [[Text]]\ndef d = concat l«*»\n", F + "fun l : Text -> [[Text]]\ndef d = concat (l*)\n"),
    ("fun g : Text -> Text with { since : «Date» }\n", "fun g : Text -> Text with { since : Text }\n"),
    ("fun g : a -> a with { n : Text, «n» : Integer }\n", "fun g : a -> a with { n : Text }\n"),
    (
        'fun t : a -> a with { l : [Text] }\ndef d = t { l = «{ env = "a", "b-c" = "d" }» }\n',
        'fun t : a -> a with { l : [Text] }\ndef d = t { l = ["env=a", "b-c=d"] }\n',
    ),
    (
        'fun t : a -> a with { l : [Text] }\ndef d = t { l = «{ "accept" : "x/y" }» }\n',
        'fun t : a -> a with { l : [Text] }\ndef d = t { l = ["accept: x/y"] }\n',
    ),
    (F + "def d «with { n : Integer }» = f\n", F + "def d = f\n"),
    (F + "def d = f { n = 1 «}», m = 2 | f\n", F + "def d = f { n = 1, m = 2 } | f\n"),
]


@pytest.mark.parametrize(("marked", "mended"), CASES)
def test_it_is_one_error_with_a_fix(marked: str, mended: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.primary.span.start, found.primary.span.end) == (marked.index("«"), marked.index("»") - 1)
    assert apply_edits(text, found.fixes[0].edits) == mended
    assert [one.title for one in check_texts({"main.nml": mended}).diagnostics if one.is_error] == []


def test_a_parameter_without_a_value_is_told_by_its_name() -> None:
    (found,) = check_texts({"main.nml": F + "def d = f { n = }\n"}).diagnostics
    assert (found.code.id, found.title) == ("NS0132", "The parameter `n` has no value")


def test_a_pipe_that_is_missing_is_told_where_nothing_uses_what_stands_before_it() -> None:
    text = F + "def w = Sources.stdin | f\n  Sinks.stdout\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == "`w` is not used: a `|` may be missing before what stands below"


def test_a_member_of_a_member_may_be_of_the_same_module() -> None:
    lib = "module Lib:1.0.0\nfun trim : Text -> Text\nfun upper : Text -> Text\n"
    text = "import Lib:1.0.0 as L\ndef w = Sources.stdin | L.trim.upper | Sinks.log\n"
    (found,) = [one for one in check_texts({"lib.nml": lib, "main.nml": text}).diagnostics if one.is_error]
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended == text.replace("trim.upper", "trim | L.upper")
    assert [one for one in check_texts({"lib.nml": lib, "main.nml": mended}).diagnostics if one.is_error] == []


def test_a_function_that_something_follows_is_no_sink() -> None:
    (found,) = check_texts({"main.nml": "fun g : Text ->\ndef w = Sources.stdin | g | Sinks.log\n"}).diagnostics
    assert (found.code.id, found.fixes) == ("NS0102", ())


def test_a_brace_is_closed_below_the_last_declaration() -> None:
    text = "module G:1.0.0 {\nfun g : Text -> Text\n\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert apply_edits(text, found.fixes[0].edits) == "module G:1.0.0 {\nfun g : Text -> Text\n}\n\n"
