"""What the local backend emits: kept examples, and what holds for all of them."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from backends.compiled import Compiled, compile_texts, service
from backends.graphs import Sketch, pipe
from nstack import runtime

from nscompiler.backends import find
from nscompiler.backends.base import Build, Emitted, Wheel
from nscompiler.emit.python import LINE
from nscompiler.flow.dump import dump, load
from nscompiler.flow.model import Graph
from nscompiler.flow.passes import run_passes

CASES = Path(__file__).parents[1] / "golden" / "flow"
HASH = re.compile("sha256:[0-9a-f]{64}")
DRAWN = ("processes",)
"""The programs whose pictures are kept too."""
NAMES = sorted(folder.name for folder in CASES.iterdir() if (folder / "in.nml").is_file())


def compiled(case: str) -> Compiled:
    """A kept program: ``in.nml``, its Python, and the modules that it imports."""
    return compile_texts({path: (CASES / case / path).read_text() for path in inputs(case)}, "in.nml")


def inputs(case: str) -> set[str]:
    """The files of a kept program."""
    files = (str(file.relative_to(CASES / case)) for file in (CASES / case).rglob("*") if file.is_file())
    return {path for path in files if path in ("in.nml", "in.py") or path.startswith("modules/")}


@pytest.fixture(scope="module", params=NAMES)
def case(request) -> tuple[str, Compiled, Emitted]:
    """Each kept program with what is emitted for it."""
    program = compiled(request.param)
    assert program.problems == ()
    return request.param, program, program.emit()


def python_files(emitted: Emitted) -> dict[str, str]:
    """The emitted Python texts."""
    return {path: content for path, content in emitted.files if path.endswith(".py") and isinstance(content, str)}


def test_emitted_files_are_the_kept_ones(case, golden):
    name, program, emitted = case
    for path, content in emitted.files:
        assert isinstance(content, str)
        golden(CASES / name / "emitted" / path, unhashed(content))
    for graph in program.graphs.values():
        golden(CASES / name / f"{graph.name}.graph.json", unhashed(dump(graph)))
    if name in DRAWN:
        for path, content in program.emit("graph").files:
            golden(CASES / name / "drawn" / path, str(content))


def unhashed(text: str) -> str:
    """A text without the hashes in it: what goes into them is tested where they are made."""
    return HASH.sub("sha256:…", text)


def test_no_kept_file_is_left_over(case):
    name, program, emitted = case
    written = {f"emitted/{path}" for path, _ in emitted.files} | {f"{graph}.graph.json" for graph in program.graphs}
    written |= {f"drawn/{path}" for path, _ in program.emit("graph").files if name in DRAWN}
    kept = {str(file.relative_to(CASES / name)) for file in (CASES / name).rglob("*") if file.is_file()}
    assert kept - inputs(name) == written


def test_two_builds_are_the_same_bytes(case):
    name, _, emitted = case
    assert compiled(name).emit() == emitted


def test_all_python_compiles_and_imports_only_exported_names(case):
    for path, text in python_files(case[2]).items():
        tree = ast.parse(text, path)
        compile(text, path, "exec")
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "nstack.runtime":
                assert {alias.name for alias in node.names} <= set(runtime.EXPORTED)


def test_python_has_no_unused_or_undefined_names_and_needs_no_formatting(tmp_path):
    for name in NAMES:
        program = compiled(name)
        program.write(program.emit(), tmp_path / name)
    config = ["--isolated", "--line-length", str(LINE), "--target-version", "py311", "--exclude", "user"]
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        ["check", "--select", "F,E4,E7,E9,I001", *config, "--no-cache"],
        ["format", "--diff", *config, "--no-cache"],
    ):
        done = subprocess.run([*ruff, *command, str(tmp_path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_lines_lead_back_to_the_program(case):
    _, program, emitted = case
    texts = python_files(emitted)
    assert emitted.origins
    for own in emitted.origins:
        line = texts[own.path].splitlines()[own.line - 1]
        before = texts[own.path].splitlines()[own.line - 2]
        place = f"{own.origin.file}:{own.origin.line}:{own.origin.column}"
        assert place in line or place in before
    nodes = sum(
        node.kind not in ("source", "literal", "merge", "branch")
        for graph in program.graphs.values()
        for node in graph.nodes
    )
    assert len({(own.path, own.node) for own in emitted.origins}) >= nodes - sum(
        node.function is not None and node.function.name in ("some",)
        for graph in program.graphs.values()
        for node in graph.nodes
    )


def test_the_graph_alone_is_enough(case):
    """A graph that went through JSON gives the same files."""
    _, program, emitted = case
    again = program.emit("local", None, *(load(dump(graph)) for graph in program.graphs.values()))
    assert again == emitted


# --- shapes beyond the kept examples


def build(*graphs: Graph, **more: object) -> dict[str, str]:
    """The Python files for graphs made by hand."""
    backend = find("local")
    assert backend is not None
    made = Build(module="Demo:0.1.0", package="demo", graphs=tuple(map(run_passes, graphs)), compiler="0", **more)
    return python_files(backend.emit(made))


def deepest(text: str) -> int:
    """How many loops are nested at most."""

    def depth(node: ast.AST) -> int:
        inside = max((depth(child) for child in ast.iter_child_nodes(node)), default=0)
        return inside + isinstance(node, ast.For | ast.If)

    return depth(ast.parse(text))


@pytest.mark.thorough
@pytest.mark.parametrize("length", [1, 11, 12, 13, 24, 100, 1000])
def test_long_pipes_compile(length):
    text = build(pipe(length))["demo/flow_w.py"]
    compile(text, "flow_w.py", "exec")
    assert deepest(text) <= 12 + 1
    assert sum(line.strip().startswith("for ") for line in text.splitlines()) == length + 1


def test_branches_within_branches_compile():
    sketch = Sketch()
    text = sketch.scalar("Text")
    node: int | tuple[int, int] = sketch.add("literal", None, None, text)
    for _ in range(40):
        branch = sketch.add("branch", node, text, text)
        call = sketch.add("call", (branch, 0), text, sketch.type("optional", items=(text,)), "Conv.f")
        drop = sketch.add("drop_missing", call, sketch.type("optional", items=(text,)), text)
        sketch.add("sink", drop, text, None, "Sinks.log")
        node = (branch, 1)
    sketch.add("sink", node, text, None, "Sinks.log")
    compile(build(sketch.graph())["demo/flow_w.py"], "flow_w.py", "exec")


def test_a_drop_without_a_loop_of_its_own_keeps_the_other_branches():
    sketch = Sketch()
    text = sketch.scalar("Text")
    maybe = sketch.type("optional", items=(text,))
    source = sketch.add("literal", None, None, maybe)
    branch = sketch.add("branch", source, maybe, maybe)
    drop = sketch.add("drop_missing", (branch, 0), maybe, text)
    sketch.add("sink", drop, text, None, "Sinks.log")
    sketch.add("sink", (branch, 1), maybe, None, "Sinks.log")
    written = build(sketch.graph())["demo/flow_w.py"]
    assert "continue" not in written
    assert "if a is not None:" in written


def test_same_names_from_two_modules_are_told_apart():
    sketch = Sketch()
    text = sketch.scalar("Text")
    one = sketch.labelled("record", "Event", {"x": text}, "Shop.Types:0.1.0")
    other = sketch.labelled("record", "Event", {"x": text}, "Web:0.1.0")
    newer = sketch.labelled("record", "Event", {"x": text}, "Web:0.2.0")
    source = sketch.add("source", None, None, one, "Sources.jsonl")
    first = sketch.add("call", source, one, other, "Conv.f")
    second = sketch.add("call", first, other, newer, "Conv.f")
    sketch.add("sink", second, newer, None, "Sinks.log")
    classes = [
        node.name for node in ast.parse(build(sketch.graph())["demo/types.py"]).body if isinstance(node, ast.ClassDef)
    ]
    assert classes == ["ShopTypesEvent", "WebEvent", "WebEvent2"]


def test_a_branch_copies_only_what_somebody_could_change():
    texts = {graph: compiled("tee").emit().files for graph in ("w",)}
    files = dict(texts["w"])
    assert "copy_value(b)" in files["in_flow/flow_w.py"]
    assert "copy_value" not in files["in_flow/flow_plain.py"]


def test_the_manifest_has_no_dates_and_no_absolute_paths(case):
    files = dict(case[2].files)
    manifest = json.loads(files["manifest.json"])
    assert manifest["manifest_version"] == 1
    assert manifest["package"] == "in_flow"
    assert [own["name"] for own in manifest["workflows"]] == list(case[1].graphs)
    assert not any(text.startswith("/") for text in strings(manifest))
    assert all(HASH.fullmatch(own[kind]) for own in manifest["modules"] for kind in ("content_hash", "interface_hash"))
    assert manifest["modules"]


def strings(value: object) -> list[str]:
    """All texts inside a JSON value."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def test_requirements_begin_with_the_wheel_and_its_extras():
    wheel = Wheel(name="nstack_runtime-0.1.0-py3-none-any.whl", content=b"wheel", extras=("http", "schedule"))
    program = compiled("http")
    built, _ = program.checked.compilation.build("in.nml", list(program.graphs.values()), "local", runtime=wheel)
    assert built is not None
    files = dict(built.files)
    assert files["runtime/nstack_runtime-0.1.0-py3-none-any.whl"] == b"wheel"
    assert files["requirements.txt"] == "./runtime/nstack_runtime-0.1.0-py3-none-any.whl[http]\n"


def test_an_extra_is_required_for_every_function_that_needs_it():
    wheel = Wheel(
        name="r-0.1.0-py3-none-any.whl", content=b"wheel", extras=("arrow", "parquet", "postgres", "s3", "zstd")
    )
    text = """import AWS.S3:0.0.1-SNAPSHOT as S3
type T = { id : Integer }
type F = { filepath : Text, data : [Byte] }
def u = Sources.jsonl<F> { path = "in" } | S3.upload { s3_bucket = "b" } | Sinks.stdout
def a = Sources.postgres_poll<T> { pg_query = "SELECT 1", pg_key = "id" }
def w = a | (Sinks.arrow { path = "x", format = "stream" } & Sinks.jsonl { path = "x.zst" })
"""
    program = compile_texts({"in.nml": text}, "in.nml")
    built, _ = program.checked.compilation.build("in.nml", list(program.graphs.values()), "local", runtime=wheel)
    assert built is not None
    assert dict(built.files)["requirements.txt"] == "./runtime/r-0.1.0-py3-none-any.whl[arrow,postgres,s3,zstd]\n"


@pytest.mark.parametrize(
    ("flow", "extra"),
    [
        ('Sources.amqp<Text> { amqp_exchange = "e" } | Sinks.log', "amqp"),
        ('Sources.kafka_backlog<Text> { kafka_topic = "t" } | Sinks.log', "kafka"),
        ('Sources.kafka<Text> { kafka_topic = "t" } | Sinks.stdout', "kafka"),
        ('["a"] | Sinks.mqtt { mqtt_topic = "t" }', "mqtt"),
        ('["a"] | Sinks.nats { nats_subject = "s" }', "nats"),
        ('["a"] | Sinks.redis { redis_stream = "s" }', "redis"),
        ('Sources.postgres<Text> { pg_query = "SELECT 1" } | Sinks.log', "postgres"),
        ('Sources.http<Text> { http_path = "/x" } | Sinks.log', "http"),
        ('["a"] | Http.get<_, Text> { url = "{}" } | Sinks.log', "httpclient"),
        ('["a"] | Http.post<_, Text> { url = "https://x.example/" } | Sinks.log', "httpclient"),
        ('Sources.schedule { cron = "@daily" } | Sinks.log', "schedule"),
        ("Sources.stdin | Sinks.log", ""),
    ],
)
def test_the_extra_of_each_connector_is_required(flow: str, extra: str) -> None:
    metadata = tomllib.loads((Path(__file__).parents[2] / "stdlib" / "pyproject.toml").read_text())
    wheel = Wheel(name="r.whl", content=b"wheel", extras=tuple(sorted(metadata["project"]["optional-dependencies"])))
    program = compile_texts({"in.nml": f"module In:0.1.0\n\nimport Http:1.0.0\n\ndef w = {flow}\n"}, "in.nml")
    built, _ = program.checked.compilation.build("in.nml", list(program.graphs.values()), "local", runtime=wheel)
    assert built is not None
    assert dict(built.files)["requirements.txt"] == "./runtime/r.whl" + (f"[{extra}]" if extra else "") + "\n"


def test_each_process_has_requirements_of_its_own_with_the_wheel_first():
    wheel = Wheel(name="nstack_runtime-0.1.0-py3-none-any.whl", content=b"wheel", extras=("log",))
    program = compiled("processes")
    built, _ = program.checked.compilation.build("in.nml", list(program.graphs.values()), "local", runtime=wheel)
    assert built is not None
    files = dict(built.files)
    path = "./runtime/nstack_runtime-0.1.0-py3-none-any.whl"
    assert files["requirements.txt"] == f"{path}[log]\nleft==1.0\n"
    assert files["requirements/new-1.0.0.txt"] == f"{path}\nleft>=2\nright\n"


def test_one_workflow_built_alone_needs_no_other_process():
    """Placement is a matter of what is built together."""
    program = compiled("processes")
    files = dict(program.emit("local", None, program.graphs["alone"]).files)
    assert "process=" not in str(files["in_flow/modules.py"])
    assert [path for path in files if path.startswith("requirements")] == ["requirements.txt"]


def test_user_files_are_copied_beside_the_package():
    files = {
        "shop/module.nml": 'module Shop.App:0.1.0\n\nfun f : Text -> Text\ndef w = ["a"] | f | Sinks.log\n',
        "shop/service.py": service("f"),
        "shop/nstack.yaml": "stack: {language: python}\nfiles:\n  - data/*.csv\n",
        "shop/data/x.csv": "1\n",
    }
    emitted = compile_texts(files, "shop/module.nml").emit()
    copied = {copy.path: copy.source for copy in emitted.copies}
    assert copied["shop_app/user/Shop.App-0.1.0/service.py"] == "shop/service.py"
    assert copied["shop_app/user/Shop.App-0.1.0/data/x.csv"] == "shop/data/x.csv"
