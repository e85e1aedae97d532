"""The way in: runs a command and turns whatever happens into an exit code.

Nothing but the standard library is imported before the first line of ``main`` runs, so that an interrupt at any
moment after it ends quietly.
"""

import errno
import gc
import os
import sys

from nscompiler.cli import exits

TYPE_CHECKING = False  # what type checkers take for true; importing it from `typing` would take longer than the rest
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def start() -> "NoReturn":
    """``nsc`` as a process of its own: it lives for one command, so nothing is collected and nothing taken apart.

    Both take a large part of the time that a check of many modules needs.
    """
    gc.disable()
    _open_standard_streams()
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _open_standard_streams() -> None:
    """Put nothing where standard input, output or error is closed (``nsc check >&-``): else the next file that is
    opened takes its number, and a program that is started would read or write that.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run ``nsc`` with the arguments given (those of the process by default); the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given or bool(os.environ.get("NSC_DEBUG"))
    try:
        code = _run([argument for argument in given if argument != "--debug"])
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return exits.BROKEN_PIPE
    except OSError as error:
        return _unwritten(error, debug)
    except Exception as error:  # anything that gets here is a bug of ours
        from nscompiler.cli.failure import report_internal

        return report_internal(error, debug=debug)


def _unwritten(error: OSError, debug: bool) -> int:
    """Tell that the output cannot be written, which a full disk may do to it. Any other such error is a bug of ours."""
    from nscompiler.cli.failure import Failure, report_internal

    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO) or error.filename is not None:
        return report_internal(error, debug=debug)
    _drop_output()
    Failure(f"cannot write the output: {error.strerror}").show()
    return exits.FAILED


def _run(given: list[str]) -> int:
    if given[:1] == ["check"] and not any(argument.startswith("-") for argument in given):
        return _check(given[1:])
    return _run_click(given)


def _check(paths: list[str]) -> int:
    """The commonest command, in its plainest form: importing click would take as long as the check, and importing the
    compiler longer than finding that all is still well.
    """
    from nscompiler.cli.answers import look
    from nscompiler.cli.environment import search_folders

    held = look(paths or (".",), search_folders(()))
    if held is not None and held.holds and not held.answer.problems:
        sys.stdout.write(f"{held.answer.closing}\n")
        return exits.OK
    from nscompiler.cli.checking import check_paths

    return check_paths(paths, held=held)


def _run_click(given: list[str]) -> int:
    import click

    from nscompiler.cli.app import nsc

    if "_NSC_COMPLETE" in os.environ:
        nsc.main(given, prog_name="nsc")  # a shell asks for completions; does not come back
    try:
        # Not `nsc.main`, which has exit codes of its own for an interrupt and a broken pipe.
        with nsc.make_context("nsc", given) as context:
            result = nsc.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.Abort:
        return exits.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return result if isinstance(result, int) else exits.OK


def _drop_output() -> None:
    """Nobody can take our output: point it at nothing, so that the interpreter's last flush is silent too."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nothing, stream.fileno())


if __name__ == "__main__":
    start()
