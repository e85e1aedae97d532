"""What workflows write and read, under names that Airflow knows too: one that reads what another one writes starts
when that is done."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import attrs

from nscompiler.flow.model import Graph, Node

FILES = ("jsonl", "csv", "parquet", "arrow")


@attrs.frozen(slots=True, kw_only=True)
class Assets:
    """What a workflow writes, what it reads, and of this what another workflow of the build writes."""

    written: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


def assets(graphs: Iterable[Graph], package: str) -> Mapping[str, Assets]:
    """The assets of each workflow, by its name; a file whose path is relative belongs to the ``package``."""
    graphs = tuple(graphs)
    written = {graph.name: _of(graph, "sink", package) for graph in graphs}
    read = {graph.name: _of(graph, "source", package) for graph in graphs}
    return {
        graph.name: Assets(
            written=written[graph.name],
            read=read[graph.name],
            awaited=tuple(
                name
                for name in read[graph.name]
                if any(name in written[other.name] for other in graphs if other is not graph)
                and name not in written[graph.name]
            ),
        )
        for graph in graphs
    }


def _of(graph: Graph, kind: str, package: str) -> tuple[str, ...]:
    nodes = (node for node in graph.nodes if node.kind == kind)
    return tuple(sorted({name for node in nodes for name in names(node, package)}))


def names(node: Node, package: str) -> Iterator[str]:
    """The names of what a source reads or a sink writes; none where the program does not say it, or where it is no
    thing that stays."""
    if node.function is None or not node.function.standard:
        return
    values = {own.name: own.value if own.environment is None else f"${own.environment}" for own in node.parameters}
    match node.function.name:
        case name if name in FILES and _fixed(values.get("path")):
            yield _file(str(values["path"]), package)
        case "s3" if _fixed(values.get("s3_bucket")) and _fixed(values.get("s3_key")):
            yield f"s3://{values['s3_bucket']}/{quote(str(values['s3_key']).lstrip('/'), safe='/=')}"
        case "sqlite" if _fixed(values.get("path")):
            yield from (f"{_file(str(values['path']), package)}/{table}" for table in _tables(values, "table", "query"))
        case "postgres":
            yield from (_table(values, table) for table in _tables(values, "pg_table", "pg_query"))


def _fixed(held: object) -> bool:
    return isinstance(held, str) and bool(held.strip()) and held != "-" and not held.startswith("$")


def _file(path: str, package: str) -> str:
    return f"file://{quote(path)}" if path.startswith("/") else f"{package}/{posixpath.normpath(path)}"


_FROM = re.compile(r"\b(?:from|join)\s+([a-z_][\w.]*)", re.IGNORECASE)


def _tables(values: Mapping[str, object], table: str, query: str) -> list[str]:
    """The table that is written, or those that a query names."""
    named = values.get(table)
    if _fixed(named):
        return [str(named)]
    return list(dict.fromkeys(_FROM.findall(str(values[query])))) if _fixed(values.get(query)) else []


def _table(values: Mapping[str, object], name: str) -> str:
    """The address of a table, as the provider of PostgreSQL has it, if its server is known; else a name of its own."""
    schema, _, table = name.rpartition(".")
    host = str(values.get("pg_host") or "localhost")
    database = str(values.get("pg_database") or "postgres")
    port = str(values.get("pg_port") or 5432)
    place = f"{host}:{port}/{database}/{schema or 'public'}/{table}"
    return f"postgres/{place}" if "$" in place else f"postgres://{place}"
