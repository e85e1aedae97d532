"""What refactorings keep, in programs that nobody wrote: extracting and inlining give back the same program."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import program
from property.amounts import TIMES
from property.generated_programs import generate

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.actions import changes_at
from nscompiler.ide.changes import Selected, whole
from nscompiler.ide.extraction import Stretch, extracted
from nscompiler.state import State
from nscompiler.tools.format import same_program
from nscompiler.types.show import show_scheme

Told = list[tuple[str, str, str]]


def told(state: State) -> Told:
    """What is wrong with a program, whatever its places."""
    found = [(path, one.code.id, one.title) for path in state.paths_of_all for one in state.problems_in(path)]
    return sorted(found)


def errors(state: State) -> Told:
    """The errors of a program."""
    paths = state.paths_of_all
    return sorted((path, one.code.id, one.title) for path in paths for one in state.problems_in(path) if one.is_error)


def types_of(state: State, path: str) -> dict[str, str]:
    """The types of a file's functions."""
    checked = state.file(path)
    assert checked is not None
    found = {name: show_scheme(one.scheme) for name, one in checked.interface.functions.items()}
    return found | ({"main": show_scheme(checked.main.scheme)} if checked.main is not None else {})


def pipes(module: syntax.Module) -> list[tuple[syntax.Decl | syntax.Expr, syntax.Pipe]]:
    bodies = [(decl, decl.body) for decl in module.declarations if isinstance(decl, syntax.DefDecl)]
    owned: list[tuple[syntax.Decl | syntax.Expr, syntax.Expr]] = [*bodies]
    owned += [(module.main, module.main)] if module.main is not None else []
    return [(owner, node) for owner, body in owned for node in walk(body) if isinstance(node, syntax.Pipe)]


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40 * TIMES, deadline=None)
def test_what_was_extracted_and_inlined_is_the_same_program(seed: int) -> None:
    texts = generate(seed).write().texts
    state, choice = program(texts), random.Random(seed)
    found = [
        (path, pipe)
        for path in texts
        if path.endswith(".nml") and (parsed := state.parsed(path)) is not None
        for _, pipe in pipes(parsed.module)
    ]
    if not found:
        return
    path, pipe = choice.choice(found)
    first = choice.randrange(len(pipe.stages))
    last = choice.randrange(first, len(pipe.stages))
    after = extract(state, path, pipe, first, last)
    if after is None:
        return
    middle = program({**texts, path: after})
    assert errors(middle) == errors(state)  # a lint may look at a def's own stages alone
    before, now = types_of(state, path), types_of(middle, path)
    assert {name: now[name] for name in before} == before
    again = inline(middle, path, after)
    assert again is not None, after
    end = program({**texts, path: again})
    assert told(end) == told(state)
    assert types_of(end, path) == before
    old, new = state.parsed(path), end.parsed(path)
    assert old is not None
    assert new is not None
    if last > first:
        assert same_program(old.module, new.module)


def extract(state: State, path: str, pipe: syntax.Pipe, first: int, last: int) -> str | None:
    checked = state.file(path)
    assert checked is not None
    text = checked.module.source.text
    start, end = whole(text, pipe.stages[first], pipe)[0], whole(text, pipe.stages[last], pipe)[1]
    done = extracted(Selected(state, path, checked, start, end), Stretch(start, end, last - first + 1))
    return None if done is None else apply_edits(text, done.edits)


def inline(state: State, path: str, text: str) -> str | None:
    """The text with the def that was made written out again."""
    at = text.index("def part") + 4
    change = changes_at(state, path, at, at, ["refactor.inline"])[0]
    done = change.do()
    return None if done is None else apply_edits(text, done.edits)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15 * TIMES, deadline=None)
def test_no_refactoring_makes_an_error(seed: int) -> None:
    texts = generate(seed).write().texts
    state, choice = program(texts), random.Random(seed)
    path = choice.choice([path for path in texts if path.endswith(".nml")])
    text = texts[path]
    before = errors(state)
    at = choice.randrange(len(text) + 1)
    for change in changes_at(state, path, at, min(len(text), at + choice.choice((0, 0, 20))), ["refactor", "source"]):
        done = change.do()
        if done is None:
            continue
        after = program({**texts, path: apply_edits(text, done.edits)})
        assert errors(after) == before, f"{change.title}\n{text}"
