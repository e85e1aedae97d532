"""``nsc explain``: the page of a diagnostic's code."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from nscompiler.cli import exits
from nscompiler.cli.options import color_option, complete_code

if TYPE_CHECKING:
    from nscompiler.diagnostics.entry import Code
    from nscompiler.tools.pages import Files, Page

# How many codes are named that speak of something.
_MOST_ALIKE = 5


@click.command("explain", short_help="Explain a diagnostic, with a wrong and a right program.")
@click.argument("words", metavar="[CODE|NAME]...", nargs=-1, shell_complete=complete_code)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="The form.",
)
@color_option
def command(words: tuple[str, ...], form: str, color: str) -> int:
    """Explain diagnostics: what each means, a wrong program with its message, and the program mended.

    Without a CODE, such as NS0301 or type-mismatch, list all there are.
    """
    if not words:
        _write(_listed(form))
        return exits.OK
    from nscompiler.tools.pages import markdown, page_of, page_values

    pages = [page_of(code) for code in _all_found(words)]
    if form == "json":
        values = [page_values(page) for page in pages]
        _write(_json(values if len(values) > 1 else values[0]))
    else:
        _write("\n".join(markdown(page) if form == "markdown" else drawn(page, color) for page in pages))
    return exits.OK


def _all_found(words: tuple[str, ...]) -> "list[Code]":
    """The codes of several words; that of all of them together, ``type mismatch``, where none is one by itself."""
    from nscompiler.diagnostics import codes

    return [found(word) for word in words] if any(map(codes.find, words)) else [found(" ".join(words))]


def _write(text: str) -> None:
    """To standard output as it is: what that cannot take is spelled out, and colours were decided on before."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def found(word: str) -> "Code":
    """The code of an id or name. Raises a usage error where there is none."""
    from nscompiler.diagnostics import codes
    from nscompiler.diagnostics.selection import UnknownCode, numbered
    from nscompiler.diagnostics.suggest import did_you_mean

    code = codes.find(word) or codes.find("-".join(word.split()))
    if code is None:
        near = numbered(word) or UnknownCode("-".join(word.split())).near
        offer = did_you_mean(near) or _about(word) or "`nsc explain` lists them"
        raise click.BadParameter(f"there is no code `{word}`; {offer}", param_hint="CODE")
    return code


def _about(word: str) -> str:
    """The codes whose names or titles have all of some words, few of them; empty where there are none."""
    from nscompiler.diagnostics import codes

    words = word.casefold().replace("-", " ").split()
    wanted = [one for one in words if len(one) > 2]
    told = {one: f"{one.name} {one.title}".casefold() for one in codes.all_codes()} if wanted else {}
    alike = [one for one, text in told.items() if all(each in text for each in wanted)]
    shown = ", ".join(f"{one.id} {one.name}" for one in alike[:_MOST_ALIKE])
    return f"about that are {shown}{' …' if alike[_MOST_ALIKE:] else ''}" if alike else ""


def _listed(form: str) -> str:
    from nscompiler.tools.pages import code_values, groups, index

    if form == "markdown":
        return index()
    if form == "json":
        return _json([{**code_values(code), "group": title} for title, codes in groups() for code in codes])
    width = max(len(code.name) for _, codes in groups() for code in codes)
    lines: list[str] = []
    for title, codes in groups():
        lines += [*([""] if lines else []), title]
        lines += [f"  {code.id}  {code.level.value:7}  {code.name:{width}}  {code.title}" for code in codes]
    return "".join(f"{line}\n" for line in lines)


def _json(values: object) -> str:
    import json

    from nscompiler.cli.report import only_ascii

    return json.dumps(values, ensure_ascii=only_ascii(sys.stdout), indent=2) + "\n"


def drawn(page: "Page", color: str) -> str:
    """A page for people, on standard output."""
    from nscompiler.cli.report import wants_color

    return "".join(f"{line}\n" for line in _lines(page, wants_color(color, sys.stdout)))


def _lines(page: "Page", colored: bool) -> Iterator[str]:
    import textwrap

    from nscompiler.cli.report import columns, only_ascii

    code, width = page.code, columns(sys.stdout)
    yield click.style(f"{code.id} {code.name}", bold=True) if colored else f"{code.id} {code.name}"
    yield f"{code.title} ({code.level.value}, since {code.since})"
    yield ""
    yield from textwrap.wrap(code.explanation, min(width, 88), break_long_words=False, break_on_hyphens=False)
    yield from _program("Wrong", page.wrong)
    if page.problems:
        yield from ("", page.message(color=colored, width=width, ascii_only=only_ascii(sys.stdout)))
    yield from _program("Right", page.right)


def _program(caption: str, files: "Files") -> Iterator[str]:
    from nscompiler.tools.pages import printable

    for path, text in files:
        yield from ("", f"{caption}, {path}:" if len(files) > 1 else f"{caption}:", "")
        yield from (f"    {line}".rstrip() for line in printable(text).rstrip().split("\n"))
