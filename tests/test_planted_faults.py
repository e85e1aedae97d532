"""Every situation in which the messages must be excellent, several times: see ``planted.py`` for the documents."""

import re
from functools import cache

import attrs
import planted
import pytest
from kept import Golden
from planted import KINDS, MAIN, Planted

from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.pipeline.checks import check_texts

FAULTS = tuple(fault for document in planted.documents() for fault in planted.faults(document))
EACH = pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])


NAMED = {fault.name: fault for fault in FAULTS}


@cache
def found_in(name: str) -> tuple[Diagnostic, ...]:
    """What is found in a program, which several tests look at."""
    return NAMED[name].found()


def only(fault: Planted) -> Diagnostic:
    found = found_in(fault.name)
    assert len(found) == 1, [f"{one.code.name}: {one.title}" for one in found]
    return found[0]


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@EACH
def test_one_fault_is_one_report_in_its_place(fault: Planted) -> None:
    found = only(fault)
    assert found.code.name == fault.code
    span = found.primary.span
    assert (span.path, span.start, span.end) == fault.primary, fault.files[span.path][span.start : span.end]


@EACH
def test_the_other_side_is_shown(fault: Planted) -> None:
    spans = [label.span for label in only(fault).related if label.span.path in fault.files]
    assert {(span.path, span.start, span.end) for span in spans} == fault.related, [
        (span.path, fault.files[span.path][span.start : span.end]) for span in spans
    ]


@EACH
def test_it_is_told_in_the_words_of_the_program(fault: Planted) -> None:
    found = only(fault)
    assert len(found.title) <= 80
    types = [found.expected or "", found.found or "", *(hop.type for hop in found.flow)]
    told = [found.title, found.primary.text, *(label.text for label in found.related)]
    written = {word for text in fault.files.values() for word in re.findall(r"\w+", text)}
    for text in (*types, *told):
        # Variables have one letter; those of the program are its author's.
        letters = set(re.findall(r"(?<![\w'\"])[a-z]\d?(?![\w'*\"])", text)) - {"a"} - written
        assert not letters, text
    assert not any(re.search(r"(?<!\w)a(?!\w)", text) for text in types)


@EACH
def test_the_fixes_are_those_expected(fault: Planted) -> None:
    titles = [fix.title for fix in only(fault).fixes]
    assert len(titles) <= 3
    assert len(titles) == len(fault.fixes), titles
    assert all(re.fullmatch(KINDS[kind], title) for kind, title in zip(fault.fixes, titles, strict=True)), titles


@EACH
def test_each_fix_mends_the_program(fault: Planted) -> None:
    for fix in only(fault).fixes:
        after = planted.mended(fault.files, fix)
        assert after != fault.files
        left = [one.title for one in attrs.evolve(fault, files=after).found()]
        assert not left, after[MAIN]


@pytest.mark.parametrize("document", planted.documents(), ids=lambda path: path.name)
def test_the_documents_show_what_is_said(document: object, golden: Golden) -> None:
    golden(document, planted.rewritten(document))


def test_fixes_are_of_many_kinds() -> None:
    used = {kind for fault in FAULTS for kind in fault.fixes}
    assert used == set(KINDS)
    assert len(used) >= 15


def test_some_fixes_are_safe_and_some_are_not() -> None:
    levels = {fix.applicability for fault in FAULTS for fix in only(fault).fixes}
    assert levels == set(Applicability)


STOP = "module My.Stop:1.0.0\nfun stop : Text -> Text\n"
HELP = "module My.Help:1.0.0\nfun go : Text -> Text\n"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("def h = «stop»", "import My.Stop:1.0.0\n\ndef h = Stop.stop"),
        ("#!/usr/bin/env nsc\ndef h = «stop»", "#!/usr/bin/env nsc\nimport My.Stop:1.0.0\n\ndef h = Stop.stop"),
        (
            "import My.Help:1.0.0 // c\ndef h = «stop»",
            "import My.Help:1.0.0 // c\nimport My.Stop:1.0.0\ndef h = Stop.stop",
        ),
        ("import My.Help:1.0.0; Help.go | «stop»", "import My.Help:1.0.0; import My.Stop:1.0.0; Help.go | Stop.stop"),
        ("module A:1.0.0\n\ndef h = «stop»", "module A:1.0.0\n\nimport My.Stop:1.0.0\n\ndef h = Stop.stop"),
        ("module A:1.0.0 {\ndef h = «stop»\n}", "module A:1.0.0 {\n\nimport My.Stop:1.0.0\ndef h = Stop.stop\n}"),
        ("module A:1.0.0 where\ndef h = «stop»", "module A:1.0.0 where\n\nimport My.Stop:1.0.0\ndef h = Stop.stop"),
        ("module A:1.0.0 { def h = «stop» }", "module A:1.0.0 { import My.Stop:1.0.0; def h = Stop.stop }"),
    ],
)
def test_an_import_is_added_where_imports_stand(text: str, mended: str) -> None:
    files = {"main.nml": text.replace("«", "").replace("»", ""), "stop.nml": STOP, "help.nml": HELP}
    (found,) = [one for one in check_texts(files).diagnostics if one.is_error]
    after = planted.mended(files, found.fixes[0])
    assert after[MAIN] == mended
    assert not any(one.is_error for one in check_texts(after).diagnostics)


def test_an_import_that_would_close_a_ring_is_not_offered() -> None:
    files = {
        "main.nml": "module My.Main:1.0.0\nfun a : Text -> Text\ndef h = a | stop\n",
        "stop.nml": "module My.Stop:1.0.0\nimport My.Main:1.0.0\nfun stop : Text -> Text\ndef z = Main.a\n",
    }
    (found,) = [one for one in check_texts(files).diagnostics if one.is_error]
    assert not found.fixes


# Two programs can stand in one file where neither has a header, and neither fault is about the file as a whole.
PAIRABLE = tuple(
    fault for fault in FAULTS if fault.start is None and not fault.files[MAIN].startswith(("module ", "#"))
)
STRIDES = (1, 7, 19, 31, 43)


@pytest.mark.thorough
@pytest.mark.parametrize("stride", [*STRIDES[:2], *(pytest.param(one, marks=pytest.mark.soak) for one in STRIDES[2:])])
def test_two_faults_in_one_program_are_two_reports(stride: int) -> None:
    """Neither hides the other, and neither brings a third."""
    wrong = []
    for place, one in enumerate(PAIRABLE):
        other = PAIRABLE[(place + stride) % len(PAIRABLE)]
        both = attrs.evolve(one, files=planted.joined(one, other))
        codes = {one.code, other.code}
        found = [item for item in both.check().diagnostics if item.is_error or item.code.name in codes]
        if sorted(item.code.name for item in found) != sorted((one.code, other.code)):
            wrong.append((one.name, other.name, [f"{item.code.name}: {item.title}" for item in found]))
    assert not wrong, "\n".join(map(str, wrong))
