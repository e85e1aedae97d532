"""``nsc lineage``: OpenLineage events of workflows."""

import json
import os
from datetime import UTC, datetime

import click

from nscompiler.cli import exits
from nscompiler.cli.failure import Failure
from nscompiler.cli.options import path_option


@click.command("lineage", short_help="Print OpenLineage events for workflows.")
@click.argument("path", metavar="FILE|FOLDER", default=".")
@click.argument("workflow", required=False)
@click.option("--namespace", default="nstack", show_default=True, help="The namespace of the jobs.")
@click.option("--run-in", "folder", default=".", metavar="FOLDER", help="Where the workflows run, for relative paths.")
@path_option
def command(path: str, workflow: str | None, namespace: str, folder: str, search: tuple[str, ...]) -> int:
    """Print an OpenLineage job event for each workflow at PATH (default: this folder), as JSON, one a line.

    It names the datasets that the workflow reads and writes, their fields, and from which fields of the one each field
    of the other comes. The time is that of SOURCE_DATE_EPOCH if that is set. Where there are errors, the workflows of
    files that these do not concern are printed all the same, and the exit code is 1.
    """
    from nscompiler.cli import programs
    from nscompiler.cli.printing import put_json
    from nscompiler.tools.impact import schemes
    from nscompiler.tools.openlineage import job_event

    compilation = programs.compiled_in_part(path, search)
    if not compilation.targets:
        return exits.FAILED
    chosen = [programs.chosen(compilation, path, workflow)] if workflow else programs.startable(compilation)
    declared, time = schemes(compilation), _time()
    graphs, others = programs.lowered_as_far_as_possible(compilation, chosen)
    for graph in graphs:
        event = job_event(graph, declared, namespace=namespace, time=time, folder=folder)
        put_json(json.dumps(event, ensure_ascii=False) + "\n")
    return exits.FAILED if others or compilation.has_errors else exits.OK


def _time() -> str:
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        now = datetime.now(UTC)
    elif given.isascii() and given.isdigit() and len(given) <= 11:
        now = datetime.fromtimestamp(int(given), UTC)
    else:
        raise Failure(f"SOURCE_DATE_EPOCH is no number of seconds: {given}")
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
