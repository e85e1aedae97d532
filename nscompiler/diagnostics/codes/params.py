"""Diagnostics of parameters."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

UNKNOWN_PARAMETER = Code(
    id="NS0501",
    name="unknown-parameter",
    title="No function here reads that parameter",
    explanation=(
        "`{ p = v }` gives a parameter to every function inside. All functions inside declare what they read, "
        "and none reads one of this name. Near names are offered."
    ),
    wrong="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { cuont = 5 }
""",
    right="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = 5 }
""",
)

PARAMETER_TYPE = Code(
    id="NS0502",
    name="parameter-type",
    title="A literal does not fit a parameter's type",
    explanation=(
        "A parameter is declared with a type. Text that spells a number is taken for a number, a number for a "
        'text is its characters, and a Duration is written like "90s" or as seconds; nothing else is '
        "converted."
    ),
    wrong="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = "many" }
""",
    right="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = "5" }
""",
)

PARAMETER_CHOICE = Code(
    id="NS0503",
    name="parameter-choice",
    title="A value is not among a parameter's choices",
    explanation="The parameter is declared with the texts that it may have. The message lists them.",
    wrong="""\
fun sort : [a] -> [a] with { order : "up" | "down" = "up" }
def f = sort { order = "dwn" }
""",
    right="""\
fun sort : [a] -> [a] with { order : "up" | "down" = "up" }
def f = sort { order = "down" }
""",
)

PARAMETER_WITHOUT_EFFECT = Code(
    id="NS0504",
    name="parameter-without-effect",
    title="An inner binding decides that parameter",
    level=Severity.WARNING,
    explanation=(
        "The binding that is nearest to a function wins, as with environment variables. Every function inside "
        "that reads this parameter has it bound already, so this binding changes nothing. Remove one of the "
        "two."
    ),
    wrong="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def five = top { count = 5 }
def f = five { count = 3 }
""",
    right="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = 3 }
""",
)

PARAMETER_MISSING = Code(
    id="NS0505",
    name="parameter-missing",
    title="A required parameter is not set",
    explanation=(
        "A function declares a parameter without a default, and the workflow sets it nowhere. In a part of a "
        "workflow it stays open, to be set where the part is used."
    ),
    wrong="""\
def w = Sources.http<Text> | Sinks.log
""",
    right="""\
def w = Sources.http<Text> { http_path = "/x" } | Sinks.log
""",
)

DUPLICATE_BINDING = Code(
    id="NS0506",
    name="duplicate-binding",
    title="A parameter is bound twice in one place",
    explanation="One pair of braces sets each parameter once. Remove one of the two.",
    wrong="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = 5, count = 6 }
""",
    right="""\
fun top : [a] -> [a] with { count : Integer = 10 }
def f = top { count = 5 }
""",
)

RESERVED_PARAMETER = Code(
    id="NS0507",
    name="reserved-parameter",
    title="A parameter's name belongs to the language",
    explanation=(
        "`retry`, `timeout`, `on_error`, `dead_letter`, `parallelism` and `ordered` are understood by every "
        "function and mean the same everywhere, so none declares them. Choose another name."
    ),
    wrong="""\
fun f : Text -> Text with { retry : Integer = 3 }
""",
    right="""\
fun f : Text -> Text with { attempts : Integer = 3 }
""",
)

PARAMETER_DECLARATION_TYPE = Code(
    id="NS0508",
    name="parameter-declaration-type",
    title="A parameter cannot have that type",
    explanation=(
        "A parameter is a Text, Integer, Double, Boolean or Duration, a list of these, or one of some texts: "
        '`"a" | "b"`. Larger data comes in as values.'
    ),
    wrong="""\
fun f : Text -> Text with { size : Number = 3 }
""",
    right="""\
fun f : Text -> Text with { size : Integer = 3 }
""",
)

PARAMETER_DEFAULT = Code(
    id="NS0509",
    name="parameter-default",
    title="A default does not fit its parameter",
    explanation=(
        "The value after the `=` in a declaration is what the parameter has when nobody sets it, so it is of "
        "the parameter's type. The message says what would fit."
    ),
    wrong="""\
fun f : Text -> Text with { size : Integer = "large" }
""",
    right="""\
fun f : Text -> Text with { size : Integer = 10 }
""",
)

STANDARD_PARAMETER_VALUE = Code(
    id="NS0510",
    name="standard-parameter-value",
    title="A value does not fit a parameter that every function understands",
    explanation=(
        '`retry` is "true" or a number, `timeout` a duration, `on_error` is "stop", "skip" or "dead_letter", '
        "`parallelism` a number from 1, `ordered` true or false. Other values mean nothing to the runtime."
    ),
    wrong="""\
fun f : Text -> Text
def g = f { on_error = "ignore" }
""",
    right="""\
fun f : Text -> Text
def g = f { on_error = "skip" }
""",
)

DUPLICATE_PARAMETER = Code(
    id="NS0511",
    name="duplicate-parameter",
    title="A parameter is declared twice",
    explanation=(
        "A function declares each parameter once, and an enumeration lists each of its values once. Remove "
        "one of the two."
    ),
    wrong="""\
fun f : Text -> Text with { size : Integer = 1, size : Integer = 2 }
""",
    right="""\
fun f : Text -> Text with { size : Integer = 1 }
""",
)

PARAMETER_FORM = Code(
    id="NS0512",
    name="parameter-form",
    title="A value does not have the form that its parameter needs",
    explanation=(
        "The value means something to the function that reads it: `cron` is a table of times, five fields or six with "
        "the year last, `timezone` a name of the IANA, `csv_sep` one character, `max_line` a number of bytes, a port a "
        "number up to 65535, `kafka_key` a field of the values, as are the names in braces in a `url`. What is "
        "refused here would be refused at the start of "
        "the workflow; what is right in a form that the compiler does not know is left to that. A text is taken as it "
        "stands: `${NAME}` is not replaced in it, nor is `$NAME` in a path or a password. A "
        "variable of the environment is the whole value, `$NAME` without "
        'quotes; where those characters are meant, `"\\u0024{NAME}"` writes them.'
    ),
    wrong="""\
def w = Sources.schedule { cron = "60 * * * *" } | Sinks.log
""",
    right="""\
def w = Sources.schedule { cron = "0 * * * *" } | Sinks.log
""",
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
    PARAMETER_FORM,
)
