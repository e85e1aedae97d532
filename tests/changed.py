"""Right programs in documents, each with one change that makes it wrong: ``tests/changes/*.md``.

A level-two heading says what was changed. The program follows in blocks ``nml``, ``python`` or ``text``; above a block,
``<!-- file: a.nml -->`` says what it is called, and the first of a program is ``main.nml``. In it, ``⟦right⇒wrong⟧``
stands for the right text and for what was written instead; either may be empty or longer than a line, and what is
renamed at several places has a mark at each. Above the first block may stand

``<!-- warning: NS0801 -->``
    the change is told by a warning of this code, and by no error.
``<!-- left: why -->``
    the change is not told as it should be, and why that is so.
``<!-- elsewhere: why -->``
    what does not agree with the change is told, and that is right as well.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
from planted import MAIN, mended

from nscompiler.diagnostics.model import Diagnostic, Span
from nscompiler.pipeline.checks import check_texts

_CHANGE = re.compile("⟦([^⟦⟧⇒]*)⇒([^⟦⟧⇒]*)⟧")
_FENCE = re.compile(r"^```(\w*)$")
_DIRECTIVE = re.compile(r"^<!-- (file|warning|left|elsewhere): (.*) -->$")


@attrs.frozen
class Changed:
    """A program before and after a change. ``places`` are those of the change in the wrong program, as path, start and
    end."""

    document: str
    name: str
    right: dict[str, str]
    wrong: dict[str, str]
    places: tuple[tuple[str, int, int], ...]
    warning: str | None
    left: str | None
    elsewhere: str | None

    def told(self) -> tuple[Diagnostic, ...]:
        """The errors of the wrong program, or the warnings that the change is told by."""
        return told(self.wrong, self.warning)

    def covers(self, found: Diagnostic) -> bool:
        """Whether the report underlines a changed line, points to one, or offers to change it."""
        spans = [found.primary.span, *(label.span for label in found.related)]
        spans += [edit.span for fix in found.fixes for edit in fix.edits]
        return any(self._on_a_changed_line(span) for span in spans)

    def _on_a_changed_line(self, span: Span) -> bool:
        if span.path not in self.wrong:
            return False
        lines = _lines(self.wrong[span.path], span.start, span.end)
        return any(
            path == span.path and lines & _lines(self.wrong[path], start, end) for path, start, end in self.places
        )

    def clean_after(self, found: Diagnostic) -> tuple[bool, ...]:
        """For each fix of the report, whether the program has no error after it."""
        return tuple(not told(mended(self.wrong, fix), self.warning) for fix in found.fixes)

    def restored_by(self, found: Diagnostic) -> bool:
        """Whether a fix of the report gives the right program back, but for spaces."""
        return any(_plain(mended(self.wrong, fix)) == _plain(self.right) for fix in found.fixes)


def told(files: Mapping[str, str], warning: str | None = None) -> tuple[Diagnostic, ...]:
    """The errors of a program, and its warnings of one code."""
    found = check_texts(files).compilation.problems
    return tuple(one for one in found if one.severity.value == "error" or warning in (one.code.id, one.code.name))


def changed_programs() -> Iterator[Changed]:
    """The programs of all documents, in order."""
    folder = Path(__file__).parent / "changes"
    for name in sorted(os.listdir(folder)):
        if name.endswith(".md"):
            yield from programs_of(folder / name)


def programs_of(document: Path) -> Iterator[Changed]:
    """The programs of a document."""
    for section in re.split(r"(?m)^(?=## )", document.read_text("utf-8"))[1:]:
        yield _program(document.stem, section)


def _program(document: str, section: str) -> Changed:
    said, texts = _blocks(section)
    right = {path: _CHANGE.sub(lambda match: match[1], text) for path, text in texts.items()}
    wrong = {path: _CHANGE.sub(lambda match: match[2], text) for path, text in texts.items()}
    places = tuple((path, start, end) for path, text in texts.items() for start, end in _places(text))
    name = section.partition("\n")[0].removeprefix("## ")
    return Changed(document, name, right, wrong, places, said.get("warning"), said.get("left"), said.get("elsewhere"))


def _blocks(section: str) -> tuple[dict[str, str], dict[str, str]]:
    said: dict[str, str] = {}
    texts: dict[str, str] = {}
    block: list[str] | None = None
    for line in section.split("\n"):
        if block is None and _FENCE.match(line):
            block = []
        elif block is not None and line == "```":
            texts[said.pop("file", MAIN)] = "".join(f"{one}\n" for one in block)
            block = None
        elif block is not None:
            block.append(line)
        elif directive := _DIRECTIVE.match(line):
            said[directive[1]] = directive[2]
    return said, texts


def _places(text: str) -> Iterator[tuple[int, int]]:
    longer = 0
    for match in _CHANGE.finditer(text):
        start = match.start() - longer
        yield start, start + len(match[2])
        longer += len(match[0]) - len(match[2])


def _lines(text: str, start: int, end: int) -> set[int]:
    return set(range(text.count("\n", 0, start), text.count("\n", 0, end) + 1))


def _plain(files: Mapping[str, str]) -> dict[str, str]:
    return {path: "".join(text.split()) for path, text in files.items()}
