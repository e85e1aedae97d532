"""Diagnostics of a module's Python file set against its ``.nml``. NS08xx."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

_NML = "module Demo:0.1.0\n\nfun shout : Text -> Text\n"
_RIGHT = "import nstack\n\n\nclass Module(nstack.Module):\n    def shout(self, text):\n        return text.upper()\n"

METHOD_MISSING = Code(
    id="NS0801",
    name="method-missing",
    title="The Python class does not define a declared function",
    explanation=(
        "Each `fun` of a module is a method of the class `Module` (or `Service`) in its Python file. The "
        "class has no method of that name, and its base classes lie in the same file or are the runtime's "
        "own, so that none can come from elsewhere. This is a warning as long as nothing runs: a workflow "
        "that calls the function is refused when it is built. Write the method, or correct the name on either"
        " side. A `@property` is no method: what it gives is not called."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _NML), ("service.py", _RIGHT.replace("shout", "shuot"))),
    right_files=(("module.nml", _NML), ("service.py", _RIGHT)),
)

CLASS_MISSING = Code(
    id="NS0802",
    name="python-class-missing",
    title="The Python file has no class for the module's functions",
    explanation=(
        "The functions that a module declares are methods of one class, which is called `Module` (older modules: "
        "`Service`) and derives from `nstack.Module`. The Python file is there, but it defines and imports no class "
        "of either name, or one that derives from nothing and reads `self.args`, or from what `nstack` does not have; "
        "or the file does not import `nstack`. This is a warning as long as nothing runs: a workflow that calls one "
        "of the functions is refused when it is built."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _NML), ("service.py", _RIGHT.replace("class Module", "class Shouter"))),
    right_files=(("module.nml", _NML), ("service.py", _RIGHT)),
)

PYTHON_SYNTAX = Code(
    id="NS0803",
    name="python-syntax",
    title="The module's Python file is not valid Python",
    explanation=(
        "The Python file that implements a module's functions cannot be parsed, so it could not be imported "
        "either. The place and the reason are those that Python itself gives. Python code is only read here, "
        "never run: what it does when it is imported shows at the start of a run."
    ),
    wrong_files=(("module.nml", _NML), ("service.py", _RIGHT.replace("text):", "text:"))),
    right_files=(("module.nml", _NML), ("service.py", _RIGHT)),
)

ARGUMENT_COUNT = Code(
    id="NS0804",
    name="method-arguments",
    title="A method does not take exactly one value",
    explanation=(
        "A function is called with the value that flows, and nothing else: its method has one argument after "
        "`self`; parameters are in `self.args`. A source, whose input is Void, has no value to take: its "
        "method has `self` alone. The method here takes another number of arguments, or one by name alone that "
        "has no default, so that every call of it would fail."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _NML), ("service.py", _RIGHT.replace("(self, text)", "(self, text, language)"))),
    right_files=(("module.nml", _NML), ("service.py", _RIGHT)),
)

_WITH = "module Demo:0.1.0\n\nfun shout : Text -> Text with { mark : Text }\n"
_READS = _RIGHT.replace("text.upper()", 'text.upper() + self.args["mark"]')

ANNOTATION_DISAGREES = Code(
    id="NS0805",
    name="annotation-disagrees",
    title="A method's annotation says otherwise than the function's type",
    explanation=(
        "The `.nml` declares what a function takes and gives, and its method's annotations say something that cannot "
        "be the same. One of the two is out of date; the program goes by the `.nml`, and checks what the method "
        "returns against it. Of a method that yields, what it yields is compared. Built-in types are compared, those "
        "of `typing`, `datetime`, `decimal` and `uuid`, and the fields of the file's own dataclasses, NamedTuples, "
        "TypedDicts and attrs classes: any other class is taken to agree."
    ),
    level=Severity.WARNING,
    wrong_files=(
        ("module.nml", _NML),
        ("service.py", _RIGHT.replace("(self, text)", "(self, text: int) -> str")),
    ),
    right_files=(
        ("module.nml", _NML),
        ("service.py", _RIGHT.replace("(self, text)", "(self, text: str) -> str")),
    ),
)

UNDECLARED_PARAMETER = Code(
    id="NS0806",
    name="undeclared-parameter",
    title="A method reads a parameter that its function does not declare",
    explanation=(
        "A function that declares parameters, with `with { … }`, has exactly those in `self.args`. Reading another "
        "one is a KeyError in every call, and `get` gives its default in every one. Declare it, or correct "
        "the name. A function without `with` takes any parameter, as text."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _WITH), ("service.py", _READS.replace('"mark"', '"marks"'))),
    right_files=(("module.nml", _WITH), ("service.py", _READS)),
)

UNREAD_PARAMETER = Code(
    id="NS0807",
    name="unread-parameter",
    title="A function declares a parameter that its Python class never reads",
    explanation=(
        "The class uses `self.args` with literal names alone, and this name is not among them: whoever sets the "
        "parameter changes nothing. Read it, or take it out of `with`. Where the class reads parameters in another "
        "way, or something unseen may, nothing is said."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _WITH), ("service.py", _RIGHT)),
    right_files=(("module.nml", _WITH), ("service.py", _READS)),
)

_TICKS = "module Demo:0.1.0\n\nfun ticks : Void -> Integer\n"
_COUNTS = (
    "import nstack\n\n\nclass Module(nstack.Module):\n    def ticks(self):\n        for number in range(3):\n"
    "            yield number\n"
)

SOURCE_WITHOUT_VALUES = Code(
    id="NS0809",
    name="source-without-values",
    title="The method of a source yields no values",
    explanation=(
        "A source, a function whose input is Void, hands out its values one by one: its method has a `yield`, or "
        "returns something to iterate over. This one does neither, or returns one value where `yield` is meant, so the "
        "run would end with an error when the source is opened. An `async` method that returns is no source either; "
        "one that yields is."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _TICKS), ("service.py", _COUNTS.replace("yield number", "print(number)"))),
    right_files=(("module.nml", _TICKS), ("service.py", _COUNTS)),
)

UNMAPPED_ANNOTATION = Code(
    id="NS0808",
    name="unmapped-annotation",
    title="A Python annotation has no counterpart in the language",
    explanation=(
        "`nsc stub --fun` writes the `fun` lines of a Python class from its annotations. This method has none, or one "
        "that says something for which the language has no type: `Any`, a set, a union without a name, a class that is "
        "neither a dataclass nor the like. The method is left out of what is written. Annotate it, or write its `fun` "
        "by hand."
    ),
)

PARAMETER_ACCESS = Code(
    id="NS0810",
    name="parameter-access",
    title="A method reads a parameter in a way that `self.args` does not have",
    explanation=(
        'The parameters of a function are in `self.args`, a dict by name: `self.args["mark"]`. It has no attributes of '
        "these names, and it cannot be called, nor is it called `args` or `self.arg`, so that every call of the method "
        "would fail here."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _WITH), ("service.py", _READS.replace('args["mark"]', "args.mark"))),
    right_files=(("module.nml", _WITH), ("service.py", _READS)),
)

_EVENT = "module Demo:0.1.0\n\ntype Shout = { text : Text, loud : Boolean }\n\nfun shout : Text -> Shout\n"
_SHOUTS = _RIGHT.replace("text.upper()", '{"text": text.upper(), "loud": True}')

RETURNED_VALUE = Code(
    id="NS0811",
    name="returned-value",
    title="A method gives what is not of the declared type",
    explanation=(
        "Here a method writes out what it gives, a dict with a record's fields or the like, and every call that comes "
        "to it would fail: a field is missing that is not optional, or misspelt; a text stands where a list or a "
        "number is declared, or None where something is always there; what is declared as a sum is no value of one of "
        "its constructors, which are attributes of `nstack`, `nstack.Event.Placed(…)`; or there is no type or "
        "constructor of this name. A misspelt optional field would be lost. Or the method reads a field that the "
        "record which it is given does not have. Or a method comes to its end without a `return` that gives a value, "
        "as where it prints what it should return, or a `match` at its end has no case for one of the constructors of "
        "the sum that it is given. What follows from the value that the method is given counts as written out: its "
        "fields, and what methods of a text return. Of all other values nothing is said: they are checked when the "
        "workflow runs."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _EVENT), ("service.py", _SHOUTS.replace('"loud"', '"lout"'))),
    right_files=(("module.nml", _EVENT), ("service.py", _SHOUTS)),
)

_MODES = 'module Demo:0.1.0\n\nfun shout : Text -> Text with { mode : "soft" | "loud" }\n'
_IS_LOUD = _RIGHT.replace("return text.upper()", 'return text.upper() if self.args["mode"] == "loud" else text')

IMPOSSIBLE_CHOICE = Code(
    id="NS0812",
    name="impossible-choice",
    title="A parameter is compared with a text that is none of its choices",
    explanation=(
        "The declaration of the parameter lists the texts that it may be, and whoever sets it to another one is told. "
        "This comparison is with yet another text, so that it always comes out the same, and a branch of the method is "
        "never taken. Write one of the declared texts, or declare this one too."
    ),
    level=Severity.WARNING,
    wrong_files=(("module.nml", _MODES), ("service.py", _IS_LOUD.replace('== "loud"', '== "lout"'))),
    right_files=(("module.nml", _MODES), ("service.py", _IS_LOUD)),
)

CODES = (
    METHOD_MISSING,
    CLASS_MISSING,
    PYTHON_SYNTAX,
    ARGUMENT_COUNT,
    ANNOTATION_DISAGREES,
    UNDECLARED_PARAMETER,
    UNREAD_PARAMETER,
    UNMAPPED_ANNOTATION,
    SOURCE_WITHOUT_VALUES,
    PARAMETER_ACCESS,
    RETURNED_VALUE,
    IMPOSSIBLE_CHOICE,
)
