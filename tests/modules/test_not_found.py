"""Imports that find no module: one error in each file, and a fix that mends all of them."""

from linking import linked, told

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Fix
from nscompiler.pipeline.checks import check_texts

TOOLS = "fun count : Text -> Integer\n"
USERS = {
    "a.nml": "module My.A:1.0.0\nimport Text.Tools:1.0.0\ndef f = Tools.count\n",
    "b.nml": "module My.B:1.0.0\nimport Text.Tools:1.0.0 as T\ndef f = T.count\n",
    "c.nml": "import nstack/Text.Tools:1.0.0\nSources.stdin | Tools.count | Sinks.log\n",
}


def mended(files: dict[str, str], fix: Fix) -> dict[str, str]:
    paths = {edit.span.path for edit in fix.edits}
    return files | {
        path: apply_edits(files[path], [edit for edit in fix.edits if edit.span.path == path]) for path in paths
    }


def mends_all(files: dict[str, str]) -> list[str]:
    """The titles of the errors' first fixes, each of which mends all."""
    found = [one for one in check_texts(files, ["."]).diagnostics if one.is_error]
    for one in found:
        after = check_texts(mended(files, one.fixes[0]), ["."]).diagnostics
        assert not any(left.is_error for left in after), [left.title for left in after]
    return [one.fixes[0].title for one in found]


def test_a_version_that_was_raised_is_written_in_all_files_at_once() -> None:
    files = {"tools/module.nml": f"module Text.Tools:1.1.0\n{TOOLS}", **USERS}
    assert mends_all(files) == ["import version 1.1.0, in all 3 files"] * 3
    del files["c.nml"]
    assert mends_all(files) == ["import version 1.1.0, in both files"] * 2
    del files["b.nml"]
    assert mends_all(files) == ["import version 1.1.0"]


def test_the_single_file_can_be_mended_alone() -> None:
    files = {"tools/module.nml": f"module Text.Tools:1.1.0\n{TOOLS}", **USERS}
    *_, problems = linked(files, "a.nml")
    assert [fix.title for fix in problems[0].fixes] == ["import version 1.1.0, in all 3 files", "import version 1.1.0"]
    assert [edit.span.path for edit in problems[0].fixes[1].edits] == ["a.nml"]


def test_a_module_that_was_renamed_is_found_by_its_folder_and_keeps_its_alias() -> None:
    files = {"tools/module.nml": f"module Words.Counting:1.0.0\n{TOOLS}", **USERS}
    assert mends_all(files) == ["import `Words.Counting:1.0.0`, in all 3 files"] * 3
    found = check_texts(files, ["."]).diagnostics[0]
    after = mended(files, found.fixes[0])
    assert "import Words.Counting:1.0.0 as Tools\n" in after["a.nml"]
    assert "import Words.Counting:1.0.0 as T\n" in after["b.nml"]
    assert [label.span.path for label in found.related] == ["tools/module.nml"]


def test_a_file_of_the_folder_that_lacks_what_is_used_is_not_offered() -> None:
    files, *_, problems = linked({"tools/module.nml": "module Words.Counting:1.0.0\n", **USERS}, "a.nml")
    assert told(files, problems) == [("NS0211", "a.nml", "Text.Tools:1.0.0")]
    assert problems[0].fixes == ()


def test_who_misspells_a_module_only_where_it_is_imported_is_told_of_that_alone() -> None:
    for reference in ("Text.Tolls:1.0.0", "Text.tools:1.0.0", "Text.Tools@1.0.0"):
        use = f"import {reference}\nSources.stdin | Tools.count | Sinks.log\n"
        files = {"tools.nml": f"module Text.Tools:1.0.0\n{TOOLS}", "a.nml": use}
        assert len(mends_all(files)) == 1
