"""Programs with planted faults: one report for each, of the right code, exactly on it, and a fix that mends it.

`«…»` marks what a report must underline, in the order in which the codes are given.
"""

import re

import attrs
import pytest

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Applicability, Diagnostic
from nscompiler.pipeline.checks import check_texts

MAIN = "main.nml"


@attrs.frozen
class Fault:
    """A faulty program. ``fixed``: at least one fix is offered; whatever is offered is tried in any case."""

    name: str
    codes: tuple[str, ...]
    files: dict[str, str]
    fixed: bool = False


def fault(name: str, codes: str, text: str, *, fixed: bool = False, **modules: str) -> Fault:
    files = {f"{module}.nml": f"module {module}:1.0.0\n{body}" for module, body in modules.items()}
    return Fault(name, tuple(codes.split()), {**files, MAIN: text}, fixed)


SHAPES = """type Point = { x : Double, y : Double }
type Circle = { centre : Point, radius : Double }
fun circle : Text -> Circle
fun point : Text -> Point
"""

STAMPED = """type Event = { id : Integer, user : Text }
fun event : Text -> Event
fun stamp : { | r } -> { at : DateTime | r }
"""

FAULTS = [
    # --- a stage too many
    fault(
        "the second of two stages that could be left out",
        "type-mismatch",
        "type Raw = { t : Text }\ntype Order = { id : Integer }\nfun raw : Text -> Raw\nfun group : Raw -> [Order]\n"
        "fun read : Raw -> Order\nfun sum : [Order] -> Double\ndef w = Sources.stdin | raw | group | «read» | sum\n",
        fixed=True,
    ),
    # --- inside branches and partial defs
    fault(
        "a misspelt input of a row function whose output has the field",
        "field-misspelt",
        "fun geo : { ip : Text | r } -> { ip : Text, country : Text | r }\n"
        "fun score : { contry : Text | r } -> { country : Text, score : Double | r }\ndef enrich = geo | «score»\n",
        fixed=True,
    ),
    fault(
        "a partial def in two uses misspells a field of its own",
        "field-misspelt",
        "fun load : Text -> { ip : Text }\nfun geo : { ip : Text | r } -> { ip : Text, contry : Text | r }\n"
        "fun score : { country : Text | r } -> { country : Text | r }\ndef enrich = geo | «score»\n"
        "def a = load | enrich\ndef b = load | (enrich | Sinks.log & Sinks.log)\n",
        fixed=True,
    ),
    fault(
        "a branch of a branch",
        "field-misspelt",
        STAMPED + "fun keep : { at : DateTime, usr : Text } -> Void\nfun one : { id : Integer } -> Void\n"
        "fun two : { user : Text } -> Void\ndef w = event | (stamp | («keep» & one) & two)\n",
        fixed=True,
    ),
    fault(
        "a def of a def in a branch",
        "type-mismatch",
        STAMPED + "fun keep : { at : DateTime, id : Text } -> Void\ndef inner = stamp | keep\n"
        "def outer = Std.identity | inner\ndef w = event | («outer» & Sinks.log)\n",
        fixed=True,
    ),
    fault(
        "a list behind a function that hands everything on, in a branch",
        "list-unexpected",
        "fun all : Text -> [Integer]\nfun one : Integer -> Void\ndef w = all | (Std.identity | «one» & Sinks.log)\n",
        fixed=True,
    ),
    # --- a mismatch in the middle of a pipe
    fault(
        "the middle of a long pipe",
        "type-mismatch",
        "fun a : Text -> Text\nfun b : Integer -> Text\ndef w = Sources.stdin | a | «b» | a | Sinks.log\n",
    ),
    fault(
        "both sides are imported",
        "type-mismatch",
        "import A:1.0.0\nimport B:1.0.0 as Other\ndef w = A.f | «Other.g»\n",
        A="type Id = Integer\nfun f : Text -> Id\n",
        B="type Id = Text\nfun g : Id -> Text\n",
    ),
    fault(
        "an alias of an alias of another module",
        "type-mismatch",
        "import A:1.0.0\nimport B:1.0.0\ndef w = B.f | «A.g»\n",
        A="type Row = { id : Integer }\nfun g : Row -> Text\n",
        B="import A:1.0.0\ntype Rows = [A.Row]\ntype Twice = (Rows, Rows)\nfun f : Text -> Twice\n",
    ),
    fault(
        "behind a def of an imported def",
        "type-mismatch",
        "import B:1.0.0\nfun h : Boolean -> Text\ndef w = Sources.stdin | B.both | «h» | Sinks.log\n",
        A="fun f : Text -> Integer\n",
        B="import A:1.0.0\ndef both = Std.identity | A.f\n",
    ),
    fault(
        "two faults in one pipe",
        "type-mismatch type-mismatch",
        "fun f : Text -> Integer\nfun g : Boolean -> Text\nfun e : Date -> Text\ndef h = f | «g» | f | «e»\n",
    ),
    fault(
        "a component of a tuple in a map in a list",
        "type-mismatch",
        "fun f : Text -> [Map (Integer, Text)]\nfun g : [Map (Integer, Boolean)] -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a nested field",
        "type-mismatch",
        SHAPES + "fun g : { centre : { x : Integer } } -> Text\ndef h = circle | «g»\n",
    ),
    fault(
        "sizes",
        "type-mismatch",
        "fun f : Text -> Matrix 2 3 Double\nfun g : Matrix 3 2 Double -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a list for a vector",
        "type-mismatch",
        "fun f : Text -> [Double]\nfun g : Vector 3 Double -> Text\ndef h = f | «g»\n",
    ),
    fault("Double for Integer", "type-mismatch", "fun f : Text -> Double\nfun g : Integer -> Text\ndef h = f | «g»\n"),
    fault("Json is no Text", "type-mismatch", "fun f : Text -> Json\nfun g : Text -> Text\ndef h = f | «g»\n"),
    fault(
        "inside brackets",
        "type-mismatch",
        "fun f : Text -> Integer\ndef h = f | («Conv.from_json»<Text> | Sinks.log)\n",
    ),
    fault(
        "after parameters",
        "type-mismatch",
        "fun f : Text -> Integer\nfun g : Text -> Text\ndef h = f { a = 1 } | «g» { b = 2 }\n",
    ),
    fault("an item after `*`", "type-mismatch", "fun f : Text -> [Integer]\nfun g : Text -> Text\ndef h = f* | «g»\n"),
    fault(
        "a value after `?`",
        "type-mismatch",
        "fun f : Text -> optional Integer\nfun g : Text -> Text\ndef h = f? | «g»\n",
    ),
    fault("explicit types", "type-mismatch", "fun f : Text -> Integer\ndef h = f | «Std.identity»<Text>\n"),
    fault(
        "a hole among explicit types",
        "type-mismatch",
        "fun pair : (a, b) -> [(b, a)]\nfun f : Text -> (Text, Integer)\ndef d = pair\ndef h = f | «d»<_, Text>\n",
    ),
    fault(
        "a variable at two types",
        "type-mismatch",
        "fun f : Text -> (Integer, Text)\nfun g : (a, a) -> a\ndef h = f | «g»\n",
    ),
    fault(
        "a variable is not widened",
        "type-mismatch",
        "fun f : Text -> (Double, Integer)\nfun g : (a, a) -> a\ndef h = f | «g»\n",
    ),
    fault("a script", "type-mismatch", "fun f : Text -> Integer;\nSources.stdin | f | «Sinks.stdout»\n"),
    fault("a literal source", "type-mismatch", "fun f : Text -> Text\ndef w = [1, 2] | «f» | Sinks.log\n"),
    fault("a widened literal source", "type-mismatch", "fun f : Integer -> Text\ndef w = [1, 2.5] | «f» | Sinks.log\n"),
    # --- fields
    fault(
        "a field is missing",
        "field-missing",
        SHAPES + "fun g : { x : Double, z : Double } -> Text\ndef h = point | «g»\n",
    ),
    fault(
        "three fields are missing",
        "field-missing",
        SHAPES + "fun g : { aa : Text, bb : Text, cc : Text } -> Text\ndef h = point | «g»\n",
    ),
    fault(
        "a field is missing inside a list of records",
        "field-missing",
        SHAPES
        + "fun g : [{ centre : Point, colour : Text }] -> Text\nfun many : Text -> [Circle]\ndef h = many | «g»\n",
    ),
    fault(
        "a field is missing behind an open record of another module",
        "field-missing",
        "import A:1.0.0\nfun s : Text -> { user : Text }\nfun g : { user : Text, city : Text } -> Text\n"
        "def h = s | A.enrich | «g»\n",
        A="fun enrich : { user : Text | r } -> { user : Text, country : Text | r }\n",
    ),
    fault(
        "a misspelt type in which a constrained row was to be",
        "unknown-type",
        "fun f : «Vectoqr» 2 [{ x : Date | r }] -> Text where r is CsvRow\n",
    ),
    fault(
        "an optional field is needed, too",
        "field-missing",
        "fun f : Text -> { a : Text }\nfun g : { a : Text, note : optional Text } -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a field is misspelt",
        "field-misspelt",
        "fun f : Text -> { petal_width : Double }\nfun g : { petalWidth : Double } -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a field would be overwritten",
        "field-collision",
        "import A:1.0.0\nfun s : Text -> { user : Text, country : Text }\nfun t : { user : Text } -> Text\n"
        "def h = s | «A.enrich» | t\n",
        A="fun enrich : { user : Text | r } -> { user : Text, country : Text | r }\n",
    ),
    fault(
        "after a collision the further fields are not missed",
        "field-collision",
        "fun add : { a : Text | r } -> { a : Text, b : Text | r }\n"
        "fun s : Text -> { a : Text, b : Text, other : Text }\n"
        "fun t : { other : Text } -> Text\ndef h = s | «add» | t\n",
    ),
    fault(
        "a label that a hidden row lacks, through an import",
        "field-collision",
        "import A:1.0.0\nfun s : Text -> { a : Text, b : Text }\ndef h = s | «A.shown»\n",
        A=(
            "fun add : { a : Text | r } -> { a : Text, b : Text | r }\nfun t : { a : Text, b : Text } -> Text\n"
            "def shown = add | t\n"
        ),
    ),
    fault(
        "further fields that are there already",
        "field-collision",
        "fun add : { a : Text | r } -> { a : Text, b : Text | r }\ndef h = add<«{ b : Text }»>\n",
    ),
    fault(
        "one rest is one rest",
        "type-mismatch",
        "fun s : Text -> ({ a : Text, b : Text }, { a : Text, b : Text, c : Text })\n"
        "fun f : ({ a : Text | r }, { a : Text | r }) -> { | r }\ndef h = s | «f»\n",
    ),
    # --- lists and optionals
    fault(
        "a list where one value is wanted",
        "list-unexpected",
        "fun f : Text -> [Text]\nfun g : Text -> Text\ndef h = f | «g»\n",
        fixed=True,
    ),
    fault(
        "a list of lists where one value is wanted",
        "list-unexpected",
        "fun f : Text -> [[{ a : Text, b : Text }]]\nfun g : { a : Text } -> Text\ndef h = f | «g»\n",
        fixed=True,
    ),
    fault(
        "a matrix where a row is wanted",
        "list-unexpected",
        "fun f : Text -> Matrix 2 3 Double\nfun g : Vector 3 Double -> Text\ndef h = f | «g»\n",
        fixed=True,
    ),
    fault(
        "one value where a list is wanted",
        "list-needed",
        "fun f : Text -> Integer\nfun g : [Double] -> Text\ndef h = f | «g» | Sinks.log\n",
        fixed=True,
    ),
    fault(
        "an optional where a value is wanted",
        "optional-unexpected",
        "fun f : Text -> optional Integer\nfun g : Double -> Text\ndef h = f | «g»\n",
        fixed=True,
    ),
    fault(
        "an optional in a def of another module",
        "optional-unexpected",
        "import A:1.0.0\nfun g : Text -> Text\ndef h = A.maybe | «g»\n",
        fixed=True,
        A="def maybe = Std.some<Text>\n",
    ),
    fault("`*` on no list", "not-a-list", "fun f : Text -> { a : Text }\ndef h = «f*»\n", fixed=True),
    fault("`*` on a byte string", "byte-flatten", "fun f : Text -> [Byte]\ndef h = «f*»\n", fixed=True),
    fault(
        "`*` on what turns out to be a byte string",
        "byte-flatten",
        "fun f : Text -> [Byte]\ndef h = f | «Std.identity*»\n",
        fixed=True,
    ),
    fault(
        "`?` on what is always there",
        "not-optional",
        "fun f : Text -> [Text]\ndef h = Sources.stdin | «f?»\n",
        fixed=True,
    ),
    fault(
        "an optional of an optional by a variable",
        "nested-optional",
        "fun f : Text -> optional Text\ndef h = f | «Std.some»\n",
    ),
    fault(
        "an optional of an optional by a variable of another module",
        "nested-optional",
        "import A:1.0.0\nfun f : Text -> optional Text\ndef h = f | «A.hide»\n",
        A="fun count : optional a -> Integer\ndef hide = Std.some | count\n",
    ),
    # --- sums
    fault(
        "one constructor too many",
        "sum-mismatch",
        "type A = X Text | Y | Z\ntype B = X Text | Y\nfun f : Text -> A\nfun g : B -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a payload inside a payload",
        "type-mismatch",
        "type A = X { n : [Text] } | Y\ntype B = X { n : [Integer] } | Y\nfun f : Text -> (A, A)\n"
        "fun g : (B, A) -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "a payload that is not there",
        "sum-mismatch",
        "type A = X | Y\ntype B = X Text | Y\nfun f : Text -> A\nfun g : B -> Text\ndef h = f | «g»\n",
    ),
    fault(
        "the rest of a record in a payload",
        "field-missing",
        "type E r = X { a : Text | r } | Y\nfun f : Text -> E { b : Text }\nfun same : E r -> E r\n"
        "fun g : E { c : Text } -> Text\ndef h = f | same | «g»\n",
    ),
    # --- Void
    fault("a source in the middle", "source-in-middle", "def w = Sources.stdin | «Sources.stdin» | Sinks.log\n"),
    fault(
        "a workflow in the middle",
        "source-in-middle",
        "def w = Sources.stdin | Sinks.log\ndef v = Sources.stdin | «w»\n",
    ),
    fault(
        "something after a sink",
        "after-sink",
        "fun f : Text -> Text\ndef w = Sources.stdin | Sinks.log | «f» | Sinks.log\n",
        fixed=True,
    ),
    fault("`?` on a sink", "void-misuse", "def w = Sources.stdin | «Sinks.log?»\n"),
    fault("Void inside a type", "void-position", "fun f : Text -> [«Void»]\n"),
    # --- branches
    fault(
        "branches that take different inputs",
        "both-inputs",
        "fun f : Text -> Text\nfun g : Integer -> Text\ndef h = f & «g»\n",
    ),
    fault(
        "branches that give different outputs",
        "both-outputs",
        "fun f : Text -> Text\nfun g : Text -> Integer\ndef h = f & «g»\n",
    ),
    fault("a source beside a function", "both-inputs", "fun f : Text -> Text\ndef h = f & «Sources.stdin»\n"),
    fault(
        "records that disagree in one field",
        "both-inputs",
        "fun f : { a : Text, b : Text } -> Text\nfun g : { a : [Text], c : Text } -> Text\ndef h = f & «g»\n",
    ),
    fault(
        "inside one branch",
        "type-mismatch",
        "fun f : Text -> Integer\nfun g : Boolean -> Text\ndef h = Sources.stdin | (f | «g» | Sinks.log & Sinks.log)\n",
    ),
    fault(
        "what branches need together",
        "field-missing",
        "fun s : Text -> { a : Text }\nfun f : { a : Text } -> Text\nfun g : { zone : Text } -> Text\n"
        "def h = s | (f & «g»)\n",
    ),
    # --- annotations
    fault("an annotated output", "annotation-mismatch", "fun f : Text -> Integer\ndef h : Text -> «Text» = f\n"),
    fault("an annotated input", "annotation-mismatch", "fun f : Text -> Integer\ndef h : «Integer» -> Integer = f\n"),
    fault("a promise for every type", "annotation-mismatch", "fun f : Text -> Integer\ndef h : «a» -> Integer = f\n"),
    fault("an annotation without its constraint", "annotation-mismatch", "def «h» : a -> Text = Conv.to_csv\n"),
    fault(
        "an annotation that hides an optional",
        "annotation-mismatch",
        "fun count : optional a -> Integer\ndef «h» : a -> Integer = Std.some | count\n",
    ),
    fault(
        "an annotation without its constraint on a rest",
        "annotation-mismatch",
        "def «h» : { a : Text | r } -> Text = Conv.to_csv\n",
    ),
    fault(
        "what an annotation hides is gone",
        "field-missing",
        "def narrow : { a : Text, b : Text } -> { a : Text } = Std.identity\nfun g : { b : Text } -> Text\n"
        "def h = narrow | «g»\n",
    ),
    # --- constraints
    fault("no row", "constraint-violated", "def h = «Conv.to_csv<Map Text>»\n"),
    fault(
        "no file of rows",
        "constraint-violated",
        "type Row = { a : [Text] }\nfun f : Text -> [Row]\ndef h = f | «Conv.to_csv»\n",
    ),
    fault(
        "a constraint through an imported def",
        "constraint-violated",
        "import A:1.0.0\nfun f : Text -> { a : Text, b : Map Text }\ndef h = f | «A.csv»\n",
        A="def csv = Std.identity | Conv.to_csv\n",
    ),
    fault(
        "a constraint on further fields",
        "constraint-violated",
        "fun add : { a : Text | r } -> { a : Text, b : Text | r }\nfun f : Text -> { a : Text, c : Map Text }\n"
        "def csv = add | Conv.to_csv\ndef h = f | «csv»\n",
    ),
    fault(
        "a constraint on a column",
        "constraint-violated",
        'fun f : Text -> { a : (Text, Text) }\ndef h = f | «Sinks.postgres» { pg_table = "t" }\n',
    ),
    fault("no CSV on a sink", "constraint-violated", 'def w = Sources.stdin | «Sinks.csv» { path = "x" }\n'),
    # --- parameters
    fault(
        "a parameter that nobody reads",
        "unknown-parameter",
        "fun f : Text -> Text with { size : Integer = 1 }\ndef g = Std.identity | f\ndef h = g { «siez» = 5 }\n",
        fixed=True,
    ),
    fault(
        "a value of the wrong type, several defs deep",
        "parameter-type",
        "fun f : Text -> Text with { size : Integer = 1 }\ndef g = f | f\ndef h = (g & g) | f\n"
        'def i = h { size = «"many"» }\n',
    ),
    fault(
        "a value that is no choice",
        "parameter-choice",
        'import A:1.0.0\ndef h = A.f { mode = «"fsat"» }\n',
        fixed=True,
        A='fun f : Text -> Text with { mode : "fast" | "slow" = "fast" }\n',
    ),
    fault(
        "a value for one of two readers",
        "parameter-type",
        'fun f : Text -> Text with { n : Text = "" }\nfun g : Text -> Text with { n : Integer = 1 }\n'
        'def h = (f | g) { n = «"x"» }\n',
    ),
    fault(
        "a binding without effect",
        "parameter-without-effect",
        "fun f : Text -> Text with { n : Integer = 1 }\ndef g = f { n = 2 }\ndef h = g | g\ndef i = h { «n = 3» }\n",
    ),
    fault(
        "a required parameter",
        "parameter-missing",
        "fun f : Text -> Text with { n : Integer }\ndef g = f | f\ndef w = Sources.stdin | «g» | Sinks.log\n",
        fixed=True,
    ),
    # --- names
    fault(
        "an unknown name",
        "unknown-name",
        "fun count : Text -> Integer\ndef h = Std.identity | «coutn» | Sinks.log\n",
        fixed=True,
    ),
    fault(
        "a name of another module",
        "unknown-name",
        "import A:1.0.0\ndef h = «f» | A.f\n",
        fixed=True,
        A="fun f : Text -> Text\n",
    ),
    fault("the wrong case", "wrong-case", "fun wordCount : Text -> Integer\ndef h = «wordcount»\n", fixed=True),
    fault(
        "an unknown alias",
        "unknown-alias",
        "import A:1.0.0 as Tools\ndef h = «Tool».f\n",
        fixed=True,
        A="fun f : Text -> Text\n",
    ),
    fault(
        "an unknown type of another module",
        "unknown-type",
        "import A:1.0.0\nfun f : A.«Rwo» -> Text\ndef h = f | Sinks.log\n",
        fixed=True,
        A="type Row = Text\n",
    ),
    fault(
        "an unknown name has no followers",
        "unknown-name",
        "def a = «nothing»\ndef b = a | a | Sinks.log\ndef w = Sources.stdin | b\n",
    ),
    # --- what nothing says
    fault(
        "an ambiguous source",
        "ambiguous-type",
        'def w = «Sources.http» { http_path = "/" } | Std.identity | Sinks.log\n',
        fixed=True,
    ),
    fault(
        "an ambiguous part of a def",
        "ambiguous-type",
        "def hidden = Conv.from_json | Conv.to_json\ndef w = Sources.stdin | «hidden» | Sinks.log\n",
        fixed=True,
    ),
    fault("an empty list", "ambiguous-type", "def w = «[]» | Sinks.log\n"),
    fault(
        "a variable that nothing supplies",
        "unsupplied-variable",
        "fun f : Text -> «a»\ndef w = Sources.stdin | f | Sinks.log\n",
    ),
    # --- rings, types that contain themselves
    fault(
        "a ring of defs",
        "recursive-def",
        "def «a» = b | b\ndef b = c\ndef c = a\ndef w = Sources.stdin | a | Sinks.log\n",
    ),
    fault(
        "a ring of types",
        "recursive-type",
        "type «A» = [B]\ntype B = { a : C }\ntype C = (A, Text)\nfun f : A -> B\ndef h = f | f\n",
    ),
    fault(
        "a type that contains itself",
        "infinite-type",
        "fun f : a -> [a]\nfun g : (b, b) -> b\nfun pair : a -> (a, [a])\ndef h = pair | «g»\n",
    ),
    fault(
        "a type that is too deep",
        "nested-too-deeply",
        "".join(f"type T{i} = [{f'T{i - 1}' if i else 'Text'}]\n" for i in range(200))
        + "type «T200» = [T199]\nfun f : T200 -> Text\ndef h = f | f\n",
    ),
    # --- kinds
    fault(
        "a type for a size",
        "type-argument-kind",
        "type V n = Vector n Text\ntype W n = V n\nfun f : W «Text» -> Text\n",
    ),
    fault(
        "a type for a rest",
        "type-argument-kind",
        "type T r = { a : Text | r }\ntype U r = [T r]\nfun f : U «Text» -> Text\n",
    ),
    fault(
        "a field twice by a rest",
        "duplicate-field",
        "type T r = ({ a : Text | r }, { b : Text | r })\nfun f : T «{ a : Text }» -> Text\n",
    ),
    fault("main twice", "duplicate-declaration", "def main = Std.identity\nfun f : Text -> Text;\n«f | f»\n"),
    fault("replies to no request", "reply-without-http", "def w = Sources.stdin | «Sinks.reply»\n"),
]


def planted(case: Fault) -> tuple[dict[str, str], list[str]]:
    """The files without marks, and what is marked in the main one."""
    texts = {path: re.sub("[«»]", "", text) for path, text in case.files.items()}
    return texts, [
        f"{match.start() - 2 * place}:{match[1]}"
        for place, match in enumerate(re.finditer("«([^»]*)»", case.files[MAIN]))
    ]


def underlined(found: Diagnostic, texts: dict[str, str]) -> str:
    span = found.primary.span
    return f"{span.start}:{texts[span.path][span.start : span.end]}"


@pytest.mark.parametrize("case", FAULTS, ids=[case.name for case in FAULTS])
def test_each_fault_is_reported_once_and_in_its_place(case: Fault) -> None:
    texts, marked = planted(case)
    found = [one for one in check_texts(texts).diagnostics if one.severity.value != "hint"]
    assert [one.code.name for one in found] == list(case.codes), [one.title for one in found]
    assert [underlined(one, texts) for one in found] == marked
    assert all(len(one.title) <= 80 for one in found)


@pytest.mark.parametrize("case", FAULTS, ids=[case.name for case in FAULTS])
def test_what_is_offered_mends_it(case: Fault) -> None:
    texts, _ = planted(case)
    (found, *_others) = check_texts(texts).diagnostics
    assert found.fixes or not case.fixed
    for fix in found.fixes if len(case.codes) == 1 else ():
        mended = {
            path: apply_edits(text, [edit for edit in fix.edits if edit.span.path == path])
            for path, text in texts.items()
        }
        left = [one for one in check_texts(mended).diagnostics if one.is_error]
        assert not left or fix.applicability is Applicability.HAS_PLACEHOLDERS, (mended, [one.title for one in left])
