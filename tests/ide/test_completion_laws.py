"""What completion says of what it offers is true: what fits can be taken, what does not cannot."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import program
from property.amounts import TIMES
from property.generated_programs import generate

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Edit
from nscompiler.grammar import syntax
from nscompiler.grammar.walk import walk
from nscompiler.ide.changes import whole
from nscompiler.ide.complete import complete
from nscompiler.ide.inlay import inlay_hints
from nscompiler.ide.offers import Fit, Offer, OfferKind
from nscompiler.source import Span
from nscompiler.state import State
from nscompiler.types.show import show_scheme

PIPED = (OfferKind.FUNCTION, OfferKind.SINK)
# What the checker says of a stage that does not belong where it is; that a type is open is no fault of it.
TYPES = range(300, 330)
OPEN = "NS0315"


def unfinished(seed: int) -> tuple[dict[str, str], str, int] | None:
    """A program with the beginning of a pipe at the end of one of its files, and the place where that goes on."""
    texts, choice = dict(generate(seed).write().texts), random.Random(seed)
    state = program(texts)
    pipes = [
        (path, text[whole(text, node.stages[0], node)[0] : whole(text, node.stages[last], node)[1]])
        for path, text in texts.items()
        if path.endswith(".nml") and (parsed := state.parsed(path)) is not None and _goes_on(parsed.module)
        for decl in parsed.module.declarations
        if isinstance(decl, syntax.DefDecl)
        for node in walk(decl.body)
        if isinstance(node, syntax.Pipe)
        for last in range(len(node.stages) - 1)
    ]
    if not pipes:
        return None
    path, begun = choice.choice(pipes)
    texts[path] += f"\n\ndef goingOn = {begun} | "
    return texts, path, len(texts[path])


def _goes_on(module: syntax.Module) -> bool:
    """Whether a def may stand at the end of a file: neither an expression nor the brace of early syntax ends it."""
    return module.main is None and (module.header is None or module.header.early != "{")


def taken(texts: dict[str, str], path: str, at: int, offer: Offer) -> State:
    edits = (*offer.edits, Edit(Span(path, at, at), offer.insert))
    return program({**texts, path: apply_edits(texts[path], edits)})


def faults(state: State, path: str) -> list[str]:
    """What is wrong with the types of the pipe that was completed."""
    source = state.text(path)
    assert source is not None
    start = source.text.rindex("def goingOn")
    found = [one for one in state.problems_in(path) if one.is_error and one.primary.span.end >= start]
    return [one.title for one in found if int(one.code.id[2:]) in TYPES and one.code.id != OPEN]


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30 * TIMES, deadline=None)
def test_what_is_said_to_fit_fits_and_what_is_not_does_not(seed: int) -> None:
    begun = unfinished(seed)
    if begun is None:
        return
    texts, path, at = begun
    before = faults(program({**texts, path: texts[path].rstrip().removesuffix("|")}), path)
    found = [offer for offer in complete(program(texts), path, at).items if offer.kind in PIPED]
    for offer in random.Random(seed).sample(found, min(5, len(found))):
        after = faults(taken(texts, path, at, offer), path)
        if offer.group == Fit.UNFIT.value:
            assert after != before, f"{texts[path]}{offer.label} fits"
        else:
            assert after == before, f"{texts[path]}{offer.label}: {after}"


def plain(snippet: str) -> str:
    """What a snippet says where nothing is filled in."""
    snippet = re.sub(r"\$\{\d\|([^,|]*)[^|]*\|\}", r"\1", snippet)
    default = re.compile(r"\$\{\d(?::((?:\\.|[^\\}])*))?\}")
    return default.sub(lambda found: re.sub(r"\\(.)", r"\1", found[1] or ""), snippet)


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25 * TIMES, deadline=None)
def test_every_parameter_that_is_offered_can_be_set_as_it_is_written(seed: int) -> None:
    begun = unfinished(seed)
    if begun is None:
        return
    texts, path, at = begun
    texts[path] = f"{texts[path].rstrip(' |').replace('def goingOn = ', 'def goingOn = (')}) {{ "
    at = len(texts[path])
    found = [offer for offer in complete(program(texts), path, at).items if offer.kind is OfferKind.PARAMETER]
    for offer in random.Random(seed).sample(found, min(4, len(found))):
        edit = Edit(Span(path, at, at), plain(offer.snippet) + " }")
        after = program({**texts, path: apply_edits(texts[path], [edit])})
        start = len(texts[path]) - 2
        said = [one.title for one in after.problems_in(path) if one.is_error and one.primary.span.end > start]
        assert not said, f"{texts[path]}{edit.text}: {said}"


@pytest.mark.thorough
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25 * TIMES, deadline=None)
def test_what_hints_write_is_what_was_so_already(seed: int) -> None:
    texts = dict(generate(seed).write().texts)
    state, choice = program(texts), random.Random(seed)
    path = choice.choice([path for path in texts if path.endswith(".nml")])
    hints = inlay_hints(state, path, 0, len(texts[path]))
    kept = [hint for hint in hints if choice.random() < 0.5]
    after = program({**texts, path: apply_edits(texts[path], [edit for hint in kept for edit in hint.edits])})
    assert [one.title for one in after.problems_in(path) if one.is_error] == []
    before, now = state.file(path), after.file(path)
    assert before is not None
    assert now is not None
    for name, function in before.interface.functions.items():
        assert show_scheme(now.interface.functions[name].scheme) == show_scheme(function.scheme), name
