"""Comments that ignore warnings: ``// nsc: ignore[NS0901, unused-type] why``, in Python ``# nsc: ignore[NS0804]``.

At the end of a line a comment is about that line, alone on a line about the next line of code; in an ``.nml`` file,
above an import or a declaration, about all of its lines. A problem belongs to the lines on which its primary span
starts and ends. Errors cannot be ignored.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from nscompiler.diagnostics import codes as catalogue
from nscompiler.diagnostics.codes import lints as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Severity
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.grammar import syntax
from nscompiler.modules.wording import titled
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile, Span

_COMMENT = Pattern(r"(?://|#)[ \t]*nsc:[ \t]*ignore(?!\w)[ \t]*(?:\[(?P<names>[^\]\n]*)\])?")
# What is no such comment, though it reads like one.
_BLOCK = Pattern(r"/\*+[ \t]*nsc:[ \t]*ignore(?!\w)")
_DOCS = Pattern(r"///+[ \t]*nsc:[ \t]*ignore(?!\w)")
_SPELLING = Pattern(
    r"(?://|#)[ \t]*(?:nsc|NSC|Nsc)"
    r"(?:[ \t]*:[ \t]*(?:ignore|IGNORE|Ignore)(?!\w)|[ \t]+ignore[ \t]*(?=\[))"
)
# How many names of one comment are looked up: nobody means more.
_MOST_NAMES = 64
_NAME = Pattern(r"[^\s,]+")


class Ignore(Record):
    """One comment. ``start`` and ``end`` are its place, ``names`` what it names, each with its place; ``line`` and
    ``last`` are the first and the last line that it is about. ``kind`` says what else it is where it ignores nothing: a
    block comment, documentation."""

    __match_args__: ClassVar[tuple[str, ...]] = ("source", "start", "end", "own_line", "line", "last", "names", "kind")
    __slots__ = __match_args__

    def __init__(
        self,
        source: SourceFile,
        start: int,
        end: int,
        own_line: bool,
        line: int,
        last: int,
        names: tuple[tuple[str, Span], ...],
        kind: str = "",
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.own_line = own_line
        self.line = line
        self.last = last
        self.names = names
        self.kind = kind


def ignores_of_module(module: syntax.Module) -> tuple[Ignore, ...]:
    """The comments of an ``.nml`` file that ignore something."""
    places = ((comment.start, comment.end) for comment in module.comments)
    return (*_ignores(module.source, places, "//", _items(module)), *_of_other_kinds(module))


def _items(module: syntax.Module) -> Mapping[int, int]:
    """The last line of each header, import, declaration and expression, by its first."""
    items = [item for item in (module.header, *module.imports, *module.declarations, module.main) if item is not None]
    position = module.source.lines.position
    return {position(item.start).line: position(max(item.start, item.end - 1)).line for item in items}


def _of_other_kinds(module: syntax.Module) -> Iterator[Ignore]:
    """What reads like a comment that ignores something, and is of a kind that ignores nothing."""
    source = module.source
    for comment in module.comments:
        for pattern, kind in ((_BLOCK, "a block comment"), (_DOCS, "documentation")):
            if pattern.match(source.text, comment.start, comment.end) is not None:
                line = source.lines.position(comment.start).line
                yield Ignore(source, comment.start, comment.end, False, line, line, (), kind)


def ignores_of_python(source: SourceFile) -> tuple[Ignore, ...]:
    """The comments of a Python file that ignore something; none of a file that is no Python."""
    import tokenize  # late: it takes longer to import than to look at all comments of modules

    places = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                start = source.lines.start_of(token.start[0]) + token.start[1]
                places.append((start, start + len(token.string)))
    except (tokenize.TokenError, SyntaxError):
        return ()
    return tuple(_ignores(source, places, "#", {}))


def _ignores(
    source: SourceFile, places: Iterable[tuple[int, int]], mark: str, items: Mapping[int, int]
) -> Iterator[Ignore]:
    since, following = 0, 0
    for start, end, alone in _apart(source.text, places):
        found = _COMMENT.match(source.text, start, end)
        if found is not None:
            names = found["names"] or ""
            at = found.start("names")
            named = tuple((name[0], source.span(at + name.start(), at + name.end())) for name in _NAME.finditer(names))
            line = source.lines.position(start).line
            before = source.line_text(line)[: start - source.lines.start_of(line)].lstrip()
            own_line = not before or (not alone and before.startswith(mark))
            if own_line and not since <= line < following:  # of comments below each other one looks for all
                since, following = line, _next_line(source, line, mark)
            about = following if own_line and following <= source.lines.count else line
            last = items.get(about, about) if own_line else about
            yield Ignore(source, start, end, own_line and alone, about, last, named)
        elif (odd := _SPELLING.match(source.text, start, end)) is not None:
            line = source.lines.position(start).line
            yield Ignore(source, start, odd.end(), False, line, line, (), "this spelling")


def _apart(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """The comments, several on one line as several; and whether each is the only one there."""
    for start, end in places:
        marks = [found.start() for found in _COMMENT.finditer(text, start, end)]
        if len(marks) < 2 or marks[0] != start:
            yield start, end, True
            continue
        for first, behind in zip(marks, (*marks[1:], end), strict=True):
            yield first, first + len(text[first:behind].rstrip(" \t")), False


def _next_line(source: SourceFile, line: int, mark: str) -> int:
    """The next line with something else than a comment; the one behind the last where there is none."""
    for number in range(line + 1, source.lines.count + 1):
        text = source.line_text(number).strip()
        if text and not text.startswith(mark):
            return number
    return source.lines.count + 1


def without_ignored(
    problems: Sequence[Diagnostic], ignores: Sequence[Ignore], *, complete: bool
) -> tuple[Diagnostic, ...]:
    """The problems that no comment ignores, and what is wrong with the comments.

    ``complete`` if everything was looked for: only then is a comment called unused. Of a file with errors most warnings
    are not looked for.
    """
    lines = _Lines(ignores)
    used: set[tuple[Ignore, str]] = set()
    left = [problem for problem in problems if not _ignored(problem, lines, used)]
    for ignore in ignores:
        left += _faults(ignore)
        if complete:
            left += _unused(ignore, frozenset(name for by, name in used if by is ignore))
    return tuple(left)


class _Lines:
    """The comments by the files and lines that they are about."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._sources: dict[str, SourceFile] = {}
        self._by_line: dict[tuple[str, int], list[Ignore]] = {}
        self._first: dict[tuple[str, int], int] = {}
        for ignore in ignores:
            path = ignore.source.path
            self._sources.setdefault(path, ignore.source)
            self._by_line.setdefault((path, ignore.line), []).append(ignore)
            if ignore.last > ignore.line and (path, ignore.last) not in self._first:
                lines = range(ignore.line + 1, ignore.last + 1)
                self._first.update(((path, line), ignore.line) for line in lines)

    def about(self, span: Span) -> Iterator[Ignore]:
        """Those that are about the first or the last line of a span."""
        source = self._sources.get(span.path)
        if source is None:
            return
        for line in {source.lines.position(place).line for place in (span.start, max(span.start, span.end - 1))}:
            yield from self._by_line.get((span.path, line), ())
            above = self._by_line.get((span.path, self._first.get((span.path, line), 0)), ())
            yield from (ignore for ignore in above if ignore.last >= line)


def _ignored(problem: Diagnostic, lines: _Lines, used: set[tuple[Ignore, str]]) -> bool:
    if problem.code.level is Severity.ERROR:
        return False
    span = problem.primary.span
    hidden = False
    for ignore in lines.about(span):
        for name, _ in ignore.names:
            if name.upper() == problem.code.id or name == problem.code.name:
                used.add((ignore, name))
                hidden = True
    return hidden


# --- what is wrong with a comment


def _faults(ignore: Ignore) -> Iterator[Diagnostic]:
    if ignore.kind:
        span = ignore.source.span(ignore.start, ignore.end)
        title, note = f"{ignore.kind} ignores nothing", "write `// nsc: ignore[…]`, with two slashes"
        mark = ignore.source.text[ignore.start]
        right = f"{mark * 2 if mark == '/' else mark} nsc: ignore"
        fix = Fix(f"write `{right}`", (Edit(span, right),), Applicability.MAYBE_INCORRECT)
        spelling = ignore.kind == "this spelling"
        notes, fixes = ((), (fix,)) if spelling else ((note,), ())
        yield codes.MALFORMED_IGNORE.at(span, title, "hides no warning", notes=notes, fixes=fixes)
    elif not ignore.names:
        span = ignore.source.span(ignore.start, ignore.end)
        note = "write `nsc: ignore[NS0901]`, with the code or the name of what is to be ignored"
        yield codes.MALFORMED_IGNORE.at(
            span, "this comment does not say what it ignores", "ignores nothing", notes=(note,)
        )
    for name, span in ignore.names[:_MOST_NAMES]:
        code = catalogue.find(name)
        if code is None:
            yield _unknown(name, span)
        elif code.level is Severity.ERROR:
            title = titled("`{}` is an error, which cannot be ignored", name)
            yield codes.ERROR_IGNORED.at(span, title, code.title)


@lru_cache(maxsize=64)
def _similar(name: str) -> tuple[str, ...]:
    return near(name, [known for code in catalogue.all_codes() for known in (code.id, code.name)])


def _unknown(name: str, span: Span) -> Diagnostic:
    similar = _similar(name)
    fixes = tuple(Fix(f"write `{other}`", (Edit(span, other),), Applicability.MAYBE_INCORRECT) for other in similar[:1])
    label = did_you_mean(similar) or "neither a code nor a name"
    return codes.MALFORMED_IGNORE.at(span, titled("there is no diagnostic `{}`", name), label, fixes=fixes)


def _unused(ignore: Ignore, used: frozenset[str]) -> Iterator[Diagnostic]:
    """One report for all names of a comment that ignore nothing, with a fix that takes them out."""
    idle = [(name, span) for name, span in ignore.names if name not in used and _is_ignorable(name)]
    if not idle:
        return
    kept = [name for name, _ in ignore.names if name not in {other for other, _ in idle}]
    names = ", ".join(f"`{name}`" for name, _ in idle)
    span = ignore.source.span(idle[0][1].start, idle[-1][1].end)
    fix = Fix("remove it from the comment", (_without(ignore, kept),), Applicability.MACHINE_APPLICABLE)
    title = titled("there is no {} here to ignore", names)
    yield codes.UNUSED_IGNORE.at(span, title, "ignores nothing", fixes=(fix,))


def _is_ignorable(name: str) -> bool:
    code = catalogue.find(name)
    return code is not None and code.level is not Severity.ERROR


def _without(ignore: Ignore, kept: list[str]) -> Edit:
    source, text = ignore.source, ignore.source.text
    if kept:
        return Edit(source.span(ignore.names[0][1].start, ignore.names[-1][1].end), ", ".join(kept))
    start, end = ignore.start, ignore.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    if ignore.own_line:
        end += 2 if text.startswith("\r\n", end) else 1 if end < len(text) else 0
    elif text[start - 1 : start] in ("", "\n", "\r"):
        end += len(text[end:]) - len(text[end:].lstrip(" \t"))  # another such comment takes its place
    return Edit(source.span(start, end), "")
