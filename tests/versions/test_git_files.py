"""The files of a commit: what they hold, whatever lies in the working tree."""

import os
from pathlib import Path

import pytest
from repository import Repo, new_repository

from nscompiler.files import DiskFiles
from nscompiler.modules.tree import root_for, walk
from nscompiler.tools.git_files import GitError, GitFiles, Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repository(tmp_path / "repo")
    made.write({"a/module.nml": "module A:1.0.0\n", "a/data.bin": bytes(range(256)), "top.nml": "\n", "emptied": ""})
    (made.folder / "linked").symlink_to("a")
    (made.folder / "a/file-link").symlink_to("../top.nml")
    (made.folder / "away").symlink_to("/etc")
    (made.folder / "ring").symlink_to("ring")
    made.commit({}, "v1")
    made.commit({"a/module.nml": "module A:2.0.0\n", "top.nml": None, "later/b.nml": "\n"}, "v2")
    return made


@pytest.fixture
def at_v1(repo: Repo):
    repository = Repository.around(str(repo.folder))
    commit = repository.commit("v1")
    assert commit is not None
    with GitFiles(repository, commit) as files:
        yield files


def test_contents_are_those_of_the_commit(repo: Repo, at_v1: GitFiles) -> None:
    assert at_v1.read_bytes(f"{repo.folder}/a/module.nml") == b"module A:1.0.0\n"
    assert at_v1.read_bytes(f"{repo.folder}/a/data.bin") == bytes(range(256))
    assert at_v1.read_bytes(f"{repo.folder}/emptied") == b""
    assert at_v1.read_bytes(f"{repo.folder}/top.nml") == b"\n"


def test_what_is_there_and_what_is_not(repo: Repo, at_v1: GitFiles) -> None:
    base = str(repo.folder)
    assert at_v1.is_file(f"{base}/top.nml")
    assert not at_v1.is_file(f"{base}/later/b.nml")
    assert not at_v1.is_folder(f"{base}/later")
    assert at_v1.is_folder(f"{base}/a")
    assert not at_v1.is_file(f"{base}/a")
    assert at_v1.list(base) == ("a", "away", "emptied", "linked", "ring", "top.nml")
    for missing in (f"{base}/later/b.nml", f"{base}/a", f"{base}/away/passwd", f"{base}/ring"):
        with pytest.raises(FileNotFoundError):
            at_v1.read_bytes(missing)
    with pytest.raises(FileNotFoundError):
        at_v1.list(f"{base}/later")


def test_links_are_those_of_the_commit(repo: Repo, at_v1: GitFiles) -> None:
    base = str(repo.folder)
    assert at_v1.is_link(f"{base}/linked")
    assert not at_v1.is_link(f"{base}/a")
    assert at_v1.read_bytes(f"{base}/linked/module.nml") == b"module A:1.0.0\n"
    assert at_v1.read_bytes(f"{base}/linked/file-link") == b"\n"
    assert at_v1.list(f"{base}/linked") == ("data.bin", "file-link", "module.nml")
    assert at_v1.real_path(f"{base}/linked/file-link") == os.path.realpath(f"{base}/top.nml")
    assert not at_v1.is_folder(f"{base}/away")
    assert not at_v1.is_folder(f"{base}/ring")


def test_relative_paths_and_the_way_to_the_root(repo: Repo, at_v1: GitFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.folder / "a")
    assert at_v1.read_bytes("module.nml") == b"module A:1.0.0\n"
    assert at_v1.read_bytes("../top.nml") == b"\n"
    assert root_for(".", at_v1) == ".."
    assert walk("..", at_v1).modules == ("../a/module.nml", "../top.nml")


def test_a_working_tree_behind_a_link(repo: Repo, at_v1: GitFiles, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(repo.folder)
    assert at_v1.read_bytes(f"{tmp_path}/elsewhere/top.nml") == b"\n"


def test_what_lies_outside_is_the_disks(repo: Repo, at_v1: GitFiles, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.nml").write_text("x")
    assert at_v1.read_bytes(f"{tmp_path}/outside/x.nml") == b"x"
    assert at_v1.list(f"{tmp_path}/outside") == ("x.nml",)
    assert at_v1.is_file(f"{tmp_path}/outside/x.nml")
    assert at_v1.is_folder(f"{tmp_path}/outside")
    assert not at_v1.is_link(f"{tmp_path}/outside")
    repository = Repository.around(str(repo.folder))
    with GitFiles(repository, "v1", [f"{repo.folder}/later"]) as files:
        assert files.list(f"{repo.folder}/later") == DiskFiles().list(f"{repo.folder}/later")


def test_names_that_are_no_plain_text(tmp_path: Path) -> None:
    made = new_repository(tmp_path)
    made.commit({'odd "name"\n.nml': "x", "ümlaut.nml": "y"})
    with GitFiles(Repository.around(str(tmp_path)), "HEAD") as files:
        assert files.list(str(tmp_path)) == ('odd "name"\n.nml', "ümlaut.nml")
        assert files.read_bytes(f"{tmp_path}/ümlaut.nml") == b"y"


def test_revisions_and_what_is_none(repo: Repo, tmp_path: Path) -> None:
    repository = Repository.around(str(repo.folder / "a"))
    assert repository.commit("HEAD~1") == repository.commit("v1") is not None
    assert repository.commit("v3") is None
    assert repository.commit("--all") is None
    assert set(repository.names()) == {"v1", "v2", "main"}
    with pytest.raises(GitError, match="not a git repository"):
        Repository.around(str(tmp_path))


def test_an_object_that_a_damaged_repository_lacks(repo: Repo) -> None:
    name = repo.git("rev-parse", "v1:top.nml")
    (repo.folder / ".git/objects" / name[:2] / name[2:]).unlink()
    with GitFiles(Repository.around(str(repo.folder)), "v1") as files:
        assert files.is_file(f"{repo.folder}/top.nml")
        with pytest.raises(OSError, match=f"lacks the object {name}"):
            files.read_bytes(f"{repo.folder}/top.nml")
        assert files.read_bytes(f"{repo.folder}/emptied") == b""


def test_git_is_missing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="cannot run git"):
        Repository.around(str(repo.folder))
