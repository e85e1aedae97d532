"""``make pictures``: draws and photographs what the documents show.

The SVGs are what ``nsc graph`` writes, and the screen of a real ``nsc repl``. The PNGs are the pages of ``nsc graph``
and ``nsc docs`` in a headless Chromium, which must be on PATH (or named by ``CHROMIUM``), and a program as VS Code
colours it, for which node is needed.
Without a browser, the SVGs are made and the exit code is 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import prompt

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
DRAWN = ("abroad",)
WIDTH = 1200

# What is photographed: file, page, its height, and whether it is dark.
PHOTOS = (
    ("graph-light.png", "graph.html#daily/5", 780, False),
    ("graph-dark.png", "graph.html#abroad", 780, True),
    ("docs-index-light.png", "site/index.html", 780, False),
    ("docs-types-dark.png", "site/Orders.Types-1.0.0.html", 780, True),
    ("docs-workflows-light.png", "site/Orders.Workflows-1.0.0.html", 1330, False),
    ("colours-dark.png", "colours-dark-plus.html", 680, True),
    ("colours-light.png", "colours-light-plus.html", 680, False),
)
THEMES = ("dark-plus", "light-plus")
# Without these a browser that has no network asks for it all the same.
QUIET = ("--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync")


def nsc(*arguments: str) -> None:
    """Run ``nsc`` on the examples."""
    subprocess.run(
        [sys.executable, "-m", "nscompiler", *arguments], cwd=EXAMPLES, check=True, stdout=subprocess.DEVNULL
    )


def photograph(browser: str, folder: Path, page: str, target: Path, height: int, *, dark: bool) -> None:
    """Open a page below a folder and keep what is seen."""
    subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            *QUIET,
            f"--user-data-dir={folder / 'browser'}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--window-size={WIDTH},{height}",
            f"--screenshot={target}",
            f"{folder.as_uri()}/{page}",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )


def colour(folder: Path) -> None:
    """Make the pages of a program in VS Code's colours; node is needed, and npm once."""
    textmate = HERE.parent.parent / "lsp/textmate"
    if not (textmate / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=textmate, check=True)
    for theme in THEMES:
        command = ["node", str(textmate / "render.mjs"), str(HERE / "colours.nml"), theme]
        with (folder / f"colours-{theme}.html").open("wb") as page:
            subprocess.run(command, stdout=page, check=True)


def main() -> int:
    """Make all pictures anew."""
    for name in DRAWN:
        nsc("graph", "orders", name, "-o", str(HERE / f"{name}.svg"))
    prompt.main(str(HERE / "prompt.svg"))
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("error: no Chromium on PATH; the screenshots were not taken", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        nsc("graph", "orders", "-o", str(folder / "graph.html"))
        nsc("docs", "orders", "-o", str(folder / "site"), "--standard", "--title", "The shop")
        colour(folder)
        for file, page, height, dark in PHOTOS:
            photograph(browser, folder, page, HERE / file, height, dark=dark)
    return 0


if __name__ == "__main__":
    sys.exit(main())
