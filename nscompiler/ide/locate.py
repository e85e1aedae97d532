"""What is at a place in a file: the nodes around it, and what the name there means."""

from typing import TypeVar

import attrs

from nscompiler.grammar import lexer, syntax
from nscompiler.grammar.tables import load
from nscompiler.grammar.walk import node_at
from nscompiler.ide.names import Names, Target
from nscompiler.ide.program import Program
from nscompiler.source import Span

N = TypeVar("N", bound=syntax.Node)


@attrs.frozen(slots=True)
class Token:
    """One word or sign of a text; ``before`` are the texts of up to two tokens before it, the nearest last."""

    span: Span
    text: str
    before: tuple[str, ...] = ()
    after: str = ""

    @property
    def is_name(self) -> bool:
        """Whether it is spelt as a name is."""
        return self.text[:1].isalpha() or self.text[:1] == "_"


@attrs.frozen(slots=True)
class Located:
    """A place in a file.

    ``chain`` leads from the module to the smallest node around the offset. ``targets`` is what that node names: nothing
    where it is no name or nobody knows it, several for a binding that reaches several parameters; ``span`` is where the
    name itself stands. ``token`` is the word or sign there, None between two and in comments.
    """

    path: str
    module: syntax.Module
    offset: int
    chain: tuple[syntax.Node, ...]
    targets: tuple[Target, ...]
    span: Span | None
    token: Token | None

    @property
    def target(self) -> Target | None:
        """What the name there means; the first where it means several."""
        return self.targets[0] if self.targets else None

    def inside(self, kind: type[N]) -> N | None:
        """The smallest node of a kind around the place."""
        return next((node for node in reversed(self.chain) if isinstance(node, kind)), None)


def locate(program: Program, path: str, offset: int, names: Names | None = None) -> Located | None:
    """What is at an offset of a file; None where the file cannot be read."""
    parsed = program.parsed(path)
    if parsed is None:
        return None
    module, names = parsed.module, names or Names(program)
    token = token_at(module, offset)
    if in_comment(module, offset):
        return Located(path, module, offset, (module,), (), None, None)
    chain = node_at(module, offset)
    leaf = chain[-1]
    if isinstance(leaf, syntax.BrokenDecl) and token is not None and token.is_name:
        return Located(path, module, offset, chain, in_broken(names, path, token), token.span, token)
    targets = names.meaning(path, chain)
    span = module.span(leaf) if isinstance(leaf, syntax.Name | syntax.Reference) else None
    return Located(path, module, offset, chain, targets, span, token)


def in_broken(names: Names, path: str, token: Token) -> tuple[Target, ...]:
    """What a word means in a declaration that did not parse, by how it is spelt and what stands before it."""
    qualifier = token.before[-2] if len(token.before) == 2 and token.before[-1] == "." else None
    if token.after == "." and token.text[:1].isupper():
        found = names.alias(path, token.text)
    elif token.text[:1].isupper():
        found = names.type(path, qualifier, token.text)
    else:
        found = names.function(path, qualifier, token.text)
    return () if found is None else (found,)


def in_comment(module: syntax.Module, offset: int) -> bool:
    """Whether an offset lies in a comment: behind its first sign and not behind the end of a block."""
    for comment in module.comments:
        closed = comment.text.startswith("/*") and comment.text.endswith("*/")
        if comment.start < offset < comment.end or (offset == comment.end and not closed):
            return True
    return False


def token_at(module: syntax.Module, offset: int) -> Token | None:
    """The word or sign at an offset; where two meet, the one behind the offset unless only the other is a word."""
    text = module.source.text
    start, end = _stretch(module, offset)
    tokens = lexer.scan(text[start:end], load())
    found = None
    for index, word in enumerate(tokens.texts[:-1]):
        left, right = tokens.starts[index] + start, tokens.ends[index] + start
        if left <= offset <= right:
            token = Token(
                Span(module.source.path, left, right),
                word,
                tuple(tokens.texts[max(0, index - 2) : index]),
                tokens.texts[index + 1],
            )
            if found is None or token.is_name or not found.is_name:
                found = token
    return found


def _stretch(module: syntax.Module, offset: int) -> tuple[int, int]:
    """The declaration around an offset, else the lines between two."""
    start, end = 0, len(module.source.text)
    items = (*module.imports, *module.declarations, *((module.main,) if module.main is not None else ()))
    for node in items:
        if node.start <= offset <= node.end:
            return node.start, node.end
        if node.end < offset:
            start = max(start, node.end)
        elif node.start > offset:
            end = min(end, node.start)
    return start, end
