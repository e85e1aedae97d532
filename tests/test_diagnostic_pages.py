"""``docs/diagnostics`` says what the catalogue says today; ``make docs`` or ``--rewrite-golden`` writes it anew."""

from pathlib import Path

import pytest

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.tools.pages import groups, index, markdown, page_of, printable

FOLDER = Path(__file__).parent.parent / "docs" / "diagnostics"
EVERY = [pytest.param(code, id=code.id) for code in codes.all_codes()]


@pytest.mark.parametrize("code", EVERY)
def test_the_page_of_a_code_is_as_kept(code, golden):
    golden(FOLDER / f"{code.id}.md", markdown(page_of(code)))


def test_the_index_is_as_kept(golden):
    golden(FOLDER / "index.md", index())


def test_there_is_no_page_of_a_code_that_is_gone():
    known = {f"{code.id}.md" for code in codes.all_codes()}
    assert {path.name for path in FOLDER.iterdir()} - known == {"index.md"}, "make docs removes the others"


def test_every_code_is_in_one_group():
    listed = [code.id for _, entries in groups() for code in entries]
    assert sorted(listed) == [code.id for code in codes.all_codes()]
    titles = [title for title, _ in groups()]
    assert titles[0] == "Syntax"
    assert len(set(titles)) == len(titles)


def test_the_message_on_a_page_is_that_of_its_code_alone():
    page = page_of(codes.find("NS0401"))
    assert {problem.code.id for problem in page.problems} == {"NS0401"}
    assert page.message().startswith("error[NS0401]: ")
    assert "main.nml:" in page.message()
    assert page.message(color=True) != page.message()


def test_no_page_names_a_folder_of_this_machine():
    assert [path.name for path in FOLDER.glob("*.md") if str(Path.home()) in path.read_text("utf-8")] == []
    message = page_of(codes.find("NS0315")).message()
    assert "::: <stdlib>/Sources.nml" in message


def test_an_entry_without_a_program_is_a_page_all_the_same():
    code = Code(id="NS9900", name="outside", title="The disk is on fire", explanation="Run. Do not come back.")
    page = page_of(code)
    assert page.message() == ""
    assert markdown(page) == (
        "# NS9900 outside\n\n**The disk is on fire.** (error, since 0.1.0)\n\nRun. Do not come back.\n"
    )


def test_control_characters_of_a_program_are_spelled_out():
    assert printable("a\x01\tb\x1b\n") == "a\\u{1}\tb\\u{1b}\n"
