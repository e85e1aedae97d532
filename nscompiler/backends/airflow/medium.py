"""What carries values between the tasks of a run: files or objects, in a folder of the run's own."""

import attrs

from nscompiler.flow.cut import Crossing
from nscompiler.flow.model import Function, Parameter

MODULE = "Staged:1.0.0"
VARIABLE = "NSTACK_STAGED"
"""The environment variable that names the run's folder."""


class Staged:
    """Values staged at a URL."""

    def writes(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """``Staged.write``."""
        return Function(module=MODULE, name="write", standard=True), _place(crossing)

    def reads(self, crossing: Crossing) -> tuple[Function, tuple[Parameter, ...]]:
        """``Staged.read``."""
        read = Function(module=MODULE, name="read", standard=True, bounded=True, replay="offset")
        longest = Parameter(name="max_line", type="Integer", value=1 << 30, fixed=True)
        return read, (*_place(crossing), longest)


def _place(crossing: Crossing) -> tuple[Parameter, ...]:
    name = Parameter(name="staged_name", type="Text", value=crossing.name, fixed=True)
    return attrs.evolve(name, name="staged_url", value=None, environment=VARIABLE), name
