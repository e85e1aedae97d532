"""The colours of the language at the prompt, in those that the terminal's owner has chosen."""

from pygments.token import Comment, Error, Keyword, Name, Number, String, _TokenType

from nscompiler.highlight import NmlLexer

#: By class of token: prompt_toolkit's name of the colour, and the code of ECMA-48 for it.
COLORS: dict[_TokenType, tuple[str, int]] = {
    Keyword: ("ansimagenta", 35),
    Keyword.Type: ("ansicyan", 36),
    Name.Class: ("ansicyan", 36),
    Name.Constant: ("ansicyan", 36),
    Name.Namespace: ("ansiblue", 34),
    Name.Decorator: ("ansiyellow", 33),
    Name.Variable: ("ansiyellow", 33),
    Number: ("ansiyellow", 33),
    String: ("ansigreen", 32),
    String.Doc: ("ansibrightblack", 90),
    Comment: ("ansibrightblack", 90),
    Error: ("ansired", 31),
}


def painted(text: str) -> str:
    """A text of the language in colours."""
    pieces = NmlLexer(stripnl=False, ensurenl=False).get_tokens(text)
    return "".join(_painted(kind, piece) for kind, piece in pieces)


def _painted(kind: _TokenType, text: str) -> str:
    found = next((parent for parent in reversed(kind.split()) if parent in COLORS), None)
    if found is None:
        return text
    # A colour does not run over the end of a line.
    return "\n".join(f"\x1b[{COLORS[found][1]}m{line}\x1b[0m" if line else line for line in text.split("\n"))
