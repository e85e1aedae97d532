"""Programs that are well typed by construction have no error, use every construct, and run."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from backends.compiled import compile_texts
from hypothesis import given, settings
from hypothesis import strategies as st
from property.amounts import TIMES, daily, soak_seeds
from property.generated_programs import generate
from property.generated_python import problem_of, python_files
from property.generated_syntax import Program
from property.generated_types import T

from nscompiler.grammar import syntax
from nscompiler.grammar.parse import parse
from nscompiler.grammar.walk import walk
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile

ROOT = Path(__file__).parent.parent.parent
# What a generated program may be told, which is no fault of it.
TOLD = frozenset(("deprecated-use", "lowercase-standard"))


def faults(texts: dict[str, str]) -> list[str]:
    """The errors of some texts, each with the file it is in."""
    found = check_texts(texts).diagnostics
    return [f"{one.primary.span.path}: {one.code.name}: {one.title}" for one in found if one.is_error]


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100 * TIMES, deadline=None)
def test_a_generated_program_has_no_error(seed: int) -> None:
    texts = generate(seed).write().texts
    assert faults(texts) == [], "\n".join(texts.values())


@pytest.mark.soak
def test_ten_thousand_generated_programs_have_no_error(record_property: Callable[[str, object], None]) -> None:
    said: Counter[str] = Counter()
    size = 0
    for seed in soak_seeds(10_000):
        texts = generate(seed).write().texts
        found = check_texts(texts).diagnostics
        said.update(one.code.name for one in found)
        size += sum(map(len, texts.values()))
        assert [one.title for one in found if one.is_error] == [], f"{seed}:\n" + "\n".join(texts.values())
    record_property("programs", 10_000)
    record_property("characters", size)
    record_property("warnings and hints", json.dumps(dict(said)))


def test_the_same_seed_is_the_same_program() -> None:
    assert all(generate(seed).write().texts == generate(seed).write().texts for seed in range(20))


def test_what_early_spellings_and_attributes_are_told_is_all_that_is_said() -> None:
    said = {one.code.name for seed in range(25) for one in check_texts(generate(seed).write().texts).diagnostics}
    assert said >= TOLD


def constructs(module: syntax.Module) -> Iterable[str]:
    """What of the language a file uses."""
    yield "module" if module.header else "script"
    yield from (["early"] if module.early_separators else [])
    yield from (["main expression"] if module.main else [])
    for node in walk(module):
        yield type(node).__name__
        match node:
            case syntax.TypeName():
                yield f"type {node.name.text}"
                yield from (["qualified type"] if node.qualifier else [])
                yield from (["applied type"] if node.args else [])
            case syntax.Name(quoted=True):
                yield "quoted field"
            case syntax.RowTail():
                yield "row" if node.name else "anonymous row"
            case syntax.Concat() | syntax.Filter():
                yield f"{type(node).__name__} {'before' if node.prefix else 'after'}"
            case syntax.Literal():
                yield f"literal {node.kind}"
            case syntax.TypeDecl() if node.parameters:
                yield "parameterised type"
            case syntax.DefDecl() if node.annotation:
                yield "annotated def"
            case syntax.Apply() if not isinstance(node.function, syntax.Use | syntax.Instantiate):
                yield "inherited parameters"
            case syntax.Use() if node.qualifier:
                yield f"{node.qualifier.text}.{node.name.text}"
            case syntax.Constraint():
                yield f"is {node.name.text}"


NEEDED = """
module; script; early; main expression; annotated def; parameterised type; inherited parameters; quoted field; row;
anonymous row; qualified type; applied type; Concat before; Concat after; Filter before; Filter after; Both; Pipe;
Apply; Instantiate; Hole; SizeLiteral; TypeVariable; UnitType; TupleType; ListType; OptionalType; RecordType; SumType;
Constructor; Attribute; ParamDecl; ParamTypeEnum; ParamTypeList; ParamTypeName; Import; LiteralSource; literal integer;
literal double; literal text; literal boolean; literal list; literal environment; type Integer; type Double;
type Boolean; type Text; type Byte; type Json; type Decimal; type Date; type Time; type DateTime; type Duration;
type Uuid; type Map; type Vector; type Matrix; type Void; is CsvCell; is CsvRow; is Csv; is SqlRow; is Serializable;
is Present; Std.identity; Std.some; Std.single; Std.fst; Std.snd; Conv.to_json; Conv.from_json; Conv.to_csv;
Conv.from_csv; Sources.http; Sources.jsonl; Sources.csv; Sources.parquet; Sources.postgres; Sources.postgresql;
Sources.amqp; Sources.stdin; Sources.schedule; Sinks.log; Sinks.stdout; Sinks.jsonl; Sinks.csv; Sinks.arrow;
Sinks.postgres; Sinks.amqp
"""


@pytest.mark.thorough
def test_every_construct_is_generated() -> None:
    found: Counter[str] = Counter()
    for seed in range(300):
        for path, text in generate(seed).write().texts.items():
            found.update(set(constructs(parse(SourceFile(path, text)).module)))
    assert {" ".join(one.split()) for one in NEEDED.split(";")} - set(found) == set()


# --- running


def run_all(program: Program, folder: Path) -> list[str]:
    """Build a program and run its workflows; what came out otherwise than the types say."""
    compiled = compile_texts({**program.write().texts, **python_files(program)})
    assert compiled.problems == ()
    emitted = compiled.emit("local", None)
    compiled.write(emitted, folder)
    return [
        f"{name}: {problem}"
        for name, logged in program.workflows
        if (problem := _problem(folder, [sys.executable, *emitted.start[1:], name], logged)) is not None
    ]


def _problem(folder: Path, command: list[str], logged: list[tuple[T, int]]) -> str | None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "stdlib")])}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    lines = [line.removeprefix("OUTPUT: ") for line in done.stderr.splitlines() if line.startswith("OUTPUT: ")]
    if done.returncode or len(lines) != sum(count for _, count in logged):
        return f"exit code {done.returncode}, {len(lines)} values for {[count for _, count in logged]}: {done.stderr}"
    for value in map(json.loads, lines):
        wrong = [problem_of(type, value) for type, _ in logged]
        if all(wrong):
            return f"{value!r}: {wrong}"
    return None


def runnable(seeds: Iterable[int]) -> Iterable[Program]:
    """The programs among those of some seeds that can be started."""
    return (program for seed in seeds if (program := generate(seed, runnable=True)).workflows)


@pytest.mark.parametrize("seed", daily(4))
def test_a_generated_program_runs(seed: int, tmp_path: Path) -> None:
    for program in runnable([seed]):
        assert run_all(program, tmp_path) == []


@pytest.mark.soak
def test_many_generated_programs_run(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    workflows = 0
    for program in runnable(soak_seeds(200)):
        assert run_all(program, tmp_path / str(program.seed)) == [], program.seed
        workflows += len(program.workflows)
    record_property("workflows that ran", workflows)
