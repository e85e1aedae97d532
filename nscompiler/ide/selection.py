"""What a selection grows to, step by step."""

from nscompiler.grammar import syntax
from nscompiler.grammar.walk import node_at
from nscompiler.ide.locate import token_at
from nscompiler.ide.program import Program
from nscompiler.source import Span

_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def selections(program: Program, path: str, offset: int) -> tuple[Span, ...]:
    """The places around an offset, the smallest first, each inside the next; the last is the whole file."""
    parsed = program.parsed(path)
    if parsed is None:
        return ()
    module = parsed.module
    whole = Span(path, 0, len(module.source.text))
    places = [whole, *_nodes(module, offset), *_small(module, offset)]
    found: list[Span] = []
    for place in sorted(places, key=lambda one: one.end - one.start):
        if not found or (_holds(place, found[-1]) and place != found[-1]):
            found.append(place)
    return tuple(found)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _small(module: syntax.Module, offset: int) -> list[Span]:
    """The word or sign, or the comment with its lines."""
    for comment in module.comments:
        if comment.start <= offset <= comment.end:
            return [module.span(comment)]
    token = token_at(module, offset)
    if token is None:
        return [Span(module.source.path, offset, offset)]
    if len(token.text) > 2 and token.text[0] == '"' == token.text[-1] and token.span.start < offset < token.span.end:
        quotes = 3 if token.text.startswith('"""') and len(token.text) > 6 else 1
        inside = Span(module.source.path, token.span.start + quotes, token.span.end - quotes)
        return [inside, token.span] if inside.start <= offset <= inside.end else [token.span]
    return [token.span]


def _nodes(module: syntax.Module, offset: int) -> list[Span]:
    """The nodes around an offset, each also with the brackets that are not its own, its text above it, and without the
    brackets that are."""
    found: list[Span] = []
    for node in node_at(module, offset)[1:]:
        span = module.span(node)
        found += [span, *_bracketed(module.source.text, span), *_unbracketed(module.source.text, span, offset)]
        if isinstance(node, syntax.Decl):
            found.append(_with_text_above(module, node))
    return found


def _bracketed(text: str, span: Span) -> list[Span]:
    """A place with round brackets around it, as often as there are any."""
    found: list[Span] = []
    start, end = span.start, span.end
    while True:
        before, after = text[:start].rstrip(), text[end:]
        gap = len(after) - len(after.lstrip())
        if not before.endswith("(") or after[gap : gap + 1] != ")":
            return found
        start, end = len(before) - 1, end + gap + 1
        found.append(Span(span.path, start, end))


def _unbracketed(text: str, span: Span, offset: int) -> list[Span]:
    first, last = text[span.start : span.start + 1], text[span.end - 1 : span.end]
    if _PAIRS.get(first) != last or span.end - span.start < 3:
        return []
    inner = text[span.start + 1 : span.end - 1]
    start = span.start + 1 + len(inner) - len(inner.lstrip())
    end = span.end - 1 - (len(inner) - len(inner.rstrip()))
    return [Span(span.path, start, end)] if start <= offset <= end else []


def _with_text_above(module: syntax.Module, decl: syntax.Decl) -> Span:
    """A declaration with the comments right above it."""
    start = decl.start
    for comment in reversed(module.comments):
        between = module.source.text[comment.end : start]
        if comment.end <= start and comment.own_line and not between.strip() and between.count("\n") == 1:
            start = comment.start
        elif comment.end <= start:
            break
    return Span(module.source.path, start, decl.end)
