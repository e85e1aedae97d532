"""Levels of warnings and hints, as a project sets them."""

import pytest

from nscompiler.pipeline.checks import check_texts

MAIN = "module Main:0.1.0\nimport Words:0.1.0 as W\ndef w = sources.stdin | Sinks.log\n"
WORDS = "module Words:0.1.0\nfun count : Text -> Integer\n"


def problems(lints: str, paths: tuple[str, ...] = ("p",), main: str = MAIN) -> list[tuple[str, str]]:
    files = {
        "p/nstack-project.yaml": f"modules: [main, words]\n{lints}",
        "p/main/module.nml": main,
        "p/words/module.nml": WORDS,
    }
    return [(one.code.name, one.severity.value) for one in check_texts(files, paths).diagnostics]


def test_without_a_word_the_levels_of_the_catalogue_hold():
    assert problems("") == [("unused-import", "warning"), ("lowercase-standard", "hint")]
    assert problems("lints:\n") == problems("")


@pytest.mark.parametrize("name", ["unused-import", "NS0901", "ns0901"])
@pytest.mark.parametrize("level", ["hint", "warning", "error"])
def test_a_level_is_set_by_name_or_code(name, level):
    assert problems(f"lints:\n  {name}: {level}\n") == [("unused-import", level), ("lowercase-standard", "hint")]


def test_off_is_off():
    assert problems("lints: {unused-import: off, NS0421: Off}\n") == []


def test_the_levels_hold_for_one_module_of_the_project_too():
    lints = "lints:\n  unused-import: error\n  lowercase-standard: off\n"
    assert problems(lints, ("p/main",)) == [("unused-import", "error")]
    assert problems(lints, ("p/main/module.nml",)) == [("unused-import", "error")]


def test_what_is_raised_to_an_error_fails_the_check_and_may_be_ignored():
    files = {
        "p/nstack-project.yaml": "modules: [main]\nlints: {lowercase-standard: error}\n",
        "p/main/module.nml": "module Main:0.1.0\ndef w = sources.stdin | Sinks.log\n",
    }
    assert check_texts(files, ["p"]).compilation.has_errors
    ignored = files["p/main/module.nml"].replace("Sinks.log", "Sinks.log // nsc: ignore[NS0421]")
    assert check_texts({**files, "p/main/module.nml": ignored}, ["p"]).diagnostics == ()


def test_an_unused_ignore_can_be_turned_off():
    main = "module Main:0.1.0\ndef w = Sources.stdin // nsc: ignore[NS0421]\n"
    assert problems("", main=main) == [("unused-ignore", "warning")]
    assert problems("lints: {unused-ignore: off}\n", main=main) == []


@pytest.mark.parametrize("lints", ["lints: {NS0301: off}\n", "lints: {type-mismatch: warning}\n"])
def test_an_error_stays_one(lints):
    main = "module Main:0.1.0\nfun f : Text -> Integer\ndef w = f | f\n"
    assert problems(lints, main=main) == [("type-mismatch", "error"), ("lint-level", "warning")]


@pytest.mark.parametrize(
    ("lints", "expected"),
    [
        ("lints: {unused-imports: off}\n", "lint-level"),
        ("lints: {}\nlint: {}\n", "unknown-key"),
        ("lints: {unused-import: loud}\n", "wrong-kind"),
        ("lints: {unused-import: [off]}\n", "wrong-kind"),
        ("lints: [unused-import]\n", "wrong-kind"),
        ("lints: {unused-import: off, unused-import: hint}\n", "duplicate-key"),
    ],
)
def test_what_is_wrong_with_the_project_file(lints, expected):
    assert expected in [name for name, _ in problems(lints, main=MAIN.replace("import Words:0.1.0 as W\n", ""))]


def test_a_slip_in_a_name_is_told_with_the_near_one():
    files = {"p/nstack-project.yaml": "modules: [m]\nlints: {unused-imports: off}\n", "p/m/module.nml": WORDS}
    (one,) = check_texts(files, ["p"]).diagnostics
    assert [fix.edits[0].text for fix in one.fixes] == ["unused-import"]


@pytest.mark.parametrize(
    ("level", "meant"),
    [
        ("warnings", ["warning"]),
        ("warn", ["warning"]),
        ("err", ["error"]),
        ("errors", ["error"]),
        ("of", ["off"]),
        ("no", ["off"]),
        ("false", ["off"]),
        ("info", ["hint"]),
        ("loud", []),
    ],
)
def test_a_level_that_is_none_is_told_with_those_that_there_are(level, meant):
    files = {"p/nstack-project.yaml": f"modules: [m]\nlints: {{unused-import: {level}}}\n", "p/m/module.nml": WORDS}
    (one,) = check_texts(files, ["p"]).diagnostics
    assert (one.code.name, one.title) == ("wrong-kind", f"`{level}` is no level: it is off, hint, warning or error")
    assert [fix.edits[0].text for fix in one.fixes] == meant
    assert one.primary.text == "".join(f"did you mean `{name}`?" for name in meant)


def test_a_level_that_is_left_out_is_told_at_its_name():
    project = "modules: [main]\nlints:\n  unused-import:\n\n"
    files = {"p/nstack-project.yaml": project, "p/main/module.nml": "module Main:0.1.0\n"}
    (one,) = check_texts(files, ("p",)).diagnostics
    assert one.title == "the level of `unused-import` has to be off, hint, warning or error, not nothing"
    assert project[one.primary.span.start : one.primary.span.end] == "unused-import"
