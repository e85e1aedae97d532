"""What a report says about a broken joint: both sides, the flow up to the break, and a fix that mends it."""

import pytest
from told import only, underlined

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Role
from nscompiler.pipeline.checks import check_texts

TYPES = "type PlantInfo = { petalLength : Double, petalWidth : Double }\n"


def test_a_mismatch_names_both_sides_and_shows_the_flow() -> None:
    text = TYPES + (
        "fun clean : Text -> Text\nfun count : Text -> Integer\nfun predict : PlantInfo -> Text\n"
        "def w = Sources.stdin | clean | count | predict | Sinks.log\n"
    )
    found = only(text)
    assert found.code.name == "type-mismatch"
    assert found.title == "`count` gives Integer, but `predict` needs PlantInfo"
    assert underlined(text, found) == "predict"
    assert (found.expected, found.found) == ("PlantInfo", "Integer")
    assert [(hop.text, hop.type) for hop in found.flow] == [
        ("Sources.stdin", "Text"),
        ("clean", "Text"),
        ("count", "Integer"),
    ]
    roles = [label.role for label in found.related]
    assert roles == [Role.PRODUCER, Role.DECLARATION, Role.DECLARATION]


def test_both_declarations_are_shown_across_files() -> None:
    texts = {
        "a.nml": "module A:1.0.0\nfun f : Text -> Integer\n",
        "b.nml": "module B:1.0.0\nfun g : Boolean -> Text\n",
        "main.nml": "module Main:1.0.0\nimport A:1.0.0\nimport B:1.0.0\ndef h = A.f | B.g\n",
    }
    (found,) = check_texts(texts).diagnostics
    assert [label.span.path for label in found.related] == ["main.nml", "a.nml", "b.nml"]


def test_only_the_differing_part_of_two_records_is_marked() -> None:
    text = (
        "fun f : Text -> { a : Text, b : Integer, c : Text }\n"
        "fun g : { a : Text, b : Boolean, c : Text } -> Text\ndef h = f | g\n"
    )
    diff = only(text).diff
    assert diff is not None
    assert [part.text for part in diff.expected if part.role == "differs"] == ["Boolean"]
    assert [part.text for part in diff.found if part.role == "differs"] == ["Integer"]


def test_all_missing_fields_are_named_at_once() -> None:
    found = only("fun f : Text -> { a : Text }\nfun g : { a : Text, xx : Text, yy : Integer } -> Text\ndef h = f | g\n")
    assert found.code.name == "field-missing"
    assert "`xx`, `yy`" in found.title
    assert "xx : Text, yy : Integer" in found.primary.text


def test_a_missing_and_an_extra_field_of_near_names_are_one_slip() -> None:
    found = only("fun f : Text -> { petalLenght : Double }\nfun g : { petalLength : Double } -> Text\ndef h = f | g\n")
    assert found.code.name == "field-misspelt"
    assert found.title == "`g` needs the field `petalLength`, but `f` gives `petalLenght`"


def test_near_names_of_other_types_are_no_slip() -> None:
    found = only("fun f : Text -> { size : Text }\nfun g : { sizes : [Double] } -> Text\ndef h = f | g\n")
    assert found.code.name == "field-missing"


def test_two_faults_in_one_pipe_are_two_reports() -> None:
    text = "fun f : Text -> Integer\nfun g : Boolean -> Integer\ndef h = f | g | g\n"
    assert [one.code.name for one in check_texts({"main.nml": text}).diagnostics] == ["type-mismatch"] * 2


WITH_FIX = [
    ("list-unexpected", "fun w : Text -> [Text]\nfun c : Text -> Integer\ndef f = w | c\n"),
    ("list-unexpected", "fun w : Text -> [Text]\nfun c : Text -> Integer\ndef f = (w & w) | c\n"),
    ("list-needed", "fun t : Text -> Text\nfun j : [Text] -> Text\ndef f = t | j\n"),
    ("optional-unexpected", "fun t : Text -> optional Text\nfun j : Text -> Text\ndef f = t | j\n"),
    ("not-a-list", "fun c : Text -> Integer\ndef f = c*\n"),
    ("not-a-list", "fun c : Text -> Integer\ndef f = concat c\n"),
    ("not-optional", "fun c : Text -> Integer\ndef f = filter c\n"),
    ("after-sink", "fun c : Text -> Integer\ndef w = Sources.stdin | Sinks.log | c | Sinks.log\n"),
    ("unknown-name", "fun count : Text -> Integer\ndef f = cuont\n"),
    ("wrong-case", "fun numChars : Text -> Integer\ndef f = numchars\n"),
    ("unknown-type", "fun count : Txet -> Integer\n"),
    ("unknown-type", "fun count : Any -> Integer\n"),
    ("unknown-type", "fun count : Dict Text -> Integer\n"),
    ("lowercase-standard", "def w = sources.stdin | Sinks.log\n"),
    ("unknown-parameter", "fun top : Text -> Text with { count : Integer = 1 }\ndef f = top { cuont = 5 }\n"),
    ("parameter-choice", 'fun s : Text -> Text with { o : "up" | "down" = "up" }\ndef f = s { o = "dwn" }\n'),
    ("parameter-type", 'fun s : Text -> Text with { o : [Text] = [] }\ndef f = s { o = "x" }\n'),
    ("parameter-missing", "def w = Sources.http<Text> | Sinks.log\n"),
    ("ambiguous-type", 'def w = Sources.http { http_path = "/x" } | Sinks.log\n'),
    (
        "unknown-parameter",
        "fun top : Text -> Text with { count : Integer = 1 }\ndef f = top { count = 5, counts = 6 }\n",
    ),
    ("unknown-parameter", 'def w = Sources.jsonl<Text> { path = "x", mode = "append" }\n'),
    ("not-a-list", "fun a : Text -> optional [Text]\nfun b : Text -> Text\ndef f = a* | b\n"),
    ("ambiguous-type", 'def w = Sources.csv { path = "x.csv" } | Sinks.log\n'),
    ("ambiguous-type", 'def w = Sources.sqlite { path = "x.db", query = "select 1" } | Sinks.log\n'),
    ("standard-parameter-value", 'fun f : Text -> Text\ndef g = f { on_error = "skp" }\n'),
    ("unknown-constraint", "fun f : a -> Text where a is CsvRaw\n"),
    ("unknown-attribute", "@statelss\nfun f : Text -> Text\n"),
    ("parameter-declaration-type", "fun f : Text -> Text with { n : Integr = 1 }\n"),
]


@pytest.mark.parametrize(("code", "text"), WITH_FIX, ids=lambda part: part if "\n" not in part else "")
def test_the_first_fix_mends_the_program(code: str, text: str) -> None:
    found = only(text)
    assert found.code.name == code
    assert found.fixes, "no fix is offered"
    mended = apply_edits(text, found.fixes[0].edits)
    assert mended != text
    left = check_texts({"main.nml": mended}).diagnostics
    assert not left, (mended, [one.title for one in left])


def test_a_parameter_keeps_the_name_that_its_code_reads() -> None:
    text = "fun f : Text -> Text with { limit : Integer = 1 }\ndef w = f { limt = 3 }\n"
    assert [fix.title for fix in only(text).fixes] == ["write `limit`"]


def test_every_title_keeps_to_a_line() -> None:
    long = "aVeryLongNameOfAFunctionThatSomebodyWroteForAReasonThatNobodyRemembers"
    declared = f"fun {long} : Text -> [Text]\nfun other{long} : Integer -> Text\n"
    text = f"{declared}def f = {long} | other{long}\ndef g = {long}?\n"
    found = check_texts({"main.nml": text}).diagnostics
    assert len(found) == 2
    assert all(len(one.title) <= 80 for one in found), [one.title for one in found]


@pytest.mark.parametrize(
    ("output", "sink", "signs"),
    [
        ("[Line]", 'Sinks.csv { path = "x" }', "*"),
        ("optional Line", 'Sinks.csv { path = "x" }', "?"),
        ("[optional Line]", 'Sinks.csv { path = "x" }', "*?"),
        ("[Line]", 'Sinks.postgres { pg_table = "t" }', "*"),
    ],
)
def test_a_constraint_that_an_item_meets_offers_to_send_the_items(output: str, sink: str, signs: str) -> None:
    text = (
        "type Line = { sku : Text, qty : Integer }\n"
        f"fun lines : Text -> {output}\n"
        f"def w = Sources.stdin | lines | {sink}\n"
    )
    found = only(text)
    assert found.code.name == "constraint-violated"
    (fix,) = found.fixes
    assert fix.title.startswith(f"write `{signs}` after `lines`: ")
    mended = apply_edits(text, fix.edits)
    assert f"| lines{signs} |" in mended
    assert check_texts({"main.nml": mended}).diagnostics == ()


def test_a_constraint_that_no_item_meets_has_no_fix() -> None:
    text = 'fun f : Text -> [[Map Text]]\ndef w = Sources.stdin | f | Sinks.csv { path = "x" }\n'
    assert only(text).fixes == ()


def test_a_list_of_lists_for_one_that_takes_a_list() -> None:
    text = "fun f : Text -> [[Integer]]\nfun c : [Integer] -> Text\ndef w = Sources.stdin | f | c | Sinks.log\n"
    assert only(text).title == "`f` gives a list of lists, but `c` takes one list"


SOURCE = 'def w = Sources.jsonl<Text> {{ path = "x" }} | {} | Sinks.log\n'


@pytest.mark.parametrize(
    ("declared", "written", "mended"),
    [
        ("fun f : Text -> [Integer]", "f?", ["f*"]),
        ("fun f : Text -> Vector 3 Text", "filter f", ["concat f"]),
        ("fun f : Text -> optional Integer", "f*", ["f?"]),
        (
            'fun f : Text -> Text with { t : Integer = 1 }\nfun g : Text -> Text with { t : "a" | "b" = "a" }',
            "(f | g) { t = 5 }",
            [],
        ),
        ('fun f : Text -> Text with { t : "a" | "b" = "a" }', "f { t = 5 }", ['f { t = "a" }', 'f { t = "b" }']),
    ],
)
def test_the_fixes_are_those_that_mend(declared: str, written: str, mended: list[str]) -> None:
    text = declared + "\n" + SOURCE.format(written)
    fixed = [apply_edits(text, fix.edits) for fix in only(text).fixes]
    assert fixed == [declared + "\n" + SOURCE.format(one) for one in mended]
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in fixed)


def test_a_slip_in_a_time_zone_is_mended() -> None:
    text = 'def s = Sources.schedule { cron = "@daily", timezone = "Europe/Berln" }\n'
    assert [fix.title for fix in only(text).fixes] == ['write "Europe/Berlin"']
    town = text.replace("Europe/Berln", "new york")
    assert [fix.title for fix in only(town).fixes] == ['write "America/New_York"']


def test_a_tuple_that_is_cut_says_so() -> None:
    text = (
        "fun pair : Text -> (Vector 3 Double, Vector 4 Double)\nfun dot : (Vector n Double, Vector n Double) -> Text\n"
        "def w = pair | dot\n"
    )
    assert [label.text for label in only(text).related if label.role is Role.PRODUCER] == ["gives (Vector 3 Double, …)"]


@pytest.mark.parametrize(
    ("text", "mended", "level"),
    [
        (
            "/// Doc.\n@bounded\n@stateless\nfun f : Text -> Text\n",
            "/// Doc.\n@stateless\nfun f : Text -> Text\n",
            "MAYBE_INCORRECT",
        ),
        ("@deprecated\nfun f : Text -> Text\n", '@deprecated("")\nfun f : Text -> Text\n', "HAS_PLACEHOLDERS"),
    ],
)
def test_an_attribute_is_mended(text: str, mended: str, level: str) -> None:
    (fix,) = only(text).fixes
    assert (apply_edits(text, fix.edits), fix.applicability.name) == (mended, level)


@pytest.mark.parametrize("value", ["${KEY}", '"${KEY}"'])
def test_a_variable_as_a_shell_writes_it_is_mended(value: str) -> None:
    text = "def w = Sources.jsonl<Text> {{ path = {} }} | Sinks.log\n"
    (fix,) = only(text.format(value)).fixes
    assert apply_edits(text.format(value), fix.edits) == text.format("$KEY")


def test_a_function_on_both_sides_is_declared_once() -> None:
    found = only("fun f : Text -> Integer\ndef d = f | f\n")
    assert [label.text for label in found.related] == ["gives Integer", "`f` is declared here"]


@pytest.mark.parametrize(
    ("input", "output", "mended"),
    [
        ("{ a : Text | .. }", "{ b : Text | .. }", ["fun f : { a : Text | r } -> { b : Text | r }\n"]),
        ("{ a : Text | .. }", "[{ b : Text | .. }]", ["fun f : { a : Text | r } -> [{ b : Text | r }]\n"]),
        ("{ a : Text }", "{ b : Text | .. }", []),
        ("({ a : Text | .. }, { b : Text | .. })", "{ b : Text | .. }", []),
        ("{ a : r | .. }", "{ b : Text | .. }", []),
    ],
)
def test_a_rest_in_an_output_is_named_in_both_places(input: str, output: str, mended: list[str]) -> None:
    text = f"fun f : {input} -> {output}\n"
    found = only(text)
    assert found.title == "`..` may not stand in an output"
    assert [apply_edits(text, fix.edits) for fix in found.fixes] == mended
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in mended)


JSONL = 'def w = Sources.jsonl<{}> {{ path = "a" }} | f | Sinks.log\n'


@pytest.mark.parametrize(
    ("declared", "given", "mended"),
    [
        ("fun f : { length : Double } -> Text", "{ lenght : Double }", ["{ length : Double }"]),
        ("fun f : Integer -> Text", "Text", ["Integer"]),
        ("fun f : (Integer, Integer) -> Text", "(Integer, Text)", ["(Integer, Integer)"]),
        ("fun f : { x : Integer } -> Text", "{ x : Text, y : Text }", ["{ x : Integer, y : Text }"]),
        ("type P = { x : Integer }\nfun f : P -> Text", "{ y : Text }", ["P"]),
        ("type P = { x : Integer }\ntype Q = { x : Text }\nfun f : P -> Text", "Q", ["P"]),
        ("fun f : a -> a\nfun g : Integer -> Text", "Text", []),
    ],
)
def test_what_stands_between_angle_brackets_is_mended(declared: str, given: str, mended: list[str]) -> None:
    use = JSONL if mended else 'def w = Sources.jsonl<{}> {{ path = "a" }} | f<Text> | g | Sinks.log\n'
    found = only(f"{declared}\n{use.format(given)}")
    own = [fix for fix in found.fixes if fix.title.endswith("in `Sources.jsonl<…>`")]
    texts = [apply_edits(f"{declared}\n{use.format(given)}", fix.edits) for fix in own]
    assert texts == [f"{declared}\n{use.format(one)}" for one in mended]
    assert all(check_texts({"main.nml": text}).diagnostics == () for text in texts)


def test_a_type_that_a_source_cannot_carry_is_not_offered() -> None:
    assert (
        only('fun f : Integer -> Text\ndef w = Sources.csv<{ x : Text }> { path = "a" } | f | Sinks.log\n').fixes == ()
    )


def test_a_type_of_another_module_is_mended_where_it_is_declared() -> None:
    texts = {
        "a.nml": "module A:1.0.0\ntype Seen = { lenght : Double }\n",
        "main.nml": "module Main:1.0.0\nimport A:1.0.0\ntype Plant = { length : Double }\nfun f : Plant -> Text\n"
        + JSONL.format("A.Seen"),
    }
    (found,) = check_texts(texts).diagnostics
    assert [fix.title for fix in found.fixes] == [
        "rename `lenght` to `length` in `Seen` of `A:1.0.0`",
        "rename `length` to `lenght` in `Plant`",
    ]
    assert [[edit.span.path for edit in fix.edits] for fix in found.fixes] == [["a.nml"], ["main.nml"]]


def test_a_sink_is_told_the_type_that_it_is_given() -> None:
    text = 'fun f : Text -> Integer\ndef w = Sources.stdin | f | Sinks.jsonl<Text> { path = "a" }\n'
    _, fix = only(text).fixes
    assert fix.title == "write `Integer` in `Sinks.jsonl<…>`"
    assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == ()


@pytest.mark.parametrize(
    ("input", "given", "said"),
    [
        ("(x, x)", "(Integer, Text)", ["`x` is Integer here, from the first element", "Text", "the second element"]),
        (
            "(x, x)",
            "(Double, Integer)",
            ["`x` is Double here, from the first element", "Integer", "the second element"],
        ),
        ("{ p : x, q : [x] }", "{ p : Integer, q : [Text] }", ["`x` is Integer here, from `p`", "Text", "`q[]`"]),
        ("(optional x, x)", "(optional Integer, Text)", ["`x` is Integer here, from the first element", "Text", ""]),
        (
            "({ k : Text | x }, { l : Text | x })",
            "({ k : Text, m : Text }, { l : Text })",
            ["`x` is { m : Text } here, from the first element", "{}", "the second element"],
        ),
        (
            "(Vector x Text, Vector x Text)",
            "(Vector 3 Text, Vector 4 Text)",
            ["`x` is 3 here, from the first element", "4", "the second element"],
        ),
    ],
)
def test_where_a_variable_that_stands_twice_was_fixed(input: str, given: str, said: list[str]) -> None:
    text = f"fun make : Text -> {given}\nfun f : {input} -> Text\ndef d = make | f\n"
    labels = [label for label in only(text).related if label.role is Role.NOTE]
    assert labels[0].text == said[0]
    assert labels[1].text.startswith(f"and {said[1]} here, from {said[2]}")
    places = [label.span.start for label in labels]
    assert places == [at for at in range(len(text)) if text[at : at + 1] == "x" and not text[at + 1].isalpha()][:2]


@pytest.mark.parametrize(
    ("defs", "titles"),
    [
        (
            'def s = Sources.jsonl<{ lenght : Double }> { path = "a" }\ndef d = s | f\n',
            ["rename `lenght` to `length` in `Sources.jsonl<…>`", "rename `length` to `lenght` in the input of `f`"],
        ),
        (
            'def s = Sources.jsonl<[{ lenght : Double }]> { path = "a" }\ndef t = s*\ndef g = f\ndef d = t | g\n',
            ["rename `lenght` to `length` in `Sources.jsonl<…>`", "rename `length` to `lenght` in the input of `f`"],
        ),
        (
            "fun m : Text -> { lenght : Double }\ndef s = Sources.stdin | m\ndef d = s | f\n",
            ["rename `lenght` to `length` in the output of `m`", "rename `length` to `lenght` in the input of `f`"],
        ),
        (
            'def s = Sources.jsonl<{ length : Text }> { path = "a" }\ndef d = s | f\n',
            ["write `Double` in `Sources.jsonl<…>`"],
        ),
        (
            "fun m : Text -> { lenght : Double }\ndef s : Text -> { lenght : Double } = m\ndef d = s | f\n",
            ["rename `length` to `lenght` in the input of `f`", "rename `lenght` to `length` in the output of `s`"],
        ),
    ],
)
def test_fixes_are_found_through_defs(defs: str, titles: list[str]) -> None:
    text = f"fun f : {{ length : Double }} -> Text\n{defs}"
    found = only(text)
    assert [fix.title for fix in found.fixes] == titles
    mended = [apply_edits(text, fix.edits) for fix in found.fixes if "output of `s`" not in fix.title]
    assert all(check_texts({"main.nml": one}).diagnostics == () for one in mended)


def test_what_is_told_its_type_may_be_at_fault() -> None:
    text = (
        'def d = Sources.jsonl<{ a : Text }> { path = "x" } | (Sinks.csv { path = "y" } & Sinks.jsonl<{ b : Text }>'
        ' { path = "z" })\n'
    )
    found = only(text)
    assert underlined(text, found) == "Sinks.jsonl"
    assert all(check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == () for fix in found.fixes)


@pytest.mark.parametrize(
    ("given", "needed", "title"),
    [
        ("Matrix 3 4 Double", "Vector 3 Double", "`f` gives Matrix 3 4 Double, but `g` needs Vector 3 Double"),
        ("Vector 3 Row", "Matrix 3 5 Double", "`f` gives Vector 3 Row, but `g` needs Matrix 3 5 Double"),
        ("Vector 3 Text", "Vector 3 Double", "`f` gives Text in the list, but `g` needs Double"),
        ("[Row]", "[Vector 5 Double]", "`f` gives Row in the list, but `g` needs Vector 5 Double"),
        (
            "{ m : Matrix 2 2 Row }",
            "{ m : Matrix 2 2 Text }",
            "`f` gives Matrix 2 2 Row at `m`, but `g` needs Matrix 2 2 Text",
        ),
    ],
)
def test_a_matrix_is_told_of_as_a_whole(given: str, needed: str, title: str) -> None:
    text = f"type Row = Vector 4 Double\nfun f : Text -> {given}\nfun g : {needed} -> Text\ndef h = f | g\n"
    assert only(text).title == title


@pytest.mark.parametrize("passes", [1, 3])
def test_a_misspelt_field_may_be_renamed_where_it_comes_from(passes: int) -> None:
    before = (
        "fun keep : { id : Integer | r } -> { id : Integer | r }\nfun greet : { id : Integer, name : Text } -> Text\n"
        "fun read : Text -> {type}\n"
    )
    text = before + "def w = read | " + "keep | " * passes + "greet\n"
    wrong = text.replace("{type}", "{ id : Integer, nam : Text }")
    found = only(wrong)
    assert [fix.title for fix in found.fixes] == [
        "rename `name` to `nam` in the input of `greet`",
        "rename `nam` to `name` in the output of `read`",
    ]
    assert apply_edits(wrong, found.fixes[1].edits) == text.replace("{type}", "{ id : Integer, name : Text }")


def test_the_type_of_a_source_is_written_as_it_will_be_called() -> None:
    text = 'type shape = { x : Integer }\ndef w = Sources.http { http_path = "/x" } | Sinks.log\n'
    small, open_ = check_texts({"main.nml": text}).diagnostics
    assert (small.code.id, open_.code.id) == ("NS0122", "NS0315")
    assert [fix.title for fix in open_.fixes] == ["write the type: `Sources.http<Shape>`"]
    mended = apply_edits(text, [*small.fixes[0].edits, *open_.fixes[0].edits])
    assert check_texts({"main.nml": mended}).diagnostics == ()


@pytest.mark.parametrize(
    ("given", "under", "mended"),
    [
        ("A, B", "B", ["A", "B"]),
        ("A, B, A", "B, A", ["A"]),
        ("A, A", "A", ["A"]),
    ],
)
def test_two_types_where_one_is_wanted_are_one_error(given: str, under: str, mended: list[str]) -> None:
    types = "type A = { x : Integer, y : Text }\ntype B = { x : Integer }\nfun f : B -> Text\n"
    text = f'{types}def w = Sources.jsonl<{given}> {{ path = "x" }} | f | Sinks.log\n'
    found = only(text)
    assert (found.code.id, underlined(text, found)) == ("NS0322", under)
    fixed = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert fixed == [text.replace(f"<{given}>", f"<{one}>") for one in mended]
    assert [one.title for text in fixed for one in check_texts({"main.nml": text}).diagnostics if one.is_error] == []


def test_a_type_that_is_one_too_many_has_no_followers() -> None:
    text = (
        "type A = { x : Integer }\ntype B = { y : Text }\nfun f : B -> Text\n"
        'def w = Sources.jsonl<A, B> { path = "x" } | f | Sinks.log\n'
    )
    assert only(text).code.id == "NS0322"
