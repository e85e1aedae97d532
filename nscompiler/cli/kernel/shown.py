"""Answers as bundles of media types, from which a notebook takes the best that it can show."""

import html
import json
from collections.abc import Sequence
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter

from nscompiler.backends.graph import mermaid, svg, terminal
from nscompiler.flow.model import Graph
from nscompiler.highlight import NmlLexer

Bundle = dict[str, Any]

ROWS = 200
"""How many results are shown; the others are counted."""


def code(text: str) -> Bundle:
    """A text of the language, in colours."""
    formatter = HtmlFormatter(noclasses=True, nobackground=True, wrapcode=True)
    return {"text/plain": text, "text/html": highlight(text, NmlLexer(), formatter)}


def documentation(text: str) -> Bundle:
    """Markdown."""
    return {"text/plain": text, "text/markdown": text}


def picture(graph: Graph) -> Bundle:
    """A flow graph."""
    plain = terminal(graph, width=100)
    return {"text/plain": plain, "image/svg+xml": svg(graph), "text/vnd.mermaid": mermaid(graph)}


def results(lines: Sequence[str], count: int) -> Bundle:
    """The first values, in JSON, of so many: a table of records, else the values as they are."""
    shown = [line.rstrip("\n") for line in lines]
    left = count - len(shown)
    values = [_value(line) for line in shown]
    bundle: Bundle = {"text/plain": "\n".join([*shown, *([f"… and {left} more"] if left else [])])}
    if values and all(isinstance(value, dict) for value in values):
        bundle["text/html"] = _table(values, left)
    else:
        bundle["application/json"] = values[0] if count == 1 else values
    return bundle


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _table(records: Sequence[dict[str, Any]], left: int) -> str:
    names = list(dict.fromkeys(name for record in records for name in record))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(record[name])}</td>' if name in record else '<td></td>' for name in names)}</tr>"
        for record in records
    )
    more = f"<p>… and {left} more</p>" if left else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "" if value is None else html.escape(text)
