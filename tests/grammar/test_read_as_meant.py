"""Slips that are read as what was meant: one error at the slip, and the first of its fixes leaves nothing to tell."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability
from nscompiler.pipeline.checks import check_texts

F = (
    'fun f : Text -> Text with { rate : Double = 0.0, n : Integer = 0, fields : [Text] = [], url : Text = "",'
    ' wait : Duration = "1s" }\n'
)
DEF = F + "def w = Sources.stdin | f { {} } | Sinks.log\n"
TEE = "fun keep : Text -> Void\ndef w = Sources.stdin | {}\n"
MODULE = "module T:1.0.0\n\n{}\n"
CASES = [
    # values
    (DEF, "rate = «0,5»", "rate = 0.5"),
    (DEF, 'n = «1,000», url = "a"', 'n = 1_000, url = "a"'),
    (DEF, 'url = "a", n = «1,000,000»', 'url = "a", n = 1_000_000'),
    (DEF, "n = «5 * 100»", "n = 500"),
    (DEF, "rate = «50%», n = 1", "rate = 0.5, n = 1"),
    (DEF, "fields = [«id»]", 'fields = ["id"]'),
    (DEF, "fields = [«id», name], n = 1", 'fields = ["id", "name"], n = 1'),
    (DEF, 'fields = ["id", «name»]', 'fields = ["id", "name"]'),
    (DEF, "url = «http://x.org/a», n = 3", 'url = "http://x.org/a", n = 3'),
    (DEF, 'url = «"night», wait = "10m"', 'url = "night", wait = "10m"'),
    (DEF, 'fields = [«"id»], wait = "10m"', 'fields = ["id"], wait = "10m"'),
    (DEF, 'fields = [«"id», "name"]', 'fields = ["id", "name"]'),
    (DEF, r'url = "C:«\d»ata\out.jsonl"', r'url = "C:\\data\\out.jsonl"'),
    (DEF, r'url = "C:«\U»sers\temp\new"', r'url = "C:\\Users\\temp\\new"'),
    (DEF, r'url = "«\d»+\s\n"', r'url = "\\d+\\s\n"'),
    (DEF, "rate = «1/2»", "rate = 0.5"),
    (DEF, "n = «6 / 3»", "n = 2"),
    (DEF, "rate = «0.5kWh»", "rate = 0.5"),
    (DEF, "rate = «+0.5», n = 1", "rate = 0.5, n = 1"),
    (DEF, "url = «%KEY%»", "url = $KEY"),
    (DEF, "n = «1.000.000»", "n = 1_000_000"),
    (DEF, "n = «10 000», rate = 0.5", "n = 10_000, rate = 0.5"),
    (DEF, "n = «0xFF»", "n = 255"),
    (DEF, "n = «64kB»", "n = 64000"),
    (DEF, "n = «64 MiB»", "n = 67108864"),
    (DEF, "wait = «10 minutes»", 'wait = "10m"'),
    (DEF, "wait = «1 hour 30 min», n = 1", 'wait = "1h30m", n = 1'),
    (DEF, "timeout = «2 days»", 'timeout = "48h"'),
    ("fun f : Text -> Text with { {} }\n", "rate : Double = «19%», n : Integer", "rate : Double = 0.19, n : Integer"),
    # constructors and names
    ("type T = {}\n", "Hours Integer | «minutes» Integer | Never", "Hours Integer | Minutes Integer | Never"),
    ("type T = {}\n", "«hours» Integer | Minutes Integer", "Hours Integer | Minutes Integer"),
    ("type T = {}\n", "«click» { url : Text } | view | View2 Text", "Click { url : Text } | View | View2 Text"),
    ("fun {0} : Text -> optional Text\ndef w = Sources.stdin | {1}? | Sinks.log\n", "«2fa»", "fa2"),
    ("type {0} = { x : Double }\nfun f : Text -> {1}\n", "«3D»", "D3"),
    # stages
    (TEE, "(keep«,» Sinks.log)", "(keep& Sinks.log)"),
    (TEE, "(keep «+» Sinks.log)", "(keep & Sinks.log)"),
    ("def w = {} | Sinks.log\n", "Sources«..»stdin", "Sources.stdin"),
    ("fun to_route : Text -> Text\ndef w = Sources.stdin | {} | Sinks.log\n", "«to-route»", "to_route"),
    ("def w = Sources.stdin | Conv.{} | Sinks.log\n", "«to-json»", "to_json"),
    (TEE, "«tee» (keep & Sinks.log)", "(keep & Sinks.log)"),
    ("fun f : Text -> [Text]\ndef w = Sources.stdin | {} | Sinks.log\n", "«flatten» f", "f*"),
    (DEF.replace("f { {} }", "{}"), "f «and» f", "f | f"),
    ("fun f : Text -> Text\ndef w = Sources.stdin | {} | Sinks.log\n", "f «then» f", "f | f"),
    ("fun f : Text -> Text\ndef w = Sources.stdin | {} | Sinks.log\n", "«f.f().f()»", "f | f | f"),
    ("fun f : Text -> Text\ndef w = Sources.stdin | {} | Sinks.log\n", "«Conv.to_json().f()»", "Conv.to_json | f"),
    ("fun f : Text -> optional Text\ndef w = Sources.stdin | f{} | Sinks.log\n", "«!»", "?"),
    (
        "fun f : Text -> Text\ndef w =\n  {}\n",
        "«-» Sources.stdin\n  - f\n  - Sinks.log",
        "Sources.stdin\n  | f\n  | Sinks.log",
    ),
    ("fun f : Text -> Text\ndef w = Sources.stdin | (f {} f) | Sinks.log\n", "«and»", "|"),
    # lists
    ("fun f : Integer -> Integer\ndef w = {} | f | Sinks.log\n", "«(1, 2, 3)»", "[1, 2, 3]"),
    ("fun f : Integer -> Integer\ndef w = {} | f | Sinks.log\n", "«{ 1, 2, 3 }»", "[1, 2, 3]"),
    (DEF, 'fields = «("a", "b")»', 'fields = ["a", "b"]'),
    # types
    ("type R = { a : {}, b : Integer }\n", "«Text NULL»", "optional Text"),
    ("type R = { a : {} }\n", "string«[]»", "[Text]"),
    ("type R = { a : {} }\n", "«{ [k: string]: number }»", "Map Double"),
    ("type R = { a : {} }\n", "«int32»", "Integer"),
    ("type R = { a : {} }\n", "«UInt64»", "Integer"),
    ("type R = { a : {} }\n", "«Float64»", "Double"),
    ("type M = Walk {} | Say Text\n", "«Double Double»", "(Double, Double)"),
    ("type R = { id : Text, xs : {} }\n", "«Integer list»", "[Integer]"),
    ("fun f : Vector {} -> Text\n", "«Double 4»", "4 Double"),
    ("fun f : Matrix {} -> Text\n", "«(optional Double) 4 3»", "4 3 (optional Double)"),
    # declarations
    ("fun f : Text -> Text {}\ndef w = f { n = 2 }\n", "«where» { n : Integer }", "with { n : Integer }"),
    ("fun f : Text -> Text with {}\n", "«(n : Boolean = true)»", "{n : Boolean = true}"),
    ('fun f : Text -> Text with { m : {} = "a" }\n', '«"a" or "b"»', '"a" | "b"'),
    (MODULE, '«fun» f : Text -> Text = "x"', 'def f = "x"'),
    ("{}\ndef w = Sources.stdin | f | Sinks.log\n", '«fun» f : Text -> Text = "x"', "fun f : Text -> Text"),
    (MODULE, "«stateless»\nfun f : Text -> Text", "@stateless\nfun f : Text -> Text"),
    (MODULE, '«deprecated("no")»\nfun f : Text -> Text', '@deprecated("no")\nfun f : Text -> Text'),
    (MODULE, "def f : Text -> Text «with» { n : Integer }", "fun f : Text -> Text with { n : Integer }"),
    (MODULE, "fun f : «Text» with { n : Integer }", "fun f : Void -> Text with { n : Integer }"),
    (MODULE, "fun f : «->» Text", "fun f : Void -> Text"),
    (MODULE, "fun f : Text «->»", "fun f : Text -> Void"),
    (MODULE, "fun f : «[Text]»", "fun f : Void -> [Text]"),
]


@pytest.mark.parametrize(("around", "written", "mended"), CASES)
def test_one_error_at_the_slip_and_a_fix(around: str, written: str, mended: str) -> None:
    marked = around.replace("{0}", written).replace("{1}", written.strip("«»")).replace("{}", written)
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    span = found.primary.span
    assert (span.start, span.end) == (marked.index("«"), marked.index("»") - 1)
    fixed = apply_edits(text, found.fixes[0].edits)
    assert fixed == around.replace("{0}", mended).replace("{1}", mended).replace("{}", mended)
    assert [one.title for one in check_texts({"main.nml": fixed}).diagnostics if one.is_error] == []


CONFLICTS = [
    "def w = Sources.stdin | f {}\n«<<<<<<< HEAD»\n | Sinks.log\n=======\n | Sinks.stdout | x\n>>>>>>> feature/x-y\n",
    "«<<<<<<< HEAD»\ndef w = Sources.stdin | f {}\n||||||| 1a\ndef w = f\n=======\ndef w = g\n>>>>>>> b\n| Sinks.log\n",
    "def w =\n«<<<<<<< HEAD»\n Sources.stdin | f {} | Sinks.log\n=======\n{ \n>>>>>>> it's",
]


@pytest.mark.parametrize("around", CONFLICTS)
def test_a_merge_conflict_is_one_error(around: str) -> None:
    marked = F + around.replace("{}", "{ n = 1 }")
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert (found.code.id, found.title, found.fixes) == ("NS0101", "A merge conflict stands here", ())
    assert (found.primary.span.start, found.primary.span.end) == (marked.index("«"), marked.index("»") - 1)


def test_what_stands_around_a_conflict_is_checked() -> None:
    text = F + "<<<<<<< a\ndef w = Sources.stdin | f | Sinks.log\n=======\n>>>>>>> b\ndef v = f | g\n"
    assert [one.title for one in check_texts({"main.nml": text}).diagnostics] == [
        "A merge conflict stands here",
        "there is no function `g`",
    ]


def test_a_pipe_beside_a_name_that_nothing_declares_is_not_sure() -> None:
    text = "fun f : Text -> Text\ndef w = Sources.stdin | fetch f | Sinks.log\n"
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert [fix.applicability for fix in found.fixes] == [Applicability.MAYBE_INCORRECT]


def _only(text: str) -> tuple[str, str, str]:
    (found,) = check_texts({"main.nml": text}).diagnostics
    return found.code.id, found.title, text[found.primary.span.start : found.primary.span.end]


def test_words_that_fit_the_place() -> None:
    assert _only(MODULE.replace("{}", '@Deprecated("x")\nfun f : Text -> Text')) == (
        "NS0122",
        "An attribute's name starts with a small letter",
        "Deprecated",
    )
    assert _only(DEF.replace("{ {} }", '{ "2" }')) == (
        "NS0123",
        'The name of the parameter is missing before `"2"`',
        '"2"',
    )
    assert _only("type P = { id : Text }\nfun p : Text -> P\ndef w = Sources.stdin | p?.id | Sinks.log\n") == (
        "NS0101",
        "A function of a module reads a field: there is no `.id`",
        ".id",
    )
    assert _only("type R : { id : Text }\n") == ("NS0108", "A `=` is needed before what a `type` is, not `:`", ":")
    assert _only(F + "def w = Sources.stdin | Conv.text -> Conv.text | Sinks.log\n")[1] == (
        "Stages are joined by `|`, not by `->`"
    )
