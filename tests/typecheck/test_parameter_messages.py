"""What is said of parameters and their values: one error, on the fault, whose fix leaves nothing to say."""

import pytest
from told import only

from nscompiler.diagnostics.edits import apply_edits
from nscompiler.pipeline.checks import check_texts


def check(text: str, code: str, under: str, mended: list[str]) -> None:
    found = only(text)
    assert (found.code.id, text[found.primary.span.start : found.primary.span.end]) == (code, under)
    fixed = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert fixed == mended
    assert [one.title for text in fixed for one in check_texts({"main.nml": text}).diagnostics] == []


STAGE = "fun f : Text -> Text with {{ n : Integer = 3 }}\ndef w = Sources.stdin | f{} | Sinks.stdout\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("retries = 3", "retry = 3"),
        ("maxRetries = 3", "retry = 3"),
        ("max_workers = 4", "parallelism = 4"),
        ("concurrency = 4", "parallelism = 4"),
        ("n_jobs = 4", "parallelism = 4"),
        ("timeout_ms = 500", 'timeout = "500ms"'),
        ("timeoutMinutes = 2", 'timeout = "2m"'),
        ("timeout_seconds = 5", "timeout = 5"),
        ("deadline = 5", "timeout = 5"),
        ('on_failure = "ignore"', 'on_error = "skip"'),
        ('onError = "raise"', 'on_error = "stop"'),
        ('dlq = "x.jsonl"', 'dead_letter = "x.jsonl"'),
        ("keep_order = true", "ordered = true"),
        ("unordered = true", "ordered = false"),
    ],
)
def test_a_standard_parameter_by_the_name_that_others_give_it(written: str, meant: str) -> None:
    name = written.partition(" ")[0]
    check(STAGE.format(f" {{ {written} }}"), "NS0501", name, [STAGE.format(f" {{ {meant} }}")])


@pytest.mark.parametrize(
    ("function", "written", "meant"),
    [
        ("Sources.csv<{ a : Text }>", 'path = "x", delimiter = ";"', 'path = "x", csv_sep = ";"'),
        ("Sources.csv<{ a : Text }>", 'filename = "x"', 'path = "x"'),
        (
            "Sources.kafka<Text>",
            'kafka_topic = "x", kafka_bootstrap_servers = "a:1"',
            'kafka_topic = "x", kafka_brokers = "a:1"',
        ),
        (
            "Sources.kafka<Text>",
            'kafka_topic = "x", session_timeout_ms = 3000',
            'kafka_topic = "x", kafka_session_timeout = "3000ms"',
        ),
        ("Sources.postgres<Text>", 'sql = "select a from t"', 'pg_query = "select a from t"'),
    ],
)
def test_a_parameter_of_the_library_by_the_name_that_others_give_it(function: str, written: str, meant: str) -> None:
    text = f"def w = {function} {{ {written} }} | Sinks.log\n"
    name = next(word for word in written.split() if word not in meant.split() and word.isidentifier())
    check(text, "NS0501", name, [text.replace(written, meant)])


def test_a_near_name_of_ones_own_is_likelier() -> None:
    text = (
        "fun f : Text -> Text with { worker : Integer = 3 }\ndef w = Sources.stdin | f { workers = 4 } | Sinks.stdout\n"
    )
    check(text, "NS0501", "workers", [text.replace("workers", "worker")])


def test_what_no_python_code_reads_may_be_a_standard_parameter() -> None:
    module = "module A:1.0.0\nfun f : Text -> Text\ndef w = Sources.stdin | f { timeout_ms = 3 } | Sinks.log\n"
    python = "import nstack\nclass Module(nstack.Module):\n    def f(self, value):\n        return value\n"
    (found,) = check_texts({"a/module.nml": module, "a/service.py": python}).diagnostics
    assert (found.code.id, [fix.title for fix in found.fixes]) == ("NS0905", ['write `timeout = "3ms"`'])
    right = apply_edits(module, found.fixes[0].edits)
    assert right == module.replace("timeout_ms = 3", 'timeout = "3ms"')
    assert check_texts({"a/module.nml": right, "a/service.py": python}).diagnostics == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("parallelism = 0", "parallelism = 1"),
        ("parallelism = -1", None),
        ('parallelism = "auto"', None),
        ("timeout = 0", None),
        ('timeout = "0s"', None),
        ("retry = -1", "retry = true"),
        ('retry = "three"', "retry = 3"),
        ('parallelism = "twenty-two"', "parallelism = 22"),
        ('retry = "3 times"', "retry = 3"),
        ('timeout = "5 minutes please"', 'timeout = "5m"'),
        ('timeout = "at most 1 min and 30 s"', 'timeout = "1m30s"'),
        ('timeout = "5 of 7 days"', None),
        ('on_error = "ignore"', 'on_error = "skip"'),
        ('on_error = "retry"', "retry = true"),
        ('retry = "$TIMES"', "retry = $TIMES"),
        ('timeout = "${TIMES}"', "timeout = $TIMES"),
    ],
)
def test_a_value_that_a_standard_parameter_cannot_have_is_mended_or_goes(written: str, meant: str | None) -> None:
    mended = STAGE.format("" if meant is None else f" {{ {meant} }}")
    check(STAGE.format(f" {{ {written} }}"), "NS0510", written.partition(" = ")[2], [mended])


@pytest.mark.parametrize("written", ['"$PORT"', '"${PORT}"', '"$(PORT)"', '"%PORT%"', '"env:PORT"', '"{{ PORT }}"'])
def test_a_variable_of_the_environment_as_others_write_it(written: str) -> None:
    text = f'def w = Sources.http<Text> {{ http_path = "/x", http_port = {written} }} | Sinks.log\n'
    check(text, "NS0502", written, [text.replace(written, "$PORT")])


def test_a_variable_in_quotes_where_a_text_is_wanted() -> None:
    text = 'def w = Sources.postgres<Text> { pg_query = "select 1", pg_password = "$SECRET" } | Sinks.log\n'
    check(text, "NS0512", '"$SECRET"', [text.replace('"$SECRET"', "$SECRET")])
    text = 'def w = Sources.mqtt<Text> { mqtt_topic = "$SYS" } | Sinks.csv { path = "x", csv_null = "$NULL" }\n'
    assert [one for one in check_texts({"main.nml": text}).diagnostics if one.code.id == "NS0512"] == []


@pytest.mark.parametrize(("port", "right"), [("80800", False), ("-1", False), ('"70000"', False), ("0", True)])
def test_a_port_is_in_range(port: str, right: bool) -> None:
    text = f'def w = Sources.http<Text> {{ http_path = "/x", http_port = {port} }} | Sinks.log\n'
    found = check_texts({"main.nml": text}).diagnostics
    told = [(one.code.id, text[one.primary.span.start : one.primary.span.end]) for one in found]
    assert told == ([] if right else [("NS0512", port)])


CSV = "def w = Sources.csv<{{ a : Text }}>{} | Sinks.log {{ retry = 3 }}\n"


@pytest.mark.parametrize(
    ("bindings", "under", "mended"),
    [
        (' { path = "x", csv_header = null }', "null", [' { path = "x" }']),
        (' { csv_header = None, path = "x" }', "None", [' { path = "x" }']),
        (' { path = "x", csv_null = null }', "null", [' { path = "x", csv_null = "null" }', ' { path = "x" }']),
        (' { path = "x" } { csv_sep = nil }', "nil", [' { path = "x" }']),
    ],
)
def test_a_parameter_that_is_set_to_nothing_is_not_set(bindings: str, under: str, mended: list[str]) -> None:
    check(CSV.format(bindings), "NS0132", under, [CSV.format(one) for one in mended])


def test_a_default_that_is_nothing_is_none() -> None:
    text = "fun f : Text -> Text with { n : Integer = null }\n"
    check(text, "NS0132", "null", [text.replace(" = null", "")])


@pytest.mark.parametrize(
    ("declared", "mended"),
    [
        (" with { retry : Integer }", ""),
        (" with { n : Integer = 3, retry : Integer = 3 }", " with { n : Integer = 3 }"),
        (" with { retry : Integer = 3, n : Integer = 3 }", " with { n : Integer = 3 }"),
        (
            " with {\n  /// How often.\n  retry : Integer,\n  /// How many.\n  n : Integer = 3\n}",
            " with {\n  /// How many.\n  n : Integer = 3\n}",
        ),
        (" /* with { */ with { retry : Integer }", None),
    ],
)
def test_a_standard_parameter_is_not_declared(declared: str, mended: str | None) -> None:
    text = "fun f : Text -> Text{}\ndef w = Sources.stdin | f | Sinks.stdout\n"
    fixed = [] if mended is None else [text.format(mended)]
    if "retry : Integer =" in declared:  # which nothing has to set under another name either
        fixed.insert(0, text.format(declared.replace("retry", "f_retry")))
    check(text.format(declared), "NS0507", "retry", fixed)


FIELDS = "import Http:1.0.0\ntype E = { user : Text, n : Integer }\ntype R = { a : Text }\n"
RECORDS, TEXTS = 'Sources.jsonl<E> { path = "x" }', "Sources.stdin"


@pytest.mark.parametrize(
    ("before", "stage", "under", "mended"),
    [
        (RECORDS, 'Sinks.kafka { kafka_topic = "t", kafka_key = "usr" }', "usr", {"usr": "user"}),
        (RECORDS, '(Sinks.kafka { kafka_topic = "t" }) { kafka_key = "usr" }', "usr", {"usr": "user"}),
        (TEXTS, 'Sinks.kafka { kafka_topic = "t", kafka_key = "usr" }', "usr", {', kafka_key = "usr"': ""}),
        (RECORDS, 'Sinks.nats { nats_subject = "t", nats_msg_id = "usr" }', "usr", {"usr": "user"}),
        (RECORDS, 'Http.get<_, R> { url = "https://x/{usr}/{n}" } | Sinks.log', "usr", {"usr": "user"}),
        (RECORDS, 'Http.post<_, R> { url = "https://x/{usr}" } | Sinks.log', "usr", {"usr": "user"}),
        (TEXTS, 'Http.get<_, R> { url = "https://x/{usr}" } | Sinks.log', "usr", {"usr": ""}),
        (RECORDS, 'Http.get<_, R> { url = "https://x/{}" } | Sinks.log', '"https://x/{}"', None),
        (
            RECORDS,
            'Sinks.postgres { pg_table = "t", pg_key = "n, usr", pg_create = true }',
            "usr",
            {"usr": "user"},
        ),
    ],
)
def test_a_field_that_a_parameter_names_is_there(
    before: str, stage: str, under: str, mended: dict[str, str] | None
) -> None:
    text = f'{FIELDS}def v = {TEXTS} | Http.get<_, R> {{ url = "{{}}" }} | Sinks.log\ndef w = {before} | {stage}\n'
    found = only(text)
    assert (found.code.id, text[found.primary.span.start : found.primary.span.end]) == ("NS0512", under)
    fixed = [apply_edits(text, fix.edits) for fix in found.fixes]
    assert fixed == ([] if mended is None else [text.replace(old, new) for old, new in mended.items()])
    assert [one.title for text in fixed for one in check_texts({"main.nml": text}).diagnostics] == []


def test_each_field_that_is_not_there_is_told_of_once() -> None:
    text = f'{FIELDS}def w = {RECORDS} | Http.get<_, R> {{ url = "https://x/{{usr}}/{{m}}/{{usr}}" }} | Sinks.log\n'
    found = check_texts({"main.nml": text}).diagnostics
    assert [one.title for one in found] == [
        "`url` names the field `{usr}`, which E does not have",
        "`url` names the field `{m}`, which E does not have",
    ]


@pytest.mark.parametrize(
    "body",
    [
        'Sources.jsonl<E> { path = "x" } | Sinks.postgres { pg_table = "t", pg_key = "id" }',
        'Sources.postgres<E> { pg_query = "select", pg_key = "N" } | Sinks.log',
        'Sinks.kafka { kafka_topic = "t", kafka_key = "usr" }',
        'Sources.jsonl<E> { path = "x" } | Sinks.kafka { kafka_topic = "t", kafka_key = $KEY }',
        'Sources.jsonl<E> { path = "x" } | (Sinks.kafka { kafka_topic = "t", kafka_key = "n" }) { retry = 3 }',
        'open | Sinks.kafka { kafka_topic = "t", kafka_key = "usr" }',
        'Sources.jsonl<E> { path = "x" } | own { kafka_key = "usr", url = "{usr}" } | Sinks.log',
    ],
)
def test_what_may_be_there_is_not_missed(body: str) -> None:
    own = "fun own : E -> E with { kafka_key : Text, url : Text }\nfun open : { a : Text | r } -> { a : Text | r }\n"
    text = f"{FIELDS.partition(chr(10))[2]}{own}def w = {body}\n"
    assert [one.title for one in check_texts({"main.nml": text}).diagnostics if one.is_error] == []


@pytest.mark.parametrize(
    ("function", "written", "under", "code", "mended"),
    [
        ("Sinks.jsonl", "append = true", "append", "NS0501", 'mode = "append"'),
        ("Sinks.jsonl", "overwrite = true", "overwrite", "NS0501", 'mode = "replace"'),
        ("Sinks.jsonl", "append = false", "append", "NS0501", None),
        ("Sinks.jsonl", 'mode = "overwrite"', '"overwrite"', "NS0503", 'mode = "replace"'),
        ("Sinks.jsonl", 'compression = "off"', '"off"', "NS0503", 'compression = "none"'),
        ("Sinks.csv", 'csv_sep = "tab"', '"tab"', "NS0512", 'csv_sep = "\\t"'),
        ("Sinks.csv", 'csv_sep = "\\\\t"', '"\\\\t"', "NS0512", 'csv_sep = "\\t"'),
        ("Sinks.csv", "csv_encoding = env.CODES", "env.CODES", "NS0132", "csv_encoding = $CODES"),
    ],
)
def test_a_choice_by_the_name_that_others_give_it(
    function: str, written: str, under: str, code: str, mended: str | None
) -> None:
    text = f'def w = ["a"] | Std.single | {function} {{ path = "x", {written} }}\n'
    fixed = text.replace(f", {written}", "" if mended is None else f", {mended}")
    check(text, code, under, [fixed])


def test_an_encoding_that_python_has_not_is_told() -> None:
    text = 'def w = ["a"] | Std.single | Sinks.csv {{ path = "x", csv_encoding = "{}" }}\n'
    assert [check_texts({"main.nml": text.format(one)}).diagnostics for one in ("latin-1", "UTF8", "cp1252")] == [
        ()
    ] * 3
    check(text.format("utf8x"), "NS0512", '"utf8x"', [])


def test_what_is_deprecated_without_a_text_is_no_second_error() -> None:
    text = "@deprecated\nfun f : Text -> Text\ndef w = Sources.stdin | f | Sinks.stdout\n"
    assert [one.code.name for one in check_texts({"main.nml": text}).diagnostics] == ["attribute-conflict"]
    (found,) = check_texts({"main.nml": text.replace("@deprecated", '@deprecated("")')}).diagnostics
    assert found.title == "`f` is deprecated"


def test_a_parameter_that_is_declared_under_a_reserved_name_is_one_error() -> None:
    uses = 'def w = Sources.stdin | f { every = "3s" } | Sinks.log\ndef v = f { every = "1s" } | Sinks.log\n'
    text = "fun f : Text -> Integer with { timeout : Duration }\n" + uses
    (found,) = check_texts({"main.nml": text}).diagnostics
    assert found.code.name == "reserved-parameter"
    assert [fix.title for fix in found.fixes] == ["call it `every`"]
    assert check_texts({"main.nml": apply_edits(text, found.fixes[0].edits)}).diagnostics == ()
    (found,) = check_texts({"main.nml": text.replace("every", "timeout")}).diagnostics
    assert [fix.title for fix in found.fixes] == ["remove `timeout`"]
