"""Lints: what is told, where, and what is left alone."""

from pathlib import Path

import pytest

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic, Severity
from nscompiler.pipeline.checks import check_texts

LINTS = "NS09"
WORDS = "module Words:0.1.0\n\ntype Word = Text\n\nfun count : Text -> Integer\n"


def found(text: str | dict[str, str]) -> list[Diagnostic]:
    """The lints of ``main.nml``, given beside a module ``Words``, or of several files."""
    files = {"words/module.nml": WORDS, "main.nml": text} if isinstance(text, str) else text
    return [one for one in check_texts(files).diagnostics if one.code.id.startswith(LINTS)]


def names(text: str | dict[str, str]) -> list[str]:
    return [one.code.name for one in found(text)]


def fixed(text: str) -> str:
    """A text after the sure fixes of its lints."""
    edits = [
        edit
        for one in found(text)
        for fix in one.fixes
        if fix.applicability is Applicability.MACHINE_APPLICABLE
        for edit in fix.edits
    ]
    return apply_edits(text, edits)


# --- imports


@pytest.mark.parametrize(
    "use",
    [
        "def f = W.count",
        "def f = W . count",
        "fun f : W.Word -> Text",
        "type T = [W.Word]",
        "def f = Sources.stdin<Text> | W.count",
        "def f = Std.identity<W.Word>",
        "def f : Text -> Integer = Std.identity<W.Word> | (Std.identity | W.count)",
        "def f : W.Word -> W.Word = Std.identity",
    ],
)
def test_an_import_is_used_by_whatever_names_its_alias(use):
    assert names(f"module Main:0.1.0\nimport Words:0.1.0 as W\n{use}\n") == []


def test_an_unused_import_is_told_where_it_stands():
    text = "module Main:0.1.0\nimport Words:0.1.0 as W // W.count\ndef w = Sources.stdin\n"
    (lint,) = found(text)
    assert lint.code.name == "unused-import"
    assert text[lint.primary.span.start : lint.primary.span.end] == "import Words:0.1.0 as W"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import Words:0.1.0 as W\ndef w = Sources.stdin\n", "def w = Sources.stdin\n"),
        ("import Words:0.1.0 as W;\r\ndef w = Sources.stdin\r\n", "def w = Sources.stdin\r\n"),
        ("import Words:0.1.0; def w = Sources.stdin\n", " def w = Sources.stdin\n"),
        ("import Words:0.1.0 // why\ndef w = Sources.stdin\n", "// why\ndef w = Sources.stdin\n"),
        ("  import Words:0.1.0; // why\ndef w = Sources.stdin\n", "  // why\ndef w = Sources.stdin\n"),
        ("import Words:0.1.0", ""),
    ],
)
def test_the_fix_takes_the_import_out_and_leaves_a_program(before, after):
    assert fixed("module Main:0.1.0\n" + before) == "module Main:0.1.0\n" + after
    assert check_texts({"main.nml": fixed("module Main:0.1.0\n" + before)}).diagnostics == ()


@pytest.mark.parametrize(
    "text",
    [
        "module Main:0.1.0\nimport Words:0.1.0 as W\ndef f = g\n",
        "module Main:0.1.0\nimport Words:0.1.0 as W\ndef f = = W.count\n",
        "module Main:0.1.0\nimport Gone:0.1.0 as G\n",
        "module Main:0.1.0\nimport Gone:0.1.0 as G\ndef f = G.f\n",
    ],
)
def test_nothing_is_called_unused_where_something_is_wrong(text):
    assert names(text) == []


def test_what_imported_files_leave_unused_is_their_own_affair():
    files = {
        "main.nml": "module Main:0.1.0\nimport Middle:0.1.0 as M\ndef f = M.f\n",
        "middle.nml": "module Middle:0.1.0\nimport Words:0.1.0 as W\nfun f : Text -> Text\n",
        "words/module.nml": WORDS,
    }
    assert [one.code.name for one in check_texts(files, ["main.nml"]).diagnostics] == []
    assert names(files) == ["unused-import"]


# --- declarations of scripts


def test_a_script_with_an_expression_tells_what_it_leaves_unused():
    text = 'type Line = Text\nfun f : Text -> Text\ndef show = Sinks.stdout;\n["one"] | Sinks.stdout\n'
    assert names(text) == ["unused-type", "unused-definition", "unused-definition"]


@pytest.mark.parametrize(
    "text",
    [
        "type Line = Text\nfun f : Text -> Text\ndef show = f | Sinks.stdout\n",  # nothing is sure to run
        "module Main:0.1.0\ntype Line = Text\nfun f : Text -> Text\ndef w = Sources.stdin | Sinks.stdout\n",
        'def _show = Sinks.stdout;\n["one"] | Sinks.stdout\n',
        'def other = ["two"] | Sinks.stdout;\n["one"] | Sinks.stdout\n',  # can be started by its name
        'type A = Text\ntype B = [A]\nfun f : Text -> B;\n["one"] | f | Sinks.log\n',
        'type A = Text\ndef f : A -> Void = Sinks.log;\n["one"] | f\n',
        'type A = Text;\n["one"] | (Std.identity<A> | Sinks.log)\n',
        'def a = Std.identity\ndef b = a;\n["one"] | (b & b) | Sinks.log\n',
    ],
)
def test_nothing_is_called_unused_that_may_be_used(text):
    assert names(text) == []


@pytest.mark.parametrize(
    ("between", "mended"),
    [("; ", " | "), (";\n", "\n| "), ("\n;\n", "\n\n| "), ("; // more\n", None)],
)
def test_a_def_that_breaks_off_goes_on_with_what_stands_below(between: str, mended: str | None) -> None:
    before, after = "fun a : Text -> Text\n\ndef w = Sources.stdin", "a | Sinks.stdout\n"
    one = next(one for one in found(before + between + after) if one.code is codes.lints.UNUSED_DEFINITION)
    mends = [apply_edits(before + between + after, fix.edits) for fix in one.fixes]
    assert mends == ([] if mended is None else [before + mended + after])
    assert mended is None or names(mends[0]) == []


def test_a_type_that_only_python_mentions_is_used():
    python = (
        "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x):\n        return len(nstack.Line(x))\n"
    )
    nml = 'type Line = { text : Text }\nfun f : Text -> Integer;\n["one"] | f | Sinks.log\n'
    assert names({"etl.nml": nml, "etl.py": python}) == []
    assert names({"etl.nml": nml, "etl.py": python.replace("nstack.Line(x)", "x")}) == ["unused-type"]


# --- fields

ENRICH = """\
fun enrich : { id : Integer | r } -> { id : Integer, country : Text | r }
fun store : { id : Integer, FIELD : TYPE } -> Void
"""


def shop(field: str, type: str = "Text", source: str = "Sources.jsonl", middle: str = "enrich") -> str:
    head = ENRICH.replace("FIELD", field).replace("TYPE", type)
    return f'{head}def w = {source} {{ path = "x" }} | {middle} | store\n'


@pytest.mark.parametrize("field", ["countyr", "countr", "Country", "count_ry"])
@pytest.mark.parametrize("type", ["Text", "optional Text"])
def test_a_dropped_field_with_a_neighbour_asked_of_the_source(field, type):
    text = shop(field if field[0].islower() else f'"{field}"', type)
    (lint,) = found(text)
    assert lint.code.name == "misspelt-field"
    assert text[lint.primary.span.start : lint.primary.span.end] == "store"
    assert "`country`" in lint.title
    assert f"`{field}`" in lint.title


@pytest.mark.parametrize(
    "text",
    [
        shop("country"),
        shop("county", "Integer"),  # another type
        shop("city"),  # another name
        shop("countyr", source="Sources.jsonl<{ id : Integer, countyr : Text }>"),  # somebody wrote it
        "fun more : { id : Integer | r } -> { id : Integer, countyr : Text | r }\n"
        + shop("countyr", middle="more | enrich"),
        ENRICH.replace("FIELD", "countyr").replace("TYPE", "Text") + "def part = enrich | store\n",
        shop("line1").replace("country", "line2"),  # numbered
        shop("abd").replace("country", "abc"),  # short
        "fun f : { a : Text } -> { name : Text, names : Text }\nfun g : { name : Text } -> Void\n"
        'def w = Sources.jsonl { path = "x" } | f | g\n',  # dropped, and nothing is missing
    ],
)
def test_fields_that_are_dropped_on_purpose(text):
    assert names(text) == []


# --- releases


@pytest.mark.parametrize(
    ("own", "imported", "told"),
    [
        ("1.0.0", "0.1.0-SNAPSHOT", ["snapshot-in-release"]),
        ("1.0.0", "0.1.0-SNAPSHOT-2f", ["snapshot-in-release"]),
        ("1.0.0-SNAPSHOT", "0.1.0-SNAPSHOT", []),
        ("1.0.0", "0.1.0", []),
    ],
)
def test_a_release_that_imports_what_still_changes(own, imported, told):
    files = {
        "words.nml": f"module Words:{imported}\nfun count : Text -> Integer\n",
        "main.nml": f"module Main:{own}\nimport Words:{imported} as W\ndef f = W.count\n",
    }
    assert names(files) == told


def test_a_script_has_no_version_to_keep():
    files = {
        "words.nml": "module Words:0.1.0-SNAPSHOT\nfun count : Text -> Integer\n",
        "main.nml": "import Words:0.1.0-SNAPSHOT as W\n\nSources.stdin | W.count | Sinks.log\n",
    }
    assert names(files) == []


# --- sources that give a value once

FETCH = 'fun fetch : () -> Text\ndef poll = Sources.schedule { cron = "@daily" }'


def test_an_endless_source_that_cannot_give_a_value_again():
    text = f"{FETCH} | fetch | Sinks.log\n"
    (lint,) = found(text)
    assert (lint.code.name, lint.severity.value) == ("failures-are-skipped", "hint")
    assert text[lint.primary.span.start : lint.primary.span.end] == "Sources.schedule"


@pytest.mark.parametrize(
    "text",
    [
        FETCH + ' | fetch { on_error = "skip" } | Sinks.log\n',
        "fun fetch : () -> Text\n"
        'def poll = (Sources.schedule { cron = "@daily" } | fetch | Sinks.log) { on_error = "stop" }',
        'def poll = Sources.schedule { cron = "@daily" } | Sinks.log\n',  # nothing of one's own that fails
        "fun f : Text -> Text\ndef w = Sources.stdin | f | Sinks.log\n",  # ends, and stops at the first failure
        'fun f : Text -> Text\ndef w = Sources.http { http_path = "/" } | f | Sinks.log\n',  # the sender is told
        "fun ticks : Void -> Text\nfun f : Text -> Text\ndef w = ticks | f | Sinks.log\n",  # nobody said it is endless
        "fun fetch : () -> Text\ndef part = Sources.schedule | fetch\n",  # no workflow
    ],
)
def test_values_that_are_not_lost_unsaid(text):
    assert names(text) == []


def test_a_python_source_with_offsets_can_go_on_where_it_was():
    nml = "module M:0.1.0\n@unbounded\nfun ticks : Void -> Text\nfun f : Text -> Text\ndef w = ticks | f | Sinks.log\n"
    head = "import nstack\n\n\nclass Module(nstack.Module):\n    def f(self, x): return x\n    def ticks(self):\n"
    once, again = head + "        yield 'x'\n", head + "        yield nstack.At('x', 1)\n"
    assert names({"module.nml": nml, "service.py": once}) == ["failures-are-skipped"]
    assert names({"module.nml": nml, "service.py": again}) == []


# --- parameters that nobody reads

CLASS = "import nstack\n\n\nclass Module(nstack.Module):\n    def shout(self, text):\n        return {}\n"
SHOUT = "module Demo:0.1.0\nfun shout : Text -> Text\n"


def parameters(nml: str, python: str, **more: str) -> list[str]:
    return names({"module.nml": nml, "service.py": python, **more})


def test_a_binding_that_no_python_code_reads():
    python = CLASS.format('text + self.args["mark"]')
    files = {"module.nml": SHOUT + 'def loud = shout { marks = "!" }\n', "service.py": python}
    (lint,) = found(files)
    assert lint.code.name == "parameter-not-read"
    assert [edit.text for fix in lint.fixes for edit in fix.edits] == ["mark"]


def test_a_binding_that_reaches_a_function_of_another_module():
    python = CLASS.format('text + self.args.get("mark", "")')
    files = {
        "demo/module.nml": SHOUT + "def inner = shout | Std.identity\n",
        "demo/service.py": python,
        "main.nml": 'module Main:0.1.0\nimport Demo:0.1.0 as D\ndef f = D.inner { mark = "!" } { other = "?" }\n',
    }
    assert names(files) == ["parameter-not-read"]


@pytest.mark.parametrize(
    "python",
    [
        CLASS.format('text + self.args["mark"]'),
        CLASS.format("text + self.args.get('mark')"),
        CLASS.format("text + ('!' if 'mark' in self.args else '')"),
        CLASS.format("text + self.args[self.name]"),
        CLASS.format("text.format(**self.args)"),
        CLASS.format("helper(self, text)"),
        CLASS.format("getattr(self, 'args')['mark']"),
        CLASS.format("self.__dict__"),
        CLASS.format("text") + "    def _other(self):\n        return self.args['mark']\n",
        CLASS.format("text") + "    extra = helper\n",
        CLASS.format("text").replace("    def", "    @wrapped\n    def"),
        CLASS.format("text").replace("nstack.Module", "Base"),
        "class Base:\n    def read(self):\n        return self.args['mark']\n\n"
        + CLASS.format("text").replace("nstack.Module", "Base"),
        "x = (\n",
    ],
)
def test_a_binding_that_may_be_read(python):
    assert parameters(SHOUT + 'def loud = shout { mark = "!" }\n', python) == []


def test_a_module_without_python_may_read_anything():
    assert names({"module.nml": SHOUT + 'def loud = shout { mark = "!" }\n'}) == []


def test_a_binding_that_another_function_declares_has_a_reader():
    nml = SHOUT + 'fun other : Text -> Text with { mark : Text }\ndef f = (shout | other) { mark = "!" }\n'
    assert parameters(nml, CLASS.format("text") + "    def other(self, t): return self.args['mark']\n") == []


def test_every_lint_is_on_the_page():
    page = (Path(__file__).parents[2] / "docs" / "lints.md").read_text(encoding="utf-8")
    lints = [
        code for file in ("lints", "python") for code in codes.declared_in(file) if code.level is not Severity.ERROR
    ]
    assert [code.id for code in lints if code.id not in page or code.name not in page] == []


# --- a `|` left out at the end of a line


def test_a_def_and_the_expression_below_it_are_offered_a_pipe_between():
    text = "fun f : Text -> Text\ndef w = Sources.stdin | f\n    Sinks.stdout\n"
    (one,) = found(text)
    (fix,) = one.fixes
    joined = apply_edits(text, fix.edits)
    assert (one.code.name, joined) == (
        "unused-definition",
        "fun f : Text -> Text\ndef w = Sources.stdin | f\n    | Sinks.stdout\n",
    )
    assert found(joined) == []


@pytest.mark.parametrize(
    "text",
    [
        "def w = Sources.stdin | Std.identity\nSources.stdin | Sinks.stdout\n",
        "def w = Sources.stdin\ndef v = Conv.to_json | Sinks.stdout\nSinks.stdout\n",
    ],
)
def test_nothing_is_joined_that_would_not_be_one_pipe(text: str):
    assert [one.fixes for one in found(text)] == [()] * len(found(text))
    assert found(text)
