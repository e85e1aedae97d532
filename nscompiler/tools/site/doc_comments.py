"""Doc comments as HTML: CommonMark without what would break out of its place on a page."""

from collections.abc import Callable, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = ("http", "https", "mailto")
"""Where a link in a doc comment may lead."""

Resolve = Callable[[str], str | None]
"""The address of what a name in a doc comment means; None where it means nothing."""


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
    reader = _Reader("commonmark", {"html": False}).disable(without)
    reader.add_render_rule("code_inline", _code)
    return reader


def _code(_: Any, tokens: Sequence[Token], at: int, __: Any, environment: MutableMapping[str, Any]) -> str:
    """A name in backticks leads to what it means, unless it stands in a link already."""
    text = tokens[at].content
    shown = f"<code>{escape(text)}</code>"
    kinds = [token.type for token in tokens[:at]]
    inside = kinds.count("link_open") > kinds.count("link_close")
    address = None if inside else environment["resolve"](text)
    return shown if address is None else f'<a href="{escape(address)}">{shown}</a>'


def as_html(text: str | None, resolve: Resolve = lambda _: None) -> str:
    """A doc comment as HTML, everything in it escaped; nothing where there is none."""
    return str(_reader().render(text, {"resolve": resolve})).strip() if text else ""


def summary(text: str | None) -> str:
    """The first paragraph of a doc comment on one line, as plain text."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())
