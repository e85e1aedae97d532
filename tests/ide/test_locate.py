"""What is at a place of a file, and what the name there means."""

import pytest
from marked import SHOP, place, program, shop, shown

from nscompiler.ide.locate import locate
from nscompiler.ide.names import Kind


@pytest.mark.parametrize(
    ("path", "piece", "kind", "declared"),
    [
        # functions, in their own file, behind an alias, in the standard library, by an old spelling
        ("clean/module.nml", "def good = cl‸ean", Kind.FUNCTION, "clean/module.nml:7 clean"),
        ("clean/module.nml", "fun cl‸ean", Kind.FUNCTION, "clean/module.nml:7 clean"),
        ("flow/module.nml", "C.goo‸d", Kind.FUNCTION, "clean/module.nml:15 good"),
        ("flow/module.nml", "C.good‸", Kind.FUNCTION, "clean/module.nml:15 good"),
        ("flow/module.nml", "Sinks.lo‸g", Kind.FUNCTION, "Sinks.nml:5 log"),
        # types
        ("flow/module.nml", "jsonl<T.I‸tem>", Kind.TYPE, "types/module.nml:5 Item"),
        ("types/module.nml", "Sale It‸em", Kind.TYPE, "types/module.nml:5 Item"),
        ("types/module.nml", "type Pa‸ir", Kind.TYPE, "types/module.nml:10 Pair"),
        ("types/module.nml", "Click Te‸xt", Kind.BUILT_IN_TYPE, None),
        # what lies inside a type
        ("types/module.nml", "Sa‸le", Kind.CONSTRUCTOR, "types/module.nml:11 Sale"),
        ("types/module.nml", "pri‸ce : Double", Kind.FIELD, "types/module.nml:8 price"),
        ("types/module.nml", "(a‸, a)", Kind.VARIABLE, "types/module.nml:10 a"),
        ("clean/module.nml", "tag : Text | r‸ }", Kind.VARIABLE, "clean/module.nml:12 r"),
        ("clean/module.nml", "T.Pair a‸ =", Kind.VARIABLE, "clean/module.nml:16 a"),
        # parameters
        ("clean/module.nml", "dig‸its : Integer", Kind.PARAMETER, "clean/module.nml:9 digits"),
        ("clean/module.nml", "dig‸its = 3", Kind.PARAMETER, "clean/module.nml:9 digits"),
        ("flow/module.nml", "pa‸th =", Kind.PARAMETER, "Sources.nml:"),
        ("clean/module.nml", "digits : Inte‸ger", Kind.BUILT_IN_TYPE, None),
        # modules and aliases
        ("flow/module.nml", "Shop.Cl‸ean:0.2.0", Kind.MODULE, "clean/module.nml:1 Shop.Clean:0.2.0"),
        ("types/module.nml", "module Shop.Ty‸pes", Kind.MODULE, "types/module.nml:2 Shop.Types:0.1.0"),
        ("flow/module.nml", "as C‸", Kind.ALIAS, "flow/module.nml:4 C"),
        ("flow/module.nml", "C‸.good", Kind.ALIAS, "flow/module.nml:4 C"),
        ("flow/module.nml", "Sou‸rces.jsonl", Kind.MODULE, "Sources.nml:"),
        ("clean/module.nml", "@stat‸eless", Kind.ATTRIBUTE, None),
    ],
)
def test_what_a_name_means(path: str, piece: str, kind: Kind, declared: str | None) -> None:
    state, path, offset = place(shop(path, piece))
    found = locate(state, path, offset)
    assert found is not None
    assert found.target is not None
    assert found.target.kind is kind
    if declared is None:
        assert found.target.span is None
    else:
        assert found.target.span is not None
        assert shown(state, found.target.span).startswith(declared)


@pytest.mark.parametrize(
    ("path", "piece"),
    [
        ("types/module.nml", "/// Something wi‸th"),
        ("flow/module.nml", "in.js‸onl"),
        ("clean/module.nml", "de‸f good"),
        ("flow/module.nml", "} ‸| C.good"),
    ],
)
def test_what_is_no_name(path: str, piece: str) -> None:
    state, path, offset = place(shop(path, piece))
    found = locate(state, path, offset)
    assert found is not None
    assert found.targets == ()
    assert found.span is None


@pytest.mark.parametrize(
    ("broken", "kind", "declared"),
    [
        ("def w = C.go‸od | | Sinks.log", Kind.FUNCTION, "clean/module.nml:15 good"),
        ("def w = C‸.good | | Sinks.log", Kind.ALIAS, "flow/module.nml:4 C"),
        ("def w = Sources.jsonl<T.It‸em { path = ", Kind.TYPE, "types/module.nml:5 Item"),
        ("def w = ( round‸ed", Kind.FUNCTION, "flow/module.nml:7 rounded"),
        ("def w‸ = (", Kind.FUNCTION, "flow/module.nml:6 w"),
    ],
)
def test_in_a_broken_declaration(broken: str, kind: Kind, declared: str) -> None:
    whole = 'def w = Sources.jsonl<T.Item> { path = "in.jsonl" } | C.good | Sinks.log'
    state, path, offset = place(shop("flow/module.nml", whole, broken))
    found = locate(state, path, offset)
    assert found is not None
    assert found.target is not None
    assert found.target.kind is kind
    assert found.target.span is not None
    assert shown(state, found.target.span) == declared


def test_a_binding_reaches_every_function_inside_that_declares_it() -> None:
    text = """module Two:0.1.0
fun f : Text -> Text with { n : Integer = 1 }
fun g : Text -> Text with { n : Integer = 1, m : Integer = 1 }
def inner = g { n = 2 }
def both = (f | inner | g { m = 3 }) { ‸n = 5 }
"""
    state, path, offset = place({"two/module.nml": text})
    found = locate(state, path, offset)
    assert found is not None
    places = {shown(state, one.span) for one in found.targets if one.span is not None}
    assert places == {"two/module.nml:2 n", "two/module.nml:3 n"}


def test_every_offset_of_every_file_has_an_answer() -> None:
    state = program({**SHOP, "torn.nml": "import Shop.Flow:0.1.0 as F\ntype = {\nF.w | (\n/* open"})
    for path in ("torn.nml", *(path for path in SHOP if path.endswith(".nml"))):
        source = state.text(path)
        assert source is not None
        for offset in range(len(source.text) + 1):
            found = locate(state, path, offset)
            assert found is not None
            assert all(node.start <= offset <= node.end for node in found.chain[1:])
