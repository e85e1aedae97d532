"""The generated tables: made from the grammar as it is, never stale, read without lark."""

import logging
import marshal
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import lark
import pytest
from grammar.syntax_trees import clean

from nscompiler.grammar import tables
from nscompiler.grammar.build import Builder
from nscompiler.grammar.generate import generate, plain_lark

ROOT = Path(__file__).resolve().parents[2]
SOURCES = tables.sources()


def test_the_grammar_has_no_conflicts(caplog):
    lark.logger.setLevel(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG, logger="lark"):
            lark.Lark(SOURCES[0].decode(), parser="lalr", debug=True, keep_all_tokens=True)
    finally:
        lark.logger.setLevel(logging.CRITICAL)
    assert [record.message for record in caplog.records if "onflict" in record.message] == []


def test_tables_are_kept_and_read_back(tmp_path):
    data = generate(SOURCES[0].decode())
    path = tables.write(SOURCES, data, str(tmp_path))
    assert tables.read(SOURCES, str(tmp_path)) == data
    assert os.listdir(tmp_path) == [os.path.basename(path)]


def test_generation_is_repeatable():
    assert generate(SOURCES[0].decode()) == generate(SOURCES[0].decode())


def test_a_stale_file_is_never_loaded(tmp_path):
    changed = (SOURCES[0] + b"\n", SOURCES[1])
    path = tables.write(changed, generate(changed[0].decode()), str(tmp_path))
    assert tables.read(SOURCES, str(tmp_path)) is None
    os.replace(path, tables.file_of(SOURCES, str(tmp_path)))
    assert tables.read(SOURCES, str(tmp_path)) is None


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x00" * 100])
def test_a_damaged_file_is_never_loaded(tmp_path, content):
    with open(tables.file_of(SOURCES, str(tmp_path)), "wb") as file:
        file.write(content)
    assert tables.read(SOURCES, str(tmp_path)) is None


def test_a_read_only_folder_is_no_obstacle(monkeypatch):
    def refused(*_: object) -> str:
        raise PermissionError(13, "read-only")

    monkeypatch.setattr(tables, "read", lambda *_: None)
    monkeypatch.setattr(tables, "write", refused)
    made = tables.load.__wrapped__()
    assert (made.rows, made.rules) == (tables.load().rows, tables.load().rules)


def test_every_action_is_a_method_of_the_builder():
    for _, _, action in tables.load().rules:
        assert action is None or callable(getattr(Builder, action))


def test_the_smallest_programs_parse_both_ways():
    parser = plain_lark(SOURCES[0].decode())
    for text in ("module A:1.0.0", "type T = A | B", "def type = A.type", "f | g"):
        parser.parse(text)
        clean(text)


def test_parsing_does_not_import_lark():
    clean("def x = f")  # the tables are there from here on
    program = (
        "import sys\nfrom nscompiler.grammar.parse import parse\nfrom nscompiler.source import SourceFile\n"
        "assert not parse(SourceFile('x', 'def x = f')).problems\nassert parse(SourceFile('x', 'def x = ')).problems\n"
        "print(sorted({'lark', 'asyncio', 'rich', 'hashlib'} & set(sys.modules)))"
    )
    # Measuring coverage would import some of them.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=plain)
    assert done.stdout == "[]\n"


@pytest.mark.thorough
def test_a_wheel_carries_the_tables_of_its_grammar(wheels):
    with zipfile.ZipFile(wheels.compiler) as archive:
        names = [name for name in archive.namelist() if name.endswith(".tables")]
        assert names == [f"nscompiler/grammar/_tables/{os.path.basename(tables.file_of(SOURCES))}"]
        held_from, _ = marshal.loads(archive.read(names[0]))
        assert held_from == (
            archive.read("nscompiler/grammar/nml.lark"),
            archive.read("nscompiler/grammar/generate.py"),
        )


def test_tables_of_other_texts_are_swept_away(tmp_path):
    (tmp_path / "notes.txt").write_text("not ours")
    old, new = (b"old", b""), (b"new", b"")
    assert tables.write(old, {}, str(tmp_path)) == tables.file_of(old, str(tmp_path))
    tables.write(new, {"rules": []}, str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == [os.path.basename(tables.file_of(new)), "notes.txt"]
    assert tables.read(old, str(tmp_path)) is None
    assert tables.read(new, str(tmp_path)) == {"rules": []}


def test_tables_that_cannot_be_put_into_place_leave_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        tables.write((b"new", b""), {}, str(tmp_path))
    assert os.listdir(tmp_path) == []
