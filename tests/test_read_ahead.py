"""The look ahead at a program's files sees what the disk says, and nothing that depends on it goes wrong without it."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from folder_trees import differences, plant, seen

from nscompiler import questions
from nscompiler.cli.read_ahead import read_ahead
from nscompiler.files import WatchedFiles
from nscompiler.grammar import library
from nscompiler.modules import tree

pytestmark = pytest.mark.skipif(library.load() is None, reason="the library in C is not built here")


@pytest.mark.parametrize("seed", range(60))
def test_an_odd_tree_is_seen_as_the_disk_has_it(seed: int, tmp_path: Path) -> None:
    plant(tmp_path, random.Random(seed))
    assert differences(str(tmp_path)) == []


def test_paths_are_those_of_the_walk_for_each_way_to_name_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "A").mkdir(parents=True)
    (tmp_path / "here" / "A" / "module.nml").write_text("module A:1.0.0\n")
    monkeypatch.chdir(tmp_path / "here")
    for root in (".", "./", "A/..", "../here", "../here/", str(tmp_path), f"{tmp_path}//here/"):
        ahead = read_ahead((root,))
        assert ahead is not None
        files = WatchedFiles(ahead)
        (module,) = seen(root, files)["found"][0]
        assert os.path.samefile(module, "A/module.nml")
        assert differences(root) == [], root


def test_what_changes_behind_the_look_is_told_of_by_the_record(tmp_path: Path) -> None:
    module = tmp_path / "module.nml"
    module.write_text("module A:1.0.0\n")
    ahead = read_ahead((str(tmp_path),))
    assert ahead is not None
    files = WatchedFiles(ahead)
    files.list(str(tmp_path))  # by now everything was read
    module.write_text("module B:1.0.0\n")
    assert files.read_bytes(str(module)) == b"module A:1.0.0\n"
    assert questions.changed_files(files.record(), files.taken) == {str(module)}
    assert files.read_bytes(str(module)) == b"module B:1.0.0\n", "the second look is at the disk"
    assert not files.complete


def test_a_file_that_nobody_may_read_is_left_to_who_asks(tmp_path: Path) -> None:
    (tmp_path / "module.nml").mkdir()
    (tmp_path / "a.nml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "b.nml")
    assert differences(str(tmp_path)) == []


def test_only_folders_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.nml").write_text("")
    assert read_ahead((str(tmp_path / "a.nml"),)) is None
    assert read_ahead((str(tmp_path / "nowhere"),)) is None
    assert read_ahead(("/",)) is None


def test_a_look_that_nobody_wants_ends(tmp_path: Path) -> None:
    plant(tmp_path, random.Random(7))
    before = threading.active_count()
    for _ in range(50):
        assert read_ahead((str(tmp_path),)) is not None
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        assert len(list(tasks.iterdir())) < before + 25


def test_names_that_are_skipped_are_those_of_the_walk() -> None:
    from nscompiler.cli import read_ahead as ours

    assert set(ours.SKIPPED) == tree._SKIPPED
    assert {tree.CONFIG_FILE, tree.PROJECT_FILE} < set(ours.READ)


def test_a_check_is_the_same_without_the_library(tmp_path: Path) -> None:
    for name in ("A", "B", "C"):
        (tmp_path / name).mkdir()
        text = f"module {name}:1.0.0\ndef w = Sources.stdin | Sinks.nowhere\n"
        (tmp_path / name / "module.nml").write_text(text)
    told = [
        subprocess.run(
            [sys.executable, "-m", "nscompiler", "check", "--format", "json", "."],
            cwd=tmp_path,
            env={**os.environ, "NSC_NO_CACHE": "1", **more},
            capture_output=True,
            text=True,
            check=False,
        )
        for more in ({}, {"NSC_NO_NATIVE": "1"})
    ]
    assert told[0].stdout == told[1].stdout
    assert told[0].stdout.count("NS0203") == 3 or told[0].stdout.count("nowhere") >= 3
