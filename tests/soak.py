"""Runs the tests marked ``soak`` and keeps what came of it in ``docs/soak.json``.

    python tests/soak.py [--seed N] [-- pytest's arguments]

The seed is that of the random programs and values; the file names it, so that a run can be repeated. The exit code
is pytest's.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs/soak.json"


def main() -> int:
    """Run, keep the result, return pytest's exit code."""
    parser = argparse.ArgumentParser(description="Run the soak tests and keep the result in docs/soak.json.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("rest", nargs="*", help="handed on to pytest")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "soak.xml")
        start = time.monotonic()
        code = run(given.seed, report, given.rest)
        seconds = round(time.monotonic() - start, 1)
        tests = outcomes(report) if report.is_file() else []
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(result(given.seed, code, seconds, tests), indent=2) + "\n", "utf-8")
    print(f"kept in {KEPT.relative_to(ROOT)}")
    return code


def run(seed: int, report: Path, rest: list[str]) -> int:
    """Run pytest; tests find the seed in ``NSC_SEED``, hypothesis is given it."""
    options = ["-m", "soak", f"--junit-xml={report}", f"--hypothesis-seed={seed}", *rest]
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "NSC_SEED": str(seed)}, check=False).returncode


def outcomes(report: Path) -> list[dict[str, object]]:
    """Name, outcome and duration of each test of a JUnit report, and the properties it recorded."""
    tests = []
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        told: dict[str, object] = {
            "name": f"{case.get('classname')}::{case.get('name')}",
            "outcome": outcome,
            "seconds": round(float(case.get("time", "0")), 1),
        }
        told.update({item.get("name", ""): item.get("value") for item in case.iter("property")})
        tests.append(told)
    return tests


def result(seed: int, code: int, seconds: float, tests: list[dict[str, object]]) -> dict[str, object]:
    """The document that is kept."""
    found = [test["outcome"] for test in tests]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "seed": seed,
        "python": platform.python_version(),
        "exit_code": code,
        "seconds": seconds,
        "counts": {kind: found.count(kind) for kind in ("passed", "failed", "skipped")},
        "tests": tests,
    }


def commit() -> str:
    """The commit that ran, with a ``+`` if the tree differs from it; empty outside a repository."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "") if head.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
