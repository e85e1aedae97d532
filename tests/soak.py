"""Runs the tests marked ``soak`` and keeps what came of it in ``docs/soak.json``.

    python tests/soak.py [--seed N] [--keep] [-- pytest's arguments]

The seed is that of the random programs and values; the file names it, so that a run can be repeated. The exit code
is pytest's. With ``--keep`` the results of tests that did not run stay as they were: each then has its own date and
commit.
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
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "docs/soak.json"


def main() -> int:
    """Run, keep the result, return pytest's exit code."""
    parser = argparse.ArgumentParser(description="Run the soak tests and keep the result in docs/soak.json.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--keep", action="store_true", help="keep the results of those tests that do not run now")
    parser.add_argument("rest", nargs="*", help="handed on to pytest")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "soak.xml")
        start = time.monotonic()
        code = run(given.seed, report, given.rest)
        seconds = round(time.monotonic() - start, 1)
        tests = outcomes(report) if report.is_file() else []
    KEPT.parent.mkdir(exist_ok=True)
    made = result(given.seed, code, seconds, tests)
    if given.keep:
        made = merged(json.loads(KEPT.read_text("utf-8")), made)
    KEPT.write_text(json.dumps(made, indent=2) + "\n", "utf-8")
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
        if case.get("classname") is None:  # one that was under way when the run was interrupted
            continue
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


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """An older document with the tests of a newer one in it; those say when and of what."""
    own = [{**test, "date": new["date"], "commit": new["commit"], "seed": new["seed"]} for test in new["tests"]]
    names = {test["name"] for test in own}
    tests = [*(test for test in old["tests"] if test["name"] not in names), *own]
    found = [test["outcome"] for test in tests]
    return {**old, "counts": {kind: found.count(kind) for kind in old["counts"]}, "tests": tests}


def commit() -> str:
    """The commit that ran, with a ``+`` if the tree differs from it; empty outside a repository."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "") if head.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
