"""The Pygments lexer: every character once, and each token what the compiler takes it for."""

from collections.abc import Callable, Iterator

import programs
import pygments.lexers
import pytest
from pygments.token import Comment, Error, Keyword, Literal, Name, Number, Operator, Punctuation, String, Whitespace
from token_classes import Token, tokens_of

from nscompiler.highlight import NmlLexer

# Our class → Pygments' class.
CLASSES = {
    "type": Name.Class,
    "builtin": Keyword.Type,
    "constructor": Name.Constant,
    "constant": Keyword.Constant,
    "function": Name.Function,
    "field": Name.Attribute,
    "variable": Name.Variable,
    "namespace": Name.Namespace,
    "attribute": Name.Decorator,
    "environment": Name.Variable.Global,
    "hashbang": Comment.Hashbang,
    "doc": String.Doc,
}
WIDER = {"keyword": Keyword, "comment": Comment, "number": Number, "text": String}


def pieces(text: str) -> list[tuple[int, object, str]]:
    return list(NmlLexer().get_tokens_unprocessed(text))


def agrees(token: Token, kinds: set[object]) -> bool:
    """Whether the classes of the pieces that make up a token are right."""
    match token.kind:
        case "reference":
            return kinds <= {Name.Namespace, Punctuation, Number}
        case "sign":
            return kinds <= {Operator, Punctuation} or kinds == {Name.Decorator}
        case "text":
            return kinds <= {String.Double, String.Escape}
        case "keyword":
            return all(kind in Keyword and kind is not Keyword.Type for kind in kinds)
        case wider if wider in WIDER:
            return all(kind in WIDER[wider] for kind in kinds)
    return kinds == {CLASSES[token.kind]}


def differences(text: str) -> Iterator[str]:
    """Where the lexer and the compiler differ about a text that parses."""
    expected = tokens_of(text)
    if expected is None:
        return
    found = [(at, kind, piece) for at, kind, piece in pieces(text) if kind is not Whitespace]
    for token in expected:
        kinds = {kind for at, kind, _ in found if token.start <= at < token.end}
        if not agrees(token, kinds):
            yield f"{token.text!r} at {token.start}: {token.kind}, not {kinds}"
    told = sum(token.end - token.start for token in expected)
    if told != sum(len(piece) for _, _, piece in found):
        yield "something besides the tokens has a colour"


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [programs.written, programs.generated], ids=["written", "generated"])
def test_tokens_cover_the_text(kind: Callable[[], dict[str, str]]) -> None:
    for name, text in kind().items():
        found = pieces(text)
        assert "".join(piece for _, _, piece in found) == text, name
        assert all(text.startswith(piece, at) and piece for at, _, piece in found), name


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [programs.written, programs.generated], ids=["written", "generated"])
def test_each_token_is_what_the_compiler_takes_it_for(kind: Callable[[], dict[str, str]]) -> None:
    texts = kind()
    told = {name: list(differences(text)) for name, text in texts.items()}
    assert {name: found for name, found in told.items() if found} == {}
    assert sum(tokens_of(text) is not None for text in texts.values()) > 50


def test_pygments_finds_it() -> None:
    assert isinstance(pygments.lexers.get_lexer_by_name("nml"), NmlLexer)
    assert isinstance(pygments.lexers.get_lexer_for_filename("etl.nml"), NmlLexer)
    header = "module Movies.Workflows:0.1.1\n\ndef w = f\n"
    assert isinstance(pygments.lexers.guess_lexer(header), NmlLexer)
    assert NmlLexer.analyse_text("import os\ndef f(): pass\n") == 0.0


def kinds_of(text: str) -> dict[str, object]:
    return {piece: kind for _, kind, piece in pieces(text) if kind is not Whitespace}


def test_a_broken_program_has_its_colours() -> None:
    kinds = kinds_of('def w = Sources.http<Text> { http_path = "/x\ntype T = { is : Integer\n/* never /* closed */')
    assert kinds["w"] is Name.Function
    assert kinds["http_path"] is kinds["is"] is Name.Attribute
    assert kinds['"'] is Error
    assert kinds["/x"] is String.Double
    assert kinds["T"] is Name.Class
    assert kinds["Integer"] is Keyword.Type
    assert kinds["/* never /* closed */"] is Comment.Multiline


def test_what_is_no_token_is_an_error() -> None:
    kinds = kinds_of("def a = 12x | ` | 'b' # no")
    assert [kinds[text] for text in ("12x", "`", "'b'", "# no")] == [Error] * 4
    assert kinds_of('def a = "\\q\\n"')["\\q"] is Error


def test_the_parts_of_a_reference() -> None:
    found = [(kind, piece) for _, kind, piece in pieces("import a.b/c/Foo.Bar:1.2.0-SNAPSHOT as F")]
    assert found[2:5] == [
        (Name.Namespace, "a.b/c/Foo.Bar"),
        (Punctuation, ":"),
        (Literal.Number, "1.2.0-SNAPSHOT"),
    ]
