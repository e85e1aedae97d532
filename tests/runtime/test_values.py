"""Records and sums as user code sees them."""

import pickle

import msgspec
import pytest
from nstack.runtime import (
    Boolean,
    Double,
    Integer,
    Record,
    Sum,
    Text,
    Unit,
    constructor,
    copy_value,
    optional,
    required,
)


class Plant(Record):
    length: Double
    width: Double | None = None
    count: Integer = required()
    user: Text | None = optional("User-Id")


class Swapped(Record):
    count: Integer
    length: Double
    user: Text | None = optional("User-Id")
    width: Double | None = None


class Event(Sum):
    Page = constructor(Text)
    Click = constructor(Plant)
    Closed = constructor()
    Tick = constructor(Unit)
    None_ = constructor(name="None")


class Other(Sum):
    Closed = constructor()
    Page = constructor(Text)


PLANT = Plant(1.5, None, 3, "u")


def test_a_record_answers_in_every_old_way() -> None:
    assert PLANT.length == 1.5
    assert PLANT["User-Id"] == "u"
    assert PLANT.get("count") == 3
    assert PLANT.get("nope", 7) == 7
    assert PLANT[0] == 1.5
    length, width, count, user = PLANT
    assert (length, width, count, user) == (1.5, None, 3, "u")
    assert dict(PLANT) == {"length": 1.5, "width": None, "count": 3, "User-Id": "u"}
    assert list(PLANT.keys()) == ["length", "width", "count", "User-Id"]
    assert "count" in PLANT
    assert "nope" not in PLANT
    assert len(PLANT) == 4
    assert repr(PLANT) == "Plant(length=1.5, width=None, count=3, user='u')"
    with pytest.raises(KeyError):
        PLANT["user"]  # the attribute's name is not the field's


def test_equality_is_by_fields() -> None:
    same = Swapped(3, 1.5, "u", None)
    assert same == PLANT
    assert same == PLANT
    assert hash(PLANT) == hash(same)
    assert PLANT == {"length": 1.5, "width": None, "count": 3, "User-Id": "u"}
    assert PLANT == (1.5, None, 3, "u")
    assert Plant(1.5, 2.0, 3) != PLANT
    assert PLANT != 3


def test_a_field_can_be_set_by_either_name() -> None:
    plant = copy_value(PLANT)
    plant["User-Id"] = "v"
    plant.count = 4
    assert (plant.user, plant["count"], PLANT.user) == ("v", 4, "u")
    with pytest.raises(KeyError):
        plant["nope"] = 1


def test_a_required_field_after_an_optional_one_is_required() -> None:
    with pytest.raises(TypeError):
        Plant(1.0)
    with pytest.raises(TypeError):
        msgspec.json.decode(b'{"length":1}', type=Plant)


def test_a_record_matches_by_position_and_name() -> None:
    match PLANT:
        case Plant(length, count=count):
            assert (length, count) == (1.5, 3)


def test_sums() -> None:
    click = Event.Click(PLANT)
    assert isinstance(click, Event.Click)
    assert isinstance(click, Event)
    assert not isinstance(click, Event.Page)
    assert click.value is PLANT
    assert click.getClick() is PLANT
    with pytest.raises(TypeError, match=r"^Not a Page$"):
        click.getPage()
    assert repr(Event.Page("x")) == "Event.Page('x')"
    assert Event.Closed() == Event.Closed()
    assert Event.Closed().value is None
    assert Event.Page("x") == Other.Page("x")
    assert hash(Event.Page("x")) == hash(Other.Page("x"))
    assert Event.Page("x") != Event.Page("y")


def test_match_in_declared_order() -> None:
    handlers = (lambda page: page, lambda plant: plant.count, lambda: "closed", lambda unit: unit, lambda: "none")
    values = (Event.Page("p"), Event.Click(PLANT), Event.Closed(), Event.Tick(None), Event.None_())
    assert [value.match(*handlers) for value in values] == ["p", 3, "closed", None, "none"]
    with pytest.raises(TypeError, match="match needs 5 functions"):
        Event.Closed().match(str)


def test_match_statement() -> None:
    def name(event: Event) -> str:
        match event:
            case Event.Page(text):
                return f"page {text}"
            case Event.Click(Plant(count=count)):
                return f"click {count}"
            case Event.Closed():
                return "closed"
        return "other"

    assert [name(Event.Page("p")), name(Event.Click(PLANT)), name(Event.Closed()), name(Event.None_())] == [
        "page p",
        "click 3",
        "closed",
        "other",
    ]


def test_values_can_be_pickled() -> None:
    for value in (PLANT, Event.Click(PLANT), Event.Closed(), Event.None_()):
        assert pickle.loads(pickle.dumps(value)) == value


def test_a_copy_shares_nothing_mutable() -> None:
    class Box(Record):
        inside: list[Plant]
        by_name: dict[str, list[Boolean]]
        pair: tuple[list[Integer], Text]

    box = Box([copy_value(PLANT)], {"a": [True]}, ([1], "x"))
    event = [Event.Click(copy_value(PLANT))]
    copy, other = copy_value(box), copy_value(event)
    copy.inside[0].count = 9
    copy.by_name["a"].append(False)
    copy.pair[0].append(2)
    other[0].value.count = 9
    assert (box.inside[0].count, box.by_name, box.pair, event[0].value.count) == (3, {"a": [True]}, ([1], "x"), 3)
