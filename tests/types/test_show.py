"""Types as text: by the author's names, written out, and only where two differ."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nscompiler.grammar.parse import parse
from nscompiler.grammar.syntax import RecordType, TypeDecl
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile
from nscompiler.types.show import difference_and_rest, show, show_field, text_of
from nscompiler.types.types import Type, Types

TYPES = Types()


def shown(signature: str, before: str = "") -> str:
    result = check_texts({"main.nml": f"{before}fun f : {signature}\ndef d = f\n"})
    assert not result.diagnostics, [one.title for one in result.diagnostics]
    return result.types("main.nml")["f"]


@pytest.mark.parametrize(
    "signature",
    [
        "Text -> Integer",
        "Void -> ()",
        "(Text, [optional Integer]) -> Map (Map Text)",
        '{ x : Integer, "User-Id" : Text } -> {}',
        "{ x : a | r } -> (a, { | r })",
        "Vector 3 Double -> Matrix 2 3 Integer",
        "Vector n a -> [a]",
        "optional (Vector 2 Double) -> [[Byte]]",
        "a -> Text where a is CsvRow",
    ],
)
def test_what_is_written_is_what_is_shown(signature: str) -> None:
    assert shown(signature) == signature


def fields_of(written: str) -> list[str]:
    """The names of the fields that a record of one field written so has; none where that is a mistake."""
    result = parse(SourceFile("main.nml", f"type T = {{ {written} : Text }}"))
    declared, *_ = result.module.declarations
    if result.problems or not isinstance(declared, TypeDecl) or not isinstance(declared.body, RecordType):
        return []
    return [field.name.text for field in declared.body.fields]


LABELS = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"\\'), max_size=5)


@example("größe")
@example("Name")
@example("User-Id")
@example("type")
@example("true")
@example("_")
@example("x'")
@example("Éa")
@example("日本")
@example("a²")
@example("2x")
@example("")
@given(LABELS)
def test_a_field_has_quotes_where_it_needs_them_and_reads_back(label: str) -> None:
    written = show_field(label)
    assert fields_of(written) == [label]
    assert (written == label) == (fields_of(label) == [label])


def test_names_stay_and_sums_are_written_in_brackets() -> None:
    before = "type Pair a b = (a, b)\ntype Event = A Text | B\n"
    assert shown("Pair Text [Event] -> optional Event", before) == "Pair Text [Event] -> optional Event"
    event = TYPES.sum([("A", TYPES.scalar("Text")), ("B", None)])
    assert show(TYPES.optional(event), expand=True) == "optional (A Text | B)"


def test_only_what_differs_is_written_out() -> None:
    integer, text = TYPES.scalar("Integer"), TYPES.scalar("Text")
    inner = TYPES.record([("a", text), ("b", integer)], None, TYPES.alias("M", "Inner"))
    other = TYPES.record([("a", text), ("b", text)])
    rest = [("same", integer), ("too", text)]
    one = TYPES.record([("deep", TYPES.list(inner)), *rest])
    two = TYPES.record([("deep", TYPES.list(other)), *rest])
    found = difference_and_rest(one, two)[0]
    assert text_of(found.expected) == "{ deep : [{ b : Integer, … }], … }"
    assert text_of(found.found) == "{ deep : [{ b : Text, … }], … }"
    assert [part.text for part in found.expected if part.role == "differs"] == ["Integer"]


def test_what_differs_in_many_places_is_written_out_once() -> None:
    def order(amount: Type) -> Type:
        money = TYPES.record([("amount", amount), ("currency", TYPES.scalar("Text"))], None, TYPES.alias("M", "Money"))
        fields = [("a", money), ("b", TYPES.list(money)), ("c", TYPES.app("tuple", (money, money)))]
        return TYPES.record([*fields, ("total", amount)])

    found, rest = difference_and_rest(order(TYPES.scalar("Double")), order(TYPES.scalar("Decimal")))
    assert text_of(found.expected) == "{ a : { amount : Double, … }, total : Double, … }"
    assert text_of(found.found) == "{ a : { amount : Decimal, … }, total : Decimal, … }"
    assert rest == "the same differs in 3 more places, wherever `Money` stands"


def test_types_that_share_parts_are_compared_part_by_part() -> None:
    """Written out, the types have 16384 places that differ."""
    one: Type = TYPES.record([("x", TYPES.scalar("Integer"))])
    two: Type = TYPES.record([("x", TYPES.scalar("Text"))])
    for _ in range(14):
        one, two = (TYPES.record([("l", part), ("r", TYPES.list(part))]) for part in (one, two))
    found, rest = difference_and_rest(one, two)
    assert len(text_of(found.expected)) < 400
    assert rest == "the same differs in 14 more places"


def test_sums_that_differ_alike_are_written_out_once() -> None:
    def event(amount: str) -> Type:
        payload = TYPES.record([("at", TYPES.scalar(amount))])
        return TYPES.sum([("A", payload), ("B", payload), ("C", None)])

    found, rest = difference_and_rest(event("Text"), event("Integer"))
    assert text_of(found.expected) == "A { at : Text } | …"
    assert text_of(found.found) == "A { at : Integer } | …"
    assert rest == "the same differs in one more place"


def vector(size: int, item: Type) -> Type:
    return TYPES.app("vector", (TYPES.size(size), item))


def test_a_matrix_and_a_vector_are_told_apart() -> None:
    double = TYPES.scalar("Double")
    row, matrix = vector(4, double), vector(3, vector(4, double))
    cases = [
        (vector(3, double), matrix, "Vector 3 Double", "Matrix 3 4 Double"),
        (vector(3, vector(5, double)), matrix, "Matrix 3 5 Double", "Matrix 3 4 Double"),
        (TYPES.optional(row), TYPES.optional(matrix), "optional (Vector 4 Double)", "optional (Matrix 3 4 Double)"),
        (TYPES.app("map", [row]), TYPES.app("map", [vector(5, double)]),
         "Map (Vector 4 Double)", "Map (Vector 5 Double)"),
        (vector(2, TYPES.optional(double)), vector(2, TYPES.optional(row)),
         "Vector 2 (optional Double)", "Vector 2 (optional (Vector 4 Double))"),
    ]  # fmt: skip
    for one, two, expected, found in cases:
        diff = difference_and_rest(one, two)[0]
        assert (text_of(diff.expected), text_of(diff.found)) == (expected, found)


def test_fields_beyond_those_that_are_missing_are_no_difference() -> None:
    integer, text = TYPES.scalar("Integer"), TYPES.scalar("Text")
    needed = TYPES.record([("a", text), ("land", text)])
    fields = [("a", text), ("b", integer), ("lant", text)]
    given, named = TYPES.record(fields), TYPES.record(fields, None, TYPES.alias("M", "Place"))

    def found(type: Type, near: set[str] | None) -> str:
        diff = difference_and_rest(needed, type, near=None if near is None else frozenset(near))[0]
        assert text_of(diff.expected) == "{ land : Text, … }"
        return text_of(diff.found)

    assert found(given, set()) == "{ … }"
    assert found(named, set()) == "Place"
    assert found(named, {"lant"}) == "{ lant : Text, … }"
    assert found(given, None) == "{ b : Integer, lant : Text, … }"


def test_two_types_of_one_name_are_written_out() -> None:
    one = TYPES.named(TYPES.scalar("Integer"), TYPES.alias("A:1.0.0", "Id"))
    two = TYPES.named(TYPES.scalar("Text"), TYPES.alias("B:1.0.0", "Id"))
    found = difference_and_rest(one, two)[0]
    assert (text_of(found.expected), text_of(found.found)) == ("Integer", "Text")
