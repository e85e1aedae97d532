"""What is wrong with a whole graph, and where the messages point."""

import pytest
from backends.compiled import compile_texts, service

from nscompiler.diagnostics.model import Diagnostic, Severity
from nscompiler.pipeline.checks import check_texts

HTTP = 'Sources.http<Text> { http_path = "%s" }'


def told(program: str) -> list[tuple[str, str, list[str]]]:
    """The problems of a script: the name, the text it marks, the texts of the related places."""
    compiled = compile_texts({"main.nml": program})
    text = program

    def marked(span):
        return text[span.start : span.end]

    return [
        (problem.code.name, marked(problem.primary.span), [marked(label.span) for label in problem.related])
        for problem in compiled.problems
    ]


@pytest.mark.parametrize("second", ['"out"', '"./out"', '"a/../out"'])
def test_two_sinks_on_one_path(second):
    program = f'def w = ["a"] | (Sinks.jsonl {{ path = "out" }} & Sinks.csv {{ path = {second} }})\n'
    program = program.replace('["a"]', '["a"] | Std.single')
    assert told(program) == [("two-sinks-one-path", f"path = {second}", ['path = "out"'])]


def test_a_path_given_outside_marks_the_binding():
    program = 'def w = (["a"] | (Sinks.jsonl & Sinks.jsonl)) { path = "out" }\n'
    assert told(program) == [("two-sinks-one-path", 'path = "out"', ['path = "out"'])]


def test_different_or_unknown_paths_are_fine():
    assert told('def w = ["a"] | (Sinks.jsonl { path = "a" } & Sinks.jsonl { path = "b" })\n') == []
    assert told('def w = ["a"] | (Sinks.jsonl { path = $A } & Sinks.jsonl { path = $A })\n') == []


def test_a_sink_on_a_sources_path():
    program = 'def w = Sources.jsonl<Text> { path = "x" } | Sinks.jsonl { path = "./x" }\n'
    assert told(program) == [("sink-on-source-path", 'path = "./x"', ['path = "x"'])]


@pytest.mark.parametrize(("second", "found"), [("/in", True), ("in/", True), ("other", False)])
def test_two_http_sources_on_one_path(second, found):
    program = f"def w = ({HTTP % 'in'} & {HTTP % second}) | Sinks.log\n"
    names = [name for name, _, _ in told(program)]
    assert names == (["two-sources-one-endpoint"] if found else [])


def test_two_ports_are_two_endpoints():
    program = f'def w = ({HTTP % "in"} & Sources.http<Text> {{ http_path = "in", http_port = 9000 }}) | Sinks.log\n'
    assert told(program) == []


def test_standard_input_is_read_once():
    program = "def w = (Sources.stdin & Sources.stdin) | Sinks.log\n"
    assert told(program) == [("standard-input-read-twice", "Sources.stdin", ["Sources.stdin"])]


@pytest.mark.parametrize(
    ("sinks", "found"),
    [
        ('Sinks.jsonl { path = "-" } & Sinks.stdout', ("Sinks.stdout", 'path = "-"')),
        ('Sinks.stdout & Sinks.jsonl { path = "-" }', ('path = "-"', "Sinks.stdout")),
        ('Sinks.jsonl { path = "-" } & Sinks.jsonl { path = "/dev/stdout" }', ('path = "/dev/stdout"', 'path = "-"')),
        ("Sinks.stdout & Sinks.stdout", None),
        ('Sinks.jsonl { path = "-" } & Sinks.log', None),
    ],
)
def test_standard_output_is_written_by_one_sink_or_in_lines(sinks, found):
    expected = [("standard-output-written-twice", found[0], [found[1]])] if found else []
    assert told(f'def w = ["a"] | ({sinks})\n') == expected


@pytest.mark.parametrize(
    ("sink", "found"),
    [
        ('Sinks.parquet { path = "x" }', True),
        ('Sinks.arrow { path = "x" }', True),
        ('Sinks.arrow { path = "x", format = "stream" }', False),
        ('Sinks.s3 { s3_bucket = "b", s3_key = "k", s3_format = "jsonl" }', True),
        ('Sinks.s3 { s3_bucket = "b", s3_key = "k", s3_format = $FORM }', False),
        ('Sinks.jsonl { path = "x" }', False),
    ],
)
def test_what_is_good_only_when_it_is_complete_needs_an_end(sink, found):
    endless, ends = 'Sources.redis<Text> { redis_stream = "s" }', "Sources.stdin"
    expected = [("never-whole", sink.partition(" {")[0], [endless.partition("<")[0]])] if found else []
    problems = told(f"def w = {endless} | {sink}\n")
    assert [
        (name, text.partition(" {")[0], [one.partition("<")[0] for one in rest]) for name, text, rest in problems
    ] == (expected)
    assert told(f"def w = {ends} | {sink}\n") == []


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ('Sources.schedule { cron = "* * * * *" } | Sinks.parquet { path = "t" }', ["never-whole"]),
        ('Sources.schedule { cron = "* * * * *" } | Sinks.arrow { path = "t" }', ["never-whole"]),
        ('Sources.schedule { cron = "* * * * *" } | Sinks.arrow { path = "t", format = "stream" }', []),
        ('Sources.jsonl<{ a : Text }> { path = "i" } | Sinks.parquet { path = "t" }', []),
        ('["a"] | (Sinks.jsonl { path = "-" } & Sinks.stdout)', ["standard-output-written-twice"]),
        ('["a"] | (Sinks.stdout & Sinks.jsonl { path = "/dev/stdout" })', ["standard-output-written-twice"]),
        ('["a"] | (Sinks.stdout & Sinks.stdout & Sinks.jsonl { path = "t" })', []),
    ],
)
def test_a_check_tells_what_a_build_would(program, found):
    checked = check_texts({"main.nml": f"def w = {program}\n"})
    assert [problem.code.name for problem in checked.diagnostics] == found


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ('["a"] | f | (Sinks.jsonl { path = "o" } & Sinks.jsonl { path = "./o" })', ["two-sinks-one-path"]),
        ('Sources.jsonl<Text> { path = "o" } | f | Sinks.jsonl { path = "o" }', ["sink-on-source-path"]),
        (f"({HTTP % 'in'} & {HTTP % '/in'}) | f | Sinks.log", ["two-sources-one-endpoint"]),
        ("(Sources.stdin & Sources.stdin) | f | Sinks.log", ["standard-input-read-twice"]),
        ('["a"] | f | (Sinks.jsonl { path = "-" } & Sinks.stdout)', ["standard-output-written-twice"]),
        ('["a"] | f | (Sinks.jsonl { path = "o" } & Sinks.jsonl { path = "p" })', []),
    ],
)
def test_a_check_needs_no_python_code_for_that(program, found):
    module = f"module A:1.0.0\nfun f : Text -> Text\ndef w = {program}\n"
    checked = check_texts({"a/module.nml": module})
    assert [problem.code.name for problem in checked.diagnostics] == found


def modules(one: str, other: str) -> dict[str, str]:
    """Two modules with requirements, and a script that uses both."""
    return {
        "a/module.nml": "module A:0.1.0\n\nfun f : Text -> Text\n",
        "a/service.py": service("f"),
        "a/requirements.txt": one,
        "b/module.nml": "module B:0.1.0\n\nfun g : Text -> Text\n",
        "b/service.py": service("g"),
        "b/requirements.txt": other,
        "main.nml": 'import A:0.1.0\nimport B:0.1.0\ndef w = ["a"] | A.f | B.g | Sinks.log\n',
        "nstack-project.yaml": "modules:\n  - a\n  - b\n",
    }


def hints(files: dict[str, str], path: str = "main.nml") -> list[Diagnostic]:
    """What a check says about processes; requirements stand in the way of nothing."""
    compiled = compile_texts(files, path)
    assert compiled.problems == ()
    return [one for one in compiled.checked.diagnostics if one.code.name == "requirements-exclude-each-other"]


def test_requirements_that_exclude_each_other_name_both_modules():
    (hint,) = hints(modules("left==1.0\n", "left>=2\n"))
    assert (hint.severity, hint.title) == (Severity.HINT, "`B:0.1.0` runs in a process of its own")
    assert (hint.primary.text, hint.related[0].text) == ("B:0.1.0 needs left>=2", "A:0.1.0 needs left==1.0")
    text = modules("", "")["main.nml"]
    marked = [text[span.start : span.end] for span in (hint.primary.span, hint.related[0].span)]
    assert marked == ["B.g", "A.f"]


def test_requirements_that_agree():
    assert hints(modules("left>=1.0\n", "left>=2\n")) == []


def test_modules_that_meet_only_in_what_is_built():
    """Two workflows of one file become one package, with one environment for its main process."""
    files = modules("left==1.0\n", "left>=2\n")
    one, other = 'import A:0.1.0\ndef v = ["a"] | A.f | Sinks.log\n', 'def w = ["a"] | B.g | Sinks.log\n'
    files["main.nml"] = f"import B:0.1.0\n{one}{other}"
    (hint,) = hints(files)
    assert hint.title == "`B:0.1.0` runs in a process of its own"
    files["v.nml"] = one
    assert hints(files, "v.nml") == []
