"""Where the standard library lies."""

import os
from importlib.util import find_spec


def standard_folder() -> str:
    """The folder of the standard library's modules. The runtime is located, not imported.

    Raises FileNotFoundError where it is not installed.
    """
    spec = find_spec("nstack")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nstack-runtime is not installed")
    return os.path.normpath(os.path.join(os.path.dirname(spec.origin), "modules"))
