"""``nsc init``: names from folders, files that check, nothing overwritten."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from nscompiler.cli.commands.init import command, module_name
from nscompiler.cli.failure import Failure


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Demo.Chars", "Demo.Chars"),
        ("Demo", "Demo"),
        ("word-count", "WordCount"),
        ("my_module", "My_module"),
        ("a b.c", "AB.C"),
        ("v2", "V2"),
    ],
)
def test_the_module_is_named_after_the_folder(folder: str, name: str) -> None:
    assert module_name(folder) == name


@pytest.mark.parametrize("folder", ["2nd", "…", "a..b", ""])
def test_a_folder_without_a_possible_name_is_refused(folder: str) -> None:
    with pytest.raises(Failure, match="no module name"):
        module_name(folder)


def test_a_python_module_is_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / "Demo.Chars")], standalone_mode=False)
    assert result.return_value == 0
    text = (tmp_path / "Demo.Chars" / "module.nml").read_text()
    assert text.startswith("module Demo.Chars:0.0.1-SNAPSHOT\n")
    assert "fun numChars : Text -> Integer\n" in text
    assert "return len(x)" in (tmp_path / "Demo.Chars" / "service.py").read_text()


def test_a_workflow_module_has_no_python(tmp_path: Path) -> None:
    CliRunner().invoke(command, ["-w", str(tmp_path / "Flows")], standalone_mode=False)
    assert [path.name for path in (tmp_path / "Flows").iterdir()] == ["module.nml"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text("mine")
    result = CliRunner().invoke(command, [str(tmp_path)], standalone_mode=False)
    assert isinstance(result.exception, Failure)
    assert "nothing was written" in result.exception.message
    assert [path.name for path in tmp_path.iterdir()] == ["service.py"]
    assert (tmp_path / "service.py").read_text() == "mine"
