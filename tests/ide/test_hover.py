"""What is told of the thing at a place."""

import pytest
from marked import SHOP, place, shop

from nscompiler.ide.hover import hover


def said(texts: dict[str, str]) -> str:
    state, path, offset = place(texts)
    found = hover(state, path, offset)
    return "" if found is None else found.markdown


@pytest.mark.parametrize(
    ("path", "piece", "facts"),
    [
        (
            "flow/module.nml",
            "C.cle‸an",
            [
                "fun clean : T.Item -> T.Item\n",
                "Puts **prices** right.",
                "- `digits : Integer = 2`, read by `Clean.clean`: How much to round.",
                '- `mode : "up" | "down" = "up"`',
                "*function · @stateless · Shop.Clean:0.2.0*",
            ],
        ),
        (
            "flow/module.nml",
            "C.goo‸d",
            [
                "def good : T.Item -> { id : Integer, tag : Text, price : Double }",
                "- `digits` is decided inside: `digits = 3`",
                '- `tag` is decided inside: `tag = "x"`',
            ],
        ),
        ("flow/module.nml", "jso‸nl<", ["fun jsonl : Void -> a", "here: `Void -> T.Item`", "(required)", "*source ·"]),
        ("clean/module.nml", "fun ol‸d", ["**deprecated:** use clean", "any other, as text"]),
        (
            "types/module.nml",
            "type It‸em",
            ["type Item = {\n  /// The number on the label.\n  id : Integer,", "with a price."],
        ),
        ("types/module.nml", "type Pa‸ir", ["type Pair a = (a, a)"]),
        ("types/module.nml", "id‸ : Integer", ["id : Integer", "The number on the label.", "field of `Item`"]),
        ("types/module.nml", "Sa‸le", ["Sale Item", "constructor of `Event`"]),
        ("clean/module.nml", "dig‸its :", ["digits : Integer = 2", "How much to round.", "read by `clean`"]),
        ("flow/module.nml", "pa‸th =", ['path = "in.jsonl"', "`path : Text` (required), read by `Sources.jsonl`"]),
        ("clean/module.nml", "digits = ‸3", ["sets:", "`digits : Integer = 2`, read by `Clean.clean`"]),
        ("flow/module.nml", "Shop.Cl‸ean:0.2.0", ["module Shop.Clean:0.2.0", "def pairs : a -> T.Pair a"]),
        ("flow/module.nml", "T‸.Item", ["module Shop.Types:0.1.0", "What the shop sells.", "type Event"]),
        ("flow/module.nml", "Sour‸ces", ["module Sources:1.0.0", "fun csv : Void -> a where a is CsvRow"]),
        ("flow/module.nml", "de‸f w", ["Names an expression"]),
        ("clean/module.nml", "Inte‸ger = 2", ["whole number of 64 bits"]),
        ("clean/module.nml", "@state‸less", ["depends on the value and the parameters alone"]),
        ("types/module.nml", "(a‸, a)", ["a type variable"]),
        ("types/module.nml", "Text ‸| Sale", ["of a sum"]),
    ],
)
def test_what_is_told(path: str, piece: str, facts: list[str]) -> None:
    text = said(shop(path, piece))
    assert [fact for fact in facts if fact not in text] == [], text


@pytest.mark.parametrize("piece", ["/// Something wi‸th", "type Item‸ = {\n  ///", "‸\ntype Pair"])
def test_where_nothing_is_told(piece: str) -> None:
    text = said(shop("types/module.nml", piece))
    assert text == "" or "Item" in text


def test_what_flows_at_a_pipe_and_where_it_comes_from() -> None:
    text = said(shop("flow/module.nml", "C.good ‸| Sinks"))
    assert text.startswith("```nml\n{ id : Integer, tag : Text, price : Double }\n```")
    assert 'Sources.jsonl<T.Item> { path = "in.jsonl" }  → T.Item\n' in text
    assert "C.good                                       → { id" in text


def test_a_type_that_is_another_says_what_that_is() -> None:
    text = said({**SHOP, "a.nml": "import Shop.Types:0.1.0 as T\ntype Th‸ing = T.Pair T.Item\n"})
    assert "type Thing = T.Pair T.Item" in text
    assert "that is `(T.Item, T.Item)`" in text


def test_a_long_type_has_several_lines() -> None:
    fields = ", ".join(f"field{at} : Text" for at in range(6))
    text = said({"a.nml": f"fun wi‸de : {{ {fields} }} -> Text\n"})
    assert f"fun wide :\n  {{ {fields} }}\n  -> Text\n" in text


def test_what_a_joint_does_to_a_value() -> None:
    text = said(
        {
            "a.nml": "fun f : Text -> { n : Integer, rest : Text }\nfun g : { n : Double } -> Text\ndef d = f ‸| g\n",
        }
    )
    assert "the next stage takes `{ n : Double }`" in text
    assert "`drop`: `rest` is dropped here" in text
    assert "`widen`: an Integer becomes a Double here" in text


def test_inner_pipes_come_after_what_is_before_them() -> None:
    text = said({"a.nml": "fun f : Text -> Integer\nfun g : Integer -> Text\ndef d = f | (g | f ‸| g)\n"})
    assert text.index("f  → Integer") < text.index("g  → Text")


@pytest.mark.parametrize(
    ("broken", "flows"),
    [
        ("C.good ‸| | Sinks.log", "{ id : Integer, tag : Text, price : Double }"),
        ("(C.clean ‸| (C.good", "T.Item"),
        ("Sources.jsonl<T.Item> { path = ‸| x", ""),
        ("C.clean { digits = 4 ‸| C.good | )", "T.Item"),
    ],
)
def test_what_flows_in_a_broken_def(broken: str, flows: str) -> None:
    whole = SHOP["flow/module.nml"]
    text = said({**SHOP, "flow/module.nml": f"{whole}def torn = {broken}\ndef after = C.good\n"})
    assert text.partition("\n```")[0] == (f"```nml\n{flows}" if flows else "")


@pytest.mark.parametrize(
    ("signed", "type"),
    [
        ("f‸*", "f* : Text -> Integer"),
        ("conc‸at f", "concat f : Text -> Integer"),
        ("f ‸& f", "f & f : Text -> [Integer]"),
    ],
)
def test_what_a_sign_makes_of_its_operands(signed: str, type: str) -> None:
    text = said({"a.nml": f"fun f : Text -> [Integer]\ndef d = {signed}\n"})
    assert f"```nml\n{type}\n```" in text


def test_which_binding_wins() -> None:
    text = """fun f : Text -> Text with { n : Integer = 1 }
fun g : Text -> Text with { n : Integer = 1 }
def d = (f { n = 2 } | g) {
  ‸n = 3
}
"""
    inner = said({"a.nml": text})
    assert "`n : Integer = 1`, read by `a.g`" in inner
    assert "for `a.f` a nearer binding wins" in inner
    outer = said({"a.nml": text.replace("‸", "").replace("{ n = 2", "{ ‸n = 2")})
    assert "it wins over the binding in line 4" in outer


def test_in_files_with_faults_the_rest_is_told() -> None:
    assert "is not known" in said(shop("flow/module.nml", "C.good |", "C.nothing ‸|"))
    assert said(shop("flow/module.nml", "C.good", "C.noth‸ing")) == ""
    assert "def rounded" in said(shop("flow/module.nml", "def rounded = C.clean", "def x = (\ndef roun‸ded = C.clean"))
    assert "leads nowhere" in said(shop("flow/module.nml", "Shop.Clean:0.2.0 as C", "Shop.Clean:9.9.9 as ‸C"))
    assert "has faults" in said(shop("types/module.nml", "type Pair a = (a, a)", "type Pa‸ir a = (a, \n"))
