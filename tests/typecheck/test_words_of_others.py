"""What other languages call a type, an attribute or a value, and what their forms mean here: one error with a fix."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

F = "fun f : Text -> Text\nfun g : Text -> Text\n"
KAFKA = 'def w = Sources.kafka<Text> {{ kafka_topic = "o", kafka_brokers = {} }} | Sinks.log\n'
CASES = [
    ("type A = { x : «any», y : unknown }\n", "type A = { x : Json, y : Json }\n"),
    ("fun f : Text -> «None»\n", "fun f : Text -> Void\n"),
    ("type A = { x : «Nothing» }\n", "type A = { x : () }\n"),
    (F + "def d = «g» . f\n", F + "def d = f | g\n"),
    (
        'fun f : Text -> Text with { «timeout» : Duration = "1s" }\n',
        'fun f : Text -> Text with { f_timeout : Duration = "1s" }\n',
    ),
    ("@«pure»\nfun f : Text -> Text\n", "@stateless\nfun f : Text -> Text\n"),
    (
        'def w = Sources.schedule { cron = «"@nightly"» } | Sinks.log\n',
        'def w = Sources.schedule { cron = "@daily" } | Sinks.log\n',
    ),
    (
        F + 'def w = Sources.stdin | f { retry = «"yes"» } | Sinks.log\n',
        F + 'def w = Sources.stdin | f { retry = "true" } | Sinks.log\n',
    ),
    (
        F + 'def w = Sources.stdin | f { timeout = «"00:01:30"» } | Sinks.log\n',
        F + 'def w = Sources.stdin | f { timeout = "1m30s" } | Sinks.log\n',
    ),
    (KAFKA.format('«["a.example:9092", "b.example:9092"]»'), KAFKA.format('"a.example:9092,b.example:9092"')),
    (
        "type P a b = (a, b)\nfun f : Text -> «P (Text, Integer)»\n",
        "type P a b = (a, b)\nfun f : Text -> P Text Integer\n",
    ),
]


@pytest.mark.parametrize(("marked", "mended"), CASES)
def test_it_is_one_error_with_a_fix(marked: str, mended: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    (found,) = [one for one in check_texts({"main.nml": text}).diagnostics if one.is_error]
    assert (found.primary.span.start, found.primary.span.end) == (marked.index("«"), marked.index("»") - 1)
    assert apply_edits(text, found.fixes[0].edits) == mended
    assert [one.title for one in check_texts({"main.nml": mended}).diagnostics if one.is_error] == []


def test_a_list_in_a_title_is_called_so_where_it_is_long() -> None:
    text = KAFKA.format('["a.example:9092", "b.example:9092"]')
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.title == "`kafka_brokers` of `Sources.kafka` cannot be a list"
