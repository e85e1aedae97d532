"""Near names: the slips that people make are met, and nothing silly is offered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nscompiler.diagnostics.suggest import did_you_mean, distance, near, near_part
from nscompiler.diagnostics.words import Words

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


def off(name: str, candidate: str) -> int:
    """How far off a candidate is by the plain definition; 99 if it would be silly to suggest it."""
    one, other = (text.replace("_", "").casefold() for text in (name, candidate))
    if one == other:
        return 0
    short, long = sorted((one, other), key=len)
    allowed = 0 if len(short) < 2 else 1 if len(short) < 5 else 2 if len(short) < 9 else 3
    edits = distance(one, other, 99)
    if edits <= allowed and (len(one) >= 3 or sorted(one) == sorted(other)):
        return edits
    return 2 if len(short) >= 3 and long.startswith(short) and len(long) <= 3 * len(short) else 99


def plainly_near(name: str, candidates: list[str]) -> tuple[str, ...]:
    far = {candidate: off(name, candidate) for candidate in candidates if candidate != name}
    best = min(far.values(), default=99)
    found = [candidate for candidate, edits in far.items() if edits == best < 99]
    return tuple(sorted(found, key=lambda candidate: (candidate.casefold(), candidate))[:3])


SHORT = st.text(alphabet="aAbß_ \0", max_size=6)
CHANGED = st.lists(st.tuples(st.sampled_from("+-~"), st.integers(0, 20), st.sampled_from("abcX_")), max_size=4)


@given(SHORT, st.lists(SHORT, max_size=8))
def test_short_names_are_near_by_the_plain_definition(name: str, candidates: list[str]) -> None:
    assert near(name, candidates) == plainly_near(name, candidates)


@given(st.sampled_from((*STANDARD, *FUNCTIONS, *FIELDS)), CHANGED)
def test_slips_are_near_by_the_plain_definition(name: str, changes: list[tuple[str, int, str]]) -> None:
    slip = name
    for kind, at, letter in changes:
        at %= len(slip) + 1
        if kind == "~":
            slip = slip[:at] + slip[at + 1 : at + 2] + slip[at : at + 1] + slip[at + 2 :]
        else:
            slip = slip[:at] + (letter if kind == "+" else "") + slip[at + (kind == "-") :]
    every = [*STANDARD, *FUNCTIONS, *FIELDS]
    assert near(slip, every) == plainly_near(slip, every)


@given(SHORT, st.lists(SHORT, max_size=8))
def test_distances_from_many_words_are_those_from_each(word: str, words: list[str]) -> None:
    assert list(Words(words).distances(word, range(len(words)))) == [distance(word, other, 99) for other in words]


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


@pytest.mark.parametrize(
    ("name", "meant"),
    [("seperator", ("csv_sep",)), ("header", ("csv_header",)), ("nul", ("csv_null",)), ("path", ()), ("rows", ())],
)
def test_a_name_may_lack_its_prefix(name, meant):
    assert near_part(name, ("path", "csv_sep", "csv_header", "csv_null", "http_path", "s3_path")) == meant
