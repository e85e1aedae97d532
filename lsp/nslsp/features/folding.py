"""What can be folded away."""

from lsprotocol import types

from nscompiler.ide.folding import Fold, folds
from nscompiler.source import Span
from nslsp.server import Server
from nslsp.view import View

_BASE = "text_document.folding_range"
_KINDS = {
    "imports": types.FoldingRangeKind.Imports,
    "comment": types.FoldingRangeKind.Comment,
    "region": types.FoldingRangeKind.Region,
}


def register(server: Server) -> None:
    """Answer what folding asks."""
    server.answers(types.TEXT_DOCUMENT_FOLDING_RANGE)(folding)


def folding(view: View, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """The folds of a file; no more than the client wants, the outer ones first."""
    path = view.path(params)
    found = list(folds(view.program, path))
    limit = view.client.listed(f"{_BASE}.range_limit") or 0
    if isinstance(limit, int) and 0 < limit < len(found):
        found = sorted(sorted(found, key=lambda one: one.first - one.last)[:limit], key=lambda one: one.first)
    lines_only = view.client.can(f"{_BASE}.line_folding_only")
    return [_folding(view, path, one, lines_only) for one in found]


def _folding(view: View, path: str, fold: Fold, lines_only: bool) -> types.FoldingRange:
    kind = None if fold.kind == "region" else _KINDS[fold.kind]
    if lines_only:
        return types.FoldingRange(fold.first - 1, fold.last - 1, kind=kind)
    hidden = view.range(Span(path, fold.start, fold.end))
    return types.FoldingRange(hidden.start.line, hidden.end.line, hidden.start.character, hidden.end.character, kind)
