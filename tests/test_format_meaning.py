"""What the compiler says of a program is the same once that is laid out: types, hashes of interfaces, errors."""

from pathlib import Path

import literate
import pytest

from nscompiler.pipeline.checks import check_texts
from nscompiler.tools.format import format_source

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((ROOT / "tests" / "lang").glob("*.md"))
FOLDERS = [ROOT / "examples", ROOT / "tests" / "compat" / "programs", ROOT / "stdlib" / "nstack" / "modules"]
#: What is about the text and not about the program.
SPELLING = {"NS0421", "NS0908"}


def laid_out(files: dict[str, str]) -> dict[str, str]:
    """Files with those of the language laid out; a text with syntax errors stays as it is."""
    return {path: format_source(text).text if path.endswith(".nml") else text for path, text in files.items()}


def said(files: dict[str, str]) -> tuple[object, ...]:
    """All that the compiler finds out about files, without places."""
    found = check_texts(files)
    problems = sorted(
        (problem.primary.span.path, problem.code.id, problem.severity.value)
        for problem in found.diagnostics
        if problem.code.id not in SPELLING
    )
    types = {path: found.types(path) for path in files}
    hashes = {path: checked.interface.hash for path, checked in found.checked.items() if path in files}
    return problems, types, hashes


@pytest.mark.parametrize("document", DOCUMENTS, ids=[document.name for document in DOCUMENTS])
def test_programs_that_specify_the_language(document: Path) -> None:
    for example in literate.examples(document):
        files = dict(example.files)
        after = laid_out(files)
        assert said(after) == said(files), example.name


def test_laying_out_changes_programs() -> None:
    early = next(document for document in DOCUMENTS if document.name == "early-syntax.md")
    examples = [dict(example.files) for example in literate.examples(early)]
    assert sum(laid_out(files) != files for files in examples) > 3


@pytest.mark.thorough
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_whole_programs(folder: Path) -> None:
    paths = sorted([*folder.rglob("*.nml"), *folder.rglob("*.yaml"), *folder.rglob("*.py")])
    texts = {str(path.relative_to(folder)): path.read_text() for path in paths}
    for part in sorted({path.split("/")[0] for path in texts}):
        files = {path: text for path, text in texts.items() if path.split("/")[0] == part}
        assert said(laid_out(files)) == said(files), part
