"""Opens a connector, again as often as its policy says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .errors import ConnectorError, NStackError, UsageError, placed
from .faultpoints import fault
from .outbox import backoff
from .policy import Guard


async def open_connector(guard: Guard, action: Callable[[], Awaitable[None]]) -> None:
    """Does ``action``, which opens it. Raises UsageError at once, and ConnectorError where the last try has failed."""
    for attempt in range(guard.policy.retry + 1):
        fault("opening")
        try:
            await action()
        except UsageError as error:
            raise placed(error, guard.shown, guard.origin) from None
        except NStackError as error:
            if attempt == guard.policy.retry:
                raise ConnectorError(f"{guard.shown}: {error} ({guard.origin})") from None
            guard.report(error, f"try {attempt + 1} of {guard.policy.retry + 1}")
            await asyncio.sleep(backoff(attempt))
        else:
            return
