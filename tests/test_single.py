"""A check of which only the answer is wanted gives the answer of any other check, and keeps nothing else."""

import gc
from collections.abc import Iterable
from pathlib import Path

import planted
import pytest
from literate import examples
from test_recheck import BASE, from_scratch, library

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import MemoryFiles
from nscompiler.grammar.syntax import Expr
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.single import SingleCheck

LANGUAGE = tuple(sorted((Path(__file__).parent / "lang").glob("*.md")))


def single(texts: dict[str, str], paths: Iterable[str] = (".",)) -> SingleCheck:
    return SingleCheck(MemoryFiles({**library(), **texts}), paths, standard=standard_folder())


def plainly(texts: dict[str, str], paths: Iterable[str]) -> tuple[Diagnostic, ...]:
    return Compilation(MemoryFiles({**library(), **texts}), paths, standard=standard_folder()).problems


@pytest.mark.thorough
@pytest.mark.parametrize("document", planted.documents(), ids=lambda path: path.stem)
def test_equal_on_planted_faults(document: Path) -> None:
    for fault in planted.faults(document):
        paths = [path for path in fault.files if path.endswith(".nml")]
        assert single(fault.files, paths).problems == plainly(fault.files, paths), fault.name


@pytest.mark.thorough
@pytest.mark.parametrize("document", LANGUAGE, ids=lambda path: path.stem)
def test_equal_on_the_specification(document: Path) -> None:
    for example in examples(document):
        files = dict(example.files)
        paths = [path for path in files if path.endswith(".nml")]
        assert single(files, paths).problems == plainly(files, paths), example


FOLLOWED = {
    **BASE,
    "top/module.nml": """module Shop.Top:0.1.0

import Shop.Loose:0.1.0 as L

def top = Sources.stdin | L.loose { unread = "1" } | Sinks.stdout
def other = Sources.stdin | L.loose { unread = "2" } | Sinks.stdout
""",
    "loose/service.py": """class Module:
    def loose(self, item):
        return item
""",
}


def test_a_lint_follows_names_into_files_that_were_dropped() -> None:
    found = single(FOLLOWED).problems
    assert found == from_scratch(FOLLOWED)
    assert any("unread" in problem.title for problem in found)


def test_a_fix_reaches_into_a_file_that_was_dropped() -> None:
    texts = {
        "a/module.nml": "module A:0.1.0\n\nfun f : Text -> { colour : Text }\n",
        "b/module.nml": "module B:0.1.0\n\nimport A:0.1.0 as A\n\nfun g : { color : Text } -> Text\ndef h = A.f | g\n",
    }
    found = single(texts).problems
    assert found == from_scratch(texts)
    assert "a/module.nml" in {edit.span.path for fix in found[0].fixes for edit in fix.edits}


SAME_NAME = {
    f"{folder}/in.nml": f"fun loose : Text -> Text;\n\nSources.stdin | loose {{ {bound} = 1 }} | Sinks.stdout\n"
    for folder, bound in (("a", "width"), ("b", "height"), ("c", "depth"))
} | {
    f"{folder}/in.py": f"class Module:\n    def loose(self, item):\n        return item * self.args['{read}']\n"
    for folder, read in (("a", "width"), ("b", "width"), ("c", "width"))
}


def test_scripts_of_one_name_in_several_folders_each_mean_themselves() -> None:
    found = single(SAME_NAME).problems
    assert found == from_scratch(SAME_NAME)
    unread = {problem.primary.span.path for problem in found if problem.code.name == "parameter-not-read"}
    assert unread == {"b/in.nml", "c/in.nml"}


@pytest.mark.thorough
def test_trees_are_gone_without_a_garbage_collector() -> None:
    texts = {f"m{n}/module.nml": f"module M{n}:0.1.0\n\nfun f : Text -> [Text]\ndef g = f *\n" for n in range(20)}
    gc.collect()
    gc.disable()
    try:
        before = _expressions()
        check = single(texts)
        assert not [problem for problem in check.problems if problem.is_error]
        assert _expressions() == before
    finally:
        gc.enable()
    assert set(check.checked["m3/module.nml"].interface.functions) == {"f", "g"}


def _expressions() -> int:
    """How many expressions there are, those of the standard library left out, which has none."""
    return sum(isinstance(one, Expr) for one in gc.get_objects())
