"""Types as the author of a file would write them there: declared types by the names that they have in it."""

from collections.abc import Iterable

from nscompiler.ide.program import Program
from nscompiler.types.interface import Arrow, Scheme
from nscompiler.types.show import Names, lone_tails, show
from nscompiler.types.types import Alias, Type

ROOM = 600
"""The longest text for one type, in characters."""
WIDTH = 90
"""The longest line, in characters, before it is broken."""


class Spelling:
    """How types are written in one file; variables have the same names in all that one of these writes."""

    def __init__(self, program: Program, path: str, types: Iterable[Type] = ()) -> None:
        item = program.linked(path)
        self._own = "" if item is None else str(item.ref) if item.ref is not None else _script(path)
        imported = () if item is None else item.imports.resolved
        self._aliases = {str(one.ref): one.alias for one in imported}
        self._names = Names(hidden=lone_tails(*types), spell=self._of)

    def _of(self, alias: Alias) -> str:
        before = "" if alias.module == self._own else self._aliases.get(alias.module, "")
        return f"{before}.{alias.name}" if before else alias.name

    def type(self, type: Type, *, room: int = ROOM) -> str:
        """One type."""
        return show(type, self._names, room=room)

    def arrow(self, arrow: Arrow) -> str:
        """``A -> B``."""
        return f"{self.type(arrow.input)} -> {self.type(arrow.output)}"

    def declaration(self, head: str, scheme: Scheme) -> str:
        """A declaration's head with its type; on several lines where one is too long."""
        line = f"{head} : {self.scheme(scheme)}"
        if len(line) <= WIDTH:
            return line
        needs = self.scheme(scheme).removeprefix(self.arrow(scheme))
        parts = (f"{head} :", self.type(scheme.input), f"-> {self.type(scheme.output)}", needs.strip())
        return "\n  ".join(part for part in parts if part)

    def scheme(self, scheme: Scheme) -> str:
        """``A -> B where a is CsvRow``."""
        needs = [f"{self.type(need.type)} is {need.name}" for need in scheme.requirements]
        return f"{self.arrow(scheme)} where {', '.join(needs)}" if needs else self.arrow(scheme)


def spelling_of_arrow(program: Program, path: str, arrow: Arrow) -> Spelling:
    """How a function's types are written: what is left of a record that nothing else mentions is not."""
    needs = arrow.requirements if isinstance(arrow, Scheme) else ()
    return Spelling(program, path, (arrow.input, arrow.output, *(need.type for need in needs)))


def _script(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".nml")
