"""``nsc targets`` and the settings of targets, with a target of another wheel among them."""

import json
from pathlib import Path

import pytest

from nscompiler import backends
from nscompiler.backends.base import Build, Emitted, Setting, Unsupported
from nscompiler.cli.main import main


class Postcards:
    """A target of somebody else's."""

    name = "postcards"
    about = "a card for each workflow"
    runs = False
    settings = (
        Setting(name="size", about="how large a card is", default="a6", choices=("a5", "a6")),
        Setting(name="to", about="whom it goes to"),
    )

    def unsupported(self, build: Build) -> tuple[Unsupported, ...]:
        """Cards have no place for long names."""
        long = [graph for graph in build.graphs if len(graph.name) > 8]
        return tuple(Unsupported(title="the name is too long", remedy="shorten it", origin=own.origin) for own in long)

    def emit(self, build: Build) -> Emitted:
        """One file, which says what was asked for."""
        said = {
            "settings": dict(build.settings),
            "command": build.command,
            "places": [repr(p) for p in build.placements],
        }
        return Emitted(files=(("card.json", json.dumps(said)),))


BACKEND = Postcards()


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"postcards": f"{__name__}:BACKEND"}
    monkeypatch.setattr(backends, "_foreign", lambda: points)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.nml").write_text('module Demo:0.1.0\n\ndef w = ["a"] | Sinks.log\n')
    return tmp_path


@pytest.mark.usefixtures("foreign")
def test_every_target_is_listed_with_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("postcards  a card for each workflow")
    assert [line.strip() for line in lines[start + 1 :]] == [
        "--set size=a5|a6  how large a card is (default: a6)",
        "--set to=TEXT  whom it goes to",
    ]
    assert main(["targets", "--format", "json"]) == 0
    listed = {own["name"]: own for own in json.loads(capsys.readouterr().out)["targets"]}
    assert listed["local"]["runs"] is True
    assert listed["postcards"]["settings"][0]["choices"] == ["a5", "a6"]


def test_a_target_that_cannot_be_loaded_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    monkeypatch.setattr(backends, "_foreign", lambda: {"gone": "no_such_module:BACKEND"})
    assert main(["targets"]) == 1
    printed = capsys.readouterr()
    assert "local" in printed.out
    assert "the target gone cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'" in printed.err
    assert main(["build", "one.nml", "--target", "gone"]) == 1
    assert "the wheel that brings it is broken" in capsys.readouterr().err


@pytest.mark.usefixtures("foreign")
def test_what_is_chosen_reaches_the_target(here: Path) -> None:
    assert main(["build", "one.nml", "--target", "postcards", "-o", "out", "--set", "size=a5"]) == 0
    said = json.loads((here / "out/card.json").read_text())
    assert said["settings"] == {"size": "a5", "to": ""}
    assert said["command"] == "nsc build one.nml --target postcards --set size=a5"


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--set", "size=a4"], "the setting size cannot be a4; it is a5 or a6"),
        (["--set", "size="], "the setting size cannot be empty; it is a5 or a6"),
        (["--set", "to=me", "--set", "to=you"], "--set to is given twice: me and you"),
    ],
)
def test_what_cannot_be_chosen(here: Path, capsys: pytest.CaptureFixture[str], given: list[str], told: str) -> None:
    assert main(["build", "one.nml", "--target", "postcards", *given]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (here / "build").exists()


@pytest.mark.usefixtures("foreign")
def test_a_slip_in_a_setting_is_told_of(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "one.nml", "--target", "postcards", "--set", "siez=a5"]) == 1
    told = capsys.readouterr().err
    assert "nothing in these workflows reads a parameter siez" in told
    assert "the target postcards has no setting siez either: did you mean `size`?" in told


@pytest.mark.usefixtures("foreign")
def test_a_target_that_refuses_ends_a_build_for_it_alone(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postcards, "runs", True)
    (here / "one.nml").write_text('def muchTooLong = ["a"] | Sinks.log\n')
    assert main(["build", "one.nml", "--target", "postcards", "-o", "out"]) == 1
    assert not (here / "out").exists()
    assert main(["build", "one.nml", "--target", "all", "-o", "out"]) == 0
    assert "one.nml is not built for postcards" in capsys.readouterr().err
    assert (here / "out/local/manifest.json").exists()


@pytest.mark.usefixtures("foreign")
def test_the_places_of_a_project_reach_the_target(here: Path) -> None:
    (here / "nstack-project.yaml").write_text(
        "places:\n  scoring:\n    modules: [Demo]\n    memory: 1.5g\n    cpus: 0.5\n    runs-on: gpu\n"
    )
    assert main(["build", "one.nml", "--target", "postcards", "-o", "out"]) == 0
    (place,) = json.loads((here / "out/card.json").read_text())["places"]
    assert place == (
        "Placement(name='scoring', modules=('Demo:0.1.0',), memory=1610612736, cpus=0.5, replicas=None, runs_on='gpu')"
    )


@pytest.mark.usefixtures("foreign")
def test_a_run_of_a_project_says_who_would_not_run_it(
    here: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postcards, "runs", True)
    (here / "one.nml").unlink()
    (here / "nstack-project.yaml").write_text("modules: [demo]\n")
    (here / "demo").mkdir()
    (here / "demo/module.nml").write_text('module Demo:0.1.0\n\ndef tooLongByFar = ["a"] | Sinks.log\n')
    told = "postcards would not run it: the name is too long  [at=demo/module.nml:3]"
    assert main(["run", "."]) == 0
    assert told in capfd.readouterr().err
    assert main(["run", "demo"]) == 0
    assert told not in capfd.readouterr().err
    assert main(["run", ".", "--quiet"]) == 0
    assert told not in capfd.readouterr().err
