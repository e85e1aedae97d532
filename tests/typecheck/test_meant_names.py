"""Names of functions, and values, that other languages or tools have: the fix offers what is meant by them here."""

import pytest
from grammar.test_slips import BEFORE, is_one_error


@pytest.mark.parametrize(
    ("text", "at_fault", "title", "mended"),
    [
        ("def w = Sources.stdin | Sinks.print", "print", "no function", "def w = Sources.stdin | Sinks.log"),
        ("def w = Sources.input | Sinks.log", "input", "no function", "def w = Sources.stdin | Sinks.log"),
        (
            "def w = Sources.stdin | Conv.parse | L.f | Sinks.log",
            "parse",
            "no function",
            "def w = Sources.stdin | Conv.from_json | L.f | Sinks.log",
        ),
        (
            "def w = Sources.stdin | Conv.from_json | L.Order | Sinks.log",
            "Order",
            "`L.Order` is a type, and no function",
            "def w = Sources.stdin | Conv.from_json<L.Order> | Sinks.log",
        ),
        (
            'def w = Sources.jsonl { path = "x" } | L.Order | Sinks.log',
            "Order",
            "`L.Order` is a type, and no function",
            'def w = Sources.jsonl<L.Order> { path = "x" } | Sinks.log',
        ),
        (
            "type T = { a : Text }\ndef w = Sources.stdin | T | Sinks.log",
            "T",
            "`T` is a type, and no function",
            "type T = { a : Text }\ndef w = Sources.stdin | Conv.from_json<T> | Sinks.log",
        ),
        (
            'def w = Sources.jsonl<Text> { path = "x", compression = "gz" } | Sinks.log',
            '"gz"',
            "`compression` of `Sources.jsonl` cannot be",
            'def w = Sources.jsonl<Text> { path = "x", compression = "gzip" } | Sinks.log',
        ),
        ("def w = g.g", "g", "`g` is a function, and no module", "def w = g | g"),
        ("def w = g | Sinkslog", "Sinkslog", "there is no function", "def w = g | Sinks.log"),
        ("def w = filtermaybe", "filtermaybe", "there is no function", "def w = filter maybe"),
    ],
)
def test_what_is_meant(text: str, at_fault: str, title: str, mended: str) -> None:
    is_one_error(f"{BEFORE}{text}\n", at_fault, title, f"{BEFORE}{mended}\n")
