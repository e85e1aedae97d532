"""What could stand somewhere, in words; and what stands there instead."""

from collections.abc import Iterable

ONE_DOT = "A name has one dot: the module's alias, then what it declares"
"""What is told of ``A.B.f``."""
NOTHING = frozenset(("None", "none", "Null", "null", "Nil", "nil", "Nothing", "nothing", "Undefined", "undefined"))
"""What other languages call a value that is none."""

LITERALS = frozenset(("TEXT", "LONG_TEXT", "INTEGER", "DOUBLE", "TRUE", "FALSE", "ENVIRONMENT"))
"""The tokens that are a value by themselves."""
_DECLARATIONS = frozenset(("TYPE", "FUN", "DEF"))
_ITEMS = _DECLARATIONS | {"IMPORT", "MODULE", "AT", "SEMICOLON"}
_EXPRESSION = LITERALS | {"LNAME", "UNAME", "LPAR", "LSQB", "CONCAT", "FILTER"}
_TYPE = frozenset(("LNAME", "UNAME", "LPAR", "LSQB", "LBRACE", "OPTIONAL"))
_TYPE_ARGUMENT = _TYPE - {"OPTIONAL"} | {"INTEGER"}
_ANY_WORD = frozenset(
    ("MODULE", "IMPORT", "AS", "TYPE", "FUN", "DEF", "OPTIONAL", "CONCAT", "FILTER", "WITH", "WHERE", "IS", "TRUE")
) | {"FALSE", "HOLE", "LNAME"}

# Each is said when all its terminals can stand, which then are not said one by one; the first that fits counts.
_GROUPS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (_EXPRESSION, _EXPRESSION, "an expression"),
    (_ANY_WORD, _ANY_WORD, "a name"),
    (_TYPE, _TYPE | {"HOLE"}, "a type"),
    (_TYPE_ARGUMENT, _TYPE_ARGUMENT, ""),
    (LITERALS, LITERALS | {"LSQB"}, "a literal"),
    (frozenset(("TEXT", "LONG_TEXT")), frozenset(("TEXT", "LONG_TEXT")), "a text in quotes"),
    (_DECLARATIONS | {"IMPORT"}, _ITEMS, "a declaration"),
    (_DECLARATIONS, _DECLARATIONS | {"AT"}, "`type`, `fun` or `def`"),
)
_SINGLE = {
    "REFERENCE": "a module reference such as `Movies.Types:0.1.0`",
    "UNAME": "a name with a capital first letter",
    "LNAME": "a name",
    "TEXT": "a text in quotes",
    "$END": "the end of the file",
    "INTEGER": "a number",
}
_SIGNS = {
    "EQUAL": "=",
    "COLON": ":",
    "__ANON_0": "->",
    "COMMA": ",",
    "RPAR": ")",
    "RSQB": "]",
    "RBRACE": "}",
    "MORETHAN": ">",
    "DOT": ".",
    "VBAR": "|",
    "LBRACE": "{",
    "LPAR": "(",
    "WITH": "with",
    "WHERE": "where",
    "AS": "as",
    "IS": "is",
}
_MOST = 4
_LONGEST = 24
_LONGEST_TITLE = 80


def apart(word: str) -> str:
    """What is told of ``fil ter``."""
    return f"`{word}` is written without a space inside"


def expected_words(names: Iterable[str]) -> tuple[str, ...]:
    """What these terminals are, most telling first: ``("a type", "`)`")``."""
    left = frozenset(names)
    said = []
    for needed, covered, words in _GROUPS:
        if needed <= left:
            left -= covered
            if words:
                said.append(words)
    said += [words for name, words in _SINGLE.items() if name in left]
    said += [f"`{sign}`" for name, sign in _SIGNS.items() if name in left]
    return tuple(dict.fromkeys(said))


def one_of(words: tuple[str, ...]) -> str:
    """``a, b or c``; the first few of many."""
    words = words[:_MOST]
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " or " + words[-1]


def shown(text: str) -> str:
    """A token in a message: in backticks, shortened where it is long, line ends and the like made visible."""
    visible, left = "", _LONGEST
    for c in text:
        seen = c if c.isprintable() else f"\\u{{{ord(c):X}}}"
        left -= len(seen)
        if left < 0 or c == "\n":
            visible += "…"
            break
        visible += seen
    if "`" not in visible:
        return f"`{visible}`"
    if visible.strip("`") == "":
        return "a backtick" if visible == "`" else "backticks"
    return visible if visible.startswith('"') else f'"{visible}"'


def fitting(title: str, short: str) -> str:
    """A title; another where, with the words of the file in it, it is longer than titles are."""
    return title if len(title) <= _LONGEST_TITLE else short


def sentence(text: str) -> str:
    """A message with its first letter large."""
    return text[:1].upper() + text[1:]
