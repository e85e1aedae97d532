"""What the tests of modules share: programs in memory, and diagnostics told as (id, path, text under the span)."""

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import Files, MemoryFiles
from nscompiler.grammar.parse import parse
from nscompiler.modules.discovery import Discovery, discover
from nscompiler.modules.program import Program, link
from nscompiler.source import SourceFile, Span

STANDARD = "lib/nstack/modules"
STANDARD_FILES = {
    f"{STANDARD}/Sources.nml": "module Sources:1.0.0\nfun stdin : Void -> Text\n",
    f"{STANDARD}/Std.nml": "module Std:1.0.0\nfun identity : a -> a\n",
}


def text_under(files: Files, span: Span) -> str:
    """The text that a span covers; a byte-order mark is no part of it."""
    return files.read_bytes(span.path).decode("utf-8-sig", "replace")[span.start : span.end]


def told(files: Files, problems) -> list[tuple[str, str, str]]:
    """Id, path and covered text of each problem, in order. A span at a path without text covers nothing."""
    return [
        (
            item.code.id,
            item.primary.span.path,
            text_under(files, item.primary.span)
            if files.is_file(item.primary.span.path) and item.primary.span.end
            else "",
        )
        for item in problems
    ]


def mended(files: Files, problem: Diagnostic, which: int = 0) -> str:
    """The text of the file that a fix edits, after the fix."""
    edits = problem.fixes[which].edits
    return apply_edits(files.read_bytes(edits[0].span.path).decode(), edits)


def linked(
    files: dict[str, str | bytes], *paths: str, extra: tuple[str, ...] = (), given: Files | None = None
) -> tuple[Files, Discovery, Program, list[Diagnostic]]:
    """Discover and link a program; the problems of both, in that order."""
    memory = given or MemoryFiles({**files, **STANDARD_FILES})
    found = discover(paths or (".",), memory, extra, STANDARD)
    problems = list(found.problems)

    def load(path: str):
        source = found.sources.source(path)
        if not isinstance(source, SourceFile):
            problems.append(source)
            return None
        return parse(source).module

    program, more = link(found.targets, load, found.index)
    return memory, found, program, [*problems, *more]
