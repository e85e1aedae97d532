"""Faulty programs in documents: ``tests/faults/*.md`` show each with what the compiler says and what its fix makes.

A level-two heading starts a fault. Below it, in HTML comments:

``<!-- fault: type-mismatch -->``
    the name of the code.
``<!-- fixes: bridge, star -->``
    the kinds of the fixes that are offered, in order (``KINDS`` knows them by their words), or ``none``.
``<!-- file: a.nml -->``
    what the next program is called; the first of a fault is ``main.nml``.
``<!-- start: w -->``
    the fault shows when this def is started.

In a program, ``«…»`` is what the diagnostic underlines, and ``‹…›`` each further place in the program that it points
to. A ``text`` block with the message and a ``diff`` block with what the first fix changes follow the program; the tests
write both (``--rewrite-golden``).
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Diagnostic, Fix
from nscompiler.diagnostics.render.text import render_text
from nscompiler.modules.standard import standard_folder
from nscompiler.pipeline.checks import CheckedTexts, check_texts
from nscompiler.pipeline.named import named_functions
from nscompiler.records import replace

MAIN = "main.nml"
WIDTH = 100

# A kind of fix, by the words in which it is offered.
KINDS = {
    "add-field": r"add `.+ : .+` to (the output of )?`.+`( of `.+`)?",
    "add-constructor": r"add `.+` to `\w+`",
    "always-there": r"write `.+` in (the output of )?`.+`",
    "annotate": r"write the type that it has: .+",
    "annotate-field": r"(write|remove) .+ in the annotation",
    "braces": r"Write them in `\{ \}`",
    "bridge": r"put `.+` (between|after) .+",
    "case": r"write `\w+`(, `\w+`)*",
    "character": r'write "."',
    "choice": r'write "\w+"',
    "comment": r"Write `//`",
    "complete": r"put `.+` (before|after) it( and `.+` after it)?",
    "each-branch": r"run `.+` in each branch",
    "in-its-place": r"write `\?` in the place of `.+`",
    "duration": r'write "\w+"',
    "header": r"give `.+` a header",
    "import": r"import `.+`( and write `.+`)?",
    "insert": r"(Insert|insert|Write) `.+`",
    "insert-keyword": r"Insert `\w+`",
    "keyword": r"Write `\w+`",
    "list": r"make it a list",
    "merge": r"merge the two sources",
    "module": r"import `.+`",
    "brackets": r"put brackets around `.+`",
    "move": r"start with .+",
    "move-stage": r"move `.+` (before `.+`|to the end)",
    "one-of-two": r"remove the second `.+`",
    "move-all": r"move each sign one stage (back|on)",
    "move-sign": r"move `[*?]+` (from .+ )?to .+",
    "near-name": r"write `\w+`",
    "no-question": r"remove the `(\?|filter)`",
    "no-star": r"remove the `(\*+|concat)`",
    "one-alone": r"write `optional .+`",
    "open-record": r"let `\w+` pass further fields on",
    "other-alias": r"call it `\w+`",
    "other-sign": r"write `[*?]+`",
    "other-type": r"write `.+` in (the (input|output) of )?`.+`",
    "other-side": r"write `(Sources|Sinks)\.\w+`",
    "payload": r"write `.+`, which this constructor holds",
    "owner": r"write `\w+`, which has this constructor",
    "promise": r"write `where .+`",
    "qualify": r"write `\w+\.\w+`",
    "question": r"write `\?\*?` after .+",
    "quote": r"(quote it|Put it in quotes|Quote it.*)",
    "quotes": r'Write `".*"`|Write double quotes|.*quotes.*',
    "reference": r"(W|w)rite `[\w.]+:[\d.]+(-SNAPSHOT)?`",
    "remove-binding": r"remove `\w+ = .+`",
    "remove-stage": r"remove `.+`",
    "remove-types": r"remove `.+`",
    "remove-import": r"remove the import",
    "rename-constructor": r"rename `\w+` to `\w+` in .+",
    "rename-field": r"rename `\w+` to `\w+` in .+",
    "rename-parameter": r"write `\w+`",
    "set-elsewhere": r"set `\w+` at `.+`",
    "set-parameter": r"set `\w+`",
    "separate": r"Write `import .+`( and `.+`)?",
    "single": r"make a list of one with `Std.single`",
    "star": r"write `\*+` after .+",
    "sequence": r"run one after the other",
    "swap": r"swap `.+` and `.+`",
    "take-optional": r"write `optional .+` in (the input of )?`.+`",
    "tee": r"run both on every value",
    "types": r"write `.+`",
    "type-parameter": r"make `\w+` a parameter of `\w+`",
    "type-argument": r"write the type: .+",
    "unit": r"write `\(\)`.*",
    "unquote": r"write `.+`",
    "version": r"import version \d+\.\d+\.\d+",
    "whole-module": r"import `.+` and write `.+`",
}

_FENCE = re.compile(r"^```(\w*)$")
_DIRECTIVE = re.compile(r"^<!-- (fault|fixes|file|start): (.*) -->$")
_MARKED = re.compile("«([^«»]*)»|‹([^‹›«»]*)›")


@attrs.frozen
class Planted:
    """A faulty program. ``primary`` is what must be underlined, ``related`` what must be pointed to: path, start and
    end. ``shown`` and ``change`` are the kept message and difference."""

    document: Path
    name: str
    code: str
    fixes: tuple[str, ...]
    files: dict[str, str]
    primary: tuple[str, int, int]
    related: frozenset[tuple[str, int, int]]
    start: str | None
    shown: str
    change: str

    def check(self) -> CheckedTexts:
        """What the compiler finds."""
        return check_texts(self.files)

    def found(self) -> tuple[Diagnostic, ...]:
        """The errors of the program, and the warnings that it is about."""
        return faults_in(self.check(), self.code, self.start)


def faults_in(checked: CheckedTexts, code: str, start: str | None = None) -> tuple[Diagnostic, ...]:
    """The errors of a program, its warnings of one kind, and why a def of its main file cannot be started."""
    compilation = checked.compilation
    found = compilation.problems
    if start is not None:
        function = named_functions(compilation.checked[MAIN])[start]
        found = (*found, *([] if function.kind == "workflow" else [compilation.not_a_workflow(MAIN, function)]))
    return tuple(one for one in found if one.severity.value == "error" or one.code.name == code)


def faults(document: Path) -> Iterator[Planted]:
    """The faults of a document."""
    sections = re.split(r"(?m)^(?=## )", document.read_text("utf-8"))
    for section in sections[1:]:
        yield _fault(document, section)


def _fault(document: Path, section: str) -> Planted:
    said: dict[str, str] = {}
    texts: dict[str, str] = {}
    kept = {"text": "", "diff": ""}
    block: list[str] | None = None
    language = ""
    for line in section.split("\n"):
        fence = _FENCE.match(line)
        if block is None and fence:
            block, language = [], fence[1]
        elif block is not None and line == "```":
            text = "".join(f"{one}\n" for one in block)
            if language == "nml":
                texts[said.pop("file", MAIN)] = text
            else:
                kept[language] = text
            block = None
        elif block is not None:
            block.append(line)
        elif directive := _DIRECTIVE.match(line):
            said[directive[1]] = directive[2]
    files = {path: _MARKED.sub(lambda match: match[1] or match[2] or "", text) for path, text in texts.items()}
    marks = [(primary, (path, *place)) for path, text in texts.items() for primary, place in _marks(text)]
    (primary,) = [place for is_primary, place in marks if is_primary]
    fixes = () if said["fixes"] == "none" else tuple(said["fixes"].split(", "))
    related = frozenset(place for is_primary, place in marks if not is_primary)
    name = section.partition("\n")[0].removeprefix("## ")
    start = said.get("start")
    return Planted(document, name, said["fault"], fixes, files, primary, related, start, kept["text"], kept["diff"])


def _marks(text: str) -> Iterator[tuple[bool, tuple[int, int]]]:
    for place, match in enumerate(_MARKED.finditer(text)):
        inside = match[1] if match[1] is not None else match[2]
        start = match.start() - 2 * place
        yield match[0][0] == "«", (start, start + len(inside))


def message(planted: Planted, checked: CheckedTexts | None = None) -> str:
    """What is drawn for the fault, without the places in the standard library, whose lines move."""
    checked = planted.check() if checked is None else checked
    found = [_without_standard(one) for one in faults_in(checked, planted.code, planted.start)]
    drawn = render_text(found, checked.compilation.sources, color=False, width=WIDTH)
    return drawn.rstrip("\n") + "\n"


def _without_standard(problem: Diagnostic) -> Diagnostic:
    ours = (one for one in problem.related if not one.span.path.startswith(standard_folder()))
    return replace(problem, related=tuple(ours))


def mended(files: dict[str, str], fix: Fix) -> dict[str, str]:
    """The files after a fix."""
    paths = {edit.span.path for edit in fix.edits}
    changed = {path: apply_edits(files[path], [e for e in fix.edits if e.span.path == path]) for path in paths}
    return {**files, **changed}


def difference(planted: Planted, found: Iterable[Diagnostic]) -> str:
    """What the first fix changes, as a unified difference without its heading; empty where there is none."""
    first = next((fix for one in found for fix in one.fixes), None)
    if first is None:
        return ""
    after = mended(planted.files, first)
    lines: list[str] = []
    for path, text in planted.files.items():
        if after[path] != text:
            shown = difflib.unified_diff(text.splitlines(), after[path].splitlines(), path, path, lineterm="", n=0)
            lines += [line for line in shown if not line.startswith(("@@", "---"))]
    return "".join(f"{line}\n" for line in lines)


def rewritten(document: Path) -> str:
    """The document with messages and differences as they are now."""
    head, *sections = re.split(r"(?m)^(?=## )", document.read_text("utf-8"))
    told = []
    for section in sections:
        planted = _fault(document, section)
        plain = re.sub(r"\n```(?:text|diff)\n.*?^```\n", "", section, flags=re.DOTALL | re.MULTILINE)
        title = re.search(r"\n# .*\n*\Z", plain)  # the heading of the next part stands at the end of this one
        body, rest = (plain[: title.start()], plain[title.start() :]) if title else (plain, "\n")
        checked = planted.check()
        blocks = f"\n```text\n{message(planted, checked)}```\n"
        change = difference(planted, faults_in(checked, planted.code, planted.start))
        blocks += f"\n```diff\n{change}```\n" if change else ""
        told.append(body.rstrip("\n") + "\n" + blocks + rest)
    return (head + "".join(told)).rstrip("\n") + "\n"


def documents() -> tuple[Path, ...]:
    """The documents with faults, in order."""
    folder = Path(__file__).parent / "faults"
    return tuple(folder / name for name in sorted(os.listdir(folder)) if name.endswith(".md"))


# --- two faults in one program

_DECLARED = re.compile(r"(?m)^(?:fun|def|type)\s+([A-Za-z_][\w']*)")
_HEADER = re.compile(r"(?m)^module\s+([\w.]+):")
_IMPORT = re.compile(r"(?m)^import .*\n")


def joined(one: Planted, other: Planted) -> dict[str, str]:
    """One program with both faults: what each declares, and its modules, get names of their own."""
    files: dict[str, str] = {}
    main = []
    for fault, mark in ((one, "One"), (other, "Two")):
        renamed = {_own_path(path, mark): text for path, text in _apart(fault.files, mark).items()}
        main.append(renamed.pop(MAIN))
        files.update(renamed)
    imports = [line for text in main for line in _IMPORT.findall(text)]
    bodies = [_IMPORT.sub("", text) for text in main]
    return {**files, MAIN: "".join([*imports, *bodies])}


def _own_path(path: str, mark: str) -> str:
    return path if path == MAIN else f"{mark.lower()}/{path}"


def _apart(files: dict[str, str], mark: str) -> dict[str, str]:
    """The files with a mark on every name that they declare and on the last part of every module's name."""
    names = {name for text in files.values() for name in _DECLARED.findall(text)}
    names |= {name.rpartition(".")[2] for text in files.values() for name in _HEADER.findall(text)}
    names |= {alias for text in files.values() for alias in re.findall(r"(?m)^import .* as (\w+)", text)}
    if not names:
        return files
    # Whatever its capitals: a name in the wrong case stays one.
    choice = "|".join(sorted(map(re.escape, names), reverse=True))
    pattern = re.compile(rf"(?<![\w'])(?:{choice})(?![\w'])", re.IGNORECASE)
    return {path: pattern.sub(lambda match: match[0] + mark, text) for path, text in files.items()}
