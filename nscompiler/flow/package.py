"""What the Python package is called that a module's workflows are built into."""

import keyword
import re
import sys
from collections.abc import Iterable

from nscompiler.flow.model import Graph

RUNTIME_PACKAGES = frozenset(
    {"nstack", "msgspec", "uvicorn", "uvloop", "httptools", "h11", "websockets", "click", "cronsim", "tzdata"}
)
"""What the runtime may import: a built package of such a name would stand in its way."""


def package_name(reference: str, graphs: Iterable[Graph] = ()) -> str:
    """``Iris.Workflows:0.1.0`` gives ``iris_workflows``, a script ``etl`` gives ``etl``.

    It hides no other package: a name that Python, the runtime or a requirement of the modules has gets an ending.
    """
    name = re.sub(r"[^a-z0-9_]", "_", reference.rpartition("/")[2].partition(":")[0].lower())
    required = (requirement for graph in graphs for use in graph.modules for requirement in use.requirements)
    taken = {re.split(r"[^a-z0-9_.-]", line.lower(), maxsplit=1)[0].replace("-", "_") for line in required}
    if not name.isidentifier():
        return f"flow_{name}"
    if keyword.iskeyword(name) or name in sys.stdlib_module_names or name in RUNTIME_PACKAGES or name in taken:
        return f"{name}_flow"
    return name
