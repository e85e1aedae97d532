"""Diagnostics for the snapshot tests: one function a case, made by hand, so that no checker is needed.

The codes are made up (NS99xx): what the real ones say is tested where they are raised.
"""

import attrs

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Hop,
    Label,
    Role,
    Segment,
    Severity,
    TypeDiff,
)
from nscompiler.source import SourceFile, Span

MISMATCH = Code(id="NS9901", name="mismatch", title="two types do not fit", explanation="Made up.")
UNUSED = Code(id="NS9902", name="unused", title="not used", explanation="Made up.", level=Severity.WARNING)
STYLE = Code(id="NS9903", name="style", title="could be nicer", explanation="Made up.", level=Severity.HINT)
UNREADABLE = Code(id="NS9904", name="unreadable", title="cannot be read", explanation="Made up.")


@attrs.frozen(slots=True)
class Case:
    """What a rendering is asked to draw."""

    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, SourceFile]
    width: int = 100
    ascii_only: bool = False


def span_of(source: SourceFile, text: str, nth: int = 0) -> Span:
    """The span of a text's nth occurrence in a file."""
    at = -1
    for _ in range(nth + 1):
        at = source.text.index(text, at + 1)
    return source.span(at, at + len(text))


def case(*diagnostics: Diagnostic, files: tuple[SourceFile, ...], width: int = 100, ascii_only: bool = False) -> Case:
    """A case over some files."""
    return Case(diagnostics, {file.path: file for file in files}, width, ascii_only)


TYPES = SourceFile(
    "types.nml",
    "module Flowers.Types:0.1.0\n\ntype PlantInfo = { petalLength : Double, petalWidth : Double }\n"
    "fun clean : Text -> { petalLength : Double, name : Text }\nfun predict : PlantInfo -> Text\n",
)
FLOW = SourceFile(
    "flow.nml",
    "module Flowers.Flow:0.1.0\n\nimport Flowers.Types:0.1.0 as T\n\n"
    'def w = Sources.http<Text> { http_path = "/iris" } | T.clean | T.predict | Sinks.log\n',
)


def mismatch() -> Case:
    """A mismatch in the middle of a pipe, over two files, with everything that can be said about it."""
    return case(
        MISMATCH.at(
            span_of(FLOW, "T.predict"),
            "`clean` gives no `petalWidth`, but `predict` needs it",
            "needs PlantInfo",
            related=(
                Label(span_of(FLOW, "T.clean"), "gives { petalLength : Double, name : Text }", Role.PRODUCER),
                Label(span_of(TYPES, "clean"), "`clean` is declared here", Role.DECLARATION),
                Label(span_of(TYPES, "PlantInfo", 1), "this is what `predict` takes", Role.DECLARATION),
            ),
            expected="PlantInfo",
            found="{ petalLength : Double, name : Text }",
            diff=TypeDiff(
                (
                    Segment("PlantInfo", "name"),
                    Segment(" = { petalLength : Double, "),
                    Segment("petalWidth : Double", "differs"),
                    Segment(" }"),
                ),
                (Segment("{ petalLength : Double, "), Segment("name : Text", "differs"), Segment(" }")),
            ),
            flow=(
                Hop(span_of(FLOW, "Sources.http<Text>"), "Sources.http<Text>", "Text"),
                Hop(span_of(FLOW, "T.clean"), "T.clean", "{ petalLength : Double, name : Text }"),
            ),
            notes=("a record may have more fields than are needed, but never fewer",),
            fixes=(
                Fix(
                    "put `T.measure` between the two, which gives a PlantInfo",
                    (
                        Edit(
                            FLOW.span(span_of(FLOW, "T.predict").start, span_of(FLOW, "T.predict").start),
                            "T.measure | ",
                        ),
                    ),
                ),
            ),
        ),
        files=(FLOW, TYPES),
    )


def several_labels() -> Case:
    """Several labels on one line, some without text, two at one place."""
    file = SourceFile("a.nml", "def w = one | two & three | four\n")
    return case(
        MISMATCH.at(
            span_of(file, "two & three"),
            "the branches disagree",
            "this whole expression",
            related=(
                Label(span_of(file, "two"), "gives Text", Role.PRODUCER),
                Label(span_of(file, "three"), "gives Integer", Role.PRODUCER),
                Label(span_of(file, "four"), "", Role.CONSUMER),
                Label(span_of(file, "one"), "gives (Text, Integer)", Role.NOTE),
            ),
        ),
        files=(file,),
    )


def multi_line() -> Case:
    """A place of several lines, one that starts in the middle of a line and a long one around both."""
    file = SourceFile(
        "deep.nml",
        'def w =\n  Sources.http<Text> {\n    http_path = "/x"\n  }\n'
        "  | clean\n  | predict\n  | again\n  | Sinks.log\n",
    )
    start = span_of(file, "Sources")
    return case(
        MISMATCH.at(
            start.cover(span_of(file, "| clean")),
            "this part gives Text",
            "Text comes out here",
            related=(
                Label(span_of(file, "{").cover(span_of(file, "}")), "with these parameters", Role.PARAMETER),
                Label(file.span(0, len(file.text)), "in this definition", Role.DECLARATION),
            ),
        ),
        files=(file,),
    )


def wide_and_tabs() -> Case:
    """Tabs, wide and combining characters before and in the marked places."""
    file = SourceFile("wide.nml", '\tdef größe = "漢字の\u0301テキスト" | 名 | two\t| three\n')
    return case(
        UNUSED.at(
            span_of(file, "名"),
            "`名` is no name here",
            "names start with a letter: 名",
            related=(
                Label(span_of(file, '"漢字の\u0301テキスト"'), "a text of 日本", Role.PRODUCER),
                Label(span_of(file, "three"), "this too"),
            ),
        ),
        files=(file,),
    )


def long_line() -> Case:
    """A line far longer than the screen, marked in its middle."""
    stages = " | ".join(f"stage{number}" for number in range(400))
    file = SourceFile("long.nml", f"def w = {stages}\n")
    return case(
        MISMATCH.at(
            span_of(file, "stage200"),
            "`stage200` takes no Text",
            "takes Integer",
            related=(Label(span_of(file, "stage199"), "gives Text", Role.PRODUCER),),
        ),
        STYLE.at(span_of(file, "stage399"), "a pipe of 400 stages", "the last one"),
        STYLE.at(file.span(0, len(file.text) - 1), "too long to read", "all of this"),
        files=(file,),
        width=80,
    )


def ends() -> Case:
    """Empty places: at the end of the file, at the end of a line, in an empty file, in a file that nobody has."""
    file = SourceFile("ends.nml", "def w = one |\ndef v = {")
    empty = SourceFile("empty.nml", "")
    return case(
        MISMATCH.at(file.span(13, 13), "an expression is missing after `|`", "here"),
        MISMATCH.at(file.span(len(file.text), len(file.text)), "the file ends inside a record", "`}` is missing"),
        MISMATCH.at(empty.span(0, 0), "the file is empty", "nothing to check"),
        UNREADABLE.at(Span("gone.nml", 0, 0), "there is no file `gone.nml`", "looked for here", notes=("try `ls`",)),
        files=(file, empty),
    )


def fixes() -> Case:
    """Each shape of a fix: insertion, replacement, removal, several at once, whole lines, another file."""
    file = SourceFile(
        "fix.nml", "module A:0.1.0\n\nimport B:0.1.0 as B\nimport C:0.1.0 as C\n\ndef w = B.predct | C.log\n"
    )
    other = SourceFile("b.nml", "module B:0.1.0\n\nfun predict : Text -> Integer\n")
    removed = file.span(file.text.index("import C"), file.text.index("import C") + len("import C:0.1.0 as C\n"))
    word = span_of(file, "B.predct")
    return case(
        MISMATCH.at(
            word,
            "there is no `predct` in B",
            fixes=(
                Fix("write `predict`", (Edit(word, "B.predict"),), Applicability.MACHINE_APPLICABLE),
                Fix(
                    "take each value of the list",
                    (Edit(file.span(word.start, word.start), "("), Edit(file.span(word.end, word.end), ")*")),
                ),
                Fix("leave the stage out", (Edit(file.span(word.start, word.end + 3), ""),)),
                Fix("remove the import", (Edit(removed, ""),)),
                Fix(
                    "import the module that has it",
                    (Edit(file.span(removed.start, removed.start), "import D:<version> as D\n"),),
                    Applicability.HAS_PLACEHOLDERS,
                ),
                Fix("say Double in the declaration", (Edit(span_of(other, "Integer"), "Double"),)),
                Fix("do something that is no edit", ()),
            ),
        ),
        files=(file, other),
    )


def long_texts() -> Case:
    """Types, labels and notes that are longer than a narrow screen."""
    file = SourceFile("narrow.nml", "def w = one_function | another_function\n")
    fields = [f"field{number} : Double" for number in range(12)]
    return case(
        MISMATCH.at(
            span_of(file, "another_function"),
            "`another_function` takes another record",
            "a label that is so long that it stands nowhere beside the mark on a narrow screen",
            related=(
                Label(span_of(file, "one_function"), "a text that hangs below and is wrapped as well", Role.PRODUCER),
            ),
            diff=TypeDiff(
                (
                    Segment("{ "),
                    *(Segment(f"{name}, ", "differs" if "7" in name else "same") for name in fields),
                    Segment("}"),
                ),
                (Segment("{ "), *(Segment(f"{name}, ") for name in fields[:7]), Segment("}")),
            ),
            flow=(Hop(span_of(file, "one_function"), "one_function", "{ " + ", ".join(fields) + " }"),),
            expected="{ " + ", ".join(fields) + " }",
            notes=("a note that goes on and on, much longer than the forty columns there are\n    kept = as_it_is",),
        ),
        files=(file,),
        width=60,
    )


def long_flow() -> Case:
    """A flow of many stages: its middle is left out."""
    stages = [f"stage{number}" for number in range(30)]
    file = SourceFile("flow30.nml", f"def w = {' | '.join(stages)}\n")
    return case(
        MISMATCH.at(
            span_of(file, "stage29"),
            "`stage28` gives Text, but `stage29` needs Integer",
            "needs Integer",
            expected="Integer",
            found="Text",
            flow=tuple(Hop(span_of(file, name), name, "Text") for name in stages[:29]),
        ),
        files=(file,),
    )


def ascii_only() -> Case:
    """The same on a screen that has only ASCII, with a text that tries to move the cursor."""
    file = SourceFile("esc.nml", 'def größe = "\x1b[31m\u202eabc" | two\n')
    return case(
        MISMATCH.at(
            span_of(file, "two"),
            "`größe` → “two” \x1b[31m",
            "needs … Text",
            expected="Text",
            flow=(Hop(span_of(file, "größe"), "größe", "Integer"),),
        ),
        files=(file,),
        ascii_only=True,
    )


CASES = {
    made.__name__: made
    for made in (
        mismatch,
        several_labels,
        multi_line,
        wide_and_tabs,
        long_line,
        ends,
        fixes,
        long_texts,
        long_flow,
        ascii_only,
    )
}
