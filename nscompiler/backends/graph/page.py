"""Graphs as one interactive HTML page that needs nothing beside it: no network, no other file.

All that comes from a program goes through the templates' escaping: into the page as text, or into its JSON, in which no
``<`` stands as such.
"""

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from nscompiler.backends.graph.contents import SIGNS, Notes, TypeTexts, full_name, place, process, type_name
from nscompiler.backends.graph.letters import printable
from nscompiler.backends.graph.svg import DARK, LIGHT, STYLE, svg
from nscompiler.flow.model import Graph, Node, Origin, Parameter

LINKS = {"file": "file://{path}", "vscode": "vscode://file{path}:{line}:{column}", "none": ""}
"""The addresses of places in files, by who opens them."""

_KINDS = {
    "source": "source",
    "literal": "values in the program",
    "call": "function",
    "sink": "sink",
    "flatten": "the items of a list, one by one",
    "drop_missing": "only what is there",
    "convert": "conversion",
    "branch": "each value to all branches",
    "merge": "the values of all branches",
}


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("nscompiler.backends.graph"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=True,
    )


def as_paragraph(doc: str) -> str:
    """A doc comment as HTML as it is written."""
    return f"<p>{escape(doc)}</p>" if doc else ""


def page(
    graphs: Sequence[Graph],
    notes: Notes | None = None,
    *,
    links: str = "file",
    prose: Callable[[str], str] = as_paragraph,
) -> str:
    """The page of some workflows; the same graphs give the same text.

    ``links`` is one of ``LINKS``, or an address with ``{path}``, ``{line}`` and ``{column}`` in it. ``prose`` makes
    HTML of a doc comment, in which nothing of the comment is markup that it did not put there.
    """
    notes = notes or Notes()
    address = LINKS.get(links, links)
    pictures = [
        svg(graph, notes, heading=False, prefix=f"w{number}-", styled=False, keyboard=True)
        for number, graph in enumerate(graphs)
    ]
    return (
        _templates()
        .get_template("page.html.j2")
        .render(
            graphs=graphs,
            pictures=pictures,
            styles={"graph": STYLE, "light": LIGHT, "dark": DARK},
            data=[_values(graph, notes, address, prose) for graph in graphs],
        )
    )


def _values(graph: Graph, notes: Notes, address: str, prose: Callable[[str], str]) -> dict[str, Any]:
    """What the page's script needs to know of a graph."""
    nodes = {node.id: node for node in graph.nodes}
    texts = TypeTexts(graph)
    used = dict.fromkeys(type for node in graph.nodes for type in (node.input, node.output))
    return {
        "name": printable(graph.name),
        "module": printable(graph.module),
        "doc": (graph.doc or "").replace("`", ""),
        "types": {str(type): {"name": type_name(graph, type), "definitions": texts.definitions(type)} for type in used},
        "nodes": {str(node.id): _node(graph, node, notes, address, prose) for node in graph.nodes},
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "type": str(nodes[edge.source].output),
            }
            for edge in graph.edges
        ],
    }


def _node(graph: Graph, node: Node, notes: Notes, address: str, prose: Callable[[str], str]) -> dict[str, Any]:
    function = node.function
    return {
        "name": full_name(graph, node),
        "sign": node.kind in SIGNS,
        "kind": _KINDS.get(node.kind, node.kind),
        "module": "" if function is None else printable(function.module),
        "input": str(node.input),
        "output": str(node.output),
        "parameters": [
            _parameter(own, prose(notes.parameter_doc(node, own.name)), notes, address) for own in node.parameters
        ],
        "policy": _policy(node),
        "process": printable(process(node)),
        "doc": notes.doc(node),
        "prose": prose(notes.doc(node)),
        "text": printable(node.origin.text),
        **_place(node.origin, notes, address),
    }


def _parameter(own: Parameter, prose: str, notes: Notes, address: str) -> dict[str, Any]:
    where = {"place": "", "link": ""} if own.origin is None else _place(own.origin, notes, address)
    return {
        "name": printable(own.name),
        "type": " | ".join(f'"{choice}"' for choice in own.choices) or own.type,
        "value": printable(own.written),
        "set": own.fixed,
        "required": own.required,
        "prose": prose,
        **where,
    }


def _policy(node: Node) -> list[list[str]]:
    policy = node.policy
    shown = [["on_error", policy.on_error]]
    shown += [["retry", str(policy.retry)]] if policy.retry else []
    shown += [["timeout", f"{policy.timeout:g} s"]] if policy.timeout is not None else []
    shown += [["dead_letter", printable(policy.dead_letter)]] if policy.dead_letter else []
    shown += [["parallelism", str(policy.parallelism)]] if policy.parallelism is not None else []
    return shown if node.kind == "call" else []


def _place(origin: Origin, notes: Notes, address: str) -> dict[str, str]:
    path = notes.files.get(origin.file)
    link = ""
    if path is not None and address:
        link = address.format(path=quote(path), line=origin.line, column=origin.column)
    return {"place": place(origin), "link": link}
