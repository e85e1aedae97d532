"""The text rendering: snapshots of its wording and layout, and the facts that hold for any diagnostic."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from diagnostic_cases import CASES, FLOW, MISMATCH, TYPES, case, span_of
from rich.cells import cell_len

from nscompiler.diagnostics.model import Edit, Fix, Label, Role
from nscompiler.diagnostics.render.excerpt import excerpt
from nscompiler.diagnostics.render.glyphs import Screen
from nscompiler.diagnostics.render.text import render_text
from nscompiler.diagnostics.summary import Summary
from nscompiler.records import replace
from nscompiler.source import SourceFile

KEPT = Path(__file__).parent / "golden"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def rendered(name: str, *, color: bool = False) -> str:
    """One case as text."""
    made = CASES[name]()
    return render_text(made.diagnostics, made.sources, color=color, width=made.width, ascii_only=made.ascii_only)


@pytest.mark.parametrize("name", CASES)
def test_text_is_as_kept(name, golden):
    golden(KEPT / f"{name}.txt", rendered(name))


def test_a_file_of_the_standard_library_has_a_short_name():
    library = SourceFile("/lib/nstack/modules/Sinks.nml", "fun log : a -> Void\n")
    file = SourceFile("/lib/nstack/modules.nml", "def w = x\n")
    label = Label(library.span(4, 7), "declared here", Role.DECLARATION)
    fix = Fix("write it otherwise", (Edit(library.span(4, 7), "lag"),))
    found = MISMATCH.at(file.span(8, 9), "anything", related=(label,), fixes=(fix,))
    text = render_text(
        [found], {one.path: one for one in (library, file)}, color=False, width=80, standard="/lib/nstack/modules"
    )
    assert " --> /lib/nstack/modules.nml:1:9\n" in text
    assert " ::: <stdlib>/Sinks.nml:1:5\n" in text
    assert " --> <stdlib>/Sinks.nml:1\n" in text
    assert text.count("/lib/") == 1


def test_every_kept_file_belongs_to_a_case():
    assert {kept.stem for kept in KEPT.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_colour_adds_nothing_but_colour(name):
    coloured = rendered(name, color=True)
    assert coloured != rendered(name)
    assert ESCAPE.sub("", coloured) == rendered(name)


@pytest.mark.parametrize("name", CASES)
def test_lines_fit_the_screen(name):
    made = CASES[name]()
    # A kept word is never torn, so only lines with something to break or to cut are held to the width.
    drawn = [line for line in rendered(name).splitlines() if " | " in line or line.startswith((" ", "="))]
    assert drawn
    assert max(cell_len(line) for line in drawn) <= made.width


@pytest.mark.parametrize("width", [1, 40, 57, 80, 200])
@pytest.mark.parametrize("name", CASES)
def test_any_width_draws_every_label(name, width):
    made = CASES[name]()
    text = render_text(made.diagnostics, made.sources, color=False, width=width)
    assert all(line == line.rstrip() for line in text.splitlines())
    words = set(text.split())
    for diagnostic in made.diagnostics:
        for label in (diagnostic.primary, *diagnostic.related):
            assert all(word in words or "\x1b" in word for word in label.text.split())


def test_ascii_screen_gets_ascii():
    for made in (make() for make in CASES.values()):
        assert render_text(made.diagnostics, made.sources, color=False, width=80, ascii_only=True).isascii()


def test_nothing_in_a_program_reaches_the_terminal_as_a_command():
    made = CASES["ascii_only"]()
    text = render_text(made.diagnostics, made.sources, color=False, width=80)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "größe" in text


def test_marks_stand_under_what_they_mark():
    lines = rendered("wide_and_tabs").splitlines()
    source = next(line for line in lines if line.startswith("1 |"))
    marks = lines[lines.index(source) + 1]
    place = source.index("名")
    assert marks.index("^^") == cell_len(source[:place])
    assert marks.index("^^^^^") == cell_len(source[: source.index("three")])


def test_each_file_is_named_once_with_the_primary_first():
    text = rendered("mismatch")
    assert re.findall(r"(-->|:::) (\S+)", text) == [("-->", "flow.nml:5:64"), (":::", "types.nml:4:5")]


def test_order_of_diagnostics_is_by_place_and_repetitions_are_left_out():
    late = MISMATCH.at(span_of(FLOW, "T.predict"), "late")
    early = MISMATCH.at(span_of(FLOW, "T.clean"), "early")
    made = case(late, early, late, replace(late, notes=("again",)), files=(FLOW, TYPES))
    text = render_text(made.diagnostics, made.sources, color=False, width=80)
    assert re.findall(r"error\[NS9901\]: (\w+)", text) == ["early", "late"]
    assert "again" not in text


def test_summary_line_comes_last():
    counts = Summary(errors=2, warnings=1, modules=3, files=4)
    assert render_text((), {}, color=False, width=80, summary=counts) == "2 errors, 1 warning in 3 modules\n"
    assert render_text((), {}, color=False, width=80) == ""
    one = case(MISMATCH.at(span_of(FLOW, "w"), "x"), files=(FLOW,))
    text = render_text(one.diagnostics, one.sources, color=False, width=80, summary=counts)
    assert text.endswith("\n\n2 errors, 1 warning in 3 modules\n")


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (Summary(modules=3, files=3), "no problems in 3 modules"),
        (Summary(errors=1, modules=1, files=1), "1 error in 1 module"),
        (Summary(hints=2, modules=0, files=1), "2 hints in 1 file"),
        (Summary(errors=1, warnings=2, hints=3, modules=1, files=9), "1 error, 2 warnings, 3 hints in 1 module"),
    ],
)
def test_summary_counts(counts, line):
    assert counts.line() == line


def test_a_span_that_ends_with_the_newline_stays_on_its_line():
    file = SourceFile("a.nml", "one\r\ntwo\r\n")
    made = case(MISMATCH.at(file.span(0, 5), "the first line", "here"), files=(file,))
    text = render_text(made.diagnostics, made.sources, color=False, width=80)
    assert "1 | one\n  | ^^^ here\n" in text
    assert "two" not in text


def test_a_line_between_two_marked_ones_is_shown_and_more_are_not():
    file = SourceFile("a.nml", "".join(f"line{number}\n" for number in range(1, 12)))
    labels = [Label(span_of(file, name), "", Role.NOTE) for name in ("line3", "line9")]
    made = case(MISMATCH.at(span_of(file, "line1"), "three places", related=tuple(labels)), files=(file,))
    text = render_text(made.diagnostics, made.sources, color=False, width=80)
    assert re.findall(r"line\d+", text) == ["line1", "line2", "line3", "line9"]
    assert text.count("...") == 1


def test_of_a_line_of_megabytes_only_the_part_in_sight_is_looked_at():
    measured = 0

    def measure(text):
        nonlocal measured
        measured += len(text)
        return cell_len(text)

    file = SourceFile("big.nml", "{ä" * 2_500_000)
    labels = [Label(file.span(2_000_000, 2_000_003), "here")]
    lines = excerpt(labels, file, 1, "error", Screen(80, False, measure))
    drawn = ["".join(piece.text for piece in line) for line in lines]
    assert drawn[1].endswith("^^^ here")
    assert max(len(line) for line in drawn) <= 80
    assert measured < 5_000


@pytest.mark.parametrize("seed", range(60))
def test_any_places_in_any_text_are_drawn(seed):
    draw = random.Random(seed)
    alphabet = "ab (){}|\t\n\r漢é\u0301👩\u200d🔬\x1b\u202e"
    file = SourceFile("a.nml", "".join(draw.choices(alphabet, k=draw.choice((0, 1, 5, 60, 600)))))

    def label(role):
        start = draw.randrange(len(file.text) + 1)
        return Label(
            file.span(start, draw.randrange(start, len(file.text) + 1)), draw.choice(("", "said 漢", "x " * 90)), role
        )

    related = tuple(label(draw.choice(list(Role))) for _ in range(draw.randrange(6)))
    edits = tuple(
        Edit(label(Role.NOTE).span, draw.choice(("", "new", "two\nlines\n"))) for _ in range(draw.randrange(3))
    )
    found = replace(
        MISMATCH.at(file.span(0, 0), "anything", related=related, fixes=(Fix("mend it", edits),)),
        primary=label(Role.PRIMARY),
    )
    width = draw.choice((40, 80, 120))
    text = render_text([found], {"a.nml": file}, color=False, width=width, ascii_only=draw.random() < 0.3)
    assert not set(text) & {"\x1b", "\u202e", "\r", "\t"}
    assert "-->" in text
    # Graphemes of several code points are narrower together than apart, which only errs on the safe side.
    assert max(cell_len(line) for line in text.splitlines()) <= width + 1


def test_the_catalogue_and_the_model_load_no_rich():
    code = (
        "import sys, nscompiler.diagnostics.codes, nscompiler.diagnostics.render.json,"
        " nscompiler.diagnostics.render.concise, nscompiler.diagnostics.suggest, nscompiler.diagnostics.summary;"
        "print('rich' in sys.modules, 'lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
