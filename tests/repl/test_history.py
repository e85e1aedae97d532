"""Cells of earlier sessions."""

import os
import stat
from pathlib import Path

import pytest

from nscompiler.cli.repl import history
from nscompiler.cli.repl.history import History


def test_cells_are_kept_once_with_their_lines_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state/history"
    kept = History(path)
    for cell in ("one", "two\n  lines", "one", "", "  :set password=secret"):
        kept.add(cell)
    assert History(path).cells() == ["two\n  lines", "one"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_there_is_an_end_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    kept = History(tmp_path / "history")
    for number in range(5):
        kept.add(f"cell {number}")
    assert kept.cells() == ["cell 2", "cell 3", "cell 4"]


def test_two_sessions_share_it(tmp_path: Path) -> None:
    one, other = History(tmp_path / "history"), History(tmp_path / "history")
    one.add("a")
    other.add("b")
    one.add("c")
    assert other.cells() == ["a", "b", "c"]


def test_what_is_no_cell_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b'"good"\nnot json\n[1]\n\xff\n"also"\n')
    assert History(path).cells() == ["good", "also"]


def test_it_lies_where_state_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    History().add("cell")
    assert os.listdir(tmp_path / "nsc")
    assert (tmp_path / "nsc/history").read_text() == '"cell"\n'
