"""Near names: the slips that people make are met, and nothing silly is offered."""

import pytest

from nscompiler.diagnostics.suggest import did_you_mean, distance, near

STANDARD = ("http", "schedule", "postgres", "amqp", "stdin", "jsonl", "csv", "parquet")
FUNCTIONS = ("predict", "clean", "numChars", "enrich", "to_json", "from_json", "to_csv", "from_csv", "fst", "snd")
FIELDS = ("petalLength", "petalWidth", "sepalLength", "sepalWidth")


@pytest.mark.parametrize(
    ("name", "candidates", "first"),
    [
        ("htpp", STANDARD, "http"),
        ("postgresql", STANDARD, "postgres"),
        ("postgre", STANDARD, "postgres"),
        ("shedule", STANDARD, "schedule"),
        ("Csv", STANDARD, "csv"),
        ("predcit", FUNCTIONS, "predict"),
        ("num_chars", FUNCTIONS, "numChars"),
        ("numchar", FUNCTIONS, "numChars"),
        ("toJson", FUNCTIONS, "to_json"),
        ("fts", FUNCTIONS, "fst"),
        ("petal_length", FIELDS, "petalLength"),
        ("petalLenght", FIELDS, "petalLength"),
        ("sepalwith", FIELDS, "sepalWidth"),
        ("integer", ("Integer", "Text", "Double"), "Integer"),
        ("Int", ("Integer", "Text", "Double"), "Integer"),
        ("Bool", ("Boolean", "Byte", "Text"), "Boolean"),
        ("ba", ("ab", "cd"), "ab"),
    ],
)
def test_slips_are_met(name, candidates, first):
    assert near(name, candidates)[:1] == (first,)


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("x", ("y", "z", "xs")),
        ("ab", ("ac", "cb", "abc")),
        ("map", ("sum", "top", "zip")),
        ("predict", ("prefix", "enrich", "restrict_all")),
        ("w", ()),
        ("same", ("same",)),
        ("Text", ("Date", "Time", "Json")),
        ("completely_else", FUNCTIONS),
    ],
)
def test_nothing_rather_than_something_silly(name, candidates):
    assert near(name, candidates) == ()


def test_at_most_three_of_the_best():
    many = ("abcdez", "abcdey", "abcdex", "abcdew")
    assert near("abcdef", many) == ("abcdew", "abcdex", "abcdey")
    assert near("abcdef", many, limit=1) == ("abcdew",)
    assert near("abcdef", (*many, "Abcdef")) == ("Abcdef",)


def test_those_further_off_than_the_best_are_left_out():
    assert near("sepalWidth", ("petalWidth", "sepalWidht")) == ("sepalWidht",)
    assert near("to_jsn", ("to_csv", "to_json", "from_json")) == ("to_json",)
    assert near("predictions", ("predictionz", "predic")) == ("predictionz",)


def test_order_does_not_depend_on_the_order_given():
    assert near("tost", ("test", "toast", "most")) == near("tost", ("most", "toast", "test"))


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("abc", "cab", 2), ("kitten", "sitting", 3), ("ca", "abc", 3)],
)
def test_distance(one, other, edits):
    assert distance(one, other, 9) == distance(other, one, 9) == edits
    assert distance(one, other, 1) == min(edits, 2)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), None),
        (("a",), "did you mean `a`?"),
        (("a", "b"), "did you mean `a` or `b`?"),
        (("a", "b", "c"), "did you mean `a`, `b` or `c`?"),
    ],
)
def test_the_note(names, told):
    assert did_you_mean(names) == told
