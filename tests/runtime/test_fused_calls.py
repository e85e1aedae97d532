"""Calls that are written in line: a value that somebody has spoilt is met by the test, whichever way it was done."""

import pytest
from emitted_package import Package
from nstack.runtime.changed import touched_fields

ORDER = """
class Inside(Record):
    n: Integer

class Order(Record):
    id: Integer
    amount: Double
    tags: list[Text]
    inside: Inside
"""
FLOW = """
module = UserModule("Some.Module:0.1.0", FOLDER / "m", types=vars(t), nml="m/module.nml")
orders = Source(
    "Sources.jsonl", t.Order, origin="w.nml:1:1", text="Sources.jsonl",
    parameters=(Parameter("path", "Text", "in.jsonl"), Parameter("max_line", "Integer", 67108864, default=True),
        Parameter("if_none", "enum", "error", default=True), Parameter("compression", "enum", "auto", default=True)),
)
f = Call(module, "f", input=t.Order, output=t.Order, origin="w.nml:2:1")
g = Call(module, "g", input=t.Order, output=OUTPUT, origin="w.nml:2:3")
json = Call(standard, "Conv.to_json", input=t.Order, output=Text, origin="w.nml:2:5")
stdout = Sink("Sinks.stdout", Text, origin="w.nml:2:7", text="Sinks.stdout")
def run(values, token):
    for a in values:
        for b in f(a, token):
            for c in g(b, token):
                for d in PARTS:
                    for e in json(d, token):
                        stdout(e, token)
workflow = Workflow("w", sources=((orders, run),), calls=(f, g, json), sinks=(stdout,), bounded=True)
"""
TWO = '{"id":1,"amount":2.5,"tags":["a"],"inside":{"n":1}}\n{"id":2,"amount":7.5,"tags":[],"inside":{"n":2}}\n'
SAME = "def g(self, o):\n    return o"


def run(package: Package, *methods: str, output: str = "t.Order", parts: str = "(c,)") -> tuple[int, str, str]:
    """The exit code, the output and the log of two orders through ``f`` and ``g`` of a class."""
    body = "\n".join(f"    {line}" for method in methods for line in method.splitlines())
    flow = FLOW.replace("OUTPUT", output).replace("PARTS", parts)
    package.write(flow, types=ORDER, m=f"import nstack\n\nclass Module(nstack.Module):\n{body}\n")
    (package.folder / "in.jsonl").write_text(TWO)
    done = package.run()
    return done.returncode, done.stdout, done.stderr


SPOILT = {
    "a field that was set": ("def f(self, o):\n    o.amount = 'x'\n    return o", "result.amount: expected Double"),
    "a field in two steps": ("def f(self, o):\n    o.id += 0.5\n    return o", "result.id: expected Integer"),
    "a number out of range": ("def f(self, o):\n    o.id += 1 << 70\n    return o", "result.id: expected"),
    "a list inside": ("def f(self, o):\n    o.tags.append(3)\n    return o", "result.tags[1]: expected Text"),
    "a record inside": ("def f(self, o):\n    o.inside.n = 'x'\n    return o", "result.inside.n: expected Integer"),
    "through a function": ("def f(self, o):\n    setattr(o, 'id', None)\n    return o", "result.id: expected Integer"),
    "under another name": ("def f(self, o):\n    p = o\n    p.id = None\n    return o", "result.id: expected Integer"),
    "by its key": ("def f(self, o):\n    o['id'] = 'x'\n    return o", "result.id: expected Integer"),
    "in a closure": ("def f(self, o):\n    (lambda: setattr(o, 'id', 'x'))()\n    return o", "result.id: expected"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_record_that_is_given_back_spoilt_is_refused(package: Package, case: str) -> None:
    method, told = SPOILT[case]
    code, out, log = run(package, method, SAME)
    assert (code, out) == (1, "")
    assert told in log
    assert "Some.Module.f: " in log


LATER = {
    "the record": ("self.kept = o", "self.kept.id = 'x'"),
    "its list": ("self.kept = o.tags", "self.kept.append(3)"),
}


@pytest.mark.parametrize("case", LATER)
def test_what_an_earlier_method_has_kept_may_be_spoilt_by_a_later_one(package: Package, case: str) -> None:
    keep, spoil = LATER[case]
    first = f"def f(self, o):\n    {keep}\n    return o"
    second = f"def g(self, o):\n    self.spoil()\n    return o\ndef spoil(self):\n    {spoil}"
    code, out, log = run(package, first, second)
    assert (code, out) == (1, "")
    assert "Some.Module.g: result." in log


def test_a_record_that_was_only_read_and_set_well_travels(package: Package) -> None:
    first = "def f(self, o):\n    o.amount *= 2\n    return o"
    second = "def g(self, o):\n    return o if o.id > 1 else o"
    code, out, log = run(package, first, second)
    assert code == 0, log
    assert [line.split(",")[1] for line in out.splitlines()] == ['"amount":5.0', '"amount":15.0']


def test_of_a_list_with_a_wrong_item_nothing_travels(package: Package) -> None:
    second = "def g(self, o):\n    return [o, o] if o.id == 1 else [o, None]"
    code, out, log = run(package, SAME.replace("g", "f"), second, output="list[t.Order]", parts="c")
    assert code == 1
    assert [line[:7] for line in out.splitlines()] == ['{"id":1'] * 2
    assert "Some.Module.g: result[1]: expected" in log


def test_another_form_of_a_result_goes_on_where_it_is_next(package: Package) -> None:
    first = "def f(self, o):\n    return dict(o) if o.id == 1 else o"
    code, out, log = run(package, first, "def g(self, o):\n    yield o\n    yield o")
    assert code == 0, log
    assert [line[:7] for line in out.splitlines()] == ['{"id":1'] * 2 + ['{"id":2'] * 2


class Fields:
    """Methods, and what can be told of them."""

    def reads(self, order):  # type: ignore[no-untyped-def]
        return order if order.amount >= 20.0 else None

    def sets(self, order):  # type: ignore[no-untyped-def]
        order.total = round(order.amount, 2)
        return order

    def keeps(self, order):  # type: ignore[no-untyped-def]
        self.last = order
        return order

    def looks_around(self, order):  # type: ignore[no-untyped-def]
        locals()
        return order


def test_what_a_method_mentions_is_told_from_its_code() -> None:
    methods = Fields()
    assert touched_fields(methods.reads) == ({"amount"}, set())
    assert touched_fields(methods.sets) == ({"amount"}, {"total"})
    assert touched_fields(methods.keeps) is None
    assert touched_fields(methods.looks_around) is None
    assert touched_fields(len) is None
