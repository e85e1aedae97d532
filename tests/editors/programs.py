"""The programs that every grammar for editors is tried on: all there are, and many that nobody wrote."""

import sys
import tempfile
from functools import cache
from pathlib import Path

import literate
from fuzz.grammar_fuzzer import derived
from property.generated_programs import generate

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = {".venv", "node_modules", ".git"}


@cache
def written() -> dict[str, str]:
    """Every ``.nml`` file of the repository, and every program of the documents and of the language's specification."""
    found = {}
    for path in sorted(ROOT.rglob("*.nml")):
        name = path.relative_to(ROOT)
        if not _SKIPPED.intersection(name.parts):
            found[str(name)] = path.read_bytes().decode("utf-8", "replace")
    for document in [*sorted((ROOT / "tests/lang").glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        for example in literate.examples(document):
            for path, text in example.files:
                if path.endswith(".nml"):
                    found[f"{document.relative_to(ROOT)}:{example.line}:{path}"] = text
    return found


@cache
def generated() -> dict[str, str]:
    """Well-typed programs, modules of the benchmarks' corpora, and texts derived from the grammar, broken ones too."""
    found = {}
    for seed in range(40):
        for path, text in generate(seed).write().texts.items():
            if path.endswith(".nml"):
                found[f"generated {seed} {path}"] = text
    for seed in range(150):
        found[f"derived {seed}"] = derived(seed, 2_000)
    sys.path.insert(0, str(ROOT / "benchmarks/check"))
    from corpora import write

    with tempfile.TemporaryDirectory() as folder:
        for path in write("nml", 12, Path(folder)):
            found[f"corpus {path.name}"] = path.read_text("utf-8")
    return found
