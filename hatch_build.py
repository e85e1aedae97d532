"""Build hook: a wheel carries the parser's tables, so that no installation has to import lark to make them."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GRAMMAR = Path("nscompiler") / "grammar"


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the tables in the working tree and names them to the wheel, which leaves git-ignored files out."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before a wheel is built; an editable one makes its tables when they are first needed."""
        if version == "editable":
            return
        folder = Path(self.root) / GRAMMAR
        tables = _module(folder / "tables.py")
        made_from = tables.sources()
        if tables.read(made_from) is None:
            tables.write(made_from, _module(folder / "generate.py").generate(made_from[0].decode()))
        name = Path(tables.file_of(made_from)).name
        build_data["artifacts"].append(f"/{GRAMMAR.as_posix()}/_tables/{name}")


def _module(path: Path) -> ModuleType:
    """A file as a module, without the package around it: what that needs is not installed while a wheel is built."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
