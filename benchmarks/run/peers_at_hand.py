"""The peers of the running benchmark: what runs each, where it is installed, and its version.

Each set of Python packages has an environment of its own under ``.peers``, made at the first run; jq and Miller are
taken from the system or unpacked from Debian's packages. What cannot be had is left out with the reason.
"""

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / ".peers"

SETS = {
    "main": ["msgspec", "duckdb", "pyarrow", "polars", "bytewax", "dask[bag]", "streamz"],
    "http": ["msgspec", "uvicorn[standard]", "aiohttp", "starlette"],
    "beam": ["msgspec", "apache-beam"],
    "pathway": ["msgspec", "pathway"],
    "spark": ["msgspec", "pyspark", "pyarrow", "pandas"],
    "flink": ["msgspec", "apache-flink"],
}
JQ = (
    ".amount *= 1.19 | select(.amount >= 20) | . as $o | .tags[]"
    " | {id: $o.id, user: $o.user, amount: $o.amount, tag: ., country: $o.country}"
)
MILLER = (
    "$amount *= 1.19; if ($amount >= 20) { for (tag in $tags) { emit1"
    ' {"id": $id, "user": $user, "amount": $amount, "tag": tag, "country": $country} } }'
)


@dataclass
class Peer:
    """One way to do the work: ``command`` takes the input's and the output's path at its end. ``package`` is what its
    version is that of; ``methods`` tells whether the methods in Python are called."""

    name: str
    command: list[str]
    version: str = ""
    methods: bool = True
    to_stdout: bool = False
    environment: dict[str, str] = field(default_factory=dict)


# The name, the file under peers, its further arguments, the set, and the package that is measured.
PYTHON = [
    ("by hand, fused, msgspec", "fused", [], "main", "msgspec"),
    ("generators, msgspec a line", "generators", [], "main", "msgspec"),
    ("async generators", "async_generators", [], "main", "msgspec"),
    ("a queue a stage, batches of 256", "queues", ["256"], "main", "msgspec"),
    ("a queue a stage, one record", "queues", ["1"], "main", "msgspec"),
    ("json module", "plain_json", [], "main", ""),
    ("DuckDB", "duck", [], "main", "duckdb"),
    ("Arrow", "arrows", [], "main", "pyarrow"),
    ("Polars", "polar", [], "main", "polars"),
    ("Bytewax, one operator", "wax", ["fused"], "main", "bytewax"),
    ("Bytewax, five operators", "wax", ["five"], "main", "bytewax"),
    ("Dask bag, 2 processes", "dask_bag", [], "main", "dask"),
    ("streamz", "streams", [], "main", "streamz"),
    ("Beam, local runner", "beams", [], "beam", "apache-beam"),
    ("Pathway", "paths", [], "pathway", "pathway"),
    ("Spark mapInArrow, local[2]", "spark", [], "spark", "pyspark"),
    ("Flink, thread mode, fused", "flink", [], "flink", "apache-flink"),
]
NATIVE = ("DuckDB", "Arrow", "Polars")


def installed(name: str) -> Path | None:
    """The Python of a set of packages, installed where it is not yet; None where it cannot be had."""
    python = PEERS / name / "bin" / "python"
    ready = PEERS / name / ".ready"
    if not ready.exists():
        venv.create(PEERS / name, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *SETS[name]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
            print(f"{name} is left out: {reason}", file=sys.stderr)
            return None
        ready.touch()
    return python


def version(python: Path, package: str) -> str:
    """The version of an installed package; Python's own where it is none."""
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    if not package:
        code = "import platform; print(platform.python_version())"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def peers(wanted: list[str]) -> list[Peer]:
    """Those whose name begins with one of the texts, or all."""
    found = []
    for name, file, more, packages, package in PYTHON:
        if not _is_wanted(name, wanted):
            continue
        python = installed(packages)
        if python is not None:
            command = [str(python), str(HERE / "peers" / f"{file}.py"), "{}", *more]
            path = {"PATH": f"{python.parent}:/usr/bin:/bin"}  # Flink looks for Python there
            shown = f"{package or 'Python'} {version(python, package)}"
            found.append(Peer(name, command, shown, name not in NATIVE, environment=path))
    for name, program, package, command in (
        ("jq", "jq", "jq", ["-c", JQ, "{in}"]),
        ("Miller", "mlr", "miller", ["--ijsonl", "--ojsonl", "put", "-q", MILLER, "{in}"]),
    ):
        if _is_wanted(name, wanted) and (path := _program(program, package)):
            told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
            found.append(Peer(name, [path, *command], told, methods=False, to_stdout=True))
    return found


def _is_wanted(name: str, wanted: list[str]) -> bool:
    return not wanted or any(name.lower().startswith(one.lower()) for one in wanted)


def _program(name: str, package: str) -> str | None:
    found = shutil.which(name) or PEERS / package / "usr/bin" / name
    if Path(found).exists():
        return str(found)
    PEERS.mkdir(exist_ok=True)
    got = subprocess.run(["apt-get", "download", package], cwd=PEERS, capture_output=True, check=False)
    for archive in PEERS.glob(f"{package}_*.deb") if got.returncode == 0 else ():
        subprocess.run(["dpkg-deb", "-x", str(archive), str(PEERS / package)], check=True)
        return str(PEERS / package / "usr/bin" / name)
    print(f"{name} is left out: neither installed nor to be had from Debian", file=sys.stderr)
    return None
