"""``$/progress``: how far the reading and checking of a workspace is, where that takes long enough to be told."""

import time

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from nslsp.protocol import Session

#: Fewer files than this are checked before anyone has read that they are.
MANY = 100
#: Seconds between two reports.
_PAUSE = 0.1
TITLE = "Checking NStack modules"


Value = types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd


class Progress:
    """The bar of one server; all but ``tell`` on the event loop."""

    def __init__(self, server: Session) -> None:
        self._server = server
        self._count = 0
        self._told = 0.0
        self._shown = False
        self._token: str | None = None

    def tell(self, done: int, total: int) -> None:
        """On the thread of the analysis: so much of so much is done; the end is ``total`` of it."""
        now = time.monotonic()
        if done >= total:
            self._server.on_loop(self._end)
        elif total >= 2 * MANY and now - self._told >= _PAUSE:
            self._told = now
            self._server.on_loop(self._report, 100 * done // total)

    def _report(self, percentage: int) -> None:
        client = self._server.client
        if client is None or not client.can("window.work_done_progress"):
            return
        if not self._shown:
            self._shown = True
            self._server.in_passing(self._begin(percentage))
        elif self._token is not None:
            self._send(types.WorkDoneProgressReport(percentage=percentage))

    async def _begin(self, percentage: int) -> None:
        self._count += 1
        token = f"nsc/check/{self._count}"
        try:
            await self._server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
        except JsonRpcException:
            return  # the client shows none
        if self._shown:
            self._token = token
            self._send(types.WorkDoneProgressBegin(TITLE, cancellable=False, percentage=percentage))

    def _end(self) -> None:
        if self._token is not None:
            self._send(types.WorkDoneProgressEnd())
        self._shown, self._token = False, None

    def _send(
        self, value: types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd
    ) -> None:
        assert self._token is not None
        self._server.progress(types.ProgressParams(self._token, value))
