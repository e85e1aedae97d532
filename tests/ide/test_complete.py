"""What is offered at a place: what is there, what is not, in which order, and the text after it was taken."""

from collections.abc import Mapping

import pytest
from marked import CURSOR, SHOP, place, program

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Edit
from nscompiler.ide.complete import complete, documentation
from nscompiler.ide.offers import Offer, OfferKind, Offers
from nscompiler.source import Span

FLOW = "flow/module.nml"
STAGES = """
fun count : T.Item -> Integer
fun split : T.Item -> [Text]
fun perhaps : T.Item -> optional Text
fun total : Integer -> Double
fun half : Double -> Double
fun shout : Text -> Text
fun both : { id : Integer, price : Double, colour : Text } -> Text
def line = Sources.stdin | shout | Sinks.log
"""


def texts_of(written: str, path: str = FLOW, stages: str = STAGES) -> dict[str, str]:
    """The project with something more at the end of a file."""
    more = stages + written if path == FLOW else written
    return {**SHOP, path: SHOP[path] + more}


def offers(texts: Mapping[str, str]) -> Offers:
    return complete(*place(texts))


def labels(written: str, stages: str = STAGES) -> list[str]:
    return [offer.label for offer in offers(texts_of(written, stages=stages)).items]


def named(found: Offers, label: str) -> Offer:
    return next(offer for offer in found.items if offer.label == label)


def taken(texts: Mapping[str, str], label: str) -> str:
    """The text of the file after an offer was taken, without its snippet."""
    state, path, offset = place(texts)
    found = complete(state, path, offset)
    offer = named(found, label)
    source = state.text(path)
    assert source is not None
    return apply_edits(source.text, (*offer.edits, Edit(Span(path, found.start, found.end), offer.insert)))


def in_order(found: list[str], *wanted: str) -> bool:
    """Whether all are there, in this order."""
    places = [found.index(one) for one in wanted]
    return places == sorted(places)


# --- behind a pipe


ITEMS = 'def x = Sources.jsonl<T.Item> { path = "in" } | '


def test_behind_a_pipe_what_fits_comes_first() -> None:
    found = labels(f"{ITEMS}{CURSOR}")
    assert in_order(found, "C.clean", "C.two", "Sinks.log", "C.good") is False, "exact before polymorphic"
    assert in_order(found, "C.clean", "Conv.to_json", "Sinks.log", "shout")
    assert in_order(found, "count", "Std.identity", "Sinks.jsonl", "half")
    groups = {offer.label: offer.group for offer in offers(texts_of(f"{ITEMS}{CURSOR}")).items}
    assert (groups["C.clean"], groups["Std.identity"], groups["Sinks.log"], groups["shout"]) == (0, 3, 4, 6)


def test_what_does_not_fit_says_why() -> None:
    found = offers(texts_of(f"{ITEMS}{CURSOR}"))
    assert named(found, "shout").note == "takes Text"
    assert named(found, "both").note == "needs colour too"
    assert named(found, "count").note == ""


def test_conversions_come_behind_what_fits_as_it_is() -> None:
    found = labels(f"def x = [1, 2] | {CURSOR}")
    assert in_order(found, "total", "half", "Std.identity", "shout")


@pytest.mark.parametrize("written", [f"{ITEMS}{CURSOR}", f"{ITEMS}{CURSOR} | Sinks.log", f"{ITEMS}({CURSOR}"])
def test_no_source_and_no_workflow_in_the_middle(written: str) -> None:
    found = offers(texts_of(written)).items
    assert found
    assert not [offer.label for offer in found if offer.kind is OfferKind.SOURCE or offer.label in ("line", "w")]


def test_no_sink_before_a_pipe() -> None:
    assert "Sinks.log" not in labels(f"{ITEMS}{CURSOR} | Sinks.log")
    assert "Sinks.log" in labels(f"{ITEMS}{CURSOR}")


def test_what_must_be_taken_apart_brings_the_sign() -> None:
    texts = texts_of(f"{ITEMS}split | {CURSOR}")
    assert named(offers(texts), "shout").note == "for every item of the list"
    assert taken(texts, "shout").endswith("| split* | shout")
    assert taken(texts_of(f"{ITEMS}perhaps | {CURSOR}"), "shout").endswith("| perhaps? | shout")


def test_what_gives_a_list_of_what_is_needed_has_a_star() -> None:
    found = labels(f"{ITEMS}{CURSOR} | shout")
    assert in_order(found, "split*", "count")
    assert in_order(found, "perhaps?", "count")
    assert "split" not in found
    assert in_order(found, "Conv.to_json", "C.clean")


def test_what_the_next_stage_needs_decides_too() -> None:
    found = labels(f"{ITEMS}{CURSOR} | total | Sinks.log")
    assert found[0] == "count"


def test_at_the_start_sources_come_first() -> None:
    found = offers(texts_of(f"def x = {CURSOR}"))
    assert found.items[0].kind is OfferKind.SOURCE
    assert in_order([offer.label for offer in found.items], "Sources.http", "C.clean", "Sinks.log", "line")
    assert named(found, "Sources.jsonl").snippet == 'Sources.jsonl { path = "${1}" }'


def test_an_annotation_says_what_flows() -> None:
    found = labels(f"def x : Text -> Text = {CURSOR}")
    assert in_order(found, "shout", "Conv.to_json", "count")
    assert "Sources.http" not in found
    assert "Sinks.log" not in found


def test_a_def_is_not_offered_inside_itself_nor_what_uses_it() -> None:
    found = labels(f"def top = shout | {CURSOR}\ndef user = shout | top\ndef other = shout | shout")
    assert "other" in found
    assert "top" not in found
    assert "user" not in found


def test_branches_see_what_flows_to_them() -> None:
    found = labels(f"def x = [1] | (total | Sinks.log & {CURSOR}")
    assert in_order(found, "total", "Std.identity", "shout")


def test_a_prefix_wants_a_list() -> None:
    found = labels(f"{ITEMS}concat {CURSOR}")
    assert in_order(found, "split", "count")


def test_mistakes_elsewhere_cost_nothing() -> None:
    broken = f"type Broken = = {{\n{ITEMS}{CURSOR} | | ) nonsense\ndef y = ] shout |\n"
    assert in_order(labels(broken), "count", "Std.identity")
    assert in_order(labels(f"def x = shout ) | ] | {CURSOR}"), "shout", "Std.identity", "count")


# --- names and their modules


def test_a_qualified_name_replaces_what_is_written_of_it() -> None:
    texts = texts_of(f"{ITEMS}C.cl{CURSOR}ea | Sinks.log")
    assert [offer.label for offer in offers(texts).items] == ["C.clean"]
    assert taken(texts, "C.clean").endswith("| C.clean | Sinks.log")


def test_the_name_behind_the_dot_is_enough() -> None:
    found = offers(texts_of(f"{ITEMS}tag{CURSOR}"))
    assert [offer.label for offer in found.items] == ["C.tagged"]
    assert (found.items[0].filter, found.items[0].insert) == ("tagged", "C.tagged")


def test_nearer_names_come_first_within_a_group() -> None:
    found = labels(f"{ITEMS}t{CURSOR}", stages=STAGES + "fun late : T.Item -> Text\nfun tell : T.Item -> Text\n")
    assert in_order(found, "tell", "late")


def test_of_what_fits_equally_well_the_program_comes_before_the_standard_library() -> None:
    found = labels(f"def x = Sources.stdin | {CURSOR}\n", stages="fun zip : Text -> Text\nfun zap : a -> a\n")
    assert in_order(found, "zip", "Conv.from_json")
    assert in_order(found, "zap", "Std.identity")


def test_modules_that_are_not_imported_come_with_their_import() -> None:
    texts = {
        "types/module.nml": SHOP["types/module.nml"],
        "clean/module.nml": SHOP["clean/module.nml"],
        "new.nml": f'import Shop.Types:0.1.0 as T\n\nSources.jsonl<T.Item> {{ path = "x" }} | cle{CURSOR}',
    }
    assert named(offers(texts), "Clean.clean").note == "import Shop.Clean:0.2.0"
    assert taken(texts, "Clean.clean").startswith("import Shop.Types:0.1.0 as T\nimport Shop.Clean:0.2.0\n\nSources")
    assert taken(texts, "Clean.clean").endswith("| Clean.clean")


def test_no_import_closes_a_ring() -> None:
    texts = {**SHOP, "types/module.nml": SHOP["types/module.nml"] + f"def x = cle{CURSOR}"}
    assert [offer.label for offer in offers(texts).items if "clean" in offer.label] == []


def test_deprecated_functions_are_marked_and_last_of_their_kind() -> None:
    found = offers(texts_of(f"{ITEMS}C.{CURSOR}"))
    assert named(found, "C.old").deprecated
    assert in_order([offer.label for offer in found.items], "C.clean", "C.old", "C.pairs")


def test_documentation_is_told_afterwards() -> None:
    state, path, offset = place(texts_of(f"{ITEMS}C.{CURSOR}"))
    subject = named(complete(state, path, offset), "C.clean").subject
    assert subject is not None
    told = documentation(state, subject)
    assert "fun clean : Item -> Item" in told
    assert "Puts **prices** right." in told
    assert "- `digits : Integer = 2`, read by `Clean.clean`: How much to round." in told


# --- inside braces


def test_parameters_still_to_set_the_required_first() -> None:
    found = offers(texts_of(f'def x = (C.clean | C.tagged) {{ mode = "up", {CURSOR} }} | Sinks.log'))
    assert [offer.label for offer in found.items][:2] == ["tag", "digits"]
    assert "mode" not in [offer.label for offer in found.items]
    digits = named(found, "digits")
    assert (digits.detail, digits.snippet) == ("Integer = 2", "digits = ${1:2}")
    assert digits.documentation == "How much to round."
    assert named(found, "tag").note.startswith("required by")


def test_a_default_that_is_a_quote_is_written_as_one() -> None:
    found = offers({"main.nml": f'def f = Sources.csv<Text> {{ path = "a", {CURSOR} }}\n'})
    assert named(found, "csv_quote").snippet == 'csv_quote = "${1:\\\\"}"'


def test_parameters_that_are_set_behind_the_cursor_are_not_offered() -> None:
    found = labels(f"def x = C.clean {{ {CURSOR}, digits = 1 }}")
    assert "digits" not in found
    assert found[0] == "mode"


def test_an_inner_binding_hides_a_parameter() -> None:
    assert "digits" not in labels(f"def x = C.good {{ {CURSOR}")


def test_the_parameters_that_every_function_has_come_last() -> None:
    found = labels(f"def x = C.clean {{ {CURSOR} }}")
    assert in_order(found, "digits", "mode", "retry", "timeout")


def test_only_the_name_where_a_value_follows() -> None:
    assert taken(texts_of(f"def x = C.clean {{ dig{CURSOR} = 3 }}"), "digits").endswith("{ digits = 3 }")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (f"def x = C.clean {{ mode = {CURSOR} }}", ['"up"', '"down"']),
        (f'def x = C.clean {{ mode = "do{CURSOR}" }}', ['"down"']),
        (f"def x = C.clean {{ ordered = {CURSOR} }}", ["true", "false"]),
        (f'def x = C.clean {{ on_error = "{CURSOR}', ['"stop"', '"skip"', '"dead_letter"']),
        (f"fun f : Text -> Text with {{ flag : Boolean = {CURSOR}", ["true", "false"]),
    ],
)
def test_values(written: str, wanted: list[str]) -> None:
    assert labels(written) == wanted


def test_a_value_in_quotes_replaces_them() -> None:
    assert taken(texts_of(f'def x = C.clean {{ mode = "d{CURSOR}x" }}'), '"down"').endswith('{ mode = "down" }')


def test_variables_of_the_environment_are_those_of_the_workspace() -> None:
    texts = texts_of(f"def x = C.tagged {{ tag = {CURSOR} }}")
    texts["other.nml"] = "Sources.jsonl<Text> { path = $ORDERS } | Sinks.log"
    assert [offer.label for offer in offers(texts).items if offer.kind is OfferKind.ENVIRONMENT] == ["$ORDERS"]
    texts[FLOW] = texts[FLOW].replace(CURSOR, f"$OR{CURSOR}")
    assert taken(texts, "$ORDERS").endswith("{ tag = $ORDERS }")


# --- types


def test_type_arguments_are_what_the_neighbours_say() -> None:
    assert labels(f'def x = Sources.jsonl<{CURSOR}> {{ path = "x" }} | C.good | Sinks.log')[0] == "T.Item"
    assert labels(f"def x = [1, 2] | Sinks.log<{CURSOR}")[0] == "Integer"
    assert labels(f'def x = Sources.jsonl<{CURSOR}> {{ path = "x" }} | shout')[0] == "Text"


def test_types_in_a_signature() -> None:
    found = labels(f"fun f : {CURSOR}")
    assert in_order(found, "T.Item", "Integer", "Text")
    assert "Void" in found
    assert "C.clean" not in found
    assert "Void" not in labels(f"fun f : [{CURSOR}")
    assert "Void" not in labels(f"type New = {CURSOR}")


def test_types_behind_an_alias() -> None:
    assert labels(f"fun f : T.{CURSOR}") == ["T.Event", "T.Item", "T.Pair"]
    assert named(offers(texts_of(f"fun f : T.P{CURSOR}")), "T.Pair").snippet == "T.Pair ${1:a}"


def test_fields_of_records_elsewhere() -> None:
    found = labels(f"fun f : {{ id : Integer, {CURSOR} }} -> Text")
    assert "price : Double" in found
    assert "colour : Text" in found
    assert "id : Integer" not in found


def test_type_variables_of_the_signature() -> None:
    assert "a" in labels(f"fun f : a -> {CURSOR}")


def test_constructors_for_a_larger_sum() -> None:
    assert "Gone" in labels(f"type Larger = Mine Text | {CURSOR}")


def test_types_of_parameters_and_constraints() -> None:
    assert labels(f"fun f : Text -> Text with {{ n : {CURSOR}")[:5] == [
        "Text",
        "Integer",
        "Double",
        "Boolean",
        "Duration",
    ]
    assert "CsvRow" in labels(f"fun f : a -> Text where a is {CURSOR}")
    assert "Text" not in labels(f"fun f : a -> Text where a is {CURSOR}")


# --- words


def test_imports_in_all_versions_the_newest_first() -> None:
    texts = {
        "a/module.nml": "module Shop.Old:0.1.0\n",
        "b/module.nml": "module Shop.Old:0.10.0\n",
        "c/module.nml": "module Shop.Old:0.9.0\n",
        "x.nml": f"import Shop.O{CURSOR}\n",
    }
    assert [offer.label for offer in offers(texts).items] == ["Shop.Old:0.10.0", "Shop.Old:0.9.0", "Shop.Old:0.1.0"]
    assert taken(texts, "Shop.Old:0.9.0") == "import Shop.Old:0.9.0\n"
    texts["x.nml"] = f"import Shop.Old:0.{CURSOR}1.0\n"
    assert taken(texts, "Shop.Old:0.9.0") == "import Shop.Old:0.9.0\n"


def test_an_alias_that_is_free() -> None:
    texts = {**SHOP, "x.nml": f"import Shop.Types:0.1.0 as {CURSOR}"}
    assert [offer.label for offer in offers(texts).items] == ["Types", "T"]


def test_attributes_that_the_declaration_may_have() -> None:
    assert labels(f"@{CURSOR}\ndef y = shout") == ["deprecated", "experimental"]
    assert labels(f"@bounded\n@{CURSOR}\nfun f : Void -> Text") == ["deprecated", "experimental", "stateless"]


def test_a_header_with_the_name_of_the_folder_and_its_neighbours() -> None:
    texts = {**SHOP, "price-list/module.nml": CURSOR}
    assert offers(texts).items[0].insert == "module Shop.PriceList:0.1.0\n"
    assert offers({"price-list/module.nml": CURSOR}).items[0].insert == "module PriceList:0.1.0\n"


def test_declarations_where_a_line_begins_and_no_import_behind_them() -> None:
    assert in_order(labels(f"\n{CURSOR}"), "def", "fun", "type")
    assert "import" not in labels(f"\n{CURSOR}")
    assert "def" not in labels(f"def x = {CURSOR}")
    early = {**SHOP, FLOW: SHOP[FLOW].replace("import Shop.Clean", f"{CURSOR}\nimport Shop.Clean")}
    assert "import" in [offer.label for offer in offers(early).items]


@pytest.mark.parametrize(
    "above", ["fun f : Text -> [Text]", "type T = A | B", "def x = shout", "import Shop.Types:0.1.0 as T"]
)
def test_declarations_behind_any_other(above: str) -> None:
    texts = {**SHOP, "new/module.nml": f"module New:0.1.0\n\n{above}\nde{CURSOR}\n"}
    assert "def" in [offer.label for offer in offers(texts).items]
    inside = {**SHOP, "new/module.nml": f"module New:0.1.0\n\nfun f : {{ a : Text,\nde{CURSOR}\n"}
    assert "def" not in [offer.label for offer in offers(inside).items]


def test_keywords_where_they_can_stand() -> None:
    assert {"with", "where"} <= set(labels(f"fun f : a -> Text {CURSOR}"))
    assert "with" not in labels(f"def x = shout {CURSOR}")
    assert [offer.label for offer in offers({**SHOP, "x.nml": f"import Shop.Types:0.1.0 {CURSOR}"}).items][:1] == ["as"]


def test_methods_that_no_fun_declares() -> None:
    texts = texts_of(f"fun {CURSOR}")
    texts["flow/service.py"] = (
        "class Module:\n    def late(self, x):\n        return x\n\n    def count(self, x):\n        return 1\n"
    )
    assert [offer.label for offer in offers(texts).items] == ["late"]


@pytest.mark.parametrize(
    "written",
    [f"// words {CURSOR}", f"def x = shout // {CURSOR}", f"def {CURSOR}", f"type {CURSOR}", f"def x = 12{CURSOR}"],
)
def test_nothing_where_only_a_new_name_can_stand(written: str) -> None:
    assert labels(written) == []


def test_codes_to_ignore() -> None:
    assert "NS0901" in labels(f"def x = shout // nsc: ignore[{CURSOR}")


def test_a_doc_comment_and_nothing_in_others() -> None:
    texts = texts_of(f"//{CURSOR}\ndef x = shout\n")
    assert taken(texts, "///").endswith("/// \ndef x = shout\n")
    assert labels(f"def x = shout //{CURSOR}") == []


def test_no_word_of_a_stage_behind_a_whole_one() -> None:
    assert labels(f"def x = shout {CURSOR}") == []
    assert {"concat", "filter"} <= set(labels(f"def x = shout | {CURSOR}"))


def test_every_prefix_of_a_program_has_an_answer() -> None:
    state, text = program(SHOP), SHOP[FLOW]
    for end in range(0, len(text), 3):
        broken = {**SHOP, FLOW: text[:end]}
        complete(program(broken), FLOW, end)
    assert complete(state, FLOW, len(text)).items
