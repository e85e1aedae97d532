"""Folding, growing a selection, links: what is asked of a text's shape."""

import itertools

import pytest
from marked import SHOP, place, program, shop

from nscompiler.ide.folding import folds
from nscompiler.ide.links import links
from nscompiler.ide.selection import selections

FOLDED = '''// A file
// about folding.

import Shop.Types:0.1.0 as T
import Shop.Clean:0.2.0 as C

/// Text about
/// a type.
type Wide = {
  a : Text,
  b : {
    c : Text
  }
}

@deprecated("x")
fun f : T.Item -> Text with {
  n : Integer
}

/* A block
   comment */
def w =
  Sources.postgres<T.Item> {
    pg_query = """
      select 1
    """
  }
  | C.good
  | Sinks.log

def one = C.good
'''


def test_what_can_be_folded() -> None:
    found = folds(program({**SHOP, "a/module.nml": "module A:0.1.0\n" + FOLDED}), "a/module.nml")
    assert [(one.first - 1, one.last - 1, one.kind) for one in found] == [
        (1, 2, "comment"),
        (4, 5, "imports"),
        (7, 8, "comment"),
        (9, 13, "region"),
        (11, 12, "region"),
        (17, 18, "region"),
        (21, 22, "comment"),
        (23, 30, "region"),
        (24, 30, "region"),
        (25, 26, "region"),
    ]


def test_one_line_folds_nothing_and_broken_declarations_fold() -> None:
    state = program(
        {"a.nml": "def a = Sources.stdin | Sinks.log\n", "b.nml": "def b = (\n  f |\n  g\n\ndef c = Std.some\n"}
    )
    assert folds(state, "a.nml") == ()
    assert [(one.first, one.last) for one in folds(state, "b.nml")] == [(1, 3)]


@pytest.mark.parametrize(
    ("path", "piece", "steps"),
    [
        ("flow/module.nml", "C.go‸od", ["good", "C.good", "Sources.jsonl…", "def w = …", "…"]),
        ("flow/module.nml", 'in.js‸onl"', ["in.jsonl", '"in.jsonl"', 'path = "in.jsonl"']),
        ("types/module.nml", "pri‸ce : Double", ["price", "price : Double"]),
        ("types/module.nml", "(a‸, a)", ["a", "a, a", "(a, a)", "type Pair a = (a, a)"]),
        ("types/module.nml", "/// Something wi‸th", ["/// Something with a price."]),
        ("clean/module.nml", "digits = ‸3", ["3", "digits = 3"]),
    ],
)
def test_what_a_selection_grows_to(path: str, piece: str, steps: list[str]) -> None:
    state, path, offset = place(shop(path, piece))
    text = SHOP[path]
    found = [text[span.start : span.end] for span in selections(state, path, offset)]
    for step in steps:
        start = step.removesuffix("…")
        assert any(one == step or (step.endswith("…") and one.startswith(start)) for one in found), (step, found)
    assert found[-1] == text


def test_every_selection_grows_and_brackets_are_a_step() -> None:
    state, path, offset = place({"a.nml": "def a = (Std.some | (St‸d.some | Std.some)?)\n"})
    texts = [state.text(path).text[one.start : one.end] for one in selections(state, path, offset)]  # type: ignore[union-attr]
    assert texts[:5] == ["Std", "Std.some", "Std.some | Std.some", "(Std.some | Std.some)", "(Std.some | Std.some)?"]
    broken = program({"b.nml": "def b = ( | /* x */ \n type = {"})
    for at in range(30):
        found = selections(broken, "b.nml", at)
        assert all(one.start <= at <= one.end for one in found)
        assert all(
            outer != inner and outer.start <= inner.start and inner.end <= outer.end
            for inner, outer in itertools.pairwise(found)
        )


def test_a_declaration_grows_to_the_text_above_it() -> None:
    state, path, offset = place(shop("types/module.nml", "type It‸em"))
    found = [SHOP[path][one.start : one.end] for one in selections(state, path, offset)]
    assert any(one.startswith("/// Something with a price.\ntype Item") for one in found)


def test_links_lead_to_modules_addresses_and_files() -> None:
    text = SHOP["flow/module.nml"].replace("\ndef w", "\n// see https://example.org/a_(b), and more.\ndef w")
    state = program({**SHOP, "flow/module.nml": text})
    found = [(text[one.span.start : one.span.end], one.address, one.files) for one in links(state, "flow/module.nml")]
    assert found == [
        ("Shop.Types:0.1.0", None, ("types/module.nml",)),
        ("Shop.Clean:0.2.0", None, ("clean/module.nml",)),
        ("https://example.org/a_(b)", "https://example.org/a_(b)", ()),
        ("in.jsonl", None, ("flow/in.jsonl", *(f"{root}/in.jsonl" for root in state.discovery.index.roots))),
    ]


def test_an_import_that_leads_nowhere_and_a_broken_file_have_no_link() -> None:
    texts = {
        "a.nml": "import Nowhere:0.1.0 as N\n// http://x.org\ndef a = (\n",
        "b.nml": "Sources.jsonl { path = $IN }\n",
    }
    state = program(texts)
    assert [one.address for one in links(state, "a.nml")] == ["http://x.org"]
    assert links(state, "b.nml") == ()
