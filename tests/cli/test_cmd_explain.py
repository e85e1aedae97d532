"""``nsc explain``: pages of codes, the list of all, what it says where there is none."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

from nscompiler.cli.main import main
from nscompiler.diagnostics import codes


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What ``nsc explain`` writes to standard output, where it succeeds in silence otherwise."""
    assert main(["explain", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_a_page_has_both_programs_and_the_message_between_them(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "NS0302")
    assert text.startswith(
        "NS0302 field-missing\nA field that the next stage needs is not there (error, since 0.1.0)\n"
    )
    wrong, right = text.index("\nWrong:\n"), text.index("\nRight:\n")
    assert wrong < text.index("error[NS0302]: `greet` needs the field `city`") < right
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("word", ["ns0302", "field-missing", " NS0302 "])
def test_a_code_may_be_named_in_other_ways(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert printed(capsys, word) == printed(capsys, "NS0302")


def test_the_files_of_a_program_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "NS0606")
    assert re.findall(r"^(?:Wrong|Right), (.+):$", text, re.MULTILINE) == ["module.nml", "service.py"] * 2


def test_a_code_that_no_program_shows(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "unreadable")
    assert text.startswith("NS0224 unreadable\n")
    assert "Wrong" not in text


def test_the_page_as_markdown_is_that_of_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "NS0302", "--format", "markdown")
    assert text.startswith("# NS0302 field-missing\n")
    assert "```nml\n" in text


def test_the_page_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    page = json.loads(printed(capsys, "NS0302", "--format", "json"))
    assert (page["id"], page["name"], page["level"]) == ("NS0302", "field-missing", "error")
    assert page["explanation"] == codes.find("NS0302").explanation  # type: ignore[union-attr]
    assert list(page["wrong"]) == ["main.nml"]
    assert page["message"].startswith("error[NS0302]")
    outside = json.loads(printed(capsys, "NS0224", "--format", "json"))
    assert (outside["wrong"], outside["message"]) == ({}, None)


def test_without_a_code_all_are_listed_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys)
    assert re.findall(r"^  (NS\d{4}) ", text, re.MULTILINE) == [code.id for code in sorted_codes()]
    assert text.startswith("Syntax\n  NS0101  error ")
    assert "\n\nTypes\n  NS0301  error    type-mismatch " in text
    listed = json.loads(printed(capsys, "--format", "json"))
    assert [code["id"] for code in listed] == [code.id for code in sorted_codes()]
    assert listed[0]["group"] == "Syntax"
    assert printed(capsys, "--format", "markdown").startswith("# Diagnostics\n")


def sorted_codes() -> list[codes.Code]:
    """All codes in the order of the list."""
    from nscompiler.tools.pages import groups

    return [code for _, entries in groups() for code in entries]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("NS9999", "there is no code `NS9999`; "),
        ("feild-missing", "there is no code `feild-missing`; did you mean `field-missing`?"),
        ("completely-different", "there is no code `completely-different`; `nsc explain` lists them"),
        ("NS03", "there is no code `NS03`; "),
        ("303", "there is no code `303`; did you mean `NS0303`?"),
        ("NS303", "there is no code `NS303`; did you mean `NS0303`?"),
        ("mising-field", "there is no code `mising-field`; `nsc explain` lists them"),
        ("two dots", "there is no code `two dots`; `nsc explain` lists them"),
        ("header", "there is no code `header`; about that are "),
    ],
)
def test_an_unknown_code_is_wrong_usage(capsys: pytest.CaptureFixture[str], word: str, said: str) -> None:
    assert main(["explain", word]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_colour_adds_nothing_but_colour(capsys: pytest.CaptureFixture[str]) -> None:
    colored = printed(capsys, "NS0301", "--color", "always")
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == printed(capsys, "NS0301")


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_terminal_without_unicode_can_be_written_to(tmp_path: Path, form: str) -> None:
    command = [sys.executable, "-m", "nscompiler", "explain", "NS0301", "--format", form]
    here = {**PLAIN, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_as_a_process(nsc: Nsc) -> None:
    assert nsc("explain", "NS0101").stdout.startswith("NS0101 unexpected-token\n")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["explain", "NS030"], [f"NS030{digit}" for digit in range(1, 10)]),
        (["explain", "field-mis"], ["field-missing", "field-misspelt"]),
        (["check", "--select", "NS0301,field-missi"], ["NS0301,field-missing"]),
        (["check", "--ignore", "sunshine"], []),
    ],
)
def test_a_shell_completes_codes(tmp_path: Path, line: list[str], offered: list[str]) -> None:
    here = {
        **PLAIN,
        "_NSC_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["nsc", *line]),
        "COMP_CWORD": str(len(line)),
    }
    command = [sys.executable, "-m", "nscompiler"]
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, check=True)
    assert [word.removeprefix("plain,") for word in done.stdout.split()] == offered


def test_words_are_a_name_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "type", "mismatch"]) == 0
    assert capsys.readouterr().out.startswith("NS0301 type-mismatch\n")


def test_several_codes_are_explained_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = printed(capsys, "NS0301"), printed(capsys, "field-missing")
    assert printed(capsys, "NS0301", "field-missing") == f"{one}\n{other}"
    pages = json.loads(printed(capsys, "NS0301", "NS0302", "--format", "json"))
    assert [page["id"] for page in pages] == ["NS0301", "NS0302"]


def test_one_unknown_code_of_several_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "NS0301", "NS9999"]) == 2
    assert "there is no code `NS9999`" in capsys.readouterr().err
