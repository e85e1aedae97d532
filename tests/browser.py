"""A headless Chromium that opens a page, runs a script in it, and tells what the script found out."""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

# Without the last four it asks the network for this and that.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1200,800", "--dump-dom"),
    *("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def chromium() -> str:
    """The browser; skips where there is none (never on a machine of CI)."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed; `make browser` says how")
    return found


def said_in(page: Path, script: str, folder: Path, anchor: str = "") -> Any:
    """What the body of an asynchronous function returns in a page, through JSON; errors of the page fail the test.

    ``folder`` is for the browser's own files. The script stands in a copy of the page beside it.
    """
    text = page.read_text(encoding="utf-8")
    assert text.count("</body>") == 1
    early = '<script>window.faults = []; addEventListener("error", (event) => faults.push(event.message));</script>'
    late = f"""<script type="module">
const said = document.createElement("pre");
said.id = "said";
try {{ said.textContent = JSON.stringify({{ faults, found: await (async () => {{ {script} }})() }}); }}
catch (error) {{ said.textContent = JSON.stringify({{ faults: [String(error)] }}); }}
document.body.append(said);
</script>"""
    copy = page.with_name(f"tried-{page.name}")
    copy.write_text(
        text.replace("<title>", f"{early}<title>", 1).replace("</body>", f"{late}</body>"), encoding="utf-8"
    )
    done = subprocess.run(
        [chromium(), *OPTIONS, f"--user-data-dir={folder / 'browser'}", f"{copy.resolve().as_uri()}{anchor}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.search(r'<pre id="said">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    answer = json.loads(html.unescape(found[1]))
    assert answer["faults"] == []
    return answer["found"]
