"""What the documents show is true: their programs check, and the commands marked to be run print what is shown."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import literate
import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if path.is_file()]
EXAMPLES = [example for document in DOCUMENTS for example in literate.examples(document) if not example.fragment]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_program_in_a_document_checks(example: literate.Example) -> None:
    assert literate.failures(example) == []


def sessions(document: Path) -> Iterator[tuple[int, str, str]]:
    """The commands of the ``console`` blocks that are marked ``<!-- run -->``: line, command, expected output."""
    for block in literate.blocks(document):
        if block.language != "console" or block.directive("run") is None:
            continue
        parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert parts[0] == "", f"{document}:{block.line}: the block does not start with a command"
        for part in parts[1:]:
            command, output = _command(part)
            yield block.line, command, output


def _command(part: str) -> tuple[str, str]:
    """A command, with the lines that continue it, and what is shown below."""
    lines = part.split("\n")
    count = 1
    while lines[count - 1].endswith("\\"):
        count += 1
    return "\n".join(lines[:count]), "\n".join(lines[count:]).rstrip()


def as_pattern(shown: str) -> str:
    """A regular expression for an output: ``...`` stands for anything, over lines where it stands on one alone."""
    lines = []
    for line in shown.split("\n"):
        if line.strip() == "...":
            lines.append(r"(?:.*\n)*?.*")
        else:
            lines.append(".*".join(re.escape(piece) for piece in line.rstrip().split("...")) + r"[ \t]*")
    return r"\n".join(lines)


RUN = [document for document in DOCUMENTS if any(True for _ in sessions(document))]


# Programs that run for a while, a line of the document each.
THOROUGH = (
    *("commands.md", "files.md", "guarantees.md", "run-time.md", "seeing-it-run.md", "versions.md"),
    *("ci.md", "fast.md", "formatting.md", "pictures.md", "repl.md", "tutorial.md"),
)


@pytest.mark.parametrize(
    "document",
    [pytest.param(one, marks=[pytest.mark.thorough] if one.name in THOROUGH else [], id=one.name) for one in RUN],
)
def test_commands_of_a_document_print_what_is_shown(document: Path, tmp_path: Path) -> None:
    examples = ROOT / "examples"
    if examples.is_dir():
        shutil.copytree(examples, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", "out", "build"))
    search = [str(ROOT), str(ROOT / "stdlib"), str(ROOT / "lsp")]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(search),
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "TERM": "dumb",
        "XDG_CACHE_HOME": str(tmp_path / ".cache"),
    }
    for line, command, shown in sessions(document):
        done = subprocess.run(
            ["bash", "-c", command],
            check=False,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        printed = done.stdout.rstrip()
        assert re.fullmatch(as_pattern(shown), printed), f"{document.name}:{line}: $ {command}\n{printed}"


def test_a_pattern_takes_what_is_left_open_and_nothing_else() -> None:
    pattern = as_pattern("one\n...\nlast line, ... records")
    assert re.fullmatch(pattern, "one\ntwo\nthree\nlast line, 12 records")
    assert re.fullmatch(pattern, "one\n\nlast line, 12 records")
    assert not re.fullmatch(pattern, "one\ntwo\nlast line, 12 record")
    assert not re.fullmatch(pattern, "zero\none\nlast line, 12 records")


def test_links_between_documents_lead_to_files() -> None:
    lost = []
    for document in DOCUMENTS:
        text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"`[^`\n]*`", "`…`", text)  # what stands in code is no link
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            if not (document.parent / target).exists():
                lost.append(f"{document.name}: {target}")
    assert lost == []
