"""A name for a finding that survives edits elsewhere in the file.

Code quality tools compare fingerprints between two runs to tell new findings from known ones, so line numbers
stay out of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.source import SourceFile


def fingerprints(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceFile]) -> tuple[str, ...]:
    """One for each diagnostic, 32 hexadecimal digits, all different.

    Made of code, file, title and the primary place's lines with white space evened out. Where several agree
    in all of these they are told apart by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    result = []
    for diagnostic in diagnostics:
        told = (diagnostic.code.id, _path(diagnostic), diagnostic.title, _context(diagnostic, sources))
        result.append(_digest((*told, str(seen[told]))))
        seen[told] += 1
    return tuple(result)


def _digest(parts: tuple[str, ...]) -> str:
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def _path(diagnostic: Diagnostic) -> str:
    return diagnostic.primary.span.path.replace("\\", "/").removeprefix("./")


def _context(diagnostic: Diagnostic, sources: Mapping[str, SourceFile]) -> str:
    span = diagnostic.primary.span
    source = sources.get(span.path)
    if source is None:
        return ""
    first = source.lines.position(span.start).line
    last = source.lines.position(max(span.start, span.end - 1)).line
    return " ".join(" ".join(source.line_text(line) for line in range(first, last + 1)).split())
