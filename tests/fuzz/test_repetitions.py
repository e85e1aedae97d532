"""Texts of the largest size that say one thing over and over: what makes whatever looks around itself look far."""

from collections.abc import Callable

import pytest
from fuzz.oracle import LARGEST, examine, too_slow

PIECES = (
    *("'", '"\n', '"abc\n', "\u00a0a", "a! ", "a # b\n", "a b ", "1 ", "|", "a\n|\n|", "(", "a {x=", "a; | b "),
    *("import ", "import A:1.0.0\n", "import a\n", "import Sinks:9.9.9 as A\n", "improt A:1.0.0\n"),
    *("from Foo import bar\n", 'import X from "Demo:1.0.0"\n', "module A:1.0.0 { ", "module A:1.0.0 { } x "),
    *("def a = fet ch\n", "def w = A:1.0.0.f\n", "fun f : 'a -> 'a\n", "fun f : 'a 'a ", "modul e A:1.0.0\n", "F#f "),
    'Sources.http<Text> { path = "/a" } | #f | g\n',
    *("class X:\n  a : int\n", "typedef A B;\n", "fun f ; A -> B\n", "f [ n = 3 ]\n", "f n = 3 }\n", "a.\ndef b = "),
    "type a = A a | B\n",
    *("def a = b c\n", "tpye A = B\nfnu f : A -> B\n", "// nsc: ignore[NS0001]\n", "f { x = ", 'f { x = "a }\n'),
)
NUMBERED = (
    ("", "import A{n}:1.0.0\n"),
    ("", "import Sinks:9.9.9 as A{n}\n"),
    ("module A:1.0.0\n", "def a{n} = b\nimport A{n}:1.0.0\n"),
    ("", "import Sinks:1.0.0 as A{n}\ndef b{n} = B{n}.c\n"),
    ("", "import Sinks:1.0.0 as A{n}\ndef b{n} = A{n}.c\n"),
    ("module A:1.0.0\n", "type T{n} = {{ a : T{n}x }}\n"),
    ("module A:1.0.0\nfun f : Text -> Integer\ndef g = f", " | f"),
    ("import Http:1.0.0\nSinks.log {{ ", "a{n} = 1, "),
    ("", "def a{n} = Q.A{n}:1.0.0.f\n"),
    ("", "def a{n} = fet{n} ch{n}\n"),
    ("", "de f a{n} = b{n} ( c{n} = 3 }}\n"),
    ("def a = b // nsc: ignore[NS0901", ", unused{n}"),
)


def _numbered(head: str, piece: str) -> str:
    texts, length = [head.format(n=0)], 0
    while length < LARGEST:
        texts.append(piece.format(n=len(texts)))
        length += len(texts[-1])
    return "".join(texts)[:LARGEST]


# The soak test has all of them.
@pytest.mark.thorough
@pytest.mark.parametrize("piece", PIECES[::3])
def test_one_piece_over_and_over_is_checked_in_time(piece: str) -> None:
    examined = examine((piece * LARGEST)[:LARGEST])
    assert not too_slow(examined), examined.seconds


@pytest.mark.thorough
@pytest.mark.parametrize(("head", "piece"), NUMBERED[::2])
def test_one_line_with_ever_other_names_is_checked_in_time(head: str, piece: str) -> None:
    examined = examine(_numbered(head, piece))
    assert not too_slow(examined), examined.seconds


@pytest.mark.soak
def test_all_repetitions_are_checked_in_time(record_property: Callable[[str, object], None]) -> None:
    texts = [*((piece * LARGEST)[:LARGEST] for piece in PIECES), *(_numbered(*one) for one in NUMBERED)]
    slow = {text[:60]: examined.seconds for text in texts if too_slow(examined := examine(text))}
    record_property("texts", len(texts))
    assert not slow


def test_modules_in_the_braces_of_others_are_read_however_many() -> None:
    assert examine("module A:1.0.0 { " * 1500).errors >= 1


def test_an_alias_is_found_however_many_are_taken() -> None:
    taken = "".join(f"import Sinks:1.0.0 as A{n}\n" for n in range(1100))
    assert examine(f"{taken}import Sinks:1.0.0 as A\nimport Sinks:1.0.0 as A\nSources.stdin | A.stdout\n").errors >= 1
