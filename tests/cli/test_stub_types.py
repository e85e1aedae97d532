"""``nsc stub --pyi``: a strict type checker accepts a class that keeps to its `.nml`, and no other."""

import sys
from pathlib import Path

import pytest
from mypy import api

from nscompiler.cli.main import main

ROOT = Path(__file__).parents[2]
NML = """\
module Shop:0.1.0

type Line = { sku : Text, quantity : Integer }
type Order = { id : Integer, lines : [Line], note : optional Text, weight : Double }
type Event = Placed Order | Cancelled { order : Integer, reason : Text } | Idle
type Odd = { "User-Id" : Text, get : Integer, str : Text }
type State' = None | True Text | Late' Line | Late Integer
type Mark = { n : Integer }
type Marked = Mark Mark | Order [Order] | Any Integer | Callable Text | Record Text | Pair (Mark, Integer)
type Held' = { state : State' }

fun total : Order -> Double
fun merge : [Order] -> Order
fun placed : Event -> optional Order
fun told : Order -> Event
fun words : Text -> Text
fun names : Text -> [Text]
fun later : (Integer, Text) -> Map Integer
fun raw : [Byte] -> ()
fun user : Odd -> Text
fun ticks : Void -> Event
fun store : Order -> Void
fun same : a -> a
fun state : Held' -> State'
fun mark : Marked -> Mark
fun stamp : { id : Integer | r } -> { id : Integer, by : Text | r }
"""
HEAD = """\
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import nstack

if TYPE_CHECKING:
    from service_types import Event, Functions, Held_, Line, LineDict, Mark, Marked, Odd, Order, OrderResult, State_


@dataclass
class Item:
    sku: str
    quantity: int


@dataclass
class Basket:
    id: int
    lines: list[Item]
    note: str | None
    weight: float


class Pair(NamedTuple):
    sku: str
    quantity: int


class Module(nstack.Module):
"""
METHODS = {
    "total": "def total(self, order: 'Order') -> float:\n        return order.weight + order['id'] + len(order.lines)",
    "merge": "def merge(self, orders: 'list[Order]') -> Basket:\n        return Basket(1, [Item('a', 1)], None, 1.0)",
    "placed": "def placed(self, event: 'Event') -> 'Order | None':\n        return event.getPlaced()",
    "told": "def told(self, order: 'Order') -> 'Event':\n        return Event.Cancelled({'order': 1, 'reason': ''})",
    "words": "def words(self, line: str) -> Iterator[str]:\n        yield from line.split()",
    "names": "def names(self, line: str) -> list[str]:\n        return line.split()",
    "later": "async def later(self, pair: tuple[int, str]) -> dict[str, int]:\n        return {pair[1]: pair[0]}",
    "raw": "def raw(self, data: bytes) -> None:\n        len(data)",
    "user": "def user(self, odd: 'Odd') -> str:\n        return odd['User-Id'] + odd['str']",
    "ticks": "async def ticks(self) -> 'AsyncIterator[Event]':\n        yield Event.Idle()",
    "store": "def store(self, order: 'Order') -> int:\n        return order.id",
    "same": "def same(self, value: Any) -> Any:\n        return value",
    "stamp": "def stamp(self, row: Any) -> dict[str, Any]:\n        return {'id': row.id, 'by': 'me'}",
    "mark": "def mark(self, it: 'Marked') -> 'Mark':\n        return it.getMark() or Mark(len(it.getOrder()))",
    "state": "def state(self, held: 'Held_') -> 'State_':\n        return State_.Late_(held.state.getLate_())",
}
TAIL = "\n\nif TYPE_CHECKING:\n    _: type[Functions] = Module\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module's folder with its stub, and one cache for all runs of the type checker."""
    made = tmp_path_factory.mktemp("shop")
    (made / "module.nml").write_text(NML)
    (made / "service.py").write_text(HEAD + "    pass\n")
    assert main(["stub", str(made), "--pyi", "-o", str(made / "service_types.pyi")]) == 0
    return made


def told(folder: Path, **changed: str) -> list[str]:
    """The lines of mypy --strict about a class with some methods written otherwise."""
    methods = {**METHODS, **changed}
    body = "\n\n".join(f"    {text}" for text in methods.values() if text)
    (folder / "service.py").write_text(f"{HEAD}{body}{TAIL}")
    config = folder / "mypy.ini"
    config.write_text(
        f"[mypy]\nstrict = true\nmypy_path = {folder}:{ROOT / 'stdlib'}\ncache_dir = {folder / 'cache'}\n"
    )
    limit = sys.getrecursionlimit()
    try:
        out, wrong, _ = api.run(
            ["--config-file", str(config), str(folder / "service.py"), str(folder / "service_types.pyi")]
        )
    finally:
        sys.setrecursionlimit(limit)  # mypy raises it for the whole process, and decoders of JSON go by it
    assert wrong == ""
    return [line for line in out.splitlines() if "error:" in line]


@pytest.mark.thorough
def test_a_right_class_is_accepted(folder: Path) -> None:
    assert told(folder) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("merge", "def merge(self, orders: 'list[Order]') -> 'Order':\n        return orders[0]"),
        ("merge", "def merge(self, x: 'list[Order]') -> dict[str, Any]:\n        return {'id': 1}"),
        ("merge", "def merge(self, x: 'list[Order]') -> 'OrderResult':\n        return (1, [Pair('a', 1)], None, 2)"),
        ("merge", "def merge(self, x: Any) -> tuple[int, 'list[LineDict]', None, int]:\n        return 1, [], None, 2"),
        ("placed", "def placed(self, event: 'Event') -> Iterator['Order | None']:\n        yield None"),
        ("state", "def state(self, x: 'Held_') -> 'State_':\n        return State_.None_() if x else State_.Late(3)"),
        ("words", "async def words(self, line: str) -> str:\n        return line"),
        ("words", "async def words(self, line: str) -> AsyncIterator[str]:\n        yield line"),
        ("ticks", "def ticks(self) -> 'Iterator[Event]':\n        yield Event.Placed(Basket(1, [], None, 1))"),
    ],
)  # fmt: skip
def test_so_are_other_right_methods(folder: Path, name: str, text: str) -> None:
    assert told(folder, **{name: text}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words", ""),
        ("words", "def words(self, line: int) -> Iterator[str]:\n        yield str(line)"),
        ("words", "def words(self, line: str) -> Iterator[int]:\n        yield 1"),
        ("words", "def words(self, line: str, other: str) -> str:\n        return line"),
        ("names", "def names(self, line: str) -> str:\n        return line"),
        ("total", "def total(self, order: 'Order') -> str:\n        return ''"),
        ("total", "def total(self, order: 'Order') -> float:\n        return order.wieght"),
        ("total", "def total(self, order: 'Order') -> float:\n        return len(order['nothing'])"),
        ("merge", "def merge(self, orders: 'list[Order]') -> Item:\n        return Item('a', 1)"),
        ("merge", "def merge(self, x: 'list[Order]') -> 'Order | None':\n        return None"),
        ("told", "def told(self, order: 'Order') -> 'Event':\n        return Event.Cancelled(('1', 'x'))"),
        ("mark", "def mark(self, marked: 'Marked') -> 'Order':\n        return marked.getMark()"),
        ("ticks", "def ticks(self) -> 'Event':\n        return Event.Idle()"),
        ("later", "async def later(self, pair: tuple[int, str]) -> dict[str, str]:\n        return {}"),
    ],
)
def test_a_wrong_method_is_refused(folder: Path, name: str, text: str) -> None:
    assert told(folder, **{name: text}) != []


def test_the_two_forms_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stub", "--fun", "--pyi", "."]) == 2
    assert "--fun and --pyi write different files: give one of them" in capsys.readouterr().err
