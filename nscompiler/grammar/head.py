"""The header and imports of a plain file, read without the rest: enough to put files into the order of their imports.

Only what nearly all files look like is read here: a header, imports one a line, then a declaration. Anything else is
the parser's, to which what is found here is equal (``tests/grammar/test_head.py``).
"""

import re

from nscompiler.grammar.syntax import Header, Import, Module, Name, Reference
from nscompiler.source import SourceFile

_SPACE = r"(?:[ \t\r\n]|//[^\n\r]*+|/\*(?:[^*/]|\*(?!/)|/(?!\*))*+\*/)*+"
_REFERENCE = r"(?:[a-z]++/)?+[A-Z]\w*+(?:\.[A-Z]\w*+)*+:\d++\.\d++\.\d++(?:-SNAPSHOT)?+"
_LINE_END = r"(?:[ \t]*+(?=[\r\n])|[ \t]++(?=//))"
_HEADER = re.compile(rf"{_SPACE}(module)[ ]({_REFERENCE}){_LINE_END}{_SPACE}", re.ASCII)
_IMPORT = re.compile(rf"(import)[ ]({_REFERENCE})(?:[ ]as[ ]([A-Z]\w*+))?+{_LINE_END}{_SPACE}", re.ASCII)
_DECLARATION = re.compile(r"(?:type|fun|def)[ ]|@")


def plain_head(source: SourceFile) -> Module | None:
    """The module with its header and imports and nothing else; None where only the parser can tell these."""
    text = source.text
    found = _HEADER.match(text)
    if found is None or "///" in found[0][: found.start(1)]:
        return None
    at, end = found.start(1), found.end(2)
    header = Header(at, end, Reference(found.start(2), end, found[2]))
    at = found.end()
    imports: list[Import] = []
    while (found := _IMPORT.match(text, at)) is not None:
        imports.append(_import(found))
        at = found.end()
    # An import further down is one too, though in the wrong place.
    if _DECLARATION.match(text, at) is None or text.find("import", at) >= 0:
        return None
    return Module(0, len(text), source, header, tuple(imports), (), None)


def _import(found: re.Match[str]) -> Import:
    reference = Reference(found.start(2), found.end(2), found[2])
    if found[3] is None:
        return Import(found.start(1), reference.end, reference)
    alias = Name(found.start(3), found.end(3), found[3])
    return Import(found.start(1), alias.end, reference, alias)
