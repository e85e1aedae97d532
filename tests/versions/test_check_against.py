"""``nsc check --against``: a release that changed since a revision says so in its version."""

import json
from pathlib import Path

import pytest
from repository import Repo, new_repository

from nscompiler.cli.main import main
from nscompiler.diagnostics.edits import apply_edits
from nscompiler.files import DiskFiles
from nscompiler.pipeline.compilation import Compilation
from nscompiler.tools.release_versions import hidden_changes
from nscompiler.tools.revisions import NoSuchState

OLD = "module Iris.Classify:1.0.0\n\nfun predict : Text -> { score : Double }\n"
BROKEN = OLD.replace("score : Double", "score : optional Double")
MORE = OLD + "fun judge : Text -> Text\n"
USER = "module User:0.1.0\n\nimport Iris.Classify:1.0.0 as C\n\ndef f = C.predict\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    made = new_repository(tmp_path)
    made.commit({"classify/module.nml": OLD, "user/module.nml": USER}, "v1")
    monkeypatch.chdir(tmp_path)
    return made


def found(*paths: str):
    return hidden_changes(Compilation(DiskFiles(), paths or (".",)), "v1").problems


def test_a_breaking_change_that_the_version_hides(repo: Repo) -> None:
    repo.write({"classify/module.nml": BROKEN})
    problems = found("classify")
    (one,) = problems
    assert one.code.id == "NS0228"
    assert one.title == "`Iris.Classify:1.0.0` breaks what was right at v1; its version hides it"
    assert BROKEN[one.primary.span.start : one.primary.span.end] == "1.0.0"
    assert one.primary.span.path == "classify/module.nml"
    assert one.notes == ("breaking: predict output.score: Double → optional Double (for who reads what it gives)",)
    assert (one.expected, one.found) == ("2.0.0", "1.0.0")


def test_the_fix_writes_the_version_where_it_stands(repo: Repo) -> None:
    repo.write({"classify/module.nml": BROKEN})
    (one, _) = found()
    (fix,) = one.fixes
    assert fix.title == "write 2.0.0 here and in an import"
    for path in ("classify/module.nml", "user/module.nml"):
        text = (repo.folder / path).read_text()
        mended = apply_edits(text, [edit for edit in fix.edits if edit.span.path == path])
        assert mended == text.replace("1.0.0", "2.0.0")
        repo.write({path: mended})
    assert found("classify") == ()
    assert main(["check", "--against", "v1", "classify"]) == 0


def test_an_import_that_breaks_breaks_its_users_too(repo: Repo) -> None:
    repo.write({"classify/module.nml": BROKEN})
    assert [(one.primary.span.path, one.expected) for one in found()] == [
        ("classify/module.nml", "2.0.0"),
        ("user/module.nml", "0.2.0"),
    ]


@pytest.mark.parametrize(
    ("text", "version", "wanted"),
    [
        (BROKEN, "1.9.0", "2.0.0"),
        (BROKEN, "2.0.0", None),
        (BROKEN, "3.1.4", None),
        (BROKEN, "1.0.1-SNAPSHOT", None),
        (MORE, "1.0.0", "1.1.0"),
        (MORE, "1.0.9", "1.1.0"),
        (MORE, "1.1.0", None),
        (OLD, "1.0.0", None),
        (OLD, "0.9.0", None),
        (OLD.replace("fun", "/// More words.\nfun"), "1.0.0", None),
    ],
)
def test_which_versions_say_so(repo: Repo, text: str, version: str, wanted: str | None) -> None:
    repo.write({"classify/module.nml": text.replace("1.0.0", version)})
    assert [one.expected for one in found("classify")] == ([] if wanted is None else [wanted])


def test_what_was_a_snapshot_promised_nothing(repo: Repo) -> None:
    repo.commit({"classify/module.nml": OLD.replace("1.0.0", "1.0.0-SNAPSHOT"), "user/module.nml": None})
    repo.git("tag", "--force", "v1")
    repo.write({"classify/module.nml": BROKEN})
    assert found() == ()


def test_modules_are_found_by_name_and_new_ones_are_free(repo: Repo) -> None:
    repo.write({"classify/module.nml": None, "elsewhere/module.nml": BROKEN, "new/module.nml": "module New:1.0.0\n"})
    assert [one.primary.span.path for one in found("elsewhere", "new")] == ["elsewhere/module.nml"]


def test_the_version_is_compared_with_the_one_before_it(repo: Repo) -> None:
    repo.commit({"two/module.nml": BROKEN.replace("1.0.0", "2.0.0")})
    repo.git("tag", "--force", "v1")
    repo.write({"two/module.nml": BROKEN.replace("1.0.0", "2.0.1")})
    assert found("classify", "two") == ()


def test_a_module_with_errors_is_not_compared(repo: Repo) -> None:
    repo.write({"classify/module.nml": BROKEN + "def broken = nothing\n"})
    assert found("classify") == ()


MISSING = "\nimport Nowhere:9.9.9 as N\n"


def test_a_module_whose_import_is_missing_is_not_compared(repo: Repo) -> None:
    repo.write({"classify/module.nml": BROKEN.replace("1.0.0\n", "1.0.0\n" + MISSING)})
    assert found() == (), "nor is the module that imports it"
    repo.write({"classify/module.nml": BROKEN, "user/module.nml": USER.replace(":1.0.0 as", ":9.9.9 as")})
    assert [one.primary.span.path for one in found()] == ["classify/module.nml"]


def test_a_module_that_had_errors_then_is_not_compared(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit({"classify/module.nml": OLD.replace("1.0.0\n", "1.0.0\n" + MISSING) + "def f = N.f\n"}, "v2")
    repo.write({"classify/module.nml": BROKEN})
    hidden = hidden_changes(Compilation(DiskFiles(), (".",)), "v2")
    assert hidden.problems == ()
    assert sorted(hidden.not_compared) == ["Iris.Classify:1.0.0", "User:0.1.0"]
    assert main(["check", "--against", "v2", "classify"]) == 0
    assert capsys.readouterr().err == "not compared, as they had errors at v2: Iris.Classify:1.0.0\n"
    assert main(["check", "--against", "v2", "classify", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_the_fix_is_applied(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"classify/module.nml": BROKEN})
    assert main(["check", "--against", "v1", "--diff", "--unsafe-fixes"]) == 1
    assert "+module Iris.Classify:2.0.0" in capsys.readouterr().out
    assert main(["check", "--against", "v1", "--fix"]) == 1, "the version may be meant otherwise"
    assert (repo.folder / "classify/module.nml").read_text() == BROKEN
    assert main(["check", "--against", "v1", "--fix", "--unsafe-fixes"]) == 0
    assert (repo.folder / "classify/module.nml").read_text() == BROKEN.replace("1.0.0", "2.0.0")
    mended = USER.replace("User:0.1.0", "User:0.2.0").replace("Classify:1.0.0", "Classify:2.0.0")
    assert (repo.folder / "user/module.nml").read_text() == mended
    assert main(["check", "--against", "v1"]) == 0


def test_the_command(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write({"classify/module.nml": MORE})
    assert main(["check", "classify"]) == 0
    assert main(["check", "--against", "v1", "classify", "--format", "json"]) == 1
    captured = capsys.readouterr()
    document = json.loads(captured.out[captured.out.index("{") :])
    assert [one["code"] for one in document["diagnostics"]] == ["NS0228"]
    assert main(["check", "--against", "HEAD", "--ignore", "NS0228", "classify"]) == 0
    assert main(["check", "--against", "v1", "--exit-zero", "classify"]) == 0


def test_many_changes_are_cut_short(repo: Repo) -> None:
    repo.write({"classify/module.nml": OLD + "".join(f"fun f{place} : Text -> Text\n" for place in range(9))})
    (one,) = found("classify")
    assert len(one.notes) == 6
    assert one.notes[-1] == "4 more changes; `nsc diff v1 classify/module.nml` tells all"


def test_no_such_revision(repo: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoSuchState):
        hidden_changes(Compilation(DiskFiles(), (".",)), "v2")
    assert main(["check", "--against", "v2"]) == 1
    assert capsys.readouterr().err == (
        "error: there is no git revision `v2`\n  in a clone without history or tags, `git fetch --tags` may bring it\n"
    )


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "module.nml").write_text(OLD)
    assert main(["check", "--against", "HEAD"]) == 1
    assert capsys.readouterr().err.startswith("error: git: not a git repository")
