"""What a shell or a call would say: told once, read as what was meant, with a fix that leaves nothing to tell."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

DECLARED = (
    'fun f : Text -> Text with { n : Integer = 0, label : Text = "", dry_run : Boolean = false }\n'
    "fun g : Text -> Text with { cols : [Text] = [] }\n"
    "fun h : Text -> (Text, Text)\n"
)
CASES = [
    ("Sources.stdin | f «--n 1» | Sinks.log", "Sources.stdin | f { n = 1 } | Sinks.log"),
    ("Sources.stdin | f «-n=1» | Sinks.log", "Sources.stdin | f { n = 1 } | Sinks.log"),
    ("Sources.stdin | f «--dry-run» | Sinks.log", "Sources.stdin | f { dry_run = true } | Sinks.log"),
    (
        "Sources.stdin | f «--label fast --n 2» | Sinks.log",
        'Sources.stdin | f { label = "fast", n = 2 } | Sinks.log',
    ),
    (
        'Sources.jsonl<Text> «--path "a.jsonl"» | Sinks.log',
        'Sources.jsonl<Text> { path = "a.jsonl" } | Sinks.log',
    ),
    ("Sources.stdin | f «1» | Sinks.log", "Sources.stdin | f { n = 1 } | Sinks.log"),
    ('Sources.stdin | f «1 "a"» | Sinks.log', 'Sources.stdin | f { n = 1, label = "a" } | Sinks.log'),
    ('Sources.stdin | f«(1, "a")» | Sinks.log', 'Sources.stdin | f { n = 1, label = "a" } | Sinks.log'),
    ("Sources.stdin | f«(1)» | Sinks.log", "Sources.stdin | f { n = 1 } | Sinks.log"),
    ('Sources.stdin | g «["a", "b"]» | Sinks.log', 'Sources.stdin | g { cols = ["a", "b"] } | Sinks.log'),
    ('Sources.jsonl<Text>«("a.jsonl")» | Sinks.log', 'Sources.jsonl<Text> { path = "a.jsonl" } | Sinks.log'),
    ('Sources.stdin | Sinks.jsonl «"a.jsonl"»', 'Sources.stdin | Sinks.jsonl { path = "a.jsonl" }'),
    ('Sources.stdin | h «> "a.csv"»', 'Sources.stdin | h | Sinks.csv { path = "a.csv" }'),
    ('Sources.stdin | f «>> "a.jsonl"»', 'Sources.stdin | f | Sinks.jsonl { path = "a.jsonl" }'),
    ('f «< "a.jsonl"» | Sinks.log', 'Sources.jsonl { path = "a.jsonl" } | f | Sinks.log'),
    ("«Sinks.log(g(f(Sources.stdin)))»", "Sources.stdin | f | g | Sinks.log"),
    ("f«(Sources.stdin)» | Sinks.log", "Sources.stdin | f | Sinks.log"),
    ("Sinks.log«(Sources.stdin | f)»", "Sources.stdin | f | Sinks.log"),
    ("Sources.stdin «\\»\n  | f \\\n  | Sinks.log", "Sources.stdin\n  | f\n  | Sinks.log"),
]


@pytest.mark.parametrize(("written", "mended"), CASES)
def test_told_once_and_mended(written: str, mended: str) -> None:
    marked = f"{DECLARED}def w = {written}\n"
    text = marked.replace("«", "").replace("»", "")
    (found,) = check_texts({"main.nml": text}).diagnostics
    span = found.primary.span
    assert (span.start, span.end) == (marked.index("«"), marked.index("»") - 1)
    (fix,) = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert fixed == f"{DECLARED}def w = {mended}\n"
    assert check_texts({"main.nml": fixed}).diagnostics == ()


@pytest.mark.parametrize(
    "written", ['f("a", 1', "f --", 'f > "', "f \\", "g(f(", 'f < "a"', "f - 1 2", "f(1)(2)", "f\n-", 'f "a" g']
)
def test_what_is_half_such_a_form_is_told_of_without_a_fault(written: str) -> None:
    for text in (f"{DECLARED}def w = {written}\n", f"{DECLARED}def w = {written}", written):
        assert check_texts({"main.nml": text}).diagnostics
