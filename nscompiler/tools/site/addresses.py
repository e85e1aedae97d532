"""Which page of a site a module has, and which place on it a declaration."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

import attrs


@attrs.frozen(slots=True, eq=False)
class Addresses:
    """The pages by module reference, the ``types`` and ``functions`` that have a place, as (module, name), and by
    module what its ``aliases`` stand for."""

    pages: Mapping[str, str]
    types: frozenset[tuple[str, str]]
    functions: frozenset[tuple[str, str]]
    aliases: Mapping[str, Mapping[str, str]]

    def of_module(self, module: str) -> str | None:
        """The address of a module's page; None where the site has none."""
        return self.pages.get(module)

    def of_type(self, module: str, name: str) -> str | None:
        """The address of a type; None where the site does not have it."""
        return f"{self.pages[module]}#{quote(type_anchor(name))}" if (module, name) in self.types else None

    def of_function(self, module: str, name: str) -> str | None:
        """The address of a function or def; None where the site does not have it."""
        return f"{self.pages[module]}#{quote(function_anchor(name))}" if (module, name) in self.functions else None

    def named(self, module: str, text: str) -> str | None:
        """The address of what a name, ``f`` or ``Alias.f``, means in a module; None where it means nothing."""
        alias, dot, name = text.rpartition(".")
        target = self.aliases.get(module, {}).get(alias, "") if dot else module
        return self.of_function(target, name) or self.of_type(target, name)


def type_anchor(name: str) -> str:
    """The id of a type on its module's page."""
    return f"type-{name}"


def function_anchor(name: str) -> str:
    """The id of a function or def on its module's page."""
    return f"fun-{name}"


def page_names(modules: Iterable[str]) -> dict[str, str]:
    """A file name for each module. No two differ in case alone: not every file system tells such names apart."""
    taken: set[str] = {"index"}
    names = {}
    for module in sorted(modules):
        base = name = module.replace("/", "~").replace(":", "-")
        turn = 1
        while name.lower() in taken:
            turn += 1
            name = f"{base}~{turn}"
        taken.add(name.lower())
        names[module] = f"{name}.html"
    return names
