"""What of a list of pip requirements an interpreter lacks. Nothing is installed, no network is asked."""

import json
import operator
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

import attrs

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^]]*\])?\s*\(?((?:[<>=!~@][^;#()]*)?)\)?\s*(;.*)?$")
_CLAUSE = re.compile(r"\s*(===|~=|==|!=|<=|>=|<|>)\s*([0-9][^\s,]*)\s*$")
_RELEASE = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)$")

Release = tuple[int, ...]

_COMPARE: dict[str, Callable[[Release, Release], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@attrs.frozen(slots=True)
class Lacking:
    """A requirement that is not met; ``found`` is the version installed, None if the package is not there at all."""

    requirement: str
    found: str | None


_ASK = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def installed_in(python: str, names: Iterable[str]) -> Mapping[str, str] | None:
    """The versions that another interpreter has of those packages that are there; None where it does not tell."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [python, "-P", "-c", _ASK, *names]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
        return {str(name): str(found) for name, found in json.loads(done.stdout).items()}
    except (OSError, subprocess.SubprocessError, ValueError, AttributeError):
        return None


def name_of(requirement: str) -> str | None:
    """The package that a line of requirements names; None where the line is of another kind."""
    match = _REQUIREMENT.match(requirement.split(" #", 1)[0])
    return None if match is None else match[1]


def lacking(requirements: Iterable[str], installed: Mapping[str, str] | None = None) -> tuple[Lacking, ...]:
    """The requirements that packages do not meet, each once: this interpreter's, or those ``installed`` elsewhere (by
    the names that the requirements have).

    A light test (PEP 508 names, plain releases compared as numbers): what it does not understand – addresses, paths,
    options, environment markers, pre-releases – it takes for met, and an import that then fails tells.
    """
    find = _version if installed is None else installed.get
    found = (_lack(requirement, find) for requirement in dict.fromkeys(requirements))
    return tuple(lack for lack in found if lack is not None)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _lack(requirement: str, find: Callable[[str], str | None]) -> Lacking | None:
    match = _REQUIREMENT.match(requirement.split(" #", 1)[0])
    if match is None or match[3] or match[2].lstrip().startswith("@"):
        return None
    installed = find(match[1])
    if installed is None:
        return Lacking(requirement.strip(), None)
    met = all(_met(installed, clause) for clause in match[2].split(",") if clause.strip())
    return None if met else Lacking(requirement.strip(), installed)


def _met(installed: str, clause: str) -> bool:
    match = _CLAUSE.match(clause)
    if match is None:
        return True
    symbol, wanted = match[1], match[2]
    if wanted.endswith(".*") and symbol in ("==", "!="):
        return _prefixed(installed, wanted[:-2], symbol == "==")
    have, want = _release(installed), _release(wanted)
    if have is None or want is None or symbol == "===":
        return True
    if symbol == "~=":
        return _padded(have, want, operator.ge) and have[: len(want) - 1] == want[:-1]
    return _padded(have, want, _COMPARE[symbol])


def _prefixed(installed: str, prefix: str, wanted: bool) -> bool:
    have, want = _release(installed), _release(prefix)
    return have is None or want is None or (have[: len(want)] == want) is wanted


def _padded(have: Release, want: Release, compare: Callable[[Release, Release], bool]) -> bool:
    """Compare releases as PEP 440 does, ``1.0`` being ``1.0.0``."""
    length = max(len(have), len(want))
    return compare(have + (0,) * (length - len(have)), want + (0,) * (length - len(want)))


def _release(text: str) -> Release | None:
    """The numbers of a plain release (a local part aside), None for anything else."""
    match = _RELEASE.match(text.split("+", 1)[0])
    return None if match is None else tuple(int(number) for number in match[1].split("."))
