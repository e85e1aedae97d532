"""Who is told of a run while it goes on: the live view of another process, and whoever asks for its metrics. Few runs
are watched, so this is loaded for those that are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .declare import Workflow
from .errors import UsageError
from .log import Log
from .status import Counts, Reporter, Snapshot

if TYPE_CHECKING:
    from .metrics import Exposed


def watchers(
    workflow: Workflow,
    counts: Counts,
    state: Callable[[], str],
    seconds: Callable[[], float],
    log: Log,
    *,
    status: int | None,
    metrics: tuple[str, int] | None,
) -> Iterator[Reporter | Exposed]:
    """What tells of a run: into the descriptor ``status``, and over HTTP at ``metrics``. Raises UsageError."""

    def snapshot() -> Snapshot:
        return Snapshot(workflow.name, state(), seconds(), counts.stages(), *counts.workers)

    if status is not None:
        yield Reporter(status, snapshot)
    if metrics is None:
        return
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise UsageError('--metrics-port needs: pip install "nstack-runtime[metrics]"') from None
    from .metrics import Exposed, RunMetrics

    exposed = Exposed(metrics, RunMetrics(counts, snapshot, time.time(), workflow.module), state)
    log.info(f"metrics at {exposed.address}/metrics")
    yield exposed
