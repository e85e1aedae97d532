"""Has an editor ask again for hints and colours after a file has changed that its other texts rest on."""

from collections.abc import Iterator

from nscompiler.modules.tree import SUFFIX
from nslsp.server import Server
from nslsp.view import View


def register(server: Server) -> None:
    """Look at what changed files say to those who import them."""
    server.at_last(Interfaces(server).look)


class Interfaces:
    """What files were seen to export; used on the thread of the analysis alone, but for what says otherwise."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._hashes: dict[str, str] = {}

    def look(self, view: View, changed: frozenset[str]) -> Iterator[None]:
        """Tell the editor where another open text rests on a file that exports something else than before."""
        is_news = False
        for path in sorted(path for path in changed if path.endswith(SUFFIX)):
            interface = view.program.interface(path)
            now, before = "" if interface is None else interface.hash, self._hashes.get(path)
            self._hashes[path] = now
            # What was not open before may have said anything.
            seen = before is None and path in view.versions
            is_news = is_news or (not seen and before != now and _is_used(view, path))
            yield
        if is_news:
            self._server.on_loop(self._refresh)

    def _refresh(self) -> None:
        """On the event loop: ask for what the client can do."""
        client = self._server.client
        if client is not None and client.can("workspace.inlay_hint.refresh_support"):
            self._server.workspace_inlay_hint_refresh(None)
        if client is not None and client.can("workspace.semantic_tokens.refresh_support"):
            self._server.workspace_semantic_tokens_refresh(None)


def _is_used(view: View, path: str) -> bool:
    """Whether another open text imports a file, directly or not."""
    others = (one for one in view.versions if one != path and one.endswith(SUFFIX))
    return any(path in view.program.closure(one) for one in others)
