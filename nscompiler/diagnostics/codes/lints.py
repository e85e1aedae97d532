"""Lints: what is allowed and probably not meant. Their levels are a project's to choose. NS09xx."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

_WORDS = ("words/module.nml", "module Words:0.1.0\n\nfun count : Text -> Integer\n")
_SHOP = """\
type Order = { id : Integer, country : Text }

fun enrich : { id : Integer | r } -> { id : Integer, country : Text | r }
fun store : { id : Integer, COUNTRY : Text } -> Void

def w = Sources.jsonl { path = "orders.jsonl" } | enrich | store
"""
_POLL = """\
fun fetch : () -> Text

def poll = Sources.schedule { cron = "@hourly" } | fetch | Sinks.log
"""
_ARGS = """\
import nstack


class Module(nstack.Module):
    def shout(self, text):
        return text.upper() + self.args["mark"]
"""

UNUSED_IMPORT = Code(
    id="NS0901",
    name="unused-import",
    title="An import is not used",
    explanation=(
        "Nothing in the file goes through the import's alias. An import has no effect but to give names, so it can go: "
        "the fix removes it. Python code finds only those types of other modules that the file's functions mention, so "
        "it does not need the import either."
    ),
    level=Severity.WARNING,
    wrong_files=(_WORDS, ("main.nml", "module Main:0.1.0\n\nimport Words:0.1.0 as W\n\ndef w = Sources.stdin\n")),
    right_files=(
        _WORDS,
        ("main.nml", "module Main:0.1.0\n\nimport Words:0.1.0 as W\n\ndef w = Sources.stdin | W.count\n"),
    ),
)

UNUSED_TYPE = Code(
    id="NS0902",
    name="unused-type",
    title="A script declares a type and does not use it",
    explanation=(
        "A script cannot be imported, so a type that it does not mention itself is used nowhere. Remove it, or put "
        "it to use. In a module every declaration is exported, and nothing there is called unused."
    ),
    level=Severity.WARNING,
    wrong='type Line = Text;\n\n["one"] | Sinks.stdout\n',
    right='type Line = Text;\n\n["one"] | Sinks.stdout<Line>\n',
)

UNUSED_DEFINITION = Code(
    id="NS0903",
    name="unused-definition",
    title="A script declares a function that nothing in it uses",
    explanation=(
        "A script cannot be imported, so what is neither used in it nor a workflow that could be started does nothing. "
        "This is told only of scripts with a bare expression, and not of names that begin with `_`. In a module every "
        "declaration is exported, and nothing there is called unused."
    ),
    level=Severity.WARNING,
    wrong='def show = Conv.to_json | Sinks.stdout\n\n["one"] | Sinks.stdout\n',
    right='def show = Conv.to_json | Sinks.stdout\n\n["one"] | show\n',
)

MISSPELT_FIELD = Code(
    id="NS0904",
    name="misspelt-field",
    title="A field is dropped, and one of almost that name is asked of the source",
    explanation=(
        "A stage gives a field, the next one drops it and takes another field whose name differs in one letter and "
        "whose type is the same. No stage before gives that other field, so inference asks the source for it: every "
        "value would have to come in with it. Most often the two names are meant to be one; correct one of them."
    ),
    level=Severity.WARNING,
    wrong=_SHOP.replace("COUNTRY", "countyr"),
    right=_SHOP.replace("COUNTRY", "country"),
)

PARAMETER_NOT_READ = Code(
    id="NS0905",
    name="parameter-not-read",
    title="No function reads a parameter",
    explanation=(
        "A function without `with` takes any parameter, so a slip in a name shows nowhere. Here the Python classes of "
        "all functions that the binding reaches are there to be read, use `self.args` with literal names only, and "
        "none of them uses this one: the binding changes nothing. Correct its name, or remove it."
    ),
    level=Severity.WARNING,
    wrong_files=(
        ("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\n\ndef loud = shout { marks = "!" }\n'),
        ("service.py", _ARGS),
    ),
    right_files=(
        ("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\n\ndef loud = shout { mark = "!" }\n'),
        ("service.py", _ARGS),
    ),
)

SNAPSHOT_IN_RELEASE = Code(
    id="NS0906",
    name="snapshot-in-release",
    title="A release imports a module that still changes",
    explanation=(
        "A version without `-SNAPSHOT` is a release: it is the same for ever. A module that it imports as `-SNAPSHOT` "
        "may be another one tomorrow, and the release with it. Import a released version, or give this module a "
        "`-SNAPSHOT` version as well."
    ),
    level=Severity.WARNING,
    wrong_files=(
        ("words/module.nml", "module Words:0.1.0-SNAPSHOT\n\nfun count : Text -> Integer\n"),
        ("main.nml", "module Main:1.0.0\n\nimport Words:0.1.0-SNAPSHOT as W\n\ndef f = W.count\n"),
    ),
    right_files=(_WORDS, ("main.nml", "module Main:1.0.0\n\nimport Words:0.1.0 as W\n\ndef f = W.count\n")),
)

VALUES_ARE_LOST = Code(
    id="NS0907",
    name="failures-are-skipped",
    title="Values that fail are skipped, and the source cannot give them again",
    explanation=(
        "A workflow that has no end goes on after a value that fails: it is skipped, counted, and gone where its "
        "source cannot give it again, as a schedule cannot, nor an `@unbounded` Python source without offsets. Say "
        'what is meant with `on_error`: `"dead_letter"` keeps such values in a file, `"stop"` ends the run, `"skip"` '
        "says that losing them is fine."
    ),
    level=Severity.HINT,
    wrong=_POLL,
    right=_POLL.replace("| fetch |", '| fetch { on_error = "dead_letter" } |'),
)

UNUSED_IGNORE = Code(
    id="NS0908",
    name="unused-ignore",
    title="A comment ignores what is not there",
    explanation=(
        "`// nsc: ignore[…]` keeps warnings and hints of the codes that it names from being shown for its line, or, "
        "where it stands alone, for the next line. Nothing of that code is found there, or not any more. The fix "
        "removes the code from the comment."
    ),
    level=Severity.WARNING,
    wrong="def w = Sources.stdin | Sinks.log // nsc: ignore[NS0421]\n",
    right="def w = sources.stdin | Sinks.log // nsc: ignore[NS0421]\n",
)

MALFORMED_IGNORE = Code(
    id="NS0909",
    name="malformed-ignore",
    title="A comment does not say what it ignores",
    explanation=(
        "A comment that ignores warnings names them, by code or by name: `// nsc: ignore[NS0421]`, several with commas "
        "between them. Without names it would also hide what nobody has seen yet, so it ignores nothing. The same goes "
        "for names that no diagnostic has, for block comments and for documentation (`///`)."
    ),
    level=Severity.WARNING,
    wrong="def w = sources.stdin | Sinks.log // nsc: ignore\n",
    right="def w = sources.stdin | Sinks.log // nsc: ignore[lowercase-standard]\n",
)

ERROR_IGNORED = Code(
    id="NS0910",
    name="error-ignored",
    title="A comment tries to ignore an error",
    explanation=(
        "Warnings and hints may be ignored where they stand; an error may not. It means that the program cannot be "
        "built, which no comment changes. Mend what the error tells, and remove the code from the comment."
    ),
    level=Severity.WARNING,
    wrong="def w = Sources.stdin | Sinks.log // nsc: ignore[NS0301]\n",
    right="def w = Sources.stdin | Sinks.log\n",
)

VARIABLE_LIKE_TYPE = Code(
    id="NS0911",
    name="variable-like-type",
    title="A type variable is called as a type in small letters",
    explanation=(
        "Types start with a capital. A name in small letters is a type variable, which stands for any type: a function "
        "from `text` takes numbers as well, one from `order` more than a declared `Order`, and nothing is checked at "
        "its joints. Write the type with its capital, or give the variable another name, such as `a`."
    ),
    level=Severity.WARNING,
    wrong="fun shout : text -> Text\n",
    right="fun shout : Text -> Text\n",
)

TYPE_LIKE_CONSTRUCTORS = Code(
    id="NS0912",
    name="type-like-constructors",
    title="All constructors of a sum are called as types, and none holds a value",
    explanation=(
        "The alternatives of a sum are constructors, each with a payload behind it. In `type Id = Integer | Text` two "
        "constructors without a payload happen to be called as types: a value says which of them it is, and holds no "
        "number and no text. A sum of two types names a constructor for each: `IdNumber Integer | IdText Text`. What "
        "may be missing is `optional Text`."
    ),
    level=Severity.HINT,
    wrong="type Id = Integer | Text\n\nfun find : Id -> Text\n",
    right="type Id = IdNumber Integer | IdText Text\n\nfun find : Id -> Text\n",
)

CODES = (
    UNUSED_IMPORT,
    UNUSED_TYPE,
    UNUSED_DEFINITION,
    MISSPELT_FIELD,
    PARAMETER_NOT_READ,
    SNAPSHOT_IN_RELEASE,
    VALUES_ARE_LOST,
    UNUSED_IGNORE,
    MALFORMED_IGNORE,
    ERROR_IGNORED,
    VARIABLE_LIKE_TYPE,
    TYPE_LIKE_CONSTRUCTORS,
)
