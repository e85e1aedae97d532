"""The changes of modules, drawn for a terminal and as Markdown."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from nscompiler.tools.changes import Change, Level, described, placed
from nscompiler.tools.revisions import ModuleDiff

_WORDS = {Level.MAJOR: "breaking", Level.MINOR: "minor", Level.PATCH: "patch", Level.NONE: "none"}
_STYLES = {Level.MAJOR: "bold red", Level.MINOR: "green", Level.PATCH: "dim", Level.NONE: ""}
_MARGIN = 12


def draw(diffs: Sequence[ModuleDiff], *, every: bool, color: bool, width: int) -> str:
    """The changes as text, module by module, in lines of at most ``width`` columns."""
    drawn = StringIO()
    console = Console(
        file=drawn,
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        soft_wrap=True,
    )
    shown = [one for one in diffs if every or one.level is not Level.NONE]
    for place, one in enumerate(shown):
        if place:
            console.print()
        for line in _module(one, width):
            console.print(line)
    unchanged = len(diffs) - len(shown)
    if not shown:
        console.print(f"nothing changed in {_modules(unchanged)}")
    elif unchanged:
        console.print(f"\n{_modules(unchanged)} did not change")
    return drawn.getvalue()


def _modules(count: int) -> str:
    return f"{count} module" + ("" if count == 1 else "s")


def _module(one: ModuleDiff, width: int) -> Iterator[Text]:
    yield Text(heading(one), style="bold")
    for change in one.changes:
        yield from _change(change, width)
    if one.files:
        yield from _line(Level.PATCH, f"files: {', '.join(one.files)}", width)
    if one.status == "added":
        yield from _line(Level.MINOR, "new module", width)
    if one.status == "removed":
        yield from _line(Level.MAJOR, "the module is gone: for who imports it", width)
        if one.alike:
            yield from _wrapped(f"`{one.alike}` is new and declares the same", width)
    verdict = conclusion(one)
    if verdict:
        yield Text("  → " + verdict, style="" if one.says_so is not False else "bold red")


def _change(change: Change, width: int) -> Iterator[Text]:
    yield from _line(change.level, f"{placed(change)}: {described(change)}", width)
    if change.audience:
        yield from _wrapped(f"for {change.audience}", width)
    if change.remark:
        yield from _wrapped(change.remark, width)


def _line(level: Level, text: str, width: int) -> Iterator[Text]:
    first, *rest = _folded(text, width) or [""]
    yield Text.assemble("  ", (f"{_WORDS[level]:{_MARGIN - 2}}", _STYLES[level]), first)
    yield from (Text(" " * (_MARGIN + 2) + line) for line in rest)


def _wrapped(text: str, width: int) -> Iterator[Text]:
    yield from (Text(" " * (_MARGIN + 2) + line, style="dim") for line in _folded(text, width))


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width - _MARGIN - 2, 20), break_long_words=False, break_on_hyphens=False)


def heading(one: ModuleDiff) -> str:
    """``Demo:1.0.0 → 1.1.0``."""
    versions = [str(ref.version) for ref in (one.before, one.after) if ref is not None]
    named = one.after or one.before
    title = named.title if named is not None else one.name
    if one.before is not None and one.after is not None and one.before.title != one.after.title:
        return f"{one.before} → {one.after}"
    return f"{title}:{' → '.join(dict.fromkeys(versions))}" if versions else title


def conclusion(one: ModuleDiff) -> str:
    """What follows for the version: ``0.2.0 or later must follow, and this is 0.1.1``."""
    if one.status != "changed" or one.before is None or one.after is None:
        return ""
    if one.level is Level.NONE:
        return "nothing changed"
    if one.follows is None:
        return f"{one.before.version} is a snapshot, which promises nothing"
    if one.says_so is None:
        return f"{one.follows} may follow; a snapshot may say what it likes"
    if one.says_so:
        return f"{one.after.version} says so" if one.level is Level.MAJOR else f"{one.after.version} will do"
    return f"{one.follows} or later must follow, and this is {one.after.version}"


def draw_markdown(diffs: Sequence[ModuleDiff], *, every: bool) -> str:
    """The changes as Markdown: a heading and a table for each module."""
    shown = [one for one in diffs if every or one.level is not Level.NONE]
    if not shown:
        return "Nothing changed.\n"
    return "\n".join(_section(one) for one in shown)


def _section(one: ModuleDiff) -> str:
    lines = [f"### {heading(one)}", ""]
    rows = [(_WORDS[change.level], placed(change), described(change), _whom(change)) for change in one.changes]
    if one.files:
        rows.append(("patch", "files", ", ".join(one.files), ""))
    if one.status != "changed":
        word = "breaking" if one.status == "removed" else "minor"
        rows.append((word, "module", one.status, "who imports the module" if word == "breaking" else ""))
    if rows:
        lines += ["| change | where | what | for |", "|---|---|---|---|", *map(_row, rows), ""]
    verdict = conclusion(one)
    return "\n".join([*lines, verdict[:1].upper() + verdict[1:] + ".", ""] if verdict else lines)


def _whom(change: Change) -> str:
    return "; ".join(part for part in (change.audience, change.remark) if part)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
