"""An editor is told to ask again for hints exactly where an open text rests on what has changed."""

from collections.abc import Callable

import pytest
from editor import Editor
from lsprotocol import types

BASE = "module Base:0.1.0\n\nfun double : Integer -> Integer\n"
FLOW = "import Base:0.1.0 as B\n\n[1] | B.double | Sinks.log\n"


def told(editor: Editor) -> int:
    return len(editor.received.get(types.WORKSPACE_INLAY_HINT_REFRESH, []))


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        (BASE.replace("-> Integer", "-> Double"), 1),
        (BASE + "// said\n", 0),
        (BASE + "fun half : Integer -> Integer\n", 1),
        (BASE.replace("fun double", '@deprecated("") fun double'), 1),
        (BASE.replace("\n\n", "\n\n\n"), 0),
    ],
)
def test_when_an_import_says_something_else(editor: Editor, changed: str, more: int) -> None:
    editor.open("base.nml", BASE)
    editor.open("flow.nml", FLOW)
    editor.settle()
    before = told(editor)
    editor.change("base.nml", changed)
    editor.settle()
    assert told(editor) == before + more


def test_not_for_the_text_itself_nor_for_clients_that_cannot(editors: Callable[..., Editor]) -> None:
    editor = editors("neovim_v0.11.0")
    editor.start()
    editor.open("base.nml", BASE)
    editor.open("alone.nml", "module Alone:0.1.0\n")
    editor.settle()
    editor.change("base.nml", BASE + "fun half : Integer -> Integer\n")
    editor.settle()
    assert told(editor) == 0


def test_a_file_that_was_changed_on_the_disk(editor: Editor) -> None:
    editor.write("base.nml", BASE)
    editor.open("flow.nml", FLOW)
    editor.touch("base.nml", types.FileChangeType.Created)
    editor.settle()
    before = told(editor)
    editor.write("base.nml", BASE + "fun half : Integer -> Integer\n")
    editor.touch("base.nml")
    editor.settle()
    assert told(editor) == before + 1
