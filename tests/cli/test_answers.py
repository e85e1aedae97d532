"""A check whose answer is known is not made again; and an answer that no longer holds is never given."""

import marshal
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nscompiler.cli import answers
from nscompiler.cli.main import main
from nscompiler.recheck import Recheck

TEXT = """module Demo.A:0.1.0

import Demo.B:0.1.0 as B

fun f : B.T -> Text
def w = Sources.stdin | B.g | f | Sinks.log
"""
OTHER = "module Demo.B:0.1.0\n\ntype T = { x : Double }\nfun g : Text -> T\n"
PYTHON = "import nstack\n\nclass Module(nstack.Module):\n    def f(self, value):\n        return str(value)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two modules, older than any clock's tick, in the working folder."""
    monkeypatch.setenv("NSC_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    for name, text in {"a/module.nml": TEXT, "a/service.py": PYTHON, "b/module.nml": OTHER}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    age(root)
    monkeypatch.chdir(root)
    return root


def age(root: Path) -> None:
    """Make everything look untouched for an hour."""
    for path in [root, *root.rglob("*")]:
        seconds = path.stat().st_mtime - 3600
        os.utime(path, (seconds, seconds))


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    return code, capsys.readouterr().out


def known() -> bool:
    """Whether the answer for this folder is known."""
    held = answers.look((".",), ())
    return held is not None and held.holds


def test_an_answer_is_given_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not known()
    first = said(capsys)
    assert known()
    assert said(capsys) == first


def edit_text(root: Path) -> None:
    (root / "b/module.nml").write_text(OTHER.replace("Double", "Integer"))


def edit_and_keep_size_and_time(root: Path) -> None:
    path = root / "b/module.nml"
    before = path.stat()
    path.unlink()
    path.write_text(OTHER.replace("x :", "y :"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit_python(root: Path) -> None:
    (root / "a/service.py").write_text(PYTHON.replace("def f", "def ff"))


def add_python(root: Path) -> None:
    (root / "b/service.py").write_text("class Module:\n    pass\n")


def add_module(root: Path) -> None:
    (root / "c").mkdir()
    (root / "c/module.nml").write_text("module Demo.C:0.1.0\n")


def add_twin(root: Path) -> None:
    shutil.copytree(root / "b", root / "b2")


def remove_module(root: Path) -> None:
    shutil.rmtree(root / "b")


def add_project_file(root: Path) -> None:
    (root / "nstack-project.yaml").write_text("modules:\n  - a\n  - missing\n")


def add_requirements(root: Path) -> None:
    (root / "a/nstack.yaml").write_text("stack: python\nunheard: 1\n")


def replace_by_pipe(root: Path) -> None:
    (root / "b/module.nml").unlink()
    os.mkfifo(root / "b/module.nml")


def replace_by_link(root: Path) -> None:
    (root / "b").rename(root.parent / "elsewhere")
    (root / "b").symlink_to(root.parent / "elsewhere")


CHANGES: list[Callable[[Path], None]] = [
    edit_text,
    edit_and_keep_size_and_time,
    edit_python,
    add_python,
    add_module,
    add_twin,
    remove_module,
    add_project_file,
    add_requirements,
    replace_by_link,
    replace_by_pipe,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_an_answer_does_not_outlive_a_change(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    said(capsys)
    change(project)
    assert not known()
    again = said(capsys)
    monkeypatch.setenv("NSC_NO_CACHE", "1")
    assert said(capsys) == again


def test_touching_a_file_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys)
    (project / "a/module.nml").touch()
    assert known()


def test_what_was_written_a_moment_ago_is_read_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "b/module.nml"
    path.touch()
    before = path.stat()
    said(capsys)
    with path.open("r+") as file:  # the same file, size and time: a clock that ticks slowly sees no difference
        file.write(OTHER.replace("Demo.B", "Demo.X"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not known()


@pytest.mark.parametrize("content", [b"", b"no answer", b"\x00" * 100])
def test_a_broken_answer_is_none(project: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    first = said(capsys)
    (file,) = (project.parent / "cache/check").glob("*.answer")
    whole = file.read_bytes()
    for broken in (content, whole[: len(whole) // 2], marshal.dumps((1, 2))):
        file.write_bytes(broken)
        assert not known()
        assert said(capsys) == first


@pytest.mark.parametrize("content", [b"", b"no memory", b"\x00" * 100, b"\xff" * 100])
def test_a_broken_memory_is_none(project: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = project / "a/module.nml"
    clean = (0, "no problems in 2 modules\n")
    for number in range(2):
        path.write_text(f"module Demo.A:0.1.0\n// {number}\n")
        assert said(capsys) == clean
    (file,) = (project.parent / "cache/check").glob("*.memory")
    whole = file.read_bytes()
    for number, broken in enumerate((content, whole[: len(whole) // 2], whole[:20], whole + b"x")):
        file.write_bytes(broken)
        path.write_text(f"module Demo.A:0.1.0\n// again {number}\n")
        assert said(capsys) == clean
    assert len(file.read_bytes()) == len(whole)


def test_a_byte_that_is_another_spoils_an_answer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys)
    (file,) = (project.parent / "cache/check").glob("*.answer")
    whole = file.read_bytes()
    for at in range(0, len(whole), len(whole) // 40):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert not known()
    assert said(capsys) == first


def test_a_byte_that_is_another_spoils_a_memory(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "b/module.nml"
    for number in range(40):
        path.write_text(OTHER)
        assert said(capsys) == (0, "no problems in 2 modules\n")
        (file,) = (project.parent / "cache/check").glob("*.memory")
        whole = file.read_bytes()
        at = number * len(whole) // 40
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        path.write_text(OTHER.replace("Double", "Text") if number % 2 else f"{OTHER}// {number}\n")
        assert said(capsys) == (0, "no problems in 2 modules\n")


def test_answers_belong_to_paths_folder_and_compiler(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys)
    assert answers.look(("a",), ()) is None
    assert answers.look((".",), ("b",)) is None
    monkeypatch.chdir("a")
    assert not known()
    monkeypatch.chdir("..")
    monkeypatch.setattr(sys, "path", [*sys.path, "/somewhere"])
    assert not known()


def test_no_more_answers_are_kept_than_the_limit(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "KEPT", 2)
    for path in ("a", "b", "."):
        said(capsys, path)
    kept = list((project.parent / "cache/check").iterdir())
    assert sorted(path.suffix for path in kept) == [".answer", ".answer", ".memory", ".memory"]
    assert known()


def test_a_cache_that_cannot_be_written_does_no_harm(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.parent / "file").write_text("")
    monkeypatch.setenv("NSC_CACHE_DIR", str(project.parent / "file"))
    first = said(capsys)
    assert not known()
    assert said(capsys) == first


def test_a_known_answer_needs_nothing_of_the_compiler(project: Path) -> None:
    (project / "a/module.nml").write_text("module Demo.A:0.1.0\n")
    age(project)
    code = (
        "import sys; before = set(sys.modules); from nscompiler.cli.main import main; main(['check']); "
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    loaded = []
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "no problems in 2 modules\n"
        loaded.append(set(done.stderr.split()))
    assert {"nscompiler.pipeline", "nscompiler.source"} <= loaded[0]
    assert not {"hashlib", "nscompiler.pipeline", "nscompiler.source"} & loaded[1]


def test_one_edited_file_is_checked_alone_and_the_answer_known_again(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "a/module.nml"
    sound = "module Demo.A:0.1.0\n\nimport Demo.B:0.1.0 as B\n\ndef f = B.g\n"
    clean = (0, "no problems in 2 modules\n")
    for text in (sound, f"{sound}// once\n"):  # from scratch; then with a memory of each file
        path.write_text(text)
        assert said(capsys) == clean
    monkeypatch.delattr(Recheck, "summary")  # of use to nothing but a check of all
    path.write_text(f"{sound}// twice\n")
    assert said(capsys) == clean
    assert known()
    path.write_text(sound.replace("B.g", "B.h"))
    code, out = said(capsys)
    assert (code, "a/module.nml:5:11" in out, "1 error" in out) == (1, True, True)
    assert known()
    assert said(capsys) == (code, out)
    path.write_text(f"// first\n{sound.replace('B.g', 'B.h')}")
    moved, told = said(capsys)
    assert (moved, "a/module.nml:6:11" in told) == (1, True)
    path.write_text(f"{sound}// thrice\n")
    assert said(capsys) == clean
    assert known()


@pytest.mark.thorough
def test_random_changes_get_the_answers_of_a_check_from_scratch(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = random.Random(11)
    texts = {
        "a/module.nml": [TEXT, TEXT.replace("B.g |", ""), TEXT.replace("def w", "def v"), "module", ""],
        "b/module.nml": [OTHER, OTHER.replace("Double", "Text"), OTHER.replace("fun g", "fun h"), OTHER + "// x\n"],
        "a/service.py": [PYTHON, PYTHON.replace("def f", "def g"), "class"],
    }
    for _ in range(40):
        name = choice.choice(list(texts))
        (project / name).write_text(choice.choice(texts[name]))
        if choice.random() < 0.5:
            age(project)
        found = said(capsys)
        monkeypatch.setenv("NSC_NO_CACHE", "1")
        assert said(capsys) == found
        monkeypatch.delenv("NSC_NO_CACHE")
