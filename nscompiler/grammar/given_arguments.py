"""Arguments as other languages give them: a value beside a function, `f "a"` or `f("a", 3)`, or what flows into it,
`f(Sources.stdin)`. Told of where the text parses, as two expressions side by side.
"""

from collections.abc import Sequence

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.wording import fitting
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_NAME = Pattern(r"(?:(?P<alias>[A-Za-z_][\w']*+)\.)?(?P<name>[A-Za-z_][\w']*+)(?:[ \t]*<[^<>|{}]*+>)?\Z")
_FIELD = Pattern(r"([a-z_][\w']*+)[ \t]*:")
_FILES = frozenset(("jsonl", "csv", "parquet", "arrow", "sqlite"))
_DECLARATION = Pattern(r"[^\n]*(?:\n[ \t]+[^\n]*){0,32}")
#: How far back the name of a function is looked for.
_LONGEST = 200


def parameters_of(text: str, alias: str | None, name: str) -> list[str]:
    """The names of a function's parameters in order, as far as its text tells: those that a file declares, and the
    path of the standard library's files."""
    if alias is not None:
        return ["path"] if alias in ("Sources", "Sinks") and name in _FILES else []
    at = text.find(f"fun {name} ")  # quickly: a file may be long, and have many such mistakes
    declared = _DECLARATION.match(text, at) if at >= 0 else None
    written = "" if declared is None else declared[0].partition("with")[2]
    return [found[1] for found in _FIELD.finditer(written)]


class Called:
    """A function with values, or stages, behind it; ``first`` is where its name starts."""

    def __init__(self, source: SourceFile, end: int) -> None:
        self._source = source
        found = _NAME.search(source.text, max(0, end - _LONGEST), end)
        self.first = end if found is None else found.start()
        self._end = end
        self._names = [] if found is None else parameters_of(source.text, found["alias"], found["name"])
        self._is_named = found is not None

    def with_values(self, spans: Sequence[tuple[int, int]], end: int) -> Diagnostic:
        """``f "a" 3`` and ``f("a")``; ``spans`` are the values, and ``end`` is where the last of them ends, with its
        bracket."""
        text = self._source.text
        edits: tuple[Edit, ...] = ()
        written = ", ".join(f"{name} = {text[a:b]}" for name, (a, b) in zip(self._names, spans, strict=False))
        if len(spans) <= len(self._names):
            edits = (Edit(self._source.span(self._end, end), f" {{ {written} }}"),)
        fixes = (Fix(fitting(f"Write `{{ {written} }}`", "Write them in `{ }`"), edits, _MAYBE),) if edits else ()
        glued = text[self._end : self._end + 1] == "("
        title = "Parameters are given as `{ name = value }`"
        start = self._end if glued else spans[0][0]
        label = "this value has no name" if len(spans) == 1 else "these values have no names"
        title = f"{title}, not in `( )`" if glued else title
        return codes.MISSING_PIPE.at(self._source.span(start, end), title, label, fixes=fixes)

    def with_stages(self, start: int, end: int, *, is_first: bool) -> Diagnostic:
        """``f(Sources.stdin)``, the brackets from ``start`` to ``end``; ``is_first`` where nothing flows into it."""
        text = self._source.text
        inner = text[start + 1 : end - 1].strip()
        written = f"{inner} | {text[self.first : self._end]}"
        span = self._source.span(self.first, end)
        fixes: tuple[Fix, ...] = ()
        if self._is_named and (is_first or not inner.startswith("Sources.")):
            fixes = (Fix(fitting(f"Write `{written}`", "Write them in a pipe"), (Edit(span, written),), _MAYBE),)
        title = "Functions are not called: values flow through them, `f | g`"
        return codes.MISSING_PIPE.at(self._source.span(start, end), title, fixes=fixes)
