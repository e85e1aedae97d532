"""What a file declares, and what all files declare."""

from lsprotocol import types

from nscompiler.ide.symbols import Symbol, SymbolIndex, document_symbols
from nslsp.server import Server
from nslsp.view import View

_KINDS = {
    "module": types.SymbolKind.Module,
    "type": types.SymbolKind.Class,
    "record": types.SymbolKind.Struct,
    "sum": types.SymbolKind.Enum,
    "field": types.SymbolKind.Field,
    "constructor": types.SymbolKind.EnumMember,
    "function": types.SymbolKind.Function,
    "parameter": types.SymbolKind.Property,
    "definition": types.SymbolKind.Variable,
    "main": types.SymbolKind.Event,
    "broken": types.SymbolKind.Null,
}
_NESTED = "text_document.document_symbol.hierarchical_document_symbol_support"
_IN_FILE, _IN_ALL = "text_document.document_symbol", "workspace.symbol"


def register(server: Server) -> None:
    """Answer what is asked for an outline, and for a name."""
    index = SymbolIndex()
    server.at_last(lambda view, changed: index.prepare(view.program))

    @server.answers(types.WORKSPACE_SYMBOL, whole=True)
    def search(view: View, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol] | None:
        found = index.search(view.program, params.query)
        return [
            types.WorkspaceSymbol(
                view.location(one.symbol.place),
                one.symbol.name,
                view.client.symbol_kind(_KINDS[one.symbol.kind], _IN_ALL),
                tags=_tags(view, one.symbol, _IN_ALL),
                container_name=one.container or None,
            )
            for one in found
        ] or None

    server.answers(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(outline)


def outline(
    view: View, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    """The declarations of a file: as a tree, or as a list for a client that takes none."""
    symbols = document_symbols(view.program, view.path(params))
    if view.client.can(_NESTED):
        return [_nested(view, one) for one in symbols]
    return [flat for one in symbols for flat in _flat(view, one, None)]


def _nested(view: View, symbol: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        symbol.name,
        view.client.symbol_kind(_KINDS[symbol.kind]),
        view.range(symbol.whole),
        view.range(symbol.place),
        symbol.detail or None,
        _tags(view, symbol, _IN_FILE),
        children=[_nested(view, one) for one in symbol.children],
    )


def _flat(view: View, symbol: Symbol, container: str | None) -> list[types.SymbolInformation]:
    own = types.SymbolInformation(
        view.location(symbol.whole),
        symbol.name,
        view.client.symbol_kind(_KINDS[symbol.kind]),
        tags=_tags(view, symbol, _IN_FILE),
        container_name=container,
    )
    return [own, *(flat for one in symbol.children for flat in _flat(view, one, symbol.name))]


def _tags(view: View, symbol: Symbol, where: str) -> list[types.SymbolTag] | None:
    known = view.client.listed(f"{where}.tag_support.value_set")
    deprecated = types.SymbolTag.Deprecated
    return [deprecated] if symbol.deprecated and deprecated in known else None
