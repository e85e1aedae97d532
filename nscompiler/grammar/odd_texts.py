"""Texts and variables as values, written as elsewhere: two texts in a row, quotes inside of one, a quote that is not
opened or not closed, ``$(cat f)``, ``$DIR/x.csv``, ``("x")``; and names of parameters in quotes.

What is told of one hides others behind it, since a quote more or less moves all texts of the line. So the file is read
again with what was meant by each in its place.
"""

from bisect import bisect_left
from collections.abc import Sequence

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.text import quote
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile

#: How many lines of a file are looked at, and how long each may be.
_MOST, _LONGEST = 16, 400
_TEXT = r'"(?!"")(?:[^"\\\n\r]|\\[^\n\r])*+"'
_BINDING = Pattern(r"(?:(?<=[{,(\s])|^)(?P<name>[a-z_]\w*+)[ \t]*+=(?!=)[ \t]*+")
_ENDS = r"(?=\s*+(?:\}|\Z|,))"
_NEXT = r"(?=[ \t]*+(?:\}|,[ \t]*+[a-z_]\w*+[ \t]*+=[ \t]*+[\"$0-9\[]|,?[ \t]*+$))"
_ROW = Pattern(rf"{_TEXT}(?:\s*+(?:\+\+?|<>|\.|&)?\s*+{_TEXT})+{_ENDS}")
_ONE = Pattern(_TEXT)
_TAKES_IN = Pattern(r'"(?P<inner>[^"\\\n\r{}]*+)[ \t]*+\}[^"\n\r]*?\{[^"\n\r]*?=[ \t]*"(?=[\w./])')
_QUOTES_INSIDE = Pattern(rf'"(?P<inner>[^"\\\n\r]*+"(?=[\w.*])[^\\\n\r]*?)"{_NEXT}')
_NEXT_TEXT = Pattern(r"\w[ \t]*+=[ \t]*+\"")
_NOT_OPENED = Pattern(rf'(?P<inner>[A-Za-z_./~][^\s"={{}},;|<>()\[\]]*+)"{_ENDS}')
_IN_BRACKETS = Pattern(rf"\([ \t]*+(?P<value>{_TEXT}|-?[0-9][\w.]*+|true|false|\$[A-Za-z_]\w*+)[ \t]*+\){_ENDS}")
_COMMAND = Pattern(rf"(?:\$\([ \t]*+[a-z][\w./-]*+[ \t][^()\n\r\"]*+\)|`[^`\n\r\"]*+`){_ENDS}")
_WITH_REST = Pattern(rf"\$(?P<name>[A-Za-z_]\w*+)[./][^\s,{{}}\"]*+{_ENDS}")
_DASHED = Pattern(rf"\$(?P<name>[A-Za-z_]\w*+(?:-\w++)++){_ENDS}")
_SUM = Pattern(rf"(?:{_TEXT}|\$\w++)(?:[ \t]*+\+[ \t]*+(?:{_TEXT}|\$\w++))++{_ENDS}")
_ADDRESS = Pattern(r"[a-z][a-z0-9+]*+://[^\s,\"]++")
_KEY = Pattern(rf"[A-Za-z][\w.*/-]*+#[\w.*#/-]*+{_ENDS}")
_QUOTED_NAME = Pattern(r'(?<=[{,])\s*+"(?P<name>[a-z_]\w*+)"[ \t]*+(?P<sign>[:=])')
_VALUE = Pattern(r"[ \t]*+(?:\[[ \t]*+)?(?:[\"'$0-9-]|(?:true|false)\b)")
_OPEN_FIELD = Pattern(
    r"(?<=[{,])[ \t]*+(?P<text>\"[^\"\n\r:,{}]+?)[ \t]*+:[ \t]*+(?:optional[ \t]++)?\[?[A-Z]\w*+\]?[ \t]*+"
    r"(?=[,}]|$)(?=[^\"\n\r]*+(?:$|\"\w))"
)
_Meant = tuple[int, Code, str, tuple[tuple[str, str], ...], str]
"""Where a value ends, what is told of it, the fixes with their texts, and what is read in its place."""


class OddTexts:
    """Those of a text, on the lines where one of its problems is; ``problems`` are what is told of them."""

    def __init__(self, source: SourceFile, starts: Sequence[int], found: Sequence[Diagnostic]) -> None:
        self.problems: list[Diagnostic] = []
        self._source = source
        self._starts = starts
        self._pieces: list[tuple[int, int, str]] = []
        lines = sorted({_line(source.text, one.primary.span.start) for one in found[: _MOST * 2]})
        until = 0
        for start, end in lines[:_MOST]:
            if end - start <= _LONGEST:
                self._look(max(start, until), end)
                until = end

    def written(self, text: str) -> str:
        """The text with what was meant, as long as before."""
        pieces, at = [], 0
        for start, end, meant in sorted(self._pieces):
            pieces += [text[at:start], meant[: end - start].ljust(end - start)]
            at = end
        return "".join([*pieces, text[at:]])

    def _look(self, start: int, end: int) -> None:
        text, at = self._source.text, start
        self._names(start, end)
        while (binding := _BINDING.search(text, at, end)) is not None:
            at = binding.end()
            if not self._is_token(binding.start("name")) or not _is_parameter(text, binding.start("name")):
                continue
            meant = _meant(text, at, end)
            if meant is not None:
                stop, code, title, offers, read = meant
                span = self._source.span(at, stop)
                fixes = tuple(Fix(what, (Edit(span, right),), Applicability.MAYBE_INCORRECT) for what, right in offers)
                self.problems.append(code.at(span, title, fixes=fixes))
                self._pieces.append((at, stop, read))
                at = stop
                if stop > end:
                    return
        field = _OPEN_FIELD.search(text, start, end) if not self.problems else None
        if field is not None and self._is_token(field.start("text")):
            first, stop = field.span("text")
            fix = Fix('Insert `"`', (Edit(self._source.span(stop, stop), '"'),), Applicability.MAYBE_INCORRECT)
            title = 'This text is never closed with `"`'
            self.problems.append(codes.UNTERMINATED_TEXT.at(self._source.span(first, stop), title, fixes=(fix,)))
            self._pieces.append((first, stop, f'{text[first : stop - 1]}"'))

    def _names(self, start: int, end: int) -> None:
        """``f { "path" : "x", "n" = 3 }``."""
        text, edits, first = self._source.text, [], -1
        for found in _QUOTED_NAME.finditer(text, start, end):
            quoted = found.start("name") - 1
            if not self._is_token(quoted) or _is_field(text, found.end()) or _is_value(text, quoted):
                continue
            first = quoted if first < 0 else first
            right = f"{found['name']} ="
            edits.append(Edit(self._source.span(quoted, found.end()), right))
            self._pieces.append((quoted, found.end(), right))
        if edits:
            fix = Fix("Write `name = value`", tuple(edits), Applicability.MAYBE_INCORRECT)
            title = "A parameter is given as `name = value`, without quotes around its name"
            span = self._source.span(first, text.index('"', first + 1) + 1)
            self.problems.append(codes.WRONG_QUOTES.at(span, title, fixes=(fix,)))

    def _is_token(self, place: int) -> bool:
        at = bisect_left(self._starts, place)
        return at < len(self._starts) and self._starts[at] == place


def _is_parameter(text: str, place: int) -> bool:
    """Whether a name stands behind a brace or a comma."""
    return text[max(0, place - _LONGEST) : place].rstrip()[-1:] in ("{", ",")


def _is_value(text: str, place: int) -> bool:
    """Whether the braces around a name are a value themselves."""
    brace = text.rfind("{", max(0, place - _LONGEST), place)
    return brace > 0 and text[max(0, brace - 8) : brace].rstrip()[-1:] in ("=", ":")


def _is_field(text: str, place: int) -> bool:
    """Whether what stands behind the `:` after a name in quotes is a type, and no value."""
    return _VALUE.match(text, place) is None


def _line(text: str, place: int) -> tuple[int, int]:
    """The line of a place, from the last one on that does not begin within a row of texts."""
    start = text.rfind("\n", 0, place) + 1
    while start and text[start:].lstrip(" \t")[:1] in ('"', "+") and place - start < _LONGEST:
        start = text.rfind("\n", 0, start - 1) + 1
    end = text.find("\n", place)
    return start, len(text) if end < 0 else end


def _meant(text: str, at: int, end: int) -> _Meant | None:
    """What the value at a place was meant to be."""
    for form in (_joined, _unclosed, _inside, _variables, _unquoted):
        found = form(text, at, end)
        if found is not None:
            return found
    return None


def _joined(text: str, at: int, end: int) -> _Meant | None:
    """``"a" "b"``, ``"a" + $B``, ``("a")``."""
    row = _ROW.match(text, at, min(len(text), at + _LONGEST))
    if row is not None:
        whole = f'"{"".join(one[1:-1] for one in _ONE.findall(row[0]))}"'
        title = "Texts are not joined: one text is a value"
        return row.end(), codes.UNEXPECTED, title, (("Write one text", whole),), whole
    total = _SUM.match(text, at, end)
    if total is not None:
        title = "Texts and variables are not joined: a value is one literal"
        return total.end(), codes.NOT_A_LITERAL, title, (), "$_"
    bracketed = _IN_BRACKETS.match(text, at, end)
    if bracketed is not None:
        title, value = "A value stands without brackets", bracketed["value"]
        return bracketed.end(), codes.NOT_A_LITERAL, title, (("Remove the brackets", value),), value
    return None


def _unclosed(text: str, at: int, end: int) -> _Meant | None:
    """``{ path = "a } | f { path = "b" }``, ``{ path = a" }``."""
    taking = _TAKES_IN.match(text, at, end)
    if taking is not None:
        stop = at + 1 + len(taking["inner"].rstrip(" \t"))
        right = f'{text[at:stop]}"'
        title = 'This text is never closed with `"`'
        return stop, codes.UNTERMINATED_TEXT, title, (('Insert `"`', right),), f'{text[at : stop - 1]}"'
    opened = _NOT_OPENED.match(text, at, end)
    if opened is not None:
        right = f'"{opened["inner"]}"'
        title = fitting(f'A `"` is missing before {shown(opened["inner"])}', 'A `"` is missing before this')
        return opened.end(), codes.UNTERMINATED_TEXT, title, (('Insert `"`', right),), f'"{opened["inner"][1:]}"'
    return None


def _inside(text: str, at: int, end: int) -> _Meant | None:
    """``"select "name" from t"``."""
    found = _QUOTES_INSIDE.match(text, at, end)
    if found is None or found["inner"].count('"') % 2 or _NEXT_TEXT.search(found["inner"]) is not None:
        return None
    right = '"{}"'.format(found["inner"].replace('"', '\\"'))
    title = 'A `"` inside a text is written `\\"`'
    read = '"{}"'.format(found["inner"].replace('"', "'"))
    offers = (('Write `\\"`', right), ('Write `"""` around it', f'"""{found["inner"]}"""'))
    return found.end(), codes.WRONG_QUOTES, title, offers, read


def _variables(text: str, at: int, end: int) -> _Meant | None:
    """``$(cat f)``, ``$DIR/x.csv``, ``$A-B``."""
    command = _COMMAND.match(text, at, end)
    if command is not None:
        title = "No command runs for a value: it is a literal, or a variable `$NAME`"
        return command.end(), codes.NOT_A_LITERAL, title, (), "$_"
    dashed = _DASHED.match(text, at, end)
    if dashed is not None:
        right = f"${dashed['name'].replace('-', '_')}"
        title = "The name of a variable of the environment has no `-`"
        return dashed.end(), codes.NOT_A_LITERAL, title, ((f"Write `{right}`", right),), "$_"
    joined = _WITH_REST.match(text, at, end)
    if joined is not None:
        title = f"`${joined['name']}` is a whole value: no text is joined to it"
        title = fitting(title, "A variable is a whole value: no text is joined to it")
        return joined.end(), codes.NOT_A_LITERAL, title, (), "$_"
    return None


def _unquoted(text: str, at: int, end: int) -> _Meant | None:
    """``https://x.org/{name}``, ``new.#``."""
    found = _KEY.match(text, at, end) or _ADDRESS.match(text, at, end)
    if found is None:
        return None
    value = found[0]
    while value.endswith("}") and value.count("{") < value.count("}"):
        value = value[:-1]
    title = fitting(f"A text stands in quotes: {shown(value)}", "A text stands in quotes")
    right = quote(value)
    return at + len(value), codes.NOT_A_LITERAL, title, (("Put it in quotes", right),), f'"{value[2:]}"'
