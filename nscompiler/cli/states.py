"""Earlier states of a program, for the commands that compare with one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nscompiler.cli.failure import Failure
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.git_files import GitError
from nscompiler.tools.release_versions import hidden_changes
from nscompiler.tools.revisions import NoSuchState


@contextmanager
def explained() -> Iterator[None]:
    """Turns a state that is not there, and a git that cannot be asked, into a failure of the command."""
    try:
        yield
    except NoSuchState as error:
        raise Failure(str(error), *error.notes) from None
    except GitError as error:
        raise Failure(f"git: {error}") from None


class ComparedWith:
    """A compilation's outcome, with what its releases hide since a revision among the problems. ``not_compared`` are
    those that had errors then."""

    def __init__(self, compilation: Compilation, revision: str, search: Sequence[str]) -> None:
        with explained():
            hidden = hidden_changes(compilation, revision, search)
        self.problems = (*compilation.problems, *hidden.problems)
        self.not_compared = hidden.not_compared
        self.sources = compilation.sources
        self.targets = compilation.targets
        self.module_count = compilation.module_count
