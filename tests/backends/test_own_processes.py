"""Programs give the same answers where each of their modules runs in a process of its own."""

import sys
from pathlib import Path

import attrs
import pytest
from backends.compiled import compile_texts
from backends.conformance import assert_answers, programs

from nscompiler import backends
from nscompiler.backends.base import Build
from nscompiler.flow.model import MAIN, Graph, Process

# Of each kind of thing that crosses between processes one; the others do too, but every start takes its time.
NAMES = ("async", "custom", "generators", "modules", "on-error", "sums")
PROGRAMS = [program for program in programs() if program.name in NAMES]


def apart(graph: Graph) -> Graph:
    """The graph with each module in a process of its own."""
    own = {use.reference: Process(name=f"own-{n}", modules=(use.reference,)) for n, use in enumerate(graph.modules)}
    nodes = tuple(
        attrs.evolve(node, placement=own[node.function.module].name)
        if node.function is not None and node.function.module in own
        else node
        for node in graph.nodes
    )
    return attrs.evolve(graph, nodes=nodes, processes=(Process(name=MAIN), *own.values()))


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_a_program_gives_its_answers_from_several_processes(program, tmp_path: Path):
    compiled = compile_texts(program.files)
    graphs = tuple(map(apart, compiled.graphs.values()))
    local = backends.find("local")
    assert local is not None
    default = MAIN if MAIN in compiled.graphs else None
    emitted = local.emit(Build(module="main", package="main", graphs=graphs, compiler="0", default=default))
    compiled.write(emitted, tmp_path / "built")
    pythons = {process.variable: sys.executable for graph in graphs for process in graph.processes[1:]}
    assert pythons
    command = (sys.executable, *emitted.start[1:])
    assert_answers(program, command, tmp_path / "built", tmp_path, pythons)
