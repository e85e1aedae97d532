"""Whether a cell goes on: what stands there could be the beginning of something, and is not it yet."""

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.grammar.parse import parse
from nscompiler.source import SourceFile

_OPEN = frozenset(("unclosed-bracket", "unterminated-comment"))
_AT_THE_END = frozenset(
    (
        "attribute-without-declaration",
        "missing-arrow",
        "missing-module-reference",
        "missing-name",
        "missing-stage",
        "unfinished-declaration",
        "unexpected-token",
    )
)
_OPENING = ("{", "(", "[")
#: What a line of a script starts with that goes on with the line before.
_CONTINUES = ("|", "&", ")", "]", "}", "*", "?", "<", "=", "->")


def is_unfinished(text: str) -> bool:
    """Whether the parser would take more: a bracket, a comment or a long text is open, or a sign, an attribute, a
    documentation or a keyword wants something behind it. A command is never unfinished."""
    if is_command(text):
        return False
    module = parse(SourceFile("", text))
    if not module.problems:
        return _ends_in_documentation(text)
    code_ends = len(_code(text, [(comment.start, comment.end) for comment in module.module.comments]))
    return all(_wants_more(problem, text, code_ends) for problem in module.problems if problem.is_error)


def is_command(text: str) -> bool:
    """Whether a cell is a command: it starts with a colon."""
    return text.lstrip().startswith(":")


def goes_on(text: str, following: str) -> bool:
    """Whether a line of a script belongs to the cell before it: the cell is unfinished, or the line is indented or
    starts with what cannot start a cell."""
    if is_command(text):
        return False
    bare = following.lstrip()
    continued = bool(bare) and (following[0] in " \t" or bare.startswith(_CONTINUES))
    return continued or is_unfinished(text)


def _code(text: str, comments: list[tuple[int, int]]) -> str:
    """A text without the comments and the white space at its end."""
    for start, end in reversed(comments):
        if text[end:].strip():
            break
        text = text[:start]
    return text.rstrip()


def _wants_more(problem: Diagnostic, text: str, code_ends: int) -> bool:
    name, span = problem.code.name, problem.primary.span
    if name in _OPEN:
        return True
    if name == "unterminated-text":
        return text.startswith('"""', span.start)
    if name == "unexpected-token" and text[span.start : span.end] not in _OPENING:
        return False
    if name == "missing-name" and text[: span.end].endswith("."):
        return False  # nobody breaks a line behind the dot
    return name in _AT_THE_END and span.end >= code_ends


def _ends_in_documentation(text: str) -> bool:
    last = text.rstrip().rpartition("\n")[2].lstrip()
    return last.startswith("///") and not last.startswith("////")
