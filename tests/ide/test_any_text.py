"""Whatever stands in a file, wherever the cursor is: there is an answer, and it can be taken."""

import random
from collections.abc import Mapping
from functools import cache

import planted
import pytest
from marked import program
from property.amounts import daily
from property.generated_programs import generate

from nscompiler.ide.actions import changes_at
from nscompiler.ide.colours import colours
from nscompiler.ide.complete import complete, documentation
from nscompiler.ide.inlay import inlay_hints
from nscompiler.ide.signature import signature
from nscompiler.state import State

PIECES = (
    *("|", "{", "}", "(", ")", "<", ">", "*", "?", "&", "=", "->", ":", ",", ".", "@", "$", "[", "]", "_", "'"),
    *('"', '"""', "//", "/*", "///", " ", "\n", "\r\n", "𝄞", "\x00", "1", "x", "A", "S."),
    *("def ", "fun ", "type ", "import ", "module ", "as ", "with {", "where ", "is "),
)


@cache
def faults() -> list[Mapping[str, str]]:
    found = [fault for document in planted.documents() for fault in planted.faults(document)]
    return [fault.files for fault in found if fault.start is None]


def broken(choice: random.Random) -> tuple[State, str, str]:
    """A program with pieces put in and taken out of one of its files."""
    texts = dict(choice.choice(faults()) if choice.random() < 0.6 else generate(choice.randrange(2**32)).write().texts)
    path = choice.choice([path for path in texts if path.endswith(".nml")])
    text = texts[path]
    for _ in range(choice.randrange(4)):
        start = choice.randrange(len(text) + 1)
        end = min(len(text), start + choice.choice((0, 0, 1, 3, 10)))
        text = text[:start] + choice.choice(PIECES) + text[end:]
    return program({**texts, path: text}), path, text


@pytest.mark.parametrize("seed", daily(60))
def test_every_question_has_an_answer(seed: int) -> None:
    choice = random.Random(seed)
    state, path, text = broken(choice)
    for _ in range(6):
        at = choice.randrange(len(text) + 1)
        found = complete(state, path, at)
        assert 0 <= found.start <= at <= found.end <= len(text)
        for offer in found.items:
            assert all(edit.span.end <= found.start or found.end <= edit.span.start for edit in offer.edits)
        if found.items and (subject := choice.choice(found.items).subject) is not None:
            documentation(state, subject)
        signature(state, path, at)
        end = min(len(text), at + choice.choice((0, 0, 30)))
        for change in changes_at(state, path, at, end, ["quickfix", "refactor", "source"]):
            change.do()
    assert all(0 <= hint.offset <= len(text) for hint in inlay_hints(state, path, 0, len(text)))
    pieces = colours(state, path)
    assert all(piece.start < piece.end <= len(text) for piece in pieces)
