"""Neovim itself, without a screen: files are recognised and coloured, and the language server answers in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tree_sitter_nml import compiled

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "lsp/editors/nvim"
FACTS = Path(__file__).with_name("neovim_facts.lua")
OLDEST = (0, 11)

PROGRAM = """\
module Shop:0.1.0

/// What it costs.
fun price : { type : Text, count : Integer } -> Double
def w = Sources.http<{ type : Text, count : Integer }> { http_path = "/x" } | price | Sinks.log
"""


def neovim() -> str:
    """The editor: the one in the environment of the tests, else the one on the PATH; skips where none is new enough."""
    for found in (shutil.which("nvim", path=Path(sys.executable).parent), shutil.which("nvim")):
        if found is None:
            continue
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if tuple(int(part) for part in said.split()[1].lstrip("v").split(".")[:2]) >= OLDEST:
            return found
    pytest.skip("no Neovim 0.11 or newer; `make editors` installs one")


def seen(
    folder: Path, text: str, *steps: str, runtime: tuple[Path, ...] = (), name: str = "main.nml"
) -> dict[str, Any]:
    """What the editor sees of a text after some steps of ``neovim_facts.lua``."""
    file = folder / name
    file.write_text(text, "utf-8")
    paths = ",".join(str(path) for path in (*runtime, PLUGIN))
    command = [neovim(), "--clean", "--headless", "--cmd", f"set rtp^={paths}", "-l", str(FACTS), str(file), *steps]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | own, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def with_parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the runtime path with the parser in it."""
    folder = tmp_path_factory.mktemp("runtime")
    (folder / "parser").mkdir()
    compiled(folder / "parser")
    return folder


def test_files_are_recognised(tmp_path: Path) -> None:
    assert seen(tmp_path, PROGRAM, "filetype") == {"filetype": "nml", "commentstring": "// %s"}
    script = "#!/usr/bin/env nsc\nSources.stdin | Sinks.stdout\n"
    assert seen(tmp_path, script, "filetype", name="etl")["filetype"] == "nml"


def test_colours_of_the_parser(tmp_path: Path, with_parser: Path) -> None:
    facts = seen(tmp_path, PROGRAM, "colours=module /// price type Text http_path Sources", runtime=(with_parser,))
    assert facts["parser"] is True
    assert {word: names[-1] for word, names in facts["colours"].items()} == {
        "module": "keyword.import",
        "///": "comment.documentation",
        "price": "function",
        "type": "property",
        "Text": "type.builtin",
        "http_path": "property",
        "Sources": "module",
    }


def test_colours_without_a_parser(tmp_path: Path) -> None:
    facts = seen(tmp_path, PROGRAM, "colours=module /// price type Text http_path Sources")
    assert facts["parser"] is False
    assert {word: names[-1] for word, names in facts["colours"].items()} == {
        "module": "nmlKeyword",
        "///": "nmlDoc",
        "price": "nmlDeclared",
        "type": "nmlField",
        "Text": "nmlBuiltin",
        "http_path": "nmlField",
        "Sources": "nmlModule",
    }


@pytest.mark.parametrize("path", ["orders/feed", "orders/types", "orders/pricing", "iris/workflows", "iris/classify"])
def test_indentation_is_that_of_the_formatter(path: str, tmp_path: Path) -> None:
    laid_out = (ROOT / "examples" / path / "module.nml").read_text("utf-8").splitlines()
    flat = "".join(f"{line.lstrip()}\n" for line in laid_out)
    assert seen(tmp_path, flat, "indented")["indented"] == laid_out


BROKEN = """\
module Shop:0.1.0

/// What it costs.
fun price : { count : Integer } -> Double
fun round : Double -> Integer
fun shout : Text -> Text
def w = Sources.http { http_path = "/x" } | price | roundd | Sinks.log
"""


def test_the_server_answers_in_it(tmp_path: Path) -> None:
    facts = seen(tmp_path, BROKEN, "attach", "diagnostics", "hover=price |", "completion=price | ")
    assert [(line, code) for line, _, code, _ in facts["diagnostics"]] == [(6, "NS0401")]
    assert "fun price : { count : Integer } -> Double" in facts["hover"]["contents"]["value"]
    assert "What it costs." in facts["hover"]["contents"]["value"]
    offered = facts["completion"]
    assert offered[0] == "round"  # a Double flows
    assert offered.index("round") < offered.index("shout")


def test_the_type_that_flows(tmp_path: Path) -> None:
    good = BROKEN.replace("roundd", "round")
    facts = seen(tmp_path, good, "attach", "hover=| round")
    assert "Double" in facts["hover"]["contents"]["value"]


def test_a_fix_is_applied(tmp_path: Path) -> None:
    facts = seen(tmp_path, BROKEN, "attach", "diagnostics", "fix")
    assert "\n".join(facts["fixed"]) + "\n" == BROKEN.replace("roundd", "round")


def test_lenses_lead_somewhere(tmp_path: Path) -> None:
    text = "def twice = [1, 2] | Sinks.log\ndef same = Std.identity\ndef v = [3] | same | Sinks.log\n"
    assert seen(tmp_path, text, "attach", "lens=1 reference")["listed"] == [[3, 15]]
    (said,) = seen(tmp_path, text, "attach", "lens=▸ run")["terminals"]
    assert "OUTPUT: 1" in said
    (drawn,) = seen(tmp_path, text, "attach", "lens=graph")["terminals"]
    assert "Sinks.log" in drawn
