"""``make sarif``: the SARIF that is kept, and that of the examples, before the reference validator.

That is Microsoft's Multitool, which npm has; it is installed below the folder given. It knows rules that a schema
cannot state. Errors and warnings fail; notes ask for what a log may leave out (snippets, version control).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "tests" / "diagnostics" / "golden" / "forms"
PACKAGE = "@microsoft/sarif-multitool-linux@5.7.0"
LEVELS = "Error;Warning"


def main(folder: Path) -> int:
    """Validate; the exit code."""
    program = installed(folder)
    with tempfile.TemporaryDirectory() as made:
        logs = [*sorted(KEPT.glob("*.sarif")), of_the_examples(Path(made) / "examples.sarif")]
        broken = without_a_rule(logs[-1], Path(made) / "broken.sarif")
        found = [line for log in logs for line in findings(program, log)]
        if not findings(program, broken):
            found.append("a result without its rule was not found: the validator does not validate")
    print("\n".join(found) or f"{len(logs)} logs, no errors or warnings")
    return 1 if found else 0


def installed(folder: Path) -> Path:
    """The validator; npm puts it there where it is not yet."""
    program = folder / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    if not program.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        line = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", PACKAGE]
        subprocess.run(line, check=True, timeout=300)
    program.chmod(0o755)
    return program


def of_the_examples(log: Path) -> Path:
    """What ``nsc check`` itself writes about the examples' mistake."""
    line = [sys.executable, "-m", "nscompiler", "check", "examples/mistakes", "--format", "sarif"]
    environment = {**os.environ, "NSC_DOCS_URL": "https://example.org/docs/diagnostics"}
    done = subprocess.run(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=False, timeout=60)
    log.write_bytes(done.stdout)
    return log


def without_a_rule(log: Path, broken: Path) -> Path:
    """The same log with a result that points at no rule."""
    content = json.loads(log.read_text(encoding="utf-8"))
    content["runs"][0]["results"][0]["ruleIndex"] = 99
    broken.write_text(json.dumps(content), encoding="utf-8")
    return broken


def findings(program: Path, log: Path) -> list[str]:
    """What the validator says about a log, of the levels that fail."""
    line = [str(program), "validate", str(log), "--rule-kind", "Sarif;Ghas", "--level", LEVELS]
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=120)
    said = done.stdout + done.stderr
    if "Done. 1 files scanned." not in said:
        return [f"{log.name}: the validator failed: {said.strip()}"]
    return [line for line in said.splitlines() if ": error " in line or ": warning " in line]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
