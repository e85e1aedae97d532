"""Which values of the standard library's parameters are refused for their form, when a workflow starts: here before."""

import codecs
from collections.abc import Callable

from nscompiler.grammar import syntax
from nscompiler.typecheck import crontab

# What a character is called that may stand between cells, and how it is written.
_CALLED = {
    "tab": "\\t",
    "\\t": "\\t",
    "comma": ",",
    "semicolon": ";",
    "colon": ":",
    "pipe": "|",
    "space": " ",
    "quote": "'",
}
# How often, in other words.
_OFTEN = {
    **dict.fromkeys(("nightly", "every day", "day", "everyday", "daily"), "@daily"),
    **dict.fromkeys(("every hour", "hour", "hourly"), "@hourly"),
    **dict.fromkeys(("every week", "week", "weekly"), "@weekly"),
    **dict.fromkeys(("every month", "month", "monthly"), "@monthly"),
    **dict.fromkeys(("every year", "year", "yearly", "annual"), "@yearly"),
    **dict.fromkeys(("every minute", "minutely", "minute"), "* * * * *"),
}
_LINE_ENDS = "\r\n"


def _separator_fault(text: str) -> str | None:
    return None if len(text) == 1 and text not in _LINE_ENDS else "one character is wanted"


def _quote_fault(text: str) -> str | None:
    return None if not text or _separator_fault(text) is None else "one character is wanted, or none"


def _encoding_fault(text: str) -> str | None:
    try:
        codecs.lookup(text)
    except (LookupError, ValueError):
        return "an encoding that Python knows is wanted, such as utf-8, latin-1 or cp1252"
    return None


_TEXTS: dict[str, Callable[[str], str | None]] = {
    **crontab.CHECKS,
    "csv_sep": _separator_fault,
    "csv_quote": _quote_fault,
    "csv_escape": _quote_fault,
    "csv_encoding": _encoding_fault,
}
_POSITIVE = frozenset(
    ("http_connections", "http_max_body", "http_queue", "kafka_max_message", "max_line", "url_max_body")
)

_MOST_PORT = 65535


def has_form(name: str) -> bool:
    """Whether the values of a parameter of the standard library have a form."""
    return name in _TEXTS or name in _POSITIVE or name.endswith("_port")


def fault(name: str, literal: syntax.Literal) -> str | None:
    """Why a value has not the form that a parameter needs: what is wanted instead."""
    if literal.kind == "text" and name in _TEXTS:
        return _TEXTS[name](str(literal.value))
    number = _whole(literal)
    if number is None:
        return None
    least = 1 if name != "http_port" else 0
    if name.endswith("_port") and not least <= number <= _MOST_PORT:
        return f"a port is a number from 1 to {_MOST_PORT}"
    return "at least 1 is wanted" if name in _POSITIVE and number < 1 else None


def _whole(literal: syntax.Literal) -> int | None:
    text = str(literal.value)
    return int(text) if literal.kind in ("integer", "text") and text.removeprefix("-").isdecimal() else None


def meant(name: str, literal: syntax.Literal) -> str | None:
    """The character that a text names, or writes several times, where one is wanted, and the cron table that a word
    stands for; as it is written in quotes."""
    text = str(literal.value)
    if name == "cron":
        return _OFTEN.get(text.strip().removeprefix("@").casefold())
    if name == "csv_encoding" or not name.startswith("csv_"):
        return None
    once = len(set(text)) == 1 and text[0].isprintable() and text[0] not in '"\\'
    return text[0] if once else _CALLED.get(text.casefold())
