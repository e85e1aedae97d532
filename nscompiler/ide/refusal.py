"""Why something that an editor asked for is not done."""

import attrs

from nscompiler.source import Span


@attrs.frozen(slots=True)
class Refusal:
    """The reason in plain words, and a place that shows it."""

    reason: str
    span: Span | None = None
