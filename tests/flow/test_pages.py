"""The programs on the pages of flow diagnostics do as they say, once their workflows are laid out."""

import pytest

from nscompiler.diagnostics.codes import flow as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.named import named_functions, workflows

# These depend on the target that is built for, and on the name that is to be started or tried.
ELSEWHERE = (codes.UNSUPPORTED, codes.OPEN_TEST)
SHOWN = [pytest.param(code, id=code.name) for code in codes.CODES if code not in ELSEWHERE]


def told(text: str, files: tuple[tuple[str, str], ...]) -> set[str]:
    """The errors of checking a program, or its flow's problems: those of laying out all that can be started too."""
    texts = {f"program/{path}": content for path, content in (*((("main.nml", text),) if text else ()), *files)}
    compilation = check_texts(texts, ["program"]).compilation
    found = [problem for problem in compilation.problems if problem.is_error or problem.code in codes.CODES]
    if not any(problem.is_error for problem in found):
        for path, checked in compilation.checked.items():
            for target in workflows(checked):
                found += compilation.lower(path, target)[1]
    return {problem.code.name for problem in found}


@pytest.mark.parametrize("code", SHOWN)
def test_the_wrong_program_raises_it(code: Code):
    assert told(code.wrong, code.wrong_files) == {code.name}


@pytest.mark.parametrize("code", SHOWN)
def test_the_right_program_is_right(code: Code):
    assert told(code.right, code.right_files) == set()


def test_the_page_of_a_trial():
    for program, expected in ((codes.OPEN_TEST.wrong, [codes.OPEN_TEST]), (codes.OPEN_TEST.right, [])):
        compilation = check_texts({"main.nml": program}).compilation
        target = named_functions(compilation.checked["main.nml"])["show"]
        _, problems = compilation.lower_function("main.nml", target, 1)
        assert [problem.code for problem in problems] == expected
