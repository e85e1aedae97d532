"""The rows of the compatibility table: a program, and what it does when it is checked, built and run.

Every program lies in ``programs/`` under its row's name. ``test_compat.py`` executes each row as it stands here, and
keeps ``README.md`` equal to ``table()``.
"""

import attrs


@attrs.frozen
class Sent:
    """A request to a running workflow: what is sent, and what is answered."""

    path: str
    body: str
    status: int = 200
    answer: str = "Message Accepted"
    method: str = "POST"
    content_type: str = "text/plain"


@attrs.frozen
class Run:
    """One run of a workflow: what it is given and what must come out.

    ``outputs`` are the log sink's lines in order, ``shown`` texts that the log must hold besides. A run that is sent
    requests is stopped with SIGTERM when the last one was answered; any other ends by itself.
    """

    workflow: str = "w"
    stdin: str = ""
    stdout: str = ""
    sent: tuple[Sent, ...] = ()
    outputs: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    exit: int = 0


@attrs.frozen
class Case:
    """One row. ``says`` are the diagnostics of the check, as ``level: name``; ``build_says`` those of the build.

    ``quotes`` are texts that the diagnostics must show. ``prepare`` is a Python file of the program that is run first.
    ``cell`` is a file that is handed to ``nsc notebook`` on standard input. ``needs_postgres``: runs need a server.
    """

    name: str
    stands_for: str
    says: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    build_says: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    prepare: str = ""
    cell: str = ""
    stub: str = ""
    not_run: str = ""
    elsewhere: str = ""
    needs_postgres: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether the check finds an error."""
        return any(said.startswith("error") for said in self.says)


def http(workflow: str, path: str, *values: str, outputs: tuple[str, ...], shown: tuple[str, ...] = ()) -> Run:
    """A run that is sent values, each as ``{"params": value}``, all of which are accepted."""
    sent = tuple(Sent(path, f'{{"params": {value}}}') for value in values)
    return Run(workflow, sent=sent, outputs=outputs, shown=shown)


OLD_SPELLING = ("error: old-spelling",)

YEARS = (
    Case(
        "early-braces",
        "early 2017: `module X:0.1.0 { … }`, `;`, `<T>` at both ends",
        runs=(http("sung", "/poems", '"O wild West Wind"', outputs=("4",)),),
    ),
    Case("header-where", "`module X:0.1.0 where`", runs=(Run(stdin="a\nb\n", stdout="a\nb\n"),)),
    Case(
        "april-2017",
        "April 2017: `module.nml` without braces; `filter f`, `concat f`, `f?`, `f*`; a Python sink",
        runs=(
            Run(stdin="ab\nto be or\n", outputs=('"TO"', '"BE"', '"OR"')),
            Run("postfix", stdin="ab\nto be or\n", outputs=('"TO"', '"BE"', '"OR"')),
            Run("silent", stdin="x\n", shown=("swallowed x",)),
        ),
    ),
    Case(
        "inference",
        "mid 2017: no `<T>` at either end; types compared by structure, across modules",
        runs=(Run(stdin='{"y": 4, "x": 3}\n', stdout='{"at":{"y":4.0,"x":-3.0},"length":5.0}\n'),),
    ),
    Case(
        "snapshot-hashes",
        "mid 2017: an exact snapshot, a floating one and a release of one module in one program",
        says=("hint: two-versions",),
        runs=(Run(stdin="abc\n", outputs=("3", "30", "300")),),
    ),
    Case(
        "notebook-semicolons",
        "notebook: imports with `;`, one expression",
        cell="cell.nml",
        runs=(Run("main", stdin="", outputs=()),),
    ),
    Case("notebook-plain", "notebook: imports without `;`, types inferred", cell="cell.nml", runs=(Run("main"),)),
    Case(
        "refused-source",
        "older: `source(http:///demo : Text)`",
        OLD_SPELLING,
        ('Sources.http<Text> { http_path = "/parcels" }',),
    ),
    Case("refused-colon", "older: `sources.http : Text { … }`", OLD_SPELLING, ("Sources.http<Text>",)),
    Case("refused-dollar", "older: `$Type`", OLD_SPELLING, ("today: Parcel",)),
    Case(
        "refused-api",
        "older: an `api:` block in `nstack.yaml`",
        ("hint: old-stack", "error: api-block"),
        ("module Older.Api:0.0.1-SNAPSHOT", "fun postage : Parcel -> Text"),
    ),
    Case(
        "spellings",
        "`sources.`, `Sources.Postgresql`, `Sources.postgresql`",
        ("hint: lowercase-standard",) * 2,
        runs=(Run("a", outputs=('[1,"x"]',)),),
        needs_postgres=True,
    ),
)

REFERENCES = (
    Case(
        "references",
        "`Foo:1.2.0`, `nstack/Foo:1.0.1`, `registry.nstack.com/401/Foo_bar:1.0.0`",
        says=("hint: two-versions",),
        runs=(Run(stdin="x\n", stdout="x\n"),),
    ),
    Case(
        "refused-references",
        "the seven references that are refused, each for its own reason",
        says=(
            "error: bad-author",
            "error: version-suffix",
            "error: registry-without-author",
            "error: one-word-registry",
            "error: incomplete-version",
            "error: module-name",
            "error: too-many-parts",
        ),
        quotes=("`registry` has only one word", "`-beta` is no ending"),
    ),
)

DEMOS = (
    Case(
        "demos",
        "`Demos`, `Demo.Workflow`, and in it `Demo.Classify`, `Demo.FirstLastName`, `Demo.Json`, `Demo.Retry`, "
        "`Demo.Sink`: seven functions in one `Service(nstack.BaseService)` without `super().__init__()`",
        runs=(
            http("lengths", "/lines", '"a line of text"', '""', outputs=("14", "0")),
            http("sung", "/words", '"ba-na-na"', outputs=('"ba"', '"na"', '"na"')),
            http("months", "/months", "7", "12", outputs=('"summer"', '"winter"')),
            http("letters", "/letters", '"Ida"', outputs=('"Yours, Ida"',)),
            http("patient", "/patient", "5", outputs=("5",), shown=("not today",)),
            http("followed", "/follow", '[{"a": {"b": [true]}}, ["a", "b"]]', outputs=("[true]",)),
            http("notes", "/notes", '"milk"', outputs=(), shown=("noted: milk",)),
        ),
    ),
    Case(
        "demo-numchars",
        "`Demo.NumChars`; `stack: python`",
        says=("hint: old-stack",),
        runs=(http("lengths", "/lines", '"twelve chars"', outputs=("12",)),),
    ),
    Case(
        "demo-digitstring",
        "`Demo.DigitString`: a generator that takes its time between two values",
        elsewhere="the second value is made only after the first was seen",
    ),
    Case(
        "demo-vectorandmatrix",
        "`Demo.VectorAndMatrix`: `Vector n T`, `Matrix n m T`",
        runs=(
            Run(
                "totals",
                sent=(
                    Sent("/sales", '{"params": [[1, 20], [3, 40], [5, 60]]}'),
                    Sent("/sales", '{"params": [[1, 20], [3], [5, 60]]}', 400, "params[1]:"),
                ),
                outputs=("[9,120]",),
            ),
            http("acronyms", "/names", '["read", "eval", "print", "loop"]', outputs=('"REPL"',)),
        ),
    ),
    Case(
        "demo-struct",
        "`Demo.Struct`: order of fields and constructors; `.match` in declared order",
        runs=(
            Run(
                "tickets",
                stdin='{"Group": {"guide": "Ida", "museum": true, "people": 10}}\n{"Single": 7}\n',
                stdout="10 with Ida to the museum\nzone 7\n",
            ),
        ),
    ),
)

MODELS = (
    Case(
        "iris",
        "`Iris`: a random forest over tuples; a `numpy` array's `.item()`; `train.csv` in the module's folder",
        runs=(
            http(
                "asked",
                "/iris",
                "[1.4, 0.2, 5.0, 3.3]",
                "[5.9, 2.2, 6.6, 3.1]",
                outputs=('"Iris-setosa"', '"Iris-virginica"'),
            ),
        ),
        stub="`herbarium` is built only: its database is elsewhere",
    ),
    Case(
        "sklearn-pretrained",
        "scikit-learn, a pickled model; a `numpy` scalar for a Double",
        prepare="train.py",
        runs=(http("forecast", "/journeys", "[290.0, 1.0]", "[25, 14.5]", outputs=("4.0", "12.5")),),
        stub="the model is trained anew, since a pickle belongs to one version",
    ),
    Case(
        "sklearn-training",
        "scikit-learn, learning from what comes; `yield []`, a `numpy` array for a list; state across values",
        runs=(
            http(
                "station",
                "/weather",
                *("[[0, 9], 0]", "[[9, 0], 1]", "[[0, 8], null]", "[[8, 0], null]"),
                outputs=("[]", "[]", "[0.0]", "[1.0]"),
            ),
        ),
    ),
    Case(
        "movies",
        "`Movies.*`, `Pictures.*`: seven modules, `f { … } *`, records unpacked as tuples, `from imaging import *`",
        runs=(
            http(
                "wished",
                "/wishes",
                '"Metropolis"',
                '"The Jazz Singer"',
                outputs=('"Metropolis on shelf W, 16 bytes"',) * 2,
                shown=("developing Metropolis as mounted",),
            ),
            http(
                "mirror",
                "/mirror",
                '"Nosferatu"',
                outputs=(
                    '{"film":"Nosferatu","image":"PjEjdXRhcmVmc29OPA=="}',
                    '{"film":"Nosferatu","image":"PjIjdXRhcmVmc29OPA=="}',
                ),
            ),
        ),
        stub="the web services answer from memory; `catalogue` is built only: its database is elsewhere",
    ),
)

CONTRACT = (
    Case(
        "record-unpacking",
        "records as objects, dicts and tuples; dicts, tuples and namedtuples returned; a quoted field",
        runs=(
            Run(
                stdin='{"born": 1815, "name": "Ada", "User-Id": "al"}\n',
                stdout="Ada 1815 al\nAda 1815 al\nAda 1815 none\n",
            ),
            Run("returns", stdin='{"name": "Ada", "born": 1815}\n', stdout='{"name":"Ada","born":1812}\n'),
        ),
    ),
    Case(
        "sum-values",
        "`nstack.Event.Click(…)`, `.value`, `isinstance`, `getClick()`, `.match(…)`, `match` statements",
        runs=(
            Run(
                stdin='{"Click": {"referrer": "r", "target": "t"}}\n{"PageImpression": "u"}\n"Closed"\n',
                stdout="get t\nmatch r\nisinstance Click\ncase t\n"
                "Not a Click\nmatch u\nisinstance u\ncase other\n"
                "Not a Click\nmatch nothing\nisinstance Closed\ncase closed\n",
            ),
            Run(
                "made",
                stdin="a->b\nu\n\n",
                stdout='{"Click":{"referrer":"a","target":"b"}}\n{"PageImpression":"u"}\n"Closed"\n',
            ),
        ),
    ),
    Case(
        "class-lifecycle",
        "one instance for all uses, `self.args` of each use, `startup`, `shutdown`, `print`",
        runs=(Run(stdin="x\n", stdout="a:x\nb:x\ninit startup a b\n", shown=("shutdown after 4",)),),
    ),
    Case(
        "helper-modules",
        'two modules with files of the same names: imports, late imports, `open("./x")`',
        runs=(Run(stdin="x\n", stdout="hello from here, here, late here\nhello from there, there, late there\n"),),
    ),
    Case(
        "generators",
        "a Python source, a generator, `return [...]` as one list, a Python sink",
        runs=(
            Run(outputs=("0", "0", "1", "2")),
            Run("lists", shown=("collected [1]", "collected [3, 3, 3]")),
            Run("items", outputs=("1", "3", "3", "3")),
        ),
    ),
    Case(
        "parameters",
        "inherited parameters, the nearest wins; parameters as text",
        runs=(
            Run(stdin="x\n", stdout="x [('volume', 'high')]\nx [('volume', 'low')]\n"),
            Run("typed", stdin="x\n", stdout="x [('duplex', 'true'), ('pages', '3')]\n"),
            Run(
                "w",
                stdin="x\n",
                exit=2,
                parameters=("volume=mute",),
                shown=("-p volume: the program sets volume itself",),
            ),
        ),
    ),
    Case(
        "framework-parent",
        "`parent:` in `nstack.yaml`; a `fun` that the class does not define",
        says=("warning: method-missing",),
        runs=(Run(stdin="a b\n", stdout="A B\n"),),
    ),
    Case(
        "framework-lacking",
        "a workflow that uses a `fun` which nothing defines",
        says=("warning: method-missing",),
        build_says=("error: function-without-method",),
    ),
    Case("types-only", "a module without `service.py`", runs=(Run(stdin="x\n", stdout="x\n"),)),
    Case(
        "stack-of-old",
        "`name:`, `stack: Python`, an unknown key in `nstack.yaml`",
        says=("hint: old-stack", "warning: unknown-key"),
        quotes=("did you mean `files`",),
        runs=(Run(stdin="x\n", stdout="x\n"),),
    ),
    *(
        Case(
            f"stack-{language}", f"`language: {language}`", ("error: unsupported-language",), ("is not supported here",)
        )
        for language in ("python2", "r", "nodejs")
    ),
)

VALUES = (
    Case(
        "unit-values",
        "`()`: written `[]`, read `[]` or `null`; `None` in Python, an empty tuple accepted back",
        runs=(Run(stdin="[]\nnull\n", stdout="[]\n[]\n"),),
    ),
    Case(
        "json-values",
        "`Json`: raw on the wire, text in Python",
        runs=(
            Run(
                stdin='{"id": 1, "body": {"b": [1, 2.50], "a": null}}\n',
                stdout='{"id":1,"body":{"keys": ["a", "b"], "of": {"b": [1, 2.5], "a": null}}}\n',
            ),
            Run("logged", stdin='{"x": [1,2.50]}\n', outputs=('{"x": [1,2.50]}',)),
        ),
    ),
    Case(
        "values-as-json",
        "every type as JSON, in any order, in declared order out; `[Byte]` as base64 or numbers",
        runs=(
            Run(
                stdin='{"event": null, "grid": [[1,2],[3,4]], "colours": ["Red", {"Red": []}, {"Mixed": [1,2,3]}], '
                '"pair": ["a", 1], "bytes": [104,105], "text": "t", "truth": true, "real": 3, "whole": -1}\n',
                stdout='{"whole":-1,"real":3.0,"truth":true,"text":"t","bytes":"aGk=","pair":["a",1],"maybe":null,'
                '"colours":["Red","Red",{"Mixed":[1,2,3]}],"grid":[[1,2],[3,4]],"event":[]}\n',
            ),
        ),
    ),
    Case(
        "csv-rows",
        "CSV, a text a row: the header first, `csv_sep`, quoting, `TRUE`/`FALSE`, empty cells, columns by name",
        runs=(
            Run(
                stdin='passed,name,note,score\nFALSE,"a;b",,1\nTRUE,c,"say ""hi""",2.5\n',
                stdout='name;score;passed;note\n"a;b";2.0;TRUE;\nc;3.5;TRUE;"say ""hi"""\n',
            ),
            Run("tuples", stdin="1|a\n2|b\n", stdout="1,a\n2,b\n"),
        ),
    ),
    Case(
        "csv-files",
        "CSV, a text for a whole file: CRLF after every line",
        runs=(
            Run(stdin="x\n", outputs=(r'"a,b\r\n1,FALSE\r\n-1,TRUE\r\n"',)),
            Run("back", stdin="x\n", outputs=('[{"a":1,"b":false},{"a":-1,"b":true}]',)),
            Run("unix", stdin='"b,a\\nTRUE,5\\n"\n', outputs=('[{"a":5,"b":true}]',)),
        ),
    ),
)

CONNECTORS = (
    Case(
        "http-answers",
        "HTTP: `Message Accepted`, PUT, any content type, 400 with the path, 404, 405; the log's compact JSON",
        runs=(
            Run(
                sent=(
                    Sent("/pair", '{"params": [1, {"f1": 2}]}'),
                    Sent("/pair", '{"params": [3, {"f1": 4}]}', method="PUT", content_type="text/html"),
                    Sent("/pair", '{"params": [1, {"f1": "x"}]}', 400, 'params[1].f1: expected Integer, got "x"'),
                    Sent("/pair", "[1", 400, "body"),
                    Sent("/other", '{"params": 1}', 404, "nothing answers /other"),
                    Sent("/pair", "", 405, "GET is not answered", method="GET"),
                ),
                outputs=('[1,{"f1":2}]', '[3,{"f1":4}]'),
            ),
            http("tables", "/table", "[[1, 2, 42], [3, 4, 15]]", outputs=("[[1,2,42],[3,4,15]]",)),
        ),
    ),
    Case(
        "schedule",
        "schedule: six fields with the year last; a year that has passed ends it",
        says=("hint: failures-are-skipped",) * 2,
        runs=(Run(outputs=()),),
    ),
    Case("amqp", "AMQP source and sink", not_run="needs a broker"),
)

SECTIONS = (
    ("Sources over the years", YEARS),
    ("Module references", REFERENCES),
    ("The demos", DEMOS),
    ("Models and movies", MODELS),
    ("The Python contract, `nstack.yaml`", CONTRACT),
    ("Values", VALUES),
    ("Connectors", CONNECTORS),
)

CASES = tuple(case for _, cases in SECTIONS for case in cases)


def checks(case: Case) -> str:
    """What the table says of the check."""
    said = ", ".join(f"`{name}`" for name in dict.fromkeys(text.partition(": ")[2] for text in case.says))
    if case.is_refused:
        return f"refused: {said}"
    levels = {text.partition(":")[0] for text in case.says}
    return f"yes, with {' and '.join(sorted(levels))}: {said}" if case.says else "yes"


def builds(case: Case) -> str:
    """What the table says of the build."""
    if case.is_refused:
        return "–"
    if case.build_says:
        return "refused: " + ", ".join(f"`{text.partition(': ')[2]}`" for text in case.build_says)
    return "yes"


def runs(case: Case) -> str:
    """What the table says of the runs."""
    if case.is_refused or case.build_says:
        return "–"
    if case.not_run:
        return f"no: {case.not_run}"
    how = "over HTTP" if any(run.sent for run in case.runs) or case.elsewhere else ""
    how = "`nsc notebook`" if case.cell else how
    told = "; ".join(filter(None, (how, case.elsewhere, case.stub)))
    return f"yes ({told})" if told else "yes"


def table() -> str:
    """The table of the whole corpus, as ``README.md`` shows it."""
    lines: list[str] = []
    for title, cases in SECTIONS:
        lines += ["", f"## {title}", "", "| program | stands for | checks | builds | runs |", "|---|---|---|---|---|"]
        lines += [_row(case) for case in cases]
    return "\n".join(lines) + "\n"


def _row(case: Case) -> str:
    cells = (f"[{case.name}](programs/{case.name})", case.stands_for, checks(case), builds(case), runs(case))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
