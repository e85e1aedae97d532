"""What a sure fix of a syntax error does: it keeps what is written. And slips that have a meaning of their own."""

import random
import re
from collections import Counter

import pytest
from grammar.syntax_trees import CONSTRUCTS, applied, read
from property.mutations import mutants

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar import parse as parsing
from nscompiler.source import SourceFile

SURE, MAYBE = Applicability.MACHINE_APPLICABLE, Applicability.MAYBE_INCORRECT
KEYWORDS = ["module", "import", "as", "type", "fun", "def", "optional", "concat", "filter", "with", "where", "is"]
PIECES = (
    *("→", "#", '"', "->", "{", ")", "|", "=", ":", ",", ";", "import", "fun", "A", "%", "*", "?", "[", "(", "3", "::"),
    *("&", "!", "'x'", " = 3", "as", "<", ">", ".", "of", "$A", "\u00a0"),
)

# What is written, the only error's title, and what its fixes make of it, none of them sure.
SLIPS = [
    ("fun f : Text -> Integer?", "written `optional Integer`", ["fun f : Text -> optional Integer"]),
    ("type R = { name : Text? }", "written `optional Text`", ["type R = { name : optional Text }"]),
    ("type R = { id? : Integer }", "written `optional Integer`", ["type R = { id : optional Integer }"]),
    ("type R = [Text]?", "written `optional [Text]`", ["type R = optional [Text]"]),
    ("type R = { a : Map Text? }", "written `optional Text`", ["type R = { a : Map (optional Text) }"]),
    (
        "type R = { a : Text?, b? : [A.B], c : { d : A }? }",
        "written `optional Text`",
        ["type R = { a : optional Text, b : optional [A.B], c : optional { d : A } }"],
    ),
    ("def g : Text? -> A = f?", "written `optional Text`", ["def g : optional Text -> A = f?"]),
    ("def g = f<A?>*", "written `optional A`", ["def g = f<optional A>*"]),
    ("fun f : Text -> Integer*", "A list is written `[Integer]`, without `*`", ["fun f : Text -> [Integer]"]),
    ("fun f : Integer[] -> A[]", "A list is written `[Integer]`, without `[]`", ["fun f : [Integer] -> [A]"]),
    ("fun f : A -> optional Text?", "written `optional Text`", ["fun f : A -> optional Text"]),
    ("fun f : A -> B with { n : Integer? }", "No parameter is optional", []),
    ("def w = s | *f | t", "`*` stands behind a function", ["def w = s | f* | t"]),
    ("type T = A\nSources.a | *f", "A `;` is missing", ["type T = A;\nSources.a | f*"]),
    ("[(1, 2)] | f", "a list: no tuple", []),
    ("def w = f { a = [{ b = 1 }] }", "a list: no record", []),
    ("type R = { id : Integer = 3 }", "A field has no default", ["type R = { id : Integer }"]),
    ("type R = { a : [Text] = [], b : A }", "A field has no default", ["type R = { a : [Text], b : A }"]),
    ("fun f : A -> B with { n = 3 }", "A parameter has a type", ["fun f : A -> B with { n : Integer = 3 }"]),
    (
        'fun f : A -> B with { n : Text, m = "a", k = true }',
        "A parameter has a type",
        ['fun f : A -> B with { n : Text, m : Text = "a", k : Boolean = true }'],
    ),
    ("fun n : Text -> Void, Text", "A function gives one value", []),
    ("f | g\nh | i", "A script ends in one expression", ["def first = f | g\nh | i", "f | g |\nh | i"]),
    ("f\ng\nh", "A script ends in one expression", ["def first = f\ng\nh", "f |\ng\nh"]),
    ("type E = A | B of Text", "without `of`", ["type E = A | B Text"]),
    ("type E = A | B of Text Integer | C", "without `of`", ["type E = A | B (Text, Integer) | C"]),
    ("type E = A of Map Text | B", "without `of`", ["type E = A (Map Text) | B"]),
    ("import A:1.0.0 as F, B:1.0.0 as B", "names one module", ["import A:1.0.0 as F\nimport B:1.0.0 as B"]),
    ("import A:1.0.0, B:1.0.0,x/C:2.0.0", "names one", ["import A:1.0.0\nimport B:1.0.0\nimport x/C:2.0.0"]),
    ("import Foo . Bar:1.0.0 as F", "one word", ["import Foo.Bar:1.0.0 as F"]),
    ("def g = f n=1", "`{ name = value }`", ["def g = f { n=1 }"]),
    ("def g = f n = 1, m = true | h", "`{ name = value }`", ["def g = f { n = 1, m = true } | h"]),
    ("def w = | f | filter | g", "One side of this `|` is empty", []),
    ("def w = f | filter | g", "`filter` stands before the function", []),
    ("def w = if f then a else b", "no `if`", []),
    ("from Foo import bar", "imported with its version", []),
    ("fun f : 'Integer' -> Text", "without quotes", ["fun f : Integer -> Text"]),
    ('type A = { x : "Integer" }', "without quotes", ["type A = { x : Integer }"]),
    ("def w = f { a = True }", "`true` and `false`", ["def w = f { a = true }"]),
    ("def w = (f | g)) & h", "closes nothing", ["def w = (f | g) & h"]),
    ("def w = f | % g", "means nothing here", ["def w = f |  g"]),
    ("def w = f { a = 10s }", "A duration stands in quotes", ['def w = f { a = "10s" }']),
    ("def w = f { a = .5 }", "on both sides", ["def w = f { a = 0.5 }"]),
    ("fun f : A -> B with { a : Double = 5. }", "on both sides", ["fun f : A -> B with { a : Double = 5.0 }"]),
    ("fun f : { a : Integer, .. } -> Text", "The rest of a record", ["fun f : { a : Integer | .. } -> Text"]),
    ("fun f : { a : Integer, ...r } -> Text", "The rest of a record", ["fun f : { a : Integer | r } -> Text"]),
    ("fun f : { a : Integer | ... } -> Text", "The rest of a record", ["fun f : { a : Integer | .. } -> Text"]),
    ("fun f : { ..r } -> Text", "The rest of a record", ["fun f : { | r } -> Text"]),
    ("type Page<a> = [a]", "without `< >`", ["type Page a = [a]"]),
    ("type Two[a, b] = (a, b)", "without `[ ]`", ["type Two a b = (a, b)"]),
    ("fun f : (a : A, b : B) -> C", "no names", ["fun f : { a : A, b : B } -> C"]),
    ('fun f : A -> B with n : Text = "x", m : Text', "`{ }`", ['fun f : A -> B with { n : Text = "x", m : Text }']),
    ('def w = f { a = r"x" }', "No letter stands before", ['def w = f { a = "x" }']),
    ("def w = f { a = None }", "There is no `None`", ["def w = f"]),
    ("def w = f { a = HOME }", "not a name", ["def w = f { a = $HOME }", 'def w = f { a = "HOME" }']),
    ("def w = f { a = three }", "not a name", ["def w = f { a = 3 }", 'def w = f { a = "three" }']),
    ("fun f : A -> B with { n : Integer = eighteen }", "not a name", ["fun f : A -> B with { n : Integer = 18 }"]),
    ("fun f : A -> B with { n : Integer = many }", "not a name", []),
    (
        "def w : Text = Sources.stdin",
        "says what it takes, too",
        ["def w : Void -> Text = Sources.stdin", "def w = Sources.stdin"],
    ),
    (
        "fun g : Void -> Text\ndef w : Text = g",
        "says what it takes, too",
        ["fun g : Void -> Text\ndef w : Void -> Text = g", "fun g : Void -> Text\ndef w = g"],
    ),
    ("fun g : A -> Text\ndef w : Text = g", "says what it takes, too", ["fun g : A -> Text\ndef w = g"]),
    ('import "../a/b.nml" as A', "not by its file", []),
    ("import A:1.0.0 as B.C", "one word", ["import A:1.0.0 as C"]),
    ("import A:1.0.0 (f)", "the whole module", ["import A:1.0.0"]),
    ("import A:1.0.0 (f, g)\nf | g", "the whole module", ["import A:1.0.0\nA.f | A.g"]),
    ("import A:1.0.0 as B { f }\ndef g = f", "the whole module", ["import A:1.0.0 as B\ndef g = B.f"]),
    ("def w = f | map g | h", "there is no `map`", ["def w = f | g | h"]),
    ("def w = f(3) | g", "`{ name = value }`", []),
    ("type T = A & { id : B }", "not joined by `&`", []),
    ("fun f : A & B -> C", "not joined by `&`", []),
    ("type T extends A = { id : B }", "extends another", []),
    ("type T = { A a, B b }", "comes before its type", ["type T = { a : A, b : B }"]),
    ("fun f : { A a } -> B", "comes before its type", ["fun f : { a : A } -> B"]),
    ("def w = A::f | B::g { a = 1 }", "not `::`", ["def w = A.f | B.g { a = 1 }"]),
    ("def w = f { a = 1 }<A> | g", "before its parameters", ["def w = f<A> { a = 1 } | g"]),
    ("def w = M.f { a = [1] } <{ x : A }>", "before its parameters", ["def w = M.f<{ x : A }> { a = [1] }"]),
    ("def w = f<A><B> { a = 1 }", "its types once", ["def w = f<A> { a = 1 }"]),
    ("def w = f<> { a = 1 }", "between `<` and `>`", ["def w = f { a = 1 }"]),
]


@pytest.mark.parametrize(("text", "title", "mended"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_a_slip_is_told_as_what_it_is_and_mended_by_nobody_unasked(text: str, title: str, mended: list[str]) -> None:
    (problem,) = read(text).problems
    assert title in problem.title
    assert [applied(text, fix) for fix in problem.fixes] == mended
    assert not [fix.title for fix in problem.fixes if fix.applicability is SURE]


# What is written without some commas, and where the first is missing.
COMMAS = [
    ("type Row = {\n  id : Integer\n  name : Text\n  price : Double\n}", "name", "type Row = {\n  id : Integer,"),
    ("type R = { a : Integer b : Text; c : Text }", "b", "type R = { a : Integer, b : Text, c : Text }"),
    ("type R = { a : [Text] b : Text c : Text }", "b", "type R = { a : [Text], b : Text, c : Text }"),
    (
        'type R = { a : A "b c" : B; d : { e : E f : F } }',
        '"b c"',
        'type R = { a : A, "b c" : B, d : { e : E, f : F } }',
    ),
    ("fun f : A -> B with { a : A b : B; c : C }", "b", "fun f : A -> B with { a : A, b : B, c : C }"),
    ("def w = f { a = 1 b = 2; c = 3 }", "b", "def w = f { a = 1, b = 2, c = 3 }"),
    ("def w = f { a = [1 2; 3] b = 2 }", "2", "def w = f { a = [1, 2, 3], b = 2 }"),
]


@pytest.mark.parametrize(("text", "first", "mended"), COMMAS, ids=[case[0] for case in COMMAS])
def test_commas_that_are_missing_are_one_mistake(text: str, first: str, mended: str) -> None:
    (problem,) = read(text).problems
    assert (problem.code.id, text[problem.primary.span.start : problem.primary.span.end]) == ("NS0110", first)
    (fix,) = problem.fixes
    assert fix.applicability is SURE
    assert applied(text, fix).startswith(mended)
    assert read(applied(text, fix)).problems == ()


def test_a_long_record_gets_all_its_commas_at_once() -> None:
    fields = [f"  field{number} : Map Integer" for number in range(300)]
    text = "type Row = {\n" + "\n".join(fields) + "\n}\ndef w = f | g\n"
    (problem,) = read(text).problems
    (fix,) = problem.fixes
    assert problem.title == "A `,` is missing before `field1`, and in 298 more places"
    assert fix.applicability is SURE
    assert applied(text, fix) == "type Row = {\n" + ",\n".join(fields) + "\n}\ndef w = f | g\n"


def test_a_closed_record_gets_its_commas_where_more_is_wrong_behind_it() -> None:
    text = "type R = {\n  a : A\n  b : B\n  c : C\n}\nSources.csv<R> { path = 1 x = 2 } | f"
    (problem,) = read(text).problems
    (fix,) = problem.fixes
    assert (problem.title, fix.applicability) == ("A `,` is missing before `b`, and in one more place", MAYBE)
    mended = text.replace("A\n", "A,\n").replace("B\n", "B,\n").replace("}\n", "};\n").replace("1 x", "1, x")
    assert applied(text, fix) == mended
    assert read(mended).problems == ()


def test_commas_are_told_of_before_what_is_wrong_in_an_item_behind_them() -> None:
    (problem,) = read("def w = f { a = 1 b = 2 c = True }").problems
    (fix,) = problem.fixes
    assert (problem.code.id, fix.applicability) == ("NS0110", MAYBE)
    assert applied("def w = f { a = 1 b = 2 c = True }", fix) == "def w = f { a = 1, b = 2, c = true }"


@pytest.mark.parametrize("text", ["def w = (g | f)) h", "def w = f | | g ( | h", "type T = A | , B , |"])
def test_to_take_something_out_is_offered_only_where_it_helps(text: str) -> None:
    before = read(text).problems
    for problem in before:
        for fix in problem.fixes:
            assert any(edit.text for edit in fix.edits) or len(read(applied(text, fix)).problems) < len(before)


def test_only_a_source_or_a_sink_is_surely_an_early_spelling() -> None:
    (fix,) = (fix for problem in read("def w = D.f : s").problems for fix in problem.fixes)
    assert (fix.title, fix.applicability) == ("Write it as today", MAYBE)


def test_a_record_where_more_is_wrong_is_not_mended_with_commas() -> None:
    (problem,) = read("type R = { a : Integer b : Text; c : ) }").problems
    assert not [fix for fix in problem.fixes if fix.applicability is SURE]


# --- the law


def meaning(text: str) -> Counter[str]:
    """The letters and digits of all names and literals, case aside; a keyword for another is no loss."""
    words = [word for word in re.findall(r"\w+", text) if word not in KEYWORDS]
    return Counter("".join(words).replace("_", "").casefold())


def sure_fixes(text: str) -> list[tuple[Diagnostic, str]]:
    """The errors of a text with a sure fix, and the text after that."""
    return [
        (problem, applied(text, fix))
        for problem in read(text).problems
        for fix in problem.fixes
        if fix.applicability is SURE
    ]


def broken(chosen: random.Random, text: str) -> str:
    """A text with a sign put in, a few characters left out, or two words side by side exchanged."""
    at = chosen.randint(0, len(text))
    match chosen.randint(0, 3):
        case 0:
            return f"{text[:at]} {chosen.choice(PIECES)} {text[at + chosen.randint(0, 2) :]}"
        case 1:
            return text[:at] + text[at + chosen.randint(1, 3) :]
        case 2:
            return text[:at] + text[at:].replace(chosen.choice([",", "|", ":", "=", "}", "\n"]), " ")
        case _:
            return re.sub(r"(\w+)(\W+)(\w+)", r"\3\2\1", text[at:], count=1).join([text[:at], ""])


@pytest.mark.parametrize("seed", range(8))
def test_a_sure_fix_loses_nothing(seed: int) -> None:
    chosen = random.Random(seed)
    programs = [text for mutant in mutants(seed) for text in mutant.texts.values()] + [
        text for text in CONSTRUCTS if text
    ]
    seen = 0
    for _ in range(120):
        text = broken(chosen, chosen.choice(programs))
        for problem, after in sure_fixes(text):
            seen += 1
            assert not meaning(text) - meaning(after), (problem.title, text, after)
            assert len(read(after).problems) < len(read(text).problems), (problem.title, text, after)
    assert seen


def test_a_fix_that_would_lose_a_name_is_not_called_sure() -> None:
    source = SourceFile("main.nml", "type R = { a : A, b B }")
    span = source.span(16, 21)
    problem = codes.MISSING_COLON.at(span, "", fixes=(Fix("Remove it", (Edit(span, ""),), SURE),))
    (told,) = parsing._with_tried_fixes(source, (problem,))
    assert [(applied(source.text, fix), fix.applicability) for fix in told.fixes] == [("type R = { a : A }", MAYBE)]


@pytest.mark.parametrize("text", [slip[0] for slip in SLIPS] + [case[0] for case in COMMAS])
def test_a_sure_fix_of_a_slip_loses_nothing(text: str) -> None:
    for piece in ("", "\ndef more = f | g)", " | extra ,", "?"):
        for problem, after in sure_fixes(text + piece):
            assert not meaning(text + piece) - meaning(after), (problem.title, after)
