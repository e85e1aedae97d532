"""Where a name leads."""

from collections.abc import Callable

import pytest
from marked import SHOP, place, shop, shown

from nscompiler.ide.definitions import Destination, declaration, definition, implementation, type_definition
from nscompiler.ide.program import Program

Question = Callable[[Program, str, int], tuple[Destination, ...]]


def leads_to(ask: Question, texts: dict[str, str]) -> list[str]:
    state, path, offset = place(texts)
    return [shown(state, one.name) for one in ask(state, path, offset)]


@pytest.mark.parametrize(
    ("ask", "path", "piece", "places"),
    [
        (definition, "flow/module.nml", "C.goo‸d", ["clean/module.nml:15 good"]),
        (definition, "flow/module.nml", "C‸.good", ["clean/module.nml:1 Shop.Clean:0.2.0"]),
        (declaration, "flow/module.nml", "C‸.good", ["flow/module.nml:4 C"]),
        (definition, "flow/module.nml", "Shop.Cle‸an:0.2.0", ["clean/module.nml:1 Shop.Clean:0.2.0"]),
        (definition, "flow/module.nml", "Sinks.l‸og", ["Sinks.nml:5 log"]),
        (definition, "clean/module.nml", "digi‸ts = 3", ["clean/module.nml:9 digits"]),
        (definition, "clean/module.nml", "digits : Inte‸ger", []),
        # the type of the values: what a function gives, what a sink takes here, of a field, of a payload
        (type_definition, "flow/module.nml", "jsonl‸<T.Item>", ["types/module.nml:5 Item"]),
        (type_definition, "flow/module.nml", "C.clea‸n", ["types/module.nml:5 Item"]),
        (type_definition, "types/module.nml", "Sal‸e Item", ["types/module.nml:5 Item"]),
        (type_definition, "clean/module.nml", "def pai‸rs", ["types/module.nml:10 Pair"]),
        (type_definition, "types/module.nml", "pri‸ce : Double", []),
        (type_definition, "flow/module.nml", "} ‸| C.good", ["types/module.nml:5 Item"]),
        (type_definition, "flow/module.nml", "C.good ‸| Sinks", []),
        # what does the work
        (implementation, "flow/module.nml", "C.cle‸an", ["clean/service.py:2 clean"]),
        (implementation, "clean/module.nml", "fun tagge‸d", ["clean/service.py:5 tagged"]),
        (implementation, "clean/module.nml", "dig‸its : Integer", ["clean/service.py:3 digits"]),
        (implementation, "flow/module.nml", "C.goo‸d", ["clean/module.nml:15 good"]),
        (implementation, "flow/module.nml", "jsonl<T.Ite‸m>", ["types/module.nml:5 Item"]),
        (implementation, "flow/module.nml", "Sinks.l‸og", ["Sinks.nml:5 log"]),
    ],
)
def test_where_a_name_leads(ask: Question, path: str, piece: str, places: list[str]) -> None:
    assert leads_to(ask, shop(path, piece)) == places


def test_a_destination_holds_its_whole_declaration_and_what_was_asked() -> None:
    state, path, offset = place(shop("flow/module.nml", "T.It‸em>"))
    (found,) = definition(state, path, offset)
    assert state.text(found.whole.path).text[found.whole.start : found.whole.end].startswith("type Item = {")  # type: ignore[union-attr]
    assert found.origin is not None
    assert shown(state, found.origin).endswith(" Item")


def test_a_binding_for_a_function_without_with_leads_to_where_python_reads_it() -> None:
    texts = {
        "open/module.nml": 'module Open:0.1.0\nfun f : Text -> Text\ndef g = f { le‸vel = "3" }\n',
        "open/service.py": 'class Module:\n    def f(self, x):\n        return self.args["level"]\n',
    }
    assert leads_to(definition, texts) == ["open/service.py:3 level"]


def test_a_binding_leads_to_every_parameter_that_it_sets() -> None:
    text = """module Two:0.1.0
fun f : Text -> Text with { n : Integer = 1 }
fun g : Text -> Text with { n : Integer = 1 }
def both = (f | g) { ‸n = 5 }
"""
    found = leads_to(definition, {"two/module.nml": text})
    assert sorted(found) == ["two/module.nml:2 n", "two/module.nml:3 n"]


def test_in_a_file_with_faults_everything_else_leads_where_it_did() -> None:
    texts = {
        **SHOP,
        "flow/module.nml": SHOP["flow/module.nml"].replace("C.good |", "C.go‸od | C.nothing |") + "\ntype =",
    }
    assert leads_to(definition, texts) == ["clean/module.nml:15 good"]
    assert leads_to(definition, shop("flow/module.nml", "C.good", "C.nothi‸ng")) == []
