"""Why something that an editor asked for is not done."""

import attrs

from nscompiler.source import Span


@attrs.frozen(slots=True)
class Refusal:
    """The reason in plain words, and a place that shows it; ``nothing`` where there is nothing that could be meant."""

    reason: str
    span: Span | None = None
    nothing: bool = False
