"""Reads pages of HTML as strictly as tests need."""

import json
from html.parser import HTMLParser


class Reading(HTMLParser):
    """Reads a page; every element must be closed where it was opened."""

    VOID = ("meta", "input", "link", "br", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    @classmethod
    def of(cls, text: str) -> "Reading":
        """A page that was read to its end."""
        found = cls()
        found.feed(text)
        found.close()
        assert found.open == []
        return found

    def data(self) -> list[dict]:
        """What the page's script is given."""
        start = next(at for at, (tag, own) in enumerate(self.elements) if own.get("id") == "data")
        assert self.elements[start][0] == "script"
        return json.loads(next(text for tag, text in self.texts if tag == "script"))

    def ids(self) -> list[str]:
        """The ids of all elements."""
        return [str(own["id"]) for _, own in self.elements if "id" in own]

    def links(self) -> list[str]:
        """Where the page leads to, and what it loads."""
        return [str(own[name]) for _, own in self.elements for name in ("href", "src") if name in own]

    def text(self) -> str:
        """All that can be read on the page, on one line."""
        return " ".join(" ".join(text for tag, text in self.texts if tag not in ("script", "style")).split())
