"""One slip of the hand is one error, whose first fix gives a program without any."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.pipeline.checks import check_texts

LIB = "module Lib:1.0.0\ntype Order = { id : Integer }\nfun f : Text -> Text\nfun list : Text -> [Text]\n"
BEFORE = "import Lib:1.0.0 as L\nfun g : Text -> Text with { n : Integer = 3 }\nfun maybe : Text -> optional Text\n"


def errors(text: str) -> list[Diagnostic]:
    found = check_texts({"lib.nml": LIB, "main.nml": text}).diagnostics
    return [one for one in found if one.severity.value == "error"]


def is_one_error(text: str, at_fault: str, title: str, mended: str) -> None:
    (found,) = errors(text)
    span = found.primary.span
    assert title in found.title
    assert text[span.start : span.end] == at_fault
    assert apply_edits(text, found.fixes[0].edits) == mended
    assert errors(mended) == []


@pytest.mark.parametrize(
    ("text", "at_fault", "title", "mended"),
    [
        ("de f w = g", "de f", "`def` is written without a space inside", "def w = g"),
        ("fu n h : Text -> Text\ndef w = h", "fu n", "without a space", "fun h : Text -> Text\ndef w = h"),
        ("typ e T = { a : Text }\nfun h : T -> T", "typ e", "without a", "type T = { a : Text }\nfun h : T -> T"),
        ("funh : Text -> Text\ndef w = h", "funh", "missing behind `fun`", "fun h : Text -> Text\ndef w = h"),
        ("typeT = { a : Text }\nfun h : T -> T", "typeT", "missing", "type T = { a : Text }\nfun h : T -> T"),
        ("defw = g\ndef v = w", "defw", "A space is missing behind `def`", "def w = g\ndef v = w"),
        ("fun h : opt ional Text -> Text", "opt ional", "`optional` is", "fun h : optional Text -> Text"),
        ("fun h : Text - > Text", "- >", "`->` is written without a", "fun h : Text -> Text"),
        ("fun h : a -> Text wherea is Csv", "wherea", "behind `where`", "fun h : a -> Text where a is Csv"),
        ("fun h : a -> Text where a isCsv", "isCsv", "behind `is`", "fun h : a -> Text where a is Csv"),
        ("def w = fil ter maybe", "fil ter", "`filter` is written", "def w = filter maybe"),
        ("fun h : Text -> def\nText v = h", "def\nText", "in the wrong order", "fun h : Text -> Text\ndef v = h"),
        ("def w = g n { = 3 }", "n {", "`n` and `{` stand in the wrong order", "def w = g { n = 3 }"),
        ("def w = ; g | g", ";", "This `;` ends what the `g` behind it", "def w =  g | g"),
        ("def w ; = g | g", ";", "This `;` ends what the `=`", "def w  = g | g"),
        ("fun h ; Text -> Text", ";", "A type stands behind `:`", "fun h : Text -> Text"),
        ("def w = g > g", ">", "separated by `|`, not by `>`", "def w = g | g"),
        ("def w = g + g", "+", "separated by `|`, not by `+`", "def w = g | g"),
        ("def w -> g", "->", "stands behind `=`", "def w = g"),
        ("fun h : Text - Text", "-", "separated by `->`, not by `-`", "fun h : Text -> Text"),
        ("fun h : Text | Text", "|", "separated by `->`, not by `|`", "fun h : Text -> Text"),
        ("type T = A Text \\ B Text", "\\", "separated by `|`", "type T = A Text | B Text"),
        ("def w = g ( n = 3 }", "(", "in `{ }`, not in `( }`", "def w = g { n = 3 }"),
        ("def w = g [ n = 3 ]", "[ n = 3 ]", "in `{ }`, not in `[ ]`", "def w = g { n = 3 }"),
        ("type T = [ a : Text ]", "[ a : Text ]", "The fields of a record stand", "type T = { a : Text }"),
        ("type T = < a : Text >", "< a : Text >", "The fields of a record stand", "type T = { a : Text }"),
        ("def w = Sources.http[Text]", "[Text]", "given in `< >`, not in `[`", "def w = Sources.http<Text>"),
        ("def w = Sources.http(Text)", "(Text)", "given in `< >`, not in `( )`", "def w = Sources.http<Text>"),
        ("def w = Sources.http Text", "Text", "given in `< >`", "def w = Sources.http<Text>"),
        ("def w = Sources.http Text>", ">", "This `>` closes nothing", "def w = Sources.http <Text>"),
        ("type T Text", "Text", "An `=` is missing before `Text`", "type T = Text"),
        ("def w = L:f | L:f", ":", "follows its alias and a `.`, not `:`", "def w = L.f | L.f"),
        ("def w = L#f | g", "#", "follows its alias and a `.`, not `#`", "def w = L.f | g"),
        ("def w = g | L/f", "/", "follows its alias and a `.`, not `/`", "def w = g | L.f"),
        ("def w = g | L->f", "->", "follows its alias and a `.`, not `->`", "def w = g | L.f"),
        ("fun h : L:Order -> Text", ":", "follows its alias and a `.`, not `:`", "fun h : L.Order -> Text"),
        ("def w = .http<Text>", ".http", "An alias is missing before `.http`", "def w = Sources.http<Text>"),
        ("def w = g | .Sinkslog", ".Sinkslog", "A `.` stands behind the alias", "def w = g | Sinks.log"),
        ("def w = g | Sin ks.log", "Sin ks", "`Sinks` is written without a space", "def w = g | Sinks.log"),
        ("def w = def g | g", "def", "`def` stands twice", "def w = g | g"),
        ("def w = def Sources.jsonl<Text> | g", "def", "`def` stands twice", "def w = Sources.jsonl<Text> | g"),
        ("def w = Sources.kafka(L.Order)", "(L.Order)", "are given in `< >`", "def w = Sources.kafka<L.Order>"),
        ("fun h : Text -> -> Text", "->", "`->` stands twice", "fun h : Text -> Text"),
        ("fun h : Text -- Text", "--", "separated by `->`, not by `--`", "fun h : Text -> Text"),
        (
            "fun h : Text -> Textwith { n : Integer = 3 }",
            "Textwith",
            "A space is missing before `with`",
            "fun h : Text -> Text with { n : Integer = 3 }",
        ),
        ("def w = g n = 3 }", "}", "This `}` closes nothing", "def w = g { n = 3 }"),
        ("fun h : { x : Text , r } -> Text", ", r", "stands behind `|`", "fun h : { x : Text | r } -> Text"),
        ("fun h : { x : Text, row } -> Text", ", row", "stands behind `|`", "fun h : { x : Text | row } -> Text"),
        ("fun h : Text –> Text", "–>", "`->` is", "fun h : Text -> Text"),
        ("fun h : Text —> Text", "—>", "`->` is", "fun h : Text -> Text"),
        ("def w g = | g", "g =", "`g` and `=` stand in the wrong order", "def w = g | g"),
        ("type T = A A Text | B", "A", "`A` stands twice", "type T = A Text | B"),
        ("type T = A Text Text | B", "Text", "`Text` stands twice", "type T = A Text | B"),
        ("fun mak e : Text -> Text\ndef w = make", "mak e", "`make` is", "fun make : Text -> Text\ndef w = make"),
        ("def w = may be", "may be", "`maybe` is written without a space", "def w = maybe"),
        ("def w = g | L f", "L f", "A `.` is missing between `L` and `f`", "def w = g | L.f"),
    ],
)
def test_a_slip_in_a_declaration(text: str, at_fault: str, title: str, mended: str) -> None:
    is_one_error(f"{BEFORE}{text}\n", at_fault, title, f"{BEFORE}{mended}\n")


IMPORT = "import Lib:1.0.0 as L"


@pytest.mark.parametrize(
    ("line", "at_fault", "title", "mended"),
    [
        ("import Lib Lib:1.0.0 as L", "Lib", "`Lib` stands twice", IMPORT),
        ("import Lib: :1.0.0 as L", ":", "`:` stands twice", IMPORT),
        ("import Lib:1.0. .0 as L", ".", "`.` stands twice", IMPORT),
        ("import Lib as Lib:1.0.0", "Lib as Lib:1.0.0", "in another order", "import Lib:1.0.0"),
        ("import L Lib:1.0.0", "import L Lib:1.0.0", "in another order", IMPORT),
        ("import L as Lib:1.0.0", "import L as Lib:1.0.0", "in another order", IMPORT),
        ("import Lib as L:1.0.0", "import Lib as L:1.0.0", "in another order", IMPORT),
        ("import Lib:1.0.0 L as", "L as", "`L` and `as` stand in the wrong order", IMPORT),
        ("Lib:1.0.0 import as L", "Lib:1.0.0 import as L", "in another order", IMPORT),
        ("Lib import:1.0.0 as L", "Lib import", "`Lib` and `import` stand in the wrong order", IMPORT),
        ("importLib:1.0.0 as L", "import", "A space is missing behind `import`", IMPORT),
        ("import Lib:1.0.0 asL", "as", "A space is missing behind `as`", IMPORT),
        ("import Lib:1.0.0as L", "as", "A space is missing before `as`", IMPORT),
        ("impor t Lib:1.0.0 as L", "impor t", "`import` is written without a space inside", IMPORT),
        ("import Lib:1.0.0 a s L", "a s", "`as` is written without a space inside", IMPORT),
        ("Lib:1.0.0 as L", "Lib", "An `import` is missing before `Lib`", IMPORT),
        ("import Lib;1.0.0 as L", ";", "A module and its version are joined by `:`, not by `;`", IMPORT),
        ("import Lib:1.0,0 as L", ",", "The parts of a module's name or version are joined by `.`, not by `,`", IMPORT),
    ],
)
def test_a_slip_in_an_import(line: str, at_fault: str, title: str, mended: str) -> None:
    alias = "L" if mended.endswith("L") else "Lib"
    rest = f"\ndef w = Sources.stdin | {alias}.f | Sinks.stdout\n"
    text = line + rest
    (found,) = errors(text)
    span = found.primary.span
    assert title in found.title
    assert at_fault in text[span.start : span.end] or text[span.start : span.end] in at_fault
    assert apply_edits(text, found.fixes[0].edits) == mended + rest
    assert errors(mended + rest) == []


@pytest.mark.parametrize(
    "line",
    [
        "modul e Lib:1.0.0",
        "moduleLib:1.0.0",
        "Lib:1.0.0",
        "Lib module:1.0.0",
        "module Lib Lib:1.0.0",
        "module Lib=1.0.0",
    ],
)
def test_a_slip_in_a_header_is_told_in_its_file_alone(line: str) -> None:
    files = {
        "lib.nml": LIB.replace("module Lib:1.0.0", line),
        "main.nml": f"{IMPORT}\ndef w = Sources.stdin | L.f | Sinks.stdout\n",
    }
    (found,) = [one for one in check_texts(files).diagnostics if one.severity.value == "error"]
    assert found.primary.span.path == "lib.nml"
    assert apply_edits(files["lib.nml"], found.fixes[0].edits) == LIB


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("def w = a\ndefault = g", "A `def` is missing before `default`"),
        ("type R = { a : Text } }", "This `}` closes nothing"),
        ("def w = g { n = 3 } }", "This `}` closes nothing"),
        ("fun h : (Text, Text) ) -> Text", "This `)` closes nothing"),
        ("def w = A.B.f", "A name has one dot"),
    ],
)
def test_what_is_no_such_slip(text: str, title: str) -> None:
    assert title in next(one.title for one in errors(f"{text}\n") if one.code.id < "NS02")


@pytest.mark.parametrize(
    "text",
    [
        "def w = Sources.stdin | Sinks.\ndef v = w",
        "def w = Sources.stdin | Nowhere.\ndef v = w",
        "def w = (g | L.) | g",
    ],
)
def test_a_name_that_is_missing_behind_an_alias_is_all_that_is_told(text: str) -> None:
    (found,) = errors(f"{BEFORE}{text}\n")
    assert found.title.startswith("No name stands behind `")


@pytest.mark.parametrize(
    "text",
    [
        "fun f : Text -> Integer\ndef w = f f",
        "fun f : Text -> Integer\ndef w = f | (f f & f)",
        "fun f : Text -> Text\ndef w = f tpyo { n = 3 }",
        "fun f : (Text] -> Text",
        "fun f : Text -> [ [Text]",
    ],
)
def test_a_fix_of_what_may_be_one_too_many_is_no_sure_one(text: str) -> None:
    found = errors(f"{text}\n")
    levels = {fix.applicability for one in found if one.code.id < "NS02" for fix in one.fixes}
    assert levels == {Applicability.MAYBE_INCORRECT}


@pytest.mark.parametrize(
    "text",
    [
        "fun load-users : Text -> Text\n\ndef w = Sources.stdin | load-users | Sinks.stdout\n",
        "def w = Sources.stdin | load-users|load-users\nfun load-users : Text -> Text\n",
        "def load-all-users = Sources.stdin | Sinks.stdout\n",
    ],
)
def test_a_name_with_a_dash_gets_another_wherever_it_is_used(text: str) -> None:
    mended = text.replace("load-users", "load_users").replace("load-all-users", "load_all_users")
    is_one_error(text, "-", "A name has no `-` inside", mended)


def test_each_name_with_a_dash_is_told_of() -> None:
    text = "def my-flow = Sources.stdin | to-a | to-b\nfun to-a : Text -> Text\nfun to-b : Text -> Void\n"
    found = errors(text)
    assert [one.fixes[0].title for one in found] == ["Write `my_flow`", "Write `to_a`", "Write `to_b`"]
    assert errors(apply_edits(text, [edit for one in found for edit in one.fixes[0].edits])) == []


def test_an_attribute_without_a_text_has_no_brackets() -> None:
    rest = "\nfun a : Void -> Text\n\ndef w = a | Sinks.stdout\n"
    is_one_error(f"@bounded(){rest}", "()", "An attribute", f"@bounded{rest}")
