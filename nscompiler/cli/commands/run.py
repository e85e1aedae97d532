"""``nsc run``: a workflow in the foreground."""

import re

import click

from nscompiler.cli.options import color_option, parameter_option, path_option

LEAST_MEMORY = 64 << 20
"""With less no module could be loaded."""


def _port(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    port = ("0" if text is None else text).rpartition(":")[2]
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"{text} is no port; write PORT or HOST:PORT")
    return text


def _size(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    found = re.fullmatch(r"(\d+) ?([KMG])i?B?", "1GiB" if text is None else text, re.IGNORECASE)
    if not found or int(found[1]) << {"K": 10, "M": 20, "G": 30}[found[2].upper()] < LEAST_MEMORY:
        raise click.BadParameter(f"{text}: write a size from 64MiB on, such as 512MiB or 2GiB")
    return text


@click.command("run")
@click.argument("path", metavar="FILE|FOLDER")
@click.argument("workflow", required=False)
@parameter_option
@click.option("--log-format", type=click.Choice(["text", "json"]), help="How the program writes its log.")
@click.option("--quiet", "-q", is_flag=True, help="The program logs only what is wrong; nothing is drawn.")
@click.option("--live/--no-live", default=None, help="Draw how the run goes; by default on a terminal.")
@click.option("--profile", is_flag=True, help="Say at the end where the time went, stage by stage.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Work in N processes; for @stateless and async.")
@click.option("--resume", is_flag=True, help="Go on with the run that did not finish; fail if there is none.")
@click.option("--fresh", is_flag=True, help="Start over, whatever an earlier run has left.")
@click.option("--trace", type=click.IntRange(1), metavar="N", help="Follow N values: what each stage made of them.")
@click.option("--trace-where", metavar="FIELD=VALUE", help="Follow only such, or those with a text in them.")
@click.option(
    "--metrics-port",
    metavar="[HOST:]PORT",
    callback=_port,
    help="Tell Prometheus how it goes at /metrics; on 127.0.0.1.",
)
@click.option("--isolate", is_flag=True, help="Run each module in a process of its own, which may die without the run.")
@click.option(
    "--memory-limit",
    metavar="SIZE",
    callback=_size,
    help="Isolate the modules, with so much memory for each, as in 512MiB.",
)
@color_option
@path_option
def command(
    path: str,
    workflow: str | None,
    parameters: tuple[str, ...],
    log_format: str | None,
    quiet: bool,
    live: bool | None,
    profile: bool,
    workers: int | None,
    trace: int | None,
    trace_where: str | None,
    metrics_port: str | None,
    isolate: bool,
    memory_limit: str | None,
    resume: bool,
    fresh: bool,
    color: str,
    search: tuple[str, ...],
) -> int:
    """Run a workflow until it ends or is interrupted.

    WORKFLOW may be left out where there is only one; `Demo.w` tells two of one name apart. Standard input and output
    are the program's; its exit code is that of this command.

    On a terminal a run that takes longer than a moment is drawn below its log: what came into each stage, what went
    out, how fast, and how far the sources are.

    With --workers N the functions between sources and sinks work in N processes, each with an instance of every module,
    so all of them have to be @stateless or async; what comes out keeps its order.

    What a run was about when it was stopped or killed is kept in .nstack, in the folder where it was started: where its
    sources can, the next run goes on there, and says so.

    Of a project's workflow it is said which targets of `nsc build` would not run it, and why; --quiet leaves that out.
    """
    from nscompiler.cli import programs, running, targets

    if resume and fresh:
        raise click.UsageError("--resume and --fresh exclude each other")
    compilation = programs.compiled(path, search, stays_here=True)
    found = programs.chosen(compilation, path, workflow)
    (graph,) = programs.lowered(compilation, (found,))
    if not quiet and targets.is_project(compilation):
        for line in targets.elsewhere(compilation, found[0], graph):
            click.echo(line, err=True)
    arguments = [*program_arguments(parameters, log_format), *(["--quiet"] if quiet else [])]
    arguments += ["--workers", str(workers)] if workers is not None else []
    arguments += ["--trace", str(trace)] if trace is not None else []
    arguments += ["--trace-where", trace_where] if trace_where is not None else []
    arguments += ["--metrics-port", metrics_port] if metrics_port is not None else []
    arguments += ["--isolate"] * isolate
    arguments += ["--memory-limit", memory_limit] if memory_limit is not None else []
    arguments += ["--resume"] * resume + ["--fresh"] * fresh
    watch = running.Watch(live=False if quiet and live is None else live, profile=profile, color=color)
    return running.run(compilation, found[0], graph, arguments, watch=watch)


def program_arguments(parameters: tuple[str, ...], log_format: str | None) -> list[str]:
    """The options that are handed on to the program."""
    arguments = [argument for parameter in parameters for argument in ("-p", parameter)]
    return arguments if log_format is None else [*arguments, "--log-format", log_format]
