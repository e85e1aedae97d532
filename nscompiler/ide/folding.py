"""What can be folded away in a file."""

from collections.abc import Iterator

import attrs

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.program import Program

_FOLDED = (
    syntax.RecordType,
    syntax.SumType,
    syntax.TupleType,
    syntax.Pipe,
    syntax.Both,
    syntax.Apply,
    syntax.FunctionType,
)


@attrs.frozen(slots=True)
class Fold:
    """Lines (from 1) that go behind their first one. ``kind`` is imports, comment or region; ``start`` and ``end`` are
    offsets of what is hidden, for who folds within lines."""

    first: int
    last: int
    kind: str
    start: int
    end: int


def folds(program: Program, path: str) -> tuple[Fold, ...]:
    """The folds of a file, by line; of several that start on one line the longest."""
    parsed = program.parsed(path)
    if parsed is None:
        return ()
    folder = _Folder(parsed.module)
    found: dict[int, Fold] = {}
    for fold in folder.all():
        held = found.get(fold.first)
        if held is None or held.last < fold.last:
            found[fold.first] = fold
    return tuple(found[line] for line in sorted(found))


class _Folder:
    def __init__(self, module: syntax.Module) -> None:
        self._module = module
        self._text = module.source.text
        self._lines = module.source.lines

    def all(self) -> Iterator[Fold]:
        imports = self._module.imports
        if imports:
            yield from self._fold(imports[0].start, imports[-1].end, "imports")
        yield from self._comments()
        for decl in self._module.declarations:
            yield from self._fold(decl.start, decl.end, "region", self._first_of(decl))
            yield from self._inside(decl)
        if self._module.main is not None:
            yield from self._fold(self._module.main.start, self._module.main.end, "region")
            yield from self._inside(self._module.main)

    def _first_of(self, decl: syntax.Decl) -> int:
        """Where a declaration's head is: what stands before its keyword stays to be seen."""
        attributes = getattr(decl, "attributes", ())
        return attributes[-1].end if attributes else decl.start

    def _inside(self, top: syntax.Node) -> Iterator[Fold]:
        for node in walk(top):
            match node:
                case syntax.FunDecl(parameters=parameters) if parameters:
                    yield from self._fold(
                        self._opening(parameters[0].start), self._closing(parameters[-1].end), "region"
                    )
                case syntax.Apply(bindings=bindings) if bindings:
                    yield from self._fold(self._opening(bindings[0].start), node.end, "region")
                case syntax.Literal(kind="text"):
                    yield from self._fold(node.start, node.end, "region")
                case _ if isinstance(node, _FOLDED):
                    yield from self._fold(node.start, node.end, "region")

    def _opening(self, offset: int) -> int:
        """The brace before an offset."""
        at = self._text.rfind("{", 0, offset)
        return offset if at < 0 else at

    def _closing(self, offset: int) -> int:
        """Behind the brace after an offset."""
        at = self._text.find("}", offset)
        return offset if at < 0 else at + 1

    def _comments(self) -> Iterator[Fold]:
        """Comments that span lines, and runs of those that have lines of their own."""
        run: list[syntax.Comment] = []
        for comment in self._module.comments:
            line = self._lines.position(comment.start).line
            if (
                run
                and comment.own_line
                and line == self._lines.position(run[-1].end).line + 1
                and _alike(run[-1], comment)
            ):
                run.append(comment)
                continue
            yield from self._run(run)
            run = [comment] if comment.own_line or "\n" in comment.text else []
        yield from self._run(run)

    def _run(self, run: list[syntax.Comment]) -> Iterator[Fold]:
        if run:
            yield from self._fold(run[0].start, run[-1].end, "comment")

    def _fold(self, start: int, end: int, kind: str, head: int | None = None) -> Iterator[Fold]:
        """From one offset to another, if that is more than a line; what closes a bracket stays to be seen."""
        first = self._lines.position(start if head is None else self._word_after(head)).line
        last = self._lines.position(end).line
        hidden = end
        line = self._text[self._lines.start_of(last) : end].strip()
        if line and all(one in ')]}>"' for one in line):
            last -= 1
            hidden = self._lines.start_of(last + 1) - 1
        if last > first:
            yield Fold(first, last, kind, self._end_of(first), max(hidden, self._end_of(first)))

    def _word_after(self, offset: int) -> int:
        while offset < len(self._text) and self._text[offset].isspace():
            offset += 1
        return offset

    def _end_of(self, line: int) -> int:
        return self._lines.start_of(line) + len(self._module.source.line_text(line))


def _alike(one: syntax.Comment, other: syntax.Comment) -> bool:
    """Whether two comments are of one kind: text about what follows is no part of a note before it."""
    return one.text.startswith("///") == other.text.startswith("///") and not other.text.startswith("/*")
