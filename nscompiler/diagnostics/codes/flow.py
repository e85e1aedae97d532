"""Diagnostics of the flow graph: what only shows once a whole workflow is laid out. NS06xx."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity


def _python(method: str) -> str:
    """A Python file whose class has one method, which gives back the text it gets."""
    return f"import nstack\n\n\nclass Module(nstack.Module):\n    def {method}(self, text):\n        return text\n"


SAME_FILE = Code(
    id="NS0603",
    name="two-sinks-one-path",
    title="Two sinks write the same file",
    explanation=(
        "A file sink owns its file from the start of the run to its end: it writes beside it and renames, or "
        "appends whole "
        "records. Two sinks on one path would overwrite each other. Give each its own path, or join the flows with "
        "`&` before "
        "one sink. The paths are compared as written, after removing `./` and the like."
    ),
    wrong=('def w = ["a"] | (Sinks.jsonl { path = "out.jsonl" } & Sinks.jsonl { path = "./out.jsonl" })\n'),
    right='def w = ["a"] | (Sinks.jsonl { path = "one.jsonl" } & Sinks.jsonl { path = "two.jsonl" })\n',
)

SINK_ON_SOURCE = Code(
    id="NS0604",
    name="sink-on-source-path",
    title="A sink writes the file that a source reads",
    explanation=(
        "The source would read what the sink has just written, or the sink would replace what is not yet read. "
        "Write to "
        "another path and rename it afterwards."
    ),
    wrong='def w = Sources.jsonl<Text> { path = "data.jsonl" } | Sinks.jsonl { path = "data.jsonl" }\n',
    right='def w = Sources.jsonl<Text> { path = "data.jsonl" } | Sinks.jsonl { path = "done.jsonl" }\n',
)

SAME_ENDPOINT = Code(
    id="NS0605",
    name="two-sources-one-endpoint",
    title="Two HTTP sources listen on one path",
    explanation=(
        "Sources on one port share a server, which tells them apart by their path. Two on the same port and path "
        "could not be "
        "told apart. Give them different paths, or name the source once with `def` and branch after it with `&`."
    ),
    wrong=(
        'def w = (Sources.http<Text> { http_path = "/in" } & Sources.http<Text> { http_path = "in" }) | Sinks.log\n'
    ),
    right=('def w = (Sources.http<Text> { http_path = "/a" } & Sources.http<Text> { http_path = "/b" }) | Sinks.log\n'),
)

NO_METHOD = Code(
    id="NS0606",
    name="function-without-method",
    title="The Python class does not define a function that the workflow uses",
    explanation=(
        "A `fun` is a promise that the module's Python class has a method of that name. Checking a module only "
        "warns, since a "
        "base class elsewhere may provide it; a workflow that calls the function cannot run without it. Write the "
        "method, or "
        "correct the name on either side."
    ),
    wrong_files=(
        ("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n'),
        (
            "service.py",
            _python("shuot"),
        ),
    ),
    right_files=(
        ("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n'),
        (
            "service.py",
            _python("shout"),
        ),
    ),
)

NO_CLASS = Code(
    id="NS0607",
    name="function-without-python",
    title="A workflow uses a function that no Python code implements",
    explanation=(
        "Functions declared with `fun` are methods of a class called `Module` (or `Service`) in the module's "
        "`service.py`, or for "
        "a script in the Python file of the same name beside it. That file or that class is missing. A module of "
        "types and "
        "declarations alone is fine until something that it declares is to run."
    ),
    wrong_files=(("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n'),),
    right_files=(
        ("module.nml", 'module Demo:0.1.0\n\nfun shout : Text -> Text\ndef w = ["a"] | shout | Sinks.log\n'),
        (
            "service.py",
            _python("shout"),
        ),
    ),
)

OWN_PROCESS = Code(
    id="NS0608",
    name="requirements-exclude-each-other",
    title="Two modules need versions of one package that exclude each other",
    level=Severity.HINT,
    explanation=(
        "The modules of a workflow share one Python process, in which a package has one version. Where the "
        "requirements of two modules leave no version of it that suits both, the second one by name runs in a process "
        "of its own, and so do all its uses in the workflows that are built with it. It needs a Python environment of "
        "its own: the start of the workflow says how to make it. Values are copied to that process and back, which "
        "takes time; to have one process, loosen one of the requirements."
    ),
    wrong_files=(
        ("a/module.nml", "module A:0.1.0\n\nfun f : Text -> Text\n"),
        (
            "a/service.py",
            _python("f"),
        ),
        ("a/requirements.txt", "left==1.0\n"),
        ("b/module.nml", "module B:0.1.0\n\nfun g : Text -> Text\n"),
        (
            "b/service.py",
            _python("g"),
        ),
        ("b/requirements.txt", "left>=2\n"),
        ("main.nml", 'import A:0.1.0 as A\nimport B:0.1.0 as B\n["a"] | A.f | B.g | Sinks.log\n'),
    ),
    right_files=(
        ("a/module.nml", "module A:0.1.0\n\nfun f : Text -> Text\n"),
        (
            "a/service.py",
            _python("f"),
        ),
        ("a/requirements.txt", "left>=1.0\n"),
        ("b/module.nml", "module B:0.1.0\n\nfun g : Text -> Text\n"),
        (
            "b/service.py",
            _python("g"),
        ),
        ("b/requirements.txt", "left>=2\n"),
        ("main.nml", 'import A:0.1.0 as A\nimport B:0.1.0 as B\n["a"] | A.f | B.g | Sinks.log\n'),
    ),
)

TOO_LARGE = Code(
    id="NS0609",
    name="workflow-too-large",
    title="The workflow grows beyond 20,000 steps",
    explanation=(
        "A def stands for its body wherever it is used. Defs that use each other several times double the workflow "
        "at each level; "
        "this one passes 20,000 steps, which is more than any program means. Use each def once, or send the value "
        "through a `&` "
        "that joins earlier."
    ),
    wrong=(
        "def a0 = Std.identity & Std.identity & Std.identity & Std.identity\n"
        "def a1 = a0 | a0 & a0 & a0 & a0\ndef a2 = a1 & a1 & a1 & a1 & a1 & a1 & a1 & a1\n"
        "def a3 = a2 & a2 & a2 & a2 & a2 & a2 & a2 & a2\ndef a4 = a3 & a3 & a3 & a3 & a3 & a3 & a3 & a3\n"
        "def a5 = a4 & a4 & a4 & a4 & a4 & a4 & a4 & a4\ndef a6 = a5 & a5 & a5 & a5 & a5 & a5 & a5 & a5\n"
        'def w = ["x"] | a6 | Sinks.log\n'
    ),
    right='def a0 = Std.identity & Std.identity\ndef w = ["x"] | a0 | a0 | a0 | Sinks.log\n',
)

POLICY_ENVIRONMENT = Code(
    id="NS0610",
    name="policy-from-environment",
    title="How failures are handled cannot come from the environment",
    explanation=(
        "`retry`, `timeout`, `on_error`, `dead_letter`, `parallelism` and `ordered` shape what is built, and are "
        "therefore decided in "
        "the program. `$NAME` is read when the process starts, which is too late for them. Write the value itself."
    ),
    wrong='def w = ["a"] | Std.identity | Sinks.log { retry = $TIMES }\n',
    right='def w = ["a"] | Std.identity | Sinks.log { retry = 3 }\n',
)

OPEN_TEST = Code(
    id="NS0611",
    name="open-function-tested",
    title="A function is tried at a type that is still open",
    explanation=(
        "Trying a function on one value needs to know the value's type, and this function works at any type. Give "
        "the type in a "
        "def (`def f = g<Text>`) and try that one."
    ),
    wrong="def show = Conv.to_json\n",
    right="def show = Conv.to_json<Integer>\n",
)

UNSUPPORTED = Code(
    id="NS0612",
    name="unsupported-by-target",
    title="The target cannot run a part of this workflow",
    explanation=(
        "Each target declares what it cannot do; an unbounded source in a batch scheduler is an example. The "
        "message says what it is "
        "and what to do instead. Other targets may run the workflow unchanged."
    ),
    wrong='def w = Sources.http<Text> { http_path = "/in" } | Sinks.log\n',
    right='def w = Sources.http<Text> { http_path = "/in" } | Sinks.log\n',
)

SAME_STDIN = Code(
    id="NS0614",
    name="standard-input-read-twice",
    title="Two sources read standard input",
    explanation=(
        "Standard input is one stream; two sources on it would each get an unforeseeable part of the lines. Read it "
        "once and send "
        "each line both ways with `&`."
    ),
    wrong="def w = (Sources.stdin & Sources.stdin) | Sinks.log\n",
    right="def w = Sources.stdin | (Std.identity & Std.identity) | Sinks.log\n",
)

PYTHON_WORKFLOW = Code(
    id="NS0615",
    name="python-workflow",
    title="A Python function without input and output cannot be run",
    explanation=(
        "A `fun` from Void to Void would be a whole workflow written in Python; there is nothing for it to wire. "
        "Declare the part "
        "that yields values as a source (`Void -> T`) or the part that takes them as a sink (`T -> Void`), and "
        "write the "
        "workflow as a def."
    ),
    wrong_files=(
        ("module.nml", "module Demo:0.1.0\n\nfun all : Void -> Void\ndef w = all\n"),
        ("service.py", _python("all")),
    ),
    right_files=(
        ("module.nml", "module Demo:0.1.0\n\nfun all : Void -> Text\ndef w = all | Sinks.log\n"),
        ("service.py", _python("all")),
    ),
)

NEVER_WHOLE = Code(
    id="NS0616",
    name="never-whole",
    title="A sink writes what is good only once it is complete, and the workflow has no end",
    explanation=(
        "A Parquet file, an Arrow file and an object of all values are readable when their last byte is written, "
        "which is at the end of the run. A workflow that has a source without end would never write one. Write lines "
        '(`Sinks.jsonl`), an Arrow stream (`format = "stream"`), or an object of each value (`s3_format = '
        '"object"`), and make the other of these now and then.'
    ),
    wrong=('def w = Sources.schedule { cron = "* * * * *" } | Sinks.parquet { path = "ticks.parquet" }\n'),
    right=(
        'def w = Sources.schedule { cron = "* * * * *" } | Sinks.arrow { path = "ticks.arrows", format = "stream" }\n'
    ),
)

SAME_STDOUT = Code(
    id="NS0617",
    name="standard-output-written-twice",
    title="Two sinks write standard output",
    explanation=(
        "Standard output is one stream. `Sinks.stdout` writes lines, and several of them may share it; a sink of files "
        'with `path = "-"` has it for itself, or its rows, headers and footers would stand between what others write. '
        "Give all but one a file, or join the flows with `&` before one sink."
    ),
    wrong='def w = ["a"] | (Sinks.jsonl { path = "-" } & Sinks.stdout)\n',
    right='def w = ["a"] | (Sinks.jsonl { path = "out.jsonl" } & Sinks.stdout)\n',
)

CODES = (
    SAME_FILE,
    SINK_ON_SOURCE,
    SAME_ENDPOINT,
    NO_METHOD,
    NO_CLASS,
    OWN_PROCESS,
    TOO_LARGE,
    POLICY_ENVIRONMENT,
    OPEN_TEST,
    UNSUPPORTED,
    SAME_STDIN,
    PYTHON_WORKFLOW,
    NEVER_WHOLE,
    SAME_STDOUT,
)
