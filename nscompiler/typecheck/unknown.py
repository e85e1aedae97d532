"""Names that mean nothing where they stand, and what was probably meant: here, in the imports, in the project."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from nscompiler.diagnostics.codes import names as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean
from nscompiler.grammar import syntax
from nscompiler.modules.exports import Exporting
from nscompiler.patterns import Pattern
from nscompiler.records import replace
from nscompiler.source import Span
from nscompiler.typecheck import lone_constructors
from nscompiler.typecheck.constructor_types import type_meant
from nscompiler.typecheck.other_versions import report_other_version
from nscompiler.typecheck.standard_names import meant_by
from nscompiler.typecheck.their_constructors import by_parameters, own_first, renamed_type, reports_their_constructor
from nscompiler.types.interface import Interface
from nscompiler.types.types import SCALARS

MOST_FIXES = 3
# What is given a type in `< >`, with its parameters, right before a stage.
_TAKES_TYPE = Pattern(
    r"(?P<function>\b(?:Conv\.from_|Sources\.(?!stdin\b|schedule\b))\w++)(?P<given>\s*+\{[^{}]*+\})?+\s*+\|\s*+\Z"
)
_LINES = Pattern(r"\bSources\.stdin\s*+\|\s*+\Z")
_NEAR = 300
_FEW = 4
# How much of a line behind an import is looked at.
_LONGEST_REST = 80
_MOST_ALIASES = 24
# How types are called elsewhere.
FOREIGN = {
    "String": "Text",
    "Str": "Text",
    "Char": "Text",
    "Float": "Double",
    "Number": "Double",
    "Real": "Double",
    "Long": "Integer",
    "Bytes": "[Byte]",
    "Timestamp": "DateTime",
    "Unit": "()",
    "Any": "Json",
    "Object": "Json",
    "Dict": "Map",
    **{f"{name}{bits}": "Integer" for name in ("Int", "UInt") for bits in (8, 16, 32, 64)},
    **{f"Float{bits}": "Double" for bits in (16, 32, 64)},
}
# What is a sign or a word here and no type: a name in its place would not do.
_LIST, _OPTIONAL = "a list is written `[T]`", "what may be missing is written `optional T`"
WRITTEN = {"List": _LIST, "Array": _LIST, "Maybe": _OPTIONAL, "Option": _OPTIONAL, "Optional": _OPTIONAL}
# How many imports are looked at for each name that nothing has.
_MOST_IMPORTS = 100
BUILT_IN_TYPES = (*SCALARS, "Map", "Vector", "Matrix", "Void")


class Elsewhere(Protocol):
    """Where the names of the modules can be found that a file could import."""

    def declaring(self, name: str) -> tuple[Exporting, ...]:
        """The modules that declare a name, each in its newest version."""
        ...

    def versions_declaring(self, reference: str, names: frozenset[str]) -> tuple[str, ...]:
        """The other versions of a module that declare all of some names, newest first."""
        ...


class Scope(Protocol):
    """What is asked of ``scope.Scope``, which imports this module."""

    module: syntax.Module
    reference: str
    imports: Mapping[str, Interface | None]
    standard: bool
    comparisons: int
    elsewhere: Elsewhere | None
    declared_types: dict[str, syntax.TypeDecl]
    declared_functions: dict[str, syntax.FunDecl | syntax.DefDecl]

    def span(self, node: syntax.Node) -> Span: ...
    def owner(self, constructor: str) -> tuple[syntax.TypeDecl, syntax.Name] | None: ...
    def near(self, name: str, candidates: Iterable[str]) -> tuple[str, ...]: ...
    def report(self, code: Code, node: syntax.Node, title: str, label: str = "", **more: object) -> None: ...
    def replacement(
        self, node: syntax.Node, text: str, title: str, sure: Applicability = Applicability.MAYBE_INCORRECT
    ) -> Fix: ...


# --- aliases

_STANDARD = {"Http": "Http:1.0.0"}
"""The modules of the standard library that are not in scope by themselves."""


def report_alias(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> None:
    """No import gives an alias; ``name`` is what is wanted from it."""
    text, aliases = qualifier.text, list(scope.imports)
    # Of an import that cannot be read nothing is known, but what differs in the size of letters alone is no other.
    small = any(alias != text and alias.casefold() == text.casefold() for alias in scope.imports)
    if syntax.NAMELESS in (text, name.text) or (syntax.NAMELESS in scope.imports and not small):
        return
    if text in scope.declared_functions:
        _report_dot(scope, qualifier, name)
        return
    if any(_gives(scope.module, decl, text) for decl in scope.module.declarations):
        return
    if any(node.alias is None and _is_cut(scope.module, node, text) for node in scope.module.imports):
        return
    renamed = tuple(_imported_as(scope, text, name.text))
    similar = renamed or scope.near(text, aliases)
    fixes = [scope.replacement(qualifier, other, f"write `{other}`") for other in similar]
    if not renamed:
        fixes = [*_imports_as(scope, qualifier, name.text, bool(similar)), *fixes][:MOST_FIXES]
    scope.report(
        codes.UNKNOWN_ALIAS,
        qualifier,
        f"no import is called `{text}`",
        did_you_mean(similar) or "not an alias of this file",
        related=tuple(_import_labels(scope, similar)),
        notes=(f"the aliases here are {_listed(sorted(aliases))}",),
        fixes=tuple(fixes),
    )


def _report_dot(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> None:
    """``f.g`` of two functions, which other languages join so."""
    one, other = qualifier.text, name.text
    dot = Edit(scope.module.source.span(qualifier.end, name.start), " | ")
    fix = Fix(f"write `{one} | {other}`", (dot,), Applicability.MAYBE_INCORRECT)
    scope.report(
        codes.UNKNOWN_ALIAS,
        qualifier,
        f"`{one}` is a function, and no module",
        "a `.` follows the alias of a module",
        fixes=(fix,) if other in scope.declared_functions else (),
    )


def _listed(aliases: list[str]) -> str:
    shown = ", ".join(f"`{alias}`" for alias in aliases[:_MOST_ALIASES])
    return shown if len(aliases) <= _MOST_ALIASES else f"{shown} and {len(aliases) - _MOST_ALIASES} others"


def _gives(module: syntax.Module, decl: syntax.Decl, alias: str) -> bool:
    """Whether it is an import of this alias, or of any, that could not be read, which is told."""
    if not isinstance(decl, syntax.BrokenDecl) or decl.keyword != "import":
        return False
    nameless = decl.name is None or module.source.text[: decl.end].endswith(" as")
    if nameless or decl.name.text == alias:  # type: ignore[union-attr]
        return True
    # `import Foo:1.0.0, Bar:1.0.0`
    return re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", module.source.text[decl.start : decl.end]) is not None


def _is_cut(module: syntax.Module, node: syntax.Import, alias: str) -> bool:
    """Whether the alias stands at the end of an import's line behind what could not be read, which is told; of an
    import without one."""
    if module.source.text.startswith("\n", node.end):
        return False
    rest = (
        module.source.text[node.end : node.end + _LONGEST_REST].partition("\n")[0].partition("//")[0].rstrip("\r \t;")
    )
    if not rest.endswith(alias) or rest[-len(alias) - 1 : -len(alias)] in (".", ";"):
        return False
    before = rest[: -len(alias)].strip()
    if not before or "/*" in before:
        return False
    return len(before) <= _FEW or re.search(r"(?<!\w)as\s*\Z", rest[: -len(alias)]) is not None


def _imports_as(scope: Scope, qualifier: syntax.Name, name: str, similar: bool) -> Iterator[Fix]:
    """The import of the one module that such an alias can mean; its alias, where the file imports that already."""
    alias = qualifier.text
    if alias in _STANDARD:
        reference = _STANDARD[alias]
        yield Fix(f"import `{reference}`", (_import(scope, reference),), Applicability.MAYBE_INCORRECT)
        return
    found = _importable(scope, name)
    called = [one for one in found if one.alias == alias] or ([] if similar else found)
    own = _alias_of(scope, called[0].reference) if len(called) == 1 else None
    if own is not None:
        yield scope.replacement(qualifier, own, f"write `{own}`")
    elif len(called) == 1:
        suffix = "" if called[0].alias == alias else f" as {alias}"
        yield Fix(
            f"import `{called[0].reference}{suffix}`",
            (_import(scope, f"{called[0].reference}{suffix}"),),
            Applicability.MAYBE_INCORRECT,
        )


def _alias_of(scope: Scope, reference: str) -> str | None:
    """The alias under which the file imports a module."""
    found = next((node for node in scope.module.imports if node.reference.text == reference), None)
    if found is None:
        return None
    return reference.partition(":")[0].rpartition(".")[2] if found.alias is None else found.alias.text


def _imported_as(scope: Scope, text: str, name: str) -> Iterator[str]:
    """The aliases of modules that have a name, where the alias that is written is a part of what they are called."""
    for node in scope.module.imports:
        if text[:1] not in node.reference.text:
            continue  # in a file with thousands of imports each is looked at as often
        parts = node.reference.text.partition(":")[0].rpartition("/")[2].split(".")
        if text not in parts and text != "".join(parts):
            continue
        alias = parts[-1] if node.alias is None else node.alias.text
        interface = scope.imports.get(alias)
        if interface is not None and (name in interface.functions or name in interface.types):
            yield alias


def _import_labels(scope: Scope, aliases: Collection[str]) -> Iterator[Label]:
    for node in scope.module.imports if aliases else ():
        place = node.alias or node.reference
        own = node.reference.text.partition(":")[0].split(".")[-1] if node.alias is None else node.alias.text
        if own in aliases:
            yield Label(scope.span(place), f"`{own}` is imported here", Role.IMPORT)


# --- types


def report_type(scope: Scope, unknown: syntax.TypeName, interface: Interface | None, is_whole: bool = False) -> None:
    """No type has a name, in this file or (with an ``interface``) in a module that it imports."""
    qualifier, name = unknown.qualifier, unknown.name
    if report_other_version(scope, codes.UNKNOWN_TYPE, qualifier, name, "type"):
        return
    text = name.text
    candidates = [*interface.types] if interface is not None else [*scope.declared_types, *BUILT_IN_TYPES]
    where = f"`{interface.module}` declares no" if interface is not None else "there is no"
    if interface is None and (owner := scope.owner(text)) is not None:
        _report_constructor(scope, name, owner)
        return
    if interface is None and _is_wanted(scope, text):
        return
    if interface is not None and reports_their_constructor(scope, qualifier, interface, name, "type"):
        return
    similar = own_first(scope.near(text, candidates), () if interface is not None else BUILT_IN_TYPES)
    if interface is None and text in FOREIGN:
        similar = (FOREIGN[text],)
    found, fixes = _elsewhere(scope, qualifier, name, "types", bool(similar))
    written = WRITTEN.get(text) if interface is None else None
    fixes += [scope.replacement(name, other, f"write `{other}`") for other in similar]
    if written is not None and not fixes:
        fixes += _as_written_here(scope, unknown)
    if not fixes and _is_variable(scope, unknown):
        written = f"a type variable is written `{text.lower()}`"
        fixes.append(scope.replacement(name, text.lower(), f"write `{text.lower()}`"))
    if interface is None and not fixes and written is None:
        fixes += renamed_type(scope, text)
    if is_whole and unknown.args and not fixes and written is None:
        lone_constructors.report_unknown(scope, unknown)
        return
    scope.report(
        codes.UNKNOWN_TYPE,
        name,
        f"{where} type `{text}`",
        did_you_mean((*found, *similar)[:MOST_FIXES]) or _not_imported(fixes) or written or "unknown type",
        fixes=tuple(fixes[:MOST_FIXES]),
    )


def _is_variable(scope: Scope, unknown: syntax.TypeName) -> bool:
    """Whether a name in the type of a function is what other languages call a type variable."""
    at, lone = unknown.start, unknown.qualifier is None and not unknown.args and len(unknown.name.text) == 1
    holds = (decl for decl in scope.module.declarations if decl.start <= at < decl.end)
    return lone and isinstance(next(holds, None), syntax.FunDecl | syntax.DefDecl)


def _as_written_here(scope: Scope, unknown: syntax.TypeName) -> tuple[Fix, ...]:
    """``List Text``, ``List[Text]`` and ``Maybe Text`` as they are written here; nothing where more is given."""
    glued = unknown.args[0] if len(unknown.args) == 1 and unknown.args[0].start == unknown.name.end else None
    if isinstance(glued, syntax.ListType):
        text = scope.module.source.text[glued.start : glued.end]
        if WRITTEN[unknown.name.text] is not _LIST:
            text = f"optional {text[1:-1].strip()}"
        return (scope.replacement(unknown, text, f"write `{text}`"),)
    if len(unknown.args) != 1 or not isinstance(unknown.args[0], (syntax.TypeName, syntax.TypeVariable)):
        return ()
    source, item = scope.module.source, unknown.args[0]
    between = source.text[unknown.name.end : item.start]
    if between.strip() or (isinstance(item, syntax.TypeName) and item.args):
        return ()
    one = source.text[item.start : item.end]
    is_list = WRITTEN[unknown.name.text] is _LIST
    text = f"[{one}]" if is_list else f"optional {one}"
    return (scope.replacement(unknown, text, f"write `{text}`"),)


def _report_constructor(scope: Scope, name: syntax.Name, owner: tuple[syntax.TypeDecl, syntax.Name]) -> None:
    decl, constructor = owner
    sum = decl.name.text
    holds = decl.body.constructors if isinstance(decl.body, syntax.SumType) else ()
    payload = next((one.payload for one in holds if one.name is constructor), None)
    meant = type_meant(scope.module, name, sum, payload)
    why = "has this constructor" if meant == sum else "this constructor holds"
    scope.report(
        codes.UNKNOWN_TYPE,
        name,
        f"`{name.text}` is a constructor of `{sum}`, and no type",
        f"only `{sum}` as a whole is a type",
        related=(Label(scope.span(constructor), "declared here", Role.DECLARATION),),
        fixes=(scope.replacement(name, meant, f"write `{meant}`, which {why}"),),
    )


# --- functions


def _is_wanted(scope: Scope, name: str) -> bool:
    """Whether an import wants a name as though it were a module, ``import Foo:1.0.0.f`` or ``import Foo.f as g``: that
    is told there."""
    for node in scope.module.imports[:_MOST_IMPORTS]:
        text = node.reference.text
        last = text.partition(":")[0].rpartition(".")[2]
        alias = last if node.alias is None else node.alias.text
        if text.endswith((f".{name}", f":{name}")) and not name[:1].isupper():
            return True
        if name in (last, alias) and "." in text and scope.imports.get(alias, scope) is None:
            return True
    return False


def report_function(
    scope: Scope, qualifier: syntax.Name | None, interface: Interface | None, name: syntax.Name
) -> None:
    """No function has a name, in this file or (with an ``interface``) in a module that it imports."""
    text = name.text
    if text == syntax.NAMELESS or (interface is None and _is_wanted(scope, text)):
        return
    if report_other_version(scope, codes.UNKNOWN_NAME, qualifier, name, "function"):
        return
    candidates = [*interface.functions] if interface is not None else _other_functions(scope, name)
    folded = {other.casefold(): other for other in candidates}
    if text not in candidates and text.casefold() in folded:
        right = folded[text.casefold()]
        fix = scope.replacement(name, right, f"write `{right}`", Applicability.MACHINE_APPLICABLE)
        title = f"`{text}` is spelt `{right}`"
        scope.report(codes.WRONG_CASE, name, title, "capitals count", fixes=(fix,))
        return
    glued = _without_dot(scope, text) if interface is None else ""
    if (
        text[:1].isupper()
        and not glued
        and (
            _report_no_function(scope, name)
            if interface is None
            else _report_their_type(scope, qualifier, interface, name)
            or reports_their_constructor(scope, qualifier, interface, name, "function")
        )
    ):
        return
    if interface is None and (cut := _prefixed(text, candidates) or glued):
        title = f"there is no function `{text}`"
        fix = scope.replacement(name, cut, f"write `{cut}`")
        scope.report(codes.UNKNOWN_NAME, name, title, f"did you mean `{cut}`?", fixes=(fix,))
        return
    similar = scope.near(text, candidates)
    if interface is not None and interface.standard:
        similar = by_parameters(scope.module.source.text, name.end, interface) or similar
    if interface is not None and not similar:
        similar = tuple(one for one in meant_by(interface.module, text) if one in interface.functions)
    found, fixes = _elsewhere(scope, qualifier, name, "functions", bool(similar))
    if not found:
        fixes += [scope.replacement(name, other, f"write `{other}`") for other in similar]
    declares_no = "there is no function" if interface is None else f"`{interface.module}` declares no function"
    scope.report(
        codes.UNKNOWN_NAME,
        name,
        f"{declares_no} `{text}`",
        did_you_mean(found[:MOST_FIXES] or similar) or _not_imported(fixes) or "unknown function",
        fixes=tuple(fixes[:MOST_FIXES]),
    )


def _without_dot(scope: Scope, text: str) -> str:
    """``Sinks.log`` where ``Sinkslog`` stands; empty where no function of an import is meant so."""
    for alias, interface in scope.imports.items():
        if interface is not None and text.startswith(alias) and text[len(alias) :] in interface.functions:
            return f"{alias}.{text[len(alias) :]}"
    return ""


def _prefixed(text: str, functions: Iterable[str]) -> str:
    """``filter f`` where ``filterf`` stands; empty where no function is meant so."""
    word = next((word for word in ("concat", "filter") if text.startswith(word)), "")
    return f"{word} {text[len(word) :]}" if word and text[len(word) :] in functions else ""


def _report_their_type(scope: Scope, qualifier: syntax.Name | None, interface: Interface, name: syntax.Name) -> bool:
    """Report a type of another module where a function is wanted; False if it is none."""
    if name.text not in interface.types or qualifier is None:
        return False
    written = f"{qualifier.text}.{name.text}"
    title, label = f"`{written}` is a type, and no function", "a function is wanted here"
    fixes = _as_given(scope, qualifier.start, name.end, written)
    scope.report(codes.UNKNOWN_NAME, name, title, label, fixes=fixes)
    return True


def _as_given(scope: Scope, start: int, end: int, written: str) -> tuple[Fix, ...]:
    """The fix that gives a type, which stands as a stage, to the function before it that takes one."""
    text = scope.module.source.text
    before = _TAKES_TYPE.search(text, max(0, start - _NEAR), start)
    span = scope.module.source.span
    if before is None and _LINES.search(text, max(0, start - _NEAR), start) is not None:
        right = f"Conv.from_json<{written}>"
        return (Fix(f"write `{right}`", (Edit(span(start, end), right),), Applicability.MAYBE_INCORRECT),)
    if before is None:
        return ()
    at = before.end("function")
    gone = before.end("function") if before["given"] is None else before.end("given")
    edits = (Edit(span(at, at), f"<{written}>"), Edit(span(gone, end), ""))
    title = f"write `{before['function']}<{written}>`"
    return (Fix(title, edits if gone > at else (Edit(span(at, end), f"<{written}>"),), Applicability.MAYBE_INCORRECT),)


def _report_no_function(scope: Scope, name: syntax.Name) -> bool:
    """Report a type or a constructor where a function is wanted; False if it is neither."""
    text, owner = name.text, scope.owner(name.text)
    if owner is not None:
        sum = owner[0].name.text
        scope.report(
            codes.UNKNOWN_NAME,
            name,
            f"`{text}` is a constructor of `{sum}`, and no function",
            "values of a sum are made in Python code",
            related=(Label(scope.span(owner[1]), "declared here", Role.DECLARATION),),
            notes=(f"declare a function that gives {sum}",),
        )
    elif text in scope.declared_types or text in BUILT_IN_TYPES:
        declared = scope.declared_types.get(text)
        label = () if declared is None else (Label(scope.span(declared.name), "declared here", Role.DECLARATION),)
        title = f"`{text}` is a type, and no function"
        fixes = _as_given(scope, name.start, name.end, text)
        scope.report(codes.UNKNOWN_NAME, name, title, "a function is wanted here", related=label, fixes=fixes)
    elif (module := scope.imports.get(text)) is not None:
        own = [f"`{text}.{function}`" for function in module.functions]
        told = f"its functions are {', '.join(own[:_FEW])}{' …' if own[_FEW:] else ''}" if own else "it has none"
        scope.report(codes.UNKNOWN_NAME, name, f"`{text}` is a module, and no function", told)
    elif aliases := scope.near(text, [alias for alias, one in scope.imports.items() if one is not None]):
        notes = (f"a function of the module `{aliases[0]}` is called `{aliases[0]}.…`",)
        scope.report(codes.UNKNOWN_NAME, name, f"there is no function `{text}`", "unknown function", notes=notes)
    else:
        return False
    return True


def _not_imported(fixes: list[Fix]) -> str | None:
    """What is said where the fixes are imports."""
    return "a module that is not imported has it" if fixes and fixes[0].title.startswith("import ") else None


def _other_functions(scope: Scope, name: syntax.Name) -> list[str]:
    """The functions of a file, without the def in whose body a name stands: that one is hardly meant."""
    if scope.comparisons <= 0:
        return []  # a file full of mistakes
    return [own for own, decl in scope.declared_functions.items() if not decl.start <= name.start < decl.end]


# --- the same name in other modules


def _elsewhere(
    scope: Scope, qualifier: syntax.Name | None, name: syntax.Name, kind: str, similar: bool
) -> tuple[tuple[str, ...], list[Fix]]:
    """Qualified names of imported modules that may be meant, with their fixes, else the imports of modules of the
    project that have the name. Where nothing here is ``similar``, nearly the same names count too."""
    text = name.text
    own = "" if qualifier is None else qualifier.text
    scope.comparisons -= len(scope.imports)
    imports = scope.imports.items() if scope.comparisons >= 0 else ()  # else a file full of mistakes
    exported = {alias: _names(one, kind) for alias, one in imports if one is not None and alias != own}
    found = [f"{alias}.{text}" for alias, names in exported.items() if text in names]
    if not found and not similar:
        slips = scope.near(text, {one for names in exported.values() for one in names})
        found = [f"{alias}.{slip}" for slip in slips for alias, names in exported.items() if slip in names]
    place = Edit(scope.span(name) if qualifier is None else _whole(scope, qualifier, name), "")
    fixes = [_written(place, one) for one in found]
    # Nobody writes `Sinks.f` for a function of another module, and all of them would be read for it.
    standard = own in scope.imports and (interface := scope.imports[own]) is not None and interface.standard
    if not fixes and not similar and not standard:
        fixes = list(_import_and_qualify(scope, place, name.text))
    return tuple(found), fixes


def _names(interface: Interface, kind: str) -> Iterable[str]:
    return interface.types if kind == "types" else interface.functions


def _whole(scope: Scope, qualifier: syntax.Name, name: syntax.Name) -> Span:
    return scope.module.source.span(qualifier.start, name.end)


def _written(place: Edit, text: str) -> Fix:
    return Fix(f"write `{text}`", (replace(place, text=text),), Applicability.MAYBE_INCORRECT)


def _import_and_qualify(scope: Scope, place: Edit, name: str) -> Iterator[Fix]:
    """The import of a module of the project that declares a name, and the name with its alias, in its place."""
    found = _importable(scope, name)
    for one in found if len(found) <= MOST_FIXES else ():
        taken = one.alias in scope.imports
        alias = one.reference.partition(":")[0].rpartition("/")[2].replace(".", "") if taken else one.alias
        if alias in scope.imports:
            continue
        added = one.reference if alias == one.alias else f"{one.reference} as {alias}"
        edits = (_import(scope, added), replace(place, text=f"{alias}.{name}"))
        title = f"import `{added}` and write `{alias}.{name}`"
        yield Fix(title, edits, Applicability.MAYBE_INCORRECT)


def _importable(scope: Scope, name: str) -> list[Exporting]:
    """The modules of the project that declare a name and that a file could import without a ring."""
    if scope.elsewhere is None or scope.standard:
        return []
    own = scope.reference
    return [one for one in scope.elsewhere.declaring(name) if one.reference != own and own not in one.imports]


def _import(scope: Scope, reference: str) -> Edit:
    """The edit that adds an import, below those that there are."""
    module = scope.module
    text = module.source.text
    if module.imports:
        return _below(module, module.imports[-1].end, "\n", reference)
    if module.header is not None:
        early = re.compile(r"\s*(?:where\b|\{)").match(text, module.header.end)
        return _below(module, module.header.end if early is None else early.end(), "\n\n", reference)
    at = text.find("\n") + 1 if text.startswith("#!") else 0
    return Edit(module.source.span(at, at), f"import {reference}\n\n")


def _below(module: syntax.Module, at: int, gap: str, reference: str) -> Edit:
    """An import on a line of its own, or where more stands on the line, right there."""
    text = module.source.text
    while text[at : at + 1] in (" ", "\t", ";"):
        at += 1
    line = re.compile(r"[^\r\n]*").match(text, at)
    end = at if line is None else line.end()
    if not re.fullmatch(r"\s*(?://.*|/\*[^*]*\*/\s*)?", text[at:end]):
        return Edit(module.source.span(at, at), f"import {reference}; ")
    return Edit(module.source.span(end, end), f"{gap}import {reference}")
