"""The Python that runs a module in a process of its own.

A module that shares the environment of the workflow runs under this very interpreter. One whose requirements exclude
those of others has an environment of its own: ``NSTACK_PYTHON_NAME`` names its Python, or else it is
``.venv/bin/python`` in the module's folder. Before anything opens that Python is asked what it is.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nstack.version import __version__

from .declare import UserModule
from .errors import UsageError
from .origin import origin_of

OLDEST = (3, 11)
"""The oldest Python that the runtime works with."""

_PATIENCE = 60.0  # seconds for a Python to say what it is
# Written for any Python. It answers in lines that nothing else prints: its version, then nstack's or what is missing.
_ASK = """
import sys
sys.path = [entry for entry in sys.path if entry]
print("nstack:python %d.%d.%d" % sys.version_info[:3])
try:
    import nstack
    print("nstack:version " + nstack.__version__)
except Exception as error:
    print("nstack:lacks %s: %s" % (type(error).__name__, error))
"""
_ANSWER = re.compile(r"^nstack:(\w+) (.*)$", re.MULTILINE)


class Interpreter(NamedTuple):
    """A Python to start: its ``executable``, and the folders that it finds packages in besides its own
    (``PYTHONPATH``)."""

    executable: str
    path: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its processes."""
        ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
        return {**ours, "PYTHONPATH": self.path}


def this_interpreter() -> Interpreter:
    """The one that runs now, with all that it finds."""
    return Interpreter(sys.executable, os.pathsep.join(entry for entry in sys.path if entry))


def own_interpreters(modules: Iterable[UserModule]) -> dict[int, Interpreter]:
    """The interpreters of the modules that have a process declared, by the module's ``id``.

    Raises UsageError, with the commands to give, for all those that are missing or of no use.
    """
    found: dict[int, Interpreter] = {}
    faults: list[str] = []
    for module in modules:
        if module.process is not None:
            wanted = _Wanted(module)
            fault = wanted.fault()
            if fault is None:
                found[id(module)] = wanted.interpreter
            else:
                faults.append(fault)
    if faults:
        raise UsageError("\n".join(faults))
    return found


class _Wanted:
    """The Python that a module with a process of its own should have."""

    def __init__(self, module: UserModule) -> None:
        assert module.process is not None
        self._module = module
        self._process = module.process
        self._root = os.path.abspath(module.process.root)
        self._variable = "NSTACK_PYTHON_" + re.sub(r"[^A-Z0-9]", "_", module.process.name.upper())
        self._default = origin_of(Path(module.folder).absolute()) / ".venv"
        self._named = os.environ.get(self._variable) or None
        wanted = self._named or str(self._default / "bin" / "python")
        # Absolute, as the working directory changes; a link stays one, as that is how a Python knows its environment.
        self._path = os.path.abspath(shutil.which(wanted) or wanted)
        self._folder = Path(self._path).parent.parent
        self._shown = f"{self._path}, which {self._variable} names," if self._named else self._path

    @property
    def interpreter(self) -> Interpreter:
        """It sees nothing of ours but the emitted package, whose types the values have."""
        return Interpreter(self._path, self._root)

    def fault(self) -> str | None:
        """Why it cannot be used, and what to do; None where it can."""
        if not os.path.exists(self._path):
            return self._replaced(self._absent(), "make one")
        if os.path.isdir(self._path):
            return self._told_of_folder()
        answers = self._asked()
        if isinstance(answers, str):
            return self._replaced(f"{self._shown} cannot be used: {answers}", "make another")
        version = answers["python"]
        if tuple(map(int, version.split(".")[:2])) < OLDEST:
            needed = ".".join(map(str, OLDEST))
            what = f"{self._shown} is Python {version}, and {needed} or newer is needed"
            return self._replaced(what, "make another")
        if "version" not in answers:
            what = f"{self._shown} cannot import nstack ({answers['lacks']}); install what is needed with"
            return self._told(what, (self._installed(self._path),))
        if answers["version"] != __version__:
            what = f"{self._shown} has nstack {answers['version']}, and this is nstack {__version__}; install it with"
            return self._told(what, (self._installed(self._path),))
        return None

    def _absent(self) -> str:
        if self._named is None:
            return f"there is no Python at {self._path}"
        known = os.sep in self._named
        lacking = "which does not exist" if known else f"which is no command on the PATH and no file in {os.getcwd()}"
        return f"{self._variable} names {self._path if known else self._named}, {lacking}"

    def _told_of_folder(self) -> str:
        python = os.path.join(self._path, "bin", "python")
        if os.path.exists(python):
            what = f"{self._shown} is a folder; name the Python in it with"
            return self._told(what, (f"export {self._variable}={shlex.quote(python)}",))
        return self._replaced(f"{self._shown} is a folder, and has no bin/python", "make one")

    def _replaced(self, what: str, make: str) -> str:
        """What is wrong, and how to have an environment that is right."""
        if self._named is not None and not self._could_be(self._folder) and self._is_ready():
            return self._told(f"{what}; take that of its own folder with", (f"unset {self._variable}",))
        return self._told(f"{what}; {make} with", self._made())

    def _is_ready(self) -> bool:
        """Whether there is an environment where one is looked for when none is named."""
        return (self._default / "bin" / "python").exists()

    def _asked(self) -> dict[str, str] | str:
        """What the Python says of itself, or why it says nothing."""
        command = [self._path, "-c", _ASK]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                env=self.interpreter.environment,
                timeout=_PATIENCE,
                check=False,
            )
        except OSError as error:
            return error.strerror or str(error)
        except subprocess.TimeoutExpired:
            return "it does not answer"
        answers = dict(_ANSWER.findall(done.stdout))
        if re.match(r"\d+\.\d+", answers.get("python", "")) and len(answers) > 1:
            return answers
        last = (done.stderr.strip().splitlines() or ["it does not answer"])[-1]
        return last if done.returncode == 0 else f"exit code {done.returncode}, {last}"

    def _told(self, what: str, commands: tuple[str, ...]) -> str:
        reason = f": {self._process.reason}" if self._process.reason else ""
        lines = [f"{self._module.reference} needs a Python environment of its own{reason}", f"  {what}:"]
        lines += [f"    {command}" for command in commands]
        return "\n".join([*lines, f"  or name another Python in {self._variable}"])

    def _made(self) -> tuple[str, ...]:
        """The commands that make an environment: where the Python should be, if that is or could be one, else in the
        module's own folder, which is looked into where nothing is named."""
        folder = self._folder if self._could_be(self._folder) else self._default
        clear = " --clear" if _is_environment(folder) else ""  # never of anything else
        made = f"{shlex.quote(sys.executable)} -m venv{clear} {shlex.quote(str(folder))}"
        python = str(folder / "bin" / "python")
        unset = (f"unset {self._variable}",) if self._named and folder == self._default else ()
        return (made, self._installed(python), *unset)

    def _could_be(self, folder: Path) -> bool:
        """Whether the Python that is wanted is, or could become, that of an environment in a folder."""
        if folder == self._default:
            return True
        place = folder.parent.is_dir() and not folder.exists()
        return Path(self._path).parent.name == "bin" and (place or _is_environment(folder))

    def _installed(self, python: str) -> str:
        """The command that installs what the module needs. Pip reads paths in a file of requirements as relative to
        the working directory."""
        install = f"{shlex.quote(python)} -m pip install -r {shlex.quote(f'requirements/{self._process.name}.txt')}"
        return install if os.getcwd() == self._root else f"(cd {shlex.quote(self._root)} && {install})"


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()
