"""What is shown between the text of a program."""

from marked import SHOP, program, shown

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.ide.inlay import ALL, Hint, HintKind, inlay_hints

FLOW = "flow/module.nml"


def hints(written: str, kinds: frozenset[HintKind] = ALL) -> tuple[str, tuple[Hint, ...]]:
    """The text of a file and its hints behind the project's own."""
    text = SHOP[FLOW] + written
    state = program({**SHOP, FLOW: text})
    return text, inlay_hints(state, FLOW, len(SHOP[FLOW]), len(text), kinds)


def drawn(written: str, *kinds: HintKind) -> str:
    """What is written, with the hints in it in ⟨⟩."""
    text, found = hints(written, frozenset(kinds) or ALL)
    pieces, at = [], len(SHOP[FLOW])
    for hint in found:
        pieces += [text[at : hint.offset], f"⟨{hint.text}⟩"]
        at = hint.offset
    return "".join((*pieces, text[at:]))


def test_the_type_behind_each_stage() -> None:
    assert drawn("def x = Sources.stdin | Std.single* | Conv.to_json | Sinks.log", HintKind.STAGE) == (
        "def x = Sources.stdin⟨→ Text⟩ | Std.single*⟨→ Text⟩ | Conv.to_json⟨→ Text⟩ | Sinks.log"
    )


def test_a_group_is_told_of_once() -> None:
    found = drawn("def x = Sources.stdin | (Std.single | Std.identity)* | Sinks.log", HintKind.STAGE)
    assert found == "def x = Sources.stdin⟨→ Text⟩ | (Std.single⟨→ [Text]⟩ | Std.identity)*⟨→ Text⟩ | Sinks.log"


def test_inferred_types_of_a_def_and_of_type_arguments() -> None:
    found = drawn("def x = [1, 2] | Std.single | Sinks.log", HintKind.TYPE)
    assert found == "def x⟨ : Void -> Void⟩ = [1, 2] | Std.single⟨<Integer>⟩ | Sinks.log⟨<[Integer]>⟩"
    assert (
        drawn("def x : Text -> Text = Std.identity<Text>", HintKind.TYPE) == "def x : Text -> Text = Std.identity<Text>"
    )


def test_what_stays_open_has_no_type_arguments() -> None:
    assert (
        drawn("def show = Conv.to_json | Sinks.stdout", HintKind.TYPE)
        == "def show⟨ : a -> Void⟩ = Conv.to_json | Sinks.stdout"
    )


def test_taken_over_it_is_the_same_program() -> None:
    text, found = hints('def x = Sources.jsonl { path = "p" } | C.clean | C.two | Sinks.log\n')
    state = program({**SHOP, FLOW: apply_edits(text, [edit for hint in found for edit in hint.edits])})
    source = state.text(FLOW)
    assert source is not None
    assert "def x : Void -> Void = Sources.jsonl<T.Item> {" in source.text
    assert "C.two<T.Item>" in source.text
    assert state.problems_in(FLOW) == ()


def test_parameters_that_are_set_further_out() -> None:
    found = drawn(
        'def x = (C.clean { mode = "up" } | C.tagged) { tag = "x", mode = "down", digits = 1 }', HintKind.PARAMETER
    )
    assert '(C.clean⟨ { digits = 1 }⟩ { mode = "up" } | C.tagged⟨ { tag = "x" }⟩)' in found
    assert drawn("def x = C.clean { digits = 1 }", HintKind.PARAMETER) == "def x = C.clean { digits = 1 }"


def test_names_lead_to_their_declaration() -> None:
    state = program(SHOP)
    found = inlay_hints(state, FLOW, 0, len(SHOP[FLOW]), frozenset((HintKind.STAGE,)))
    linked = [(part.text, shown(state, part.span)) for hint in found for part in hint.parts if part.span is not None]
    assert linked[0] == ("T.Item", "types/module.nml:5 Item")


def test_long_types_are_short_and_whole_in_the_tooltip() -> None:
    long = ", ".join(f"field{number} : Integer" for number in range(9))
    _, found = hints(
        f"fun wide : Text -> {{ {long} }}\ndef x = Sources.stdin | wide | Sinks.log", frozenset((HintKind.STAGE,))
    )
    assert found[1].text.endswith("…")
    assert len(found[1].text) < 50
    assert "field8 : Integer" in found[1].tooltip


def test_only_what_is_asked_for_and_nothing_unknown() -> None:
    state = program(SHOP)
    assert inlay_hints(state, FLOW, 0, 20) == ()
    assert drawn("def x = Sources.stdin | unknown | Sinks.log", HintKind.STAGE) == (
        "def x = Sources.stdin⟨→ Text⟩ | unknown | Sinks.log"
    )
