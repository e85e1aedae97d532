"""Diagnostics of names and declarations."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

UNKNOWN_NAME = Code(
    id="NS0401",
    name="unknown-name",
    title="There is no function of that name",
    explanation="",
)

UNKNOWN_TYPE = Code(
    id="NS0402",
    name="unknown-type",
    title="There is no type of that name",
    explanation="",
)

UNKNOWN_ALIAS = Code(
    id="NS0403",
    name="unknown-alias",
    title="No import has that alias",
    explanation="",
)

UNKNOWN_CONSTRAINT = Code(
    id="NS0404",
    name="unknown-constraint",
    title="There is no constraint of that name",
    explanation="",
)

WRONG_CASE = Code(
    id="NS0405",
    name="wrong-case",
    title="A name has the wrong capital",
    explanation="",
)

DUPLICATE_DECLARATION = Code(
    id="NS0406",
    name="duplicate-declaration",
    title="A name is declared twice",
    explanation="",
)

DUPLICATE_FIELD = Code(
    id="NS0407",
    name="duplicate-field",
    title="A record has a field twice",
    explanation="",
)

DUPLICATE_CONSTRUCTOR = Code(
    id="NS0408",
    name="duplicate-constructor",
    title="A sum has a constructor twice",
    explanation="",
)

RESERVED_NAME = Code(
    id="NS0409",
    name="reserved-name",
    title="A name belongs to the language",
    explanation="",
)

RECURSIVE_TYPE = Code(
    id="NS0410",
    name="recursive-type",
    title="A type contains itself",
    explanation="",
)

RECURSIVE_DEF = Code(
    id="NS0411",
    name="recursive-def",
    title="A def depends on itself",
    explanation="",
)

TYPE_ARITY = Code(
    id="NS0412",
    name="type-arity",
    title="A type is applied to the wrong number of types",
    explanation="",
)

UNBOUND_TYPE_VARIABLE = Code(
    id="NS0413",
    name="unbound-type-variable",
    title="A type variable is not among the parameters",
    explanation="",
)

UNSUPPLIED_VARIABLE = Code(
    id="NS0414",
    name="unsupplied-variable",
    title="Nothing could supply a type variable of the output",
    explanation="",
)

ROW_NOT_ALLOWED = Code(
    id="NS0415",
    name="row-not-allowed",
    title="An open record may not stand here",
    explanation="",
)

VOID_POSITION = Code(
    id="NS0416",
    name="void-position",
    title="Void stands inside a type",
    explanation="",
)

BAD_SIZE = Code(
    id="NS0417",
    name="bad-size",
    title="A vector's size is not a positive number",
    explanation="",
)

METHOD_NAME = Code(
    id="NS0418",
    name="method-name",
    title="A function's name cannot be a Python method",
    explanation="",
)

UNKNOWN_ATTRIBUTE = Code(
    id="NS0419",
    name="unknown-attribute",
    title="There is no attribute of that name",
    explanation="",
)

ATTRIBUTE_CONFLICT = Code(
    id="NS0420",
    name="attribute-conflict",
    title="Two attributes contradict each other",
    explanation="",
)

TYPE_MISPLACED = Code(
    id="NS0421",
    name="type-misplaced",
    title="A built-in is applied to the wrong thing",
    explanation="",
)

LOWERCASE_STANDARD = Code(
    id="NS0422",
    name="lowercase-standard",
    title="The standard library's modules have capitals",
    level=Severity.HINT,
    explanation="",
)

DEPRECATED_USE = Code(
    id="NS0423",
    name="deprecated-use",
    title="A deprecated function is used",
    level=Severity.WARNING,
    explanation="",
)

NUMBER_RANGE = Code(
    id="NS0424",
    name="number-range",
    title="A number does not fit into 64 bits",
    explanation="",
)

DUPLICATE_VARIABLE = Code(
    id="NS0425",
    name="duplicate-variable",
    title="A type parameter is named twice",
    explanation="",
)

UNUSED_PARAMETER = Code(
    id="NS0426",
    name="unused-parameter",
    title="A type parameter is not used",
    level=Severity.HINT,
    explanation="",
)

SUM_MISPLACED = Code(
    id="NS0427",
    name="sum-misplaced",
    title="A sum stands inside another type",
    explanation="",
)

DUPLICATE_ATTRIBUTE = Code(
    id="NS0428",
    name="duplicate-attribute",
    title="An attribute is given twice",
    explanation="",
)

CODES = (
    UNKNOWN_NAME,
    UNKNOWN_TYPE,
    UNKNOWN_ALIAS,
    UNKNOWN_CONSTRAINT,
    WRONG_CASE,
    DUPLICATE_DECLARATION,
    DUPLICATE_FIELD,
    DUPLICATE_CONSTRUCTOR,
    RESERVED_NAME,
    RECURSIVE_TYPE,
    RECURSIVE_DEF,
    TYPE_ARITY,
    UNBOUND_TYPE_VARIABLE,
    UNSUPPLIED_VARIABLE,
    ROW_NOT_ALLOWED,
    VOID_POSITION,
    BAD_SIZE,
    METHOD_NAME,
    UNKNOWN_ATTRIBUTE,
    ATTRIBUTE_CONFLICT,
    TYPE_MISPLACED,
    LOWERCASE_STANDARD,
    DEPRECATED_USE,
    NUMBER_RANGE,
    DUPLICATE_VARIABLE,
    UNUSED_PARAMETER,
    SUM_MISPLACED,
    DUPLICATE_ATTRIBUTE,
)
