"""Places and addresses between the protocol and the compiler."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from nslsp.convert import Encoding, path_of, uri_of, well_formed

from nscompiler.source import SourceFile

KINDS = [types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16, types.PositionEncodingKind.Utf32]
TEXTS = st.text(st.sampled_from("aé→𝄞\n\r\t\u2028\x0c\ufeff "), max_size=60)
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@pytest.mark.parametrize("kind", KINDS)
@given(TEXTS, st.data())
def test_a_place_comes_back(kind, text, data):
    source, encoding = SourceFile("a.nml", text), Encoding(kind)
    offset = data.draw(st.integers(0, len(text)))
    position = encoding.position(source, offset)
    codec, size = CODECS[kind.value]
    line_start = source.lines.start_of(position.line + 1)
    assert position.character == len(text[line_start:offset].encode(codec)) // size
    # `\n` of a `\r\n` is no place of its own: an editor shows it as the end of the line.
    inside = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
    assert encoding.offset(source, position) == (offset - 1 if inside else offset)


@pytest.mark.parametrize("kind", KINDS)
@given(TEXTS, st.integers(0, 100), st.integers(0, 100))
def test_any_place_is_inside(kind, text, line, character):
    source, encoding = SourceFile("a.nml", text), Encoding(kind)
    offset = encoding.offset(source, types.Position(line, character))
    assert 0 <= offset <= len(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert text[:offset].replace("\r\n", "\n").replace("\r", "\n").count("\n") == min(line, len(lines) - 1)


def test_a_place_within_a_character_is_its_start():
    source = SourceFile("a.nml", "a𝄞b")
    assert Encoding("utf-16").offset(source, types.Position(0, 2)) == 1
    assert Encoding("utf-8").offset(source, types.Position(0, 4)) == 1
    assert Encoding("utf-8").offset(source, types.Position(0, 5)) == 2


@given(st.text(st.sampled_from("a\ud834\udd1e\ud800"), max_size=12))
def test_halves_of_characters_become_characters_as_wide(text):
    good = well_formed(text)
    good.encode()  # raises where a half is left
    assert len(good.encode("utf-16-le")) == len(text.encode("utf-16-le", "surrogatepass"))


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/a%20b/%C3%A9.nml", "/home/a b/é.nml"),
        ("file:///home/a b/é.nml", "/home/a b/é.nml"),
        ("FILE:///a/./b//c.nml", "/a/b/c.nml"),
        ("file://localhost/a.nml", "/a.nml"),
        ("file:///a%23b%3Fc.nml", "/a#b?c.nml"),
        ("file:///a%FF.nml", "/a\udcff.nml"),
        ("untitled:Untitled-1", "/untitled:/Untitled-1.nml"),
        ("untitled:/tmp/new.nml", "/untitled:/%2Ftmp%2Fnew.nml"),
        ("git:/a.nml?ref=HEAD", "/git:/%2Fa.nml%3Fref%3DHEAD.nml"),
        ("no address", "/unknown:/.nml"),
    ],
)
def test_addresses(uri, path):
    assert path_of(uri) == path


@given(st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1))
def test_a_path_comes_back(name):
    path = os.path.normpath(f"/tmp/{name}")
    assert path_of(uri_of(path)) == path
