"""The canonical layout: kept outputs for each construct, rules one by one, and everything of ours laid out."""

from pathlib import Path

import literate
import pytest
from grammar.syntax_trees import read
from kept import Golden

from nscompiler.grammar.boxes import WIDTH
from nscompiler.grammar.layout_expressions import SPELLINGS, STANDARD
from nscompiler.grammar.layout_types import _PLAIN_NAME
from nscompiler.grammar.tables import GRAMMAR_PATH
from nscompiler.modules.imports import RESERVED_ALIASES
from nscompiler.tools.format import format_source
from nscompiler.typecheck.scope import STANDARD_SPELLINGS

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).parent / "golden" / "format"
PROGRAMS = sorted(KEPT.glob("*.in.nml"))
OURS = [*(ROOT / "examples").rglob("*.nml"), *(ROOT / "stdlib" / "nstack").rglob("*.nml")]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def formatted(text: str) -> str:
    result = format_source(text)
    assert result.problems == ()
    return result.text


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.name.removesuffix(".in.nml") for path in PROGRAMS])
def test_kept_layouts(path: Path, golden: Golden) -> None:
    text = formatted(path.read_text())
    golden(path.with_name(path.name.replace(".in.nml", ".nml")), text)
    assert formatted(text) == text


def test_there_are_programs() -> None:
    assert len(PROGRAMS) > 3
    assert len(OURS) > 10


@pytest.mark.parametrize("path", OURS, ids=[str(path.relative_to(ROOT)) for path in OURS])
def test_our_own_programs_are_laid_out(path: Path) -> None:
    assert formatted(path.read_text()) == path.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.name for document in DOCUMENTS])
def test_programs_of_the_documents_are_laid_out(document: Path) -> None:
    # Those that show a mistake or a lint are written to show it.
    blocks = [block.text for block in literate.blocks(document) if block.language == "nml"]
    clean = [text for text in blocks if not literate._SAID.search(text) and not read(text).problems]
    assert [formatted(text) for text in clean] == clean


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ("def x=concat f|filter g", "def x = f* | g?\n"),
        ("def x = concat (f*)", "def x = f**\n"),
        ("def x = filter (f | g)", "def x = (f | g)?\n"),
        (
            "def x = sources.Postgresql | Sinks.postgresql | conv.to_json",
            "def x = Sources.postgres | Sinks.postgres | Conv.to_json\n",
        ),
        ("def x = Other.postgresql", "def x = Other.postgresql\n"),
        (
            'type T={"x":A,"User-Id":B,"with":C,"X":D,"1":E}',
            'type T = { x : A, "User-Id" : B, with : C, "X" : D, "1" : E }\n',
        ),
        ("type T = A optional", "type T = optional A\n"),
        ("type T = ((A))", "type T = A\n"),
        ("def x = (a | b) | c", "def x = (a | b) | c\n"),
        ("def x = ((a)) | (b & (c & d))", "def x = a | (b & (c & d))\n"),
        (
            'def x = f { a = 1_000, b = -0.50e3, c = "\\u{41}", }',
            'def x = f { a = 1_000, b = -0.50e3, c = "\\u{41}" }\n',
        ),
        ("def x = f {}", "def x = f {}\n"),
        ("fun f : A -> B with { } where a is C,", "fun f : A -> B where a is C with {}\n"),
        ("type T = Vector 1_0 A", "type T = Vector 1_0 A\n"),
        ("fun f : A -> B;\n\n\nf", "fun f : A -> B;\n\nf\n"),
        ("def f = g;\nf", "def f = g\n\nf\n"),
        ("\ufeff#!/usr/bin/env nsc\r\ndef x = a\r| b", "#!/usr/bin/env nsc\ndef x = a | b\n"),
        ('def x = f { a = """\r\n  b\r\n  """ }', 'def x = f {\n  a = """\n  b\n  """\n}\n'),
        ("", ""),
        ("\n\n", ""),
        ("// c  \n\n\n\n// d", "// c\n\n// d\n"),
    ],
)
def test_what_is_put_in_todays_words(text: str, laid_out: str) -> None:
    assert formatted(text) == laid_out
    assert formatted(laid_out) == laid_out


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ("def a = b\ndef c = d", "def a = b\ndef c = d\n"),
        ("def a = b\n\n\n\ndef c = d", "def a = b\n\ndef c = d\n"),
        ("def a = b\n/// doc\ndef c = d\ndef e = f", "def a = b\n\n/// doc\ndef c = d\n\ndef e = f\n"),
        ("def a = b\n// note\ndef c = d", "def a = b\n// note\ndef c = d\n"),
        ("@x\nfun a : A -> B\nfun b : A -> B", "@x\nfun a : A -> B\n\nfun b : A -> B\n"),
        (
            "module X:1.0.0\nimport A:1.0.0\n\nimport B:1.0.0\ndef a = b",
            "module X:1.0.0\n\nimport A:1.0.0\n\nimport B:1.0.0\n\ndef a = b\n",
        ),
        ("def a = b // of a\n// of c\n\n/// doc\ndef c = d", "def a = b // of a\n// of c\n\n/// doc\ndef c = d\n"),
        ("type T = { // c\n\n x : A,\n\n\n y : B }", "type T = { // c\n  x : A,\n\n  y : B\n}\n"),
    ],
)
def test_empty_lines(text: str, laid_out: str) -> None:
    assert formatted(text) == laid_out
    assert formatted(laid_out) == laid_out


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        ("def x = a // c", "def x = a // c\n"),
        ("def x = a{}// c", "def x = a {} // c\n"),
        ("def x = a{ /* c */ }/* d */", "def x = a { /* c */ } /* d */\n"),
        ("def x = a | // of a\n b // of b", "def x =\n  a // of a\n    | b // of b\n"),
        ("def x = a // of a\n| b", "def x =\n  a // of a\n    | b\n"),
        ("def x = a |\n// of b\nb", "def x =\n  a\n    // of b\n    | b\n"),
        ("def x = a\n// first\n|\n// second\nb", "def x =\n  a\n    // first\n    // second\n    | b\n"),
        ("def x = [1\n// first\n,\n// second\n2]", "def x = [\n  1,\n  // first\n  // second\n  2\n]\n"),
        (
            "type T = A\n/// of B\n|\n// note\nB",
            "type T =\n    A\n    // note\n    /// of B\n  | B\n",
        ),
        ("def x = a /* p */ | /* q */ b", "def x = a /* p */ | /* q */ b\n"),
        ("def x = concat f // c\n| filter (g | h) // d", "def x =\n  f* // c\n    | (g | h)? // d\n"),
        ("def x = concat /* c */ f", "def x = /* c */ f*\n"),
        ("def x = (a // c\n)", "def x = a // c\n"),
        ("def x = ((a) // c\n) | b", "def x =\n  a // c\n    | b\n"),
        ("type T = { a : A // of a\n, b : B // of b\n}", "type T = {\n  a : A, // of a\n  b : B // of b\n}\n"),
        ("type T = { a : A, // of a\n b : B, // of b\n}", "type T = {\n  a : A, // of a\n  b : B // of b\n}\n"),
        ("type T = { a : A\n// last\n}", "type T = {\n  a : A\n  // last\n}\n"),
        ("type T = { // none\n}", "type T = { // none\n}\n"),
        ("type T = {\n// none\n}", "type T = {\n  // none\n}\n"),
        ("type T = A // of a\n | // of b\n B", "type T =\n    A // of a\n    // of b\n  | B\n"),
        ("def x = f { // all\n a = 1, // one\n b = 2 }", "def x = f { // all\n  a = 1, // one\n  b = 2\n}\n"),
        (
            "import A:1.0.0 // a\n// b\nimport B:1.0.0 as C; // c\nC.f",
            "import A:1.0.0 // a\n// b\nimport B:1.0.0 as C // c\n\nC.f\n",
        ),
        ("fun f : A -> B; // c\nf", "fun f : A -> B; // c\n\nf\n"),
        ("def x = a\n// end", "def x = a\n// end\n"),
        (
            "module X:1.0.0 {\n  // in\n  def x = a\n  // last\n} // end",
            "module X:1.0.0\n\n// in\ndef x = a\n// last\n// end\n",
        ),
        ("def x = (a // of a\n | b // of b\n) // of x", "def x =\n  a // of a\n    | b // of b\n// of x\n"),
        ("def x = ((a // c\n) // d\n)", "def x = a // c\n// d\n"),
        ("def x = ((a // c\n) /* d */ ) | b", "def x =\n  a // c\n    /* d */\n    | b\n"),
        ("fun f : ((A // c\n) // d\n) -> B", "fun f :\n  A // c\n  // d\n  -> B\n"),
        ("fun f : ((A // c\n) /* d */) -> B", "fun f :\n  A // c\n  /* d */\n  -> B\n"),
        (
            "fun f : { x : A // c\n optional // d\n} -> B",
            "fun f : {\n  x : optional A // c\n  // d\n} -> B\n",
        ),
        (
            "fun f : (A // c\n optional // d\n, B) -> C",
            "fun f :\n  (\n    optional A, // c\n    // d\n    B\n  )\n  -> C\n",
        ),
        ("type T = { x : A /* c */ optional, y : B }", "type T = { x : optional A /* c */, y : B }\n"),
        ("type T = (A /* c */ optional /* d */)", "type T = optional A /* c */ /* d */\n"),
        ("type T = A /* c */ optional", "type T = optional A /* c */\n"),
        ("type T = optionals optional // c", "type T = optional optionals // c\n"),
        ("  /* a\n     b\n c */\ndef x = a", "/* a\n   b\nc */\ndef x = a\n"),
        ("def x = a | b\n   /* c\n      d */\n | e", "def x =\n  a\n    | b\n    /* c\n       d */\n    | e\n"),
    ],
)
def test_comments_stay_where_they_belong(text: str, laid_out: str) -> None:
    assert formatted(text) == laid_out
    assert formatted(laid_out) == laid_out


def test_a_pipe_is_broken_at_the_width_and_not_before() -> None:
    fits = f"def w = {'a' * (WIDTH - 12)} | b\n"
    assert len(fits) == WIDTH + 1
    assert formatted(fits) == fits
    assert formatted(fits.replace("| b", "| bc")) == f"def w =\n  {'a' * (WIDTH - 12)}\n    | bc\n"


def test_syntax_errors_leave_a_text_alone() -> None:
    result = format_source("def x =", "a.nml")
    assert result.text == "def x ="
    assert [problem.primary.span.path for problem in result.problems] == ["a.nml"]


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("[", "]"), ("{ x : ", " }")])
def test_deep_types(opening: str, closing: str) -> None:
    text = f"type T = {opening * 190}A{closing * 190}\n"
    assert formatted(formatted(text)) == formatted(text)


def test_deep_expressions() -> None:
    text = f"def x = {'(' * 90}a{' | b)*' * 90}\n"
    assert formatted(formatted(text)) == formatted(text)
    remarked = f"def x = {'(a & ' * 180}b // c\n{')' * 180}\n"
    assert formatted(remarked).count("// c\n") == 1
    assert formatted(formatted(remarked)) == formatted(remarked)


def test_spellings_are_those_of_the_language() -> None:
    assert tuple(STANDARD.values()) == RESERVED_ALIASES
    assert SPELLINGS == STANDARD_SPELLINGS
    assert f"\nNAME: /{_PLAIN_NAME.pattern}/\n" in Path(GRAMMAR_PATH).read_text()
