"""What must hold of any text at all: no exception, spans inside the file, messages that render, an answer in time; and
that the parser in C reads what it takes as the one in Python does.

What breaks it is kept in ``crashes/``, which the default tests go through again.
"""

from __future__ import annotations

import hashlib
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import attrs
import native_parser

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.diagnostics.render.concise import render_concise
from nscompiler.diagnostics.render.text import render_text
from nscompiler.pipeline.checks import check_texts

CRASHES = Path(__file__).parent / "crashes"
LARGEST = 64 * 1024
SECONDS = 2.0
"""How much of the processor's time the check of a text of the largest size may take, where a loop takes ``LOOP``."""
LOOP = 0.1
"""The processor's time for a million additions on the processors that the limit was set for."""
MAIN = "main.nml"


class Broken(Exception):
    """Something that must hold of any text does not."""


@attrs.frozen
class Examined:
    """What was seen of one text: how long it took, how many errors it has."""

    seconds: float
    errors: int


def examine(content: str | bytes) -> Examined:
    """Look at one text from all sides. Raises Broken, or whatever the compiler raised."""
    start = time.process_time()
    checked = check_texts({MAIN: content})
    found = checked.diagnostics
    seconds = time.process_time() - start
    for one in found:
        _check_spans(one, checked.compilation.sources)
    render_text(found, checked.compilation.sources, color=False, width=80)
    render_concise(found, checked.compilation.sources)
    if isinstance(content, str) and native_parser.parser() is not None:
        native_parser.compare(content)
    if isinstance(content, str) and (len(content) < 500 or not any(one.code.id < "NS02" for one in found)):
        _check_format(content)
    return Examined(seconds, sum(one.is_error for one in found))


def _check_spans(one: Diagnostic, sources: object) -> None:
    spans = [one.primary.span, *(label.span for label in one.related), *(hop.span for hop in one.flow)]
    spans += [edit.span for fix in one.fixes for edit in fix.edits]
    for span in spans:
        try:
            length = len(sources[span.path].text)  # type: ignore[index]
        except KeyError:
            continue
        if not 0 <= span.start <= span.end <= length:
            raise Broken(f"{one.code.name} at {span.start} to {span.end} of a text of {length}")
    if len(one.title) > 80:
        raise Broken(f"{one.code.name} has a title of {len(one.title)} columns: {one.title}")


def _check_format(text: str) -> None:
    if find_spec("nscompiler.tools.format") is None:
        return
    format_source = import_module("nscompiler.tools.format").format_source
    laid_out = format_source(text)
    if not laid_out.problems and format_source(laid_out.text).text != laid_out.text:
        raise Broken("the layout of a layout is another")


def too_slow(examined: Examined) -> bool:
    """Whether a check took longer than it may, whatever the size of the text. Others' work may slow a processor down by
    half, so of what is too long the processor is looked at, too."""
    return examined.seconds > SECONDS and examined.seconds > SECONDS * _loop() / LOOP


def _loop() -> float:
    """How much of the processor's time a million additions take now."""
    start, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - start


def keep(content: str | bytes, kind: str) -> Path:
    """Write a text that broke something where the tests find it."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    CRASHES.mkdir(exist_ok=True)
    path = CRASHES / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}.nml"
    path.write_bytes(data)
    return path
