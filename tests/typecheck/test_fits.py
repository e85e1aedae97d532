"""The laws of ``fits`` on closed types, and the conversions that it calls for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.typecheck.fits import conversions, fits
from nscompiler.types.show import show
from nscompiler.types.types import Type, Types

TYPES = Types()
SCALARS = ("Integer", "Double", "Boolean", "Text", "Json", "Date")
LABELS = ("a", "b", "c", "d")


def containers(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    fields = st.lists(st.tuples(st.sampled_from(LABELS), inner), max_size=3, unique_by=lambda pair: pair[0])
    alias = st.sampled_from([None, TYPES.alias("M:1.0.0", "One"), TYPES.alias("M:1.0.0", "Two")])
    payload = st.none() | inner
    cases = st.lists(
        st.tuples(st.sampled_from(("A", "B", "C")), payload), min_size=2, max_size=3, unique_by=lambda p: p[0]
    )
    return st.one_of(
        inner.map(TYPES.list),
        st.tuples(inner, inner).map(lambda pair: TYPES.app("tuple", pair)),
        inner.map(lambda item: TYPES.app("map", [item])),
        inner.map(lambda item: TYPES.app("vector", [TYPES.size(2), item])),
        inner.filter(lambda item: show(item, expand=True)[:8] != "optional" and show(item) != "Json").map(
            TYPES.optional
        ),
        st.tuples(fields, alias).map(lambda pair: TYPES.record(pair[0], None, pair[1])),
        st.tuples(cases, alias).map(lambda pair: TYPES.sum(pair[0], pair[1])),
    )


types = st.recursive(st.sampled_from(SCALARS).map(TYPES.scalar), containers, max_leaves=6)


@st.composite
def widened(draw: st.DrawFn, type: Type) -> Type:
    """A type that the given one fits, by one of the rules at every place."""
    match type:
        case object(constructor="optional"):
            return TYPES.optional(draw(widened(type.items[0])))
        case object(constructor="vector") if draw(st.booleans()):
            return TYPES.list(draw(widened(type.items[1])))
        case object(constructor=constructor) if constructor != "vector":
            return TYPES.app(constructor, [draw(widened(item)) for item in type.items])
        case object(fields=fields):
            kept = [pair for pair in fields if draw(st.booleans())]
            return TYPES.record([(label, draw(widened(part))) for label, part in draw(st.permutations(kept))])
        case object(constructors=constructors):
            wide = [(name, None if part is None else draw(widened(part))) for name, part in constructors]
            more = [("Z", TYPES.scalar("Text"))] if draw(st.booleans()) else []
            return TYPES.sum(draw(st.permutations([*wide, *more])))
    if show(type) == "Integer" and draw(st.booleans()):
        return TYPES.scalar("Double")
    return type


@given(types)
def test_every_type_fits_itself_and_needs_no_conversion(type: Type) -> None:
    assert fits(TYPES, type, type)
    assert conversions(type, type) == ()


@pytest.mark.thorough
@given(st.data(), types)
def test_a_type_fits_what_the_rules_make_of_it(data: st.DataObject, type: Type) -> None:
    wide = data.draw(widened(type))
    assert fits(TYPES, type, wide)
    wider = data.draw(widened(wide))
    assert fits(TYPES, type, wider), "fits is transitive"


@given(types, types)
def test_two_types_that_fit_each_other_have_one_identity_or_differ_in_vectors(one: Type, other: Type) -> None:
    if fits(TYPES, one, other) and fits(TYPES, other, one):
        assert one.canon is other.canon


@given(types, types)
def test_what_does_not_fit_stays_unfit_inside_a_list(one: Type, other: Type) -> None:
    assert fits(TYPES, one, other) == fits(TYPES, TYPES.list(one), TYPES.list(other))


@given(types, types)
@settings(max_examples=200)
def test_equal_layouts_need_nothing_and_unequal_identities_something(one: Type, other: Type) -> None:
    if not fits(TYPES, one, other):
        return
    if one is other:
        assert conversions(one, other) == ()
    elif not conversions(one, other):
        # Only what a value does not show may differ: a vector is a list, a value that is there its own optional.
        assert show(one, expand=True) != show(other, expand=True) or one.alias is not other.alias


def record(*labels: str, alias: str | None = None) -> Type:
    name = None if alias is None else TYPES.alias("M:1.0.0", alias)
    return TYPES.record([(label, TYPES.scalar("Integer")) for label in labels], None, name)


INTEGER, DOUBLE, TEXT = (TYPES.scalar(name) for name in ("Integer", "Double", "Text"))
SMALL = TYPES.sum([("A", None), ("B", INTEGER)])


@pytest.mark.parametrize(
    ("given", "needed", "kinds"),
    [
        (INTEGER, DOUBLE, ("widen",)),
        (record("x", "y"), record("x"), ("drop",)),
        (record("x", "y"), record("y", "x"), ("relayout",)),
        (record("x", alias="One"), record("x", alias="Two"), ("relayout",)),
        (SMALL, TYPES.sum([("A", None), ("B", INTEGER), ("C", TEXT)]), ("inject",)),
        (SMALL, TYPES.sum([("B", INTEGER), ("A", None)]), ("relayout",)),
        (SMALL, TYPES.sum([("A", None), ("B", DOUBLE)]), ("widen",)),
        (TYPES.list(INTEGER), TYPES.list(DOUBLE), ("widen", "list")),
        (TYPES.app("tuple", [INTEGER, TEXT]), TYPES.app("tuple", [DOUBLE, TEXT]), ("widen", "tuple")),
        (TYPES.app("map", [record("x", "y")]), TYPES.app("map", [record("x")]), ("drop", "map")),
        (INTEGER, TYPES.optional(INTEGER), ()),
        (INTEGER, TYPES.optional(DOUBLE), ("widen",)),
        (TYPES.app("vector", [TYPES.size(2), INTEGER]), TYPES.list(INTEGER), ()),
        (TYPES.named(TEXT, TYPES.alias("M:1.0.0", "Url")), TEXT, ()),
    ],
)
def test_conversions(given: Type, needed: Type, kinds: tuple[str, ...]) -> None:
    assert fits(TYPES, given, needed)
    assert conversions(given, needed) == kinds


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        (DOUBLE, INTEGER),
        (TYPES.scalar("Json"), TEXT),
        (TEXT, TYPES.scalar("Json")),
        (TYPES.optional(INTEGER), INTEGER),
        (record("x"), record("x", "y")),
        (TYPES.list(INTEGER), TYPES.app("vector", [TYPES.size(2), INTEGER])),
        (TYPES.app("vector", [TYPES.size(2), INTEGER]), TYPES.app("vector", [TYPES.size(3), INTEGER])),
        (TYPES.app("tuple", [INTEGER, TEXT]), TYPES.app("tuple", [INTEGER, TEXT, TEXT])),
        (SMALL, TYPES.sum([("A", None), ("D", INTEGER)])),
        (SMALL, TYPES.sum([("A", INTEGER), ("B", INTEGER)])),
    ],
)
def test_what_does_not_fit(given: Type, needed: Type) -> None:
    assert not fits(TYPES, given, needed)
