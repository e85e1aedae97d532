"""Workflows as OpenLineage job events (openlineage.io): datasets, their fields, and which field comes from which.

One event is one workflow as it is built, before any run of it. Datasets are named by OpenLineage's conventions where it
has some: a file by its path in the namespace ``file``, a table as ``database.schema.table`` at ``postgres://host:port``.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping

import attrs

from nscompiler.flow.model import Graph, Node, Parameter, TypeId
from nscompiler.tools.lineage import Flow, Path, Schemes
from nscompiler.version import __version__

PRODUCER = f"urn:nstack:nscompiler:{__version__}"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/JobEvent"
_FACETS = {
    "ColumnLineageDatasetFacet": "1-2-0",
    "DocumentationJobFacet": "1-1-0",
    "JobTypeJobFacet": "2-0-4",
    "SQLJobFacet": "1-1-0",
    "SchemaDatasetFacet": "1-2-0",
}
_VALUE = "value"
_TABLE = re.compile(
    r"""\s*select\b(?:(?!\b(?:union|from)\b).)*\bfrom\s+([\w."]+)\s*(?:;\s*)?(?:\b(?:where|order|limit)\b(?!.*\bselect\b).*)?\Z""",
    re.IGNORECASE | re.DOTALL,
)
"""A query of one table, without joins, unions and inner queries."""
_CHANNELS = {"nats": "subject", "redis": "stream", "mqtt": "topic"}
"""What the servers of messages call the place of a message."""

Json = dict[str, object]


@attrs.frozen(slots=True)
class Dataset:
    """What OpenLineage knows data by."""

    namespace: str
    name: str


def job_event(graph: Graph, schemes: Schemes, *, namespace: str, time: str, folder: str) -> Json:
    """The job event of one workflow. ``time`` is when it is made (RFC 3339); ``folder`` is where the workflow runs, for
    relative paths."""
    return _Event(graph, schemes, namespace, folder).document(time)


class _Event:
    """One workflow on its way to an event."""

    def __init__(self, graph: Graph, schemes: Schemes, namespace: str, folder: str) -> None:
        self._graph = graph
        self._flow = Flow(graph, schemes)
        self._namespace = namespace
        self._folder = os.path.abspath(folder)

    def document(self, time: str) -> Json:
        """The event as JSON values."""
        title = self._graph.module.rpartition(":")[0] or self._graph.module
        return {
            "eventTime": time,
            "producer": PRODUCER,
            "schemaURL": _EVENT,
            "job": {"namespace": self._namespace, "name": f"{title}.{self._graph.name}", "facets": self._job_facets()},
            "inputs": self._inputs(),
            "outputs": self._outputs(),
        }

    def _job_facets(self) -> Json:
        kind = "BATCH" if self._graph.bounded else "STREAMING"
        facets: Json = {
            "jobType": _facet("JobTypeJobFacet", processingType=kind, integration="NSTACK", jobType="WORKFLOW")
        }
        if self._graph.doc:
            facets["documentation"] = _facet("DocumentationJobFacet", description=self._graph.doc.strip())
        query = next((_text(node, "pg_query") for node in self._sources() if _parameters(node).get("pg_query")), None)
        if query:
            facets["sql"] = _facet("SQLJobFacet", query=query)
        return facets

    # --- datasets

    def _sources(self) -> Iterator[Node]:
        """The sources that give data: a literal or a clock has none."""
        for node in self._flow.shape.order:
            if node.kind == "source" and node.output is not None and self._graph.types[node.output].kind != "unit":
                yield node

    def _inputs(self) -> list[Json]:
        found: dict[Dataset, Json] = {}
        for node in self._sources():
            found.setdefault(self._dataset(node), {"schema": self._schema(node.output)})
        return [_shown(dataset, facets) for dataset, facets in found.items()]

    def _outputs(self) -> list[Json]:
        columns: dict[Dataset, dict[str, list[Json]]] = {}
        schemas: dict[Dataset, Json] = {}
        for node in self._flow.shape.order:
            if node.kind == "sink":
                dataset = self._dataset(node)
                schemas.setdefault(dataset, self._schema(node.input))
                own = columns.setdefault(dataset, {})
                for name, inputs in self._lineage(node):
                    own[name] = [*own.get(name, ()), *(one for one in inputs if one not in own.get(name, ()))]
        return [
            _shown(dataset, {"schema": schema, "columnLineage": _column_lineage(columns[dataset])})
            for dataset, schema in schemas.items()
        ]

    def _schema(self, type: TypeId | None) -> Json:
        fields = [
            {"name": name, "type": "" if inner is None else self._graph.types[inner].shown}
            for name, _, inner in self._columns(type)
        ]
        return _facet("SchemaDatasetFacet", fields=fields)

    def _columns(self, type: TypeId | None) -> list[tuple[str, Path, TypeId | None]]:
        """The columns of a value: a record's fields, a tuple's parts by their number, else the one ``value``; of a list
        of rows those of a row."""
        table, prefix = self._flow.table, Path()
        inner = table.bare(type)
        while inner is not None and self._graph.types[inner].kind in ("list", "vector"):
            item = table.bare(self._graph.types[inner].items[0])
            if item is None or self._graph.types[item].kind not in ("record", "tuple", "list", "vector"):
                break
            inner, prefix = item, (*prefix, "[]")
        if inner is not None and self._graph.types[inner].kind in ("record", "tuple"):
            return [(step[1:], (*prefix, step), own) for step, own in table.steps(inner)]
        return [(_VALUE, (), type)]

    # --- lineage

    def _lineage(self, sink: Node) -> Iterator[tuple[str, list[Json]]]:
        """Each column of what a sink writes, with the columns of sources that it may come from."""
        for name, path, _ in self._columns(sink.input):
            found: dict[tuple[Dataset, str], bool] = {}
            for leaf in self._flow.table.leaves(sink.input, path):
                for (id, origin), same in self._flow.origins(sink, leaf).items():
                    node = self._flow.shape.nodes[id]
                    for column in self._columns_at(node, origin) if node.kind == "source" else ():
                        key = (self._dataset(node), column)
                        found[key] = found.get(key, False) or same
            yield name, [_input(dataset, column, same) for (dataset, column), same in sorted(found.items(), key=_order)]

    def _columns_at(self, source: Node, path: Path) -> list[str]:
        """The columns of a source's value of which a path leads into, or that lie within it."""
        columns = self._columns(source.output)
        return [name for name, own, _ in columns if own[: len(path)] == path or path[: len(own)] == own]

    # --- names

    def _dataset(self, node: Node) -> Dataset:
        function = node.function
        assert function is not None
        if not function.standard:
            title = function.module.rpartition(":")[0] or function.module
            return Dataset(self._namespace, f"{title}.{function.name}")
        match function.name:
            case "jsonl" | "csv" | "parquet" | "arrow" | "dead_letters":
                return Dataset("file", self._path(node))
            case "sqlite":
                table = _text(node, "table") or _table_of(_text(node, "query"))
                return Dataset("file", f"{self._path(node)}#{table}")
            case "s3":
                return Dataset(f"s3://{_text(node, 's3_bucket')}", _text(node, "s3_key"))
            case "postgres" | "postgres_poll":
                return _table(node)
            case "http":
                return _endpoint(node)
            case "amqp":
                name = f"{_text(node, 'amqp_vhost')}:{_text(node, 'amqp_exchange')}"
                return Dataset(f"amqp://{_text(node, 'amqp_host')}:{_text(node, 'amqp_port')}", name)
            case "kafka" | "kafka_backlog":
                first = _text(node, "kafka_brokers").partition(",")[0].strip()
                broker = first if ":" in first or first.startswith("${") else f"{first}:9092"
                return Dataset(f"kafka://{broker}", _text(node, "kafka_topic"))
            case "nats" | "redis" | "mqtt" as broker:
                name = _text(node, f"{broker}_{_CHANNELS[broker]}")
                return Dataset(f"{broker}://{_text(node, f'{broker}_host')}:{_text(node, f'{broker}_port')}", name)
            case "reply":
                return self._answer(node)
        return Dataset("stdio", function.name)

    def _path(self, node: Node) -> str:
        return os.path.normpath(os.path.join(self._folder, _text(node, "path")))

    def _answer(self, reply: Node) -> Dataset:
        """The answers of the endpoint whose requests a reply answers."""
        pending, seen = [reply], set[int]()
        while pending:
            node = pending.pop()
            if node.function is not None and node.function.standard and node.function.name == "http":
                endpoint = _endpoint(node)
                return Dataset(endpoint.namespace, f"{endpoint.name}#reply")
            if node.id not in seen:
                seen.add(node.id)
                pending += self._flow.before(node)
        return Dataset("stdio", "reply")


def _parameters(node: Node) -> Mapping[str, str]:
    """The parameters in force as text; one that is read when the program starts as ``${NAME}``."""
    return {one.name: _parameter(one) for one in node.parameters}


def _parameter(one: Parameter) -> str:
    if one.environment:
        return f"${{{one.environment}}}"
    if isinstance(one.value, list | tuple):
        return one.written
    return "" if one.value is None else str(one.value)


def _text(node: Node, name: str) -> str:
    return _parameters(node).get(name, "")


def _endpoint(node: Node) -> Dataset:
    path = "/" + _text(node, "http_path").lstrip("/")
    return Dataset(f"http://{_text(node, 'http_host')}:{_text(node, 'http_port')}", path)


def _table(node: Node) -> Dataset:
    """A table, or the one that a plain query reads; any other query by a digest of its text."""
    namespace = f"postgres://{_text(node, 'pg_host')}:{_text(node, 'pg_port')}"
    database, query = _text(node, "pg_database"), _text(node, "pg_query")
    table = _text(node, "pg_table")
    if not table:
        if _TABLE.match(query) is None:
            return Dataset(namespace, f"{database}.{_table_of(query)}")
        table = _table_of(query)
    schema, _, name = table.replace('"', "").rpartition(".")
    return Dataset(namespace, f"{database}.{schema or 'public'}.{name}")


def _table_of(query: str) -> str:
    """The table of a plain query, for any other ``query-`` and a digest of its text."""
    plain = _TABLE.match(query)
    return plain[1] if plain is not None else f"query-{hashlib.sha256(query.encode()).hexdigest()[:8]}"


# --- facets


def _facet(kind: str, **held: object) -> Json:
    return {"_producer": PRODUCER, "_schemaURL": f"{_SPEC}/facets/{_FACETS[kind]}/{kind}.json#/$defs/{kind}", **held}


def _shown(dataset: Dataset, facets: Json) -> Json:
    return {"namespace": dataset.namespace, "name": dataset.name, "facets": facets}


def _column_lineage(columns: Mapping[str, Iterable[Json]]) -> Json:
    fields = {name: {"inputFields": list(inputs)} for name, inputs in columns.items()}
    return _facet("ColumnLineageDatasetFacet", fields=fields)


def _input(dataset: Dataset, column: str, same: bool) -> Json:
    transformation = {"type": "DIRECT", "subtype": "IDENTITY" if same else "TRANSFORMATION"}
    return {
        "namespace": dataset.namespace,
        "name": dataset.name,
        "field": column,
        "transformations": [transformation],
    }


def _order(entry: tuple[tuple[Dataset, str], bool]) -> tuple[str, str, str]:
    (dataset, column), _ = entry
    return dataset.namespace, dataset.name, column
