"""Imports as other languages write them, with the names that they bring: ``from Foo:1.0.0 import f``, ``import { f }
from "Foo:1.0.0"``, ``import Foo:1.0.0 exposing (..)``, ``const F = require("foo")``.

Each is told of once. The file is then read again as though an import of ours stood there, and a name that would have
been brought is read with the alias, ``f`` as ``Foo.f``: nobody tells of it, and the fix writes it so too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count, islice
from typing import ClassVar

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.aliases import RESERVED, given_aliases, last_part
from nscompiler.grammar.import_lines import WHOLE_IMPORT
from nscompiler.patterns import Pattern
from nscompiler.records import Record
from nscompiler.source import SourceFile

#: How many of them are looked at in one file.
_MOST = 400
_WORD = r"[^\W\d]\w*+"
_ALIAS = rf"(?P<alias>{_WORD})"
_MODULE = (
    rf"[\"'`]?(?P<name>{_WORD}(?:[./]\w++){{0,8}}+)"
    r"(?::(?P<version>[0-9]++\.[0-9]++\.[0-9]++(?:-\w++)*+))?(?!\w)[\"'`]?"
)
_WHERE = rf"(?:{_MODULE}(?![./\w])|(?P<place>\"[^\"\n\r]{{1,200}}+\"|'[^'\n\r]{{1,200}}+'|<[\w./]++>|\.[.\w/]*+))"
_LIST = r"(?:[\w\s,.*:=>'-]|\(\.\.\)){0,2000}+"
_NAMES = r"[\w*'][\w \t,.*']{0,500}?"
_HOW = r"exposing|hiding|unqualified|qualified|using|only|show|hide|refer|except"
_SUFFIX = ".nml"
_ALL = frozenset(("*", "..", "_"))
_OPENING = ("open", "using", "include", "#include", "uses", "_")
_HIDING = ("hiding", "hide", "except")
_END = r"(?=[ \t]*+(?:;|//|/\*|#|[\n\r]|\Z))"
_FORMS = (
    # Python
    rf"(?P<word>from)[ \t]+{_WHERE}[ \t]+import(?:[ \t]*\((?P<list>{_LIST})\)|[ \t]+(?P<names>{_NAMES}))?{_END}",
    # Elm, Haskell, Scala, Gleam, Dart
    rf"import[ \t]+(?:qualified[ \t]+)?{_MODULE}(?:[ \t]+qualified)?(?:[ \t]+as[ \t]+{_ALIAS})?(?P<excess>[ \t]*\.?"
    rf"(?:(?P<how>{_HOW})\b[ \t]*)?(?:[({{\[](?P<list>{_LIST})[)}}\]]"
    rf"|(?<=(?:show|hide|only)[ \t])(?P<names>{_NAMES}))){_END}",
    # Java, Scala
    rf"import[ \t]+(?:static[ \t]+)?{_MODULE.replace('8}+', '8}?')}(?:\.|::)(?P<names>[*_]|[a-z]\w*+){_END}",
    # an alias that is none
    rf"import[ \t]+{_MODULE}[ \t]+as[ \t]+"
    rf"(?:(?P<dotted>{_WORD}(?:\.\w++)++)|(?P<quoted>[\"'`]{_WORD}[\"'`])|(?P<blank>_)"
    rf"|{_WORD}[ \t]+as[ \t]+{_ALIAS}){_END}",
    # JavaScript
    rf"import[ \t]+(?P<names>\*|\w++(?:[ \t]*,[ \t]*\w++){{1,100}}+)[ \t]+from[ \t]+{_WHERE}{_END}",
    rf"import[ \t]+(?:type[ \t]+)?(?:{_ALIAS}[ \t]*,?[ \t]*)?(?:\*[ \t]+as[ \t]+(?P<star>{_WORD})[ \t]*)?"
    rf"(?:\{{(?P<list>{_LIST})\}}[ \t]*)?(?<=[ \t}}])from[ \t]*{_WHERE}{_END}",
    rf"(?:(?P<word>const|let|var|local|val|import)[ \t]+)?(?:{_ALIAS}|[{{(](?P<list>{_LIST})[}})])[ \t]*=[ \t]*"
    rf"(?:await[ \t]+)?@?(?:require|import)[ \t]*\(?[ \t]*{_WHERE}[ \t]*\)?(?:\.(?P<member>\w++))?{_END}",
    # Go
    rf"import[ \t]+{_ALIAS}[ \t]+(?=[\"'`]){_WHERE}{_END}",
    # Rust, OCaml, C#, Ruby, C
    rf"(?P<word>alias|import|module|use|using)[ \t]+{_ALIAS}[ \t]*=[ \t]*{_WHERE}{_END}",
    rf"(?P<word>use|using|open|require|#?include|uses|load)[ \t]+{_WHERE}"
    rf"(?:::(?:\{{(?P<list>{_LIST})\}}|(?P<names>[\w:*]++)))?(?:[ \t]+as[ \t]+{_ALIAS})?{_END}",
)
_PATTERNS = tuple(map(Pattern, _FORMS))
_START = Pattern(
    r"(?m)^[ \t]*+(?=(?:from|import|const|let|var|local|val|alias|module|use|using|open|require|#?include|uses|load)\b"
    r"|[A-Z]\w*+[ \t]*+=[ \t]*+(?:await[ \t]++)?@?(?:require|import)\b)"
)
_ITEM = Pattern(rf"(?P<name>\.\.|\*|{_WORD}'*)(?:\(\.\.\))?(?:\s*+(?:\bas\b|:|=>?|->)\s*+(?P<called>{_WORD}'*))?")
_NO_ALIAS = {
    "dotted": "The alias of a module is one word, without a dot",
    "quoted": "The alias of a module is written without quotes",
    "blank": "The alias of a module is a name with a capital letter",
    "alias": "A module gets one alias for each `import`",
}
#: ``import Foo.bar``, which reads as the name of a module.
_OURS = Pattern(r"import[ \t]+[\w./]++")
_DECLARED = Pattern(r"\b(?:fun|def|type)\s+([^\W\d][\w']*+)")


class ForeignImport(Record):
    """One such import.

    ``reference`` is the module, empty where that cannot be known; ``alias`` is the one by which its names are read,
    ``called`` how the text calls the module, if it does. ``names`` are those that it brings, each with what it is
    called there; ``whole`` tells that it brings all but the ``hidden``, ``again`` that another import has the module.
    """

    __match_args__: ClassVar[tuple[str, ...]] = (
        "match",
        "reference",
        "alias",
        "called",
        "names",
        "whole",
        "hidden",
        "again",
    )
    __slots__ = __match_args__

    def __init__(
        self,
        match: re.Match[str],
        reference: str,
        alias: str,
        called: str,
        names: Mapping[str, str],
        whole: bool,
        hidden: frozenset[str],
        again: bool,
    ) -> None:
        self.match = match
        self.reference = reference
        self.alias = alias
        self.called = called
        self.names = names
        self.whole = whole
        self.hidden = hidden
        self.again = again

    @property
    def start(self) -> int:
        """Where it starts."""
        return self.match.start()

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.match.end()


def foreign_imports(text: str, starts: Iterable[int], problems: Iterable[Diagnostic]) -> tuple[ForeignImport, ...]:
    """The imports of a text that are written as elsewhere, in order; none where none of the problems is about one.

    ``starts`` are where its tokens start.
    """
    matches = list(_matches(text))
    told = [problem.primary.span.start for problem in problems] if matches else []
    sure = {match.start() for match in matches if any(match.start() <= at < match.end() for at in told)}
    if not sure:
        return ()
    # What is broken may have swallowed others, of which nothing is told yet.
    tokens = frozenset(starts)
    matches = [one for one in matches if one.start() in sure or (one.start() in tokens and not _OURS.fullmatch(one[0]))]
    given = given_aliases(text, (match.start() for match in matches))
    found = []
    for match in matches:
        found.append(_read(match, given))
        given.setdefault(found[-1].alias, found[-1].reference)
    return tuple(found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    declared: frozenset[str] | None = None
    end = 0
    for start in islice(_START.finditer(text), _MOST):
        match = next((match for form in _PATTERNS if (match := form.match(text, start.end()))), None)
        if match is None or match.start() < end or _is_wrong_keyword(match):
            continue
        declared = frozenset(_DECLARED.findall(text)) if declared is None else declared
        if _group(match, "word") not in declared:
            end = match.end()
            yield match


def _is_wrong_keyword(match: re.Match[str]) -> bool:
    """Whether it is ``use Foo:1.0.0 as F``, where a wrong word is all that is wrong: ``keywords`` tells of that."""
    return _group(match, "word") == "use" and bool(match["version"]) and not _group(match, "list", "names")


def _group(match: re.Match[str], *names: str) -> str:
    """What the first of some groups holds that is there; forms differ in their groups."""
    held = (match[name] for name in names if name in match.re.groupindex)
    return next((text for text in held if text), "")


def _read(match: re.Match[str], given: Mapping[str, str]) -> ForeignImport:
    """What was meant, beside the aliases that are given already."""
    reference = f"{match['name']}:{match['version']}" if match["version"] else ""
    called, member = _group(match, "star", "alias", "dotted", "quoted").strip("\"'`"), _group(match, "member")
    names = _listed(match)
    if _group(match, "word") == "use":
        member = _group(match, "names").rpartition(":")[2]
    within = _submodule(match)
    if within is not None:
        (called, part), names = within, {}
        reference = f"{match['name']}.{part}:{match['version']}" if match["version"] else ""
    if not member and called[:1].islower() and "star" in match.re.groupindex and not _is_module(match, called):
        member = called  # `import f from "Foo:1.0.0"`
    if member:
        called = called or member
        names, called = {called: member}, ""
    hidden = frozenset(names) if _group(match, "how") in _HIDING else frozenset()
    whole = bool(hidden) or not _ALL.isdisjoint(names) or _group(match, "word", "blank") in _OPENING
    names = {} if hidden else {name: there for name, there in names.items() if name not in _ALL}
    again = "" if called or not reference else next((one for one in given if given[one] == reference), "")
    alias = again or _free_alias(match, called, given)
    return ForeignImport(match, reference, alias, called, names, whole, hidden, bool(again))


def _listed(match: re.Match[str]) -> dict[str, str]:
    """The names that an import lists, each with what it is called there."""
    groups = ("list",) if _group(match, "word") == "use" else ("list", "names")
    items = (one for group in groups for one in _ITEM.finditer(_group(match, group)))
    return {one["called"] or one["name"]: one["name"] for one in items}


def _submodule(match: re.Match[str]) -> tuple[str, str] | None:
    """What ``from Lab import Tests`` brings where the text uses that as a module: what it is called, and its name."""
    names = _listed(match) if _group(match, "word") == "from" and match["name"] else {}
    if len(names) != 1:
        return None
    ((called, part),) = names.items()
    return (called, part) if part[:1].isupper() and called[:1].isupper() and _is_module(match, called) else None


def _is_module(match: re.Match[str], called: str) -> bool:
    """Whether the text uses what an import calls so as a module."""
    return bool(_group(match, "star")) or re.search(rf"(?<![\w.]){called}\s*\.", match.string) is not None


def _is_used(match: re.Match[str], alias: str) -> bool:
    """Whether a name stands as an alias before another, and not as a part of a module's name."""
    return re.search(rf"(?<![\w./]){alias}\.\w++(?![.:])", match.string) is not None


def _module(match: re.Match[str]) -> str:
    """The name of the module, or of one that lies in such a file."""
    name = match["name"] or ""
    within = _submodule(match)
    name = name if within is None else f"{name}.{within[1]}"
    if not name or name.endswith(_SUFFIX):
        file = (name or _group(match, "place").strip("\"'<>./")).removesuffix(_SUFFIX).rpartition("/")[2]
        name = "".join(char if char.isalnum() else "_" for char in file)
    *author, name = name.split("/")
    parts = [part[:1].upper() + part[1:] if part[:1].isalpha() else f"M{part}" for part in name.split(".")]
    return "/".join([*author, ".".join(parts)])


def _free_alias(match: re.Match[str], called: str, given: Mapping[str, str]) -> str:
    """The alias that a module gets: as the text calls it, else as the last part of its name, else with a number."""
    module = _module(match)
    stem = last_part(called or module)
    if not called and match["version"]:  # `Mail.send` for `acme/Mail.Sender`
        parts = module.rpartition("/")[2].split(".")[:-1]
        wanted = [one for one in parts if one not in given and one not in RESERVED and _is_used(match, one)]
        stem = wanted[0] if len(wanted) == 1 and not _is_module(match, stem) else stem
    stem = stem[:1].upper() + stem[1:] if stem[:1].isalpha() else f"M{stem}"
    names = chain((stem, module.rpartition("/")[2].replace(".", "")), (f"{stem}{number}" for number in count(2)))
    return next(name for name in names if name not in given and name not in RESERVED)


def told(source: SourceFile, line: ForeignImport, uses: list[Edit]) -> Diagnostic:
    """What is wrong with the import; ``uses`` write what it brings as it is written here."""
    match, reference = line.match, line.reference
    span, title = source.span(line.start, line.end), "A module is imported whole, and used by its alias"
    if (word := _group(match, "word")) not in ("", "import"):
        span = source.span(*match.span("word"))
        if word != "from":
            called = "a call" if "member" in match.re.groupindex else f"`{word}`"
            title = f"A module is imported by an `import`, not by {called}"
    elif not word and "member" in match.re.groupindex:
        title = "A module is imported by an `import`, not by a call"
    if _group(match, "excess"):
        excess = match["excess"]
        span, title = source.span(match.end("excess") - len(excess.lstrip()), match.end("excess")), WHOLE_IMPORT
    if "dotted" in match.re.groupindex:
        group = next(group for group in ("dotted", "quoted", "blank", "alias") if match[group])
        span, title = source.span(*match.span(group)), _NO_ALIAS[group]
    if not reference:
        name = _module(match)
        title = "A module is imported with its version, and used by its alias"
        if (match["name"] or _SUFFIX).endswith(_SUFFIX):
            title = "A module is imported by its name and version, not by its file"
        return codes.UNEXPECTED.at(
            span, title, f"write {_named(_written(f'{name}:1.0.0', line.alias, line.called), uses)}"
        )
    written = "" if line.again else _written(reference, line.alias, line.called)
    edits = (Edit(source.span(line.start, line.end), written), *uses)
    what = _named(written, uses)
    fix = Fix(f"Write {what}" if what else "Remove it", edits, Applicability.MAYBE_INCORRECT)
    return codes.UNEXPECTED.at(span, title, fixes=(fix,))


def _named(written: str, uses: list[Edit]) -> str:
    """An import and the first of its uses, as they are to be written."""
    names = [edit.text for edit in uses if "." in edit.text]
    return " and ".join(f"`{text}`" for text in (written, *names[:1]) if text)


def _written(reference: str, alias: str, called: str) -> str:
    """The import; the alias is left out where it is the module's own and the text has it, or no other can be meant."""
    name = reference.partition(":")[0].rpartition("/")[2]
    own = alias == (last_part(name) if called and "." not in called else name)
    return f"import {reference}" if own else f"import {reference} as {alias}"
