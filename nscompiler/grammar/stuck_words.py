"""Words and signs that came apart, stick together, stand twice or changed places: `de f w = …`, `defw = …`."""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Edit, Fix
from nscompiler.grammar.lexer import SWALLOWED
from nscompiler.grammar.segment import CLOSERS, PARTNER
from nscompiler.grammar.slip import Proposer, Slip
from nscompiler.grammar.wording import apart, fitting, shown

_MAYBE = Applicability.MAYBE_INCORRECT
_DECLARING = ("type", "fun", "def")
#: Words and signs that may come apart, or stick to what is beside them.
_INNER = ("optional", "concat", "filter", "with", "where", "is")
_SIGNS = ("->",)
_NEVER_TWICE = frozenset(("->", "<", "[", "{", "@"))
_BRACKETS = CLOSERS | PARTNER.keys()
_EMPTY = frozenset(opening + closing for opening, closing in PARTNER.items())
#: Between these a swap is no likelier than that one of them is too many.
_SEPARATORS = frozenset((",", ";", "|", "&"))


class StuckWords(Proposer):
    """What may have slipped among the words around a mistake."""

    __slots__ = ()

    def doubled(self, index: int) -> Iterator[Slip]:
        """``fun fun f``, ``def w = def f``."""
        tokens, texts = self._tokens, self._tokens.texts
        second = next((at for at in (index, index - 1) if at > 0 and texts[at] == texts[at - 1]), 0)
        again = texts[index] == "def" == texts[index - 3] and texts[index - 1] == "="
        second = index if again and not self._trial.begins_line(tokens, index) else second
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

    def split(self, at: int) -> Iterator[Slip]:
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

    def glued(self, at: int) -> Iterator[Slip]:
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

    def swapped(self, at: int) -> Iterator[Slip]:
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


def _are_one(left: str, right: str) -> bool:
    """Whether two texts without a gap between them would be one word."""
    return bool(left and right) and _is_of_word(left[-1]) and _is_of_word(right[0])


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char in "_'"
