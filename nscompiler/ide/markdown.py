"""Pieces of Markdown."""

from collections.abc import Sequence


def code(text: str, language: str = "nml") -> str:
    """A block of code; its fence is longer than any in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def joined(*parts: str | None) -> str:
    """Paragraphs, those that are there."""
    return "\n\n".join(part for part in parts if part)


def listed(items: Sequence[str]) -> str | None:
    """A list with a bullet before each item; None of nothing."""
    return "\n".join(f"- {item}" for item in items) or None


def rows(pairs: Sequence[tuple[str, str]]) -> str:
    """Two columns."""
    width = max((len(left) for left, _ in pairs), default=0)
    return "\n".join(f"{left.ljust(width)}  {right}" for left, right in pairs)
