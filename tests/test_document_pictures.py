"""The pictures that the documents show are those of today, small, and all of them shown."""

import importlib.util
import re
import struct
from pathlib import Path
from types import ModuleType

import pytest

from nscompiler.cli.main import main

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs/pictures"
LARGEST = 200_000


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """The script that makes them."""
    spec = importlib.util.spec_from_file_location("make_pictures", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(FOLDER)
        spec.loader.exec_module(module)
    return module


def test_drawings_are_what_is_drawn_today(make, monkeypatch, capsys):
    monkeypatch.chdir(make.EXAMPLES)
    for name in make.DRAWN:
        assert main(["graph", "orders", name, "--format", "svg"]) == 0
        assert capsys.readouterr().out == (FOLDER / f"{name}.svg").read_text(), "`make pictures` draws it anew"


def test_photographs_are_small_and_of_the_size_that_was_asked_for(make):
    for name, _, height, _ in make.PHOTOS:
        content = (FOLDER / name).read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", content[16:24]) == (make.WIDTH, height)
        assert len(content) < LARGEST


def test_every_picture_is_made_and_shown(make):
    made = {"prompt.svg"} | {f"{name}.svg" for name in make.DRAWN} | {photo[0] for photo in make.PHOTOS}
    there = {path.name for path in FOLDER.iterdir() if path.suffix in (".svg", ".png")}
    assert there == made
    documents = [path.read_text() for path in (ROOT / "docs").rglob("*.md")]
    shown = {name for text in documents for name in re.findall(r"!\[[^]]+\]\((?:\.\./)?pictures/([^)]+)\)", text)}
    assert made == shown
