"""What a shell, or a call, would say in the place of parameters, sources and sinks: `f --n 1`, `f > "out.csv"`,
`g(f(Sources.stdin))`, a `\\` at the end of a line. Each is read as what was meant.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.given_arguments import Called
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.text import quote
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import LITERALS, fitting, shown
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
#: The source and the sink of a file, by the end of its name.
_FORMATS = {"csv": "csv", "tsv": "csv", "parquet": "parquet", "arrow": "arrow", "feather": "arrow"}
#: How many calls stand in each other.
_DEEPEST = 12
Token = tuple[int, str, int, int]


def shell_forms(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slips that a mistake at a token may be."""
    forms = _Forms(source, tokens, trial)
    text = tokens.texts[index]
    if text == "-":
        yield from forms.options(index)
    elif text == "\\":
        yield from forms.continued(index)
    elif text == "(":
        yield from forms.calls(index)
    elif text == ",":
        yield from forms.values(index)
    yield from forms.redirected(index)


class _Forms:
    def __init__(self, source: SourceFile, tokens: Tokens, trial: Trial) -> None:
        self._source = source
        self._tokens = tokens
        self._trial = trial
        self._kinds = shared_kinds(trial.tables)
        self._literals = frozenset(trial.kind[name] for name in LITERALS)

    def _text(self, at: int) -> str:
        """A token as written; nothing outside the file."""
        return self._tokens.texts[at] if 0 <= at < len(self._tokens.texts) else ""

    def _kind(self, at: int) -> int:
        return self._tokens.kinds[at] if 0 <= at < len(self._tokens.kinds) else -1

    def _token(self, at: int) -> Token:
        tokens = self._tokens
        return tokens.kinds[at], self._text(at), tokens.starts[at], tokens.ends[at]

    def _sign(self, text: str, at: int) -> Token:
        return self._kinds[text], text, at, at

    def _is_glued(self, at: int) -> bool:
        return 0 <= at < len(self._tokens.gaps) and not self._tokens.gaps[at]

    def _is_new_line(self, at: int) -> bool:
        return self._trial.begins_line(self._tokens, at)

    # --- `f --n 1`

    def options(self, index: int) -> Iterator[Slip]:
        """``f --n 1``, ``f -n=1 --label "x"``."""
        tokens = self._tokens
        if index == 0 or (self._kind(index - 1) not in self._trial.words and self._text(index - 1) != ">"):
            return
        bindings: list[list[Token]] = []
        at = index
        while self._text(at) == "-" and not self._is_new_line(at) and len(bindings) < WINDOW:
            found = self._option(at)
            if found is None:
                return
            binding, at = found
            bindings.append(binding)
        if not bindings:
            return
        start, end = tokens.starts[index], tokens.ends[at - 1]
        meant = [self._sign("{", start)]
        for number, binding in enumerate(bindings):
            meant += [self._sign(",", binding[0][2])] if number else []
            meant += binding
        meant.append(self._sign("}", end))
        written = ", ".join(f"{name} = {value}" for (_, name, *_), _, (_, value, *_) in bindings)
        span = self._source.span(start, end)
        fix = Fix(fitting(f"Write `{{ {written} }}`", "Write them in `{ }`"), (Edit(span, f"{{ {written} }}"),), _MAYBE)
        title = "Parameters are given as `{ name = value }`"
        title = fitting(f"{title}, not as {shown(self._source.text[start:end])}", title)
        yield Slip(index, at, tuple(meant), codes.MISSING_PIPE.at(span, title, fixes=(fix,)))

    def _option(self, at: int) -> tuple[list[Token], int] | None:
        """One option as the tokens of a binding, and the token behind it."""
        tokens, words = self._tokens, self._trial.words
        start = tokens.starts[at]
        at += 2 if self._text(at + 1) == "-" and self._is_glued(at + 1) else 1
        if self._kind(at) not in words or not self._is_glued(at):
            return None
        name, end = self._text(at), tokens.ends[at]
        at += 1
        while self._text(at) == "-" and self._is_glued(at) and self._kind(at + 1) in words:
            name, end = f"{name}_{self._text(at + 1)}", tokens.ends[at + 1]
            at += 2
        at += self._text(at) == "="
        value: Token = (self._trial.kind["TRUE"], "true", end, end)
        if self._kind(at) in self._literals and not self._is_new_line(at):
            value, at = self._token(at), at + 1
        elif self._kind(at) in words and not self._is_new_line(at):
            value = (self._trial.kind["TEXT"], quote(self._text(at)), tokens.starts[at], tokens.ends[at])
            at += 1
        return [(self._trial.kind["LNAME"], name, start, end), self._sign("=", end), value], at

    # --- a `\\` at the end of a line

    def continued(self, index: int) -> Iterator[Slip]:
        """``Sources.stdin \\``, with the rest of the pipe below."""
        tokens = self._tokens
        meant: list[Token] = []
        edits: list[Edit] = []
        until = index
        for at in range(index, min(index + WINDOW, len(tokens.kinds) - 1)):
            if self._text(at) != "\\":
                meant.append(self._token(at))
            elif not self._is_new_line(at + 1):
                break
            else:
                edits.append(Edit(self._source.span(tokens.ends[at - 1] if at else 0, tokens.ends[at]), ""))
                until = at + 1
        if not edits or self._source.text[tokens.ends[index - 1] : tokens.starts[index]].strip(" \t"):
            return
        kept = tuple(one for one in meant if one[2] < tokens.ends[until - 1])
        fix = Fix("Remove each" if len(edits) > 1 else "Remove it", tuple(edits), _MAYBE)
        title = "A pipe goes on on the next line without a `\\`"
        span = self._source.span(tokens.starts[index], tokens.ends[index])
        yield Slip(index, until, kept, codes.STRAY_CHARACTER.at(span, title, fixes=(fix,)))

    # --- `f > "out.csv"`

    def redirected(self, index: int) -> Iterator[Slip]:
        """``f > "out.csv"``, ``f < "in.csv" | g``."""
        tokens = self._tokens
        for at in (index, index - 1, index - 2):
            sign = self._text(at)
            if at <= 0 or sign not in ("<", ">"):
                continue
            doubled = self._text(at + 1) == sign and self._is_glued(at + 1)
            value = at + 1 + doubled
            if self._kind(value) != self._trial.kind["TEXT"]:
                continue
            if self._text(value + 1) in (">", ","):
                return
            path = self._text(value)
            format = _FORMATS.get(path.strip('"').rpartition(".")[2], "jsonl")
            alias = "Sinks" if sign == ">" else "Sources"
            named = f"{alias}.{format} {{ path = {path} }}"
            span = self._source.span(tokens.starts[at], tokens.ends[value])
            edits = self._written(sign, at, value, named)
            fixes = (Fix(fitting(f"Write `{named}`", f"Write `{alias}.{format}`"), edits, _MAYBE),) if edits else ()
            what = "goes into a file through a sink" if sign == ">" else "comes out of a file through a source"
            title = f"What flows {what}, not through `{sign * (1 + doubled)}`"
            yield Slip(at, value + 1, (), codes.UNEXPECTED.at(span, title, fixes=fixes))
            return

    def _written(self, sign: str, at: int, value: int, named: str) -> tuple[Edit, ...]:
        tokens = self._tokens
        if sign == ">":
            return (Edit(self._source.span(tokens.starts[at], tokens.ends[value]), f"| {named}"),)
        first = at
        while first > max(0, at - WINDOW) and self._text(first - 1) not in ("=", "(", "{", ";"):
            first -= 1
        if self._text(first - 1) != "=":
            return ()
        start = self._source.span(tokens.starts[first], tokens.starts[first])
        away = self._source.span(tokens.ends[at - 1], tokens.ends[value])
        return Edit(start, f"{named} | "), Edit(away, "")

    # --- `g(f(Sources.stdin))`

    def calls(self, index: int) -> Iterator[Slip]:
        """``Sinks.log(f(Sources.stdin))``: functions that are called with what others give."""
        tokens = self._tokens
        index = self._innermost(index)
        opening, names = index, [self._name_before(index)]
        while names[-1] is not None and self._text(names[-1] - 1) == "(" and len(names) < _DEEPEST:
            opening = names[-1] - 1
            names.append(self._name_before(opening))
        if names[-1] is None:
            names.pop()
        first, closing = (names[-1] if names else None), index + 1
        while closing < len(tokens.kinds) - 1 and self._text(closing) not in (")", "("):
            closing += 1
        end = closing + len(names)
        if len(names) < 2 or first is None or tokens.texts[closing:end] != [")"] * len(names):
            return
        meant = [self._token(at) for at in range(index + 1, closing)]
        bounds = [index, *(name - 1 for name in names[:-1] if name is not None)]
        for name, bound in zip(names, bounds, strict=True):
            place = tokens.starts[closing]
            meant.append(self._sign("|", place))
            meant += [(kind, text, place, place) for kind, text, *_ in map(self._token, range(name or 0, bound))]
        texts = [self._source.text[tokens.starts[index + 1] : tokens.ends[closing - 1]]]
        for name, bound in zip(names, bounds, strict=True):
            texts.append(self._source.text[tokens.starts[name or 0] : tokens.ends[bound - 1]])
        span = self._source.span(tokens.starts[first], tokens.ends[end - 1])
        written = " | ".join(texts)
        fix = Fix(fitting(f"Write `{written}`", "Write them in a pipe"), (Edit(span, written),), _MAYBE)
        title = "Functions are not called: values flow through them, `f | g`"
        yield Slip(first, end, tuple(meant), codes.MISSING_PIPE.at(span, title, fixes=(fix,)))

    def _innermost(self, index: int) -> int:
        """The bracket of the last of some calls that open one after the other."""
        for _ in range(_DEEPEST):
            following = next((at for at in (index + 2, index + 4) if self._text(at) == "("), 0)
            before = self._name_before(following) if following else None
            if before != index + 1:
                break
            index = following
        return index

    def values(self, index: int) -> Iterator[Slip]:
        """``f("a", 3)``."""
        tokens = self._tokens
        opening = index - 2
        if opening < 1 or self._text(opening) != "(" or self._name_before(opening) is None:
            return
        at = opening
        values: list[int] = []
        while self._text(at) in ("(", ",") and self._kind(at + 1) in self._literals:
            values.append(at + 1)
            at += 2
        if self._text(at) != ")":
            return
        spans = [(tokens.starts[value], tokens.ends[value]) for value in values]
        problem = Called(self._source, tokens.starts[opening]).with_values(spans, tokens.ends[at])
        yield Slip(opening, at + 1, (), problem)

    def _name_before(self, bracket: int) -> int | None:
        """Where the name of a function starts that a bracket follows without a space."""
        words = self._trial.words
        if bracket == 0 or self._kind(bracket - 1) not in words or not self._is_glued(bracket):
            return None
        qualified = bracket > 2 and self._text(bracket - 2) == "." and self._kind(bracket - 3) in words
        return bracket - 3 if qualified else bracket - 1
