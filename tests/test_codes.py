"""The catalogue keeps its promises: unique ids, a page each, programs that do as they say, a test each."""

import re
from functools import cache
from pathlib import Path

import pytest

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.named import workflows

TESTS = Path(__file__).parent

# What the ids of each file begin with. A range may be shared, an id may not.
RANGES = {
    "syntax": "NS01",
    "modules": "NS02",
    "project": "NS02",
    "types": "NS03",
    "names": "NS04",
    "params": "NS05",
    "flow": "NS06",
    "cli": "NS07",
    "python": "NS08",
    "lints": "NS09",
}
# Faults that no text of a program shows; some test raises each of them all the same.
WITHOUT_PROGRAM = {
    "NS0221": "the path given does not exist",
    "NS0222": "the path given is no `.nml` file",
    "NS0224": "the file system refuses",
    "NS0228": "depends on the revision that is compared with",
    "NS0325": "depends on the name that is to be started",
    "NS0611": "depends on the function that is tried",
    "NS0612": "depends on the target that is built for",
    "NS0808": "depends on the stub that is asked for",
}

# Ids that once were given: whoever looks one up must never find something else.
RETIRED = {
    "NS0613": "NS0325 says it",
}

EVERY = [pytest.param(code, id=code.id) for code in codes.all_codes()]
SHOWN = [pytest.param(code, id=code.id) for code in codes.all_codes() if code.id not in WITHOUT_PROGRAM]


def test_ids_and_names_are_unique():
    entries = codes.all_codes()
    assert entries
    assert len({code.id for code in entries}) == len(entries)
    assert len({code.name for code in entries}) == len(entries)


def test_a_retired_id_is_not_given_again():
    assert [code_id for code_id in RETIRED if codes.find(code_id) is not None] == []


def test_every_file_keeps_to_its_range():
    assert set(codes.files()) <= set(RANGES), "a new file of codes needs a range here"
    strays = [
        f"{file}: {code.id}"
        for file in codes.files()
        for code in codes.declared_in(file)
        if not re.fullmatch(RANGES[file] + r"\d\d", code.id)
    ]
    assert strays == []


def test_every_exception_is_a_code():
    assert [code_id for code_id in WITHOUT_PROGRAM if codes.find(code_id) is None] == []


def test_every_constant_is_listed():
    declared = {id(code) for file in codes.files() for code in codes.declared_in(file)}
    missing = [
        f"{file}.{name}"
        for file in codes.files()
        for name, value in vars(__import__(f"{codes.__name__}.{file}", fromlist=["CODES"])).items()
        if isinstance(value, Code) and id(value) not in declared
    ]
    assert missing == []


@pytest.mark.parametrize("code", EVERY)
def test_the_page_says_something(code):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert 10 <= len(code.title) <= 80
    assert not code.title.endswith(".")
    assert re.fullmatch(r"\d+\.\d+\.\d+", code.since)
    assert len(re.findall(r"[.!?](?:\s|$)", code.explanation)) >= 2, "an explanation has two sentences at least"
    assert code.title not in code.explanation


@pytest.mark.parametrize("code", EVERY)
def test_some_test_raises_it(code):
    assert {code.id, code.name} & named_in_tests(), f"no test or literate file names {code.id} or {code.name}"


@pytest.mark.parametrize("code", SHOWN)
def test_the_wrong_program_raises_it(code):
    files = program(code.wrong, code.wrong_files)
    assert files, f"{code.id} shows no wrong program"
    found = check(files, started=code.id.startswith(RANGES["flow"]))
    assert code.id in {item.code.id for item in found}, told(found)
    others = [item for item in found if item.code is not code and item.severity is Severity.ERROR]
    assert others == [], told(others)


@pytest.mark.parametrize("code", SHOWN)
def test_the_right_program_is_right(code):
    files = program(code.right, code.right_files)
    assert files, f"{code.id} shows no right program"
    assert files != program(code.wrong, code.wrong_files)
    found = check(files, started=code.id.startswith(RANGES["flow"]))
    bad = [item for item in found if item.severity is Severity.ERROR or item.code is code]
    assert bad == [], told(bad)


def program(text: str, files: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The files of a program; a text alone is ``main.nml``."""
    return {**({"main.nml": text} if text else {}), **dict(files)}


def check(files: dict[str, str], *, started: bool):
    """The diagnostics of a folder with these files, held in memory, and where asked for of starting its workflows."""
    compilation = check_texts({f"program/{path}": text for path, text in files.items()}, ["program"]).compilation
    found = compilation.problems
    if not started or any(problem.is_error for problem in found):
        return found
    targets = ((path, target) for path, checked in compilation.checked.items() for target in workflows(checked))
    return (*found, *(problem for path, target in targets for problem in compilation.lower(path, target)[1]))


def told(found) -> str:
    """What was found instead, for the message of a failure."""
    return "\n".join(f"{item.primary.span.path}: {item.code.id} {item.title}" for item in found) or "nothing was found"


@cache
def named_in_tests() -> frozenset[str]:
    """Every id, quoted word and expected name in the tests, apart from this file and the renderings' made-up codes."""
    kinds = ("*.py", "*.md", "*.nml", "*.json", "*.txt")
    files = [path for kind in kinds for path in TESTS.rglob(kind)]
    texts = [
        path.read_text("utf-8", "replace")
        for path in files
        if path != Path(__file__) and TESTS / "diagnostics" not in path.parents
    ]
    pattern = re.compile(r"""\b(NS\d{4})\b|["']([a-z0-9-]+)["']|\b(?:error|warning|hint): ([a-z0-9-]+)""")
    return frozenset(word for text in texts for found in pattern.findall(text) for word in found if word)
