"""The tree-sitter grammar, compiled from the C files that are kept, as the Python package loads it."""

import ctypes
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tree_sitter import Language, Node, Parser, Tree

GRAMMAR = Path(__file__).resolve().parents[2] / "lsp/tree-sitter-nml"


def compiled(folder: Path) -> Path:
    """The shared library, made in a folder with a compiler of C; without one the test is skipped."""
    compiler = next((name for name in ("gcc", "cc", "clang") if shutil.which(name)), None)
    if compiler is None:
        pytest.skip("no compiler of C is installed")
    library = folder / "nml.so"
    sources = [str(GRAMMAR / "src/parser.c"), str(GRAMMAR / "src/scanner.c")]
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
    command = [compiler, "-shared", "-fPIC", "-O1", *warnings, "-I", str(GRAMMAR / "src"), *sources, "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return library


def loaded(library: Path) -> Language:
    """The language in a shared library."""
    function = ctypes.CDLL(str(library)).tree_sitter_nml
    function.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return Language(capsule(function(), b"tree_sitter.Language", None))


class Reader:
    """Parses texts; offsets of nodes are in bytes of UTF-8, and turned into characters here."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._parser = Parser(language)

    def parse(self, text: str, old: Tree | None = None) -> Tree:
        """The tree of a text."""
        data = text.encode()
        return self._parser.parse(data) if old is None else self._parser.parse(data, old)


class Offsets:
    """Places in a text's bytes as places in its characters."""

    def __init__(self, text: str) -> None:
        self._at = None
        if not text.isascii():
            self._at = [index for index, one in enumerate(text) for _ in one.encode()] + [len(text)]

    def span(self, node: Node) -> tuple[int, int]:
        """Where a node starts and ends."""
        if self._at is None:
            return node.start_byte, node.end_byte
        return self._at[node.start_byte], self._at[node.end_byte]


def nodes(tree: Tree) -> list[Node]:
    """All nodes of a tree, each before what is in it."""
    found, waiting = [], [tree.root_node]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += reversed(node.children)
    return found


@cache
def built_in(folder: Path) -> Reader:
    """A reader, its library in a folder."""
    return Reader(loaded(compiled(folder)))
