"""``nsc run``, ``test`` and ``notebook``: programs as processes, their streams, parameters and exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from running_nsc import PLAIN, Nsc

from nscompiler.cli.main import main

MODULE = """\
module Demo:0.1.0

type Point = { x : Double, y : Double }

fun shout : Text -> Text with { mark : Text = "!" }
fun norm : Point -> Double
fun split : Text -> [Text]
fun lengths : Text -> Integer
fun keep : Text -> Void
fun ticks : Void -> Integer
fun any : a -> a

def loud = shout { mark = "!!" }
def up = Sources.stdin | shout | Sinks.stdout
def fixed = Sources.stdin | loud | Sinks.stdout
def half = Sources.stdin | shout
"""

SERVICE = """\
import nstack


class Module(nstack.Module):
    def shout(self, text):
        return text.upper() + self.args["mark"]

    def norm(self, p):
        return (p.x ** 2 + p.y ** 2) ** 0.5

    def split(self, text):
        return text.split()

    def lengths(self, text):
        for word in text.split():
            yield len(word)

    def keep(self, text):
        print("kept", text)

    def ticks(self):
        yield from range(100)

    def any(self, value):
        return value
"""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "module.nml").write_text(MODULE)
    (folder / "service.py").write_text(SERVICE)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.thorough
def test_standard_streams_are_the_programs(nsc: Nsc, demo: Path) -> None:
    done = nsc("run", "demo", "up", input="one\ntwo\n")
    assert (done.returncode, done.stdout) == (0, "ONE!\nTWO!\n")


@pytest.mark.thorough
@pytest.mark.parametrize(("policy", "code", "after"), [("stop", 1, []), ("skip", 0, ["7", "8"])])
def test_what_stands_before_a_bad_line_of_a_file_goes_through(
    nsc: Nsc, tmp_path: Path, policy: str, code: int, after: list[str]
) -> None:
    (tmp_path / "in.jsonl").write_text('1\n2\n\n3\n"x"\n7\n8\n')
    program = f'Sources.jsonl<Integer> {{ path = "in.jsonl", on_error = "{policy}" }} | Conv.to_json | Sinks.stdout'
    done = nsc("notebook", program, cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout.split() == ["1", "2", "3", *after]
    assert 'in.jsonl:5: value: expected Integer, got "x"' in done.stderr


def test_parameters_are_handed_on(nsc: Nsc, demo: Path) -> None:
    assert nsc("run", "demo", "up", "-p", "mark=?", input="one\n").stdout == "ONE?\n"


def test_a_parameter_that_is_bound_inside_is_refused(nsc: Nsc, demo: Path) -> None:
    done = nsc("run", "demo", "fixed", "-p", "mark=?", input="one\n")
    assert done.returncode == 2
    assert "mark" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_what_every_function_understands_may_be_set_from_outside(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "etl.nml").write_text(
        """
        fun halve : Integer -> Integer
        fun careful : Integer -> Integer
        def w = [2, 3, 4] | halve | careful { retry = 0 } | Sinks.log
        def set = (w) { on_error = "stop" }
        """
    )
    (tmp_path / "etl.py").write_text(
        "import nstack\nclass Module(nstack.Module):\n"
        "    def halve(self, x):\n        if x % 2: raise ValueError('odd')\n        return x // 2\n"
        "    def careful(self, x):\n        if x == 2: raise ValueError('two')\n        return x\n"
    )
    assert nsc("run", "etl.nml", "w").returncode == 1
    skipped = nsc("run", "etl.nml", "w", "-p", "on_error=skip", "-p", "retry=1")
    assert skipped.returncode == 0, skipped.stderr
    assert "OUTPUT: 1" in skipped.stderr
    assert skipped.stderr.count("etl.halve: ValueError: odd") == 2
    assert skipped.stderr.count("etl.careful: ValueError: two") == 1, "a binding that is nearer wins"
    buried = nsc("run", "etl.nml", "w", "-p", "on_error=dead_letter", "-p", "timeout=20")
    assert buried.returncode == 0, buried.stderr
    written = (tmp_path / "dead-letters/w.jsonl").read_text().splitlines()
    assert [json.loads(line)["value"] for line in written] == [3, 2]
    fixed = nsc("run", "etl.nml", "set", "-p", "on_error=skip")
    assert (fixed.returncode, fixed.stderr) == (
        2,
        "error: -p on_error: the program sets on_error itself, at etl.nml:5:25\n",
    )
    wrong = nsc("run", "etl.nml", "w", "-p", "retry=maybe", "-p", "parallelism=0")
    assert (wrong.returncode, wrong.stderr.splitlines()) == (
        2,
        [
            'error: -p retry: expected true, false or how often, got "maybe"',
            'error: -p parallelism: expected a number from 1, got "0"',
        ],
    )


def test_a_parameter_without_a_value_is_wrong_usage(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "demo", "up", "-p", "mark"]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_several_workflows_and_none_named(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "demo"]) == 1
    printed = capsys.readouterr().err
    assert "demo has 2 workflows; say which one" in printed
    assert "Demo.up" in printed
    assert "Demo.fixed" in printed
    assert "half" not in printed


def test_a_workflow_may_be_named_with_its_module(nsc: Nsc, demo: Path) -> None:
    (demo / "other.nml").write_text("module Other:0.1.0\n\ndef up = Sources.stdin | Sinks.log\n")
    assert main(["run", "demo", "up"]) == 1
    assert nsc("run", "demo", "Demo.up", input="a\n").stdout == "A!\n"
    assert nsc("run", "demo", "Demo:0.1.0.up", input="a\n").stdout == "A!\n"


def test_an_unknown_workflow(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "demo", "fixd"]) == 1
    printed = capsys.readouterr().err
    assert "no workflow called fixd" in printed
    assert "did you mean `fixed`?" in printed


def test_a_part_cannot_be_started(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "demo", "half"]) == 1
    printed = capsys.readouterr().err
    assert "NS0325" in printed
    assert "Void -> Text" in printed
    assert "put a sink after it: `keep`, `Sinks.log`" in printed


def test_a_workflow_in_python_cannot_be_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.nml").write_text("module M:0.1.0\n\nfun f : Void -> Void\n")
    for command in ("run", "test"):
        assert main([command, str(tmp_path / "m.nml"), "f"]) == 1
        told = capsys.readouterr().err
        assert "error[NS0615]: `f` is a `fun` from Void to Void, which nothing can run" in told
        assert "declared here" not in told


def test_nothing_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.nml").write_text("module M:0.1.0\n\nfun f : Text -> Text\n")
    assert main(["run", str(tmp_path / "m.nml")]) == 1
    assert "has no workflow" in capsys.readouterr().err


def test_errors_are_told_on_standard_error_and_nothing_starts(nsc: Nsc, demo: Path) -> None:
    (demo / "module.nml").write_text(MODULE + "def bad = nothing\n")
    done = nsc("run", "demo", "up", input="one\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "NS0401" in done.stderr
    assert not (demo / ".nsc_cache").exists()


def test_a_failing_run_fails(nsc: Nsc, demo: Path) -> None:
    (demo / "service.py").write_text(SERVICE.replace("return text.upper() +", "raise ValueError(text) #"))
    done = nsc("run", "demo", "up", input="one\n")
    assert done.returncode == 1
    assert "ValueError: one" in done.stderr


@pytest.mark.thorough
def test_what_code_writes_to_the_copy_that_runs_is_told(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "etl.nml").write_text("fun keep : Text -> Void;\n\nSources.stdin | keep\n")
    write = 'open(text, "a").write(text)'
    (tmp_path / "etl.py").write_text(
        f"import nstack\nclass Module(nstack.Module):\n    def keep(self, text): {write}\n"
    )
    for _ in range(2):  # the second time the file is there already, and grows
        done = nsc("run", "etl.nml", input="a\nb\nc\nd\n")
        assert "wrote a, b, c and 1 more to the copy of its folder that ran, " in done.stderr
    outside = tmp_path / "kept"
    assert "the copy" not in nsc("run", "etl.nml", input=f"{outside}\n").stderr
    assert outside.exists()


@pytest.mark.thorough
def test_the_cache_ignores_itself_and_follows_changes(nsc: Nsc, demo: Path) -> None:
    assert nsc("run", "demo", "up", input="a\n").stdout == "A!\n"
    assert (demo / ".nsc_cache" / ".gitignore").read_text() == "*\n"
    (demo / "service.py").write_text(SERVICE.replace("upper", "title"))
    assert nsc("run", "demo", "up", input="ab\n").stdout == "Ab!\n"
    (demo / "service.py").write_text(SERVICE)
    assert nsc("run", "demo", "up", input="ab\n").stdout == "AB!\n"
    assert main(["check", "demo"]) == 0  # what is cached is no part of the program


def test_old_builds_are_removed_unless_somebody_runs_them(tmp_path: Path) -> None:
    from nscompiler.cli.folders import KEPT, MARKER, RunCache

    def write(folder: Path) -> None:
        (folder / MARKER).write_text("{}")

    def place(*names: str) -> None:
        """In a process of their own: a build is held until that ends."""
        code = (
            "import sys; from pathlib import Path; from nscompiler.cli.folders import MARKER, RunCache\n"
            "for name in sys.argv[2:]:\n"
            "    RunCache(Path(sys.argv[1])).place(name, lambda new: (new / MARKER).write_text('x'))"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path), *names], check=True)

    running = RunCache(tmp_path).place("first", write)
    place(*(f"b{number}" for number in range(KEPT + 2)))
    for number in range(KEPT + 2):
        os.utime(tmp_path / ".nsc_cache" / "run" / f"b{number}", (number, number))
    os.utime(running, (0, 0))
    place(f"b{KEPT + 2}")
    left = {path.name for path in (tmp_path / ".nsc_cache" / "run").iterdir() if path.is_dir()}
    assert running.is_dir()
    assert f"b{KEPT + 2}" in left
    assert "b0" not in left


def test_a_project_that_cannot_be_written_is_run_from_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nscompiler.cli.folders import RunCache

    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".nsc_cache").write_text("in the way")
    monkeypatch.setenv("NSC_CACHE_DIR", str(tmp_path / "cache"))
    placed = RunCache(tmp_path / "project").place("demo", lambda new: None)
    assert placed == tmp_path / "cache" / "run" / "demo"


def test_missing_requirements_are_one_error_with_the_command(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo / "requirements.txt").write_text("no-such-package-anywhere>=2\nattrs>=900\nclick\n")
    assert main(["run", "demo", "up"]) == 1
    printed = capsys.readouterr().err
    assert "pip install 'no-such-package-anywhere>=2' 'attrs>=900'" in printed
    assert "click" not in printed


def test_a_script(nsc: Nsc, tmp_path: Path) -> None:
    (tmp_path / "etl.nml").write_text(
        "fun up : Text -> Text\nfun more : Text -> Text;\nSources.stdin | up | Sinks.stdout\n"
    )
    (tmp_path / "etl.py").write_text(
        "import nstack\nfrom helper import LOUD\nclass Module(nstack.Module):\n"
        "    def up(self, x): return x.upper() + LOUD\n    def more(self, x): return x\n"
    )
    (tmp_path / "helper.py").write_text("LOUD = '!'\n")
    done = nsc("run", "etl.nml", input="a\n")
    assert (done.returncode, done.stdout) == (0, "A!\n")


def test_a_file_of_the_users_folder_hides_nothing_of_the_runtimes(tmp_path: Path) -> None:
    (tmp_path / "json.nml").write_text("Sources.stdin | Sinks.stdout\n")
    for name in ("json.py", "msgspec.py", "nstack.py", "json_flow.py"):
        (tmp_path / name).write_text("raise SystemExit('imported by mistake')\n")
    # -P as for the installed script: `python -m` alone looks for modules in this folder first.
    command_line = [sys.executable, "-P", "-m", "nscompiler", "run", "json.nml"]
    done = subprocess.run(command_line, cwd=tmp_path, input=b"a\n", capture_output=True, env=PLAIN, check=False)
    assert (done.returncode, done.stdout) == (0, b"a\n"), done.stderr


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["shout", '"a"'], '"A!"\n'),
        (["shout", '"a"', "-p", "mark=?"], '"A?"\n'),
        pytest.param(["loud", '"a"'], '"A!!"\n', marks=pytest.mark.thorough),
        pytest.param(["norm", '{"y": 3, "x": 4}'], "5.0\n", marks=pytest.mark.thorough),
        pytest.param(["split", '"a b"'], '["a","b"]\n', marks=pytest.mark.thorough),
        (["lengths", '"a bc"'], "1\n2\n"),
        pytest.param(["Demo.ticks"], "".join(f"{number}\n" for number in range(10)), marks=pytest.mark.thorough),
        pytest.param(["half"], '"A!"\n"B!"\n', marks=pytest.mark.thorough),
    ],
)
def test_one_value_through_one_function(nsc: Nsc, demo: Path, arguments: list[str], printed: str) -> None:
    done = nsc("test", "demo", *arguments, input="a\nb\n")
    assert (done.returncode, done.stdout) == (0, printed), done.stderr


def test_a_sink_may_be_tried(nsc: Nsc, demo: Path) -> None:
    done = nsc("test", "demo", "keep", '"x"')
    assert (done.returncode, done.stdout) == (0, "")
    assert "kept x" in done.stderr


def test_a_value_of_the_wrong_type_is_refused_with_its_path(nsc: Nsc, demo: Path) -> None:
    done = nsc("test", "demo", "norm", '{"x": 1, "y": "two"}')
    assert (done.returncode, done.stdout) == (1, "")
    assert "y" in done.stderr
    assert "Double" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["shout"], 2, "takes a value"),
        (["ticks", "3"], 2, "takes no value"),
        (["shout", "a"], 2, "not JSON"),
        (["shout", "NaN"], 2, "NaN is no value of JSON; its numbers are finite\n"),
        (["shout", "1e999"], 2, "the value holds a number that is out of the range of Double: 1e999\n"),
        (["shout", "-" + "9" * 400], 2, f"the range of Double: -{'9' * 19}… (400 digits)\n"),
        (["shout", "9" * 5000], 2, f"the range of Double: {'9' * 20}… (5000 digits)\n"),
        (["shout", "[" * 10_000], 2, "the value is nested more than 200 levels deep\n"),
        (["shout", '"\\ud800"'], 2, "the value holds half a surrogate pair, which is no Unicode text\n"),
        (["shuot", '"a"'], 1, "did you mean `shout`?"),
        (["any", '"a"'], 1, "NS0611"),
    ],
)
def test_what_cannot_be_tried(
    demo: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["test", "demo", *arguments]) == code
    told = capsys.readouterr().err
    assert said in told
    assert not any(inside in told for inside in ("Traceback", "sys.", "recursion"))


@pytest.mark.parametrize("how", ["argument", "input"])
def test_a_notebook_cell(nsc: Nsc, demo: Path, how: str) -> None:
    cell = 'import Demo:0.1.0 as D;  ["a", "b"] | D.shout | Sinks.stdout'
    done = nsc("notebook", cell) if how == "argument" else nsc("notebook", input=cell)
    assert (done.returncode, done.stdout) == (0, "A!\nB!\n"), done.stderr


def test_a_cell_that_is_no_workflow(nsc: Nsc, demo: Path) -> None:
    done = nsc("notebook", "import Demo:0.1.0 as D; D.shout")
    assert done.returncode == 1
    assert "NS0325" in done.stderr


def test_a_cell_with_an_error_points_into_it(nsc: Nsc, tmp_path: Path) -> None:
    done = nsc("notebook", "Sources.stdin | Sinks.nowhere")
    assert done.returncode == 1
    assert "notebook.nml:1:23" in done.stderr


@contextmanager
def serving(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A workflow that answers requests, for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nscompiler", "run", "web.nml", "-p", f"http_port={port}", *more],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=PLAIN,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if f"{port}" in line:
                break
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "web.nml").write_text('Sources.http<Text> { http_path = "/echo" } | Sinks.reply\n')
    return tmp_path


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_requests_are_answered_until_a_signal(nsc: Nsc, web: Path, free_port: int, number: int) -> None:
    with serving(web, free_port) as process:
        answer = nsc("send", "/echo", '"héllo"', "--port", str(free_port))
        assert (answer.returncode, json.loads(answer.stdout)) == (0, "héllo")
        refused = nsc("send", "/echo", "3", "--port", str(free_port))
        assert refused.returncode == 1
        assert "400" in refused.stderr
        process.send_signal(number)
        rest = process.communicate(timeout=30)[1]
        assert process.returncode == 130
        assert "Traceback" not in rest


@pytest.mark.thorough
def test_a_port_in_use(nsc: Nsc, web: Path, free_port: int) -> None:
    with serving(web, free_port):
        second = nsc("run", "web.nml", "-p", f"http_port={free_port}")
        assert second.returncode == 1
        assert str(free_port) in second.stderr
        assert "Traceback" not in second.stderr


@pytest.mark.thorough
def test_a_program_does_not_outlive_the_command(web: Path, free_port: int) -> None:
    with serving(web, free_port) as process:
        process.kill()
        rest = process.communicate(timeout=30)[1]  # the program holds standard error until it ends
        assert process.returncode == -signal.SIGKILL
        assert "stopping" in rest
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", free_port)) != 0
