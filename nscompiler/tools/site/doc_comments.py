"""Doc comments as HTML: CommonMark without what would break out of its place on a page."""

from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

SCHEMES = ("http", "https", "mailto")
"""Where a link in a doc comment may lead."""


class _Reader(MarkdownIt):
    """CommonMark whose links lead to safe places; any other stays text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        try:
            return urlsplit(url.strip()).scheme.lower() in SCHEMES
        except ValueError:
            return False


@cache
def _reader() -> MarkdownIt:
    # Headings and rules would stand among the page's own; pictures would be fetched from somewhere.
    without = ["heading", "lheading", "hr", "image", "html_block", "html_inline"]
    return _Reader("commonmark", {"html": False}).disable(without)


def as_html(text: str | None) -> str:
    """A doc comment as HTML, everything in it escaped; nothing where there is none."""
    return str(_reader().render(text)).strip() if text else ""


def summary(text: str | None) -> str:
    """The first paragraph of a doc comment on one line, as plain text."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())
