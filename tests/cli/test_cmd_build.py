"""``nsc build``: what is written where, and what is left alone."""

import json
from pathlib import Path

import pytest
from running_nsc import Nsc

from nscompiler.cli.main import main

ONE = "module Demo.One:0.1.0\n\ndef w = Sources.stdin | Sinks.stdout\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "one.nml").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_build_as_a_process(nsc: Nsc, here: Path) -> None:
    done = nsc("build", "one.nml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "build/demo_one\n", "")
    built = contents(here / "build" / "demo_one")
    assert {"manifest.json", "requirements.txt", "demo_one/__main__.py", "demo_one/flow_w.py"} <= built.keys()
    assert any(name.startswith("runtime/nstack_runtime-") and name.endswith(".whl") for name in built)
    assert json.loads(built["manifest.json"])["module"] == "Demo.One:0.1.0"


def test_building_twice_and_from_elsewhere_gives_the_same_bytes(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "nstack-project.yaml").write_text("modules: [sub]\n")
    (here / "sub").mkdir()
    (here / "sub" / "module.nml").write_text(ONE)
    (here / "one.nml").unlink()
    assert main(["build", "sub", "-o", "first"]) == 0
    assert main(["build", ".", "-o", "second"]) == 0
    monkeypatch.chdir(here / "sub")
    assert main(["build", "module.nml", "-o", "../third"]) == 0
    assert contents(here / "first") == contents(here / "second") == contents(here / "third")


def test_an_older_build_is_replaced(here: Path) -> None:
    assert main(["build", "one.nml", "-o", "out"]) == 0
    (here / "out" / "stale.txt").write_text("from before")
    (here / "one.nml").write_text(ONE.replace("def w", "def other"))
    assert main(["build", "one.nml", "-o", "out"]) == 0
    assert "demo_one/flow_other.py" in contents(here / "out")
    assert not {"stale.txt", "demo_one/flow_w.py"} & contents(here / "out").keys()
    assert sorted(path.name for path in here.iterdir()) == ["one.nml", "out"]


@pytest.mark.parametrize("content", ["file", "folder"])
def test_what_is_no_build_is_left_alone(here: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    if content == "file":
        (here / "out").write_text("mine")
    else:
        (here / "out").mkdir()
        (here / "out" / "thesis.txt").write_text("mine")
    before = contents(here)
    assert main(["build", "one.nml", "-o", "out"]) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert contents(here) == before
    if content == "file":
        assert (here / "out").read_text() == "mine"


def test_an_empty_folder_may_be_built_into(here: Path) -> None:
    (here / "out").mkdir()
    assert main(["build", "one.nml", "-o", "out"]) == 0
    assert (here / "out" / "manifest.json").is_file()


def test_an_error_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "one.nml").write_text(ONE + "def x = nothing\n")
    assert main(["build", "one.nml"]) == 1
    captured = capsys.readouterr()
    assert "NS0401" in captured.err
    assert captured.out == ""
    assert not (here / "build").exists()


def test_several_files_become_several_packages(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "two.nml").write_text("Sources.stdin | Sinks.log\n")
    (here / "json.nml").write_text("Sources.stdin | Sinks.log\n")
    assert main(["build", ".", "-o", "out"]) == 0
    # A package called json would hide Python's own.
    assert sorted(capsys.readouterr().out.split()) == ["out/demo_one", "out/json_flow", "out/two"]


def test_a_project_builds_what_it_lists(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "nstack-project.yaml").write_text("modules: [sub]\n")
    (here / "sub").mkdir()
    (here / "sub" / "module.nml").write_text(ONE.replace("One", "Two"))
    assert main(["build", "."]) == 0
    assert capsys.readouterr().out == "build/demo_two\n"


def test_nothing_to_build(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "one.nml").write_text("module Demo:0.1.0\n\nfun f : Text -> Text\n")
    assert main(["build", "one.nml"]) == 1
    assert "no workflow to build" in capsys.readouterr().err


def test_an_unknown_target(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "one.nml", "--target", "mainframe"]) == 2
    printed = capsys.readouterr().err
    assert "no target mainframe" in printed
    assert "local" in printed


def test_workflows_that_are_named_are_built_alone(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "one.nml").write_text(ONE + 'def other = ["a"] | Sinks.stdout\n')
    assert main(["build", "one.nml", "other", "-o", "out"]) == 0
    assert {path.name for path in (here / "out/demo_one").glob("flow_*.py")} == {"flow_other.py"}
    assert main(["build", "one.nml", "othr"]) == 1
    assert "one.nml has no workflow called othr" in capsys.readouterr().err


READS = """module Demo.One:0.1.0

fun price : Integer -> Double with { rate : Double = 1.5, region : "eu" | "us" = "eu", wait : Duration = 1 }
def w = Sources.jsonl<Integer> { path = "in" } | price | Sinks.jsonl { path = "w.out" }
def fixed = Sources.jsonl<Integer> { path = "in" } | price { rate = 2 } | Sinks.jsonl { path = "out" }
"""


def parameters_of(folder: Path, workflow: str) -> str:
    return next(folder.rglob(f"flow_{workflow}.py")).read_text()


def test_parameters_are_bound_for_what_is_built(here: Path) -> None:
    (here / "one.nml").write_text(READS)
    (here / "one.py").write_text("import nstack\nclass Module(nstack.Module):\n    def price(self, x): return x\n")
    bound = ["--set", "rate=3", "-p", "region=us", "--set", "wait=1m30s", "--set", "mode=$MODE", "--set", "retry=2"]
    assert main(["build", "one.nml", *bound, "-o", "out"]) == 0
    text = parameters_of(here / "out", "w")
    for written in (
        '"rate", "Double", 3.0',
        '"region", "enum", "us"',
        '"wait", "Duration", 90.0',
        'environment="MODE"',
    ):
        assert written in text
    assert "retry=2" in text
    assert '"rate", "Double", 2.0' in parameters_of(here / "out", "fixed"), "what the program binds stays"
    manifest = json.loads((here / "out/manifest.json").read_text())
    assert manifest["environment"] == ["MODE"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--set", "base=x"], "--set base: nothing in these workflows reads a parameter base"),
        (["--set", "raet=2"], "reads a parameter raet; did you mean `rate`?"),
        (["--set", "rate=much"], "--set rate: 'much' is not a number"),
        (["--set", "region=asia"], '--set region: \'asia\' is not one of "eu", "us"'),
        (["--set", "retry=-1"], "--set retry: '-1' is not a number from 0"),
        (["--set", "timeout=$LONG"], "--set timeout: timeout cannot come from the environment"),
        (["fixed", "-p", "path=x"], "--set path: the program sets path itself, at one.nml:5:"),
    ],
)
def test_what_cannot_be_bound(here: Path, capsys: pytest.CaptureFixture[str], given: list[str], told: str) -> None:
    (here / "one.nml").write_text(READS)
    (here / "one.py").write_text("import nstack\nclass Module(nstack.Module):\n    def price(self, x): return x\n")
    assert main(["build", "one.nml", *given]) == 1
    assert told in capsys.readouterr().err
    assert not (here / "build").exists()


def test_a_binding_without_a_value(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "one.nml", "--set", "base"]) == 2
    assert "`--set base` has no value; write `--set base=VALUE`" in capsys.readouterr().err


def test_pictures_are_built_again_over_older_ones(here: Path) -> None:
    assert main(["build", "one.nml", "--target", "graph"]) == 0
    assert main(["build", "one.nml", "--target", "graph"]) == 0
    assert {"manifest.json", "w.svg", "w.mmd", "w.dot"} <= set(contents(here / "build" / "demo_one-graph"))


def test_a_build_for_all_targets_has_a_folder_for_each(here: Path) -> None:
    assert main(["build", "one.nml", "--target", "all", "-o", "out"]) == 0
    assert "local" in {path.name for path in (here / "out").iterdir()}
    assert "graph" not in {path.name for path in (here / "out").iterdir()}, "pictures do not run"


def test_a_locked_release_may_not_change(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "one.nml"]) == 0
    assert not (here / "nstack.lock").exists()
    assert main(["build", "--lock", "one.nml"]) == 0
    assert main(["check"]) == 0
    (here / "one.nml").write_text(ONE + "def also = Std.identity\n")
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "NS0251" in capsys.readouterr().out


def test_python_helpers_and_listed_files_are_copied(here: Path) -> None:
    folder = here / "mod"
    folder.mkdir()
    (folder / "module.nml").write_text(
        "module Mod:0.1.0\n\nfun f : Text -> Text\ndef w = Sources.stdin | f | Sinks.stdout\n"
    )
    (folder / "service.py").write_text("import nstack\nclass Module(nstack.Module):\n    def f(self, x): return x\n")
    (folder / "helpers.py").write_text("X = 1\n")
    (folder / "nstack.yaml").write_text("stack: {language: python}\nfiles: ['*.csv']\n")
    (folder / "data.csv").write_text("a\n")
    (folder / "notes.txt").write_text("not listed\n")
    assert main(["build", "mod", "-o", "out"]) == 0
    copied = {Path(name).name for name in contents(here / "out") if "/user/" in name}
    assert {"service.py", "helpers.py", "data.csv", "module.nml"} <= copied
    assert "notes.txt" not in copied
