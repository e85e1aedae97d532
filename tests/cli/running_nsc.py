"""``nsc`` as a process: what a test calls it with, and the environment it gets."""

import os
import subprocess
from collections.abc import Callable

Nsc = Callable[..., subprocess.CompletedProcess[str]]

# What would change the output, and what would have every process compile all of our Python files anew.
_LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "NSC_DEBUG", "NSTACK_PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
PLAIN = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
