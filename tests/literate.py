"""Programs in Markdown: what each of them is expected to say, and whether it does.

A fenced ``nml`` block is a program; a ``python`` block with a ``file`` may be part of it. HTML comments above a block,
each on a line of its own, say more:

``<!-- rule: TYP-4 good -->``
    the rules of ``docs/language.md`` that the program shows, each kept (``good``) or broken (``bad``); several are
    separated by commas: ``<!-- rule: TYP-4 FIT-2 good, EXP-1 bad -->``.
``<!-- file: a/module.nml -->``
    the block is one file of an example with several; a block without this is ``main.nml``.
``<!-- expect: 3 error: unterminated-comment -->``
    an expectation for a line, where a comment inside the program is impossible; ``a/module.nml:`` before it names a
    file.
``<!-- text: bom crlf -->``
    what is done to the block's text: ``bom`` puts a byte-order mark before it, ``crlf`` and ``cr`` change its line
    ends, ``cut`` takes its last line end away.
``<!-- fragment -->``
    the block lacks its context and is not checked.

Inside a program, comments state what the compiler says (in Python, after ``#``):

``// error: field-missing``
    an error of that name, id or both (``NS0302 field-missing``) whose primary span starts on this line; on a line of
    its own, on the nearest line of code above. A pattern after it, ``/petalWidth/``, is searched in the title and the
    label. ``warning`` and ``hint`` are written alike.
``//     ^^^^ error: field-missing``
    the same, and the primary span is exactly what the carets mark in the line of code above.
``// type: Text -> Integer``
    the type that the compiler infers for the def on this line or above it (a script's expression is ``main``).

A program raises the errors and warnings that it states, and no others. Hints need not be stated.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import SourceFile

MAIN = "main.nml"

_FENCE = re.compile(r"^```(\w*)\s*$")
_DIRECTIVE = re.compile(r"^<!--\s*(rule|file|expect|text|fragment|run)\b:?\s*(.*?)\s*-->\s*$")
_SAID = re.compile(r"(?://|#)\s*(\^+)?\s*(error|warning|hint):\s*(NS\d+ [\w-]+|[\w-]+)(?:\s*/((?:[^/\\]|\\.)*)/)?")
_TYPE = re.compile(r"//\s*type:\s*(.+?)\s*$")
_EXPECT = re.compile(r"^(?:(\S+\.(?:nml|py)):)?(\d+)\s+(error|warning|hint):\s*(NS\d+ [\w-]+|[\w-]+)(?:\s*/(.*)/)?$")
_RULE = re.compile(r"[A-Z]{3}-\d+")
_DEF = re.compile(r"\bdef\s+([\w']+)")


@attrs.frozen
class Expected:
    """A diagnostic that a program states. ``columns`` are those of its span, from 1, the end exclusive."""

    path: str
    line: int
    level: str
    code: str
    pattern: str | None = None
    columns: tuple[int, int] | None = None

    def __str__(self) -> str:
        pattern = f" /{self.pattern}/" if self.pattern else ""
        columns = f" at columns {self.columns[0]} to {self.columns[1] - 1}" if self.columns else ""
        return f"{self.path}:{self.line}: {self.level}: {self.code}{pattern}{columns}"


@attrs.frozen
class ExpectedType:
    """The printed type that a program states for one of its defs."""

    path: str
    name: str
    type: str


@attrs.frozen
class Example:
    """A program of one or more files, and what it shows. ``rules`` are pairs of a rule and whether it is kept."""

    document: Path
    line: int
    rules: tuple[tuple[str, bool], ...]
    files: tuple[tuple[str, str], ...]
    diagnostics: tuple[Expected, ...]
    types: tuple[ExpectedType, ...]
    fragment: bool = False

    @property
    def name(self) -> str:
        """What the test that runs it is called."""
        shown = ",".join(f"{rule}-{'good' if kept else 'bad'}" for rule, kept in self.rules)
        return f"{self.document.name}:{self.line}" + (f":{shown}" if shown else "")

    @property
    def keeps(self) -> frozenset[str]:
        """The rules that it keeps."""
        return frozenset(rule for rule, kept in self.rules if kept)

    @property
    def breaks(self) -> frozenset[str]:
        """The rules that it breaks."""
        return frozenset(rule for rule, kept in self.rules if not kept)


@attrs.frozen
class Block:
    """A fenced block, the directives above it, and the line (from 1) of its fence."""

    language: str
    line: int
    text: str
    directives: tuple[tuple[str, str], ...]

    def directive(self, name: str) -> str | None:
        """What a directive says; None where there is none."""
        return next((text for key, text in self.directives if key == name), None)


class FormatError(Exception):
    """A document breaks the format that this module describes."""


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document. A directive belongs to the next block, whatever prose is between."""
    directives: list[tuple[str, str]] = []
    lines = iter(enumerate(document.read_text(encoding="utf-8").split("\n"), 1))
    for number, line in lines:
        if directive := _DIRECTIVE.match(line):
            directives.append((directive[1], directive[2]))
        elif fence := _FENCE.match(line):
            text = []
            for _, inner in lines:
                if inner.startswith("```"):
                    break
                text.append(inner + "\n")
            else:
                raise FormatError(f"{document}:{number}: a block that is never closed")
            yield Block(fence[1], number, "".join(text), tuple(directives))
            directives.clear()


def examples(document: Path) -> tuple[Example, ...]:
    """The programs of a document. A block with a ``file`` directive and no ``rule`` joins the block before it."""
    found: list[list[Block]] = []
    for block in blocks(document):
        if block.language != "nml" and not (block.language == "python" and block.directive("file")):
            continue
        if found and block.directive("file") is not None and block.directive("rule") is None:
            found[-1].append(block)
        else:
            found.append([block])
    return tuple(_example(document, parts) for parts in found)


def _example(document: Path, parts: list[Block]) -> Example:
    files: dict[str, str] = {}
    diagnostics: list[Expected] = []
    types: list[ExpectedType] = []
    for part in parts:
        path = part.directive("file") or MAIN
        if path in files:
            raise FormatError(f"{document}:{part.line}: {path} is there already")
        files[path] = _shaped(part.text, part.directive("text") or "")
        diagnostics += _said(path, part.text)
        diagnostics += [_beside(document, part, text) for key, text in part.directives if key == "expect"]
        types += _types(path, part.text)
    return Example(
        document,
        parts[0].line,
        _rules(document, parts[0]),
        tuple(files.items()),
        tuple(diagnostics),
        tuple(types),
        any(part.directive("fragment") is not None for part in parts),
    )


def _rules(document: Path, block: Block) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for group in (block.directive("rule") or "").split(","):
        words = group.split()
        if not words:
            continue
        *rules, verdict = words
        if verdict not in ("good", "bad") or not rules or not all(map(_RULE.fullmatch, rules)):
            raise FormatError(f"{document}:{block.line}: “{group.strip()}” is not rules and good or bad")
        found += [(rule, verdict == "good") for rule in rules]
    return tuple(found)


def _shaped(text: str, how: str) -> str:
    words = how.split()
    if "cut" in words:
        text = text.removesuffix("\n")
    if "crlf" in words:
        text = text.replace("\n", "\r\n")
    if "cr" in words:
        text = text.replace("\n", "\r")
    return "\ufeff" + text if "bom" in words else text


def _said(path: str, text: str) -> Iterator[Expected]:
    code_line = 1
    for number, line in enumerate(text.split("\n"), 1):
        first = _SAID.search(line) or _TYPE.search(line)
        if first is None or line[: first.start()].strip():
            code_line = number
        for said in _SAID.finditer(line):
            carets, level, code, pattern = said.groups()
            columns = (said.start(1) + 1, said.end(1) + 1) if carets else None
            yield Expected(path, code_line, level, code, pattern, columns)


def _beside(document: Path, block: Block, text: str) -> Expected:
    match = _EXPECT.match(text)
    if match is None:
        raise FormatError(f"{document}:{block.line}: “{text}” is no expectation")
    path, line, level, code, pattern = match.groups()
    return Expected(path or MAIN, int(line), level, code, pattern)


def _types(path: str, text: str) -> Iterator[ExpectedType]:
    name = "main"
    for line in text.split("\n"):
        code = line.split("//", 1)[0]
        if declared := _DEF.search(code):
            name = declared[1]
        elif code.strip() and not code[0].isspace():
            name = "main"
        if stated := _TYPE.search(line):
            yield ExpectedType(path, name, stated[1])


def failures(example: Example) -> list[str]:
    """What the compiler says otherwise than the program states; empty if all is as stated."""
    checked = check_texts(dict(example.files))
    wrong = _compare(example, tuple(checked.diagnostics))
    for stated in example.types:
        printed = checked.types(stated.path).get(stated.name)
        if printed != stated.type:
            wrong.append(f"{stated.path}: {stated.name} has the type {printed}, not {stated.type}")
    return wrong


def _compare(example: Example, diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    sources = {path: SourceFile(path, text) for path, text in example.files}
    left = list(example.diagnostics)
    wrong = []
    for diagnostic in diagnostics:
        match = next((stated for stated in left if _agree(stated, diagnostic, sources)), None)
        if match is not None:
            left.remove(match)
        elif diagnostic.severity.value != "hint":
            wrong.append("unexpected: " + _described(diagnostic, sources))
    return wrong + [f"missing: {stated}" for stated in left]


def _agree(stated: Expected, diagnostic: Diagnostic, sources: dict[str, SourceFile]) -> bool:
    span = diagnostic.primary.span
    if span.path != stated.path or stated.level != diagnostic.severity.value:
        return False
    if not {diagnostic.code.id, diagnostic.code.name}.issuperset(stated.code.split()):
        return False
    start = sources[span.path].lines.position(span.start)
    said = f"{diagnostic.title}\n{diagnostic.primary.text}"
    if start.line != stated.line or (stated.pattern and not re.search(stated.pattern, said, re.DOTALL)):
        return False
    return stated.columns in (None, (start.column, start.column + span.end - span.start))


def _described(diagnostic: Diagnostic, sources: dict[str, SourceFile]) -> str:
    span = diagnostic.primary.span
    code = f"{diagnostic.severity.value}: {diagnostic.code.name} ({diagnostic.code.id}): {diagnostic.title}"
    if span.path not in sources:
        return f"{span.path}: {code}"
    source = sources[span.path]
    start = source.lines.position(span.start)
    return f"{span.path}:{start.line}:{start.column}: {code} [{source.text[span.start : span.end]!r}]"
