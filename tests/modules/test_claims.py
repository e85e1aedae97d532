"""Files whose headers are wrong: one error at the header, whoever imports the module."""

import pytest

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.modules.claims import claim
from nscompiler.modules.header import scan_header
from nscompiler.modules.reading import Heading
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile

HEADERS = [
    "modul Text.Tools:1.0.0",
    "mdoule Text.Tools:1.0.0",
    "Module Text.Tools:1.0.0",
    "mod Text.Tools:1.0.0",
    "package Text.Tools:1.0.0",
    "namespace Text.Tools:1.0.0",
    "library Text.Tools:1.0.0",
    "module: Text.Tools:1.0.0",
    'module "Text.Tools:1.0.0"',
    "module Text.Tools@1.0.0",
    "module Text.Tools = 1.0.0",
    "module Text.Tools",
    "module Text.Tools:1.0",
    "module Text.Tools:1.0.0.0",
    "module Text.Tools:v1.0.0",
    "module Text.Tools-1.0.0",
    "module Text.Tols:1.0",
    "module text.tools:1.0.0",
    "module Text.Tools:1.0.0-SNAPSHT",
    "module",
    "module;",
    "Text.Tools:1.0.0",
    "# what it is for\nmodule Text.Tools:1.0.0",
    "/* what it is for\nmodule Text.Tools:1.0.0",
    "-- what it is for\nmodule Text.Tools:1.0.0",
    '"""What it is for."""\nmodule Text.Tools:1.0.0',
    "@experimental\nmodule Text.Tools:1.0.0",
    "type T = Text\nmodule Text.Tools:1.0.0",
    "defmodule Text.Tools:1.0.0",
    "#module Text.Tools:1.0.0",
    ".module Text.Tools:1.0.0",
    "m-dule Text.Tools:1.0.0",
    "mod/ule Text.Tools:1.0.0",
    "1odule Text.Tools:1.0.0",
    "Amodule Text.Tools:1.0.0",
    "module T(ext.Tools:1.0.0",
    "module Text.Tools:1.#0.0",
    "module Text.Tools.1.0.0",
    "import My.Types:1.0.0 as T\nmodule Text.Tools:1.0.0",
    "",
]
SCRIPTS = [
    "",
    "#!/usr/bin/env nsc\n",
    "// module Text.Tools:1.0.0\n",
    "/* module Text.Tools:1.0.0 */\n",
    "/* modul Text.Tools:1.0.0\n*/\n",
    "type T = Text\n/* as it was:\nmodule Text.Tools:1.0.0\n*/\n",
    'type T = Text\n"""\nmodule Text.Tools:1.0.0\n""" | ',
    "// what it is for\n@stateless\nfun f : Text -> Text\n",
    "import Text.Tools:1.0.0 as Tools\n",
    '"Text.Tools:1.0.0" | ',
    "[1, 2, 3] | ",
    "models | ",
]


def errors(files: dict[str, str], *paths: str) -> list[Diagnostic]:
    return [one for one in check_texts(files, paths).diagnostics if one.is_error]


def claimed(text: str) -> str | None:
    return claim(Heading(SourceFile("tools/module.nml", text), scan_header(text), None))


@pytest.mark.parametrize("header", HEADERS)
def test_a_wrong_header_is_one_error_there_whoever_imports_the_module(header: str) -> None:
    files = {
        "tools/module.nml": f"{header}\nfun count : Text -> Integer\n",
        "types.nml": "module My.Types:1.0.0\n",
        "a.nml": "module My.A:1.0.0\nimport Text.Tools:1.0.0\ndef f = Tools.count\n",
        "b.nml": "import Text.Tools:1.0.0 as X\nSources.stdin | X.count | Sinks.log\n",
    }
    for paths in ((".",), ("b.nml",), ("a.nml", "b.nml")):
        found = errors(files, *paths)
        assert [one.primary.span.path for one in found] == ["tools/module.nml"], [one.title for one in found]


def test_an_empty_file_is_told_of_once_whoever_imports_it() -> None:
    files = {"tools/module.nml": "\n", "a.nml": "import Text.Tools:1.0.0 as X\nSources.stdin | X.count | Sinks.log\n"}
    for path in (".", "a.nml"):
        assert [one.code.name for one in errors(files, path)] == ["empty-file"]


@pytest.mark.parametrize("start", SCRIPTS)
def test_a_script_claims_nothing(start: str) -> None:
    assert claimed(f"{start}Sources.stdin | Sinks.log\n") is None


def test_a_script_that_wants_what_it_is_called_is_no_module() -> None:
    found = errors({"tools.nml": "# mine\nimport Text.Tools:1.0.0\nSources.stdin | Tools.f | Sinks.log\n"}, ".")
    assert "wrong-comment-sign" in [one.code.name for one in found]


def test_an_alias_in_a_comment_behind_an_import_is_still_unknown() -> None:
    files = {"a.nml": "module My.A:1.0.0\nfun f : Text -> Text\n"}
    for behind in ("/* T\n*/", "// T"):
        files["b.nml"] = f"import My.A:1.0.0 {behind}\nSources.stdin | T.f | Sinks.log\n"
        assert [one.code.name for one in errors(files, ".")] == ["unknown-alias"]
