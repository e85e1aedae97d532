"""Another function in the place of one that does not fit, and declarations of other shapes than what meets them."""

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.diagnostics.model import Fix
from nscompiler.pipeline.checks import check_texts

IMAGES = (
    "type Image = { width : Integer, height : Integer }\ntype Size = { kilobytes : Integer }\n"
    "type Thumb = { name : Text, bytes : [Byte] }\nfun read : Text -> Image\nfun measure : Image -> Size\n"
    "fun thumbnail : Image -> Thumb\nfun check : Thumb -> Text\n"
)


def offered(text: str) -> tuple[Fix, ...]:
    (found,) = check_texts({"main.nml": text}).diagnostics
    for fix in found.fixes:
        assert check_texts({"main.nml": apply_edits(text, fix.edits)}).diagnostics == (), fix.title
    return found.fixes


def test_the_unused_function_that_fits_is_written_for_the_one_that_does_not() -> None:
    (fix,) = offered(IMAGES + "def w = Sources.stdin | read | measure | check | Sinks.log\n")
    assert fix.title == "write `thumbnail` for `measure`"


def test_a_function_that_is_used_already_is_not_written_again() -> None:
    used = "def thumbs = Sources.stdin | read | thumbnail | Sinks.log\n"
    assert offered(IMAGES + used + "def w = Sources.stdin | read | measure | check | Sinks.log\n") == ()


def test_one_of_two_that_fit_is_written_only_if_its_name_is_near() -> None:
    other = "fun thumbnailed : Image -> Thumb\n"
    assert offered(IMAGES + other + "def w = Sources.stdin | read | measure | check | Sinks.log\n") == ()


def test_types_of_other_shapes_may_be_written_on_either_side() -> None:
    text = (
        "type Point = { x : Double, y : Double }\nfun ends : Text -> (Point, Point)\n"
        "fun length : { from : Point, to : Point } -> Double\ndef w = Sources.stdin | ends | length | Sinks.log\n"
    )
    (fix,) = offered(text)
    assert fix.title == "write `(Point, Point)` in the input of `length`"


def test_a_type_with_a_name_is_written_where_a_scalar_is_taken() -> None:
    text = (
        "type Transfer = { id : Integer, amount : Decimal }\nfun check : Transfer -> Transfer\n"
        'fun fee : Decimal -> Text\ndef w = Sources.jsonl<Transfer> { path = "t" } | check | fee | Sinks.log\n'
    )
    assert offered(text)[0].title == "write `Transfer` in the input of `fee`"
