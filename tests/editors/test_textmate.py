"""The TextMate grammar, run by the tokenizer of VS Code: what the compiler says each token is, and stated scopes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import programs
import pytest
from node_packages import TEXTMATE, installed, node
from token_classes import Token, tokens_of

HERE = Path(__file__).parent
ASSERTED = sorted((HERE / "textmate").glob("*.nml"))
Scoped = tuple[int, int, tuple[str, ...]]
# Our class → the beginnings of the scopes that show it. Reading lines, it cannot see the `|` of a sum on a later one.
SCOPES = {
    "keyword": ("keyword.control", "keyword.other", "storage.", "variable.language.hole"),
    "constant": ("constant.language.boolean",),
    "type": ("entity.name.type.nml",),
    "builtin": ("support.type.primitive",),
    "constructor": ("variable.other.enummember", "entity.name.type.nml"),
    "function": ("entity.name.function.nml", "entity.name.function.call"),
    "field": ("variable.other.property", "variable.parameter"),
    "variable": ("entity.name.type.parameter",),
    "namespace": ("entity.name.namespace",),
    "reference": ("entity.name.namespace", "punctuation.separator.version", "constant.numeric.version"),
    "attribute": ("entity.name.function.decorator",),
    "text": ("string.", "constant.character.escape", "punctuation.definition.string", "meta.embedded"),
    "number": ("constant.numeric.float", "constant.numeric.integer"),
    "environment": ("variable.other.constant.environment", "punctuation.definition.variable"),
    "sign": ("punctuation.", "keyword.operator"),
    "comment": ("comment.line.double-slash", "comment.block"),
    "doc": ("comment.line.documentation",),
    "hashbang": ("comment.line.shebang",),
}


@pytest.fixture(scope="session")
def tokenized() -> dict[str, list[Scoped]]:
    """The tokens of every program, by its text."""
    texts = [*programs.written().values(), *programs.generated().values(), *map(source, ASSERTED)]
    found = json.loads(node(installed(TEXTMATE), "tokenize.mjs", said=texts))
    return {
        text: [(start, end, tuple(scopes)) for start, end, scopes in in_code_points(text, tokens)]
        for text, tokens in zip(texts, found, strict=True)
    }


def source(path: Path) -> str:
    return path.read_text("utf-8")


def in_code_points(text: str, tokens: list[list]) -> Iterator[tuple[int, int, list[str]]]:
    """Tokens with offsets in UTF-16 units, as node counts, turned into offsets in characters."""
    if text.isascii() or max(map(ord, text)) < 0x10000:
        yield from tokens
        return
    at = [index for index, character in enumerate(text) for _ in range(1 + (ord(character) > 0xFFFF))] + [len(text)]
    for start, end, scopes in tokens:
        yield at[start], at[end], scopes


def differences(text: str, found: list[Scoped], classes: set[str] | None = None) -> Iterator[str]:
    """Where the grammar and the compiler differ about a text that parses, for some classes or for all."""
    for token in tokens_of(text) or ():
        if classes is not None and token.kind not in classes:
            continue
        for start, end, scopes in found:
            if start < token.end and token.start < end and text[start:end].strip() and not shows(token, scopes):
                yield f"{token.text!r} at {token.start}: {token.kind}, not {scopes}"
                break


def shows(token: Token, scopes: tuple[str, ...]) -> bool:
    """Whether the scopes are those of a token's class; SQL in a text and comments in comments have their own inside."""
    inner = scopes if token.kind in ("text", "comment") else scopes[-1:]
    return any(scope.startswith(SCOPES[token.kind]) for scope in inner)


@pytest.mark.thorough
def test_each_token_is_what_the_compiler_takes_it_for(tokenized: dict[str, list[Scoped]]) -> None:
    texts = {**programs.written(), **programs.generated()}
    exact = {name: text for name, text in texts.items() if not name.startswith("derived")}
    told = {name: list(differences(text, tokenized[text])) for name, text in exact.items()}
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.thorough
def test_comments_texts_and_numbers_are_exact_in_any_layout(tokenized: dict[str, list[Scoped]]) -> None:
    """Texts derived from the grammar break lines where nobody would, so only what needs no context is compared."""
    kinds = {"comment", "doc", "text", "number", "environment"}
    derived = {name: text for name, text in programs.generated().items() if name.startswith("derived")}
    told = {name: list(differences(text, tokenized[text], kinds)) for name, text in derived.items()}
    assert {name: found for name, found in told.items() if found} == {}


# --- scopes stated beside a program, in the way of vscode-tmgrammar-test

_ASSERTION = re.compile(r"^//(?P<before>\s*)(?P<mark>\^+|<(?P<at>~*)-+)\s+(?P<scopes>.+?)\s*$")


def assertions(text: str) -> Iterator[tuple[int, int, int, list[str], list[str]]]:
    """Each stated range: its line (from 0), columns, the scopes that are there and those that are not."""
    code = -1
    for number, line in enumerate(text.split("\n")):
        match = _ASSERTION.match(line)
        if match is None:
            code = number
            continue
        wanted, _, unwanted = match["scopes"].partition(" - ")
        if match["at"] is None:
            start, end = match.start("mark"), match.end("mark")
        else:
            start = len(match["at"])
            end = start + len(match["mark"]) - 1 - start
        yield code, start, end, wanted.split(), unwanted.split()


@pytest.mark.parametrize("path", ASSERTED, ids=[path.stem for path in ASSERTED])
def test_stated_scopes(path: Path, tokenized: dict[str, list[Scoped]]) -> None:
    text = source(path)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    wrong = []
    stated = list(assertions(text))
    for line, first, last, wanted, unwanted in stated:
        for start, end, scopes in tokenized[text]:
            if start >= starts[line] + last or end <= starts[line] + first:
                continue
            if any(scope not in scopes for scope in wanted) or any(scope in scopes for scope in unwanted):
                wrong.append(f"{path.name}:{line + 1}:{first + 1}: {text[start:end]!r} has {scopes}")
    assert wrong == []
    assert stated


def test_a_program_is_drawn_in_the_colours_of_a_theme() -> None:
    page = node(installed(TEXTMATE), "render.mjs", str(programs.ROOT / "docs/pictures/colours.nml"), "dark-plus")
    assert '<span style="color: #569CD6;">type</span>' in page  # the keyword of a declaration
    assert '<span style="color: #9CDCFE;">type</span>' in page  # the name of a parameter
    assert '<span style="color: #569CD6;">select</span>' in page
