"""Configuration files in YAML, read against what is expected of them."""

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from nscompiler.diagnostics.codes import project as codes
from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Applicability, Diagnostic, Edit, Fix, Label, Role
from nscompiler.diagnostics.suggest import did_you_mean, near
from nscompiler.files import Files
from nscompiler.modules.reading import read_source
from nscompiler.modules.wording import titled
from nscompiler.modules.yaml import Mapping, Scalar, Sequence, YamlNode, describe, parse_yaml
from nscompiler.source import SourceFile, Span

T = TypeVar("T")


@attrs.frozen(slots=True)
class Located(Generic[T]):
    """A value and where it is written."""

    value: T
    span: Span


@attrs.frozen(slots=True)
class Refused:
    """A key with a problem of its own, made of the key and its value."""

    key: str
    problem: Callable[[Scalar, YamlNode], Diagnostic]


class ConfigReader:
    """One YAML file, read against what is expected of it; what does not fit goes to ``problems``."""

    def __init__(self, path: str, files: Files) -> None:
        self.problems: list[Diagnostic] = []
        self._path = path
        read = read_source(path, files)
        if isinstance(read, Diagnostic):
            self.problems.append(read)
            read = SourceFile(path, "")
        self.source = read

    def root(self) -> Mapping | None:
        """The document, which has to be a mapping; an empty one is an empty mapping."""
        if self.problems:
            return None
        node = parse_yaml(self.source) if self.source.text.strip() else None
        if isinstance(node, Diagnostic):
            self.problems.append(node)
            return None
        if node is None or (isinstance(node, Scalar) and node.kind == "nothing"):
            return Mapping(self.source.span(0, 0), ())
        if not isinstance(node, Mapping):
            self.wrong_kind(node, "the file", "a mapping of keys to values")
            return None
        return node

    def keys(
        self, mapping: Mapping, known: tuple[str, ...] | None, refused: "Refused | None" = None
    ) -> dict[str, YamlNode]:
        """The values of a mapping by key, the first of each; keys that mean nothing or come twice are reported.

        Where ``known`` is None any key means something.
        """
        values: dict[str, YamlNode] = {}
        first: dict[str, Span] = {}
        for key, value in mapping.entries:
            if not isinstance(key, Scalar):
                self.wrong_kind(key, "a key", "text")
            elif key.text in first:
                self._duplicate(key, first[key.text])
            else:
                first[key.text] = key.span
                if refused is not None and refused.key == key.text:
                    self.problems.append(refused.problem(key, value))
                elif known is None or key.text in known:
                    values[key.text] = value
                else:
                    self._unknown(key, known)
        return values

    def key_span(self, mapping: Mapping, name: str) -> Span | None:
        """The place of a key."""
        spans = (key.span for key, _ in mapping.entries if isinstance(key, Scalar) and key.text == name)
        return next(spans, None)

    def texts(self, values: dict[str, YamlNode], key: str) -> tuple[Located[str], ...]:
        """A list of text; empty where the key is missing or has nothing after it."""
        node = values.get(key)
        if node is None or (isinstance(node, Scalar) and node.kind == "nothing"):
            return ()
        if not isinstance(node, Sequence):
            fix = _bracketed(node) if isinstance(node, Scalar) else ()
            self.wrong_kind(node, f"`{key}`", "a list", fix)
            return ()
        return tuple(found for found in (self._text(item, f"`{key}`") for item in node.items) if found is not None)

    def _text(self, node: YamlNode, where: str) -> Located[str] | None:
        if isinstance(node, Scalar) and node.kind == "text":
            return Located(node.text, node.span)
        fix = _quoted(node) if isinstance(node, Scalar) and node.kind != "nothing" else ()
        self.wrong_kind(node, f"an item of {where}", "text", fix)
        return None

    def wrong_kind(self, node: YamlNode, what: str, wanted: str, fixes: tuple[Fix, ...] = ()) -> None:
        """Report that a value is not what its place takes."""
        found = describe(node)
        if isinstance(node, Scalar) and node.kind == "number" and "number" in wanted:
            found = node.text
        title = titled(f"{what} has to be {wanted}, not {{}}", found)
        self.problems.append(codes.WRONG_KIND.at(node.span, title, fixes=fixes, expected=wanted, found=found))

    def report(self, code: Code, node: YamlNode, title: str, label: str = "", fixes: tuple[Fix, ...] = ()) -> None:
        """Report a fault of a value."""
        self.problems.append(code.at(node.span, title, label, fixes=fixes))

    def _duplicate(self, key: Scalar, first: Span) -> None:
        related = (Label(first, "first given here", Role.DECLARATION),)
        self.problems.append(
            codes.DUPLICATE_KEY.at(key.span, titled("the key `{}` is given twice", key.text), related=related)
        )

    def _unknown(self, key: Scalar, known: tuple[str, ...]) -> None:
        names = near(key.text, known)
        note = did_you_mean(names)
        notes = (note,) if note is not None else (f"known keys: {', '.join(known)}",)
        fixes = instead(key.span, names)
        title = titled("the key `{}` means nothing here", key.text)
        self.problems.append(codes.UNKNOWN_KEY.at(key.span, title, notes=notes, fixes=fixes))


def instead(span: Span, names: tuple[str, ...]) -> tuple[Fix, ...]:
    """The best of some near names, written where the wrong one stands."""
    return tuple(Fix(f"write `{name}`", (Edit(span, name),), Applicability.MAYBE_INCORRECT) for name in names[:1])


def _bracketed(node: Scalar) -> tuple[Fix, ...]:
    path, start, end = node.span.path, node.span.start, node.span.end
    edits = (Edit(Span(path, start, start), "["), Edit(Span(path, end, end), "]"))
    return (Fix("make it a list", edits, Applicability.MAYBE_INCORRECT),)


def _quoted(node: Scalar) -> tuple[Fix, ...]:
    return (Fix("put it in quotes", (Edit(node.span, f'"{node.text}"'),), Applicability.MACHINE_APPLICABLE),)
