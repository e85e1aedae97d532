"""A state that came out of many edits says the same as one made from the texts alone."""

import os
import random
from collections.abc import Callable

import pytest
from test_recheck import BASE, Texts, from_scratch, library, random_edit

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.named import workflows
from nscompiler.state import State

SEEDS = pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.thorough] if seed > 1 else []) for seed in range(8)]
)


def files_of(texts: Texts) -> MemoryFiles:
    return MemoryFiles({**library(), **texts})


def fresh(texts: Texts) -> State:
    return State(files_of(texts), (".",), standard=standard_folder())


def told(state: State) -> dict[str, tuple[Diagnostic, ...]]:
    found = {path: (*state.problems_in(path), *state.late_problems(path)) for path in state.paths_of_all}
    return {"": state.common_problems(), **found}


def changed(before: Texts, after: Texts) -> list[str]:
    return [path for path in {**before, **after} if before.get(path) != after.get(path)]


def test_the_files_together_say_what_a_check_says() -> None:
    broken = {**BASE, "loose/module.nml": BASE["loose/module.nml"].replace("loose | two", "loose | twwo")}
    for texts in (BASE, broken):
        assert sorted(map(repr, from_scratch(texts))) == sorted(
            repr(problem) for problems in told(fresh(texts)).values() for problem in problems
        )


@pytest.mark.parametrize(
    ("path", "old", "new", "again"),
    [
        ("types/module.nml", "type Pair", "// a comment\ntype Pair", {"types"}),
        ("types/module.nml", "price : Double", "price : Text", {"types", "clean", "flow"}),
        ("types/module.nml", "type Pair", "type Unused = Text\ntype Pair", {"types"}),
        # What flow exports tells where `tag` is fixed.
        ("clean/module.nml", 'tag = "x"', 'tag = "yy"', {"clean", "flow"}),
        ("loose/module.nml", "def both", "\ndef both", {"loose", "flow"}),
        ("flow/module.nml", "def v", "// x\ndef v", {"flow"}),
    ],
)
def test_what_is_checked_again(path: str, old: str, new: str, again: set[str]) -> None:
    before = fresh(BASE)
    earlier = {one: before.file(one) for one in before.paths_of_all}
    edited = {**BASE, path: BASE[path].replace(old, new)}
    state = before.after(files_of(edited), [path])
    anew = {one for one in state.paths_of_all if state.file(one) is not earlier[one]}
    assert {name.removesuffix("/module.nml") for name in anew} - {"top.nml"} <= again
    assert path in anew
    assert told(state) == told(fresh(edited))


def follow_edits(choice: random.Random, edits: int) -> None:
    texts = dict(BASE)
    state = fresh(texts)
    for _ in range(edits):
        edited = random_edit(texts, choice)
        state = state.after(files_of(edited), changed(texts, edited))
        texts = edited
        if choice.random() < 0.6:  # else the next edit comes before anything was asked
            assert told(state) == told(fresh(texts))
        elif choice.random() < 0.5 and state.paths_of_all:
            path = choice.choice(state.paths_of_all)
            assert state.problems_in(path) == fresh(texts).problems_in(path)
    assert told(state) == told(fresh(texts))


def follow_news(choice: random.Random, edits: int) -> None:
    """Who asks only for what may have changed knows as much as who asks for everything."""
    texts, state = dict(BASE), fresh(BASE)
    own: dict[str, tuple[Diagnostic, ...]] = {}
    late: dict[str, tuple[Diagnostic, ...]] = {}
    for _ in range(edits):
        own |= {path: state.problems_in(path) for path in state.news()}
        if choice.random() < 0.7:
            late |= {path: state.late_problems(path) for path in state.late_news()[: choice.choice((1, 99))]}
        edited = random_edit(texts, choice)
        state = state.after(files_of(edited), changed(texts, edited))
        texts = edited
    own |= {path: state.problems_in(path) for path in state.news()}
    late |= {path: state.late_problems(path) for path in state.late_news()}
    new = fresh(texts)
    for path in new.paths_of_all:
        assert own[path] == new.problems_in(path)
        assert late.get(path, ()) == new.late_problems(path)
    assert state.late_news() == state.news() == ()


@SEEDS
def test_news_are_all_that_is_new(seed: int) -> None:
    follow_news(random.Random(seed), 25)


@SEEDS
def test_random_edits_end_where_the_texts_do(seed: int) -> None:
    follow_edits(random.Random(seed), 30)


@pytest.mark.soak
def test_many_random_edits_of_a_state(record_property: Callable[[str, object], None]) -> None:
    choice = random.Random(int(os.environ.get("NSC_SEED", "1")))
    for _ in range(100):
        follow_edits(choice, 50)
        follow_news(choice, 50)
    record_property("edits", 10_000)


def test_a_workflow_is_laid_out_through_a_module_that_says_the_same_again() -> None:
    texts = {
        "loose/module.nml": (
            "module Shop.Loose:0.1.0\n\nfun one : a -> [a]\nfun two : a -> (a, a)\ndef both = one | two\n"
        ),
        "loose/service.py": (
            "class Module:\n    def one(self, x):\n        return [x]\n    def two(self, x):\n        return x, x\n"
        ),
        "flow/module.nml": (
            "module Shop.Flow:0.1.0\n\nimport Shop.Loose:0.1.0 as L\n\n"
            'def w = Sources.jsonl<Text> { path = "in" } | L.one | Sinks.jsonl { path = "in" }\ndef v = L.both\n'
        ),
        "top.nml": "import Shop.Flow:0.1.0 as F\nSources.stdin | F.v | Sinks.log\n",
    }
    before = fresh(texts)
    told(before)
    edited = {**texts, "flow/module.nml": texts["flow/module.nml"] + "// the same\n"}
    state = before.after(files_of(edited), ["flow/module.nml"])
    assert told(state) == told(fresh(edited))
    new = fresh(edited)
    drawn = [one.lower("top.nml", workflows(one.checked["top.nml"])[0]) for one in (state, new)]
    assert drawn[0] == drawn[1]
    assert drawn[0][0] is not None


def test_lints_name_the_place_that_a_function_of_another_file_has_now() -> None:
    texts = {
        "geo/module.nml": (
            "module Shop.Geo:0.1.0\n\nfun located : { id : Integer | r } -> { id : Integer, country : Text | r }\n"
            "fun shout : Text -> Text\nfun billed : { id : Integer, countyr : Text } -> Text\n"
        ),
        "geo/service.py": 'class Module:\n    def shout(self, x):\n        return x + self.args["mark"]\n',
        "flow/module.nml": (
            "module Shop.Flow:0.1.0\n\nimport Shop.Geo:0.1.0 as Geo\n\n"
            'def loud = Geo.shout { marks = "!" }\n'
            'def w = Sources.jsonl { path = "in" } | Geo.located | Geo.billed | Sinks.log\n'
        ),
    }
    first = fresh(texts)
    assert {one.code.name for one in first.problems_in("flow/module.nml")} >= {"parameter-not-read", "misspelt-field"}
    edited = {**texts, "geo/module.nml": "// one more line\n" + texts["geo/module.nml"]}
    for asked in (first, fresh(texts)):
        state = asked.after(files_of(edited), ["geo/module.nml"])
        assert state.problems_in("flow/module.nml") == fresh(edited).problems_in("flow/module.nml")


def test_a_probe_changes_nothing() -> None:
    state = fresh(BASE)
    path = "flow/module.nml"
    before = state.problems_in(path)
    parsed, checked = state.probe(path, BASE[path] + "\ndef probed = L.loose | L.two\n")
    assert not parsed.problems
    assert "probed" in checked.interface.functions
    assert state.problems_in(path) == before
    assert "probed" not in state.file(path).interface.functions


def test_a_workflow_whose_check_is_taken_over_is_laid_out_with_the_standard_library() -> None:
    clash = 'def w = Sources.stdin | (Sinks.jsonl { path = "a" } & Sinks.jsonl { path = "a" })\n'
    files = [MemoryFiles({"a.nml": clash, "b.nml": f"def {name} = Std.identity\n"}, DiskFiles()) for name in "xy"]
    first = State(files[0], ("a.nml", "b.nml"), only=frozenset({"a.nml"}))
    assert first.problems_in("a.nml") == ()
    following = first.after(files[1], ("b.nml",))  # with other files to be told of, everything is carried over
    assert "a.nml" in following.late_news()
    assert [problem.title for problem in following.late_problems("a.nml")] == ["Two sinks write `a`"]


def test_a_declaration_whose_name_cannot_be_read_is_told_of_no_user_until_it_goes() -> None:
    texts = {"main.nml": "import Lib:1.0.0 as L\ndef a = L.f", "lib.nml": "module Lib:1.0.0\nfun : Text -> Text\n"}
    gone = {**texts, "lib.nml": "module Lib:1.0.0\n"}
    before = fresh(texts)
    assert [one.code.name for problems in told(before).values() for one in problems if one.is_error] == ["missing-name"]
    state = before.after(files_of(gone), ["lib.nml"])
    assert told(state) == told(fresh(gone))
    assert "unknown-name" in {one.code.name for one in told(state)["main.nml"]}
