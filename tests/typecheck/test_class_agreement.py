"""Dataclasses and their like, which annotations of methods name, against the records that the module declares."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts

CLASSES = """\
import attrs
from dataclasses import dataclass, field
from typing import ClassVar, Generic, NamedTuple, NotRequired, TypedDict
from elsewhere import Base, extended
import nstack


@dataclass
class Item:
    sku: str
    qty: int


{}


class Module(nstack.Module):
    def f(self, x: {}) -> {}:
        return made(x)
"""
DECLARED = """\
module M:0.1.0
type Item = { sku : Text, qty : Integer }
type Order = { id : Integer, items : [Item], note : optional Text }
type Tree = { id : Integer, under : { id : Integer, under : [Integer] } }
"""
PLAIN_ORDER = "@dataclass\nclass Order:\n    id: int\n    items: list[Item]\n    note: str | None = None"


def told_of_classes(type: str, classes: str, takes: str = "object", gives: str = "object") -> list[tuple[str, str]]:
    """The texts that are underlined and the messages."""
    python = CLASSES.replace("{}", classes, 1).replace("{}", takes, 1).replace("{}", gives, 1)
    files = {"module.nml": f"{DECLARED}fun f : {type}\n", "service.py": python}
    found = check_texts(files).diagnostics
    assert {one.code.name for one in found} <= {"annotation-disagrees"}
    return [(python[one.primary.span.start : one.primary.span.end], one.title) for one in found]


@pytest.mark.parametrize(
    "classes",
    [
        PLAIN_ORDER,
        PLAIN_ORDER.replace("@dataclass", "@attrs.define"),
        "class Order(NamedTuple):\n    id: int\n    items: list[Item]\n    note: str | None",
        "class Order(TypedDict):\n    id: int\n    items: list[Item]\n    note: NotRequired[str | None]",
        PLAIN_ORDER + "\n    kind: ClassVar[int] = 1\n\n    def whole(self): return self.id",
        PLAIN_ORDER.replace("items: list[Item]", "items: list"),
        "@dataclass\nclass Known:\n    id: float\n    items: list[Item]\n\n\n@dataclass\nclass Order(Known):\n"
        "    id: int\n    note: str | None = None",
        "class Order:\n    id: str",
    ],
)
def test_a_class_with_the_declared_fields_agrees_both_ways(classes: str) -> None:
    assert told_of_classes("Order -> [Order]", classes, "Order", "list[Order]") == []


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        (PLAIN_ORDER.replace("id: int", "id: str"), ("str", "`f` is given another `id` than `Order` says")),
        (PLAIN_ORDER.replace("str | None", "str"), ("str", "`f` is given another `note` than `Order` says")),
        (PLAIN_ORDER.replace("list[Item]", "Item"), ("Item", "`f` is given another `items` than `Order` says")),
        (PLAIN_ORDER.replace("id: int", "no: int"), ("no", "`f` is given no `no`, and `Order` has one")),
        # Python reads the ligature as two letters.
        (PLAIN_ORDER.replace("id: int", "\ufb01: int"), ("int", "`f` is given no `fi`, and `Order` has one")),
        (
            "class Order(TypedDict):\n    id: str\n    items: NotRequired[list[Item]]",
            ("str", "`f` is given another `id` than `Order` says"),
        ),
    ],
)
def test_fields_of_what_a_method_is_given(classes: str, told: tuple[str, str]) -> None:
    assert told_of_classes("Order -> Text", classes, "Order", "str") == [told]
    assert told_of_classes("optional Order -> Text", classes, '"Order | None"', "str") == [told]
    assert told_of_classes("(Text, [Order]) -> Text", classes, "tuple[str, list[Order]]", "str") == [told]


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        (PLAIN_ORDER.replace("id: int", "id: str"), [("str", "`f` has to give another `id` than `Order` says")]),
        (PLAIN_ORDER.replace("id: int", "no: int"), [("Order", "`f` has to give `id`, and `Order` lacks it")]),
        (PLAIN_ORDER.replace("\n    note: str | None = None", ""), []),
        # Something unseen may add the field.
        (PLAIN_ORDER.replace("id: int", "no: int").replace("Order:", "Order(Base):"), []),
        (PLAIN_ORDER.replace("id: int", "no: int").replace("@d", "@extended\n@d"), []),
        (PLAIN_ORDER.replace("id: int", "no: int") + "\n\n    @property\n    def id(self): return 1", []),
        (PLAIN_ORDER.replace("id: int", "no: int") + "\n\n    def __post_init__(self): self.id = 1", []),
        (PLAIN_ORDER.replace("id: int", "no: int") + "\n    id = 1", []),
    ],
)
def test_fields_of_what_a_method_gives(classes: str, told: list[tuple[str, str]]) -> None:
    assert told_of_classes("Text -> Order", classes, "str", "Order") == told
    assert told_of_classes("Text -> optional [Order]", classes, "str", "list[Order] | None") == told


def test_a_field_deep_inside_is_told_of_once() -> None:
    classes = PLAIN_ORDER.replace("list[Item]", "list[Line]").replace(
        "@d", "class Line(NamedTuple):\n    sku: int\n\n\n@d"
    )
    assert told_of_classes("Order -> Text", classes, "Order", "str") == [
        ("int", "`f` is given another `sku` than `Line` says")
    ]
    assert told_of_classes("Order -> { sku : Text, qty : Integer }", classes, "Order", "Line") == [
        ("Line", "`f` has to give `qty`, and `Line` lacks it"),
        ("int", "`f` is given another `sku` than `Line` says"),
    ]


@pytest.mark.parametrize("type", ["[Item]", "Text", "Map Item", "(Text, Integer)", "optional [Item]"])
def test_a_class_is_a_record_and_nothing_else(type: str) -> None:
    message = f"`f` is given {type}, and its annotation says otherwise"
    assert told_of_classes(f"{type} -> Text", "", "Item", "str") == [("Item", message)]


@pytest.mark.parametrize(("type", "told"), [("Text", 1), ("optional Text", 1), ("[Item]", 0), ("(Text, Integer)", 0)])
def test_a_class_is_no_scalar_as_a_result(type: str, told: int) -> None:
    message = f"`f` has to give {type}, and its annotation says otherwise"
    assert told_of_classes(f"Text -> {type}", "", "str", "Item") == [("Item", message)] * told


def test_a_class_that_holds_itself_comes_to_an_end() -> None:
    classes = '@dataclass\nclass Tree:\n    id: int\n    under: "Tree"'
    assert told_of_classes("Tree -> Text", classes, "Tree", "str") == []


def test_a_class_of_a_type_of_nstack_is_another_one() -> None:
    assert told_of_classes("Order -> Text", PLAIN_ORDER.replace("id: int", "id: str"), "nstack.Order", "str") == []


def test_an_open_record_may_have_more() -> None:
    classes = "@dataclass\nclass Order:\n    id: int\n    name: str"
    assert told_of_classes("{ id : Integer | r } -> Text", classes, "Order", "str") == []


def test_a_field_is_annotated_as_it_is_declared() -> None:
    python = (
        CLASSES.replace("{}", PLAIN_ORDER.replace("str | None", "str"), 1)
        .replace("{}", "Order", 1)
        .replace("{}", "str")
    )
    files = {"module.nml": f"{DECLARED}fun f : Order -> Text\n", "service.py": python}
    (one,) = check_texts(files).diagnostics
    (fix,) = one.fixes
    assert apply_edits(python, fix.edits) == python.replace("note: str =", "note: str | None =")
