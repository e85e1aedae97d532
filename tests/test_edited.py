"""Checking the one file that was edited finds what a check from scratch finds, or says that it does not do."""

import os
import random
from collections.abc import Mapping
from functools import cache

import pytest

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.edited import check_edited
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.recheck import Recheck

Texts = dict[str, str]

BASE = {
    "types/module.nml": """module Shop.Types:0.1.0

type Item = { id : Integer, price : Double }
type Named a = { name : Text, value : a }
""",
    "clean/module.nml": """module Shop.Clean:0.1.0

import Shop.Types:0.1.0 as T

fun clean : T.Item -> T.Item with { strict : Boolean = true }
fun named : T.Item -> T.Named Double
def good = clean { strict = false } | named
""",
    "clean/service.py": """import nstack


class Module(nstack.Module):
    def clean(self, item):
        return item if self.args["strict"] else item

    def named(self, item):
        return {"name": "", "value": item.price}
""",
    "show/module.nml": """module Shop.Show:0.1.0

import Shop.Types:0.1.0 as T
import Shop.Clean:0.1.0 as C

fun title : T.Named Double -> Text
def shown = C.good | title
def again = shown | Conv.to_json
""",
    "top/module.nml": """module Shop.Top:0.1.0

import Shop.Show:0.1.0 as S

def text = S.shown
def lines = S.again
""",
}

EDITS = [
    ("\n\n", "\n\n// a comment\n"),
    ("def good =", "def  good ="),
    ("C.good | title", "C.good | title | Std.identity"),
    ("C.good | title", "C.clean | title"),
    ("C.good | title", "C.good | titel"),
    ("S.shown", "S.show"),
    ("S.shown", "S.shown | S.shown"),
    ("S.again", "T.again"),
    ("strict = false", "strict = 3"),
    ("strict = false", "strictly = false"),
    ("price : Double", "price : Text"),
    ("-> Text", "-> [Text]"),
    ("as S", "as Z"),
    ("Shop.Types:0.1.0 as T", "Shop.Typos:0.1.0 as T"),
    ("module Shop.Top", "module Shop.Tip"),
    ("module Shop.Clean:0.1.0", "modul Shop.Clean:0.1.0"),
    ("module Shop.Types:0.1.0", "module Shop.Types:0.1"),
    ("def named(self, item)", "def unnamed(self, item)"),
    ("def text", "def text : Text -> Text"),
    ("| Conv.to_json", "| Conv.to_json | Sinks.log"),
    ("def lines", "// nsc: ignore[NS0701]\ndef lines"),
    ("def lines = S.again", 'def lines = Sources.http { path = "/" } | Sinks.log & Sinks.log'),
    ("def", "def ("),
    ("\n", "\r\n"),
]


@cache
def library() -> Mapping[str, bytes]:
    folder = standard_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".nml"))
    return {f"{folder}/{name}": DiskFiles().read_bytes(f"{folder}/{name}") for name in names}


def files(texts: Texts) -> MemoryFiles:
    return MemoryFiles({**library(), **texts})


def from_scratch(texts: Texts) -> tuple[Diagnostic, ...]:
    return Compilation(files(texts), (".",), standard=standard_folder()).problems


class Before:
    """The program before an edit."""

    def __init__(self, texts: Texts, clean: bool = True) -> None:
        recheck = Recheck(files(texts), (".",), standard=standard_folder(), memory={})
        self.problems = recheck.problems
        assert not clean or self.problems == ()
        self.targets, self.memory, self.summary = recheck.targets, recheck.memory(), recheck.summary()
        assert not clean or self.summary is not None

    def after(self, texts: Texts, path: str) -> tuple[Diagnostic, ...] | None:
        if self.summary is None:
            return None
        return check_edited(path, files(texts), self.targets, (), self.memory, self.summary, self.problems)


@cache
def before() -> Before:
    return Before(BASE)


def edited(path: str, old: str, new: str) -> Texts:
    assert old in BASE[path]
    return {**BASE, path: BASE[path].replace(old, new, 1)}


def test_a_fault_in_one_of_many_modules_is_told_and_nothing_else_is_checked() -> None:
    """The others are unaffected: they are not even read, unless the edited one imports them."""
    many = {f"m{n}/module.nml": f"module Many.M{n}:0.1.0\n\nfun f : Text -> Integer\n" for n in range(30)}
    state = Before({**BASE, **many})
    texts = edited("top/module.nml", "S.shown", "S.shown | S.again")
    found = state.after(texts, "top/module.nml")
    assert found is not None
    assert [(one.primary.span.path, one.is_error) for one in found] == [("top/module.nml", True)]
    assert found == from_scratch({**texts, **many})


def test_a_fault_behind_an_annotation_is_told_alone_in_a_module_that_others_import() -> None:
    path, annotated = "clean/module.nml", "def good : T.Item -> T.Named Double ="
    state = Before(edited(path, "def good =", annotated))
    texts = edited(path, "def good =", annotated)
    texts[path] = texts[path].replace("strict = false", "strict = 3")
    found = state.after(texts, path)
    assert found is not None
    assert [one.primary.span.path for one in found] == [path]
    assert found == from_scratch(texts)


def test_an_edit_that_changes_nothing_is_answered() -> None:
    for path in ("types/module.nml", "clean/module.nml", "show/module.nml", "top/module.nml"):
        assert before().after(edited(path, "\n\n", "\n\n// x\n"), path) == ()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("types/module.nml", "price : Double", "price : Text"),
        ("show/module.nml", "def again", "def agains"),
        ("show/module.nml", "as C", "as D"),
        ("show/module.nml", "import Shop.Clean:0.1.0 as C\n", ""),
        ("top/module.nml", "module Shop.Top", "module Shop.Top.Other"),
        ("top/module.nml", "def lines", "// nsc: ignore[NS0701]\ndef lines"),
    ],
)
def test_what_may_concern_others_is_left_to_a_check_of_all(path: str, old: str, new: str) -> None:
    assert before().after(edited(path, old, new), path) is None


def test_another_file_is_as_it_was_kept_or_the_edit_is_not_checked_alone() -> None:
    texts = edited("clean/module.nml", "\n\n", "\n\n// moved\n")
    texts["show/module.nml"] = BASE["show/module.nml"] + "// later\n"
    assert before().after(texts, "show/module.nml") is None


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_of_one_file_find_what_a_check_from_scratch_finds(seed: int) -> None:
    choice, answered = random.Random(seed), 0
    for _ in range(25):
        path = choice.choice([name for name in BASE if name.endswith(".nml")])
        text = BASE[path]
        for old, new in choice.sample(EDITS, 8):
            if choice.random() < 0.4:
                text = text.replace(old, new, 1)
        if text != BASE[path]:
            found = before().after({**BASE, path: text}, path)
            if found is not None:
                assert found == from_scratch({**BASE, path: text})
                answered += 1
    assert answered > 2


FAULTY = {
    "show/module.nml": ("C.good | title", "C.good | titel"),
    "top/module.nml": ("S.shown", "S.shown | nothing"),
    "clean/module.nml": ("strict = false", "strict = 3"),
}


@pytest.mark.parametrize("path", FAULTY)
def test_a_fault_is_still_told_of_when_another_file_is_edited(path: str) -> None:
    state = Before(edited(path, *FAULTY[path]), clean=False)
    assert [one.primary.span.path for one in state.problems] == [path]
    for other in ("top/module.nml", "show/module.nml"):
        if other != path:
            texts = {**edited(path, *FAULTY[path]), other: BASE[other] + "// moved\n"}
            assert state.after(texts, other) == from_scratch(texts) == state.problems


@pytest.mark.parametrize("path", FAULTY)
def test_a_fault_moves_and_goes_with_its_file(path: str) -> None:
    state = Before(edited(path, *FAULTY[path]), clean=False)
    moved = edited(path, *FAULTY[path])
    moved[path] = moved[path].replace("\n\n", "\n\n// moved\n\n", 1)
    found = state.after(moved, path)
    assert found == from_scratch(moved) != state.problems
    if path == "top/module.nml":  # for others its functions are broken: they are checked too once those are mended
        assert state.after(BASE, path) == ()


def test_warnings_are_told_at_the_levels_of_the_project() -> None:
    project = {"nstack-project.yaml": "modules: [types, clean, show, top]\nlints:\n  unused-import: error\n"}
    unused = "import Shop.Show:0.1.0 as S", "import Shop.Show:0.1.0 as S\nimport Shop.Types:0.1.0 as T"
    warned = {**edited("top/module.nml", *unused), **project}
    state = Before(warned, clean=False)
    assert [(one.code.name, one.is_error) for one in state.problems] == [("unused-import", True)]
    moved = {**warned, "top/module.nml": warned["top/module.nml"] + "// moved\n"}
    assert state.after(moved, "top/module.nml") == from_scratch(moved) == state.problems
    elsewhere = {**warned, "show/module.nml": BASE["show/module.nml"] + "// moved\n"}
    assert state.after(elsewhere, "show/module.nml") == from_scratch(elsewhere) == state.problems


def test_idle_comments_are_told_of_where_the_last_error_goes() -> None:
    idle = edited("clean/module.nml", "def good", "// nsc: ignore[unused-type]\ndef good")
    state = Before({**idle, "top/module.nml": edited("top/module.nml", "S.shown", "S.show")["top/module.nml"]}, False)
    assert state.after(idle, "top/module.nml") is None
    assert [one.code.name for one in from_scratch(idle)] == ["unused-ignore"]


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_of_a_faulty_program_find_what_a_check_from_scratch_finds(seed: int) -> None:
    choice, answered = random.Random(1000 + seed), 0

    def disturbed(path: str, text: str) -> str:
        for old, new in choice.sample(EDITS, 6):
            if choice.random() < 0.4:
                text = text.replace(old, new, 1)
        return text

    paths = [name for name in BASE if name.endswith(".nml")]
    for _ in range(25):
        faulty = choice.choice(paths)
        texts = {**BASE, faulty: disturbed(faulty, BASE[faulty])}
        state, path = Before(texts, clean=False), choice.choice(paths)
        after = {**texts, path: disturbed(path, texts[path])}
        found = state.after(after, path) if after != texts else None
        if found is not None:
            assert found == from_scratch(after)
            answered += 1
    assert answered > 1
