"""``nsc diff``: two files, folders or revisions; text, JSON and Markdown."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from repository import Repo, new_repository

from nscompiler.cli.main import main

OLD = """\
module Iris.Classify:0.1.0

type Plant = { petalLength : Double, petalWidth : Double }

fun predict : Plant -> { species : Text, score : Double } with { limit : Integer = 10 }
"""
NEW = OLD.replace("score : Double", "score : optional Double").replace("= 10", "= 12")
WORKFLOWS = """\
module Iris.Workflows:0.1.0

import Iris.Classify:0.1.0 as C

def classify = Sources.http { http_path = "/iris" } | C.predict | Sinks.log
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    made = new_repository(tmp_path)
    made.commit({"classify/module.nml": OLD, "workflows/module.nml": WORKFLOWS}, "v0.1.0")
    made.commit({"classify/module.nml": NEW})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return made


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["diff", *arguments]) == code
    return capsys.readouterr().out


TEXT = """\
Iris.Classify:0.1.0
  breaking  predict output.score: Double → optional Double
              for who reads what it gives
  minor     predict parameter limit: the default: 10 → 12
              who does not set it gets the new value
  → 0.2.0 or later must follow, and this is 0.1.0

Iris.Workflows:0.1.0
  minor     classify parameter limit: the default: 10 → 12
              who does not set it gets the new value
  → 0.1.1 or later must follow, and this is 0.1.0
"""


@pytest.mark.parametrize("arguments", [("v0.1.0",), ("v0.1.0", "HEAD"), ("HEAD~1", "."), ("v0.1.0:", "HEAD:.")])
def test_revisions_and_folders(repo: Repo, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert printed(capsys, *arguments) == TEXT


def test_one_file_of_a_revision(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    first = TEXT.partition("\n\n")[0] + "\n"
    assert printed(capsys, "v0.1.0", "classify/module.nml") == first
    assert printed(capsys, "v0.1.0", "HEAD", "--in", "classify") == first
    assert printed(capsys, "v0.1.0", "--in", "classify") == first
    assert printed(capsys, "v0.1.0:classify", "classify") == first


def test_from_a_folder_below_the_root(
    repo: Repo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.folder / "classify")
    assert printed(capsys, "v0.1.0") == TEXT.partition("\n\n")[0] + "\n"
    assert printed(capsys, "v0.1.0:./module.nml", "module.nml") == TEXT.partition("\n\n")[0] + "\n"


def test_two_folders_and_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side, text in (("old", OLD), ("new", NEW.replace("0.1.0", "0.2.0"))):
        (tmp_path / side / "m").mkdir(parents=True)
        (tmp_path / side / "m/module.nml").write_text(text)
    folders = [str(tmp_path / side) for side in ("old", "new")]
    found = printed(capsys, *folders)
    assert found.startswith("Iris.Classify:0.1.0 → 0.2.0\n")
    assert found.endswith("→ 0.2.0 says so\n")
    assert printed(capsys, *(f"{folder}/m/module.nml" for folder in folders)) == found
    assert printed(capsys, folders[0], folders[0]) == "nothing changed in 1 module\n"


def test_modules_that_come_and_go(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"workflows/module.nml": None, "more/module.nml": "module More:1.0.0\n"})
    document = json.loads(printed(capsys, "HEAD", "--format", "json"))
    assert [(one["module"], one["status"], one["level"]) for one in document["modules"]] == [
        ("Iris.Classify", "changed", "none"),
        ("Iris.Workflows", "removed", "major"),
        ("More", "added", "minor"),
    ]
    assert "the module is gone: for who imports it" in printed(capsys, "HEAD")
    assert "| breaking | module | removed | who imports the module |" in printed(capsys, "HEAD", "--format", "markdown")


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"a/module.nml": "Shop.New:1.0.0"}, "`Shop.New:1.0.0` is new and declares the same"),
        ({"a/module.nml": "Shop.New:1.0.0", "b/module.nml": "Shop.Two:1.0.0"}, None),
        ({"b/module.nml": "Shop.Empty2:1.0.0"}, None),
    ],
)
def test_a_module_with_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], others: dict[str, str], told: str | None
) -> None:
    body = "\ntype Order = { id : Integer }\nfun f : Order -> Text\nfun g : Text -> Order\n"
    sides = {"old": {"a/module.nml": "Shop.Old:1.0.0"}, "new": {"c/module.nml": "Shop.Empty:1.0.0", **others}}
    for side, modules in sides.items():
        for path, reference in modules.items():
            (tmp_path / side / path).parent.mkdir(parents=True)
            (tmp_path / side / path).write_text(f"module {reference}\n" + (body if "Empty" not in reference else ""))
    found = printed(capsys, str(tmp_path / "old"), str(tmp_path / "new"))
    assert "the module is gone: for who imports it" in found
    assert ("is new and declares the same" in found) == (told is not None)
    assert told is None or told in found
    document = json.loads(printed(capsys, str(tmp_path / "old"), str(tmp_path / "new"), "--format", "json"))
    alike = {one["module"]: one["alike"] for one in document["modules"]}
    assert alike["Shop.Old"] == (None if told is None else "Shop.New:1.0.0")


def test_files_that_changed_without_the_interface(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"classify/service.py": "class Module: ...\n"})
    repo.write({"classify/service.py": "class Module:\n    x = 1\n"})
    (one,) = [one for one in json.loads(printed(capsys, "HEAD", "--format", "json"))["modules"] if one["files"]]
    assert (one["files"], one["level"], one["follows"], one["says_so"]) == (["service.py"], "patch", "0.1.1", False)
    assert "  patch     files: service.py\n" in printed(capsys, "HEAD")


def test_a_new_version_alone_changes_nothing(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"classify/module.nml": NEW.replace("0.1.0", "0.1.1"), "workflows/module.nml": None})
    one = json.loads(printed(capsys, "HEAD", "--format", "json", "--in", "classify"))["modules"][0]
    assert (one["before"], one["after"], one["level"], one["changes"]) == ("0.1.0", "0.1.1", "none", [])


def test_snapshots_are_free(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = NEW.replace("0.1.0", "0.1.1-SNAPSHOT")
    repo.commit({"classify/module.nml": snapshot, "workflows/module.nml": None}, "snap")
    assert "→ 0.2.0 may follow; a snapshot may say what it likes" in printed(
        capsys, "v0.1.0", "snap", "--in", "classify"
    )
    repo.write({"classify/module.nml": OLD.replace("0.1.0", "0.2.0")})
    assert "0.1.1-SNAPSHOT is a snapshot, which promises nothing" in printed(capsys, "snap")


def test_json_says_all(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "v0.1.0", "--format", "json"))
    assert (document["schema_version"], document["old"], document["level"]) == (1, ". at v0.1.0", "major")
    first = document["modules"][0]
    assert (first["path"], first["follows"], first["says_so"]) == ("classify/module.nml", "0.2.0", False)
    assert first["changes"][0] == {
        "kind": "output-widened",
        "name": "predict",
        "path": "output.score",
        "level": "major",
        "breaking": True,
        "before": "Double",
        "after": "optional Double",
        "for": "who reads what it gives",
        "remark": None,
        "text": "Double → optional Double",
    }


def test_markdown(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "v0.1.0", "--format", "markdown", "--in", "classify")
    assert found.splitlines()[:5] == [
        "### Iris.Classify:0.1.0",
        "",
        "| change | where | what | for |",
        "|---|---|---|---|",
        "| breaking | predict output.score | Double → optional Double | who reads what it gives |",
    ]
    assert printed(capsys, "HEAD", "--format", "markdown") == "Nothing changed.\n"


def test_lines_fit_and_colour_carries_no_meaning(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    wide = "{ " + ", ".join(f"field{place} : Text" for place in range(30)) + " }"
    repo.write({"classify/module.nml": OLD + f"fun wide : Text -> {wide}\n"})
    found = printed(capsys, "v0.1.0")
    assert max(map(len, found.splitlines())) <= 80
    colored = printed(capsys, "v0.1.0", "--color", "always")
    assert "\x1b[" in colored
    assert "breaking" in colored or "minor" in colored


@pytest.mark.parametrize(("level", "code"), [("major", 1), ("minor", 1), ("patch", 1), (None, 0)])
def test_exit_codes(repo: Repo, capsys: pytest.CaptureFixture[str], level: str | None, code: int) -> None:
    printed(capsys, "v0.1.0", *(("--fail-on", level) if level else ()), code=code)
    printed(capsys, "HEAD", "--fail-on", "patch", code=0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("v0.1.1",), "error: there is no file, folder or git revision `v0.1.1`\n  did you mean `v0.1.0`"),
        (("v0.1.0:nowhere", "."), "error: there is no file or folder `nowhere` at v0.1.0"),
        (("v0.1.0", "HEAD", "--in", "nowhere"), "error: there is no file or folder `nowhere` at v0.1.0"),
    ],
)
def test_what_is_not_there(
    repo: Repo, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert main(["diff", *arguments]) == 1
    assert capsys.readouterr().err.startswith(said)


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.path.dirname(tmp_path))
    assert main(["diff", "v1", "v2"]) == 1
    assert capsys.readouterr().err.startswith("error: there is no file or folder `v1`\n  nor a revision")


def test_a_side_with_errors(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"classify/module.nml": OLD.replace("Integer", "Integr")})
    assert main(["diff", "v0.1.0"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Integr" in captured.err
    assert captured.err.endswith("error: . has errors, so its interfaces are not known\n")


def test_errors_of_a_revision_are_told_as_its(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"classify/module.nml": OLD.replace("Integer", "Integr")}, "wrong")
    repo.write({"classify/module.nml": OLD})
    assert main(["diff", "wrong"]) == 1
    assert capsys.readouterr().err.startswith(". at wrong:\nerror[NS0508]")


def test_a_module_with_errors_among_others(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    consumer = "module Iris.Use:0.1.0\n\nimport Iris.Classify:0.1.0 as C\n\nfun g : Text -> Text\n"
    repo.commit({"classify/module.nml": OLD, "use/module.nml": consumer}, "both")
    repo.write({"other/module.nml": "module Iris.Other:0.1.0\n\nfun h : Text -> Text\n"})
    repo.write({"use/module.nml": consumer + "\ndef d = g | C.nothing\n"})
    assert main(["diff", "both"]) == 1
    captured = capsys.readouterr()
    assert "Iris.Other:0.1.0\n  minor     new module" in captured.out
    assert "Iris.Use" not in captured.out
    assert "C.nothing" in captured.err
    assert captured.err.endswith("error: not compared, as errors leave their interfaces open: Iris.Use\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fun d : apple -> [apple]", "fun d : Integer -> [Integer]", "d type arguments: apple → none"),
        ("fun d : { x : Text | rest } -> {| rest }", "fun d : { x : Text } -> {}", "d type arguments: rest → none"),
    ],
)
def test_variables_have_the_authors_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    for name, declared in (("old", old), ("new", new)):
        (tmp_path / f"{name}.nml").write_text(f"module A.B:1.0.0\n\n{declared}\n")
    assert main(["diff", str(tmp_path / "old.nml"), str(tmp_path / "new.nml")]) == 0
    assert said in capsys.readouterr().out


def test_a_changed_release_can_still_be_compared(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    locked = {"Iris.Classify:0.1.0": {"interface": "sha256:0", "content": "sha256:0"}}
    repo.write({"nstack.lock": json.dumps({"schema_version": 1, "modules": locked})})
    assert main(["check", "classify"]) == 1
    capsys.readouterr()
    assert printed(capsys, "v0.1.0") == TEXT


def test_a_file_that_cannot_be_read(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit(
        {"classify/data.txt": "1", "classify/nstack.yaml": "stack:\n  language: python\nfiles:\n  - data.txt\n"}
    )
    repo.write({"classify/service.py": "class Module: ...\n"})
    name = repo.git("rev-parse", "HEAD:classify/data.txt")
    (repo.folder / ".git/objects" / name[:2] / name[2:]).unlink()
    assert main(["diff", "HEAD"]) == 1
    assert capsys.readouterr().err.startswith("error: not all files of Iris.Classify can be read:")


def test_a_repository_without_commits(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    new_repository(tmp_path).write({"module.nml": OLD})
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "HEAD"]) == 1
    assert capsys.readouterr().err.startswith("error: there is no file, folder or git revision `HEAD`")


@pytest.mark.parametrize("odd", ["", ":", ":module.nml", "HEAD:", "--all", "-h1", "HEAD^{tree}", "a\nb", "HEAD:../.."])
def test_odd_revisions(repo: Repo, capsys: pytest.CaptureFixture[str], odd: str) -> None:
    assert main(["diff", "--", odd, "."]) in (0, 1)
    assert "internal error" not in capsys.readouterr().err


def test_a_type_that_moves_to_another_module_is_named_with_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side, home in (("old", "Types"), ("new", "Models")):
        (tmp_path / side / "home").mkdir(parents=True)
        (tmp_path / side / "home" / "module.nml").write_text(
            f"module Shop.{home}:1.0.0\n\ntype Line = {{ a : Text }}\n"
        )
        (tmp_path / side / "module.nml").write_text(
            f"module Shop:1.0.0\n\nimport Shop.{home}:1.0.0 as T\n\ntype Lines = [T.Line]\nfun f : T.Line -> Text\n"
        )
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "minor     Lines[]: the type's name: Shop.Types.Line → Shop.Models.Line\n" in out
    assert "minor     f input: the type's name: Shop.Types.Line → Shop.Models.Line\n" in out


def test_two_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.nml").write_text("def f = Std.identity<Integer>\n")
    (tmp_path / "b.nml").write_text("def f = Std.identity<Text>\n")
    found = printed(capsys, "a.nml", "b.nml")
    assert found.startswith("b\n  breaking  f input: Integer → Text\n")


def test_several_versions_of_one_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def write(side: str, *versions: str) -> str:
        for version in versions:
            (tmp_path / side / version).mkdir(parents=True)
            (tmp_path / side / version / "module.nml").write_text(OLD.replace("0.1.0", version))
        return str(tmp_path / side)

    old, new = write("old", "1.0.0", "2.0.0"), write("new", "2.0.0", "2.1.0", "1.0.1")
    document = json.loads(printed(capsys, old, new, "--format", "json"))
    assert [(one["before"], one["after"], one["status"]) for one in document["modules"]] == [
        ("1.0.0", "1.0.1", "changed"),
        ("2.0.0", "2.0.0", "changed"),
        ("2.0.0", "2.1.0", "changed"),
    ]


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_standard_output_that_takes_only_ascii(repo: Repo, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    repo.write({"classify/module.nml": NEW.replace("species", "größe").replace("12", "13")})
    taken = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(taken, encoding="ascii"))
    assert main(["diff", "v0.1.0", "--in", "classify", "--format", form]) == 0
    text = taken.getvalue().decode("ascii")
    if form == "json":
        assert any(one["path"] == "output.größe" for one in json.loads(text)["modules"][0]["changes"])
    else:
        assert "Double -> optional Double" in text
        assert "gr\\xf6\\xdfe" in text
