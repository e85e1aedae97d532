"""Programs for questions about a place: texts in which ``‸`` marks it."""

from collections.abc import Iterable, Mapping

from test_recheck import library

from nscompiler.diagnostics.model import Edit
from nscompiler.files import MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.source import Span
from nscompiler.state import State

CURSOR = "‸"
SHOP = {
    "types/module.nml": """/// What the shop sells.
module Shop.Types:0.1.0

/// Something with a price.
type Item = {
  /// The number on the label.
  id : Integer,
  price : Double
}
type Pair a = (a, a)
type Event = Click Text | Sale Item | Gone
""",
    "clean/module.nml": """module Shop.Clean:0.2.0

import Shop.Types:0.1.0 as T

/// Puts **prices** right.
@stateless
fun clean : T.Item -> T.Item with {
  /// How much to round.
  digits : Integer = 2,
  mode : "up" | "down" = "up"
}
fun tagged : { id : Integer | r } -> { id : Integer, tag : Text | r } with { tag : Text }
@deprecated("use clean")
fun old : T.Item -> T.Item
def good = clean { digits = 3 } | tagged { tag = "x" }
def pairs : a -> T.Pair a = two
fun two : a -> (a, a)
""",
    "clean/service.py": """class Module:
    def clean(self, item):
        return round(item.price, self.args["digits"])

    def tagged(self, item):
        return item
""",
    "flow/module.nml": """module Shop.Flow:0.1.0

import Shop.Types:0.1.0 as T
import Shop.Clean:0.2.0 as C

def w = Sources.jsonl<T.Item> { path = "in.jsonl" } | C.good | Sinks.log
def rounded = C.clean { mode = "down" }
""",
}
"""A project of three modules without a fault."""


def place(texts: Mapping[str, str]) -> tuple[State, str, int]:
    """The program, and the file and offset of its one mark."""
    found = [(path, text.index(CURSOR)) for path, text in texts.items() if CURSOR in text]
    assert len(found) == 1, "one mark"
    clean = {path: text.replace(CURSOR, "") for path, text in texts.items()}
    return program(clean), *found[0]


def program(texts: Mapping[str, str]) -> State:
    """A program of these texts and the standard library."""
    return State(MemoryFiles({**library(), **texts}), (".",), standard=standard_folder())


def shop(path: str, old: str, new: str = "") -> dict[str, str]:
    """The project with a piece of one of its files written otherwise (as the piece says, where ``new`` is left out: its
    mark goes into the text)."""
    piece = old.replace(CURSOR, "")
    assert SHOP[path].count(piece) == 1, f"{piece!r} once in {path}"
    return {**SHOP, path: SHOP[path].replace(piece, new or old)}


def shown(state: State, span: Span) -> str:
    """A place with its text: ``types/module.nml:3 Item``."""
    source = state.text(span.path)
    assert source is not None, "places are in files that can be read"
    path = span.path.rpartition("/modules/")[2]
    return f"{path}:{source.lines.position(span.start).line} {source.text[span.start : span.end]}"


def applied(texts: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The texts after edits that do not overlap."""
    after = dict(texts)
    for edit in sorted(edits, key=lambda edit: (edit.span.path, edit.span.start), reverse=True):
        text = after[edit.span.path]
        after[edit.span.path] = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return after
