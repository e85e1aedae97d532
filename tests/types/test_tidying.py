"""What a table of types forgets, and what it keeps."""

import gc

import pytest

from nscompiler.tools.workspace import Workspace
from nscompiler.types import types as module
from nscompiler.types.types import Types


def tidied(types):
    """The same table, after all slices."""
    for _ in types.tidying():
        pass
    return types


def test_what_is_held_stays_the_same_node_and_the_rest_goes(monkeypatch):
    monkeypatch.setattr(module, "_FEW", 10)
    types = Types()
    text = types.scalar("Text")
    held = types.record([("a", types.list(text))], None, types.alias("M", "Held", [types.optional(text)]))
    for number in range(100):
        types.record([(f"f{number}", types.record([(f"g{number}", text)], None, types.alias("M", f"A{number}")))])
    before = types.count
    tidied(types)
    assert before > 300
    # Text, [Text], optional Text, the record, its canonical form, its name, and ().
    assert types.count == 7
    assert types.record([("a", types.list(text))], None, types.alias("M", "Held", [types.optional(text)])) is held
    assert held.canon is types.record([("a", types.list(text))])
    assert types.count == 7


def test_nothing_is_done_before_there_are_twice_as_many(monkeypatch):
    monkeypatch.setattr(module, "_FEW", 10)
    types = Types()
    for number in range(18):
        types.size(number)
    assert tidied(types).count == 19
    types.size(100)
    assert tidied(types).count == 1
    for number in range(18):
        types.size(number)
    assert tidied(types).count == 19


@pytest.mark.thorough
def test_many_edits_leave_a_table_as_it_was(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_FEW", 50)
    workspace = Workspace((str(tmp_path),))
    path = str(tmp_path / "a.nml")
    most = 0
    for number in range(300):
        text = f"module A:0.1.0\ntype T = {{ a{number} : [Text] }}\nfun f : T -> optional T\ndef g = f? | f\n"
        workspace.open(path, text)
        assert workspace.state.problems_in(path) == ()
        if number % 50 == 0:
            gc.collect()  # a command that ran in this process may have switched it off
        most = max(most, tidied(workspace.state.types).count)
    assert most < 1000
    checked = workspace.state.file(path)
    assert list(dict(checked.interface.types["T"].body.fields)) == ["a299"]
