"""The outline of a file, and the search over all files."""

from collections.abc import Sequence

import pytest
from marked import SHOP, program, shown

from nscompiler.ide.symbols import Symbol, SymbolIndex, document_symbols


def outline(symbols: Sequence[Symbol], depth: int = 0) -> list[str]:
    return [
        line for one in symbols for line in (f"{'  ' * depth}{one.kind} {one.name}", *outline(one.children, depth + 1))
    ]


def test_types_hold_their_fields_and_constructors() -> None:
    assert outline(document_symbols(program(SHOP), "types/module.nml")) == [
        "record Item",
        "  field id",
        "  field price",
        "type Pair",
        "sum Event",
        "  constructor Click",
        "  constructor Sale",
        "  constructor Gone",
    ]


def test_functions_hold_their_parameters_and_what_is_deprecated_is_told() -> None:
    found = document_symbols(program(SHOP), "clean/module.nml")
    assert outline(found)[:4] == ["function clean", "  parameter digits", "  parameter mode", "function tagged"]
    assert [one.name for one in found if one.deprecated] == ["old"]
    assert next(one.detail for one in found) == "T.Item -> T.Item"
    state = program(SHOP)
    assert shown(state, found[0].place) == "clean/module.nml:7 clean"
    assert all(one.whole.start <= one.place.start and one.place.end <= one.whole.end for one in found)


def test_a_script_has_a_main_and_what_is_broken_is_there() -> None:
    text = "type T = { a : Text\nfun f : Text ->\ndef d = (\nfun g : Text -> Text\n;\nSources.stdin | g | Sinks.log\n"
    found = document_symbols(program({"a.nml": text}), "a.nml")
    assert outline(found) == ["type T", "function f", "definition d", "function g", "main main"]
    assert [one.detail for one in found][:3] == ["does not parse"] * 3


def test_records_inside_records_and_payloads() -> None:
    text = "type T = { a : { b : Text }, c : Integer }\ntype S = A { x : Text } | B\n"
    assert outline(document_symbols(program({"a.nml": text}), "a.nml")) == [
        *("record T", "  field a", "    field b", "  field c"),
        *("sum S", "  constructor A", "    field x", "  constructor B"),
    ]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("clean", ["clean", "Clean"]),  # all of it, the function before the module
        ("it", ["Item"]),
        ("rnd", ["rounded"]),  # letters in this order
        ("flow.w", ["w"]),
        ("shop.clean.g", ["good"]),
        ("gone", ["Gone"]),
        ("sc", ["Shop.Clean"]),  # first letters of the words
        ("zzz", []),
    ],
)
def test_what_a_search_finds_first(query: str, first: list[str]) -> None:
    found = [one.symbol.name for one in SymbolIndex().search(program(SHOP), query)]
    names = [name.rpartition(".")[2] if "." not in "".join(first) else name for name in found]
    assert names[: len(first)] == first
    assert bool(found) == bool(first)


def test_a_search_without_a_word_gives_everything_and_knows_where_it_is() -> None:
    found = SymbolIndex().search(program(SHOP), "")
    names = {(one.symbol.name, one.container) for one in found}
    assert {("w", "Shop.Flow"), ("Item", "Shop.Types"), ("Sale", "Shop.Types.Event"), ("Shop.Flow", "")} <= names


def test_an_index_follows_the_states() -> None:
    index = SymbolIndex()
    assert index.search(program(SHOP), "fresh") == ()
    edited = {**SHOP, "flow/module.nml": SHOP["flow/module.nml"] + "def fresh = C.good\n"}
    assert [one.symbol.name for one in index.search(program(edited), "fresh")] == ["fresh"]
