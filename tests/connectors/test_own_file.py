"""A file that is written belongs to one process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nstack.connectors.ownfile import open_alone
from nstack.runtime.errors import ConnectorError

HOLDER = """
import sys
from pathlib import Path
from nstack.connectors.ownfile import open_alone
open_alone(Path(sys.argv[1]), "out")
print("held", flush=True)
for line in sys.stdin:
    Path(sys.argv[1]).rename(sys.argv[2])
    print("renamed", flush=True)
"""


@contextmanager
def holder(path: Path, name: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that writes a file, and renames it when it is told to."""
    command = [sys.executable, "-c", HOLDER, str(path), str(name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("fresh", [False, True])
def test_what_another_process_writes_is_left_alone_until_it_ends(tmp_path: Path, fresh: bool) -> None:
    path = tmp_path / "out.partial"
    path.write_text("1\n")
    with holder(path, tmp_path / "out") as process:
        with pytest.raises(
            ConnectorError, match="another run is writing out: stop that one first, or write another file"
        ):
            open_alone(path, "out", fresh=fresh)
        assert path.read_text() == "1\n"
        process.kill()
        process.wait()
        os.close(open_alone(path, "out", fresh=fresh))
    assert path.read_text() == ("" if fresh else "1\n")


def test_what_another_process_has_put_into_its_place_is_not_emptied(tmp_path: Path) -> None:
    beside, path = tmp_path / "out.partial", tmp_path / "out"
    beside.write_text("1\n")
    with holder(beside, path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("now\n")
        process.stdin.flush()
        assert process.stdout.readline() == "renamed\n"
        os.close(open_alone(beside, "out", fresh=True))
    assert path.read_text() == "1\n"
    assert beside.read_text() == ""


def test_what_is_not_there_is_made_only_where_it_may_be(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_alone(tmp_path / "out", "out", make=False)
    os.close(open_alone(tmp_path / "out", "out"))
    assert (tmp_path / "out").read_text() == ""
