"""What is written for Compose: kept outputs, what linters and Compose itself say of them, and what is refused."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import attrs
import containers
import pytest
from backends.compiled import Compiled, compile_texts, service
from backends.conformance import programs

from nscompiler.backends.base import Unsupported
from nscompiler.backends.compose import BACKEND
from nscompiler.cli.main import main
from nscompiler.emit.model import Build, Emitted, Wheel
from nscompiler.flow.model import Placement

KEPT = Path(__file__).parents[1] / "golden" / "compose"
LINT = "{extends: default, rules: {line-length: {max: 120}}}"

IRIS = {
    "iris/module.nml": """module Iris.Classify:0.1.0

type Plant = { length : Double, width : Double }

/// The species.
@stateless
fun predict : Plant -> Text
""",
    "iris/service.py": service("predict"),
    "iris/nstack.yaml": "stack: {language: python, api-version: 1}\npackages: [libgomp1]\n"
    "commands: [python -c 'import csv', touch /opt/done]\n",
    "iris/requirements.txt": f"six==1.17.0 --hash=sha256:{'0' * 64}\n",
    "shop/module.nml": "module Shop.Orders:0.1.0\n\nfun count : Text -> (Text, Integer)\n",
    "shop/service.py": service("count"),
    "shop/requirements.txt": "numpy>=2\n",
    "main.nml": """/// Species over HTTP, counted and kept.
module Iris.Workflows:0.1.0

import Iris.Classify:0.1.0 as Iris
import Shop.Orders:0.1.0 as Orders

def keep = Sinks.postgres { pg_host = "db", pg_user = $DB_USER, pg_password = $DB_PASSWORD, pg_table = "species" }
def serve = Sources.http<Iris.Plant> { http_path = "/iris" } | Iris.predict | (Orders.count | keep & Sinks.log)
def ask = Sources.http<Iris.Plant> { http_path = "/ask", http_port = 8081 } | Iris.predict | Sinks.reply
def nightly = Sources.schedule { cron = "0 2 * * *" } | Conv.to_json | Sinks.jsonl { path = "nights.jsonl" }
""",
}


def emitted(files: dict[str, str], *placements: Placement, **settings: str) -> Emitted:
    """What is written for all workflows of a program, with a wheel of the runtime that is none."""
    compiled = compile_texts(files)
    wheel = Wheel(name="nstack_runtime-0.1.0-py3-none-any.whl", content=b"wheel", extras=("http", "nats", "postgres"))
    return build(compiled, wheel, *placements, **settings)


def build(compiled: Compiled, wheel: Wheel, *placements: Placement, **settings: str) -> Emitted:
    """As a build does it, with what a project says of places."""
    made: list[Emitted] = []

    class Keeping:
        """The backend, handed the places."""

        name, runs, about, settings = "compose", True, "", BACKEND.settings

        def unsupported(self, build: object) -> tuple[object, ...]:
            """Nothing here."""
            return ()

        def emit(self, build: object) -> Emitted:
            """The files."""
            made.append(BACKEND.emit(attrs.evolve(build, placements=placements)))  # type: ignore[type-var]
            return made[-1]

    from nscompiler import backends

    found = backends.find
    backends.find = lambda name: Keeping() if name == "compose" else found(name)  # type: ignore[assignment,return-value]
    try:
        compiled.checked.compilation.build(
            compiled.path,
            tuple(compiled.graphs.values()),
            "compose",
            runtime=wheel,
            settings=settings,
            command="nsc build main.nml --target compose",
        )
    finally:
        backends.find = found
    return made[-1]


def text(files: Emitted, path: str) -> str:
    """One file."""
    content = dict(files.files)[path]
    assert isinstance(content, str)
    return content


def written(files: Emitted, folder: Path) -> Path:
    """The files on disk."""
    for path, content in files.files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.mark.parametrize(
    "path", ["compose.yaml", "nats.conf", "images/iris-classify/Dockerfile", "images/runtime/Dockerfile"]
)
def test_the_files_are_as_kept(path: str, golden: Callable[[Path, str], None]) -> None:
    golden(KEPT / "iris" / path, text(emitted(IRIS), path))


def test_places_and_secrets_are_as_kept(golden: Callable[[Path, str], None]) -> None:
    place = Placement(
        name="all", modules=("Iris.Classify:0.1.0", "Shop.Orders:0.1.0"), memory=2 << 30, cpus=1.5, replicas=1
    )
    found = emitted(IRIS, place, secrets="file", project="iris")
    golden(KEPT / "places" / "compose.yaml", text(found, "compose.yaml"))
    golden(KEPT / "places" / "Dockerfile", text(found, "images/all/Dockerfile"))


FRAMED = {
    **IRIS,
    "frame/module.nml": "module Frame.Learning:1.0.0\n",
    "frame/nstack.yaml": "parent: Frame.Base:2.0.0\npackages: [libgomp1]\ncommands: [touch /opt/framed]\n",
    "frame/requirements.txt": "scikit-learn>=1.5\n",
    "base/module.nml": "module Frame.Base:2.0.0\n",
    "base/nstack.yaml": "stack: {language: python, api-version: 1}\npackages: [curl]\n",
    "iris/nstack.yaml": "parent: Frame.Learning:1.0.0\npackages: [git]\ncommands: [test -f /opt/framed]\n",
}


def test_frameworks_are_images_that_others_begin_with(golden: Callable[[Path, str], None]) -> None:
    found = emitted(FRAMED)
    golden(KEPT / "framed" / "Dockerfile", text(found, "images/iris-classify/Dockerfile"))
    assert text(found, "images/iris-classify/frame-learning-1-0-0.txt") == "scikit-learn>=1.5\n"
    assert text(found, "images/iris-classify/main.txt") == IRIS["iris/requirements.txt"]


def test_what_a_framework_needs_is_there_locally_too() -> None:
    compiled = compile_texts(FRAMED)
    graph = compiled.graphs["ask"]
    (use,) = graph.modules
    assert use.requirements == ("scikit-learn>=1.5", IRIS["iris/requirements.txt"].strip())
    assert use.packages == ("curl", "libgomp1", "git")
    assert [own.reference for own in use.frameworks] == ["Frame.Base:2.0.0", "Frame.Learning:1.0.0"]
    assert "scikit-learn>=1.5\n" in text(compiled.emit("local"), "requirements.txt")


def test_a_framework_that_is_its_own_ends_there() -> None:
    files = {**FRAMED, "base/nstack.yaml": "parent: Frame.Learning:1.0.0\n"}
    (use,) = compile_texts(files).graphs["ask"].modules
    assert len(use.frameworks) == 2


def test_the_same_build_gives_the_same_bytes_and_names_no_folder_of_this_machine() -> None:
    one, two = emitted(IRIS), emitted(IRIS)
    assert one == two
    for path, content in one.files:
        assert isinstance(content, bytes) or str(Path.cwd()) not in content, path


def test_an_image_s_tag_changes_with_what_is_in_it_and_with_nothing_else() -> None:
    def tags(files: dict[str, str]) -> dict[str, str]:
        return dict(re.findall(r"iris-workflows-([\w-]+):([0-9a-f]{12})", text(emitted(files), "compose.yaml")))

    before = tags(IRIS)
    assert set(before) == {"iris-classify", "shop-orders", "runtime"}
    after = tags({**IRIS, "shop/service.py": IRIS["shop/service.py"] + "\n# changed\n"})
    assert {name for name in before if before[name] != after[name]} == {"shop-orders"}


def test_images_are_the_same_however_and_wherever_the_build_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, content in IRIS.items():
        target = tmp_path / "here" / "shop" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    made = []
    for folder, path, out in (("here", "shop", "../a"), ("there/shop", ".", "../../b"), ("there", "./shop/", "../c")):
        monkeypatch.chdir(tmp_path / folder)
        assert main(["build", path, "--target", "compose", "-o", out]) == 0
        built = Path(out)
        files = {
            str(file.relative_to(built)): file.read_bytes()
            for file in built.rglob("*")
            if file.is_file() and file.name != "compose.yaml"
        }
        lines = (built / "compose.yaml").read_text().splitlines()
        made.append((files, [line for line in lines if not line.startswith("#")]))
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("secrets", ["environment", "file"])
def test_no_secret_is_written(secrets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    found = emitted(IRIS, secrets=secrets)
    assert "DB_PASSWORD" in text(found, "compose.yaml")
    for path, content in found.files:
        assert "hunter2" not in str(content), path


def checked(*folders: Path) -> None:
    """Compose, hadolint and yamllint have nothing to say of some builds."""
    dockerfiles = [str(file) for folder in folders for file in sorted(folder.rglob("Dockerfile"))]
    files = [str(folder / "compose.yaml") for folder in folders]
    needed = {name for folder in folders for name in json.loads((folder / "manifest.json").read_text())["environment"]}
    given = {**os.environ, **dict.fromkeys(needed, "8090")}
    for command in (
        *([containers.COMPOSE, "--file", file, "config", "--quiet"] for file in files),
        [str(containers.BIN / "hadolint"), *dockerfiles],
        [str(containers.BIN / "yamllint"), "--strict", "-d", LINT, *files],
    ):
        told = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stdout + told.stderr) == (0, ""), command


@pytest.mark.thorough
def test_linters_and_compose_have_nothing_to_say(tmp_path: Path) -> None:
    place = Placement(name="all", modules=("Iris.Classify:0.1.0", "Shop.Orders:0.1.0"), memory=2 << 30, cpus=1.5)
    checked(
        written(emitted(IRIS), tmp_path / "each"),
        written(emitted(IRIS, place, secrets="file"), tmp_path / "one"),
        written(emitted(FRAMED), tmp_path / "framed"),
    )


@pytest.mark.thorough
def test_linters_and_compose_have_nothing_to_say_of_any_program(tmp_path: Path) -> None:
    folders = []
    for program in programs():
        compiled = compile_texts(program.files)
        folders.append(written(compiled.emit("compose", stdin="given"), tmp_path / program.name))
    checked(*folders)


def services(files: dict[str, str], **settings: str) -> dict[str, list[str]]:
    """The services with what their comments say that they do."""
    found: dict[str, list[str]] = {}
    about: list[str] = []
    for line in text(emitted(files, **settings), "compose.yaml").splitlines():
        if line.startswith("  # ") and " : " in line:
            about.append(line[4:].partition(" : ")[0])
        elif re.fullmatch(r"  [\w-]+:", line) and about:
            found[line.strip(" :")] = about
            about = []
    return found


def test_a_module_that_keeps_something_has_one_instance_and_so_has_what_stands_between_its_uses() -> None:
    files = {
        "a.nml": "module A:0.1.0\nfun f : Integer -> Integer\nfun g : Integer -> Integer\n",
        "a.py": service("f", "g"),
        "b.nml": "module B:0.1.0\n@stateless\nfun h : Integer -> Integer\n",
        "b.py": service("h"),
        "main.nml": "import A:0.1.0 as A\nimport B:0.1.0 as B\n[1] | A.f | B.h | A.g | B.h | Sinks.log\n",
    }
    assert list(services(files).values()) == [
        ["[1]"],
        ["A.f", "B.h", "A.g"],
        ["B.h"],
        ["Sinks.log"],
    ]
    files["a.nml"] = files["a.nml"].replace("fun ", "@stateless\nfun ")
    assert [own for own in services(files).values() if len(own) > 1] == []


def test_modules_that_would_wait_for_each_other_share_a_service() -> None:
    files = {
        "a.nml": "module A:0.1.0\nfun f : Integer -> Integer\nfun g : Integer -> Integer\n",
        "a.py": service("f", "g"),
        "b.nml": "module B:0.1.0\nfun h : Integer -> Integer\nfun i : Integer -> Integer\n",
        "b.py": service("h", "i"),
        "main.nml": "import A:0.1.0 as A\nimport B:0.1.0 as B\n[1] | (A.f | B.h & B.i | A.g) | Sinks.log\n",
    }
    assert sorted(max(services(files).values(), key=len)) == ["A.f", "A.g", "B.h", "B.i"]


def test_a_file_that_is_good_only_as_a_whole_is_written_where_its_values_are_read() -> None:
    files = {"main.nml": 'def w = Sources.jsonl<Integer> { path = "a" } | Sinks.parquet { path = "b" }\n'}
    assert list(services(files).values()) == [["Sources.jsonl", "Sinks.parquet"]]


REFUSED = [
    (
        "def w = Sources.stdin | Sinks.stdout",
        {},
        "Sources.stdin has nobody to read from: a container has no standard input",
        "take requests (`Sources.http`), or name a file on the volume `work`: --set stdin=FILE",
    ),
    (
        'def w = Sources.jsonl<Text> { path = "-" } | Sinks.stdout',
        {},
        "Sources.jsonl has nobody to read from: a container has no standard input",
        "take requests (`Sources.http`), or name a file on the volume `work`: --set stdin=FILE",
    ),
    (
        "def w = Sources.stdin | Sinks.stdout",
        {"stdin": "/etc/passwd"},
        "the setting stdin names a file that is not on a volume",
        "a relative path is one on the volume `work`",
    ),
    (
        'def w = Sources.http<Text> { http_path = "/x", http_host = "127.0.0.1" } | Sinks.stdout',
        {},
        "Sources.http listens on 127.0.0.1, which is inside its container",
        'leave http_host out, or say http_host = "0.0.0.0": the port is published from there',
    ),
    (
        'def w = Sources.nats<Text> { nats_subject = "x" } | Sinks.stdout',
        {},
        "Sources.nats looks for its server on localhost, its own container",
        'say where it is: nats_host = $NAME, or "host.docker.internal" for this machine',
    ),
    (
        'def w = ["a"] | Sinks.jsonl { path = "/tmp/x" }',
        {},
        "Sinks.jsonl names the file /tmp/x, which is not on a volume",
        "a relative path is one on the volume `work`",
    ),
    (
        'def w = ["a"] | Conv.to_json { on_error = "dead_letter", dead_letter = "/x" } | Sinks.stdout',
        {},
        "dead letters at an absolute path are not on a volume",
        "a relative path is",
    ),
    (
        'def v = Sources.http<Text> { http_path = "/x" } | Sinks.log\n'
        'def w = Sources.http<Text> { http_path = "/y" } | Sinks.log',
        {},
        "port 8080 is that of two services, v-http and w-http",
        "give each its own http_port, or build one workflow alone: nsc build PATH WORKFLOW",
    ),
    (
        'def v = Sources.jsonl<Text> { path = "a" } | Sinks.jsonl { path = "b" }\n'
        'def w = Sources.jsonl<Text> { path = "b" } | Sinks.jsonl { path = "a" }',
        {},
        "workflows wait for what the other writes: v, w",
        "build one of them alone: nsc build PATH WORKFLOW",
    ),
    (
        'def w = Sources.http<Text> { http_path = "/x", http_port = $PORT } | Sinks.stdout',
        {"secrets": "file"},
        "Sources.http has its port from a secret, which Compose does not read",
        "write the number; HTTP_PORT_NUMBER publishes it under another one",
    ),
    (
        'def w = ["a"] | Sinks.stdout',
        {"project": "Shop"},
        "the setting project is no name for Compose",
        "small letters and digits, and - and _ behind the first: --set project=shop-orders",
    ),
    (
        'def w = ["a"] | Sinks.stdout',
        {"channel_messages": "many"},
        "the setting channel_messages is no number from 1 on",
        "as in: --set channel_messages=1000",
    ),
]


@pytest.mark.parametrize(("program", "settings", "title", "remedy"), REFUSED)
def test_what_containers_cannot_do_is_told_with_its_remedy(
    program: str, settings: dict[str, str], title: str, remedy: str
) -> None:
    compiled = compile_texts({"main.nml": program + "\n"})
    found, problems = compiled.checked.compilation.build(
        compiled.path, tuple(compiled.graphs.values()), "compose", settings=settings
    )
    assert found is None
    assert [(problem.title, problem.notes) for problem in problems] == [(title, (remedy,))]
    assert len(title) <= 80


def test_places_that_compose_has_no_machine_for_are_told_of() -> None:
    for facts, told in (
        (
            {"runs_on": "gpu"},
            ("the place all is to run on gpu: Compose has one machine", "leave `runs-on` out for this target"),
        ),
        (
            {"replicas": 3},
            (
                "the place all is to have 3 replicas",
                "serve-count can have one: count is neither @stateless nor async (main.nml:8:80)",
            ),
        ),
    ):
        place = Placement(name="all", modules=("Shop.Orders:0.1.0",), **facts)  # type: ignore[arg-type]
        assert [(own.title, own.remedy) for own in refused(place)] == [told]
    assert refused(Placement(name="all", modules=("Iris.Classify:0.1.0",), replicas=1)) == ()
    assert refused(Placement(name="none", modules=("Other:0.1.0",), runs_on="gpu")) == ()


def refused(place: Placement) -> tuple[Unsupported, ...]:
    """What is said of a place."""
    graphs = tuple(compile_texts(IRIS).graphs.values())
    settings = {own.name: own.default for own in BACKEND.settings}
    return BACKEND.unsupported(
        Build(module="m", package="p", graphs=graphs, compiler="0", placements=(place,), settings=settings)
    )


def test_a_value_goes_once_to_a_service_that_has_several_branches() -> None:
    files = {
        "a.nml": "module A:0.1.0\nfun f : Integer -> Integer\nfun g : Double -> Integer\n",
        "a.py": service("f", "g"),
        "main.nml": "import A:0.1.0 as A\n[1] | (A.f & A.g) | Sinks.log\n",
    }
    crossings = re.findall("^#   (.*)", text(emitted(files), "compose.yaml"), re.MULTILINE)
    assert crossings == ["main-literal -> main-f : Integer", "main-f -> main-log : Integer"]


def test_a_port_from_the_environment_is_asked_for(tmp_path: Path) -> None:
    files = {"main.nml": 'def w = Sources.http<Text> { http_path = "/x", http_port = $PORT } | Sinks.stdout\n'}
    folder = written(emitted(files), tmp_path)
    command = [containers.COMPOSE, "config"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "is the port of Sources.http" in told.stderr
    given = {**os.environ, "PORT": "8090"}
    told = subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert 'published: "8090"' in told.stdout
    assert "PORT: " in told.stdout


def test_a_variable_that_is_not_set_is_told_before_anything_starts(tmp_path: Path) -> None:
    files = {"main.nml": 'def w = ["a"] | Std.single | Sinks.csv { path = $OUT }\n'}
    folder = written(emitted(files), tmp_path)
    command = [containers.COMPOSE, "config"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "set OUT: Sinks.csv needs it for path" in told.stderr
    for given in ("out.csv", ""):
        told = subprocess.run(
            command, cwd=folder, env={**os.environ, "OUT": given}, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr
        assert f"OUT: {given or chr(34) * 2}\n" in told.stdout


def test_services_whose_names_would_be_one_are_told_apart() -> None:
    files = {"main.nml": "def w_x = [1] | Sinks.log\ndef W'x = [2] | Sinks.log\n".replace("W'", "w'")}
    assert list(services(files)) == ["w-x-literal", "w-x-log", "w-x-literal-2", "w-x-log-2"]


HOSTILE = {
    "a/module.nml": "module Plant.Length:0.1.0\n\n@stateless\nfun länge : Integer -> Integer\n",
    "a/service.py": service("länge"),
    "b/module.nml": "module Plant.Longer:0.1.0\n\n@stateless\nfun länge : Integer -> Integer\n",
    "b/service.py": service("länge"),
    "main.nml": """module Names:0.1.0

import Plant.Length:0.1.0 as A
import Plant.Longer:0.1.0 as B

def größe = [5] | A.länge | B.länge | Sinks.log
def grüße = [6] | A.länge | Sinks.log
def x__y' = [7] | Sinks.log
def 数 = [8] | Sinks.log
""",
}


def test_names_that_compose_would_refuse_are_written_in_ascii_and_told_apart_by_a_hash(tmp_path: Path) -> None:
    found = emitted(HOSTILE)
    folder = written(found, tmp_path / "hostile")
    checked(folder)
    told = subprocess.run(
        [containers.COMPOSE, "--file", str(folder / "compose.yaml"), "config", "--services"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = told.stdout.split()
    assert len(names) == len(set(names)) == 2 + 4 + 3 + 2 + 2
    compose = text(found, "compose.yaml")
    used = re.findall(r"^    image: \$\{REGISTRY:-\}(.*):[0-9a-f]{12}$", compose, re.MULTILINE)
    assert len(set(used)) == 3
    channels = re.findall(r'^      - "(.*)"$', compose, re.MULTILINE)
    for name in (*names, *used, *(one for line in channels for one in line.split(","))):
        assert re.fullmatch(r"[a-z0-9][A-Za-z0-9_.-]*", name), name
    assert emitted(HOSTILE) == found
    alone = {**HOSTILE, "main.nml": HOSTILE["main.nml"].replace("def x__y' = [7] | Sinks.log\n", "")}
    assert set(services(alone)) == set(services(HOSTILE)) - {"x--y-literal", "x--y-log", "x--y--literal", "x--y--log"}


LINKED = {
    "main.nml": """def first = [1, 2] | Sinks.jsonl { path = "mid.jsonl" }
def second = Sources.jsonl<Integer> { path = "./mid.jsonl" } | Sinks.jsonl { path = "end.jsonl" }
def third = Sources.jsonl<Integer> { path = "other.jsonl" } | Sinks.log
def fourth = Sources.schedule { cron = "0 2 * * *" } | Sinks.jsonl { path = "nights.jsonl" }
def fifth = Sources.jsonl<()> { path = "nights.jsonl" } | Sinks.log
"""
}


def test_a_workflow_that_reads_what_another_one_writes_waits_for_its_end(tmp_path: Path) -> None:
    folder = written(emitted(LINKED), tmp_path / "linked")
    checked(folder)
    command = [containers.COMPOSE, "--file", str(folder / "compose.yaml"), "config", "--format", "json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["services"]
    links = {
        (name, other): how["condition"]
        for name, service in found.items()
        for other, how in service.get("depends_on", {}).items()
        if other not in ("broker", "channels")
    }
    assert links == {("second-jsonl", "first-jsonl"): "service_completed_successfully"}


def test_compose_is_what_starts_it() -> None:
    assert emitted(IRIS).start == ("docker", "compose", "up")
    assert os.path.exists(containers.COMPOSE)


SCALED = {
    "a.nml": "module A:0.1.0\n@stateless\nfun f : Integer -> Integer\nfun g : Integer -> Integer\n"
    "@stateless\nfun h : Integer -> Void\n",
    "a.py": service("f", "g", "h"),
    "b.nml": "module B:0.1.0\n@stateless\nfun i : Integer -> Integer\nfun total : Integer -> Integer\n",
    "b.py": service("i", "total"),
}


@pytest.mark.parametrize(
    ("stages", "why"),
    [
        ("A.f", None),
        ("A.g", "g is neither @stateless nor async (main.nml:3:15)"),
        ("A.f { ordered = true }", "f is to keep the order (main.nml:3:15)"),
        ("A.f | Std.single | Conv.to_csv", "Conv.to_csv keeps a header for all rows"),
        ("A.f | B.i", None),
        ("A.f | B.total", "the order may matter to B.total: ordered = false says that it does not (main.nml:3:21)"),
        ("A.f { ordered = false } | B.total", None),
    ],
)
def test_a_stage_runs_several_times_where_that_changes_no_answer(stages: str, why: str | None) -> None:
    program = f"import A:0.1.0 as A\nimport B:0.1.0 as B\ndef w = [1] | {stages} | Sinks.log\n"
    found = text(emitted({**SCALED, "main.nml": program}), "compose.yaml")
    about = found[found.index("# A.") :]
    label = re.search(r"nstack\.alone: >-\n((?: {8}.*\n)+)", about[: about.index("healthcheck")])
    assert (label and " ".join(label[1].split())) == why
