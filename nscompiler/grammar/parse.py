"""A file's text → its syntax tree and what is wrong with it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Fix
from nscompiler.grammar import lexer
from nscompiler.grammar.build import Builder
from nscompiler.grammar.depth import LIMIT, drop_deep_trees, mark_deep_brackets, shorten
from nscompiler.grammar.lexical import unclosed_comment
from nscompiler.grammar.native import parser
from nscompiler.grammar.order import assemble
from nscompiler.grammar.place import MOST
from nscompiler.grammar.syntax import BrokenDecl, Module
from nscompiler.grammar.tables import Tables, load
from nscompiler.patterns import Pattern
from nscompiler.records import Record, replace
from nscompiler.source import SourceFile

#: How many characters may be parsed again to try the fixes of one file.
_BUDGET = 120_000
# The path of what is read only to see what a fix leaves: there no second slip is looked for.
_TRIED = "\0tried"
# What tells of a sign that is too many: to take it out is no help where the rest does not parse without it.
_TOO_MUCH = (codes.UNEXPECTED, codes.UNMATCHED_BRACKET, codes.MISSING_STAGE)
_WORD = Pattern(r"\w++")
_KEYWORDS = frozenset(
    ("module", "import", "as", "type", "fun", "def", "optional", "concat", "filter", "with", "where", "is")
)


# The last file with mistakes, which is asked for again when its imports are looked at.
_FAULTY: "dict[tuple[str, str, bool], ParseResult]" = {}


class ParseResult(Record):
    """A module, whole or with ``BrokenDecl``s in it, and the syntax errors of its text in order."""

    __match_args__: ClassVar[tuple[str, ...]] = ("module", "problems")
    __slots__ = __match_args__

    def __init__(self, module: Module, problems: tuple[Diagnostic, ...]) -> None:
        self.module = module
        self.problems = problems


def parse(source: SourceFile, *, comments: bool = True) -> ParseResult:
    """Parse a module, a script or a notebook cell. Never raises, whatever the text.

    Who has no use for the comments gets the module without them.
    """
    native = _parse_natively(source, comments)
    if native is not None:
        return native
    key = (source.path, source.text, comments)
    known = _FAULTY.get(key)
    if known is not None:
        return known
    result = parse_tokens(source, comments=comments)[0]
    if result.problems:
        from nscompiler.grammar import same_slips  # files without mistakes do without

        told = _with_tried_fixes(source, same_slips.told_once(source, result.problems))
        result = ParseResult(result.module, told)
    _FAULTY.clear()
    _FAULTY[key] = result
    return result


def _parse_natively(source: SourceFile, comments: bool) -> ParseResult | None:
    native = parser()
    return None if native is None else parse_with(native, source, comments=comments)


def parse_with(native: Any, source: SourceFile, *, comments: bool) -> ParseResult | None:
    """As ``parse``, by a parser of ``native.make``; None for what that leaves to the loop in Python."""
    builder = Builder(source, [], [], [], {})
    gaps: list[tuple[int, int]] | None = [] if comments else None
    read = native.parse(source.text, builder, builder.docs, builder.outer, gaps)
    if read is None:
        return None
    items, wrappers = read
    if wrappers > LIMIT:
        items = drop_deep_trees(source, items, builder.problems)
    module = assemble(builder, items, lexer.comments_in(source.text, gaps or ()))
    return None if builder.problems else ParseResult(module, ())


def parse_tokens(source: SourceFile, *, comments: bool = True) -> tuple[ParseResult, lexer.Tokens]:
    """As ``parse``, with the tokens that the tree was made from; fixes are not tried."""
    tables = load()
    text = shorten(source.text, tables)
    tokens = _scan(text, tables)
    result = _read(source, text, tokens, tables, comments)
    if not result.problems:
        return result, tokens
    from nscompiler.grammar import brought  # files without mistakes do without

    reading = brought.read_again(
        source, tokens, lambda rewritten: _scan(rewritten(text), tables), tables, result.problems
    )
    if reading is None:
        return result, tokens
    result = _read(source, text, reading.tokens, tables, comments, reading.broken)
    return ParseResult(result.module, reading.problems(result.problems)), reading.tokens


def _scan(text: str, tables: Tables) -> lexer.Tokens:
    tokens = lexer.scan(text, tables)
    mark_deep_brackets(text, tokens, tables)
    return tokens


def _read(
    source: SourceFile,
    text: str,
    tokens: lexer.Tokens,
    tables: Tables,
    comments: bool,
    broken: Sequence[BrokenDecl] = (),
) -> ParseResult:
    """The module of a text's tokens, with declarations that are known to be broken besides."""
    docs = lexer.docs(tokens, text, (tables.kind["COMMA"], tables.kind["VBAR"]))
    builder = Builder(source, tokens.starts, tokens.ends, tokens.texts, docs)
    from nscompiler.grammar.machine import Machine  # with all it knows of mistakes: files without any do without

    items = Machine(tables, tokens, builder, None if source.path == _TRIED else _left).run()
    items = drop_deep_trees(source, items, builder.problems)
    if tokens.unclosed >= 0:
        builder.report(unclosed_comment(source, tokens.unclosed, tokens.open_comments))
    module = assemble(builder, [*items, *broken], lexer.comments(tokens, text) if comments else ())
    problems = sorted(builder.problems, key=lambda problem: (problem.primary.span.start, problem.primary.span.end))
    return ParseResult(module, tuple(problems))


def _left(text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a text that some fix wrote."""
    return parse_tokens(SourceFile(_TRIED, text), comments=False)[0].problems


def _with_tried_fixes(source: SourceFile, problems: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The problems with every sure fix tried: one that leaves as many of them is offered, but not as sure; one that
    only takes something out, not at all.

    A tool applies a sure fix unseen, so what cannot be tried within the budget is not called sure either.
    """
    left = _BUDGET // (len(source.text) + 1) if len(problems) < MOST else 0
    told = []
    for problem in problems:
        fixes = []
        for fix in problem.fixes:
            sure = fix.applicability is Applicability.MACHINE_APPLICABLE
            removes = problem.code in _TOO_MUCH and not any(edit.text for edit in fix.edits)
            if sure or removes:
                left -= 1
                helps = left >= 0 and _helps(source, fix, len(problems))
                if removes and left >= 0 and not helps:
                    continue
                if sure and (not helps or _loses(source, fix)):
                    fix = replace(fix, applicability=Applicability.MAYBE_INCORRECT)
            fixes.append(fix)
        told.append(replace(problem, fixes=tuple(fixes)) if problem.fixes else problem)
    return tuple(told)


def _loses(source: SourceFile, fix: Fix) -> bool:
    """Whether a fix takes letters or digits out that it puts in nowhere: a name, a literal or a part of one."""
    removed = Counter(_meaning("".join(source.text[edit.span.start : edit.span.end] + " " for edit in fix.edits)))
    return bool(removed - Counter(_meaning(" ".join(edit.text for edit in fix.edits))))


def _meaning(text: str) -> str:
    """The letters and digits of the names and literals of a text; capitals are the fixes' own matter."""
    words = _WORD.findall(text)
    return "".join(word for word in words if word not in _KEYWORDS).replace("_", "").casefold()


def _helps(source: SourceFile, fix: Fix, before: int) -> bool:
    text = source.text
    for edit in sorted(fix.edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return len(parse_tokens(SourceFile(source.path, text))[0].problems) < before
