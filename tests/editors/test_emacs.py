"""The mode of Emacs: byte-compiled without a warning, its own tests in a batch, and the language server in Eglot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MODE = ROOT / "lsp/editors/emacs/nml-mode.el"
LAID_OUT = ("orders/feed", "orders/types", "orders/pricing", "iris/workflows", "iris/classify")
RUN = ("-f", "ert-run-tests-batch-and-exit")
# Packages of the system are seen, but nothing else that is set up on the machine.
BATCH = ("--batch", "--no-init-file", "--no-site-file", "--eval", "(package-initialize)")


def emacs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A batch of Emacs in a home of its own; skips where there is none."""
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed; `make editors` says how")
    files = os.pathsep.join(str(ROOT / "examples" / name / "module.nml") for name in LAID_OUT)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"HOME": str(folder), "NML_LAID_OUT": files, "PATH": path}
    command = ["emacs", *BATCH, "-L", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | own, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the mode alone, so that what it is compiled to lies there."""
    shutil.copy(MODE, tmp_path)
    return tmp_path


def test_it_compiles_without_a_warning(folder: Path) -> None:
    strict = "(setq byte-compile-error-on-warn t)"
    done = emacs(folder, "--eval", strict, "-f", "batch-byte-compile", str(folder / MODE.name))
    assert done.returncode == 0, done.stderr


def test_the_mode(folder: Path) -> None:
    done = emacs(folder, "-l", str(HERE / "nml-mode-tests.el"), *RUN)
    assert done.returncode == 0, done.stderr
    assert "Ran 10 tests, 10 results as expected" in done.stderr


@pytest.mark.thorough
def test_the_server_answers_in_eglot(folder: Path) -> None:
    """Diagnostics, hover and formatting."""
    if emacs(folder, "--eval", "(require 'eglot)").returncode:
        pytest.skip("this Emacs has no Eglot; `make editors` says how")
    done = emacs(folder, "-l", str(HERE / "nml-eglot-tests.el"), *RUN)
    assert done.returncode == 0, done.stderr
    assert "Ran 1 tests, 1 results as expected" in done.stderr
