"""Modules whose requirements exclude each other: one of them runs in a process of its own, under its own Python."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from emitted_package import Package
from environments import bare_environment, site_packages

VARIABLE = "NSTACK_PYTHON_FAR_1_0_0"
REASON = "it requires left>=2, and Near:1.0.0 requires left==1.0"
FLOW = f"""
near = UserModule("Near:1.0.0", FOLDER / "near", types=vars(t))
own = Process("far-1.0.0", FOLDER.parents[1], "{REASON}")
far = UserModule("Far:1.0.0", FOLDER / "far", types=vars(t), process=own)
stdout_9 = Sink("Sinks.stdout", Text, origin="w.nml:9:9", text="Sinks.stdout")
"""
LEFT = {"near": "VERSION = '1.0'\n", "far": "VERSION = '2.0'\n"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the runtime, what that needs, and version 2.0 of ``left``."""
    folder = tmp_path_factory.mktemp("far") / "venv"
    python = bare_environment(folder, "nstack", "msgspec")
    (site_packages(folder) / "left.py").write_text(LEFT["far"])
    return python


@pytest.fixture
def near(tmp_path: Path) -> str:
    """Where the process of the workflow finds version 1.0 of ``left``."""
    folder = tmp_path / "near"
    folder.mkdir()
    (folder / "left.py").write_text(LEFT["near"])
    (folder / "only_near.py").write_text("")
    return str(folder)


def through(near: str, python: Path) -> dict[str, str]:
    """The variables of a run with both environments."""
    return {"PYTHONPATH": os.pathsep.join([near, *sys.path]), VARIABLE: str(python)}


def source_and_sink(source: str, *calls: str, sink: str) -> str:
    """The end of a flow: ``source`` and ``sink`` are nodes, ``calls`` what stands between, over ``a``."""
    nodes = ",".join(dict.fromkeys(call.partition("(")[0] for call in calls))
    body, pad = ["def run(values, token):", "    for a in values:"], "        "
    for call in calls:
        body.append(f"{pad}for a in {call}:")
        pad += "    "
    body.append(f"{pad}{sink}(a, token)")
    declared = f"sources=(({source}, run),), calls=({nodes}{',' if nodes else ''}), sinks=({sink},), bounded=True"
    return "\n".join([*body, f'workflow = Workflow("w", {declared})'])


EVERYTHING = """
import left, os
from importlib.util import find_spec
import nstack
from helper import SAID

class Module(nstack.Module):
    async def startup(self):
        self.count = 0
        print("far starts with", left.VERSION, os.path.basename(os.getcwd()))

    def readings(self):
        for number in range(self.args["most"]):
            yield {"place": f"p{number}", "value": number / 2, "event": nstack.Event.Told(left.VERSION)}
        yield nstack.Reading("last", 9.5, nstack.Event.Silent())

    def each(self, reading):
        self.count += 1
        for letter in reading.place:
            yield letter + left.VERSION + SAID

    async def slow(self, text):
        return Own(f"{text}{self.count}")

    async def both(self, text):
        yield text
        yield text.upper()

    def keep(self, text):
        print("kept", text, self.args)

    def shutdown(self):
        print("far stops", self.count)
        print("seen", [name for name in ("only_near", "nscompiler", "pytest") if find_spec(name)])

class Own(str):
    "What only this side knows crosses as a plain value."
"""


def test_each_side_has_its_own_version(package: Package, python: Path, near: str) -> None:
    """A source, plain and ``async`` methods, generators and a sink over there, a method in between over here."""
    package.write(
        FLOW
        + """
readings_1 = Source(far, t.Reading, function="readings", parameters=(Parameter("most", "Integer", 1, default=True),))
tell_2 = Call(near, "tell", input=t.Reading, output=t.Reading)
each_3 = Call(far, "each", input=t.Reading, output=Text)
slow_4 = Call(far, "slow", input=Text, output=Text)
both_5 = Call(far, "both", input=Text, output=Text)
keep_6 = Sink(far, Text, function="keep", parameters=(Parameter("mark", "Text", "x", default=True),))
"""
        + source_and_sink(
            "readings_1",
            *("tell_2(a, token)", "each_3(a, token)", "slow_4(a, token)", "both_5(a, token)"),
            sink="keep_6",
        ),
        types="""
        class Event(Sum):
            Told = constructor(Text)
            Silent = constructor()

        class Reading(Record):
            place: Text
            value: Double
            event: Event
        """,
        near="""
        import left
        import nstack

        class Module(nstack.Module):
            def tell(self, reading):
                told = reading.event.match(lambda text: text, lambda: "nothing")
                print("near", left.VERSION, reading.place, reading.value, told)
                return (reading.place[:1], reading.value, reading.event)
        """,
        far=EVERYTHING,
    )
    package.file("far/helper.py", "SAID = '!'\n")
    done = package.run(**through(near, python))
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith(("far", "near"))] == [
        "far starts with 2.0 far",
        "near 1.0 p0 0.0 2.0",
        "near 1.0 last 9.5 nothing",
        "far stops 2",
    ]
    kept = [line.split()[1] for line in done.stderr.splitlines() if line.startswith("kept")]
    assert kept == ["p2.0!1", "P2.0!1", "l2.0!2", "L2.0!2"]
    assert "kept p2.0!1 {'mark': 'x'}" in done.stderr
    assert "seen []" in done.stderr


def lines_to_far(package: Package, body: str, *calls: str, near_body: str = "") -> Package:
    """Standard input through a method over here and some over there (``name; policy``), to standard output."""
    parts = [(name, policy.strip()) for name, _, policy in (call.partition(";") for call in calls)]
    nodes = [
        f'{name}_3 = Call(far, "{name}", input=Text, output=Text, policy=Policy({policy}), origin="w.nml:1:1",'
        f' text="Far.{name}")'
        for name, policy in parts
    ]
    steps = ["near_2(a, token)", *(f"{name}_3(a, token)" for name, _ in parts)]
    flow = [
        FLOW,
        'stdin_1 = Source("Sources.stdin", Text, parameters=(Parameter("max_line", "Integer", 99, default=True),))',
        'near_2 = Call(near, "same", input=Text, output=Text)',
        *nodes,
        source_and_sink("stdin_1", *steps, sink="stdout_9"),
    ]
    near = f"import nstack\n\nclass Module(nstack.Module):\n    def same(self, text):\n        return text\n{near_body}"
    far = f"import asyncio, os, signal, sys\nimport nstack\n\nclass Module(nstack.Module):\n{body}"
    return package.write("\n".join(flow), near=near, far=far)


SAME = "    def f(self, text):\n        return text\n"
STARTS = "\n    def startup(self):\n        print('near starts')\n"


def test_without_an_environment_nothing_starts_and_the_commands_are_told(package: Package) -> None:
    lines_to_far(package, SAME, "f", near_body=STARTS)
    done = package.run(input="a\n")
    folder = package.made / "user" / "far" / ".venv"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"error: Far:1.0.0 needs a Python environment of its own: {REASON}\n"
        f"  there is no Python at {folder}/bin/python; make one with:\n"
        f"    {sys.executable} -m venv {folder}\n"
        f"    {folder}/bin/python -m pip install -r requirements/far-1.0.0.txt\n"
        f"  or name another Python in {VARIABLE}\n"
    )
    assert "near starts" not in done.stderr


def test_the_environment_in_the_modules_folder(package: Package) -> None:
    lines_to_far(package, "    def f(self, text):\n        return text + sys.prefix.rpartition('/')[2]\n", "f")
    bare_environment(package.made / "user" / "far" / ".venv", "nstack", "msgspec")
    done = package.run(input="a\n")
    assert (done.returncode, done.stdout) == (0, "a.venv\n"), done.stderr


@pytest.mark.thorough
def test_the_variable_may_name_a_python_on_the_path_or_below_the_folder(package: Package, python: Path) -> None:
    lines_to_far(package, "    def f(self, text):\n        return text + sys.executable\n", "f")
    linked = python.with_name("far-python")
    linked.symlink_to(python)
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    done = package.run(input="a\n", PATH=path, **{VARIABLE: "far-python"})
    assert (done.returncode, done.stdout) == (0, f"a{linked}\n"), done.stderr
    (package.folder / "here").symlink_to(python.parent.parent)
    done = package.run(input="a\n", **{VARIABLE: "here/bin/python"})
    assert (done.returncode, done.stdout) == (0, f"a{package.folder}/here/bin/python\n"), done.stderr


KILLED = """
    def startup(self):
        self.seen = 0

    def f(self, text):
        self.seen += 1
        if text == "kill" and not os.path.exists("killed"):
            open("killed", "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{text} {self.seen}"
"""


@pytest.mark.thorough
def test_a_killed_process_is_started_again_and_its_call_made_again(package: Package, python: Path) -> None:
    lines_to_far(package, KILLED, "f")
    done = package.run(input="a\nb\nkill\nc\n", **{VARIABLE: str(python)})
    assert (done.returncode, done.stdout.splitlines()) == (0, ["a 1", "b 2", "kill 1", "c 2"]), done.stderr
    assert "starts again, for it has died (SIGKILL)" in done.stderr
    assert done.stderr.count("the process of Far:1.0.0 starts again") == 1


FORKED = """
    def f(self, text):
        if os.fork() == 0:
            os.closerange(0, 3)
            open("gate").read()
            os._exit(0)
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.thorough
def test_what_the_process_has_forked_does_not_keep_it_alive(package: Package, python: Path) -> None:
    lines_to_far(package, FORKED, "f; on_error='skip'")
    gate = package.made / "user" / "far" / "gate"
    os.mkfifo(gate)
    done = package.run(input="a\n", **{VARIABLE: str(python)})
    gate.write_text("go")
    assert done.returncode == 1, "the only value was skipped, and nobody chose that"
    assert "Far.f: the process of Far:1.0.0 has died (SIGKILL)" in done.stderr


UNSTEADY = """
    def startup(self):
        with open("starts", "a+") as starts:
            starts.write("x")
            starts.seek(0)
            if starts.read() == "xx":
                raise ValueError("not yet")

    def f(self, text):
        if text == "die":
            os._exit(3)
        return text
"""


@pytest.mark.thorough
def test_a_process_that_cannot_start_again_is_tried_by_the_next_call(package: Package, python: Path) -> None:
    lines_to_far(package, UNSTEADY, "f; on_error='skip'")
    done = package.run(input="a\ndie\nb\nc\n", **{VARIABLE: str(python)})
    assert (done.returncode, done.stdout) == (0, "a\nb\nc\n"), done.stderr
    assert "has died (exit code 3)" in done.stderr
    assert "Far.f: startup() of Far:1.0.0 failed: ValueError: not yet" in done.stderr


@pytest.mark.thorough
def test_a_process_that_ends_while_it_starts(package: Package, python: Path) -> None:
    lines_to_far(package, SAME + "\n    def startup(self):\n        os._exit(3)\n", "f")
    done = package.run(**{VARIABLE: str(python)})
    assert done.returncode == 1
    assert "error: the process of Far:1.0.0 has died (exit code 3)\n" in done.stderr
    (package.made / "user" / "far" / "service.py").write_text("import os\nos._exit(4)\n")
    done = package.run(**{VARIABLE: str(python)})
    assert done.returncode == 1
    assert "error: the process of Far:1.0.0 ended before it was ready (exit code 4)\n" in done.stderr


FAILING = """
    def f(self, text):
        if text == "bad":
            raise ValueError("not this one")
        return text if text != "wrong" else 3

    def many(self, text):
        yield text
        yield 3
        yield text + "!"

    async def wait(self, text):
        self.seen = getattr(self, "seen", 0) + 1
        if text == "hang":
            await asyncio.Event().wait()
        return f"{text}{self.seen}"
"""


@pytest.mark.thorough
def test_what_fails_over_there_is_told_with_its_trace(package: Package, python: Path) -> None:
    lines_to_far(package, FAILING, "f; on_error='dead_letter', retry=1")
    done = package.run(input="bad\nwrong\nfine\n", **{VARIABLE: str(python)})
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr
    assert done.stderr.count("Far.f: ValueError: not this one") == 2
    assert f'File "{package.made}/user/far/service.py", line 8, in f' in done.stderr
    assert "nstack/runtime" not in done.stderr
    assert done.stderr.count("Far.f: result: expected Text, got 3") == 1, "what is wrong is not tried again"
    letters = (package.folder / "dead-letters" / "w.jsonl").read_text().splitlines()
    assert ['"value":"bad"' in letters[0], '"value":"wrong"' in letters[1]] == [True, True]


@pytest.mark.thorough
def test_what_fails_ends_neither_a_generator_nor_the_process(package: Package, python: Path) -> None:
    """A wrong value of a generator is passed over, a coroutine that takes too long is cancelled."""
    lines_to_far(package, FAILING, "many; on_error='skip'", "wait; on_error='skip', timeout=0.5")
    done = package.run(input="a\nhang\n", **{VARIABLE: str(python)})
    assert (done.returncode, done.stdout) == (0, "a1\na!2\nhang!4\n"), done.stderr
    assert "Far.many: result: expected Text, got 3" in done.stderr
    assert "Far.wait: took longer than 0.5 s" in done.stderr


SOURCE = (
    FLOW
    + """
buried = Policy(on_error="dead_letter")
ticks_1 = Source(far, Text, function="ticks", policy=buried, origin="w.nml:1:1", text="Far.ticks")
"""
    + source_and_sink("ticks_1", sink="stdout_9")
)


@pytest.mark.thorough
def test_a_source_goes_on_where_it_was(package: Package, python: Path) -> None:
    """Offsets and wrong values come over as those of a source over here do."""
    package.write(
        SOURCE.replace(", bounded=True", ""),
        far="""
        import nstack

        class Module(nstack.Module):
            def ticks(self):
                first = self.resume_from or 0
                yield nstack.At(["no", "text"], first)
                for number in range(first + 1, first + 3):
                    yield nstack.At(str(number), number)
        """,
    )
    for expected in ("1\n2\n", "3\n4\n"):
        done = package.run(**{VARIABLE: str(python)})
        assert (done.returncode, done.stdout) == (0, expected), done.stderr
        assert 'Far.ticks: value: expected Text, got ["no", "text"]' in done.stderr.replace("'", '"')
    assert '"value":["no","text"]' in (package.folder / "dead-letters" / "w.jsonl").read_text()


def test_a_source_that_is_none(package: Package, python: Path) -> None:
    package.write(SOURCE, far="import nstack\n\nclass Module(nstack.Module):\n    def ticks(self):\n        return 3\n")
    done = package.run(**{VARIABLE: str(python)})
    assert done.returncode == 1
    assert "Far.ticks: a source is a method that yields; this one returned 3" in done.stderr


@pytest.mark.thorough
def test_a_signal_to_the_whole_group_stops_cleanly(package: Package, python: Path) -> None:
    """As Ctrl-C on a terminal sends it; the source sleeps over there meanwhile, and its module is shut down."""
    package.write(
        SOURCE.replace("bounded=True", "bounded=False"),
        far="""
        import threading
        import nstack

        class Module(nstack.Module):
            def ticks(self):
                yield "first"
                threading.Event().wait()

            def shutdown(self):
                print("far stops")
        """,
    )
    process = package.start(**{VARIABLE: str(python)}, own_group=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert "Far.ticks still waits for its next value and is left behind" in told
    assert "far stops" in told
    assert "died" not in told
    assert "Traceback" not in told


@pytest.mark.thorough
def test_calls_from_two_threads_meet_at_await(package: Package, python: Path) -> None:
    """Each of two sources waits, over there, for what a value of the other one does."""
    package.write(
        FLOW
        + """
one_1 = Literal(["a"], Text)
two_2 = Literal(["b"], Text)
meet_3 = Call(far, "meet", input=Text, output=Text)
def first(values, token):
    for a in values:
        for b in meet_3(a, token):
            stdout_9(b, token)
def second(values, token):
    for a in values:
        for b in meet_3(a, token):
            stdout_9(b, token)
workflow = Workflow("w", sources=((one_1, first), (two_2, second)), calls=(meet_3,), sinks=(stdout_9,), bounded=True)
""",
        far="""
        import asyncio
        import nstack

        class Module(nstack.Module):
            async def startup(self):
                self.here = {"a": asyncio.Event(), "b": asyncio.Event()}

            async def meet(self, text):
                self.here[text].set()
                await self.here["b" if text == "a" else "a"].wait()
                return text
        """,
    )
    done = package.run(**{VARIABLE: str(python)})
    assert (done.returncode, sorted(done.stdout)) == (0, ["\n", "\n", "a", "b"]), done.stderr


def test_a_module_that_cannot_be_imported_over_there(package: Package, python: Path) -> None:
    lines_to_far(package, SAME, "f")
    package.file("far/service.py", "import only_near\n")
    done = package.run(**{VARIABLE: str(python)})
    assert done.returncode == 1
    assert "cannot be imported: ModuleNotFoundError: No module named 'only_near'" in done.stderr


def test_this_environment_is_not_needed_to_ask(package: Package, python: Path, tmp_path: Path) -> None:
    """The Python is asked in the environment in which it will run: what lies in the working directory is not it."""
    lines_to_far(package, SAME, "f")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "nstack.py").write_text("raise ImportError('this is not it')\n")
    path = os.pathsep.join([str(package.folder), str(Path(__file__).parents[2] / "stdlib")])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "made"],
        cwd=tmp_path / "elsewhere",
        env={**os.environ, "PYTHONPATH": path, VARIABLE: str(python)},
        input="a\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "a\n"), done.stderr
