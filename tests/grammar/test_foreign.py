"""What is written as in other languages is told how it is written here, once, with a fix that gives a program."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.pipeline.checks import check_texts

BEFORE = 'fun small : Text -> Text with { width : Integer = 3, name : Text = "" }\nfun other : Text -> Text\n'


def problems(text: str) -> tuple[Diagnostic, ...]:
    return check_texts({"main.nml": BEFORE + text + "\n"}).diagnostics


@pytest.mark.parametrize(
    ("text", "at_fault", "title", "mended"),
    [
        ("def a = small(width = 20)", "(width = 20)", "given as", "def a = small { width = 20 }"),
        (
            'def a = other | small (width: 20, name="x")| other',
            '(width: 20, name="x")',
            "given as",
            'def a = other | small { width = 20, name="x" }| other',
        ),
        ("def a = small(width = )", "(width = )", "given as", None),
        ("def a = other |> small |> other", "|>", "not by `|>`", "def a = other | small | other"),
        ("def a = other >> small", ">>", "not by `>>`", "def a = other | small"),
        ("def a = other => small", "=>", "not by `=>`", "def a = other | small"),
        ("def a = other | (x -> x)", "x -> x", "no `->` for one", None),
        ("def a = other | (x => small x)", "x => small x", "no `=>` for one", None),
        ("def a = other | (small -> other)", "->", "not by `->`", "def a = other | (small | other)"),
        ("def a = other -> small -> other", "->", "not by `->`", "def a = other | small | other"),
        ("def a = other && small", "&&", "not by `&&`", "def a = other & small"),
        ("def a = other && small && other", "&&", "not by `&&`", "def a = other & small & other"),
        ("def a = other || small", "||", "not by `||`", "def a = other | small"),
        ("def a = other; | small", ";", "ends what the `|`", "def a = other | small"),
        (
            "type A = Text\ndef a = other\n;\n| small",
            ";",
            "ends what the `|`",
            "type A = Text\ndef a = other\n\n| small",
        ),
        ("def a = other\na; | small", ";", "ends what the `|`", "def a = other\na | small"),
        ("type A = B Text; | C", ";", "ends what the `|`", "type A = B Text | C"),
        ("def a = other; & small", ";", "ends what the `&`", "def a = other & small"),
        ("def a = other | small end", "end", "no `end`", "def a = other | small "),
        ("def a(x) = small", "(x)", "no arguments", "def a = small"),
        ("def a(x, y) = small", "(x, y)", "no arguments", "def a = small"),
        ("def a() = small", "()", "no arguments", "def a = small"),
        ("def a x y = small", "x y", "no arguments", "def a = small"),
        ("def a(x : Text) : Text -> Text = small", "(x : Text)", "no arguments", "def a : Text -> Text = small"),
        ("fun f(x : Text) : Integer", "(x : Text)", "no arguments", "fun f : Text -> Integer"),
        ("fun f(x : Text, [Integer]) -> Text", "(x : Text, [Integer])", "no", "fun f : (Text, [Integer]) -> Text"),
    ],
)
def test_one_error_and_a_fix(text: str, at_fault: str, title: str, mended: str | None) -> None:
    whole = BEFORE + text + "\n"
    found = [problem for problem in problems(text) if problem.code.id.startswith("NS01")]
    assert len(found) == 1, [problem.title for problem in found]
    span = found[0].primary.span
    assert whole[span.start : span.end] == at_fault
    assert title in found[0].title
    assert [apply_edits(whole, fix.edits) for fix in found[0].fixes] == (
        [] if mended is None else [f"{BEFORE}{mended}\n"]
    )
    assert mended is None or problems(mended) == ()


@pytest.mark.parametrize("text", ["Sources.stdin | Sinks.stdout gone", "def a = other gone"])
def test_a_pipe_before_a_name_that_nothing_has_is_no_sure_fix(text: str) -> None:
    levels = [fix.applicability for problem in problems(text) for fix in problem.fixes]
    assert levels == [Applicability.MAYBE_INCORRECT]


def test_a_pipe_before_a_name_that_is_declared_below_is_a_sure_fix() -> None:
    (found,) = check_texts({"main.nml": "module A:1.0.0\nfun f : Text -> Text\ndef a = f g\ndef g = f\n"}).diagnostics
    assert [fix.applicability for fix in found.fixes] == [Applicability.MACHINE_APPLICABLE]


DEMO = {"demo.nml": "module Demo.Shop:1.0.0\nfun f : Text -> Text\n"}


@pytest.mark.parametrize(
    "line",
    [
        'import X from "Demo.Shop:1.0.0"',
        "import X from Demo.Shop:1.0.0",
        "import * as X from 'Demo.Shop:1.0.0'",
        'import X, { f } from "Demo.Shop:1.0.0"',
        'import type X from "Demo.Shop:1.0.0"',
        'import X "Demo.Shop:1.0.0"',
        "import qualified Demo.Shop:1.0.0 as X",
    ],
)
@pytest.mark.parametrize(
    "rest", ["\nSources.stdin | X.f | Sinks.log\n", " // why\ndef w = Sources.stdin | X.f | Sinks.log\n"]
)
def test_an_import_as_elsewhere_is_one_error_and_keeps_its_alias(line: str, rest: str) -> None:
    head = "" if rest.startswith("\nS") else "module Main:1.0.0\n"
    text = head + line + rest
    (found,) = check_texts({"main.nml": text, **DEMO}).diagnostics
    assert text[found.primary.span.start : found.primary.span.end] in line
    (fix,) = found.fixes
    mended = apply_edits(text, fix.edits)
    assert mended == f"{head}import Demo.Shop:1.0.0 as X{rest}"
    assert check_texts({"main.nml": mended, **DEMO}).diagnostics == ()


def test_an_import_as_elsewhere_whose_alias_is_the_modules_own_gets_none() -> None:
    text = 'import Shop from "Demo.Shop:1.0.0"\nSources.stdin | Shop.f | Sinks.log\n'
    (found,) = check_texts({"main.nml": text, **DEMO}).diagnostics
    assert apply_edits(text, found.fixes[0].edits).startswith("import Demo.Shop:1.0.0\n")


def test_an_import_as_elsewhere_without_a_version_is_one_error() -> None:
    text = 'import X from "Demo.Shop"\nSources.stdin | X.f | Sinks.log\n'
    (found,) = check_texts({"main.nml": text, **DEMO}).diagnostics
    assert (found.primary.text, found.fixes) == ("write `import Demo.Shop:1.0.0 as X`", ())


def test_arguments_that_are_used_are_not_taken_away() -> None:
    (found, *_) = problems("def a(x) = x | small")
    assert (found.title, found.fixes) == ("A `def` takes no arguments: values come through the pipe", ())
    assert found.notes


@pytest.mark.parametrize("text", ["def a = (small | other)", "def a = other | (small { width = 2 })"])
def test_what_is_right_stays_so(text: str) -> None:
    assert problems(text) == ()
