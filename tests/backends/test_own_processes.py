"""Programs give the same answers where each of their modules runs in a process of its own."""

import sys
from pathlib import Path

import pytest
from backends.compiled import compile_texts
from backends.conformance import assert_answers, programs

from nscompiler.flow.passes.place import separate

# Of each kind of thing that crosses between processes one; the others do too, but every start takes its time.
NAMES = ("async", "custom", "generators", "modules", "on-error", "sums")
PROGRAMS = [program for program in programs() if program.name in NAMES]


@pytest.mark.thorough
@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_a_program_gives_its_answers_from_several_processes(program, tmp_path: Path):
    compiled = compile_texts(program.files)
    graphs = [separate(graph, [use.reference for use in graph.modules]) for graph in compiled.graphs.values()]
    emitted = compiled.emit("local", "main" if "main" in compiled.graphs else None, *graphs)
    compiled.write(emitted, tmp_path / "built")
    pythons = {process.variable: sys.executable for graph in graphs for process in graph.processes[1:]}
    assert pythons
    command = (sys.executable, *emitted.start[1:])
    assert_answers(program, command, tmp_path / "built", tmp_path, pythons)
