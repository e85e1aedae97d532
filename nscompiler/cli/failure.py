"""What a command says when it cannot go on for a reason that is no diagnostic of a program."""

import sys

import click

from nscompiler.cli import exits


class Failure(click.ClickException):
    """A command cannot do what it was asked to; shown as one ``error:`` line and notes below it."""

    exit_code = exits.FAILED

    def __init__(self, message: str, *notes: str) -> None:
        super().__init__(message)
        self.notes = notes

    def show(self, file: object = None) -> None:
        """Write it to standard error."""
        print(f"error: {self.message}", file=sys.stderr)
        for note in self.notes:
            print(f"  {note}", file=sys.stderr)


def report_internal(error: Exception, *, debug: bool) -> int:
    """Tell of a bug of the compiler on standard error, with its traceback only if asked for; the exit code."""
    cause = error.__cause__ if error.__cause__ is not None else error
    where = f" {error}" if cause is not error else ""
    what = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    print(f"internal error{where}: {what}", file=sys.stderr)
    if debug:
        import traceback

        traceback.print_exception(cause)
    else:
        print("  This is a bug in nsc, not in your program; please report it.", file=sys.stderr)
        print("  `--debug` shows where it happened.", file=sys.stderr)
    return exits.INTERNAL
