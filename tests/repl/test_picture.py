"""The picture of the prompt in the documents is what the prompt shows."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

PICTURES = Path(__file__).parent.parent.parent / "docs/pictures"
sys.path.insert(0, str(PICTURES))

import prompt  # noqa: E402


def lines(picture: str) -> list[str]:
    """The lines of text in a picture, without blanks."""
    texts = [node for node in ET.fromstring(picture).iter() if node.tag.endswith("}text")]
    found: dict[str, str] = {}
    for node in texts:
        found[node.attrib["y"]] = found.get(node.attrib["y"], "") + re.sub(r"\s", "", node.text or "")
    return list(found.values())


@pytest.mark.thorough
def test_the_picture_of_the_prompt_is_what_it_shows(tmp_path: Path) -> None:
    with prompt.session(tmp_path) as terminal:
        shown = [re.sub(r"\s", "", line) for line in terminal.lines if line]
        drawn = prompt.drawn(terminal)
    assert lines(drawn) == shown
    kept = (PICTURES / "prompt.svg").read_text(encoding="utf-8")
    assert lines(kept) == shown, "`python docs/pictures/prompt.py docs/pictures/prompt.svg` makes it anew"
