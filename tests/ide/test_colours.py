"""What each word of a text is coloured as."""

from itertools import pairwise

from marked import SHOP, program

from nscompiler.ide.colours import Colour, Shade, colours

CLEAN, FLOW = "clean/module.nml", "flow/module.nml"


def painted(path: str, text: str) -> list[tuple[str, str]]:
    """The words of a file, each with its colour and shades."""
    state = program({**SHOP, path: text})
    found = []
    for piece in colours(state, path):
        shades = "".join(f".{shade.value}" for shade in sorted(piece.shades, key=lambda shade: shade.value))
        found.append((text[piece.start : piece.end], piece.colour.value + shades))
    return found


def of(found: list[tuple[str, str]], word: str) -> list[str]:
    return [colour for text, colour in found if text == word]


def test_declarations_uses_and_what_they_are() -> None:
    found = painted(CLEAN, SHOP[CLEAN])
    assert of(found, "clean") == ["function.declaration", "function"]
    assert of(found, "old") == ["function.declaration.deprecated"]
    assert of(found, "tag") == ["property.declaration", "parameter.declaration", "parameter"]
    assert of(found, "Integer") == ["type.defaultLibrary"] * 3
    assert of(found, "Item") == ["type"] * 4
    assert of(found, "T")[:2] == ["namespace.declaration", "namespace"]
    assert of(found, "stateless") == ["decorator"]
    assert of(found, "a") == ["typeParameter"] * 5
    assert of(found, "/// Puts **prices** right.") == ["comment.documentation"]


def test_sums_and_the_standard_library() -> None:
    found = painted("types/module.nml", SHOP["types/module.nml"])
    assert of(found, "Click") == of(found, "Gone") == ["enumMember.declaration"]
    found = painted(FLOW, SHOP[FLOW] + "def x = C.old | Sinks.log // no doc\n")
    assert of(found, "Sinks") == ["namespace.defaultLibrary"] * 2
    assert of(found, "log") == ["function.defaultLibrary"] * 2
    assert of(found, "old") == ["function.deprecated"]
    assert of(found, "// no doc") == ["comment"]


def test_a_keyword_that_is_a_name_is_none() -> None:
    found = painted(FLOW, "module Shop.Flow:0.1.0\nfun f : { type : Text } -> Text with { def : Integer = $N }\n")
    assert of(found, "type") == ["property.declaration"]
    assert of(found, "def") == ["parameter.declaration"]
    assert of(found, "$N") == ["variable.readonly"]


def test_a_broken_declaration_has_its_colours() -> None:
    text = 'module Shop.Flow:0.1.0\ndef x = = Sources.stdin | f { n = 1, s = "x" \nfun g : Text -> Item\n'
    found = painted(FLOW, text)
    assert of(found, "Sources") == ["namespace.defaultLibrary"]
    assert of(found, "n") == ["parameter"]
    assert of(found, "1") == ["number"]
    assert of(found, '"x"') == ["string"]
    assert of(found, "x") == ["function.declaration"]
    assert of(found, "g") == ["function.declaration"]


def test_pieces_lie_in_order_within_lines() -> None:
    text = SHOP[FLOW] + 'def q = Sources.postgres { pg_query = """\n  select 1\n  from x\n""" } /* two\nlines */\n'
    state = program({**SHOP, FLOW: text})
    whole = colours(state, FLOW)
    assert all(one.end <= other.start for one, other in pairwise(whole))
    assert not any("\n" in text[piece.start : piece.end] for piece in whole)
    assert [piece.colour for piece in whole if "select" in text[piece.start : piece.end]] == [Colour.STRING]
    assert colours(state, FLOW, 30, 80) == tuple(one for one in whole if one.start < 80 and one.end > 30)
    assert Shade.DOCUMENTATION not in whole[-1].shades
