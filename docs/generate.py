"""``make docs``: writes what is made from the compiler, the pages of ``docs/diagnostics``."""

from pathlib import Path

from nscompiler.tools.pages import documents

FOLDER = Path(__file__).parent / "diagnostics"


def main() -> None:
    """Write every page anew and remove those of codes that are gone."""
    FOLDER.mkdir(exist_ok=True)
    pages = documents()
    for path in FOLDER.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
