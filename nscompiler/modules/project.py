"""``nstack.yaml`` and ``nstack-project.yaml``: what a module's folder and a project say about themselves."""

import errno
import os
from collections.abc import Iterable
from typing import TypeVar

import attrs

from nscompiler.diagnostics import codes as catalogue
from nscompiler.diagnostics.codes import modules as module_codes
from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Severity
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.files import Files
from nscompiler.modules.config_reader import ConfigReader, Located, Refused, instead
from nscompiler.modules.contents import Outside, expand
from nscompiler.modules.early import module_text
from nscompiler.modules.places import PlaceConfig, read_places, unknown_modules
from nscompiler.modules.reading import unreadable
from nscompiler.modules.reference import ModuleRef, ReferenceFault, parse_reference
from nscompiler.modules.tree import CONFIG_FILE, MODULE_FILE, PROJECT_FILE, join
from nscompiler.modules.wording import titled
from nscompiler.modules.yaml import Mapping, Scalar, Sequence, YamlNode
from nscompiler.source import SourceFile, Span

T = TypeVar("T")

PYTHON = "python"
_OTHER_LANGUAGES = ("python2", "r", "nodejs")
_MODULE_KEYS = ("stack", "parent", "packages", "commands", "files", "name")
_STACK_KEYS = ("language", "api-version", "snapshot")
_PROJECT_KEYS = ("modules", "lints", "places")


@attrs.frozen(slots=True)
class ModuleConfig:
    """What an ``nstack.yaml`` says. Lists that are missing are empty.

    ``patterns`` are the entries of ``files`` as written, ``files`` what they name: sorted paths relative to ``folder``.
    ``language`` is None where it is one that is not supported (reported) or where a parent decides.
    """

    folder: str
    source: SourceFile
    language: str | None = PYTHON
    api_version: int | None = None
    snapshot: tuple[int, int] | None = None
    parent: Located[ModuleRef] | None = None
    packages: tuple[Located[str], ...] = ()
    commands: tuple[Located[str], ...] = ()
    patterns: tuple[Located[str], ...] = ()
    files: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class ProjectConfig:
    """What an ``nstack-project.yaml`` says: the folders of the modules that a build of the project builds.

    ``modules`` are as written, relative to ``folder``, without those that do not exist. ``key`` is where ``modules:``
    stands; ``meant`` are the folders that those which do not exist are probably slips of. ``levels`` are those of
    warnings and hints, by the ids of their codes; None is off. ``places`` say what
    runs where.
    """

    folder: str
    source: SourceFile
    modules: tuple[Located[str], ...] = ()
    key: Span | None = None
    levels: dict[str, Severity | None] = attrs.field(factory=dict)
    places: tuple[PlaceConfig, ...] = ()
    meant: frozenset[str] = frozenset()

    def module_files(self) -> tuple[str, ...]:
        """The ``module.nml`` of each listed folder."""
        return tuple(join(_plain(join(self.folder, _plain(entry.value))), MODULE_FILE) for entry in self.modules)

    def misplaced(self, known: Iterable[str]) -> tuple[Diagnostic, ...]:
        """What ``places`` names that is none of the modules known, which are references as text."""
        return unknown_modules(self.places, known)


def read_module_config(folder: str, files: Files) -> tuple[ModuleConfig | None, tuple[Diagnostic, ...]]:
    """A module folder's ``nstack.yaml``. None where it cannot be read at all; else what of it makes sense."""
    reader = ConfigReader(join(folder, CONFIG_FILE), files)
    root = reader.root()
    if root is None:
        return None, tuple(reader.problems)
    values = reader.keys(root, _MODULE_KEYS, _refuse_api(folder if folder != "." else reader.source.path))
    language, api_version, snapshot = _read_stack(reader, values.get("stack"))
    patterns = reader.texts(values, "files")
    config = ModuleConfig(
        folder,
        reader.source,
        language if "parent" not in values else None,
        api_version,
        snapshot,
        _read_parent(reader, values.get("parent")),
        reader.texts(values, "packages"),
        reader.texts(values, "commands"),
        patterns,
        _expand_all(reader, patterns, folder, files),
    )
    return config, tuple(reader.problems)


def read_project(folder: str, files: Files) -> tuple[ProjectConfig | None, tuple[Diagnostic, ...]]:
    """A project's ``nstack-project.yaml``. None where it cannot be read at all; else what of it makes sense."""
    reader = ConfigReader(join(folder, PROJECT_FILE), files)
    root = reader.root()
    if root is None:
        return None, tuple(reader.problems)
    values = reader.keys(root, _PROJECT_KEYS)
    listed = tuple(entry for entry in reader.texts(values, "modules") if _check_entry(reader, entry, folder, files))
    absent = (one for one in reader.problems if one.code is codes.MISSING_FOLDER)
    meant = frozenset(edit.text for one in absent for fix in one.fixes for edit in fix.edits)
    levels = _read_levels(reader, values.get("lints"))
    places = read_places(reader, values.get("places"))
    key = reader.key_span(root, "modules")
    return ProjectConfig(folder, reader.source, listed, key, levels, places, meant), tuple(reader.problems)


def _refuse_api(folder: str) -> Refused:
    def problem(key: Scalar, value: YamlNode) -> Diagnostic:
        text = module_text(folder, value)
        indented = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
        return codes.API_BLOCK.at(
            key.span,
            "an `api` block is no longer read: functions are declared in `module.nml`",
            "remove this block",
            notes=(f"the `module.nml` to write:\n\n{indented}",),
        )

    return Refused("api", problem)


def _read_stack(reader: ConfigReader, node: YamlNode | None) -> tuple[str | None, int | None, tuple[int, int] | None]:
    """Language, API version and snapshot."""
    if node is None:
        return PYTHON, None, None
    if isinstance(node, Scalar) and node.kind == "text":
        return _old_stack(reader, node), None, None
    if not isinstance(node, Mapping):
        reader.wrong_kind(node, "`stack`", "a mapping, such as {language: python}")
        return PYTHON, None, None
    values = reader.keys(node, _STACK_KEYS)
    language = values.get("language")
    return (
        PYTHON if language is None else _read_language(reader, language),
        _read_number(reader, values.get("api-version"), "`api-version`"),
        _read_snapshot(reader, values.get("snapshot")),
    )


def _old_stack(reader: ConfigReader, node: Scalar) -> str | None:
    language = _read_language(reader, node)
    if language is not None:
        written = f"{{language: {language}}}"
        fix = Fix(f"write `{written}`", (Edit(node.span, written),), Applicability.MACHINE_APPLICABLE)
        reader.report(codes.OLD_STACK, node, f"`stack: {language}` is the old form of `stack: {written}`", fixes=(fix,))
    return language


def _read_language(reader: ConfigReader, node: YamlNode) -> str | None:
    if not isinstance(node, Scalar) or node.kind != "text":
        reader.wrong_kind(node, "`language`", "text")
        return None
    language = node.text.lower()
    if language == PYTHON:
        return PYTHON
    if language in _OTHER_LANGUAGES:
        title = titled("the language `{}` is not supported here", node.text)
        reader.report(codes.UNSUPPORTED_LANGUAGE, node, title, "only `python` is, which is Python 3")
        return None
    fixes: tuple[Fix, ...] = ()
    if near(language, (PYTHON,)):
        fixes = (Fix("write `python`", (Edit(node.span, PYTHON),), Applicability.MAYBE_INCORRECT),)
    title = titled("there is no language `{}`", node.text)
    reader.report(codes.UNSUPPORTED_LANGUAGE, node, title, "`python` is the one there is", fixes)
    return None


def _read_number(reader: ConfigReader, node: YamlNode | None, what: str) -> int | None:
    """A whole number, written plainly in decimal."""
    if node is None:
        return None
    if isinstance(node, Scalar) and node.kind == "number" and node.text.isdecimal() and len(node.text) < 10:
        return int(node.text)
    reader.wrong_kind(node, what, "a whole number")
    return None


def _read_snapshot(reader: ConfigReader, node: YamlNode | None) -> tuple[int, int] | None:
    if node is None:
        return None
    if not isinstance(node, Sequence) or len(node.items) != 2:
        reader.wrong_kind(node, "`snapshot`", "a list of two numbers, such as [25, 0]")
        return None
    major, minor = (_read_number(reader, item, "an item of `snapshot`") for item in node.items)
    return None if major is None or minor is None else (major, minor)


def _read_parent(reader: ConfigReader, node: YamlNode | None) -> Located[ModuleRef] | None:
    if node is None:
        return None
    if not isinstance(node, Scalar) or node.kind != "text":
        reader.wrong_kind(node, "`parent`", "a module, such as Demo:1.0.0")
        return None
    ref = parse_reference(node.text)
    if isinstance(ref, ReferenceFault):
        # Quoted text stands one character after its value's start.
        quoted = int(node.span.end - node.span.start == len(node.text) + 2)
        reader.problems.append(ref.diagnostic(node.span.path, node.span.start + quoted))
        return None
    return Located(ref, node.span)


_LEVELS = {"off": None, **{severity.value: severity for severity in Severity}}
# What other tools call them, and what YAML 1.1 took `off` for.
_CALLED_ELSEWHERE = {
    **dict.fromkeys(
        ("of", "no", "none", "false", "allow", "ignore", "disable", "disabled", "silent", "never", "0"), "off"
    ),
    **dict.fromkeys(("info", "note", "information", "notice"), "hint"),
    **dict.fromkeys(("warn", "1"), "warning"),
    **dict.fromkeys(("err", "deny", "fail", "fatal", "forbid", "2"), "error"),
}


def _read_levels(reader: ConfigReader, node: YamlNode | None) -> dict[str, Severity | None]:
    """The levels of ``lints``, by the ids of the codes; what is no lint, or no level, is reported."""
    if node is None or (isinstance(node, Scalar) and node.kind == "nothing"):
        return {}
    if not isinstance(node, Mapping):
        reader.wrong_kind(node, "`lints`", "a mapping, such as {unused-import: off}")
        return {}
    levels: dict[str, Severity | None] = {}
    lints = [code for code in catalogue.all_codes() if code.level is not Severity.ERROR]
    for name, value in reader.keys(node, None).items():
        code = catalogue.find(name)
        key = next(key for key, _ in node.entries if isinstance(key, Scalar) and key.text == name)
        if code is None or code.level is Severity.ERROR:
            _report_no_lint(reader, key, code, [each for lint in lints for each in (lint.id, lint.name)])
        elif not isinstance(value, Scalar) or value.text.lower() not in _LEVELS:
            _report_no_level(reader, name, value)
        else:
            levels[code.id] = _LEVELS[value.text.lower()]
    return levels


def _report_no_level(reader: ConfigReader, name: str, value: YamlNode) -> None:
    written = value.text.lower() if isinstance(value, Scalar) else ""
    if not written:
        reader.wrong_kind(value, f"the level of `{name}`", "off, hint, warning or error")
        return
    names = tuple(_CALLED_ELSEWHERE.get(each, each) for each in near(written, (*_LEVELS, *_CALLED_ELSEWHERE), 1))
    names = (_CALLED_ELSEWHERE[written],) if written in _CALLED_ELSEWHERE else names
    title = titled("`{}` is no level: it is off, hint, warning or error", written)
    reader.report(codes.WRONG_KIND, value, title, did_you_mean(names) or "", instead(value.span, names))


def _report_no_lint(reader: ConfigReader, key: Scalar, code: Code | None, lints: Iterable[str]) -> None:
    if code is not None:
        title = titled("`{}` is an error and stays one", key.text)
        reader.report(codes.LINT_LEVEL, key, title, "only warnings and hints have a level to choose")
        return
    names = near(key.text, lints)
    title = titled("there is no warning or hint `{}`", key.text)
    reader.report(codes.LINT_LEVEL, key, title, did_you_mean(names) or "", instead(key.span, names))


def _expand_all(reader: ConfigReader, patterns: Iterable[Located[str]], folder: str, files: Files) -> tuple[str, ...]:
    """What the entries of ``files`` name; one that names nothing, or something outside, is reported at its place."""
    found: set[str] = set()
    for pattern in patterns:
        try:
            named = expand(pattern.value, folder, files)
        except OSError as error:
            reader.problems.append(unreadable(str(error.filename or folder), error))
            continue
        if isinstance(named, Outside):
            title = titled("`{}` leads out of the module's folder", pattern.value)
            reader.problems.append(codes.PATH_OUTSIDE.at(pattern.span, title, named.reason))
        elif named:
            found.update(named)
            locked = (join(folder, name) for name in named if not files.is_readable(join(folder, name)))
            refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            reader.problems.extend(unreadable(path, refused) for path in locked)
        else:
            reader.problems.append(_no_match(pattern, folder, files))
    return tuple(sorted(found))


def _no_match(pattern: Located[str], folder: str, files: Files) -> Diagnostic:
    above, _, name = pattern.value.rpartition("/")
    beside = files.list(join(folder, above)) if files.is_folder(join(folder, above)) else ()
    names = tuple(f"{above}/{other}" if above else other for other in near(name, beside))
    note = did_you_mean(names)
    fixes = instead(pattern.span, names)
    title = titled("`{}` matches no file", pattern.value)
    return codes.NO_MATCH.at(pattern.span, title, notes=(note,) if note is not None else (), fixes=fixes)


def _plain(path: str) -> str:
    """A folder's path without ``./`` before or ``/`` behind it."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    return ("/" if path.startswith("/") else "") + "/".join(parts) or "."


def _check_entry(reader: ConfigReader, entry: Located[str], folder: str, files: Files) -> bool:
    """Whether a listed folder is there; one without a ``module.nml`` is reported, but is there."""
    path = join(folder, _plain(entry.value))
    if not files.is_folder(path):
        reader.problems.append(_missing_folder(entry, folder, files))
        return False
    if not files.is_file(join(path, MODULE_FILE)):
        title = titled("`{}` has no `module.nml`", entry.value)
        reader.problems.append(module_codes.MISSING_MODULE_FILE.at(entry.span, title, "listed here as a module"))
    return True


def _missing_folder(entry: Located[str], folder: str, files: Files) -> Diagnostic:
    above, _, name = _plain(entry.value).rpartition("/")
    beside = join(folder, above) if above else folder
    others = files.list(beside) if files.is_folder(beside) else ()
    folders = [other for other in others if files.is_folder(join(beside, other))]
    names = tuple(f"{above}/{other}" if above else other for other in near(name, folders))
    note = did_you_mean(names)
    fixes = instead(entry.span, names)
    title = titled("the listed folder `{}` does not exist", entry.value)
    return codes.MISSING_FOLDER.at(entry.span, title, notes=(note,) if note is not None else (), fixes=fixes)
