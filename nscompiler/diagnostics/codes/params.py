"""Diagnostics of parameters."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

UNKNOWN_PARAMETER = Code(
    id="NS0501",
    name="unknown-parameter",
    title="No function here reads that parameter",
    explanation="",
)

PARAMETER_TYPE = Code(
    id="NS0502",
    name="parameter-type",
    title="A literal does not fit a parameter's type",
    explanation="",
)

PARAMETER_CHOICE = Code(
    id="NS0503",
    name="parameter-choice",
    title="A value is not among a parameter's choices",
    explanation="",
)

PARAMETER_WITHOUT_EFFECT = Code(
    id="NS0504",
    name="parameter-without-effect",
    title="An inner binding decides that parameter",
    level=Severity.WARNING,
    explanation="",
)

PARAMETER_MISSING = Code(
    id="NS0505",
    name="parameter-missing",
    title="A required parameter is not set",
    explanation="",
)

DUPLICATE_BINDING = Code(
    id="NS0506",
    name="duplicate-binding",
    title="A parameter is bound twice in one place",
    explanation="",
)

RESERVED_PARAMETER = Code(
    id="NS0507",
    name="reserved-parameter",
    title="A parameter's name belongs to the language",
    explanation="",
)

PARAMETER_DECLARATION_TYPE = Code(
    id="NS0508",
    name="parameter-declaration-type",
    title="A parameter cannot have that type",
    explanation="",
)

PARAMETER_DEFAULT = Code(
    id="NS0509",
    name="parameter-default",
    title="A default does not fit its parameter",
    explanation="",
)

STANDARD_PARAMETER_VALUE = Code(
    id="NS0510",
    name="standard-parameter-value",
    title="A value does not fit a parameter that every function understands",
    explanation="",
)

DUPLICATE_PARAMETER = Code(
    id="NS0511",
    name="duplicate-parameter",
    title="A parameter is declared twice",
    explanation="",
)

CODES = (
    UNKNOWN_PARAMETER,
    PARAMETER_TYPE,
    PARAMETER_CHOICE,
    PARAMETER_WITHOUT_EFFECT,
    PARAMETER_MISSING,
    DUPLICATE_BINDING,
    RESERVED_PARAMETER,
    PARAMETER_DECLARATION_TYPE,
    PARAMETER_DEFAULT,
    STANDARD_PARAMETER_VALUE,
    DUPLICATE_PARAMETER,
)
