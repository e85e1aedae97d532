"""Ordering modules: dependencies first, rings told once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.modules.order import Edge, cycle_problem, order
from nscompiler.source import Span


def graph(**imports: str) -> dict[str, list[Edge[str]]]:
    """One letter a module: ``a="bc"`` imports b and c, b at offset 0 and c at offset 1 of ``a``."""
    return {
        name: [Edge(target, Span(name, at, at + 1)) for at, target in enumerate(targets)]
        for name, targets in imports.items()
    }


def test_dependencies_come_first_and_else_nothing_moves():
    assert order(graph(a="c", b="", c="d", d="", e="a")).order == ("d", "c", "a", "b", "e")


def test_edges_to_what_is_not_there_are_passed_over():
    found = order(graph(a="zb", b=""))
    assert (found.order, found.cycles) == (("b", "a"), ())


def test_a_ring_is_told_in_order_with_the_place_of_each_edge():
    (cycle,) = order(graph(x="b", a="db", b="c", c="da", d="")).cycles
    assert cycle.ring == ("a", "b", "c")
    assert cycle.edges == (Span("a", 1, 2), Span("b", 0, 1), Span("c", 1, 2))


def test_the_shortest_ring_stands_for_a_tangle():
    (cycle,) = order(graph(a="b", b="c", c="da", d="ab")).cycles
    assert cycle.ring == ("a", "b", "c")


def test_separate_rings_are_separate():
    found = order(graph(a="b", b="a", c="d", d="c", e="e"))
    assert [cycle.ring for cycle in found.cycles] == [("a", "b"), ("c", "d"), ("e",)]


def test_components_tell_which_imports_are_in_a_ring():
    component = order(graph(a="b", b="ac", c="")).component
    assert component["a"] == component["b"] != component["c"]


def test_the_diagnostic_of_two_and_of_many():
    two, three = (order(each).cycles[0] for each in (graph(a="b", b="a"), graph(a="b", b="c", c="a")))
    names = {"a": "A:1.0.0", "b": "B:1.0.0", "c": "C:1.0.0"}
    first, second = cycle_problem(two, names), cycle_problem(three, names)
    assert (first.code.id, first.title) == ("NS0214", "`A:1.0.0` and `B:1.0.0` import each other")
    assert second.title == "`A:1.0.0` imports itself through 2 other modules"
    assert second.notes == ("the ring: A:1.0.0 -> B:1.0.0 -> C:1.0.0 -> A:1.0.0",)
    assert second.primary.span == Span("a", 0, 1)
    assert [label.span for label in second.related] == [Span("b", 0, 1), Span("c", 0, 1)]
    assert second.related[1].text == "C:1.0.0 imports A:1.0.0"


@pytest.mark.thorough
def test_long_chains_need_no_deep_stack():
    size = 20_000
    chain = {at: [Edge(at + 1, Span(str(at), 0, 1))] for at in range(size)} | {size: [Edge(0, Span("end", 0, 1))]}
    (cycle,) = order(chain).cycles
    assert len(cycle.ring) == size + 1
    del chain[size]
    assert order(chain).order[0] == size - 1


NODES = st.integers(0, 7)


@settings(deadline=None)
@given(st.dictionaries(NODES, st.lists(NODES, max_size=4)))
def test_against_reachability(imports):
    edges = {
        node: [Edge(target, Span(str(node), target, target)) for target in targets] for node, targets in imports.items()
    }
    found = order(edges)
    reach = {node: reachable(node, imports) for node in imports}
    place = {node: at for at, node in enumerate(found.order)}
    assert sorted(found.order) == sorted(imports)
    for node, targets in imports.items():
        for target in targets:
            if target in imports and node not in reach[target]:
                assert place[target] < place[node]
    in_rings = {
        frozenset(other for other in reach[node] if node in reach.get(other, ()))
        for node in imports
        if node in reach[node]
    }
    assert len(found.cycles) == len(in_rings)
    for cycle in found.cycles:
        assert any(set(cycle.ring) <= group for group in in_rings)
        assert len(set(cycle.ring)) == len(cycle.ring)
        for at, node in enumerate(cycle.ring):
            following = cycle.ring[(at + 1) % len(cycle.ring)]
            assert cycle.edges[at] == Span(str(node), following, following)
            assert following in imports[node]


def reachable(start, imports):
    seen, pending = set(), list(imports[start])
    while pending:
        node = pending.pop()
        if node in imports and node not in seen:
            seen.add(node)
            pending += imports[node]
    return seen
