"""A program with orders that are read, told apart, billed and written, and its workflows' graphs."""

from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.flow.model import Graph
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows

SHOP = """\
module Demo.Shop:1.0.0

type Item = { price : Integer, name : Text }
type Order = { user : Text, items : [Item], note : optional Text }
type Billed = { user : Text, total : Double }
type Event = Placed Order | Beat

fun orders : Void -> Order with { region : Text = "eu" }
fun tag : { user : Text | r } -> { user : Text, country : Text | r } with { db : Text }
fun audit : { user : Text | .. } -> Void
fun bill : { user : Text, items : [{ price : Double }] } -> Billed
fun ship : Order -> Void
fun listed : { items : [Item] | .. } -> [Item]
fun event : Order -> Event
"""
FLOWS = """\
module Demo.Flows:1.0.0

import Demo.Shop:1.0.0 as S

/// Bills.
def billing =
  S.orders { region = "us" }
  | S.tag { db = $DB }
  | (S.audit & (S.bill | Sinks.jsonl { path = "out.jsonl" }))

def shipping =
  Sources.jsonl<{ user : Text, items : [S.Item], note : optional Text, extra : Integer }> { path = "in" }
  | S.ship

def names = S.orders | S.listed* | Conv.to_json | Sinks.stdout

def read = Sources.stdin | Conv.from_json<S.Order> | S.event | Sinks.log

def other = Sources.stdin | Sinks.stdout
"""
METHODS = ("orders", "tag", "audit", "bill", "ship", "listed", "event")
SERVICE = "class Module:\n" + "".join(f"    def {name}(self, x=None): ...\n" for name in METHODS)
FOLDER = "/nowhere"


def compiled(flows: str = FLOWS) -> Compilation:
    """The program, checked without errors."""
    texts = {"shop/module.nml": SHOP, "shop/service.py": SERVICE, "flows/module.nml": flows}
    files = MemoryFiles({f"{FOLDER}/{path}": text for path, text in texts.items()}, DiskFiles())
    compilation = Compilation(files, [FOLDER])
    assert [problem.title for problem in compilation.problems if problem.is_error] == []
    return compilation


def graphs(compilation: Compilation) -> list[Graph]:
    """The graphs of all its workflows."""
    found = []
    for checked in compilation.selected:
        for workflow in workflows(checked):
            graph, problems = compilation.lower(checked.module.source.path, workflow)
            assert graph is not None, problems
            found.append(graph)
    return found
