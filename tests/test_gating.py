"""What gates a build with ``nsc check``: the hook, the action, the snippets of docs/ci.md, and our own examples."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import literate
import pytest
from ruamel.yaml import YAML

from nscompiler.diagnostics.render import FORMATS

ROOT = Path(__file__).parent.parent
EXAMPLES = ("examples/iris", "examples/orders", "examples/tutorial")
WRONG = "module Flows:0.1.0\n\nfun f : Text -> Integer\ndef w = Sources.stdin | f | Sinks.stdout\n"
RIGHT = WRONG.replace("Integer", "Text")


def load(text: str):
    return YAML(typ="safe", pure=True).load(text)


HOOKS = load((ROOT / ".pre-commit-hooks.yaml").read_text())
ACTION = load((ROOT / "action.yml").read_text())
SNIPPETS = [block for block in literate.blocks(ROOT / "docs" / "ci.md") if block.language == "yaml"]


def plain(**more: str) -> dict[str, str]:
    """An environment for ``nsc`` of this checkout and nothing that changes its output."""
    search = os.pathsep.join([str(ROOT), str(ROOT / "stdlib"), str(ROOT / "lsp")])
    left_out = ("NO_COLOR", "FORCE_COLOR", "NSC_DOCS_URL", "NSTACK_PATH")
    here = {name: value for name, value in os.environ.items() if name not in left_out}
    path = os.pathsep.join([str(Path(sys.executable).parent), here["PATH"]])
    return {**here, "PYTHONPATH": search, "PATH": path, **more}


def nsc(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "nscompiler", *arguments]
    return subprocess.run(line, cwd=cwd, env=plain(), capture_output=True, text=True, check=False, timeout=60)


# --- our own examples


@pytest.mark.parametrize("form", FORMATS)
def test_the_examples_pass_in_every_form(form):
    done = nsc("check", "--format", form, *EXAMPLES)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_lint_checks_the_examples_and_all_of_them():
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert f"nsc check --format concise {' '.join(EXAMPLES)}\n" in recipe
    projects = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("examples/*/nstack-project.yaml")}
    assert projects == set(EXAMPLES)


# --- pre-commit


def test_a_hook_fails_on_an_error_and_passes_without(tmp_path):
    (hook,) = [hook for hook in HOOKS if hook["id"] == "nsc-check"]
    command, *arguments = hook["entry"].split()
    assert command == "nsc"
    assert hook["pass_filenames"] is False
    (tmp_path / "flows.nml").write_text(WRONG)
    done = nsc(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("flows.nml:4:29: error[NS0301] ")
    (tmp_path / "flows.nml").write_text(RIGHT)
    assert nsc(*arguments, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("w.nml", True),
        ("a/b/module.nml", True),
        ("a/service.py", True),
        ("nstack.yaml", True),
        ("a/nstack-project.yaml", True),
        ("my_service.py", False),
        ("a/nml.txt", False),
        ("README.md", False),
    ],
)
def test_a_hook_runs_where_its_files_change(path, concerned):
    (hook,) = [hook for hook in HOOKS if hook["id"] == "nsc-check"]
    assert bool(re.search(hook["files"], path)) is concerned


def test_the_other_hook_lays_out_the_files_that_it_is_given(tmp_path):
    (hook,) = [hook for hook in HOOKS if hook["id"] == "nsc-format"]
    command, *arguments = hook["entry"].split()
    assert command == "nsc"
    assert re.search(hook["files"], "a/w.nml")
    assert not re.search(hook["files"], "service.py")
    for name in ("given", "other"):
        (tmp_path / f"{name}.nml").write_text("def  w=Sources.stdin|Sinks.stdout\n")
    done = nsc(*arguments, "given.nml", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "given.nml").read_text() == "def w = Sources.stdin | Sinks.stdout\n"
    assert (tmp_path / "other.nml").read_text() == "def  w=Sources.stdin|Sinks.stdout\n"
    assert nsc(*arguments, "given.nml", cwd=tmp_path).stdout == ""


def test_hooks_install_the_runtime_beside_the_compiler():
    for hook in HOOKS:
        (needed,) = hook["additional_dependencies"]
        folder = needed.partition("[")[0]
        assert (ROOT / folder / "pyproject.toml").is_file()


# --- the action


def run_check(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The action's last step, with the compiler of this checkout where its first ones would put it."""
    step = ACTION["runs"]["steps"][-1]
    place = tmp_path / "runner" / "nsc" / "bin"
    place.mkdir(parents=True)
    program = place / "nsc"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nscompiler "$@"\n')
    program.chmod(0o755)
    inputs = dict.fromkeys(step["env"], "") | {"PATHS": ACTION["inputs"]["paths"]["default"]} | given
    environment = plain(RUNNER_TEMP=str(tmp_path / "runner"), **inputs)
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # as a runner starts it
    return subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_action_annotates_and_fails(tmp_path):
    (tmp_path / "flows.nml").write_text(WRONG)
    done = run_check(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error file=flows.nml,line=4,endLine=4,col=29,")


def test_the_action_passes_what_is_right(tmp_path):
    (tmp_path / "flows.nml").write_text(RIGHT)
    done = run_check(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_action_writes_sarif_with_links_before_it_fails(tmp_path):
    (tmp_path / "flows.nml").write_text(WRONG)
    done = run_check(tmp_path, SARIF_FILE="a b.sarif", SERVER="https://git.example", REPOSITORY="o/r", REF="v1")
    assert done.returncode == 1
    (run,) = json.loads((tmp_path / "a b.sarif").read_text())["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://git.example/o/r/blob/v1/docs/diagnostics/NS0301.md"


def test_the_action_takes_several_paths_and_options(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "w.nml").write_text(WRONG.replace("Flows", name.capitalize()))
    assert run_check(tmp_path, PATHS="one\ntwo", OPTIONS="--select NS03  --exit-zero").stdout.count("::error") == 2


def test_what_is_given_to_the_action_is_never_run(tmp_path):
    done = run_check(tmp_path, PATHS="$(touch ran) `touch ran` ;touch ran", OPTIONS="")
    assert done.returncode == 1
    assert not (tmp_path / "ran").exists()
    scripts = [step.get("run", "") for step in ACTION["runs"]["steps"]]
    assert not any("${{" in script for script in scripts)


def test_inputs_of_the_action_are_used_and_described():
    text = json.dumps(ACTION["runs"])
    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in text] == []
    used = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION)))
    assert used == set(ACTION["inputs"])


# --- the page


def test_snippets_name_hooks_and_inputs_that_there_are():
    assert len(SNIPPETS) >= 4
    documents = [load(block.text) for block in SNIPPETS]
    ours = [repo for one in documents if "repos" in one for repo in one["repos"] if repo["repo"] != "local"]
    assert {hook["id"] for repo in ours for hook in repo["hooks"]} <= {hook["id"] for hook in HOOKS}
    steps = [step for one in documents if "jobs" in one for step in one["jobs"]["check"]["steps"]]
    (own,) = [step for step in steps if "/nstack@" in step["uses"]]
    assert set(own["with"]) <= set(ACTION["inputs"])


def test_every_form_is_on_the_page():
    text = (ROOT / "docs" / "ci.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(FORMATS)
    assert set(re.findall(r"--format (\w+)", text)) <= set(FORMATS)
