"""Emitted packages made by hand, run as child processes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from emitted_package import Package, lines_through


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """An empty package."""
    return Package(tmp_path / "built")


@pytest.fixture
def lines() -> Callable[..., str]:
    """``lines_through``, for tests."""
    return lines_through
