"""``nsc replay``: values that failed are fed back where they failed."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nscompiler.cli import replaying

PROGRAM = """
module Shop.Orders:0.1.0

type Order = { id : Integer, texts : [Text] }
type Line = { id : Integer, text : Text }

fun lines : Order -> [Line]
fun price : Line -> Line

def booked =
  Sources.jsonl<Order> { path = "in.jsonl" } | lines* | price |
  ( Sinks.sqlite { path = "shop.db", table = "lines" } & Sinks.jsonl { path = "out.jsonl", mode = "append" } )

def main = booked { on_error = "dead_letter" }
def other = Sources.stdin | Sinks.stdout
"""

SERVICE = """
import os
import nstack

class Module(nstack.Module):
    def lines(self, order):
        return [nstack.Line(id=order.id, text=text) for text in order.texts]

    def price(self, line):
        if line.text == "bad" and "MENDED" not in os.environ:
            raise ValueError("no price")
        return line
"""

GIVEN = """{"id": 1, "texts": ["a", "b"]}
{"id": 2, "texts": ["bad", "c"]}
{"id": "x", "texts": ["d"]}
{"id": 3, "texts": ["twice", "twice"]}
"""

LETTERS = "dead-letters/main.jsonl"


class Shop:
    """A workflow with values that fail at its source, in a function and in a sink."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "module.nml").write_text(PROGRAM)
        (folder / "service.py").write_text(SERVICE)
        (folder / "in.jsonl").write_text(GIVEN)
        with sqlite3.connect(folder / "shop.db") as database:
            database.execute(
                "CREATE TABLE lines (id INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id, text)) STRICT"
            )

    def nsc(self, *arguments: str, **environment: str) -> tuple[int, list[str]]:
        """Exit code, and lines of the log without tracebacks."""
        done = subprocess.run(
            [sys.executable, "-m", "nscompiler", *arguments],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stderr.splitlines()

    def letters(self) -> list[dict[str, Any]]:
        """The dead letters."""
        file = self.folder / LETTERS
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def rows(self) -> list[tuple[int, str]]:
        """The table."""
        with sqlite3.connect(self.folder / "shop.db") as database:
            return sorted(database.execute("SELECT id, text FROM lines"))

    def lines(self) -> list[tuple[int, str]]:
        """The file."""
        held = map(json.loads, (self.folder / "out.jsonl").read_text().splitlines())
        return sorted((line["id"], line["text"]) for line in held)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One that nothing has run in."""
    return Shop(tmp_path)


@pytest.mark.thorough
def test_each_value_enters_where_it_failed(shop: Shop) -> None:
    assert shop.nsc("run", ".", "main")[0] == 0
    found = {(letter["function"], letter["kind"], letter["at"]) for letter in shop.letters()}
    assert found == {
        ("Sources.jsonl", "source", "module.nml:11:3"),
        ("Shop.Orders.price", "call", "module.nml:11:57"),
        ("Sinks.sqlite", "sink", "module.nml:12:5"),
    }
    assert {letter["workflow"] for letter in shop.letters()} == {"Shop.Orders.main"}
    code, told = shop.nsc("replay", LETTERS, ".")
    assert code == 0
    assert told[-1] == f"3 fed back, 3 of them failed again and are in {LETTERS}"
    # What somebody has mended by hand, in the letter or in the method, goes through: to both sinks, or to the one.
    text = (shop.folder / LETTERS).read_text()
    (shop.folder / LETTERS).write_text(text.replace(r"{\"id\": \"x\"", r"{\"id\": 5"))
    code, told = shop.nsc("replay", LETTERS, ".", "--quiet", MENDED="yes")
    assert code == 0
    assert told[-1] == f"3 fed back, 1 of them failed again and are in {LETTERS}"
    assert shop.rows() == [(1, "a"), (1, "b"), (2, "bad"), (2, "c"), (3, "twice"), (5, "d")]
    assert shop.lines() == [(1, "a"), (1, "b"), (2, "bad"), (2, "c"), (3, "twice"), (3, "twice"), (5, "d")]
    assert [letter["function"] for letter in shop.letters()] == ["Sinks.sqlite"]
    assert len((shop.folder / f"{LETTERS}.replayed").read_text().splitlines()) == 6
    with sqlite3.connect(shop.folder / "shop.db") as database:
        database.execute("DELETE FROM lines WHERE text = 'twice'")
    assert shop.nsc("replay", LETTERS, ".")[1][-1] == "1 fed back, 0 of them failed again"
    assert shop.letters() == []
    assert shop.lines().count((3, "twice")) == 2  # it had been in the file already: only the sink that failed gets it


@pytest.mark.thorough
def test_letters_of_stages_that_ran_apart_go_into_their_workflow(shop: Shop) -> None:
    assert shop.nsc("run", ".", "main")[0] == 0
    apart = shop.letters()
    for letter in apart:
        letter["workflow"] += f".{letter['function'].rpartition('.')[2]}"
    assert len({letter["workflow"] for letter in apart}) == 3
    (shop.folder / LETTERS).write_text("".join(json.dumps(letter) + "\n" for letter in apart))
    code, told = shop.nsc("replay", LETTERS, ".", "--quiet", MENDED="yes")
    assert (code, told[-1]) == (0, f"3 fed back, 2 of them failed again and are in {LETTERS}")
    apart[0]["workflow"] = "Shop.Orders.gone.price"
    (shop.folder / LETTERS).write_text(json.dumps(apart[0]) + "\n")
    code, told = shop.nsc("replay", LETTERS, ".")
    assert (code, told[0]) == (1, "error: . has no workflow called Shop.Orders.gone.price")


@pytest.mark.thorough
def test_letters_that_cannot_be_fed_back_stay(shop: Shop) -> None:
    (shop.folder / "dead-letters").mkdir()
    letters = [
        {"value": {"id": 9, "text": "late"}, "function": "Shop.Orders.price", "at": "module.nml:1:1"},
        {"value": 1, "function": "Shop.Orders.weigh", "at": "module.nml:9:9"},
        {"value": "1;2", "function": "Sources.csv", "at": ""},
    ]
    (shop.folder / LETTERS).write_text("".join(json.dumps(letter) + "\n" for letter in letters))
    code, told = shop.nsc("replay", LETTERS, ".")
    assert code == 1
    assert told[0].startswith("error: . has 3 workflows; say which one")
    code, told = shop.nsc("replay", LETTERS, ".", "main")
    assert code == 0
    assert told[:2] == [
        "1 of 3 cannot be fed back: Shop.Orders.weigh: the workflow does not call Shop.Orders.weigh any more",
        "1 of 3 cannot be fed back: Sources.csv: the workflow does not call Sources.csv any more",
    ]
    assert told[-1] == "1 fed back, 0 of them failed again"
    assert shop.rows() == [(9, "late")]
    assert [letter["function"] for letter in shop.letters()] == ["Shop.Orders.weigh", "Sources.csv"]
    code, told = shop.nsc("replay", LETTERS, ".", "main")
    assert code == 1
    assert told[-1] == f"error: none of the 2 letters of {LETTERS} can be fed back"


@pytest.mark.thorough
def test_what_stops_a_replay_goes_on_there(shop: Shop) -> None:
    (shop.folder / "dead-letters").mkdir()
    letter = {"value": {"id": 9, "text": "bad"}, "function": "Shop.Orders.price", "workflow": "Shop.Orders.booked"}
    (shop.folder / LETTERS).write_text(json.dumps(letter))
    code, told = shop.nsc("replay", LETTERS, ".")
    assert code == 1
    assert told[-1] == f"the letters stay in {LETTERS}.replaying; `nsc replay {LETTERS}` goes on with them"
    code, told = shop.nsc("replay", LETTERS, ".", MENDED="yes")
    assert code == 0
    assert told[0] == f"going on with {LETTERS}.replaying, which an earlier replay has left"
    assert shop.rows() == [(9, "bad")]


def test_what_is_no_file_of_letters(shop: Shop) -> None:
    assert shop.nsc("replay", "none.jsonl", ".") == (1, ["error: cannot read none.jsonl: No such file or directory"])
    code, told = shop.nsc("replay", "in.jsonl", ".")
    assert code == 1
    assert told[0] == "error: in.jsonl:1 is no dead letter"
    (shop.folder / "empty.jsonl").write_text("\n")
    assert shop.nsc("replay", "empty.jsonl", ".") == (0, ["empty.jsonl has no letters"])


FILE = """
module Shop.Files:0.1.0

fun price : Text -> Text

def main =
  Sources.jsonl<Text> { path = "in.jsonl" } | price { on_error = "dead_letter" } | Sinks.jsonl { path = "out.jsonl" }
"""

PRICE = """
import os
import nstack

class Module(nstack.Module):
    def price(self, text):
        if text.startswith("bad") and "MENDED" not in os.environ:
            raise ValueError("no price")
        return text
"""


WRITES = PRICE.replace(
    "            raise",
    """            with open(os.environ["LETTERS"], "a") as file:
                file.write('{"value":"bad","function":"Shop.Files.price","replay":"another"}' + chr(10))
            raise""",
)


@pytest.fixture
def files(tmp_path: Path) -> Shop:
    """A workflow whose sink replaces its file."""
    shop = Shop(tmp_path)
    (tmp_path / "module.nml").write_text(FILE)
    (tmp_path / "service.py").write_text(PRICE)
    (tmp_path / "in.jsonl").write_text('"one"\n"bad \u2028 two"\n"three"\n')
    return shop


@pytest.mark.thorough
def test_a_file_that_the_run_replaces_is_added_to(files: Shop) -> None:
    assert files.nsc("run", ".", "main")[0] == 0
    held = files.folder / "out.jsonl"
    assert [json.loads(line) for line in held.read_text().splitlines()] == ["one", "three"]
    assert files.nsc("replay", LETTERS, ".")[1][-1].startswith("1 fed back, 1 of them failed again")
    assert [json.loads(line) for line in held.read_text().splitlines()] == ["one", "three"]
    assert files.nsc("replay", LETTERS, ".", MENDED="yes")[1][-1] == "1 fed back, 0 of them failed again"
    lines = held.read_bytes().decode().split("\n")
    assert [json.loads(line) for line in lines if line] == ["one", "three", "bad \u2028 two"]


TWICE = """
module Shop.Twice:0.1.0

fun price : Text -> Text

def checked = price { on_error = "dead_letter" }
def main =
  Sources.jsonl<Text> { path = "in.jsonl" } |
  ( (checked | Sinks.jsonl { path = "a.jsonl" }) & (checked | Sinks.jsonl { path = "b.jsonl" }) )
"""


@pytest.mark.thorough
def test_a_value_enters_at_that_use_of_a_def_which_failed_on_it(files: Shop) -> None:
    (files.folder / "module.nml").write_text(TWICE)
    (files.folder / "in.jsonl").write_text('"one"\n"bad"\n')
    code, told = files.nsc("run", ".", "main")
    assert code == 0, told
    first, second = files.letters()
    assert {(letter["function"], letter["at"]) for letter in (first, second)} == {
        ("Shop.Twice.price", "module.nml:6:15#1"),
        ("Shop.Twice.price", "module.nml:6:15#2"),
    }
    # That of the second use alone, and again after it has failed once more.
    (mine,) = [letter for letter in (first, second) if letter["at"].endswith("#2")]
    (files.folder / LETTERS).write_text(json.dumps(mine) + "\n")
    assert files.nsc("replay", LETTERS, ".")[1][-1] == f"1 fed back, 1 of them failed again and are in {LETTERS}"
    assert files.nsc("replay", LETTERS, ".", MENDED="yes")[1][-1] == "1 fed back, 0 of them failed again"
    held = {name: (files.folder / name).read_bytes().count(b"bad") for name in ("a.jsonl", "b.jsonl")}
    assert held == {"a.jsonl": 0, "b.jsonl": 1}


def test_what_a_run_buries_meanwhile_did_not_fail_again(files: Shop) -> None:
    assert files.nsc("run", ".", "main")[0] == 0
    (files.folder / "service.py").write_text(WRITES)
    code, told = files.nsc("replay", LETTERS, ".", LETTERS=str(files.folder / LETTERS))
    assert code == 0, told
    assert told[-1] == f"1 fed back, 1 of them failed again and are in {LETTERS}"
    assert (files.folder / LETTERS).read_text().count("\n") == 2


def test_a_file_that_is_not_whole_is_not_added_to(files: Shop) -> None:
    assert files.nsc("run", ".", "main")[0] == 0
    (files.folder / "out.jsonl.partial").write_text("1\n")
    code, told = files.nsc("replay", LETTERS, ".")
    assert code == 1
    assert told[0] == "error: out.jsonl is not whole: its run is under way or did not finish (out.jsonl.partial)"
    assert (files.folder / LETTERS).read_text().count("\n") == 1


def test_letters_that_come_meanwhile_stay(tmp_path: Path) -> None:
    path = tmp_path / "main.jsonl"
    path.write_text('{"value": 1, "function": "a"}\n\n{"value": 2, "function": "b"}\n')
    letters = replaying.read(path)
    with path.open("a") as file:
        file.write('{"value": 3, "function": "a"}\n')
    working = tmp_path / "main.jsonl.replaying"
    replaying._move(path, working, letters, letters[1:])
    assert working.read_text() == '{"value": 1, "function": "a"}\n'
    assert path.read_text() == '{"value": 2, "function": "b"}\n{"value": 3, "function": "a"}\n'
    assert sorted(file.name for file in tmp_path.iterdir()) == ["main.jsonl", "main.jsonl.replaying"]


def test_a_folder_holds_letters_but_is_none(files: Shop) -> None:
    code, told = files.nsc("replay", ".", ".")
    assert (code, told) == (1, ["error: . is a folder: say which file of dead letters"])
