"""``textDocument/formatting``, of a range too, and while somebody types."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from lsprotocol import types

from nscompiler.diagnostics.model import Edit
from nscompiler.modules.tree import SUFFIX
from nscompiler.source import SourceFile
from nscompiler.tools.format import FormatFailure, format_source
from nslsp.server import Server
from nslsp.view import View

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_DOC = re.compile(r"[ \t]*///(?!/) ?")
_OPENS = ("|", "&", "=", "{", "(", "[", ",", "->")


def register(server: Server) -> None:
    """Lay out programs."""
    server.answers(types.TEXT_DOCUMENT_FORMATTING, types.DocumentFormattingOptions())(whole)
    server.answers(types.TEXT_DOCUMENT_RANGE_FORMATTING, types.DocumentRangeFormattingOptions())(in_range)
    typing = types.DocumentOnTypeFormattingOptions("}", ["\n"])
    server.answers(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, typing)(while_typing)


def whole(view: View, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """What lays a document out; nothing where its syntax has errors."""
    source = _program_text(view, view.path(params))
    return None if source is None else [view.text_edit(edit) for edit in layout_edits(source)]


def in_range(view: View, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
    """Of what lays the document out, the changes that touch some lines."""
    path = view.path(params)
    source, span = _program_text(view, path), view.span(path, params.range)
    if source is None or span is None:
        return None
    first, last = source.lines.position(span.start).line, source.lines.position(span.end).line
    start, end = source.lines.start_of(first), source.lines.start_of(last) + len(source.line_text(last))
    return [view.text_edit(edit) for edit in _touching(layout_edits(source), start, end)]


def while_typing(view: View, params: types.DocumentOnTypeFormattingParams) -> list[types.TextEdit] | None:
    """Behind a new line the beginning of the next; behind a ``}`` the declaration that it ends."""
    place = view.place(params)
    if place is None or _program_text(view, place.path) is None:
        return None
    if params.ch == "\n":
        edits = list(_begun(place.source, place.offset))
    else:
        start, end = _declaration(place.source.text, place.offset)
        edits = _touching(layout_edits(place.source), start, end)
    return [view.text_edit(edit) for edit in edits] or None


def _program_text(view: View, path: str) -> SourceFile | None:
    return view.source(path) if path.endswith(SUFFIX) else None


def _touching(edits: list[Edit], start: int, end: int) -> list[Edit]:
    return [edit for edit in edits if edit.span.start <= end and start <= edit.span.end]


def layout_edits(source: SourceFile) -> list[Edit]:
    """The smallest replacements that lay a text out; none where it cannot be."""
    try:
        laid_out = format_source(source.text, source.path).text
    except FormatFailure:
        return []
    if 0 < source.text.count("\n") == source.text.count("\r\n"):  # how lines end is the editor's to say
        laid_out = laid_out.replace("\n", "\r\n")
    if laid_out == source.text:
        return []
    before, after = _LINE.findall(source.text), _LINE.findall(laid_out)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    # Lines are told apart by what is in them: one that only lies otherwise is a change of its own.
    keys, wanted = (["".join(line.split()) for line in lines] for lines in (before, after))
    found = []
    for tag, first, last, other, end in SequenceMatcher(None, keys, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            lines = range(last - first)
            changed = [at for at in lines if before[first + at] != after[other + at]]
            found += [
                _narrowed(source, starts[first + at], starts[first + at + 1], after[other + at]) for at in changed
            ]
        else:
            found.append(_narrowed(source, starts[first], starts[last], "".join(after[other:end])))
    return found


def _narrowed(source: SourceFile, start: int, end: int, text: str) -> Edit:
    """A replacement without what it has in common with the text at both ends."""
    old = source.text[start:end]
    least = min(len(old), len(text))
    head = next((at for at in range(least) if old[at] != text[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != text[-1 - at]), least - head)
    if tail and old[len(old) - tail - 1 :].startswith("\r\n"):
        tail -= 1  # a line's end is one place
    return Edit(source.span(start + head, end - tail), text[head : len(text) - tail])


def _begun(source: SourceFile, offset: int) -> Iterator[Edit]:
    """What a new line begins with: the sign of a doc comment, or the indentation of what goes on."""
    number = source.lines.position(offset).line
    if number < 2:
        return
    above = source.line_text(number - 1)
    start, blank = source.lines.start_of(number), source.line_text(number)
    if blank.strip():
        return
    indent = above[: len(above) - len(above.lstrip())]
    doc = _DOC.match(above)
    code = above.partition("//")[0].rstrip()
    if doc is not None:
        wanted = f"{indent}/// " if above.strip() != "///" else indent
    elif code.endswith(_OPENS) and not code.lstrip().startswith("|"):
        wanted = indent + "  "
    else:
        wanted = indent
    if wanted != blank:
        yield Edit(source.span(start, start + len(blank)), wanted)


def _declaration(text: str, offset: int) -> tuple[int, int]:
    """The lines of the declaration around an offset."""
    starts = [match.start() for match in re.finditer(r"(?m)^(?=[^\s/}])", text)]
    start = max((at for at in starts if at < offset), default=0)
    end = min((at for at in starts if at >= offset), default=len(text))
    return start, end
