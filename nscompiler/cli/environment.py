"""What the environment says to a command. Only ``os`` is imported."""

import os

TYPE_CHECKING = (
    False  # what type checkers take for true; to import it from `typing` takes longer than what is done here
)
if TYPE_CHECKING:
    from collections.abc import Sequence


def search_folders(given: "Sequence[str]") -> tuple[str, ...]:
    """The folders of ``--path``, then those of ``NSTACK_PATH``."""
    return (*given, *(folder for folder in os.environ.get("NSTACK_PATH", "").split(os.pathsep) if folder))
