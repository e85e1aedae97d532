"""Where in a text somebody is writing, whatever stands to the right and even where that makes no sense.

The tokens of the item up to the cursor are run through the automaton; what lies on its stack then says what the place
is for: a stage, a type, a parameter, a version. A token that cannot stand where it does is left out, so that a mistake
earlier in the item costs little.
"""

import re
from functools import cache

import attrs

from nscompiler.grammar import lexer, syntax
from nscompiler.grammar.lexer import Tokens
from nscompiler.grammar.tables import Tables, load
from nscompiler.grammar.trial import Trial

_WORD = re.compile(r"[\w']*+")
_REFERENCE = re.compile(r"[\w./:-]*+")
# A declaration that begins a line ends what stands before it.
_FOLLOWING = re.compile(r"(?m)^(?:module|import|type|fun|def|@\w+)\b|;")
_OPENERS, _CLOSERS = frozenset("({["), frozenset(")}]")
_TEXTS = frozenset(("OPEN_TEXT", "OPEN_LONG_TEXT"))
_CONTINUES = 4096
# How much of what follows the cursor is looked at.


@attrs.frozen(slots=True)
class Symbol:
    """One entry of the automaton's stack: the name of a terminal or rule, and where its first token starts."""

    name: str
    start: int


@attrs.frozen(slots=True)
class Stack:
    """The automaton behind some tokens, the innermost symbol last."""

    states: tuple[int, ...]
    starts: tuple[int, ...]

    def symbols(self) -> tuple[Symbol, ...]:
        """What was read, without the start."""
        names = _accessing()
        pairs = zip(self.states[1:], self.starts[1:], strict=True)
        return tuple(Symbol(names[state], start) for state, start in pairs)

    def before(self, terminal: str) -> "Stack | None":
        """The stack at which a token of this kind would be read; None where it cannot stand."""
        tables = load()
        kind = tables.kind[terminal]
        states, starts = [*self.states], [*self.starts]
        while True:
            action = tables.rows[states[-1]].get(kind)
            if action is None:
                return None
            if action >= 0:
                return Stack(tuple(states), tuple(starts))
            _reduce(tables, states, starts, ~action, starts[-1])

    @property
    def rules(self) -> frozenset[str]:
        """The rules of which something may begin here."""
        return _begins(self.states[-1])

    def accepts(self, terminal: str) -> bool:
        """Whether a token of this kind may be next."""
        return self.before(terminal) is not None


@attrs.frozen(slots=True)
class Cursor:
    """A place where something is written.

    ``word`` is what stands left of it of the word that is being written, ``start`` and ``end`` the whole word;
    ``qualifier`` is the alias before it (``start`` is where that begins then). ``quoted`` if the word is a text that is
    still open, ``comment`` if the cursor is in one (nothing else is known then). ``item`` is where the declaration
    starts, ``rest`` the tokens that follow in it. ``first`` if nothing stands before it on the line.
    """

    text: str
    offset: int
    word: str
    start: int
    end: int
    qualifier: str | None
    quoted: bool
    comment: str | None
    item: int
    stack: Stack
    rest: Tokens
    first: bool
    dropped: tuple[tuple[int, int], ...]

    def written(self, start: int, end: int) -> str:
        """What stands between two places, without what could not stand there."""
        pieces, at = [], start
        for first, last in self.dropped:
            if start <= first < end:
                pieces.append(self.text[at:first])
                at = last
        return " ".join((*pieces, self.text[at:end])).strip()

    @property
    def following(self) -> str:
        """The next token of the item; nothing at its end."""
        return self.rest.texts[0]


def cursor_in(module: syntax.Module, offset: int) -> Cursor:
    """What is known of a place in a file, in code points; only the declaration is looked at that it is in."""
    items = (*module.imports, *module.declarations)
    return cursor_at(module.source.text, offset, max((item.start for item in items if item.start <= offset), default=0))


def cursor_at(text: str, offset: int, begin: int = 0) -> Cursor:
    """What is known of a place; ``begin`` is where its declaration does, or one before it."""
    tables = load()
    tokens = _shifted(lexer.scan(text[begin:offset], tables), begin)
    last = tokens.texts.index("") - 1
    comment = _comment(tokens, last + 1, text, offset)
    start, quoted, qualifier = offset, False, None
    if comment is None and last >= 0 and tokens.ends[last] == offset:
        quoted = tables.names[tokens.kinds[last]] in _TEXTS
        if quoted or _WORD.fullmatch(tokens.texts[last]) or tokens.texts[last][0] == "$":
            start, last = tokens.starts[last], last - 1
    base = _item(tokens, last + 1, tables)
    if not quoted and (reference := _reference(tokens, base, last, tables, text, offset)) is not None:
        start, last = reference
        end = offset + len(_REFERENCE.match(text, offset)[0])  # type: ignore[index]
    else:
        end = _end(text, start, offset, quoted)
        if not quoted and (behind := _qualified(tokens, last, start)) is not None:
            qualifier, start, last = tokens.texts[behind], tokens.starts[behind], behind - 1
    stack, dropped = _feed(tables, tokens, base, last + 1, text)
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return Cursor(
        text=text,
        offset=offset,
        word=text[start:offset] if qualifier is None else text[start:offset].rpartition(".")[2].strip(),
        start=start,
        end=end,
        qualifier=qualifier,
        quoted=quoted,
        comment=comment,
        item=tokens.starts[base],
        stack=stack,
        rest=_rest(text, end, tables),
        first=not text[line:start].strip(),
        dropped=dropped,
    )


# --- the word


def _comment(tokens: Tokens, end: int, text: str, offset: int) -> str | None:
    """The comment that the cursor is in, up to it."""
    if tokens.unclosed >= 0:
        return text[tokens.unclosed : offset]
    gap = tokens.gaps[end]
    found = lexer.comments(tokens, text[:offset]) if "/" in gap or "#" in gap else ()
    if found and found[-1].end == offset and not found[-1].text.startswith("/*"):
        return found[-1].text
    return None


def _end(text: str, start: int, offset: int, quoted: bool) -> int:
    if not quoted:
        found = _WORD.match(text, offset)
        assert found is not None
        return found.end()
    quotes = '"""' if text.startswith('"""', start) else '"'
    line = min((at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0), default=len(text))
    close = text.find(quotes, offset, None if len(quotes) > 1 else line)
    return close + len(quotes) if close >= 0 else offset


def _qualified(tokens: Tokens, last: int, start: int) -> int | None:
    """The token before the dot that a word follows."""
    if last < 1 or tokens.texts[last] != "." or tokens.ends[last] > start:
        return None
    alias = tokens.texts[last - 1]
    return last - 1 if tokens.ends[last - 1] == tokens.starts[last] and _WORD.fullmatch(alias) else None


def _reference(tokens: Tokens, base: int, last: int, tables: Tables, text: str, offset: int) -> tuple[int, int] | None:
    """Where the module reference starts that is being written, and the last token before it."""
    keywords = (tables.kind["MODULE"], tables.kind["IMPORT"])
    at = next((index for index in range(base, last + 1) if tokens.kinds[index] in keywords), None)
    if at is None or tokens.ends[at] == offset:
        return None
    match = _REFERENCE.match(text, tokens.starts[at + 1]) if at < last else None
    start = offset if match is None else tokens.starts[at + 1]
    if match is None and tokens.starts[at + 1] < offset:
        start = tokens.starts[at + 1]
        match = _REFERENCE.match(text, start)
    if match is not None and match.end() < offset:
        return None
    return start, at


# --- the item


def _item(tokens: Tokens, end: int, tables: Tables) -> int:
    """The first token of the item that a token belongs to."""
    trial, semicolon = _trial(), tables.kind["SEMICOLON"]
    for index in range(min(end, len(tokens.kinds) - 1), -1, -1):
        if tokens.kinds[index] == semicolon and index < end:
            return index + 1
        if trial.is_start(tokens, index) and not _is_behind_attribute(trial, tokens, index):
            return index
    return 0


def _is_behind_attribute(trial: Trial, tokens: Tokens, index: int) -> bool:
    return index > 0 and tokens.kinds[index - 1] == trial.kind["AT"]


def _feed(tables: Tables, tokens: Tokens, base: int, end: int, text: str) -> tuple[Stack, tuple[tuple[int, int], ...]]:
    """Run the automaton over tokens; the stack, and what was left out."""
    states, starts = [tables.start], [tokens.starts[base]]
    dropped: list[tuple[int, int]] = []
    bads, reference = _trial().bads, tables.kind["REFERENCE"]
    index = base
    while index < end:
        kind, at = tokens.kinds[index], tokens.starts[index]
        kind = bads.get(kind, kind)
        following = index + 1
        if reference in tables.rows[states[-1]]:
            match = tables.reference.match(text, at)
            if match is not None:
                kind = reference
                while following < end and tokens.starts[following] < match.end():
                    following += 1
        if not _shift(tables, states, starts, kind, at):
            dropped.append((at, tokens.ends[index]))
        index = following
    return Stack(tuple(states), tuple(starts)), tuple(dropped)


def _shift(tables: Tables, states: list[int], starts: list[int], kind: int, at: int) -> bool:
    """Read one token; whether it can stand there. The stack stays as it is where it cannot."""
    tried, places = states.copy(), starts.copy()
    while True:
        action = tables.rows[tried[-1]].get(kind)
        if action is None:
            return False
        if action >= 0:
            states[:], starts[:] = [*tried, action], [*places, at]
            return True
        _reduce(tables, tried, places, ~action, at)


def _reduce(tables: Tables, states: list[int], starts: list[int], rule: int, at: int) -> None:
    left, length, _ = tables.rules[rule]
    start = at
    if length:
        start = starts[-length]
        del states[-length:], starts[-length:]
    states.append(tables.rows[states[-1]][left])
    starts.append(start)


def _rest(text: str, end: int, tables: Tables) -> Tokens:
    found = _FOLLOWING.search(text, end, end + _CONTINUES)
    return _shifted(lexer.scan(text[end : found.start() if found else end + _CONTINUES], tables), end)


def _shifted(tokens: Tokens, by: int) -> Tokens:
    """Tokens of a part of a text, with their places in the whole."""
    if by:
        tokens.starts[:] = [at + by for at in tokens.starts]
        tokens.ends[:] = [at + by for at in tokens.ends]
        tokens.unclosed += by if tokens.unclosed >= 0 else 0
    return tokens


def until_closed(tokens: Tokens, stops: frozenset[str] = frozenset(), first: int = 0) -> int:
    """How many tokens stand, from one on, before the bracket that closes what is open, before one of some signs outside
    brackets, or before the end."""
    depth = 0
    for index in range(first, len(tokens.texts)):
        text = tokens.texts[index]
        if not text or (depth == 0 and (text in _CLOSERS or text in stops)):
            return index - first
        depth += (text in _OPENERS) - (text in _CLOSERS)
    return len(tokens.texts) - first


# --- the tables, seen from the other side


@cache
def _trial() -> Trial:
    return Trial(load())


@cache
def _accessing() -> dict[int, str]:
    """The symbol that leads to each state: an LALR automaton has one for each."""
    tables = load()
    names = {number: name for name, number in (*tables.kind.items(), *tables.nonterminal.items())}
    found: dict[int, str] = {}
    for row in tables.rows:
        for symbol, action in row.items():
            if action >= 0:
                # Where any word is a name, many kinds of token lead to one state.
                name = names[symbol]
                found[action] = name if found.get(action, name) == name else "NAME"
    return found


@cache
def _begins(state: int) -> frozenset[str]:
    tables = load()
    names = {number: name for name, number in tables.nonterminal.items()}
    return frozenset(names[symbol] for symbol in tables.rows[state] if symbol in names)
