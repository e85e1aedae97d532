"""Words of the language, module references, attributes and the beginnings of declarations: what may stand at a cursor
whatever the program."""

import os
from collections import Counter
from collections.abc import Iterator

from nscompiler.grammar import syntax
from nscompiler.ide.cursor import Cursor
from nscompiler.ide.explained import ATTRIBUTES, CONSTRAINTS, KEYWORDS
from nscompiler.ide.imports import dependents, free_alias
from nscompiler.ide.offers import Offer, OfferKind, Subject
from nscompiler.ide.program import Program
from nscompiler.modules.naming import module_name_for
from nscompiler.modules.reference import ModuleRef
from nscompiler.modules.tree import MODULE_FILE, SUFFIX
from nscompiler.typecheck.declare import DEF_ATTRIBUTES, FUN_ATTRIBUTES

_KEYWORDS = ("as", "with", "where", "is", "optional", "concat", "filter")
_DECLARATIONS = (
    ("def", "def ${1:name} = $0", "a name for a pipe"),
    ("fun", "fun ${1:name} : ${2:Text} -> ${3:Text}", "a function that Python implements"),
    ("type", "type ${1:Name} = { ${2:field} : ${3:Text} }", "a name for a type"),
)


def keyword_offers(cursor: Cursor) -> Iterator[Offer]:
    """The words that may stand between or before what is written."""
    for word in _KEYWORDS:
        if cursor.stack.accepts(word.upper()):
            snippet = "with { ${1:name} : ${2:Text} }" if word == "with" else ""
            insert = "with { }" if word == "with" else f"{word} "
            doc = KEYWORDS[word]
            yield Offer(word, OfferKind.KEYWORD, insert, 7, snippet=snippet, filter=word, documentation=doc)


def declaration_offers(program: Program, path: str, module: syntax.Module, cursor: Cursor) -> Iterator[Offer]:
    """What a line may begin with at the top of a file."""
    before = [one for one in module.declarations if one.end <= cursor.start and not _is_word(one, cursor)]
    if not cursor.text[: cursor.start].strip() and module.header is None:
        name = _module_name(program, path)
        text = f"module {name}:0.1.0"
        snippet = f"module ${{1:{name}}}:${{2:0.1.0}}\n\n$0"
        yield Offer(
            text, OfferKind.SNIPPET, f"{text}\n", -1, "the name of this module", snippet=snippet, filter="module"
        )
    if not before:
        yield Offer("import", OfferKind.KEYWORD, "import ", 1, "another module", filter="import")
    for rank, (word, snippet, detail) in enumerate(_DECLARATIONS):
        yield Offer(word, OfferKind.SNIPPET, f"{word} ", 1, detail, snippet=snippet, rank=rank, filter=word)


def _is_word(decl: syntax.Decl, cursor: Cursor) -> bool:
    return isinstance(decl, syntax.BrokenDecl) and decl.end >= cursor.start


def _module_name(program: Program, path: str) -> str:
    """A module's name by its folder or file, below the name that most of its neighbours are below."""
    folder, name = os.path.split(path)
    place, own = os.path.split(folder) if name == MODULE_FILE else (folder, name.removesuffix(SUFFIX))
    families: Counter[str] = Counter()
    for ref, paths in program.discovery.index.contents.files.items():
        if any(other != path and _place(other) == place for other in paths):
            families[ref.title.rpartition("/")[2].rpartition(".")[0]] += 1
    family = max(families, key=lambda one: families[one], default="")
    return f"{family}.{module_name_for(own or 'demo')}" if family else module_name_for(own or "demo")


def _place(path: str) -> str:
    """The folder that a module's folder or file lies in."""
    folder, name = os.path.split(path)
    return os.path.dirname(folder) if name == MODULE_FILE else folder


# --- references


def reference_offers(program: Program, path: str, module: syntax.Module, cursor: Cursor) -> Iterator[Offer]:
    """The modules that may be imported here in all their versions, the newest first."""
    imported = {one.reference.text.removeprefix("nstack/") for one in module.imports}
    item = program.linked(path)
    resolved = () if item is None else item.imports.resolved
    taken = {one.alias for one in resolved if not one.node.start <= cursor.start <= one.node.end}
    index, users = program.discovery.index, dependents(program, path)
    for title, versions in index.contents.refs.items():
        for rank, ref in enumerate(versions):
            paths = index.find(ref)
            text = str(ref).removeprefix("nstack/")
            if len(paths) != 1 or index.is_standard(paths[0]) or text in imported:
                continue
            if paths[0] in users:
                continue
            alias = free_alias(ref, taken)
            insert = text if alias == ref.last_part else f"{text} as {alias}"
            snippet = "" if alias == ref.last_part else f"{text} as ${{1:{alias}}}"
            yield Offer(
                label=text,
                kind=OfferKind.MODULE,
                insert=insert,
                group=0 if rank == 0 else 1,
                rank=rank,
                detail="newest" if rank == 0 else f"newest is {versions[0].version}",
                note=title,
                snippet=snippet,
                filter=text,
                subject=Subject(str(ref), ""),
            )


def alias_offers(program: Program, path: str, reference: str) -> Iterator[Offer]:
    """Names for an imported module."""
    ref = program.discovery.index.reference(reference)
    if not isinstance(ref, ModuleRef):
        return
    taken = set(program.scope(path)) - {ref.last_part}
    for rank, alias in enumerate(dict.fromkeys((ref.last_part, ref.last_part[0], free_alias(ref, taken)))):
        if alias not in taken:
            yield Offer(alias, OfferKind.MODULE, alias, 0, f"for {reference}", rank=rank)


# --- attributes and constraints


def attribute_offers(module: syntax.Module, cursor: Cursor) -> Iterator[Offer]:
    """The attributes that the declaration below may have and has not."""
    declares = next((text for text in cursor.rest.texts if text in ("fun", "def", "type")), None)
    if declares is None:
        behind = cursor.text[cursor.end :].split()
        declares = next((word for word in behind if word in ("fun", "def", "type")), "fun")
    allowed = {"def": DEF_ATTRIBUTES, "type": DEF_ATTRIBUTES}.get(declares, FUN_ATTRIBUTES)
    have = _attributes_around(cursor)
    have |= {"bounded", "unbounded"} if have & {"bounded", "unbounded"} else set()
    for name in allowed:
        if name not in have:
            snippet = 'deprecated("${1:use …}")' if name == "deprecated" else ""
            insert = 'deprecated("")' if name == "deprecated" else name
            doc = ATTRIBUTES[name]
            yield Offer(name, OfferKind.ATTRIBUTE, insert, 0, snippet=snippet, filter=name, documentation=doc)


def _attributes_around(cursor: Cursor) -> set[str]:
    """The attributes on the lines right above and below."""
    lines = cursor.text.split("\n")
    own = cursor.text.count("\n", 0, cursor.start)
    found: set[str] = set()
    for step in (-1, 1):
        at = own + step
        while 0 <= at < len(lines) and lines[at].lstrip().startswith("@"):
            found.add(lines[at].lstrip()[1:].partition("(")[0].strip())
            at += step
    return found


def constraint_offers() -> Iterator[Offer]:
    """The built-in constraints."""
    for name, doc in CONSTRAINTS.items():
        yield Offer(name, OfferKind.CONSTRAINT, name, 0, documentation=doc)
