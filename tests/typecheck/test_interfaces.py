"""The hash of an interface: it changes when, and only when, an importer could see a difference."""

import os

import pytest

from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.typecheck.hashing import differing

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


SEEN = {
    "a default of the environment": ('with { n : Text = "N" }', "with { n : Text = $N }"),
    "another variable of the environment": ("with { n : Text = $M }", "with { n : Text = $N }"),
    "a name for a built-in type": ("-> Integer", "-> Count"),
    "the size of a vector": ("-> Vector 3 Double", "-> Vector 4 Double"),
    "a variable for a type": ("-> [Integer]", "-> [a]"),
    "a list for an optional": ("-> optional Text", "-> [Text]"),
    "which variable comes again": ("(a, b) -> a", "(a, b) -> b"),
    "a named rest for one without a name": ("{ x : Text | r } -> Text", "{ x : Text | .. } -> Text"),
    "what is shared inside": ("([a], a) -> [[a]]", "([a], a) -> [(a, a)]"),
    "a constructor without its payload": ("-> One", "-> Two"),
    "nothing comes out": ("a -> ()", "a -> Void"),
    "a constraint": ("a -> Text where a is CsvRow", "a -> Text"),
}


@pytest.mark.parametrize(("one", "other"), SEEN.values(), ids=SEEN)
def test_two_functions_that_differ_in_one_thing_have_two_hashes(one: str, other: str) -> None:
    def written(text: str) -> str:
        if text.startswith("with"):
            return f"fun f : Text -> Text {text}"
        return f"fun f : {text}" if not text.startswith("->") else f"fun f : ([a], {{ x : Text | r }}) {text}"

    types = "module M:1.0.0\ntype Count = Integer\ntype One = A Text | B\ntype Two = A | B\n"
    assert hash_of(f"{types}{written(one)}\n") != hash_of(f"{types}{written(other)}\n")
    assert hash_of(f"{types}{written(one)}\n") == hash_of(f"{types}\n\n{written(one)}")


def test_what_differs_is_told_by_name() -> None:
    texts = {"m.nml": BASE}
    before = check_texts(texts)
    for old, new, names in (
        ("y : Text }", "y : Text, z : Text }", {"Row", "Event", "f", "h"}),
        ("n : Integer = 1", "n : Integer = 7", {"f"}),
        ("type Row", "type Line = Text\ntype Row", {"Line"}),
        ("def w =", "def v =", {"v", "w"}),
        ("def w = Sources", "def w = Sorces", {"w"}),
        ("def w", "// moved\ndef w", set()),
    ):
        compilation = Compilation(
            MemoryFiles({**library(), "m.nml": BASE.replace(old, new, 1)}),
            ("m.nml",),
            standard=standard_folder(),
            types=before.compilation.types,
        )
        one, other = before.checked["m.nml"].interface, compilation.checked["m.nml"].interface
        assert differing(one, other, {}) == names
        assert differing(other, one, {}) == names


def library() -> dict[str, bytes]:
    folder = standard_folder()
    return {f"{folder}/{name}": DiskFiles().read_bytes(f"{folder}/{name}") for name in sorted(os.listdir(folder))}


def test_it_is_the_same_in_another_process_and_folder() -> None:
    texts = {"deep/er/m.nml": BASE}
    assert check_texts(texts).checked["deep/er/m.nml"].interface.hash == hash_of(BASE)
