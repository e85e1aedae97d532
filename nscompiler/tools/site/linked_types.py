"""Types as HTML in which each declared type leads to where it is declared."""

import re
from html import escape

from nscompiler.tools.site.addresses import Addresses
from nscompiler.types.interface import Scheme
from nscompiler.types.show import Names, show, show_scheme
from nscompiler.types.types import Alias, Type

# A type is printed as text; the names in it that are to become links are marked by two characters of a private use,
# which no name in a program may have.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


class LinkedTypes:
    """Prints the types of one declaration; ``mentioned`` collects the declared types that it speaks of."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._aliases: list[Alias] = []
        self.mentioned: dict[tuple[str, str], None] = {}

    def _spell(self, alias: Alias) -> str:
        self.mentioned[alias.module, alias.name] = None
        self._aliases.append(alias)
        return f"{_OPEN}{len(self._aliases) - 1}{_CLOSE}"

    def names(self) -> Names:
        """Names under which the variables of several types are the same."""
        return Names(spell=self._spell)

    def type(self, type: Type, names: Names | None = None) -> str:
        """A type as HTML."""
        return self._linked(show(type, names or self.names()))

    def scheme(self, scheme: Scheme) -> str:
        """A function's type as HTML."""
        return self._linked(show_scheme(scheme, spell=self._spell))

    def _linked(self, text: str) -> str:
        return _MARKED.sub(lambda found: self._link(self._aliases[int(found[1])]), escape(text))

    def _link(self, alias: Alias) -> str:
        address = self._addresses.of_type(alias.module, alias.name)
        name = escape(alias.name)
        return name if address is None else f'<a href="{escape(address)}">{name}</a>'
