"""Places that commands print lead from where the command was given; a build names them from the project's root."""

import json
import re
from pathlib import Path

import pytest
from running_nsc import Nsc

TEXT = """\
module Demo:0.1.0

type Line = { text : Text }

fun read : Text -> Line
fun size : Line -> Integer

def w = Sources.stdin | read | size | Sinks.log
"""
SERVICE = """\
import nstack


class Module(nstack.Module):
    def read(self, text):
        return {"text": text}

    def size(self, line):
        return len(line.text) / 0
"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A module in a project, and a folder beside the project."""
    folder = tmp_path / "project" / "parts" / "demo"
    folder.mkdir(parents=True)
    (tmp_path / "project" / "nstack-project.yaml").write_text("modules: [parts/demo]\n")
    (folder / "module.nml").write_text(TEXT)
    (folder / "service.py").write_text(SERVICE)
    (tmp_path / "beside").mkdir()
    return folder


@pytest.mark.thorough
@pytest.mark.parametrize("cwd", ["project/parts", "project/parts/demo", "beside"])
def test_they_lead_from_the_current_folder(nsc: Nsc, tmp_path: Path, demo: Path, cwd: str) -> None:
    here = tmp_path / cwd
    path = {"project/parts": "demo", "project/parts/demo": ".", "beside": "../project"}[cwd]
    ran = nsc("run", path, input="a\n", cwd=here)
    listed = json.loads(nsc("impact", "Line.text", path, "--format", "json", cwd=here).stdout)
    shown = nsc("impact", "Line.text", path, cwd=here).stdout
    files = re.findall(r"(\S+\.nml):\d+:\d+", shown)
    files += [stage["file"] for workflow in listed["workflows"] for stage in workflow["stages"]]
    files += re.findall(r"at=(\S+\.nml):\d+:\d+", ran.stderr)
    assert len(files) > 5
    assert {(here / file).resolve() for file in files} == {(demo / "module.nml").resolve()}, files


def test_a_build_names_them_from_the_root_of_its_project(nsc: Nsc, tmp_path: Path, demo: Path) -> None:
    out = tmp_path / "out"
    assert nsc("build", ".", "-o", str(out), cwd=demo).returncode == 0
    assert "parts/demo/module.nml:8:" in (out / "demo" / "flow_w.py").read_text()
