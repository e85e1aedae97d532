"""``nstack.yaml`` and ``nstack-project.yaml``: what is read, and each fault at its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linking import linked, mended, text_under, told

from nscompiler.diagnostics.model import Severity
from nscompiler.files import MemoryFiles
from nscompiler.modules.listing import resolve_parent, unlisted_modules
from nscompiler.modules.project import read_module_config, read_project
from nscompiler.pipeline.checks import check_texts
from nscompiler.source import Span

OTHERS = {"m/module.nml": "module M:1.0.0", "m/train.csv": "", "m/data/a.csv": ""}


def module(text, **others):
    files = MemoryFiles({"m/nstack.yaml": text, **OTHERS, **others})
    return files, *read_module_config("m", files)


def project(text, **others):
    files = MemoryFiles({"p/nstack-project.yaml": text, **others})
    return files, *read_project("p", files)


def test_everything_is_read_with_its_place():
    text = (
        "# a module\nname: M:1.0.0\nstack:\n  language: Python\n  api-version: 1\n  snapshot: [25, 0]\n"
        "packages: [libgomp, 'git']\ncommands:\n  - echo \"hi\"\nfiles:\n- train.csv\n- data\n"
    )
    files, config, problems = module(text)
    assert problems == ()
    assert config is not None
    assert (config.language, config.api_version, config.snapshot) == ("python", 1, (25, 0))
    assert [entry.value for entry in config.packages] == ["libgomp", "git"]
    assert [text_under(files, entry.span) for entry in config.packages] == ["libgomp", "'git'"]
    assert [entry.value for entry in config.commands] == ['echo "hi"']
    assert [text_under(files, entry.span) for entry in config.patterns] == ["train.csv", "data"]
    assert config.files == ("data/a.csv", "train.csv")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "packages:\nfiles: []\n", "\ufeffpackages: []\r\n"])
def test_what_is_missing_is_empty(text):
    _, config, problems = module(text)
    assert problems == ()
    assert config is not None
    assert (config.language, config.packages, config.files, config.parent) == ("python", (), (), None)


def test_a_parent():
    files, config, problems = module("parent: me/Frame.Work:1.0.0\n")
    assert problems == ()
    assert config is not None
    assert config.parent is not None
    assert (str(config.parent.value), text_under(files, config.parent.span)) == ("me/Frame.Work:1.0.0",) * 2
    assert config.language is None


@pytest.mark.parametrize(("text", "covered"), [("parent: Frame:1.0\n", "1.0"), ("parent: 'Frame:1.0'\n", "1.0")])
def test_a_parent_with_a_bad_reference(text, covered):
    files, config, problems = module(text)
    assert told(files, problems) == [("NS0202", "m/nstack.yaml", covered)]
    assert config is not None
    assert config.parent is None


def test_parents_are_found():
    texts = {"m/module.nml": "module M:1.0.0", "f/module.nml": "module F:1.0.0"}
    for written, path in (
        ("F:1.0.0", "f/module.nml"),
        ("F:2.0.0", None),
        ("G:1.0.0", None),
        ("NStack.Python:0.24.0", None),
    ):
        files, found, _, problems = linked(
            {**texts, "m/nstack.yaml": f"parent: {written}"}, "m/module.nml", extra=("f",)
        )
        assert problems == []
        resolved, faults = resolve_parent(found.configs["m"], found.index)
        assert resolved == path
        expected = {
            "F:1.0.0": [],
            "F:2.0.0": [("NS0212", "m/nstack.yaml", "2.0.0")],
            "NStack.Python:0.24.0": [("NS0240", "m/nstack.yaml", "NStack.Python:0.24.0")],
            "G:1.0.0": [("NS0211", "m/nstack.yaml", "G:1.0.0")],
        }
        assert told(files, faults) == expected[written]


@pytest.mark.parametrize(
    ("text", "code", "covered"),
    [
        ("packages: [a\n", "NS0231", ""),
        ("a: b: c\n", "NS0231", ":"),
        ("packages:\n\t- a\n", "NS0231", "\t"),
        ("a: 1\n---\nb: 2\n", "NS0231", "-"),
        ("a: *x\n", "NS0231", "*"),
        ("a: \x01\n", "NS0231", "\x01"),
        ("a: " + "[" * 3000, "NS0231", "["),
        ("- " * 3000, "NS0231", "-"),
        ("%YAML 9.9\n---\na: b", "NS0231", "%"),
        ("a: &x [*x]\n", "NS0231", None),
        ("package: []\n", "NS0232", "package"),
        ("stack: {langauge: python}\n", "NS0232", "langauge"),
        ("- a\n", "NS0233", "- a"),
        ("just text\n", "NS0233", "just text"),
        ("packages: curl\n", "NS0233", "curl"),
        ("packages: {a: b}\n", "NS0233", "{a: b}"),
        ("packages:\n  a:\n    - b\n\n# end\nfiles: []\n", "NS0233", "a:\n    - b"),
        ("packages: [1]\n", "NS0233", "1"),
        ("packages: [[a]]\n", "NS0233", "[a]"),
        ("packages:\n  -\n", "NS0233", ""),
        ("commands: [true]\n", "NS0233", "true"),
        ("? [a]\n: b\n", "NS0233", "[a]"),
        ("stack: [python]\n", "NS0233", "[python]"),
        ("stack: {language: 3}\n", "NS0233", "3"),
        ("stack: {api-version: one}\n", "NS0233", "one"),
        ("stack: {snapshot: 25}\n", "NS0233", "25"),
        ("stack: {snapshot: [25]}\n", "NS0233", "[25]"),
        ("stack: {snapshot: [25, x]}\n", "NS0233", "x"),
        ("parent: 3\n", "NS0233", "3"),
        ("packages: [a]\npackages: [b]\n", "NS0234", "packages"),
        ("files: [trian.csv]\n", "NS0235", "trian.csv"),
        ('files:\n  - "*.txt"  # none\n', "NS0235", '"*.txt"'),
        ("files: [../secret]\n", "NS0236", "../secret"),
        ("files: [/etc/passwd]\n", "NS0236", "/etc/passwd"),
        ("stack: python\n", "NS0237", "python"),
        ("api: |\n  f : Text -> Integer\n", "NS0238", "api"),
        ("stack: {language: python2}\n", "NS0239", "python2"),
        ("stack: {language: R}\n", "NS0239", "R"),
        ("stack: nodejs\n", "NS0239", "nodejs"),
        ("stack: {language: pyhton}\n", "NS0239", "pyhton"),
    ],
)
def test_faults(text, code, covered):
    files, _, problems = module(text)
    (problem,) = [item for item in problems if item.code.id == code]
    assert len(problems) <= 2
    assert problem.primary.span.path == "m/nstack.yaml"
    assert covered is None or text_under(files, problem.primary.span) == covered
    assert len(problem.title) <= 80


def test_offsets_are_right_behind_wide_characters_and_carriage_returns():
    files, _, problems = module("# 😀 größe\r\npackages: []\r\nfoo: []\r\n")
    assert told(files, problems) == [("NS0232", "m/nstack.yaml", "foo")]
    assert problems[0].notes[0].startswith("known keys: stack, parent")


def test_bad_yaml_hides_nothing_but_itself():
    _, config, problems = module("packages: [a\n")
    assert config is None
    assert problems[0].title == "`nstack.yaml` is not valid YAML: expected ',' or ']', but got '<stream end>'"
    assert [item.primary.span for item in problems] == [Span("m/nstack.yaml", 13, 13)]


def test_the_rest_is_read_in_spite_of_faults():
    _, config, problems = module("stack: [x]\npackages: [a, 1, b]\nfiles: [none, train.csv]\n")
    assert config is not None
    assert [entry.value for entry in config.packages] == ["a", "b"]
    assert config.files == ("train.csv",)
    assert [item.code.id for item in problems] == ["NS0233", "NS0233", "NS0235"]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("package: [a]\n", "packages: [a]\n"),
        ("packages: curl\n", "packages: [curl]\n"),
        ("packages: [25]\n", 'packages: ["25"]\n'),
        ("stack: python\n", "stack: {language: python}\n"),
        ("stack: Python\n", "stack: {language: python}\n"),
        ("stack: {language: pyhton}\n", "stack: {language: python}\n"),
        ("files: [trian.csv]\n", "files: [train.csv]\n"),
        ("files: [data/b.csv]\n", "files: [data/a.csv]\n"),
    ],
)
def test_fixes(text, after):
    files, _, (problem,) = module(text)
    assert mended(files, problem) == after
    _, _, again = module(after)
    assert again == ()


def test_levels():
    assert [module(text)[2][0].severity for text in ("foo: 1", "stack: python", "api: x", "files: [x]")] == [
        Severity.WARNING,
        Severity.HINT,
        Severity.ERROR,
        Severity.ERROR,
    ]


@pytest.mark.parametrize(
    "api",
    [
        "api: |\n  interface Demo {\n    type Event = Text\n    numChars : Text -> Integer,\n"
        "    top : [Integer]\n      -> Integer\n  }\n",
        'api:\n  - "type Event = Text"\n  - "numChars : Text -> Integer"\n  - "top : [Integer]"\n  - "-> Integer"\n',
    ],
)
def test_an_api_block_shows_the_module_to_write(api):
    files = MemoryFiles({"my-demo/nstack.yaml": api})
    _, (problem,) = read_module_config("my-demo", files)
    note = "\n".join(line.strip() for line in problem.notes[0].splitlines())
    assert note.startswith("the `module.nml` to write:\n\nmodule MyDemo:0.0.1-SNAPSHOT\n\ntype Event = Text\n")
    assert "\nfun numChars : Text -> Integer\n" in note
    assert note.endswith("-> Integer")


def test_an_api_mapping_too():
    _, _, (problem,) = module("api:\n  f: Text -> Integer\n")
    assert problem.notes[0].endswith("fun f : Text -> Integer")


def test_a_project():
    files, config, problems = project(
        "modules:\n  - Acme.PCA\n  - ./sub/\n", **{"p/Acme.PCA/module.nml": "", "p/sub/module.nml": ""}
    )
    assert problems == ()
    assert config is not None
    assert [entry.value for entry in config.modules] == ["Acme.PCA", "./sub/"]
    assert config.module_files() == ("p/Acme.PCA/module.nml", "p/sub/module.nml")
    assert config.key is not None
    assert text_under(files, config.key) == "modules"


@pytest.mark.parametrize(
    ("text", "code", "covered"),
    [
        ("modules: [demos]\n", "NS0241", "demos"),
        ("modules:\n  - ./deep/x\n", "NS0241", "./deep/x"),
        ("modules: [deep]\n", "NS0227", "deep"),
        ("modules: demo\n", "NS0233", "demo"),
        ("module: [demo]\n", "NS0232", "module"),
        ("modules: [demo\n", "NS0231", ""),
    ],
)
def test_faults_of_a_project(text, code, covered):
    files, _, problems = project(text, **{"p/demo/module.nml": "", "p/deep/y/module.nml": ""})
    assert told(files, problems) == [(code, "p/nstack-project.yaml", covered)]


def test_a_missing_folder_gets_its_near_name():
    files, config, (problem,) = project("modules:\n  - demos\n", **{"p/demo/module.nml": ""})
    assert mended(files, problem) == "modules:\n  - demo\n"
    assert config is not None
    assert config.modules == ()


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("modules:\n  - main # the first\n", "modules:\n  - main # the first\n  - types\n"),
        ("modules:\n- main", "modules:\n- main\n- types"),
        ("modules: [main]\n", "modules: [main, types]\n"),
    ],
)
def test_a_needed_folder_that_is_not_listed(text, after):
    texts = {
        "p/nstack-project.yaml": text,
        "p/main/module.nml": "module Main:1.0.0\nimport Types:1.0.0\nimport Std:1.0.0",
        "p/types/module.nml": "module Types:1.0.0",
        "p/other/module.nml": "module Other:1.0.0",
    }
    files, found, program, problems = linked(texts, "p")
    assert problems == []
    (hint,) = unlisted_modules(found.projects["p"], program)
    assert told(files, [hint]) == [("NS0242", "p/nstack-project.yaml", "modules")]
    assert hint.severity is Severity.HINT
    assert hint.related[0].span == Span("p/main/module.nml", 25, 36)
    assert mended(files, hint) == after
    _, found, program, _ = linked({**texts, "p/nstack-project.yaml": after}, "p")
    assert unlisted_modules(found.projects["p"], program) == ()


def test_needed_through_others_and_in_the_working_folder():
    texts = {
        "nstack-project.yaml": "modules: [a]",
        "a/module.nml": "module A:1.0.0\nimport B:1.0.0\n",
        "b/module.nml": "module B:1.0.0\nimport C:1.0.0\n",
        "c/module.nml": "module C:1.0.0\n",
    }
    _, found, program, _ = linked(texts)
    titles = [item.title for item in unlisted_modules(found.projects["."], program)]
    assert titles == ["the project needs `b` and does not list it", "the project needs `c` and does not list it"]


def test_what_is_listed_with_a_slip_is_told_of_once():
    texts = {
        "nstack-project.yaml": "modules:\n  - main\n  - modles\n",
        "main/module.nml": "module Main:1.0.0\nimport Models:1.0.0\nimport Other:1.0.0\n",
        "models/module.nml": "module Models:1.0.0",
        "other/module.nml": "module Other:1.0.0",
    }
    files, found, program, problems = linked(texts)
    assert told(files, problems) == [("NS0241", "nstack-project.yaml", "modles")]
    titles = [item.title for item in unlisted_modules(found.projects["."], program)]
    assert titles == ["the project needs `other` and does not list it"]


YAML = st.text(alphabet="ab:-[]{}'\"#&*!|>?%@`,\n \t~0", max_size=30)


@settings(deadline=None)
@given(YAML)
def test_any_text_is_read_or_has_problems(text):
    _, config, problems = module(text)
    assert config is not None or problems
    for problem in problems:
        span = problem.primary.span
        assert 0 <= span.start <= span.end <= len(text)
        assert len(problem.title) <= 80


def test_aliases_of_aliases_stay_small():
    lines = ["a0: &a0 [x, x]"] + [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 30)]
    _, config, problems = module("\n".join(lines))
    assert config is not None
    assert {item.code.id for item in problems} == {"NS0232"}


def placed(text: str) -> tuple[object, list[str]]:
    """What the places of a project file come to, and what is told of it."""
    files = MemoryFiles({"nstack-project.yaml": text})
    project, problems = read_project(".", files)
    assert project is not None
    return project.places, [f"{problem.code.id}: {problem.title}" for problem in problems]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("One: {modules: [A]}", "NS0245: `One` cannot name a place"),
        ("one: {memory: 2}", "NS0233: `memory` has to be an amount with its unit, such as 512m or 2g, not a number"),
        ("one: {memory: 0g}", "NS0233: `memory` has to be an amount with its unit, such as 512m or 2g, not text"),
        ("one: {cpus: many}", "NS0233: `cpus` has to be a number above 0, such as 0.5 or 2, not text"),
        ("one: {cpus: -1}", "NS0233: `cpus` has to be a number above 0, such as 0.5 or 2, not -1"),
        ("one: {replicas: 0}", "NS0233: `replicas` has to be a whole number above 0, not 0"),
        ("one: {replicas: many}", "NS0233: `replicas` has to be a whole number above 0, not text"),
        ("one: {cpu: 1}", "NS0232: the key `cpu` means nothing here"),
        (
            "one: [A]",
            "NS0233: the place `one` has to be a mapping, such as {modules: [A]}, not a list",
        ),
    ],
)
def test_what_a_place_cannot_say(entry: str, told: str) -> None:
    assert placed(f"places:\n  {entry}\n")[1] == [told]


def test_what_a_place_says() -> None:
    (place,), told = placed("places:\n  gpu-1: {modules: [A, 'B:1.0.0'], memory: 512MiB, cpus: 2, replicas: 3}\n")
    assert told == []
    assert (place.memory, place.cpus, place.replicas) == (512 * 2**20, 2.0, 3)
    assert [place.has(name) for name in ("A:0.1.0", "B:1.0.0", "B:2.0.0", "C:1.0.0")] == [True, True, False, False]


def test_a_place_for_a_module_that_the_project_does_not_have_is_told_of() -> None:
    project = "places:\n  one: {modules: [Dmeo, Demo]}\n"
    files = {"p/nstack-project.yaml": project, "p/demo/module.nml": "module Demo:0.1.0\n"}
    (problem,) = check_texts(files, ["p"]).diagnostics
    assert (problem.code.name, problem.title) == ("unknown-placed-module", "the project has no module `Dmeo`")
    assert problem.primary.text == "did you mean `Demo`?"
