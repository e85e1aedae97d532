"""What a rule may ask about a mistake beyond the segment: the item's keyword and name."""

from nscompiler.grammar.segment import Segment
from nscompiler.grammar.syntax import Name
from nscompiler.source import Span

_KEYWORDS = {"TYPE": "type", "FUN": "fun", "DEF": "def", "IMPORT": "import", "MODULE": "module"}
_ATTRIBUTE_END = frozenset(("TYPE", "FUN", "DEF"))


class Surroundings:
    """A segment, read as the item that its author meant.

    ``keyword`` is the item's (``""`` for a bare expression), ``head`` its position; ``is_module`` tells whether the
    file has a header.
    """

    __slots__ = ("head", "is_module", "keyword", "segment")

    def __init__(self, segment: Segment, is_module: bool) -> None:
        self.segment = segment
        self.is_module = is_module
        self.head = self._find_head()
        kind = segment.kinds[self.head] if self.head < len(segment.kinds) else -1
        self.keyword = _KEYWORDS.get(segment.trial.names[kind], "") if kind >= 0 else ""

    def _find_head(self) -> int:
        segment = self.segment
        if segment.text(0) != "@":
            return 0
        names = segment.trial.names
        for position in range(1, min(segment.at, len(segment.kinds) - 1) + 1):
            if names[segment.kinds[position]] in _ATTRIBUTE_END and segment.text(position - 1) != "@":
                return position
        return 0

    def name(self) -> Name | None:
        """The declared name, if one was read: for an import its alias, or what would be its alias."""
        segment = self.segment
        position = self.head + 1
        if self.keyword == "import":
            return self._alias()
        if self.keyword and segment.is_word(position) and position < segment.at:
            return Name(segment.start(position), segment.end(position), segment.text(position))
        return None

    def _alias(self) -> Name | None:
        segment = self.segment
        for position in range(self.head + 1, len(segment.indexes) - 1):
            if segment.text(position) == "as" and segment.is_word(position + 1):
                return Name(segment.start(position + 1), segment.end(position + 1), segment.text(position + 1))
        position = self.head + 1
        if position < len(segment.kinds) and segment.trial.names[segment.kinds[position]] == "REFERENCE":
            last = segment.text(position).split(":")[0].split("/")[-1].split(".")[-1]
            return Name(segment.start(position), segment.end(position), last) if last else None
        return None

    def called(self) -> str:
        """The item in a message: ``The `def w```."""
        name = self.name()
        if not self.keyword:
            return "The expression" if self.segment.indexes else "The file"
        if name is None or len(name.text) > 40 or self.keyword == "import":
            return f"This `{self.keyword}`"
        return f"`{self.keyword} {name.text}`"

    def last_span(self) -> Span:
        """The last token that was read: where an item that is too short ends."""
        segment = self.segment
        if segment.at == 0:
            return segment.source.span(segment.end(-1), segment.end(-1))
        return segment.span(segment.at - 1)
