"""``make compiled``: the wheel that mypyc has compiled, in an environment of its own, before the tests that specify the
language. It has to say what the interpreted files say.

``environment(folder)`` is what benchmarks use too: the folder's Python, which has the compiled wheel.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = (
    "test_lang.py",
    "test_codes.py",
    "test_planted_faults.py",
    "test_recheck.py",
    "test_single.py",
    "grammar",
    "typecheck",
    "lints",
    "reference",
)
# The first looks at the files of the working tree, the other derives an interpreted class from a compiled one.
LEFT_OUT = (
    "tests/grammar/test_tables.py",
    "tests/grammar/test_plain_lark.py::test_both_refuse_the_same_texts_at_the_same_place",
)


def environment(folder: Path) -> Path:
    """A fresh environment with the compiled wheel, the runtime's, and all that this one has; its Python."""
    if folder.exists():
        shutil.rmtree(folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    # Behind its own packages. Path files in there are not followed, so what is installed as editable stays out.
    (packages / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    with tempfile.TemporaryDirectory() as made:
        for project in (ROOT, ROOT / "stdlib"):
            build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", made, str(project)]
            subprocess.run(build, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "NSC_COMPILE": "1"})
        wheels = [str(wheel) for wheel in Path(made).glob("*.whl")]
        install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        subprocess.run([*install, "--target", str(packages), *wheels], check=True)
    return folder / "bin" / "python"


def main(folder: Path) -> int:
    """Build, install and test; the exit code."""
    python = environment(folder)
    show = "import nscompiler.typecheck.infer as module; print(module.__file__)"
    run = [str(python), "-P"]  # the folder of the working tree is not looked into
    shown = subprocess.run([*run, "-c", show], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    if not shown.startswith(str(folder)) or not shown.endswith((".so", ".pyd")):
        print(f"{shown} is not compiled", file=sys.stderr)
        return 1
    tests = [f"tests/{name}" for name in TESTS]
    # The thorough ones look at what the interpreted files say, which these have to say as well.
    which = ["-m", "not soak and not thorough"]
    pytest = [*run, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", *which]
    left_out = [f"--deselect={test}" for test in LEFT_OUT]
    return subprocess.run([*pytest, *left_out, *tests], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
