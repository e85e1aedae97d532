"""``textDocument/signatureHelp``: the parameters inside ``{ }``, the types inside ``< >``."""

from lsprotocol import types

from nscompiler.ide.signature import Signature, signature
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Show what may be written in brackets, as it is written."""
    options = types.SignatureHelpOptions(trigger_characters=["{", "<", ","], retrigger_characters=["=", "}", ">", " "])
    server.answers(types.TEXT_DOCUMENT_SIGNATURE_HELP, options)(signature_help)


def signature_help(view: View, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    """What the brackets around a place take."""
    place = view.place(params)
    found = None if place is None else signature(view.program, place.path, place.offset)
    if found is None:
        return None
    return types.SignatureHelp([_shown(view, found)], 0, found.active if found.active >= 0 else None)


def _shown(view: View, found: Signature) -> types.SignatureInformation:
    can = view.client.can
    name = "text_document.signature_help.signature_information"
    offsets = can(f"{name}.parameter_information.label_offset_support")
    parts = []
    for part in found.parts:
        text = found.label[part.start : part.end]
        width = view.client.encoding.width
        start = width(found.label[: part.start])
        label: str | tuple[int, int] = (start, start + width(text)) if offsets else text
        doc = view.markup(f"{name}.documentation_format", part.documentation) if part.documentation else None
        parts.append(types.ParameterInformation(label, doc))
    doc = view.markup(f"{name}.documentation_format", found.documentation) if found.documentation else None
    active = found.active if found.active >= 0 and can(f"{name}.active_parameter_support") else None
    return types.SignatureInformation(found.label, doc, parts, active)
