"""What may be written at a place of a program: completion for the editors and the prompt.

``complete(program, path, offset)`` says it of the text that the program has for the file, which is broken right there
as long as somebody types.
"""

from collections.abc import Iterable, Iterator

from nscompiler.diagnostics.codes import all_codes
from nscompiler.diagnostics.model import Severity
from nscompiler.grammar import syntax
from nscompiler.ide import bindings, words
from nscompiler.ide.bindings import Documents, braces_at, parameter_offers, row_behind, value_offers
from nscompiler.ide.cursor import Cursor, Stack, cursor_in
from nscompiler.ide.fragments import Fragments
from nscompiler.ide.hover_functions import parameters_text
from nscompiler.ide.markdown import code, joined
from nscompiler.ide.names import Names
from nscompiler.ide.offers import MOST_OFFERED, Offer, OfferKind, Offers, Subject, ranked
from nscompiler.ide.program import Program
from nscompiler.ide.stages import Stages
from nscompiler.ide.type_offers import TypeOffers, angles_at
from nscompiler.types.interface import FunctionInterface, ParameterType, TypeInterface
from nscompiler.types.show import show, show_scheme

# The name that the grammar's generator has for `->`.
_ARROW = "__ANON_0"


def complete(program: Program, path: str, offset: int) -> Offers:
    """What may stand at an offset of a file, the best first; nothing in comments and where only a new name can."""
    parsed = program.parsed(path)
    if parsed is None or program.linked(path) is None:
        return Offers(offset, offset)
    cursor = cursor_in(parsed.module, offset)
    if cursor.comment is not None:
        return _in_comment(parsed.module, cursor)
    if cursor.word[:1].isdigit() or cursor.word.startswith('"""'):
        return Offers(offset, offset)
    found, more = _Question(program, path, parsed.module, cursor).offers()
    word = cursor.text[cursor.start : offset] if cursor.qualifier is not None else cursor.word
    best = ranked(word, found)
    best += ranked(cursor.word, more)
    best = tuple(sorted(best, key=lambda offer: offer.order))
    # What other modules declare is looked for from the first letter on, so the next one may bring more.
    complete = len(best) <= MOST_OFFERED and not (more and len(cursor.word) < 3) and bool(cursor.word)
    return Offers(cursor.start, cursor.end, best[:MOST_OFFERED], complete)


class _Question:
    """One question about one place."""

    def __init__(self, program: Program, path: str, module: syntax.Module, cursor: Cursor) -> None:
        self._program, self._path, self._module, self._cursor = program, path, module, cursor
        self._symbols = cursor.stack.symbols()
        self._last = self._symbols[-1].name if self._symbols else ""

    def offers(self) -> tuple[Iterable[Offer], tuple[Offer, ...]]:
        """What is offered from the names in scope, and what from elsewhere."""
        cursor, stack = self._cursor, self._cursor.stack
        if cursor.quoted:
            return [*self._in_text(stack)], ()
        plain = self._by_last_token()
        if plain is not None:
            return [*plain], ()
        beginnings = [*self._beginnings()]
        for terminal in ("LNAME", "UNAME", "TEXT"):
            here = stack.before(terminal)
            if here is not None:
                found, more = self._by_rules(here)
                return [*beginnings, *found], more
        return [*beginnings, *words.keyword_offers(cursor)], ()

    def _beginnings(self) -> Iterator[Offer]:
        """What a line may begin with, where a declaration can end before it."""
        cursor, begins = self._cursor, self._cursor.stack.before("DEF")
        # A `def` may be a field's name too; one that declares stands behind its attributes, if only none.
        declares = begins is not None and begins.symbols()[-1].name == "attributes"
        if declares and cursor.first and cursor.qualifier is None:
            yield from words.declaration_offers(self._program, self._path, self._module, cursor)

    def _by_last_token(self) -> Iterator[Offer] | None:
        """What follows a token that allows only one kind of word."""
        match self._last:
            case "IMPORT":
                return words.reference_offers(self._program, self._path, self._module, self._cursor)
            case "MODULE":
                return words.declaration_offers(self._program, self._path, self._module, self._cursor)
            case "AS":
                reference = self._cursor.written(self._symbols[-2].start, self._symbols[-1].start)
                return words.alias_offers(self._program, self._path, reference)
            case "AT":
                return words.attribute_offers(self._module, self._cursor)
            case "IS":
                return words.constraint_offers()
            case "FUN":
                return self._unwritten_functions()
            case "DEF" | "TYPE" | "DOT":
                return iter(())
        return None

    def _by_rules(self, here: Stack) -> tuple[Iterable[Offer], tuple[Offer, ...]]:
        rules = here.rules
        if "binding" in rules:
            return [*self._parameters()], ()
        if "use" in rules:
            return self._stages(here)
        if "literal" in rules:
            return [*self._values()], ()
        if "param_type" in rules:
            return [*_parameter_types()], ()
        if "field" in rules:
            return [*TypeOffers(self._program, self._path, self._module, self._cursor).fields()], ()
        if "atom_type" in rules:
            return self._types(here)
        return [*words.keyword_offers(self._cursor)], ()

    # --- stages

    def _stages(self, here: Stack) -> tuple[Iterable[Offer], tuple[Offer, ...]]:
        cursor = self._cursor
        symbols = here.symbols()
        top = not symbols or symbols[-1].name in ("closed", "open", "items")
        found: list[Offer] = [*words.keyword_offers(cursor)]
        if top and (self._module.header is not None or not cursor.first):
            return [offer for offer in found if offer.label not in ("concat", "filter")], ()
        if cursor.qualifier is not None:
            found = []
        stages = Stages(self._program, self._path, self._module, cursor)
        found += stages.offers()
        wants_more = cursor.qualifier is None and bool(cursor.word)
        return found, tuple(stages.elsewhere()) if wants_more else ()

    # --- braces

    def _parameters(self) -> Iterator[Offer]:
        braces = braces_at(self._cursor)
        row = None if braces is None else row_behind(braces, Fragments(self._program, self._path))
        if braces is not None and row is not None:
            yield from parameter_offers(row, braces, self._cursor, Documents(self._program))

    def _values(self) -> Iterator[Offer]:
        braces = braces_at(self._cursor)
        if braces is not None and braces.value_of is not None:
            row = row_behind(braces, Fragments(self._program, self._path))
            if row is not None:
                yield from value_offers(row, braces, self._cursor, self._program, self._path)
        elif self._last == "EQUAL" and len(self._symbols) > 1 and self._symbols[-2].name in ("param_type", "choices"):
            yield from bindings.values_of((self._declared_type(),), self._cursor.quoted)

    def _declared_type(self) -> ParameterType:
        text = self._cursor.written(self._symbols[-2].start, self._symbols[-1].start)
        if text.startswith('"'):
            return ParameterType("enum", None, tuple(part.strip().strip('"') for part in text.split("|")))
        return ParameterType(text)

    def _in_text(self, stack: Stack) -> Iterator[Offer]:
        """Inside quotes: the values that are texts."""
        here = stack.before("TEXT")
        if here is not None and "literal" in here.rules:
            yield from self._values()

    # --- types

    def _types(self, here: Stack) -> tuple[Iterable[Offer], tuple[Offer, ...]]:
        cursor = self._cursor
        types = TypeOffers(self._program, self._path, self._module, cursor)
        angles = angles_at(cursor, self._symbols)
        wants_more = cursor.qualifier is None and bool(cursor.word)
        more = tuple(types.elsewhere()) if wants_more else ()
        if angles is not None:
            return [*types.argument(angles, self._symbols)], more
        names = [symbol.name for symbol in here.symbols()]
        found = [*types.types(variables="TYPE" not in names)]
        if not _takes_void(names):
            found = [offer for offer in found if offer.label != "Void"]
        if cursor.qualifier is None:
            if "TYPE" in names and names[-1] in ("EQUAL", "VBAR"):
                found += types.constructors()
            found += words.keyword_offers(cursor)
        return _once(found), more

    def _unwritten_functions(self) -> Iterator[Offer]:
        """The methods of the Python class that no ``fun`` declares yet."""
        service = self._program.service(self._path)
        declared = {getattr(decl.name, "text", "") for decl in self._module.declarations if hasattr(decl, "name")}
        for name, method in ({} if service is None else service.methods).items():
            if name not in declared and not name.startswith("_") and name not in ("startup", "shutdown", "args"):
                snippet = f"{name} : ${{1:Text}} -> ${{2:Text}}"
                detail = f"line {method.line} of the Python class"
                yield Offer(name, OfferKind.FUNCTION, f"{name} : ", 0, detail, snippet=snippet, filter=name)


def _takes_void(names: list[str]) -> bool:
    """Whether a whole input or output may stand: right behind the colon or the arrow of a signature."""
    if not names or "TYPE" in names or "LBRACE" in names:
        return False
    return names[-1] == _ARROW or (names[-1] == "COLON" and names[-2:-1] == ["NAME"])


def _once(offers: list[Offer]) -> list[Offer]:
    return [*{(offer.label, offer.kind): offer for offer in reversed(offers)}.values()][::-1]


def _parameter_types() -> Iterator[Offer]:
    for rank, name in enumerate(syntax.PARAMETER_TYPES):
        yield Offer(name, OfferKind.TYPE, name, 0, "a parameter's type", rank=rank)
    yield Offer("[Text]", OfferKind.TYPE, "[Text]", 1, "a list of texts", filter="Text")
    yield Offer('"a" | "b"', OfferKind.SNIPPET, '"a" | "b"', 1, "one of some texts", snippet='"${1:a}" | "${2:b}"')


def _in_comment(module: syntax.Module, cursor: Cursor) -> Offers:
    """In a comment: the codes of an ``nsc: ignore[…]``, the beginning of a doc comment, and nothing else."""
    comment = cursor.comment or ""
    start = cursor.offset - len(comment)
    line = max(cursor.text.rfind("\n", 0, start), cursor.text.rfind("\r", 0, start)) + 1
    if comment in ("//", "///") and not cursor.text[line:start].strip():
        offer = Offer(
            "///", OfferKind.SNIPPET, "/// ", 0, "what the declaration below is", snippet="/// ${1:What it is.}"
        )
        return Offers(start, cursor.offset, (offer,))
    from_mark = comment.rpartition("nsc: ignore[")
    if not from_mark[1] or "]" in from_mark[2]:
        return Offers(cursor.offset, cursor.offset)
    word = from_mark[2].rpartition(",")[2].strip()
    start = cursor.offset - len(word)
    return Offers(start, cursor.end, ranked(word, _ignorable()))


def _ignorable() -> Iterator[Offer]:
    for one in all_codes():
        if one.level is not Severity.ERROR:
            yield Offer(one.id, OfferKind.VALUE, one.id, 0, one.name, documentation=one.title, filter=one.id)


# --- afterwards


def documentation(program: Program, subject: Subject) -> str:
    """What is known of what an offer is about, as Markdown: its type and what its author says of it."""
    path = program.path_of(subject.module)
    interface = None if path is None else program.interface(path)
    if interface is None or path is None:
        return ""
    if not subject.name:
        parsed = program.parsed(path)
        header = None if parsed is None else parsed.module.header
        return joined(code(f"module {subject.module}"), None if header is None else header.doc)
    function, type = interface.functions.get(subject.name), interface.types.get(subject.name)
    if subject.name[:1].isupper() and type is not None:
        return _of_type(type)
    return "" if function is None else _of_function(program, function)


def _of_function(program: Program, function: FunctionInterface) -> str:
    deprecated, text = function.attribute("deprecated")
    return joined(
        code(f"{function.declared} {function.name} : {show_scheme(function.scheme)}"),
        f"**deprecated:** {text or 'it should no longer be used'}" if deprecated else None,
        function.doc,
        parameters_text(Names(program), function.parameters),
        f"*{function.module}*",
    )


def _of_type(type: TypeInterface) -> str:
    names = " ".join((type.name, *(variable.name for variable in type.parameters)))
    return joined(code(f"type {names} = {show(type.body, expand=True)}"), type.doc, f"*{type.module}*")
