"""The hand-written package that shows the shape of emitted code."""

import os
import subprocess
import sys
from pathlib import Path

from emitted_package import ROOT

SAMPLE = Path(__file__).parent / "sample"


def test_the_sample_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shop", "-p", "factor=1"],
        cwd=SAMPLE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "stdlib"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "pricing pen" in done.stderr
    outputs = [line.removeprefix("OUTPUT: ") for line in done.stderr.splitlines() if line.startswith("OUTPUT: ")]
    # two sinks promise no order between them
    assert [line for line in outputs if "total" not in line] == [
        '{"Refused":"pen"}',
        '"Empty"',
        '{"Refused":"ink"}',
        '"Empty"',
    ]
    assert [line for line in outputs if "total" in line] == [
        '{"item":"pen","total":5.625}',
        '{"item":"ink","total":10.0}',
    ]
