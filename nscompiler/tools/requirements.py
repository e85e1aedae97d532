"""What of a list of pip requirements this interpreter lacks. Nothing is installed, no network is asked."""

import operator
import re
from collections.abc import Callable, Iterable
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


def lacking(requirements: Iterable[str]) -> tuple[Lacking, ...]:
    """The requirements that this interpreter's packages do not meet, each once.

    A light test (PEP 508 names, plain releases compared as numbers): what it does not understand – addresses, paths,
    options, environment markers, pre-releases – it takes for met, and an import that then fails tells.
    """
    found = (_lack(requirement) for requirement in dict.fromkeys(requirements))
    return tuple(lack for lack in found if lack is not None)


def _lack(requirement: str) -> Lacking | None:
    match = _REQUIREMENT.match(requirement.split(" #", 1)[0])
    if match is None or match[3] or match[2].lstrip().startswith("@"):
        return None
    try:
        installed = version(match[1])
    except PackageNotFoundError:
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
