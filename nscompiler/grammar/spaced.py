"""Module references written in pieces, ``Foo : 1.0.0`` or ``Foo 1.0.0``: read as the one word that was meant."""

from typing import ClassVar

from nscompiler.diagnostics.codes import modules as module_codes
from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.wording import shown
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

# All three numbers have to be there: `import Foo 1` may be a module without a version and a number of its own.
_VERSION = Pattern(r"[ \t]*(:?)[ \t]*([0-9]+\.[0-9]+\.[0-9]+(?:-\w+)*+)(?![\w.:'-])")


class SpacedReference(Record):
    """A reference as it should be written, where what stands in its place ends, and whether that has the colon."""

    __match_args__: ClassVar[tuple[str, ...]] = ("text", "end", "has_colon")
    __slots__ = __match_args__

    def __init__(self, text: str, end: int, has_colon: bool) -> None:
        self.text = text
        self.end = end
        self.has_colon = has_colon


def spaced_reference(text: str, name: str, end: int) -> SpacedReference | None:
    """The reference whose first piece is ``name``, up to ``end``; None if no version follows apart on the line."""
    bare = name.removesuffix(":")
    if ":" in bare:
        return None
    match = _VERSION.match(text, end)
    if match is None or (match[1] and bare != name):
        return None
    return SpacedReference(f"{bare}:{match[2]}", match.end(), bare != name or bool(match[1]))


def written_apart(source: SourceFile, start: int, meant: SpacedReference) -> Diagnostic:
    """What is wrong with such a reference; only where the colon is there is it plain what was meant."""
    span = source.span(start, meant.end)
    name, _, version = meant.text.partition(":")
    level = Applicability.MACHINE_APPLICABLE if meant.has_colon else Applicability.MAYBE_INCORRECT
    fixes = (Fix(f"Write {shown(meant.text)}", (Edit(span, meant.text),), level),)
    if meant.has_colon:
        title = "A module and its version are one word, without spaces"
        return codes.UNEXPECTED.at(span, title, fixes=fixes)
    title = f"A `:` is missing between {shown(name)} and its version"
    return module_codes.MISSING_VERSION.at(span, title, f"expected `:` before {shown(version)}", fixes=fixes)
