"""``make docs``: writes what is made: the pages of ``docs/diagnostics`` from the compiler, the numbers of the long
runs in ``docs/guarantees.md`` from ``docs/soak.json``."""

import ast
import json
from pathlib import Path
from typing import Any

from nscompiler.tools.pages import documents

FOLDER = Path(__file__).parent / "diagnostics"


MEASURED = Path(__file__).parent / "guarantees.md"
END = "<!-- end -->"


def measured(text: str, soak: dict[str, Any]) -> str:
    """A page with the tables that are made of the long runs' results."""
    tests = {test["name"].rpartition("::")[2]: test for test in soak["tests"]}
    for name, table in (("killed", _killed), ("memory", _memory)):
        before, start, rest = text.partition(f"<!-- made from soak.json: {name} -->\n")
        text = before + start + table(tests) + END + rest.partition(END)[2] if start else text
    return text


def _killed(tests: dict[str, Any]) -> str:
    test = tests.get("test_killed_two_hundred_times")
    if test is None:
        return ""
    if test["outcome"] != "passed":
        return f"In the last long run (seed {test['seed']}) this did not pass.\n"
    rows = [("point", "kills"), ("---", "--:"), *sorted(ast.literal_eval(test["kills by point"]).items())]
    facts = ("kills", "rounds that ended, values complete", "servers taken away")
    return "".join(
        [
            "".join(f"- {fact}: {test[fact]}\n" for fact in facts),
            f"- by pipeline: {_listed(ast.literal_eval(test['kills by pipeline']))}\n\n",
            *(f"| {point} | {count} |\n" for point, count in rows),
        ]
    )


def _memory(tests: dict[str, Any]) -> str:
    test = tests.get("test_a_fast_source_for_minutes")
    if test is None:
        return ""
    facts = (
        "seconds",
        "values a second, unhindered",
        "values a second, with the slow sink",
        "MiB after 30 s",
        "MiB at the end",
    )
    return "".join(f"- {fact}: {test[fact]}\n" for fact in facts)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"`{name}` {count}" for name, count in counts.items())


def main() -> None:
    """Write every page anew and remove those of codes that are gone."""
    FOLDER.mkdir(exist_ok=True)
    pages = documents()
    for path in FOLDER.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    soak = json.loads((Path(__file__).parent / "soak.json").read_text(encoding="utf-8"))
    MEASURED.write_text(measured(MEASURED.read_text(encoding="utf-8"), soak), encoding="utf-8")


if __name__ == "__main__":
    main()
