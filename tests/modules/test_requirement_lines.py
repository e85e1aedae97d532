"""Lines of ``requirements.txt`` that pip would refuse, and those that are left to it."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.modules.contents import is_plain_requirement
from nscompiler.modules.requirements import malformed
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile


def at_fault(text: str) -> list[str]:
    return [text[problem.primary.span.start : problem.primary.span.end] for problem in malformed(source(text))]


def source(text: str) -> SourceFile:
    return SourceFile("m/requirements.txt", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "numpy\r\n\n# a comment\n  scikit-learn >= 1.5, < 2  # why\n",
        "left[a,b]==1.*; python_version < '4'\nleft (>=2)\nright~=1.4.2\nx===1.0\n",
        "x @ https://h/x.zip#sha256=1\ngit+https://h/x\n./wheels/x.whl\nx.whl\n-r other.txt\n--index-url=https://h\n",
        "x==1.0 --hash=sha256:ab\nx==${VERSION}\n",
        "numpy \\\n  ==1.0\n",
    ],
)
def test_what_pip_reads_or_alone_can_judge(text: str) -> None:
    assert at_fault(text) == []


@pytest.mark.parametrize(
    ("line", "place", "mended"),
    [
        ("left=1.0", "=", "left==1.0"),
        ("left[a] =>1.0", "=>", "left[a] >=1.0"),
        ("left=<1.0,>0.5", "=<", "left<=1.0,>0.5"),
        ("left^1.2", "^", "left~=1.2"),
        ("left 1.0", "1.0", "left==1.0"),
        ("left>=1.0 <2", "<2", "left>=1.0, <2"),
        ("pip install left", "pip install ", "left"),
        ("pip install left=1", "pip install ", None),
        ("left==", "==", None),
        ("left==1.0;", ";", None),
        ("==1.0", "==1.0", None),
        ("left>=1.*", ">=1.*", None),
        ("left[a", "[a", None),
        ("left right", "right", None),
    ],
)
def test_what_it_refuses(line: str, place: str, mended: str | None) -> None:
    text = f"numpy==1.26\n  {line}  # why\nscipy\n"
    (problem,) = malformed(source(text))
    span = problem.primary.span
    assert (problem.code.id, text[span.start : span.end].rstrip()) == ("NS0244", place.rstrip())
    fixes = [apply_edits(text, fix.edits) for fix in problem.fixes]
    assert fixes == ([] if mended is None else [text.replace(line, mended)])
    assert [at_fault(fixed) for fixed in fixes] == [[]] * len(fixes)


@pytest.mark.parametrize("line", ["numpy", "numpy>=1.26,<3", "scikit-learn == 1.5"])
def test_most_lines_need_no_library(line: str) -> None:
    assert is_plain_requirement(line)


@pytest.mark.parametrize("line", ["numpy=1", "numpy-", "numpy>=1.26 <3", "numpy 1", "numpy==", "-r x"])
def test_others_do(line: str) -> None:
    assert not is_plain_requirement(line)


def test_a_check_tells_of_those_of_its_modules_folders_only() -> None:
    texts: dict[str, str | bytes] = {
        "demo/module.nml": "module Demo:1.0.0\n\nfun f : Text -> Text\n",
        "demo/requirements.txt": "numpy\nscipy=1\n",
        "demo/inner/requirements.txt": "scipy=1\n",
        "etl.nml": "import Demo:1.0.0\n\ndef w = Sources.stdin | Demo.f | Sinks.log\n",
        "requirements.txt": "scipy=1\n",
    }
    for paths in (("demo",), ("etl.nml",), (".",)):
        (problem,) = check_texts(texts, paths).diagnostics
        assert (problem.primary.span.path, problem.title) == (
            "demo/requirements.txt",
            "`scipy=1` is no requirement that pip can read",
        )
