"""The wheel of the run time that goes into what is built."""

import base64
import hashlib
import io
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest

from nscompiler.tools import runtime_wheel as wheels

ROOT = Path(__file__).parents[2]


def opened(wheel: wheels.RuntimeWheel) -> zipfile.ZipFile:
    """The wheel as an archive."""
    return zipfile.ZipFile(io.BytesIO(wheel.content))


def metadata(version: str = "1.2") -> Message:
    """The metadata of a made-up distribution."""
    return HeaderParser().parsestr(
        f"Metadata-Version: 2.1\nName: nstack-runtime\nVersion: {version}\nProvides-Extra: http\nProvides-Extra: amqp\n"
        "Requires-Dist: msgspec\nDescription-Content-Type: text/markdown\n\nA readme.\n"
    )


@pytest.fixture
def package(tmp_path) -> Path:
    """A package with a module, data and leftovers."""
    folder = tmp_path / "nstack"
    (folder / "modules").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    (folder / "__init__.py").write_text("x = 1\n")
    (folder / "modules" / "Std.nml").write_text("module Std:1.0.0\n")
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    (folder / "old.pyc").write_bytes(b"x")
    return folder


def test_it_holds_the_installed_package():
    wheel = wheels.runtime_wheel()
    assert wheel.name.startswith("nstack_runtime-")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert {"http", "schedule"} <= set(wheel.extras)
    own = ROOT / "stdlib"
    with opened(wheel) as archive:
        assert archive.testzip() is None
        for path in (
            "nstack/__init__.py",
            "nstack/runtime/__init__.py",
            "nstack/modules/Sources.nml",
            "nstack/py.typed",
        ):
            assert archive.read(path) == (own / path).read_bytes()


def test_it_is_the_same_bytes_each_time(package):
    first = wheels.pack(str(package), metadata())
    (package / "__init__.py").touch()
    assert wheels.pack(str(package), metadata()) == first


def test_a_change_shows(package):
    first = wheels.pack(str(package), metadata())
    (package / "__init__.py").write_text("x = 2\n")
    assert wheels.pack(str(package), metadata()) != first


def test_the_record_lists_every_file_with_its_hash(package):
    with opened(wheels.pack(str(package), metadata())) as archive:
        names = archive.namelist()
        lines = [line.split(",") for line in archive.read(names[-1]).decode().splitlines()]
        assert names[-1] == "nstack_runtime-1.2.dist-info/RECORD"
        assert sorted(line[0] for line in lines) == sorted(names)
        for path, digest, size in lines[:-1]:
            content = archive.read(path)
            hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={hashed}", str(len(content)))
    assert [name for name in names if "pyc" in name] == []


def test_its_metadata_are_those_that_an_installer_reads(package):
    wheel = wheels.pack(str(package), metadata())
    assert (wheel.name, wheel.extras) == ("nstack_runtime-1.2-py3-none-any.whl", ("amqp", "http"))
    with opened(wheel) as archive:
        text = archive.read("nstack_runtime-1.2.dist-info/METADATA").decode()
    assert "Version: 1.2\n" in text
    assert "Requires-Dist: msgspec\n" in text
    assert "readme" not in text


def test_without_the_run_time_it_says_so(monkeypatch):
    monkeypatch.setattr(wheels, "find_spec", lambda name: None)
    with pytest.raises(wheels.RuntimeMissing, match="nstack-runtime"):
        wheels.runtime_wheel()
    monkeypatch.undo()
    monkeypatch.setattr(wheels, "DISTRIBUTION", "no-such-distribution")
    with pytest.raises(wheels.RuntimeMissing, match="metadata"):
        wheels.runtime_wheel()
