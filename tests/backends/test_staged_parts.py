"""Every program, cut wherever it can be, with files between the parts as the tasks of a DAG have them."""

from pathlib import Path

import attrs
import pytest
from backends.compiled import compile_texts
from backends.conformance import Program
from flow.test_cut import apart, bounded_programs, run_in_parts

from nscompiler.backends.airflow.medium import VARIABLE, Staged
from nscompiler.emit import emit_package
from nscompiler.emit.model import Build
from nscompiler.flow.cut import cut, stages


@pytest.mark.soak
@pytest.mark.parametrize("program", bounded_programs(), ids=lambda program: program.name)
def test_staged_values_are_what_they_were(program: Program, tmp_path: Path) -> None:
    compiled = compile_texts(program.files)
    parts = {name: cut(graph, stages(graph, apart), Staged()) for name, graph in compiled.graphs.items()}
    every = tuple(part.graph for own in parts.values() for part in own)
    compiled.write(emit_package(Build(module="main", package="main", graphs=every, compiler="0")), tmp_path / "built")
    for number, run in enumerate(program.runs):
        here = tmp_path / str(number)
        here.mkdir()
        for path, content in program.around.items():
            (here / path).write_text(content)
        words = run.arguments
        name, rest = (words[0], words[1:]) if words and words[0] in parts else ("main", words)
        chosen = parts.get(name) or next(iter(parts.values()))
        given = attrs.evolve(run, arguments=rest, environment={**run.environment, VARIABLE: "staged/run"})
        for repeated in (1, 2):
            printed = run_in_parts(chosen, given, tmp_path / "built", here)
            assert sorted(printed.splitlines()) == sorted((run.stdout or "").splitlines()), repeated
            for path, content in run.files:
                assert (here / path).read_text() == content
        names = sorted(file.name for file in (here / "staged/run").iterdir())
        assert names == sorted(f"{crossing.name}.jsonl" for part in chosen for crossing in part.writes)
