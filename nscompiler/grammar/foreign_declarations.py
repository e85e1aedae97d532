"""Declarations as other languages begin them: ``struct Order { … }``, ``enum Colour { … }``, ``newtype Id = Id Text``,
``export def w = …``. Each is read as what was meant, and told of once.
"""

from collections.abc import Iterator

from nscompiler.diagnostics.codes import syntax as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix
from nscompiler.grammar.foreign_fields import OF_FIELDS, Field, fields, type_written
from nscompiler.grammar.lexer import Tokens, scan
from nscompiler.grammar.mistakes import MODIFIERS
from nscompiler.grammar.tables import Tables
from nscompiler.grammar.wording import fitting, shown
from nscompiler.patterns import Pattern
from nscompiler.source import SourceFile, Span

_RECORDS = frozenset(
    ("struct", "interface", "record", "class", "message", "schema", "table", "object", "model", "entity", "data")
)
# What stands before such a word in Kotlin, in Scala, and before a declaration in JavaScript.
_BEFORE = frozenset(("data", "case", "default"))
_AFTER = _RECORDS | {"type", "fun", "def"}
_WRAPPERS = frozenset(("newtype", "data"))
_OPENERS, _CLOSERS = frozenset("([{<"), frozenset(")]}>")
LIKELY = Pattern(
    rf"(?m)^[ \t]*+(?:{'|'.join(sorted(MODIFIERS | _RECORDS | _WRAPPERS))}|case|enum|typedef|type[ \t]+alias)[ \t]"
    rf"|^[ \t]*+type[ \t]++\w++[ \t]++(?:{'|'.join(sorted(_RECORDS))})[ \t]*+\{{"
    rf"|[{{,;]\s*+(?:{'|'.join(sorted(OF_FIELDS))})[ \t]"
    r"|^[ \t]*+(?:function|def)[ \t]++\w++\("
)
"""What a text looks like that has one."""
#: How many tokens one of them may have.
_LONGEST = 512


class Declarations:
    """The ``tokens`` of a file with such declarations, none of which parses, as they would be; ``problems`` are what is
    wrong with them.
    """

    def __init__(self, source: SourceFile, tokens: Tokens, tables: Tables) -> None:
        self.problems: list[Diagnostic] = []
        self._source = source
        self._before = tokens
        self._tables = tables
        self._kind = tables.kind
        self._literals = tables.literals
        # By token: what stands in its place, and before it, as kind and text.
        self._instead: dict[int, list[tuple[int, str]]] = {}
        self._added: dict[int, list[tuple[int, str]]] = {}
        self._edits: list[Edit] = []
        # Where the parameters of such types stand in brackets of other languages, which are told with them.
        self.parameters: list[int] = []
        words = zip(tokens.texts, tokens.texts[1:], strict=False)
        self._declared = frozenset(name for word, name in words if word in _AFTER)
        self._find()
        self.tokens = self._written() if self.problems else tokens

    def _find(self) -> None:
        kinds, texts, gaps = self._before.kinds, self._before.texts, self._before.gaps
        keywords = (self._kind["TYPE"], self._kind["FUN"], self._kind["DEF"])
        last = len(kinds) - 3
        for at in range(last):
            if at and not _is_new_line(gaps[at]):
                continue
            head = at
            while head < last and (texts[head] in MODIFIERS or _stands_before(texts, head)):
                head += 1
                if _is_new_line(gaps[head]):
                    break
            if head == last or (head > at and _is_new_line(gaps[head])):
                continue
            if kinds[head] in keywords and head > at:
                self._modifier(at, head)
            elif kinds[head] == self._kind["TYPE"] and texts[at + 1] == "alias":
                self._alias(at + 1)
            elif texts[at] in ("function", "def") and texts[at + 2] == "(":
                self._function(at)
            elif kinds[at] == self._kind["TYPE"] and texts[at + 2] in _RECORDS and texts[at + 3] == "{":
                self._go_record(at)
            elif texts[at] == "typedef":
                self._typedef(at)
            elif kinds[head + 1] == self._kind["UNAME"]:
                self._type(at, head)

        self._of_fields()

    def _type(self, at: int, head: int) -> None:
        texts, opening = self._before.texts, head + 2
        if texts[opening] == "<":
            opening = self._closing(opening) + 1
        told, start = len(self.problems), self._before.starts
        self._edits = [Edit(self._source.span(start[at], start[head]), "")] if head > at else []
        if texts[head] in _RECORDS and texts[opening] in ("{", "("):
            self._record(head, opening)
        elif texts[head] == "enum" and texts[head + 2] == "{":
            self._enumeration(head, head + 2)
        elif texts[head] in _WRAPPERS:
            derives = self._without_deriving(head)
            self._wrapper(head)
            if derives and len(self.problems) == told:
                self._write(head, self._kind["TYPE"], "type")
                self._tell_keyword(head, f"type {texts[head + 1]} = …")
        if texts[head] == "class" and len(self.problems) == told and texts[opening] in (":", "("):
            self._python_class(at, head)
        self._edits = []
        if len(self.problems) > told:
            self._instead |= {each: [] for each in range(at, head)}
            self.parameters += [start[head + 2]] if texts[head + 2] == "<" else []

    def _span(self, first: int, last: int | None = None) -> Span:
        return self._source.span(self._before.starts[first], self._before.ends[first if last is None else last])

    def _tell(self, code: Code, at: int, title: str, label: str, what: str) -> None:
        fix = Fix(what, tuple(self._edits), Applicability.MAYBE_INCORRECT)
        self.problems.append(code.at(self._span(at), title, label, fixes=(fix,)))
        self._edits = []

    def _tell_keyword(self, at: int, written: str) -> None:
        title = f"No declaration starts with {shown(self._before.texts[at])}"
        self._tell(codes.NO_DECLARATION, at, title, "did you mean `type`?", f"Write `{written}`")

    # --- the forms

    def _of_fields(self) -> None:
        """``{ readonly id : Integer, readonly name : Text }``: one habit, told where it shows first."""
        texts = self._before.texts
        found = [
            at
            for at in range(1, len(texts) - 3)
            if texts[at] in OF_FIELDS and texts[at - 1] in ("{", ",", ";") and texts[at + 2] == ":"
            if at not in self._instead
        ]
        if found:
            for at in found:
                self._without(at)
            word = shown(texts[found[0]])
            self._tell(codes.UNEXPECTED, found[0], f"A field is its name and its type: no {word}", "", f"Remove {word}")

    def _modifier(self, at: int, behind: int) -> None:
        for each in range(at, behind):
            self._instead[each] = []
        start = self._before.starts
        self._edits.append(Edit(self._source.span(start[at], start[behind]), ""))
        title = f"No declaration starts with {shown(self._before.texts[at])}"
        what = f"Remove {shown(self._source.text[start[at] : self._before.ends[behind - 1]])}"
        self._tell(codes.NO_DECLARATION, at, title, "a module exports all that it declares", what)

    def _alias(self, at: int) -> None:
        if self._before.kinds[at + 1] != self._kind["UNAME"]:
            return
        self._without(at)
        self._tell(codes.UNEXPECTED, at, "A `type` is declared without `alias`", "", "Remove `alias`")

    def _function(self, at: int) -> None:
        """``function f(x: Text): Integer``, ``def f(x: Text) -> Integer``: a type, and no body."""
        texts, literals, closing = self._before.texts, self._literals, self._closing(at + 2)
        end = sign = closing + 1
        while texts[end] and not _is_new_line(self._before.gaps[end]) and end < closing + _LONGEST:
            end += 1
        types = list(self._types_of_arguments(at + 3, closing)) if closing > 0 else [(0, 0)]
        signs = ("->",) if texts[at] == "def" else (":", "->")  # what is behind the `:` of a `def` may be its body
        plain = texts[sign] in signs and end > sign + 1 and not {"=", "{", ";", ":"} & {*texts[sign + 1 : end]}
        if not plain or texts[end - 1] == ":" or any(start >= stop for start, stop in types):
            return
        word = texts[at]
        self._write(at, self._kind["FUN"], "fun")
        taken = [self._source.text[self._before.starts[start] : self._before.ends[stop - 1]] for start, stop in types]
        single = len(types) == 1
        written = (taken[0] if single else f"({', '.join(taken)})") if types else "Void"
        self._instead |= {each: [] for each in range(at + 3, sign)}
        for start, stop in types:
            for each in range(start, stop):
                del self._instead[each]
            if stop < closing:
                self._instead[stop] = [(literals[","], ",")]
        self._instead[at + 2] = [(literals[":"], ":"), *([] if single or not types else [(literals["("], "(")])]
        if not types:
            self._instead[at + 2].append((self._kind["UNAME"], "Void"))
        self._instead[sign] = [*([] if single or not types else [(literals[")"], ")")]), (literals["->"], "->")]
        self._edits.append(Edit(self._span(at + 2, sign), f" : {written} ->"))
        title = f"No declaration starts with {shown(word)}" if word != "def" else "A `def` has a body, a `fun` none"
        gives = self._source.text[self._before.starts[sign + 1] : self._before.ends[end - 1]]
        what = fitting(f"Write `fun {texts[at + 1]} : {written} -> {gives}`", "Write a `fun` with its type")
        self._tell(codes.NO_DECLARATION, at, title, "did you mean `fun`?", what)

    def _types_of_arguments(self, first: int, closing: int) -> Iterator[tuple[int, int]]:
        """Where the types of ``x : A, y : B`` stand; an empty place for what is no such argument."""
        texts, at = self._before.texts, first
        while at < closing:
            start = at + 2 if texts[at + 1] == ":" and texts[at].isidentifier() else closing
            at, depth = start, 0
            while at < closing and (depth or texts[at] != ","):
                depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)
                at += 1
            yield (closing if {"=", "?"} & {*texts[start:at]} else start), at
            at += 1

    def _record(self, at: int, opening: int) -> None:
        closing = self._closing(opening)
        found = fields(self._before, opening, closing) if closing > 0 else None
        if found is None:
            return
        self._write(at, self._kind["TYPE"], "type")
        bracket = self._before.texts[opening] == "("
        self._write(opening, self._literals["{"], "{ " if bracket else "{", before=" = " if bracket else "= ")
        self._added[opening] = [(self._literals["="], "=")]
        self._write(closing, self._literals["}"], " }" if bracket else "}")
        self._fields(found)
        self._tell_keyword(at, f"type {self._before.texts[at + 1]} = {{ … }}")

    def _go_record(self, at: int) -> None:
        """``type P struct { … }``."""
        closing = self._closing(at + 3)
        found = fields(self._before, at + 3, closing) if closing > 0 else None
        if found:
            self._write(at + 2, self._literals["="], "=")
            self._fields(found)
            word = shown(self._before.texts[at + 2])
            title = f"What a `type` is follows a `=`, without {word}"
            self._tell(codes.UNEXPECTED, at + 2, title, "", f"Write `type {self._before.texts[at + 1]} = {{ … }}`")

    def _fields(self, found: list[Field]) -> None:
        """Write fields as they are here, with a `,` between them."""
        for number, field in enumerate(found):
            self._field(field)
            sign = self._before.texts[field.until]
            end = self._before.ends[field.until - 1]
            if sign == ";":
                self._write(field.until, self._literals[","], ",")
            elif sign != "," and number < len(found) - 1:
                self._added[field.until] = [(self._literals[","], ",")]
                self._edits.append(Edit(self._source.span(end, end), ","))

    def _field(self, field: Field) -> None:
        before, kind = self._before, self._kind
        written = type_written(before.texts[field.type : field.end], self._declared)
        name, starts, ends = before.texts[field.name], before.starts, before.ends
        self._instead |= {each: [] for each in (*range(field.first, field.name), *range(field.end, field.until))}
        if not field.plain:
            self._instead |= {each: [] for each in range(field.first, field.until)}
            text = f"{name} : {written}"
            self._instead[field.first] = self._tokens_of(text)
            self._edits.append(Edit(self._source.span(starts[field.first], ends[field.until - 1]), text))
            return
        if field.name > field.first:
            self._edits.append(Edit(self._source.span(starts[field.first], starts[field.name]), ""))
        if field.until > field.end:
            self._edits.append(Edit(self._source.span(ends[field.end - 1], ends[field.until - 1]), ""))
        if field.optional:
            self._instead[field.type - 1] = [(self._literals[":"], ":"), (kind["OPTIONAL"], "optional")]
            self._instead[field.type - 2] = []
            between = self._source.span(ends[field.name], starts[field.type])
            text = written or self._source.text[starts[field.type] : ends[field.end - 1]]
            bare = text.removeprefix("optional ")
            brackets = " " in bare and bare[0] not in "([{"
            self._edits.append(Edit(between, ": optional " + ("(" if brackets else "")))
            written = (f"{bare})" if brackets else bare) if written else None
            if written and brackets:
                self._instead[field.type - 1].append((self._literals["("], "("))
        self._retype(field.type, field.end, written)

    def _retype(self, first: int, until: int, written: str | None) -> None:
        """Write a type as it is here, where that is known and not as it stands."""
        found = self._tokens_of(written) if written else []
        if found and [text for _, text in found] != self._before.texts[first:until]:
            self._instead |= {each: [] for each in range(first, until)}
            self._instead[first] = found
            self._edits.append(Edit(self._span(first, until - 1), written or ""))

    def _tokens_of(self, text: str) -> list[tuple[int, str]]:
        tokens = scan(text, self._tables)
        return list(zip(tokens.kinds, tokens.texts, strict=True))[:-1]

    def _typedef(self, at: int) -> None:
        """``typedef Integer Id;``, ``typedef struct { id : Integer; } Order;``."""
        texts = self._before.texts
        first = at + 1 + (texts[at + 1] == "struct")
        end = (self._closing(first) if texts[first] in _OPENERS else first) + 1
        ends = end < len(texts) - 1 and (texts[end + 1] in (";", "") or _is_new_line(self._before.gaps[end + 1]))
        if end <= first or self._before.kinds[end] != self._kind["UNAME"] or not ends:
            return
        name = texts[end]
        meant = [(self._kind["TYPE"], "type"), (self._kind["UNAME"], name), (self._literals["="], "=")]
        self._instead |= {each: [] for each in (*range(at + 1, first), end)}
        self._instead[at] = meant
        self._edits = [
            Edit(self._source.span(self._before.starts[at], self._before.ends[first - 1]), f"type {name} ="),
            Edit(self._source.span(self._before.ends[end - 1], self._before.ends[end]), ""),
        ]
        if texts[first] == "{":
            self._separate(first, end - 1, ",")
        self._tell_keyword(at, f"type {name} = …")

    def _without_deriving(self, at: int) -> bool:
        """Takes out what ``data X = A | B deriving (Show, Eq)`` ends with; whether there is that."""
        texts = self._before.texts
        stop = min(at + _LONGEST, len(texts) - 2)
        found = next((each for each in range(at + 3, stop) if texts[each] == "deriving"), 0)
        between = self._before.kinds[at + 1 : found]
        if not found or not {self._kind["TYPE"], self._kind["FUN"], self._kind["DEF"]}.isdisjoint(between):
            return False
        end = self._closing(found + 1) if texts[found + 1] == "(" else found + 1
        self._instead |= {each: [] for each in range(found, end + 1)}
        self._edits.append(Edit(self._source.span(self._before.ends[found - 1], self._before.ends[end]), ""))
        return True

    def _python_class(self, at: int, head: int) -> None:
        """``class Order:`` with a line for each field below."""
        texts, gaps, literals = self._before.texts, self._before.gaps, self._literals
        colon = self._closing(head + 2) + 1 if texts[head + 2] == "(" else head + 2
        fields = list(self._python_fields(head, colon)) if texts[colon] == ":" else []
        if not fields or not _is_new_line(gaps[colon + 1]):
            return
        sign = self._decorator(at)
        self._instead |= {each: [] for each in range(sign, at)}
        self._edits.append(Edit(self._source.span(self._before.starts[sign], self._before.starts[at]), ""))
        self._write(head, self._kind["TYPE"], "type")
        self._instead |= {each: [] for each in range(head + 2, colon)}
        self._instead[colon] = [(literals["="], "="), (literals["{"], "{")]
        opened = self._source.span(self._before.ends[head + 1], self._before.ends[colon])
        self._edits.append(Edit(opened, " = {"))
        for first, until in fields:
            end = next((each for each in range(first, until) if texts[each] == "="), until)
            self._instead |= {each: [] for each in range(end, until)}
            self._retype(first + 2, end, type_written(texts[first + 2 : end], self._declared))
            last = (first, until) == fields[-1]
            self._added[until] = [(literals["}" if last else ","], "}" if last else ",")]
            behind = self._source.span(self._before.ends[end - 1], self._before.ends[until - 1])
            self._edits.append(Edit(behind, "\n}" if last else ","))
        self._tell_keyword(head, f"type {texts[head + 1]} = {{ … }}")

    def _decorator(self, at: int) -> int:
        """Where the ``@dataclass(frozen=True)`` above a class begins; the class itself where there is none."""
        texts, first = self._before.texts, at - 1
        if first > 0 and texts[first] == ")":
            first = next((each for each in range(first, max(at - _LONGEST, 0), -1) if texts[each] == "("), 0) - 1
        return first - 1 if first > 0 and texts[first] == "dataclass" and texts[first - 1] == "@" else at

    def _python_fields(self, head: int, colon: int) -> Iterator[tuple[int, int]]:
        """Where the fields of a class start and end; none where more than fields stands there."""
        texts, gaps, at = self._before.texts, self._before.gaps, colon + 1
        indent = _column(gaps[at])
        found: list[tuple[int, int]] = []
        while _column(gaps[at]) == indent > _column(gaps[head]) and texts[at]:
            if texts[at + 1] != ":" or not texts[at].isidentifier():
                return
            first, at = at, at + 2
            while texts[at] and not _is_new_line(gaps[at]) and at < first + _LONGEST:
                at += 1
            found.append((first, at))
        yield from found

    def _enumeration(self, at: int, opening: int) -> None:
        closing, kind = self._closing(opening), self._kind
        inside = range(opening + 1, max(closing, opening + 1))
        names = [each for each in inside if self._before.kinds[each] in (kind["UNAME"], kind["LNAME"])]
        others = {self._before.texts[each] for each in inside if each not in names}
        if len(names) < 2 or not others <= {",", ";", "|"}:
            return
        self._write(at, kind["TYPE"], "type")
        self._write(opening, self._literals["="], "=")
        for each in names:
            text = self._before.texts[each]
            self._write(each, kind["UNAME"], text[0].upper() + text[1:])
        for each in inside:
            if each not in names:
                last = each == closing - 1
                self._write(each, self._literals["|"], "" if last else " |")
                self._instead[each] = [] if last else [(self._literals["|"], "|")]
        self._instead[closing] = []
        self._edits.append(Edit(self._source.span(self._before.ends[closing - 1], self._before.ends[closing]), ""))
        self._tell_keyword(at, f"type {self._before.texts[at + 1]} = {self._before.texts[names[0]]} | …")

    def _wrapper(self, at: int) -> None:
        """``newtype Id = Id Integer``, ``data Order = Order { id :: Integer }``."""
        kinds, texts = self._before.kinds, self._before.texts
        sign = at + 2
        while kinds[sign] == self._kind["LNAME"]:
            sign += 1
        first = sign + 2
        if texts[sign] != "=" or kinds[sign + 1] != self._kind["UNAME"] or texts[first] in ("|", "", ".", ";"):
            return
        end = self._closing(first) + 1 if texts[first] in _OPENERS else first + 1
        if end <= first or texts[end] in ("|", "."):
            return
        if "\n" in self._before.gaps[first] or kinds[first] in (
            self._kind["TYPE"],
            self._kind["FUN"],
            self._kind["DEF"],
        ):
            return
        self._write(at, self._kind["TYPE"], "type")
        self._instead[sign + 1] = []
        self._edits.append(Edit(self._source.span(self._before.starts[sign + 1], self._before.starts[first]), ""))
        for each in range(first, end - 1):
            if texts[each] == texts[each + 1] == ":":
                self._instead[each + 1] = []
                self._edits.append(Edit(self._span(each + 1), ""))
        self._tell_keyword(at, f"type {texts[at + 1]} = …")

    # --- tokens

    def _closing(self, opening: int) -> int:
        depth = 0
        for at in range(opening, min(opening + _LONGEST, len(self._before.texts))):
            text = self._before.texts[at]
            depth += (text in _OPENERS) - (text in _CLOSERS)
            if depth == 0:
                return at
        return -1

    def _separate(self, opening: int, closing: int, sign: str) -> None:
        """Write one sign between the fields, whatever other languages have there."""
        texts, depth = self._before.texts, 0
        for at in range(opening + 1, closing):
            if depth == 0 and texts[at] == ";":
                self._write(at, self._literals[sign], sign)
            if depth == 0 and texts[at] in OF_FIELDS and texts[at + 2] == ":":
                self._without(at)
            begins = depth == 0 and "\n" in self._before.gaps[at] and texts[at + 1] in (":", "?")
            if begins and at > opening + 1 and texts[at - 1] not in (",", ";"):
                self._added[at] = [(self._literals[sign], sign)]
                end = self._before.ends[at - 1]
                self._edits.append(Edit(self._source.span(end, end), sign))
            depth += (texts[at] in _OPENERS) - (texts[at] in _CLOSERS)

    def _without(self, at: int) -> None:
        self._instead[at] = []
        self._edits.append(Edit(self._source.span(self._before.starts[at], self._before.starts[at + 1]), ""))

    def _write(self, at: int, kind: int, text: str, before: str = "") -> None:
        self._instead[at] = [(kind, text.strip())]
        if before or self._before.texts[at] != text:
            self._edits.append(Edit(self._span(at), before + text))

    def _written(self) -> Tokens:
        before, tokens = self._before, Tokens()
        tokens.unclosed, tokens.open_comments = before.unclosed, before.open_comments
        for at, text in enumerate(before.texts):
            start, end, gap = before.starts[at], before.ends[at], before.gaps[at]
            for kind, added in self._added.get(at, ()):
                tokens.put(kind, added, start, start, gap)
                gap = ""
            for kind, written in self._instead.get(at, [(before.kinds[at], text)]):
                tokens.put(kind, written, start, end, gap)
                gap = ""
        return tokens


def _stands_before(texts: list[str], at: int) -> bool:
    return texts[at] in _BEFORE and texts[at + 1] in _AFTER


def _column(gap: str) -> int:
    return len(gap) - 1 - max(gap.rfind("\n"), gap.rfind("\r"))


def _is_new_line(gap: str) -> bool:
    return "\n" in gap or "\r" in gap
