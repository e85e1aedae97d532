"""Comments that ignore warnings, and what is said about the comments."""

import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.pipeline.checks import check_texts


def told(text: str) -> list[Diagnostic]:
    return list(check_texts({"main.nml": text}).diagnostics)


def names(text: str) -> list[str]:
    return [one.code.name for one in told(text)]


def fixed(text: str) -> str:
    edits = [edit for one in told(text) for fix in one.fixes for edit in fix.edits]
    assert all(fix.applicability is Applicability.MACHINE_APPLICABLE for one in told(text) for fix in one.fixes)
    return apply_edits(text, edits)


LOWER = "def w = sources.stdin | Sinks.log"
CLEAN = "def w = Sources.stdin | Sinks.log"


@pytest.mark.parametrize(
    "text",
    [
        f"{LOWER} // nsc: ignore[NS0421]\n",
        f"{LOWER} // nsc: ignore[lowercase-standard]\n",
        f"{LOWER} // nsc:ignore [ ns0421 ] as it always was\n",
        f"// nsc: ignore[NS0421]\n{LOWER}\n",
        f"// nsc: ignore[NS0421]\n\n// more words\n{LOWER}\n",
        f"// nsc: ignore[NS0421]\r\n{LOWER}\r\n",
        "// nsc: ignore[NS0421]\ndef w =\n  Sources.stdin\n  | sinks.log\n",
        "// nsc: ignore[NS0421]\n/// Documented.\n@experimental\ndef w = Sources.stdin\n  | sinks.log",
        "// nsc: ignore[NS0421]\n\nSources.stdin\n  | sinks.log\n",
        "def w =\n  // nsc: ignore[NS0421]\n  sources.stdin\n  | Sinks.log\n",
        "def w =\n  sources.stdin // nsc: ignore[NS0421]\n  | Sinks.log\n",
        "def w = sources.stdin | sinks.log // nsc: ignore[NS0421]\n",
        f"import Http:1.0.0; {LOWER} // nsc: ignore[NS0421] old // nsc: ignore[NS0901]\n",
        f"// nsc: ignore[NS0901] // nsc: ignore[NS0421]\nimport Http:1.0.0; {LOWER}\n",
    ],
)
def test_a_comment_ignores_what_it_names_on_its_line(text):
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{LOWER}\n// nsc: ignore[NS0421]\n",
        f"// nsc: ignore[NS0421]\n{CLEAN}\n{LOWER.replace('w', 'v', 1)}\n",
        f"// nsc: ignore[NS0421]\ndef v =\n Sources.stdin\n | Sinks.log\n{LOWER}\n",
        "def w = // nsc: ignore[NS0421]\n  Sources.stdin\n  | sinks.log\n",
        "def w =\n  // nsc: ignore[NS0421]\n  Sources.stdin\n  | sinks.log\n",
        f"{CLEAN} // nsc: ignore[NS0421]\n{LOWER.replace('w', 'v', 1)}\n",
    ],
)
def test_a_comment_ignores_nothing_on_other_lines(text):
    assert sorted(names(text)) == ["lowercase-standard", "unused-ignore"]


@pytest.mark.parametrize(
    "text",
    [
        f"/*\n/// nsc: ignore[NS0421]\n*/\n{CLEAN}\n",
        f"{CLEAN} // see nsc: ignore[NS0421]\n",
        f"{CLEAN} // nsc: ignored things\n",
        'def w = ["// nsc: ignore"] | Sinks.log\n',
    ],
)
def test_what_only_looks_like_such_a_comment_is_none(text):
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"{LOWER} /* nsc: ignore[NS0421] */\n", "a block comment"),
        (f"/** nsc: ignore[NS0421] */\n{LOWER}\n", "a block comment"),
        (f"/// nsc: ignore[NS0421]\n{LOWER}\n", "documentation"),
    ],
)
def test_comments_of_other_kinds_are_told_that_they_ignore_nothing(text, kind):
    (found,) = [one for one in told(text) if one.code.name != "lowercase-standard"]
    assert (found.code.name, found.title) == ("malformed-ignore", f"{kind} ignores nothing")
    assert "lowercase-standard" in names(text)


@pytest.mark.parametrize("spelling", ["NSC: ignore", "Nsc: Ignore", "nsc: IGNORE", "nsc ignore", "nsc : ignore"])
def test_another_spelling_is_told_with_the_right_one(spelling):
    text = f"{LOWER} // {spelling}[NS0421]\n"
    (found,) = [one for one in told(text) if one.code.name != "lowercase-standard"]
    assert (found.code.name, found.title) == ("malformed-ignore", "this spelling ignores nothing")
    assert "lowercase-standard" in names(text)
    assert apply_edits(text, found.fixes[0].edits) == f"{LOWER} // nsc: ignore[NS0421]\n"


@pytest.mark.parametrize("remark", ["nsc ignores nothing", "the NSC: it ignores", "nsc ignore lists"])
def test_a_remark_is_no_spelling_of_one(remark):
    assert names(f"{CLEAN} // {remark}\n") == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (f"{CLEAN} // nsc: ignore[NS0421]\n", f"{CLEAN}\n"),
        (f"// nsc: ignore[NS0421, NS0901]\n{CLEAN}\n", f"{CLEAN}\n"),
        (f"  // nsc: ignore[NS0421]\r\n{CLEAN}\r\n", f"{CLEAN}\r\n"),
        (f"{LOWER} // nsc: ignore[NS0901, NS0421] why\n", f"{LOWER} // nsc: ignore[NS0421] why\n"),
        (f"{CLEAN}\n// nsc: ignore[NS0421]", f"{CLEAN}\n"),
    ],
)
def test_an_unused_one_is_told_and_taken_out(text, after):
    assert names(text) == ["unused-ignore"]
    assert fixed(text) == after
    assert names(after) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (f"{LOWER} // nsc: ignore[NS0421] // nsc: ignore[NS0901]\n", f"{LOWER} // nsc: ignore[NS0421]\n"),
        (f"{LOWER} // nsc: ignore[NS0901] // nsc: ignore[NS0421]\n", f"{LOWER} // nsc: ignore[NS0421]\n"),
        (f"// nsc: ignore[NS0901] // nsc: ignore[NS0421]\n{LOWER}\n", f"// nsc: ignore[NS0421]\n{LOWER}\n"),
        (f"// nsc: ignore[NS0421] // nsc: ignore[NS0901]\n{LOWER}\n", f"// nsc: ignore[NS0421]\n{LOWER}\n"),
    ],
)
def test_of_two_on_a_line_the_idle_one_is_taken_out(text, after):
    assert names(text) == ["unused-ignore"]
    assert fixed(text) == after
    assert names(after) == []


def test_all_idle_names_of_a_comment_are_one_report():
    (one,) = told(f"{CLEAN} // nsc: ignore[NS0421, unused-import]\n")
    assert "`NS0421`, `unused-import`" in one.title


def test_a_comment_without_names_ignores_nothing():
    assert names(f"{LOWER} // nsc: ignore\n") == ["lowercase-standard", "malformed-ignore"]
    assert names(f"{LOWER} // nsc: ignore[]\n") == ["lowercase-standard", "malformed-ignore"]


def test_a_name_that_no_diagnostic_has_is_told_with_a_near_one():
    (one,) = told(f"{CLEAN} // nsc: ignore[unused-imports]\n")
    assert one.code.name == "malformed-ignore"
    assert [fix.title for fix in one.fixes] == ["write `unused-import`"]


def test_an_error_cannot_be_ignored():
    text = "def w = Sources.stdin | f // nsc: ignore[NS0401]\n"
    assert names(text) == ["unknown-name", "error-ignored"]


def test_where_something_is_wrong_no_comment_is_called_unused():
    text = "def w = Sources.stdin | f\ndef v = Sources.stdin // nsc: ignore[unused-import]\n"
    assert names(text) == ["unknown-name"]


def test_comments_of_files_that_are_only_imported_are_not_looked_at():
    files = {
        "words.nml": "module Words:0.1.0\nfun count : Text -> Integer // nsc: ignore[NS0421]\n",
        "main.nml": "module Main:0.1.0\nimport Words:0.1.0 as W\ndef f = W.count\n",
    }
    assert check_texts(files, ["main.nml"]).diagnostics == ()
    assert [one.code.name for one in check_texts(files).diagnostics] == ["unused-ignore"]


NML = "module M:0.1.0\nfun f : Text -> Text\n"
PYTHON = "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x, y):{}\n        return x\n"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("", ["method-arguments"]),
        ("  # nsc: ignore[NS0804]", []),
        ("  # nsc: ignore[method-arguments]  # noqa", []),
        ("  # nsc: ignore", ["malformed-ignore", "method-arguments"]),
        ("  # nsc: ignore[NS0804, NS0805]", ["unused-ignore"]),
        ("  # nsc: ignore[NS0803]", ["error-ignored", "method-arguments"]),
    ],
)
def test_comments_in_python_files(comment, expected):
    files = {"module.nml": NML, "service.py": PYTHON.format(comment)}
    assert sorted(one.code.name for one in check_texts(files).diagnostics) == expected


def test_a_text_in_python_is_no_comment():
    python = PYTHON.format("").replace("x, y", "x").replace("return x", 'return "# nsc: ignore"')
    assert check_texts({"module.nml": NML, "service.py": python}).diagnostics == ()
