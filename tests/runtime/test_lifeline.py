"""The tie to whoever started a run."""

import asyncio
import os

import pytest
from nstack.runtime.lifeline import VARIABLE, tie


async def test_letting_go_is_heard_once(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = os.pipe()
    os.set_inheritable(theirs, True)
    monkeypatch.setenv(VARIABLE, str(theirs))
    gone = asyncio.Event()
    tie(asyncio.get_running_loop(), gone.set)
    assert VARIABLE not in os.environ
    assert not os.get_inheritable(theirs)
    assert not gone.is_set()
    os.close(ours)
    await asyncio.wait_for(gone.wait(), 10)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(theirs)


@pytest.mark.parametrize("value", [None, "", "none", "-1", "999999"])
async def test_without_a_descriptor_nothing_is_tied(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    tie(asyncio.get_running_loop(), lambda: pytest.fail("nobody has gone"))
    assert VARIABLE not in os.environ
