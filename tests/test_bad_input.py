"""Bad input of every kind: a clear message, the right exit code, and never a traceback of ours."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nscompiler.diagnostics.model import Diagnostic
from nscompiler.files import DiskFiles, MemoryFiles
from nscompiler.pipeline.compilation import Compilation

# What would change the output, and what would have every process compile all of our Python files anew.
_LEFT_OUT = ("NO_COLOR", "FORCE_COLOR", "NSC_DEBUG", "NSTACK_PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
GOOD = "Sources.stdin | Sinks.stdout\n"
SHOUT = "module Demo:0.1.0\n\nfun shout : Text -> Text\ndef w = Sources.stdin | shout | Sinks.stdout\n"


def nsc(folder: Path, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``nsc`` in a folder; it may not show a traceback."""
    command = [sys.executable, "-m", "nscompiler", *arguments]
    done = subprocess.run(
        command, cwd=folder, input=input, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert "Traceback" not in done.stdout
    return done


def write(content: str | bytes) -> Callable[[Path], object]:
    """Makes the file ``bad.nml`` with a content."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / "bad.nml").write_bytes(data)


def two_places(folder: Path) -> None:
    """One module in two folders."""
    for name in ("a", "b"):
        (folder / "bad.nml" / name).mkdir(parents=True)
        (folder / "bad.nml" / name / "module.nml").write_text("module Demo:0.1.0\n\ntype T = Text\n")


BAD_PATHS = [
    pytest.param(lambda folder: None, "NS0221", "there is no file or folder `bad.nml`", id="no such file"),
    pytest.param(lambda folder: (folder / "bad.nml").mkdir(), "NS0223", "no `.nml` file", id="folder without modules"),
    pytest.param(
        lambda folder: (folder / "bad.nml").symlink_to("nowhere"), "NS0222", "neither a file", id="dangling link"
    ),
    pytest.param(lambda folder: os.mkfifo(folder / "bad.nml"), "NS0222", "neither a file", id="named pipe"),
    pytest.param(write(b""), "NS0226", "`bad.nml` is empty", id="empty file"),
    pytest.param(write(b" \r\n\t\n"), "NS0226", "`bad.nml` is empty", id="white space alone"),
    pytest.param(write(bytes(range(256)) * 8), "NS0225", "is not UTF-8 text", id="binary bytes"),
    pytest.param(write(GOOD.encode("utf-16")), "NS0225", "is not UTF-8 text", id="UTF-16"),
    pytest.param(write(GOOD.encode() + b"\0"), "NS0225", "NUL", id="NUL byte"),
    pytest.param(write("{" * 5_000_000), "NS0101", "bad.nml:1:1", id="5 MB of braces"),
    pytest.param(write(f"def x = {'(' * 1000}Std.some{')' * 1000}\n"), "NS0121", "200 levels", id="1,000 brackets"),
    pytest.param(write("def x = " + "(" * 1000), "NS0121", "200 levels", id="1,000 open brackets"),
    pytest.param(write(f"type T = {'[' * 1000}Text{']' * 1000}\n"), "NS0121", "200 levels", id="1,000 lists"),
    pytest.param(write("/*" * 100_000), "NS0113", "never closed", id="comments opened 100,000 times"),
    pytest.param(write('def w = Sources.http { http_path = "/a'), "NS0112", "never closed", id="cut in a text"),
    pytest.param(write("module Demo:0.1.0\n\ndef w = Sources.stdin |"), "NS01", "bad.nml:3", id="cut after a pipe"),
    pytest.param(write("module"), "NS01", "bad.nml:1", id="cut in the header"),
    pytest.param(two_places, "NS0218", "is in two places", id="one module in two places"),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("make", "code", "said"), BAD_PATHS)
def test_a_bad_path_is_one_clear_error(tmp_path: Path, make: Callable[[Path], object], code: str, said: str) -> None:
    make(tmp_path)
    done = nsc(tmp_path, "check", "--format", "concise", "bad.nml")
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert f"error[{code}" in lines[0]
    assert said in lines[0]
    assert len(lines) == 2, "one root cause, one diagnostic, and the closing line"
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["run", "build", "graph"])
def test_other_commands_say_the_same_on_standard_error(tmp_path: Path, command: str) -> None:
    done = nsc(tmp_path, command, "bad.nml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "NS0221" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_cut_anywhere_is_understood_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = (
        "module Demo:0.1.0 // é\n\n/// A type.\ntype Event = Click { x : Double } | Other\n"
        'fun f : Event -> optional [Text] with { n : Integer = 10, mode : "a" | "b" = "a" }\n'
        'def w = Sources.http<Event> { http_path = "/a" } | f? | (Sinks.log & Conv.to_json | Sinks.log)\n'
    )
    for end in range(len(whole), 0, -3):
        compilation = Compilation(MemoryFiles({"cut.nml": whole[:end]}, DiskFiles()), ("cut.nml",))
        for problem in compilation.problems:
            assert problem.primary.span.path == "cut.nml"
            assert 0 <= problem.primary.span.start <= problem.primary.span.end <= end
        if end > whole.index("fun"):
            assert "Event" in compilation.selected[0].interface.types


class LockedFiles(DiskFiles):
    """The disk, on which one file may not be read."""

    def read_bytes(self, path: str) -> bytes:
        if os.path.basename(path) == "locked.nml":
            raise PermissionError(13, "Permission denied", path)
        return super().read_bytes(path)


def test_an_unreadable_file_beside_others(tmp_path: Path) -> None:
    (tmp_path / "locked.nml").write_text(GOOD)
    (tmp_path / "open.nml").write_text("def w = nothing\n")
    compilation = Compilation(LockedFiles(), (str(tmp_path),))
    assert [problem.code.id for problem in compilation.problems] == ["NS0224", "NS0401"]
    assert compilation.problems[0].title.endswith("permission denied")


def test_an_unreadable_module_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/module.nml").write_bytes(b"module Lib:1.0.0\n// caf\xe9\nfun f : Text -> Text\n")
    (tmp_path / "app.nml").write_text("import Lib:1.0.0 as L\n\ndef a = L.f | Std.identity\n")
    problems = check_texts_on_disk(tmp_path)
    assert [(one.code.name, one.primary.span.path) for one in problems] == [
        ("not-text", str(tmp_path / "lib/module.nml"))
    ]
    # Alone, the importer is not checked beside a file of which a report tells: then the module is missing.
    assert [one.code.name for one in check_texts_on_disk(tmp_path / "app.nml")] == ["unknown-module"]


def check_texts_on_disk(path: Path) -> tuple[Diagnostic, ...]:
    return Compilation(DiskFiles(), (str(path),)).problems


def test_an_unreadable_file_as_another_user(tmp_path: Path) -> None:
    (tmp_path / "locked.nml").write_text(GOOD)
    (tmp_path / "locked.nml").chmod(0)
    # Root may read everything, so the process becomes nobody; before that it imports what it needs, by a first error.
    code = (
        "import os, sys; from nscompiler.cli.main import main; os.chdir(sys.argv[1]); "
        "assert main(['check', '--format', 'concise', 'nowhere.nml']) == 1\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(main(['check', '--format', 'concise', 'locked.nml']))"
    )
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 1, done.stderr
    assert "locked.nml: error[NS0224] cannot read `locked.nml`: permission denied" in done.stdout


@pytest.mark.thorough
def test_a_missing_python_class(tmp_path: Path) -> None:
    (tmp_path / "module.nml").write_text(SHOUT)
    assert nsc(tmp_path, "check").returncode == 0, "without Python code a module may be checked"
    without_file = nsc(tmp_path, "run", ".")
    assert without_file.returncode == 1
    assert "NS0607" in without_file.stderr
    (tmp_path / "service.py").write_text("class Shouter:\n    pass\n")
    assert "warning[NS0802]" in nsc(tmp_path, "check").stdout
    for command in ("run", "build"):
        done = nsc(tmp_path, command, ".")
        assert done.returncode == 1
        assert "NS0607" in done.stderr


@pytest.mark.parametrize(
    ("other", "note"),
    [
        ("services.py", "`services.py` is not read: the name is `service.py`"),
        ("main.py", "`main.py` is not read: the name is `service.py`"),
        ("notes.txt", ""),
    ],
)
def test_a_service_of_another_name(tmp_path: Path, other: str, note: str) -> None:
    (tmp_path / "module.nml").write_text(SHOUT)
    (tmp_path / other).write_text("import nstack\n\n\nclass Module(nstack.Module):\n    pass\n")
    assert nsc(tmp_path, "check").returncode == 0
    done = nsc(tmp_path, "run", ".")
    assert done.returncode == 1
    assert "NS0607" in done.stderr
    assert "there is no `service.py` for it" in done.stderr
    assert ("is not read" in done.stderr, note in done.stderr) == (bool(note), True)


def test_a_missing_method(tmp_path: Path) -> None:
    (tmp_path / "module.nml").write_text(SHOUT)
    (tmp_path / "service.py").write_text(
        "import nstack\n\n\nclass Module(nstack.Module):\n    def shuot(self, x): ...\n"
    )
    checked = nsc(tmp_path, "check")
    assert checked.returncode == 0
    assert "warning[NS0801]" in checked.stdout
    assert "did you mean `shuot`?" in checked.stdout
    for command in ("run", "build"):
        done = nsc(tmp_path, command, ".")
        assert done.returncode == 1
        assert "NS0606" in done.stderr


def test_a_service_that_is_no_python(tmp_path: Path) -> None:
    (tmp_path / "module.nml").write_text(SHOUT)
    (tmp_path / "service.py").write_text("import nstack\n\nclass Module(nstack.Module:\n    pass\n")
    done = nsc(tmp_path, "check", "--format", "concise")
    assert done.returncode == 1
    assert done.stdout.startswith("service.py:3:27: error[NS0803] `service.py` is not valid Python")


def test_a_service_that_fails_to_import(tmp_path: Path) -> None:
    (tmp_path / "module.nml").write_text(SHOUT)
    (tmp_path / "helper.py").write_text("def load():\n    return open('no such file')\n")
    (tmp_path / "service.py").write_text(
        "import nstack\nimport helper\n\nMODEL = helper.load()\n\n\nclass Module(nstack.Module):\n"
        "    def shout(self, text):\n        return text\n"
    )
    done = nsc(tmp_path, "run", ".", input="a\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "service.py" in done.stderr
    assert "line 4" in done.stderr
    assert "helper.py" in done.stderr
    assert "FileNotFoundError" in done.stderr
    ours = ("importlib", "runpy", "nstack/runtime", "nstack\\runtime")
    assert not any(part in done.stderr for part in ours), "the traceback has the user's frames only"


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "web.nml").write_text('Sources.http<Text> { http_path = "/a" } | Sinks.log\n')
        done = nsc(tmp_path, "run", "web.nml", "-p", f"http_port={port}")
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_enough(tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(GOOD)
    line = f"yes | {sys.executable} -m nscompiler run w.nml | head -1"
    done = subprocess.run(
        ["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert done.stdout == "y\n"
    assert "Traceback" not in done.stderr
    assert "rror" not in done.stderr.replace("errors=0", "")


ENDING = """import os, nstack
class Module(nstack.Module):
    def end(self, text):
        return self.end(text) if text == "deep" else os._exit(7)
"""


@pytest.mark.parametrize(("text", "told"), [("deep", "RecursionError"), ("now", "ended with exit code 7")])
def test_a_method_that_ends_badly(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "w.nml").write_text("fun end : Text -> Text;\nSources.stdin | end | Sinks.log\n")
    (tmp_path / "w.py").write_text(ENDING)
    done = nsc(tmp_path, "run", "w.nml", input=f"{text}\nafter\n")
    assert done.returncode == 1
    assert told in done.stderr
    assert "main done" not in done.stderr


def test_an_interrupt_during_a_run(tmp_path: Path) -> None:
    (tmp_path / "w.nml").write_text(GOOD)
    process = subprocess.Popen(
        [sys.executable, "-m", "nscompiler", "run", "w.nml"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("a\n")
    process.stdin.flush()
    assert process.stdout.readline() == "a\n"
    assert process.stderr is not None
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130  # its input stays open meanwhile: with its end it would be done
    errors = process.stderr.read()
    process.communicate()
    assert "Traceback" not in errors


def test_an_interrupt_during_a_check(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\nfrom nscompiler import files\nfrom nscompiler.cli.main import main\n"
        "def interrupted(self, path):\n    os.kill(os.getpid(), signal.SIGINT)\n    signal.pause()\n"
        "files.DiskFiles.read_bytes = files.WatchedFiles.read_bytes = interrupted\nsys.exit(main(sys.argv[1:]))\n"
    )
    (tmp_path / "w.nml").write_text(GOOD)
    for arguments in (["check", "w.nml"], ["check", "-q", "w.nml"], ["list", "all"]):
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
