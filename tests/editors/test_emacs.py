"""The mode of Emacs: byte-compiled without a warning, and its own tests in a batch."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODE = ROOT / "lsp/editors/emacs/nml-mode.el"
TESTS = Path(__file__).with_name("nml-mode-tests.el")
LAID_OUT = ("orders/feed", "orders/types", "orders/pricing", "iris/workflows", "iris/classify")


def emacs(folder: Path, *arguments: str) -> str:
    """What a batch of Emacs prints; skips where there is none."""
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed; `make editors` says how")
    files = os.pathsep.join(str(ROOT / "examples" / name / "module.nml") for name in LAID_OUT)
    own = {"HOME": str(folder), "NML_LAID_OUT": files}
    command = ["emacs", "-Q", "--batch", "-L", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | own, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the mode alone, so that what it is compiled to lies there."""
    shutil.copy(MODE, tmp_path)
    return tmp_path


def test_it_compiles_without_a_warning(folder: Path) -> None:
    emacs(folder, "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", str(folder / MODE.name))


def test_the_mode(folder: Path) -> None:
    said = emacs(folder, "-l", str(TESTS), "-f", "ert-run-tests-batch-and-exit")
    assert "0 unexpected" in said or "results as expected" in said
    assert "Ran 10 tests" in said
