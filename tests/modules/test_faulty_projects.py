"""Small projects with one fault each around modules and imports: one error, in its place, whose fix mends all.

``faulty_projects.txt`` has them: ``===`` starts one, ``!!!`` says the code, the file, the text that is underlined and
the title of the first fix, and ``---`` names the file that follows.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.pipeline.checks import check_texts


@attrs.frozen
class Project:
    """A project: its name, what is to be told of it (code, path, text and fix), and its files."""

    name: str
    told: tuple[str, ...]
    files: dict[str, str]


def projects() -> Iterator[Project]:
    text = (Path(__file__).parent / "faulty_projects.txt").read_text("utf-8")
    for section in re.split(r"(?m)^=== ", text)[1:]:
        head, *files = re.split(r"(?m)^--- ", section)
        name, told = head.rstrip("\n").split("\n!!! ")
        parts = (file.partition("\n") for file in files)
        yield Project(name, tuple(told.split(" | ")), {path: f"{body.rstrip()}\n" for path, _, body in parts})


PROJECTS = tuple(projects())


def errors(files: dict[str, str]) -> list[Diagnostic]:
    return [one for one in check_texts(files, ["."]).diagnostics if one.is_error]


def mended(files: dict[str, str], fix: Fix) -> dict[str, str]:
    paths = {edit.span.path for edit in fix.edits}
    changed = {path: apply_edits(files[path], [one for one in fix.edits if one.span.path == path]) for path in paths}
    return files | changed


def test_there_are_projects_enough() -> None:
    assert len(PROJECTS) > 100
    assert len({project.name for project in PROJECTS}) == len(PROJECTS)


@pytest.mark.parametrize(
    "project",
    [
        pytest.param(project, marks=[pytest.mark.thorough] if place % 3 else [], id=project.name)
        for place, project in enumerate(PROJECTS)
    ],
)
def test_one_fault_is_one_error_whose_fix_mends_the_project(project: Project) -> None:
    found = errors(project.files)
    assert len(found) == 1, [f"{one.primary.span.path}: {one.title}" for one in found]
    span, fixes = found[0].primary.span, found[0].fixes
    under = project.files[span.path][span.start : span.end].replace("\n", "\\n")
    assert (found[0].code.name, span.path, under, fixes[0].title if fixes else "none") == project.told
    assert len(found[0].title) <= 80
    if fixes:
        left = errors(mended(project.files, fixes[0]))
        assert not left, [f"{one.primary.span.path}: {one.title}" for one in left]
