"""The commands of the page on Airflow: each is run, those of Airflow by a real one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from engines.airflow_client import LIMIT, NEEDS_AIRFLOW, airflow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/airflow.md").read_text()
BLOCKS = re.findall(r"^(<!-- airflow -->\n)?```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = re.findall(r"^```nml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def bash(text: str, folder: Path, **environment: str) -> str:
    """What commands print; each has to succeed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.pop("PATH", os.environ["PATH"])])
    done = subprocess.run(
        ["bash", "-euc", text],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_builds_of_the_page_build(tmp_path: Path) -> None:
    (program,) = PROGRAMS
    (tmp_path / "main.nml").write_text(program)
    (tmp_path / "main.py").write_text("import nstack\n\n\nclass Module(nstack.Module):\n    def orders(self, _): ...\n")
    commands = [text for marked, text in BLOCKS if not marked]
    assert commands
    for command in commands:
        bash(command, tmp_path)
    text = next(tmp_path.rglob("main_nightly.py")).read_text()
    assert '"OUT": "orders-{{ ds }}.jsonl"' in text


@NEEDS_AIRFLOW
@pytest.mark.thorough
def test_the_run_of_the_page_runs(tmp_path: Path) -> None:
    engine = airflow()
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", "build"))
    (build,) = re.findall(r"^\$ (nsc build .*)$", PAGE, re.MULTILINE)
    bash(build, tmp_path)
    (tmp_path / "environment").symlink_to(sys.prefix)
    (command,) = [text for marked, text in BLOCKS if marked]
    given = engine.environment(AIRFLOW__CORE__DAGS_FOLDER=str(tmp_path / "dags"))
    script = tmp_path / "bin"
    script.mkdir()
    # Airflow's command has a Python of its own, which must not find the packages of this one.
    (script / "airflow").write_text(f'#!/bin/sh\nPYTHONPATH= exec {engine.bin}/airflow "$@"\n')
    (script / "airflow").chmod(0o755)
    given["PATH"] = f"{script}:{os.environ['PATH']}"
    shown = bash(command, tmp_path, **given)
    assert "state=success" in shown
    assert json.loads(shown.splitlines()[-1]).keys() == {"species", "prediction"}
    assert len((tmp_path / "examples/iris/verdicts.jsonl").read_text().splitlines()) == 50
