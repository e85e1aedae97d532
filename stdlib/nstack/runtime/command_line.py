"""``python -m PACKAGE``: the command line of an emitted package."""

from __future__ import annotations

from collections.abc import Mapping


def main(package: str, workflows: Mapping[str, str], default: str | None = None) -> int:
    """Runs one workflow of an emitted package and gives the exit code back."""
    raise NotImplementedError
