"""The hash of an interface: it changes when, and only when, an importer could see a difference."""

import pytest

from nscompiler.pipeline import check_texts

BASE = """module M:1.0.0
type Row = { x : Integer, y : Text }
type Event = A Row | B
fun f : Row -> Event with { n : Integer = 1 }
fun g : { x : Integer | r } -> { x : Integer | r }
def h = f { n = 2 }
def w = Sources.stdin | Sinks.log
"""


def hash_of(text: str) -> str:
    result = check_texts({"m.nml": text})
    assert not [one for one in result.diagnostics if one.is_error], [one.title for one in result.diagnostics]
    return result.checked["m.nml"].interface.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def h", "\n\n// moved\ndef h"),
        ("fun f", "/// Documented.\nfun f"),
        ("{ x : Integer | r } -> { x : Integer | r }", "{ x : Integer | s } -> { x : Integer | s }"),
        ("Sources.stdin | Sinks.log", "Sources.stdin | Std.identity | Sinks.log"),
        ("{ n = 2 }", "{ n = 3 }"),
    ],
    ids=["place", "documentation", "name of a variable", "body", "value inside"],
)
def test_what_an_importer_cannot_see_leaves_it(old: str, new: str) -> None:
    assert old in BASE
    assert hash_of(BASE.replace(old, new)) == hash_of(BASE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("y : Text }", "y : Text, z : Text }"),
        ("{ x : Integer, y : Text }", "{ y : Text, x : Integer }"),
        ("type Event = A Row | B", "type Event = B | A Row"),
        ("n : Integer = 1", "n : Integer = 7"),
        ("n : Integer = 1", "n : Integer"),
        ("n : Integer = 1", 'n : "1" | "2" = "1"'),
        ("def h = f { n = 2 }", "def h = f"),
        ("def w", "def v"),
        ("fun f :", "@stateless\nfun f :"),
        ("Sources.stdin | Sinks.log", 'Sources.http<Text> { http_path = "/x" } | Sinks.log'),
        ("type Row", "type Line = Text\ntype Row"),
        ("module M:1.0.0", "module M:1.0.1"),
    ],
)
def test_what_an_importer_can_see_changes_it(old: str, new: str) -> None:
    assert old in BASE
    assert hash_of(BASE.replace(old, new, 1)) != hash_of(BASE)


def test_it_is_the_same_in_another_process_and_folder() -> None:
    texts = {"deep/er/m.nml": BASE}
    assert check_texts(texts).checked["deep/er/m.nml"].interface.hash == hash_of(BASE)
