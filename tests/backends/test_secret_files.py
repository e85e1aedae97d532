"""``$NAME`` from a folder with a file for each, as containers get their secrets."""

from pathlib import Path

import pytest
from backends.conformance import Execution, Program, execute, start

PROGRAM = Program("secret", {"main.nml": '["a", $WORD] | Sinks.stdout\n'}, {}, ())


@pytest.mark.parametrize(
    ("text", "environment", "printed"),
    [("bird", {}, "a\nbird\n"), ("bird\r\n", {}, "a\nbird\n"), ("bird\n", {"WORD": "fish"}, "a\nfish\n")],
)
def test_a_file_is_a_variable_unless_the_environment_has_it(
    text: str, environment: dict[str, str], printed: str, tmp_path: Path
) -> None:
    built, secrets = tmp_path / "built", tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "WORD").write_bytes(text.encode())
    command = start(PROGRAM, "local", built)
    run = Execution(("--environment-folder", str(secrets)), environment, "")
    done = execute(run, command, built, tmp_path)
    assert (done.returncode, done.stdout) == (0, printed), done.stderr


def test_what_is_in_neither_is_named(tmp_path: Path) -> None:
    built = tmp_path / "built"
    command = start(PROGRAM, "local", built)
    for folder in (tmp_path / "none", built):
        done = execute(Execution(("--environment-folder", str(folder)), {}, ""), command, built, tmp_path)
        assert done.returncode == 2
        assert "$WORD is not set" in done.stderr


def test_a_file_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    built, secrets = tmp_path / "built", tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "WORD").write_bytes(b"\xff")
    command = start(PROGRAM, "local", built)
    done = execute(Execution(("--environment-folder", str(secrets)), {}, ""), command, built, tmp_path)
    assert done.returncode == 2
    assert f"--environment-folder {secrets}: " in done.stderr
    assert "Traceback" not in done.stderr
