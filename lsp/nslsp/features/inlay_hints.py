"""``textDocument/inlayHint``: types that flow, types that were inferred, parameters that are set further out."""

from lsprotocol import types

from nscompiler.ide.inlay import Hint, HintKind, HintPart, inlay_hints
from nslsp.server import Server
from nslsp.settings import Settings
from nslsp.view import View


def register(server: Server) -> None:
    """Show what a program leaves unsaid."""
    server.answers(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions())(hints)


def hints(view: View, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    """The hints of a part of a document."""
    path = view.path(params)
    span = view.span(path, params.range)
    if span is None:
        return None
    return [
        _shown(view, path, hint)
        for hint in inlay_hints(view.program, path, span.start, span.end, _kinds(view.settings))
    ]


def _kinds(settings: Settings) -> frozenset[HintKind]:
    wanted = {
        HintKind.STAGE: settings.hints_stages,
        HintKind.TYPE: settings.hints_types,
        HintKind.PARAMETER: settings.hints_parameters,
    }
    return frozenset(kind for kind, on in wanted.items() if on)


def _shown(view: View, path: str, hint: Hint) -> types.InlayHint:
    source = view.program.text(path)
    assert source is not None
    is_type, known = hint.kind is not HintKind.PARAMETER, view.client.can("text_document.inlay_hint")
    return types.InlayHint(
        view.client.encoding.position(source, hint.offset),
        [_part(view, part) for part in hint.parts],
        types.InlayHintKind.Type if is_type else types.InlayHintKind.Parameter,
        [view.text_edit(edit) for edit in hint.edits] if hint.edits and known else None,
        types.MarkupContent(types.MarkupKind.Markdown, hint.tooltip) if hint.tooltip and known else None,
        padding_left=hint.kind is HintKind.STAGE,
    )


def _part(view: View, part: HintPart) -> types.InlayHintLabelPart:
    return types.InlayHintLabelPart(part.text, location=None if part.span is None else view.location(part.span))
