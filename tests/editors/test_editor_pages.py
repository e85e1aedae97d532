"""The pages about editors: their settings are those of the server, their snippets are read by what they are for."""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import attrs
import literate
import pytest
from nslsp.features import code_actions, lens
from nslsp.settings import SECTION, Settings
from test_neovim import neovim
from tree_sitter import Query
from tree_sitter_nml import GRAMMAR, built_in

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/editors"
FILES = ROOT / "lsp/editors"
COPY = "/path/to/nscompiler"


def snippets(page: str, language: str) -> list[str]:
    """The blocks of a page in a language; the paths in them are this repository's."""
    found = [block.text for block in literate.blocks(PAGES / page) if block.language == language]
    assert found
    return [text.replace(COPY, str(ROOT)) for text in found]


def test_settings_are_those_of_the_server() -> None:
    text = (PAGES / "index.md").read_text("utf-8")
    rows = {line.split("`")[1] for line in text.splitlines() if line.startswith(f"| `{SECTION}.")}
    assert rows == {f"{SECTION}.{field.metadata.get('name', field.name)}" for field in attrs.fields(Settings)}


def test_commands_that_the_server_leaves_to_its_client_are_there() -> None:
    commands = {lens.RUN, lens.GRAPH, lens.SHOW_REFERENCES, code_actions.RENAME}
    page = (PAGES / "index.md").read_text("utf-8")
    assert {name for name in commands if f"`{name}`" not in page} == set()
    for client in (ROOT / "lsp/vscode/src/commands.ts", FILES / "nvim/lsp/nsc.lua"):
        assert {name for name in commands if f'"{name}"' not in client.read_text("utf-8")} == set()


@pytest.mark.parametrize("page", ["vscode.md", "zed.md"])
def test_json(page: str) -> None:
    assert all(json.loads(text) for text in snippets(page, "json"))


def test_helix_is_told_what_its_file_says() -> None:
    written, display, settings = (tomllib.loads(text) for text in snippets("helix.md", "toml"))
    kept = (FILES / "helix/languages.toml").read_text("utf-8").replace(COPY, str(ROOT))
    assert written == tomllib.loads(kept)
    assert Path(written["grammar"][0]["source"]["path"]).is_dir()
    assert display["editor"]["lsp"] == {"display-inlay-hints": True}
    assert settings["language-server"]["nsc"]["config"]["nsc"]["inlayHints"] == {"parameters": False}


def test_zed_is_told_what_its_file_says() -> None:
    (written,) = (tomllib.loads(text) for text in snippets("zed.md", "toml"))
    kept = tomllib.loads((FILES / "zed/extension.toml").read_text("utf-8").replace(COPY, str(ROOT)))
    assert written["grammars"] == kept["grammars"]
    assert (ROOT / written["grammars"]["nml"]["path"] / "src/parser.c").is_file()
    config = tomllib.loads((FILES / "zed/languages/nml/config.toml").read_text("utf-8"))
    assert config["name"] in kept["language_servers"]["nsc"]["languages"]
    assert config["grammar"] in kept["grammars"]


# The queries that are for one editor alone.
OWN_QUERIES = sorted([*FILES.glob("helix/queries/nml/*.scm"), *FILES.glob("zed/languages/nml/*.scm")])


@pytest.mark.parametrize("path", OWN_QUERIES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_queries_fit_the_grammar(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    reader = built_in(tmp_path_factory.getbasetemp())
    assert Query(reader.language, path.read_text("utf-8")).pattern_count > 0


def test_neovim_reads_its_page(tmp_path: Path) -> None:
    """The snippets one after the other, as one init.lua, and the parser compiled as the page says."""
    (tmp_path / "init.lua").write_text("\n".join(snippets("neovim.md", "lua")), "utf-8")
    (compile_,) = snippets("neovim.md", "sh")
    if shutil.which("cc") is None:
        pytest.skip("no compiler of C is installed")
    own = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / ".local/share")}
    subprocess.run(["bash", "-euc", compile_], env=own, check=True, timeout=60)
    (tmp_path / "a.nml").write_text("type T = { type : Text }\n", "utf-8")
    asked = "lua print(vim.lsp.is_enabled('nsc'), vim.treesitter.highlighter.active[1] ~= nil, vim.wo.foldmethod)"
    command = [neovim(), "--headless", "-u", str(tmp_path / "init.lua"), str(tmp_path / "a.nml"), "+" + asked, "+qall!"]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.stderr.split() == ["true", "true", "expr"], done.stderr


def test_emacs_reads_its_page(tmp_path: Path) -> None:
    if shutil.which("emacs") is None:
        pytest.skip("Emacs is not installed; `make editors` says how")
    file = tmp_path / "init.el"
    stubs = "(defvar lsp-language-id-configuration nil)\n"
    file.write_text(stubs + "\n".join(snippets("emacs.md", "elisp")), "utf-8")
    recognised = '(assoc-default "x.nml" auto-mode-alist (function string-match))'
    asked = f'(princ (format "%S" (list nml-server-command {recognised})))'
    command = ["emacs", "-Q", "--batch", "-l", str(file), "--eval", asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert done.stdout == '(("/path/to/project/.venv/bin/nsc" "lsp") nml-mode)'


def test_the_grammar_and_neovim_share_their_queries() -> None:
    assert (FILES / "nvim/queries/nml").resolve() == GRAMMAR / "queries"
