"""Programs through which a wrong type would flow if a rule had a hole, beside their sound neighbours."""

import pytest

from nscompiler.pipeline.checks import check_texts

ADD = "fun add : { a : Text | r } -> { a : Text, b : Text | r }\n"
KEEP = "fun keep : { a : Text | r } -> { a : Text | r }\n"
PAIR = "fun pair : (a, a) -> a\n"
RESTS = "fun rests : ({ a : Text | r }, { a : Text | r }) -> { | r }\n"

SOUND = [
    ("constraint on further fields",
     f"{KEEP}fun s : Text -> {{ a : Text, n : Integer }}\ndef h = s | keep | Conv.to_csv\n"),
    ("constraint that an annotation promises",
     f"{KEEP}def h : {{ a : Text | r }} -> Text where r is CsvRow = keep | Conv.to_csv\n"),
    ("promise of the whole row", "def h : { a : Text | r } -> Text where { a : Text | r } is CsvRow = Conv.to_csv\n"),
    ("a list of cells is a row", "def h : [a] -> Text where a is CsvCell = Conv.to_csv\n"),
    ("a list of rows is a file", "def h : [a] -> Text where a is CsvRow = Conv.to_csv\n"),
    ("columns", 'def h : (a, b) -> Void where (a, b) is SqlRow = Sinks.postgres { pg_table = "t" }\n'),
    ("a row nobody can add to",
     'fun f : { n : Integer } -> Text\ndef s = Sources.csv { path = "x" } | f\ndef w = s | Sinks.log\n'),
    ("one variable at one type", f"{PAIR}fun s : Text -> (Integer, Integer)\ndef h = s | pair\n"),
    ("written types may widen", f"{PAIR}fun s : Text -> (Integer, Double)\ndef h = s | pair<Double>\n"),
    ("one rest, other fields differ", "fun f : ({ a : Double | r }, { b : Text | r }) -> { | r }\n"
     "fun s : Text -> ({ a : Integer, c : Text }, { b : Text, c : Text })\ndef h = s | f\n"),
    ("a value beside its own optional", "def h = Std.identity & Std.some\nfun s : Text -> Integer\ndef i = s | h\n"),
]  # fmt: skip

UNSOUND = [
    ("constraint on further fields of a def", "constraint-violated",
     f"{KEEP}def f = keep | Conv.to_csv\nfun s : Text -> {{ a : Text, tags : [Text] }}\ndef h = s | f\n"),
    ("the same on a tuple of an open record's fields", "constraint-violated",
     f'{KEEP}def f = keep | Sinks.postgres {{ pg_table = "t" }}\nfun s : Text -> {{ a : Text, t : (Text, Text) }}\n'
     "def h = s | f\n"),
    ("bytes among further fields", "constraint-violated",
     f"fun out : a -> Text where a is Serializable\n{KEEP}def f = keep | out\n"
     "fun s : Text -> { a : Text, raw : Byte }\ndef h = s | f\n"),
    ("a hidden variable's constraint in an annotated def", "constraint-violated",
     "def h : Text -> Text = Conv.from_csv | Conv.to_csv\ndef i = h<Map Text>\n"),
    ("a variable at two types, the wider first", "type-mismatch",
     f"{PAIR}fun s : Text -> (Double, Integer)\ndef h = s | pair\n"),
    ("a variable at two types, the wider last", "type-mismatch",
     f"{PAIR}fun s : Text -> (Integer, Double)\ndef h = s | pair\n"),
    ("a variable at a vector and a list", "type-mismatch",
     f"{PAIR}fun s : Text -> ([Integer], Vector 3 Integer)\ndef h = s | pair\n"),
    ("a variable at a value and its optional", "type-mismatch",
     f"{PAIR}fun s : Text -> (optional Integer, Integer)\ndef h = s | pair\n"),
    ("a variable at two records", "type-mismatch",
     f"{PAIR}fun s : Text -> ({{ x : Text }}, {{ x : Text, y : Text }})\ndef h = s | pair\n"),
    ("a variable at two sums", "type-mismatch",
     f"type A = X | Y\ntype B = X | Y | Z\n{PAIR}fun s : Text -> (B, A)\ndef h = s | pair\n"),
    ("a rest at two rests", "type-mismatch",
     f"{RESTS}fun s : Text -> ({{ a : Text }}, {{ a : Text, b : Text }})\ndef h = s | rests\n"),
    ("a rest at two types of one field", "type-mismatch",
     f"{RESTS}fun s : Text -> ({{ a : Text, n : Double }}, {{ a : Text, n : Integer }})\ndef h = s | rests\n"),
    ("a field twice by written types", "field-collision", f"{ADD}def h = add<{{ b : Text }}>\n"),
    ("a field twice by a hole and written types", "field-collision",
     "fun add : ({ a : Text | r }, x) -> { a : Text, b : x | r }\ndef h = add<{ b : Text }, Integer>\n"),
    ("a field twice in the second of two rests", "duplicate-field",
     "type T r = ({ a : Text | r }, { b : Text | r })\nfun f : T { a : Text } -> Text\n"),
    ("a field twice by a hidden lack of an imported def", "field-collision",
     f"{ADD}def f = add | keep\n{KEEP}fun s : Text -> {{ a : Text, b : Text }}\ndef h = s | f\n"),
    ("a size from another place", "type-mismatch",
     "fun zip : (Vector n a, Vector n b) -> Vector n (a, b)\nfun s : Text -> (Vector 2 Text, Vector 3 Text)\n"
     "def h = s | zip\n"),
    ("a narrower size by an annotation", "annotation-mismatch", "def h : Vector 3 a -> Vector n a = Std.identity\n"),
    ("a rest that an annotation drops", "annotation-mismatch", "def h : { a : Text | r } -> { | r } = Std.identity\n"),
    ("a wider sum by an annotation", "annotation-mismatch",
     "type A = X | Y\ntype B = X | Y | Z\ndef h : B -> A = Std.identity\n"),
    ("an optional of an optional in a field", "nested-optional",
     "fun f : { x : a | r } -> { x : optional a | r }\nfun s : Text -> { x : optional Text }\ndef h = s | f\n"),
    ("an optional of an optional that a def hides", "nested-optional",
     "fun count : optional a -> Integer\ndef f = Std.some | count\nfun s : Text -> Json\ndef h = s | f\n"),
    ("what one branch drops", "field-missing",
     "fun f : Text -> { x : Text, y : Text }\nfun g : Text -> { x : Text }\nfun k : { y : Text } -> Text\n"
     "def h = (f & g) | k\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text"), [text for _, text in SOUND], ids=[name for name, _ in SOUND])
def test_what_is_sound_is_accepted(text: str) -> None:
    assert [one.title for one in check_texts({"main.nml": text}).diagnostics] == []


@pytest.mark.parametrize(("code", "text"), [case[1:] for case in UNSOUND], ids=[case[0] for case in UNSOUND])
def test_what_is_unsound_is_one_error(code: str, text: str) -> None:
    assert [one.code.name for one in check_texts({"main.nml": text}).diagnostics] == [code]


def test_the_arguments_of_a_type_are_in_the_order_in_which_it_is_written() -> None:
    text = "type Pair a b = (b, a)\nfun f : Pair x y -> x\ndef d = f\n"
    text += "def e = f<Integer, Text>\ndef g = d<Integer, Text>\n"
    types = check_texts({"main.nml": text}).types("main.nml")
    assert types["e"] == types["g"] == "Pair Integer Text -> Integer"


def test_a_parameter_is_what_the_type_that_it_is_passed_to_makes_of_it() -> None:
    texts = {
        "a.nml": "module A:1.0.0\ntype Tagged r = { tag : Text | r }\ntype Row n = Vector n Integer\n",
        "main.nml": "import A:1.0.0\ntype B r = [C r]\ntype C r = A.Tagged r\ntype D n = (A.Row n, Text)\n"
        "fun f : B r -> C r\nfun g : D n -> A.Row n\ndef h = f<{ x : Text }>\ndef i = g<3>\n",
    }
    result = check_texts(texts)
    assert [one.title for one in result.diagnostics] == []
    types = result.types("main.nml")
    assert types["h"] == "B { x : Text } -> C { x : Text }"
    assert types["i"] == "D 3 -> Row 3"


def test_an_argument_that_plays_no_part_is_shown_as_given() -> None:
    result = check_texts({"main.nml": "type P a = Text\nfun f : a -> (P a, a)\ndef h = f<Integer>\n"})
    assert result.types("main.nml")["h"] == "Integer -> (P Integer, Integer)"
