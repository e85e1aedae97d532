"""The numbers of the long runs in the documents are those that were kept."""

import json
import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_numbers_are_those_of_the_last_long_run() -> None:
    text = (DOCS / "guarantees.md").read_text(encoding="utf-8")
    soak = json.loads((DOCS / "soak.json").read_text(encoding="utf-8"))
    made = runpy.run_path(str(DOCS / "generate.py"))["measured"](text, soak)
    assert made == text, "make docs writes the numbers of docs/soak.json"
