"""The phases together: what is looked at, in which order, and what comes out."""

from pathlib import Path

import pytest

import nscompiler
from nscompiler.diagnostics.codes import python as codes
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.flow.package import package_name
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline import compilation
from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.pipeline.compilation import Compilation
from nscompiler.pipeline.named import workflows
from nscompiler.pipeline.phase import InternalError

SCRIPT = "Sources.stdin | Sinks.stdout\n"


def names(found: CheckedTexts) -> list[str]:
    """The names of what was found, in order."""
    return [diagnostic.code.name for diagnostic in found.diagnostics]


def test_types_are_printed_by_name() -> None:
    found = check_texts(
        {"w.nml": "fun f : Text -> Integer\ndef g = f | Conv.to_json\ndef show = Conv.to_json;\n" + SCRIPT}
    )
    assert names(found) == ["unused-definition", "unused-definition"]
    assert found.types("w.nml") == {
        "f": "Text -> Integer",
        "g": "Text -> Text",
        "show": "a -> Text",
        "main": "Void -> Void",
    }
    assert found.types("nowhere.nml") == {}


def test_imported_modules_are_checked_before_those_that_import_them() -> None:
    texts = {
        "a.nml": "module A:1.0.0\nimport B:1.0.0 as B\ndef f = B.g\n",
        "b.nml": "module B:1.0.0\nimport C:1.0.0 as C\ndef g = C.h\n",
        "c.nml": "module C:1.0.0\nfun h : Text -> Integer\n",
    }
    found = check_texts(texts)
    assert found.diagnostics == ()
    assert list(found.checked) == ["c.nml", "b.nml", "a.nml"]
    assert found.types("a.nml") == {"f": "Text -> Integer"}


def test_a_broken_module_still_exports_what_is_whole() -> None:
    texts = {
        "a.nml": "module A:1.0.0\nfun good : Text -> Integer\ndef broken = nothing\n",
        "b.nml": "module B:1.0.0\nimport A:1.0.0 as A\ndef x = A.good\ndef y = A.broken\ndef z = A.good | A.good\n",
    }
    found = check_texts(texts)
    told = [(diagnostic.code.name, diagnostic.primary.span.path) for diagnostic in found.diagnostics]
    assert told == [("unknown-name", "a.nml"), ("type-mismatch", "b.nml")]
    assert found.types("b.nml")["x"] == "Text -> Integer"


def test_uses_of_an_import_that_failed_stay_silent() -> None:
    found = check_texts({"a.nml": "import Nowhere:1.0.0 as N\ndef f = N.f | N.g\nfun h : N.T -> N.T\n"})
    assert names(found) == ["unknown-module"]


def test_a_ring_of_imports_is_told_once() -> None:
    texts = {
        "a.nml": "module A:1.0.0\nimport B:1.0.0 as B\ndef f = B.g\n",
        "b.nml": "module B:1.0.0\nimport A:1.0.0 as A\ndef g = A.f\n",
    }
    assert names(check_texts(texts)) == ["import-cycle"]


def test_only_the_modules_of_the_standard_library_that_are_named_are_read() -> None:
    found = check_texts({"w.nml": SCRIPT})
    assert found.diagnostics == ()
    read = {path.rpartition("/")[2] for path in found.compilation._checked}
    assert read == {"w.nml", "Sources.nml", "Sinks.nml"}


def test_the_standard_library_by_name_is_the_same_module() -> None:
    text = "import Sinks:1.0.0 as Out\ndef a = Sources.stdin | Out.log\ndef b = Sources.stdin | Sinks.log\n"
    found = check_texts({"w.nml": text})
    assert found.diagnostics == ()
    assert len([path for path in found.compilation._checked if path.endswith("Sinks.nml")]) == 1


def test_the_standard_library_has_no_problems() -> None:
    folder = standard_folder()
    files = sorted(str(path) for path in Path(folder).glob("*.nml"))
    assert len(files) >= 4
    compilation = Compilation(DiskFiles(), files)
    assert compilation.problems == ()
    assert all(checked.interface.standard for checked in compilation.selected)


def test_texts_are_checked_without_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lib.nml").write_text("module Lib:1.0.0\nfun f : Text -> Text\n")
    monkeypatch.chdir(tmp_path)
    assert names(check_texts({"w.nml": "import Lib:1.0.0 as L\ndef g = L.f\n"})) == ["unknown-module"]


def test_an_exception_in_a_phase_names_phase_and_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr(compilation, "parse", broken)
    with pytest.raises(InternalError, match=r"while parsing w\.nml") as caught:
        _ = check_texts({"w.nml": SCRIPT}).diagnostics
    assert isinstance(caught.value.__cause__, KeyError)


def test_public_names(tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(SCRIPT)
    assert nscompiler.check(str(tmp_path)) == ()
    emitted, problems = nscompiler.compile(str(tmp_path / "w.nml"))
    assert problems == ()
    assert emitted is not None
    assert "w/flow_main.py" in dict(emitted.files)
    (tmp_path / "w.nml").write_text("Sources.stdin | nothing\n")
    emitted, problems = nscompiler.compile(str(tmp_path / "w.nml"))
    assert emitted is None
    assert [problem.code.name for problem in problems] == ["unknown-name"]
    with pytest.raises(AttributeError):
        _ = nscompiler.nothing
    (tmp_path / "w.nml").write_text(SCRIPT)
    with pytest.raises(LookupError):
        nscompiler.compile(str(tmp_path / "w.nml"), target="mainframe")


@pytest.mark.parametrize(
    ("reference", "package"),
    [
        ("Iris.Workflows:0.1.0", "iris_workflows"),
        ("acme/Iris:0.1.0-SNAPSHOT", "iris"),
        ("etl", "etl"),
        ("my-etl", "my_etl"),
        ("2024", "flow_2024"),
        ("Json:1.0.0", "json_flow"),
        ("Nstack:1.0.0", "nstack_flow"),
        ("Class:1.0.0", "class_flow"),
    ],
)
def test_a_package_is_named_after_its_module_and_hides_no_other(reference: str, package: str) -> None:
    assert package_name(reference) == package


CLASS = "import nstack\n\n\nclass Module(nstack.Module):\n"


@pytest.mark.parametrize(
    ("python", "code", "place"),
    [
        (CLASS + "    def f(self, x): return x\n", None, ""),
        (CLASS + "    def f(self, *all): return x\n", None, ""),
        (CLASS + "    f = print\n", None, ""),
        ("from elsewhere import Module\n", None, ""),
        (CLASS.replace("nstack.Module", "Framework") + "    pass\n", None, ""),
        (CLASS.replace("Module(nstack.Module)", "Service(nstack.BaseService)") + "    def f(self, x): ...\n", None, ""),
        (CLASS + "    def g(self, x): return x\n", codes.METHOD_MISSING, "f"),
        (CLASS + "    def f(self): return 'a'\n", codes.ARGUMENT_COUNT, "def f(self): return 'a'"),
        (CLASS + "    def f(self, x, y): return x\n", codes.ARGUMENT_COUNT, "def f(self, x, y): return x"),
        ("class Other: pass\n", codes.CLASS_MISSING, ""),
        ("", codes.CLASS_MISSING, ""),
        ("class Module(:\n", codes.PYTHON_SYNTAX, ":"),
    ],
)
def test_the_python_file_is_compared_with_the_declarations(python: str, code: object, place: str) -> None:
    files = {"module.nml": "module Demo:1.0.0\n\nfun f : Text -> Text\n", "service.py": python}
    found = check_texts(files)
    assert [diagnostic.code for diagnostic in found.diagnostics] == ([] if code is None else [code])
    for diagnostic in found.diagnostics:
        span = diagnostic.primary.span
        assert files[span.path][span.start : span.end] == place


def test_a_source_has_no_argument() -> None:
    files = {"a.nml": "fun s : Void -> Text\n", "a.py": CLASS + "    def s(self):\n        yield ''\n"}
    assert check_texts(files).diagnostics == ()
    files["a.py"] = CLASS + "    def s(self, one, two): ...\n"
    assert names(check_texts(files)) == ["method-arguments"]


def test_the_texts_of_other_files_are_there_for_the_renderers() -> None:
    found = check_texts({"module.nml": "module M:1.0.0\nfun f : Text -> Text\n", "service.py": "class Module(:\n"})
    assert names(found) == ["python-syntax"]
    sources = found.compilation.sources
    assert sources["service.py"].text == "class Module(:\n"
    assert sources.get("nowhere.py") is None
    assert set(sources) == {"module.nml", "service.py"}
    assert len(sources) == 2


def test_an_editors_text_hides_the_disks(tmp_path: Path) -> None:
    path = tmp_path / "w.nml"
    path.write_text("broken")
    assert Compilation(MemoryFiles({str(path): SCRIPT}, DiskFiles()), (str(path),)).problems == ()


class Refusing(MemoryFiles):
    """Files of which the one that ends in ``.bin`` is there and cannot be read."""

    def read_bytes(self, path: str) -> bytes:
        if path.endswith(".bin"):
            raise PermissionError(13, "Permission denied", path)
        return super().read_bytes(path)


class Locked(Refusing):
    """The same, where the rights of the file tell that before it is read."""

    def is_readable(self, path: str) -> bool:
        return not path.endswith(".bin")


WITH_DATA: dict[str, str | bytes] = {
    "m/module.nml": "module M:1.0.0\nfun f : Text -> Text\ndef w = Sources.stdin | f | Sinks.stdout\n",
    "m/service.py": "import nstack\nclass Module(nstack.Module):\n    def f(self, x):\n        return x\n",
    "m/nstack.yaml": "files: [model.bin]\n",
    "m/model.bin": b"",
}


def test_a_module_whose_data_may_not_be_read_does_not_check() -> None:
    problems = Compilation(Locked(WITH_DATA, DiskFiles()), ("m",)).problems
    assert [(problem.code.id, problem.title) for problem in problems] == [
        ("NS0224", "cannot read `m/model.bin`: permission denied")
    ]


def test_a_module_whose_data_cannot_be_read_is_told_of_and_not_built() -> None:
    compilation = Compilation(Refusing(WITH_DATA, DiskFiles()), ("m",))
    (own,) = compilation.selected
    (workflow,) = workflows(own)
    graph, problems = compilation.lower("m/module.nml", workflow)
    assert graph is None
    assert [problem.title for problem in problems] == ["cannot read `m/model.bin`: permission denied"]
    assert compilation.releases(["m/module.nml"]) == {}
