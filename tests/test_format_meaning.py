"""What the compiler says of a program is the same once that is laid out: types, hashes of interfaces, errors."""

import re
from pathlib import Path

import literate
import pytest

from nscompiler.grammar.parse import parse_tokens
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile
from nscompiler.tools.format import format_source

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted((ROOT / "tests" / "lang").glob("*.md"))
# All of them take longer than a test run that one waits for.
SHORT = ("both.md", "early-syntax.md", "fits.md", "functions.md", "lexical.md")
EACH = pytest.mark.parametrize(
    "document",
    [pytest.param(one, marks=[] if one.name in SHORT else [pytest.mark.thorough], id=one.name) for one in DOCUMENTS],
)
FOLDERS = [ROOT / "examples", ROOT / "tests" / "compat" / "programs", ROOT / "stdlib" / "nstack" / "modules"]
#: What is about the text and not about the program.
SPELLING = {"NS0421", "NS0908"}


def laid_out(files: dict[str, str]) -> dict[str, str]:
    """Files with those of the language laid out; a text with syntax errors stays as it is."""
    return {path: format_source(text).text if path.endswith(".nml") else text for path, text in files.items()}


def said(files: dict[str, str]) -> tuple[object, ...]:
    """All that the compiler finds out about files, without places."""
    found = check_texts(files)
    problems = sorted(
        (problem.primary.span.path, problem.code.id, problem.severity.value)
        for problem in found.diagnostics
        if problem.code.id not in SPELLING
    )
    types = {path: found.types(path) for path in files}
    hashes = {path: checked.interface.hash for path, checked in found.checked.items() if path in files}
    return problems, types, hashes


@EACH
def test_programs_that_specify_the_language(document: Path) -> None:
    for example in literate.examples(document):
        files = dict(example.files)
        after = laid_out(files)
        assert said(after) == said(files), example.name


def commented(text: str, put: str) -> str:
    """A text with a comment in every gap between two tokens; as it is where it has syntax errors."""
    result, tokens = parse_tokens(SourceFile("main.nml", text))
    if result.problems:
        return text
    pieces, done = [], 0
    for number, start in enumerate(tokens.starts):
        pieces += (text[done:start], put.format(number))
        done = start
    return "".join(pieces) + text[done:]


def numbers(text: str) -> list[str]:
    """The comments that were put into a text, in order."""
    return re.findall(r"(?://|/\*) c(\d+)", text)


PUTS = ("\n// c{}\n", " /* c{} */ ", " // c{}\n", "\n\n/* c{}\n */\n")
COMMENTED = [
    pytest.param(
        document,
        put,
        marks=[] if document.name in SHORT and put is PUTS[0] else [pytest.mark.thorough],
        id=f"{document.name}-{place}",
    )
    for place, put in enumerate(PUTS)
    for document in DOCUMENTS
    if document.name in SHORT or put is PUTS[0]
]


@pytest.mark.parametrize(("document", "put"), COMMENTED)
def test_comments_in_every_gap_change_nothing_and_keep_their_order(document: Path, put: str) -> None:
    kept = 0
    for example in literate.examples(document):
        plain = {path: text for path, text in example.files if path.endswith(".nml")}
        files = {path: commented(text, put) for path, text in plain.items()}
        if files == plain or any(" with {" in text and " where " in text for text in plain.values()):
            continue  # `where` comes before `with`, with its comments
        after = laid_out(files)
        assert said(after) == said(files), example.name
        assert {path: numbers(text) for path, text in after.items()} == {
            path: numbers(text) for path, text in files.items()
        }
        assert laid_out(after) == after
        kept += 1
    assert kept > 5


def test_laying_out_changes_programs() -> None:
    early = next(document for document in DOCUMENTS if document.name == "early-syntax.md")
    examples = [dict(example.files) for example in literate.examples(early)]
    assert sum(laid_out(files) != files for files in examples) > 3


@pytest.mark.thorough
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_whole_programs(folder: Path) -> None:
    paths = sorted([*folder.rglob("*.nml"), *folder.rglob("*.yaml"), *folder.rglob("*.py")])
    texts = {str(path.relative_to(folder)): path.read_text() for path in paths}
    for part in sorted({path.split("/")[0] for path in texts}):
        files = {path: text for path, text in texts.items() if path.split("/")[0] == part}
        assert said(laid_out(files)) == said(files), part


IGNORED = """\
@deprecated("use `other`")
fun fetch : () -> Text

fun other : Text -> Text

"""
LONG = 'Sources.schedule { cron = "@hourly", timezone = "Europe/Berlin" } | fetch | other | other | Sinks.log'


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        (
            f"// nsc: ignore[deprecated-use, NS0907] why\ndef w = {LONG}\n",
            "// nsc: ignore[deprecated-use, NS0907] why\ndef w =\n  Sources",
        ),
        (
            f"/// Documented.\ndef w = {LONG} // nsc: ignore[deprecated-use, NS0907] why\n",
            "// nsc: ignore[deprecated-use, NS0907] why\n/// Documented.\ndef w =\n  Sources",
        ),
        (
            f"@experimental\ndef w =\n  // nsc: ignore[NS0422, NS0907]\n  {LONG}\n",
            "// nsc: ignore[NS0422, NS0907]\n@experimental\ndef w =\n  Sources",
        ),
        (
            f"{LONG} // nsc: ignore[NS0422, NS0907]\n",
            "// nsc: ignore[NS0422, NS0907]\nSources.schedule",
        ),
        (
            "def w = " + LONG.replace("| fetch", "// nsc: ignore[NS0907]\n| fetch // nsc: ignore[NS0422]\n"),
            '    | fetch // nsc: ignore[NS0422]\n    | other\n    | other\n    | Sinks.log\n',
        ),
        (  # the lines of what a comment is about in part stay as they are
            "def u = fetch | other // nsc: ignore[NS0422]\n  | other | other\n",
            "def u = fetch | other // nsc: ignore[NS0422]\n  | other | other\n",
        ),
        (
            "def v = fetch   | other // nsc: ignore[NS0422]\n  | other\n",
            "def v = fetch   | other // nsc: ignore[NS0422]\n  | other\n",
        ),
        (  # but for the blanks at the ends of lines, which those in a text are not
            'def v = fetch   | other // nsc: ignore[NS0422]\t \n  | other  \n  | other { t = """a  \nb""" }\n',
            'def v = fetch   | other // nsc: ignore[NS0422]\n  | other\n  | other { t = """a  \nb""" }\n',
        ),
        (
            "def a = fetch // nsc: ignore[NS0422]\n\n\ndef b = a\n",
            "def a = fetch // nsc: ignore[NS0422]\n\ndef b = a\n",
        ),
    ],
)  # fmt: skip
def test_what_comments_ignore_stays_ignored(text: str, laid_out: str) -> None:
    text = IGNORED.rstrip() + ";\n\n" + text if text.startswith("Sources") else IGNORED + text
    assert [one.code.name for one in check_texts({"main.nml": text}).diagnostics] == []
    found = format_source(text).text
    assert laid_out in found
    assert format_source(found).text == found
    assert [one.code.name for one in check_texts({"main.nml": found}).diagnostics] == []


def test_a_comment_about_a_name_that_nothing_uses_moves_with_it() -> None:
    pipe = " | ".join(["fetch", *["other"] * 13])
    text = f"fun fetch : () -> Text\nfun other : Text -> Text\n\ndef w = {pipe} // nsc: ignore[NS0903]\n\n"
    text += 'Sources.schedule { cron = "@daily", on_error = "stop" } | fetch | Sinks.log'
    found = format_source(text).text
    assert "\n// nsc: ignore[NS0903]\ndef w =\n  fetch\n" in found
    assert check_texts({"main.nml": found}).diagnostics == ()
