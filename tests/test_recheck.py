"""A check that takes over from an earlier one finds what a check from scratch finds, and does less."""

import os
import random
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.kept import Memory, read_kept
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.compilation import Compilation
from nscompiler.recheck import Recheck
from nscompiler.records import parts, replace
from nscompiler.single import SingleCheck
from nscompiler.types.restored import Functions

Texts = dict[str, str | bytes]


@cache
def library() -> Mapping[str, bytes]:
    folder = standard_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".nml"))
    return {f"{folder}/{name}": DiskFiles().read_bytes(f"{folder}/{name}") for name in names}


def from_scratch(texts: Texts) -> tuple[Diagnostic, ...]:
    return Compilation(MemoryFiles({**library(), **texts}), (".",), standard=standard_folder()).problems


def again(texts: Texts, memory: Memory) -> tuple[tuple[Diagnostic, ...], Memory, frozenset[str]]:
    """The problems beside a memory, the new memory, and which of the given files were taken over."""
    recheck = Recheck(MemoryFiles({**library(), **texts}), (".",), standard=standard_folder(), memory=memory)
    problems = recheck.problems
    return problems, recheck.memory(), recheck.taken_over & texts.keys()


BASE: dict[str, str] = {
    "types/module.nml": """module Shop.Types:0.1.0

type Item = { id : Integer, price : Double }
type Pair a = (a, a)
""",
    "clean/module.nml": """module Shop.Clean:0.1.0

import Shop.Types:0.1.0 as T

fun clean : T.Item -> T.Item
fun tagged : { id : Integer | r } -> { id : Integer, tag : Text | r } with { tag : Text, n : Integer = 1 }
def good = clean | tagged { tag = "x" }
""",
    "clean/service.py": """class Module:
    def clean(self, item):
        return item

    def tagged(self, item):
        return item
""",
    "loose/module.nml": """module Shop.Loose:0.1.0

fun loose : a -> a
fun two : a -> (a, a)
def both = loose | two
""",
    "loose/service.py": """class Module:
    def loose(self, x):
        return self.args["level"]

    def two(self, x):
        return x, x
""",
    "flow/module.nml": """module Shop.Flow:0.1.0

import Shop.Types:0.1.0 as T
import Shop.Clean:0.1.0 as C
import Shop.Loose:0.1.0 as L

def w = Sources.jsonl<T.Item> { path = "in" } | C.good | L.both | Sinks.log
def v = L.both { level = "3" }
""",
    "top.nml": """import Shop.Flow:0.1.0 as F

Sources.stdin | F.v | Sinks.log
""",
}


def test_nothing_changed_nothing_checked() -> None:
    problems, memory, taken = again(BASE, {})
    assert taken == frozenset()
    assert problems == from_scratch(BASE)
    second, _, taken = again(BASE, memory)
    assert second == problems
    assert taken == {name for name in BASE if name.endswith(".nml")}


@pytest.mark.parametrize(
    ("path", "old", "new", "checked"),
    [
        ("loose/module.nml", "def both", "// later\ndef both", {"loose", "flow"}),
        ("types/module.nml", "type Pair", "// a comment\ntype Pair", {"types"}),
        ("types/module.nml", "price : Double", "price : Text", {"types", "clean", "flow", "loose"}),
        ("clean/module.nml", "n : Integer = 1", "n : Integer = 2", {"clean", "flow", "loose"}),
        ("clean/module.nml", 'tag = "x"', 'tag = "yy"', {"clean"}),
        ("flow/module.nml", "def v", "// x\ndef v", {"flow", "loose"}),
        ("top.nml", "F.v", "F.v | Std.identity", {"top.nml"}),
    ],
)
def test_what_is_checked_after_an_edit(path: str, old: str, new: str, checked: set[str]) -> None:
    _, memory, _ = again(BASE, {})
    edited = {**BASE, path: BASE[path].replace(old, new)}
    assert edited != BASE
    problems, _, taken = again(edited, memory)
    assert problems == from_scratch(edited)
    anew = {name for name in BASE if name.endswith(".nml")} - taken
    assert {name.removesuffix("/module.nml") for name in anew} <= checked | {"top.nml"}
    assert path in anew


def test_a_default_from_the_environment_is_kept() -> None:
    files = {
        "a/module.nml": 'module My.A:0.1.0\n\nfun f : Text -> Text with { a : Integer = $A, b : [Text] = [$B, "b"] }\n',
        "b/module.nml": "module My.B:0.1.0\n\nimport My.A:0.1.0 as A\n\ndef w = Sources.stdin | A.f | Sinks.log\n",
    }
    _, memory, _ = again(files, {})
    edited = {**files, "b/module.nml": files["b/module.nml"].replace("A.f", "A.f { a = 3 }")}
    problems, _, taken = again(edited, memory)
    assert (problems, taken) == ((), frozenset({"a/module.nml"}))
    other = {**edited, "a/module.nml": files["a/module.nml"].replace("$B", "$C")}
    assert again(other, memory)[2] == frozenset()
    wrong = {**edited, "b/module.nml": files["b/module.nml"].replace("A.f", "A.f { b = 3 }")}
    assert again(wrong, memory)[0] == from_scratch(wrong) != ()


EDITS = [
    ("price : Double", "price : Integer"),
    ("price", "prize"),
    ("id : Integer", "id : Text"),
    ("a -> a", "a -> [a]"),
    ("fun loose", "fun lose"),
    ("C.good", "C.clean"),
    ("L.both", "L.loose"),
    ("T.Item", "T.Itm"),
    ("Shop.Clean:0.1.0", "Shop.Clean:0.2.0"),
    ("Shop.Types:0.1.0 as T", "Shop.Types:0.1.0"),
    ("import Shop.Types", "// import Shop.Types"),
    ("module Shop.Clean:0.1.0", "modul Shop.Clean:0.1.0"),
    ("module Shop.Types:0.1.0", "module Shop.Types:0.1"),
    ("module Shop.Types", "module Shop.Kinds"),
    ("module Shop.Loose:0.1.0\n", ""),
    ("as L", "as M"),
    ("def w", "def u"),
    (' { tag = "x" }', ""),
    ("with { tag : Text, n : Integer = 1 }", ""),
    ('level = "3"', "levle = 3"),
    ('self.args["level"]', 'self.args["other"]'),
    ("def clean(self, item)", "def cleaned(self, item)"),
    ("Sinks.log", 'Sinks.jsonl { path = "in" }'),
    ("\n\n", "\n\n// nsc: ignore[NS0701]\n\n"),
    ("type Item =", "type Item ="),
    ("\n", "\n\n"),
    ("{", "{ {"),
]


NO_TEXTS = [b"class Module:\n    # caf\xe9\n", b"# \xff\nclass Module:\n", b"\x00\x01 no text"]


@pytest.mark.thorough
def test_a_python_file_that_is_no_text_is_not_taken_for_none() -> None:
    states: list[str | bytes | None] = [BASE["loose/service.py"], None, *NO_TEXTS]
    rest = {path: text for path, text in BASE.items() if path != "loose/service.py"}
    for earlier in states:
        for later in states:
            before, after = ({**rest, **({} if one is None else {"loose/service.py": one})} for one in (earlier, later))
            _, memory, _ = again(before, {})
            problems, memory, _ = again(after, memory)
            assert problems == from_scratch(after)
            assert again(after, memory)[0] == problems


@pytest.mark.thorough
def test_a_type_through_many_modules_is_read_back() -> None:
    """As many as types may be nested: each is read from what is kept of a module of its own."""
    depth = 198
    texts: Texts = {"m0/module.nml": "module Deep.M0:0.1.0\n\ntype T = { at : Text }\n\nfun f : T -> T\n"}
    for n in range(1, depth):
        texts[f"m{n}/module.nml"] = (
            f"module Deep.M{n}:0.1.0\n\nimport Deep.M{n - 1}:0.1.0 as A\n\ntype T = {{ at : A.T }}\n\nfun f : T -> T\n"
        )
    problems, memory, _ = again(texts, {})
    assert problems == ()
    last = f"m{depth - 1}/module.nml"
    texts[last] += "\ndef g = f | A.f\n"
    problems, _, taken_over = again(texts, memory)
    assert taken_over == texts.keys() - {last}
    assert problems == from_scratch(texts)
    assert [problem.primary.span.path for problem in problems] == [last]


def test_of_an_interface_no_more_is_read_than_is_asked_for() -> None:
    user = "module Shop.User:0.1.0\n\nimport Shop.Clean:0.1.0 as C\n\ndef mine = C.clean\n"
    texts = {**BASE, "user/module.nml": user}
    del texts["flow/module.nml"], texts["top.nml"]
    _, memory, _ = again(texts, {})
    texts["user/module.nml"] += "// moved\n"
    recheck = Recheck(MemoryFiles({**library(), **texts}), (".",), standard=standard_folder(), memory=memory)
    assert not any(problem.is_error for problem in recheck.problems)
    interface = recheck.interface("clean/module.nml")
    assert interface is not None
    assert list(interface.functions) == ["clean", "tagged", "good"]
    assert isinstance(interface.functions, Functions)
    assert interface.functions.read == {"clean"}
    assert interface.functions["tagged"].scheme.variables[0].name == "r"
    assert interface.functions.read == {"clean", "tagged"}


def test_a_check_for_its_answer_alone_leaves_as_much_for_the_next_one() -> None:
    for texts in (BASE, {**BASE, "loose.nml": "import Shop.Clean:0.1.0 as C\n\ndef w = C.goood | C.clean\n"}):
        files = MemoryFiles({**library(), **texts})
        single = SingleCheck(files, (".",), standard=standard_folder(), remembers=True)
        recheck = Recheck(files, (".",), standard=standard_folder(), memory={})
        assert single.problems == recheck.problems
        ours, theirs = single.memory(), recheck.memory()
        assert ours.keys() == theirs.keys()
        for path, entry in theirs.items():
            assert parts(read_kept(ours[path])) == parts(replace(read_kept(entry), clean=False)), path
        assert single.summary() == recheck.summary()


def random_edit(texts: Texts, choice: random.Random) -> Texts:
    """One edit, or the way back of one, or a file that is gone or back, no text, or a folder."""
    if choice.random() < 0.14:
        name = choice.choice([*BASE, *(path for path in BASE if path.endswith(".py"))])
        rest = {path: text for path, text in texts.items() if path.removesuffix("/inside") != name}
        states: list[Texts] = [{}, {name: BASE[name]}, {f"{name}/inside": ""}, *({name: one} for one in NO_TEXTS)]
        edited = {**rest, **choice.choice(states)}
        return edited if len(edited) > 1 else texts
    old, new = choice.choice(EDITS)
    if choice.random() < 0.4:
        old, new = new, old
    holding = [(path, text) for path, text in texts.items() if isinstance(text, str) and old and old in text]
    if not holding:
        return texts
    path, text = choice.choice(holding)
    return {**texts, path: text.replace(old, new, 1)}


def follow_edits(choice: random.Random, edits: int) -> int:
    """Check after each of so many edits, beside a memory and from scratch; how many files were taken over."""
    texts, taken_over = dict(BASE), 0
    memory: Memory = {}
    for _ in range(edits):
        texts = random_edit(texts, choice)
        if choice.random() < 0.2:
            texts = random_edit(texts, choice)
        problems, memory, taken = again(texts, memory)
        assert problems == from_scratch(texts)
        taken_over += len(taken)
    return taken_over


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(8))
def test_random_edits_find_what_a_check_from_scratch_finds(seed: int) -> None:
    assert follow_edits(random.Random(seed), 30) > 10


@pytest.mark.soak
def test_many_random_edits(record_property: Callable[[str, object], None]) -> None:
    choice = random.Random(int(os.environ.get("NSC_SEED", "1")))
    taken_over = sum(follow_edits(choice, 50) for _ in range(100))
    record_property("edits", 5000)
    record_property("files_taken_over", taken_over)
    assert taken_over > 5000
