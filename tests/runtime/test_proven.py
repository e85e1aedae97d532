"""What is proven of the records that a method makes, and that nothing else goes unseen for it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from emitted_package import Package
from nstack.runtime import Double, Integer, Record, Text
from nstack.runtime.proven import made
from nstack.runtime.shapes import shape_of


class Order(Record):
    id: Integer
    amount: Double
    user: Text
    tags: list[Text]
    count: Integer | None = None


class Tag(Record):
    id: Integer
    amount: Double
    tag: Text
    tags: list[Text]
    paid: bool = False


LATER: list[Any] = []
Other = SimpleNamespace(Tag=Tag)


class Methods:
    """Each gives a record or a list of some."""

    rate = 1.19

    def copies(self, o):  # type: ignore[no-untyped-def]
        """With a docstring."""
        return [Tag(id=o.id, amount=o.amount, tag=tag, tags=o.tags) for tag in o.tags if tag != o.user]

    def computes(self, o):  # type: ignore[no-untyped-def]
        return Tag(o.id + 1, o.amount * 2, f"{o.user}: {o.amount:.2f}", ["a"], paid=o.amount > 3)

    def works(self, o):  # type: ignore[no-untyped-def]
        return Tag(o.id, o.amount / 2, "a" + o.user, o.tags, not o.id)

    def mixes(self, o):  # type: ignore[no-untyped-def]
        return [Tag(o.id, o.id, o.user, o.tags), Tag(o.amount, o.amount, o.user if o.id else "?", o.tags)]

    def uses_itself(self, o):  # type: ignore[no-untyped-def]
        return Tag(id=o.id, amount=o.amount * self.rate, tag=o.user, tags=o.tags)

    def hands_on(self, o):  # type: ignore[no-untyped-def]
        return Tag(id=o.id, amount=o.amount, tag=str(LATER.append(o)), tags=o.tags)

    def changes(self, o):  # type: ignore[no-untyped-def]
        o.id = "x"
        return Tag(id=o.id, amount=o.amount, tag=o.user, tags=o.tags)

    def is_elsewhere(self, o):  # type: ignore[no-untyped-def]
        return Other.Tag(id=o.id, amount=o.amount, tag=o.user, tags=o.tags)

    def is_of_another(self, o):  # type: ignore[no-untyped-def]
        return Order(o.id, o.amount, o.user, o.tags)

    def has_two_loops(self, o):  # type: ignore[no-untyped-def]
        return [Tag(o.id, o.amount, a, o.tags) for a in o.tags for b in a]

    def yields(self, o):  # type: ignore[no-untyped-def]
        yield Tag(o.id, o.amount, o.user, o.tags)


PROVEN = {
    "copies": {"id", "amount", "tag"},
    "computes": {"amount", "tag", "paid"},
    "works": {"id", "amount", "tag", "paid"},
    "mixes": {"tag"},
    "uses_itself": None,
    "hands_on": None,
    "changes": None,
    "is_elsewhere": None,
    "is_of_another": None,
    "has_two_loops": None,
    "yields": None,
}


@pytest.mark.parametrize("name", PROVEN)
def test_what_is_proven(name: str) -> None:
    method: Callable[..., Any] = getattr(Methods(), name)
    output: Any = Tag if name in ("computes", "works", "uses_itself", "hands_on", "changes") else list[Tag]
    found = made(method, shape_of(Order), shape_of(output))
    assert (None if found is None else found.fields) == PROVEN[name]


def test_a_source_that_is_no_longer_that_of_the_code_proves_nothing(tmp_path: Any) -> None:
    file = tmp_path / "changed.py"
    text = "class A:\n    def f(self, o):\n        return [Tag(o.id, o.amount, t, o.tags) for t in o.tags]\n"
    file.write_text(text.replace("o.id", "self"))
    names: dict[str, Any] = {"Tag": Tag}
    exec(compile(text, str(file), "exec"), names)
    assert made(names["A"]().f, shape_of(Order), shape_of(list[Tag])) is None
    other = tmp_path / "unchanged.py"
    other.write_text(text)
    exec(compile(text, str(other), "exec"), names)
    assert made(names["A"]().f, shape_of(Order), shape_of(list[Tag])) is not None


TYPES = """
class Order(Record):
    id: Integer
    tags: list[Text]

class Tagged(Record):
    id: Integer
    tag: Text
"""
FLOW = """
module = UserModule("Some.Module:0.1.0", FOLDER / "m", types=vars(t), nml="m/module.nml")
orders = Source(
    "Sources.jsonl", t.Order, origin="w.nml:1:1", text="Sources.jsonl",
    parameters=(Parameter("path", "Text", "in.jsonl"), Parameter("max_line", "Integer", 67108864, default=True),
        Parameter("if_none", "enum", "error", default=True), Parameter("compression", "enum", "auto", default=True)),
)
first = Call(module, "first", input=t.Order, output=FIRST, origin="w.nml:2:1")
split = Call(module, "split", input=t.Order, output=list[t.Tagged], origin="w.nml:2:5")
after = Call(module, "after", input=list[t.Tagged], output=list[t.Tagged], origin="w.nml:2:6")
json = Call(standard, "Conv.to_json", input=list[t.Tagged], output=Text, origin="w.nml:2:7")
stdout = Sink("Sinks.stdout", Text, origin="w.nml:2:9", text="Sinks.stdout")
def run(values, token):
    for a in values:
        for b in first(a, token):
            for c in PARTS:
                for d in split(c, token):
                    for e in after(d, token):
                        for f in json(e, token):
                            stdout(f, token)
workflow = Workflow("w", sources=((orders, run),), calls=(first, split, after, json), sinks=(stdout,), bounded=True)
"""
FIRST = "def first(self, o):\n    return o"
SPLIT = "def split(self, o):\n    return [nstack.Tagged(id=o.id, tag=tag) for tag in o.tags]"
AFTER = "def after(self, many):\n    return many"
GOOD = ['[{"id":1,"tag":"a"},{"id":1,"tag":"b"}]', '[{"id":2,"tag":"c"}]']


def run(
    package: Package, first: str = FIRST, split: str = SPLIT, after: str = AFTER, *, flat: bool = False
) -> tuple[int, list[str], str]:
    """The exit code, the lines of output and the log of two orders. ``flat``: ``first`` gives a list of orders."""
    flow = FLOW.replace("FIRST", "list[t.Order]" if flat else "t.Order").replace("PARTS", "b")
    if not flat:
        flow = flow.replace("            for c in b:\n", "").replace("split(c,", "split(b,")
    body = "\n".join(f"    {line}" for method in (first, split, after) for line in method.splitlines())
    head = "import nstack\nfrom nstack import Tagged\n\nclass Module(nstack.Module):\n"
    package.write(flow, types=TYPES, m=head + body + "\n")
    (package.folder / "in.jsonl").write_text('{"id":1,"tags":["a","b"]}\n{"id":2,"tags":["c"]}\n')
    done = package.run()
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_what_is_proven_travels(package: Package) -> None:
    code, out, log = run(package)
    assert (code, out) == (0, GOOD), log


def test_a_field_that_is_not_proven_is_tested(package: Package) -> None:
    code, out, log = run(package, split=SPLIT.replace("o.id", "o.id if o.id < 2 else 'x'"))
    assert (code, out) == (1, GOOD[:1]), log
    assert "Some.Module.split: result[0].id: expected Integer" in log


PLACES = {"nstack.Tagged": "nstack.Tagged = ", "Tagged": "globals()['Tagged'] = "}


@pytest.mark.parametrize("name", PLACES)
def test_a_class_in_whose_place_the_module_puts_something_else_proves_nothing(package: Package, name: str) -> None:
    put = f"def first(self, o):\n    if o.id == 2:\n        {PLACES[name]}lambda id, tag: tag\n    return o"
    code, out, log = run(package, put, SPLIT.replace("nstack.Tagged", name))
    assert (code, out) == (1, GOOD[:1]), log
    assert "Some.Module.split: result[0]: expected Tagged" in log


def test_a_value_that_somebody_may_have_spoilt_after_its_test_proves_nothing(package: Package) -> None:
    first = "def first(self, o):\n    self.kept = nstack.Order(7, ['x'])\n    return [o, self.kept]"
    spoil = "def after(self, many):\n    self.kept.id = 'seven'\n    return many"
    code, out, log = run(package, first, SPLIT, spoil, flat=True)
    assert (code, out) == (1, GOOD[:1]), log
    assert "Some.Module.split: result[0].id: expected Integer" in log
