"""The forms of output. Each is one file of this folder whose ``render`` makes the whole text out of a ``Report``.

A form is loaded when it is asked for: nobody who reads text waits for SARIF.
"""

from collections.abc import Callable
from importlib import import_module

from nscompiler.diagnostics.report import Report

#: For people; the others are for programs and end up whole in a file or a log.
WRITTEN = ("text", "concise")
FORMATS = (*WRITTEN, "json", "jsonl", "sarif", "github", "gitlab", "junit")


def renderer(form: str) -> Callable[[Report], str]:
    """What draws one of the ``FORMATS``. Its text ends in a newline, or is empty where a form says nothing."""
    render: Callable[[Report], str] = import_module(f"{__name__}.{form}").render
    return render
