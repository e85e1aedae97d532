"""Whatever the text, every question has an answer, and what it points at is there."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import program
from property.amounts import TIMES
from property.generated_programs import generate
from property.generated_python import python_files

from nscompiler.ide import calls, definitions, folding, hover, lenses, links, references, rename, selection, symbols
from nscompiler.source import Span
from nscompiler.state import State

ABOUT_PLACES: tuple[Callable[[State, str, int], Any], ...] = (
    hover.hover,
    definitions.definition,
    definitions.declaration,
    definitions.implementation,
    definitions.type_definition,
    references.references,
    references.highlights,
    rename.prepare_rename,
    lambda state, path, offset: rename.rename(state, path, offset, "other"),
    selection.selections,
    calls.prepare_calls,
)
ABOUT_FILES: tuple[Callable[[State, str], Any], ...] = (
    symbols.document_symbols,
    folding.folds,
    links.links,
    lenses.lenses,
    lambda state, path: calls.outgoing_calls(state, path, "main"),
)


def torn(text: str, rng: random.Random) -> str:
    """A text with a piece cut out, or with signs put in."""
    at = rng.randrange(len(text) + 1)
    if rng.random() < 0.5:
        return text[:at] + text[at + rng.randrange(12) :]
    return (
        text[:at]
        + rng.choice(("|", "{", "}", "(", '"', '"""', "/*", " def ", ".", "<", "type ", "\r\n", "𝄞"))
        + text[at:]
    )


def spans(found: Any) -> Iterator[Span]:
    """All places in an answer."""
    if isinstance(found, Span):
        yield found
    elif isinstance(found, tuple | list):
        for one in found:
            yield from spans(one)
    elif attrs.has(type(found)):
        for field in attrs.fields(type(found)):
            if field.name not in ("chain", "node", "owner"):
                yield from spans(getattr(found, field.name))


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25 * TIMES, deadline=None)
def test_every_question_is_answered_with_places_that_are_there(seed: int) -> None:
    rng = random.Random(seed)
    made = generate(seed)
    texts = {**made.write().texts, **python_files(made)}
    for path in [path for path in texts if path.endswith(".nml")]:
        for _ in range(rng.randrange(3)):
            texts[path] = torn(texts[path], rng)
    state = program(texts)
    for path in state.paths_of_all:
        answers = [ask(state, path) for ask in ABOUT_FILES]
        source = state.text(path)
        assert source is not None
        for _ in range(4):
            offset = rng.randrange(len(source.text) + 1)
            answers += [ask(state, path, offset) for ask in ABOUT_PLACES]
        for span in spans(answers):
            there = state.text(span.path)
            assert there is not None
            assert 0 <= span.start <= span.end <= len(there.text)
    answers = symbols.SymbolIndex().search(state, rng.choice("abtfw"))
    assert all(state.text(span.path) is not None for span in spans(answers))
