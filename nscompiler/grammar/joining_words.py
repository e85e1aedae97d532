"""Words that other languages join stages with, `f and g`, `f then g`, or run them by, `tee (f & g)`, `flatten f`: they
read as stages of their own, side by side with the others.
"""

from collections.abc import Iterator
from itertools import pairwise

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.lexer import Tokens, shared_kinds
from nscompiler.grammar.slip import Slip
from nscompiler.grammar.trial import Trial
from nscompiler.grammar.wording import fitting
from nscompiler.source import SourceFile, Span

JOINING = frozenset(("and", "then", "into", "to"))
"""What stands for a `|`."""
RUNNING = frozenset(("tee", "flatten", "flat_map", "flatmap"))
"""What stands before the stages that it is about."""
_MAYBE = Applicability.MAYBE_INCORRECT


def joined(span: Span, word: str) -> Diagnostic:
    """What is told of a word between two stages."""
    fix = Fix("Write `|`", (Edit(span, "|"),), _MAYBE)
    return codes.MISSING_PIPE.at(span, f"Stages are joined by `|`, not by `{word}`", fixes=(fix,))


def joining_words(source: SourceFile, tokens: Tokens, trial: Trial, index: int) -> Iterator[Slip]:
    """The slip that a mistake at a word in brackets may be, ``(f and g)``."""
    word, texts = tokens.texts[index], tokens.texts
    if word not in JOINING or not index or trial.begins_line(tokens, index):
        return
    if any(before in ("fun", "def") and text == word for before, text in pairwise(texts)):
        return
    span = source.span(tokens.starts[index], tokens.ends[index])
    meant = (shared_kinds(trial.tables)["|"], "|", span.start, span.end)
    yield Slip(index, index + 1, (meant,), joined(span, word))


def run_by(source: SourceFile, word: Span, stage: Span) -> Diagnostic:
    """What is told of a word before a stage, which begins where it is written."""
    written = source.text[word.start : word.end]
    gone = Edit(source.span(word.start, stage.start), "")
    if written == "tee":
        title = "What flows goes to each of the stages that `&` joins: there is no `tee`"
        if source.text[stage.start : stage.start + 1] == '"':
            return codes.UNEXPECTED.at(word, title, fixes=_into_file(source, word, stage))
        return codes.UNEXPECTED.at(word, title, fixes=(Fix("Remove `tee`", (gone,), _MAYBE),))
    star = () if source.text[stage.start : stage.end].endswith("*") else (Edit(source.span(stage.end, stage.end), "*"),)
    title = f"A `*` behind a stage takes its lists apart: there is no `{written}`"
    return codes.UNEXPECTED.at(word, title, fixes=(Fix("Write `*` behind the stage", (gone, *star), _MAYBE),))


def _into_file(source: SourceFile, word: Span, stage: Span) -> tuple[Fix, ...]:
    """The fix of ``tee "x.jsonl" | f`` up to the end of its line, where that ends the pipe too."""
    text, path = source.text, source.text[stage.start : stage.end]
    end = text.find("\n", stage.end)
    end = len(text) if end < 0 else end
    rest = text[stage.end : end].strip()
    format = next((one for one in ("csv", "parquet", "jsonl") if path.endswith(f'.{one}"')), "")
    below = text[end:].lstrip()[:1]
    if not format or not rest.startswith("|") or below in ("|", "&", "{", "<") or not rest[1:].strip(" |"):
        return ()
    if any(sign in rest for sign in ("(", ")", ";", "//", "&")):
        return ()
    written = f"(Sinks.{format} {{ path = {path} }} & {rest[1:].strip()})"
    what = fitting(f"Write `(Sinks.{format} {{ path = {path} }} & …)`", f"Write `(Sinks.{format} … & …)`")
    return (Fix(what, (Edit(source.span(word.start, end), written),), _MAYBE),)
