"""The extension of VS Code: its own tests, what is packed, and what it says of the server and the command line."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import attrs
import pytest
from node_packages import TEXTMATE, VSCODE, installed, node, npm
from nslsp.settings import SECTION, Settings

ROOT = VSCODE.parents[1]
MANIFEST = json.loads((VSCODE / "package.json").read_text("utf-8"))
CONTRIBUTED = MANIFEST["contributes"]


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The extension as it would be installed."""
    target = tmp_path_factory.mktemp("vsix") / "nstack.vsix"
    npm(installed(VSCODE), "run", "package", "--", "--out", str(target))
    return zipfile.ZipFile(target)


def test_types_and_unit_tests() -> None:
    npm(installed(VSCODE), "run", "check")
    assert re.search(r"^# fail 0$", npm(VSCODE, "test"), re.M)


def test_what_is_packed(packed: zipfile.ZipFile) -> None:
    names = set(packed.namelist())
    assert {"extension/package.json", "extension/dist/extension.js", "extension/LICENSE.txt"} <= names
    assert {name for name in names if re.search(r"node_modules|\.ts$|\.map$|package-lock|test", name)} == set()
    assert packed.getinfo("extension/dist/extension.js").file_size < 1_000_000


def test_the_grammar_has_one_source(packed: zipfile.ZipFile) -> None:
    for name, kept in (("syntaxes/nml.tmLanguage.json", "nml.tmLanguage.json"), ("snippets.json", "snippets.json")):
        assert packed.read(f"extension/{name}") == (TEXTMATE / kept).read_bytes()


def test_programs_in_markdown_have_their_colours() -> None:
    """A block that is broken ends where it is closed."""
    text = "# A\n```nml\ntype T = { type : \n```\nprose\n"
    found = json.loads(node(installed(TEXTMATE), "tokenize.mjs", "text.html.markdown", said=[text]))[0]
    scopes = {text[start:end]: scopes for start, end, scopes in found}
    assert "variable.other.property.nml" in scopes["type"]  # the second one
    assert "meta.embedded.block.nml" in scopes["T"]
    assert scopes["prose"] == ["text.html.markdown", "meta.paragraph.markdown"]


def test_every_file_that_is_named_is_packed(packed: zipfile.ZipFile) -> None:
    language = CONTRIBUTED["languages"][0]
    steps = CONTRIBUTED["walkthroughs"][0]["steps"]
    named = [
        MANIFEST["main"],
        MANIFEST["icon"],
        language["configuration"],
        *language["icon"].values(),
        *(grammar["path"] for grammar in CONTRIBUTED["grammars"]),
        *(snippets["path"] for snippets in CONTRIBUTED["snippets"]),
        *(step["media"]["markdown"] for step in steps),
    ]
    assert {f"extension/{name.removeprefix('./')}" for name in named} <= set(packed.namelist())


def test_the_bundle_loads_where_only_the_editor_is_beside_it(packed: zipfile.ZipFile, tmp_path: Path) -> None:
    packed.extract("extension/dist/extension.js", tmp_path)
    load = """
        const { Module } = require("node:module");
        const anything = new Proxy(class {}, { get: (it, key) => (key in it ? it[key] : anything) });
        const known = Module._load;
        Module._load = (name, ...rest) => (name === "vscode" ? anything : known(name, ...rest));
        console.log(typeof require("./extension/dist/extension.js").activate);
    """
    assert node(tmp_path, "-e", load).strip() == "function"


def test_settings_are_those_of_the_server() -> None:
    declared = CONTRIBUTED["configuration"]["properties"]
    for field in attrs.fields(Settings):
        setting = declared[f"{SECTION}.{field.metadata.get('name', field.name)}"]
        assert setting["default"] == (list(field.default) if isinstance(field.default, tuple) else field.default)
    ours = {"nsc.python", "nsc.trace.server"}
    assert len(declared) == len(attrs.fields(Settings)) + len(ours)


def test_the_problem_matcher_reads_what_check_prints() -> None:
    command = [sys.executable, "-m", "nscompiler", "check", "--format", "concise", "examples/mistakes"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    pattern = CONTRIBUTED["problemMatchers"][0]["pattern"]
    found = [match for line in printed.splitlines() if (match := re.match(pattern["regexp"], line))]
    assert [(match[1], match[4], match[5]) for match in found] == [
        ("examples/mistakes/wrong_type.nml", "error", "NS0301")
    ]


def test_the_settings_are_in_its_documentation() -> None:
    text = (VSCODE / "README.md").read_text("utf-8")
    assert [name for name in CONTRIBUTED["configuration"]["properties"] if f"`{name}`" not in text] == []
