"""``nsc init``: names from folders, files that check, nothing overwritten."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from running_nsc import Nsc

from nscompiler.cli.commands.init import command
from nscompiler.cli.failure import Failure


@pytest.mark.parametrize(
    ("folder", "name"), [("Demo.Chars", "Demo.Chars"), ("word-count", "WordCount"), ("größe", "Grosse")]
)
def test_the_module_is_named_after_the_folder(tmp_path: Path, folder: str, name: str) -> None:
    result = CliRunner().invoke(command, [str(tmp_path / folder)], standalone_mode=False)
    assert result.return_value == 0
    text = (tmp_path / folder / "module.nml").read_text()
    assert text.startswith(f"module {name}:0.0.1-SNAPSHOT\n")
    assert "fun numChars : Text -> Integer\n" in text
    assert "return len(x)" in (tmp_path / folder / "service.py").read_text()


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


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("one", "{0}/one is a file; nothing was written"),
        ("one/two/three", "{0}/one is a file, so {0}/one/two/three cannot be a folder; nothing was written"),
        ("a.nml", "{0}/a.nml is called like a file; nothing was written"),
        ("日本", "a module cannot be named after 日本: its name cannot have 日, 本; nothing was written"),
    ],
)
def test_a_place_where_no_module_can_be(tmp_path: Path, folder: str, says: str) -> None:
    (tmp_path / "one").write_text("mine")
    result = CliRunner().invoke(command, [str(tmp_path / folder)], standalone_mode=False)
    assert isinstance(result.exception, Failure)
    assert result.exception.message == says.format(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("arguments", [(), ("-w",)])
def test_what_was_made_checks(nsc: Nsc, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert nsc("init", *arguments, "Fresh").returncode == 0
    checked = nsc("check", "Fresh")
    assert (checked.stdout, checked.returncode) == ("no problems in 1 module\n", 0)
