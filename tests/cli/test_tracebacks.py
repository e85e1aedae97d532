"""Tracebacks of user code name the file that the user edits, or where there is only a copy that."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

SERVICE = """\
import os
import traceback

import nstack
from parts import dividing


class Module(nstack.Module):
    def half(self, text):
        try:
            dividing.by_nothing(text)
        except ZeroDivisionError:
            traceback.print_exc()
        if text == "edit":
            with open(os.environ["EDITED"], "w") as file:
                file.write("# written while it runs\\n" * 20)
        return dividing.by_nothing(text)
"""
DIVIDING = "def by_nothing(text):\n    return [1 / 0 for _ in text]\n"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    (folder / "parts").mkdir(parents=True)
    (folder / "module.nml").write_text(
        "module Demo:0.1.0\n\nfun half : Text -> Integer\n\ndef w = Sources.stdin | half | Sinks.log\n"
    )
    (folder / "nstack.yaml").write_text("stack: {language: python}\nfiles:\n  - parts/**\n")
    (folder / "service.py").write_text(SERVICE)
    (folder / "parts" / "dividing.py").write_text(DIVIDING)
    return folder


def files(text: str) -> set[str]:
    """The files that tracebacks name."""
    return set(re.findall(r'File "([^"]+)"', text))


@pytest.mark.thorough
def test_they_name_the_files_of_the_module(nsc: Nsc, demo: Path) -> None:
    own = {str(demo / "service.py"), str(demo / "parts" / "dividing.py")}
    for _ in range(2):  # the second time with bytecode that was kept
        done = nsc("run", "demo", input="a\n")
        assert done.returncode == 1
        assert files(done.stderr) == own, done.stderr
    (demo / "parts" / "dividing.py").write_text("def f(:\n")
    done = nsc("run", "demo", input="a\n")
    assert files(done.stderr) == own, "that of a syntax error too"


def test_they_show_the_lines_that_ran(nsc: Nsc, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLAIN, "EDITED", str(demo / "parts" / "dividing.py"))
    done = nsc("run", "demo", input="edit\n")
    assert "# written while it runs" in (demo / "parts" / "dividing.py").read_text()
    assert done.stderr.count("return [1 / 0 for _ in text]") >= 2
    assert "# written while it runs" not in done.stderr


def test_what_was_built_names_its_own(nsc: Nsc, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert nsc("build", "demo", "-o", "out").returncode == 0
    out = demo.parent / "out"
    monkeypatch.setitem(PLAIN, "PYTHONPATH", os.pathsep.join([str(out), *sys.path]))
    copied = out / "demo" / "user" / "Demo-0.1.0"
    built = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=out,
        input="a\n",
        capture_output=True,
        text=True,
        env=PLAIN,
        timeout=60,
        check=False,
    )
    assert files(built.stderr) == {str(copied / "service.py"), str(copied / "parts" / "dividing.py")}
