"""What starting costs: sets of imported modules, as times are unstable."""

import subprocess
import sys
from pathlib import Path

import pytest

# What nobody should wait for who only checks a file.
HEAVY = {
    "asyncio",
    "concurrent",
    "email",
    "http",
    "importlib.metadata",
    "jinja2",
    "lark",
    "msgspec",
    "multiprocessing",
    "nscompiler.backends",
    "nscompiler.flow",
    "nstack",
    "pygls",
    "rich",
    "ruamel",
    "ssl",
    "subprocess",
    "tempfile",
    "typing_extensions",
    "unittest",
    "uvicorn",
}


def imported(folder: Path, *arguments: str) -> set[str]:
    """The modules that a command has imported when it ends, without those of a bare interpreter."""
    code = (
        "import sys; before = set(sys.modules); from nscompiler.cli.main import main; main(sys.argv[1:]); "
        "print(*(set(sys.modules) - before), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def heavy_among(modules: set[str]) -> set[str]:
    return {heavy for heavy in HEAVY if any(name == heavy or name.startswith(heavy + ".") for name in modules)}


def test_version_imports_click_and_nothing_of_the_compiler(tmp_path: Path) -> None:
    modules = imported(tmp_path, "--version")
    assert heavy_among(modules) == set()
    assert "attr" not in modules
    ours = {name for name in modules if name.startswith("nscompiler") and not name.startswith("nscompiler.cli")}
    assert ours == {"nscompiler", "nscompiler.version"}


@pytest.mark.parametrize("functions", ["", "fun f : Plant -> Text\ndef g = f | Conv.to_json\n"])
def test_a_clean_check_imports_little(tmp_path: Path, functions: str) -> None:
    text = "module Demo:0.1.0\n\ntype Plant = { x : Double }\ndef w = Sources.stdin | Sinks.stdout\n"
    (tmp_path / "module.nml").write_text(text + functions)
    modules = imported(tmp_path, "check", "module.nml")
    assert heavy_among(modules) == set()
    assert "click" not in modules


def test_a_form_loads_no_other(tmp_path: Path) -> None:
    (tmp_path / "bad.nml").write_text("Sources.stdin | shout | Sinks.stdout\n")
    folder = "nscompiler.diagnostics.render."
    for form, needed in {"concise": {"concise"}, "jsonl": {"jsonl", "json"}, "github": {"github", "prose"}}.items():
        loaded = {name.removeprefix(folder) for name in imported(tmp_path, "check", "--format", form) if folder in name}
        assert loaded - {"glyphs", "place"} == needed


def test_a_clean_check_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.nml").write_text("Sources.stdin | Sinks.stdout\n")
    late = ("nscompiler.diagnostics.render", "nscompiler.diagnostics.report", "nscompiler.diagnostics.selection")
    modules = imported(tmp_path, "check", "good.nml")
    assert [name for name in modules if name.startswith((*late, "nscompiler.cli.watch", "nscompiler.tools"))] == []


def test_laying_out_checks_no_types(tmp_path: Path) -> None:
    (tmp_path / "a.nml").write_text("def  w=Sources.stdin|Sinks.stdout\n")
    modules = imported(tmp_path, "fmt", "-q", "a.nml")
    assert heavy_among(modules) == set()
    assert {name for name in modules if name.startswith(("nscompiler.typecheck", "nscompiler.pipeline"))} == set()


def test_importing_the_package_imports_nothing(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import nscompiler; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert {name.split(".")[0] for name in done.stdout.split()} <= {"nscompiler"}
    assert set(done.stdout.split()) == {"nscompiler", "nscompiler.version"}
