"""``textDocument/semanticTokens``: whole texts, parts of them, and what has changed since the last time."""

from collections.abc import Iterable, Sequence

from lsprotocol import types

from nscompiler.ide.colours import Colour, Piece, Shade, colours
from nscompiler.modules.tree import SUFFIX
from nscompiler.source import SourceFile
from nslsp.server import Server
from nslsp.view import View

LEGEND = types.SemanticTokensLegend([colour.value for colour in Colour], [shade.value for shade in Shade])
_COLOURS = {colour: place for place, colour in enumerate(Colour)}
_SHADES = {shade: 1 << place for place, shade in enumerate(Shade)}
#: How many documents' tokens are kept for differences.
_KEPT = 64


def register(server: Server) -> None:
    """Colour words by what they mean."""
    told = Told()
    server.answers(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, LEGEND)(told.full)
    server.answers(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA)(told.delta)
    server.answers(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE)(in_range)


def in_range(view: View, params: types.SemanticTokensRangeParams) -> types.SemanticTokens | None:
    """The tokens of a part of a document."""
    path = view.path(params)
    span, source = view.span(path, params.range), view.source(path)
    if span is None or source is None or not path.endswith(SUFFIX):
        return None
    return types.SemanticTokens(encoded(view, source, colours(view.program, path, span.start, span.end)))


def encoded(view: View, source: SourceFile, pieces: Iterable[Piece]) -> list[int]:
    """Tokens as the protocol has them: five numbers each, places from the one before."""
    data: list[int] = []
    line = character = 0
    encoding = view.client.encoding
    for piece in pieces:
        at = encoding.position(source, piece.start)
        width = encoding.width(source.text[piece.start : piece.end])
        shades = sum(_SHADES[shade] for shade in piece.shades)
        start = at.character - character if at.line == line else at.character
        data += (at.line - line, start, width, _COLOURS[piece.colour], shades)
        line, character = at.line, at.character
    return data


class Told:
    """What a client was told of each document; used on the thread of the analysis alone."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, list[int]]] = {}
        self._count = 0

    def full(self, view: View, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
        """All tokens of a document, under a name for the next time."""
        data = _whole(view, view.path(params))
        return None if data is None else types.SemanticTokens(data, self._keep(view.path(params), data))

    def delta(
        self, view: View, params: types.SemanticTokensDeltaParams
    ) -> types.SemanticTokens | types.SemanticTokensDelta | None:
        """What has changed since a name was given; everything where that was not the last."""
        path = view.path(params)
        data = _whole(view, path)
        if data is None:
            return None
        before = self._held.get(path)
        known = self._keep(path, data)
        if before is None or before[0] != params.previous_result_id:
            return types.SemanticTokens(data, known)
        return types.SemanticTokensDelta(difference(before[1], data), known)

    def _keep(self, path: str, data: list[int]) -> str:
        self._count += 1
        self._held.pop(path, None)
        self._held[path] = str(self._count), data
        if len(self._held) > _KEPT:
            del self._held[next(iter(self._held))]
        return str(self._count)


def _whole(view: View, path: str) -> list[int] | None:
    source = view.source(path)
    if source is None or not path.endswith(SUFFIX):
        return None
    return encoded(view, source, colours(view.program, path))


def difference(before: Sequence[int], after: Sequence[int]) -> list[types.SemanticTokensEdit]:
    """One replacement, in whole tokens, that makes one sequence of the other; none where they are equal."""
    least = min(len(before), len(after))
    start = next((at for at in range(least) if before[at] != after[at]), least)
    start -= start % 5
    if start == len(before) == len(after):
        return []
    tail = next((at for at in range(least - start) if before[-1 - at] != after[-1 - at]), least - start)
    tail -= tail % 5
    return [types.SemanticTokensEdit(start, len(before) - start - tail, list(after[start : len(after) - tail]))]
