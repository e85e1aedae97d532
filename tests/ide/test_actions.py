"""What can be done at a place: what is offered and what is not, and the text afterwards."""

from collections.abc import Sequence

import pytest
from marked import CURSOR, SHOP, program

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.ide.actions import changes_at
from nscompiler.ide.changes import Change, Done

FLOW = "flow/module.nml"


class Place:
    """A marked place, or the stretch between two marks, in what is added to a file of the project."""

    def __init__(self, written: str, path: str = FLOW, more: dict[str, str] | None = None, whole: bool = False) -> None:
        pieces = (written if whole else SHOP[path] + written).split(CURSOR)
        self.path, self.text = path, "".join(pieces)
        self.start = len(pieces[0])
        self.end = self.start + (len(pieces[1]) if len(pieces) > 2 else 0)
        self.base = 0 if whole else len(SHOP[path])
        self.state = program({**SHOP, **(more or {}), path: self.text})

    def changes(self, only: Sequence[str] | None = None) -> tuple[Change, ...]:
        return changes_at(self.state, self.path, self.start, self.end, only)

    def titles(self, only: Sequence[str] | None = None) -> list[str]:
        return [change.title for change in self.changes(only)]

    def done(self, title: str, only: Sequence[str] | None = None) -> Done:
        found = next(change for change in self.changes(only) if change.title == title).do()
        assert found is not None, title
        return found

    def after(self, title: str, only: Sequence[str] | None = None, path: str | None = None) -> str:
        """The file, or another, after a change; of this one what was added to it."""
        edits = [edit for edit in self.done(title, only).edits if edit.span.path == (path or self.path)]
        source = self.state.text(path or self.path)
        text = apply_edits("" if source is None else source.text, edits)
        return text[self.base :] if path is None else text


# --- extract


@pytest.mark.parametrize(
    ("written", "title", "after"),
    [
        (
            f"def x = Sources.stdin | {CURSOR}Std.single | Std.identity{CURSOR} | Sinks.log\n",
            "Extract these 2 stages into a def",
            "def part = Std.single | Std.identity\n\ndef x = Sources.stdin | part | Sinks.log\n",
        ),
        (
            f"/// Doc.\n@experimental\ndef x = Sources.stdin | C{CURSOR}onv.to_json {{ a = 1 }} | Sinks.log\n",
            "Extract this stage into a def",
            "def part = Conv.to_json { a = 1 }\n\n/// Doc.\n@experimental\ndef x = Sources.stdin | part | Sinks.log\n",
        ),
        (
            f"def part = Std.single\ndef x = Sources.stdin | ({CURSOR}part | part{CURSOR})* | Sinks.log\n",
            "Extract these 2 stages into a def",
            "def part = Std.single\ndef part2 = part | part\n\ndef x = Sources.stdin | (part2)* | Sinks.log\n",
        ),
        (
            f"def x = Sources.stdin | ({CURSOR}Std.single | Std.identity)*{CURSOR} | Sinks.log\n",
            "Extract this stage into a def",
            "def part = (Std.single | Std.identity)*\n\ndef x = Sources.stdin | part | Sinks.log\n",
        ),
        (
            f"def x = Sources.stdin | Std.single {CURSOR}| Sinks.log\n",
            "Split the pipe here into two defs",
            "def part = Sources.stdin | Std.single\n\ndef x = part | Sinks.log\n",
        ),
    ],
)
def test_extract(written: str, title: str, after: str) -> None:
    place = Place(written)
    assert place.after(title) == after
    found = place.done(title).name_at
    assert found is not None
    assert (place.text[: place.base] + after)[found.start : found.end].startswith("part")


@pytest.mark.parametrize(
    "written",
    [f"def x = Sources.stdin | S{CURSOR}td.single | Sinks.log", f"fun f : T{CURSOR}ext -> Text", f"// x {CURSOR}"],
)
def test_a_name_alone_is_not_extracted(written: str) -> None:
    assert Place(written).titles(["refactor.extract"]) == []


def test_parameters_that_are_set_around_still_reach_what_was_extracted() -> None:
    place = Place(f'def x = ({CURSOR}C.clean | C.tagged{CURSOR}) {{ tag = "x" }} | Sinks.log\n')
    after = place.after("Extract these 2 stages into a def")
    assert after == 'def part = C.clean | C.tagged\n\ndef x = (part) { tag = "x" } | Sinks.log\n'
    assert program({**SHOP, FLOW: SHOP[FLOW] + after}).problems_in(FLOW) == ()


# --- inline


@pytest.mark.parametrize(
    ("written", "title", "after"),
    [
        (
            f"def p = Std.single | Std.some\ndef x = Sources.stdin | {CURSOR}p | Sinks.log\ndef y = p {{ a = 1 }}\n",
            "Inline `p` here",
            "def p = Std.single | Std.some\n"
            "def x = Sources.stdin | Std.single | Std.some | Sinks.log\ndef y = p { a = 1 }\n",
        ),
        (
            f"/// Doc.\ndef p{CURSOR} = Std.single | Std.identity\n\n"
            "def x = Sources.stdin | p | Sinks.log\ndef y = p*\n",
            "Inline `p` everywhere",
            "def x = Sources.stdin | Std.single | Std.identity | Sinks.log\ndef y = (Std.single | Std.identity)*\n",
        ),
        (
            f"def p = (Std.single & Std.single)\ndef x = Sources.stdin | p{CURSOR} | Sinks.log\n",
            "Inline `p`",
            "def x = Sources.stdin | (Std.single & Std.single) | Sinks.log\n",
        ),
    ],
)
def test_inline(written: str, title: str, after: str) -> None:
    assert Place(written).after(title) == after


def test_a_def_that_others_import_stays() -> None:
    place = Place(f"def user = go{CURSOR}od\n", path="clean/module.nml")
    assert place.after("Inline `good`").endswith('def user = clean { digits = 3 } | tagged { tag = "x" }\n')
    assert "def good = " in apply_edits(place.text, place.done("Inline `good`").edits)


def test_an_annotation_that_says_more_is_not_written_out() -> None:
    assert "Inline `p`" not in Place(f"def p : Text -> Text = Std.identity\ndef x = p{CURSOR}\n").titles()
    assert "Inline `clean`" not in Place(f"def x = C.cle{CURSOR}an\n").titles()


# --- written otherwise


def test_annotations() -> None:
    place = Place(f"def x = C.cl{CURSOR}ean | C.two\n")
    title = "Annotate `x` : T.Item -> (T.Item, T.Item)"
    assert place.after(title) == "def x : T.Item -> (T.Item, T.Item) = C.clean | C.two\n"
    place = Place(f"def x : T.Item{CURSOR} -> T.Item = (C.clean)\n")
    assert place.after("Remove the annotation of `x`") == "def x = (C.clean)\n"
    assert not [title for title in Place(f"def x = {CURSOR}unknown\n").titles() if "nnot" in title]


def test_signs() -> None:
    title = "Send the items one by one: `*`"
    assert Place(f"def x = Sources.stdin | Std.sin{CURSOR}gle | Sinks.log\n").after(title) == (
        "def x = Sources.stdin | Std.single* | Sinks.log\n"
    )
    assert title not in Place(f"def x = Sources.stdin | Std.iden{CURSOR}tity | Sinks.log\n").titles()
    assert "Send only what is not missing: `?`" in Place(f"def x = [1] | Std.so{CURSOR}me | Sinks.log\n").titles()


def test_early_syntax() -> None:
    written = (
        f"module Old:0.1.0 {{{CURSOR}\n  import Shop.Types:0.1.0 as T;\n\n  type A = Text; type B = Text;\n"
        "  def x = concat Std.single { a = 1 };\n  def y = filter (Std.some | Std.identity);\n}\n"
    )
    place = Place(written, "old/module.nml", whole=True)
    after = place.after("Write the early syntax of this file as today's")
    assert "import Shop.Types:0.1.0 as T\n" in after
    assert "def x = Std.single { a = 1 }*\n" in after
    assert "def y = (Std.some | Std.identity)?\n" in after
    assert ";" not in after
    assert program({**SHOP, "old/module.nml": after}).parsed("old/module.nml").module.early_separators == ()  # type: ignore[union-attr]
    assert "Write the early syntax of this file as today's" not in Place(f"def x = {CURSOR}Std.single\n").titles()


def test_imports_in_order_without_those_that_nothing_uses() -> None:
    written = (
        f"import Shop.Types:0.1.0 as T{CURSOR} // types\nimport Shop.Flow:0.1.0\n"
        "// cleaning\nimport Shop.Clean:0.2.0 as C\n\n"
        'Sources.jsonl<T.Item> { path = "x" } | C.clean | Sinks.log\n'
    )
    place = Place(written, "new.nml", whole=True)
    assert place.titles() == [title for title in place.titles() if title != "Organise imports"]
    assert place.after("Organise imports", ["source.organizeImports"]) == (
        "// cleaning\nimport Shop.Clean:0.2.0 as C\nimport Shop.Types:0.1.0 as T // types\n\n"
        'Sources.jsonl<T.Item> { path = "x" } | C.clean | Sinks.log\n'
    )
    assert Place(f"{CURSOR}").titles(["source.organizeImports"]) == ["Organise imports"]
    sorted_already = (
        "import Shop.Clean:0.2.0 as C\nimport Shop.Types:0.1.0 as T\n\nfun f : T.Item -> Text\ndef g = C.clean | f\n"
    )
    assert Place(sorted_already + CURSOR, "new.nml", whole=True).titles(["source"]) == []


# --- what is missing


def test_a_function_that_is_not_declared() -> None:
    place = Place(f"def x = Sources.stdin | no{CURSOR}pe | Sinks.stdout\ndef y = Std.single\n")
    assert place.after("Declare `fun nope`") == (
        "def x = Sources.stdin | nope | Sinks.stdout\n\nfun nope : Text -> Text\ndef y = Std.single\n"
    )
    for written in (f"def x = Std.sin{CURSOR}gle\n", f"def x = Sources.stdin | No{CURSOR}pe\n"):
        assert not [one for one in Place(written).titles() if one.startswith("Declare")]


@pytest.mark.parametrize(
    ("written", "path", "begins", "code"),
    [
        (f"def x = Sources.stdin | no{CURSOR}pe | Sinks.log\n", FLOW, "Declare", "NS0401"),
        (f"fun la{CURSOR}te : Text -> Text\n", "clean/module.nml", "Create", "NS0801"),
    ],
)
def test_what_is_begun_mends_a_problem(written: str, path: str, begins: str, code: str) -> None:
    change = next(one for one in Place(written, path).changes() if one.title.startswith(begins))
    assert change.problem is not None
    assert change.problem.code.id == code


def test_a_parameter_that_is_not_declared() -> None:
    place = Place(f"def x = C.clean {{ le{CURSOR}vel = 3 }}\n")
    after = place.after("Declare the parameter `level` of `clean`", path="clean/module.nml")
    assert 'mode : "up" | "down" = "up", level : Integer\n}' in after
    assert not [
        one for one in Place(f"def x = C.clean {{ dig{CURSOR}its = 3 }}\n").titles() if one.startswith("Declare")
    ]


def test_a_method_that_is_not_there() -> None:
    place = Place(f"/// Makes late.\nfun la{CURSOR}te : Text -> Text\n", path="clean/module.nml")
    after = place.after("Create the method `late` in service.py", path="clean/service.py")
    assert after == (
        SHOP["clean/service.py"]
        + '\n    def late(self, value):\n        """Makes late."""\n        raise NotImplementedError\n'
    )
    place = Place(f"fun tick{CURSOR} : Void -> Text\n")
    done = place.done("Create the method `tick` in service.py")
    assert done.created == ("flow/service.py",)
    assert "    def tick(self):\n        raise NotImplementedError\n        yield\n" in done.edits[0].text
    assert Place(f"fun f{CURSOR} : Text", path="clean/module.nml").titles() == []


def test_a_comment_that_ignores() -> None:
    place = Place(f"def x = C.ol{CURSOR}d\n")
    assert place.after("Ignore NS0422 here") == "def x = C.old // nsc: ignore[NS0422]\n"
    place = Place(f"def x = C.ol{CURSOR}d // because\n")
    after = place.after("Ignore NS0422 here")
    assert after == "// nsc: ignore[NS0422]\ndef x = C.old // because\n"
    assert program({**SHOP, FLOW: SHOP[FLOW] + after}).problems_in(FLOW) == ()
    assert not [one for one in Place(f"def x = no{CURSOR}pe\n").titles() if one.startswith("Ignore")]


# --- fixes and kinds


def test_the_fixes_of_a_problem_come_first_and_sure_ones_say_so() -> None:
    place = Place(f"def x = Sources.stdin | Conv.to_jsn{CURSOR} | sinks.log\n")
    first = place.changes()[0]
    assert first.problem is not None
    assert place.after(first.title) == "def x = Sources.stdin | Conv.to_json | sinks.log\n"
    place = Place(f"def x = Sources.stdin | sin{CURSOR}ks.log\n")
    assert place.changes()[0].sure
    assert place.after(place.changes()[0].title) == "def x = Sources.stdin | Sinks.log\n"


def test_every_fix_of_the_checker_is_offered() -> None:
    text = (
        SHOP[FLOW]
        + "def x = sources.stdin | Conv.to_jsn | sinks.log\ndef y = C.clean { mode = up }\ndef z = C.cleen |\n"
    )
    state = program({**SHOP, FLOW: text})
    wanted = {fix.edits for problem in state.problems_in(FLOW) for fix in problem.fixes}
    offered = {done.edits for one in changes_at(state, FLOW, 0, len(text), ["quickfix"]) if (done := one.do())}
    assert len(wanted) >= 4
    assert wanted <= offered


def test_problems_in_the_python_code_have_their_fixes() -> None:
    place = Place(f"# nsc: ignore[NS{CURSOR}0901]\n", "clean/service.py")
    assert place.titles() == ["Remove it from the comment"]
    assert place.after("Remove it from the comment") == ""


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.extract", "refactor.inline", "refactor.rewrite"}),
        (["refactor.inline"], {"refactor.inline"}),
        (["source"], {"source.organizeImports"}),
        (["refactor.extra"], set()),
        (None, {"quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite"}),
    ],
)
def test_only_the_kinds_that_are_asked_for(only: list[str] | None, kinds: set[str]) -> None:
    place = Place(f"def p = Std.single\ndef x = [1] | {CURSOR}p | C.old{CURSOR} | Sinks.log\n")
    assert {change.kind.value for change in place.changes(only)} == kinds


def test_a_broken_file_has_what_is_whole() -> None:
    place = Place(f"def broken = = |\ndef x = Sources.stdin | {CURSOR}Std.single | Std.identity{CURSOR} | Sinks.log\n")
    assert place.after("Extract these 2 stages into a def") == (
        "def broken = = |\ndef part = Std.single | Std.identity\n\ndef x = Sources.stdin | part | Sinks.log\n"
    )


def test_a_module_without_a_header_gets_one_where_it_lacks() -> None:
    more = {"user.nml": "import Text.Tools:1.0.0\n", "other.nml": "import Text.Tools:1.0.0 as T\n"}
    place = Place(f"{CURSOR}fun count : Text -> Integer\n", "tools/module.nml", more, whole=True)
    title = "Give `tools/module.nml` a header"
    assert place.titles(["quickfix"]).count(title) == 1
    assert place.after(title) == "module Text.Tools:1.0.0\n\nfun count : Text -> Integer\n"
