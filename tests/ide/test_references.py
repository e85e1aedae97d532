"""Every place that names the same thing."""

import re
from pathlib import Path

import pytest
from marked import SHOP, place, shop, shown

from nscompiler.ide.references import highlights, references
from nscompiler.tools.workspace import Workspace


def named(texts: dict[str, str], *, declaration: bool = True, python: bool = False) -> list[str]:
    state, path, offset = place(texts)
    found = references(state, path, offset, declaration=declaration, python=python)
    return [shown(state, one.span) for one in found]


@pytest.mark.parametrize(
    ("path", "piece", "places"),
    [
        (
            "types/module.nml",
            "type It‸em",
            [
                *["clean/module.nml:7 Item"] * 2,
                *["clean/module.nml:14 Item"] * 2,
                "flow/module.nml:6 Item",
                "types/module.nml:5 Item",
                "types/module.nml:11 Item",
            ],
        ),
        (
            "clean/module.nml",
            "fun cle‸an",
            ["clean/module.nml:7 clean", "clean/module.nml:15 clean", "flow/module.nml:7 clean"],
        ),
        ("clean/module.nml", "mod‸e :", ["clean/module.nml:10 mode", "flow/module.nml:7 mode"]),
        ("flow/module.nml", "as C‸", ["flow/module.nml:4 C", "flow/module.nml:6 C", "flow/module.nml:7 C"]),
        (
            "types/module.nml",
            "module Shop.Typ‸es",
            [
                "clean/module.nml:3 Shop.Types:0.1.0",
                "flow/module.nml:3 Shop.Types:0.1.0",
                "types/module.nml:2 Shop.Types:0.1.0",
            ],
        ),
        ("clean/module.nml", "tag : Text | r‸ }", ["clean/module.nml:12 r", "clean/module.nml:12 r"]),
        ("flow/module.nml", "Sinks.lo‸g", ["Sinks.nml:5 log", "flow/module.nml:6 log"]),
        # a field is one with the fields that its values become
        ("types/module.nml", "id‸ : Integer", ["clean/module.nml:12 id", "types/module.nml:7 id"]),
        ("types/module.nml", "Go‸ne", ["types/module.nml:11 Gone"]),
        ("types/module.nml", "Click Te‸xt", ["clean/module.nml:12 Text"] * 2 + ["types/module.nml:11 Text"]),
    ],
)  # fmt: skip
def test_the_places_that_name_something(path: str, piece: str, places: list[str]) -> None:
    found = named(shop(path, piece))
    assert [one.rpartition("/modules/")[2] for one in found if "Sources" not in one] == places


def test_without_the_declaration_and_with_python() -> None:
    texts = shop("clean/module.nml", "fun cle‸an")
    assert named(texts, declaration=False) == ["clean/module.nml:15 clean", "flow/module.nml:7 clean"]
    assert named(texts, declaration=False, python=True)[-2:] == ["clean/service.py:2 clean", "flow/module.nml:7 clean"]
    parameter = shop("clean/module.nml", "dig‸its :")
    assert "clean/service.py:3 digits" in named(parameter, python=True)


def test_another_module_of_the_same_names_is_not_meant() -> None:
    other = 'module Other:0.1.0\nfun clean : Text -> Text with { mode : Text }\ndef d = clean { mode = "x" }\n'
    texts = {**shop("clean/module.nml", "mod‸e :"), "other/module.nml": other}
    assert not any(one.startswith("other") for one in named(texts))


def test_a_binding_around_a_def_names_the_parameter_inside_it() -> None:
    texts = {
        **shop("clean/module.nml", "mod‸e :"),
        "top.nml": 'import Shop.Flow:0.1.0 as F\nF.rounded { mode = "up" }\n',
    }
    assert "top.nml:2 mode" in named(texts)


def test_in_broken_declarations_too() -> None:
    broken = SHOP["flow/module.nml"] + "\ndef torn = C.clean | (\ndef clean = \n"
    texts = {**shop("clean/module.nml", "fun cle‸an"), "flow/module.nml": broken}
    assert [one for one in named(texts) if one.startswith("flow")] == [
        "flow/module.nml:7 clean",
        "flow/module.nml:9 clean",
    ]


def test_highlights_tell_what_is_written() -> None:
    state, path, offset = place(shop("clean/module.nml", "digi‸ts ="))
    found = highlights(state, path, offset)
    assert [(shown(state, one.span), one.writes) for one in found] == [
        ("clean/module.nml:9 digits", True),
        ("clean/module.nml:15 digits", True),
    ]
    state, path, offset = place(shop("clean/module.nml", "= tw‸o"))
    assert [one.writes for one in highlights(state, path, offset)] == [False, True]


def test_after_edits_fields_are_what_a_new_program_finds(tmp_path: Path) -> None:
    types = "module T:0.1.0\n\ntype A = {{ name : Text, {more} : Integer }}\ntype B = {{ name : Text }}\n"
    uses = "module U:0.1.0\n\nimport T:0.1.0 as T\n\nfun a : Text -> T.A\nfun b : {b} -> Text\ndef both = {body}\n"
    texts = [
        ("t.nml", types.format(more="id")),
        ("u.nml", uses.format(b="T.B", body="a")),
        ("u.nml", uses.format(b="T.B", body="a | b")),
        ("t.nml", "// moved\n" + types.format(more="id")),
        ("u.nml", uses.format(b="{ id : Integer }", body="a | b")),
        ("t.nml", types.format(more="number")),
        ("u.nml", uses.format(b="{ number : Integer }", body="a | b")),
        ("u.nml", "module U:0.1.0\n"),
    ]
    kept = Workspace((str(tmp_path),))
    seen = set()
    for name, text in texts:
        kept.open(str(tmp_path / name), text)
        fresh = Workspace((str(tmp_path),))
        for path in kept.open_paths:
            fresh.open(path, kept.text(path) or "")
        for path in kept.open_paths:
            source = kept.text(path) or ""
            for match in re.finditer(r"\b(name|id|number) :", source):
                found = references(kept.state, path, match.start())
                assert found == references(fresh.state, path, match.start())
                seen.add((match[1], len(found)))
    assert {("name", 1), ("name", 2), ("id", 1), ("id", 2), ("number", 2)} <= seen
