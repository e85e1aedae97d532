"""One slip of the hand: a word twice, `de f w = …`, `defw = …`, two tokens that changed places.

Each is proposed from what stands around a mistake; it is read as what was meant where the items are whole then.
"""

from collections.abc import Iterator, Sequence

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.dashed_uses import dashed_uses
from nscompiler.grammar.foreign_chains import foreign_chains
from nscompiler.grammar.foreign_stages import foreign_stages
from nscompiler.grammar.joining_words import joining_words
from nscompiler.grammar.lexer import SWALLOWED, Tokens, scan, shared_kinds
from nscompiler.grammar.listed_values import listed_values
from nscompiler.grammar.number_forms import number_forms
from nscompiler.grammar.parameter_choices import choices, other_types
from nscompiler.grammar.parameter_lists import parameter_lists
from nscompiler.grammar.shell_forms import shell_forms
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.small_constructors import small_constructors
from nscompiler.grammar.swallowing import swallowing
from nscompiler.grammar.syntax import NAMELESS
from nscompiler.grammar.trial import WINDOW, Trial
from nscompiler.grammar.wording import apart, fitting, shown
from nscompiler.source import SourceFile

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")
#: Words and signs that may come apart, or stick to what is beside them.
_INNER = ("optional", "concat", "filter", "with", "where", "is")
_SIGNS = ("->",)
_NEVER_TWICE = frozenset(("->", "<", "[", "{", "@"))
#: How far before a mistake, and behind it, a slip is looked for.
_BEFORE, _BEHIND = 3, 1
_STANDARD = ("Sources", "Sinks", "Conv", "Std")
_PARTNER = {"(": ")", "[": "]", "{": "}", "<": ">"}
_CLOSERS = frozenset(_PARTNER.values())
_BRACKETS = _CLOSERS | _PARTNER.keys()
_EMPTY = frozenset(opening + closing for opening, closing in _PARTNER.items())
_EXPRESSIONS = ("LNAME", "UNAME", "CONCAT", "FILTER", "LPAR", "LSQB", "TEXT", "INTEGER", "DOUBLE", "ENVIRONMENT")
#: How far brackets may be from each other.
_WIDE = 48
#: Between these a swap is no likelier than that one of them is too many.
_SEPARATORS = frozenset((",", ";", "|", "&"))
#: Signs that are written for others, and the others, the likeliest first.
_MISTAKEN = frozenset(("<", ">", ";", "|", "&", "->", ":", "=", ".", ",", "*", "?", "@"))
#: What word processors make of a `-`.
_LONG_DASHES = frozenset("–—−")
_FOR_DOTS = frozenset((":", ",", "->", ".."))
_FOR = ("|", "->", "=", ":", ",")
_WHAT = {
    "|": "Stages, and the alternatives of a sum, are separated by `|`",
    "->": "What a function takes and gives are separated by `->`",
    "=": "What is set, or declared by a `type` or `def`, stands behind `=`",
    ":": "A type stands behind `:`",
    ",": "Items are separated by `,`",
    "&": "Stages are set side by side by `&`",
}


def says_little(problem: Diagnostic) -> bool:
    """Whether nothing is known of a mistake but that it is one."""
    title, label = problem.title, problem.primary.text
    plain = title.startswith("Expected ") or title.endswith((" cannot stand here", " closes nothing"))
    plain = plain or (title.startswith("A `def` takes no arguments") and not problem.fixes)
    return plain and not label.startswith("did you mean")


class Slips:
    """The slips that may have led to mistakes of one file."""

    __slots__ = ("_expressions", "_kinds", "_source", "_tokens", "_trial")

    def __init__(self, source: SourceFile, tokens: Tokens, trial: Trial) -> None:
        self._source = source
        self._tokens = tokens
        self._trial = trial
        self._kinds = shared_kinds(trial.tables)
        self._expressions = frozenset(trial.kind[name] for name in _EXPRESSIONS)

    def likely(self, index: int) -> Iterator[Slip]:
        """What may have slipped around the mistake at a token, where nothing else is as likely."""
        yield from dashed_uses(self._source, self._tokens, self._trial, index)
        yield from listed_values(self._source, self._tokens, self._trial, index)
        yield from foreign_chains(self._source, self._tokens, self._trial, index)
        yield from joining_words(self._source, self._tokens, self._trial, index)
        yield from parameter_lists(self._source, self._tokens, self._trial, index)
        yield from shell_forms(self._source, self._tokens, self._trial, index)
        yield from swallowing(self._source, self._tokens, self._trial, index)
        yield from number_forms(self._source, self._tokens, self._trial, index)
        yield from small_constructors(self._source, self._tokens, self._trial, index)
        yield from other_types(self._source, self._tokens, self._trial, index)
        yield from choices(self._source, self._tokens, self._trial, index)
        yield from foreign_stages(self._source, self._tokens, self._trial, index)
        yield from self._doubled(index)
        yield from self._parted(index)
        yield from self._dotless(index)
        yield from self._nameless(index)
        yield from self._dashes(index)
        yield from self._aliasless(index)
        yield from self._types(index)
        places = self._places(index)
        for at in places:
            yield from self._split(at)
        for at in places:
            yield from self._glued(at)
        for at in places:
            if self._tokens.texts[at] in _DECLARING and not self._trial.begins_line(self._tokens, at):
                yield from self._swapped(at)

    def others(self, index: int) -> Iterator[Slip]:
        """What may have slipped where nothing else explains the mistake."""
        if self._tokens.texts[index] == "}" and self._tokens.texts[index - 2] == ",":
            yield from self._rest(index - 2)
        for at in (index, index - 1, index - 2):
            if 0 <= at < len(self._tokens.kinds) - 2:
                yield from self._swapped(at)
        yield from self._brackets(index)
        yield from self._unopened(index)
        if not self._is_odd_elsewhere(index):
            yield from self._mistaken(index)

    def read(self, slip: Slip) -> None:
        """Puts what was meant in the place of what stands there."""
        tokens, meant = self._tokens, Tokens()
        for kind, text, start, end in slip.meant:
            meant.put(kind, text, start, end, "" if meant.kinds else tokens.gaps[slip.first])
        tokens.cut(slip.first, slip.until)
        tokens.splice(slip.first, meant, len(meant.kinds))

    def is_whole(self, slip: Slip, states: list[int], start: int, stop: int) -> bool:
        """Whether the items from one token to before another can be read with what was meant, from ``states`` on."""
        tokens, states = self._tokens, states.copy()
        meant = [(kind, False) for kind, *_ in slip.meant]
        if meant and "\n" in tokens.gaps[slip.first]:
            meant[0] = (meant[0][0], True)
        for kind, new_line in [*self._kinds_of(start, slip.first), *meant, *self._kinds_of(slip.until, stop)]:
            if not new_line and kind in self._expressions and self._trial.ends(states, kind):
                return False  # an expression beside what is one already
            if not self._trial.shift(states, kind):
                return False
        return self._trial.ends(states, tokens.kinds[stop])

    def _kinds_of(self, first: int, until: int) -> Iterator[tuple[int, bool]]:
        """The kinds of some tokens, as they are read, each with whether a line begins there."""
        tokens, bads = self._tokens, self._trial.bads
        for at in range(first, until):
            kind = bads.get(tokens.kinds[at], tokens.kinds[at])
            if kind != SWALLOWED:
                yield kind, at == first or self._trial.begins_line(tokens, at)

    def is_between(self, states: list[int], index: int) -> bool:
        """Whether a token that means nothing is all that stands between two things which cannot stand side by side."""
        if not index:
            return False
        kind = self._tokens.kinds[index + 1]
        kind = self._trial.bads.get(kind, kind)
        if kind == SWALLOWED or self._trial.begins_line(self._tokens, index + 1):
            return False
        words = self._trial.words
        if {kind, self._tokens.kinds[index - 1]} <= words or (
            kind in self._expressions and self._trial.ends(states, kind)
        ):
            return True
        return not self._trial.shift(states.copy(), kind) and not self._trial.ends(states, kind)

    def _places(self, index: int) -> list[int]:
        """The tokens at which one may begin: the first of the line, and those right before the mistake."""
        line = index
        while line > max(0, index - WINDOW) and not self._trial.begins_line(self._tokens, line):
            line -= 1
        near = range(max(index - _BEFORE, 0), min(index + _BEHIND + 1, len(self._tokens.kinds) - 2))
        return [line, *(at for at in near if at != line)] if line < len(self._tokens.kinds) - 2 else list(near)

    def _slip(self, first: int, until: int, meant: list[tuple[str, int, int]], problem: Diagnostic) -> Slip:
        return Slip(first, until, tuple((self._kinds[text], text, start, end) for text, start, end in meant), problem)

    def _is_apart(self, at: int) -> bool:
        """Whether only blanks stand between a token and the one before it."""
        gap = self._tokens.gaps[at]
        return bool(gap) and not gap.strip(" \t")

    # --- the slips

    def _doubled(self, index: int) -> Iterator[Slip]:
        """``fun fun f``."""
        tokens, texts = self._tokens, self._tokens.texts
        second = next((at for at in (index, index - 1) if at > 0 and texts[at] == texts[at - 1]), 0)
        is_sign = texts[second] in _NEVER_TWICE or tokens.kinds[second] == self._trial.kind["TEXT"]
        if not second or not self._is_apart(second) or not (texts[second].isalnum() or is_sign):
            return
        two_stages = texts[second - 2] in ("(", "|", "&") and texts[second + 1] != "}"
        if tokens.kinds[second] == self._trial.kind["LNAME"] and two_stages:
            return  # two stages
        place = self._source.span(tokens.starts[second], tokens.ends[second])
        gone = self._source.span(tokens.ends[second - 1], tokens.ends[second])
        fix = Fix("Remove the second", (Edit(gone, ""),), _MAYBE)
        problem = codes.UNEXPECTED.at(place, f"{shown(texts[second])} stands twice", fixes=(fix,))
        first = (texts[second - 1], tokens.starts[second - 1], tokens.ends[second - 1])
        yield self._slip(second - 1, second + 1, [first], problem)

    def _split(self, at: int) -> Iterator[Slip]:
        """``de f w = x``, ``fil ter f``, ``A - > B``."""
        tokens = self._tokens
        word = tokens.texts[at] + tokens.texts[at + 1]
        if not self._is_apart(at + 1):
            return
        declares = word in _DECLARING and self._trial.begins_line(tokens, at)
        if not declares and word not in _INNER and word not in _SIGNS and not self._is_used(at, word):
            return
        start, end = tokens.starts[at], tokens.ends[at + 1]
        span = self._source.span(start, end)
        fix = Fix(f"Write `{word}`", (Edit(span, word),), _MAYBE)
        code = codes.NO_DECLARATION if declares else codes.UNEXPECTED
        problem = code.at(span, apart(word), fixes=(fix,))
        yield self._slip(at, at + 2, [(word, start, end)], problem)

    def _is_used(self, at: int, word: str) -> bool:
        """Whether two words are one that stands elsewhere in the file, where each of them stands only here."""
        tokens = self._tokens
        if not set(tokens.kinds[at : at + 2]) <= self._trial.words:
            return False
        return word in tokens.texts and tokens.texts.count(tokens.texts[at + 1]) == 1

    def _glued(self, at: int) -> Iterator[Slip]:
        """``defw = x``, ``wherea is CsvRow``, ``Textwith { … }``."""
        tokens = self._tokens
        text, start, end = tokens.texts[at], tokens.starts[at], tokens.ends[at]
        if self._trial.begins_line(tokens, at):
            keyword = next((one for one in _DECLARING if text.startswith(one)), "")
            keywords = [(keyword, True)] if keyword and self._declares(text[len(keyword) :], text) else []
        else:
            keywords = [(one, True) for one in _INNER if text.startswith(one)]
            keywords += [(one, False) for one in _INNER if text.endswith(one)]
        for keyword, leads in keywords:
            cut = len(keyword) if leads else len(text) - len(keyword)
            left, right = text[:cut], text[cut:]
            if not left.replace("_", "").isalnum() or not (right[:1].isalpha() or right[:1] == "_"):
                continue
            middle = self._source.span(start + cut, start + cut)
            fix = Fix("Insert a space", (Edit(middle, " "),), _MAYBE)
            code = codes.NO_DECLARATION if keyword in _DECLARING else codes.UNEXPECTED
            title = f"A space is missing {'behind' if leads else 'before'} `{keyword}`"
            problem = code.at(self._source.span(start, end), title, fixes=(fix,))
            yield self._slip(at, at + 1, [(left, start, start + cut), (right, start + cut, end)], problem)

    def _declares(self, name: str, word: str) -> bool:
        """Whether a name that is stuck to its keyword is rather declared than the whole word is."""
        used = self._tokens.texts.count(name) if name else 0
        return bool(used) or (name[:1].isupper() and not self._tokens.texts.count(word) > 1)

    def _swapped(self, at: int) -> Iterator[Slip]:
        """``Text def`` for ``def Text``, ``path { =`` for ``{ path =``."""
        tokens, texts = self._tokens, self._tokens.texts
        one, other = texts[at], texts[at + 1]
        kinds = tokens.kinds[at : at + 2]
        plain = SWALLOWED not in kinds and self._trial.bads.keys().isdisjoint(kinds) and one and other
        if not plain or tokens.kinds[at] == tokens.kinds[at + 1] or _SEPARATORS.issuperset((one, other)):
            return
        first, second = ((tokens.starts[each], tokens.ends[each]) for each in (at, at + 1))
        text = self._source.text
        between = text[first[1] : second[0]]
        if any(
            _are_one(*pair)
            for pair in ((text[max(first[0] - 1, 0) : first[0]], other), (one, text[second[1] : second[1] + 1]))
        ):
            return
        if not between and _are_one(other, one):
            return
        if one[:1].isdigit() and other.isidentifier():
            return  # a type is missing before its sizes
        if other == "." and (not texts[at + 2] or self._trial.begins_line(tokens, at + 2)):
            return  # more was to come
        if {one, other} & set(_INNER) and {one, other} & _BRACKETS:
            return
        if texts[at - 1] + other in _EMPTY or one + texts[at + 2] in _EMPTY:
            return
        edits = (Edit(self._source.span(*first), other), Edit(self._source.span(*second), one))
        if self._trial.begins_line(tokens, at) and one in _DECLARING:
            return
        fix = Fix("Swap them", edits, _MAYBE)
        title = fitting(f"{shown(one)} and {shown(other)} stand in the wrong order", "These stand in the wrong order")
        problem = codes.UNEXPECTED.at(self._source.span(first[0], second[1]), title, fixes=(fix,))
        yield self._slip(at, at + 2, [(other, *first), (one, *second)], problem)

    def _parted(self, index: int) -> Iterator[Slip]:
        """``def w = ; f``."""
        tokens = self._tokens
        at = next((at for at in (index, index - 1) if at > 0 and tokens.texts[at] == ";"), 0)
        following = tokens.texts[at + 1] if at else ""
        if not following or following in _DECLARING:
            return
        yield from self._mistaken(at, (":", "="))
        if self._trial.words >= {tokens.kinds[at - 1], tokens.kinds[at + 1]}:
            return  # what would be read as one type
        span = self._source.span(tokens.starts[at], tokens.ends[at])
        fix = Fix("Remove the `;`", (Edit(span, ""),), _MAYBE)
        title = f"This `;` ends what the {shown(following)} behind it goes on with"
        yield self._slip(at, at + 1, [], codes.UNEXPECTED.at(span, title, fixes=(fix,)))

    def _aliasless(self, index: int) -> Iterator[Slip]:
        """``def w = .stdin | f``."""
        tokens, kind = self._tokens, self._trial.kind
        named = tokens.texts[index] == "." and tokens.kinds[index + 1] in (kind["LNAME"], kind["UNAME"])
        if not named or tokens.gaps[index + 1] or index == 0 or tokens.kinds[index - 1] in self._trial.words:
            return
        start, end = tokens.starts[index], tokens.ends[index]
        alias, name = self._alias(index), tokens.texts[index + 1]
        stuck = next((one for one in _STANDARD if name.startswith(one)), "")
        if stuck:
            place = self._source.span(start, tokens.ends[index + 1])
            right = f"{stuck}.{name[len(stuck) :]}"
            fix = Fix(f"Write {shown(right)}", (Edit(place, right),), _MAYBE)
            problem = codes.UNEXPECTED.at(place, "A `.` stands behind the alias, not before it", fixes=(fix,))
            meant = ((kind["UNAME"], NAMELESS, start, start), (self._kinds["."], ".", start, end))
            yield Slip(index, index + 1, meant, problem, nameless=True)
            return
        fix = Fix(f"Write `{alias}`", (Edit(self._source.span(start, start), alias),), _MAYBE)
        title = f"An alias is missing before {shown('.' + tokens.texts[index + 1])}"
        span = self._source.span(start, tokens.ends[index + 1])
        problem = codes.MISSING_NAME.at(span, title, fixes=(fix,) if alias else ())
        meant = ((kind["UNAME"], NAMELESS, start, start), (self._kinds["."], ".", start, end))
        yield Slip(index, index + 1, meant, problem, nameless=True)

    def _alias(self, dot: int) -> str:
        """The alias that is most likely missing before a dot, where one is likely."""
        texts = self._tokens.texts
        if texts[dot - 1] == "=":
            return "Sources"
        behind = dot + 2
        while texts[behind] in ("{", "<") and self._partner(behind):
            behind = self._partner(behind) + 1
        ends = not texts[behind] or texts[behind] in (";", *_DECLARING)
        return "Sinks" if texts[dot - 1] == "|" and ends else ""

    def _dashes(self, index: int) -> Iterator[Slip]:
        """``fun f : Text -- Text``, ``fun f : Text –> Text``."""
        tokens = self._tokens
        start, text = tokens.starts[index], tokens.texts[index]
        if text in _LONG_DASHES and tokens.texts[index + 1] == ">" and not tokens.gaps[index + 1]:
            end = tokens.ends[index + 1]
            span = self._source.span(start, end)
            fix = Fix("Write `->`", (Edit(span, "->"),), _MAYBE)
            problem = codes.STRAY_CHARACTER.at(span, f"`{text}>` is no sign of the language, `->` is", fixes=(fix,))
            yield self._slip(index, index + 2, [("->", start, end)], problem)
        if tokens.kinds[index] != self._trial.kind["WRONG_COMMENT"] or not text.startswith("--"):
            return
        rest = scan(text[2:], self._trial.tables)
        inside = zip(rest.kinds, rest.texts, rest.starts, rest.ends, strict=True)
        behind = [(kind, text, start + 2 + first, start + 2 + end) for kind, text, first, end in inside]
        span = self._source.span(start, start + 2)
        fix = Fix("Write `->`", (Edit(span, "->"),), _MAYBE)
        problem = codes.UNEXPECTED.at(span, f"{_WHAT['->']}, not by `--`", fixes=(fix,))
        arrow = (self._kinds["->"], "->", start, start + 2)
        yield Slip(index, index + 1, (arrow, *behind[:-1]), problem)

    def _rest(self, comma: int) -> Iterator[Slip]:
        """``{ user : Text, r }``."""
        tokens, name = self._tokens, self._tokens.texts[comma + 1]
        before = tokens.ends[comma - 1]
        edit = Edit(self._source.span(before, tokens.ends[comma + 1]), f" | {name}")
        fix = Fix(fitting(f"Write `| {name}`", "Write a `|` before it"), (edit,), _MAYBE)
        span = self._source.span(tokens.starts[comma], tokens.ends[comma + 1])
        problem = codes.UNEXPECTED.at(span, "The rest of a record stands behind `|`: `{ a : A | r }`", fixes=(fix,))
        yield self._slip(comma, comma + 1, [("|", tokens.starts[comma], tokens.ends[comma])], problem)

    def _nameless(self, index: int) -> Iterator[Slip]:
        """``… | Sinks.`` above a ``def``, whose keyword reads as the name."""
        tokens, texts = self._tokens, self._tokens.texts
        near = range(index, max(index - _BEFORE - 1, 1), -1)
        at = next((at for at in near if texts[at] in _DECLARING and texts[at - 1] == "."), 0)
        if not at or not self._trial.begins_line(tokens, at) or tokens.kinds[at - 2] not in self._trial.words:
            return
        before, dot = at - 2, at - 1
        written = shown(texts[before] + ".")
        span = self._source.span(tokens.starts[before], tokens.ends[dot])
        problem = codes.MISSING_NAME.at(span, f"No name stands behind {written}", "expected a name after this")
        end = tokens.ends[dot]
        meant = (
            (tokens.kinds[before], texts[before], tokens.starts[before], tokens.ends[before]),
            (tokens.kinds[dot], ".", tokens.starts[dot], end),
            (self._trial.kind["LNAME"], NAMELESS, end, end),
        )
        yield Slip(before, at, meant, problem)

    def _dotless(self, index: int) -> Iterator[Slip]:
        """``F:f``, ``F#f``, ``F/f``: what joins an alias and a name elsewhere."""
        tokens, sign = self._tokens, self._tokens.texts[index]
        if tokens.kinds[index] == self._trial.kind["WRONG_COMMENT"]:
            sign = "#"
        meant: list[tuple[int, str, int, int]] = []
        edits = []
        at, until = index, index
        while at < min(index + WINDOW, len(tokens.kinds) - 2):
            start = tokens.starts[at]
            for kind, text, first, end in self._pieces(at):
                is_one = first == start and text == sign and self._joins(at)
                edits += [Edit(self._source.span(first, end), ".")] if is_one else []
                meant.append((self._kinds["."] if is_one else kind, "." if is_one else text, first, end))
                until = at + 1 if is_one else until
            if until == index:
                return  # the first is none
            at += 1
        if not edits:
            return
        kept = [each for each in meant if each[2] < tokens.ends[until - 1]]
        title = "What a module declares follows its alias and a `.`"
        title = fitting(f"{title}, not {shown(sign)}", title)
        fix = Fix("Write `.`", tuple(edits), _MAYBE)
        yield Slip(index, until, tuple(kept), codes.UNEXPECTED.at(edits[0].span, title, fixes=(fix,)))

    def _pieces(self, at: int) -> list[tuple[int, str, int, int]]:
        """A token; those of a comment that begins with ``#`` one by one."""
        tokens, start = self._tokens, self._tokens.starts[at]
        if tokens.kinds[at] != self._trial.kind["WRONG_COMMENT"] or not tokens.texts[at].startswith("#"):
            return [(tokens.kinds[at], tokens.texts[at], start, tokens.ends[at])]
        rest = scan(tokens.texts[at][1:], self._trial.tables)
        inside = zip(rest.kinds, rest.texts, rest.starts, rest.ends, strict=True)
        behind = [(kind, text, start + 1 + first, start + 1 + end) for kind, text, first, end in inside]
        return [(self._trial.kind["STRAY"], "#", start, start + 1), *behind[:-1]]

    def _joins(self, at: int) -> bool:
        """Whether a sign stands right between a name with a capital letter and another name."""
        tokens, kind = self._tokens, self._trial.kind
        if at == 0 or tokens.gaps[at] or tokens.kinds[at - 1] != kind["UNAME"]:
            return False
        if tokens.kinds[at] == kind["WRONG_COMMENT"]:
            return tokens.texts[at][1:2].isalpha()
        is_sign = tokens.kinds[at] == kind["STRAY"] or tokens.texts[at] in _FOR_DOTS
        return is_sign and not tokens.gaps[at + 1] and tokens.kinds[at + 1] in (kind["LNAME"], kind["UNAME"])

    # --- brackets

    def _partner(self, opening: int) -> int:
        """The bracket that closes what a token opens, of whatever kind it is; 0 if none does."""
        texts, depth = self._tokens.texts, 0
        for at in range(opening, min(opening + _WIDE, len(texts))):
            depth += (texts[at] in _PARTNER) - (texts[at] in _CLOSERS)
            if depth == 0:
                return at
        return 0

    def _rebracketed(self, opening: int, signs: str, title: str) -> Slip:
        tokens, closing = self._tokens, self._partner(opening)
        meant = [
            (tokens.kinds[at], tokens.texts[at], tokens.starts[at], tokens.ends[at])
            for at in range(opening, closing + 1)
        ]
        edits, spans = [], []
        for at, sign in ((0, signs[0]), (-1, signs[1])):
            _, text, start, end = meant[at]
            meant[at] = (self._kinds[sign], sign, start, end)
            spans.append(self._source.span(start, end))
            edits += [Edit(spans[-1], sign)] if text != sign else []
        whole = self._source.span(spans[0].start, spans[1].end)
        place = edits[0].span if len(edits) == 1 else whole
        fix = Fix(f"Write `{signs[0]} {signs[1]}`", tuple(edits), _MAYBE)
        return Slip(opening, closing + 1, tuple(meant), codes.UNMATCHED_BRACKET.at(place, title, fixes=(fix,)))

    def _types(self, index: int) -> Iterator[Slip]:
        """``Sources.jsonl[Text]``."""
        tokens = self._tokens
        for opening in (index, index - 1):
            glued = opening > 0 and not tokens.gaps[opening] and tokens.kinds[opening - 1] in self._trial.words
            type_inside = tokens.kinds[opening + 1 : opening + 2] == [self._trial.kind["UNAME"]]
            if glued and type_inside and tokens.texts[opening] in ("[", "(", "{") and self._partner(opening):
                title = f"The types of a function are given in `< >`, not in `{tokens.texts[opening]}`"
                yield self._rebracketed(opening, "<>", title)

    def _brackets(self, index: int) -> Iterator[Slip]:
        """``f ( n = 1 }``, ``f [ n = 1 ]``, ``type T = < a : Text >``."""
        texts = self._tokens.texts
        opening = next((at for at in range(index, max(index - _BEFORE, 0), -1) if texts[at] in _PARTNER), 0)
        if not opening or not self._partner(opening):
            return
        written = texts[opening], texts[self._partner(opening)]
        if texts[opening + 2] in ("=", ":") and written != ("{", "}"):
            what = "Parameters are given" if texts[opening + 2] == "=" else "The fields of a record stand"
            what = "The parameters of a function stand" if texts[opening - 1] == "with" else what
            title = f"{what} in `{{ }}`, not in `{written[0]} {written[1]}`"
            yield self._rebracketed(opening, "{}", title)

    def _unopened(self, index: int) -> Iterator[Slip]:
        """``f n = 1 }``, ``Sources.stdin Text>``."""
        tokens, depth, closing = self._tokens, 0, 0
        for at in range(index, min(index + _WIDE, len(tokens.texts))):
            depth += (tokens.texts[at] in _PARTNER) - (tokens.texts[at] in _CLOSERS)
            if depth < 0:
                closing = at
                break
        if not closing:
            return
        sign = next(opening for opening, one in _PARTNER.items() if one == tokens.texts[closing])
        span = self._source.span(tokens.starts[closing], tokens.ends[closing])
        for at in (index - 1, index, index - 2, index - 3):
            of_types = tokens.kinds[at] == self._trial.kind["UNAME"] and tokens.texts[at - 1] != "."
            if at <= 0 or not (of_types if sign == "<" else sign == "{" and tokens.texts[at + 1] in ("=", ":")):
                continue
            start, end = tokens.starts[at], tokens.ends[at]
            glued = not tokens.gaps[at] or sign != "{"
            edit = Edit(self._source.span(start, start), sign if glued else f"{sign} ")
            fix = Fix(f"Insert `{sign}`", (edit,), _MAYBE)
            label = f"a `{sign}` is missing before {shown(tokens.texts[at])}"
            problem = codes.UNMATCHED_BRACKET.at(
                span, f"This `{tokens.texts[closing]}` closes nothing", label, fixes=(fix,)
            )
            meant = ((self._kinds[sign], sign, start, start), (tokens.kinds[at], tokens.texts[at], start, end))
            yield Slip(at, at + 1, meant, problem)

    # --- signs

    def _is_odd_elsewhere(self, index: int) -> bool:
        """Whether more stands around a token that cannot be read: one sign for another does not explain that."""
        tokens, stray = self._tokens, self._trial.kind["STRAY"]
        near = range(max(index - WINDOW, 0), min(index + WINDOW, len(tokens.kinds)))
        line = [at for at in near if tokens.kinds[at] == stray and at != index]
        return any(
            "\n" not in self._source.text[tokens.starts[min(at, index)] : tokens.starts[max(at, index)]] for at in line
        )

    def _is_inside(self, at: int) -> bool:
        """Whether a token stands in the brackets around stages, ``f | (g + h)``."""
        depth = 0
        for place in range(at - 1, max(0, at - _WIDE), -1):
            text = self._tokens.texts[place]
            depth += (text in _CLOSERS) - (text in _PARTNER)
            if depth < 0:
                return text == "(" and self._tokens.texts[place - 1] in ("|", "&", "=", "(")
        return False

    def _mistaken(self, at: int, signs: Sequence[str] = _FOR) -> Iterator[Slip]:
        """``f > g``, ``def w -> f``, ``fun f : Text + Text``."""
        tokens = self._tokens
        text, start, end = tokens.texts[at], tokens.starts[at], tokens.ends[at]
        if text not in _MISTAKEN and tokens.kinds[at] != self._trial.kind["STRAY"]:
            return
        span = self._source.span(start, end)
        if text in ("+", ",") and self._is_inside(at):
            signs = ("&", *signs)
        for sign in signs:
            if sign != text and text + sign not in ("=|", "=,", "->|"):
                fix = Fix(f"Write `{sign}`", (Edit(span, sign),), _MAYBE)
                code = codes.UNEXPECTED if text in _MISTAKEN else codes.STRAY_CHARACTER
                title = fitting(f"{_WHAT[sign]}, not by {shown(text)}", _WHAT[sign])
                problem = code.at(span, title, fixes=(fix,))
                yield self._slip(at, at + 1, [(sign, start, end)], problem)


def _are_one(left: str, right: str) -> bool:
    """Whether two texts without a gap between them would be one word."""
    return bool(left and right) and _is_of_word(left[-1]) and _is_of_word(right[0])


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char in "_'"
