"""The parser in C of a working tree: built of the sources as they are, never loaded where it was built of others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from native_parser import ROOT, building

needs_compiler = pytest.mark.skipif(
    building.compiler() is None and not os.environ.get("CI"), reason="there is no compiler of C here"
)
ASK = (
    "from nscompiler.grammar import library; from nscompiler.grammar.native import parser;"
    "print(library.__file__); print(library.load() is not None, parser() is not None)"
)


@pytest.fixture
def tree(tmp_path) -> Path:
    """A working tree with no library in it."""
    skipped = shutil.ignore_patterns("__pycache__", "_library")
    shutil.copytree(ROOT / "nscompiler", tmp_path / "nscompiler", ignore=skipped)
    shutil.copytree(ROOT / "native", tmp_path / "native", ignore=skipped)
    return tmp_path


def environment(**others: str) -> dict[str, str]:
    return {**{key: value for key, value in os.environ.items() if key != "NSC_NO_NATIVE"}, **others}


def build(tree: Path, **others: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "native" / "build.py")]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment(**others))


def built(tree: Path) -> list[Path]:
    return sorted((tree / "nscompiler" / "grammar" / "_library").glob("*"))


def loads(tree: Path, **others: str) -> bool:
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True, env=environment(**others))
    file, answer = done.stdout.splitlines()
    assert file.startswith(str(tree))
    assert answer in ("True True", "False False")
    return answer == "True True"


@pytest.mark.thorough
@needs_compiler
def test_it_is_built_once_and_loaded_while_its_sources_are_the_same(tree):
    assert not loads(tree)
    done = build(tree)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (first,) = built(tree)
    assert loads(tree)
    assert not loads(tree, NSC_NO_NATIVE="1")
    stamp = first.stat().st_mtime_ns
    assert build(tree).returncode == 0
    assert [one.stat().st_mtime_ns for one in built(tree)] == [stamp]

    with (tree / "native" / "nodes.h").open("a") as file:
        file.write("/* another one */\n")
    assert not loads(tree)
    assert build(tree).returncode == 0
    (second,) = built(tree)
    assert second.name != first.name
    assert loads(tree)


@needs_compiler
@pytest.mark.thorough
def test_what_cannot_be_loaded_is_left_alone_and_built_again(tree):
    build(tree)
    (library,) = built(tree)
    library.write_bytes(b"no library")
    assert not loads(tree)
    assert build(tree).returncode == 0
    assert built(tree) == [library]
    assert loads(tree)


def test_without_a_compiler_of_c_nothing_is_built_and_nothing_said(tree):
    done = build(tree, CC="no-such-compiler")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert built(tree) == []
    assert not loads(tree)


@needs_compiler
@pytest.mark.thorough
def test_a_compiler_that_fails_is_told_of_and_stops_nothing(tree):
    (tree / "native" / "lexer.h").write_text("#error of our own\n")
    done = build(tree)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("The parser in C was left out, the one in Python does the same:\n")
    assert "of our own" in done.stderr
    assert built(tree) == []
    assert not loads(tree)


@needs_compiler
def test_a_tree_that_cannot_be_written_stops_nothing(tree):
    (tree / "nscompiler" / "grammar" / "_library").write_text("in the way")
    done = build(tree)
    assert done.returncode == 0
    assert "_library" in done.stderr
    assert not loads(tree)


@needs_compiler
@pytest.mark.thorough
def test_where_no_working_tree_is_nothing_is_looked_for(tree):
    build(tree)
    shutil.rmtree(tree / "native")
    assert not loads(tree)
