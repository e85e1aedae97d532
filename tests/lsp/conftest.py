"""Editors for the tests of the language server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clients import FULL, capabilities
from editor import Editor


@pytest.fixture
def editors(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    """Makes editors with the capabilities of a client by its name; they are ended after the test."""
    made: list[Editor] = []

    def make(name: str = FULL, folder: Path = tmp_path, **options: Any) -> Editor:
        made.append(Editor(folder, capabilities(name), **options))
        return made[-1]

    yield make
    for one in made:
        if not one.ended:
            one.end()


@pytest.fixture
def editor(editors: Callable[..., Editor]) -> Editor:
    """An editor that takes everything, in a session with a folder that is empty but for what the test puts there."""
    made = editors()
    made.start()
    return made
