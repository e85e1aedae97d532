"""What given paths are, what is to be checked, and where imports are looked for."""

import os

import pytest
from linking import told

from nscompiler.diagnostics.model import Severity
from nscompiler.files import DiskFiles, MemoryFiles, WatchedFiles
from nscompiler.modules.discovery import PathKind, discover
from nscompiler.modules.tree import ascend, root_for, walk
from nscompiler.source import Span

MODULE = "module Demo:1.0.0\n"


def found(files, *paths, **options):
    memory = MemoryFiles(files)
    return memory, discover(paths or (".",), memory, **options)


@pytest.mark.parametrize(
    ("path", "kind", "targets"),
    [
        ("demo/module.nml", PathKind.MODULE, ("demo/module.nml",)),
        ("etl.nml", PathKind.SCRIPT, ("etl.nml",)),
        ("demo", PathKind.FOLDER, ("demo/helper.nml", "demo/module.nml")),
        ("demo/", PathKind.FOLDER, ("demo/helper.nml", "demo/module.nml")),
        (".", PathKind.TREE, ("demo/helper.nml", "demo/module.nml", "etl.nml", "project/a/module.nml")),
        ("./project", PathKind.PROJECT, ("project/a/module.nml",)),
    ],
)
def test_kinds_of_paths(path, kind, targets):
    files = {
        "demo/module.nml": MODULE,
        "demo/helper.nml": "module Helper:1.0.0",
        "etl.nml": "Sources.stdin | Sinks.log",
        "project/nstack-project.yaml": "modules: [a]",
        "project/a/module.nml": "module A:1.0.0",
    }
    _, discovery = found(files, path)
    assert discovery.problems == ()
    assert [(given.kind, given.targets) for given in discovery.given] == [(kind, targets)]
    assert discovery.targets == targets


def test_what_is_not_searched():
    searched = ("a.nml", "deep/b.nml", "built/module.nml", "built/manifest.json")
    hidden = (".venv/a.nml", ".hidden.nml", "x/.git/a.nml")
    skipped = ("node_modules/a.nml", "__pycache__/a.nml", "venv/a.nml", "dist/inner/a.nml", "dist/manifest.json")
    memory = MemoryFiles(dict.fromkeys((*searched, *hidden, *skipped, "notes.txt"), MODULE))
    assert walk(".", memory).modules == ("a.nml", "built/module.nml", "deep/b.nml")
    assert walk("dist", memory).modules == ("dist/inner/a.nml",)


def test_roots():
    memory = MemoryFiles(
        {"repo/.git": "gitdir: x", "repo/p/nstack-project.yaml": "", "repo/p/m/module.nml": "", "repo/q/a.nml": ""}
    )
    assert root_for("repo/p/m", memory) == "repo/p"
    assert root_for("repo/q", memory) == "repo"
    assert root_for("elsewhere/x", memory) == "elsewhere/x"


def test_a_project_above_the_repository_is_the_root():
    memory = MemoryFiles({"p/nstack-project.yaml": "", "p/repo/.git/HEAD": "", "p/repo/a.nml": ""})
    assert root_for("p/repo", memory) == "p"


def test_folders_above_a_path(monkeypatch, tmp_path):
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path / "x")
    depth = len((tmp_path / "x").parts) - 1
    above = list(ascend("a/b"))
    assert above[:4] == ["a/b", "a", ".", ".."]
    assert above[-1] == "/".join([".."] * depth)
    assert list(ascend("/a/b")) == ["/a/b", "/a", "/"]


def test_one_file_has_one_name(monkeypatch, tmp_path):
    (tmp_path / "a.nml").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    full = str(tmp_path / "a.nml")
    assert discover(("a.nml", full, "./a.nml"), DiskFiles()).targets == ("a.nml",)
    assert discover((full,), DiskFiles()).targets == (full,)


def test_links(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "module.nml").write_text("module Out:1.0.0")
    (inside / "module.nml").write_text("module In:1.0.0")
    (outside / "loop").symlink_to(outside)
    (inside / "vendor").symlink_to(outside)
    (inside / "again").symlink_to(outside)
    (inside / "self").symlink_to(inside)
    (inside / "up").symlink_to(tmp_path)
    (inside / "gone.nml").symlink_to(tmp_path / "nowhere.nml")
    (inside / "same.nml").symlink_to(inside / "module.nml")
    modules = walk(str(inside), DiskFiles()).modules
    assert [os.path.relpath(path, inside) for path in modules] == ["again/module.nml", "module.nml", "same.nml"]
    discovery = discover((str(inside),), DiskFiles())
    assert discovery.problems == ()
    assert len(discovery.targets) == 2


def test_a_file_is_searched_for_only_when_asked(monkeypatch):
    class Listing(MemoryFiles):
        listed: tuple[str, ...] = ()

        def list(self, folder):
            self.listed = (*self.listed, folder)
            return super().list(folder)

    files = Listing({"a.nml": MODULE, "b/c.nml": "module C:1.0.0"})
    discovery = discover(("a.nml",), files)
    assert files.listed == ()
    assert not discovery.index.searched
    discovery.index.contents  # noqa: B018
    assert files.listed == (".", "b")


def test_no_such_path():
    memory, discovery = found({"movies/types.nml": MODULE}, "movies/typs.nml")
    (problem,) = discovery.problems
    assert told(memory, [problem]) == [("NS0221", "movies/typs.nml", "")]
    assert problem.title == "there is no file or folder `movies/typs.nml`"
    assert problem.notes == ("did you mean `movies/types.nml`?",)
    assert (discovery.targets, discovery.given) == ((), ())


def test_not_a_module_file():
    memory, discovery = found({"demo/service.py": ""}, "demo/service.py")
    assert told(memory, discovery.problems) == [("NS0222", "demo/service.py", "")]
    assert discovery.problems[0].notes == ("give its folder: `demo`",)


def test_neither_a_file_nor_a_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe.nml")
    (tmp_path / "broken.nml").symlink_to(tmp_path / "nowhere")
    problems = discover((str(tmp_path / "pipe.nml"), str(tmp_path / "broken.nml")), DiskFiles()).problems
    assert [item.code.id for item in problems] == ["NS0222", "NS0222"]
    assert walk(str(tmp_path), DiskFiles()).modules == ()


def test_a_link_to_itself_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "round.nml").symlink_to(tmp_path / "round.nml")
    (tmp_path / "main.nml").write_text("import Gone:1.0.0\n\nSources.stdin | Gone.f | Sinks.log")
    watched = WatchedFiles()
    discovery = discover((".",), watched)
    assert discovery.problems == ()
    assert list(discovery.targets) == ["main.nml"]
    assert watched.list(".") == ("main.nml", "round.nml")
    assert not watched.is_file("round.nml")
    assert watched.is_link("round.nml")


def test_a_folder_without_modules():
    memory, discovery = found({"notes/readme.txt": ""}, "notes")
    assert told(memory, discovery.problems) == [("NS0223", "notes", "")]


def test_a_folder_whose_module_file_is_missing():
    memory, discovery = found({"demo/nstack.yaml": "packages: []", "demo/service.py": ""}, "demo")
    assert told(memory, discovery.problems) == [("NS0227", "demo/nstack.yaml", "")]
    assert discovery.problems[0].title == "`demo` has no `module.nml`"


def test_an_empty_file():
    memory, discovery = found({"a.nml": "", "b.nml": " \n\t", "c.nml": "// only this"})
    assert told(memory, discovery.problems) == [("NS0226", "a.nml", ""), ("NS0226", "b.nml", "")]


def test_bytes_that_are_no_text():
    memory, discovery = found({"a.nml": b"module \xff", "b.nml": MODULE})
    assert told(memory, discovery.problems) == [("NS0225", "a.nml", "")]
    assert discovery.targets == ("b.nml",)


class Closed(MemoryFiles):
    """Files of which some may not be read."""

    def read_bytes(self, path):
        if "closed" in path:
            raise PermissionError(13, "Permission denied", path)
        return super().read_bytes(path)

    def list(self, folder):
        if "closed" in folder:
            raise PermissionError(13, "Permission denied", folder)
        return super().list(folder)


def test_what_may_not_be_read():
    files = Closed({"closed.nml": MODULE, "closed/b.nml": MODULE, "c.nml": MODULE})
    discovery = discover((".",), files)
    assert {(item.code.id, item.title) for item in discovery.problems} == {
        ("NS0224", "cannot read `closed.nml`: permission denied"),
        ("NS0224", "cannot read `closed`: permission denied"),
    }
    assert discovery.targets == ("c.nml",)


def test_only_a_closed_folder():
    assert [item.code.id for item in discover(("closed",), Closed({"closed/b.nml": MODULE})).problems] == ["NS0224"]


def test_one_module_in_two_files():
    memory, discovery = found({"b.nml": "module  Demo:1.0.0", "a/a.nml": MODULE, "c.nml": "module nstack/Demo:1.0.0"})
    (problem,) = discovery.problems
    assert told(memory, [problem]) == [("NS0218", "a/a.nml", "Demo:1.0.0")]
    assert problem.title == "`Demo:1.0.0` is in two places: `a/a.nml` and `b.nml`"
    assert [label.span for label in problem.related] == [Span("b.nml", 8, 18), Span("c.nml", 7, 24)]


def test_search_folders_that_are_not_there():
    memory, discovery = found({"a.nml": MODULE, "vendor/b.nml": "module B:1.0.0"}, extra_paths=("vendor", "vendr"))
    assert told(memory, discovery.problems) == [("NS0221", "vendr", "")]
    assert discovery.problems[0].severity is Severity.WARNING
    assert discovery.index.extra == ("vendor",)


def test_configuration_is_read_with_the_modules():
    files = {"p/nstack-project.yaml": "modules: [a]", "p/a/module.nml": MODULE, "p/a/nstack.yaml": "package: []"}
    memory, discovery = found(files, "p")
    assert told(memory, discovery.problems) == [("NS0232", "p/a/nstack.yaml", "package")]
    assert list(discovery.configs) == ["p/a"]
    assert [entry.value for entry in discovery.projects["p"].modules] == ["a"]
    _, single = found(files, "p/a/module.nml")
    assert (list(single.configs), single.projects, single.index.roots) == (["p/a"], {}, ("p",))


def test_the_lock_of_the_root_is_read():
    memory, discovery = found({"nstack.lock": "<<<<", "a.nml": MODULE})
    assert told(memory, discovery.problems) == [("NS0252", "nstack.lock", "<")]


def test_walking_reads_nothing(tmp_path):
    reads = []

    class Watching(DiskFiles):
        def read_bytes(self, path):
            reads.append(path)
            return super().read_bytes(path)

    for at in range(50):
        (tmp_path / f"m{at}").mkdir()
        (tmp_path / f"m{at}" / "module.nml").write_text(f"module M{at}:1.0.0")
        (tmp_path / f"m{at}" / "data.csv").write_text("")
    assert len(walk(str(tmp_path), Watching()).modules) == 50
    assert reads == []
