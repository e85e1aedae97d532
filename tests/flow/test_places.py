"""From places in a text to origins and back."""

import attrs
import pytest

from nscompiler.flow.model import Origin
from nscompiler.flow.places import Places, origin_of, shortened
from nscompiler.source import SourceFile, Span

SOURCE = SourceFile("a.nml", "def é = f\ndef w =\n    g\n")


@pytest.mark.parametrize(("start", "end"), [(0, 0), (4, 5), (8, 9), (10, 23), (23, 24), (24, 24)])
def test_there_and_back(start, end):
    origin = origin_of(SOURCE, start, end, "shown.nml")
    assert Places({"shown.nml": SOURCE}).span(origin) == Span("a.nml", start, end)


def test_a_text_that_is_not_at_hand():
    assert Places({}).span(origin_of(SOURCE, 4, 5)) == Span("a.nml", 0, 0)


def test_a_place_behind_the_end_of_a_text_that_has_changed():
    origin = attrs.evolve(origin_of(SOURCE, 4, 5), line=90, end_line=90)
    end = len(SOURCE.text)
    assert Places({"a.nml": SOURCE}).span(origin) == Span("a.nml", end, end)


def test_texts_are_one_short_line():
    assert shortened("a\n   b") == "a b"
    cut = shortened("word " * 40)
    assert len(cut) <= 60
    assert cut.endswith("word…")
    assert origin_of(SOURCE, 10, 23) == Origin(
        file="a.nml", line=2, column=1, end_line=3, end_column=6, text="def w = g"
    )
