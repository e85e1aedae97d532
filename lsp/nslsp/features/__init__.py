"""The features of the language server, a file each.

Every file here has ``register(server)``; it is found by being here. A feature is a plain function of a ``View`` and the
request's parameters, made known with the decorator ``server.answers``::

    def register(server: Server) -> None:
        \"\"\"Answer what hovering asks.\"\"\"
        server.answers(types.TEXT_DOCUMENT_HOVER)(hover)


    def hover(view: View, params: types.HoverParams) -> types.Hover | None:
        \"\"\"What is known of the thing at a place.\"\"\"
        place = view.place(params)
        if place is None:
            return None
        found = …  # ask the engine: nscompiler.ide, with view.program
        return types.Hover(view.markup("text_document.hover.content_format", found.text), view.range(found.span))

- It runs on the thread of the analysis against the newest state, after all that came before it; nothing changes while
  it runs. It may take a millisecond or two. What needs files that the document does not import (who uses a name, which
  names there are) says ``whole=True``: before all of a folder is read the program is of the open files alone, with
  what they import.
- The client's columns are made into offsets by ``view.place`` and ``view.span``, spans into ranges by ``view.range``
  and ``view.location``, edits into a ``WorkspaceEdit`` by ``view.workspace_edit``. None of that is done elsewhere.
- What a client may be sent depends on ``view.client``: ``can("text_document.hover")``, ``listed(…)``, ``markup(…)``.
- What a person asked for and cannot have (a new name that is a keyword) is ``raise CannotBeDone("…")``. Any other
  exception is a bug: it is logged, once, and answered with null; a request whose answer may not be null
  (``completionItem/resolve``) gives ``empty=lambda params: params``.
- ``tests/lsp/test_NAME.py`` tells at least five facts for each request, under ``@pytest.mark.feature(…)``, with the
  fixture ``editor``; ``tests/lsp/test_walk.py`` walks the request as real clients do, and fails without facts.
- Commands are ``server.executes("nsc.…")``; work after each change is ``server.at_first`` and ``server.at_last``, as in
  ``diagnostics.py``.
"""
