"""Log lines on descriptor 2: plain text or one JSON object a line. Secrets are struck out of everything that is
written.

The fact ``event`` says to a machine what a line is: ``failure`` of a function, ``stopping``, ``trace`` of a value that
is followed, at the end ``stage`` for each function and ``end`` for the run, and ``log`` for whatever else. It is left
out of plain text.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import msgspec


class Log:
    """Where a run writes what a person should know. Any thread may call it; a line is written whole. One that is
    ``quiet`` leaves out what happened as it should."""

    def __init__(self, format: str = "text", descriptor: int = 2, *, quiet: bool = False) -> None:
        self.format = format
        self.quiet = quiet
        self.descriptor = descriptor
        self.workflow: str | None = None
        self._secrets: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def hide(self, secrets: tuple[str, ...]) -> None:
        """From now on none of these texts appears in a line, however it is written there. Very short ones would strike
        out too much and are left."""
        found = {form for secret in secrets if len(secret) > 3 for form in _forms(secret)} | set(self._secrets)
        self._secrets = tuple(sorted(found, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def info(self, message: str, **facts: Any) -> None:
        """Something that happened as it should."""
        if not self.quiet:
            self._write("info", message, facts)

    def warning(self, message: str, **facts: Any) -> None:
        """Something that a person should look at some time."""
        self._write("warning", message, facts)

    def error(self, message: str, **facts: Any) -> None:
        """Something that failed."""
        self._write("error", message, facts)

    def tell(self, message: str, **facts: Any) -> None:
        """Something that was asked for: also where the log is quiet."""
        self._write("info", message, facts)

    def _write(self, level: str, message: str, facts: dict[str, Any]) -> None:
        shown = {name: value for name, value in facts.items() if value is not None}
        if self._secrets:  # before JSON writes them in another way
            message = self.clean(message)
            shown = {name: self.clean(value) if isinstance(value, str) else value for name, value in shown.items()}
        text = self._json(level, message, shown) if self.format == "json" else self._text(level, message, shown)
        data = self.clean(text).encode("utf-8", "backslashreplace") + b"\n"
        with self._lock:
            try:
                write_all(self.descriptor, data)
            except OSError:
                return  # nobody reads the log any more; the data still matters

    def _text(self, level: str, message: str, facts: dict[str, Any]) -> str:
        trace = facts.pop("trace", None)
        facts.pop("event", None)
        head = message if level == "info" else f"{level}: {message}"
        tail = " ".join(f"{name}={value}" for name, value in facts.items())
        line = f"{head}  [{tail}]" if tail else head
        return f"{line}\n{str(trace).rstrip()}" if trace else line

    def _json(self, level: str, message: str, facts: dict[str, Any]) -> str:
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        line = {"time": stamp, "level": level}
        if self.workflow is not None:
            line["workflow"] = self.workflow
        line |= {"event": facts.pop("event", "log"), "message": message, **facts}
        return msgspec.json.encode(line, enc_hook=str).decode()


def _forms(secret: str) -> set[str]:
    """A text as it is, and as JSON, Python, addresses and Base64 write it; of several lines each one."""
    from json import dumps  # few programs have secrets
    from urllib.parse import quote, quote_plus

    lines = [line for line in secret.splitlines() if len(line) > 3]
    return {
        form
        for text in {secret, *lines}
        for form in (
            text,
            dumps(text)[1:-1],
            dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1],
            quote(text),
            quote(text, safe=""),
            quote_plus(text),
            *_in_base64(text.encode()),
        )
    }


def _in_base64(secret: bytes) -> set[str]:
    """What of Base64 (RFC 4648) a text in the midst of another accounts for alone, as a password does in a header
    of HTTP; it may begin at any of three places. Of short texts that is too little."""
    from base64 import b64encode

    found = set()
    for before in range(3) if len(secret) > 5 else ():
        text = b64encode(bytes(before) + secret).decode()
        found.add(text[-(-8 * before // 6) : 8 * (before + len(secret)) // 6])
    return found


def write_all(descriptor: int, data: bytes) -> None:
    """Writes everything, in as many calls as it takes. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
