"""The page of a code: what it means, a wrong program with what the compiler says about it, and the program mended.

The same entry makes what ``nsc explain`` prints and the files of ``docs/diagnostics``; the message is never written
down, it is what the compiler of today says.
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from nscompiler.diagnostics import codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.order import ordered
from nscompiler.diagnostics.render.glyphs import shown
from nscompiler.diagnostics.render.text import render_text
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.checks import check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows
from nscompiler.source import SourceFile

WIDTH = 88
MAIN = "main.nml"

_GROUPS = {
    "syntax": "Syntax",
    "modules": "Modules and imports",
    "project": "Project files",
    "types": "Types",
    "names": "Names and declarations",
    "params": "Parameters",
    "flow": "Workflows as a whole",
    "python": "Python files",
    "lints": "Lints",
}
_LANGUAGES = {"nml": "nml", "py": "python", "yaml": "yaml"}

Files = tuple[tuple[str, str], ...]


@attrs.frozen(slots=True)
class Page:
    """A code with its programs, by file name, and the diagnostics of this code that the wrong one raises."""

    code: Code
    wrong: Files
    right: Files
    problems: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceFile]

    def message(self, *, color: bool = False, width: int = WIDTH, ascii_only: bool = False) -> str:
        """What the compiler says about the wrong program, as on a terminal; empty where there is no program."""
        text = render_text(
            self.problems,
            self.sources,
            color=color,
            width=width,
            ascii_only=ascii_only,
            standard=standard_folder(),
        )
        return text.rstrip("\n")


def page_of(code: Code) -> Page:
    """The page of a code; its wrong program is compiled now."""
    wrong = _files(code.wrong, code.wrong_files)
    right = _files(code.right, code.right_files)
    if not wrong:
        return Page(code, wrong, right, (), {})
    compilation = check_texts(dict(wrong), ["."]).compilation
    raised = [problem for problem in _problems(compilation) if problem.code is code]
    return Page(code, wrong, right, ordered(raised), compilation.sources)


def _files(text: str, files: Files) -> Files:
    return (*(((MAIN, text),) if text else ()), *files)


def _problems(compilation: Compilation) -> Iterator[Diagnostic]:
    """Those of a check; where it finds no error, those of laying the workflows out as well."""
    yield from compilation.problems
    if not compilation.has_errors:
        for path, checked in compilation.checked.items():
            for workflow in workflows(checked):
                yield from compilation.lower(path, workflow)[1]


def groups() -> tuple[tuple[str, tuple[Code, ...]], ...]:
    """All codes under the headings that they are listed by, the groups and the codes of each by id."""
    found = [(_GROUPS.get(file, file.capitalize()), codes.declared_in(file)) for file in codes.files()]
    by_id = [(title, tuple(sorted(entries, key=lambda code: code.id))) for title, entries in found if entries]
    return tuple(sorted(by_id, key=lambda group: group[1][0].id))


# --- as Markdown


def markdown(page: Page) -> str:
    """The page as a document of its own."""
    code = page.code
    parts = [
        f"# {code.id} {code.name}",
        f"**{_sentence(code.title)}** ({code.level.value}, since {code.since})",
        code.explanation,
        *_section("Wrong", page.wrong),
    ]
    if page.problems:
        parts += ["What the compiler says:", _fenced("text", page.message())]
    return "\n\n".join((*parts, *_section("Right", page.right))) + "\n"


def _section(title: str, files: Files) -> Iterator[str]:
    if not files:
        return
    yield f"## {title}"
    for path, text in files:
        if len(files) > 1:
            yield f"`{path}`:"
        # The tests of the documents leave fragments alone: that of the catalogue compiles all of these programs.
        yield "<!-- fragment -->\n" + _fenced(_LANGUAGES.get(path.rpartition(".")[2], "text"), text)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{printable(text).rstrip()}\n```"


def printable(text: str) -> str:
    """A program as it can be shown: control characters other than ends of lines are spelled out."""
    return "".join(character if character in "\n\t" else shown(character, False) for character in text)


def _sentence(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def index() -> str:
    """The list of all codes as a document, each with a link to its page."""
    parts = [
        "# Diagnostics",
        "What the compiler may say, by code. `nsc explain CODE` prints the same pages. They are made from the entries "
        "in `nscompiler/diagnostics/codes` by `make docs`; the messages on them are computed.",
    ]
    for title, entries in groups():
        parts += [f"## {title}", "\n".join(_rows(entries))]
    return "\n\n".join(parts) + "\n"


def _rows(entries: Iterable[Code]) -> Iterator[str]:
    yield "| code | name | level | |"
    yield "|---|---|---|---|"
    for code in entries:
        title = code.title.replace("|", r"\|")
        yield f"| [{code.id}]({code.id}.md) | `{code.name}` | {code.level.value} | {title} |"


def documents() -> dict[str, str]:
    """Every file of ``docs/diagnostics`` by name."""
    pages = {f"{code.id}.md": markdown(page_of(code)) for code in codes.all_codes()}
    return {"index.md": index(), **pages}


# --- as JSON values


def page_values(page: Page) -> dict[str, object]:
    """The page as JSON values; ``message`` is None where there is no program."""
    return {
        **code_values(page.code),
        "explanation": page.code.explanation,
        "wrong": dict(page.wrong),
        "message": page.message() or None,
        "right": dict(page.right),
    }


def code_values(code: Code) -> dict[str, object]:
    """What a list of codes says about each."""
    return {"id": code.id, "name": code.name, "title": code.title, "level": code.level.value, "since": code.since}
