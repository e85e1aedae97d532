"""Modules that cannot start: each a clear error, with the user's own traceback."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package

Lines = Callable[..., str]


def test_an_import_that_fails_shows_its_own_traceback(package: Package, lines: Lines) -> None:
    package.write(lines("f; Text; Text;"), m="import nstack\nfrom helper import value\n")
    package.file("m/helper.py", "value = 1 / 0\n")
    done = package.run()
    assert done.returncode == 1
    assert "service.py of Some.Module:0.1.0 cannot be imported: ZeroDivisionError: division by zero" in done.stderr
    assert "helper.py" in done.stderr
    assert "importlib" not in done.stderr
    assert "nstack/runtime" not in done.stderr


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ("x = 1\n", "service.py defines no class Module or class Service"),
        ("class Module:\n    pass\n", "class Module in service.py has no method f; m/module.nml declares fun f"),
        (
            "class Module:\n    def __init__(self, needed):\n        pass\n",
            "Module() of Some.Module:0.1.0 failed: TypeError",
        ),
        (
            "class Module:\n    def startup(self):\n        raise OSError('no model')\n    f = len\n",
            "startup() of Some.Module:0.1.0 failed: OSError: no model",
        ),
        ("class Module(:\n", "SyntaxError"),
        (
            "import no_such_thing\n",
            "ModuleNotFoundError: No module named 'no_such_thing'; install the package that has it, and name it in",
        ),
    ],
)
def test_a_module_that_cannot_start(package: Package, lines: Lines, service: str, says: str) -> None:
    package.write(lines("f; Text; Text;"), m=service)
    done = package.run()
    assert done.returncode == 1
    assert says in done.stderr
    assert "nstack/runtime" not in done.stderr


def test_no_service_file(package: Package, lines: Lines) -> None:
    package.write(lines("f; Text; Text;"))
    done = package.run()
    assert done.returncode == 1
    assert "no service.py in" in done.stderr


def test_the_collector_waits_until_the_runtime_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "module.nml").write_text(
        'module Some.Collected:0.1.0\nfun f : Text -> Text\ndef w = "on" | f | Sinks.stdout\n'
    )
    (tmp_path / "service.py").write_text(
        textwrap.dedent(
            """
            import gc
            import weakref

            import nstack

            AT_IMPORT = gc.isenabled(), gc.get_freeze_count() > 10_000

            class Module(nstack.Module):
                def f(self, text):
                    class Ring: pass
                    found = Ring(), []
                    found[0].ring = found
                    gone = weakref.ref(found[0])
                    del found
                    kept = []
                    while gone() is not None and len(kept) < 1_000_000:
                        kept.append([])
                    return f"{text} {AT_IMPORT} {gone() is None}"
            """
        )
    )
    nsc = [sys.executable, "-m", "nscompiler"]
    subprocess.run([*nsc, "build", ".", "-o", "built"], cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-m", "some_collected"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": "built"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "on (True, True) True\n", done.stderr
