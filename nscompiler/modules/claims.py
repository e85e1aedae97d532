"""What a file whose header is wrong says all the same of which module it is.

An import that means such a file is not told of: the header is, and what the module declares is not known until then.
Only what is certainly an error where it stands is looked for here, so that silence never is all that anybody hears.
"""

from nscompiler.diagnostics.suggest import distance, near
from nscompiler.modules.header import skip_comments
from nscompiler.modules.meant import Meant, meant
from nscompiler.modules.reading import Heading
from nscompiler.modules.reference import ModuleRef
from nscompiler.patterns import Pattern

_WORD = "module"
_FOREIGN = ("package", "namespace", "library", "defmodule")
_IMPORT = Pattern(r"import[ \t][^\n;]*+[\n;]?")
_VERSIONED = Pattern(r"[^\n\r]*[0-9]\.[0-9]")
# Comments of other languages, attributes, and a text that says what the file is for.
_PASSED = Pattern(r"(?:#|--|@\w)[^\n]*+\n?|\"{3}(?:[^\"]|\"(?!\"\"))*+\"{3}")
_LATE = Pattern(r"(?m)^module[ \t]+([\w./-]+:[\w.-]+)")
# A reference on a file's first line, behind so little that this can be `module` with a slip: no script has one there.
_SLIPPED = Pattern(r"[^\n\r]{0,12}?(?<![\w.])([A-Z][\w.]*+:[0-9]+\.[0-9]+\.[0-9]+[\w.-]*+)")
# What a header does not stand in: texts, and comments of one line.
_OTHERWISE = Pattern(r"//[^\n]*+|\"{3}(?:[^\"]|\"(?!\"\"))*+\"{3}|\"(?:[^\"\\\n]|\\.)*+\"")
# `modul A:1.0.0`, `module: A:1.0.0`, `module "A:1.0.0"`, and `A:1.0.0` alone.
_CLAIM = Pattern(
    r"(?:([A-Za-z]\w*+)(?:[ \t]*:)?[ \t]+[\"']?)?"
    r"([A-Za-z_][\w./-]*+(?:(?:[ \t]*[:@=][ \t]*|[ \t]+)v?[0-9][\w.-]*+)?)"
)


def claim(heading: Heading) -> str | None:
    """The module that a file claims to be by a header that is wrong, as written, empty where nothing is; None for a
    file whose header is sound, and for one that has none."""
    if heading.ref is not None:
        return None
    return heading.scanned.text if heading.scanned is not None else _unscanned(heading.source.text)


def _unscanned(text: str) -> str | None:
    """What is claimed by a text that does not start with ``module`` and a name."""
    found = _first(text)
    if found is None:
        found = _slipped(text)
    return _late(text) if found is None and "\nmodule" in text else found


def _slipped(text: str) -> str | None:
    """What is claimed by a first line with a reference on it, outside of a text."""
    at = skip_comments(text)
    found = None if at is None or _IMPORT.match(text, at) else _SLIPPED.match(text, at)
    if found is None:
        return None
    before = found[0][: -len(found[1])]
    quoted = before.count('"') % 2 and '"' in text[found.end() :].partition("\n")[0]
    return None if quoted else str(found[1])


def _late(text: str) -> str | None:
    """What is claimed by a header that stands behind declarations."""
    at: int | None = 0
    while at is not None and at < len(text):
        header = _LATE.match(text, at)
        if header is not None:
            return str(header[1])
        passed = _OTHERWISE.match(text, at)
        if passed is not None:
            at = passed.end()
        else:
            at = skip_comments(text, at) if text.startswith("/*", at) else at + 1
    return None


def _first(text: str) -> str | None:
    """What is claimed by what stands first in a text."""
    at = _start(text)
    if at is not None and _VERSIONED.match(text, at):
        from nscompiler.grammar.head_lines import meant_header  # few files need it

        slipped = meant_header(text, at)
        if slipped is not None:
            return slipped
    found = None if at is None else _CLAIM.match(text, at)
    if found is None:
        return "" if at is None else None  # where all of it stands in a comment, that is told
    word, reference = found[1], found[2]
    if word is not None:
        return reference if word == _WORD or word in _FOREIGN or near(word, (_WORD,)) else None
    if reference.split()[0] == _WORD:
        return ""
    return reference if reference[0].isupper() and ":" in reference else None


def _start(text: str) -> int | None:
    """Where the first thing stands that may come before a header by mistake, or be one; None where a comment is never
    closed."""
    at = skip_comments(text)
    while at is not None and at < len(text):
        passed = _PASSED.match(text, at) or _IMPORT.match(text, at)
        if passed is None:
            break
        at = skip_comments(text, passed.end())
    return at


def claims(text: str, wanted: ModuleRef, is_called_so: bool, others: bool) -> bool:
    """Whether a file with such a claim is the module that an import wants. ``is_called_so`` tells whether the file is
    called as the module, ``others`` whether there is the module in other versions."""
    found = meant(text)
    if found is None or (not found.has_version and not _is_like(found, wanted)):
        return is_called_so and not others
    if others and found.has_version and found.ref.version != wanted.version:
        return False
    return _is_like(found, wanted)


def _is_like(found: Meant, wanted: ModuleRef) -> bool:
    """Whether two names are one but for a slip; one that goes on where the other ends is another name."""
    one, other = found.ref.title.casefold(), wanted.title.casefold()
    short = min(len(one), len(other))
    return distance(one, other, 2) <= (0 if short < 4 else 1 if short < 9 else 2)
