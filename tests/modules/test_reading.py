"""Reading files: bytes to text, and headers without parsing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import MemoryFiles
from nscompiler.grammar.parse import parse
from nscompiler.modules.header import header_place, scan_header
from nscompiler.modules.reading import Heading, Sources, read_source
from nscompiler.source import SourceFile, Span


class Closed(MemoryFiles):
    """Files that may not be read."""

    def read_bytes(self, path):
        raise PermissionError(13, "Permission denied", path)


def read(content: bytes):
    return read_source("a.nml", MemoryFiles({"a.nml": content}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfmodule A:1.0.0", "module A:1.0.0"),
        (b"a\r\nb", "a\r\nb"),
        (b"", ""),
        ("größe 😀".encode(), "größe 😀"),
    ],
)
def test_text(content, text):
    source = read(content)
    assert isinstance(source, SourceFile)
    assert source.text == text


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"ab\xff", "`a.nml` is not UTF-8 text: the byte 0xff at offset 2"),
        (b"\xef\xbb\xbfab\xff", "`a.nml` is not UTF-8 text: the byte 0xff at offset 5"),
        (b"module\x00A", "`a.nml` is not UTF-8 text: a NUL byte at offset 6"),
        (b"a\x00\xff", "`a.nml` is not UTF-8 text: a NUL byte at offset 1"),
        (b"a\xff\x00", "`a.nml` is not UTF-8 text: the byte 0xff at offset 1"),
        (b"truncated \xe2\x82", "`a.nml` is not UTF-8 text: the byte 0xe2 at offset 10"),
    ],
)
def test_no_text(content, title):
    problem = read(content)
    assert isinstance(problem, Diagnostic)
    assert (problem.code.id, problem.title, problem.primary.span) == ("NS0225", title, Span("a.nml", 0, 0))


def test_utf16_is_recognised():
    problem = read("module A:1.0.0\n".encode("utf-16"))
    assert isinstance(problem, Diagnostic)
    assert problem.notes[-1] == "the file starts like UTF-16; save it as UTF-8"


def test_a_forbidden_file():
    problem = read_source("a.nml", Closed({"a.nml": ""}))
    assert isinstance(problem, Diagnostic)
    assert (problem.code.id, problem.title) == ("NS0224", "cannot read `a.nml`: permission denied")


def test_a_file_that_is_gone():
    problem = read_source("b.nml", MemoryFiles({}))
    assert isinstance(problem, Diagnostic)
    assert problem.code.id == "NS0221"


def test_each_file_is_read_once():
    class Counting(MemoryFiles):
        count = 0

        def read_bytes(self, path):
            self.count += 1
            return super().read_bytes(path)

    files = Counting({"a.nml": "module A:1.0.0"})
    sources = Sources(files)
    heading = sources.heading("a.nml")
    assert isinstance(heading, Heading)
    assert sources.source("a.nml") is heading.source
    assert (str(heading.ref), files.count) == ("A:1.0.0", 1)
    again = sources.without(["a.nml"], files)
    assert again.heading("a.nml") is not heading
    assert sources.heading("a.nml") is heading


HEADERS = [
    ("module A:1.0.0\n", "A:1.0.0"),
    ("#!/usr/bin/env nsc\nmodule A:1.0.0\n", "A:1.0.0"),
    ("// module B:1.0.0\r\n/* module /* C */ : */\n/// doc\nmodule\n  A:1.0.0", "A:1.0.0"),
    ("module A:1.0.0 { fun f : Text -> Text }", "A:1.0.0"),
    ("module A:1.0.0{ fun f : Text -> Text }", "A:1.0.0"),
    ("module A:1.0.0//x\n", "A:1.0.0"),
    ("module/**/x.y/z/A:1.0.0-SNAPSHOT-0a/* */", "x.y/z/A:1.0.0-SNAPSHOT-0a"),
    ("module A:1.0.0 where\n", "A:1.0.0"),
    ("\rmodule A:1.0\r", "A:1.0"),
    ("import A:1.0.0\nmodule B:1.0.0", None),
    ("modules", None),
    ("module_x | f", None),
    ("/* module A:1.0.0", None),
    ("", None),
    ("#!module A:1.0.0", None),
]


@pytest.mark.parametrize(("text", "reference"), HEADERS)
def test_headers(text, reference):
    found = scan_header(text)
    assert (found.text if found else None) == reference
    assert found is None or text[found.start : found.end] == reference


@pytest.mark.parametrize(("text", "reference"), [each for each in HEADERS if each[1]])
def test_the_grammar_sees_the_same_header(text, reference):
    header = parse(SourceFile("a.nml", text)).module.header
    found = scan_header(text)
    assert header is not None
    assert found is not None
    assert (header.reference.text, header.reference.start) == (found.text, found.start)


@pytest.mark.parametrize("pieces", ["A : 1.0.0", "A: 1.0.0", "A\t:1.0.0", "A 1.0.0"])
def test_a_header_in_pieces_is_the_one_that_the_grammar_reads(pieces):
    text = f"module {pieces} where\n"
    header, found = parse(SourceFile("a.nml", text)).module.header, scan_header(text)
    assert (found.text, text[found.start : found.end]) == ("A:1.0.0", pieces)
    assert (header.reference.text, header.reference.start, header.reference.end) == (found.text, found.start, found.end)


@settings(deadline=None)
@given(st.text(alphabet="module A:1./*#!\n\r{", max_size=30))
def test_any_text_can_be_scanned(text):
    found = scan_header(text)
    assert found is None or _pieces(text[found.start : found.end]) == _pieces(found.text)
    assert 0 <= header_place(text) <= len(text)


def _pieces(reference):
    return reference.replace(" ", "").replace(":", "")


def test_where_a_header_goes():
    assert header_place("fun f : Text -> Text") == 0
    assert header_place("#!/x\nfun") == 5
    assert header_place("#!/x") == 4
