"""``python -m PACKAGE [WORKFLOW] [-p name=value]…``: the command line of an emitted package.

Exit codes: 0 done, 1 the workflow failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .declare import Workflow
from .errors import UsageError
from .log import Log
from .parameters import Resolved, resolve
from .supervise import Run

MOST_WORKERS = 256

if TYPE_CHECKING:
    from .telemetry import Telemetry
    from .trace import Tracing


LEAST_MEMORY = 64 << 20
"""With less no module could be loaded."""


def main(
    package: str, workflows: Mapping[str, str], default: str | None = None, arguments: Sequence[str] | None = None
) -> int:
    """Runs one workflow of an emitted package and gives the exit code back.

    ``workflows`` names the flow file of each workflow, ``default`` the one that runs when none is named.
    ``arguments`` are those of the command line.
    """
    _open_standard_streams()
    options = _parser(package, workflows, default).parse_args(arguments)
    if options.list:
        print("\n".join(workflows))
        return 0
    log = Log(options.log_format, quiet=options.quiet)
    try:
        name = _chosen(options.workflow, workflows, default)
        given = _given(options.parameter)
        workflow: Workflow = import_module(workflows[name]).workflow
        resolved = resolve(workflow, given, _environment(options.environment_folder))
        tracing = _tracing(options, log)
    except UsageError as error:
        for line in str(error).splitlines():
            log.error(line)
        return 2
    log.workflow = name
    log.hide(tuple(resolved.secrets))
    for doubt in resolved.doubts:
        log.warning(doubt)
    try:
        _take_input(options.stdin)
        run = _run(workflow, resolved, log, tracing, options, (workflows[name], given))
    except UsageError as error:
        log.error(str(error))
        return 2
    _collect_again()
    return run.run()


def _collect_again() -> None:
    """The emitted package has Python's collector wait while it loads; from here on it looks after what comes new."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _run(
    workflow: Workflow,
    resolved: Resolved,
    log: Log,
    tracing: Tracing | None,
    options: argparse.Namespace,
    source: tuple[str, dict[str, str]],
) -> Run:
    """The run; ``source`` is what its workers load: the flow file's module and the parameters given. Raises
    UsageError."""
    made: Callable[..., Run] = Run
    if options.workers > 1:
        if tracing is not None:
            raise UsageError("--trace follows values within one process; leave --workers out")
        from .pooled_run import PooledRun  # few runs have workers

        made = partial(PooledRun, workers=options.workers, module=source[0], given=source[1])
    return made(
        workflow,
        resolved,
        log,
        stdout=take_stdout(),
        fresh=options.fresh,
        once=options.once,
        resume=options.resume,
        called=options.run,
        status=options.status_fd,
        tracing=tracing,
        metrics=options.metrics_port,
        telemetry=_telemetry(workflow, log),
        isolated=options.isolate,
        memory=options.memory_limit,
        alive=options.alive_file,
    )


def _telemetry(workflow: Workflow, log: Log) -> Telemetry | None:
    """What sends traces, where the standard variables ask for it. Raises UsageError."""
    if not any(name.startswith("OTEL_") for name in os.environ):
        return None
    from .telemetry import telemetry  # few runs are traced

    return telemetry(os.environ, workflow.name, workflow.module, log)


def _tracing(options: argparse.Namespace, log: Log) -> Tracing | None:
    """What follows values, where that is asked for. Raises UsageError."""
    if options.trace is None:
        if options.trace_where is not None:
            raise UsageError("--trace-where says which values are followed: --trace N says how many")
        return None
    from .trace import Tracing, Where  # few runs are followed

    return Tracing(options.trace, None if options.trace_where is None else Where(options.trace_where), log)


def _open_standard_streams() -> None:
    """Puts nothing where standard input, output or error is closed, lest a file or a connection takes its number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _parser(package: str, workflows: Mapping[str, str], default: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description="Runs a workflow in the foreground.")
    names = ", ".join(workflows)
    parser.add_argument(
        "workflow",
        nargs="?",
        metavar="WORKFLOW",
        help=f"one of {names}" + (f" (default: {default})" if default else ""),
    )
    parser.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="set a parameter")
    parser.add_argument("--list", action="store_true", help="list the workflows and exit")
    parser.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="how log lines are written to stderr"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="log only what is wrong")
    parser.add_argument(
        "--status-fd", type=_descriptor, metavar="N", help="write the run's counts to this descriptor, as JSON lines"
    )
    parser.add_argument(
        "--workers",
        type=_count_of_workers,
        default=1,
        metavar="N",
        help="work in so many processes, each with an instance of every module; for @stateless and async functions",
    )
    parser.add_argument(
        "--trace", type=_count, metavar="N", help="follow so many values, and say what each stage made of them"
    )
    parser.add_argument(
        "--trace-where", metavar="FIELD=VALUE", help="follow only values with this field, or with a text in their JSON"
    )
    parser.add_argument(
        "--metrics-port",
        type=_address,
        metavar="[HOST:]PORT",
        help="tell Prometheus the run's counts at /metrics there, and whether it is well at /healthz; on 127.0.0.1",
    )
    parser.add_argument(
        "--alive-file", type=Path, metavar="FILE", help="touch this file while the run is well, for whoever checks that"
    )
    parser.add_argument("--stdin", type=Path, metavar="FILE", help="read this file as standard input")
    parser.add_argument(
        "--environment-folder",
        type=Path,
        metavar="DIR",
        help="$NAME that is not in the environment is what the file DIR/NAME holds, as containers get secrets",
    )
    parser.add_argument(
        "--isolate", action="store_true", help="run each module in a process of its own, which may die without the run"
    )
    parser.add_argument(
        "--memory-limit",
        type=_size,
        metavar="SIZE",
        help="isolate the modules, and let the data of each have so much memory: 512MiB",
    )
    parser.add_argument(
        "--run",
        default="",
        metavar="NAME",
        help="what a scheduler calls this run: only one of the same name goes on where it did not finish",
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--fresh", action="store_true", help="start over: forget where an earlier run had come to")
    # Runs at a prompt and of notebooks: the next one of that name is another program.
    again.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    again.add_argument("--resume", action="store_true", help="fail where there is no earlier run to go on with")
    return parser


def _count(text: str) -> int:
    """A number of values. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of values; write 1 or more")
    return int(text)


def _size(text: str) -> int:
    """A number of bytes. Raises ArgumentTypeError."""
    found = re.fullmatch(r"(\d+) ?([KMG])i?B?", text, re.IGNORECASE)
    size = int(found[1]) << {"K": 10, "M": 20, "G": 30}[found[2].upper()] if found else 0
    if size < LEAST_MEMORY:
        raise argparse.ArgumentTypeError(f"{text}: write a size from 64MiB on, such as 512MiB or 2GiB")
    return size


def _count_of_workers(text: str) -> int:
    """A number of processes. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers; write 1 to {MOST_WORKERS}")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    """Where a server listens. Raises ArgumentTypeError."""
    from .metrics import address_of  # few runs are watched

    try:
        return address_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _descriptor(text: str) -> int:
    """The number of a descriptor that is open. Raises ValueError."""
    number = int(text)
    try:
        os.fstat(number)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"descriptor {text}: {error.strerror}") from None
    return number


def _environment(folder: Path | None) -> Mapping[str, str]:
    """The variables of the environment, and below them the files of a folder. A line end at a file's end is no part
    of what it holds. Raises UsageError."""
    if folder is None or not folder.is_dir():
        return os.environ
    try:
        held = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--environment-folder {folder}: {error}") from None
    return {name: text.removesuffix("\n").removesuffix("\r") for name, text in held.items()} | os.environ


def _take_input(file: Path | None) -> None:
    """Makes a file standard input, for whoever starts a run without one. Raises UsageError."""
    if file is None:
        return
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"--stdin {file}: {error.strerror or error}") from None
    os.dup2(descriptor, 0)
    os.close(descriptor)


def _chosen(name: str | None, workflows: Mapping[str, str], default: str | None) -> str:
    chosen = name or default or (next(iter(workflows)) if len(workflows) == 1 else None)
    if chosen is None:
        raise UsageError(f"name the workflow to run: {', '.join(workflows)}")
    if chosen not in workflows:
        raise UsageError(f"no workflow {chosen} here; there is {', '.join(workflows)}")
    return chosen


def _given(texts: Sequence[str]) -> dict[str, str]:
    given = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"-p {text}: write -p name=value")
        given[name] = value
    return given


def take_stdout() -> int:
    """Keeps descriptor 1 for data under another number and points 1 at 2.

    From then on whatever user code, C libraries or child processes print goes to the log. Gives the number for data.
    """
    sys.stdout.flush()
    data = os.dup(1)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True, write_through=False)  # a line whole, also where Python is unbuffered
    return data
