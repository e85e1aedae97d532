"""What `make demo` runs: the examples, checked, built and run for real, in a copy that is thrown away afterwards.

The exit code is 0 only if everything went as told, and the classifier is right about nine of ten flowers.
"""

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

EXAMPLES = Path(__file__).parent
LEAST_ACCURACY = 0.9
FLOWER = '{"sepalLength": 6.3, "sepalWidth": 2.9, "petalLength": 5.6, "petalWidth": 1.8}'


class DemoFailed(Exception):
    """Something did not go as told."""


def main():
    with tempfile.TemporaryDirectory(prefix="nsc-demo-") as folder:
        copied = Path(folder) / "examples"
        shutil.copytree(EXAMPLES, copied, ignore=shutil.ignore_patterns("__pycache__", ".nsc_cache"))
        try:
            demonstrate(copied)
        except DemoFailed as failure:
            print(f"\nThe demo failed: {failure}", file=sys.stderr)
            return 1
    return 0


def demonstrate(examples):
    iris, orders = examples / "iris", examples / "orders"
    caption("Two projects: modules, scripts and their imports are checked.")
    run("nsc check iris orders", examples)
    run("nsc list functions iris", examples)

    caption("The iris workflows become a Python package. It needs the run time, not the compiler.")
    run("nsc build workflows -o build", iris)
    caption("Run it: 50 flowers from a CSV file through a random forest that was trained on 100 others.")
    run("PYTHONPATH=build python -m iris_workflows evaluate", iris, PYTHONPATH=search("build"))
    judge(iris / "verdicts.jsonl")

    caption("The same model behind HTTP: one request, one answer.")
    serve(iris)

    caption("Another project: a shop's events, a Python source, four modules, two ways for each order.")
    stock = orders / "stock.db"
    run("ORDERS_DATABASE=$PWD/stock.db nsc run workflows daily", orders, ORDERS_DATABASE=str(stock))
    show_first(orders / "invoices.jsonl", 3)
    show_stock(stock)

    caption("A deliberate mistake, found before anything runs.")
    run("nsc check mistakes/wrong_type.nml", examples, expected=1)


def caption(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n# {text}")


def run(line, folder, expected=0, **variables):
    """Show a command and run it: `nsc …` or `python …`, after it has got the environment variables that are given."""
    print(f"$ {line}", flush=True)
    done = subprocess.run(
        words(line), cwd=folder, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    if done.returncode != expected:
        raise DemoFailed(f"`{line}` ended with {done.returncode}, not {expected}")


def words(line):
    """The arguments of a command, with this Python and this compiler."""
    program, *arguments = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    return [sys.executable, *(["-m", "nscompiler"] if program == "nsc" else []), *arguments]


def search(folder):
    """Python's path with a folder before all else."""
    return os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH")])])


def judge(path):
    """Accuracy and confusion matrix, computed from what the workflow's sink wrote."""
    verdicts = [json.loads(line) for line in path.read_text().splitlines()]
    pairs = Counter((verdict["species"], verdict["prediction"]) for verdict in verdicts)
    names = sorted({name for pair in pairs for name in pair})
    print(f"\n{path.name}: {len(verdicts)} lines. Rows are true species, columns what the model says:\n")
    print(" " * 12 + "".join(f"{name:>12}" for name in names))
    for true in names:
        print(f"{true:<12}" + "".join(f"{pairs[true, said]:>12}" for said in names))
    accuracy = sum(count for (true, said), count in pairs.items() if true == said) / max(len(verdicts), 1)
    print(f"\naccuracy {accuracy:.2f}")
    if accuracy < LEAST_ACCURACY:
        raise DemoFailed(f"the accuracy is below {LEAST_ACCURACY}")


def serve(iris):
    """Start the HTTP workflow on a free port, ask it, stop it."""
    line = "nsc run workflows serve -p http_port=0"
    print(f"$ {line} &", flush=True)
    process = subprocess.Popen(words(line), cwd=iris, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        port = await_port(process)
        run(f"nsc send /iris '{FLOWER}' --port {port}", iris)
        print("$ kill %1", flush=True)
        process.send_signal(signal.SIGTERM)
        print(process.communicate(timeout=60)[1], end="")
    finally:
        process.kill()
        process.wait()
    if process.returncode not in (0, 130):
        raise DemoFailed(f"`{line}` ended with {process.returncode}")


def await_port(process):
    for line in process.stderr:
        print(line, end="", flush=True)
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)/iris", line)
        if found:
            return found[1]
    raise DemoFailed("the HTTP workflow did not start")


def show_first(path, count):
    lines = path.read_text().splitlines()
    print(f"\n{path.name}: {len(lines)} lines, the first {count}:")
    print("\n".join(lines[:count]))


def show_stock(path):
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT sku, pieces FROM picked ORDER BY sku").fetchall()
    connection.close()
    print(f"\n{path.name}: " + ", ".join(f"{pieces} x {sku}" for sku, pieces in rows))


if __name__ == "__main__":
    sys.exit(main())
