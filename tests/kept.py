"""The type of the fixture that compares an output with the file that keeps it."""

from collections.abc import Callable
from pathlib import Path

Golden = Callable[[Path, str], None]
