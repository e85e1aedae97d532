"""Renaming: what is changed, and what is refused with which reason."""

import pytest
from marked import SHOP, applied, place, program, shop
from test_recheck import library

from nscompiler.files import MemoryFiles
from nscompiler.ide.refusal import Refusal
from nscompiler.ide.rename import prepare_rename, rename
from nscompiler.modules.standard import standard_folder
from nscompiler.state import State


def renamed(texts: dict[str, str], new: str, *, python: bool = True) -> dict[str, str]:
    """The lines that a renaming changes, as they are then, by file."""
    state, path, offset = place(texts)
    outcome = rename(state, path, offset, new, python=python)
    assert not isinstance(outcome, Refusal), outcome
    before = {one: text.replace("‸", "") for one, text in texts.items()}
    after = applied(before, outcome.edits)
    assert not any(one.is_error for name in program(after).paths_of_all for one in program(after).problems_in(name))
    pairs = [(name, zip(before[name].split("\n"), after[name].split("\n"), strict=True)) for name in before]
    return {
        name: "\n".join(new for old, new in lines if old != new) for name, lines in pairs if before[name] != after[name]
    }


def refused(texts: dict[str, str], new: str) -> str:
    state, path, offset = place(texts)
    outcome = rename(state, path, offset, new)
    assert isinstance(outcome, Refusal)
    return outcome.reason


def test_a_function_with_its_method() -> None:
    assert renamed(shop("flow/module.nml", "C.cle‸an"), "tidy") == {
        "clean/module.nml": 'fun tidy : T.Item -> T.Item with {\ndef good = tidy { digits = 3 } | tagged { tag = "x" }',
        "clean/service.py": "    def tidy(self, item):",
        "flow/module.nml": 'def rounded = C.tidy { mode = "down" }',
    }


def test_a_function_without_its_method_leaves_python_alone() -> None:
    state, path, offset = place(shop("clean/module.nml", "fun cl‸ean"))
    outcome = rename(state, path, offset, "tidy", python=False)
    assert not isinstance(outcome, Refusal)
    assert {one.span.path for one in outcome.edits} == {"clean/module.nml", "flow/module.nml"}


def test_a_type_in_all_files() -> None:
    found = renamed(shop("types/module.nml", "Sale It‸em"), "Thing")
    assert found["types/module.nml"] == "type Thing = {\ntype Event = Click Text | Sale Thing | Gone"
    assert found["flow/module.nml"].startswith("def w = Sources.jsonl<T.Thing>")
    assert "T.Thing -> T.Thing" in found["clean/module.nml"]


def test_a_field_with_those_that_its_values_become() -> None:
    assert renamed(shop("types/module.nml", "id‸ : Integer"), "no-1") == {
        "types/module.nml": '  "no-1" : Integer,',
        # What `tagged` gives under that name is another field.
        "clean/module.nml": 'fun tagged : { "no-1" : Integer | r } -> { id : Integer, tag : Text | r } '
        "with { tag : Text }",
    }
    # It flows nowhere else: only its own declaration has it.
    assert renamed(shop("types/module.nml", "pri‸ce : Double"), "cost") == {"types/module.nml": "  cost : Double"}


def test_a_constructor_a_variable_a_parameter_an_alias() -> None:
    assert renamed(shop("types/module.nml", "Cl‸ick"), "Press") == {
        "types/module.nml": "type Event = Press Text | Sale Item | Gone"
    }
    assert renamed(shop("clean/module.nml", "-> T.Pair a‸ ="), "item") == {
        "clean/module.nml": "def pairs : item -> T.Pair item = two"
    }
    assert renamed(shop("clean/module.nml", "dig‸its = 3"), "places") == {
        "clean/module.nml": '  places : Integer = 2,\ndef good = clean { places = 3 } | tagged { tag = "x" }',
        "clean/service.py": '        return round(item.price, self.args["places"])',
    }
    found = renamed(shop("flow/module.nml", "C‸.good"), "Clean")
    assert found == {
        "flow/module.nml": "import Shop.Clean:0.2.0\n"
        'def w = Sources.jsonl<T.Item> { path = "in.jsonl" } | Clean.good | Sinks.log\n'
        'def rounded = Clean.clean { mode = "down" }'
    }


def test_a_module_with_its_imports() -> None:
    assert renamed(shop("clean/module.nml", "Shop.Ty‸pes"), "Store.Kinds") == {
        "types/module.nml": "module Store.Kinds:0.1.0",
        "clean/module.nml": "import Store.Kinds:0.1.0 as T",
        "flow/module.nml": "import Store.Kinds:0.1.0 as T",
    }


def test_an_alias_that_a_module_gives_follows_it_or_is_kept_by_as() -> None:
    texts = {
        "one/module.nml": "module One‸:1.0.0\nfun f : Text -> Text\n",
        "two/module.nml": "module Two:1.0.0\nimport One:1.0.0\ndef g = One.f\n",
        "six/module.nml": "module Six:1.0.0\nimport One:1.0.0\nimport Two:1.0.0 as New\ndef g = One.f | New.g\n",
    }
    found = renamed(texts, "Some.New")
    assert found["two/module.nml"] == "import Some.New:1.0.0\ndef g = New.f"
    assert found["six/module.nml"] == "import Some.New:1.0.0 as One"


def test_parameters_that_one_binding_sets_are_renamed_together() -> None:
    text = """module Two:0.1.0
fun f : Text -> Text with { n : Integer = 1 }
fun g : Text -> Text with { n‸ : Integer = 1 }
def both = (f | g) { n = 5 }
"""
    assert renamed({"two/module.nml": text}, "times")["two/module.nml"].count("times") == 3


@pytest.mark.parametrize(
    ("path", "piece", "new", "reason"),
    [
        ("clean/module.nml", "digits : Inte‸ger", "Whole", "`Integer` is a built-in type"),
        ("flow/module.nml", "Sinks.lo‸g", "write", "`log` belongs to the standard library"),
        ("flow/module.nml", "Sink‸s.log", "Out", "belongs to the standard library"),
        ("flow/module.nml", "de‸f w", "x", "`def` is no name that could be changed"),
        ("clean/module.nml", "@stat‸eless", "x", "is a built-in attribute"),
        ("clean/module.nml", "fun cle‸an", "old", "`old` is declared in this file already"),
        ("clean/module.nml", "fun cle‸an", "Clean", "starts with a small letter"),
        ("clean/module.nml", "fun cle‸an", "filter", "`filter` is a keyword"),
        ("clean/module.nml", "fun cle‸an", "startup", "cannot be the name of a Python method"),
        ("types/module.nml", "type It‸em", "Pair", "`Pair` is declared in this file already"),
        ("types/module.nml", "type It‸em", "Text", "`Text` is a built-in type"),
        ("types/module.nml", "type It‸em", "item", "starts with a capital"),
        ("types/module.nml", "id‸ : Integer", "price", "has `price` already"),
        ("types/module.nml", "pri‸ce : Double", "tag", "has `tag` already"),
        ("types/module.nml", "id‸ : Integer", 'a"b', "holds no quote"),
        ("types/module.nml", "Sa‸le", "Gone", "has `Gone` already"),
        ("clean/module.nml", "dig‸its :", "mode", "`clean` has a parameter `mode` already"),
        ("clean/module.nml", "dig‸its :", "tag", "would reach another parameter"),
        ("clean/module.nml", "dig‸its :", "retry", "every function understands"),
        ("flow/module.nml", "as C‸", "T", "the alias `T` is given already"),
        ("flow/module.nml", "as C‸", "Std", "belongs to the standard library"),
        ("types/module.nml", "Shop.Ty‸pes", "shop.types", "starts with a capital"),
        ("clean/module.nml", "tag : Text | r‸ }", "with", "`with` is a keyword"),
    ],
)
def test_what_is_refused(path: str, piece: str, new: str, reason: str) -> None:
    if piece.startswith("dig") and new == "tag":
        texts = shop(
            path, 'clean { digits = 3 } | tagged { tag = "x" }', '(clean | tagged) { dig‸its = 3, mode = "up" }'
        )
    else:
        texts = shop(path, piece)
    assert reason in refused(texts, new)


def test_a_binding_that_python_reads_undeclared_is_refused() -> None:
    texts = {
        "open/module.nml": "module Open:0.1.0\nfun f : Text -> Text\nfun g : Text -> Text with { n‸ : Integer }\n"
        "def h = (f | g) { n = 3 }\n",
        "open/service.py": 'class Module:\n    def f(self, x):\n        return self.args["n"]\n    def g(self, x):\n'
        "        return x\n",
    }
    assert "declare it first" in refused(texts, "m")


@pytest.mark.parametrize(
    ("path", "piece", "name"),
    [
        ("types/module.nml", "Shop.Ty‸pes", "Shop.Types"),
        ("types/module.nml", "type It‸em", "Item"),
        ("flow/module.nml", "as C‸", "C"),
    ],
)
def test_the_same_name_changes_nothing(path: str, piece: str, name: str) -> None:
    assert renamed(shop(path, piece), name) == {}


def test_a_module_that_is_there_already() -> None:
    texts = {**shop("types/module.nml", "Shop.Ty‸pes"), "k/module.nml": "module Kinds:0.1.0\n"}
    assert "there is a module `Kinds:0.1.0` already" in refused(texts, "Kinds")


def test_what_is_asked_before() -> None:
    state, path, offset = place(shop("clean/module.nml", "import Shop.Ty‸pes"))
    found = prepare_rename(state, path, offset)
    assert not isinstance(found, Refusal)
    assert found.placeholder == "Shop.Types"
    assert SHOP[path][found.span.start : found.span.end] == "Shop.Types"
    state, path, offset = place(shop("flow/module.nml", "C.good", "C.noth‸ing"))
    assert prepare_rename(state, path, offset) == Refusal("nothing declares `nothing`")


def test_what_is_declared_outside_of_the_workspace() -> None:
    texts = {
        "work/a.nml": "import Far:1.0.0 as F\nF.‸f\n",
        "work/nstack-project.yaml": "modules: []\n",
        "lib/far/module.nml": "module Far:1.0.0\nfun f : Text -> Text\n",
    }
    offset = texts["work/a.nml"].index("‸")
    texts["work/a.nml"] = texts["work/a.nml"].replace("‸", "")
    state = State(MemoryFiles({**library(), **texts}), ("work",), ("lib",), standard=standard_folder())
    refusal = prepare_rename(state, "work/a.nml", offset)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "`f` is declared in lib/far/module.nml, outside of this workspace"
