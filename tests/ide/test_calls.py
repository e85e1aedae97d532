"""Who uses what, what is offered above declarations, what follows renamed files."""

from marked import SHOP, applied, place, program, shop, shown

from nscompiler.ide.calls import Call, incoming_calls, outgoing_calls, prepare_calls
from nscompiler.ide.file_renames import following
from nscompiler.ide.lenses import lenses

SCRIPT = {"top.nml": "import Shop.Flow:0.1.0 as F\nimport Shop.Clean:0.2.0 as C\n\nC.good | F.rounded | C.good\n"}


def told(calls: tuple[Call, ...]) -> list[tuple[str, str, int]]:
    return [(one.other.name, one.other.detail, len(one.places)) for one in calls]


def test_what_a_function_is() -> None:
    state, path, offset = place(shop("flow/module.nml", "C.go‸od"))
    (found,) = prepare_calls(state, path, offset)
    assert (found.name, found.declared, found.detail) == ("good", "def", "Shop.Clean:0.2.0")
    assert shown(state, found.place) == "clean/module.nml:15 good"
    state, path, offset = place(shop("types/module.nml", "type It‸em"))
    assert prepare_calls(state, path, offset) == ()


def test_who_uses_a_function() -> None:
    state = program({**SHOP, **SCRIPT})
    assert told(incoming_calls(state, "clean/module.nml", "clean")) == [
        ("good", "Shop.Clean:0.2.0", 1),
        ("rounded", "Shop.Flow:0.1.0", 1),
    ]
    assert told(incoming_calls(state, "clean/module.nml", "good")) == [
        ("w", "Shop.Flow:0.1.0", 1),
        ("main", "top.nml", 2),
    ]
    assert incoming_calls(state, "flow/module.nml", "w") == ()


def test_what_a_definition_uses() -> None:
    state = program({**SHOP, **SCRIPT})
    assert told(outgoing_calls(state, "flow/module.nml", "w")) == [
        ("jsonl", "Sources:1.0.0", 1),
        ("good", "Shop.Clean:0.2.0", 1),
        ("log", "Sinks:1.0.0", 1),
    ]
    assert told(outgoing_calls(state, "top.nml", "main")) == [
        ("good", "Shop.Clean:0.2.0", 2),
        ("rounded", "Shop.Flow:0.1.0", 1),
    ]
    assert outgoing_calls(state, "clean/module.nml", "clean") == ()


def test_uses_in_broken_definitions_count() -> None:
    texts = {**SHOP, "flow/module.nml": SHOP["flow/module.nml"].replace("C.good |", "C.good | |")}
    assert told(incoming_calls(program(texts), "clean/module.nml", "good")) == [("w", "Shop.Flow:0.1.0", 1)]


def test_a_deprecated_function_says_so() -> None:
    state, path, offset = place(shop("clean/module.nml", "fun ol‸d"))
    assert [one.deprecated for one in prepare_calls(state, path, offset)] == [True]


# --- lenses


def test_workflows_and_scripts_can_be_run() -> None:
    state = program({**SHOP, "top.nml": "Sources.stdin | Sinks.log\n", "part.nml": "Std.some\n"})
    found = [(one.kind, one.name) for one in lenses(state, "flow/module.nml")]
    assert found == [("run", "w"), ("graph", "w"), ("references", "w"), ("references", "rounded")]
    assert [(one.kind, one.name) for one in lenses(state, "top.nml")] == [("run", "main"), ("graph", "main")]
    assert lenses(state, "part.nml") == ()


def test_each_kind_of_lens_can_be_left_out() -> None:
    state = program(SHOP)
    assert {one.kind for one in lenses(state, "flow/module.nml", references=False)} == {"run", "graph"}
    assert {one.kind for one in lenses(state, "flow/module.nml", run=False)} == {"references"}
    assert lenses(state, "flow/module.nml", run=False, references=False) == ()


# --- renamed files


def test_the_python_file_beside_a_script_goes_along() -> None:
    state = program(
        {"etl.nml": "fun f : Text -> Text\n", "etl.py": "class Module:\n    def f(self, x):\n        return x\n"}
    )
    assert following(state, [("etl.nml", "load.nml")]).renames == (("etl.py", "load.py"),)
    assert following(state, [("etl.nml", "sub/etl.nml")]).renames == (("etl.py", "sub/etl.py"),)
    assert following(state, [("etl.nml", "load.nml"), ("etl.py", "load.py")]).renames == ()
    assert following(state, [("etl.nml", "etl.txt")]).renames == ()


def test_nothing_is_written_over_and_nothing_that_is_not_there_moves() -> None:
    state = program({"a.nml": "", "a.py": "", "b.py": "", "c.nml": "Std.some\n"})
    assert following(state, [("a.nml", "b.nml")]).renames == ()
    assert following(state, [("c.nml", "d.nml")]).renames == ()


def test_a_module_file_under_another_name_has_another_python_file() -> None:
    state = program(SHOP)
    assert following(state, [("clean/module.nml", "clean/clean.nml")]).renames == (
        ("clean/service.py", "clean/clean.py"),
    )


def test_a_renamed_folder_changes_the_project_file_and_no_import() -> None:
    project = "modules:\n  - clean # first\n  - types\n  - flow\n"
    texts = {**SHOP, "nstack-project.yaml": project}
    found = following(program(texts), [("clean", "tidy/up"), ("types", "kinds")])
    assert found.renames == ()
    assert {one.span.path for one in found.edits} == {"nstack-project.yaml"}
    after = applied(texts, found.edits)["nstack-project.yaml"]
    assert after == "modules:\n  - tidy/up # first\n  - kinds\n  - flow\n"


def test_a_folder_that_leaves_the_project_is_left_to_the_author() -> None:
    texts = {f"p/{path}": text for path, text in SHOP.items()} | {"p/nstack-project.yaml": "modules:\n  - clean\n"}
    assert following(program(texts), [("p/clean", "elsewhere")]).edits == ()
